//! From a table's stream to its function.

use super::delivery::OnItsWay;
use super::events::{Failures, failures};
use super::{Deliveries, LOOK, StreamMapping};
use crate::AwsLocalError;
use crate::dynamodb::DynamoDb;
use crate::sqs::{Outgoing, Sqs};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Records read at once; those that no filter fits are passed over.
const PAGE: usize = 1000;
/// A failed batch is tried again after this much real time, doubled with each try.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How far a mapping has read, shared with who keeps it and who waits for it.
#[derive(Clone, Default)]
pub(crate) struct StreamStanding {
    inner: Arc<Mutex<Standing>>,
}

#[derive(Default)]
struct Standing {
    /// Sequence number of the last record that is done with.
    position: Option<String>,
    /// Until when the next batch is held back, while it is.
    held_until: Option<Timestamp>,
}

impl StreamStanding {
    pub(crate) fn at(position: Option<String>) -> Self {
        let standing = Self::default();
        standing.advance(position);
        standing
    }

    pub(crate) fn position(&self) -> Option<String> {
        self.lock().position.clone()
    }

    pub(crate) fn held_until(&self) -> Option<Timestamp> {
        self.lock().held_until
    }

    fn advance(&self, position: Option<String>) {
        self.lock().position = position;
    }

    fn hold(&self, until: Option<Timestamp>) {
        self.lock().held_until = until;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Standing> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Feeds one function from one table until it is dropped.
pub(crate) struct StreamPoller {
    pub(crate) mapping: StreamMapping,
    pub(crate) dynamodb: DynamoDb,
    pub(crate) sqs: Sqs,
    pub(crate) deliveries: Deliveries,
    pub(crate) standing: StreamStanding,
    /// Told when the position moves.
    pub(crate) moved: watch::Sender<u64>,
}

/// A try at a batch.
enum Tried {
    /// Everything up to this sequence number is done with.
    UpTo(String),
    /// Nothing of it is.
    Failed(String),
}

impl StreamPoller {
    pub(crate) async fn run(self) {
        let mut writes = self.dynamodb.writes();
        loop {
            writes.mark_unchanged();
            match self.take().await {
                Ok(Some((batch, on_its_way))) => {
                    self.deliver(batch).await;
                    drop(on_its_way);
                }
                Ok(None) => {
                    if self.standing.held_until().is_some() {
                        tokio::time::sleep(LOOK).await;
                    } else if writes.changed().await.is_err() {
                        // Reading costs SQLite a pass over the stream, so an idle table is left alone.
                        return;
                    }
                }
                Err(error) => {
                    tracing::debug!(table = self.mapping.table, %error, "mapped stream cannot be read");
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
    }

    /// The next batch, unless it is held back.
    async fn take(&self) -> Result<Option<(Vec<Value>, OnItsWay)>, AwsLocalError> {
        let late = self.deliveries.mode().late;
        let now = self.deliveries.clock.now();
        let _gate = self.deliveries.activity.gate().await;
        let batch = self.next_batch().await?;
        if batch.is_empty() {
            self.standing.hold(None);
            return Ok(None);
        }
        if late.is_positive() {
            let due = self.standing.held_until();
            let due = due.unwrap_or_else(|| now.saturating_add(late).unwrap_or(Timestamp::MAX));
            if due > now {
                self.standing.hold(Some(due));
                return Ok(None);
            }
        }
        self.standing.hold(None);
        Ok(Some((batch, self.deliveries.activity.begin())))
    }

    /// Reads on until a record fits, passing over what does not.
    async fn next_batch(&self) -> Result<Vec<Value>, AwsLocalError> {
        loop {
            let position = self.standing.position();
            let page = self
                .dynamodb
                .stream_page(&self.mapping.table, position, PAGE)
                .await?;
            let last = page.records.last().map(sequence_number);
            let full = page.records.len() == PAGE;
            let fitting = page
                .records
                .into_iter()
                .filter(|record| self.mapping.takes(record));
            let batch: Vec<Value> = fitting.take(self.mapping.batch_size.max(1)).collect();
            if !batch.is_empty() {
                return Ok(batch);
            }
            if let Some(last) = last {
                self.advance(last);
            }
            if !full {
                return Ok(batch);
            }
        }
    }

    /// Tries a batch, from its first failed record on, until it is done or given up.
    async fn deliver(&self, mut batch: Vec<Value>) {
        let (mut tries, mut pause) = (0, FIRST_PAUSE);
        while let Some(last) = batch.last().map(sequence_number) {
            let mut tried = self.attempt(&batch).await;
            if self.deliveries.mode().double {
                tried = self.attempt(&batch).await;
            }
            let error = match tried {
                Tried::UpTo(done) => {
                    batch.retain(|record| sequence_number(record) > done);
                    self.advance(done);
                    // What is left is a batch of its own.
                    (tries, pause) = (0, FIRST_PAUSE);
                    "some records were reported as failed".to_owned()
                }
                Tried::Failed(error) => error,
            };
            if batch.is_empty() {
                return;
            }
            if self.mapping.retries.is_some_and(|retries| tries >= retries) {
                self.give_up(&batch, tries + 1, &error);
                self.advance(last);
                return;
            }
            tries += 1;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn attempt(&self, batch: &[Value]) -> Tried {
        let numbers: Vec<String> = batch.iter().map(sequence_number).collect();
        let known: HashSet<&str> = numbers.iter().map(String::as_str).collect();
        let event = json!({ "Records": batch });
        let StreamMapping {
            function, timeout, ..
        } = &self.mapping;
        let answer = match self
            .deliveries
            .invoke(function, event, batch.len(), *timeout)
            .await
        {
            Ok(answer) => answer,
            Err(error) => return Tried::Failed(error.to_string()),
        };
        let first_failed = match failures(&answer, &known) {
            Failures::None => numbers.len(),
            Failures::All => 0,
            // The lowest number counts: everything from it on is tried again.
            Failures::Items(items) => numbers
                .iter()
                .position(|number| items.contains(number))
                .unwrap_or(0),
        };
        match first_failed.checked_sub(1).and_then(|done| numbers.get(done)) {
            Some(done) => Tried::UpTo(done.clone()),
            None => Tried::Failed("the first record was reported as failed".to_owned()),
        }
    }

    /// Tells the failure queue, as Lambda does (developer guide, "Retain discarded batch records").
    fn give_up(&self, batch: &[Value], tries: u32, error: &str) {
        let StreamMapping {
            table,
            function,
            on_failure,
            ..
        } = &self.mapping;
        tracing::warn!(table, function, tries, error, "a stream batch was given up");
        let Some(queue) = on_failure else { return };
        let end = |record: Option<&Value>| record.map(sequence_number);
        let body = json!({
            "requestContext": {
                "functionArn": function,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": tries,
            },
            "responseContext": { "functionError": error },
            "version": "1.0",
            "timestamp": self.deliveries.clock.now().to_string(),
            "DDBStreamBatchInfo": {
                "shardId": dynoxide::streams::shard_id(table),
                "startSequenceNumber": end(batch.first()),
                "endSequenceNumber": end(batch.last()),
                "batchSize": batch.len(),
                "streamArn": batch.first().map(|record| record["eventSourceARN"].clone()),
            },
        });
        let outgoing = Outgoing {
            body: body.to_string(),
            ..Outgoing::default()
        };
        if let Err(error) = self.sqs.deliver(queue, outgoing) {
            tracing::warn!(queue, %error, "the failure queue cannot be told");
        }
    }

    fn advance(&self, position: String) {
        self.standing.advance(Some(position));
        self.moved.send_modify(|moves| *moves += 1);
    }
}

/// Fixed width, so that the order of texts is that of numbers.
fn sequence_number(record: &Value) -> String {
    record["dynamodb"]["SequenceNumber"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Whether records wait that a mapping has not read.
pub(crate) async fn has_unread(
    dynamodb: &DynamoDb,
    mapping: &StreamMapping,
    standing: &StreamStanding,
) -> Result<bool, AwsLocalError> {
    let mut position = standing.position();
    loop {
        let page = dynamodb.stream_page(&mapping.table, position, PAGE).await?;
        if page.records.iter().any(|record| mapping.takes(record)) {
            return Ok(true);
        }
        if page.records.len() < PAGE {
            return Ok(false);
        }
        position = page.records.last().map(sequence_number);
    }
}
