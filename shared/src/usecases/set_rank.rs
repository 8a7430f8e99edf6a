//! Gives ranks, shows them, and hands the club over.

use super::call::{Call, Env, Failure, entry_id, with_caller};
use super::once::{Decision, once};
use crate::domain::fact::{Fact, Record};
use crate::domain::ids::{ClubId, UserId};
use crate::domain::names::Name;
use crate::domain::rank::{Capability, Picked, Rank};
use crate::domain::refusal::Refusal;
use crate::domain::role_map::{RoleMap, in_force};
use crate::domain::roster::{Entry, Member};
use crate::domain::settings::SyncDirection;
use crate::domain::standing::{HandOverQuestion, HandedOver, RankGiven, RankShown, RolesNext};
use crate::domain::work::{Reply, RoleWork, Work};
use crate::ports::store::{
    Batch, Caller, Change, ClubReader, Ledger, OnceKey, RoleMaps, RosterReader, StoreResult,
};
use serde_json::json;

/// A namesake is looked for among the first two thousand entries: the answer has to be there in time, and the next run of sync
/// looks at all.
const NAMESAKE_PAGE: u32 = 500;
const NAMESAKE_PAGES: u32 = 4;

/// What ranks need of the store.
pub trait RankStore: ClubReader + RosterReader + RoleMaps + Ledger {}

impl<T: ClubReader + RosterReader + RoleMaps + Ledger> RankStore for T {}

