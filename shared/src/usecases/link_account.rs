//! Lets somebody prove with a one-time code that an entry of the roster is theirs, and takes the tie off again.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use super::set_rank::{apply, known, roles_next};
use crate::domain::fact::{Fact, Record};
use crate::domain::ids::{EntryId, UserId};
use crate::domain::link_code::{Code, LIFE, LinkCode, TRIES_OF_ALL, TRIES_OF_ONE, window_ends};
use crate::domain::rank::{Capability, Rank, RankFault};
use crate::domain::refusal::Refusal;
use crate::domain::standing::{CodeMade, Linked, RankShown, RolesNext};
use crate::domain::work::{RoleWork, Work};
use crate::ports::store::{Batch, Change, ClubReader, Ledger, LinkCodes, OnceKey, RoleMaps, RosterReader};
use serde_json::json;

/// What links need of the store.
pub trait LinkStore: ClubReader + RosterReader + RoleMaps + LinkCodes + Ledger {}

impl<T: ClubReader + RosterReader + RoleMaps + LinkCodes + Ledger> LinkStore for T {}

/// Makes a code for an entry. Takes [`Capability::ManageMembers`] and, as whoever has the code gets the entry's rank, a
/// rank above the entry's.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEntry`, `Rank`, `EntryTaken`, `Busy`.
pub async fn make_code<S: LinkStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    entry: EntryId,
) -> Result<CodeMade, Failure> {
    let code = Code::from_random(env.random());
    let decide = || async {
        let (caller, found) = with_caller(store, call, |club| store.entry(club, entry)).await?;
        call.allow(&caller, Capability::ManageMembers)?;
        let found = found
            .filter(|entry| entry.retired_at.is_none())
            .ok_or(Refusal::NoSuchEntry)?;
        if caller.rank != Rank::Owner && found.rank >= caller.rank {
            let fault = RankFault::OfOwnTier;
            return Err(Refusal::Rank { fault }.into());
        }
        if found.linked {
            return Err(Refusal::EntryTaken.into());
        }
        let expires_at = call.now.saturating_add(LIFE).unwrap_or(call.now);
        let kept = LinkCode {
            club: caller.club.id,
            entry,
            hash: code.hash(caller.club.id),
            made_by: call.user,
            expires_at,
        };
        let made = CodeMade {
            colour: caller.club.colour,
            name: found.name,
            expires_at,
            code: Some(code.clone()),
        };
        let batch = Batch {
            changes: vec![Change::PutLinkCode(kept)],
            record: Some(call.record(caller.club.id, Fact::LinkCodeMade { entry })),
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), made))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// Ties the caller's account to the entry that the code is for. A try is counted before the code is looked at, and wrong,
/// used and old codes are answered alike, after the same work.
///
/// # Errors
/// Refuses with `NoClub`, `TooManyTries`, `WrongCode`, `OnOtherEntry`, `EntryTaken`, `Busy`.
pub async fn use_code<S: LinkStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    code: &Code,
) -> Result<Linked, Failure> {
    let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
    let club = caller.club.id;
    let key = OnceKey::Interaction(call.interaction);
    let left = store
        .take_try(club, Some(call.user), TRIES_OF_ONE, call.now)
        .await?
        && store.take_try(club, None, TRIES_OF_ALL, call.now).await?;
    if !left {
        let again_at = window_ends(call.now);
        let refused = || async { Err(Refusal::TooManyTries { again_at }.into()) };
        return once((store, env), key, call.try_until, refused).await;
    }
    let hash = code.hash(club);
    let decide = || Box::pin(decide_link(store, env, call, &hash));
    once((store, env), key, call.try_until, decide).await
}

