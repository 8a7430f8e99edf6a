//! Tells a driver something, once: by DM, after the club's quiet hours if it can wait; where the others are told if DMs are closed
//! or the driver wants it there.

use super::call::Env;
use super::job::{CLOCK_SKEW, Job, JobFailure, nonce};
use crate::domain::alert::{Alert, AlertKind, AlertState, HeldDm};
use crate::domain::event::Event;
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::Rendered;
use crate::domain::settings::Settings;
use crate::ports::discord::{DiscordError, Guilds, Mentions, MessageBody, Messages, NewMessage};
use crate::ports::store::{Alerts, Batch, Change, Delivery, Ledger, Receipts};
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
    /// Whether it is said where the others are told, and not by DM.
    pub public: bool,
    /// What it is, should it wait; nothing if it cannot.
    pub what: Option<HeldDm>,
    /// What it says. Carries a component, by which a late retry finds it.
    pub rendered: Rendered,
    /// Where the others are told: the first of these that takes it.
    pub channels: &'a [ChannelId],
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
        && let Some(what) = dm.what.filter(|_| !dm.public)
        && what.can_wait(until, dm.event.starts_at)
    {
        return hold(store, env, job, (dm, what), until).await;
    }
    let key = dm.event.key;
    let since = match store.begin_delivery(key, dm.name, job.now).await? {
        Delivery::Settled => return Ok(()),
        Delivery::New => None,
        Delivery::Begun(at) => Some(at),
    };
    let receipt = match Box::pin(dm.deliver(discord, since)).await? {
        Some(receipt) => receipt,
        None => unreachable_or_lost(discord, job).await?,
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
    (dm, what): (&Direct<'_>, HeldDm),
    until: Timestamp,
) -> Result<(), JobFailure> {
    let kind = AlertKind::Held { user: dm.user, what };
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
        outbox: job.outbox(env, Vec::new()),
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

impl Direct<'_> {
    /// Sends it one way or another; nothing if none is open.
    async fn deliver(
        &self,
        discord: &impl Messages,
        since: Option<Timestamp>,
    ) -> Result<Option<&'static str>, DiscordError> {
        if !self.public && taken(Box::pin(self.send_privately(discord, since)).await)? {
            return Ok(Some("dm"));
        }
        for channel in self.channels {
            if taken(Box::pin(self.send(discord, *channel, (true, since))).await)? {
                return Ok(Some("channel"));
            }
        }
        Ok(None)
    }

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
