//! Lists a club's events.

use super::call::{Call, Failure, with_caller};
use crate::domain::club::Club;
use crate::domain::event::{Event, EventState, Period};
use crate::domain::ids::ClubId;
use crate::domain::rank::Capability;
use crate::ports::store::{ClubReader, Cursor, EventReader, Page, StoreResult};
use jiff::Timestamp;

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
    let (caller, first) = with_caller(store, call, |club| {
        store.list_events(club, period, call.now, EVENTS_SHOWN, from.clone())
    })
    .await?;
    let manages = caller.rank.may(Capability::ManageEvents);
    let page = visible(
        store,
        caller.club.id,
        (period, call.now, EVENTS_SHOWN),
        first,
        manages,
    )
    .await?;
    Ok(EventList {
        club: caller.club,
        events: page.items,
        next: page.next,
    })
}

/// The events of a page that a person may see; where drafts are left out, further pages fill their places.
pub(super) async fn visible<S: EventReader>(
    store: &S,
    club: ClubId,
    (period, now, most): (Period, Timestamp, u32),
    first: Page<Event>,
    manages: bool,
) -> StoreResult<Page<Event>> {
    let mut shown = Vec::new();
    let mut page = first;
    loop {
        shown.extend(
            page.items
                .into_iter()
                .filter(|event| manages || event.state != EventState::Draft && !event.unpublished),
        );
        // The next page begins after all that was read, so it is read whole or not at all.
        let from = match page.next {
            Some(next) if shown.len() < most as usize => next,
            next => return Ok(Page { items: shown, next }),
        };
        page = store.list_events(club, period, now, most, Some(from)).await?;
    }
}
