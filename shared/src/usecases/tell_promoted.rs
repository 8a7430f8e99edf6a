//! Tells a driver, once, that they moved up from the waitlist: by DM, or in the event's channel where DMs are closed.

use super::job::{CLOCK_SKEW, Job, JobFailure, at_home, nonce};
use crate::domain::event::EventKey;
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::{Notice, Render, Rendered};
use crate::domain::series::ClassId;
use crate::domain::signup::{SignUp, Status, Ticket};
use crate::ports::discord::{DiscordError, Guilds, Mentions, MessageBody, Messages, NewMessage};
use crate::ports::store::{ClubReader, Delivery, EventReader, Receipts, Spaces};
use jiff::Timestamp;

/// Who is told what.
#[derive(Clone, Debug)]
pub struct Promotion<'a> {
    /// The event.
    pub event: EventKey,
    /// The driver.
    pub user: UserId,
    /// The class.
    pub class: &'a ClassId,
    /// Which sign-up it was about.
    pub ticket: Ticket,
}

/// Tells the driver unless they were told, or have given up the seat since.
///
/// # Errors
/// What the store and Discord say.
pub async fn tell_promoted<S: ClubReader + EventReader + Spaces + Receipts>(
    store: &S,
    discord: &(impl Messages + Guilds),
    render: &impl Render,
    job: &Job,
    promotion: &Promotion<'_>,
) -> Result<(), JobFailure> {
    let Promotion {
        event,
        user,
        class,
        ticket,
    } = promotion;
    let name = format!("promoted#{user}#{}", ticket.0);
    let (desk, club, space) = futures::join!(
        store.desk(*event, *user),
        store.club(event.club),
        store.space(*event)
    );
    let (Some(desk), Some(club), space) = (desk?, club?, space?) else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let over = desk.event.state.is_over() || job.now >= desk.event.ends_at();
    if over || !still_seated(desk.mine.as_ref(), class, *ticket) {
        store.settle_delivery(*event, &name, "outdated", job.now).await?;
        return Ok(());
    }
    let since = match store.begin_delivery(*event, &name, job.now).await? {
        Delivery::Settled => return Ok(()),
        Delivery::New => None,
        Delivery::Begun(at) => Some(at),
    };
    let channel = space.and_then(|space| space.channel_in(job.guild));
    let label = desk
        .event
        .class(class)
        .map_or(class.as_str(), |class| class.label.as_str());
    let notice = Notice::Promoted {
        club: &club,
        event: &desk.event,
        class: label,
        channel,
    };
    let message = Told {
        rendered: render.render(&notice),
        name: &name,
        user: *user,
        since,
    };

    let receipt = match direct(discord, &message).await {
        Ok(()) => "dm",
        // Closed DMs, no common guild, blocked: Discord docs, opcodes and status codes, 50007 and 50278.
        Err(
            DiscordError::Forbidden { .. } | DiscordError::NotFound { .. } | DiscordError::Refused { .. },
        ) => match channel {
            None => unreachable_or_lost(discord, job).await?,
            Some(channel) => match message.send(discord, channel, true).await {
                Ok(()) => "channel",
                Err(
                    DiscordError::Forbidden { .. }
                    | DiscordError::NotFound { .. }
                    | DiscordError::Refused { .. },
                ) => unreachable_or_lost(discord, job).await?,
                Err(error) => return Err(error.into()),
            },
        },
        Err(error) => return Err(error.into()),
    };
    store.settle_delivery(*event, &name, receipt, job.now).await?;
    Ok(())
}

/// A person can be reached no more when the guild is lost: no guild is shared any more. That may pass.
async fn unreachable_or_lost(discord: &impl Guilds, job: &Job) -> Result<&'static str, JobFailure> {
    if discord.in_guild(job.guild).await? {
        Ok("unreachable")
    } else {
        Err(JobFailure::GuildLost)
    }
}

fn still_seated(mine: Option<&SignUp>, class: &ClassId, ticket: Ticket) -> bool {
    mine.is_some_and(|mine| {
        mine.status
            == Status::Seated {
                class: class.clone(),
                ticket,
            }
    })
}

async fn direct(discord: &impl Messages, message: &Told<'_>) -> Result<(), DiscordError> {
    let dm = discord.open_dm(message.user).await?;
    message.send(discord, dm, false).await
}

struct Told<'a> {
    rendered: Rendered,
    name: &'a str,
    user: UserId,
    since: Option<Timestamp>,
}

impl Told<'_> {
    /// Sends the message unless an earlier try left it in the channel.
    async fn send(
        &self,
        discord: &impl Messages,
        channel: ChannelId,
        public: bool,
    ) -> Result<(), DiscordError> {
        if let Some(since) = self.since
            && self.was_sent(discord, channel, since, public).await?
        {
            return Ok(());
        }
        let mut body = self.rendered.body.clone();
        let mut mentions = Mentions::default();
        if public {
            body["content"] = format!("<@{}>", self.user).into();
            mentions.users.push(self.user);
        }
        let nonce = nonce(&format!("{}#{channel}", self.name));
        discord
            .post_message(
                channel,
                &NewMessage {
                    body: MessageBody(body),
                    nonce,
                    mentions,
                },
            )
            .await?;
        Ok(())
    }

    async fn was_sent(
        &self,
        discord: &impl Messages,
        channel: ChannelId,
        since: Timestamp,
        public: bool,
    ) -> Result<bool, DiscordError> {
        let earliest = since.saturating_sub(CLOCK_SKEW).unwrap_or(since).as_millisecond();
        Ok(discord.own_messages(channel).await?.iter().any(|message| {
            message.id.created_at_millis() >= earliest
                && (!public || message.mentions.contains(&self.user))
                && message
                    .custom_ids
                    .iter()
                    .any(|id| self.rendered.markers.contains(id))
        }))
    }
}
