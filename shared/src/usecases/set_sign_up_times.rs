//! Sets when sign-up for an event opens and closes.

use super::call::{Call, Env, Failure};
use super::change_event::{Managed, commit, gate_of, managed_desk_and_zone};
use super::once::once;
use crate::domain::event::{Event, EventState};
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::notice::EventBrief;
use crate::domain::refusal::{EventAction, Field, FormFault, Problem, Refusal};
use crate::domain::when::parse_start;
use crate::ports::store::{Alerts, Change, ClubReader, EventReader, Ledger, MemberWishes, OnceKey};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What is typed for sign-up that opens as soon as the event is published.
const AT_PUBLISHING: &str = "publish";
/// What is typed for sign-up that closes at the start.
const AT_START: &str = "start";

/// As typed; what is not given stays as it is.
#[derive(Clone, Copy, Debug)]
pub struct SignUpTimes<'a> {
    /// Local time, or `publish`.
    pub opens: Option<&'a str>,
    /// Local time, or `start`.
    pub closes: Option<&'a str>,
}

/// Sets the times of an event whose sign-up is not over. Takes [`crate::domain::rank::Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Form`, `Busy`.
pub async fn set_sign_up_times<S: Alerts + ClubReader + EventReader + Ledger + MemberWishes>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    typed: SignUpTimes<'_>,
) -> Result<EventBrief, Failure> {
    let decide = || async {
        let (Managed { caller, desk, alerts }, zone) = managed_desk_and_zone(store, call, event).await?;
        let before = desk.event;
        if !matches!(before.state, EventState::Draft | EventState::Open) {
            return Err(Refusal::WrongState {
                state: before.state,
                action: EventAction::Edit,
            }
            .into());
        }
        let (after, step) = before.after(EventAction::Edit, call.now)?;
        let after = timed(after, typed, &zone.zone(), call.now).map_err(|faults| Refusal::Form { faults })?;
        let mut changes = vec![Change::UpdateEvent(after.clone())];
        let gate = gate_of(&after);
        let gates = desk.seats.iter().map(|seats| seats.class.id.clone());
        changes.extend(gates.map(|class| Change::SetGate(after.key, class, gate)));
        let work = step.jobs(&after);
        let fact = Fact::EventEdited { event: after.key };
        Ok(commit(
            env,
            call,
            (&caller, &alerts),
            (&before, &after),
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

/// The event with the times that were typed.
fn timed(
    event: Event,
    typed: SignUpTimes<'_>,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Event, Vec<FormFault>> {
    let mut faults = Vec::new();
    if typed.opens.is_none() && typed.closes.is_none() {
        faults.push(fault(Field::Closes, Problem::Empty));
    }
    let mut read = |field, typed: Option<&str>, none: &str, present| match typed.map(str::trim) {
        None => present,
        Some(word) if word.eq_ignore_ascii_case(none) => None,
        Some(text) => match parse_start(text, zone, now) {
            Ok(at) if at < event.starts_at => Some(at),
            Ok(_) => {
                faults.push(fault(field, Problem::NotBeforeStart));
                None
            }
            Err(problem) => {
                faults.push(fault(field, problem));
                None
            }
        },
    };
    let opens_at = read(Field::Opens, typed.opens, AT_PUBLISHING, event.opens_at);
    let closes_at = read(Field::Closes, typed.closes, AT_START, event.closes_at);
    if let (Some(opens), Some(closes)) = (opens_at, closes_at)
        && opens >= closes
    {
        faults.push(fault(Field::Opens, Problem::ClosesBeforeOpening));
    }
    if faults.is_empty() {
        Ok(Event {
            opens_at,
            closes_at,
            ..event
        })
    } else {
        Err(faults)
    }
}

const fn fault(field: Field, problem: Problem) -> FormFault {
    FormFault { field, problem }
}
