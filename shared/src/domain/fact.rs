//! Facts: what has happened. Each is a row of the audit log and an event on the event bus.

use super::event::EventKey;
use super::ids::{ClubId, GuildId, InteractionId, TeamId, UserId};
use super::series::ClassId;
use super::settings::Key;
use super::signup::Status;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who caused a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Actor {
    /// A person, with a click or a command.
    User {
        /// Who.
        user: UserId,
        /// Their interaction.
        interaction: InteractionId,
    },
    /// A person, by what they did in Discord outside of an interaction: they added Gantry to a server.
    Account {
        /// Who.
        user: UserId,
    },
    /// Gantry itself, following up an earlier change.
    Gantry,
}

/// One change, as it is recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The club.
    pub club: ClubId,
    /// Who caused it.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
    /// What was there before, as JSON; null for something new.
    pub before: serde_json::Value,
    /// What is there now, as JSON; null for something gone.
    pub after: serde_json::Value,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact")]
pub enum Fact {
    /// A club was founded and linked to a guild.
    ClubCreated,
    /// A club was linked to a guild.
    ClubLinked {
        /// The guild.
        guild: GuildId,
    },
    /// A club was taken from its guild.
    ClubUnlinked {
        /// The guild.
        guild: GuildId,
    },
    /// Gantry was found missing from the club's guild.
    GuildLost {
        /// The guild.
        guild: GuildId,
    },
    /// Gantry is in the club's guild again.
    GuildFound {
        /// The guild.
        guild: GuildId,
    },
    /// A series was created.
    SeriesCreated,
    /// An event was created as a draft.
    EventCreated {
        /// The event.
        event: EventKey,
    },
    /// Drafts were made that repeat an event; `after` lists their ids.
    EventRepeated {
        /// The event that is repeated.
        event: EventKey,
    },
    /// An event's facts were changed.
    EventEdited {
        /// The event.
        event: EventKey,
    },
    /// An event was published.
    EventPublished {
        /// The event.
        event: EventKey,
    },
    /// Sign-up for an event was ended.
    EventClosed {
        /// The event.
        event: EventKey,
    },
    /// An event was called off.
    EventCancelled {
        /// The event.
        event: EventKey,
    },
    /// A driver's answer changed.
    DriverAnswered {
        /// The event.
        event: EventKey,
        /// The driver.
        user: UserId,
        /// Their answer now; none if taken back.
        status: Option<Status>,
        /// Who moved up into the seat that became free.
        promoted: Option<UserId>,
    },
    /// A driver said when they can drive, how experienced they are, or which class they would take instead.
    DriverDescribed {
        /// The event.
        event: EventKey,
        /// The driver.
        user: UserId,
    },
    /// The teams of an event changed.
    TeamsChanged {
        /// The event.
        event: EventKey,
    },
    /// The teams of an event were settled.
    TeamsFinalised {
        /// The event.
        event: EventKey,
    },
    /// The settled teams of an event were opened again.
    TeamsReopened {
        /// The event.
        event: EventKey,
    },
    /// Settings were changed or reset. What the club had set before and after stands with the record, by name.
    SettingsChanged {
        /// Which.
        keys: Vec<Key>,
    },
    /// The strategy or the stint plan of a team changed.
    StintPlanChanged {
        /// The event.
        event: EventKey,
        /// The team.
        team: TeamId,
    },
    /// Waiting drivers were given seats that an edit made free.
    DriversPromoted {
        /// The event.
        event: EventKey,
        /// The class.
        class: ClassId,
        /// Who moved up, in order.
        users: Vec<UserId>,
    },
}

impl Fact {
    /// Its name in the audit log and as an event's detail type.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ClubCreated => "ClubCreated",
            Self::ClubLinked { .. } => "ClubLinked",
            Self::ClubUnlinked { .. } => "ClubUnlinked",
            Self::GuildLost { .. } => "GuildLost",
            Self::GuildFound { .. } => "GuildFound",
            Self::SeriesCreated => "SeriesCreated",
            Self::EventCreated { .. } => "EventCreated",
            Self::EventRepeated { .. } => "EventRepeated",
            Self::EventEdited { .. } => "EventEdited",
            Self::EventPublished { .. } => "EventPublished",
            Self::EventClosed { .. } => "EventClosed",
            Self::EventCancelled { .. } => "EventCancelled",
            Self::DriverAnswered { .. } => "DriverAnswered",
            Self::DriverDescribed { .. } => "DriverDescribed",
            Self::TeamsChanged { .. } => "TeamsChanged",
            Self::TeamsFinalised { .. } => "TeamsFinalised",
            Self::TeamsReopened { .. } => "TeamsReopened",
            Self::SettingsChanged { .. } => "SettingsChanged",
            Self::StintPlanChanged { .. } => "StintPlanChanged",
            Self::DriversPromoted { .. } => "DriversPromoted",
        }
    }
}
