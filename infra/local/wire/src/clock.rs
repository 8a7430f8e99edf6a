//! The stack's clock: real time plus an offset that a test or the playground moves.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};

/// A clock that runs with real time and can be moved. Clones share the same offset.
#[derive(Clone, Debug, Default)]
pub struct LocalClock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    offset: SignedDuration,
    frozen: Option<Timestamp>,
}

impl LocalClock {
    /// A clock that shows real time.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock that stands still at `at` until it is moved.
    #[must_use]
    pub fn frozen(at: Timestamp) -> Self {
        let clock = Self::default();
        clock.lock().frozen = Some(at);
        clock
    }

    /// The instant that the stack takes for the present one.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let state = self.lock();
        state.frozen.unwrap_or_else(|| {
            Timestamp::now()
                .saturating_add(state.offset)
                .unwrap_or(Timestamp::MAX)
        })
    }

    /// Moves the clock to `to`. A running clock runs on from there, a frozen one stands there.
    pub fn set(&self, to: Timestamp) {
        let mut state = self.lock();
        match &mut state.frozen {
            Some(at) => *at = to,
            None => state.offset = to.duration_since(Timestamp::now()),
        }
    }

    /// Moves the clock on by `by`.
    pub fn advance(&self, by: SignedDuration) {
        let mut state = self.lock();
        match &mut state.frozen {
            Some(at) => *at = at.saturating_add(by).unwrap_or(Timestamp::MAX),
            None => state.offset = state.offset.saturating_add(by),
        }
    }

    /// Whether the clock stands still, so that waiting for it in real time would never end.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.lock().frozen.is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let start: Timestamp = "2026-11-28T14:00:00Z".parse().unwrap();
        let clock = LocalClock::frozen(start);
        let other = clock.clone();
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(other.now(), "2026-11-28T14:01:30Z".parse().unwrap());
        other.set(start);
        assert_eq!(clock.now(), start);
    }

    #[test]
    fn a_running_clock_runs_on_from_where_it_was_set() {
        let clock = LocalClock::new();
        let start: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        clock.set(start);
        let now = clock.now();
        assert!(
            now >= start && now < start + SignedDuration::from_mins(5),
            "{now}"
        );
    }
}
