//! Lets somebody ask to join the club.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::club::{Club, Colour};
use crate::domain::fact::{Fact, Record};
use crate::domain::ids::{ChannelId, ClubId};
use crate::domain::join::{Hindrance, JoinForm, JoinKey, JoinRequest, JoinState};
use crate::domain::refusal::Refusal;
use crate::domain::roster::Entry;
use crate::domain::space::Step;
use crate::domain::work::Work;
use crate::ports::store::{
    Batch, Caller, Change, ClubReader, CommitError, Joins, Ledger, OnceKey, RosterReader, StoreResult,
};
use serde_json::json;

/// What requests to join need of the store.
pub trait JoinStore: ClubReader + RosterReader + Joins + Ledger {}

impl<T: ClubReader + RosterReader + Joins + Ledger> JoinStore for T {}

/// Looks whether the caller can ask to join: then they are given the form. Who has asked before, and asks again, has it looked
/// whether the reviewers can still see that: somebody may have deleted the message, or the club moved.
///
/// # Errors
/// Refuses with `NoClub`, `NoJoinChannel`, `OnRoster`, `JoinOpen`, `JoinRejected`.
pub async fn join_form<S: JoinStore>(store: &S, env: &impl Env, call: &Call) -> Result<Club, Failure> {
    let (caller, (entry, before)) = with_caller(store, call, |club| standing(store, call, club)).await?;
    let refusal = match may_ask(call, &caller, entry.as_ref(), before.as_ref()) {
        Ok(_) => return Ok(caller.club),
        Err(refusal) => refusal,
    };
    if matches!(refusal, Refusal::JoinOpen { .. })
        && let Some(request) = before.and_then(|before| before.looked_for(call.now))
    {
        let work = Work::PostJoinRequest {
            club: caller.club.id,
            request: request.key,
            reply: call.reply.clone(),
        };
        let batch = Batch {
            changes: vec![Change::PutJoin(Box::new(request))],
            record: None,
            outbox: call.outbox(env, vec![work]),
            answered: None,
        };
        match store.commit(batch).await {
            Ok(()) => {}
            // Somebody decides at this moment, or this is one of two at once.
            Err(CommitError::Stale | CommitError::Contended | CommitError::Replayed(_)) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(refusal.into())
}

/// Keeps the request and has it posted where it is reviewed. Of two at once one is kept.
///
/// # Errors
/// Refuses as [`join_form`] does, and with `Form`, `Busy`.
pub async fn ask_to_join<S: JoinStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    form: &JoinForm,
) -> Result<Colour, Failure> {
    let decide = || async {
        let (caller, (entry, before)) = with_caller(store, call, |club| standing(store, call, club)).await?;
        let channel = may_ask(call, &caller, entry.as_ref(), before.as_ref())?;
        let words = form.check().map_err(|faults| Refusal::Form { faults })?;
        let club = caller.club.id;
        let key = JoinKey {
            user: call.user,
            request: call.interaction,
        };
        let request = JoinRequest {
            club,
            key,
            account: call.name.clone(),
            words,
            asked_at: call.now,
            namesake: None,
            channel,
            state: JoinState::Open,
            review: Step::Todo,
            undelivered: false,
            looked_at: None,
            telling_since: None,
            told: None,
            version: before.map_or(0, |before| before.version) + 1,
        };
        let record = Record {
            after: json!(request.words),
            ..call.record(club, Fact::JoinAsked { user: call.user })
        };
        let work = Work::PostJoinRequest {
            club,
            request: key,
            reply: call.reply.clone(),
        };
        let batch = Batch {
            changes: vec![Change::PutJoin(Box::new(request))],
            record: Some(record),
            outbox: call.outbox(env, vec![work]),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), caller.club.colour))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The caller's entry, and what they asked before.
async fn standing<S: JoinStore>(
    store: &S,
    call: &Call,
    club: ClubId,
) -> StoreResult<(Option<Entry>, Option<JoinRequest>)> {
    let (known, before) = futures::join!(
        super::set_rank::known(store, club, call.user),
        store.join_request(club, call.user)
    );
    Ok((known?.map(|(entry, _)| entry), before?))
}

/// Where the caller's request is reviewed, if they can ask.
fn may_ask(
    call: &Call,
    caller: &Caller,
    entry: Option<&Entry>,
    before: Option<&JoinRequest>,
) -> Result<ChannelId, Refusal> {
    if let Some(entry) = entry.filter(|entry| entry.retired_at.is_none()) {
        let name = entry.name.clone();
        return Err(Refusal::OnRoster { name });
    }
    match before.and_then(|before| before.hinders(call.now)) {
        Some(Hindrance::Open { since }) => return Err(Refusal::JoinOpen { since }),
        Some(Hindrance::Rejected { again_at, reason }) => {
            return Err(Refusal::JoinRejected { again_at, reason });
        }
        None => {}
    }
    caller.settings.join_channel().ok_or(Refusal::NoJoinChannel)
}
