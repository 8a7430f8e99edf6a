//! Posts a request to join where it is reviewed, once.

use super::call::Env;
use super::finish_answer::reply;
use super::job::{CLOCK_SKEW, Job, JobFailure, at_home, nonce, or_lost};
use super::preview_roster::all_entries;
use crate::domain::club::Club;
use crate::domain::ids::{ChannelId, ClubId, MessageId};
use crate::domain::join::{JoinKey, JoinRequest, JoinState, Namesake};
use crate::domain::names::Name;
use crate::domain::notice::{Notice, Render};
use crate::domain::space::Step;
use crate::domain::work::Reply;
use crate::ports::discord::{
    DiscordError, DiscordResult, Guilds, InteractionReplies, Mentions, MessageBody, Messages, NewMessage,
};
use crate::ports::store::{Joins, RosterReader, SettingsReader, StoreResult};
use jiff::Timestamp;

/// Which request of which club, and where the person is told if it cannot be posted.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The club.
    pub club: ClubId,
    /// The request.
    pub request: JoinKey,
    /// Where.
    pub reply: &'a Reply,
}

/// Posts the message with the buttons, and remembers it. If Discord does not take it, the person is told, and may ask
/// anew. Where the person asked again, a message that does not stand in the club's channel any more is posted once more.
///
/// # Errors
/// What the store and Discord say, as far as trying again helps.
pub async fn post_join_request<S: SettingsReader + RosterReader + Joins>(
    store: &S,
    env: &impl Env,
    discord: &(impl Messages + Guilds + InteractionReplies),
    render: &impl Render,
    job: &Job,
    asked: Asked<'_>,
) -> Result<(), JobFailure> {
    let (found, request) = futures::join!(
        store.club_and_settings(asked.club),
        store.join_request(asked.club, asked.request.user)
    );
    let (Some((club, settings)), Some(mut request)) = (found?, request?) else {
        return Ok(());
    };
    if request.key != asked.request || request.undelivered || !at_home(&club, job)? {
        return Ok(());
    }
    if request.state == JoinState::Open && request.looked_at.is_some() {
        // Without a channel nobody could see it: it waits until the club has one again.
        let Some(channel) = settings.join_channel() else {
            return Ok(());
        };
        if !stands(discord, &request, channel).await? {
            (request.channel, request.review) = (channel, Step::Todo);
        }
    }
    let review = match (request.review, &request.state) {
        (Step::Done { .. }, _) => return Ok(()),
        (Step::Intended { at }, _) => look_for(discord, render, &club, &request, at).await,
        // It was decided without its message: there is nothing to be decided any more.
        (Step::Todo, JoinState::Approved { .. } | JoinState::Rejected { .. }) => return Ok(()),
        (Step::Todo, JoinState::Open) => {
            request.review = request.review.intended(job.now);
            request.namesake = namesake(store, &request).await?;
            store.save_join(&mut request).await?;
            Ok(None)
        }
    };
    let posted = match review {
        Ok(Some(message)) => Ok(message),
        Ok(None) => post(discord, render, &club, &request).await,
        Err(error) => Err(error),
    };
    match posted {
        Ok(id) => request.review = Step::Done { id },
        Err(
            error @ (DiscordError::Forbidden { .. }
            | DiscordError::NotFound { .. }
            | DiscordError::Refused { .. }),
        ) => match or_lost(discord, job, error.into()).await {
            JobFailure::Discord(
                DiscordError::Forbidden { .. } | DiscordError::NotFound { .. } | DiscordError::Refused { .. },
            ) => request.undelivered = true,
            failure => return Err(failure),
        },
        Err(error) => return Err(error.into()),
    }
    if request.undelivered {
        let notice = Notice::JoinUndelivered { club: &club };
        reply(discord, env, asked.reply, render.render(&notice).body).await?;
    }
    Ok(store.save_join(&mut request).await?)
}

/// Whether the message is where requests are reviewed now, as far as it was posted.
async fn stands(discord: &impl Messages, request: &JoinRequest, channel: ChannelId) -> DiscordResult<bool> {
    if request.channel != channel {
        return Ok(false);
    }
    let Some(message) = request.review.id() else {
        return Ok(true);
    };
    match discord.has_message(channel, message).await {
        // What is wrong with the channel is found out, and told, by posting anew.
        Err(
            DiscordError::Forbidden { .. } | DiscordError::NotFound { .. } | DiscordError::Refused { .. },
        ) => Ok(false),
        known => known,
    }
}

/// Somebody on the roster without an account who has the person's name, or that of their account.
async fn namesake<S: RosterReader>(store: &S, request: &JoinRequest) -> StoreResult<Option<Namesake>> {
    let asking = [&request.words.name, &request.account].map(|name| Name::read(name));
    let entries = all_entries(store, request.club).await?;
    let found = entries.into_iter().find(|entry| {
        let name = Name::read(&entry.name);
        let free = entry.user.is_none() && entry.retired_at.is_none();
        free && asking.iter().any(|asking| asking.same_user(&name))
    });
    Ok(found.map(|entry| Namesake {
        name: entry.name,
        rank: entry.rank,
    }))
}

async fn post(
    discord: &impl Messages,
    render: &impl Render,
    club: &Club,
    request: &JoinRequest,
) -> DiscordResult<MessageId> {
    let notice = Notice::JoinReview { club, request };
    let message = NewMessage {
        body: MessageBody(render.render(&notice).body),
        nonce: nonce(&format!("join#{}#{}", club.id, request.key.request)),
        mentions: Mentions::default(),
    };
    discord.post_message(request.channel, &message).await
}

/// The message that an earlier try left, known by the ids of its buttons.
pub(super) async fn look_for(
    discord: &impl Messages,
    render: &impl Render,
    club: &Club,
    request: &JoinRequest,
    since: Timestamp,
) -> DiscordResult<Option<MessageId>> {
    let open = JoinRequest {
        state: JoinState::Open,
        ..request.clone()
    };
    let notice = Notice::JoinReview { club, request: &open };
    let markers = render.render(&notice).markers;
    let earliest = since.saturating_sub(CLOCK_SKEW).unwrap_or(since).as_millisecond();
    let found = discord.own_messages(request.channel).await?;
    let ours = found.into_iter().find(|message| {
        message.id.created_at_millis() >= earliest && message.custom_ids.iter().any(|id| markers.contains(id))
    });
    Ok(ours.map(|message| message.id))
}
