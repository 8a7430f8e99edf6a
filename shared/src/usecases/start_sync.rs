//! Sets off a run of member synchronisation, or tells how the one that goes on stands.

use super::call::{Call, Env, Failure, run_id, with_caller};
use super::once::{Decision, once};
use crate::domain::club::Club;
use crate::domain::fact::Fact;
use crate::domain::ids::{ClubId, GuildId, UserId};
use crate::domain::rank::Capability;
use crate::domain::sync::{RunKey, RunKind, RunState, SyncRun, SyncState, Trouble};
use crate::domain::work::{Reply, Work};
use crate::ports::store::{
    Batch, Change, ClubReader, Cursor, Ledger, OnceKey, Page, SettingsReader, StoreResult,
};
use crate::ports::sync::SyncRuns;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Runs on one page of the history.
pub const HISTORY_PAGE: u32 = 10;

/// What came of the wish for a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyncBegun {
    /// The run.
    pub run: SyncRun,
    /// Whether it was set off now; else it was going on already.
    pub now: bool,
}

/// Sets off a run, or takes up one that is stuck. Takes [`Capability::ManageMembers`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Busy`.
pub async fn start_sync<S: ClubReader + SyncRuns + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
) -> Result<(Club, SyncBegun), Failure> {
    let decide = || async {
        let (caller, state) = with_caller(store, call, |club| store.sync_state(club)).await?;
        call.allow(&caller, Capability::ManageMembers)?;
        let start = Start {
            club: &caller.club,
            guild: call.guild,
            kind: RunKind::Manual,
            by: Some(call.user),
            reply: Some(&call.reply),
            now: call.now,
        };
        let step = start.decide(store, env, state).await?;
        match step {
            Step::Goes(run) => Ok(Decision::Nothing((caller.club, SyncBegun { run, now: false }))),
            Step::Begin(run, changes, work) => {
                let fact = Fact::SyncStarted { run: run.key.run };
                let batch = Batch {
                    changes,
                    record: Some(call.record(caller.club.id, fact)),
                    outbox: call.outbox(env, vec![work]),
                    answered: None,
                };
                Ok(Decision::Commit(
                    Box::new(batch),
                    (caller.club, SyncBegun { run, now: true }),
                ))
            }
        }
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The club's last run, if there is any. Takes [`Capability::ManageMembers`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`.
pub async fn sync_status<S: ClubReader + SyncRuns>(
    store: &S,
    call: &Call,
) -> Result<(Club, Option<SyncRun>, Option<SyncState>), Failure> {
    let read = |club| async move {
        let (runs, state) = futures::join!(store.list_runs(club, 1, None), store.sync_state(club));
        Ok((runs?, state?))
    };
    let (caller, (runs, state)) = with_caller(store, call, read).await?;
    call.allow(&caller, Capability::ManageMembers)?;
    Ok((caller.club, runs.items.into_iter().next(), state))
}

/// A page of the club's runs, the latest first. Takes [`Capability::ManageMembers`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`.
pub async fn sync_history<S: ClubReader + SyncRuns>(
    store: &S,
    call: &Call,
    from: Option<Cursor>,
) -> Result<(Club, Page<SyncRun>), Failure> {
    let read = |club| store.list_runs(club, HISTORY_PAGE, from.clone());
    let (caller, page) = with_caller(store, call, read).await?;
    call.allow(&caller, Capability::ManageMembers)?;
    Ok((caller.club, page))
}

/// A run that is wished for.
pub(super) struct Start<'a> {
    pub club: &'a Club,
    pub guild: GuildId,
    /// What sets it off, if it is not the club's first.
    pub kind: RunKind,
    /// Who wishes for it; nobody where the clock does.
    pub by: Option<UserId>,
    /// Where they are told.
    pub reply: Option<&'a Reply>,
    pub now: Timestamp,
}

/// What is to be done about it.
pub(super) enum Step {
    /// One goes on already.
    Goes(SyncRun),
    /// This one goes on from now: with these changes and this work.
    Begin(SyncRun, Vec<Change>, Work),
}

impl Start<'_> {
    pub async fn decide<S: SyncRuns>(
        &self,
        store: &S,
        env: &impl Env,
        state: Option<SyncState>,
    ) -> StoreResult<Step> {
        let club = self.club.id;
        let running = match state.as_ref().and_then(|state| state.running) {
            Some(run) => store.run(RunKey { club, run }).await?,
            None => None,
        };
        let running = running.filter(|run| run.state == RunState::Running);
        let reply = self.reply.cloned();
        match running {
            // A run in a guild that the club has left goes nowhere.
            Some(old) if old.guild != self.guild => {
                let (run, state) = self.fresh(env, state);
                let work = work(&run, reply);
                let changes = vec![
                    Change::PutRun(old.failed(Trouble::Moved, self.now)),
                    Change::PutRun(run.clone()),
                    Change::PutSyncState(state),
                ];
                Ok(Step::Begin(run, changes, work))
            }
            Some(run) if run.is_stuck(self.now) => {
                let next = SyncRun {
                    leg: run.leg + 1,
                    beat_at: self.now,
                    version: run.version + 1,
                    ..run
                };
                let work = work(&next, reply);
                Ok(Step::Begin(next.clone(), vec![Change::PutRun(next)], work))
            }
            Some(run) => Ok(Step::Goes(run)),
            None => {
                let (run, state) = self.fresh(env, state);
                let work = work(&run, reply);
                let changes = vec![Change::PutRun(run.clone()), Change::PutSyncState(state)];
                Ok(Step::Begin(run, changes, work))
            }
        }
    }

    fn fresh(&self, env: &impl Env, state: Option<SyncState>) -> (SyncRun, SyncState) {
        let key = RunKey {
            club: self.club.id,
            run: run_id(env, self.now),
        };
        let first = state.as_ref().is_none_or(|state| state.done.is_none());
        let kind = if first { RunKind::Initial } else { self.kind };
        let run = SyncRun::new(key, self.guild, kind, self.by, self.now);
        let before = state.unwrap_or_else(|| SyncState {
            version: 0,
            ..SyncState::new(key.club, self.guild, None)
        });
        let state = SyncState {
            guild: self.guild,
            running: Some(key.run),
            next_at: Some(SyncState::look_at(self.now, None)),
            version: before.version + 1,
            ..before
        };
        (run, state)
    }
}

/// What sets a run off when a club comes to a guild, or Gantry comes back to its: nothing where the club wants no runs but
/// those that people ask for, or where one goes on.
pub(super) async fn on_arrival<S: SyncRuns + SettingsReader>(
    store: &S,
    env: &impl Env,
    (club, guild): (ClubId, GuildId),
    (kind, by): (RunKind, Option<UserId>),
    now: Timestamp,
) -> StoreResult<(Vec<Change>, Vec<Work>)> {
    let (found, state) = futures::join!(store.club_and_settings(club), store.sync_state(club));
    let (found, state) = (found?.filter(|(_, settings)| settings.automatic_sync()), state?);
    let Some((club, _)) = found else {
        return Ok((Vec::new(), Vec::new()));
    };
    let start = Start {
        club: &club,
        guild,
        kind,
        by,
        reply: None,
        now,
    };
    Ok(match start.decide(store, env, state).await? {
        Step::Goes(_) => (Vec::new(), Vec::new()),
        Step::Begin(_, changes, work) => (changes, vec![work]),
    })
}

fn work(run: &SyncRun, reply: Option<Reply>) -> Work {
    Work::SyncMembers {
        run: run.key,
        leg: run.leg,
        reply,
    }
}
