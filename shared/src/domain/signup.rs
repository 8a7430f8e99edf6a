//! Sign-ups: what a driver asks for, and the changes that it takes.

use super::availability::DriverDetails;
use super::event::{Event, EventKey};
use super::ids::{InteractionId, RoleId, UserId};
use super::refusal::{Refusal, Standing};
use super::seats::{SeatMove, Seats, seats_of};
use super::series::{Class, ClassId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A place in the order of arrival: the id of the click, which Discord gives out in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ticket(pub InteractionId);

/// A driver's answer to an event. There is at most one per driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUp {
    /// The event.
    pub event: EventKey,
    /// The driver.
    pub user: UserId,
    /// The name that the roster shows.
    pub name: String,
    /// The answer.
    pub status: Status,
    /// When it was given.
    pub at: Timestamp,
    /// What the driver says about themselves.
    #[serde(default)]
    pub details: DriverDetails,
}

/// What a driver's answer is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Status {
    /// Has a seat.
    Seated {
        /// In this class.
        class: ClassId,
        /// Order of arrival.
        ticket: Ticket,
    },
    /// Waits for a seat.
    Waiting {
        /// In this class.
        class: ClassId,
        /// Order of arrival.
        ticket: Ticket,
    },
    /// Does not come.
    NotComing,
}

impl Status {
    /// The class of whoever has a seat or waits for one.
    #[must_use]
    pub const fn class(&self) -> Option<&ClassId> {
        match self {
            Self::Seated { class, .. } | Self::Waiting { class, .. } => Some(class),
            Self::NotComing => None,
        }
    }
}

impl SignUp {
    /// How the driver is told it.
    #[must_use]
    pub fn standing(&self, event: &Event) -> Standing {
        let label = |id: &ClassId| {
            event
                .class(id)
                .map_or_else(|| id.as_str().to_owned(), |class| class.label.clone())
        };
        match &self.status {
            Status::Seated { class, .. } => Standing::Seated { class: label(class) },
            Status::Waiting { class, .. } => Standing::Waiting { class: label(class) },
            Status::NotComing => Standing::NotComing,
        }
    }
}

/// A driver on the waitlist of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiter {
    /// The class.
    pub class: ClassId,
    /// Order of arrival.
    pub ticket: Ticket,
    /// The driver.
    pub user: UserId,
    /// The name that the roster shows.
    pub name: String,
    /// When they signed up.
    pub at: Timestamp,
}

/// What a driver asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum Answer {
    /// A seat in the event's only class.
    SignUp,
    /// A seat in this class.
    Class {
        /// The class.
        class: ClassId,
    },
    /// "I do not come."
    NotComing,
    /// Take the answer back.
    Leave,
}

/// What an answer takes: at most one change of each class's count, and the driver's new sign-up.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// A class that the driver gives up.
    pub leaves: Option<(ClassId, SeatMove)>,
    /// The class that the driver enters.
    pub enters: Option<(Class, SeatMove)>,
    /// The sign-up afterwards; none if the answer is taken back.
    pub status: Option<Status>,
}

/// What comes of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It can be done so.
    Go(Plan),
    /// The event has several classes: the driver is to choose.
    ChooseClass,
}

/// Decides what `answer` takes, given the event, the counts of its classes, the driver's present sign-up and roles.
/// A role is needed to enter a class, and not to stay in it or to move up in its waitlist.
///
/// # Errors
/// [`Refusal::SignUpClosed`], [`Refusal::NoSuchClass`], [`Refusal::NothingToChange`], [`Refusal::ClassNeedsRole`].
pub fn decide(
    event: &Event,
    counts: &[Seats],
    mine: Option<&SignUp>,
    answer: &Answer,
    (ticket, roles): (Ticket, &[RoleId]),
    now: Timestamp,
) -> Result<Verdict, Refusal> {
    // Leaving stays possible after sign-up closed: a seat that will stay empty helps nobody. It ends with the start.
    let open = match answer {
        Answer::Leave | Answer::NotComing => event.takes_leave(now),
        Answer::SignUp | Answer::Class { .. } => event.takes_sign_ups(now),
    };
    if !open {
        return Err(Refusal::SignUpClosed);
    }
    let unchanged = || Refusal::NothingToChange {
        standing: mine.map_or(Standing::None, |mine| mine.standing(event)),
    };
    let leaves = leaving(counts, mine);
    let enter_class = |class: &Class| {
        let plan = enter(counts, &class.id, mine, leaves.clone(), ticket).ok_or_else(unchanged)?;
        match class.missing_role(roles) {
            None => Ok(plan),
            Some(role) => Err(Refusal::ClassNeedsRole {
                class: class.label.clone(),
                role,
            }),
        }
    };
    match answer {
        Answer::Leave if mine.is_none() => Err(unchanged()),
        Answer::Leave => Ok(Verdict::Go(Plan {
            leaves,
            enters: None,
            status: None,
        })),
        Answer::NotComing if mine.is_some_and(|mine| mine.status == Status::NotComing) => Err(unchanged()),
        Answer::NotComing => Ok(Verdict::Go(Plan {
            leaves,
            enters: None,
            status: Some(Status::NotComing),
        })),
        Answer::SignUp => match event.classes.as_slice() {
            [only] => enter_class(only),
            _ => Ok(Verdict::ChooseClass),
        },
        Answer::Class { class } => enter_class(event.class(class).ok_or(Refusal::NoSuchClass)?),
    }
}

