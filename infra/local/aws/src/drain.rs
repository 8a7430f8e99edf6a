//! Running until nothing is left to do, moving the clock on where only time is missing.

use crate::AwsLocalError;
use crate::aws::{AwsLocal, lock};
use crate::mappings::{Delivered, has_unread};
use jiff::Timestamp;
use serde::Serialize;
use std::time::{Duration, Instant};

/// So often is the clock moved before a drain gives up.
const MAX_CLOCK_MOVES: u64 = 1000;
/// So long may nothing get done, in real time.
const PATIENCE: Duration = Duration::from_secs(90);
/// From one look to the next, in real time.
const LOOK: Duration = Duration::from_millis(2);

/// What a drain did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DrainReport {
    /// Invocations that began.
    pub invocations: u64,
    /// Messages and stream records that they were given, each delivery counted.
    pub messages: u64,
    /// Invocations that failed.
    pub failures: u64,
    /// Messages that moved to a dead-letter queue.
    pub dead_letters: u64,
    /// How often the clock was moved on.
    pub clock_moves: u64,
}

/// Why a drain ended with work left.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// Nothing got done for long, or the clock was moved very often; each text names something that is left.
    #[error("stuck: {}", .0.join("; "))]
    Stuck(Vec<String>),
    /// A stream could not be read.
    #[error(transparent)]
    Aws(#[from] AwsLocalError),
}

/// What is left at one look.
enum Left {
    Nothing,
    /// Something is under way or about to be; what it is.
    Work(Vec<String>),
    /// Only time is missing until this instant; for what.
    Time(Timestamp, Vec<String>),
}

/// What changes when something gets done.
type Progress = (u64, u64, usize, Vec<Option<String>>);

impl AwsLocal {
    /// Returns when every mapped stream is read, every mapped queue is empty and no invocation runs. Where a message
    /// or a late delivery only waits for the clock, the clock is moved on to that instant.
    ///
    /// # Errors
    /// [`DrainError::Stuck`] when nothing gets done for 90 s of real time or after 1,000 moves of the clock.
    pub async fn drain(&self) -> Result<DrainReport, DrainError> {
        self.drain_within(PATIENCE).await
    }

    /// As [`AwsLocal::drain`], with another patience.
    ///
    /// # Errors
    /// As [`AwsLocal::drain`].
    pub async fn drain_within(&self, patience: Duration) -> Result<DrainReport, DrainError> {
        let before = (self.inner.activity.delivered(), self.inner.sqs.dead());
        let mut clock_moves = 0;
        let (mut progress, mut since) = (self.progress(), Instant::now());
        loop {
            let gate = self.inner.activity.gate().await;
            match self.left().await? {
                Left::Nothing => return Ok(self.report(before, clock_moves)),
                Left::Time(_, left) if clock_moves == MAX_CLOCK_MOVES => return Err(DrainError::Stuck(left)),
                Left::Time(until, _) => {
                    let clock = &self.inner.wires.clock;
                    if until > clock.now() {
                        clock_moves += 1;
                        clock.set(until);
                    }
                    since = Instant::now();
                }
                Left::Work(left) => {
                    let now = self.progress();
                    if now != progress {
                        (progress, since) = (now, Instant::now());
                    } else if since.elapsed() >= patience {
                        return Err(DrainError::Stuck(left));
                    }
                }
            }
            drop(gate);
            tokio::time::sleep(LOOK).await;
        }
    }

    fn report(&self, before: (Delivered, u64), clock_moves: u64) -> DrainReport {
        let (delivered, dead) = before;
        let now = self.inner.activity.delivered();
        DrainReport {
            invocations: now.invocations - delivered.invocations,
            messages: now.messages - delivered.messages,
            failures: now.failures - delivered.failures,
            dead_letters: self.inner.sqs.dead() - dead,
            clock_moves,
        }
    }

    /// Successful invocations, dead letters, messages in all queues, stream positions.
    fn progress(&self) -> Progress {
        let delivered = self.inner.activity.delivered();
        let depths = self.inner.sqs.depths();
        let messages = depths
            .iter()
            .map(|queue| queue.depth + queue.in_flight + queue.delayed)
            .sum();
        let standings = lock(&self.inner.standings);
        (
            delivered.invocations - delivered.failures,
            self.inner.sqs.dead(),
            messages,
            standings.values().map(|standing| standing.position()).collect(),
        )
    }

    /// Looks at everything; to be called under the gate.
    async fn left(&self) -> Result<Left, AwsLocalError> {
        let (mut work, mut waits) = (Vec::new(), Vec::new());
        for running in self.inner.invocations.functions() {
            work.push(format!(
                "{} invocations of {} run",
                running.count, running.function
            ));
        }
        let batches = self.inner.activity.batches();
        if batches > 0 {
            work.push(format!("{batches} batches are on their way"));
        }
        // A function that died may have asked for something that is still being done.
        let calls = self.inner.wires.calls.count();
        if calls > 0 {
            work.push(format!("{calls} calls are carried out"));
        }
        let late = self.deliveries().late;
        let mapped = lock(&self.inner.mapped).clone();
        for name in &mapped.queues {
            let outlook = self.inner.sqs.outlook(name, late);
            let text = || format!("{name} holds {} messages", outlook.messages);
            match outlook.next_due {
                _ if outlook.receivable => work.push(text()),
                Some(due) => waits.push((due, text())),
                None => {}
            }
        }
        for mapping in &mapped.streams {
            // The pass over the stream is dear, and needless while something runs that will write more.
            if !work.is_empty() {
                break;
            }
            let standing = lock(&self.inner.standings)
                .entry(mapping.key())
                .or_default()
                .clone();
            let text = || {
                format!(
                    "the stream of {} has records for {}",
                    mapping.table, mapping.function
                )
            };
            match standing.held_until() {
                Some(due) if due > self.inner.wires.clock.now() => waits.push((due, text())),
                Some(_) => work.push(text()),
                None if has_unread(&self.inner.dynamodb, mapping, &standing).await? => work.push(text()),
                None => {}
            }
        }
        let until = waits.iter().map(|(due, _)| *due).min();
        Ok(match until {
            _ if !work.is_empty() => Left::Work(work),
            Some(until) => Left::Time(until, waits.into_iter().map(|(_, text)| text).collect()),
            None => Left::Nothing,
        })
    }
}
