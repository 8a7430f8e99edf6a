//! Tells how a club stands: its roster, series and next events.

use super::call::{Call, Failure, with_caller};
use super::list_events::visible;
use crate::domain::club::Club;
use crate::domain::event::{Event, Period};
use crate::ports::store::{ClubReader, EventReader, SeriesReader};

/// How many of the next events are shown.
const UPCOMING: u32 = 10;

/// How a club stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ClubStatus {
    /// The club.
    pub club: Club,
    /// How many are on the roster.
    pub members: u64,
    /// How many series it has.
    pub series: usize,
    /// Its next published events, soonest first.
    pub upcoming: Vec<Event>,
}

/// Reads a club's standing. Everybody in the guild may.
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn club_status<S: ClubReader + SeriesReader + EventReader>(
    store: &S,
    call: &Call,
) -> Result<ClubStatus, Failure> {
    let (caller, (members, series, events)) = with_caller(store, call, |club| async move {
        let (members, series, events) = futures::join!(
            store.count_members(club),
            store.list_series(club),
            store.list_events(club, Period::Upcoming, call.now, UPCOMING, None),
        );
        Ok((members?, series?, events?))
    })
    .await?;
    let page = visible(
        store,
        caller.club.id,
        (Period::Upcoming, call.now, UPCOMING),
        events,
        false,
    )
    .await?;
    let mut upcoming = page.items;
    upcoming.truncate(UPCOMING as usize);
    Ok(ClubStatus {
        club: caller.club,
        members,
        series: series.len(),
        upcoming,
    })
}
