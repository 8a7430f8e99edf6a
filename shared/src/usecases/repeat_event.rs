//! Makes an event come again: drafts of the same facts at later dates.

use super::call::{Call, Env, Failure, event_id};
use super::change_event::{Managed, managed_desk};
use super::once::{Decision, once};
use crate::domain::club::Colour;
use crate::domain::event::{Event, EventKey, EventState};
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::refusal::{Field, FormFault, Problem, Refusal};
use crate::domain::repeat::{self, COPIES_MAX, Every};
use crate::ports::store::{Alerts, Batch, Change, ClubReader, EventReader, Ledger, OnceKey};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The copies that were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRepeated {
    /// The accent of the club.
    pub colour: Colour,
    /// Name and start of each, soonest first.
    pub copies: Vec<(String, Timestamp)>,
}

/// Makes `copies` drafts of the event, at the same local time in the club's zone. Takes
/// [`crate::domain::rank::Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `RepeatUnplaced`, `Form` (the number of copies), `Busy`.
pub async fn repeat_event<S: Alerts + ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    (every, copies): (Every, &str),
) -> Result<EventRepeated, Failure> {
    let decide = || async {
        let Managed { caller, desk, .. } = managed_desk(store, call, event).await?;
        let copies = number(copies)?;
        let original = desk.event;
        let zone = caller.club.time_zone.zone();
        let starts =
            repeat::starts(original.starts_at, &zone, every, copies, call.now).map_err(|unplaced| {
                Refusal::RepeatUnplaced {
                    before: unplaced.before,
                    problem: unplaced.problem,
                }
            })?;
        let drafts: Vec<Event> = (1..)
            .zip(starts)
            .map(|(n, start)| draft(env, call, (&original, &zone), n, start))
            .collect();
        let repeated = EventRepeated {
            colour: caller.club.colour,
            copies: drafts
                .iter()
                .map(|draft| (draft.name.clone(), draft.starts_at))
                .collect(),
        };
        let mut record = call.record(caller.club.id, Fact::EventRepeated { event: original.key });
        record.after = drafts.iter().map(|draft| draft.key.event.to_string()).collect();
        let batch = Batch {
            changes: drafts.into_iter().map(Change::CreateEvent).collect(),
            record: Some(record),
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), repeated))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

fn number(typed: &str) -> Result<u8, Refusal> {
    let number = typed.parse().ok().filter(|n| (1..=COPIES_MAX).contains(n));
    number.ok_or_else(|| Refusal::Form {
        faults: vec![FormFault {
            field: Field::Copies,
            problem: Problem::NumberOutOfRange {
                min: 1,
                max: u32::from(COPIES_MAX),
            },
        }],
    })
}

/// A copy that starts then; its sign-up opens and closes as long before, by the clock in the club's zone.
fn draft(
    env: &impl Env,
    call: &Call,
    (original, zone): (&Event, &TimeZone),
    n: u8,
    starts_at: Timestamp,
) -> Event {
    let moved = |at| repeat::moved(at, original.starts_at, starts_at, zone);
    Event {
        key: EventKey {
            club: original.key.club,
            event: event_id(env, call.now),
        },
        name: repeat::name(&original.name, n),
        starts_at,
        opens_at: original.opens_at.map(moved),
        closes_at: original.closes_at.map(moved),
        state: EventState::Draft,
        state_since: None,
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: call.user,
        created_at: call.now,
        version: 1,
        ..original.clone()
    }
}
