//! Paces the bot's calls by leases of the shared budget.

use super::gate::Gate;
use crate::ports::budget::{Budget, Lease, SecondCount, end_of_second, slot};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

/// Calls asked for at first, 33 ms apart in a whole second: less than a call takes.
const WANTED: u32 = 30;
/// Calls asked for at least, and after a refusal, so that more workers get on.
const WANTED_LEAST: u32 = 5;
/// A refusal in this first part of a second shows that others have taken it up; later, it may just be late.
const CROWDED_WITHIN: SignedDuration = SignedDuration::from_millis(500);
/// Calls a second while the shared budget cannot be asked. Ten workers at once then stay within Discord's 50.
const WITHOUT_BUDGET: u32 = 5;
/// After a failure the shared budget is left alone for this long.
const BUDGET_REST: SignedDuration = SignedDuration::from_secs(5);

/// When a call may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// At this instant; the slot is taken.
    At(Timestamp),
    /// No slot now; to be asked for again at this instant.
    AskAt(Timestamp),
}

/// Hands out the slots of the present lease, and gets the next.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    lease: Option<Held>,
    crowded: bool,
    without_budget: SecondCount,
    rest_until: Option<Timestamp>,
}

#[derive(Debug)]
struct Held {
    from: Timestamp,
    until: Timestamp,
    granted: u32,
    next: u32,
    used: u32,
}

impl Pacer {
    /// A slot for one call. Blocks that come with a new lease go to `gate`.
    pub async fn slot<B: Budget>(&self, budget: &B, gate: &Gate, now: Timestamp) -> Slot {
        let mut state = self.state.lock().await;
        if let Some(at) = state.lease.as_mut().and_then(|held| held.take(now)) {
            return Slot::At(at);
        }
        let lease = match state.rest_until.filter(|until| *until > now) {
            Some(_) => state.alone(now),
            None => match budget.lease(now, state.wanted(now)).await {
                Ok(lease) => lease,
                Err(error) => {
                    tracing::warn!(%error, calls_per_second = WITHOUT_BUDGET, "going on without the shared budget");
                    state.rest_until = now.saturating_add(BUDGET_REST).ok();
                    state.alone(now)
                }
            },
        };
        gate.merge(&lease.blocked, now);
        let left = end_of_second(now).duration_since(now);
        state.crowded = lease.granted == 0 && left > CROWDED_WITHIN;
        if lease.granted == 0 {
            return Slot::AskAt(lease.until);
        }
        state.lease = Some(Held {
            from: now,
            until: lease.until,
            granted: lease.granted,
            next: 1,
            used: 1,
        });
        Slot::At(now)
    }
}

impl State {
    /// Half as many again as the lease that has just ended was used for: what is granted and not used is lost to the
    /// other workers. After a rest the old lease says nothing.
    fn wanted(&self, now: Timestamp) -> u32 {
        match &self.lease {
            _ if self.crowded => WANTED_LEAST,
            Some(held) if now.duration_since(held.until) < SignedDuration::from_secs(1) => {
                (held.used + held.used / 2 + 2).clamp(WANTED_LEAST, WANTED)
            }
            _ => WANTED,
        }
    }

    fn alone(&mut self, now: Timestamp) -> Lease {
        let granted = self.without_budget.take(now, WITHOUT_BUDGET, WITHOUT_BUDGET);
        Lease {
            granted,
            until: end_of_second(now),
            blocked: Vec::new(),
        }
    }
}

impl Held {
    /// The next slot that is not past. Slots that have passed unused lapse: made up for, they would come as a burst.
    fn take(&mut self, now: Timestamp) -> Option<Timestamp> {
        while self.next < self.granted {
            let at = slot(self.from, self.until, self.granted, self.next);
            let end = slot(self.from, self.until, self.granted, self.next + 1);
            self.next += 1;
            if end > now {
                self.used += 1;
                return Some(at.max(now));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::discord_rest::LocalBudget;
    use crate::ports::budget::{Block, BlockScope, BudgetError};
    use std::sync::atomic::{AtomicU32, Ordering};

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_000_000_000 + millis).unwrap()
    }

    #[derive(Default)]
    struct Throttled {
        asked: AtomicU32,
    }

    impl Budget for Throttled {
        async fn lease(&self, _: Timestamp, _: u32) -> Result<Lease, BudgetError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            Err(BudgetError::Throttled)
        }

        async fn block(&self, _: &BlockScope, _: Timestamp) -> Result<(), BudgetError> {
            Err(BudgetError::Throttled)
        }
    }

