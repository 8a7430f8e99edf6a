//! How deliveries are made now, and what has been delivered so far.

use super::{InvocationTable, InvokeError, Invoker};
use gantry_local_wire::LocalClock;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How every batch and schedule tick is delivered; can be changed while the stack runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryMode {
    /// Delivered twice, the second time as a redelivery, whose outcome counts. On AWS that happens when a delivery's
    /// outcome is lost.
    pub double: bool,
    /// Delivered so much later, by the stack's clock.
    pub late: SignedDuration,
}

/// Counts since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) invocations: u64,
    pub(crate) messages: u64,
    pub(crate) failures: u64,
}

/// Whether anything is on its way to a function.
///
/// A poller takes its batch and counts it under the gate; who wants to know that nothing is on its way holds the gate
/// while it looks, so that no batch is neither in its queue nor counted.
#[derive(Default)]
pub(crate) struct Activity {
    gate: tokio::sync::Mutex<()>,
    batches: AtomicUsize,
    invocations: AtomicU64,
    messages: AtomicU64,
    failures: AtomicU64,
}

impl Activity {
    /// Nothing is taken while this is held.
    pub(crate) async fn gate(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.gate.lock().await
    }

    /// Counts a batch as on its way until the value is dropped. To be called under the gate.
    pub(crate) fn begin(self: &Arc<Self>) -> OnItsWay {
        self.batches.fetch_add(1, Ordering::SeqCst);
        OnItsWay(Arc::clone(self))
    }

    /// Batches on their way.
    pub(crate) fn batches(&self) -> usize {
        self.batches.load(Ordering::SeqCst)
    }

    pub(crate) fn delivered(&self) -> Delivered {
        Delivered {
            invocations: self.invocations.load(Ordering::SeqCst),
            messages: self.messages.load(Ordering::SeqCst),
            failures: self.failures.load(Ordering::SeqCst),
        }
    }
}

/// A batch on its way to its function.
pub(crate) struct OnItsWay(Arc<Activity>);

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.0.batches.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What every poller shares.
#[derive(Clone)]
pub(crate) struct Deliveries {
    pub(crate) clock: LocalClock,
    pub(crate) invocations: InvocationTable,
    pub(crate) invoker: Arc<dyn Invoker>,
    pub(crate) activity: Arc<Activity>,
    pub(crate) mode: Arc<Mutex<DeliveryMode>>,
}

impl Deliveries {
    pub(crate) fn mode(&self) -> DeliveryMode {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `function` with an event that carries `messages` messages or records.
    pub(crate) async fn invoke(
        &self,
        function: &str,
        event: Value,
        messages: usize,
        timeout: Duration,
    ) -> Result<Value, InvokeError> {
        let count = |counter: &AtomicU64, by: u64| counter.fetch_add(by, Ordering::SeqCst);
        count(&self.activity.invocations, 1);
        count(&self.activity.messages, messages as u64);
        let timeout = self.invoker.patience(timeout);
        let call = self.invoker.invoke(function, event, self.deadline(timeout));
        let done = self
            .invocations
            .run(function, timeout, call)
            .await
            .and_then(|done| done);
        if let Err(error) = &done {
            count(&self.activity.failures, 1);
            tracing::debug!(function, %error, "invocation failed");
        }
        done
    }

    fn deadline(&self, timeout: Duration) -> Timestamp {
        let timeout = SignedDuration::try_from(timeout).unwrap_or(SignedDuration::MAX);
        self.clock.now().saturating_add(timeout).unwrap_or(Timestamp::MAX)
    }
}
