//! Events: one race meeting each.

use super::ids::{ClubId, EventId, SeriesId, UserId};
use super::refusal::{EventAction, Field, FormFault, Refusal};
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

/// Where an event is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventState {
    /// Only those who manage events see it.
    Draft,
    /// Published; drivers sign up.
    Open,
    /// Sign-up is over.
    Closed,
    /// The drivers are being put into teams.
    TeamsForming,
    /// The teams are settled, and have their places in Discord.
    TeamsFinal,
    /// Called off.
    Cancelled,
}

impl EventState {
    /// Whether sign-up is over and the event is still to come: a seat can be given back.
    #[must_use]
    pub const fn is_past_sign_up(self) -> bool {
        matches!(self, Self::Closed | Self::TeamsForming | Self::TeamsFinal)
    }

    /// The state that `action` leads to.
    ///
    /// # Errors
    /// [`Refusal::WrongState`].
    pub const fn after(self, action: EventAction) -> Result<Self, Refusal> {
        match (self, action) {
            (
                Self::Draft | Self::Open | Self::Closed | Self::TeamsForming | Self::TeamsFinal,
                EventAction::Edit,
            ) => Ok(self),
            // Publishing twice is how an admin repairs a failed channel: the state stays, the work is asked for again.
            (Self::Draft | Self::Open, EventAction::Publish) => Ok(Self::Open),
            (Self::Closed | Self::TeamsForming | Self::TeamsFinal, EventAction::Publish) => Ok(self),
            (Self::Open, EventAction::Close) => Ok(Self::Closed),
            (
                Self::Draft | Self::Open | Self::Closed | Self::TeamsForming | Self::TeamsFinal,
                EventAction::Cancel,
            ) => Ok(Self::Cancelled),
            (Self::Closed | Self::TeamsForming, EventAction::ArrangeTeams | EventAction::FormTeams)
            | (Self::TeamsFinal, EventAction::ReopenTeams) => Ok(Self::TeamsForming),
            // Small changes are made to settled teams too; forming them anew takes opening them again.
            (Self::TeamsFinal, EventAction::ArrangeTeams)
            | (Self::TeamsForming, EventAction::FinaliseTeams) => Ok(Self::TeamsFinal),
            (state, action) => Err(Refusal::WrongState { state, action }),
        }
    }
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
    /// Why it was called off.
    pub cancel_reason: Option<String>,
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

    /// When sign-up ends at the latest.
    #[must_use]
    pub const fn sign_up_ends_at(&self) -> Timestamp {
        self.starts_at
    }

    /// Whether drivers can sign up at `now`.
    #[must_use]
    pub fn takes_sign_ups(&self, now: Timestamp) -> bool {
        self.state == EventState::Open && now < self.sign_up_ends_at()
    }

    /// The class of that id.
    #[must_use]
    pub fn class(&self, id: &ClassId) -> Option<&Class> {
        self.classes.iter().find(|class| class.id == *id)
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

    /// The event after `action`.
    ///
    /// # Errors
    /// [`Refusal::WrongState`].
    pub fn after(&self, action: EventAction) -> Result<Self, Refusal> {
        Ok(Self {
            state: self.state.after(action)?,
            version: self.version + 1,
            ..self.clone()
        })
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
    fn every_action_in_every_state() {
        use EventAction as A;
        use EventState as S;
        let (draft, open, closed) = (Some(S::Draft), Some(S::Open), Some(S::Closed));
        let (forming, last, off) = (Some(S::TeamsForming), Some(S::TeamsFinal), Some(S::Cancelled));
        let actions = [
            A::Edit,
            A::Publish,
            A::Close,
            A::Cancel,
            A::ArrangeTeams,
            A::FormTeams,
            A::FinaliseTeams,
            A::ReopenTeams,
        ];
        let table = [
            (S::Draft, [draft, open, None, off, None, None, None, None]),
            (S::Open, [open, open, closed, off, None, None, None, None]),
            (
                S::Closed,
                [closed, closed, None, off, forming, forming, None, None],
            ),
            (
                S::TeamsForming,
                [forming, forming, None, off, forming, forming, last, None],
            ),
            (S::TeamsFinal, [last, last, None, off, last, None, None, forming]),
            (S::Cancelled, [None; 8]),
        ];
        for (state, expected) in table {
            let got = actions.map(|action| state.after(action).ok());
            assert_eq!(got, expected, "{state:?}");
        }
    }

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
}
