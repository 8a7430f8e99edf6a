//! The log of calls: what tests count and the playground shows.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::{JobLog, Service};

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
    /// On whose behalf: the ids that the call carried ([`crate::trace::HEADER`]), else those of the invocations of its
    /// caller that ran ([`CallLog::began`]).
    pub traces: Vec<String>,
}

/// A log that its clones share.
#[derive(Clone, Debug, Default)]
pub struct CallLog {
    inner: Arc<Mutex<Inner>>,
    jobs: JobLog,
}

#[derive(Debug, Default)]
struct Inner {
    last: u64,
    calls: VecDeque<Call>,
    running: Vec<Running>,
    begun: u64,
}

/// An invocation that runs.
#[derive(Debug)]
struct Running {
    id: u64,
    function: String,
    traces: Vec<String>,
}

/// An invocation of a function; it has ended when this is dropped.
#[derive(Debug)]
pub struct Invocation {
    log: CallLog,
    id: u64,
}

impl Drop for Invocation {
    fn drop(&mut self) {
        self.log.lock().running.retain(|one| one.id != self.id);
    }
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
        if call.traces.is_empty() {
            let callers = inner.running.iter().filter(|one| one.function == call.caller);
            for trace in callers.flat_map(|one| &one.traces) {
                if !call.traces.contains(trace) {
                    call.traces.push(trace.clone());
                }
            }
        }
        if inner.calls.len() == KEPT {
            inner.calls.pop_front();
        }
        let seq = call.seq;
        inner.calls.push_back(call);
        seq
    }

    /// An invocation of `function` on behalf of `traces` begins. Calls of that function that carry no trace, as those
    /// of a function in another process, are taken for its own until what is returned is dropped.
    #[must_use]
    pub fn began(&self, function: &str, traces: &[String]) -> Invocation {
        let mut inner = self.lock();
        inner.begun += 1;
        let id = inner.begun;
        inner.running.push(Running {
            id,
            function: function.to_owned(),
            traces: traces.to_vec(),
        });
        Invocation {
            log: self.clone(),
            id,
        }
    }

    /// The messages of the queues.
    #[must_use]
    pub const fn jobs(&self) -> &JobLog {
        &self.jobs
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

#[cfg(test)]
mod tests {
    use super::*;

    fn call(caller: &str, traces: &[&str]) -> Call {
        Call {
            seq: 0,
            at: Timestamp::UNIX_EPOCH,
            service: Service::Sqs,
            operation: "SendMessageBatch".to_owned(),
            caller: caller.to_owned(),
            status: 200,
            micros: 1,
            read_units: 0.0,
            write_units: 0.0,
            note: String::new(),
            traces: traces.iter().map(|&trace| trace.to_owned()).collect(),
        }
    }

    #[test]
    fn a_call_that_carries_no_trace_is_of_the_invocation_that_runs() {
        let log = CallLog::new();
        let relay = log.began("relay", &["a".to_owned(), "b".to_owned()]);
        let other = log.began("cleanup", &["c".to_owned()]);
        log.push(call("relay", &[]));
        log.push(call("relay", &["b"]));
        log.push(call("stranger", &[]));
        drop(relay);
        log.push(call("relay", &[]));
        drop(other);
        let traces: Vec<Vec<String>> = log.since(0).into_iter().map(|call| call.traces).collect();
        let empty: Vec<String> = Vec::new();
        assert_eq!(
            traces,
            [
                vec!["a".to_owned(), "b".to_owned()],
                vec!["b".to_owned()],
                empty.clone(),
                empty
            ]
        );
    }
}
