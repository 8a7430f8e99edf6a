//! The budget of a process that shares it with nobody.

use crate::ports::budget::{
    Block, BlockScope, Budget, BudgetError, CALLS_PER_SECOND, Lease, SecondCount, end_of_second,
};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A budget in memory. Clones share it.
#[derive(Clone, Debug)]
pub struct LocalBudget {
    per_second: u32,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    count: SecondCount,
    blocked: Vec<Block>,
}

impl Default for LocalBudget {
    /// A budget of [`CALLS_PER_SECOND`].
    fn default() -> Self {
        Self::new(CALLS_PER_SECOND)
    }
}

impl LocalBudget {
    /// A budget of `per_second` calls a second.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        Self {
            per_second,
            state: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget for LocalBudget {
    async fn lease(&self, now: Timestamp, wanted: u32) -> Result<Lease, BudgetError> {
        let mut state = self.lock();
        state.blocked.retain(|block| block.until > now);
        let blocked = state.blocked.clone();
        if let Some(global) = blocked.iter().find(|block| block.scope == BlockScope::Global) {
            return Ok(Lease {
                granted: 0,
                until: global.until,
                blocked,
            });
        }
        let granted = state.count.take(now, wanted, self.per_second);
        Ok(Lease {
            granted,
            until: end_of_second(now),
            blocked,
        })
    }

    async fn block(&self, scope: &BlockScope, until: Timestamp) -> Result<(), BudgetError> {
        let mut state = self.lock();
        match state.blocked.iter_mut().find(|block| block.scope == *scope) {
            Some(known) => known.until = known.until.max(until),
            None => state.blocked.push(Block {
                scope: scope.clone(),
                until,
            }),
        }
        Ok(())
    }
}
