//! Shows conflicts of the roster one by one, and settles them as a person decides.

use super::call::{Call, Env, Failure, outbox_id, with_caller};
use super::once::{Decision, once};
use crate::domain::cases::{Case, CaseKey, CaseState, Decision as Decided, Settlement};
use crate::domain::club::Club;
use crate::domain::fact::Fact;
use crate::domain::ids::{ClubId, EntryId, UserId};
use crate::domain::matching::{Kind, Pairing, Tie};
use crate::domain::notice::CaseShown;
use crate::domain::rank::{Capability, Rank};
use crate::domain::refusal::Refusal;
use crate::domain::roster::{Entry, Member};
use crate::domain::settings::SyncDirection;
use crate::domain::sync::Seen;
use crate::domain::work::{RoleWork, Work};
use crate::ports::store::{Batch, Caller, Change, ClubReader, Ledger, OnceKey, RosterReader, StoreResult};
use crate::ports::sync::{Cases, SeenMembers};
use serde_json::json;

/// Cases that are counted at most, beyond the one that is shown.
const COUNTED: u32 = 25;

/// What the use case needs of the store.
pub trait CaseStore: ClubReader + RosterReader + Cases + SeenMembers + Ledger {}

impl<T: ClubReader + RosterReader + Cases + SeenMembers + Ledger> CaseStore for T {}

/// A page of open conflicts: the first behind `after`, and how many wait behind it. Takes [`Capability::ManageMembers`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`.
pub async fn next_case<S: CaseStore>(
    store: &S,
    call: &Call,
    after: Option<CaseKey>,
) -> Result<(Club, Option<CaseShown>), Failure> {
    let read = |club| store.open_cases(club, after, COUNTED + 1);
    let (caller, open) = with_caller(store, call, read).await?;
    call.allow(&caller, Capability::ManageMembers)?;
    let more = open.len().saturating_sub(1);
    let shown = match open.into_iter().next() {
        Some(case) => Some(shown(store, case, more).await?),
        None => None,
    };
    Ok((caller.club, shown))
}

async fn shown<S: CaseStore>(store: &S, case: Case, more: usize) -> StoreResult<CaseShown> {
    let mut entries: Vec<EntryId> = case.conflict.pairings.iter().map(|pair| pair.entry).collect();
    let mut users: Vec<UserId> = case.conflict.pairings.iter().map(|pair| pair.user).collect();
    entries.sort_unstable();
    entries.dedup();
    users.sort_unstable();
    users.dedup();
    let (entries, seen) = futures::join!(store.entries(case.club, &entries), store.seen(case.club, &users));
    let accounts = seen?.into_iter().map(|seen: Seen| seen.member).collect();
    Ok(CaseShown {
        entries: entries?,
        accounts,
        more,
        case,
    })
}

/// Settles a conflict as it was shown: `version` is the one that the person saw. Takes [`Capability::ManageMembers`], and a
/// rank above that of each person whose account changes; the owner may do all.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `CaseSettled`, `CaseChanged`, `RankTooHigh`, `Busy`.
pub async fn settle_case<S: CaseStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    (key, version): (CaseKey, u64),
    decided: Decided,
) -> Result<Settlement, Failure> {
    let decide = || async {
        let (caller, case) = with_caller(store, call, |club| store.case(club, key)).await?;
        call.allow(&caller, Capability::ManageMembers)?;
        let case = case.ok_or(Refusal::CaseChanged)?;
        match case.state {
            CaseState::Open => {}
            CaseState::Settled { by, .. } => return Err(Refusal::CaseSettled { by }.into()),
            CaseState::Gone { .. } => return Err(Refusal::CaseChanged.into()),
        }
        if case.version != version {
            return Err(Refusal::CaseChanged.into());
        }
        let (how, mut changes) = match decided {
            Decided::Ignore => (Settlement::Ignored, Vec::new()),
            Decided::Never => (Settlement::Never, Vec::new()),
            Decided::Accept | Decided::Pick { .. } => {
                let pairing = chosen(&case, decided).ok_or(Refusal::CaseChanged)?;
                let (entry, user) = (pairing.entry, pairing.user);
                let tie = TieUp {
                    club: caller.club.id,
                    entry,
                    user,
                };
                (
                    Settlement::Together { entry, user },
                    Box::pin(tie.changes(store, &caller, case.conflict.kind)).await?,
                )
            }
        };
        let work = match caller.settings.sync_direction() {
            SyncDirection::GantryLeads => role_work(caller.club.id, &changes),
            SyncDirection::DiscordLeads | SyncDirection::Off => Vec::new(),
        };
        changes.extend(audits(env, call, &changes));
        let mut record = call.record(caller.club.id, Fact::ConflictSettled { key: key.to_string() });
        record.before = json!({ "kind": case.conflict.kind, "pairings": case.conflict.pairings });
        record.after = json!(how);
        changes.push(Change::PutCase(Box::new(Case {
            state: CaseState::Settled {
                by: call.user,
                at: call.now,
                how,
            },
            version: case.version + 1,
            ..case
        })));
        let batch = Batch {
            changes,
            record: Some(record),
            outbox: call.outbox(env, work),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), how))
    };
    let once_key = OnceKey::Interaction(call.interaction);
    once((store, env), once_key, call.try_until, decide).await
}

