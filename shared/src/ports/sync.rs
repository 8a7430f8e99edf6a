//! What member synchronisation keeps: its runs, and what the guild showed.

use super::store::{CommitError, Cursor, Page, StoreResult};
use crate::domain::cases::{Case, CaseKey};
use crate::domain::ids::{ClubId, UserId};
use crate::domain::sync::{RunKey, Seen, SyncRun, SyncState};
use jiff::Timestamp;
use std::future::Future;

/// Runs of member synchronisation.
pub trait SyncRuns: Send + Sync {
    /// A run.
    fn run(&self, key: RunKey) -> impl Future<Output = StoreResult<Option<SyncRun>>> + Send;

    /// A club's runs, the latest first, at most `limit` a page.
    fn list_runs(
        &self,
        club: ClubId,
        limit: u32,
        from: Option<Cursor>,
    ) -> impl Future<Output = StoreResult<Page<SyncRun>>> + Send;

    /// A club's synchronisation.
    fn sync_state(&self, club: ClubId) -> impl Future<Output = StoreResult<Option<SyncState>>> + Send;

    /// At most `limit` clubs that are due, the longest overdue first. Eventually consistent: look again before acting. What
    /// cannot be read is left out, and counts: a page may be short or empty, and others come behind it.
    fn due_syncs(
        &self,
        now: Timestamp,
        limit: u32,
        from: Option<Cursor>,
    ) -> impl Future<Output = StoreResult<Page<SyncState>>> + Send;

    /// Replaces a run if its version is still the one it was read with, and counts it up.
    fn save_run(&self, run: &mut SyncRun) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// The same, and with it notes of accounts, in order of their ids, that the listing did not show: a try that is not
    /// saved leaves no note behind.
    fn save_run_noting(
        &self,
        run: &mut SyncRun,
        absent: &[UserId],
        now: Timestamp,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// Replaces a club's state if its version is still the one it was read with, and counts it up.
    fn save_sync_state(&self, state: &mut SyncState) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// Replaces a run and its club's state, both if their versions are still those they were read with (0: it is new).
    fn end_run(
        &self,
        run: &mut SyncRun,
        state: &mut SyncState,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;
}

/// Conflicts of the roster. They are written in batches.
pub trait Cases: Send + Sync {
    /// A conflict.
    fn case(&self, club: ClubId, key: CaseKey) -> impl Future<Output = StoreResult<Option<Case>>> + Send;

    /// All conflicts of a club, settled ones among them.
    fn all_cases(&self, club: ClubId) -> impl Future<Output = StoreResult<Vec<Case>>> + Send;

    /// The first `limit` open ones behind a key, by key. Eventually consistent: one that was settled just now may still be
    /// among them.
    fn open_cases(
        &self,
        club: ClubId,
        after: Option<CaseKey>,
        limit: u32,
    ) -> impl Future<Output = StoreResult<Vec<Case>>> + Send;
}

/// What listings of the guild showed. Written by its run alone: there is one at a time.
pub trait SeenMembers: Send + Sync {
    /// The first `limit` records with ids greater than `after` and up to `to`, by id. Fewer only at the end.
    fn seen_between(
        &self,
        club: ClubId,
        after: Option<UserId>,
        to: UserId,
        limit: u32,
    ) -> impl Future<Output = StoreResult<Vec<Seen>>> + Send;

    /// Those records among `users` (at most 100) that there are, in any order.
    fn seen(&self, club: ClubId, users: &[UserId]) -> impl Future<Output = StoreResult<Vec<Seen>>> + Send;

    /// Writes up to 25 records; returns the places of those that the store did not take, to be tried again.
    fn write_seen(
        &self,
        club: ClubId,
        records: &[Seen],
        now: Timestamp,
    ) -> impl Future<Output = StoreResult<Vec<usize>>> + Send;

    /// The first note that begins behind `after`.
    fn next_absent(
        &self,
        run: RunKey,
        after: Option<UserId>,
    ) -> impl Future<Output = StoreResult<Option<Vec<UserId>>>> + Send;
}
