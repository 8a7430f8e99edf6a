//! Moving messages out of a dead-letter queue again (redrive).

use super::error::SqsError;
use super::message::Message;
use super::requests::MoveTaskRequest;
use super::{Sqs, State};
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
        let now = self.now();
        let mut state = self.lock();
        let source = state.move_source(request)?;
        let destination = request.destination_arn.as_deref();
        let taken = state.queue(&source)?.take_waiting(now);
        let (wanted, mut moved, mut stay) = (taken.len(), 0, Vec::new());
        for message in taken {
            let to = destination.or(message.dead_letter_of.as_deref());
            let to = to.and_then(queue_of_arn).map(str::to_owned);
            match to.and_then(|to| state.queues.get_mut(&to)) {
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
        state.remember_move(MoveTask {
            source,
            destination: destination.map(str::to_owned),
            started_at: now,
            moved,
            wanted,
            failure,
        });
        drop(state);
        self.changed();
        Ok(json!({ "TaskHandle": uuid::Uuid::new_v4().to_string() }))
    }

    pub(super) fn list_moves(&self, request: &MoveTaskRequest) -> Result<Value, SqsError> {
        let state = self.lock();
        let source = state.existing(&request.source_arn, "SourceArn")?;
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

impl State {
    /// The name of the queue that `parameter` names by its ARN.
    fn existing<'a>(&self, arn: &'a str, parameter: &str) -> Result<&'a str, SqsError> {
        let name = queue_of_arn(arn).filter(|name| self.queues.contains_key(*name));
        name.ok_or_else(|| {
            let message =
                format!("The resource that you specified for the {parameter} parameter doesn't exist.");
            SqsError::no_resource(&message)
        })
    }

    /// Checks a request to move; returns the source's name.
    fn move_source(&self, request: &MoveTaskRequest) -> Result<String, SqsError> {
        let source = self.existing(&request.source_arn, "SourceArn")?;
        let is_target = self.queues.values().any(|queue| {
            let redrive = queue.attributes.redrive.as_ref();
            redrive.is_some_and(|redrive| redrive.dead_letters == source)
        });
        if !is_target {
            let message = "Source queue must be configured as a Dead Letter Queue.";
            return Err(SqsError::unsupported(message));
        }
        if let Some(destination) = &request.destination_arn {
            self.existing(destination, "DestinationArn")?;
        }
        Ok(source.to_owned())
    }

    fn remember_move(&mut self, task: MoveTask) {
        let source = task.source.clone();
        self.moves.insert(0, task);
        let mut of_source = 0;
        self.moves.retain(|task| {
            of_source += usize::from(task.source == source);
            task.source != source || of_source <= KEPT
        });
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
