//! A message that stands in a channel: posted once, edited from then on, posted anew where somebody deleted it.

use super::call::Env;
use super::job::{CLOCK_SKEW, Job, JobFailure, nonce, or_lost};
use super::open_event_space::mendable;
use crate::domain::event::EventKey;
use crate::domain::ids::{ChannelId, MessageId};
use crate::domain::results::Posted;
use crate::ports::discord::{
    DiscordError, DiscordResult, FileMessages, Guilds, Mentions, MessageBody, NewMessage, Threads, Upload,
};
use crate::ports::store::{Batch, Change, Delivery, Ledger, Receipts};
use jiff::Timestamp;
use serde_json::Value;

/// What is to stand in a channel.
pub(super) struct StandingMessage<'a> {
    /// The event whose receipts tell whether it was posted.
    pub event: EventKey,
    /// Names it among the event's messages.
    pub name: &'a str,
    /// Where it is to stand.
    pub channel: ChannelId,
    /// Where it stands by now.
    pub posted: Option<Posted>,
    /// What it says; the title of its embed tells it from others of ours in the channel.
    pub body: &'a Value,
    /// What is attached.
    pub file: Option<&'a Upload>,
    /// Whether a thread in which nothing was said for long is opened again, so that the message can be edited.
    pub reopens: bool,
}

/// A message that was posted and is to be recorded.
pub(super) struct NewlyPosted {
    pub posted: Posted,
    receipt: String,
}

/// Where a message stands after it was placed in `channel`; nothing if somebody deleted that, or closed it to Gantry.
///
/// # Errors
/// [`JobFailure::GuildLost`] if the whole server is out of reach; what trying again helps.
pub(super) async fn stands_in(
    discord: &impl Guilds,
    job: &Job,
    channel: ChannelId,
    placed: Result<(), JobFailure>,
) -> Result<Option<ChannelId>, JobFailure> {
    let failure = match placed {
        Ok(()) => return Ok(Some(channel)),
        Err(failure) if mendable(&failure).is_some() => or_lost(discord, job, failure).await,
        Err(failure) => failure,
    };
    match mendable(&failure) {
        Some(_) => Ok(None),
        None => Err(failure),
    }
}

impl StandingMessage<'_> {
    /// Posts it or brings it up to date. What comes back is to be [`NewlyPosted::record`]ed.
    ///
    /// # Errors
    /// What the store and Discord say.
    pub async fn place(
        &self,
        store: &impl Receipts,
        discord: &(impl FileMessages + Threads),
        job: &Job,
    ) -> Result<Option<NewlyPosted>, JobFailure> {
        if let Some(there) = self.posted.filter(|posted| posted.channel == self.channel) {
            match self.edit(discord, there.message).await {
                Ok(()) => return Ok(None),
                // Somebody deleted it.
                Err(DiscordError::NotFound { code: 10_008 }) => {}
                // Archived: Discord docs, opcodes and status codes.
                Err(DiscordError::Refused { code: 50_083, .. }) if self.reopens => {
                    let reason = "What stands in it has changed";
                    discord.set_thread_open(self.channel, true, reason).await?;
                    self.edit(discord, there.message).await?;
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
        }
        // Each message that stands there, or stood there, has its own receipt.
        let receipt = match self.posted {
            None => self.name.to_owned(),
            Some(posted) => format!("{}#{}", self.name, posted.message),
        };
        let since = match store.begin_delivery(self.event, &receipt, job.now).await? {
            // Recorded meanwhile.
            Delivery::Settled => return Err(JobFailure::Stale),
            Delivery::New => None,
            Delivery::Begun(since) => Some(since),
        };
        let left = match since {
            Some(since) => self.left_behind(discord, since).await?,
            None => None,
        };
        let message = match left {
            // It may say what held then.
            Some(message) => {
                self.edit(discord, message).await?;
                message
            }
            None => self.post(discord, &receipt).await?,
        };
        let channel = self.channel;
        Ok(Some(NewlyPosted {
            posted: Posted { channel, message },
            receipt,
        }))
    }

    async fn edit(&self, discord: &impl FileMessages, message: MessageId) -> DiscordResult<()> {
        let body = MessageBody(self.body.clone());
        match self.file {
            Some(file) => {
                discord
                    .edit_message_with_file(self.channel, message, &body, file)
                    .await
            }
            None => discord.edit_message(self.channel, message, &body).await,
        }
    }

    async fn post(&self, discord: &impl FileMessages, receipt: &str) -> DiscordResult<MessageId> {
        let message = NewMessage {
            body: MessageBody(self.body.clone()),
            nonce: nonce(&format!("{receipt}#{}#{}", self.channel, self.event.event)),
            mentions: Mentions::default(),
        };
        match self.file {
            Some(file) => discord.post_message_with_file(self.channel, &message, file).await,
            None => discord.post_message(self.channel, &message).await,
        }
    }

    /// What an earlier try posted and could not record.
    async fn left_behind(
        &self,
        discord: &impl FileMessages,
        since: Timestamp,
    ) -> Result<Option<MessageId>, JobFailure> {
        let earliest = since.saturating_sub(CLOCK_SKEW).unwrap_or(since).as_millisecond();
        let title = self.body["embeds"][0]["title"].as_str();
        let own = discord.own_messages(self.channel).await?;
        let found = own.iter().filter(|message| {
            message.id.created_at_millis() >= earliest && message.titles.first().map(String::as_str) == title
        });
        Ok(found.map(|message| message.id).min())
    }
}

impl NewlyPosted {
    /// Records by `change` where it stands, and notes that it is recorded.
    ///
    /// # Errors
    /// What the store says.
    pub async fn record<S: Ledger + Receipts>(
        self,
        store: &S,
        env: &impl Env,
        job: &Job,
        (event, change): (EventKey, Change),
    ) -> Result<(), JobFailure> {
        record(store, env, job, change).await?;
        store
            .settle_delivery(event, &self.receipt, "channel", job.now)
            .await?;
        Ok(())
    }
}

/// Records what a message shows by now.
///
/// # Errors
/// What the store says.
pub(super) async fn record(
    store: &impl Ledger,
    env: &impl Env,
    job: &Job,
    change: Change,
) -> Result<(), JobFailure> {
    let batch = Batch {
        changes: vec![change],
        record: None,
        outbox: job.outbox(env, Vec::new()),
        answered: None,
    };
    Ok(store.commit(batch).await?)
}
