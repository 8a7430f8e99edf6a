//! The machine: its clock, its randomness, its time to wait.

use crate::ports::clock::{Clock, Pause};
use crate::ports::ids::Ids;
use jiff::Timestamp;
use std::time::Duration;

/// Shortest wait before a second try.
const FIRST_PAUSE: Duration = Duration::from_millis(15);
/// Longest wait between two tries.
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// The machine that this runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Clock for System {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Ids for System {
    fn random(&self) -> u128 {
        rand::random()
    }
}

impl Pause for System {
    /// Up to 15 ms, doubled with each try up to 400 ms, and drawn at random from zero ("full jitter"): those who
    /// collided do not meet again.
    async fn pause(&self, tries: u32) {
        let ceiling = FIRST_PAUSE.saturating_mul(1 << tries.min(6)).min(LONGEST_PAUSE);
        tokio::time::sleep(ceiling.mul_f64(rand::random())).await;
    }
}
