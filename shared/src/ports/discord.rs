//! Discord, as the use cases see it. One trait per capability; the executor behind them keeps Discord's limits.

use crate::domain::ids::{ApplicationId, ChannelId, GuildId, MessageId, RoleId, ScheduledId, UserId};
use crate::domain::permissions::{GuildPicture, Overwrite, Permissions, PictureChannel};
use crate::domain::scheduled::{Card, Status};
use jiff::{SignedDuration, Timestamp};
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

    /// The channel's overwrites with which nobody may write into it; who may see it stays as it is.
    #[must_use]
    pub fn read_only(&self, guild: GuildId) -> Vec<Overwrite> {
        let mut overwrites = self.overwrites.clone();
        if !overwrites.iter().any(|one| one.target == guild.0) {
            overwrites.push(Overwrite {
                target: guild.0,
                of_role: true,
                allow: Permissions(0),
                deny: Permissions(0),
            });
        }
        for one in &mut overwrites {
            one.allow.0 &= !WRITING;
            if one.target == guild.0 {
                one.deny.0 |= WRITING;
            }
        }
        overwrites
    }
}

/// What writing into a channel takes, as permission bits (Discord docs, topics/permissions): Add Reactions, Send
/// Messages, Create Public Threads, Create Private Threads, Send Messages in Threads.
const WRITING: u64 = 1 << 6 | 1 << 11 | 1 << 35 | 1 << 36 | 1 << 38;

