//! Sends a DM to a driver, once: after the club's quiet hours if it can wait, in the event's channel if DMs are closed.

use super::call::{Env, outbox_id};
use super::job::{CLOCK_SKEW, Job, JobFailure, nonce};
use crate::domain::alert::{Alert, AlertKind, AlertState, HeldDm};
use crate::domain::event::Event;
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::Rendered;
use crate::domain::settings::Settings;
use crate::ports::discord::{DiscordError, Guilds, Mentions, MessageBody, Messages, NewMessage};
use crate::ports::store::{Alerts, Batch, Change, Delivery, Ledger, Outbox, Receipts};
use jiff::Timestamp;

/// A DM about an event.
pub(super) struct Direct<'a> {
    /// What it is about.
    pub event: &'a Event,
    /// The club's settings.
    pub settings: &'a Settings,
    /// To whom.
    pub user: UserId,
    /// Names its receipt.
    pub name: &'a str,
    /// What it is, should it wait.
    pub what: HeldDm,
    /// What it says. Carries a component, by which a late retry finds it.
    pub rendered: Rendered,
    /// The event's channel.
    pub channel: Option<ChannelId>,
}

/// Sends it, unless it was sent before.
///
/// # Errors
/// What the store and Discord say.
pub(super) async fn send_direct<S: Alerts + Ledger + Receipts>(
    store: &S,
    env: &impl Env,
    discord: &(impl Messages + Guilds),
    job: &Job,
    dm: &Direct<'_>,
) -> Result<(), JobFailure> {
    if let Some(until) = quiet_until(dm.settings, job.now)
        && dm.what.can_wait(until, dm.event.starts_at)
    {
        return hold(store, env, job, dm, until).await;
    }
    let key = dm.event.key;
    let since = match store.begin_delivery(key, dm.name, job.now).await? {
        Delivery::Settled => return Ok(()),
        Delivery::New => None,
        Delivery::Begun(at) => Some(at),
    };
    let receipt = match dm.send_privately(discord, since).await {
        Ok(()) => "dm",
        // Closed DMs, no common guild, blocked: Discord docs, opcodes and status codes, 50007 and 50278.
        Err(
            DiscordError::Forbidden { .. } | DiscordError::NotFound { .. } | DiscordError::Refused { .. },
        ) => match dm.channel {
            None => unreachable_or_lost(discord, job).await?,
            Some(channel) => match dm.send(discord, channel, (true, since)).await {
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
    store.settle_delivery(key, dm.name, receipt, job.now).await?;
    Ok(())
}

/// When the club's quiet hours are over, if it has them now.
fn quiet_until(settings: &Settings, now: Timestamp) -> Option<Timestamp> {
    settings.quiet_hours()?.over_at(now, &settings.time_zone().zone())
}

/// Has it sent when the quiet hours are over. A driver has one DM of each sort waiting for an event.
async fn hold<S: Alerts + Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    dm: &Direct<'_>,
    until: Timestamp,
) -> Result<(), JobFailure> {
    let kind = AlertKind::Held {
        user: dm.user,
        what: dm.what,
    };
    let present = store.alerts(dm.event.key).await?;
    let found = present.iter().find(|alert| alert.kind.name() == kind.name());
    let alert = match found {
        Some(alert) if alert.kind == kind && alert.is_pending() => return Ok(()),
        Some(alert) => Alert {
            kind,
            ..alert.moved(until)
        },
        None => Alert {
            event: dm.event.key,
            guild: job.guild,
            kind,
            due: until,
            outcome: AlertState::Waiting,
            version: 1,
        },
    };
    let batch = Batch {
        changes: vec![Change::PutAlert(alert)],
        record: None,
        outbox: Outbox {
            id: outbox_id(env, job.now),
            guild: job.guild,
            trace: job.trace.clone(),
            work: Vec::new(),
        },
        answered: None,
    };
    Ok(store.commit(batch).await?)
}

/// A person can be reached no more when the guild is lost: no guild is shared any more. That may pass.
async fn unreachable_or_lost(discord: &impl Guilds, job: &Job) -> Result<&'static str, JobFailure> {
    if discord.in_guild(job.guild).await? {
        Ok("unreachable")
    } else {
        Err(JobFailure::GuildLost)
    }
}

impl Direct<'_> {
    async fn send_privately(
        &self,
        discord: &impl Messages,
        since: Option<Timestamp>,
    ) -> Result<(), DiscordError> {
        let dm = discord.open_dm(self.user).await?;
        self.send(discord, dm, (false, since)).await
    }

    /// Sends the message unless an earlier try left it in the channel.
    async fn send(
        &self,
        discord: &impl Messages,
        channel: ChannelId,
        (public, since): (bool, Option<Timestamp>),
    ) -> Result<(), DiscordError> {
        if let Some(since) = since
            && self.was_sent(discord, channel, (public, since)).await?
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
        discord.post_message(channel, &message).await?;
        Ok(())
    }

    async fn was_sent(
        &self,
        discord: &impl Messages,
        channel: ChannelId,
        (public, since): (bool, Timestamp),
    ) -> Result<bool, DiscordError> {
        let earliest = since.saturating_sub(CLOCK_SKEW).unwrap_or(since).as_millisecond();
        // DMs of all sorts about an event carry the same button: the title tells them apart.
        let title = self.rendered.body["embeds"][0]["title"].as_str();
        Ok(discord.own_messages(channel).await?.iter().any(|message| {
            message.id.created_at_millis() >= earliest
                && (!public || message.mentions.contains(&self.user))
                && message.titles.first().map(String::as_str) == title
                && message
                    .custom_ids
                    .iter()
                    .any(|id| self.rendered.markers.contains(id))
        }))
    }
}
