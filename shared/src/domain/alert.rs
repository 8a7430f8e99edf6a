//! Alerts: what is due for an event at an instant, and what became of it.
//!
//! Which alerts an event has follows from its state, its times and the club's settings alone. So whoever changes an
//! event derives them anew and writes the difference with the change itself.

mod stints;

pub use stints::{StintsDue, reschedule_stints, stints_due};

use super::event::{Event, EventAction, EventKey, EventState};
use super::ids::{GuildId, TeamId, UserId};
use super::settings::Settings;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The last day before a race begins this long before its start.
const RACE_DAY: SignedDuration = SignedDuration::from_hours(24);
/// A reminder this late is of no use, or sooner if half of its lead has gone by.
const REMINDER_LATE: SignedDuration = SignedDuration::from_hours(3);
/// An update of how sign-up goes, this late, waits for the next one.
const PROGRESS_LATE: SignedDuration = SignedDuration::from_hours(1);
/// The announcement that sign-up opened, this late, tells nobody anything new.
const OPENING_LATE: SignedDuration = SignedDuration::from_hours(6);
/// The same for the summary at its closing.
const CLOSING_LATE: SignedDuration = SignedDuration::from_hours(12);
/// A driver who got a seat is told at least this long before the start, even in quiet hours.
const SEAT_NOTICE: SignedDuration = SignedDuration::from_hours(6);
/// A race that began so long ago needs no announcement of its start.
const START_LATE: SignedDuration = SignedDuration::from_mins(30);

/// What was taken and is not done after so long is taken again: its work was given up or lost.
const TAKEN_AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// Words that Discord did not take in an outage are tried again after so long.
pub const WORDS_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum AlertKind {
    /// Sign-up has opened.
    Opening,
    /// How sign-up goes, every so many hours.
    Progress {
        /// Hours from one to the next.
        every_h: u32,
    },
    /// Seated drivers are reminded of the start.
    Reminder {
        /// Hours before it.
        hours: u32,
    },
    /// Sign-up ends.
    Closing,
    /// The last day before the race begins.
    Ready,
    /// The voice rooms of race day open.
    Rooms,
    /// The race starts.
    Start,
    /// Drivers of a team are told that they are next: waits for the next change of driver in its plan.
    Stints {
        /// The team.
        team: TeamId,
        /// The event's start that the plan follows; nothing once it had its green flag.
        race_at: Option<Timestamp>,
    },
    /// Those who drive are looked for in voice.
    Attendance,
    /// A team's position is brought up to date where it is shown.
    Pace {
        /// The team.
        team: TeamId,
    },
    /// The race ends.
    End,
    /// The channel is put away.
    Archive,
    /// The channel is removed.
    Delete,
    /// A DM that waits for the end of the club's quiet hours.
    Held {
        /// To whom.
        user: UserId,
        /// Which.
        what: HeldDm,
    },
    /// Words that go with a step of the event's life, and could not be said with it.
    Words {
        /// Which.
        what: Announcement,
        /// When they were due, which tells them from others of their kind.
        due: Timestamp,
    },
}

/// A DM to a driver that can wait a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "dm")]
pub enum HeldDm {
    /// They moved up from the waitlist.
    Promoted,
    /// Their race starts soon.
    Reminder {
        /// Hours before the start.
        hours: u32,
        /// When it was due.
        due: Timestamp,
    },
}

impl HeldDm {
    /// Whether it is still of use at `until`, for a race that starts then: a reminder while less than half of its lead has gone
    /// by, a seat while there are hours left to give it back.
    #[must_use]
    pub fn can_wait(&self, until: Timestamp, starts_at: Timestamp) -> bool {
        match self {
            Self::Promoted => until
                .saturating_add(SEAT_NOTICE)
                .is_ok_and(|then| then <= starts_at),
            Self::Reminder { hours, due } => {
                until.duration_since(*due) <= SignedDuration::from_mins(i64::from(*hours) * 30)
            }
        }
    }
}

