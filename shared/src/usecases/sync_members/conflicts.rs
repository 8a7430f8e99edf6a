//! Keeps what a person has to settle: opens what is new, opens again what has changed, closes what has gone.

use super::{Course, SyncDiscord, SyncStore};
use crate::domain::cases::{Case, CaseKey};
use crate::domain::matching::{Conflict, How, Kind, Match, Pairing, Reason, Subject};
use crate::domain::notice::Render;
use crate::domain::rank::Rank;
use crate::domain::sync::SyncRun;
use crate::ports::store::Change;
use crate::usecases::Env;
use crate::usecases::job::JobFailure;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Conflicts that are written together.
const TOGETHER: usize = 40;

/// A rank that a name alone does not give: whoever may take any nickname could take the rank with it.
pub(super) fn needs_a_person(rank: Rank) -> bool {
    rank >= Rank::Steward
}

/// The conflict that such a match becomes.
pub(super) fn to_be_confirmed(found: &Match) -> Conflict {
    let reasons = match found.how {
        How::Name(kind) => vec![Reason::Name(kind)],
        How::Tied(tie) => vec![Reason::Tied(tie)],
    };
    let facts = Sha256::digest(format!("confirm {} {}", found.entry, found.user));
    Conflict {
        kind: Kind::TwoAccounts,
        subject: Subject::Entry(found.entry),
        pairings: vec![Pairing {
            entry: found.entry,
            user: found.user,
            reasons,
        }],
        more: 0,
        facts: hex::encode(&facts[..16]),
    }
}

impl<S: SyncStore, E: Env, D: SyncDiscord, R: Render> Course<'_, S, E, D, R> {
    /// Brings what is kept to what was found. Counted are those that this run opened. `false`: out of time.
    pub(super) async fn keep_conflicts(
        &self,
        run: &mut SyncRun,
        found: &[Conflict],
    ) -> Result<bool, JobFailure> {
        let club = run.key.club;
        let kept = self.store.all_cases(club).await?;
        let mut kept: HashMap<CaseKey, Case> = kept.into_iter().map(|case| (case.key(), case)).collect();
        let mut changed = Vec::new();
        for conflict in found {
            changed.extend(match kept.remove(&CaseKey::of(conflict)) {
                Some(case) => case.found(conflict, run.key.run, self.job.now),
                None => Some(Case::new(club, conflict.clone(), run.key.run, self.job.now)),
            });
        }
        changed.extend(kept.values().filter_map(|case| case.gone(self.job.now)));
        for some in changed.chunks(TOGETHER) {
            if !self.write_cases(run, some).await? {
                // Somebody settled one of them meanwhile: what they decided stands until the next run.
                for one in some.chunks(1) {
                    if self.is_late() {
                        return Ok(false);
                    }
                    self.write_cases(run, one).await?;
                }
            }
            if self.is_late() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn write_cases(&self, run: &mut SyncRun, cases: &[Case]) -> Result<bool, JobFailure> {
        let mut next = run.clone();
        next.counts.conflicts += cases.iter().filter(|case| case.is_open()).count() as u64;
        let changes = cases
            .iter()
            .map(|case| Change::PutCase(Box::new(case.clone())))
            .collect();
        let done = self.commit(&mut next, changes).await?;
        if done {
            *run = next;
        }
        Ok(done)
    }
}
