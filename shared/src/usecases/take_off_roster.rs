//! Takes somebody off the roster, after a question. The record stays, retired; its account is a guest's from then on.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use super::set_rank::roles_next;
use crate::domain::fact::{Fact, Record};
use crate::domain::ids::{ClubId, EntryId};
use crate::domain::rank::{Capability, Rank, RankFault};
use crate::domain::refusal::Refusal;
use crate::domain::role_map::RoleMap;
use crate::domain::roster::{Entry, Member};
use crate::domain::standing::{RemovalQuestion, RolesNext, TakenOff};
use crate::domain::work::{RoleWork, Work};
use crate::ports::store::{
    Batch, Caller, Change, ClubReader, Ledger, OnceKey, RoleMaps, RosterReader, StoreResult,
};
use serde_json::json;

/// What it needs of the store.
pub trait RemovalStore: ClubReader + RosterReader + RoleMaps + Ledger {}

impl<T: ClubReader + RosterReader + RoleMaps + Ledger> RemovalStore for T {}

/// Looks whether the caller may take the entry off. Takes [`Capability::ManageMembers`] and a rank above the entry's; the
/// owner's own stays: the club would have none.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEntry`, `Rank`.
pub async fn ask_removal<S: RemovalStore>(
    store: &S,
    call: &Call,
    entry: EntryId,
) -> Result<RemovalQuestion, Failure> {
    let (caller, (found, ..)) = with_caller(store, call, |club| read(store, club, entry)).await?;
    let found = removable(call, &caller, found)?;
    Ok(RemovalQuestion {
        colour: caller.club.colour,
        entry: found.id,
        name: found.name,
        user: found.user,
        rank: found.rank,
        version: found.version,
    })
}

/// Takes the entry off: it is retired, its account is no member any more and, where Gantry leads, loses the roles of the
/// club. `version` is that of the question.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEntry`, `Rank`, `QuestionOutdated`, `Busy`.
pub async fn take_off<S: RemovalStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    (entry, version): (EntryId, u64),
) -> Result<TakenOff, Failure> {
    let decide = || async {
        let (caller, (found, member, map)) =
            with_caller(store, call, |club| read(store, club, entry)).await?;
        let found = removable(call, &caller, found)?;
        if found.version != version {
            return Err(Refusal::QuestionOutdated.into());
        }
        let roles = match roles_next(&caller, map.as_ref()) {
            RolesNext::Applied if member.is_some() => RolesNext::Applied,
            RolesNext::Applied | RolesNext::Lead | RolesNext::Untouched => RolesNext::Untouched,
        };
        let club = caller.club.id;
        let taken = TakenOff {
            colour: caller.club.colour,
            name: found.name.clone(),
            user: found.user,
            roles,
        };
        let fact = Fact::EntryTakenOff {
            entry: found.id,
            user: found.user,
        };
        let record = Record {
            before: json!({ "name": found.name, "rank": found.rank, "user": found.user, "linked": found.linked }),
            after: json!({ "retired_at": call.now, "user": null }),
            ..call.record(club, fact)
        };
        let withdraw = member.as_ref().filter(|_| roles == RolesNext::Applied);
        let work = withdraw.map(|member| Work::ApplyRoles {
            club,
            user: member.user,
            how: RoleWork::Withdraw,
            reply: Some(call.reply.clone()),
        });
        let retired = Entry {
            version: found.version + 1,
            retired_at: Some(call.now),
            ..found.without_account()
        };
        let mut changes = vec![Change::PutEntry(retired)];
        changes.extend(member.map(Change::RemoveMember));
        let batch = Batch {
            changes,
            record: Some(record),
            outbox: call.outbox(env, work.into_iter().collect()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), taken))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The entry, the member that goes with it, and the club's list of roles.
async fn read<S: RosterReader + RoleMaps>(
    store: &S,
    club: ClubId,
    entry: EntryId,
) -> StoreResult<(Option<Entry>, Option<Member>, Option<RoleMap>)> {
    let (entry, map) = futures::join!(store.entry(club, entry), store.role_map(club));
    let entry = entry?;
    let member = match entry.as_ref().and_then(|entry| entry.user) {
        Some(user) => store.member(club, user).await?,
        None => None,
    };
    // An account that has moved to another entry meanwhile is not this one's: the write's conditions find that out.
    let member = member.filter(|member| entry.as_ref().is_some_and(|entry| entry.id == member.entry));
    Ok((entry, member, map?))
}

/// The entry, if the caller may take it off.
fn removable(call: &Call, caller: &Caller, entry: Option<Entry>) -> Result<Entry, Refusal> {
    call.allow(caller, Capability::ManageMembers)?;
    let entry = entry
        .filter(|entry| entry.retired_at.is_none())
        .ok_or(Refusal::NoSuchEntry)?;
    let fault = match entry.rank {
        Rank::Owner => Some(RankFault::OwnerOnly),
        rank if rank >= caller.rank => Some(RankFault::OfOwnTier),
        _ => None,
    };
    match fault {
        Some(fault) => Err(Refusal::Rank { fault }),
        None => Ok(entry),
    }
}
