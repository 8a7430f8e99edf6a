//! A club's event with 100 drivers, and what Discord sends when somebody types `/event list`.

use gantry_shared::domain::club::{Club, Colour, ZoneName};
use gantry_shared::domain::event::{Event, EventKey, EventState};
use gantry_shared::domain::fact::{Actor, Fact, Record};
use gantry_shared::domain::ids::{ClubId, EventId, GuildId, InteractionId, OutboxId, SeriesId, UserId};
use gantry_shared::domain::notice::Sheet;
use gantry_shared::domain::seats::{SeatMove, Seats};
use gantry_shared::domain::series::{Class, ClassId};
use gantry_shared::domain::signup::{SignUp, Status, Ticket};
use gantry_shared::domain::work::Work;
use gantry_shared::ports::store::{Answered, Batch, Change, OnceKey, Outbox};
use jiff::Timestamp;

/// The signed body of `/event list`, as the sample event in `events/` has it.
pub const COMMAND: &str = include_str!("../../../events/interactions/command-event-list.json");

/// How many drivers answered the event.
pub const DRIVERS: u64 = 100;

/// Seats of each of its two classes; who comes later waits.
const SEATS: u32 = 40;

const EVENT: EventKey = EventKey {
    club: ClubId::from_parts(1, 1),
    event: EventId::from_parts(1, 3),
};

/// The event's key.
#[must_use]
pub const fn event_key() -> EventKey {
    EVENT
}

fn class(label: &str) -> Class {
    Class {
        id: ClassId::of(label),
        label: label.to_owned(),
        seats: SEATS,
        role: None,
    }
}

/// The club.
#[must_use]
pub fn club() -> Club {
    Club {
        id: EVENT.club,
        guild: Some(GuildId(100)),
        lost_at: None,
        name: "Apex Endurance".to_owned(),
        slug: "apex-endurance".to_owned(),
        colour: Colour(0x1E_90_FF),
        time_zone: ZoneName::parse("Europe/Berlin").unwrap_or_default(),
        created_by: UserId(42),
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// The event, open for sign-up.
#[must_use]
pub fn event() -> Event {
    Event {
        key: EVENT,
        series: SeriesId::from_parts(1, 2),
        series_name: "GT Endurance".to_owned(),
        name: "Monza 6h".to_owned(),
        description: "Bring a wheel.\nRules: https://club.example/rules_2026".to_owned(),
        starts_at: Timestamp::constant(1_795_000_000, 0),
        duration_min: 360,
        classes: vec![class("GT3"), class("LMP2")],
        state: EventState::Open,
        opens_at: None,
        closes_at: None,
        state_since: None,
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: UserId(42),
        created_at: Timestamp::UNIX_EPOCH,
        version: 1,
    }
}

/// The answer of the driver of that number, from 1: the classes fill in turn, then people wait.
#[must_use]
pub fn sign_up(number: u64) -> SignUp {
    let class = ClassId::of(if number.is_multiple_of(2) { "GT3" } else { "LMP2" });
    let ticket = Ticket(InteractionId(number));
    let status = if number.saturating_sub(1) / 2 < u64::from(SEATS) {
        Status::Seated { class, ticket }
    } else {
        Status::Waiting { class, ticket }
    };
    SignUp {
        event: EVENT,
        user: UserId(1000 + number),
        name: format!("Dríver *{number}* of the Nürburgring"),
        status,
        at: Timestamp::UNIX_EPOCH,
        details: Default::default(),
    }
}

/// The event with all its answers.
#[must_use]
pub fn sheet() -> Sheet {
    let event = event();
    let waiting = u32::try_from(DRIVERS / 2).unwrap_or(SEATS).saturating_sub(SEATS);
    let seats = event.classes.iter().map(|class| Seats {
        class: class.clone(),
        taken: SEATS,
        waiting,
    });
    Sheet {
        seats: seats.collect(),
        sign_ups: (1..=DRIVERS).map(sign_up).collect(),
        event,
    }
}

/// What a click on "sign up" commits: the seat, the answer, the audit row, the outbox row with its work, the outcome.
#[must_use]
pub fn sign_up_batch() -> Batch {
    let (now, at) = (sign_up(7), Timestamp::UNIX_EPOCH);
    let seat = Change::MoveSeat(EVENT, ClassId::of("LMP2"), SeatMove::Take, at);
    Batch {
        record: Some(Record {
            club: EVENT.club,
            actor: Actor::User {
                user: now.user,
                interaction: InteractionId(7),
            },
            at,
            fact: Fact::DriverAnswered {
                event: EVENT,
                user: now.user,
                status: Some(now.status.clone()),
                promoted: None,
            },
            before: serde_json::Value::Null,
            after: serde_json::json!({"status": "seated", "class": "LMP2"}),
        }),
        outbox: Outbox {
            id: OutboxId::from_parts(1, 7),
            guild: GuildId(100),
            trace: "1573624007884800017".to_owned(),
            work: vec![Work::RefreshBoard { event: EVENT }],
        },
        answered: Some(Answered {
            key: OnceKey::Interaction(InteractionId(7)),
            outcome: serde_json::json!({"standing": "seated"}),
        }),
        changes: vec![seat, Change::PutSignUp { now, was: None }],
    }
}
