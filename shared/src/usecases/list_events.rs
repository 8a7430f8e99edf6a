//! Lists a club's events.

use super::call::{Call, Failure, with_caller};
use crate::domain::club::Club;
use crate::domain::event::{Event, EventState, Period};
use crate::domain::rank::Capability;
use crate::ports::store::{ClubReader, Cursor, EventReader};

/// How many events are shown at once.
pub const EVENTS_SHOWN: u32 = 15;

/// A page of a club's events.
#[derive(Clone, Debug, PartialEq)]
pub struct EventList {
    /// The club.
    pub club: Club,
    /// The events that this person may see.
    pub events: Vec<Event>,
    /// Where the list goes on.
    pub next: Option<Cursor>,
}

/// Reads a page of events. Drafts are left out for those who may not manage events.
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn list_events<S: ClubReader + EventReader>(
    store: &S,
    call: &Call,
    period: Period,
    from: Option<Cursor>,
) -> Result<EventList, Failure> {
    let (caller, page) = with_caller(store, call, |club| {
        store.list_events(club, period, call.now, EVENTS_SHOWN, from.clone())
    })
    .await?;
    let manages = caller.rank.may(Capability::ManageEvents);
    let events = page
        .items
        .into_iter()
        .filter(|event| manages || event.state != EventState::Draft)
        .collect();
    Ok(EventList {
        club: caller.club,
        events,
        next: page.next,
    })
}
