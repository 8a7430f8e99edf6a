//! Makes what a published event has in Discord: category, channel, information message and sign-up message.
//!
//! Every step is recorded before and after its effect; a job that died between any two calls goes on from there, and
//! adopts what the dead one left.

mod category;
mod channel;
mod messages;

use super::call::Env;
use super::finish_answer::reply;
use super::job::{Job, JobFailure, at_home, or_lost};
use super::settle_scheduled::settle_scheduled;
use crate::domain::club::Club;
use crate::domain::event::EventKey;
use crate::domain::notice::{Notice, Render, Sheet};
use crate::domain::refusal::{EventAction, Refusal};
use crate::domain::settings::Settings;
use crate::domain::space::{Space, SpaceFault, SpaceState, Step};
use crate::ports::discord::{Channels, DiscordError, Guilds, InteractionReplies, Messages, ScheduledEvents};
use crate::ports::store::{EventReader, SettingsReader, Spaces};

pub(super) use category::{archive_category, with_room};
pub(super) use channel::adopt_left_behind;
pub(super) use messages::{Shown, bring_up_to_date, post_missing};

/// Discord's capability for all of this.
pub trait Builder: Guilds + Channels + Messages + InteractionReplies + ScheduledEvents {}

impl<T: Guilds + Channels + Messages + InteractionReplies + ScheduledEvents> Builder for T {}

/// Brings the event's space to what it is to be, and tells the admin who asked for it.
///
/// # Errors
/// What the store and Discord say. What an admin can mend is recorded with the space, told, and no error.
pub async fn open_event_space<S: SettingsReader + EventReader + Spaces>(
    store: &S,
    env: &impl Env,
    discord: &impl Builder,
    render: &impl Render,
    job: &Job,
    event: EventKey,
) -> Result<(), JobFailure> {
    let (space, sheet, club) = futures::join!(
        store.space(event),
        store.sheet(event),
        store.club_and_settings(event.club)
    );
    let (Some(mut space), Some(sheet), Some((club, settings))) = (space?, sheet?, club?) else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    space.move_to(job.guild);
    let outcome = match space.state {
        SpaceState::Creating if sheet.event.state.is_over() => {
            Box::pin(leave_off(store, discord, job, &mut space)).await
        }
        SpaceState::Creating => {
            let facts = (&club, &sheet, &settings);
            Box::pin(build(store, discord, render, job, &mut space, facts)).await
        }
        // An earlier try may have died after the last step: what was clicked meanwhile is still to be shown.
        SpaceState::Active if job.again => {
            bring_up_to_date(
                store,
                discord,
                render,
                &mut space,
                (&club, &sheet),
                Shown::Unknown,
            )
            .await
        }
        SpaceState::Active | SpaceState::Failed { .. } | SpaceState::Archived | SpaceState::Deleted => Ok(()),
    };
    if let Err(failure) = outcome {
        let failure = or_lost(discord, job, failure).await;
        let Some(reason) = mendable(&failure) else {
            return Err(failure);
        };
        forget_lost_channel(&mut space, reason);
        space.lacking = match failure {
            JobFailure::Lacking(gaps) => gaps,
            _ => Vec::new(),
        };
        space.state = SpaceState::Failed { reason };
        store.save_space(&mut space, None).await?;
    } else if space.state == SpaceState::Active {
        let of_event = (&sheet, &settings);
        Box::pin(settle_scheduled(store, discord, job, &mut space, of_event)).await?;
    }
    Box::pin(tell_admin(store, env, discord, render, &mut space, &sheet, &club)).await
}

/// Called off before it was all made. What is there is put away in its time.
async fn leave_off<S: Spaces>(
    store: &S,
    discord: &impl Channels,
    job: &Job,
    space: &mut Space,
) -> Result<(), JobFailure> {
    Box::pin(adopt_left_behind(store, discord, job, space)).await?;
    if space.channel == Step::Todo {
        space.state = SpaceState::Archived;
        store.save_space(space, None).await?;
    }
    Ok(())
}

/// Builds what is not there. What somebody deleted since an earlier publishing is made anew.
async fn build<S: EventReader + Spaces>(
    store: &S,
    discord: &impl Builder,
    render: &impl Render,
    job: &Job,
    space: &mut Space,
    facts: (&Club, &Sheet, &Settings),
) -> Result<(), JobFailure> {
    let was_there = space.board.id().is_some();
    match Box::pin(build_once(store, discord, render, job, space, facts)).await {
        Err(failure) if was_there && mendable(&failure) == Some(SpaceFault::ChannelDeleted) => {
            forget_lost_channel(space, SpaceFault::ChannelDeleted);
            Box::pin(build_once(store, discord, render, job, space, facts)).await
        }
        outcome => outcome,
    }
}

