//! What feeds the functions: queues, streams and schedules.

mod delivery;
mod events;
mod invocations;
mod queues;
mod schedules;
mod streams;

pub use delivery::DeliveryMode;
pub(crate) use delivery::{Activity, Delivered, Deliveries};
pub use invocations::{Invocation, InvocationTable, InvokeError, Invoker};
pub(crate) use queues::QueuePoller;
pub(crate) use schedules::Schedules;
pub(crate) use streams::{StreamPoller, StreamStanding, has_unread};

use crate::patterns::Pattern;
use jiff::SignedDuration;
use std::time::Duration;

/// How often pollers look whether the clock was moved, in real time.
pub(crate) const LOOK: Duration = Duration::from_millis(10);

/// A queue that feeds a function, with `ReportBatchItemFailures`.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueMapping {
    /// The queue.
    pub queue: String,
    /// The function.
    pub function: String,
    /// Messages in a batch at most, 1 to 10.
    pub batch_size: usize,
    /// The function's timeout, in real time: it is ended then, and the batch counts as failed.
    pub timeout: Duration,
    /// Batches that run at once at most; a FIFO group never has two.
    pub concurrency: usize,
}

impl QueueMapping {
    /// 10 messages a batch, 30 s, 4 batches at once.
    #[must_use]
    pub fn new(queue: &str, function: &str) -> Self {
        Self {
            queue: queue.to_owned(),
            function: function.to_owned(),
            batch_size: 10,
            timeout: Duration::from_secs(30),
            concurrency: 4,
        }
    }
}

/// A table's stream that feeds a function, in order, with `ReportBatchItemFailures`.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamMapping {
    /// The table.
    pub table: String,
    /// The function.
    pub function: String,
    /// `FilterCriteria`: a record that fits none of them is passed over; without any, every record fits.
    pub filters: Vec<Pattern>,
    /// Records in a batch at most.
    pub batch_size: usize,
    /// The function's timeout, in real time.
    pub timeout: Duration,
    /// Tries after the first that a batch gets; without end when absent.
    pub retries: Option<u32>,
    /// Queue that is told of a batch that was given up.
    pub on_failure: Option<String>,
}

impl StreamMapping {
    /// 100 records a batch, 30 s, tried without end.
    #[must_use]
    pub fn new(table: &str, function: &str) -> Self {
        Self {
            table: table.to_owned(),
            function: function.to_owned(),
            filters: Vec::new(),
            batch_size: 100,
            timeout: Duration::from_secs(30),
            retries: None,
            on_failure: None,
        }
    }

    /// Names the mapping in the state.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.table, self.function)
    }

    fn takes(&self, record: &serde_json::Value) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| filter.matches(record))
    }
}

/// A function that is called at a rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Name of its rule.
    pub name: String,
    /// The function.
    pub function: String,
    /// From one call to the next, by the stack's clock.
    pub every: SignedDuration,
    /// The function's timeout, in real time.
    pub timeout: Duration,
}

impl Schedule {
    /// With a timeout of 60 s.
    #[must_use]
    pub fn new(name: &str, function: &str, every: SignedDuration) -> Self {
        Self {
            name: name.to_owned(),
            function: function.to_owned(),
            every,
            timeout: Duration::from_secs(60),
        }
    }
}

/// All mappings of a stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mappings {
    /// Queues.
    pub queues: Vec<QueueMapping>,
    /// Streams.
    pub streams: Vec<StreamMapping>,
    /// Schedules.
    pub schedules: Vec<Schedule>,
    /// Whether schedules run by themselves; else only when ticked.
    pub schedules_run: bool,
}
