//! Functions that are called at a rate.

use super::events::schedule_event;
use super::{Deliveries, InvokeError, LOOK, Schedule};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// The schedules of a stack.
#[derive(Clone)]
pub(crate) struct Schedules {
    pub(crate) all: Arc<Vec<Schedule>>,
    pub(crate) deliveries: Deliveries,
}

impl Schedules {
    /// Calls a schedule's function at once; `None` when there is no schedule of that name.
    pub(crate) async fn tick(&self, name: &str) -> Option<Result<Value, InvokeError>> {
        let schedule = self.all.iter().find(|schedule| schedule.name == name)?;
        Some(self.call(schedule, self.deliveries.clock.now()).await)
    }

    /// Calls one schedule's function at its rate until it is dropped. Ticks that a jump of the clock left out are
    /// not made up for, as on AWS.
    pub(crate) async fn run(self, schedule: Schedule) {
        let next = |after: Timestamp| after.saturating_add(schedule.every).unwrap_or(Timestamp::MAX);
        let mut due = next(self.deliveries.clock.now());
        loop {
            let now = self.deliveries.clock.now();
            // A clock that was moved back starts the rate anew.
            if next(now) < due {
                due = next(now);
            }
            let late = self.deliveries.mode().late;
            if now < due.saturating_add(late).unwrap_or(Timestamp::MAX) {
                tokio::time::sleep(LOOK).await;
                continue;
            }
            let called = due;
            due = next(if next(due) > now { due } else { now });
            let (schedules, schedule) = (self.clone(), schedule.clone());
            // Not awaited: a schedule calls its function whether or not the last call has ended. An error was logged.
            tokio::spawn(async move { schedules.call(&schedule, called).await });
        }
    }

    async fn call(&self, schedule: &Schedule, at: Timestamp) -> Result<Value, InvokeError> {
        let activity = &self.deliveries.activity;
        let _on_its_way = {
            let _gate = activity.gate().await;
            activity.begin()
        };
        let event = schedule_event(&schedule.name, at);
        let call = || {
            self.deliveries
                .invoke(&schedule.function, event.clone(), 0, schedule.timeout)
        };
        let first = call().await;
        if self.deliveries.mode().double {
            call().await
        } else {
            first
        }
    }
}
