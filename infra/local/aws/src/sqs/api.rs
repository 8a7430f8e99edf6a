//! The operations, from JSON to JSON.

use super::error::{JSON_1_0, SqsError};
use super::message::{Message, attributes_md5, md5_hex};
use super::queue::{Queue, Received, Sent, Wanted};
use super::requests::{
    Batch, CreateQueue, ListQueues, MoveTaskRequest, OnQueue, OnReceipt, ReceiveMessage, SendMessage,
};
use super::{Attributes, Sqs, entries};
use crate::front::{Answer, Api, ApiCall, Refusal};
use crate::names::queue_arn;
use gantry_local_wire::Service;
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often a long poll looks whether the clock was moved, in real time.
const LOOK: Duration = Duration::from_millis(10);

impl Api for Sqs {
    const SERVICE: Service = Service::Sqs;

    fn waits(operation: &str) -> bool {
        operation == "ReceiveMessage"
    }

    async fn answer(&self, call: ApiCall) -> Answer {
        let done = match call.operation.as_str() {
            "ReceiveMessage" => self.receive_message(&call.body).await,
            _ => self.at_once(&call),
        };
        if done.is_ok() && matches!(call.operation.as_str(), "SendMessage" | "SendMessageBatch") {
            self.kept().await;
        }
        match done {
            Ok(body) => Answer::json(200, JSON_1_0, &body),
            Err(error) => error.answer(),
        }
    }

