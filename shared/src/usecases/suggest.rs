//! Suggests series and events while somebody types.

use super::call::{Call, Failure, with_caller};
use super::change_teams::managed_teams;
use crate::domain::event::{EventState, Period};
use crate::domain::ids::EventId;
use crate::domain::rank::Capability;
use crate::domain::teams::seat;
use crate::domain::text::comparable;
use crate::domain::when::write_start;
use crate::ports::store::{ClubReader, EventReader, SeriesReader, TeamReader};

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
                EventState::TeamsForming => " (teams forming)",
                EventState::TeamsFinal => " (teams final)",
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

/// The event's teams whose names contain what was typed. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`.
pub async fn suggest_teams<S: ClubReader + TeamReader>(
    store: &S,
    call: &Call,
    event: EventId,
    typed: &str,
) -> Result<Vec<Suggestion>, Failure> {
    let (_, sheet, line_up) = managed_teams(store, call, event).await?;
    let found = line_up.teams.into_iter().map(|team| {
        let class = sheet.event.class(&team.class);
        let class = class.map_or(team.class.as_str(), |class| class.label.as_str());
        Suggestion {
            label: format!("{} · {class} · {}", team.name, team.drivers.len()),
            value: team.id.to_string(),
        }
    });
    Ok(matching(found, typed))
}

/// The event's seated drivers whose names contain what was typed, with their teams; those without one come first.
/// Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`.
pub async fn suggest_drivers<S: ClubReader + TeamReader>(
    store: &S,
    call: &Call,
    event: EventId,
    typed: &str,
) -> Result<Vec<Suggestion>, Failure> {
    let (_, sheet, line_up) = managed_teams(store, call, event).await?;
    let mut drivers: Vec<_> = sheet
        .sign_ups
        .iter()
        .filter(|driver| seat(driver).is_some())
        .map(|driver| (line_up.team_of(driver.user), driver))
        .collect();
    drivers.sort_by_key(|(team, _)| team.is_some());
    let found = drivers.into_iter().map(|(team, driver)| Suggestion {
        label: match team {
            Some(team) => format!("{} · {}", driver.name, team.name),
            None => driver.name.clone(),
        },
        value: driver.user.to_string(),
    });
    Ok(matching(found, typed))
}

fn matching(all: impl Iterator<Item = Suggestion>, typed: &str) -> Vec<Suggestion> {
    let typed = comparable(typed);
    all.filter(|suggestion| comparable(&suggestion.label).contains(&typed))
        .take(SUGGESTIONS)
        .collect()
}
