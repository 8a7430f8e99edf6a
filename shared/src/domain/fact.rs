//! Facts: what has happened. Each is a row of the audit log and an event on the event bus.

use super::alert::AlertKind;
use super::event::{EventAction, EventKey};
use super::ids::{ClubId, InteractionId, UserId};
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
    /// Teams of an event are being formed.
    TeamsForming {
        /// The event.
        event: EventKey,
    },
    /// The teams of an event are settled.
    TeamsFinal {
        /// The event.
        event: EventKey,
    },
    /// The last day before a race has begun.
    EventReady {
        /// The event.
        event: EventKey,
    },
    /// A race has started.
    EventStarted {
        /// The event.
        event: EventKey,
    },
    /// A race is over.
    EventCompleted {
        /// The event.
        event: EventKey,
    },
    /// An event's channel is put away.
    EventArchived {
        /// The event.
        event: EventKey,
    },
    /// An event's channel is removed.
    EventDeleted {
        /// The event.
        event: EventKey,
    },
    /// Alerts were found too late to be of use.
    AlertsDropped {
        /// The event.
        event: EventKey,
        /// Which.
        alerts: Vec<AlertKind>,
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
    /// Settings were changed or reset. What the club had set before and after stands with the record, by name.
    SettingsChanged {
        /// Which.
        keys: Vec<Key>,
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
    /// The fact that a step of an event's life is.
    #[must_use]
    pub const fn of(action: EventAction, event: EventKey) -> Self {
        match action {
            EventAction::Edit => Self::EventEdited { event },
            EventAction::Publish => Self::EventPublished { event },
            EventAction::Close => Self::EventClosed { event },
            EventAction::FormTeams | EventAction::ReopenTeams => Self::TeamsForming { event },
            EventAction::FinaliseTeams => Self::TeamsFinal { event },
            EventAction::MakeReady => Self::EventReady { event },
            EventAction::Start => Self::EventStarted { event },
            EventAction::Complete => Self::EventCompleted { event },
            EventAction::Archive => Self::EventArchived { event },
            EventAction::Delete => Self::EventDeleted { event },
            EventAction::Cancel => Self::EventCancelled { event },
        }
    }

    /// Its name in the audit log and as an event's detail type.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ClubCreated => "ClubCreated",
            Self::SeriesCreated => "SeriesCreated",
            Self::EventCreated { .. } => "EventCreated",
            Self::EventRepeated { .. } => "EventRepeated",
            Self::EventEdited { .. } => "EventEdited",
            Self::EventPublished { .. } => "EventPublished",
            Self::EventClosed { .. } => "EventClosed",
            Self::TeamsForming { .. } => "TeamsForming",
            Self::TeamsFinal { .. } => "TeamsFinal",
            Self::EventReady { .. } => "EventReady",
            Self::EventStarted { .. } => "EventStarted",
            Self::EventCompleted { .. } => "EventCompleted",
            Self::EventArchived { .. } => "EventArchived",
            Self::EventDeleted { .. } => "EventDeleted",
            Self::AlertsDropped { .. } => "AlertsDropped",
            Self::EventCancelled { .. } => "EventCancelled",
            Self::DriverAnswered { .. } => "DriverAnswered",
            Self::SettingsChanged { .. } => "SettingsChanged",
            Self::DriversPromoted { .. } => "DriversPromoted",
        }
    }
}
