//! What can be set. One row a setting.

use super::kind::{Kind, Word};
use super::pattern::PatternKind;
use crate::domain::rank::Capability;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

/// A group of settings; the first part of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// The club as a whole.
    Club,
    /// Channels of events.
    Channels,
    /// Voice channels.
    Voice,
    /// What happens around an event.
    Events,
    /// Stints of a race.
    Stints,
    /// Results and tables.
    Results,
    /// What people are told by DM.
    Notices,
    /// Keeping the roster like the server's member list.
    Sync,
    /// Roles and join requests.
    Members,
}

impl Section {
    /// All sections, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Club,
        Self::Channels,
        Self::Voice,
        Self::Events,
        Self::Stints,
        Self::Results,
        Self::Notices,
        Self::Sync,
        Self::Members,
    ];

    /// Its name, which its settings' names begin with.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Club => "club",
            Self::Channels => "channels",
            Self::Voice => "voice",
            Self::Events => "events",
            Self::Stints => "stints",
            Self::Results => "results",
            Self::Notices => "notices",
            Self::Sync => "sync",
            Self::Members => "members",
        }
    }

    /// What it is about, for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Club => "Club",
            Self::Channels => "Channels of events",
            Self::Voice => "Voice channels",
            Self::Events => "Around an event",
            Self::Stints => "Stints",
            Self::Results => "Results and tables",
            Self::Notices => "Messages to members",
            Self::Sync => "Roster and server members",
            Self::Members => "Roles and join requests",
        }
    }

    /// The section of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }

    /// Its settings.
    pub fn keys(self) -> impl Iterator<Item = Key> {
        REGISTRY
            .iter()
            .filter(move |spec| spec.section == self)
            .map(|spec| spec.key)
    }
}

/// A setting. The order is that of [`REGISTRY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is described in REGISTRY")]
pub enum Key {
    TimeZone,
    Locale,
    Colour,
    QuietHours,
    AutomaticChannels,
    ChannelName,
    CategoryName,
    Drift,
    TeamThreads,
    ArchiveDelay,
    Retention,
    VoiceRooms,
    PracticeVoice,
    UserLimit,
    ScheduledEvents,
    ReminderHours,
    ProgressHours,
    StintAlerts,
    StintLead,
    Points,
    FastestLap,
    BestOf,
    SeriesChannel,
    Notifications,
    AutomaticSync,
    SyncHours,
    SyncDirection,
    MemberRoles,
    ManagerRoles,
    AdminRoles,
    JoinChannel,
    JoinRank,
}

impl Key {
    /// Its row.
    #[must_use]
    pub const fn spec(self) -> &'static Spec {
        &REGISTRY[self as usize]
    }

    /// Its name, such as `sync.hours`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// The setting of that name, however it is capitalised.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        REGISTRY
            .iter()
            .find(|spec| spec.name.eq_ignore_ascii_case(name))
            .map(|spec| spec.key)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| D::Error::custom("no such setting"))
    }
}

/// A row of the registry.
#[derive(Debug)]
pub struct Spec {
    /// Which setting.
    pub key: Key,
    /// Its name: the section's and its own. Stored and typed, so it never changes.
    pub name: &'static str,
    /// Where it is shown.
    pub section: Section,
    /// Its type with its bounds.
    pub kind: Kind,
    /// What holds if nobody says otherwise, as it would be typed.
    pub default: &'static str,
    /// What it takes to change it.
    pub takes: Capability,
    /// What it does, in one or two sentences for people.
    pub help: &'static str,
    /// Which part of Gantry goes by it; empty as long as none does.
    pub read_by: &'static str,
}

const fn row(
    key: Key,
    section: Section,
    name: &'static str,
    kind: Kind,
    default: &'static str,
    help: &'static str,
) -> Spec {
    Spec {
        key,
        name,
        section,
        kind,
        default,
        takes: Capability::ManageSettings,
        help,
        read_by: "",
    }
}

impl Spec {
    const fn for_owner(self) -> Self {
        Self {
            takes: Capability::ManageOwnerSettings,
            ..self
        }
    }

