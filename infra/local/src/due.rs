//! Moving the clock past what is due: a jump of three days is a handful of ticks, at the minutes at which something is due.

use crate::StackError;
use crate::functions::{Clients, Endpoints, TABLE};
use crate::stack::{CLEANUP, RACE_DAY};
use gantry_local_aws::{AwsLocal, ClockMover};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::domain::settings::OperatorOverrides;
use gantry_shared::ports::store::{ALERT_SHARDS, Alerts};
use jiff::Timestamp;
use std::sync::Arc;

/// Ticks of one move at most: more than any playground has due, fewer than would never end.
const MOST_TICKS: u32 = 5_000;

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

    /// What moves the clock when the playground or a control call does.
    pub(crate) fn mover(&self) -> ClockMover {
        let due = self.clone();
        Arc::new(move |to| {
            let due = due.clone();
            Box::pin(async move {
                if let Err(error) = due.advance(to, 1).await {
                    tracing::warn!(%error, "what is due was not all done while the clock was moved");
                }
            })
        })
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
                    .saturating_add(jiff::SignedDuration::from_mins(1))
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

    /// The first instant at which an alert is due, up to `to`. Looks after servers are no reason to stop: one at the end of
    /// the move finds what many on the way would have found.
    async fn next(&self, to: Timestamp) -> Result<Option<Timestamp>, StackError> {
        let mut first = None;
        for shard in 0..ALERT_SHARDS {
            let mut after = None;
            loop {
                let page = self.table.due_alerts(shard, to, 1, after.as_ref()).await?;
                for alert in &page.items {
                    first = Some(first.map_or(alert.due, |first: Timestamp| first.min(alert.due)));
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
