//! Has the clubs' servers looked after: called every quarter of an hour by a schedule.

use gantry_shared::adapters::dynamo::Table;
use gantry_shared::ports::store::StoreError;
use gantry_shared::usecases::Env;
use gantry_shared::usecases::tick_cleanup::{Swept, tick_cleanup};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// Nothing is begun when less than this is left before the deadline: a transaction that was begun still ends.
const MARGIN: SignedDuration = SignedDuration::from_secs(5);

/// What the function works with.
pub struct App<E> {
    /// The store.
    pub table: Table,
    /// Clock, ids and pauses.
    pub env: E,
}

/// The part of a scheduled event that is used (EventBridge user guide, scheduled events).
#[derive(Debug, Deserialize)]
pub struct Scheduled {
    /// Names the call: what it causes is traced by it.
    pub id: String,
}

/// Takes the clubs that are due. What cannot be taken now waits for the next call; only a store that cannot be read is an
/// error.
///
/// # Errors
/// [`StoreError`].
pub async fn handle<E: Env>(
    app: &App<E>,
    event: Scheduled,
    deadline: Timestamp,
) -> Result<Swept, StoreError> {
    let left = deadline.duration_since(Timestamp::now()) - MARGIN;
    let now = app.env.now();
    let try_until = now.saturating_add(left).unwrap_or(now);
    let swept = Box::pin(tick_cleanup(&app.table, &app.env, &event.id, try_until)).await?;
    let Swept {
        begun,
        left,
        unfinished,
    } = swept;
    if left > 0 || unfinished {
        tracing::warn!(
            trace = event.id,
            begun,
            left,
            unfinished,
            "not all clubs that are due were taken"
        );
    } else {
        tracing::info!(trace = event.id, begun, "taken what was due");
    }
    Ok(swept)
}
