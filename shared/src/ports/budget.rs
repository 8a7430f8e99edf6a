//! How many calls to Discord all workers together may make, and which calls are barred for all of them.
//!
//! Discord allows a bot 50 calls a second (Discord docs, rate limits). Which second it counts from is not told, so no
//! second may see more than that, wherever it begins. [`allowance`] and even pacing of the calls of a lease over its
//! life hold this together: what is granted late in a second leaves room for what comes early in the next.

use jiff::{SignedDuration, Timestamp};
use std::future::Future;

/// Calls in a second that all workers share. Below Discord's 50, which leaves room for clocks that differ and for
/// calls that the network bunches.
pub const CALLS_PER_SECOND: u32 = 45;

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// A share of one second's calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Calls granted, to be made evenly from the request until `until`. 0 when there are none.
    pub granted: u32,
    /// The grant ends here, at the latest with the second; where nothing was granted, when to ask again.
    pub until: Timestamp,
    /// What is barred for all workers now.
    pub blocked: Vec<Block>,
}

/// Calls that Discord has barred for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Which calls.
    pub scope: BlockScope,
    /// Until when.
    pub until: Timestamp,
}

/// Which calls a block bars.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BlockScope {
    /// Every call that carries the bot token.
    Global,
    /// Every call, interaction tokens included: Cloudflare refuses our address.
    Address,
    /// One method, route and major parameter: `PATCH /channels/{channel.id} 81384788765712384`.
    Route(String),
}

/// Why the shared budget gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BudgetError {
    /// The store refused for load.
    #[error("the shared budget is throttled")]
    Throttled,
    /// The store did not answer, or with an error.
    #[error("the shared budget is unavailable: {0}")]
    Unavailable(String),
    /// What the store holds is not a budget.
    #[error("the shared budget is corrupt: {0}")]
    Corrupt(String),
}

/// The budget that all workers share. One lease serves many calls, so that the store sees few writes.
pub trait Budget: Send + Sync {
    /// Asks for up to `wanted` calls in the current second. Fewer may be granted, or none.
    fn lease(&self, now: Timestamp, wanted: u32) -> impl Future<Output = Result<Lease, BudgetError>> + Send;

    /// Tells all workers that `scope` is barred until `until`. A block in force is never shortened.
    fn block(
        &self,
        scope: &BlockScope,
        until: Timestamp,
    ) -> impl Future<Output = Result<(), BudgetError>> + Send;
}

/// The second that `now` lies in, as seconds since the Unix epoch.
#[must_use]
pub fn second_of(now: Timestamp) -> i64 {
    now.as_nanosecond().div_euclid(NANOS_PER_SECOND) as i64
}

/// The instant at which the second that `now` lies in ends.
#[must_use]
pub fn end_of_second(now: Timestamp) -> Timestamp {
    Timestamp::from_second(second_of(now) + 1).unwrap_or(Timestamp::MAX)
}

/// How many calls of the second that `now` lies in may have been granted in all, this grant included: the share of
/// `per_second` that fits into the rest of the second. Calls of a second's grants, paced evenly until its end, then
/// leave `x` of the next second free for the `x` that the next second's grants may have used by then.
#[must_use]
pub fn allowance(now: Timestamp, per_second: u32) -> u32 {
    let gone = now.as_nanosecond().rem_euclid(NANOS_PER_SECOND);
    (i128::from(per_second) * (NANOS_PER_SECOND - gone) / NANOS_PER_SECOND) as u32
}

/// One process's count of a second's grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondCount {
    second: i64,
    used: u32,
}

impl SecondCount {
    /// Takes up to `wanted` of the calls that the present second still has, of `per_second`; returns how many.
    pub fn take(&mut self, now: Timestamp, wanted: u32, per_second: u32) -> u32 {
        let second = second_of(now);
        if self.second != second {
            *self = Self { second, used: 0 };
        }
        let granted = wanted.min(allowance(now, per_second).saturating_sub(self.used));
        self.used += granted;
        granted
    }
}

/// The instant of the call number `index` (from 0) of `granted` that are paced evenly over `from` to `until`.
#[must_use]
pub fn slot(from: Timestamp, until: Timestamp, granted: u32, index: u32) -> Timestamp {
    let life = until.duration_since(from).as_nanos();
    let offset = life * i128::from(index) / i128::from(granted.max(1));
    from.saturating_add(SignedDuration::from_nanos_i128(offset))
        .unwrap_or(until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_000_000_000 + millis).unwrap()
    }

    #[test]
    fn a_second_gives_its_calls_once_and_the_next_one_gives_anew() {
        let mut count = SecondCount::default();
        assert_eq!(count.take(at(0), 40, 45), 40);
        assert_eq!(count.take(at(0), 40, 45), 5);
        assert_eq!(count.take(at(0), 1, 45), 0);
        assert_eq!(count.take(at(1000), 40, 45), 40);
    }

    #[test]
    fn late_in_a_second_there_is_room_only_for_what_still_fits() {
        assert_eq!([0, 500, 999].map(|ms| allowance(at(ms), 45)), [45, 22, 0]);
        assert_eq!(end_of_second(at(999)), at(1000));
        assert_eq!(end_of_second(at(1000)), at(2000));
    }

    #[test]
    fn the_calls_of_a_lease_are_spread_over_its_life() {
        let slots: Vec<_> = (0..4).map(|index| slot(at(200), at(1000), 4, index)).collect();
        assert_eq!(slots, [at(200), at(400), at(600), at(800)]);
    }

    proptest! {
        /// Whatever workers ask for and when, no second of the paced calls holds more than Discord's 50.
        #[test]
        fn no_second_wherever_it_begins_sees_more_than_fifty_calls(
            mut asks in proptest::collection::vec((0_i64..3000, 1_u32..=45), 1..40),
        ) {
            asks.sort_unstable();
            let mut count = SecondCount::default();
            let mut calls = Vec::new();
            for (ms, wanted) in asks {
                let granted = count.take(at(ms), wanted, CALLS_PER_SECOND);
                calls.extend((0..granted).map(|index| slot(at(ms), end_of_second(at(ms)), granted, index)));
            }
            calls.sort_unstable();
            for first in &calls {
                let within = |call: &&Timestamp| **call >= *first && call.duration_since(*first).as_millis() < 1000;
                let seen = calls.iter().filter(within).count();
                prop_assert!(seen <= 50, "{seen} calls from {first}");
            }
        }
    }
}
