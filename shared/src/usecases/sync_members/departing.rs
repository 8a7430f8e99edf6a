//! Marks who is not in the guild any more: those whom a complete and plausible listing did not show.

use super::{Course, SyncDiscord, SyncStore};
use crate::domain::ids::UserId;
use crate::domain::notice::Render;
use crate::domain::sync::{Found, Phase, SyncRun};
use crate::usecases::Env;
use crate::usecases::job::JobFailure;

/// Records that are read together.
const READ: usize = 100;

impl<S: SyncStore, E: Env, D: SyncDiscord, R: Render> Course<'_, S, E, D, R> {
    /// Takes the next note up.
    pub(super) async fn mark_departed(&self, run: &mut SyncRun) -> Result<(), JobFailure> {
        match self.store.next_absent(run.key, run.after).await? {
            Some(users) => {
                let mut next = run.clone();
                for some in users.chunks(READ) {
                    self.mark(&mut next, some).await?;
                }
                next.after = users.first().copied();
                *run = next;
                self.save(run).await
            }
            // Nothing was found out: what comes next is saved with what it finds.
            None => {
                run.enter(if run.is_short() {
                    Phase::Asking
                } else {
                    Phase::Standing
                });
                Ok(())
            }
        }
    }

    async fn mark(&self, run: &mut SyncRun, users: &[UserId]) -> Result<(), JobFailure> {
        let mut writes = Vec::new();
        for mut seen in self.store.seen(run.key.club, users).await? {
            if seen.member.is_here() {
                seen.member.left_at = Some(self.job.now);
                (seen.run, seen.found) = (run.key.run, Found::Left);
                run.counts.count(Found::Left);
                writes.push(seen);
            } else if seen.run == run.key.run {
                run.counts.count(seen.found);
            }
        }
        Ok(self.write_seen(&writes).await?)
    }
}
