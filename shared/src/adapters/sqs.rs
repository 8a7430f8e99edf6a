//! Queues on SQS.

use crate::domain::work::Lane;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use jiff::SignedDuration;

/// Most messages of one call (Amazon SQS developer guide, quotas).
pub const SEND_BATCH: usize = 10;
/// Longest time that a message can stay hidden, counted from its receipt: 12 hours.
const LONGEST_HIDE_S: i64 = 12 * 3600;

/// Why messages could not be sent or hidden; trying again helps.
#[derive(Debug, thiserror::Error)]
#[error("SQS: {0}")]
pub struct QueueError(String);

/// The queue of each lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueUrls {
    /// Of [`Lane::Channel`].
    pub channel: String,
    /// Of [`Lane::Board`].
    pub board: String,
    /// Of [`Lane::Notify`].
    pub notify: String,
    /// Of [`Lane::Sync`].
    pub sync: String,
}

impl QueueUrls {
    /// The URL of a lane's queue.
    #[must_use]
    pub fn of(&self, lane: Lane) -> &str {
        match lane {
            Lane::Channel => &self.channel,
            Lane::Board => &self.board,
            Lane::Notify => &self.notify,
            Lane::Sync => &self.sync,
        }
    }
}

/// A message to a FIFO queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FifoMessage {
    /// The message group.
    pub group: String,
    /// The deduplication id.
    pub deduplication: String,
    /// The body.
    pub body: String,
}

/// SQS.
#[derive(Clone, Debug)]
pub struct Sqs {
    client: Client,
}

impl Sqs {
    /// On that client.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    /// Sends up to [`SEND_BATCH`] messages; returns the places of those that the queue did not take.
    ///
    /// # Errors
    /// [`QueueError`] when none was taken, or nobody knows.
    pub async fn send(&self, queue_url: &str, messages: &[FifoMessage]) -> Result<Vec<usize>, QueueError> {
        let mut request = self.client.send_message_batch().queue_url(queue_url);
        for (place, message) in messages.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(place.to_string())
                .message_group_id(&message.group)
                .message_deduplication_id(&message.deduplication)
                .message_body(&message.body)
                .build()
                .map_err(|error| QueueError(error.to_string()))?;
            request = request.entries(entry);
        }
        let output = request
            .send()
            .await
            .map_err(|e| QueueError(DisplayErrorContext(&e).to_string()))?;
        Ok(output
            .failed
            .iter()
            .filter_map(|failed| failed.id.parse().ok())
            .collect())
    }

    /// Hides a received message for `time` from now, so that it is not received again before.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn hide(&self, queue_url: &str, receipt: &str, time: SignedDuration) -> Result<(), QueueError> {
        let seconds = (time.as_millis().max(0) + 999) / 1000;
        let seconds = seconds.min(i128::from(LONGEST_HIDE_S));
        self.client
            .change_message_visibility()
            .queue_url(queue_url)
            .receipt_handle(receipt)
            .visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| QueueError(DisplayErrorContext(&error).to_string()))?;
        Ok(())
    }
}
