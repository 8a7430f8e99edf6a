//! Tells a driver, once, that their stint begins soon: by DM, or among the team where DMs are closed.

use super::job::{CLOCK_SKEW, Job, JobFailure, at_home, nonce};
use crate::domain::event::EventKey;
use crate::domain::ids::{ChannelId, TeamId, UserId};
use crate::domain::notice::{Notice, Render, Rendered};
use crate::domain::stints::{StintCall, team_now};
use crate::ports::discord::{DiscordError, Guilds, Mentions, MessageBody, Messages, NewMessage};
use crate::ports::store::{Delivery, Receipts, SettingsReader, Spaces, TeamReader, TeamSpaces};
use jiff::Timestamp;

/// Who is told of which stint.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// The event.
    pub event: EventKey,
    /// The team.
    pub team: TeamId,
    /// The driver.
    pub user: UserId,
    /// When the stint begins.
    pub from: Timestamp,
}

/// Tells the driver unless they were told, the stint is not theirs any more or at another time, or it has begun.
///
/// # Errors
/// What the store and Discord say.
pub async fn tell_stint<S: SettingsReader + TeamReader + TeamSpaces + Spaces + Receipts>(
    store: &S,
    discord: &(impl Messages + Guilds),
    render: &impl Render,
    job: &Job,
    turn: Turn,
) -> Result<(), JobFailure> {
    let Turn {
        event,
        team,
        user,
        from,
    } = turn;
    let name = format!("stint#{team}#{from}#{user}");
    let (found, plan, club, space, own) = futures::join!(
        store.line_up(event),
        store.team_plan(event, team),
        store.club_and_settings(event.club),
        store.space(event),
        store.team_space(event, team)
    );
    let (Some((sheet, line_up)), Some(plan), Some((club, settings)), space, own) =
        (found?, plan?, club?, space?, own?)
    else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let plan = plan.on(&sheet.event);
    let team = team_now(&line_up, team, &sheet).ok();
    let team = team.filter(|team| !sheet.event.state.is_over() && team.drivers.contains(&user));
    let (Some(team), Some((place, stint))) = (team, plan.change_of(user, from)) else {
        return Ok(store.settle_delivery(event, &name, "outdated", job.now).await?);
    };
    if job.now >= stint.from {
        return Ok(store.settle_delivery(event, &name, "late", job.now).await?);
    }
    if !settings.stint_alerts() {
        return Ok(store
            .settle_delivery(event, &name, "switched off", job.now)
            .await?);
    }
    let since = match store.begin_delivery(event, &name, job.now).await? {
        Delivery::Settled => return Ok(()),
        Delivery::New => None,
        Delivery::Begun(at) => Some(at),
    };
    let call = StintCall::of(&club, &sheet, &team, &plan, place);
    let message = Told {
        rendered: render.render(&Notice::StintNext { call: &call }),
        name: &name,
        user,
        since,
    };
    let thread = own.and_then(|own| own.thread_in(job.guild));
    let channel = thread.or_else(|| space.and_then(|space| space.channel_in(job.guild)));
    let mut receipt = Box::pin(message.deliver(discord, channel)).await?;
    // A person can be reached no more when the guild is lost, too: that may pass.
    if receipt.is_none() && discord.in_guild(job.guild).await? {
        receipt = Some("unreachable");
    }
    let receipt = receipt.ok_or(JobFailure::GuildLost)?;
    Ok(store.settle_delivery(event, &name, receipt, job.now).await?)
}

struct Told<'a> {
    rendered: Rendered,
    name: &'a str,
    user: UserId,
    since: Option<Timestamp>,
}

impl Told<'_> {
    /// Sends it one way or the other; nothing if there is none.
    async fn deliver(
        &self,
        discord: &impl Messages,
        channel: Option<ChannelId>,
    ) -> Result<Option<&'static str>, JobFailure> {
        let direct = match discord.open_dm(self.user).await {
            Ok(dm) => self.send(discord, dm, false).await,
            Err(error) => Err(error),
        };
        if taken(direct)? {
            return Ok(Some("dm"));
        }
        let Some(channel) = channel else {
            return Ok(None);
        };
        let public = self.send(discord, channel, true).await;
        Ok(taken(public)?.then_some("channel"))
    }

    /// Sends the message unless an earlier try left it in the channel.
    async fn send(
        &self,
        discord: &impl Messages,
        channel: ChannelId,
        public: bool,
    ) -> Result<(), DiscordError> {
        if let Some(since) = self.since
            && self.was_sent(discord, channel, since).await?
        {
            return Ok(());
        }
        let mut body = self.rendered.body.clone();
        let mut mentions = Mentions::default();
        if public {
            body["content"] = format!("<@{}>", self.user).into();
            mentions.users.push(self.user);
        }
        let message = NewMessage {
            body: MessageBody(body),
            nonce: nonce(&format!("{}#{channel}", self.name)),
            mentions,
        };
        discord.post_message(channel, &message).await.map(drop)
    }

    /// The button names team and stint, and a stint has one driver.
    async fn was_sent(
        &self,
        discord: &impl Messages,
        channel: ChannelId,
        since: Timestamp,
    ) -> Result<bool, DiscordError> {
        let earliest = since.saturating_sub(CLOCK_SKEW).unwrap_or(since).as_millisecond();
        Ok(discord.own_messages(channel).await?.iter().any(|message| {
            let own = |id: &String| self.rendered.markers.contains(id);
            message.id.created_at_millis() >= earliest && message.custom_ids.iter().any(own)
        }))
    }
}

/// Whether Discord took it. Closed DMs, no common guild, blocked: Discord docs, opcodes and status codes, 50007 and 50278.
fn taken(sent: Result<(), DiscordError>) -> Result<bool, DiscordError> {
    match sent {
        Ok(()) => Ok(true),
        Err(
            DiscordError::Forbidden { .. } | DiscordError::NotFound { .. } | DiscordError::Refused { .. },
        ) => Ok(false),
        Err(error) => Err(error),
    }
}
