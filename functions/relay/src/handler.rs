//! Carries the outbox to the queues and to the event bus: fed by the table's stream, which is filtered to new outbox
//! rows. Sending a row twice is harmless: the queues know its deduplication ids, the workers load the present state.

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use gantry_shared::adapters::dynamo::OutboxItem;
use gantry_shared::adapters::eventbridge::{EventBus, Happening, PUT_BATCH};
use gantry_shared::adapters::sqs::{FifoMessage, QueueUrls, SEND_BATCH, Sqs};
use gantry_shared::domain::fact::Record;
use gantry_shared::domain::work::Lane;
use gantry_shared::jobs::{Outgoing, outgoing};
use gantry_shared::ports::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// What the function works with.
pub struct App<C> {
    /// The queues.
    pub sqs: Sqs,
    /// Their URLs.
    pub queues: QueueUrls,
    /// The event bus.
    pub bus: EventBus,
    /// The time by which refreshes are gathered.
    pub clock: C,
}

/// How long a row that cannot be read is tried again: a newer version may have written it, and the relay of that version
/// be deployed in a moment.
const DEPLOYING: SignedDuration = SignedDuration::from_mins(3);

/// What is sent for one stream record.
struct Row {
    sequence: String,
    messages: Vec<Outgoing>,
    happening: Option<Happening>,
    /// To be delivered again.
    unread: bool,
}

/// Sends everything, in order. The first record of which something was not taken is reported: Lambda delivers again
/// from there.
pub async fn handle<C: Clock>(app: &App<C>, event: Event) -> DynamoDbEventResponse {
    let now = app.clock.now();
    let rows: Vec<Row> = event
        .records
        .into_iter()
        .filter_map(|record| row(record, now))
        .collect();
    let mut failed = rows.iter().position(|row| row.unread).unwrap_or(usize::MAX);
    for lane in [Lane::Channel, Lane::Board, Lane::Notify, Lane::Sync] {
        failed = failed.min(send(app, lane, &rows).await);
    }
    failed = failed.min(publish(app, &rows).await);
    let mut response = DynamoDbEventResponse::default();
    if let Some(row) = rows.get(failed) {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = Some(row.sequence.clone());
        response.batch_item_failures.push(failure);
    }
    tracing::info!(
        rows = rows.len(),
        failed = response.batch_item_failures.len(),
        "relayed"
    );
    response
}

/// A record that cannot be read is logged. A new one is delivered again, see [`DEPLOYING`]; an older one is passed over: it
/// stays in the table, and must not hold up the others.
fn row(record: EventRecord, now: Timestamp) -> Option<Row> {
    let sequence = record.change.sequence_number.unwrap_or_default();
    let written = record.change.approximate_creation_date_time.timestamp();
    if record.change.new_image.is_empty() {
        return None;
    }
    let read = || -> Result<Row, Box<dyn std::error::Error>> {
        let item = OutboxItem::from_image(record.change.new_image)?;
        let messages = outgoing(item.id, item.guild, &item.trace, item.work()?, now)?;
        Ok(Row {
            sequence: sequence.clone(),
            messages,
            happening: happening(&item)?,
            unread: false,
        })
    };
    match read() {
        Ok(row) => Some(row),
        Err(error) => {
            tracing::error!(sequence, %error, "an outbox row cannot be read");
            let written = Timestamp::from_second(written).ok()?;
            (now.duration_since(written) < DEPLOYING).then_some(Row {
                sequence,
                messages: Vec::new(),
                happening: None,
                unread: true,
            })
        }
    }
}

fn happening(item: &OutboxItem) -> Result<Option<Happening>, serde_json::Error> {
    let record: Value = serde_json::from_str(&item.record)?;
    if record.is_null() {
        return Ok(None);
    }
    let name = serde_json::from_value::<Record>(record.clone())?
        .fact
        .name()
        .to_owned();
    let detail = json!({ "id": item.id, "guild": item.guild, "trace": item.trace, "record": record });
    Ok(Some(Happening {
        detail_type: name,
        detail: detail.to_string(),
    }))
}

/// Sends the messages of one lane; returns the place of the first row of which one was not taken.
async fn send<C>(app: &App<C>, lane: Lane, rows: &[Row]) -> usize {
    let all: Vec<(usize, FifoMessage)> = rows
        .iter()
        .enumerate()
        .flat_map(|(place, row)| {
            row.messages
                .iter()
                .filter(|m| m.lane == lane)
                .map(move |m| (place, fifo(m)))
        })
        .collect();
    let url = app.queues.of(lane);
    for some in all.chunks(SEND_BATCH) {
        let messages: Vec<FifoMessage> = some.iter().map(|(_, message)| message.clone()).collect();
        match app.sqs.send(url, &messages).await {
            Ok(refused) => {
                if let Some(first) = refused.into_iter().min() {
                    tracing::warn!(?lane, "a queue did not take everything");
                    return some.get(first).map_or(0, |(place, _)| *place);
                }
            }
            Err(error) => {
                tracing::warn!(?lane, %error, "a queue did not answer");
                return some.first().map_or(0, |(place, _)| *place);
            }
        }
    }
    usize::MAX
}

fn fifo(message: &Outgoing) -> FifoMessage {
    FifoMessage {
        group: message.group.clone(),
        deduplication: message.deduplication.clone(),
        body: message.body.clone(),
    }
}

async fn publish<C>(app: &App<C>, rows: &[Row]) -> usize {
    let all: Vec<(usize, Happening)> = rows
        .iter()
        .enumerate()
        .filter_map(|(place, row)| Some((place, row.happening.clone()?)))
        .collect();
    for some in all.chunks(PUT_BATCH) {
        let happenings: Vec<Happening> = some.iter().map(|(_, happening)| happening.clone()).collect();
        match app.bus.publish(&happenings).await {
            Ok(refused) => {
                if let Some(first) = refused.into_iter().min() {
                    tracing::warn!("the event bus did not take everything");
                    return some.get(first).map_or(0, |(place, _)| *place);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the event bus did not answer");
                return some.first().map_or(0, |(place, _)| *place);
            }
        }
    }
    usize::MAX
}
