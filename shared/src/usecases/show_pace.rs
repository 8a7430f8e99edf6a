//! Shows where a team stands in the race: one message in its thread, posted once and edited from then on.

use super::call::Env;
use super::job::{Job, JobFailure, at_home};
use super::standing_message::{StandingMessage, record, stands_in};
use crate::domain::event::EventKey;
use crate::domain::ids::TeamId;
use crate::domain::notice::{Notice, Render};
use crate::domain::stints::team_now;
use crate::domain::telemetry::{Pace, ShownPace};
use crate::ports::discord::{FileMessages, Guilds, Threads};
use crate::ports::store::{
    Change, Ledger, Receipts, SettingsReader, Spaces, TeamReader, TeamSpaces, Telemetry,
};

/// What is needed of the store.
pub trait PaceStore:
    Ledger + Receipts + SettingsReader + Spaces + TeamReader + TeamSpaces + Telemetry
{
}

impl<T: Ledger + Receipts + SettingsReader + Spaces + TeamReader + TeamSpaces + Telemetry> PaceStore for T {}

/// Shows what is known by now, in the team's thread, or in the event's channel where there is none. Nothing is done if that
/// is what the message says, or once the event is put away or called off.
///
/// # Errors
/// What the store and Discord say.
pub async fn show_pace<S: PaceStore>(
    store: &S,
    env: &impl Env,
    (discord, render): (&(impl FileMessages + Guilds + Threads), &impl Render),
    job: &Job,
    (event, team): (EventKey, TeamId),
) -> Result<(), JobFailure> {
    let (found, known, shown, club) = futures::join!(
        Box::pin(store.line_up(event)),
        store.team_pace(event, team),
        store.shown_pace(event, team),
        store.club_and_settings(event.club)
    );
    let (space, own) = futures::join!(store.space(event), store.team_space(event, team));
    let (Some((sheet, line_up)), Some(known), shown, Some((club, _))) = (found?, known?, shown?, club?)
    else {
        return Ok(());
    };
    let (space, own) = (space?, own?);
    let Some(pace) = known.latest.filter(|_| sheet.event.state.shows_race()) else {
        return Ok(());
    };
    let done = shown.as_ref().is_some_and(|shown| shown.pace == pace);
    if done || !at_home(&club, job)? {
        return Ok(());
    }
    let Ok(of) = team_now(&line_up, team, &sheet) else {
        return Ok(());
    };
    let thread = own.and_then(|own| own.thread_in(job.guild));
    let of_event = space.and_then(|space| space.channel_in(job.guild));
    let Some(channel) = thread.or(of_event) else {
        return Ok(());
    };
    let rendered = render.render(&Notice::TeamPace {
        colour: club.colour,
        event: &sheet.event.name,
        team: &of.name,
        pace: &pace,
    });
    let name = format!("pace#{team}");
    let message = StandingMessage {
        event,
        name: &name,
        channel,
        posted: shown.as_ref().map(|shown| shown.posted),
        body: &rendered.body,
        file: None,
        reopens: true,
    };
    let placed = Box::pin(place(
        store,
        env,
        discord,
        job,
        (team, shown.as_ref(), &pace),
        &message,
    ))
    .await;
    stands_in(discord, job, channel, placed).await.map(drop)
}

async fn place<S: Ledger + Receipts>(
    store: &S,
    env: &impl Env,
    discord: &(impl FileMessages + Threads),
    job: &Job,
    (team, shown, pace): (TeamId, Option<&ShownPace>, &Pace),
    message: &StandingMessage<'_>,
) -> Result<(), JobFailure> {
    let new = Box::pin(message.place(store, discord, job)).await?;
    let before = shown.map(|shown| shown.posted);
    let Some(posted) = new.as_ref().map(|new| new.posted).or(before) else {
        return Ok(());
    };
    let after = ShownPace {
        event: message.event,
        team,
        pace: pace.clone(),
        posted,
        version: shown.map_or(0, |shown| shown.version) + 1,
    };
    let change = Change::PutShownPace(after);
    match new {
        Some(new) => new.record(store, env, job, (message.event, change)).await,
        None => record(store, env, job, change).await,
    }
}
