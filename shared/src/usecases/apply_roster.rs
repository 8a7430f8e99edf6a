//! Makes a confirmed import of the roster, in batches, as it was shown.
//!
//! The import's record says how many steps were made, and is written with each batch: whoever takes it up goes on from
//! there, and no step is made twice. An entry that has changed since it was shown is left as it is, and named.

use super::call::{Env, outbox_id};
use super::finish_answer::reply;
use super::job::{Job, JobFailure};
use super::preview_roster::all_entries;
use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::ids::{EntryId, UserId};
use crate::domain::notice::{Notice, Render};
use crate::domain::roster::{Entry, Member};
use crate::domain::roster_csv::Step;
use crate::domain::roster_import::{
    ImportKey, ImportState, Made, RosterImport, STEPS_A_CHUNK, make, roster_digest,
};
use crate::domain::settings::SyncDirection;
use crate::domain::work::{Reply, RoleWork, Work};
use crate::ports::discord::InteractionReplies;
use crate::ports::roster_files::Imports;
use crate::ports::store::{Batch, Change, CommitError, Ledger, RosterReader, SettingsReader};
use jiff::SignedDuration;
use serde_json::json;
use std::collections::HashMap;

/// Steps of one transaction: each is at most an entry, two members and an audit row, and with the import, its own audit and
/// outbox rows they are below DynamoDB's 100 items.
const STEPS_A_BATCH: usize = 24;
/// What is not begun with more time than this left goes on in another invocation.
const RESERVE: SignedDuration = SignedDuration::from_secs(12);
/// Tries for a batch that others contend with.
const TRIES: u32 = 8;

/// Makes what is left of it as long as `left` says that there is time, and tells who confirmed it how it ended.
///
/// # Errors
/// What the store and Discord say.
pub async fn apply_roster<S, D>(
    store: &S,
    env: &impl Env,
    discord: &D,
    render: &impl Render,
    job: &Job,
    (key, answer): (ImportKey, &Reply),
    left: &(dyn Fn() -> SignedDuration + Sync),
) -> Result<(), JobFailure>
where
    S: SettingsReader + RosterReader + Imports + Ledger,
    D: InteractionReplies,
{
    let found = store.club_and_settings(key.club).await?;
    let Some((club, settings)) = found.filter(|(club, _)| club.guild == Some(job.guild)) else {
        return Ok(());
    };
    let leads = settings.sync_direction() == SyncDirection::GantryLeads;
    let Some(mut import) = store.import(key).await? else {
        return Ok(());
    };
    if import.state == ImportState::Confirmed && import.next == 0 {
        let entries = all_entries(store, key.club).await?;
        if roster_digest(&entries) != import.roster {
            import = commit(
                store,
                env,
                job,
                import.with_state(ImportState::Outdated),
                (Vec::new(), Vec::new()),
            )
            .await?;
        }
    }
    let (mut size, mut tries, mut chunk) = (STEPS_A_BATCH, 0, None);
    while import.state == ImportState::Confirmed {
        if left() <= RESERVE {
            return hand_over(store, env, job, (key, answer)).await;
        }
        let number = import.next / STEPS_A_CHUNK;
        let steps = match &chunk {
            Some((at, steps)) if *at == number => steps,
            _ => &chunk.insert((number, store.steps(key, number).await?)).1,
        };
        let from = import.next % STEPS_A_CHUNK;
        let some: Vec<Step> = steps.iter().skip(from).take(size).cloned().collect();
        match Box::pin(batch(store, env, job, &import, (&some, leads))).await {
            Ok(further) => (import, size, tries) = (further, STEPS_A_BATCH, 0),
            Err(CommitError::Stale | CommitError::Contended) if tries < TRIES => {
                // Somebody changes one of these entries right now: one by one, so that the others are not held up.
                (size, tries) = (1, tries + 1);
                env.pause(tries).await;
                import = store.import(key).await?.ok_or(JobFailure::Stale)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    if import.state == ImportState::Staged {
        return Ok(());
    }
    let shown = render.render(&Notice::RosterImport {
        club: &club,
        import: &import,
    });
    reply(discord, env, answer, shown.body).await
}

/// Another invocation goes on. Doing this twice does no harm: what is made is counted by the import's record.
async fn hand_over<S: Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    (import, answer): (ImportKey, &Reply),
) -> Result<(), JobFailure> {
    let work = Work::ApplyRoster {
        import,
        reply: answer.clone(),
    };
    let batch = Batch {
        changes: Vec::new(),
        record: None,
        outbox: job.outbox(env, vec![work]),
        answered: None,
    };
    Ok(store.commit(batch).await?)
}

/// Makes some steps in one transaction; the import as it is then. Roles follow where Gantry leads.
async fn batch<S: RosterReader + Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    import: &RosterImport,
    (steps, leads): (&[Step], bool),
) -> Result<RosterImport, CommitError> {
    let records = Records::read(store, import.key, steps).await?;
    let mut further = import.further(steps.len());
    let mut made = Vec::new();
    for step in steps {
        let (entry, member, taken) = records.of(step);
        let name = match (step, &entry) {
            (Step::Add { name, .. }, _) => name.clone(),
            (Step::Change { .. }, Some(entry)) => entry.name.clone(),
            (Step::Change { entry, .. }, None) => entry.to_string(),
        };
        match make(step, import.key.club, entry, member, taken, job.now) {
            Some(one) => made.push(one),
            None => further.leave_out(&name),
        }
    }
    let work = made.iter().filter(|_| leads).flat_map(role_work).collect();
    commit(store, env, job, further, (made, work)).await
}

async fn commit<S: Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    import: RosterImport,
    (made, work): (Vec<Made>, Vec<Work>),
) -> Result<RosterImport, CommitError> {
    let record = |fact, before, after| Record {
        club: import.key.club,
        actor: Actor::User {
            user: import.user,
            interaction: import.key.command,
        },
        at: job.now,
        fact,
        before,
        after,
    };
    let fact = Fact::RosterImported {
        import: import.key.command,
        entries: made.len(),
    };
    let own = (!made.is_empty()).then(|| record(fact, json!(null), json!(null)));
    let mut changes = vec![Change::PutImport(Box::new(import.clone()))];
    for one in made {
        let entry = one.entry.id;
        let fact = match &one.before {
            Some(_) => Fact::EntryChanged { entry },
            None => Fact::EntryAdded { entry },
        };
        let audit = record(fact, json!(one.before), json!(one.entry));
        changes.push(Change::Audit(Box::new(audit), outbox_id(env, job.now)));
        changes.push(Change::PutEntry(one.entry));
        changes.extend(one.member.map(Change::PutMember));
        changes.extend(one.former.map(Change::RemoveMember));
    }
    let batch = Batch {
        changes,
        record: own,
        outbox: job.outbox(env, work),
        answered: None,
    };
    store.commit(batch).await?;
    Ok(import)
}