    const fn read_by(self, read_by: &'static str) -> Self {
        Self { read_by, ..self }
    }
}

const fn word(word: &'static str, meaning: &'static str) -> Word {
    Word { word, meaning }
}

const fn days(days: u32) -> u32 {
    days * 24 * 60
}

/// Discord's names of the languages that Gantry is to speak (Discord docs, reference, locales; product C7.6).
const LOCALES: &[Word] = &[
    word("en-GB", "English"),
    word("de", "Deutsch"),
    word("es-ES", "Español"),
    word("fr", "Français"),
    word("pt-BR", "Português"),
    word("id", "Bahasa Indonesia"),
];
const DRIFT: &[Word] = &[
    word("heal", "make it again, once for each time"),
    word(
        "forget",
        "leave it away: an event's until it is published again, a team's until this is `heal` again",
    ),
];
const DIRECTIONS: &[Word] = &[
    word("discord", "roles in Discord decide the rank"),
    word("gantry", "the rank decides the roles in Discord"),
    word("off", "ranks and roles are left alone"),
];
const NOTIFICATIONS: &[Word] = &[
    word("promoted", "a driver moved up from the waitlist"),
    word("reminder", "a race starts soon, to those who want it by DM"),
    word("stint", "a stint begins soon, to those who want it by DM"),
];
/// Most reminders of an event.
pub const REMINDERS_MAX: usize = 6;
/// The first reminder comes at most so many hours before the start.
pub const HOURS_AHEAD_MAX: u32 = 336;
const ROLES_READ_BY: &str = "`sync-worker` (ranks), `notify-worker` (roles of members), `interactions` (`/rank show`, `/role map list`)";
const JOIN_RANKS: &[Word] = &[
    word("prospect", "a member on trial"),
    word("member", "a full member"),
];

