//! The present instant, asked for at the edges only.

use jiff::Timestamp;

/// Tells the time. Rules below the edge take `now` as a value instead.
pub trait Clock: Send + Sync {
    /// The present instant, UTC.
    fn now(&self) -> Timestamp;
}
