//! The executor's time: what it waits with. Tests replace it and wait for nothing.

use crate::ports::clock::Clock;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// A clock that can be waited for. It must run on by itself: limits end in real time, so the local stack's movable
/// clock is no timer.
pub trait Timer: Clock {
    /// Waits for `time`; not at all when it is zero or less.
    fn sleep(&self, time: SignedDuration) -> BoxFuture<'_, ()>;

    /// A random time of 0 to `at_most`, to be added on top of a wait so that workers do not return all at once.
    fn jitter(&self, at_most: SignedDuration) -> SignedDuration;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealTime;

impl Clock for RealTime {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Timer for RealTime {
    fn sleep(&self, time: SignedDuration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(time.try_into().unwrap_or(Duration::ZERO)))
    }

    fn jitter(&self, at_most: SignedDuration) -> SignedDuration {
        let nanos = i64::try_from(at_most.as_nanos()).unwrap_or(i64::MAX).max(0);
        SignedDuration::from_nanos(rand::random_range(0..=nanos))
    }
}
