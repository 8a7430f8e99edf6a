//! Telemetry: what a program at the race tells of a club's teams, signed with the club's secret.
//! `docs/TELEMETRY.md` is the same for those who write such programs.

mod message;
mod pace;
mod sign;

pub use message::{Delivery, Message, ResultEntry, Unread, read};
pub use pace::{Incident, Pace, SHOWN_EVERY, Showing, ShownPace, TeamPace};
pub use sign::{Signed, Unsigned, sign, verify};

use super::club::Colour;
use super::ids::{ClubId, EventId, TeamId, UserId};
use super::results_csv::ResultFault;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Deliveries that are taken of a club within a minute: 20 teams that report every 5 s.
pub const DELIVERIES_A_MINUTE: u32 = 240;
/// Incidents of an event that are told within a minute, of all teams together: what a guild is told is told in order, and
/// calls of drivers are not to wait behind them.
pub const INCIDENTS_A_MINUTE: u32 = 30;

/// A club's secret: 64 hex digits, 256 random bits. Whoever signs has it as text, so it is kept as it is, in a table that is
/// encrypted (ADR 11). Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TelemetrySecret(String);

impl TelemetrySecret {
    /// A secret of two random numbers.
    #[must_use]
    pub fn from_random(random: [u128; 2]) -> Self {
        Self(format!("{:032x}{:032x}", random[0], random[1]))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TelemetrySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TelemetrySecret(…)")
    }
}

/// Whether and with what a club's telemetry is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelemetryLink {
    /// The club.
    pub club: ClubId,
    /// The secret; none while nobody may send anything.
    pub secret: Option<TelemetrySecret>,
    /// Who made it so.
    pub changed_by: UserId,
    /// When.
    pub changed_at: Timestamp,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// What is to happen with a club's telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TelemetryWish {
    /// A new secret: what is signed with the one before is refused from now on.
    Connect,
    /// No secret: nothing is taken any more.
    Revoke,
}

/// What was done with a club's telemetry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "done")]
pub enum TelemetryDone {
    /// There is a new secret, which is shown this once.
    Connected {
        /// The secret.
        secret: TelemetrySecret,
        /// Whether one that worked until now works no more.
        replaced: bool,
    },
    /// It was looked at.
    Shown {
        /// Who made the secret and when; nothing if there is none.
        since: Option<(UserId, Timestamp)>,
        /// The ids that a program needs for an event.
        event: Option<EventIds>,
    },
    /// Nothing is taken any more.
    Revoked {
        /// Whether something was until now.
        ended: bool,
    },
}

/// What a program calls an event and its teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventIds {
    /// The event.
    pub event: EventId,
    /// Its name.
    pub name: String,
    /// Its teams with their names.
    pub teams: Vec<(TeamId, String)>,
}

/// A club's telemetry as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelemetryShown {
    /// The club's colour.
    pub colour: Colour,
    /// The club.
    pub club: ClubId,
    /// What was done.
    pub done: TelemetryDone,
}

/// What a delivery came to: the answer to whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "taken")]
pub enum Taken {
    /// A position is shown at once, or within a minute.
    Position,
    /// A position that is older than the one that is known: passed over.
    OlderPosition,
    /// An incident is told.
    Incident,
    /// The plan has the stint begun or ended.
    Stint,
    /// The plan had it so already.
    StintUnchanged,
    /// A stint's signal that is older than the latest one: passed over.
    OlderStint,
    /// The event has these results.
    Results {
        /// How many drivers have one.
        entered: usize,
        /// How many had one before.
        replaced: usize,
        /// Those who had not signed up: taken as written, and matched to no account unless one was given.
        not_signed_up: Vec<String>,
    },
}

/// Why results were not taken, by entry, for the answer.
#[must_use]
pub fn faults_json(faults: &[ResultFault]) -> serde_json::Value {
    serde_json::to_value(faults).unwrap_or_default()
}