    fn refuse(&self, _call: &ApiCall, refusal: Refusal) -> Option<Answer> {
        match refusal {
            Refusal::Throttle => Some(SqsError::throttled().answer()),
            Refusal::ServerError => Some(SqsError::server(500).answer()),
            Refusal::Unavailable => Some(SqsError::server(503).answer()),
            Refusal::Conflict => None,
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    serde_json::from_slice(body).map_err(|error| SqsError::malformed(&error.to_string()))
}

/// The queue's name: the last part of its URL.
fn name_of(url: &str) -> Result<&str, SqsError> {
    if url.is_empty() {
        return Err(SqsError::missing("QueueUrl"));
    }
    Ok(url.rsplit('/').next().unwrap_or_default())
}

impl Sqs {
    fn at_once(&self, call: &ApiCall) -> Result<Value, SqsError> {
        let body = &call.body;
        match call.operation.as_str() {
            "CreateQueue" => {
                let request: CreateQueue = read(body)?;
                self.create(&request.queue_name, &request.attributes)?;
                Ok(json!({ "QueueUrl": self.url(&request.queue_name) }))
            }
            "GetQueueUrl" => {
                let request: CreateQueue = read(body)?;
                self.lock().queue(&request.queue_name)?;
                Ok(json!({ "QueueUrl": self.url(&request.queue_name) }))
            }
            "ListQueues" => self.list(&read(body)?),
            "DeleteQueue" => {
                let request: OnQueue = read(body)?;
                let name = name_of(&request.queue_url)?;
                self.lock().queues.remove(name).ok_or_else(SqsError::no_queue)?;
                self.changed();
                Ok(json!({}))
            }
            "GetQueueAttributes" => self.get_attributes(&read(body)?),
            "SetQueueAttributes" => {
                let request: OnQueue = read(body)?;
                self.set_attributes(name_of(&request.queue_url)?, &request.attributes)?;
                Ok(json!({}))
            }
            "PurgeQueue" => {
                let request: OnQueue = read(body)?;
                self.lock().queue(name_of(&request.queue_url)?)?.purge();
                self.changed();
                Ok(json!({}))
            }
            "ListDeadLetterSourceQueues" => self.list_sources(&read(body)?),
            "SendMessage" => self.send_message(read(body)?),
            "SendMessageBatch" => self.send_batch(read(body)?),
            "DeleteMessage" => self.on_receipt(&read(body)?, Self::delete_one),
            "DeleteMessageBatch" => self.on_receipts(&read(body)?, Self::delete_one),
            "ChangeMessageVisibility" => self.on_receipt(&read(body)?, Self::change_one),
            "ChangeMessageVisibilityBatch" => self.on_receipts(&read(body)?, Self::change_one),
            "StartMessageMoveTask" => self.start_move(&read::<MoveTaskRequest>(body)?),
            "ListMessageMoveTasks" => self.list_moves(&read::<MoveTaskRequest>(body)?),
            "CancelMessageMoveTask" => {
                // Tasks end before their start is answered, so that none can be running.
                Err(SqsError::no_resource("The task is not running."))
            }
            operation => Err(SqsError::unknown_operation(operation)),
        }
    }

    pub(super) fn create(&self, name: &str, wanted: &BTreeMap<String, String>) -> Result<(), SqsError> {
        let stem = name.strip_suffix(".fifo");
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !(1..=80).contains(&name.len()) || !stem.unwrap_or(name).chars().all(fits) || stem == Some("") {
            let reason =
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.";
            return Err(SqsError::value(name, "QueueName", reason));
        }
        let mut attributes = Attributes::default();
        for (attribute, value) in wanted {
            attributes.set(attribute, value)?;
        }
        if attributes.fifo != stem.is_some() {
            let reason = "The name of a FIFO queue can only include alphanumeric characters, hyphens, or \
                          underscores, must end with .fifo suffix and be 1 to 80 in length.";
            return Err(SqsError::value(name, "QueueName", reason));
        }
        let now = self.now();
        let mut state = self.lock();
        check_redrive(&state.queues, &attributes)?;
        if let Some(existing) = state.queues.get(name) {
            let (has, asked) = (existing.attributes.shown(), attributes.shown());
            let differs = wanted
                .keys()
                .find(|attribute| has.get(*attribute) != asked.get(*attribute));
            return differs.map_or(Ok(()), |attribute| Err(SqsError::queue_exists(attribute)));
        }
        state
            .queues
            .insert(name.to_owned(), Queue::new(name, attributes, now));
        drop(state);
        self.changed();
        Ok(())
    }

    pub(super) fn set_attributes(
        &self,
        name: &str,
        wanted: &BTreeMap<String, String>,
    ) -> Result<(), SqsError> {
        let now = self.now();
        let mut state = self.lock();
        let queue = state.queue(name)?;
        let mut attributes = queue.attributes.clone();
        for (attribute, value) in wanted {
            attributes.set(attribute, value)?;
        }
        if attributes.fifo != queue.attributes.fifo {
            return Err(SqsError::attribute_value("FifoQueue"));
        }
        check_redrive(&state.queues, &attributes)?;
        let queue = state.queue(name)?;
        queue.attributes = attributes;
        queue.changed_at = now;
        drop(state);
        self.changed();
        Ok(())
    }

    fn get_attributes(&self, request: &OnQueue) -> Result<Value, SqsError> {
        let now = self.now();
        let mut state = self.lock();
        let queue = state.queue(name_of(&request.queue_url)?)?;
        let counts = queue.counts(now);
        let mut all = queue.attributes.shown();
        let computed = [
            ("QueueArn", queue_arn(&queue.name)),
            ("ApproximateNumberOfMessages", counts.visible.to_string()),
            (
                "ApproximateNumberOfMessagesNotVisible",
                counts.in_flight.to_string(),
            ),
            ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
            ("CreatedTimestamp", queue.created_at.as_second().to_string()),
            ("LastModifiedTimestamp", queue.changed_at.as_second().to_string()),
        ];
        all.extend(computed.map(|(name, value)| (name.to_owned(), value)));
        let names = &request.attribute_names;
        if !names.iter().any(|name| name == "All") {
            all.retain(|name, _| names.contains(name));
        }
        Ok(if all.is_empty() {
            json!({})
        } else {
            json!({ "Attributes": all })
        })
    }

    fn list(&self, request: &ListQueues) -> Result<Value, SqsError> {
        let after = request.next_token.as_deref().unwrap_or_default();
        let limit = request.max_results.unwrap_or(1000);
        if !(1..=1000).contains(&limit) {
            return Err(SqsError::value(
                limit,
                "MaxResults",
                "MaxResults must be an integer between 1 and 1000.",
            ));
        }
        let state = self.lock();
        let mut names = state
            .queues
            .keys()
            .filter(|name| name.starts_with(&request.queue_name_prefix) && name.as_str() > after);
        let page: Vec<&String> = names.by_ref().take(limit).collect();
        let mut answer = json!({ "QueueUrls": page.iter().map(|name| self.url(name)).collect::<Vec<_>>() });
        if names.next().is_some() {
            answer["NextToken"] = page.last().map(|name| name.as_str()).into();
        }
        Ok(answer)
    }

    fn list_sources(&self, request: &OnQueue) -> Result<Value, SqsError> {
        let name = name_of(&request.queue_url)?;
        let mut state = self.lock();
        state.queue(name)?;
        let feeds = |queue: &&Queue| {
            let redrive = queue.attributes.redrive.as_ref();
            redrive.is_some_and(|redrive| redrive.dead_letters == name)
        };
        let urls: Vec<String> = state
            .queues
            .values()
            .filter(feeds)
            .map(|queue| self.url(&queue.name))
            .collect();
        // The one list of SQS whose name begins with a small letter.
        Ok(json!({ "queueUrls": urls }))
    }

    fn send_message(&self, request: SendMessage) -> Result<Value, SqsError> {
        let name = name_of(&request.queue_url)?.to_owned();
        let sent = self.send_one(&name, request)?;
        self.changed();
        Ok(sent)
    }

    fn send_batch(&self, request: Batch<SendMessage>) -> Result<Value, SqsError> {
        let name = name_of(&request.queue_url)?;
        self.lock().queue(name)?;
        entries::check_batch(request.entries.iter().map(|entry| entry.id.as_str()))?;
        entries::check_batch_size(&request.entries)?;
        let results = request
            .entries
            .into_iter()
            .map(|entry| (entry.id.clone(), self.send_one(name, entry)));
        let answer = entries::batch_answer(results.collect());
        self.changed();
        Ok(answer)
    }

    fn send_one(&self, name: &str, request: SendMessage) -> Result<Value, SqsError> {
        let now = self.now();
        let mut state = self.lock();
        let queue = state.queue(name)?;
        let system_md5 = attributes_md5(&request.message_system_attributes);
        let outgoing = entries::outgoing(&queue.attributes, request)?;
        let body_md5 = md5_hex(outgoing.body.as_bytes());
        let attributes_md5 = attributes_md5(&outgoing.attributes);
        let body = outgoing.body.clone();
        let Sent { id, sequence } = queue.send(outgoing, now);
        self.note_sent(name, &id, &body);
        let mut answer = json!({ "MessageId": id, "MD5OfMessageBody": body_md5 });
        let optional = [
            ("MD5OfMessageAttributes", attributes_md5),
            ("MD5OfMessageSystemAttributes", system_md5),
            ("SequenceNumber", sequence),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                answer[name] = value.into();
            }
        }
        Ok(answer)
    }

    async fn receive_message(&self, body: &[u8]) -> Result<Value, SqsError> {
        let request: ReceiveMessage = read(body)?;
        let name = name_of(&request.queue_url)?;
        let (wanted, wait) = self.wanted(name, &request)?;
        let (began, real) = (self.now(), Instant::now());
        loop {
            // Registered before the look, so that nothing arrives unseen between the two.
            let arrival = self.arrival();
            let received = {
                let now = self.now();
                let mut state = self.lock();
                let received = state.receive(name, wanted, now)?;
                self.note_buried(&mut state);
                received
            };
            if !received.is_empty() {
                self.changed();
                let messages: Vec<Value> = received.iter().map(|one| shown(one, &request)).collect();
                return Ok(json!({ "Messages": messages }));
            }
            // On a clock that stands still the wait ends by real time.
            let waited = self
                .now()
                .duration_since(began)
                .max(real_duration(real.elapsed()));
            if waited >= wait {
                return Ok(json!({}));
            }
            let _ = tokio::time::timeout(LOOK, arrival).await;
        }
    }

    fn wanted(&self, name: &str, request: &ReceiveMessage) -> Result<(Wanted, SignedDuration), SqsError> {
        let between =
            |value: Option<i64>, default: u32, range: std::ops::RangeInclusive<i64>, parameter: &str| {
                let value = value.unwrap_or(default.into());
                if range.contains(&value) {
                    return Ok(value);
                }
                let reason = format!(
                    "Must be >= {} and <= {}, if provided.",
                    range.start(),
                    range.end()
                );
                Err(SqsError::value(value, parameter, &reason))
            };
        let attributes = self.lock().queue(name)?.attributes.clone();
        let at_most = between(request.max_number_of_messages, 1, 1..=10, "MaxNumberOfMessages")?;
        let visibility = between(
            request.visibility_timeout,
            attributes.visibility_s,
            0..=43_200,
            "VisibilityTimeout",
        )?;
        let wait = between(
            request.wait_time_seconds,
            attributes.wait_s,
            0..=20,
            "WaitTimeSeconds",
        )?;
        let wanted = Wanted {
            at_most: usize::try_from(at_most).unwrap_or(1),
            visibility: SignedDuration::from_secs(visibility),
            held_back: SignedDuration::ZERO,
            one_group: false,
        };
        Ok((wanted, SignedDuration::from_secs(wait)))
    }

    fn on_receipt(
        &self,
        request: &OnReceipt,
        act: fn(&Self, &str, &OnReceipt) -> Result<(), SqsError>,
    ) -> Result<Value, SqsError> {
        act(self, name_of(&request.queue_url)?, request)?;
        self.changed();
        Ok(json!({}))
    }

    fn on_receipts(
        &self,
        request: &Batch<OnReceipt>,
        act: fn(&Self, &str, &OnReceipt) -> Result<(), SqsError>,
    ) -> Result<Value, SqsError> {
        let name = name_of(&request.queue_url)?;
        self.lock().queue(name)?;
        entries::check_batch(request.entries.iter().map(|entry| entry.id.as_str()))?;
        let results = request
            .entries
            .iter()
            .map(|entry| (entry.id.clone(), act(self, name, entry).map(|()| json!({}))));
        let answer = entries::batch_answer(results.collect());
        self.changed();
        Ok(answer)
    }

    fn delete_one(&self, name: &str, request: &OnReceipt) -> Result<(), SqsError> {
        let handle = handle(request)?;
        let now = self.now();
        self.lock().queue(name)?.delete(handle, now)
    }

    fn change_one(&self, name: &str, request: &OnReceipt) -> Result<(), SqsError> {
        let handle = handle(request)?;
        let timeout = request
            .visibility_timeout
            .ok_or_else(|| SqsError::missing("VisibilityTimeout"))?;
        if !(0..=43_200).contains(&timeout) {
            let reason = "Must be between 0 and 43200.";
            return Err(SqsError::value(timeout, "VisibilityTimeout", reason));
        }
        let now = self.now();
        let visibility = SignedDuration::from_secs(timeout);
        self.lock()
            .queue(name)?
            .change_visibility(handle, visibility, now)
    }
}

fn handle(request: &OnReceipt) -> Result<&str, SqsError> {
    let handle = request.receipt_handle.as_deref();
    handle.ok_or_else(|| SqsError::missing("ReceiptHandle"))
}

/// A dead-letter queue must be there and of the same kind as its source.
fn check_redrive(queues: &BTreeMap<String, Queue>, attributes: &Attributes) -> Result<(), SqsError> {
    let Some(redrive) = &attributes.redrive else {
        return Ok(());
    };
    let invalid = |reason| SqsError::value(&redrive.dead_letters, "RedrivePolicy", reason);
    match queues.get(&redrive.dead_letters) {
        None => Err(invalid("Dead letter target does not exist.")),
        Some(target) if target.attributes.fifo != attributes.fifo => Err(invalid(
            "Dead-letter queue must be same type of queue as the source.",
        )),
        Some(_) => Ok(()),
    }
}

fn real_duration(elapsed: Duration) -> SignedDuration {
    SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX)
}

