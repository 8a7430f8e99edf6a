//! Shows on its message that a request to join was decided, and tells the person, once: by DM, or by way of the reviewers
//! where DMs are closed.

use super::job::{CLOCK_SKEW, Job, JobFailure, at_home, nonce, or_lost};
use crate::domain::club::Club;
use crate::domain::ids::{ChannelId, ClubId, UserId};
use crate::domain::join::{JoinKey, JoinRequest, ToldBy};
use crate::domain::notice::{Notice, Render, Rendered};
use crate::ports::discord::{
    DiscordError, DiscordResult, Guilds, Mentions, MessageBody, Messages, NewMessage,
};
use crate::ports::store::{ClubReader, Joins};
use jiff::Timestamp;

/// Edits the message, then tells the person unless they were told.
///
/// # Errors
/// What the store and Discord say, as far as trying again helps.
pub async fn tell_join_decision<S: ClubReader + Joins>(
    store: &S,
    discord: &(impl Messages + Guilds),
    render: &impl Render,
    job: &Job,
    (club, key): (ClubId, JoinKey),
) -> Result<(), JobFailure> {
    let (club, request) = futures::join!(store.club(club), store.join_request(club, key.user));
    let (Some(club), Some(mut request)) = (club?, request?) else {
        return Ok(());
    };
    if request.key != key || request.told.is_some() || !at_home(&club, job)? {
        return Ok(());
    }
    let Some((by, _)) = request.decided() else {
        return Ok(());
    };
    show_decision(discord, render, job, &club, &request).await?;
    let since = request.telling_since;
    if since.is_none() {
        request.telling_since = Some(job.now);
        store.save_join(&mut request).await?;
    }
    let to_person = Notice::JoinAnswer {
        club: &club,
        request: &request,
    };
    let direct = Told {
        rendered: render.render(&to_person),
        request: &request,
        mentioned: None,
        since,
    };
    let told = match direct.by_dm(discord).await {
        Ok(()) => ToldBy::Dm,
        // Closed DMs, no common guild, blocked: Discord docs, opcodes and status codes, 50007 and 50278.
        Err(
            DiscordError::Forbidden { .. } | DiscordError::NotFound { .. } | DiscordError::Refused { .. },
        ) => {
            let to_reviewers = Notice::JoinUntold {
                club: &club,
                request: &request,
            };
            let indirect = Told {
                rendered: render.render(&to_reviewers),
                mentioned: Some(by),
                ..direct
            };
            match indirect.deliver(discord, request.channel).await {
                Ok(()) => ToldBy::Reviewers,
                Err(error) => nobody_or_failure(discord, job, error).await?,
            }
        }
        Err(error) => return Err(error.into()),
    };
    request.told = Some(told);
    Ok(store.save_join(&mut request).await?)
}

/// The message loses its buttons and says who decided. One that is gone, or cannot be changed, is let be.
async fn show_decision(
    discord: &(impl Messages + Guilds),
    render: &impl Render,
    job: &Job,
    club: &Club,
    request: &JoinRequest,
) -> Result<(), JobFailure> {
    let Some(message) = request.review.id() else {
        return Ok(());
    };
    let body = MessageBody(render.render(&Notice::JoinReview { club, request }).body);
    match discord.edit_message(request.channel, message, &body).await {
        Ok(()) => Ok(()),
        Err(error) => nobody_or_failure(discord, job, error).await.map(|_| ()),
    }
}

/// What no further try would change: unless the guild is lost, which may pass.
async fn nobody_or_failure(
    discord: &impl Guilds,
    job: &Job,
    error: DiscordError,
) -> Result<ToldBy, JobFailure> {
    match or_lost(discord, job, error.into()).await {
        JobFailure::Discord(
            DiscordError::Forbidden { .. } | DiscordError::NotFound { .. } | DiscordError::Refused { .. },
        ) => Ok(ToldBy::Nobody),
        failure => Err(failure),
    }
}

struct Told<'a> {
    rendered: Rendered,
    request: &'a JoinRequest,
    mentioned: Option<UserId>,
    since: Option<Timestamp>,
}

impl Told<'_> {
    async fn by_dm(&self, discord: &impl Messages) -> DiscordResult<()> {
        let dm = discord.open_dm(self.request.key.user).await?;
        self.deliver(discord, dm).await
    }

    /// Sends the message unless an earlier try left it in the channel.
    async fn deliver(&self, discord: &impl Messages, channel: ChannelId) -> DiscordResult<()> {
        if let Some(since) = self.since
            && self.was_sent(discord, channel, since).await?
        {
            return Ok(());
        }
        let message = NewMessage {
            body: MessageBody(self.rendered.body.clone()),
            nonce: nonce(&format!("joined#{}#{channel}", self.request.key.request)),
            mentions: Mentions {
                users: self.mentioned.into_iter().collect(),
            },
        };
        discord.post_message(channel, &message).await.map(|_| ())
    }

    /// Whether a message of ours since then says the same: it has no component to be known by.
    async fn was_sent(
        &self,
        discord: &impl Messages,
        channel: ChannelId,
        since: Timestamp,
    ) -> DiscordResult<bool> {
        let earliest = since.saturating_sub(CLOCK_SKEW).unwrap_or(since).as_millisecond();
        let content = self.rendered.body["content"].as_str().unwrap_or_default();
        let title = self.rendered.body["embeds"][0]["title"].as_str();
        Ok(discord.own_messages(channel).await?.iter().any(|message| {
            message.id.created_at_millis() >= earliest
                && message.content == content
                && message.titles.first().map(String::as_str) == title
        }))
    }
}