/// All settings. The number of a row is that of its [`Key`]: anything else does not compile.
pub const REGISTRY: [Spec; 32] = {
    use Key as K;
    use Section as S;
    [
        row(K::TimeZone, S::Club, "club.time_zone", Kind::Zone, "UTC",
            "The zone in which the club's times are typed, and by whose dates its channels are named.")
            .read_by("`interactions` (event forms, suggestions), `channel-worker` (names of new channels), `notify-worker` (quiet hours)"),
        row(K::Locale, S::Club, "club.locale", Kind::Choice(LOCALES), "en-GB",
            "The language of the messages that everybody in a channel sees."),
        row(K::Colour, S::Club, "club.colour", Kind::Colour, "#f26b1d",
            "The colour at the edge of the club's messages. Messages that are there take it when they change next.")
            .read_by("`interactions`, `channel-worker`, `notify-worker` (every embed)"),
        row(K::QuietHours, S::Club, "club.quiet_hours", Kind::Quiet, "none",
            "Hours of the club's time zone in which nobody is sent a DM that can wait.")
            .read_by("`notify-worker` (each DM to a driver)"),
        row(K::AutomaticChannels, S::Channels, "channels.automatic", Kind::Switch, "on",
            "Whether publishing an event makes its channel. If not, drivers sign up with the buttons of `/event show`, \
             until somebody publishes the event with `channel: yes`.")
            .read_by("`interactions` (`/event publish`)"),
        row(K::ChannelName, S::Channels, "channels.name", Kind::Pattern(PatternKind::Channel), "{date}-{event}",
            "How new event channels are called. Discord makes it lower case, with hyphens. A channel keeps the name with \
             which it was made.")
            .read_by("`channel-worker` (new channels)"),
        row(K::CategoryName, S::Channels, "channels.category", Kind::Pattern(PatternKind::Category), "{series}",
            "How new categories of a series are called. A series gets a further one when 50 channels are in the last; \
             without `{number}` its number is put behind. A category keeps the name with which it was made.")
            .read_by("`channel-worker` (new categories)"),
        row(K::Drift, S::Channels, "channels.drift", Kind::Choice(DRIFT), "heal",
            "What is done about an event's channel or message, or a team's role, thread or voice channel, that somebody deleted by hand.")
            .read_by("`channel-worker` (each change, and every six hours)"),
        row(K::TeamThreads, S::Channels, "channels.team_threads", Kind::Switch, "on",
            "Whether each team of an event gets a private thread.")
            .read_by("`channel-worker` (when a team is settled or changed)"),
        row(K::ArchiveDelay, S::Channels, "channels.archive_delay", Kind::Length { min: 60, max: days(90) }, "1d",
            "How long after an event its channel becomes read-only and moves to the archive.")
            .read_by("`interactions`, `notify-worker` (when an event is changed, or takes a step)"),
        row(K::Retention, S::Channels, "channels.retention", Kind::Length { min: days(1), max: days(730) }, "30d",
            "How long an archived channel is kept before it is deleted.")
            .read_by("`notify-worker` (when an event is archived)")
            .for_owner(),
        row(K::VoiceRooms, S::Voice, "voice.rooms", Kind::Switch, "on",
            "Whether a race gets voice rooms, a day before it starts: each settled team one that only it sees, or the event one \
             for those who drive.")
            .read_by("`notify-worker` (a day before the start), `channel-worker` (each change on race day, and of this setting)"),
        row(K::PracticeVoice, S::Voice, "voice.practice", Kind::Switch, "on",
            "Whether each team gets a voice channel for practice.")
            .read_by("`channel-worker` (when a team is settled or changed)"),
        row(K::UserLimit, S::Voice, "voice.user_limit", Kind::Number { min: 0, max: 99, unit: "people" }, "0",
            "How many fit into a voice room; 0 for as many as come.")
            .read_by("`channel-worker` (when a room is made)"),
        row(K::ScheduledEvents, S::Events, "events.scheduled", Kind::Switch, "off",
            "Whether a published event is also one of Discord's scheduled events. A change takes effect on all that are published.")
            .read_by("`channel-worker` (each change of an event, and of this setting)"),
        row(K::ReminderHours, S::Events, "events.reminder_hours", Kind::Hours { most: REMINDERS_MAX, max: HOURS_AHEAD_MAX }, "24, 1",
            "How many hours before the start drivers are reminded.")
            .read_by("`interactions`, `notify-worker` (when an event is changed, or takes a step)"),
        row(K::ProgressHours, S::Events, "events.progress_hours", Kind::Number { min: 0, max: 336, unit: "hours" }, "24",
            "Every how many hours the channel is told how sign-up goes; 0 for never.")
            .read_by("`interactions`, `notify-worker` (when an event is changed, or takes a step)"),
        row(K::StintAlerts, S::Stints, "stints.alerts", Kind::Switch, "on",
            "Whether drivers are told that their stint begins soon.")
            .read_by("`interactions` (when a plan is changed), `notify-worker` (when a stint is told of)"),
        row(K::StintLead, S::Stints, "stints.lead_time", Kind::Length { min: 1, max: 120 }, "15m",
            "How long before a stint its driver is told.")
            .read_by("`interactions` (when a plan is changed), `notify-worker` (when a stint is told of)"),
        row(K::Points, S::Results, "results.points", Kind::Points { most: 50, max: 1000 },
            "25, 18, 15, 12, 10, 8, 6, 4, 2, 1",
            "Points for the first place of a class, the second, and so on. Tables are counted anew with them.")
            .read_by("`interactions` (`/result table`), `notify-worker` (posted results)"),
        row(K::FastestLap, S::Results, "results.fastest_lap", Kind::Number { min: 0, max: 1000, unit: "points" }, "0",
            "Points for the fastest lap of a class, to a driver who finished.")
            .read_by("`interactions` (`/result table`), `notify-worker` (posted results)"),
        row(K::BestOf, S::Results, "results.best_of", Kind::Number { min: 0, max: 100, unit: "races" }, "0",
            "How many of a driver's best races count in a series; 0 for all.")
            .read_by("`interactions` (`/result table`), `notify-worker` (posted results)"),
        row(K::SeriesChannel, S::Results, "results.channel", Kind::Channel, "none",
            "The channel in which the statistics of a series stand that is over. Without one it is that of its last race.")
            .read_by("`notify-worker` (`/series complete`)"),
        row(K::Notifications, S::Notices, "notices.types", Kind::Set(NOTIFICATIONS), "all",
            "What members are told by DM.")
            .read_by("`notify-worker` (each DM)"),
        row(K::AutomaticSync, S::Sync, "sync.automatic", Kind::Switch, "on",
            "Whether the roster follows the server's members by itself.")
            .read_by("`sync-worker` (each tick of its schedule), `webhooks`, `api`, `interactions` (when Gantry comes to a server)"),
        row(K::SyncHours, S::Sync, "sync.hours", Kind::Number { min: 1, max: 168, unit: "hours" }, "24",
            "Every how many hours that happens. Another value is looked at within six hours, or with the next `/sync run`.")
            .read_by("`sync-worker` (each tick of its schedule, each run)"),
        row(K::SyncDirection, S::Sync, "sync.direction", Kind::Choice(DIRECTIONS), "discord",
            "Which side wins where a member's rank and their roles in Discord differ.")
            .read_by("`sync-worker` (each run, `/roster import`), `interactions` (`/rank set`, `/sync conflicts`, `/link`, `/roster remove`), \
                      `notify-worker` (roles of a rank, `/club preflight`)"),
        row(K::MemberRoles, S::Members, "members.member_roles", Kind::Roles, "none",
            "The Discord roles of full members.")
            .read_by(ROLES_READ_BY),
        row(K::ManagerRoles, S::Members, "members.manager_roles", Kind::Roles, "none",
            "The Discord roles of team managers.")
            .read_by(ROLES_READ_BY)
            .for_owner(),
        row(K::AdminRoles, S::Members, "members.admin_roles", Kind::Roles, "none",
            "The Discord roles of the club's admins.")
            .read_by(ROLES_READ_BY)
            .for_owner(),
        row(K::JoinChannel, S::Members, "members.join_channel", Kind::Channel, "none",
            "The channel in which requests to join (`/join`) are reviewed. Without one the club takes none.")
            .read_by("`interactions` (`/join`)"),
        row(K::JoinRank, S::Members, "members.join_rank", Kind::Choice(JOIN_RANKS), "member",
            "What somebody becomes whose request to join is approved.")
            .read_by("`interactions` (Approve)"),
    ]
};

