//! Looks after what a club's events have in Discord: what was deleted or renamed by hand, what could not be done at the
//! time, and the rows of events that are long gone.
//!
//! What is to be done is asked for by the outbox, with the record that it follows from; nothing is lost or doubled when
//! this dies on the way or is done twice. A leg makes one call for the guild's channels and at most three an event; where teams
//! are settled three more for roles and threads, where events are scheduled in Discord one more for those, and one for each thread that nobody wrote into for a week.

mod scheduled;
mod teams;

use super::call::Env;
use super::job::{Job, JobFailure, at_home, or_lost};
use super::open_event_space::mendable;
use crate::domain::event::{Event, Period};
use crate::domain::ids::ClubId;
use crate::domain::settings::Settings;
use crate::domain::space::{Space, SpaceState};
use crate::domain::watch::{Mend, Seen, Watch, has_to_be_seen, mend, mend_room, rows_are_old};
use crate::domain::work::Work;
use crate::ports::discord::{Channel, Channels, Guilds, Messages, ScheduledEvents, Threads};
use crate::ports::store::{
    Batch, Change, Cursor, EventReader, Ledger, Leftovers, SettingsReader, Spaces, TeamReader, TeamSpaces,
    Watches,
};
use scheduled::check_scheduled;
use teams::{Known, check_teams};

/// Events of a leg.
const EVENTS: u32 = 20;
/// Deleted events that are looked at in a round.
const GONE: u32 = 100;

/// Goes one leg of a round, if it has not been handed over.
///
/// # Errors
/// What the store and Discord say.
pub async fn check_spaces<S>(
    store: &S,
    env: &impl Env,
    discord: &(impl Channels + Guilds + Messages + ScheduledEvents + Threads),
    job: &Job,
    (club, leg): (ClubId, u64),
) -> Result<(), JobFailure>
where
    S: EventReader + Leftovers + Ledger + SettingsReader + Spaces + TeamReader + TeamSpaces + Watches,
{
    let (watch, found) = futures::join!(store.watch(club), store.club_and_settings(club));
    let (Some(watch), Some((club, settings))) = (watch?, found?) else {
        return Ok(());
    };
    // A lost guild is not waited for: whoever finds it again has its work taken up, and the next round comes anyway.
    if watch.leg != leg || !at_home(&club, job).unwrap_or(false) {
        return Ok(());
    }
    let from = watch.after.clone().map(Cursor);
    let (page, channels) = futures::join!(
        Box::pin(store.list_events(club.id, Period::All, job.now, EVENTS, from)),
        Box::pin(discord.list_channels(job.guild))
    );
    let page = page?;
    let channels = match channels {
        Ok(channels) => channels,
        Err(error) => {
            return match or_lost(discord, job, error.into()).await {
                JobFailure::GuildLost => Ok(()),
                failure if mendable(&failure).is_some() => Ok(()),
                failure => Err(failure),
            };
        }
    };
    let mut known = Known::default();
    let mut listed = None;
    for event in &page.items {
        let facts = (event, channels.as_slice(), &settings);
        if !Box::pin(check(store, env, discord, job, facts)).await? {
            continue;
        }
        let of_event = (event, &settings);
        match Box::pin(check_scheduled(store, env, discord, job, of_event, &mut listed)).await {
            Err(failure) if mendable(&failure).is_some() => {}
            outcome => outcome?,
        }
        match Box::pin(check_teams(store, env, discord, job, facts, &mut known)).await {
            // It cannot be looked into, which says nothing of what is in it.
            Err(failure) if mendable(&failure).is_some() => {}
            outcome => outcome?,
        }
    }
    match page.next {
        Some(next) => Box::pin(hand_over(store, env, job, &watch, next)).await,
        None => Box::pin(clear(store, env, job, club.id)).await,
    }
}

