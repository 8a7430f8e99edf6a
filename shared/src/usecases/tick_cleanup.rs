//! Has the servers looked after that are due for it: the tick of every quarter of an hour.
//!
//! Nothing is done here but to take what is due: the work is done in the order of the guild, by a worker within the budget
//! of calls to Discord. So a tick may run twice, late, or at the same time as another: of two that take a club, one does.

use super::call::{Env, outbox_id};
use crate::domain::watch::Watch;
use crate::domain::work::Work;
use crate::ports::store::{Batch, Change, Ledger, Outbox, StoreResult, Watches};
use futures::StreamExt;
use jiff::Timestamp;
use serde::Serialize;

/// Clubs that are looked up together.
const PAGE: u32 = 50;
/// Clubs that are taken at the same time.
const AT_ONCE: usize = 8;
/// Clubs that one tick takes at most: after an outage the work is spread over a few ticks.
const MOST: u32 = 500;

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Clubs whose servers are being looked after.
    pub begun: u32,
    /// Clubs that somebody else took, or that could not be written; the next tick sees to them.
    pub left: u32,
    /// Whether there may be more that is due.
    pub unfinished: bool,
}

/// Takes what is due, the longest overdue first, until `try_until`.
///
/// # Errors
/// What the store says to the reads.
pub async fn tick_cleanup<S: Watches + Ledger>(
    store: &S,
    env: &impl Env,
    trace: &str,
    try_until: Timestamp,
) -> StoreResult<Swept> {
    let now = env.now();
    let mut swept = Swept::default();
    let mut last: Option<Watch> = None;
    loop {
        if env.now() >= try_until || swept.begun + swept.left >= MOST {
            swept.unfinished = true;
            return Ok(swept);
        }
        let page = store.due_watches(now, PAGE, last.as_ref()).await?;
        let full = page.len() == PAGE as usize;
        last = page.last().cloned();
        let taken: Vec<bool> = futures::stream::iter(page)
            .map(|watch| take(store, env, trace, watch))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for begun in taken {
            if begun {
                swept.begun += 1;
            } else {
                swept.left += 1;
            }
        }
        if !full {
            return Ok(swept);
        }
    }
}

/// Takes a club together with the row of the outbox that carries its work.
async fn take<S: Ledger>(store: &S, env: &impl Env, trace: &str, watch: Watch) -> bool {
    let now = env.now();
    let begun = watch.begun(now);
    let batch = Batch {
        record: None,
        outbox: Outbox {
            id: outbox_id(env, now),
            guild: begun.guild,
            trace: trace.to_owned(),
            work: vec![Work::CheckSpaces {
                club: begun.club,
                leg: begun.leg,
            }],
        },
        changes: vec![Change::PutWatch(begun)],
        answered: None,
    };
    store.commit(batch).await.is_ok()
}
