//! The voice room of race day: a team's own, or where an event has no settled teams one for all who drive.

use super::event::{Event, EventState};
use super::ids::{ChannelId, RoleId, UserId};
use super::notice::Sheet;
use super::settings::Settings;
use super::signup::Status;
use super::space::Step;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Rooms open so long before the start.
pub const OPENS_BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// Drivers that are let in one by one: Discord takes 100 overwrites with a channel, and some are for roles.
const LET_IN: usize = 80;
/// Roles of managers and admins that are let in.
const ROLES_LET_IN: usize = 15;

/// A voice room, and how far the work on it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The channel.
    pub step: Step<ChannelId>,
    /// The name that it has, or gets when it is made.
    pub name: String,
    /// Digest of who is let in.
    pub guests: String,
}

/// Why an event's room is not there though it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// Somebody deleted it by hand, and the club leaves it at that.
    Forgotten,
    /// Discord did not let Gantry make it.
    Refused,
}

/// Who may see a room, besides Gantry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guests {
    /// Whoever sees the event's channel: more drivers than can be named.
    All,
    /// Those with one of these roles, and these people.
    Some {
        /// Ascending.
        roles: Vec<RoleId>,
        /// Ascending.
        users: Vec<UserId>,
    },
}

impl Guests {
    /// A team, by its role or, where it has none, by name, and those who manage the club.
    #[must_use]
    pub fn of_team(role: Option<RoleId>, drivers: &[UserId], settings: &Settings) -> Self {
        let mut roles = managing(settings);
        let mut users = Vec::new();
        match role {
            Some(role) => roles.push(role),
            None => users.extend_from_slice(drivers),
        }
        roles.sort_unstable();
        roles.dedup();
        users.sort_unstable();
        Self::Some { roles, users }
    }

    /// All who have a seat, and those who manage the club; nobody if nobody has one. More than can be let in one by one get a room
    /// that is open, and not none: such a race has no settled teams, so it would have no voice at all, and a club that does
    /// not want that switches `voice.rooms` off, whose help says so.
    #[must_use]
    pub fn of_event(sheet: &Sheet, settings: &Settings) -> Option<Self> {
        let seated = sheet
            .sign_ups
            .iter()
            .filter(|one| matches!(one.status, Status::Seated { .. }));
        let mut users: Vec<UserId> = seated.map(|one| one.user).collect();
        users.sort_unstable();
        match users.len() {
            0 => None,
            n if n > LET_IN => Some(Self::All),
            _ => Some(Self::Some {
                roles: managing(settings),
                users,
            }),
        }
    }

    /// Tells one set of guests from another.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        match self {
            Self::All => hash.update(b"all"),
            Self::Some { roles, users } => {
                for role in roles {
                    hash.update(b"r");
                    hash.update(role.0.to_be_bytes());
                }
                for user in users {
                    hash.update(b"u");
                    hash.update(user.0.to_be_bytes());
                }
            }
        }
        hex::encode(&hash.finalize()[..8])
    }
}

/// The roles of those who manage the club.
fn managing(settings: &Settings) -> Vec<RoleId> {
    let mut roles: Vec<RoleId> = settings
        .manager_roles()
        .iter()
        .chain(settings.admin_roles())
        .copied()
        .collect();
    roles.sort_unstable();
    roles.dedup();
    roles.truncate(ROLES_LET_IN);
    roles
}

/// When the rooms of an event open.
#[must_use]
pub fn opens_at(event: &Event) -> Timestamp {
    event
        .starts_at
        .checked_sub(OPENS_BEFORE)
        .unwrap_or(Timestamp::MIN)
}

/// Whether an event is to have voice rooms at `now`; nothing says that those which are there stay, and no other is made.
#[must_use]
pub fn wanted(event: &Event, settings: &Settings, now: Timestamp) -> Option<bool> {
    match event.state {
        EventState::Draft | EventState::Archived | EventState::Deleted => Some(false),
        // They may still talk; the rooms go when the channel is put away.
        EventState::Completed | EventState::Cancelled => None,
        EventState::Live => Some(settings.voice_rooms()),
        EventState::Open
        | EventState::Closed
        | EventState::TeamsForming
        | EventState::TeamsFinal
        | EventState::Ready => Some(settings.voice_rooms() && opens_at(event) <= now),
    }
}

#[cfg(test)]
#[path = "race_room_tests.rs"]
mod tests;