/// A received message with the attributes that were asked for.
fn shown(received: &Received, request: &ReceiveMessage) -> Value {
    let message: &Message = &received.message;
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": received.receipt,
        "MD5OfBody": md5_hex(message.body.as_bytes()),
        "Body": message.body,
    });
    let mut system = message.system_attributes();
    let named = |name: &str| {
        let names = request
            .attribute_names
            .iter()
            .chain(&request.message_system_attribute_names);
        names.into_iter().any(|asked| asked == "All" || asked == name)
    };
    system.retain(|name, _| named(name));
    if !system.is_empty() {
        shown["Attributes"] = json!(system);
    }
    let mut own = message.attributes.clone();
    own.retain(|name, _| {
        request
            .message_attribute_names
            .iter()
            .any(|asked| asks_for(asked, name))
    });
    if let Some(md5) = attributes_md5(&own) {
        shown["MessageAttributes"] = json!(own);
        shown["MD5OfMessageAttributes"] = md5.into();
    }
    shown
}

/// `All`, `.*`, a name, or a prefix followed by `.*`.
fn asks_for(asked: &str, name: &str) -> bool {
    asked == "All"
        || asked == name
        || asked
            .strip_suffix(".*")
            .is_some_and(|prefix| name.starts_with(prefix))
}
