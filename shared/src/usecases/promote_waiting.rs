//! Gives seats that an edit added to those who wait for them, in order.

use super::answer_event::tell;
use super::call::Env;
use super::job::{Job, JobFailure};
use crate::domain::event::EventKey;
use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::ids::UserId;
use crate::domain::seats::{SeatMove, seats_of};
use crate::domain::series::ClassId;
use crate::domain::work::Work;
use crate::ports::store::{Batch, Change, EventReader, Ledger};

/// Seats given in one go; then the rest is put into the outbox again, so that no job runs long.
const CHUNK: u32 = 20;
/// Nobody: there is no reader for whom the answer of this user is read.
const NOBODY: UserId = UserId(0);

/// Promotes until no seat is free or nobody waits. Each promotion is a transaction of its own with the work of telling
/// the driver, so dying in between loses nobody and tells nobody twice.
///
/// # Errors
/// What the store says; `Stale` when others change the class at the same time.
pub async fn promote_waiting<S: EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    event: EventKey,
    class: &ClassId,
) -> Result<(), JobFailure> {
    for nth in 1..=CHUNK {
        let (desk, first) = futures::join!(store.desk(event, NOBODY), store.first_waiting(event, class, 1));
        let Some(desk) = desk? else { return Ok(()) };
        if desk.event.state.is_over() {
            return Ok(());
        }
        let free = seats_of(&desk.seats, class).and_then(|seats| seats.after(SeatMove::Promote));
        let (Some(after), Some(first)) = (free, first?.pop()) else {
            return Ok(());
        };
        let mut work = vec![tell(event, &first), Work::RefreshBoard { event }];
        if nth == CHUNK && after.free() > 0 {
            work.push(Work::PromoteWaiting {
                event,
                class: class.clone(),
            });
        }
        let fact = Fact::DriversPromoted {
            event,
            class: class.clone(),
            users: vec![first.user],
        };
        let record = Record {
            club: event.club,
            actor: Actor::Gantry,
            at: job.now,
            fact,
            before: serde_json::Value::Null,
            after: serde_json::Value::Null,
        };
        let batch = Batch {
            changes: vec![
                Change::MoveSeat(event, class.clone(), SeatMove::Promote, job.now),
                Change::SeatWaiter(event, first),
            ],
            record: Some(record),
            outbox: job.outbox(env, work),
            answered: None,
        };
        store.commit(batch).await?;
    }
    Ok(())
}
