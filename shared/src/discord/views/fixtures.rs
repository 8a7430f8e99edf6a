//! A club, its series and an event for the tests, in one line each.

use crate::domain::club::{Club, Colour, ZoneName};
use crate::domain::event::{Event, EventKey, EventState};
use crate::domain::ids::{ClubId, EventId, GuildId, InteractionId, SeriesId, UserId};
use crate::domain::notice::Sheet;
use crate::domain::seats::Seats;
use crate::domain::series::{Series, parse_classes};
use crate::domain::signup::{SignUp, Status, Ticket};
use jiff::Timestamp;

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn club() -> Club {
    Club {
        id: ClubId::from_parts(1, 1),
        guild: Some(GuildId(100)),
        lost_at: None,
        name: "Apex Endurance".to_owned(),
        slug: "apex-endurance".to_owned(),
        colour: Colour(0x1E_90_FF),
        time_zone: ZoneName::parse("Europe/Berlin").unwrap(),
        created_by: UserId(42),
        created_at: at("2026-11-01T12:00:00Z"),
    }
}

pub(super) fn series(name: &str, classes: &str) -> Series {
    Series {
        club: ClubId::from_parts(1, 1),
        id: SeriesId::from_parts(1, 2),
        name: name.to_owned(),
        description: String::new(),
        classes: parse_classes(classes).unwrap(),
        created_by: UserId(42),
        created_at: at("2026-11-01T12:00:00Z"),
    }
}

pub(super) fn event(classes: &str) -> Event {
    Event {
        key: EventKey {
            club: ClubId::from_parts(1, 1),
            event: EventId::from_parts(1, 3),
        },
        series: SeriesId::from_parts(1, 2),
        series_name: "GT Endurance".to_owned(),
        name: "Monza 6h".to_owned(),
        description: "Bring a wheel.\nRules: https://club.example/rules_2026".to_owned(),
        starts_at: at("2026-11-28T13:00:00Z"),
        duration_min: 360,
        classes: parse_classes(classes).unwrap(),
        state: EventState::Open,
        opens_at: None,
        closes_at: None,
        state_since: None,
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: UserId(42),
        created_at: at("2026-11-01T12:00:00Z"),
        version: 1,
    }
}

/// A sheet with these drivers: each class's seated and waiting ones, in its order, and those who do not come.
pub(super) fn sheet(event: Event, drivers: &[(&[&str], &[&str])], absent: &[&str]) -> Sheet {
    let mut sign_ups = Vec::new();
    let mut add = |name: &str, status: &dyn Fn(Ticket) -> Status| {
        let number = sign_ups.len() as u64 + 1;
        let status = status(Ticket(InteractionId(number)));
        let (event, at) = (event.key, event.created_at);
        sign_ups.push(SignUp {
            event,
            user: UserId(number),
            name: name.to_owned(),
            status,
            at,
            details: crate::domain::availability::DriverDetails::default(),
        });
    };
    let mut seats = Vec::new();
    for (class, (seated, waiting)) in event.classes.iter().zip(drivers) {
        let (taken, queue) = (seated.len() as u32, waiting.len() as u32);
        seats.push(Seats {
            class: class.clone(),
            taken,
            waiting: queue,
        });
        for name in *seated {
            add(name, &|ticket| Status::Seated {
                class: class.id.clone(),
                ticket,
            });
        }
        for name in *waiting {
            add(name, &|ticket| Status::Waiting {
                class: class.id.clone(),
                ticket,
            });
        }
    }
    for name in absent {
        add(name, &|_| Status::NotComing);
    }
    Sheet {
        event,
        seats,
        sign_ups,
    }
}

/// Two classes, one of them full, with drivers whose names try to break out.
pub(super) fn busy_sheet() -> Sheet {
    let gt3: &[&str] = &["Ana Souza", "王小明", "**Bold** _Bob_"];
    let waiting: &[&str] = &[
        "Zoë",
        "<@42> @everyone",
        "[x](https://evil.example)",
        "# Big\nName",
    ];
    let lmp2: &[&str] = &[];
    sheet(
        event("GT3: 3, LMP2: 12"),
        &[(gt3, waiting), (lmp2, &[])],
        &["Иван Петров", "1. Max"],
    )
}
