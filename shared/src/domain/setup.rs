//! Setting a club up step by step. Nothing of it is kept: each step shows what is set, and sets it at once, so that it can
//! be left anywhere and taken up again.

use super::club::Club;
use super::ids::{ChannelId, RoleId};
use super::permissions::Permissions;
use super::rank::Rank;
use super::role_map::{Mapped, has_roles};
use super::settings::{Key, Settings};

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetupPage {
    /// All steps in short.
    Start,
    /// The Discord roles of a rank.
    Roles(Rank),
    /// Where requests to join are reviewed.
    Channels,
    /// The zone in which times are typed.
    Zone,
    /// What Gantry does by itself.
    Features,
    /// The end.
    Done,
}

/// Switches that the step about features shows.
pub const FEATURES: [Key; 7] = [
    Key::AutomaticChannels,
    Key::TeamThreads,
    Key::VoiceRooms,
    Key::PracticeVoice,
    Key::ScheduledEvents,
    Key::StintAlerts,
    Key::AutomaticSync,
];

impl SetupPage {
    /// Its name in custom ids: one spelling each.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Roles(rank) => rank.name(),
            Self::Channels => "channels",
            Self::Zone => "zone",
            Self::Features => "features",
            Self::Done => "done",
        }
    }

    /// The page of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "start" => Some(Self::Start),
            "channels" => Some(Self::Channels),
            "zone" => Some(Self::Zone),
            "features" => Some(Self::Features),
            "done" => Some(Self::Done),
            _ => Rank::parse(name).filter(|rank| has_roles(*rank)).map(Self::Roles),
        }
    }
}

/// A channel that was picked in a select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PickedChannel {
    /// The channel.
    pub channel: ChannelId,
    /// Whether messages are written in it: a text channel, or one for announcements.
    pub text: bool,
    /// What Gantry may do in it, if Discord said so.
    pub allowed: Option<Permissions>,
}

/// A page with what is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The club.
    pub club: Club,
    /// The page.
    pub page: SetupPage,
    /// The rank of whoever looks.
    pub by: Rank,
    /// The club's settings.
    pub settings: Settings,
    /// Which roles go with which rank, as it holds.
    pub list: Vec<Mapped>,
    /// Those of them that are on the club's own list.
    pub own: Vec<RoleId>,
    /// The version of that list; 0 before the first.
    pub list_version: u64,
    /// Whether something was set just now.
    pub saved: bool,
}

impl Setup {
    /// The roles that go with a rank.
    pub fn roles_of(&self, rank: Rank) -> impl Iterator<Item = RoleId> {
        let of_rank = self.list.iter().filter(move |mapped| mapped.rank == rank);
        of_rank.map(|mapped| mapped.role)
    }

    /// Whether whoever looks may change this setting.
    #[must_use]
    pub fn may_set(&self, key: Key) -> bool {
        self.by.may(key.spec().takes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::Kind;

    #[test]
    fn a_page_has_one_name() {
        let ranks = Rank::ALL
            .into_iter()
            .filter(|rank| has_roles(*rank))
            .map(SetupPage::Roles);
        let pages = [
            SetupPage::Start,
            SetupPage::Channels,
            SetupPage::Zone,
            SetupPage::Features,
            SetupPage::Done,
        ];
        for page in pages.into_iter().chain(ranks) {
            assert_eq!(SetupPage::parse(page.name()), Some(page));
        }
        for name in ["", "owner", "guest", "Start", "roles"] {
            assert_eq!(SetupPage::parse(name), None, "{name}");
        }
    }

    #[test]
    fn features_are_switches() {
        assert!(FEATURES.iter().all(|key| key.spec().kind == Kind::Switch));
    }
}