    async fn slots<B: Budget>(pacer: &Pacer, budget: &B, now: Timestamp, calls: u32) -> Vec<Slot> {
        let mut slots = Vec::new();
        for _ in 0..calls {
            slots.push(pacer.slot(budget, &Gate::new(10), now).await);
        }
        slots
    }

    #[tokio::test]
    async fn a_lease_is_paced_over_the_rest_of_its_second_and_then_renewed() {
        let (pacer, budget) = (Pacer::default(), LocalBudget::default());
        let taken = slots(&pacer, &budget, at(100), 31).await;
        assert_eq!(taken[0], Slot::At(at(100)));
        assert_eq!(taken[3], Slot::At(at(190)));
        assert_eq!(taken[20], Slot::At(at(700)));
        assert_eq!(
            taken[30],
            Slot::At(at(100)),
            "one more call is the first of a second lease"
        );
    }

    /// Grants what is asked for and keeps it.
    #[derive(Default)]
    struct Asked(std::sync::Mutex<Vec<u32>>);

    impl Budget for Asked {
        async fn lease(&self, now: Timestamp, wanted: u32) -> Result<Lease, BudgetError> {
            self.0.lock().unwrap().push(wanted);
            let granted = if now == at(5000) { 0 } else { wanted };
            Ok(Lease {
                granted,
                until: end_of_second(now),
                blocked: Vec::new(),
            })
        }

        async fn block(&self, _: &BlockScope, _: Timestamp) -> Result<(), BudgetError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_worker_asks_for_a_little_more_than_it_used_and_for_less_when_it_is_crowded() {
        let (pacer, budget) = (Pacer::default(), Asked::default());
        for (millis, calls) in [(0, 10), (1000, 1), (2000, 5), (4000, 1), (5000, 1), (6000, 1)] {
            slots(&pacer, &budget, at(millis), calls).await;
        }
        assert_eq!(*budget.0.lock().unwrap(), [30, 17, 5, 30, 5, 5]);
    }

    #[tokio::test]
    async fn slots_that_passed_unused_are_not_made_up_for() {
        let (pacer, budget) = (Pacer::default(), LocalBudget::new(10));
        slots(&pacer, &budget, at(0), 1).await;
        let late = slots(&pacer, &budget, at(850), 3).await;
        assert_eq!(late[..2], [Slot::At(at(850)), Slot::At(at(900))]);
        assert_eq!(late[2], Slot::AskAt(at(1000)));
    }

    #[tokio::test]
    async fn without_the_shared_budget_a_few_calls_go_on_and_it_is_left_alone_for_a_while() {
        let (pacer, budget) = (Pacer::default(), Throttled::default());
        let taken = slots(&pacer, &budget, at(0), 6).await;
        assert_eq!(taken[..2], [Slot::At(at(0)), Slot::At(at(200))]);
        assert_eq!(taken[5], Slot::AskAt(at(1000)));
        slots(&pacer, &budget, at(4000), 6).await;
        assert_eq!(budget.asked.load(Ordering::Relaxed), 1);
        slots(&pacer, &budget, at(5000), 1).await;
        assert_eq!(budget.asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn blocks_of_other_workers_come_with_the_lease() {
        let (pacer, budget, gate) = (Pacer::default(), LocalBudget::default(), Gate::new(10));
        budget.block(&BlockScope::Global, at(1500)).await.unwrap();
        assert_eq!(pacer.slot(&budget, &gate, at(0)).await, Slot::AskAt(at(1500)));
        assert_eq!(
            budget.lease(at(0), 1).await.unwrap().blocked,
            [Block {
                scope: BlockScope::Global,
                until: at(1500)
            }]
        );
    }
}
