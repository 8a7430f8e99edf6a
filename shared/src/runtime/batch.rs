//! Batches of SQS messages: one bad record fails alone, order within a group is kept, work ends before the deadline.

use crate::adapters::sqs::{QueueUrls, Sqs};
use crate::jobs::Envelope;
use crate::usecases::job::JobFailure;
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;
use std::future::Future;
use std::panic::AssertUnwindSafe;

/// No further record is begun when less than this is left before the deadline.
const MARGIN: SignedDuration = SignedDuration::from_secs(3);
/// A record's work is ended this long before the deadline, so that what was done before it is still reported.
const REPORT: SignedDuration = SignedDuration::from_secs(1);
/// How long a record that failed stays hidden, by the number of its receives, where nobody said how long to wait.
const HIDDEN_S: [i64; 4] = [2, 15, 60, 240];

/// One record's work.
pub struct Delivery {
    /// What it says.
    pub envelope: Envelope,
    /// Whether it was received before: an earlier try may have done some of it.
    pub again: bool,
}

/// Handles the records one by one. A record whose work fails, panics or runs out of time is returned to its queue, and
/// with it everything behind it in the same group, so that order is kept. A record that cannot be read is returned
/// alone: there is no order to keep with it. What is returned stays hidden for as long as another try is no use.
pub async fn handle<F, R>(
    event: SqsEvent,
    deadline: Timestamp,
    queues: (&Sqs, &QueueUrls),
    mut work: F,
) -> SqsBatchResponse
where
    F: FnMut(Delivery) -> R,
    R: Future<Output = Result<(), JobFailure>>,
{
    let mut failed_groups = HashSet::new();
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let group = attribute(&record, "MessageGroupId").to_owned();
        let late = left(deadline) < MARGIN;
        let outcome = if late || failed_groups.contains(&group) {
            Outcome::Failed
        } else {
            handle_one(&record, deadline, queues, &mut work).await
        };
        match outcome {
            Outcome::Done => continue,
            Outcome::Unreadable => {}
            Outcome::Failed => {
                failed_groups.insert(group);
            }
        }
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = record.message_id.unwrap_or_default();
        response.batch_item_failures.push(failure);
    }
    response
}

/// What became of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Unreadable,
    Failed,
}

async fn handle_one<F, R>(
    record: &SqsMessage,
    deadline: Timestamp,
    queues: (&Sqs, &QueueUrls),
    work: &mut F,
) -> Outcome
where
    F: FnMut(Delivery) -> R,
    R: Future<Output = Result<(), JobFailure>>,
{
    let sqs_message = record.message_id.as_deref().unwrap_or_default();
    let receives: usize = attribute(record, "ApproximateReceiveCount").parse().unwrap_or(1);
    let usual = SignedDuration::from_secs(HIDDEN_S[receives.clamp(1, HIDDEN_S.len()) - 1]);
    let envelope = match Envelope::read(record.body.as_deref().unwrap_or_default()) {
        Ok(envelope) => envelope,
        Err(error) => {
            tracing::error!(sqs_message, receives, %error, "a message cannot be read");
            hide(record, queues, usual).await;
            return Outcome::Unreadable;
        }
    };
    let (id, trace, guild) = (envelope.id.clone(), envelope.trace.clone(), envelope.guild);
    let delivery = Delivery {
        envelope,
        again: receives > 1,
    };
    let limit = std::time::Duration::try_from(left(deadline) - REPORT).unwrap_or_default();
    let done = tokio::time::timeout(limit, AssertUnwindSafe(work(delivery)).catch_unwind()).await;
    let hidden = match done {
        Ok(Ok(Ok(()))) => {
            tracing::info!(sqs_message, id, trace, %guild, "done");
            return Outcome::Done;
        }
        Ok(Ok(Err(failure))) => {
            tracing::warn!(sqs_message, receives, id, trace, %guild, error = %failure, "not done");
            failure.retry_after().unwrap_or(usual)
        }
        Ok(Err(_)) => {
            tracing::error!(sqs_message, receives, id, trace, %guild, "panicked");
            usual
        }
        Err(_) => {
            tracing::error!(sqs_message, receives, id, trace, %guild, "out of time");
            usual
        }
    };
    hide(record, queues, hidden).await;
    Outcome::Failed
}

fn attribute<'a>(record: &'a SqsMessage, name: &str) -> &'a str {
    record.attributes.get(name).map_or("", String::as_str)
}

/// The time before the deadline, by the machine's clock.
#[must_use]
pub fn left(deadline: Timestamp) -> SignedDuration {
    deadline.duration_since(Timestamp::now())
}

async fn hide(record: &SqsMessage, (sqs, urls): (&Sqs, &QueueUrls), delay: SignedDuration) {
    let name = record
        .event_source_arn
        .as_deref()
        .and_then(|arn| arn.rsplit(':').next())
        .unwrap_or_default();
    let known = [&urls.channel, &urls.board, &urls.notify, &urls.sync];
    let url = known.into_iter().find(|url| url.rsplit('/').next() == Some(name));
    let (Some(url), Some(receipt)) = (url, record.receipt_handle.as_deref()) else {
        return;
    };
    // Without it the message comes back after the queue's visibility timeout: later or sooner, but not lost.
    if let Err(error) = sqs.hide(url, receipt, delay).await {
        tracing::warn!(%error, "a message could not be hidden");
    }
}
