//! Measures a tick of `functions/race-day`: DynamoDB calls and time, by how many events a club has on a day and how many of
//! their alerts are due.
//!
//! `cargo build --workspace && target/debug/bench-race-day [EVENTS ...]`

use gantry_bench_function::{Failed, without_stream};
use gantry_local::{Clients, Stack, StackConfig, TABLE};
use gantry_local_wire::Service;
use gantry_race_day::{App, handle};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::adapters::system::System;
use gantry_shared::domain::alert::{Alert, AlertKind, AlertState};
use gantry_shared::domain::event::{Event, EventKey, EventState};
use gantry_shared::domain::ids::{ClubId, EventId, GuildId, OutboxId, SeriesId, UserId};
use gantry_shared::ports::ids::Ids;
use gantry_shared::ports::store::{Batch, Change, Ledger, Outbox};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Instant;

/// Events of the club, if nothing else is said.
const EVENTS: [usize; 2] = [50, 500];
/// Events with an alert that is due.
const DUE: [usize; 3] = [0, 3, 50];
/// Alerts that each event has and that are not due.
const WAITING: u32 = 6;
/// Ticks of which the median time is told.
const TICKS: usize = 5;

const GUILD: GuildId = GuildId(772_904_309_264_089_089);

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let mut sizes = Vec::new();
    for argument in std::env::args().skip(1) {
        sizes.push(argument.parse()?);
    }
    if sizes.is_empty() {
        sizes.extend(EVENTS);
    }
    println!(
        "| events on the day | alerts waiting | due | DynamoDB calls | of them queries | ms, median of {TICKS} |"
    );
    println!("|---|---|---|---|---|---|");
    for size in sizes {
        let stack = Stack::start(StackConfig::default()).await?;
        without_stream(&stack).await?;
        let table = |name| {
            let clients = Clients::of(name, stack.endpoints());
            Table::new(clients.dynamodb, TABLE, Default::default())
        };
        let club = ClubId::from_parts(1, 1);
        let store = table("bench");
        let mut events = Vec::with_capacity(size);
        for _ in 0..size {
            events.push(publish(&store, club).await?);
        }
        let app = App {
            table: table("race-day"),
            env: System,
        };
        for due in DUE.into_iter().filter(|due| *due <= size) {
            measure(&stack, &app, &store, (&events, due)).await?;
        }
        stack.shutdown().await?;
    }
    Ok(())
}

/// An event with its alerts, all of them far off.
async fn publish(store: &Table, club: ClubId) -> Result<EventKey, Failed> {
    let now = Timestamp::now();
    let (millis, random) = System.parts(now);
    let key = EventKey {
        club,
        event: EventId::from_parts(millis, random),
    };
    let starts_at = now + SignedDuration::from_hours(24 * 7);
    let event = Event {
        key,
        series: SeriesId::from_parts(1, 2),
        series_name: "Cup".to_owned(),
        name: "Race".to_owned(),
        description: String::new(),
        starts_at,
        duration_min: 360,
        classes: Vec::new(),
        state: EventState::Open,
        opens_at: None,
        closes_at: None,
        state_since: Some(now),
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: UserId(1),
        created_at: now,
        version: 1,
    };
    let mut changes = vec![Change::CreateEvent(event)];
    changes.extend((1..=WAITING).map(|hours| {
        let due = starts_at - SignedDuration::from_hours(i64::from(hours));
        Change::PutAlert(alert(key, AlertKind::Reminder { hours }, due))
    }));
    commit(store, changes).await?;
    Ok(key)
}

/// Instants of alerts are whole seconds.
fn alert(event: EventKey, kind: AlertKind, due: Timestamp) -> Alert {
    Alert {
        event,
        guild: GUILD,
        kind,
        due: Timestamp::from_second(due.as_second()).unwrap_or(due),
        outcome: AlertState::Waiting,
        version: 1,
    }
}

async fn commit(store: &Table, changes: Vec<Change>) -> Result<(), Failed> {
    let (millis, random) = System.parts(Timestamp::now());
    let outbox = Outbox {
        id: OutboxId::from_parts(millis, random),
        guild: GUILD,
        trace: "bench".to_owned(),
        work: Vec::new(),
    };
    let batch = Batch {
        changes,
        record: None,
        outbox,
        answered: None,
    };
    Ok(store.commit(batch).await?)
}

/// Makes an alert of so many events due, ticks, and prints what that took.
async fn measure(
    stack: &Stack,
    app: &App<System>,
    store: &Table,
    (events, due): (&[EventKey], usize),
) -> Result<(), Failed> {
    let (mut times, mut calls) = (Vec::new(), BTreeMap::new());
    for round in 0..TICKS {
        for event in &events[..due] {
            // Another name each time: an alert is taken once.
            let hours = 100 + u32::try_from(round + TICKS * due)?;
            let at = Timestamp::now() - SignedDuration::from_secs(5);
            let alert = alert(*event, AlertKind::Reminder { hours }, at);
            commit(store, vec![Change::PutAlert(alert)]).await?;
        }
        let mark = stack.log().mark();
        let event = serde_json::from_value(json!({ "id": "bench" }))?;
        let deadline = Timestamp::now() + SignedDuration::from_secs(55);
        let began = Instant::now();
        let tick = handle(app, event, deadline).await?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        if tick.taken as usize != due {
            return Err(format!("{due} were due: {tick:?}").into());
        }
        calls.clear();
        for call in stack.log().since(mark) {
            if call.service == Service::Dynamodb && call.caller == "race-day" {
                *calls.entry(call.operation).or_insert(0) += 1;
            }
        }
    }
    times.sort_by(f64::total_cmp);
    let all: i32 = calls.values().sum();
    println!(
        "| {} | {} | {due} | {all} | {} | {:.1} |",
        events.len(),
        events.len() * WAITING as usize,
        calls.get("Query").copied().unwrap_or(0),
        times[TICKS / 2]
    );
    Ok(())
}