async fn decide_link<S: LinkStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    hash: &str,
) -> Result<Decision<Linked>, Failure> {
    let read = |club| async move {
        let (code, known, map) = futures::join!(
            store.link_code(club, hash),
            known(store, club, call.user),
            store.role_map(club)
        );
        Ok((code?, known?, map?))
    };
    let (caller, (kept, known, map)) = with_caller(store, call, read).await?;
    let club = caller.club.id;
    let kept = kept
        .filter(|kept| kept.fits(hash, call.now))
        .ok_or(Refusal::WrongCode)?;
    let entry = store
        .entry(club, kept.entry)
        .await?
        .filter(|entry| entry.retired_at.is_none())
        .ok_or(Refusal::WrongCode)?;
    let roles = roles_next(&caller, map.as_ref());
    let linked = Linked {
        colour: caller.club.colour,
        user: call.user,
        name: entry.name.clone(),
        rank: entry.rank,
        roles,
    };
    let mut changes = vec![Change::TakeLinkCode(kept)];
    let before = entry.user;
    match known {
        Some((own, _)) if own.id != entry.id => {
            return Err(Refusal::OnOtherEntry { name: own.name }.into());
        }
        Some((mut own, _)) => {
            own.linked = true;
            own.how = None;
            own.version += 1;
            changes.push(Change::PutEntry(own));
        }
        None if entry.user.is_some() => return Err(Refusal::EntryTaken.into()),
        None => {
            let version = entry.version + 1;
            let (mut entry, member) = entry.clone().with_account(call.user);
            entry.linked = true;
            entry.how = None;
            entry.version = version;
            changes.extend([Change::PutEntry(entry), Change::PutMember(member)]);
        }
    }
    let fact = Fact::AccountLinked {
        user: call.user,
        entry: entry.id,
    };
    let record = Record {
        before: json!({ "user": before, "linked": false }),
        after: json!({ "user": call.user, "linked": true }),
        ..call.record(club, fact)
    };
    let batch = Batch {
        changes,
        record: Some(record),
        outbox: call.outbox(env, apply(roles, club, call.user, None)),
        answered: None,
    };
    Ok(Decision::Commit(Box::new(batch), linked))
}

/// Shows how an account is tied: one's own, or with [`Capability::ManageMembers`] another's.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`.
pub async fn link_status<S: LinkStore>(store: &S, call: &Call, user: UserId) -> Result<RankShown, Failure> {
    let (caller, known) = with_caller(store, call, |club| known(store, club, user)).await?;
    if user != call.user {
        call.allow(&caller, Capability::ManageMembers)?;
    }
    Ok(RankShown {
        colour: caller.club.colour,
        user,
        known,
        roles: Vec::new(),
    })
}

/// Takes an account off its entry, which keeps its name and rank for whoever proves it next: one's own, or with
/// [`Capability::ManageMembers`] that of somebody below. The owner's stays: the club would have none.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NotOnRoster`, `Rank`, `Busy`.
pub async fn remove_link<S: LinkStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    user: UserId,
) -> Result<Linked, Failure> {
    let decide = || async {
        let read = |club| async move {
            let (known, map) = futures::join!(known(store, club, user), store.role_map(club));
            Ok((known?, map?))
        };
        let (caller, (known, map)) = with_caller(store, call, read).await?;
        if user != call.user {
            call.allow(&caller, Capability::ManageMembers)?;
        }
        let (entry, member) = known.ok_or(Refusal::NotOnRoster)?;
        let fault = match member.rank {
            Rank::Owner => Some(RankFault::OwnerOnly),
            rank if user != call.user && rank >= caller.rank => Some(RankFault::OfOwnTier),
            _ => None,
        };
        if let Some(fault) = fault {
            return Err(Refusal::Rank { fault }.into());
        }
        let club = caller.club.id;
        let fact = Fact::AccountUnlinked {
            user,
            entry: entry.id,
        };
        let record = Record {
            before: json!({ "user": user, "linked": entry.linked }),
            after: json!({ "user": null, "linked": false }),
            ..call.record(club, fact)
        };
        let linked = Linked {
            colour: caller.club.colour,
            user,
            name: entry.name.clone(),
            rank: entry.rank,
            // Where Discord leads the roles are its own; where Gantry does, they went with the entry.
            roles: match roles_next(&caller, map.as_ref()) {
                RolesNext::Applied => RolesNext::Applied,
                RolesNext::Lead | RolesNext::Untouched => RolesNext::Untouched,
            },
        };
        let withdraw = Work::ApplyRoles {
            club,
            user,
            how: RoleWork::Withdraw,
            reply: Some(call.reply.clone()),
        };
        let work = match linked.roles {
            RolesNext::Applied => vec![withdraw],
            RolesNext::Lead | RolesNext::Untouched => Vec::new(),
        };
        let mut entry = entry.without_account();
        entry.version += 1;
        let batch = Batch {
            changes: vec![Change::PutEntry(entry), Change::RemoveMember(member)],
            record: Some(record),
            outbox: call.outbox(env, work),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), linked))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}
