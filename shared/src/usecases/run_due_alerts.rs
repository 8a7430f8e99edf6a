//! Takes the alerts that are due and puts their work into the outbox: the tick of every minute.
//!
//! Nothing is remembered between ticks but the alerts themselves. So a tick may run twice, late, or at the same time as
//! another: of two that take an alert, one does. After an outage the first tick finds all that has become due since.

use super::call::{Env, outbox_id};
use crate::domain::alert::{Alert, AlertKind, AlertState, DropReason};
use crate::domain::event::EventKey;
use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::work::Work;
use crate::ports::store::{ALERT_SHARDS, Alerts, Batch, Change, Cursor, Ledger, Outbox, StoreResult};
use futures::StreamExt;
use jiff::Timestamp;
use serde::Serialize;

/// Alerts read at once.
const PAGE: u32 = 100;
/// Alerts of one event taken together: DynamoDB takes 100 writes in a transaction, two of which are the outbox and audit rows.
const TOGETHER: usize = 90;
/// Events whose alerts are taken at the same time.
const AT_ONCE: usize = 8;

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tick {
    /// Alerts whose work was put into the outbox.
    pub taken: u32,
    /// Alerts that were too late to be of use.
    pub dropped: u32,
    /// Alerts that were changed or taken by somebody else meanwhile, or could not be written; the next tick sees to them.
    pub left: u32,
    /// Whether time ran out before all was looked at.
    pub unfinished: bool,
}

impl Tick {
    const fn and(self, other: Self) -> Self {
        Self {
            taken: self.taken + other.taken,
            dropped: self.dropped + other.dropped,
            left: self.left + other.left,
            unfinished: self.unfinished || other.unfinished,
        }
    }
}

/// Takes all that is due, until `try_until`.
///
/// # Errors
/// What the store says to the reads; what could not be written is counted and left for the next tick.
pub async fn run_due_alerts<S: Alerts + Ledger>(
    store: &S,
    env: &impl Env,
    trace: &str,
    try_until: Timestamp,
) -> StoreResult<Tick> {
    let shards = futures::future::join_all(
        (0..ALERT_SHARDS).map(|shard| Box::pin(run_shard(store, env, trace, (shard, try_until)))),
    )
    .await;
    shards
        .into_iter()
        .try_fold(Tick::default(), |sum, one| Ok(sum.and(one?)))
}

async fn run_shard<S: Alerts + Ledger>(
    store: &S,
    env: &impl Env,
    trace: &str,
    (shard, try_until): (u32, Timestamp),
) -> StoreResult<Tick> {
    let mut tick = Tick::default();
    let mut last: Option<Cursor> = None;
    let now = env.now();
    loop {
        if env.now() >= try_until {
            tick.unfinished = true;
            return Ok(tick);
        }
        let page = store.due_alerts(shard, now, PAGE, last.as_ref()).await?;
        last = page.next;
        let events = by_event(page.items);
        let taken = futures::stream::iter(events)
            .map(|(event, alerts)| take(store, env, trace, (event, alerts)))
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        tick = taken.into_iter().fold(tick, Tick::and);
        if last.is_none() {
            return Ok(tick);
        }
    }
}

/// The alerts of each event together: they are done in one piece of work, in the order in which they are due.
fn by_event(page: Vec<Alert>) -> Vec<(EventKey, Vec<Alert>)> {
    let mut events: Vec<(EventKey, Vec<Alert>)> = Vec::new();
    for alert in page {
        let group = events
            .iter_mut()
            .find(|(event, alerts)| *event == alert.event && alerts.len() < TOGETHER);
        match group {
            Some((_, alerts)) => alerts.push(alert),
            None => events.push((alert.event, vec![alert])),
        }
    }
    events
}

/// Takes an event's alerts in one transaction with the row of the outbox that carries their work.
async fn take<S: Ledger>(
    store: &S,
    env: &impl Env,
    trace: &str,
    (event, alerts): (EventKey, Vec<Alert>),
) -> Tick {
    let now = env.now();
    let mut tick = Tick::default();
    let (mut changes, mut dropped) = (Vec::new(), Vec::new());
    for alert in &alerts {
        // A step of the event's life is taken however late it is; what would be said with it may be left out.
        if alert.kind.action().is_some() || alert.kind.timely(alert.due, now) {
            tick.taken += 1;
            changes.push(Change::PutAlert(alert.with(AlertState::Queued { at: now })));
        } else {
            tick.dropped += 1;
            dropped.push(alert.kind);
            let late = AlertState::Dropped {
                at: now,
                why: DropReason::Late,
            };
            changes.push(Change::PutAlert(alert.settled(late, now, Timestamp::MAX)));
        }
    }
    let Some(guild) = alerts.first().map(|alert| alert.guild) else {
        return tick;
    };
    let mut work = Vec::new();
    if tick.taken > 0 {
        work.push(Work::RunAlerts { event });
    }
    // Words were left over by an outage, in which the board may have missed their step.
    if dropped.iter().any(|kind| matches!(kind, AlertKind::Words { .. })) {
        work.push(Work::RefreshBoard { event });
    }
    let batch = Batch {
        changes,
        record: record(event, now, dropped),
        outbox: Outbox {
            id: outbox_id(env, now),
            guild,
            trace: trace.to_owned(),
            work,
        },
        answered: None,
    };
    match store.commit(batch).await {
        Ok(()) => tick,
        // Somebody else was faster, or the store is in trouble: the alerts wait, and the next tick finds them.
        Err(_) => Tick {
            left: tick.taken + tick.dropped,
            ..Tick::default()
        },
    }
}

fn record(event: EventKey, at: Timestamp, alerts: Vec<AlertKind>) -> Option<Record> {
    (!alerts.is_empty()).then_some(Record {
        club: event.club,
        actor: Actor::Gantry,
        at,
        fact: Fact::AlertsDropped { event, alerts },
        before: serde_json::Value::Null,
        after: serde_json::Value::Null,
    })
}
