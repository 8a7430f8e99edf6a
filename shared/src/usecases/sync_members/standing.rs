//! Members who left lose their standing, those who came back regain it, and each is shown by the name that the guild sees.

use super::{Course, SyncDiscord, SyncStore, TRIES};
use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::ids::UserId;
use crate::domain::notice::Render;
use crate::domain::roster::Member;
use crate::domain::sync::{Phase, Seen, SyncRun};
use crate::ports::store::{Change, StoreResult};
use crate::usecases::Env;
use crate::usecases::call::outbox_id;
use crate::usecases::job::JobFailure;
use serde_json::json;
use std::collections::HashMap;

/// Members that are looked at together: three items of a transaction each, of at most 100.
const PAGE: u32 = 25;

impl<S: SyncStore, E: Env, D: SyncDiscord, R: Render> Course<'_, S, E, D, R> {
    /// Settles the next members. The place is saved only where something changed: looking again is cheaper than writing.
    pub(super) async fn settle_standing(&self, run: &mut SyncRun) -> Result<(), JobFailure> {
        for tries in 1..=TRIES {
            let club = run.key.club;
            let members = self.store.members_after(club, run.after, PAGE).await?;
            let Some(last) = members.last().map(|member| member.user) else {
                run.enter(Phase::Matching);
                return Ok(());
            };
            let users: Vec<UserId> = members.iter().map(|member| member.user).collect();
            let seen = self.seen_of(run, &users).await?;
            let mut next = run.clone();
            next.after = Some(last);
            let mut changes = Vec::new();
            for member in members {
                let seen = seen.get(&member.user).filter(|seen| seen.member.is_here());
                // The listing may have passed by the place of somebody who came and was given a rank while it ran.
                if seen.is_none() && member.since >= run.started_at {
                    continue;
                }
                changes.extend(self.settle(&mut next, member, seen));
            }
            if changes.is_empty() || self.commit(&mut next, changes).await? {
                *run = next;
                return Ok(());
            }
            self.env.pause(tries).await;
        }
        Err(JobFailure::Stale)
    }

    pub(super) async fn seen_of(
        &self,
        run: &SyncRun,
        users: &[UserId],
    ) -> StoreResult<HashMap<UserId, Seen>> {
        let seen = self.store.seen(run.key.club, users).await?;
        Ok(seen.into_iter().map(|seen| (seen.member.user, seen)).collect())
    }

    /// What changes for one member, with its record.
    fn settle(&self, run: &mut SyncRun, before: Member, seen: Option<&Seen>) -> Vec<Change> {
        let mut after = before.clone();
        after.active = seen.is_some();
        if let Some(seen) = seen {
            after.name = seen.member.shown_name();
        }
        let user = before.user;
        let fact = match (before.active, after.active) {
            (false, true) => {
                after.returned = !run.list.is_empty();
                run.counts.reactivated += 1;
                Fact::MemberReturned { user }
            }
            (true, false) => {
                run.counts.deactivated += 1;
                Fact::MemberLeft { user }
            }
            _ if before.name == after.name => return Vec::new(),
            _ => {
                run.counts.renamed += 1;
                Fact::MemberRenamed { user }
            }
        };
        after.version += 1;
        let record = Record {
            before: json!({ "name": before.name, "active": before.active }),
            after: json!({ "name": after.name, "active": after.active }),
            ..self.record(run, fact)
        };
        vec![Change::PutMember(after), self.also(record)]
    }

    pub(super) fn record(&self, run: &SyncRun, fact: Fact) -> Record {
        Record {
            club: run.key.club,
            actor: Actor::Gantry,
            at: self.job.now,
            fact,
            before: serde_json::Value::Null,
            after: serde_json::Value::Null,
        }
    }

    pub(super) fn also(&self, record: Record) -> Change {
        Change::Record(Box::new(record), outbox_id(self.env, self.job.now))
    }
}
