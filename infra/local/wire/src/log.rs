//! The log of calls: what tests count and the playground shows.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Service;

/// The log keeps this many calls; older ones are forgotten, their sequence numbers are not used again.
const KEPT: usize = 20_000;

/// One call that a counterpart received.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// Position in the log, from 1.
    pub seq: u64,
    /// The stack's time at arrival.
    pub at: Timestamp,
    /// Who was called.
    pub service: Service,
    /// AWS: the operation (`TransactWriteItems`). Discord: method and route (`POST /guilds/{guild.id}/channels`).
    pub operation: String,
    /// The calling function (`channel-worker`), from the user agent; empty when it did not say.
    pub caller: String,
    /// HTTP status of the answer, 0 when the connection was cut.
    pub status: u16,
    /// Microseconds that the answer took, injected latency included.
    pub micros: u64,
    /// DynamoDB: consumed read capacity units.
    pub read_units: f64,
    /// DynamoDB: consumed write capacity units.
    pub write_units: f64,
    /// What else is worth seeing: a path with ids, an error code, a fault.
    pub note: String,
}

/// A log that its clones share.
#[derive(Clone, Debug, Default)]
pub struct CallLog {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    last: u64,
    calls: VecDeque<Call>,
}

impl CallLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends `call`, giving it its sequence number, which is returned.
    pub fn push(&self, mut call: Call) -> u64 {
        let mut inner = self.lock();
        inner.last += 1;
        call.seq = inner.last;
        if inner.calls.len() == KEPT {
            inner.calls.pop_front();
        }
        let seq = call.seq;
        inner.calls.push_back(call);
        seq
    }

    /// The number of calls logged so far; a mark for [`CallLog::since`].
    #[must_use]
    pub fn mark(&self) -> u64 {
        self.lock().last
    }

    /// The calls after `mark`, oldest first.
    #[must_use]
    pub fn since(&self, mark: u64) -> Vec<Call> {
        self.lock()
            .calls
            .iter()
            .filter(|call| call.seq > mark)
            .cloned()
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
