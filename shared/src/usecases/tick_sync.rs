//! Sets off the runs of member synchronisation that are due by the clubs' settings. May run twice, late, or twice at once:
//! a run begins together with the new version of its club's state, which only one of them can write.

use super::call::{Env, outbox_id};
use super::start_sync::{Start, Step};
use crate::domain::ids::ClubId;
use crate::domain::sync::{RunKind, SyncState};
use crate::ports::store::{
    Batch, Change, CommitError, Ledger, Outbox, SettingsReader, StoreError, StoreResult,
};
use crate::ports::sync::SyncRuns;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Clubs that are looked up together.
const TOGETHER: u32 = 25;
/// A further club is begun only with this much time left.
const RESERVE: SignedDuration = SignedDuration::from_secs(10);

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ticked {
    /// Runs that were set off, or taken up again.
    pub begun: u32,
    /// Clubs that are not due after all.
    pub put_off: u32,
    /// Clubs that somebody else was at.
    pub passed_over: u32,
}

/// Sets off what is due, the longest overdue first, while `left` allows. What is left over is still due at the next tick.
///
/// # Errors
/// What the store says.
pub async fn tick_sync<S: SyncRuns + SettingsReader + Ledger>(
    store: &S,
    env: &impl Env,
    now: Timestamp,
    left: impl Fn() -> SignedDuration + Sync,
) -> StoreResult<Ticked> {
    let mut done = Ticked::default();
    let mut from = None;
    while left() > RESERVE {
        // Page by page: what cannot be dealt with, and stays due, keeps nobody behind it waiting.
        let due = store.due_syncs(now, TOGETHER, from).await?;
        for state in due.items {
            if left() <= RESERVE {
                return Ok(done);
            }
            match Box::pin(one(store, env, now, state.club)).await {
                Ok(true) => done.begun += 1,
                Ok(false) => done.put_off += 1,
                // One club's fault is not the others'.
                Err(CommitError::Store(StoreError::Corrupt(_))) => done.passed_over += 1,
                Err(CommitError::Store(error)) => return Err(error),
                Err(CommitError::Stale | CommitError::Contended | CommitError::Replayed(_)) => {
                    done.passed_over += 1;
                }
            }
        }
        from = due.next;
        if from.is_none() {
            break;
        }
    }
    Ok(done)
}

/// Begins the run of a club that is due (true), or says when to look again.
async fn one<S: SyncRuns + SettingsReader + Ledger>(
    store: &S,
    env: &impl Env,
    now: Timestamp,
    club: ClubId,
) -> Result<bool, CommitError> {
    let Some(state) = store.sync_state(club).await? else {
        return Ok(false);
    };
    if state.next_at.is_none_or(|at| at > now) {
        return Ok(false);
    }
    let found = store.club_and_settings(club).await?;
    let found = found.filter(|(_, settings)| settings.automatic_sync());
    // A club without a guild, or whose guild lost Gantry, has nothing to be kept in step with.
    let Some((club, settings, guild)) = found.and_then(|(club, settings)| {
        let guild = club.guild.filter(|_| club.lost_at.is_none())?;
        Some((club, settings, guild))
    }) else {
        put_off(store, state, SyncState::look_at(now, None)).await?;
        return Ok(false);
    };
    let due = state.due_at(settings.sync_hours());
    if due > now && state.running.is_none() {
        put_off(store, state, SyncState::look_at(now, Some(due))).await?;
        return Ok(false);
    }
    let start = Start {
        club: &club,
        guild,
        kind: RunKind::Scheduled,
        by: None,
        reply: None,
        now,
    };
    match start.decide(store, env, Some(state.clone())).await? {
        Step::Goes(_) => {
            put_off(store, state, SyncState::look_at(now, None)).await?;
            Ok(false)
        }
        Step::Begin(run, mut changes, work) => {
            let told = changes
                .iter()
                .any(|change| matches!(change, Change::PutSyncState(_)));
            if !told {
                changes.push(Change::PutSyncState(SyncState {
                    next_at: Some(SyncState::look_at(now, None)),
                    version: state.version + 1,
                    ..state
                }));
            }
            let outbox = Outbox {
                id: outbox_id(env, now),
                guild,
                trace: format!("sync-{}", run.key.run),
                work: vec![work],
            };
            let batch = Batch {
                changes,
                record: None,
                outbox,
                answered: None,
            };
            store.commit(batch).await?;
            Ok(true)
        }
    }
}

async fn put_off<S: SyncRuns>(
    store: &S,
    mut state: SyncState,
    next_at: Timestamp,
) -> Result<(), CommitError> {
    state.next_at = Some(next_at);
    store.save_sync_state(&mut state).await
}
