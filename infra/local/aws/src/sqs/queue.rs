//! One queue: what is in it, who may see it when, and what FIFO promises. Pure: every method takes the time.

use super::attributes::Attributes;
use super::error::SqsError;
use super::message::{Message, MessageAttribute, Standing, read_receipt, receipt_handle};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A deduplication id is remembered for 5 minutes (SQS developer guide, "Exactly-once processing").
pub(crate) const DEDUPLICATION: SignedDuration = SignedDuration::from_mins(5);
/// A message can be kept invisible for 12 hours after a receive at most.
const LONGEST_VISIBILITY: SignedDuration = SignedDuration::from_hours(12);
/// FIFO sequence numbers have 20 digits.
const FIRST_SEQUENCE: u128 = 18_850_000_000_000_000_000;

/// A queue and its messages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Queue {
    pub(crate) name: String,
    pub(crate) attributes: Attributes,
    pub(crate) created_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    messages: BTreeMap<u64, Message>,
    /// Deduplication ids of the last 5 minutes, by [`dedup_key`].
    seen: HashMap<String, Seen>,
    next: u64,
}

/// A message that a deduplication id stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Seen {
    at: Timestamp,
    id: String,
    sequence: Option<String>,
}

/// A message as it is sent, already checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outgoing {
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, MessageAttribute>,
    pub(crate) trace_header: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) deduplication_id: Option<String>,
    pub(crate) delay_s: Option<u32>,
}

/// What the sender is told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) sequence: Option<String>,
}

/// A message that was given out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Received {
    pub(crate) receipt: String,
    pub(crate) message: Message,
}

/// What a receive wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) at_most: usize,
    pub(crate) visibility: SignedDuration,
    /// Only messages that have been visible for so long.
    pub(crate) held_back: SignedDuration,
    /// FIFO: messages of one group only.
    pub(crate) one_group: bool,
}

/// Messages by where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) visible: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
}