impl AlertKind {
    /// Its name within an event: an event has one alert of each name.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Opening => "opening".to_owned(),
            Self::Progress { .. } => "progress".to_owned(),
            Self::Reminder { hours } => format!("reminder-{hours}"),
            Self::Closing => "closing".to_owned(),
            Self::Ready => "ready".to_owned(),
            Self::Rooms => "rooms".to_owned(),
            Self::Start => "start".to_owned(),
            Self::Stints { team, .. } => format!("stints-{team}"),
            Self::Attendance => "attendance".to_owned(),
            Self::Pace { team } => format!("pace-{team}"),
            Self::End => "end".to_owned(),
            Self::Archive => "archive".to_owned(),
            Self::Delete => "delete".to_owned(),
            Self::Held { user, what } => match what {
                HeldDm::Promoted => format!("held-promoted-{user}"),
                HeldDm::Reminder { hours, .. } => format!("held-reminder-{hours}-{user}"),
            },
            Self::Words { what, .. } => format!("words-{}", what.name()),
        }
    }

    /// The step of the event's life that it is, if it is one.
    #[must_use]
    pub const fn action(&self) -> Option<EventAction> {
        match self {
            Self::Opening
            | Self::Progress { .. }
            | Self::Reminder { .. }
            | Self::Rooms
            | Self::Attendance
            | Self::Stints { .. }
            | Self::Pace { .. }
            | Self::Held { .. }
            | Self::Words { .. } => None,
            Self::Closing => Some(EventAction::Close),
            Self::Ready => Some(EventAction::MakeReady),
            Self::Start => Some(EventAction::Start),
            Self::End => Some(EventAction::Complete),
            Self::Archive => Some(EventAction::Archive),
            Self::Delete => Some(EventAction::Delete),
        }
    }

    /// Whether it is asked for although its instant has gone by: a step of the event's life, or what is to be there from
    /// that instant on.
    #[must_use]
    pub const fn is_never_late(&self) -> bool {
        self.action().is_some() || matches!(self, Self::Rooms)
    }

    /// What is said in the event's channel when it is done.
    #[must_use]
    pub const fn announcement(&self) -> Option<Announcement> {
        match self {
            Self::Opening => Some(Announcement::Opening),
            Self::Progress { .. } => Some(Announcement::Progress),
            Self::Reminder { hours } => Some(Announcement::Reminder { hours: *hours }),
            Self::Closing => Some(Announcement::Closing),
            Self::Start => Some(Announcement::Start),
            Self::Words { what, .. } => Some(*what),
            Self::Ready
            | Self::Rooms
            | Self::Attendance
            | Self::Stints { .. }
            | Self::Pace { .. }
            | Self::End
            | Self::Archive
            | Self::Delete
            | Self::Held { .. } => None,
        }
    }

    /// Whether it is nothing but words to everybody.
    #[must_use]
    pub const fn is_words(&self) -> bool {
        self.announcement().is_some() && self.action().is_none()
    }

    /// When that was due of which it says something, for an alert that is due at `due`.
    #[must_use]
    pub const fn said_of(&self, due: Timestamp) -> Timestamp {
        match self {
            Self::Words { due, .. } => *due,
            _ => due,
        }
    }

    /// Whether what is said is still of use at `now` for what was due at `due`: if not it is dropped. A step of an event's life
    /// is never too late; whoever tells one person looks whether it is still so, and of stints see `usecases/run_alerts.rs`.
    #[must_use]
    pub fn timely(&self, due: Timestamp, now: Timestamp) -> bool {
        self.announcement()
            .is_none_or(|what| what.timely(self.said_of(due), now))
    }
}

/// What is said in an event's channel to everybody in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "announcement")]
pub enum Announcement {
    /// Sign-up has opened.
    Opening,
    /// How sign-up goes.
    Progress,
    /// The race starts in a while; mentions the seated drivers.
    Reminder {
        /// Hours before the start.
        hours: u32,
    },
    /// Sign-up is over; sums it up.
    Closing,
    /// The race has started; mentions the seated drivers.
    Start,
    /// The event is called off; mentions all who had a seat or waited for one.
    Cancelled,
}

impl Announcement {
    /// Its name within an event.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Opening => "opening".to_owned(),
            Self::Progress => "progress".to_owned(),
            Self::Reminder { hours } => format!("reminder-{hours}"),
            Self::Closing => "closing".to_owned(),
            Self::Start => "start".to_owned(),
            Self::Cancelled => "cancelled".to_owned(),
        }
    }

    /// So late it is stale: it is dropped, not said. That an event is called off is told as long as it is not put away.
    #[must_use]
    pub fn late_limit(&self) -> Option<SignedDuration> {
        match self {
            Self::Opening => Some(OPENING_LATE),
            Self::Progress => Some(PROGRESS_LATE),
            Self::Reminder { hours } => {
                Some(REMINDER_LATE.min(SignedDuration::from_mins(i64::from(*hours) * 30)))
            }
            Self::Closing => Some(CLOSING_LATE),
            Self::Start => Some(START_LATE),
            Self::Cancelled => None,
        }
    }

    /// Whether it is still of use at `now`, being due at `due`.
    #[must_use]
    pub fn timely(&self, due: Timestamp, now: Timestamp) -> bool {
        self.late_limit()
            .is_none_or(|limit| now.duration_since(due) <= limit)
    }

    /// Whether it still says what is so: an event may have moved on since it was asked for.
    #[must_use]
    pub fn holds(&self, event: &Event, now: Timestamp) -> bool {
        match self {
            Self::Opening | Self::Progress => event.takes_sign_ups(now),
            Self::Reminder { .. } => event.state.before_start() && now < event.starts_at,
            Self::Closing => {
                event.state != EventState::Open && event.state.before_start()
                    || event.state == EventState::Live
            }
            Self::Start => event.state == EventState::Live,
            Self::Cancelled => event.state == EventState::Cancelled,
        }
    }
}

