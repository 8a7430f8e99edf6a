//! Publishes an event: sign-up opens, and its channel is made.

use super::call::{Call, Env, Failure};
use super::change_event::{commit, gate_of, managed_desk};
use super::once::once;
use crate::domain::event::{Event, EventState};
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::notice::EventBrief;
use crate::domain::refusal::{EventAction, Field, FormFault, Problem, Refusal};
use crate::domain::space::{Space, SpaceState};
use crate::ports::store::{Change, ClubReader, EventReader, Ledger, OnceKey, Spaces};

/// Publishes the event. Of one that is published already, what is missing in
/// Discord is made again.
/// Takes [`crate::domain::rank::Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Form` (it has started already), `Busy`.
pub async fn publish_event<S: ClubReader + EventReader + Spaces + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
) -> Result<EventBrief, Failure> {
    let decide = || async {
        let (caller, desk) = managed_desk(store, call, event).await?;
        let before = desk.event;
        let (after, step) = before.after(EventAction::Publish, call.now)?;
        if before.state == EventState::Draft && after.starts_at <= call.now {
            let fault = FormFault {
                field: Field::Start,
                problem: Problem::InThePast,
            };
            return Err(Refusal::Form { faults: vec![fault] }.into());
        }
        let mut changes = vec![Change::UpdateEvent(after.clone())];
        if before.state == EventState::Draft {
            let gate = gate_of(&after);
            changes.extend(
                after
                    .classes
                    .iter()
                    .map(|class| Change::OpenClass(after.key, class.clone(), gate)),
            );
            changes.push(Change::PutSpace(Space::new(after.key, Some(call.reply.clone()))));
        } else {
            changes.push(Change::PutSpace(space_to_repair(store, call, &before).await?));
        }
        let work = step.jobs(after.key);
        let fact = Fact::EventPublished { event: after.key };
        Ok(commit(env, call, &caller, (&before, &after), fact, changes, work))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

/// The space of an event that is published already, set back to work: what is missing of it is made again.
async fn space_to_repair<S: Spaces>(store: &S, call: &Call, event: &Event) -> Result<Space, Failure> {
    let none = || Refusal::WrongState {
        state: event.state,
        action: EventAction::Publish,
    };
    let space = store.space(event.key).await?.ok_or_else(none)?;
    Ok(Space {
        state: SpaceState::Creating,
        reply: Some(call.reply.clone()),
        version: space.version + 1,
        ..space
    })
}
