//! Brings ranks and roles together, as the club's direction says: ranks follow the roles that the listing showed, or work
//! is put out that has the roles follow the rank.

use super::{Course, SyncDiscord, SyncStore, TRIES};
use crate::domain::fact::{Fact, Record};
use crate::domain::ids::{EntryId, RoleId};
use crate::domain::notice::Render;
use crate::domain::rank::Rank;
use crate::domain::role_map::{Mapped, differences, rank_by_roles};
use crate::domain::roster::{Entry, Member};
use crate::domain::settings::SyncDirection;
use crate::domain::sync::{DEMOTED_MOST, Demoted, Phase, Seen, SyncRun};
use crate::domain::work::{RoleWork, Work};
use crate::ports::store::Change;
use crate::usecases::Env;
use crate::usecases::apply_roles::hindrances;
use crate::usecases::job::JobFailure;
use jiff::Timestamp;
use serde_json::json;
use std::collections::HashMap;

/// Members that are looked at together: four items of a transaction each, of at most 100.
const PAGE: u32 = 20;

/// What a page of members comes to.
#[derive(Default)]
struct Settled {
    changes: Vec<Change>,
    work: Vec<Work>,
}

impl<S: SyncStore, E: Env, D: SyncDiscord, R: Render> Course<'_, S, E, D, R> {
    /// Settles the next members. A list of roles that is another one than the listing went by waits for the next run: what
    /// was recorded of members does not say whether they hold its roles.
    pub(super) async fn settle_ranks(&self, run: &mut SyncRun) -> Result<(), JobFailure> {
        if self.roles.list.is_empty() || self.roles.list != run.list {
            end(run);
            return Ok(());
        }
        for tries in 1..=TRIES {
            let club = run.key.club;
            let members = self.store.members_after(club, run.after, PAGE).await?;
            let Some(last) = members.last().map(|member| member.user) else {
                end(run);
                return Ok(());
            };
            let mut next = run.clone();
            next.after = Some(last);
            let Settled { changes, work } = Box::pin(self.settled(&mut next, &members)).await?;
            let nothing = changes.is_empty() && work.is_empty();
            if nothing || Box::pin(self.commit_with(&mut next, changes, work)).await? {
                *run = next;
                return Ok(());
            }
            self.env.pause(tries).await;
        }
        Err(JobFailure::Stale)
    }

    async fn settled(&self, run: &mut SyncRun, members: &[Member]) -> Result<Settled, JobFailure> {
        let club = run.key.club;
        let direction = self.roles.direction;
        let users: Vec<_> = members.iter().map(|member| member.user).collect();
        let mut seen = self.seen_of(run, &users).await?;
        seen.retain(|_, seen| seen.member.is_here());
        // Who came onto the roster, or was given roles, while the run went on was listed before that.
        let old = |at: Timestamp| at >= run.started_at;
        let settles =
            |member: &&Member| member.active && !old(member.since) && !member.roles_given_at.is_some_and(old);
        let here: Vec<(&Member, Seen)> = members
            .iter()
            .filter(settles)
            .filter_map(|member| Some((member, seen.remove(&member.user)?)))
            .collect();
        let gives = |(member, seen): &(&Member, Seen)| {
            let asked = direction == SyncDirection::GantryLeads || member.returned;
            asked && differs(&run.list, member.rank, &seen.member.roles)
        };
        if run.hindered.is_none() && here.iter().any(gives) {
            let picture = Box::pin(self.discord.guild_picture(run.guild)).await?;
            run.hindered = Some(hindrances(&picture, &run.list, self.job.now));
        }
        let mut settled = Settled::default();
        let mut risen: Vec<(Member, Rank)> = Vec::new();
        for (member, seen) in here {
            match direction {
                SyncDirection::Off => {}
                SyncDirection::DiscordLeads => match self.roles_back(run, member, &seen) {
                    Some(back) => settled.work.push(back),
                    None => {
                        let rank = rank_by_roles(&run.list, member.rank, &seen.member.roles);
                        note_demoted(run, member, rank);
                        risen.extend(rank.map(|rank| (member.clone(), rank)));
                    }
                },
                SyncDirection::GantryLeads => {
                    settled
                        .work
                        .extend(self.wanted(run, member, &seen, RoleWork::Listed));
                }
            }
        }
        if !risen.is_empty() {
            let ids: Vec<EntryId> = risen.iter().map(|(member, _)| member.entry).collect();
            let entries = self.store.entries(club, &ids).await?;
            let mut entries: HashMap<EntryId, Entry> =
                entries.into_iter().map(|entry| (entry.id, entry)).collect();
            for (member, rank) in risen {
                if let Some(entry) = entries.remove(&member.entry) {
                    settled.changes.extend(self.follow(run, entry, member, rank));
                }
            }
        }
        Ok(settled)
    }

    /// The work that gives somebody who came back the roles of their rank again, as long as they hold none that the club
    /// goes by, and Gantry can give them one. Otherwise what they hold says what they are, as it does of everybody.
    fn roles_back(&self, run: &mut SyncRun, member: &Member, seen: &Seen) -> Option<Work> {
        let holds = run
            .list
            .iter()
            .any(|mapped| seen.member.roles.contains(&mapped.role));
        if !member.returned || holds {
            return None;
        }
        self.wanted(run, member, seen, RoleWork::Return)
    }

    /// The member and its entry with the rank of its roles.
    fn follow(&self, run: &mut SyncRun, mut entry: Entry, mut member: Member, rank: Rank) -> [Change; 3] {
        run.counts.ranked += 1;
        let fact = Fact::RankFollowedRoles {
            user: member.user,
            entry: entry.id,
        };
        let record = Record {
            before: json!({ "rank": member.rank }),
            after: json!({ "rank": rank }),
            ..self.record(run, fact)
        };
        (entry.rank, member.rank, member.returned) = (rank, rank, false);
        entry.version += 1;
        member.version += 1;
        [
            Change::PutEntry(entry),
            Change::PutMember(member),
            self.also(record),
        ]
    }

    /// The work that has the member's roles follow their rank, if they do not. What Gantry cannot change is counted and not
    /// tried: it would be tried at every run.
    fn wanted(&self, run: &mut SyncRun, member: &Member, seen: &Seen, how: RoleWork) -> Option<Work> {
        let (give, take) = differences(&run.list, member.rank, &seen.member.roles);
        if give.is_empty() && take.is_empty() {
            return None;
        }
        let hindered = run.hindered.as_deref().unwrap_or_default();
        let can = |role: &RoleId| hindered.iter().all(|(other, _)| other != role);
        let (all, possible) = (
            give.len() + take.len(),
            give.iter().chain(&take).filter(|role| can(role)).count(),
        );
        run.counts.hindered += u64::from(possible < all);
        if possible == 0 {
            return None;
        }
        run.counts.applied += 1;
        Some(Work::ApplyRoles {
            club: run.key.club,
            user: member.user,
            how,
            reply: None,
        })
    }
}

/// Who came back, and has another rank than before for want of a role that Gantry could give them, is named in the report.
fn note_demoted(run: &mut SyncRun, member: &Member, rank: Option<Rank>) {
    if member.returned && rank.is_some_and(|rank| rank < member.rank) && run.demoted.len() < DEMOTED_MOST {
        run.demoted.push(Demoted {
            user: member.user,
            was: member.rank,
        });
    }
}

fn differs(list: &[Mapped], rank: Rank, held: &[RoleId]) -> bool {
    let (give, take) = differences(list, rank, held);
    !give.is_empty() || !take.is_empty()
}

/// The list is not needed any more, and a run's record is kept.
fn end(run: &mut SyncRun) {
    run.list.clear();
    run.enter(Phase::Ended);
}
