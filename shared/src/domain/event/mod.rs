//! Events: one race meeting each.

mod state;
#[cfg(test)]
mod state_tests;

pub use state::{EventAction, EventState, SignUpChange, Step};

use super::ids::{ClubId, EventId, SeriesId, UserId};
use super::refusal::{Field, FormFault, Refusal};
use super::series::{Class, ClassId, DESCRIPTION_MAX, parse_classes};
use super::text;
use super::when::{parse_duration, parse_start};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Longest name of an event, in code points.
pub const EVENT_NAME_MAX: usize = 80;

/// Names an event together with its club, so that an event of another club cannot be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EventKey {
    /// The club.
    pub club: ClubId,
    /// The event.
    pub event: EventId,
}

/// One race meeting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Club and event.
    pub key: EventKey,
    /// Its series.
    pub series: SeriesId,
    /// The series' name, which does not change.
    pub series_name: String,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// When it starts.
    pub starts_at: Timestamp,
    /// How long it lasts, in whole minutes.
    pub duration_min: i64,
    /// Its classes.
    pub classes: Vec<Class>,
    /// Where it is in its life.
    pub state: EventState,
    /// When sign-up opens; none for when it is published.
    #[serde(default)]
    pub opens_at: Option<Timestamp>,
    /// When sign-up closes; none for the start.
    #[serde(default)]
    pub closes_at: Option<Timestamp>,
    /// When it came into its state; none for one that was recorded before that was kept.
    #[serde(default)]
    pub state_since: Option<Timestamp>,
    /// When it was called off.
    #[serde(default)]
    pub cancelled_at: Option<Timestamp>,
    /// Why it was called off.
    pub cancel_reason: Option<String>,
    /// Whether it was called off as a draft: nobody but those who manage events ever saw it.
    #[serde(default)]
    pub unpublished: bool,
    /// Who created it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Counts the changes, from 1: two people who edit at once do not overwrite each other.
    pub version: u64,
}

impl Event {
    /// When it ends.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.starts_at
            .saturating_add(SignedDuration::from_mins(self.duration_min))
            .unwrap_or(Timestamp::MAX)
    }

    /// When sign-up begins, once the event is published; none for at once.
    #[must_use]
    pub const fn sign_up_begins_at(&self) -> Option<Timestamp> {
        self.opens_at
    }

    /// When sign-up ends at the latest.
    #[must_use]
    pub fn sign_up_ends_at(&self) -> Timestamp {
        self.closes_at
            .map_or(self.starts_at, |closes| closes.min(self.starts_at))
    }

    /// Whether drivers can sign up at `now`.
    #[must_use]
    pub fn takes_sign_ups(&self, now: Timestamp) -> bool {
        self.state == EventState::Open
            && now < self.sign_up_ends_at()
            && self.opens_at.is_none_or(|opens| opens <= now)
    }

    /// Whether a driver can give back a seat at `now`.
    #[must_use]
    pub fn takes_leave(&self, now: Timestamp) -> bool {
        self.state.before_start() && now < self.starts_at
    }

    /// The class of that id.
    #[must_use]
    pub fn class(&self, id: &ClassId) -> Option<&Class> {
        self.classes.iter().find(|class| class.id == *id)
    }

    /// The class that is typed; the only one if nothing is.
    ///
    /// # Errors
    /// [`Refusal::NameTheClass`], [`Refusal::NoSuchClass`].
    pub fn class_named(&self, typed: Option<&str>) -> Result<&Class, Refusal> {
        match (typed, self.classes.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(Refusal::NameTheClass),
            (Some(typed), _) => self.class(&ClassId::of(typed)).ok_or(Refusal::NoSuchClass),
        }
    }

    /// The facts of `details` put in place of the present ones.
    #[must_use]
    pub fn edited(&self, details: EventDetails) -> Self {
        let EventDetails {
            name,
            description,
            starts_at,
            duration_min,
            classes,
        } = details;
        Self {
            name,
            description,
            starts_at,
            duration_min,
            classes,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// The event with the end of sign-up as long before its start as it was, if `before` started sooner: an end that was set is not
    /// left behind. Sign-up that has ended stays so.
    #[must_use]
    pub fn closing_kept(self, before: &Self, now: Timestamp) -> Self {
        let by = self.starts_at.duration_since(before.starts_at);
        let ahead = matches!(self.state, EventState::Draft | EventState::Open);
        let closes = before
            .closes_at
            .filter(|closes| ahead && by.is_positive() && *closes > now);
        match closes {
            Some(closes) => Self {
                closes_at: Some(closes.saturating_add(by).unwrap_or(closes)),
                ..self
            },
            None => self,
        }
    }

    /// The event after `action`, taken at `now`, with the step that it is.
    ///
    /// # Errors
    /// [`Refusal::WrongState`].
    pub fn after(&self, action: EventAction, now: Timestamp) -> Result<(Self, Step), Refusal> {
        let step = self.state.step(action)?;
        let mut after = Self {
            state: step.to,
            version: self.version + 1,
            ..self.clone()
        };
        if step.to != step.from {
            after.state_since = Some(now);
        }
        if step.to == EventState::Cancelled {
            after.cancelled_at = Some(now);
            after.unpublished = step.from == EventState::Draft;
        }
        Ok((after, step))
    }
}

/// What can be edited of an event, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct EventDetails {
    /// The name.
    pub name: String,
    /// The description.
    pub description: String,
    /// The start.
    pub starts_at: Timestamp,
    /// Whole minutes.
    pub duration_min: i64,
    /// The classes.
    pub classes: Vec<Class>,
}