const _: () = {
    let mut n = 0;
    while n < REGISTRY.len() {
        assert!(REGISTRY[n].key as usize == n, "a row is not at its key's place");
        n += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_begin_with_their_section() {
        let names: HashSet<_> = REGISTRY.iter().map(|spec| spec.name).collect();
        assert_eq!(names.len(), REGISTRY.len());
        for spec in &REGISTRY {
            let (section, own) = spec.name.split_once('.').unwrap();
            assert_eq!(section, spec.section.name(), "{}", spec.name);
            assert!(
                own.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{}",
                spec.name
            );
            assert_eq!(Key::parse(&spec.name.to_uppercase()), Some(spec.key));
        }
        for section in Section::ALL {
            assert!(section.keys().count() > 0, "{section:?}");
            assert_eq!(Section::parse(section.name()), Some(section));
        }
        assert_eq!(Key::parse("sync"), None);
        assert_eq!(Section::parse("sync.hours"), None);
    }

    #[test]
    fn names_stay_as_they_are_stored() {
        insta::assert_snapshot!(
            REGISTRY
                .iter()
                .map(|spec| spec.name)
                .collect::<Vec<_>>()
                .join("\n")
        );
    }

    #[test]
    fn every_default_can_be_typed() {
        for spec in &REGISTRY {
            let value = spec.kind.parse(spec.default).unwrap();
            assert_eq!(spec.kind.parse(&value.typed()).unwrap(), value, "{}", spec.name);
            assert!(
                !spec.help.is_empty() && spec.help.chars().count() <= 300,
                "{}",
                spec.name
            );
        }
    }
}
