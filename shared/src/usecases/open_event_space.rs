//! Makes what a published event has in Discord: category, channel, information message and sign-up message.
//!
//! Every step is recorded before and after its effect; a job that died between any two calls goes on from there, and
//! adopts what the dead one left.

mod category;
mod channel;
mod messages;

use super::call::Env;
use super::finish_answer::reply;
use super::job::{Job, JobFailure};
use crate::domain::club::Club;
use crate::domain::event::{EventKey, EventState};
use crate::domain::notice::{Notice, Render, Sheet};
use crate::domain::space::{Space, SpaceFault, SpaceState};
use crate::ports::discord::{Channels, DiscordError, InteractionReplies, Messages};
use crate::ports::store::{ClubReader, EventReader, Spaces};

pub(super) use messages::{Shown, bring_up_to_date, post_missing};

/// Discord's capability for all of this.
pub trait Builder: Channels + Messages + InteractionReplies {}

impl<T: Channels + Messages + InteractionReplies> Builder for T {}

/// Brings the event's space to what it is to be, and tells the admin who asked for it.
///
/// # Errors
/// What the store and Discord say. What an admin can mend is recorded with the space, told, and no error.
pub async fn open_event_space<S: ClubReader + EventReader + Spaces>(
    store: &S,
    env: &impl Env,
    discord: &impl Builder,
    render: &impl Render,
    job: &Job,
    event: EventKey,
) -> Result<(), JobFailure> {
    let (space, sheet, club) = futures::join!(store.space(event), store.sheet(event), store.club(event.club));
    let (Some(mut space), Some(sheet), Some(club)) = (space?, sheet?, club?) else {
        return Ok(());
    };
    if space.state == SpaceState::Creating && sheet.event.state != EventState::Cancelled {
        match build(store, discord, render, job, &mut space, &sheet, &club).await {
            Ok(()) => {}
            Err(failure) => match mendable(&failure) {
                Some(reason) => {
                    forget_lost_channel(&mut space, reason);
                    space.state = SpaceState::Failed { reason };
                    store.save_space(&mut space, None).await?;
                }
                None => return Err(failure),
            },
        }
    }
    tell_admin(store, env, discord, render, &mut space, &sheet, &club).await
}

async fn build<S: EventReader + Spaces>(
    store: &S,
    discord: &impl Builder,
    render: &impl Render,
    job: &Job,
    space: &mut Space,
    sheet: &Sheet,
    club: &Club,
) -> Result<(), JobFailure> {
    let channel = channel::ensure(store, discord, job, space, sheet, club).await?;
    messages::ensure_info(store, discord, render, job, space, (club, sheet), channel).await?;
    messages::ensure_board(store, discord, render, job, space, (club, sheet), channel).await?;
    // Whoever clicked while the message was posted, but before its id was recorded, could not have it refreshed.
    let Some(fresh) = store.sheet(space.event).await? else {
        return Ok(());
    };
    bring_up_to_date(store, discord, render, space, (club, &fresh), Shown::AsRecorded).await
}

/// What an admin can mend, as they are told it.
const fn mendable(failure: &JobFailure) -> Option<SpaceFault> {
    // Codes: Discord docs, opcodes and status codes.
    match failure {
        JobFailure::Discord(error) => match error {
            DiscordError::NotFound { code: 10_003 } => Some(SpaceFault::ChannelDeleted),
            DiscordError::NotFound { code: 10_004 } | DiscordError::Forbidden { code: 50_001 } => {
                Some(SpaceFault::GuildLost)
            }
            DiscordError::Forbidden { .. } => Some(SpaceFault::MissingPermission),
            DiscordError::Refused { code: 30_013, .. } => Some(SpaceFault::GuildFull),
            DiscordError::Refused { .. } | DiscordError::NotFound { .. } => Some(SpaceFault::Refused),
            DiscordError::RetryAfter(_) | DiscordError::Unauthorized | DiscordError::Unavailable(_) => None,
        },
        JobFailure::Store(_) | JobFailure::Stale | JobFailure::Misplaced => None,
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
    let notice = match (&space.state, space.channel.id()) {
        (SpaceState::Failed { reason }, _) => Notice::SpaceFailed {
            event,
            fault: *reason,
        },
        (_, Some(channel)) => Notice::SpaceReady { club, event, channel },
        (_, None) => return Ok(()),
    };
    reply(discord, env, &to, render.render(&notice).body).await?;
    space.reply = None;
    Ok(store.save_space(space, None).await?)
}
