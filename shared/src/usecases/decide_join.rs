//! Decides about a request to join: by whoever is first of those who may, once.

use super::call::{Call, Env, Failure, entry_id, with_caller};
use super::join_club::JoinStore;
use super::once::{Decision, once};
use super::set_rank::known;
use crate::domain::club::Colour;
use crate::domain::fact::{Fact, Record};
use crate::domain::ids::UserId;
use crate::domain::join::{JoinKey, JoinRequest, JoinState, check_reason};
use crate::domain::rank::{Capability, Rank};
use crate::domain::refusal::Refusal;
use crate::domain::roster::{Entry, Member};
use crate::domain::standing::JoinDecided;
use crate::domain::work::{RoleWork, Work};
use crate::ports::store::{Batch, Caller, Change, OnceKey};
use serde_json::json;

/// Looks whether the caller may reject the request: then they are asked for the reason. Takes
/// [`Capability::ReviewJoins`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchJoin`, `JoinDecided`.
pub async fn rejection_form<S: JoinStore>(store: &S, call: &Call, key: JoinKey) -> Result<String, Failure> {
    let (caller, request) = with_caller(store, call, |club| store.join_request(club, key.user)).await?;
    Ok(reviewed(call, &caller, request, key)?.words.name)
}

/// Puts the person on the roster, with the rank that the club has set, and has them told and given their roles. Who has
/// come onto the roster since they asked keeps the rank that they have there. Takes [`Capability::ReviewJoins`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchJoin`, `JoinDecided`, `Busy`.
pub async fn approve_join<S: JoinStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    key: JoinKey,
) -> Result<JoinDecided, Failure> {
    let decide = || async {
        let read = |club| async move {
            let (request, known) =
                futures::join!(store.join_request(club, key.user), known(store, club, key.user));
            Ok((request?, known?))
        };
        let (caller, (request, known)) = with_caller(store, call, read).await?;
        let request = reviewed(call, &caller, request, key)?;
        let club = caller.club.id;
        let (entry, changes) = welcomed(env, call, &caller, &request, known);
        let fact = Fact::JoinApproved {
            user: key.user,
            entry: entry.id,
        };
        let record = Record {
            before: json!(request.words),
            after: json!({ "rank": entry.rank, "name": entry.name }),
            ..call.record(club, fact)
        };
        let state = JoinState::Approved {
            by: call.user,
            at: call.now,
            rank: entry.rank,
        };
        let roles = Work::ApplyRoles {
            club,
            user: key.user,
            how: RoleWork::Grant,
            reply: Some(call.reply.clone()),
        };
        let decided = outcome(caller.club.colour, key.user, entry.name, Some(entry.rank));
        let batch = decision(env, call, (request, state), (record, changes), vec![roles]);
        Ok(Decision::Commit(Box::new(batch), decided))
    };
    let once_key = OnceKey::Interaction(call.interaction);
    once((store, env), once_key, call.try_until, decide).await
}

/// Turns the request down and has the person told why. Takes [`Capability::ReviewJoins`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchJoin`, `JoinDecided`, `Form`, `Busy`.
pub async fn reject_join<S: JoinStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    key: JoinKey,
    typed: &str,
) -> Result<JoinDecided, Failure> {
    let decide = || async {
        let (caller, request) = with_caller(store, call, |club| store.join_request(club, key.user)).await?;
        let request = reviewed(call, &caller, request, key)?;
        let reason = check_reason(typed).map_err(|faults| Refusal::Form { faults })?;
        let record = Record {
            before: json!(request.words),
            after: json!({ "reason": reason }),
            ..call.record(caller.club.id, Fact::JoinRejected { user: key.user })
        };
        let state = JoinState::Rejected {
            by: call.user,
            at: call.now,
            reason,
        };
        let decided = outcome(caller.club.colour, key.user, request.words.name.clone(), None);
        let batch = decision(env, call, (request, state), (record, Vec::new()), Vec::new());
        Ok(Decision::Commit(Box::new(batch), decided))
    };
    let once_key = OnceKey::Interaction(call.interaction);
    once((store, env), once_key, call.try_until, decide).await
}

/// The request, if the caller may decide about it and nobody has.
fn reviewed(
    call: &Call,
    caller: &Caller,
    request: Option<JoinRequest>,
    key: JoinKey,
) -> Result<JoinRequest, Refusal> {
    call.allow(caller, Capability::ReviewJoins)?;
    let request = request
        .filter(|request| request.key == key)
        .ok_or(Refusal::NoSuchJoin)?;
    match request.decided() {
        Some((by, approved)) => Err(Refusal::JoinDecided { by, approved }),
        None => Ok(request),
    }
}

/// The entry of somebody who is welcome, and what has to be written for it.
fn welcomed(
    env: &impl Env,
    call: &Call,
    caller: &Caller,
    request: &JoinRequest,
    known: Option<(Entry, Member)>,
) -> (Entry, Vec<Change>) {
    let rank = caller.settings.join_rank();
    let (entry, member) = match known {
        Some((entry, _)) if entry.retired_at.is_none() => return (entry, Vec::new()),
        Some((mut entry, mut member)) => {
            entry.retired_at = None;
            (entry.rank, member.rank) = (rank, rank);
            entry.version += 1;
            member.version += 1;
            (entry, member)
        }
        None => {
            let (id, name) = (entry_id(env, call.now), request.words.name.clone());
            let entry = Entry::new(caller.club.id, id, name, rank, call.now);
            let (entry, mut member) = entry.with_account(request.key.user);
            member.name = request.account.clone();
            (entry, member)
        }
    };
    let changes = vec![Change::PutEntry(entry.clone()), Change::PutMember(member)];
    (entry, changes)
}

/// Everything that a decision writes.
fn decision(
    env: &impl Env,
    call: &Call,
    (request, state): (JoinRequest, JoinState),
    (record, mut changes): (Record, Vec<Change>),
    more: Vec<Work>,
) -> Batch {
    let tell = Work::TellJoinDecision {
        club: request.club,
        request: request.key,
    };
    changes.push(Change::PutJoin(Box::new(JoinRequest {
        state,
        version: request.version + 1,
        ..request
    })));
    Batch {
        changes,
        record: Some(record),
        outbox: call.outbox(env, [vec![tell], more].concat()),
        answered: None,
    }
}

const fn outcome(colour: Colour, user: UserId, name: String, rank: Option<Rank>) -> JoinDecided {
    JoinDecided {
        colour,
        user,
        name,
        rank,
    }
}