impl Queue {
    pub(crate) fn new(name: &str, attributes: Attributes, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            attributes,
            created_at: now,
            changed_at: now,
            messages: BTreeMap::new(),
            seen: HashMap::new(),
            next: 0,
        }
    }

    /// Puts a message in, or recognises it as one of the last 5 minutes.
    pub(crate) fn send(&mut self, outgoing: Outgoing, now: Timestamp) -> Sent {
        self.forget(now);
        let key = self.attributes.fifo.then(|| self.dedup_key(&outgoing));
        if let Some(seen) = key.as_ref().and_then(|key| self.seen.get(key)) {
            return Sent {
                id: seen.id.clone(),
                sequence: seen.sequence.clone(),
            };
        }
        let delay = outgoing.delay_s.unwrap_or(self.attributes.delay_s);
        let message = Message {
            id: uuid::Uuid::new_v4().to_string(),
            body: outgoing.body,
            attributes: outgoing.attributes,
            trace_header: outgoing.trace_header,
            group: outgoing.group,
            deduplication_id: outgoing.deduplication_id,
            sequence: None,
            sent_at: now,
            available_at: later(now, SignedDuration::from_secs(delay.into())),
            receives: 0,
            first_received_at: None,
            receipt: None,
            received_at: None,
            dead_letter_of: None,
        };
        let sent = self.append(message);
        if let Some(key) = key {
            let (id, sequence) = (sent.id.clone(), sent.sequence.clone());
            self.seen.insert(
                key,
                Seen {
                    at: now,
                    id,
                    sequence,
                },
            );
        }
        sent
    }

    /// Takes a message in at the end, with a sequence number of this queue.
    pub(crate) fn append(&mut self, mut message: Message) -> Sent {
        self.next += 1;
        message.sequence = self
            .attributes
            .fifo
            .then(|| format!("{}", FIRST_SEQUENCE + u128::from(self.next) * 256));
        let sent = Sent {
            id: message.id.clone(),
            sequence: message.sequence.clone(),
        };
        self.messages.insert(self.next, message);
        sent
    }

    /// Gives messages out, and returns beside them those that were received too often and must move to the
    /// dead-letter queue.
    pub(crate) fn receive(&mut self, wanted: Wanted, now: Timestamp) -> (Vec<Received>, Vec<Message>) {
        self.forget(now);
        let dead = self.take_dead(wanted.held_back, now);
        let orders = match self.attributes.fifo {
            true => self.due_in_groups(wanted, now),
            false => self.due(wanted, now),
        };
        let mut received = Vec::with_capacity(orders.len());
        for order in orders {
            let Some(message) = self.messages.get_mut(&order) else {
                continue;
            };
            let nonce = uuid::Uuid::new_v4().simple().to_string();
            let receipt = receipt_handle(&self.name, order, &nonce);
            message.receives += 1;
            message.first_received_at.get_or_insert(now);
            message.received_at = Some(now);
            message.available_at = later(now, wanted.visibility);
            message.receipt = Some(nonce);
            received.push(Received {
                receipt,
                message: message.clone(),
            });
        }
        (received, dead)
    }

    /// Deletes the message of a receipt. One that is gone already, and on a standard queue one that was received
    /// again since, is not an error.
    ///
    /// # Errors
    /// `ReceiptHandleIsInvalid` for no handle of this queue; on a FIFO queue `InvalidParameterValue` when the
    /// visibility timeout has ended.
    pub(crate) fn delete(&mut self, handle: &str, now: Timestamp) -> Result<(), SqsError> {
        let receipt = read_receipt(&self.name, handle)?;
        let Some(message) = self.messages.get(&receipt.order) else {
            return Ok(());
        };
        let current = message.receipt.as_ref() == Some(&receipt.nonce);
        if self.attributes.fifo && !(current && message.standing(now) == Standing::InFlight) {
            return Err(SqsError::receipt_expired(handle));
        }
        if current {
            self.messages.remove(&receipt.order);
        }
        Ok(())
    }

    /// Makes a message in flight visible again after `visibility`, at once for zero.
    ///
    /// # Errors
    /// `ReceiptHandleIsInvalid`, `MessageNotInflight`, and `InvalidParameterValue` beyond 12 hours after the receive
    /// or for a message that is gone.
    pub(crate) fn change_visibility(
        &mut self,
        handle: &str,
        visibility: SignedDuration,
        now: Timestamp,
    ) -> Result<(), SqsError> {
        let receipt = read_receipt(&self.name, handle)?;
        let Some(message) = self.messages.get_mut(&receipt.order) else {
            let reason = "Message does not exist or is not available for visibility timeout change.";
            return Err(SqsError::value(handle, "ReceiptHandle", reason));
        };
        if message.receipt.as_ref() != Some(&receipt.nonce) || message.standing(now) != Standing::InFlight {
            return Err(SqsError::not_in_flight());
        }
        let until = later(now, visibility);
        if message
            .received_at
            .is_some_and(|at| until > later(at, LONGEST_VISIBILITY))
        {
            let reason = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds].";
            return Err(SqsError::value(visibility.as_secs(), "VisibilityTimeout", reason));
        }
        message.available_at = until;
        Ok(())
    }

    /// Takes every message out that is not in flight, oldest first.
    pub(crate) fn take_waiting(&mut self, now: Timestamp) -> Vec<Message> {
        let waiting = |message: &Message| message.standing(now) != Standing::InFlight;
        let (taken, kept) = std::mem::take(&mut self.messages)
            .into_iter()
            .partition(|(_, message)| waiting(message));
        self.messages = kept;
        let taken: BTreeMap<u64, Message> = taken;
        taken.into_values().collect()
    }

    /// Deletes every message.
    pub(crate) fn purge(&mut self) {
        self.messages.clear();
    }

    pub(crate) fn counts(&self, now: Timestamp) -> Counts {
        let mut counts = Counts::default();
        for message in self.live(now) {
            match message.standing(now) {
                Standing::Visible => counts.visible += 1,
                Standing::InFlight => counts.in_flight += 1,
                Standing::Delayed => counts.delayed += 1,
            }
        }
        counts
    }

    /// The next instant at which a message becomes visible and has been so for `held_back`.
    pub(crate) fn next_due(&self, held_back: SignedDuration, now: Timestamp) -> Option<Timestamp> {
        self.live(now)
            .map(|message| later(message.available_at, held_back))
            .filter(|due| *due > now)
            .min()
    }

    /// Whether a mapping would get something now, or something would move to the dead-letter queue.
    pub(crate) fn is_receivable(&self, held_back: SignedDuration, now: Timestamp) -> bool {
        let wanted = Wanted {
            at_most: 1,
            visibility: SignedDuration::ZERO,
            held_back,
            one_group: true,
        };
        let due = match self.attributes.fifo {
            true => self.due_in_groups(wanted, now),
            false => self.due(wanted, now),
        };
        !due.is_empty()
    }

    /// Makes everything visible that is in flight: nobody can be at work on it after a restart.
    pub(crate) fn release(&mut self, now: Timestamp) {
        for message in self.messages.values_mut() {
            if message.standing(now) == Standing::InFlight {
                message.available_at = now;
            }
        }
    }

    fn live(&self, now: Timestamp) -> impl Iterator<Item = &Message> {
        self.messages
            .values()
            .filter(move |message| !self.is_expired(message, now))
    }

    fn is_expired(&self, message: &Message, now: Timestamp) -> bool {
        later(
            message.sent_at,
            SignedDuration::from_secs(self.attributes.retention_s.into()),
        ) <= now
    }

    /// Drops what is past its retention, and deduplication ids past their window.
    fn forget(&mut self, now: Timestamp) {
        let retention = SignedDuration::from_secs(self.attributes.retention_s.into());
        self.messages
            .retain(|_, message| later(message.sent_at, retention) > now);
        self.seen.retain(|_, seen| later(seen.at, DEDUPLICATION) > now);
    }

    fn dedup_key(&self, outgoing: &Outgoing) -> String {
        let id = outgoing.deduplication_id.as_deref().unwrap_or_default();
        match self.attributes.deduplicates_by_group {
            true => format!("{} {id}", outgoing.group.as_deref().unwrap_or_default()),
            false => id.to_owned(),
        }
    }

    /// Removes the messages that would now be received more often than the redrive policy allows.
    fn take_dead(&mut self, held_back: SignedDuration, now: Timestamp) -> Vec<Message> {
        let Some(redrive) = &self.attributes.redrive else {
            return Vec::new();
        };
        let max = redrive.max_receives;
        let is_dead =
            |message: &Message| message.receives >= max && later(message.available_at, held_back) <= now;
        let dead: Vec<u64> = self
            .messages
            .iter()
            .filter(|(_, message)| is_dead(message))
            .map(|(order, _)| *order)
            .collect();
        dead.iter()
            .filter_map(|order| self.messages.remove(order))
            .collect()
    }

    fn due(&self, wanted: Wanted, now: Timestamp) -> Vec<u64> {
        let due = |message: &Message| later(message.available_at, wanted.held_back) <= now;
        let due = self.messages.iter().filter(|(_, message)| due(message));
        due.map(|(order, _)| *order).take(wanted.at_most).collect()
    }

    /// As many as possible of the group that waits longest, then of the next. The first message of a group that
    /// cannot be given out, in flight or delayed, holds back all that follow it.
    fn due_in_groups(&self, wanted: Wanted, now: Timestamp) -> Vec<u64> {
        let mut groups: Vec<&str> = Vec::new();
        let mut due: HashMap<&str, Vec<u64>> = HashMap::new();
        let mut blocked: HashSet<&str> = HashSet::new();
        for (order, message) in &self.messages {
            let group = message.group.as_deref().unwrap_or_default();
            if blocked.contains(group) {
                continue;
            }
            if later(message.available_at, wanted.held_back) > now {
                blocked.insert(group);
                if message.standing(now) == Standing::InFlight {
                    due.remove(group);
                }
                continue;
            }
            due.entry(group)
                .or_insert_with(|| {
                    groups.push(group);
                    Vec::new()
                })
                .push(*order);
        }
        let wanted_groups = if wanted.one_group { 1 } else { groups.len() };
        groups
            .iter()
            .filter_map(|group| due.remove(group))
            .take(wanted_groups)
            .flatten()
            .take(wanted.at_most)
            .collect()
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}
