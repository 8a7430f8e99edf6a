//! Discord, as the use cases see it. One trait per capability; the executor behind them keeps Discord's limits.

use crate::domain::ids::{ApplicationId, ChannelId, GuildId, MessageId, UserId};
use crate::domain::permissions::{GuildPicture, Overwrite, PictureChannel};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::future::Future;

/// A rendered message: a JSON object of Discord's message fields (`content`, `embeds`, `components`, `flags`).
/// Nonce and allowed mentions are added where it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageBody(pub serde_json::Value);

/// What kind of channel; only those that Gantry makes or adopts are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChannelKind {
    /// Type 0.
    Text,
    /// Type 2.
    Voice,
    /// Type 4.
    Category,
    /// Any other type, by its number.
    Other(u8),
}

/// A channel of a guild, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its id, which also tells when it was made.
    pub id: ChannelId,
    /// What it is.
    pub kind: ChannelKind,
    /// Its name as Discord keeps it.
    pub name: String,
    /// The category it is in.
    pub parent: Option<ChannelId>,
    /// What it grants and denies.
    pub overwrites: Vec<Overwrite>,
}

impl Channel {
    /// What the bot's rights in it depend on.
    #[must_use]
    pub fn picture(&self) -> PictureChannel {
        PictureChannel {
            id: self.id,
            name: self.name.clone(),
            overwrites: self.overwrites.clone(),
        }
    }
}

/// A channel to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChannel {
    /// What it is to be.
    pub kind: ChannelKind,
    /// 1-100 characters.
    pub name: String,
    /// Up to 1024 characters; text channels only.
    pub topic: Option<String>,
    /// The category to put it in.
    pub parent: Option<ChannelId>,
}

/// A message of our own found in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMessage {
    /// Its id.
    pub id: MessageId,
    /// The custom ids of all its components.
    pub custom_ids: Vec<String>,
    /// Whom it notifies.
    pub mentions: Vec<UserId>,
}

/// Who is notified by a message. Nobody, unless named here: mentions in the text alone stay silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// These users, at most 100.
    pub users: Vec<UserId>,
}

/// A message to be posted.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    /// What it says.
    pub body: MessageBody,
    /// 1-25 characters. Discord returns the earlier message for the same nonce within a few minutes.
    pub nonce: String,
    /// Who is notified.
    pub mentions: Mentions,
}

/// Why a call to Discord did not do what was asked. Every variant leaves open nothing but what it says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscordError {
    /// A limit is in force for longer than the caller can wait; nothing was done.
    #[error("rate limited for {0:#}")]
    RetryAfter(SignedDuration),
    /// What the call is about is not there (404); `code` is Discord's (10003 channel, 10008 message, ...), 0 if none.
    #[error("not found ({code})")]
    NotFound {
        /// Discord's error code.
        code: u64,
    },
    /// The bot may not do this (403); `code` is Discord's (50001 access, 50013 permission, 50007 closed DMs, ...).
    #[error("forbidden ({code})")]
    Forbidden {
        /// Discord's error code.
        code: u64,
    },
    /// The bot's credentials are refused (401): nothing will work until an operator acts.
    #[error("the bot token is refused")]
    Unauthorized,
    /// Discord refuses the request as it is (400, other 4xx); trying it again would not help.
    #[error("refused ({code}): {message}")]
    Refused {
        /// Discord's error code.
        code: u64,
        /// Discord's words with the paths of the faulty fields; for the log, never for a user.
        message: String,
        /// The faulty fields one by one.
        fields: Vec<FaultyField>,
    },
    /// A server error, a lost connection or a timeout: the effect may or may not have happened.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// A field of a request that Discord does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultyField {
    /// Where, from the request's body down: `options.0.name`; empty for the whole body.
    pub path: String,
    /// Discord's words.
    pub message: String,
}

/// Shorthand for what every call returns.
pub type DiscordResult<T> = Result<T, DiscordError>;

/// Channels of a guild.
pub trait Channels: Send + Sync {
    /// All channels of the guild, categories among them, threads not.
    fn list_channels(&self, guild: GuildId) -> impl Future<Output = DiscordResult<Vec<Channel>>> + Send;

    /// Makes a channel. Not safe to repeat: look for what an earlier try left first. `reason` shows in the audit log.
    fn create_channel(
        &self,
        guild: GuildId,
        channel: &NewChannel,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<Channel>> + Send;
}

/// The guild itself.
pub trait Guilds: Send + Sync {
    /// What the bot's rights in the guild depend on.
    fn guild_picture(&self, guild: GuildId) -> impl Future<Output = DiscordResult<GuildPicture>> + Send;

    /// Whether the bot is in the guild.
    fn in_guild(&self, guild: GuildId) -> impl Future<Output = DiscordResult<bool>> + Send;
}

/// What came of a person's consent to add Gantry to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Who consented.
    pub user: UserId,
    /// The server that Gantry was added to, with its name.
    pub guild: Option<(GuildId, String)>,
}

/// Discord's authorisation of applications (Discord docs, topics/oauth2).
pub trait OAuth: Send + Sync {
    /// Redeems a code, which can be done once. Guild and user are taken from what Discord answers to that, never from
    /// what a browser says.
    fn redeem(&self, code: &str, redirect_uri: &str) -> impl Future<Output = DiscordResult<Consent>> + Send;
}

/// Messages in channels and DMs.
pub trait Messages: Send + Sync {
    /// Posts a message; within a few minutes the same nonce yields the same message.
    fn post_message(
        &self,
        channel: ChannelId,
        message: &NewMessage,
    ) -> impl Future<Output = DiscordResult<MessageId>> + Send;

    /// Replaces a message's fields; nobody is notified.
    fn edit_message(
        &self,
        channel: ChannelId,
        message: MessageId,
        body: &MessageBody,
    ) -> impl Future<Output = DiscordResult<()>> + Send;

    /// Our own messages among the channel's latest 100, newest first.
    fn own_messages(&self, channel: ChannelId)
    -> impl Future<Output = DiscordResult<Vec<OwnMessage>>> + Send;

    /// The DM channel with a user, made if there is none. Safe to repeat.
    fn open_dm(&self, user: UserId) -> impl Future<Output = DiscordResult<ChannelId>> + Send;
}

/// Answers to interactions, after the first response.
pub trait InteractionReplies: Send + Sync {
    /// Replaces the first response (or finishes a deferred one). Safe to repeat. The token lives 15 minutes; after that
    /// [`DiscordError::NotFound`] or [`DiscordError::Unauthorized`] is the answer.
    fn edit_original(
        &self,
        application: ApplicationId,
        token: &str,
        body: &MessageBody,
    ) -> impl Future<Output = DiscordResult<()>> + Send;
}
