//! Tells a team, once and at once, of an incident that telemetry reported.

use super::announce::Part;
use super::job::{Job, JobFailure, at_home, or_lost};
use super::open_event_space::mendable;
use crate::domain::event::EventKey;
use crate::domain::ids::TeamId;
use crate::domain::notice::{Notice, Render};
use crate::domain::stints::team_now;
use crate::domain::telemetry::Incident;
use crate::ports::discord::{FileMessages, Guilds};
use crate::ports::store::{Receipts, SettingsReader, Spaces, TeamReader, TeamSpaces};
use jiff::SignedDuration;

/// How long an incident is worth telling.
const TOLD_FOR: SignedDuration = SignedDuration::from_mins(15);

/// What is told to whom.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The event.
    pub event: EventKey,
    /// The team.
    pub team: TeamId,
    /// Names the incident.
    pub id: &'a str,
    /// Counts the team's incidents.
    pub number: u64,
    /// What happened.
    pub incident: &'a Incident,
}

/// Tells it in the team's thread, or in the event's channel where there is none. What is not told in time is not told at all: a
/// crew would take it for news.
///
/// # Errors
/// What the store and Discord say.
pub async fn tell_incident<S: Receipts + SettingsReader + Spaces + TeamReader + TeamSpaces>(
    store: &S,
    (discord, render): (&(impl Guilds + FileMessages), &impl Render),
    job: &Job,
    told: Told<'_>,
) -> Result<(), JobFailure> {
    let (event, team) = (told.event, told.team);
    let (found, club, space, own) = futures::join!(
        Box::pin(store.line_up(event)),
        store.club_and_settings(event.club),
        store.space(event),
        store.team_space(event, team)
    );
    let (Some((sheet, line_up)), Some((club, _)), space, own) = (found?, club?, space?, own?) else {
        return Ok(());
    };
    let late = job.now.duration_since(told.incident.at) > TOLD_FOR;
    if late || !sheet.event.state.shows_race() || !at_home(&club, job)? {
        return Ok(());
    }
    let Ok(of) = team_now(&line_up, team, &sheet) else {
        return Ok(());
    };
    let rendered = render.render(&Notice::TeamIncident {
        colour: club.colour,
        team: &of.name,
        number: told.number,
        incident: told.incident,
    });
    let part = Part {
        name: format!("incident#{}", told.id),
        body: rendered.body,
        users: &[],
        file: None,
    };
    let thread = own.and_then(|own| own.thread_in(job.guild));
    let of_event = space.and_then(|space| space.channel_in(job.guild));
    for channel in [thread, of_event].into_iter().flatten() {
        match Box::pin(part.send_once(store, discord, job, (event, channel))).await {
            Ok(()) => return Ok(()),
            // Deleted, or closed to Gantry: the other place is tried.
            Err(failure) if mendable(&failure).is_some() => {
                let failure = or_lost(discord, job, failure).await;
                if mendable(&failure).is_none() {
                    return Err(failure);
                }
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}