fn leaving(counts: &[Seats], mine: Option<&SignUp>) -> Option<(ClassId, SeatMove)> {
    match &mine?.status {
        Status::Seated { class, .. } => {
            let waited_for = seats_of(counts, class).is_some_and(|seats| seats.waiting > 0);
            Some((
                class.clone(),
                if waited_for {
                    SeatMove::HandOver
                } else {
                    SeatMove::Free
                },
            ))
        }
        Status::Waiting { class, .. } => Some((class.clone(), SeatMove::Unqueue)),
        Status::NotComing => None,
    }
}

/// Nothing if the driver is in that class already.
fn enter(
    counts: &[Seats],
    class: &ClassId,
    mine: Option<&SignUp>,
    leaves: Option<(ClassId, SeatMove)>,
    ticket: Ticket,
) -> Option<Verdict> {
    if mine.is_some_and(|mine| in_class(&mine.status, class)) {
        return None;
    }
    let seats = seats_of(counts, class)?;
    let (step, status) = if seats.has_free() {
        (
            SeatMove::Take,
            Status::Seated {
                class: class.clone(),
                ticket,
            },
        )
    } else {
        (
            SeatMove::Queue,
            Status::Waiting {
                class: class.clone(),
                ticket,
            },
        )
    };
    Some(Verdict::Go(Plan {
        leaves,
        enters: Some((seats.class.clone(), step)),
        status: Some(status),
    }))
}