/// Looks at one event's things, and has done what is to be done. Returns whether its channel is in this guild, as its teams'
/// things are.
async fn check<S: Ledger + Spaces>(
    store: &S,
    env: &impl Env,
    discord: &(impl Channels + Guilds + Messages),
    job: &Job,
    (event, channels, settings): (&Event, &[Channel], &Settings),
) -> Result<bool, JobFailure> {
    let Some(space) = store.space(event.key).await? else {
        return Ok(false);
    };
    if !space.is_in(job.guild) {
        return Ok(false);
    }
    let there = space.channel_in(job.guild).is_some();
    let seen = if has_to_be_seen(event, &space) {
        match Box::pin(look(discord, &space, channels)).await {
            Ok(seen) => Some(seen),
            // It cannot be looked into, which says nothing of what is in it.
            Err(failure) if mendable(&failure).is_some() => return Ok(there),
            Err(failure) => return Err(failure),
        }
    } else {
        None
    };
    let found = mend(event, &space, seen.as_ref(), settings.drift()).or_else(|| {
        let room = space.room.as_ref().and_then(|room| room.step.id());
        let there = room.is_none_or(|id| channels.iter().any(|channel| channel.id == id));
        mend_room(event, &space, there, (settings, job.now))
    });
    Box::pin(have_mended(store, env, discord, job, (event, space), found)).await?;
    Ok(there)
}

/// Does what is to be done about an event's things, or asks for it.
async fn have_mended<S: Ledger + Spaces>(
    store: &S,
    env: &impl Env,
    discord: &impl Channels,
    job: &Job,
    (event, mut space): (&Event, Space),
    found: Option<Mend>,
) -> Result<(), JobFailure> {
    match found {
        None => Ok(()),
        Some(Mend::Ask(work)) => Box::pin(ask(store, env, job, Vec::new(), vec![work])).await,
        Some(Mend::Record(mut changed, work)) => {
            changed.version += 1;
            let changes = vec![Change::PutSpace(*changed)];
            match Box::pin(ask(store, env, job, changes, work.into_iter().collect())).await {
                // Somebody else is at it: the next round looks again.
                Err(JobFailure::Stale) => Ok(()),
                outcome => outcome,
            }
        }
        Some(Mend::Rename { channel, name }) => {
            let reason = format!("The channel of the event {} was renamed", event.name);
            match Box::pin(discord.rename_channel(channel, &name, &reason)).await {
                Ok(kept) if kept == name => Ok(()),
                // Discord keeps it in another form: that is its name from now on.
                Ok(kept) => {
                    space.channel_name = Some(kept);
                    Ok(Box::pin(store.save_space(&mut space, None)).await?)
                }
                Err(error) => match JobFailure::from(error) {
                    failure if mendable(&failure).is_some() => Ok(()),
                    failure => Err(failure),
                },
            }
        }
    }
}

/// What is there of an event's things.
async fn look(discord: &impl Messages, space: &Space, channels: &[Channel]) -> Result<Seen, JobFailure> {
    let Some(found) = channels
        .iter()
        .find(|channel| space.channel.id() == Some(channel.id))
    else {
        return Ok(Seen::NoChannel);
    };
    let there = async |message: Option<_>| match message {
        Some(message) => discord.has_message(found.id, message).await,
        None => Ok(false),
    };
    Ok(Seen::Channel {
        name: found.name.clone(),
        info: Box::pin(there(space.info.id())).await?,
        board: Box::pin(there(space.board.id())).await?,
    })
}

/// The next leg goes on behind this one; of two that hand over, one does.
async fn hand_over<S: Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    watch: &Watch,
    next: Cursor,
) -> Result<(), JobFailure> {
    let next = watch.handed_over(next.0);
    let work = Work::CheckSpaces {
        club: next.club,
        leg: next.leg,
    };
    match ask(store, env, job, vec![Change::PutWatch(next)], vec![work]).await {
        Err(JobFailure::Stale) => Ok(()),
        outcome => outcome,
    }
}

/// Deleted events: their channels, if they are still there, and then their rows.
async fn clear<S: Leftovers + Ledger + Spaces>(
    store: &S,
    env: &impl Env,
    job: &Job,
    club: ClubId,
) -> Result<(), JobFailure> {
    for event in store.gone_events(club, GONE).await? {
        let space = store.space(event.key).await?;
        let removed = space
            .as_ref()
            .is_none_or(|space| space.state == SpaceState::Deleted || !space.is_in(job.guild));
        if !removed {
            let work = vec![Work::DeleteEventSpace { event: event.key }];
            ask(store, env, job, Vec::new(), work).await?;
        } else if rows_are_old(&event, job.now) {
            store.forget_event(event.key).await?;
        }
    }
    Ok(())
}

async fn ask<S: Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    changes: Vec<Change>,
    work: Vec<Work>,
) -> Result<(), JobFailure> {
    let batch = Batch {
        changes,
        record: None,
        outbox: job.outbox(env, work),
        answered: None,
    };
    Ok(store.commit(batch).await?)
}
