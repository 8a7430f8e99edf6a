//! Where the present comes from.

use jiff::Timestamp;
use std::future::Future;

/// Tells the present instant.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
}

/// Waits between tries.
pub trait Pause: Send + Sync {
    /// Waits a short, random while that grows with the number of tries made, from 1.
    fn pause(&self, tries: u32) -> impl Future<Output = ()> + Send;
}
