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

/// Handles the records one by one. A record that cannot be read, fails or panics is returned to its queue, and with it
/// everything behind it in the same group, so that order is kept. Where it is known how long another try is no use,
/// the record stays hidden for that long.
pub async fn handle<F, R>(
    event: SqsEvent,
    deadline: Timestamp,
    queues: (&Sqs, &QueueUrls),
    mut work: F,
) -> SqsBatchResponse
where
    F: FnMut(Envelope) -> R,
    R: Future<Output = Result<(), JobFailure>>,
{
    let mut failed_groups = HashSet::new();
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let group = record
            .attributes
            .get("MessageGroupId")
            .cloned()
            .unwrap_or_default();
        let late = Timestamp::now()
            .saturating_add(MARGIN)
            .is_ok_and(|soon| soon > deadline);
        if !late && !failed_groups.contains(&group) && handle_one(&record, queues, &mut work).await {
            continue;
        }
        failed_groups.insert(group);
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = record.message_id.unwrap_or_default();
        response.batch_item_failures.push(failure);
    }
    response
}

/// Whether the record is done.
async fn handle_one<F, R>(record: &SqsMessage, (sqs, urls): (&Sqs, &QueueUrls), work: &mut F) -> bool
where
    F: FnMut(Envelope) -> R,
    R: Future<Output = Result<(), JobFailure>>,
{
    let message = record.message_id.as_deref().unwrap_or_default();
    let receives = record
        .attributes
        .get("ApproximateReceiveCount")
        .map_or("", String::as_str);
    let envelope = match Envelope::read(record.body.as_deref().unwrap_or_default()) {
        Ok(envelope) => envelope,
        Err(error) => {
            tracing::error!(message, receives, %error, "a message cannot be read");
            return false;
        }
    };
    let (id, trace, guild) = (envelope.id.clone(), envelope.trace.clone(), envelope.guild);
    match AssertUnwindSafe(work(envelope)).catch_unwind().await {
        Ok(Ok(())) => {
            tracing::info!(message, id, trace, %guild, "done");
            true
        }
        Ok(Err(failure)) => {
            tracing::warn!(message, receives, id, trace, %guild, error = %failure, "not done");
            if let Some(delay) = failure.retry_after() {
                hide(record, sqs, urls, delay).await;
            }
            false
        }
        Err(_) => {
            tracing::error!(message, receives, id, trace, %guild, "panicked");
            false
        }
    }
}

async fn hide(record: &SqsMessage, sqs: &Sqs, urls: &QueueUrls, delay: SignedDuration) {
    let name = record
        .event_source_arn
        .as_deref()
        .and_then(|arn| arn.rsplit(':').next())
        .unwrap_or_default();
    let known = [&urls.channel, &urls.board, &urls.notify];
    let url = known.into_iter().find(|url| url.rsplit('/').next() == Some(name));
    let (Some(url), Some(receipt)) = (url, record.receipt_handle.as_deref()) else {
        return;
    };
    // Without it the message comes back after the queue's visibility timeout: later or sooner, but not lost.
    if let Err(error) = sqs.hide(url, receipt, delay).await {
        tracing::warn!(%error, "a message could not be hidden");
    }
}
