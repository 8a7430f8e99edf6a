//! Ranks: a member's standing in the club, and what each may do. The one authority for both.

use serde::{Deserialize, Serialize};

/// A member's standing, lowest first: the order is the order of tiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// In the Discord server, not on the roster.
    Guest,
    /// On trial.
    Prospect,
    /// A full member.
    Member,
    /// Judges incidents.
    Steward,
    /// Runs events and teams.
    TeamManager,
    /// Runs the club.
    Admin,
    /// Founded the club or took it over.
    Owner,
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Sign up for events.
    SignUp,
    /// Create, edit, publish, close and cancel events; see drafts.
    ManageEvents,
    /// Create and edit series.
    ManageSeries,
    /// See to it that Gantry can work in the server: what it may do there, and how it is invited.
    ManageInstallation,
    /// Link the club to a server, and take it from one.
    LinkClub,
    /// See the club's settings.
    ViewSettings,
    /// Change the club's settings.
    ManageSettings,
    /// Change those settings that only the owner may: who leads the club, and how long things are kept.
    ManageOwnerSettings,
}

impl Rank {
    /// All ranks, lowest first.
    pub const ALL: [Self; 7] = [
        Self::Guest,
        Self::Prospect,
        Self::Member,
        Self::Steward,
        Self::TeamManager,
        Self::Admin,
        Self::Owner,
    ];

    /// Whether this rank may do that.
    #[must_use]
    pub fn may(self, capability: Capability) -> bool {
        self >= capability.lowest()
    }

    /// The rank's name for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Prospect => "prospect",
            Self::Member => "member",
            Self::Steward => "steward",
            Self::TeamManager => "team manager",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl Capability {
    /// The lowest rank that has it.
    #[must_use]
    pub const fn lowest(self) -> Rank {
        match self {
            Self::SignUp => Rank::Guest,
            Self::ManageEvents => Rank::TeamManager,
            Self::ManageSeries | Self::ManageSettings | Self::ManageInstallation => Rank::Admin,
            Self::ViewSettings => Rank::TeamManager,
            Self::ManageOwnerSettings | Self::LinkClub => Rank::Owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_rank_may_do() {
        let may = |capability| {
            Rank::ALL
                .into_iter()
                .filter(|r| r.may(capability))
                .map(Rank::label)
                .collect::<Vec<_>>()
        };
        assert_eq!(may(Capability::SignUp).len(), 7);
        assert_eq!(may(Capability::ManageEvents), ["team manager", "admin", "owner"]);
        assert_eq!(may(Capability::ManageSeries), ["admin", "owner"]);
        assert_eq!(may(Capability::ViewSettings).len(), 3);
        assert_eq!(may(Capability::ManageSettings), ["admin", "owner"]);
        assert_eq!(may(Capability::ManageOwnerSettings), ["owner"]);
    }
}
