//! Doing something at most once, however often it is asked for and whatever happens in between.

use super::call::{Env, Failure};
use crate::domain::refusal::Refusal;
use crate::ports::store::{Answered, Batch, CommitError, Ledger, OnceKey, StoreError};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;

/// Most decisions for one request: a clock that stands still must not make it run for ever.
const TRIES: u32 = 12;

/// What a decision on the present state comes to.
pub(super) enum Decision<T> {
    /// Write this; `T` is the outcome once it is written.
    Commit(Box<Batch>, T),
    /// There is nothing to write.
    Nothing(T),
    /// What was read does not fit together: it is being changed right now.
    Again,
}

impl<T> Decision<T> {
    /// The same with another outcome.
    pub(super) fn map<U>(self, outcome: impl FnOnce(T) -> U) -> Decision<U> {
        match self {
            Self::Commit(batch, value) => Decision::Commit(batch, outcome(value)),
            Self::Nothing(value) => Decision::Nothing(outcome(value)),
            Self::Again => Decision::Again,
        }
    }
}

/// Decides and commits, and decides again on fresh state while others are faster, until `try_until`.
///
/// A repetition gets the outcome of the first time. It needs no look-up on the way: a repetition that would write fails
/// on the record of the first, which comes back with that failure; one that sees the first's effects and would refuse
/// looks for the record before it does.
pub(super) async fn once<L, E, T, D>(
    (ledger, env): (&L, &E),
    key: OnceKey,
    try_until: Timestamp,
    decide: impl Fn() -> D,
) -> Result<T, Failure>
where
    L: Ledger,
    E: Env,
    T: Serialize + DeserializeOwned,
    D: Future<Output = Result<Decision<T>, Failure>>,
{
    let mut tries = 0;
    loop {
        let failure = match Box::pin(decide()).await {
            Ok(Decision::Commit(batch, outcome)) => {
                let answered = Answered {
                    key,
                    outcome: to_value(&outcome)?,
                };
                match ledger
                    .commit(Batch {
                        answered: Some(answered),
                        ..*batch
                    })
                    .await
                {
                    Ok(()) => return Ok(outcome),
                    Err(CommitError::Replayed(stored)) => return from_value(stored),
                    Err(CommitError::Stale | CommitError::Contended) => Failure::Refused(Refusal::Busy),
                    Err(CommitError::Store(error)) => Failure::Store(error),
                }
            }
            Ok(Decision::Nothing(outcome)) => {
                return stored(ledger, key).await.map(|found| found.unwrap_or(outcome));
            }
            Ok(Decision::Again) => Failure::Refused(Refusal::Busy),
            Err(Failure::Refused(refusal)) => {
                return stored(ledger, key).await?.ok_or(Failure::Refused(refusal));
            }
            Err(Failure::Store(error)) => Failure::Store(error),
        };
        tries += 1;
        let hopeless = matches!(failure, Failure::Store(StoreError::Corrupt(_)));
        if hopeless || tries >= TRIES || env.now() >= try_until {
            return Err(failure);
        }
        env.pause(tries).await;
    }
}

async fn stored<L: Ledger, T: DeserializeOwned>(ledger: &L, key: OnceKey) -> Result<Option<T>, Failure> {
    ledger.outcome(key).await?.map(from_value).transpose()
}

fn to_value<T: Serialize>(outcome: &T) -> Result<serde_json::Value, Failure> {
    serde_json::to_value(outcome).map_err(|error| StoreError::Corrupt(error.to_string()).into())
}

fn from_value<T: DeserializeOwned>(stored: serde_json::Value) -> Result<T, Failure> {
    serde_json::from_value(stored).map_err(|error| StoreError::Corrupt(error.to_string()).into())
}
