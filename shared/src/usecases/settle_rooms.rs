//! Brings the voice rooms of an event's race day to what they are to be: each settled team has one, or the event one for all
//! who drive.

use super::job::{Job, JobFailure, at_home, or_lost};
use super::open_event_space::mendable;
use super::race_room::{Wanted, drop_room, ensure_room};
use super::settle_team_space::{TeamBuilder, TeamStore, settle_team_space};
use crate::domain::event::{EventKey, EventState};
use crate::domain::naming::race_room;
use crate::domain::notice::{Render, Sheet};
use crate::domain::race_room::{Absent, Guests, wanted};
use crate::domain::settings::{Drift, Settings};
use crate::domain::space::{Space, SpaceFault, SpaceState};
use crate::domain::team_space::wanted_in;
use crate::ports::discord::{Channels, Guilds};
use crate::ports::store::{EventReader, SettingsReader, Spaces, TeamSpaces};

/// The rooms of an event. Teams whose room is as it is to be are left alone, so that a later try goes on with the others.
///
/// # Errors
/// What the store and Discord say; [`JobFailure::Stale`] while the event's channel is being made.
pub async fn settle_rooms<S: TeamStore + EventReader>(
    store: &S,
    discord: &impl TeamBuilder,
    render: &impl Render,
    job: &Job,
    event: EventKey,
) -> Result<(), JobFailure> {
    let (space, sheet, club) = futures::join!(
        Box::pin(store.space(event)),
        Box::pin(store.sheet(event)),
        Box::pin(store.club_and_settings(event.club))
    );
    let (Some(mut space), Some(sheet), Some((club, settings))) = (space?, sheet?, club?) else {
        return Ok(());
    };
    if !at_home(&club, job)? || !space.is_in(job.guild) {
        return Ok(());
    }
    if space.state == SpaceState::Creating {
        return Err(JobFailure::Stale);
    }
    Box::pin(settle_event_room(
        store,
        discord,
        job,
        &mut space,
        (&sheet, &settings),
    ))
    .await?;
    let Some(wish) = wanted(&sheet.event, &settings, job.now) else {
        return Ok(());
    };
    if wanted_in(sheet.event.state) != Some(true) {
        return Ok(());
    }
    let spaces = Box::pin(store.team_spaces(event)).await?;
    for team in spaces
        .iter()
        .filter(|one| one.guild == job.guild && !one.is_gone())
    {
        if team.race_id().is_some() != wish {
            Box::pin(settle_team_space(store, discord, render, job, (event, team.team))).await?;
        }
    }
    Ok(())
}

/// The event's own room: there while it is wanted and its teams have none. Without effect, and without a read, on all days but
/// the last.
///
/// # Errors
/// What the store and Discord say; [`JobFailure::Stale`] if the room was deleted by hand: the next try makes it anew.
pub(super) async fn settle_event_room<S: Spaces + TeamSpaces + SettingsReader>(
    store: &S,
    discord: &(impl Channels + Guilds),
    job: &Job,
    space: &mut Space,
    (sheet, settings): (&Sheet, &Settings),
) -> Result<(), JobFailure> {
    let event = &sheet.event;
    let Some(wish) = wanted(event, settings, job.now) else {
        return Ok(());
    };
    if space.room.is_none() && !wish {
        return Ok(());
    }
    let guests = Guests::of_event(sheet, settings)
        .filter(|_| wish && space.state == SpaceState::Active && space.channel_in(job.guild).is_some());
    let alone = guests.is_some() && !has_teams(store, job, event.key, event.state).await?;
    let done = match guests.filter(|_| alone) {
        None => {
            let reason = format!("{} has another room, or none", event.name);
            Box::pin(drop_room(store, discord, job, space, &reason)).await
        }
        Some(_) if space.room_absent == Some(Absent::Forgotten) && settings.drift() == Drift::Forget => {
            return Ok(());
        }
        Some(guests) => {
            let zone = settings.time_zone().zone();
            let wanted = Wanted {
                name: race_room(None, event, &zone, &settings.channel_pattern()),
                guests,
                sheet,
                settings,
            };
            Box::pin(ensure_room(store, discord, job, space, &wanted)).await
        }
    };
    let absent = match done {
        Ok(()) => None,
        Err(failure) => {
            let failure = Box::pin(or_lost(discord, job, failure)).await;
            match mendable(&failure) {
                None => return Err(failure),
                Some(SpaceFault::ChannelDeleted) if space.room.is_some() => {
                    let heal = settings.drift() == Drift::Heal;
                    space.room = None;
                    space.room_absent = (!heal).then_some(Absent::Forgotten);
                    Box::pin(store.save_space(space, None)).await?;
                    return if heal { Err(JobFailure::Stale) } else { Ok(()) };
                }
                Some(_) => Some(Absent::Refused),
            }
        }
    };
    if space.room_absent != absent {
        space.room_absent = absent;
        // What was refused was not made: there is nothing to look for at the next try.
        if absent.is_some() && space.room.as_ref().is_some_and(|room| room.step.id().is_none()) {
            space.room = None;
        }
        Box::pin(store.save_space(space, None)).await?;
    }
    Ok(())
}

/// Whether the event's teams are settled, so that each has a room of its own.
async fn has_teams<S: TeamSpaces>(
    store: &S,
    job: &Job,
    event: EventKey,
    state: EventState,
) -> Result<bool, JobFailure> {
    if state == EventState::TeamsFinal {
        return Ok(true);
    }
    let spaces = Box::pin(store.team_spaces(event)).await?;
    Ok(spaces
        .iter()
        .any(|space| space.guild == job.guild && !space.is_gone()))
}