/// What somebody typed into the event form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventForm {
    /// The name.
    pub name: String,
    /// Local time in the club's zone.
    pub start: String,
    /// The length.
    pub duration: String,
    /// One class a line.
    pub classes: String,
    /// Free text.
    pub description: String,
}

impl EventForm {
    /// Checks what was typed. `unchanged` is the start that the event has already: it may lie in the past.
    ///
    /// # Errors
    /// Every fault, each with its field.
    pub fn check(
        &self,
        zone: &TimeZone,
        now: Timestamp,
        unchanged: Option<Timestamp>,
    ) -> Result<EventDetails, Vec<FormFault>> {
        let mut faults = Vec::new();
        let name = text::line(&self.name, EVENT_NAME_MAX)
            .map_err(|fault| faults.push(FormFault::text(Field::Name, fault)));
        let same = unchanged.filter(|start| super::when::write_start(*start, zone) == self.start.trim());
        let starts_at = match same {
            Some(start) => Ok(start),
            None => parse_start(&self.start, zone, now).map_err(|problem| {
                faults.push(FormFault {
                    field: Field::Start,
                    problem,
                })
            }),
        };
        let duration = parse_duration(&self.duration).map_err(|problem| {
            faults.push(FormFault {
                field: Field::Duration,
                problem,
            })
        });
        let classes = parse_classes(&self.classes).map_err(|found| faults.extend(found));
        let description = text::paragraph(&self.description, DESCRIPTION_MAX)
            .map_err(|fault| faults.push(FormFault::text(Field::Description, fault)));
        match (name, starts_at, duration, classes, description) {
            (Ok(name), Ok(starts_at), Ok(duration), Ok(classes), Ok(description)) => Ok(EventDetails {
                name,
                description,
                starts_at,
                duration_min: duration.as_mins(),
                classes,
            }),
            _ => Err(faults),
        }
    }
}

/// Which events of a club are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Those that have not ended, soonest first.
    #[default]
    Upcoming,
    /// Those that have started, latest first.
    Past,
    /// All, soonest first.
    All,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_checked_whole() {
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        let empty = EventForm::default().check(&TimeZone::UTC, now, None).unwrap_err();
        let fields: Vec<_> = empty.iter().map(|fault| fault.field).collect();
        assert_eq!(
            fields,
            [Field::Name, Field::Start, Field::Duration, Field::Classes]
        );
        let form = EventForm {
            name: "Monza".into(),
            start: "2026-11-20 10:00".into(),
            duration: "6h".into(),
            classes: "GT3: 10".into(),
            description: String::new(),
        };
        assert!(form.check(&TimeZone::UTC, now, None).is_err());
        let start = "2026-11-20T10:00:00Z".parse().unwrap();
        assert_eq!(
            form.check(&TimeZone::UTC, now, Some(start)).unwrap().starts_at,
            start
        );
    }

    #[test]
    fn an_end_of_sign_up_moves_with_a_later_start() {
        let mut before = crate::domain::fixtures::sheet(1, 0).event;
        let at = |hours| before.starts_at + SignedDuration::from_hours(hours);
        let (closes, now, later) = (at(-24), at(-48), at(72));
        let (sooner, after_closing) = (at(-3), at(-23));
        before.closes_at = Some(closes);
        before.state = EventState::Open;
        let moved = |to, state, now| {
            let after = Event {
                starts_at: to,
                state,
                ..before.clone()
            };
            after.closing_kept(&before, now).closes_at
        };
        let by = Some(closes + SignedDuration::from_hours(72));
        assert_eq!(moved(later, EventState::Open, now), by);
        assert_eq!(moved(later, EventState::Draft, now), by);
        assert_eq!(moved(later, EventState::Closed, now), Some(closes));
        assert_eq!(moved(later, EventState::Open, after_closing), Some(closes));
        assert_eq!(moved(sooner, EventState::Open, now), Some(closes));
    }
}
