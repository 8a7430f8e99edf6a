//! Where new ids come from.

use jiff::Timestamp;

/// Randomness for ids.
pub trait Ids: Send + Sync {
    /// 80 random bits.
    fn random(&self) -> u128;

    /// Milliseconds of `now` and random bits: the parts of an id.
    fn parts(&self, now: Timestamp) -> (u64, u128) {
        (u64::try_from(now.as_millisecond()).unwrap_or(0), self.random())
    }
}
