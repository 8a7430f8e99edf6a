//! Ends sign-up for an event, or calls it off. What editing and publishing share with that is here, too.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::event::{Event, EventKey, EventState, SignUpChange, Step};
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::notice::EventBrief;
use crate::domain::rank::Capability;
use crate::domain::refusal::{EventAction, Field, FormFault, Refusal};
use crate::domain::seats::Seats;
use crate::domain::text;
use crate::domain::work::Work;
use crate::ports::store::{Batch, Caller, Change, ClubReader, Desk, EventReader, Gate, Ledger, OnceKey};

/// Longest reason for calling an event off, in code points.
const REASON_MAX: usize = 300;

/// Ends sign-up. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Busy`.
pub async fn close_event<S: ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
) -> Result<EventBrief, Failure> {
    end_sign_up(store, env, call, event, EventAction::Close, None).await
}

/// Calls an event off. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Form`, `Busy`.
pub async fn cancel_event<S: ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    reason: Option<&str>,
) -> Result<EventBrief, Failure> {
    let reason = match reason.map(|reason| text::line(reason, REASON_MAX)) {
        None | Some(Err(text::TextFault::Empty)) => None,
        Some(Ok(reason)) => Some(reason),
        Some(Err(fault)) => {
            return Err(Refusal::Form {
                faults: vec![FormFault::text(Field::Reason, fault)],
            }
            .into());
        }
    };
    end_sign_up(store, env, call, event, EventAction::Cancel, reason).await
}

async fn end_sign_up<S: ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    action: EventAction,
    reason: Option<String>,
) -> Result<EventBrief, Failure> {
    let decide = || async {
        let (caller, desk) = managed_desk(store, call, event).await?;
        let (after, step) = desk.event.after(action, call.now)?;
        let after = Event {
            cancel_reason: reason.clone(),
            ..after
        };
        let mut changes = vec![Change::UpdateEvent(after.clone())];
        changes.extend(shut_gates(&step, &desk.seats, after.key));
        let fact = match action {
            EventAction::Cancel => Fact::EventCancelled { event: after.key },
            _ => Fact::EventClosed { event: after.key },
        };
        let work = step.jobs(after.key);
        Ok(commit(
            env,
            call,
            &caller,
            (&desk.event, &after),
            fact,
            changes,
            work,
        ))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

/// When an event's classes take sign-ups.
pub(super) fn gate_of(event: &Event) -> Gate {
    match (event.state, event.sign_up_begins_at()) {
        (EventState::Open, None) => Gate::OpenUntil(event.sign_up_ends_at()),
        (EventState::Open, Some(from)) => Gate::OpenBetween(from, event.sign_up_ends_at()),
        _ => Gate::Shut,
    }
}

/// What a step that ends sign-up does to the classes.
pub(super) fn shut_gates(step: &Step, counts: &[Seats], event: EventKey) -> Vec<Change> {
    match step.sign_up() {
        SignUpChange::Ends => counts
            .iter()
            .map(|seats| Change::SetGate(event, seats.class.id.clone(), Gate::Shut))
            .collect(),
        SignUpChange::Kept | SignUpChange::Begins => Vec::new(),
    }
}

/// Reads an event that the caller is about to change.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`.
pub(super) async fn managed_desk<S: ClubReader + EventReader>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<(Caller, Desk), Failure> {
    let (caller, desk) = with_caller(store, call, |club| {
        store.desk(EventKey { club, event }, call.user)
    })
    .await?;
    call.allow(&caller, Capability::ManageEvents)?;
    Ok((caller, desk.ok_or(Refusal::NoSuchEvent)?))
}

/// A batch that changes an event from `before` to `after`, with the event as it will be for an outcome.
pub(super) fn commit(
    env: &impl Env,
    call: &Call,
    caller: &Caller,
    (before, after): (&Event, &Event),
    fact: Fact,
    changes: Vec<Change>,
    work: Vec<Work>,
) -> Decision<EventBrief> {
    let mut record = call.record(caller.club.id, fact);
    record.before = serde_json::to_value(before).unwrap_or_default();
    record.after = serde_json::to_value(after).unwrap_or_default();
    let batch = Batch {
        changes,
        record: Some(record),
        outbox: call.outbox(env, work),
        answered: None,
    };
    Decision::Commit(Box::new(batch), EventBrief::of(&caller.club, after))
}
