//! Looking after what Gantry has in a club's server: what people deleted or renamed by hand, what could not be done at the
//! time, and what is kept no longer.

use super::event::{Event, EventState};
use super::ids::{ChannelId, ClubId, GuildId};
use super::race_room::{Absent, wanted};
use super::settings::{Drift, Settings};
use super::space::{Space, SpaceFault, SpaceState, Step};
use super::work::Work;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// From one look at a server to the next.
pub const LOOK_EVERY: SignedDuration = SignedDuration::from_hours(6);
/// So long after an event's channel was deleted are its sign-ups and receipts kept.
const ROWS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A club whose server is looked after. There is one from its first published event on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The club.
    pub club: ClubId,
    /// The guild in which an event was published last.
    pub guild: GuildId,
    /// When it is looked after next.
    pub due: Timestamp,
    /// Counts the legs of all rounds: one that was handed over is not gone again.
    pub leg: u64,
    /// Where the present round has come to: the list of the club's events goes on here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Counts the changes.
    pub version: u64,
}

impl Watch {
    /// A new round begins.
    #[must_use]
    pub fn begun(&self, now: Timestamp) -> Self {
        Self {
            due: now.saturating_add(LOOK_EVERY).unwrap_or(Timestamp::MAX),
            leg: self.leg + 1,
            after: None,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// The round goes on behind this place.
    #[must_use]
    pub fn handed_over(&self, after: String) -> Self {
        Self {
            leg: self.leg + 1,
            after: Some(after),
            version: self.version + 1,
            ..self.clone()
        }
    }
}

/// What was seen in the server of an event's things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The channel is not there.
    NoChannel,
    /// The channel is there.
    Channel {
        /// Its name.
        name: String,
        /// Whether the information message is, as far as one was recorded.
        info: bool,
        /// Whether the sign-up message is, as far as one was recorded.
        board: bool,
    },
}

/// What is to be done about an event's things.
#[derive(Clone, Debug, PartialEq)]
pub enum Mend {
    /// What should have been done is asked for again.
    Ask(Work),
    /// The record is changed to this, and with it the work asked for.
    Record(Box<Space>, Option<Work>),
    /// The channel gets its name back.
    Rename {
        /// The channel.
        channel: ChannelId,
        /// The name.
        name: String,
    },
}

/// Whether the server has to be looked at to know what is to be done about this event.
#[must_use]
pub fn has_to_be_seen(event: &Event, space: &Space) -> bool {
    space.state == SpaceState::Active && !matches!(event.state, EventState::Archived | EventState::Deleted)
}

/// What is to be done about an event's things, of which `seen` is known if [`has_to_be_seen`] says so.
#[must_use]
pub fn mend(event: &Event, space: &Space, seen: Option<&Seen>, drift: Drift) -> Option<Mend> {
    let key = event.key;
    let over = event.state.is_over();
    match (&space.state, event.state) {
        (SpaceState::Deleted, _) | (_, EventState::Draft) => None,
        (_, EventState::Deleted) => Some(Mend::Ask(Work::DeleteEventSpace { event: key })),
        (SpaceState::Archived, _) => None,
        // Asked for when the event was archived, and could not be done or was lost.
        (_, EventState::Archived) => Some(Mend::Ask(Work::ArchiveEventSpace { event: key })),
        (SpaceState::Creating, _) => (!over).then_some(Mend::Ask(Work::OpenEventSpace { event: key })),
        (SpaceState::Failed { reason }, _) => (!over && worth_another_try(*reason, drift)).then(|| {
            let again = Space {
                state: SpaceState::Creating,
                lacking: Vec::new(),
                ..space.clone()
            };
            Mend::Record(Box::new(again), Some(Work::OpenEventSpace { event: key }))
        }),
        (SpaceState::Active, _) => match seen? {
            Seen::NoChannel => Some(lost_channel(event, space, drift)),
            Seen::Channel { name, info, board } => changed(event, space, (name, *info, *board), drift),
        },
    }
}

/// What is to be done about an event's voice room, of which it is known whether it is there if one is recorded.
#[must_use]
pub fn mend_room(
    event: &Event,
    space: &Space,
    there: bool,
    (settings, now): (&Settings, Timestamp),
) -> Option<Mend> {
    let made = space.room.as_ref().is_some_and(|room| room.step.id().is_some());
    let wanted = wanted(event, settings, now) == Some(true) && space.state == SpaceState::Active;
    let settle = Work::SettleRooms { event: event.key };
    let heal = settings.drift() == Drift::Heal;
    match (made, there) {
        (true, true) => None,
        (true, false) => {
            let without = Space {
                room: None,
                room_absent: (!heal).then_some(Absent::Forgotten),
                ..space.clone()
            };
            Some(Mend::Record(
                Box::new(without),
                (heal && wanted).then_some(settle),
            ))
        }
        // Settled teams have rooms of their own.
        (false, _) => {
            let missing = wanted && event.state != EventState::TeamsFinal;
            let left_away = space.room_absent == Some(Absent::Forgotten) && !heal;
            (missing && !left_away).then_some(Mend::Ask(settle))
        }
    }
}

/// What an admin may have mended meanwhile. What Discord refused as it was, it would refuse again.
const fn worth_another_try(reason: SpaceFault, drift: Drift) -> bool {
    match reason {
        SpaceFault::MissingPermission | SpaceFault::GuildFull | SpaceFault::GuildLost => true,
        SpaceFault::ChannelDeleted => matches!(drift, Drift::Heal),
        SpaceFault::Refused => false,
    }
}

fn lost_channel(event: &Event, space: &Space, drift: Drift) -> Mend {
    let heal = drift == Drift::Heal && !event.state.is_over();
    let without = Space {
        channel: Step::Todo,
        info: Step::Todo,
        board: Step::Todo,
        state: if heal {
            SpaceState::Creating
        } else {
            SpaceState::Failed {
                reason: SpaceFault::ChannelDeleted,
            }
        },
        ..space.clone()
    };
    let work = heal.then_some(Work::OpenEventSpace { event: event.key });
    Mend::Record(Box::new(without), work)
}

fn changed(
    event: &Event,
    space: &Space,
    (name, info, board): (&str, bool, bool),
    drift: Drift,
) -> Option<Mend> {
    let lost_info = !info && space.info.id().is_some();
    let lost_board = !board && space.board.id().is_some();
    if lost_info || lost_board {
        let mut without = space.clone();
        if lost_info {
            without.info = Step::Todo;
        }
        if lost_board {
            without.board = Step::Todo;
        }
        // Whoever refreshes the messages posts them again, or leaves them away, as the setting says.
        let refresh = Work::RefreshBoard { event: event.key };
        return Some(Mend::Record(Box::new(without), Some(refresh)));
    }
    let wanted = space.channel_name.as_deref()?;
    if wanted == name {
        return None;
    }
    match drift {
        Drift::Heal => Some(Mend::Rename {
            channel: space.channel.id()?,
            name: wanted.to_owned(),
        }),
        Drift::Forget => {
            let named = Space {
                channel_name: Some(name.to_owned()),
                ..space.clone()
            };
            Some(Mend::Record(Box::new(named), None))
        }
    }
}

/// Whether a deleted event's rows are kept no longer.
#[must_use]
pub fn rows_are_old(event: &Event, now: Timestamp) -> bool {
    event.state == EventState::Deleted
        && event
            .state_since
            .is_some_and(|since| now.duration_since(since) >= ROWS_KEPT)
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
