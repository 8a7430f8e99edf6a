//! Events and sign-ups for the tests of the domain, in one line each.

use super::availability::DriverDetails;
use super::event::{Event, EventKey, EventState};
use super::ids::{ClubId, EventId, InteractionId, SeriesId, UserId};
use super::notice::Sheet;
use super::seats::Seats;
use super::series::{ClassId, parse_classes};
use super::signup::{SignUp, Status, Ticket};

pub(super) fn event(starts_at: &str, duration_min: i64) -> Event {
    Event {
        key: EventKey {
            club: ClubId::from_parts(1, 1),
            event: EventId::from_parts(1, 3),
        },
        series: SeriesId::from_parts(1, 2),
        series_name: "GT Endurance".to_owned(),
        name: "Monza 6h".to_owned(),
        description: String::new(),
        starts_at: starts_at.parse().unwrap(),
        duration_min,
        classes: parse_classes("GT3: 100, LMP2: 100").unwrap(),
        state: EventState::Closed,
        opens_at: None,
        closes_at: None,
        state_since: None,
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: UserId(42),
        created_at: "2026-11-01T12:00:00Z".parse().unwrap(),
        version: 1,
    }
}

/// A closed six-hour event with drivers 1 to `gt3` in GT3 and the next ones in LMP2.
pub(super) fn sheet(gt3: u64, lmp2: u64) -> Sheet {
    let event = event("2026-11-28T13:00:00Z", 360);
    let seated = |class: &str, user: u64| SignUp {
        event: event.key,
        user: UserId(user),
        name: format!("Driver {user}"),
        status: Status::Seated {
            class: ClassId::of(class),
            ticket: Ticket(InteractionId(user)),
        },
        at: event.created_at,
        details: DriverDetails::default(),
    };
    Sheet {
        seats: event.classes.iter().cloned().map(Seats::empty).collect(),
        sign_ups: (1..=gt3)
            .map(|user| seated("GT3", user))
            .chain((gt3 + 1..=gt3 + lmp2).map(|user| seated("LMP2", user)))
            .collect(),
        event,
    }
}
