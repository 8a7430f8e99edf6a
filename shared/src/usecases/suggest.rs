//! Suggests series and events while somebody types.

use super::call::{Call, Failure, with_caller};
use crate::domain::event::{Event, EventKey, EventState, Period};
use crate::domain::ids::EventId;
use crate::domain::notice::Sheet;
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::domain::roster::Entry;
use crate::domain::teams::{Team, seat};
use crate::domain::text::comparable;
use crate::domain::when::write_start;
use crate::ports::store::{ClubReader, EventReader, RosterReader, SeriesReader, TeamReader};

/// The most that Discord shows (Discord docs, application commands, autocomplete).
const SUGGESTIONS: usize = 25;
/// Entries of a roster that are read with one call, and that are searched.
const ENTRIES_PAGE: u32 = 1000;
const ENTRIES_READ: u32 = 5000;
/// How many of the next events are searched, and how many of the last.
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

/// The club's events whose names contain what was typed, the next first, then the last; drafts only for those who may
/// manage events.
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn suggest_events<S: ClubReader + EventReader>(
    store: &S,
    call: &Call,
    typed: &str,
) -> Result<Vec<Suggestion>, Failure> {
    let (caller, (coming, past)) = with_caller(store, call, |club| async move {
        let (coming, past) = futures::join!(
            store.list_events(club, Period::Upcoming, call.now, SEARCHED, None),
            store.list_events(club, Period::Past, call.now, SEARCHED, None),
        );
        Ok((coming?.items, past?.items))
    })
    .await?;
    let zone = caller.club.time_zone.zone();
    let manages = caller.rank.may(Capability::ManageEvents);
    let found = coming
        .into_iter()
        .chain(past)
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

/// The club's events that have started and whose names contain what was typed, the latest first; for those who may manage
/// events.
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn suggest_races<S: ClubReader + EventReader>(
    store: &S,
    call: &Call,
    typed: &str,
) -> Result<Vec<Suggestion>, Failure> {
    let list = |period| move |club| store.list_events(club, period, call.now, SEARCHED, None);
    let (caller, past) = with_caller(store, call, list(Period::Past)).await?;
    if !caller.rank.may(Capability::ManageEvents) {
        return Ok(Vec::new());
    }
    let coming = list(Period::Upcoming)(caller.club.id).await?;
    let mut races: Vec<Event> = coming.items.into_iter().chain(past.items).collect();
    races.retain(|event| {
        matches!(
            event.state,
            EventState::Live | EventState::Completed | EventState::Archived
        ) && event.cancelled_at.is_none()
    });
    races.sort_by_key(|event| std::cmp::Reverse((event.starts_at, event.key.event)));
    races.dedup_by_key(|event| event.key);
    let zone = caller.club.time_zone.zone();
    let found = races.into_iter().map(|event| Suggestion {
        label: format!(
            "{} · {} · {}",
            event.name,
            event.series_name,
            write_start(event.starts_at, &zone)
        ),
        value: event.key.event.to_string(),
    });
    Ok(matching(found, typed))
}

/// Entries of the roster that no account is proved for and whose names contain what was typed. Takes
/// [`Capability::ManageMembers`]; nobody else is suggested anything. The first `ENTRIES_READ` of a roster are searched.
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn suggest_entries<S: ClubReader + RosterReader>(
    store: &S,
    call: &Call,
    typed: &str,
) -> Result<Vec<Suggestion>, Failure> {
    entries_of(store, call, typed, |entry| !entry.linked).await
}

/// Entries of the roster whose names contain what was typed, whatever is known of their accounts; otherwise as
/// [`suggest_entries`].
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn suggest_people<S: ClubReader + RosterReader>(
    store: &S,
    call: &Call,
    typed: &str,
) -> Result<Vec<Suggestion>, Failure> {
    entries_of(store, call, typed, |_| true).await
}

async fn entries_of<S: ClubReader + RosterReader>(
    store: &S,
    call: &Call,
    typed: &str,
    fits: impl Fn(&Entry) -> bool,
) -> Result<Vec<Suggestion>, Failure> {
    let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
    if !caller.rank.may(Capability::ManageMembers) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut from = None;
    for _ in 0..ENTRIES_READ / ENTRIES_PAGE {
        let page = store.list_entries(caller.club.id, ENTRIES_PAGE, from).await?;
        let open = page
            .items
            .into_iter()
            .filter(|entry| fits(entry) && entry.retired_at.is_none());
        let entries = open.map(|entry| Suggestion {
            label: format!("{} · {}", entry.name, entry.rank.label()),
            value: entry.id.to_string(),
        });
        found.extend(matching(entries, typed));
        from = page.next;
        if found.len() >= SUGGESTIONS || from.is_none() {
            break;
        }
    }
    found.truncate(SUGGESTIONS);
    Ok(found)
}

/// The event's teams whose names contain what was typed; for those who do not manage events, their own.
///
/// # Errors
/// Refuses with `NoClub`, `NoSuchEvent`.
pub async fn suggest_teams<S: ClubReader + TeamReader>(
    store: &S,
    call: &Call,
    event: EventId,
    typed: &str,
) -> Result<Vec<Suggestion>, Failure> {
    let (_, sheet, teams) = teams_for(store, call, event).await?;
    let found = teams.into_iter().map(|team| {
        let class = sheet.event.class(&team.class);
        let class = class.map_or(team.class.as_str(), |class| class.label.as_str());
        Suggestion {
            label: format!("{} · {class} · {}", team.name, team.drivers.len()),
            value: team.id.to_string(),
        }
    });
    Ok(matching(found, typed))
}

/// The event's seated drivers whose names contain what was typed, with their teams; those without one come first. For
/// those who do not manage events, the drivers of their own team.
///
/// # Errors
/// Refuses with `NoClub`, `NoSuchEvent`.
pub async fn suggest_drivers<S: ClubReader + TeamReader>(
    store: &S,
    call: &Call,
    event: EventId,
    typed: &str,
) -> Result<Vec<Suggestion>, Failure> {
    let (manages, sheet, teams) = teams_for(store, call, event).await?;
    let team_of = |user| teams.iter().find(|team| team.drivers.contains(&user));
    let mut drivers: Vec<_> = sheet
        .sign_ups
        .iter()
        .filter(|driver| seat(driver).is_some())
        .map(|driver| (team_of(driver.user), driver))
        .filter(|(team, _)| manages || team.is_some())
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

/// Whether the caller manages events, the event, and the teams that the caller may see.
async fn teams_for<S: ClubReader + TeamReader>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<(bool, Sheet, Vec<Team>), Failure> {
    let (caller, found) = with_caller(store, call, |club| store.line_up(EventKey { club, event })).await?;
    let (sheet, line_up) = found.ok_or(Refusal::NoSuchEvent)?;
    let manages = caller.rank.may(Capability::ManageEvents);
    let mut teams = line_up.pruned(&sheet).teams;
    teams.retain(|team| manages || team.drivers.contains(&call.user));
    Ok((manages, sheet, teams))
}

fn matching(all: impl Iterator<Item = Suggestion>, typed: &str) -> Vec<Suggestion> {
    let typed = comparable(typed);
    all.filter(|suggestion| comparable(&suggestion.label).contains(&typed))
        .take(SUGGESTIONS)
        .collect()
}
