//! Lists a club's roster, page by page.

use super::call::{Call, Failure, with_caller};
use crate::domain::club::Club;
use crate::domain::ids::EntryId;
use crate::domain::rank::Capability;
use crate::domain::roster::Entry;
use crate::ports::store::{ClubReader, Cursor, RosterReader};

/// How many entries are shown at once.
pub const ENTRIES_SHOWN: u32 = 20;

/// A page of a roster.
#[derive(Clone, Debug, PartialEq)]
pub struct RosterPage {
    /// The club.
    pub club: Club,
    /// Who is on the roster, in the order in which it grew.
    pub entries: Vec<Entry>,
    /// The entry behind which the next page begins.
    pub next: Option<EntryId>,
}

/// Reads the page behind an entry. Takes [`Capability::ManageMembers`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`.
pub async fn list_roster<S: ClubReader + RosterReader>(
    store: &S,
    call: &Call,
    after: Option<EntryId>,
) -> Result<RosterPage, Failure> {
    let from = after.map(|entry| Cursor(entry.to_string()));
    let (caller, first) = with_caller(store, call, |club| {
        store.list_entries(club, ENTRIES_SHOWN, from.clone())
    })
    .await?;
    call.allow(&caller, Capability::ManageMembers)?;
    let (mut entries, mut page) = (Vec::new(), first);
    loop {
        entries.extend(page.items.into_iter().filter(|entry| entry.retired_at.is_none()));
        // The next page begins behind all that was read, so it is read whole or not at all.
        match page.next {
            Some(next) if entries.is_empty() => {
                page = store
                    .list_entries(caller.club.id, ENTRIES_SHOWN, Some(next))
                    .await?;
            }
            next => {
                let next = next.and_then(|cursor| cursor.0.parse().ok());
                return Ok(RosterPage {
                    club: caller.club,
                    entries,
                    next,
                });
            }
        }
    }
}
