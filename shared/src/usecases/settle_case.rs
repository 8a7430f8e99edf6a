//! Shows conflicts of the roster one by one, and settles them as a person decides.

use super::call::{Call, Env, Failure, outbox_id, with_caller};
use super::once::{Decision, once};
use crate::domain::cases::{Case, CaseKey, CaseState, Decision as Decided, Settlement};
use crate::domain::club::Club;
use crate::domain::fact::{Fact, Record};
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
use serde_json::{Value, json};

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
/// rank above that of each person whose account changes. The owner may do all but take the account off their own entry.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `CaseSettled`, `CaseChanged`, `RankTooHigh`, `OwnerStays`, `Busy`.
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
        let (how, tied) = match decided {
            Decided::Ignore => (Settlement::Ignored, Tied::default()),
            Decided::Never => (Settlement::Never, Tied::default()),
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
        let Tied { mut changes, facts } = tied;
        let work = match caller.settings.sync_direction() {
            SyncDirection::GantryLeads => role_work(caller.club.id, &changes),
            SyncDirection::DiscordLeads | SyncDirection::Off => Vec::new(),
        };
        changes.extend(facts.into_iter().map(|told| {
            let record = Record {
                before: told.before,
                after: told.after,
                ..call.record(caller.club.id, told.fact)
            };
            Change::Audit(Box::new(record), outbox_id(env, call.now))
        }));
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
    async fn changes<S: CaseStore>(&self, store: &S, caller: &Caller, kind: Kind) -> Result<Tied, Failure> {
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
            return Ok(Tied::default());
        }
        let mut tied = Tied::default();
        if let Some(before) = entry.user.filter(|before| *before != user)
            && let Some(former) = store.member(club, before).await?
        {
            may_change(caller, &entry)?;
            tied.unlinked(&entry, before);
            tied.changes.push(Change::RemoveMember(former));
        }
        if let Some(other) = member.as_ref().map(|member| member.entry)
            && other != entry.id
            && let Some(other) = store.entry(club, other).await?
        {
            may_change(caller, &other)?;
            tied.unlinked(&other, user);
            tied.changes.push(Change::PutEntry(without_account(other)));
        }
        if entry.user != Some(user) {
            may_change(caller, &entry)?;
        }
        let kept = entry.user == Some(user) && entry.linked;
        let (mut after, mut now) = entry.with_account(user);
        after.linked = kept;
        after.how = Some(Tie::Decided);
        after.version += 1;
        now.version = member.as_ref().map_or(1, |member| member.version + 1);
        shown_as(&mut now, member.as_ref(), seen.as_ref());
        tied.matched(member.as_ref(), &now);
        tied.changes
            .extend([Change::PutEntry(after), Change::PutMember(now)]);
        Ok(tied)
    }
}

/// What a decision changes, and what is told of it.
#[derive(Default)]
struct Tied {
    changes: Vec<Change>,
    facts: Vec<Told>,
}

/// A row of the audit log, beside the one about the conflict.
struct Told {
    fact: Fact,
    before: Value,
    after: Value,
}

impl Tied {
    /// The entry is without its account from now on.
    fn unlinked(&mut self, entry: &Entry, user: UserId) {
        self.facts.push(Told {
            fact: Fact::AccountUnlinked {
                user,
                entry: entry.id,
            },
            before: json!({ "entry": entry.id, "user": user, "rank": entry.rank }),
            after: json!({ "entry": entry.id, "user": null, "rank": entry.rank }),
        });
    }

    /// The account is somebody on the roster now, or somebody else than before.
    fn matched(&mut self, before: Option<&Member>, now: &Member) {
        let shown =
            |member: &Member| json!({ "entry": member.entry, "user": member.user, "rank": member.rank });
        self.facts.push(Told {
            fact: Fact::MemberMatched {
                user: now.user,
                entry: now.entry,
            },
            before: before.map_or(Value::Null, shown),
            after: shown(now),
        });
    }
}

/// Whoever settles must stand above the person whose account changes: an account brings its entry's rank with it. The
/// owner's entry keeps its account, whoever asks: a club without its owner could not be handed over any more, and
/// it is handed over with a question of its own.
fn may_change(caller: &Caller, entry: &Entry) -> Result<(), Refusal> {
    if entry.rank == Rank::Owner {
        Err(Refusal::OwnerStays {
            name: entry.name.clone(),
        })
    } else if caller.rank > entry.rank || caller.rank == Rank::Owner {
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