/// What became of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum AlertState {
    /// Its time has not come, or nobody has taken it.
    Waiting,
    /// Taken; its work is on a queue.
    Queued {
        /// Since when.
        at: Timestamp,
    },
    /// Done.
    Sent {
        /// When.
        at: Timestamp,
        /// Whether what it says was left out, being stale.
        silent: bool,
    },
    /// Could not be done.
    Failed {
        /// When that was known.
        at: Timestamp,
        /// Why, for those who run Gantry.
        why: String,
    },
    /// Not done, as it was of no use any more.
    Dropped {
        /// When.
        at: Timestamp,
        /// Why.
        why: DropReason,
    },
}

/// Why an alert was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// Its lateness limit was over when it was taken.
    Late,
    /// The event was changed so that it does not apply, or was called off.
    Overtaken,
    /// The event was moved so that its instant had gone by.
    Past,
    /// The event has no channel in which it could be said.
    NoChannel,
}

/// Something that is due for an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The event.
    pub event: EventKey,
    /// The guild whose queue group its work travels in.
    pub guild: GuildId,
    /// What is due.
    pub kind: AlertKind,
    /// When, in whole seconds.
    pub due: Timestamp,
    /// What became of it.
    pub outcome: AlertState,
    /// Counts the changes, from 1: of two who take it, one does.
    pub version: u64,
}