/// Gives somebody a rank; who is not on the roster is put on it. Takes [`Capability::ManageRanks`] and what
/// [`Rank::may_change`] says. Their own rank once more brings their roles in Discord up to date.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `RankForBot`, `NotInServer`, `Rank`, `SameRank`, `Busy`.
pub async fn set_rank<S: RankStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    picked: &Picked,
    rank: Rank,
) -> Result<RankGiven, Failure> {
    let decide = || async {
        let read = |club| standing(store, club, picked.user);
        let (caller, (known, map)) = with_caller(store, call, read).await?;
        call.allow(&caller, Capability::ManageRanks)?;
        if picked.bot {
            return Err(Refusal::RankForBot.into());
        }
        if known.is_none() && !picked.in_guild {
            return Err(Refusal::NotInServer.into());
        }
        let was = known.as_ref().map_or(Rank::Guest, |(_, member)| member.rank);
        // A caller whom Discord lets manage the server has more than the rank that is stored.
        let present = if picked.user == call.user {
            caller.rank.max(was)
        } else {
            was
        };
        caller
            .rank
            .may_change(present, rank)
            .map_err(|fault| Refusal::Rank { fault })?;
        let roles = roles_next(&caller, map.as_ref());
        if was == rank && roles != RolesNext::Applied {
            return Err(Refusal::SameRank.into());
        }
        let namesake = match known {
            Some(_) => None,
            None => namesake(store, caller.club.id, picked).await?,
        };
        let (entry, member) = ranked(env, call, &caller, known, picked, rank);
        let given = RankGiven {
            colour: caller.club.colour,
            user: picked.user,
            name: entry.name.clone(),
            was,
            rank,
            roles,
            namesake,
        };
        let work = apply(roles, caller.club.id, picked.user, Some(&call.reply));
        let batch = if was == rank {
            Batch {
                changes: Vec::new(),
                record: None,
                outbox: call.outbox(env, work),
                answered: None,
            }
        } else {
            let fact = Fact::RankGiven {
                user: picked.user,
                entry: entry.id,
            };
            let record = Record {
                before: json!({ "rank": was }),
                after: json!({ "rank": rank }),
                ..call.record(caller.club.id, fact)
            };
            Batch {
                changes: vec![Change::PutEntry(entry), Change::PutMember(member)],
                record: Some(record),
                outbox: call.outbox(env, work),
                answered: None,
            }
        };
        Ok(Decision::Commit(Box::new(batch), given))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

type Known = Option<(Entry, Member)>;

/// Somebody's entry and member, and the club's list of roles.
async fn standing<S: RosterReader + RoleMaps>(
    store: &S,
    club: ClubId,
    user: UserId,
) -> StoreResult<(Known, Option<RoleMap>)> {
    let (known, map) = futures::join!(known(store, club, user), store.role_map(club));
    Ok((known?, map?))
}

/// Somebody's entry and member. A member whose entry is not there yet is being written right now: the write's conditions
/// find that out.
pub(super) async fn known<S: RosterReader>(store: &S, club: ClubId, user: UserId) -> StoreResult<Known> {
    let Some(member) = store.member(club, user).await? else {
        return Ok(None);
    };
    let entry = store.entry(club, member.entry).await?;
    Ok(entry.map(|entry| (entry, member)))
}

/// An entry of that name that waits for an account, and was not taken from this one: perhaps the same person. The next run of
/// sync asks about the two; a rank is not given by name alone.
async fn namesake<S: RosterReader>(store: &S, club: ClubId, picked: &Picked) -> StoreResult<Option<String>> {
    let name = Name::read(&picked.name);
    let mut from = None;
    for _ in 0..NAMESAKE_PAGES {
        let page = store.list_entries(club, NAMESAKE_PAGE, from).await?;
        let free = |entry: &&Entry| {
            entry.user.is_none() && entry.retired_at.is_none() && !entry.untied.contains(&picked.user)
        };
        let mut free = page.items.iter().filter(free);
        if let Some(entry) = free.find(|entry| name.same_user(&Name::read(&entry.name))) {
            return Ok(Some(entry.name.clone()));
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    Ok(None)
}

/// The records with the new rank, each ready to be put.
fn ranked(
    env: &impl Env,
    call: &Call,
    caller: &Caller,
    known: Known,
    picked: &Picked,
    rank: Rank,
) -> (Entry, Member) {
    match known {
        Some((mut entry, mut member)) => {
            entry.retired_at = None;
            (entry.rank, member.rank, member.returned) = (rank, rank, false);
            entry.version += 1;
            member.version += 1;
            (entry, member)
        }
        None => {
            let id = entry_id(env, call.now);
            Entry::new(caller.club.id, id, picked.name.clone(), rank, call.now).with_account(picked.user)
        }
    }
}

/// What a rank means for roles in a club.
pub(super) fn roles_next(caller: &Caller, map: Option<&RoleMap>) -> RolesNext {
    match caller.settings.sync_direction() {
        _ if in_force(map, &caller.settings).is_empty() => RolesNext::Untouched,
        SyncDirection::GantryLeads => RolesNext::Applied,
        SyncDirection::DiscordLeads => RolesNext::Lead,
        SyncDirection::Off => RolesNext::Untouched,
    }
}

/// The work that follows.
pub(super) fn apply(roles: RolesNext, club: ClubId, user: UserId, reply: Option<&Reply>) -> Vec<Work> {
    match roles {
        RolesNext::Applied => vec![Work::ApplyRoles {
            club,
            user,
            how: RoleWork::Follow,
            reply: reply.cloned(),
        }],
        RolesNext::Lead | RolesNext::Untouched => Vec::new(),
    }
}

/// Shows somebody's rank. Everybody in the guild may.
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn show_rank<S: RankStore>(store: &S, call: &Call, user: UserId) -> Result<RankShown, Failure> {
    let (caller, (known, map)) = with_caller(store, call, |club| standing(store, club, user)).await?;
    let rank = known.as_ref().map_or(Rank::Guest, |(_, member)| member.rank);
    let list = in_force(map.as_ref(), &caller.settings);
    let roles = list.iter().filter(|mapped| mapped.rank == rank);
    Ok(RankShown {
        colour: caller.club.colour,
        user,
        roles: roles.map(|mapped| mapped.role).collect(),
        known,
    })
}

/// Looks whether the club can be handed over to somebody. Takes [`Capability::HandOver`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `RankForBot`, `NotOnRoster`, `SameRank`.
pub async fn ask_hand_over<S: RankStore>(
    store: &S,
    call: &Call,
    picked: &Picked,
) -> Result<HandOverQuestion, Failure> {
    let (caller, heir) = with_caller(store, call, |club| known(store, club, picked.user)).await?;
    call.allow(&caller, Capability::HandOver)?;
    if picked.bot {
        return Err(Refusal::RankForBot.into());
    }
    let (_, heir) = fit(call, picked.user, heir)?;
    Ok(HandOverQuestion {
        colour: caller.club.colour,
        user: heir.user,
        name: heir.name,
        version: heir.version,
    })
}

/// Who takes a club over is on the roster, in the guild, and not its owner already.
fn fit(call: &Call, user: UserId, heir: Known) -> Result<(Entry, Member), Refusal> {
    if user == call.user {
        return Err(Refusal::SameRank);
    }
    heir.filter(|(entry, member)| member.active && entry.retired_at.is_none())
        .ok_or(Refusal::NotOnRoster)
}

/// Hands the club over: the caller becomes an admin and the other the owner, both or neither. Takes
/// [`Capability::HandOver`]. `version` is that of the question.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NotOnRoster`, `SameRank`, `QuestionOutdated`, `Busy`.
pub async fn hand_over<S: RankStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    (user, version): (UserId, u64),
) -> Result<HandedOver, Failure> {
    let decide = || async {
        let read = |club| async move {
            let (own, other) = futures::join!(known(store, club, call.user), standing(store, club, user));
            Ok((own?, other?))
        };
        let (caller, (own, (heir, map))) = with_caller(store, call, read).await?;
        call.allow(&caller, Capability::HandOver)?;
        let Some(own) = own.filter(|(entry, member)| entry.rank == Rank::Owner && member.rank == Rank::Owner)
        else {
            return Ok(Decision::Again);
        };
        let heir = fit(call, user, heir)?;
        if heir.1.version != version {
            return Err(Refusal::QuestionOutdated.into());
        }
        let club = caller.club.id;
        let handed = HandedOver {
            colour: caller.club.colour,
            user,
            name: heir.1.name.clone(),
        };
        let shown = |of: &Entry, rank: Rank| json!({ "entry": of.id, "user": of.user, "rank": rank });
        let both = |from: Rank, to: Rank| json!({ "from": shown(&own.0, from), "to": shown(&heir.0, to) });
        let fact = Fact::ClubHandedOver {
            from: call.user,
            to: user,
        };
        let record = Record {
            before: both(own.0.rank, heir.0.rank),
            after: both(Rank::Admin, Rank::Owner),
            ..call.record(club, fact)
        };
        let roles = roles_next(&caller, map.as_ref());
        let work = [call.user, user]
            .map(|user| apply(roles, club, user, None))
            .concat();
        let mut changes = Vec::new();
        for ((mut entry, mut member), rank) in [(own, Rank::Admin), (heir, Rank::Owner)] {
            (entry.rank, member.rank) = (rank, rank);
            entry.version += 1;
            member.version += 1;
            changes.extend([Change::PutEntry(entry), Change::PutMember(member)]);
        }
        let batch = Batch {
            changes,
            record: Some(record),
            outbox: call.outbox(env, work),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), handed))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}
