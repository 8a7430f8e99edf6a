//! Publishes an event: sign-up opens, and its channel is made.

use super::call::{Call, Env, Failure};
use super::change_event::{Managed, commit, gate_of, managed_desk};
use super::once::once;
use crate::domain::event::{Event, EventState};
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::notice::EventBrief;
use crate::domain::refusal::{EventAction, Field, FormFault, Problem, Refusal};
use crate::domain::space::{Space, SpaceState};
use crate::domain::watch::LOOK_EVERY;
use crate::domain::work::Work;
use crate::ports::store::{Alerts, Change, ClubReader, EventReader, Ledger, OnceKey, Spaces};
use serde::{Deserialize, Serialize};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// The event.
    pub event: EventBrief,
    /// Whether its channel is being made.
    pub channel: bool,
}

/// Publishes the event. Its channel is made if `channel` says so, or the club's setting where nothing is said; of one that
/// is published already, what is missing in Discord is made again.
/// Takes [`crate::domain::rank::Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Form` (it has started already), `Busy`.
pub async fn publish_event<S: Alerts + ClubReader + EventReader + Spaces + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    channel: Option<bool>,
) -> Result<Published, Failure> {
    let decide = || async {
        let Managed { caller, desk, alerts } = managed_desk(store, call, event).await?;
        let before = desk.event;
        let (after, step) = before.after(EventAction::Publish, call.now)?;
        if before.state == EventState::Draft && after.starts_at <= call.now {
            let fault = FormFault {
                field: Field::Start,
                problem: Problem::InThePast,
            };
            return Err(Refusal::Form { faults: vec![fault] }.into());
        }
        let wanted = channel.unwrap_or_else(|| caller.settings.automatic_channels());
        let mut changes = vec![Change::UpdateEvent(after.clone())];
        let space = if before.state == EventState::Draft {
            let gate = gate_of(&after);
            changes.extend(
                after
                    .classes
                    .iter()
                    .map(|class| Change::OpenClass(after.key, class.clone(), gate)),
            );
            wanted.then(|| Space::new(after.key, Some(call.reply.clone())))
        } else {
            Some(space_to_repair(store, call, &before, channel).await?)
        };
        let channel = space.is_some();
        let mut work = step.jobs(&after);
        work.retain(|work| channel || !matches!(work, Work::OpenEventSpace { .. }));
        if space.is_some() {
            let due = call.now.saturating_add(LOOK_EVERY).unwrap_or(call.now);
            changes.push(Change::BeginWatch(after.key.club, call.guild, due));
        }
        changes.extend(space.map(Change::PutSpace));
        let fact = Fact::EventPublished { event: after.key };
        let parties = (&caller, alerts.as_slice());
        let decision = commit(env, call, parties, (&before, &after), fact, changes, work);
        Ok(decision.map(|event| Published { event, channel }))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

/// The space of an event that is published already, set back to work: what is missing of it is made again. One that was
/// published without a channel gets it only if that is asked for.
async fn space_to_repair<S: Spaces>(
    store: &S,
    call: &Call,
    event: &Event,
    channel: Option<bool>,
) -> Result<Space, Failure> {
    let space = store.space(event.key).await?;
    match (space, channel) {
        (Some(space), None | Some(true)) => Ok(Space {
            state: SpaceState::Creating,
            reply: Some(call.reply.clone()),
            version: space.version + 1,
            ..space
        }),
        (None, Some(true)) => Ok(Space::new(event.key, Some(call.reply.clone()))),
        (Some(_), Some(false)) | (None, None | Some(false)) => Err(Refusal::WrongState {
            state: event.state,
            action: EventAction::Publish,
        }
        .into()),
    }
}