/// The work that follows: who has an account now gets the roles of the rank, who has it no more loses them.
fn role_work(club: ClubId, changes: &[Change]) -> Vec<Work> {
    let apply = |user, how| Work::ApplyRoles {
        club,
        user,
        how,
        reply: None,
    };
    let work = changes.iter().filter_map(|change| match change {
        Change::PutMember(member) => Some(apply(member.user, RoleWork::Follow)),
        Change::RemoveMember(member) => Some(apply(member.user, RoleWork::Remove)),
        _ => None,
    });
    work.collect()
}

/// A row for each member that is changed, beside the one about the conflict.
fn audits(env: &impl Env, call: &Call, changes: &[Change]) -> Vec<Change> {
    let audit = |club, fact| Change::Audit(Box::new(call.record(club, fact)), outbox_id(env, call.now));
    let rows = changes.iter().filter_map(|change| match change {
        Change::PutMember(Member {
            club, user, entry, ..
        }) => {
            let fact = Fact::MemberMatched {
                user: *user,
                entry: *entry,
            };
            Some(audit(*club, fact))
        }
        Change::RemoveMember(Member {
            club, user, entry, ..
        }) => {
            let fact = Fact::AccountUnlinked {
                user: *user,
                entry: *entry,
            };
            Some(audit(*club, fact))
        }
        _ => None,
    });
    rows.collect()
}

/// The pairing that was decided for; it must be one of the candidates.
fn chosen(case: &Case, decided: Decided) -> Option<&Pairing> {
    let pairings = &case.conflict.pairings;
    match decided {
        Decided::Pick { entry, user } => pairings
            .iter()
            .find(|pair| pair.entry == entry && pair.user == user),
        Decided::Accept => pairings.first(),
        Decided::Ignore | Decided::Never => None,
    }
}

/// An account that is to be an entry's.
struct TieUp {
    club: ClubId,
    entry: EntryId,
    user: UserId,
}

impl TieUp {
    /// What changes: the entry, the account's member, and whoever had one of the two before.
    async fn changes<S: CaseStore>(
        &self,
        store: &S,
        caller: &Caller,
        kind: Kind,
    ) -> Result<Vec<Change>, Failure> {
        let Self { club, entry, user } = *self;
        let users = [user];
        let (entry, member, seen) = futures::join!(
            store.entry(club, entry),
            store.member(club, user),
            store.seen(club, &users)
        );
        let entry = entry?
            .filter(|entry| entry.retired_at.is_none())
            .ok_or(Refusal::CaseChanged)?;
        let (member, seen) = (member?, seen?.into_iter().next());
        // Who has left, and is still who they were: that is what was decided, and nothing changes.
        if kind == Kind::Left && entry.user == Some(user) {
            return Ok(Vec::new());
        }
        let mut changes = Vec::new();
        if let Some(before) = entry.user.filter(|before| *before != user)
            && let Some(former) = store.member(club, before).await?
        {
            may_change(caller, &entry)?;
            changes.push(Change::RemoveMember(former));
        }
        if let Some(other) = member.as_ref().map(|member| member.entry)
            && other != entry.id
            && let Some(other) = store.entry(club, other).await?
        {
            may_change(caller, &other)?;
            changes.push(Change::PutEntry(without_account(other)));
        }
        if entry.user != Some(user) {
            may_change(caller, &entry)?;
        }
        let kept = entry.user == Some(user) && entry.linked;
        let (mut after, mut now) = entry.with_account(user);
        (after.linked, after.how) = (kept, Some(Tie::Decided));
        after.version += 1;
        now.version = member.as_ref().map_or(1, |member| member.version + 1);
        shown_as(&mut now, member.as_ref(), seen.as_ref());
        changes.extend([Change::PutEntry(after), Change::PutMember(now)]);
        Ok(changes)
    }
}

/// Whoever settles must stand above the person whose account changes: an account brings its entry's rank with it.
fn may_change(caller: &Caller, entry: &Entry) -> Result<(), Refusal> {
    if caller.rank > entry.rank || caller.rank == Rank::Owner {
        Ok(())
    } else {
        Err(Refusal::RankTooHigh { rank: entry.rank })
    }
}

fn without_account(entry: Entry) -> Entry {
    let version = entry.version + 1;
    Entry {
        version,
        ..entry.without_account()
    }
}

fn shown_as(now: &mut Member, before: Option<&Member>, seen: Option<&Seen>) {
    if let Some(before) = before {
        (now.returned, now.roles_given_at) = (before.returned, before.roles_given_at);
    }
    match (seen, before) {
        (Some(seen), _) => {
            now.active = seen.member.is_here();
            now.name = seen.member.shown_name();
        }
        (None, Some(before)) => {
            now.active = before.active;
            now.name = before.name.clone();
        }
        // Never seen in the guild.
        (None, None) => now.active = false,
    }
}