async fn build_once<S: EventReader + Spaces>(
    store: &S,
    discord: &impl Builder,
    render: &impl Render,
    job: &Job,
    space: &mut Space,
    (club, sheet, settings): (&Club, &Sheet, &Settings),
) -> Result<(), JobFailure> {
    // Messages of an earlier publishing are edited in any case: that shows whether they are still there.
    let shown = if job.again || space.board.id().is_some() {
        Shown::Unknown
    } else {
        Shown::AsRecorded
    };
    // Each step in a box of its own: together they would not fit onto a debug build's stack.
    let channel = Box::pin(channel::ensure(store, discord, job, space, sheet, settings)).await?;
    Box::pin(messages::ensure_info(
        store,
        discord,
        render,
        job,
        space,
        (club, sheet),
        channel,
    ))
    .await?;
    Box::pin(messages::ensure_board(
        store,
        discord,
        render,
        job,
        space,
        (club, sheet),
        channel,
    ))
    .await?;
    // Whoever clicked while the message was posted, but before its id was recorded, could not have it refreshed.
    let Some(fresh) = store.sheet(space.event).await? else {
        return Ok(());
    };
    Box::pin(bring_up_to_date(
        store,
        discord,
        render,
        space,
        (club, &fresh),
        shown,
    ))
    .await?;
    Box::pin(post_missing(store, discord, render, job, space, (club, &fresh))).await
}

/// What an admin can mend, as they are told it.
pub(super) const fn mendable(failure: &JobFailure) -> Option<SpaceFault> {
    // Codes: Discord docs, opcodes and status codes.
    match failure {
        JobFailure::Discord(error) => match error {
            DiscordError::NotFound { code: 10_003 } => Some(SpaceFault::ChannelDeleted),
            DiscordError::NotFound { code: 10_004 } => Some(SpaceFault::GuildLost),
            DiscordError::Forbidden { .. } => Some(SpaceFault::MissingPermission),
            DiscordError::Refused { code: 30_013, .. } => Some(SpaceFault::GuildFull),
            DiscordError::Refused { .. } | DiscordError::NotFound { .. } => Some(SpaceFault::Refused),
            DiscordError::RetryAfter(_) | DiscordError::Unauthorized | DiscordError::Unavailable(_) => None,
        },
        JobFailure::Lacking(_) => Some(SpaceFault::MissingPermission),
        JobFailure::Store(_) | JobFailure::Stale | JobFailure::GuildLost | JobFailure::Misplaced => None,
    }
}

/// A channel that somebody deleted takes its messages with it: publishing again makes all three anew.
pub(super) const fn forget_lost_channel(space: &mut Space, reason: SpaceFault) {
    if matches!(reason, SpaceFault::ChannelDeleted) {
        space.channel = crate::domain::space::Step::Todo;
        space.info = crate::domain::space::Step::Todo;
        space.board = crate::domain::space::Step::Todo;
    }
}

async fn tell_admin<S: Spaces>(
    store: &S,
    env: &impl Env,
    discord: &impl Builder,
    render: &impl Render,
    space: &mut Space,
    sheet: &Sheet,
    club: &Club,
) -> Result<(), JobFailure> {
    let Some(to) = space.reply.clone() else {
        return Ok(());
    };
    let event = &sheet.event;
    // Called off before its channel was ready.
    let overtaken = Refusal::WrongState {
        state: event.state,
        action: EventAction::Publish,
    };
    let notice = match (&space.state, space.channel.id()) {
        (SpaceState::Failed { reason }, _) => Notice::SpaceFailed {
            event,
            fault: *reason,
            lacking: &space.lacking,
        },
        (SpaceState::Active, Some(channel)) => Notice::SpaceReady { club, event, channel },
        (SpaceState::Creating | SpaceState::Active | SpaceState::Archived | SpaceState::Deleted, _) => {
            Notice::Refused { refusal: &overtaken }
        }
    };
    reply(discord, env, &to, render.render(&notice).body).await?;
    space.reply = None;
    Ok(store.save_space(space, None).await?)
}
