//! Posts the event's messages once, and keeps what they show up to date.

use crate::domain::club::Club;
use crate::domain::ids::{ChannelId, MessageId};
use crate::domain::notice::{Notice, Render, Rendered, Sheet};
use crate::domain::space::{Space, SpaceState, Step};
use crate::ports::discord::{DiscordError, Mentions, MessageBody, Messages, NewMessage};
use crate::ports::store::{CommitError, Spaces};
use crate::usecases::job::{CLOCK_SKEW, Job, JobFailure, nonce};

/// What is known of what a message shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// What was recorded.
    AsRecorded,
    /// Somebody else may have edited it at the same time: it is to be edited in any case.
    Unknown,
}

pub(super) async fn ensure_info<S: Spaces>(
    store: &S,
    discord: &impl Messages,
    render: &impl Render,
    job: &Job,
    space: &mut Space,
    (club, sheet): (&Club, &Sheet),
    channel: ChannelId,
) -> Result<(), JobFailure> {
    if space.info.id().is_some() {
        return Ok(());
    }
    if space.info == Step::Todo {
        space.info = space.info.intended(job.now);
        store.save_space(space, None).await?;
    }
    let rendered = render.render(&Notice::EventInfo {
        club,
        event: &sheet.event,
    });
    let id = post(discord, job, space.info, &rendered, channel, "info").await?;
    space.info = Step::Done { id };
    space.info_shown = Some(rendered.digest);
    // The next step's intent goes into the same write.
    space.board = space.board.intended(job.now);
    Ok(store.save_space(space, None).await?)
}

pub(super) async fn ensure_board<S: Spaces>(
    store: &S,
    discord: &impl Messages,
    render: &impl Render,
    job: &Job,
    space: &mut Space,
    (club, sheet): (&Club, &Sheet),
    channel: ChannelId,
) -> Result<(), JobFailure> {
    if space.board.id().is_none() {
        if space.board == Step::Todo {
            space.board = space.board.intended(job.now);
            store.save_space(space, None).await?;
        }
        let rendered = render.render(&Notice::SignUpBoard { club, sheet });
        let id = post(discord, job, space.board, &rendered, channel, "board").await?;
        space.board = Step::Done { id };
        space.board_shown = Some(rendered.digest);
    }
    space.state = SpaceState::Active;
    Ok(store.save_space(space, None).await?)
}

/// Posts a message whose intent is recorded, unless an earlier try left it in the channel. An adopted message may show
/// what was true at that try; bringing it up to date comes after.
async fn post(
    discord: &impl Messages,
    job: &Job,
    step: Step<MessageId>,
    rendered: &Rendered,
    channel: ChannelId,
    name: &str,
) -> Result<MessageId, JobFailure> {
    if let Step::Intended { at } = step
        && at < job.now
    {
        let earliest = at.saturating_sub(CLOCK_SKEW).unwrap_or(at).as_millisecond();
        let own = discord.own_messages(channel).await?;
        let left = own.iter().filter(|message| {
            message.id.created_at_millis() >= earliest
                && message.custom_ids.iter().any(|id| rendered.markers.contains(id))
        });
        if let Some(id) = left.map(|message| message.id).min() {
            discord
                .edit_message(channel, id, &MessageBody(rendered.body.clone()))
                .await?;
            return Ok(id);
        }
    }
    let nonce = nonce(&format!("{name}#{channel}#{}", intent_millis(step)));
    let message = NewMessage {
        body: MessageBody(rendered.body.clone()),
        nonce,
        mentions: Mentions::default(),
    };
    Ok(discord.post_message(channel, &message).await?)
}

/// The intent's instant is part of the nonce: a message that is posted again after somebody deleted it is another one.
fn intent_millis(step: Step<MessageId>) -> i64 {
    match step {
        Step::Intended { at } => at.as_millisecond(),
        Step::Todo | Step::Done { .. } => 0,
    }
}

/// Edits the messages whose content is not what they are to show. One that was deleted by hand is forgotten, and
/// posted anew by the caller.
///
/// # Errors
/// What the store and Discord say.
pub(crate) async fn bring_up_to_date<S: Spaces>(
    store: &S,
    discord: &impl Messages,
    render: &impl Render,
    space: &mut Space,
    (club, sheet): (&Club, &Sheet),
    shown: Shown,
) -> Result<(), JobFailure> {
    let Some(channel) = space.channel.id() else {
        return Ok(());
    };
    let info = render.render(&Notice::EventInfo {
        club,
        event: &sheet.event,
    });
    let board = render.render(&Notice::SignUpBoard { club, sheet });
    let mut changed = false;
    if let Some(id) = space.info.id()
        && differs(space.info_shown.as_deref(), &info, shown)
    {
        space.info = edit(discord, channel, id, &info).await?;
        space.info_shown = Some(info.digest);
        changed = true;
    }
    if let Some(id) = space.board.id()
        && differs(space.board_shown.as_deref(), &board, shown)
    {
        space.board = edit(discord, channel, id, &board).await?;
        space.board_shown = Some(board.digest);
        changed = true;
    }
    if !changed {
        return Ok(());
    }
    store.save_space(space, None).await.map_err(|error| match error {
        CommitError::Store(error) => error.into(),
        CommitError::Stale | CommitError::Contended | CommitError::Replayed(_) => JobFailure::Stale,
    })
}

/// Posts again what [`bring_up_to_date`] found deleted.
///
/// # Errors
/// What the store and Discord say.
pub(crate) async fn post_missing<S: Spaces>(
    store: &S,
    discord: &impl Messages,
    render: &impl Render,
    job: &Job,
    space: &mut Space,
    facts: (&Club, &Sheet),
) -> Result<(), JobFailure> {
    let Some(channel) = space.channel.id() else {
        return Ok(());
    };
    ensure_info(store, discord, render, job, space, facts, channel).await?;
    if space.board.id().is_none() {
        ensure_board(store, discord, render, job, space, facts, channel).await?;
    }
    Ok(())
}

fn differs(recorded: Option<&str>, wanted: &Rendered, shown: Shown) -> bool {
    shown == Shown::Unknown || recorded != Some(wanted.digest.as_str())
}

async fn edit(
    discord: &impl Messages,
    channel: ChannelId,
    id: MessageId,
    rendered: &Rendered,
) -> Result<Step<MessageId>, DiscordError> {
    match discord
        .edit_message(channel, id, &MessageBody(rendered.body.clone()))
        .await
    {
        Ok(()) => Ok(Step::Done { id }),
        Err(DiscordError::NotFound { code: 10_008 }) => Ok(Step::Todo),
        Err(error) => Err(error),
    }
}
