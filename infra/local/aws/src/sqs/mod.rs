//! SQS: queues in memory, the AWS JSON protocol in front of them.

mod api;
mod attributes;
mod entries;
mod error;
mod message;
mod moves;
mod queue;
#[cfg(test)]
mod queue_tests;
mod requests;

pub(crate) use message::{attributes_md5, md5_hex};
pub(crate) use queue::{Outgoing, Received};

use crate::AwsLocalError;
use crate::front::{self, Wires};
use crate::names::queue_arn;
use attributes::Attributes;
use error::SqsError;
use gantry_local_wire::{JobLog, LocalClock};
use jiff::{SignedDuration, Timestamp};
use moves::MoveTask;
use queue::{Counts, Queue, Wanted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, watch};

/// How full a queue is. Approximate on AWS, exact here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueDepth {
    /// The queue.
    pub name: String,
    /// Messages that can be received now.
    pub depth: usize,
    /// Messages received and not deleted, whose visibility timeout runs.
    pub in_flight: usize,
    /// Messages whose delay runs.
    pub delayed: usize,
    /// All messages in this queue's dead-letter queue.
    pub dead_letters: usize,
}

/// What is to come from a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Outlook {
    /// All messages, whatever they wait for.
    pub(crate) messages: usize,
    /// Whether one could be received now.
    pub(crate) receivable: bool,
    /// When the next message that waits for the clock has waited long enough.
    pub(crate) next_due: Option<Timestamp>,
}

/// The SQS counterpart. Clones share it.
#[derive(Clone)]
pub struct Sqs {
    inner: Arc<Inner>,
}

struct Inner {
    clock: LocalClock,
    endpoint: OnceLock<String>,
    state: Mutex<State>,
    /// Wakes long polls and mappings when a message may have become visible.
    arrivals: Notify,
    /// Counts changes, for who keeps the state in a file.
    changes: watch::Sender<u64>,
    /// How many changes the file has; absent when there is none.
    saved: OnceLock<watch::Receiver<u64>>,
    /// Where messages are noted for who wants to see them; absent until it serves.
    jobs: OnceLock<JobLog>,
}

/// Everything that SQS knows; what is kept between runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    queues: BTreeMap<String, Queue>,
    moves: Vec<MoveTask>,
    /// Messages moved to dead-letter queues so far.
    dead: u64,
    /// Message and queue of those that were moved and not yet noted.
    #[serde(skip)]
    buried: Vec<(String, String)>,
}

impl State {
    fn queue(&mut self, name: &str) -> Result<&mut Queue, SqsError> {
        self.queues.get_mut(name).ok_or_else(SqsError::no_queue)
    }

    /// Receives from a queue and moves what was received too often.
    fn receive(&mut self, name: &str, wanted: Wanted, now: Timestamp) -> Result<Vec<Received>, SqsError> {
        let queue = self.queue(name)?;
        let (received, dead) = queue.receive(wanted, now);
        let target = queue
            .attributes
            .redrive
            .as_ref()
            .map(|redrive| redrive.dead_letters.clone());
        for message in dead {
            self.bury(name, target.as_deref(), message, now);
        }
        Ok(received)
    }

    fn bury(&mut self, source: &str, target: Option<&str>, mut message: message::Message, now: Timestamp) {
        self.dead += 1;
        let Some(target) = target.and_then(|name| self.queues.get_mut(name)) else {
            tracing::warn!(
                queue = source,
                id = message.id,
                "dropped: its dead-letter queue is gone"
            );
            return;
        };
        self.buried.push((message.id.clone(), target.name.clone()));
        message.receipt = None;
        message.available_at = now;
        message.dead_letter_of.get_or_insert_with(|| queue_arn(source));
        // The retention of a dead letter counts from the first queue, on FIFO queues from the move.
        if target.attributes.fifo {
            message.sent_at = now;
        }
        target.append(message);
    }
}

impl Sqs {
    /// No queues yet.
    #[must_use]
    pub fn new(clock: &LocalClock) -> Self {
        Self {
            inner: Arc::new(Inner {
                clock: clock.clone(),
                endpoint: OnceLock::new(),
                state: Mutex::default(),
                arrivals: Notify::new(),
                changes: watch::Sender::new(0),
                saved: OnceLock::new(),
                jobs: OnceLock::new(),
            }),
        }
    }

    /// Creates the queue `name` with attributes named as in `CreateQueue`, or sets them on the existing one.
    ///
    /// # Errors
    /// [`AwsLocalError::Queue`] with SQS's own words.
    pub fn ensure_queue(&self, name: &str, attributes: &[(&str, &str)]) -> Result<(), AwsLocalError> {
        let wanted: BTreeMap<String, String> = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let exists = self.lock().queues.contains_key(name);
        let done = match exists {
            true => self.set_attributes(name, &wanted),
            false => self.create(name, &wanted),
        };
        done.map_err(|error| AwsLocalError::Queue(format!("{name}: {error}")))
    }

