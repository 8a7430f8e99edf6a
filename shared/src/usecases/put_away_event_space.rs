//! Puts an event's channel away when the event is over, and removes it when nobody needs it any more.

use super::job::{Job, JobFailure, at_home};
use super::open_event_space::{Shown, adopt_left_behind, archive_category, bring_up_to_date, mendable};
use super::race_room::drop_room;
use crate::domain::event::{EventKey, EventState};
use crate::domain::notice::Render;
use crate::domain::space::{Space, SpaceState, Step};
use crate::ports::discord::{ChannelPlace, Channels, DiscordError, Messages};
use crate::ports::store::{ClubReader, EventReader, Spaces};

/// Shows the event's last state in its channel, makes it read-only and moves it into an archive category.
///
/// Everything here leads to the same end however often it is done: one edit of the channel moves and closes it.
///
/// # Errors
/// What the store and Discord say. What an admin can mend is recorded with the space, and no error.
pub async fn archive_event_space<S: ClubReader + EventReader + Spaces>(
    store: &S,
    discord: &(impl Channels + Messages),
    render: &impl Render,
    job: &Job,
    event: EventKey,
) -> Result<(), JobFailure> {
    let Some(mut space) = store.space(event).await? else {
        return Ok(());
    };
    if matches!(space.state, SpaceState::Archived | SpaceState::Deleted) {
        return Ok(());
    }
    let state = match Box::pin(put_away(store, discord, render, job, &mut space)).await {
        Ok(()) => SpaceState::Archived,
        Err(failure) => match mendable(&failure) {
            // There is nothing left to be put away.
            Some(crate::domain::space::SpaceFault::ChannelDeleted) => {
                forget(&mut space);
                SpaceState::Archived
            }
            Some(reason) => SpaceState::Failed { reason },
            None => return Err(failure),
        },
    };
    space.state = state;
    Ok(store.save_space(&mut space, None).await?)
}

async fn put_away<S: ClubReader + EventReader + Spaces>(
    store: &S,
    discord: &(impl Channels + Messages),
    render: &impl Render,
    job: &Job,
    space: &mut Space,
) -> Result<(), JobFailure> {
    let (sheet, club) = futures::join!(store.sheet(space.event), store.club(space.event.club));
    let (Some(sheet), Some(club)) = (sheet?, club?) else {
        return Ok(());
    };
    // What stands in a guild that the club has left is that guild's.
    if !at_home(&club, job)? || !space.is_in(job.guild) {
        return Ok(());
    }
    let reason = format!("The event {} is over", sheet.event.name);
    Box::pin(adopt_left_behind(store, discord, job, space)).await?;
    // A room that stays does not keep the channel from being put away.
    let dropped = Box::pin(drop_room(store, discord, job, space, &reason)).await;
    Box::pin(bring_up_to_date(
        store,
        discord,
        render,
        space,
        (&club, &sheet),
        Shown::AsRecorded,
    ))
    .await?;
    let Some(channel) = space.channel.id() else {
        return dropped;
    };
    let list = discord.list_channels(job.guild).await?;
    let Some(found) = list.iter().find(|one| one.id == channel) else {
        return Err(DiscordError::NotFound { code: 10_003 }.into());
    };
    let parent = Box::pin(archive_category(
        store,
        discord,
        job,
        (space.event.club, found),
        &list,
    ))
    .await?;
    let place = ChannelPlace {
        parent,
        overwrites: found.read_only(job.guild),
    };
    discord.move_channel(channel, &place, &reason).await?;
    space.category = Some(parent);
    dropped
}

/// Removes the event's channel.
///
/// # Errors
/// What the store and Discord say. What an admin can mend is recorded with the space, and no error.
pub async fn delete_event_space<S: EventReader + Spaces>(
    store: &S,
    discord: &impl Channels,
    job: &Job,
    event: EventKey,
) -> Result<(), JobFailure> {
    let (Some(mut space), Some(sheet)) = (store.space(event).await?, store.sheet(event).await?) else {
        return Ok(());
    };
    // The work is only done for the step that asked for it, and the record tells when it is done.
    if sheet.event.state != EventState::Deleted || space.state == SpaceState::Deleted {
        return Ok(());
    }
    let reason = format!("The event {} is past its retention", sheet.event.name);
    let dropped = Box::pin(drop_room(store, discord, job, &mut space, &reason)).await;
    let removed = Box::pin(remove_channel(store, discord, job, &mut space, &reason))
        .await
        .and(dropped);
    space.state = match removed {
        Ok(()) => {
            forget(&mut space);
            SpaceState::Deleted
        }
        Err(failure) => match mendable(&failure) {
            Some(reason) => SpaceState::Failed { reason },
            None => return Err(failure),
        },
    };
    Ok(store.save_space(&mut space, None).await?)
}

async fn remove_channel<S: Spaces>(
    store: &S,
    discord: &impl Channels,
    job: &Job,
    space: &mut Space,
    reason: &str,
) -> Result<(), JobFailure> {
    Box::pin(adopt_left_behind(store, discord, job, space)).await?;
    let Some(channel) = space.channel.id() else {
        return Ok(());
    };
    match discord.delete_channel(channel, reason).await {
        Ok(()) | Err(DiscordError::NotFound { code: 10_003 }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

const fn forget(space: &mut Space) {
    space.channel = Step::Todo;
    space.info = Step::Todo;
    space.board = Step::Todo;
}