/// The work that follows from a step: roles go with the rank, and with the account.
fn role_work(made: &Made) -> Vec<Work> {
    let before = made.before.as_ref();
    let same = before.is_some_and(|before| before.rank == made.entry.rank && before.user == made.entry.user);
    let follow = made.member.as_ref().filter(|_| !same);
    let follow = follow.map(|member| (member.user, RoleWork::Listed));
    let remove = made.former.as_ref().map(|former| (former.user, RoleWork::Remove));
    let work = follow
        .into_iter()
        .chain(remove)
        .map(|(user, how)| Work::ApplyRoles {
            club: made.entry.club,
            user,
            how,
            reply: None,
        });
    work.collect()
}

/// The records that some steps are about.
struct Records {
    entries: HashMap<EntryId, Entry>,
    members: HashMap<UserId, Member>,
}

impl Records {
    async fn read<S: RosterReader>(store: &S, key: ImportKey, steps: &[Step]) -> Result<Self, CommitError> {
        let ids: Vec<_> = steps.iter().map(Step::entry).collect();
        let entries = store.entries(key.club, &ids).await?;
        let theirs = entries.iter().filter_map(|entry| entry.user);
        let wanted: Vec<_> = theirs.chain(steps.iter().filter_map(account)).collect();
        let reads = wanted.iter().map(|user| store.member(key.club, *user));
        let found = futures::future::try_join_all(reads).await?;
        let members = found
            .into_iter()
            .flatten()
            .map(|member| (member.user, member))
            .collect();
        Ok(Self {
            entries: entries.into_iter().map(|entry| (entry.id, entry)).collect(),
            members,
        })
    }

    /// The step's entry, that entry's member, and whether the step's account has a member already.
    fn of(&self, step: &Step) -> (Option<Entry>, Option<Member>, bool) {
        let entry = self.entries.get(&step.entry());
        let user = entry.and_then(|entry| entry.user);
        let member = user.and_then(|user| self.members.get(&user));
        let taken = account(step).is_some_and(|user| self.members.contains_key(&user));
        (entry.cloned(), member.cloned(), taken)
    }
}

/// The account that a step gives to an entry.
const fn account(step: &Step) -> Option<UserId> {
    match step {
        Step::Add { user, .. } | Step::Change { user, .. } => *user,
    }
}