fn in_class(status: &Status, wanted: &ClassId) -> bool {
    match status {
        Status::Seated { class, .. } | Status::Waiting { class, .. } => class == wanted,
        Status::NotComing => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::EventState;
    use super::super::ids::{ClubId, EventId, SeriesId};
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn event(classes: &str) -> Event {
        Event {
            key: EventKey {
                club: ClubId::from_parts(1, 1),
                event: EventId::from_parts(1, 2),
            },
            series: SeriesId::from_parts(1, 3),
            series_name: "Endurance".into(),
            name: "Monza 6h".into(),
            description: String::new(),
            starts_at: at("2026-11-28T13:00:00Z"),
            duration_min: 360,
            classes: super::super::series::parse_classes(classes).unwrap(),
            state: EventState::Open,
            opens_at: None,
            closes_at: None,
            state_since: None,
            cancelled_at: None,
            cancel_reason: None,
            unpublished: false,
            created_by: UserId(1),
            created_at: at("2026-11-01T00:00:00Z"),
            version: 1,
        }
    }

    fn counts(event: &Event, taken: u32, waiting: u32) -> Vec<Seats> {
        event
            .classes
            .iter()
            .map(|class| Seats {
                class: class.clone(),
                taken,
                waiting,
            })
            .collect()
    }

    const TICKET: Ticket = Ticket(InteractionId(9));

    fn verdict(
        event: &Event,
        counts: &[Seats],
        mine: Option<Status>,
        answer: &Answer,
    ) -> Result<Verdict, Refusal> {
        let mine = mine.map(|status| SignUp {
            event: event.key,
            user: UserId(5),
            name: "Ana".into(),
            status,
            at: event.created_at,
            details: DriverDetails::default(),
        });
        decide(
            event,
            counts,
            mine.as_ref(),
            answer,
            (TICKET, &[]),
            at("2026-11-20T00:00:00Z"),
        )
    }

    fn class(label: &str) -> ClassId {
        ClassId::of(label)
    }

    #[test]
    fn a_role_is_needed_to_enter_and_not_to_stay() {
        let event = event("GT3:2, Pro:1 <@&7>");
        let (counts, now) = (counts(&event, 0, 0), at("2026-11-20T00:00:00Z"));
        let tried = |mine: Option<Status>, answer: &Answer, roles: &[RoleId]| {
            let mine = mine.map(|status| SignUp {
                event: event.key,
                user: UserId(5),
                name: "Ana".into(),
                status,
                at: event.created_at,
                details: DriverDetails::default(),
            });
            decide(&event, &counts, mine.as_ref(), answer, (TICKET, roles), now)
        };
        let pro = Answer::Class { class: class("Pro") };
        let refused = Err(Refusal::ClassNeedsRole {
            class: "Pro".into(),
            role: RoleId(7),
        });
        assert_eq!(tried(None, &pro, &[]), refused);
        assert_eq!(tried(None, &pro, &[RoleId(8)]), refused);
        assert!(tried(None, &pro, &[RoleId(8), RoleId(7)]).is_ok());
        assert!(tried(None, &Answer::Class { class: class("GT3") }, &[]).is_ok());
        let seated = |label: &str| {
            Some(Status::Seated {
                class: class(label),
                ticket: TICKET,
            })
        };
        assert_eq!(
            tried(seated("GT3"), &pro, &[]),
            refused,
            "a change of class enters it too"
        );
        assert!(matches!(
            tried(seated("Pro"), &pro, &[]),
            Err(Refusal::NothingToChange { .. })
        ));
        assert!(tried(seated("Pro"), &Answer::Leave, &[]).is_ok());
    }

    #[test]
    fn one_click_signs_up_where_there_is_one_class() {
        let event = event("GT3:2");
        let Ok(Verdict::Go(plan)) = verdict(&event, &counts(&event, 1, 0), None, &Answer::SignUp) else {
            panic!()
        };
        assert_eq!(
            plan.status,
            Some(Status::Seated {
                class: class("GT3"),
                ticket: TICKET
            })
        );
        assert_eq!(plan.enters.unwrap().1, SeatMove::Take);
        let Ok(Verdict::Go(plan)) = verdict(&event, &counts(&event, 2, 0), None, &Answer::SignUp) else {
            panic!()
        };
        assert_eq!(plan.enters.unwrap().1, SeatMove::Queue);
    }

    #[test]
    fn several_classes_are_chosen_from() {
        let event = event("GT3:2,GT4:2");
        assert_eq!(
            verdict(&event, &counts(&event, 0, 0), None, &Answer::SignUp),
            Ok(Verdict::ChooseClass)
        );
        let foreign = Answer::Class { class: class("LMP2") };
        assert_eq!(
            verdict(&event, &counts(&event, 0, 0), None, &foreign),
            Err(Refusal::NoSuchClass)
        );
    }

    #[test]
    fn changing_class_gives_the_old_seat_to_the_first_in_line() {
        let event = event("GT3:2,GT4:2");
        let mine = Status::Seated {
            class: class("GT3"),
            ticket: TICKET,
        };
        let to = Answer::Class { class: class("GT4") };
        let Ok(Verdict::Go(plan)) = verdict(&event, &counts(&event, 2, 1), Some(mine), &to) else {
            panic!()
        };
        assert_eq!(plan.leaves, Some((class("GT3"), SeatMove::HandOver)));
        assert_eq!(plan.enters.unwrap().1, SeatMove::Queue);
    }

    #[test]
    fn asking_for_what_one_has_changes_nothing() {
        let event = event("GT3:2");
        let seated = Status::Seated {
            class: class("GT3"),
            ticket: TICKET,
        };
        let refused = verdict(&event, &counts(&event, 1, 0), Some(seated), &Answer::SignUp).unwrap_err();
        assert_eq!(
            refused,
            Refusal::NothingToChange {
                standing: Standing::Seated { class: "GT3".into() }
            }
        );
        assert!(verdict(&event, &counts(&event, 1, 0), None, &Answer::Leave).is_err());
        assert!(
            verdict(
                &event,
                &counts(&event, 1, 0),
                Some(Status::NotComing),
                &Answer::NotComing
            )
            .is_err()
        );
    }

    #[test]
    fn sign_up_ends_with_the_start_or_when_it_is_closed() {
        let event = event("GT3:2");
        let seats = counts(&event, 0, 0);
        let ask = |event: &Event, now| decide(event, &seats, None, &Answer::SignUp, (TICKET, &[]), at(now));
        assert!(ask(&event, "2026-11-28T12:59:59Z").is_ok());
        assert_eq!(ask(&event, "2026-11-28T13:00:00Z"), Err(Refusal::SignUpClosed));
        for state in EventState::ALL
            .into_iter()
            .filter(|state| *state != EventState::Open)
        {
            let event = Event {
                state,
                ..event.clone()
            };
            assert_eq!(ask(&event, "2026-11-20T00:00:00Z"), Err(Refusal::SignUpClosed));
        }
    }

    #[test]
    fn a_driver_can_still_leave_after_sign_up_closed() {
        let event = Event {
            state: EventState::Closed,
            ..event("GT3:2")
        };
        let seated = Status::Seated {
            class: class("GT3"),
            ticket: TICKET,
        };
        let left = verdict(&event, &counts(&event, 1, 0), Some(seated), &Answer::Leave);
        assert!(matches!(
            left,
            Ok(Verdict::Go(Plan {
                leaves: Some((_, SeatMove::Free)),
                ..
            }))
        ));
    }
}