/// Where a channel is put, and who may do what there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelPlace {
    /// The category.
    pub parent: ChannelId,
    /// All its overwrites.
    pub overwrites: Vec<Overwrite>,
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
    /// Who may do what there; as the category has it if there are none.
    pub overwrites: Vec<Overwrite>,
    /// How many fit into a voice channel, 1-99; as many as come if left out.
    pub user_limit: Option<u32>,
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
    /// Its text above the embeds.
    pub content: String,
    /// The titles of its embeds.
    pub titles: Vec<String>,
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

    /// Puts a channel into a category with these overwrites. Safe to repeat.
    fn move_channel(
        &self,
        channel: ChannelId,
        place: &ChannelPlace,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<()>> + Send;

    /// Gives a channel, a thread among them, a name; the name as Discord keeps it. Safe to repeat.
    fn rename_channel(
        &self,
        channel: ChannelId,
        name: &str,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<String>> + Send;

    /// Removes a channel with all that is in it. Safe to repeat: one that is gone is not found (10003).
    fn delete_channel(
        &self,
        channel: ChannelId,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<()>> + Send;
}

/// The guild itself.
pub trait Guilds: Send + Sync {
    /// What the bot's rights in the guild depend on.
    fn guild_picture(&self, guild: GuildId) -> impl Future<Output = DiscordResult<GuildPicture>> + Send;

    /// Whether the bot is in the guild.
    fn in_guild(&self, guild: GuildId) -> impl Future<Output = DiscordResult<bool>> + Send;
}

/// Roles of one member. Each is given and taken by itself: replacing the whole set would undo what others do meanwhile.
pub trait MemberRoles: Send + Sync {
    /// The roles that the member has, @everyone not among them; nothing if they are not in the guild.
    fn member_roles(
        &self,
        guild: GuildId,
        user: UserId,
    ) -> impl Future<Output = DiscordResult<Option<Vec<RoleId>>>> + Send;

    /// Gives a role. Safe to repeat. `reason` shows in the audit log.
    fn add_role(
        &self,
        guild: GuildId,
        user: UserId,
        role: RoleId,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<()>> + Send;

    /// Takes a role. Safe to repeat. `reason` shows in the audit log.
    fn remove_role(
        &self,
        guild: GuildId,
        user: UserId,
        role: RoleId,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<()>> + Send;
}

/// Roles of a guild.
pub trait Roles: Send + Sync {
    /// Makes a role that grants nothing. Not safe to repeat: look for what an earlier try left first.
    fn create_role(
        &self,
        guild: GuildId,
        name: &str,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<RoleId>> + Send;

    /// Gives a role another name. Safe to repeat.
    fn rename_role(
        &self,
        guild: GuildId,
        role: RoleId,
        name: &str,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<()>> + Send;

    /// Removes a role. Safe to repeat: one that is gone is not found (10011).
    fn delete_role(
        &self,
        guild: GuildId,
        role: RoleId,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<()>> + Send;
}

/// Private threads.
pub trait Threads: Send + Sync {
    /// The guild's threads that are not archived.
    fn active_threads(&self, guild: GuildId) -> impl Future<Output = DiscordResult<Vec<Channel>>> + Send;

    /// Whether there is that thread, archived or not.
    fn has_thread(&self, thread: ChannelId) -> impl Future<Output = DiscordResult<bool>> + Send;

    /// Makes a private thread to which only moderators can add others. Not safe to repeat: look for what an earlier try
    /// left first.
    fn create_private_thread(
        &self,
        channel: ChannelId,
        name: &str,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<ChannelId>> + Send;

    /// Puts a member into a thread. Safe to repeat.
    fn add_thread_member(
        &self,
        thread: ChannelId,
        user: UserId,
    ) -> impl Future<Output = DiscordResult<()>> + Send;

    /// Takes a member out of a thread. Safe to repeat: one who is not in it is not found (10007).
    fn remove_thread_member(
        &self,
        thread: ChannelId,
        user: UserId,
    ) -> impl Future<Output = DiscordResult<()>> + Send;

    /// Opens a thread, or archives and locks it. Safe to repeat.
    fn set_thread_open(
        &self,
        thread: ChannelId,
        open: bool,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<()>> + Send;
}

/// A scheduled event of a guild, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEvent {
    /// Its id.
    pub id: ScheduledId,
    /// Its name.
    pub name: String,
    /// Its start.
    pub starts_at: Timestamp,
    /// Who made it, where Discord says so.
    pub creator: Option<UserId>,
}

/// Discord's scheduled events, external ones.
pub trait ScheduledEvents: Send + Sync {
    /// Those of the guild that are scheduled or running.
    fn scheduled_events(
        &self,
        guild: GuildId,
    ) -> impl Future<Output = DiscordResult<Vec<ListedEvent>>> + Send;

    /// Makes one. Not safe to repeat: look for what an earlier try left first. `reason` shows in the audit log.
    fn create_scheduled_event(
        &self,
        guild: GuildId,
        card: &Card,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<ScheduledId>> + Send;

    /// Changes what it shows; the start only of one that does not run yet. Safe to repeat.
    fn edit_scheduled_event(
        &self,
        guild: GuildId,
        event: ScheduledId,
        card: (&Card, bool),
        reason: &str,
    ) -> impl Future<Output = DiscordResult<()>> + Send;

    /// Brings it to its next status. What it has left behind is refused.
    fn bring_scheduled_event(
        &self,
        guild: GuildId,
        event: ScheduledId,
        status: Status,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<()>> + Send;

    /// Removes it. Safe to repeat: one that is gone is not found (10070).
    fn delete_scheduled_event(
        &self,
        guild: GuildId,
        event: ScheduledId,
        reason: &str,
    ) -> impl Future<Output = DiscordResult<()>> + Send;
}

/// Where members are in voice.
pub trait VoiceStates: Send + Sync {
    /// The voice channel that a member is in; nothing if they are in none, or not in the guild.
    fn voice_channel(
        &self,
        guild: GuildId,
        user: UserId,
    ) -> impl Future<Output = DiscordResult<Option<ChannelId>>> + Send;
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

    /// Whether a message is there.
    fn has_message(
        &self,
        channel: ChannelId,
        message: MessageId,
    ) -> impl Future<Output = DiscordResult<bool>> + Send;

    /// Our own messages among the channel's latest 100, newest first.
    fn own_messages(&self, channel: ChannelId)
    -> impl Future<Output = DiscordResult<Vec<OwnMessage>>> + Send;

    /// The DM channel with a user, made if there is none. Safe to repeat.
    fn open_dm(&self, user: UserId) -> impl Future<Output = DiscordResult<ChannelId>> + Send;
}

/// A file that goes with a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its name: letters, digits, `.`, `-` and `_`.
    pub filename: String,
    /// Its media type, such as `text/csv; charset=utf-8`.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What is in it stays out of logs.
impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload")
            .field("filename", &self.filename)
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// A member of a guild, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The account.
    pub user: UserId,
    /// Whether it is a bot.
    pub bot: bool,
    /// The account's unique name.
    pub username: String,
    /// The account's display name.
    pub global_name: Option<String>,
    /// The name in this guild.
    pub nick: Option<String>,
    /// Its roles, ascending.
    pub roles: Vec<RoleId>,
}

/// Members of a guild.
pub trait GuildMembers: Send + Sync {
    /// About how many members the guild has, bots among them, if Discord says so.
    fn count_members(&self, guild: GuildId) -> impl Future<Output = DiscordResult<Option<u64>>> + Send;

    /// The first `limit` (1-1,000) members whose ids are greater than `after`, by id. Fewer only at the end.
    fn list_members(
        &self,
        guild: GuildId,
        after: Option<UserId>,
        limit: u16,
    ) -> impl Future<Output = DiscordResult<Vec<Listed>>> + Send;

    /// One member, asked for by name: nothing if they are not in the guild.
    fn find_member(
        &self,
        guild: GuildId,
        user: UserId,
    ) -> impl Future<Output = DiscordResult<Option<Listed>>> + Send;
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

/// Messages with a file.
pub trait FileMessages: Messages {
    /// As [`Messages::post_message`], with a file.
    fn post_message_with_file(
        &self,
        channel: ChannelId,
        message: &NewMessage,
        file: &Upload,
    ) -> impl Future<Output = DiscordResult<MessageId>> + Send;

    /// As [`Messages::edit_message`], with a file in the place of those that were there. Safe to repeat.
    fn edit_message_with_file(
        &self,
        channel: ChannelId,
        message: MessageId,
        body: &MessageBody,
        file: &Upload,
    ) -> impl Future<Output = DiscordResult<()>> + Send;
}

/// Answers to interactions that carry a file.
pub trait FileReplies: Send + Sync {
    /// As [`InteractionReplies::edit_original`], and with a file in the place of those that were there. Safe to repeat.
    fn edit_original_with_file(
        &self,
        application: ApplicationId,
        token: &str,
        body: &MessageBody,
        file: &Upload,
    ) -> impl Future<Output = DiscordResult<()>> + Send;
}