    /// Every queue by name.
    #[must_use]
    pub fn depths(&self) -> Vec<QueueDepth> {
        let now = self.now();
        let state = self.lock();
        let all = |counts: Counts| counts.visible + counts.in_flight + counts.delayed;
        let depth = |queue: &Queue| {
            let counts = queue.counts(now);
            let dead = queue.attributes.redrive.as_ref();
            let dead = dead.and_then(|redrive| state.queues.get(&redrive.dead_letters));
            QueueDepth {
                name: queue.name.clone(),
                depth: counts.visible,
                in_flight: counts.in_flight,
                delayed: counts.delayed,
                dead_letters: dead.map_or(0, |queue| all(queue.counts(now))),
            }
        };
        state.queues.values().map(depth).collect()
    }

    pub(crate) fn serve(
        &self,
        listener: TcpListener,
        wires: Wires,
        stop: watch::Receiver<bool>,
    ) -> tokio::task::JoinHandle<()> {
        if let Ok(address) = listener.local_addr() {
            let _ = self.inner.endpoint.set(format!("http://{address}"));
        }
        let _ = self.inner.jobs.set(wires.log.jobs().clone());
        front::serve(listener, Arc::new(self.clone()), wires, stop)
    }

    /// Sends without a client, as EventBridge and the stream mapping do.
    pub(crate) fn deliver(&self, queue: &str, outgoing: Outgoing) -> Result<(), SqsError> {
        let outgoing = {
            let mut state = self.lock();
            let queue = state.queue(queue)?;
            entries::check(&queue.attributes, outgoing)?
        };
        let now = self.now();
        let body = outgoing.body.clone();
        let sent = self.lock().queue(queue)?.send(outgoing, now);
        self.note_sent(queue, &sent.id, &body);
        self.changed();
        Ok(())
    }

    fn note_buried(&self, state: &mut State) {
        for (id, queue) in state.buried.drain(..) {
            if let Some(jobs) = self.inner.jobs.get() {
                jobs.buried(&id, &queue);
            }
        }
    }

    fn note_sent(&self, queue: &str, id: &str, body: &str) {
        if let Some(jobs) = self.inner.jobs.get() {
            jobs.sent(id, queue, body, self.now());
        }
    }

    /// Receives for a mapping, which never waits here.
    pub(crate) fn take_batch(
        &self,
        queue: &str,
        at_most: usize,
        held_back: SignedDuration,
    ) -> Result<Vec<Received>, SqsError> {
        let now = self.now();
        let mut state = self.lock();
        let visibility = state.queue(queue)?.attributes.visibility_s;
        let dead = state.dead;
        let wanted = Wanted {
            at_most,
            visibility: SignedDuration::from_secs(visibility.into()),
            held_back,
            one_group: true,
        };
        let received = state.receive(queue, wanted, now)?;
        self.note_buried(&mut state);
        if !received.is_empty() || dead != state.dead {
            drop(state);
            self.changed();
        }
        Ok(received)
    }

    /// Deletes for a mapping; a receipt that has ended meanwhile leaves the message for its next receive.
    pub(crate) fn settle(&self, queue: &str, receipt: &str) {
        let now = self.now();
        let settled = self
            .lock()
            .queue(queue)
            .and_then(|queue| queue.delete(receipt, now));
        match settled {
            Ok(()) => self.changed(),
            Err(error) => tracing::debug!(queue, %error, "a settled message stays"),
        }
    }

    /// What a mapping of `queue` can expect, seen with everything held back for so long.
    pub(crate) fn outlook(&self, queue: &str, held_back: SignedDuration) -> Outlook {
        let now = self.now();
        let state = self.lock();
        let Some(queue) = state.queues.get(queue) else {
            return Outlook::default();
        };
        let counts = queue.counts(now);
        Outlook {
            messages: counts.visible + counts.in_flight + counts.delayed,
            receivable: queue.is_receivable(held_back, now),
            next_due: queue.next_due(held_back, now),
        }
    }

    /// How many messages were moved to dead-letter queues so far.
    pub(crate) fn dead(&self) -> u64 {
        self.lock().dead
    }

    /// Ends when a message may have arrived anywhere after this call.
    pub(crate) fn arrival(&self) -> Notified<'_> {
        self.inner.arrivals.notified()
    }

    pub(crate) fn snapshot(&self) -> State {
        self.lock().clone()
    }

    /// Takes what a former run knew.
    pub(crate) fn restore(&self, mut state: State) {
        let now = self.now();
        state.queues.values_mut().for_each(|queue| queue.release(now));
        *self.lock() = state;
    }

    /// The number of changes so far.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Tells how far changes are in the file; from then on senders wait for it.
    pub(crate) fn saved_by(&self, saved: watch::Receiver<u64>) {
        let _ = self.inner.saved.set(saved);
    }

    /// Returns when everything so far is in the file, at once when there is none.
    async fn kept(&self) {
        let Some(saved) = self.inner.saved.get() else {
            return;
        };
        let so_far = *self.inner.changes.borrow();
        // An error means that the writer has ended, and with it this stack.
        let _ = saved.clone().wait_for(|saved| *saved >= so_far).await;
    }

    fn changed(&self) {
        self.inner.changes.send_modify(|changes| *changes += 1);
        self.inner.arrivals.notify_waiters();
    }

    fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn url(&self, queue: &str) -> String {
        let endpoint = self.inner.endpoint.get().map_or("", String::as_str);
        format!("{endpoint}/{}/{queue}", crate::names::ACCOUNT)
    }
}
