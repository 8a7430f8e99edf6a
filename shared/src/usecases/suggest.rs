//! Suggests series and events while somebody types.

use super::call::{Call, Failure, with_caller};
use crate::domain::event::{EventState, Period};
use crate::domain::rank::Capability;
use crate::domain::text::comparable;
use crate::domain::when::write_start;
use crate::ports::store::{ClubReader, EventReader, SeriesReader};

/// The most that Discord shows (Discord docs, application commands, autocomplete).
const SUGGESTIONS: usize = 25;
/// How many of the next events are searched.
const SEARCHED: u32 = 100;

/// A suggestion: what is shown, and the id that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is shown.
    pub label: String,
    /// The id.
    pub value: String,
}

/// The club's series whose names contain what was typed. Everybody in the guild may.
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn suggest_series<S: ClubReader + SeriesReader>(
    store: &S,
    call: &Call,
    typed: &str,
) -> Result<Vec<Suggestion>, Failure> {
    let (_, series) = with_caller(store, call, |club| store.list_series(club)).await?;
    let found = series.into_iter().map(|s| Suggestion {
        label: s.name,
        value: s.id.to_string(),
    });
    Ok(matching(found, typed))
}

/// The club's coming events whose names contain what was typed; drafts only for those who may manage events.
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn suggest_events<S: ClubReader + EventReader>(
    store: &S,
    call: &Call,
    typed: &str,
) -> Result<Vec<Suggestion>, Failure> {
    let (caller, page) = with_caller(store, call, |club| {
        store.list_events(club, Period::Upcoming, call.now, SEARCHED, None)
    })
    .await?;
    let zone = caller.club.time_zone.zone();
    let manages = caller.rank.may(Capability::ManageEvents);
    let found = page
        .items
        .into_iter()
        .filter(|event| manages || event.state != EventState::Draft)
        .map(|event| {
            let state = match event.state {
                EventState::Draft => " (draft)",
                EventState::Open => "",
                EventState::Closed => " (closed)",
                EventState::TeamsForming | EventState::TeamsFinal | EventState::Ready => " (closed)",
                EventState::Live => " (live)",
                EventState::Completed => " (over)",
                EventState::Archived => " (archived)",
                EventState::Deleted => " (deleted)",
                EventState::Cancelled => " (cancelled)",
            };
            let start = write_start(event.starts_at, &zone);
            Suggestion {
                label: format!("{}{state} · {} · {start}", event.name, event.series_name),
                value: event.key.event.to_string(),
            }
        });
    Ok(matching(found, typed))
}

fn matching(all: impl Iterator<Item = Suggestion>, typed: &str) -> Vec<Suggestion> {
    let typed = comparable(typed);
    all.filter(|suggestion| comparable(&suggestion.label).contains(&typed))
        .take(SUGGESTIONS)
        .collect()
}
