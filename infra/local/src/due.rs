//! Moving the clock past what is due: a jump of three days is a handful of ticks, at the minutes at which something is due.

use crate::StackError;
use crate::functions::{Clients, Endpoints, TABLE};
use crate::stack::{CLEANUP, RACE_DAY};
use gantry_local_aws::{Asked, AwsLocal, ClockMover, Coming};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::domain::alert::{AlertKind, AlertState};
use gantry_shared::domain::event::EventKey;
use gantry_shared::domain::settings::OperatorOverrides;
use gantry_shared::ports::store::{ALERT_SHARDS, Alerts, EventReader};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;

/// Ticks of one move at most: more than any playground has due, fewer than would never end.
const MOST_TICKS: u32 = 5_000;

/// So far ahead it is looked for what comes next.
const AHEAD: SignedDuration = SignedDuration::from_hours(400 * 24);
/// So many alerts of a shard are looked at for that, and so many things told.
const LOOKED_AT: u32 = 200;
const TOLD: usize = 40;

/// What is due, and how it is ticked.
#[derive(Clone)]
pub(crate) struct Due {
    aws: AwsLocal,
    table: Arc<Table>,
}

impl Due {
    pub(crate) fn new(aws: &AwsLocal, endpoints: &Endpoints) -> Self {
        let client = Clients::of("clock", endpoints).dynamodb;
        Self {
            aws: aws.clone(),
            table: Arc::new(Table::new(client, TABLE, OperatorOverrides::default())),
        }
    }

    /// See [`crate::Stack::advance`]; returns the number of minutes that were ticked.
    pub(crate) async fn advance(&self, to: Timestamp, ticks: u32) -> Result<u32, StackError> {
        let clock = self.aws.clock();
        let mut minutes = 0;
        let mut before = None;
        while let Some(due) = self.next(to).await? {
            // What a tick leaves behind waits for the next minute, as it would in real time.
            let at = if before == Some(due) {
                clock
                    .now()
                    .saturating_add(SignedDuration::from_mins(1))
                    .unwrap_or(to)
            } else {
                due
            };
            before = Some(due);
            if at > to || minutes >= MOST_TICKS {
                break;
            }
            if at > clock.now() {
                clock.set(at);
            }
            self.tick(ticks).await?;
            minutes += 1;
        }
        if to > clock.now() || minutes == 0 {
            clock.set(to);
        }
        self.tick(ticks).await?;
        Ok(minutes)
    }

    async fn tick(&self, ticks: u32) -> Result<(), StackError> {
        for _ in 0..ticks {
            for schedule in [RACE_DAY, CLEANUP] {
                self.aws
                    .tick(schedule)
                    .await?
                    .map_err(|error| StackError::Story(format!("the tick failed: {error}")))?;
            }
        }
        self.aws.drain().await?;
        Ok(())
    }

    /// The next alerts of all events, one of each kind and event.
    async fn upcoming(&self) -> Result<Vec<Coming>, StackError> {
        let now = self.aws.clock().now();
        let until = now.saturating_add(AHEAD).unwrap_or(now);
        let mut alerts = Vec::new();
        for shard in 0..ALERT_SHARDS {
            let page = self.table.due_alerts(shard, until, LOOKED_AT, None).await?;
            alerts.extend(page.items);
        }
        // What is being done is not what comes next.
        alerts.retain(|alert| alert.outcome == AlertState::Waiting);
        alerts.sort_by_key(|alert| alert.due);
        let mut found: Vec<Coming> = Vec::new();
        let mut names: HashMap<EventKey, String> = HashMap::new();
        for alert in alerts {
            let name = match names.get(&alert.event) {
                Some(name) => name,
                None => {
                    let sheet = self.table.sheet(alert.event).await?;
                    let name = sheet.map_or_else(String::new, |sheet| sheet.event.name.to_string());
                    names.entry(alert.event).or_insert(name)
                }
            };
            let what = format!("{name}: {}", words(&alert.kind));
            if found.len() < TOLD && found.iter().all(|one| one.what != what) {
                let at = alert.due.max(now);
                found.push(Coming { at, what });
            }
        }
        Ok(found)
    }

    /// The first instant at which an alert is due, up to `to`. Looks after servers are no reason to stop: one at the end of
    /// the move finds what many on the way would have found.
    async fn next(&self, to: Timestamp) -> Result<Option<Timestamp>, StackError> {
        let mut first = None;
        for shard in 0..ALERT_SHARDS {
            let mut after = None;
            loop {
                let page = self.table.due_alerts(shard, to, 1, after.as_ref()).await?;
                for alert in &page.items {
                    let at = alert.taken_at().unwrap_or(alert.due);
                    first = Some(first.map_or(at, |first: Timestamp| first.min(at)));
                }
                // Behind one that cannot be read the next one is looked for.
                match page.next {
                    Some(next) if page.items.is_empty() => after = Some(next),
                    _ => break,
                }
            }
        }
        Ok(first)
    }
}

/// What moves the clock when the playground or a control call does.
impl ClockMover for Due {
    fn move_to(&self, to: Timestamp) -> Asked<()> {
        let due = self.clone();
        Box::pin(async move {
            if let Err(error) = due.advance(to, 1).await {
                tracing::warn!(%error, "what is due was not all done while the clock was moved");
            }
        })
    }

    fn coming(&self) -> Asked<Vec<Coming>> {
        let due = self.clone();
        Box::pin(async move {
            due.upcoming().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "what comes next cannot be told");
                Vec::new()
            })
        })
    }
}

/// What an alert is to a person who waits for it.
fn words(kind: &AlertKind) -> String {
    match kind {
        AlertKind::Opening => "sign-up opens",
        AlertKind::Progress { .. } => "how sign-up goes",
        AlertKind::Reminder { hours } => return format!("reminder, {hours} h before the start"),
        AlertKind::Closing => "sign-up closes",
        AlertKind::Ready => "24 hours before the race",
        AlertKind::Rooms => "the voice rooms open",
        AlertKind::Start => "the race starts",
        AlertKind::Stints { .. } => "the next driver is called",
        AlertKind::Attendance => "who drives is looked for in voice",
        AlertKind::Pace { .. } => "a position is brought up to date",
        AlertKind::End => "the race ends",
        AlertKind::Archive => "its channel is put away",
        AlertKind::Delete => "its channel is removed",
        AlertKind::Held { .. } => "the quiet hours end",
        AlertKind::Words { .. } => "what could not be said is tried again",
    }
    .to_owned()
}