impl Alert {
    /// The alert with another outcome.
    #[must_use]
    pub fn with(&self, outcome: AlertState) -> Self {
        Self {
            outcome,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// The alert waiting for another instant.
    #[must_use]
    pub fn moved(&self, due: Timestamp) -> Self {
        Self {
            due,
            ..self.with(AlertState::Waiting)
        }
    }

    /// Whether it has not been decided what becomes of it.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self.outcome, AlertState::Waiting | AlertState::Queued { .. })
    }

    /// When a tick is to take it: when it is due, or when what was taken should long have been done.
    #[must_use]
    pub fn taken_at(&self) -> Option<Timestamp> {
        match self.outcome {
            AlertState::Waiting => Some(self.due),
            AlertState::Queued { at } => Some(whole_second(
                at.saturating_add(TAKEN_AGAIN).unwrap_or(Timestamp::MAX),
            )),
            AlertState::Sent { .. } | AlertState::Failed { .. } | AlertState::Dropped { .. } => None,
        }
    }

    /// The alert with that outcome, or waiting for its next instant before `end` if it is one that is repeated.
    #[must_use]
    pub fn settled(&self, outcome: AlertState, now: Timestamp, end: Timestamp) -> Self {
        let next = match self.kind {
            AlertKind::Progress { every_h } => next_of(self.due, every_h, now).filter(|next| *next < end),
            _ => None,
        };
        next.map_or_else(|| self.with(outcome), |next| self.moved(next))
    }
}

/// The first instant after `now` that lies a whole number of steps of so many hours after `from`, itself left out.
fn next_of(from: Timestamp, every_h: u32, now: Timestamp) -> Option<Timestamp> {
    let step = i64::from(every_h.max(1)) * 3600;
    let gone = now.as_second().saturating_sub(from.as_second()).max(0) / step;
    from.checked_add(SignedDuration::from_secs((gone + 1) * step))
        .ok()
}

/// What an event is to have at `now`: each kind with its instant.
#[must_use]
pub fn due_for(event: &Event, settings: &Settings, now: Timestamp) -> Vec<(AlertKind, Timestamp)> {
    let mut due = Vec::new();
    let since = event.state_since.unwrap_or(now);
    if event.state == EventState::Open {
        due.push((AlertKind::Closing, event.sign_up_ends_at()));
        due.extend(event.sign_up_begins_at().map(|at| (AlertKind::Opening, at)));
        let begins = event.sign_up_begins_at().map_or(since, |opens| opens.max(since));
        if let Some(every_h) = settings.progress_hours()
            && let Some(next) = next_of(begins, every_h, now)
            && next < event.sign_up_ends_at()
        {
            due.push((AlertKind::Progress { every_h }, next));
        }
    }
    if event.state.before_start() {
        let before = |hours: u32| {
            event
                .starts_at
                .checked_sub(SignedDuration::from_hours(hours.into()))
        };
        let reminders = settings.reminder_hours().iter();
        due.extend(
            reminders.filter_map(|hours| Some((AlertKind::Reminder { hours: *hours }, before(*hours).ok()?))),
        );
        due.push((AlertKind::Start, event.starts_at));
        due.push((AlertKind::Rooms, super::race_room::opens_at(event)));
    }
    if matches!(event.state, EventState::Closed | EventState::TeamsFinal)
        && let Ok(day) = event.starts_at.checked_sub(RACE_DAY)
        && now < event.starts_at
    {
        // Closed within the last day: at once.
        due.push((AlertKind::Ready, day.max(now)));
    }
    let after = |delay: SignedDuration| since.checked_add(delay).unwrap_or(Timestamp::MAX);
    match event.state {
        EventState::Live => {
            due.push((AlertKind::End, event.ends_at()));
            let sample = super::attendance::next_sample(event, now);
            due.extend(sample.map(|at| (AlertKind::Attendance, at)));
        }
        EventState::Completed | EventState::Cancelled => {
            due.push((AlertKind::Archive, after(settings.archive_delay())));
        }
        EventState::Archived => due.push((AlertKind::Delete, after(settings.retention()))),
        _ => {}
    }
    due.into_iter()
        .map(|(kind, at)| (kind, whole_second(at)))
        .collect()
}

/// Instants in keys are whole seconds: what is due is so too, so that the two are the same.
#[must_use]
pub fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The alerts that have to be written so that `event` has what it is to have; `present` are those it has. DMs that wait are
/// left alone: whoever sends them looks whether they are still so.
///
/// What was done stays done: an alert is only asked for again for another instant that is still to come. Steps of the
/// event's life are asked for however late it is.
#[must_use]
pub fn reschedule(
    event: &Event,
    guild: GuildId,
    settings: &Settings,
    present: &[Alert],
    now: Timestamp,
) -> Vec<Alert> {
    let mut wanted = due_for(event, settings, now);
    for (kind, due) in &mut wanted {
        // A green flag that came late moved the end of the race: that stays, whatever else is changed while it is on.
        let ends = present
            .iter()
            .find(|alert| *kind == AlertKind::End && alert.kind == *kind && alert.is_pending());
        *due = ends.map_or(*due, |ends| ends.due.max(*due));
    }
    let mut changes = Vec::new();
    for (kind, due) in &wanted {
        let found = present.iter().find(|alert| alert.kind.name() == kind.name());
        let comes = *due > now || kind.is_never_late();
        let stands = |alert: &Alert| alert.due == *due && alert.kind == *kind && alert.is_pending();
        match found {
            None if comes => changes.push(Alert {
                event: event.key,
                guild,
                kind: *kind,
                due: *due,
                outcome: AlertState::Waiting,
                version: 1,
            }),
            None => {}
            Some(alert) if stands(alert) && alert.guild == guild => {}
            // The club has moved.
            Some(alert) if stands(alert) => changes.push(Alert {
                guild,
                ..alert.moved(*due)
            }),
            Some(alert) if alert.due == *due && kind.action().is_none() => {}
            // A step that is wanted again has not been taken: the event came back to the state before it.
            Some(alert) if comes => changes.push(Alert {
                kind: *kind,
                guild,
                ..alert.moved(*due)
            }),
            Some(alert) if alert.is_pending() => changes.push(alert.with(AlertState::Dropped {
                at: now,
                why: DropReason::Past,
            })),
            Some(_) => {}
        }
    }
    changes.extend(
        present
            .iter()
            .filter_map(|alert| stints::follow(event, guild, alert, now)),
    );
    let unwanted = present.iter().filter(|alert| {
        // Of positions there is one a team, as of stints: with both a transaction could grow too large. Whoever does them
        // looks whether the race is on.
        let of_others = matches!(
            alert.kind,
            AlertKind::Stints { .. }
                | AlertKind::Pace { .. }
                | AlertKind::Held { .. }
                | AlertKind::Words { .. }
        );
        alert.is_pending() && !of_others && !wanted.iter().any(|(kind, _)| kind.name() == alert.kind.name())
    });
    changes.extend(unwanted.map(|alert| {
        alert.with(AlertState::Dropped {
            at: now,
            why: DropReason::Overtaken,
        })
    }));
    changes
}

#[cfg(test)]
#[path = "alert_tests.rs"]
mod tests;
