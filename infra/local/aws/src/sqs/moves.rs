//! Moving messages out of a dead-letter queue again (redrive).

use super::Sqs;
use super::error::SqsError;
use super::message::Message;
use super::requests::MoveTaskRequest;
use crate::names::{queue_arn, queue_of_arn};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// SQS keeps the last 10 tasks of a source.
const KEPT: usize = 10;

/// A move that has been made. It ends before its start is answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MoveTask {
    source: String,
    destination: Option<String>,
    started_at: Timestamp,
    moved: usize,
    wanted: usize,
    failure: Option<String>,
}

impl Sqs {
    /// Moves every message that is not in flight to the destination, or where it came from. A moved message is a new
    /// one: new id, sent now, never received (SQS developer guide, "Dead-letter queue redrive").
    pub(super) fn start_move(&self, request: &MoveTaskRequest) -> Result<Value, SqsError> {
        let gone = || {
            SqsError::no_resource(
                "The resource that you specified for the SourceArn parameter doesn't exist.",
            )
        };
        let source = queue_of_arn(&request.source_arn).ok_or_else(gone)?.to_owned();
        let now = self.now();
        let mut state = self.lock();
        if !state.queues.contains_key(&source) {
            return Err(gone());
        }
        let is_target = state.queues.values().any(|queue| {
            let redrive = queue.attributes.redrive.as_ref();
            redrive.is_some_and(|redrive| redrive.dead_letters == source)
        });
        if !is_target {
            return Err(SqsError::unsupported(
                "Source queue must be configured as a Dead Letter Queue.",
            ));
        }
        let destination = request.destination_arn.as_deref();
        if let Some(arn) = destination {
            let there = queue_of_arn(arn).is_some_and(|name| state.queues.contains_key(name));
            if !there {
                let reason =
                    "The resource that you specified for the DestinationArn parameter doesn't exist.";
                return Err(SqsError::no_resource(reason));
            }
        }
        let taken = state.queue(&source)?.take_waiting(now);
        let (wanted, mut moved, mut stay) = (taken.len(), 0, Vec::new());
        for message in taken {
            let to = destination
                .or(message.dead_letter_of.as_deref())
                .and_then(queue_of_arn);
            match to.map(str::to_owned).and_then(|to| state.queues.get_mut(&to)) {
                Some(queue) => {
                    queue.append(renewed(message, now));
                    moved += 1;
                }
                None => stay.push(message),
            }
        }
        let failure = (!stay.is_empty()).then(|| "CouldNotDetermineMessageSource".to_owned());
        for message in stay {
            state.queue(&source)?.append(message);
        }
        state.moves.insert(
            0,
            MoveTask {
                source: source.clone(),
                destination: destination.map(str::to_owned),
                started_at: now,
                moved,
                wanted,
                failure,
            },
        );
        let mut of_source = 0;
        state.moves.retain(|task| {
            of_source += usize::from(task.source == source);
            task.source != source || of_source <= KEPT
        });
        drop(state);
        self.changed();
        Ok(json!({ "TaskHandle": uuid::Uuid::new_v4().to_string() }))
    }

    pub(super) fn list_moves(&self, request: &MoveTaskRequest) -> Result<Value, SqsError> {
        let gone = || {
            SqsError::no_resource(
                "The resource that you specified for the SourceArn parameter doesn't exist.",
            )
        };
        let source = queue_of_arn(&request.source_arn).ok_or_else(gone)?;
        let state = self.lock();
        if !state.queues.contains_key(source) {
            return Err(gone());
        }
        let limit = request.max_results.unwrap_or(1).clamp(1, KEPT);
        let tasks = state
            .moves
            .iter()
            .filter(|task| task.source == source)
            .take(limit);
        let results: Vec<Value> = tasks.map(MoveTask::shown).collect();
        Ok(json!({ "Results": results }))
    }
}

impl MoveTask {
    fn shown(&self) -> Value {
        let mut shown = json!({
            "Status": if self.failure.is_some() { "FAILED" } else { "COMPLETED" },
            "SourceArn": queue_arn(&self.source),
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.wanted,
            "StartedTimestamp": self.started_at.as_millisecond(),
        });
        if let Some(destination) = &self.destination {
            shown["DestinationArn"] = destination.as_str().into();
        }
        if let Some(failure) = &self.failure {
            shown["FailureReason"] = failure.as_str().into();
        }
        shown
    }
}

fn renewed(message: Message, now: Timestamp) -> Message {
    Message {
        id: uuid::Uuid::new_v4().to_string(),
        sent_at: now,
        available_at: now,
        receives: 0,
        first_received_at: None,
        receipt: None,
        received_at: None,
        dead_letter_of: None,
        ..message
    }
}
