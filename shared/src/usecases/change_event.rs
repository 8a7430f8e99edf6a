//! Takes an event a step further by hand: ends sign-up, ends the race, puts it away, or calls it off. What editing and publishing share with that is here, too.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::alert::{Alert, reschedule};
use crate::domain::club::ZoneName;
use crate::domain::event::{Event, EventKey, EventState, SignUpChange, Step};
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::notice::EventBrief;
use crate::domain::rank::Capability;
use crate::domain::refusal::{EventAction, Field, FormFault, Refusal};
use crate::domain::seats::Seats;
use crate::domain::text;
use crate::domain::work::Work;
use crate::ports::store::{
    Alerts, Batch, Caller, Change, ClubReader, Desk, EventReader, Gate, Ledger, MemberWishes, OnceKey,
};

/// Longest reason for calling an event off, in code points.
const REASON_MAX: usize = 300;

/// Ends sign-up. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Busy`.
pub async fn close_event<S: Alerts + ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
) -> Result<EventBrief, Failure> {
    take_step(store, env, call, event, EventAction::Close, None).await
}

/// Ends a race before its time. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Busy`.
pub async fn complete_event<S: Alerts + ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
) -> Result<EventBrief, Failure> {
    take_step(store, env, call, event, EventAction::Complete, None).await
}

/// Has the channel of an event that is over put away. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Busy`.
pub async fn archive_event<S: Alerts + ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
) -> Result<EventBrief, Failure> {
    take_step(store, env, call, event, EventAction::Archive, None).await
}

/// Calls an event off. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Form`, `Busy`.
pub async fn cancel_event<S: Alerts + ClubReader + EventReader + Ledger>(
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
    take_step(store, env, call, event, EventAction::Cancel, reason).await
}

async fn take_step<S: Alerts + ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    action: EventAction,
    reason: Option<String>,
) -> Result<EventBrief, Failure> {
    let decide = || async {
        let Managed { caller, desk, alerts } = managed_desk(store, call, event).await?;
        let (after, step) = desk.event.after(action, call.now)?;
        let after = Event {
            cancel_reason: reason.clone().or_else(|| after.cancel_reason.clone()),
            ..after
        };
        let mut changes = vec![Change::UpdateEvent(after.clone())];
        changes.extend(shut_gates(&step, &desk.seats, after.key));
        let fact = Fact::of(action, after.key);
        let work = step.jobs(&after);
        Ok(commit(
            env,
            call,
            (&caller, &alerts),
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
pub(super) async fn managed_desk<S: Alerts + ClubReader + EventReader>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<Managed, Failure> {
    let (caller, (desk, alerts)) = with_caller(store, call, |club| async move {
        let key = EventKey { club, event };
        let (desk, alerts) = futures::join!(store.desk(key, call.user), store.alerts(key));
        Ok((desk?, alerts?))
    })
    .await?;
    managed(call, caller, desk, alerts)
}

/// The same, with the zone in which the caller types.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`.
pub(super) async fn managed_desk_and_zone<S: Alerts + ClubReader + EventReader + MemberWishes>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<(Managed, ZoneName), Failure> {
    let (caller, (desk, alerts, wishes)) = with_caller(store, call, |club| async move {
        let key = EventKey { club, event };
        let (desk, alerts, wishes) = futures::join!(
            store.desk(key, call.user),
            store.alerts(key),
            store.wishes(club, call.user)
        );
        Ok((desk?, alerts?, wishes?))
    })
    .await?;
    let zone = wishes.zone_or(&caller.club.time_zone);
    Ok((managed(call, caller, desk, alerts)?, zone))
}

fn managed(call: &Call, caller: Caller, desk: Option<Desk>, alerts: Vec<Alert>) -> Result<Managed, Failure> {
    call.allow(&caller, Capability::ManageEvents)?;
    let desk = desk.filter(|desk| desk.event.state != EventState::Deleted);
    Ok(Managed {
        caller,
        desk: desk.ok_or(Refusal::NoSuchEvent)?,
        alerts,
    })
}

/// An event that somebody may change, with all that changes with it.
pub(super) struct Managed {
    /// Who.
    pub caller: Caller,
    /// The event with its counts.
    pub desk: Desk,
    /// What is due for it.
    pub alerts: Vec<Alert>,
}

/// A batch that changes an event from `before` to `after`, what is due for it with it, and the event as it will be for an
/// outcome.
pub(super) fn commit(
    env: &impl Env,
    call: &Call,
    (caller, alerts): (&Caller, &[Alert]),
    (before, after): (&Event, &Event),
    fact: Fact,
    mut changes: Vec<Change>,
    work: Vec<Work>,
) -> Decision<EventBrief> {
    let due = reschedule(after, call.guild, &caller.settings, alerts, call.now);
    changes.extend(due.into_iter().map(Change::PutAlert));
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
