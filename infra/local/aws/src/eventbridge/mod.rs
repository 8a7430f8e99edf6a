//! EventBridge: buses, rules with patterns, and SQS targets.

mod api;
mod put_events;
mod rules;

use crate::front::{self, Wires};
use crate::sqs::Sqs;
use gantry_local_wire::LocalClock;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// So many events are kept for reading; older ones are forgotten.
const KEPT: usize = 1000;

/// The bus that every account has.
const DEFAULT_BUS: &str = "default";

/// An event that was put on a bus.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublishedEvent {
    /// Name of the bus.
    pub bus: String,
    /// The event as its targets get it: `id`, `source`, `detail-type`, `detail`, `time` and so on.
    pub event: Value,
}

/// The EventBridge counterpart. Clones share it.
#[derive(Clone)]
pub struct EventBridge {
    inner: Arc<Inner>,
}

struct Inner {
    clock: LocalClock,
    sqs: Sqs,
    state: Mutex<State>,
    events: Mutex<VecDeque<PublishedEvent>>,
    changes: watch::Sender<u64>,
}

/// Buses and their rules; what is kept between runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    buses: BTreeMap<String, Bus>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            buses: BTreeMap::from([(DEFAULT_BUS.to_owned(), Bus::default())]),
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Bus {
    created_at: Option<Timestamp>,
    rules: BTreeMap<String, Rule>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Rule {
    pattern: Value,
    enabled: bool,
    description: Option<String>,
    targets: BTreeMap<String, Target>,
}

/// A queue that a rule sends to.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Target {
    arn: String,
    queue: String,
    /// FIFO queues: the group of every message.
    group: Option<String>,
    /// Sent instead of the event.
    input: Option<String>,
}

impl EventBridge {
    /// The default bus, without rules. Targets are queues of `sqs`.
    #[must_use]
    pub fn new(clock: &LocalClock, sqs: &Sqs) -> Self {
        Self {
            inner: Arc::new(Inner {
                clock: clock.clone(),
                sqs: sqs.clone(),
                state: Mutex::default(),
                events: Mutex::default(),
                changes: watch::Sender::new(0),
            }),
        }
    }

    /// The last 1,000 events that were put, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<PublishedEvent> {
        self.lock_events().iter().cloned().collect()
    }

    /// Makes the bus `name` unless it is there.
    pub fn ensure_bus(&self, name: &str) {
        let created_at = Some(self.inner.clock.now());
        self.lock().buses.entry(name.to_owned()).or_insert(Bus {
            created_at,
            rules: BTreeMap::new(),
        });
        self.changed();
    }

    pub(crate) fn serve(
        &self,
        listener: TcpListener,
        wires: Wires,
        stop: watch::Receiver<bool>,
    ) -> tokio::task::JoinHandle<()> {
        front::serve(listener, Arc::new(self.clone()), wires, stop)
    }

    pub(crate) fn snapshot(&self) -> State {
        self.lock().clone()
    }

    pub(crate) fn restore(&self, state: State) {
        *self.lock() = state;
    }

    /// The number of changes to buses and rules so far.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    fn changed(&self) {
        self.inner.changes.send_modify(|changes| *changes += 1);
    }

    fn remember(&self, event: PublishedEvent) {
        let mut events = self.lock_events();
        if events.len() == KEPT {
            events.pop_front();
        }
        events.push_back(event);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_events(&self) -> MutexGuard<'_, VecDeque<PublishedEvent>> {
        self.inner.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
