//! Records what a driver says about themselves with a sign-up: when they can drive, experience, a backup class.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::availability::{DetailsForm, DriverDetails};
use crate::domain::club::ZoneName;
use crate::domain::event::{Event, EventKey, EventState};
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::rank::Capability;
use crate::domain::refusal::{Refusal, Standing};
use crate::domain::signup::{SignUp, Status};
use crate::domain::work::Work;
use crate::ports::store::{
    Batch, Caller, Change, ClubReader, Desk, EventReader, Ledger, MemberWishes, OnceKey,
};
use serde::{Deserialize, Serialize};

/// What is recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// The event's name.
    pub event: String,
    /// What the driver said.
    pub details: DriverDetails,
    /// The label of the backup class.
    pub backup: Option<String>,
}

/// What the form is made from: the zone in which the driver types, the event, and what the driver said before.
///
/// # Errors
/// Refuses with `NoClub`, `NoSuchEvent`, `SignUpClosed`, `NothingToChange` (they have not signed up).
pub async fn describe_driver_form<S: ClubReader + EventReader + MemberWishes>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<(ZoneName, Event, DriverDetails), Failure> {
    let (_, desk, zone) = desk_and_zone(store, call, event).await?;
    let (event, mine) = own(call, desk)?;
    Ok((zone, event, mine.details))
}

/// Who calls, the event with their own sign-up, and the zone in which they type.
async fn desk_and_zone<S: ClubReader + EventReader + MemberWishes>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<(Caller, Option<Desk>, ZoneName), Failure> {
    let (caller, (desk, wishes)) = with_caller(store, call, |club| async move {
        let (desk, wishes) = futures::join!(
            store.desk(EventKey { club, event }, call.user),
            store.wishes(club, call.user)
        );
        Ok((desk?, wishes?))
    })
    .await?;
    let zone = wishes.zone_or(&caller.club.time_zone);
    Ok((caller, desk, zone))
}

/// Records what the driver says, until the start.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `SignUpClosed`, `NothingToChange` (they have not signed up),
/// `Form`, `Busy`.
pub async fn describe_driver<S: ClubReader + EventReader + Ledger + MemberWishes>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    form: &DetailsForm,
) -> Result<Described, Failure> {
    let decide = || async {
        let (caller, desk, zone) = desk_and_zone(store, call, event).await?;
        call.allow(&caller, Capability::SignUp)?;
        let (event, mine) = own(call, desk)?;
        let details = form
            .check(&event, &zone.zone())
            .map_err(|faults| Refusal::Form { faults })?;
        let fact = Fact::DriverDescribed {
            event: event.key,
            user: call.user,
        };
        let mut record = call.record(caller.club.id, fact);
        record.before = serde_json::to_value(&mine.details).unwrap_or_default();
        record.after = serde_json::to_value(&details).unwrap_or_default();
        // The board shows what those who wait would take instead.
        let seen = details.backup != mine.details.backup;
        let work = seen.then_some(Work::RefreshBoard { event: event.key });
        let batch = Batch {
            changes: vec![Change::DescribeDriver(event.key, call.user, details.clone())],
            record: Some(record),
            outbox: call.outbox(env, work.into_iter().collect()),
            answered: None,
        };
        let label = |class| event.class(class).map(|class| class.label.clone());
        let described = Described {
            backup: details.backup.as_ref().and_then(label),
            event: event.name.clone(),
            details,
        };
        Ok(Decision::Commit(Box::new(batch), described))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The event and the driver's own sign-up, if they may describe themselves.
fn own(call: &Call, desk: Option<Desk>) -> Result<(Event, SignUp), Refusal> {
    let desk = desk
        .filter(|desk| desk.event.state != EventState::Draft)
        .ok_or(Refusal::NoSuchEvent)?;
    if !desk.event.takes_leave(call.now) {
        return Err(Refusal::SignUpClosed);
    }
    let coming = |mine: &SignUp| mine.status != Status::NotComing;
    let standing = desk
        .mine
        .as_ref()
        .map_or(Standing::None, |mine| mine.standing(&desk.event));
    match desk.mine.filter(coming) {
        Some(mine) => Ok((desk.event, mine)),
        None => Err(Refusal::NothingToChange { standing }),
    }
}
