//! The ports of `ports/discord.rs`, and what the command line needs besides.

use super::guilds::WireOverwrite;
use super::request::Request;
use super::{CommandScope, DiscordRest, requests};
use crate::domain::ids::{ApplicationId, ChannelId, CommandId, GuildId, MessageId, RoleId, UserId};
use crate::domain::permissions::Overwrite;
use crate::ports::budget::Budget;
use crate::ports::discord::{
    Channel, ChannelKind, ChannelPlace, Channels, DiscordError, DiscordResult, FileMessages, FileReplies,
    GuildMembers, InteractionReplies, Listed, MessageBody, Messages, NewChannel, NewMessage, OwnMessage,
    Threads, Upload,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The application that the bot token belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CurrentApplication {
    /// Its id.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// The public key that Discord's signatures are checked with, 64 hex digits.
    pub verify_key: String,
    /// Where Discord sends interactions, if anywhere.
    #[serde(default)]
    pub interactions_endpoint_url: Option<String>,
}

/// The bot's own account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CurrentUser {
    /// Its id.
    pub id: UserId,
    /// Its name.
    pub username: String,
}

#[derive(Deserialize)]
struct WireChannel {
    id: ChannelId,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    parent_id: Option<ChannelId>,
    #[serde(default)]
    permission_overwrites: Vec<WireOverwrite>,
}

#[derive(Deserialize)]
struct WireMessage {
    id: MessageId,
    author: WireAuthor,
    #[serde(default)]
    components: Value,
    #[serde(default)]
    mentions: Vec<WireId<UserId>>,
    #[serde(default)]
    content: String,
    #[serde(default)]
    embeds: Vec<WireEmbed>,
}

#[derive(Deserialize)]
struct WireEmbed {
    #[serde(default)]
    title: Option<String>,
}

#[derive(Deserialize)]
struct WireAuthor {
    id: UserId,
    #[serde(default)]
    bot: bool,
}

#[derive(Deserialize)]
struct WireId<T> {
    id: T,
}

#[derive(Deserialize)]
struct WireGuild {
    #[serde(default)]
    approximate_member_count: Option<u64>,
}

#[derive(Deserialize)]
struct WireMember {
    user: WireUser,
    #[serde(default)]
    nick: Option<String>,
    #[serde(default)]
    roles: Vec<RoleId>,
}

#[derive(Deserialize)]
struct WireUser {
    id: UserId,
    #[serde(default)]
    bot: bool,
    username: String,
    #[serde(default)]
    global_name: Option<String>,
}

impl From<WireMember> for Listed {
    fn from(wire: WireMember) -> Self {
        let mut roles = wire.roles;
        roles.sort_unstable();
        Self {
            user: wire.user.id,
            bot: wire.user.bot,
            username: wire.user.username,
            global_name: wire.user.global_name,
            nick: wire.nick,
            roles,
        }
    }
}

impl From<WireChannel> for Channel {
    fn from(wire: WireChannel) -> Self {
        let kind = match wire.kind {
            0 => ChannelKind::Text,
            2 => ChannelKind::Voice,
            4 => ChannelKind::Category,
            other => ChannelKind::Other(other),
        };
        Self {
            id: wire.id,
            kind,
            name: wire.name.unwrap_or_default(),
            parent: wire.parent_id,
            overwrites: wire
                .permission_overwrites
                .into_iter()
                .map(Overwrite::from)
                .collect(),
        }
    }
}

impl From<WireMessage> for OwnMessage {
    fn from(wire: WireMessage) -> Self {
        let mentions = wire.mentions.into_iter().map(|user| user.id).collect();
        Self {
            id: wire.id,
            custom_ids: custom_ids(&wire.components),
            mentions,
            content: wire.content,
            titles: wire.embeds.into_iter().filter_map(|embed| embed.title).collect(),
        }
    }
}

impl<B: Budget> Channels for DiscordRest<B> {
    async fn list_channels(&self, guild: GuildId) -> DiscordResult<Vec<Channel>> {
        let channels: Vec<WireChannel> = self.call(&requests::list_channels(guild)).await?;
        Ok(channels.into_iter().map(Channel::from).collect())
    }

    async fn create_channel(
        &self,
        guild: GuildId,
        channel: &NewChannel,
        reason: &str,
    ) -> DiscordResult<Channel> {
        let request = requests::create_channel(guild, channel, reason)?;
        self.call::<WireChannel>(&request).await.map(Channel::from)
    }

    async fn move_channel(
        &self,
        channel: ChannelId,
        place: &ChannelPlace,
        reason: &str,
    ) -> DiscordResult<()> {
        self.execute(&requests::move_channel(channel, place, reason))
            .await
            .map(drop)
    }

    async fn rename_channel(&self, channel: ChannelId, name: &str, reason: &str) -> DiscordResult<String> {
        let request = requests::rename_channel(channel, name, reason);
        Ok(Channel::from(self.call::<WireChannel>(&request).await?).name)
    }

    async fn delete_channel(&self, channel: ChannelId, reason: &str) -> DiscordResult<()> {
        self.execute(&requests::delete_channel(channel, reason))
            .await
            .map(drop)
    }
}

#[derive(Deserialize)]
struct WireThreads {
    #[serde(default)]
    threads: Vec<WireChannel>,
}

impl<B: Budget> Threads for DiscordRest<B> {
    async fn active_threads(&self, guild: GuildId) -> DiscordResult<Vec<Channel>> {
        let found: WireThreads = self.call(&requests::active_threads(guild)).await?;
        Ok(found.threads.into_iter().map(Channel::from).collect())
    }

    async fn has_thread(&self, thread: ChannelId) -> DiscordResult<bool> {
        match self.execute(&requests::get_channel(thread)).await {
            Ok(_) => Ok(true),
            // Unknown channel: Discord docs, opcodes and status codes.
            Err(DiscordError::NotFound { code: 10_003 }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn create_private_thread(
        &self,
        channel: ChannelId,
        name: &str,
        reason: &str,
    ) -> DiscordResult<ChannelId> {
        let request = requests::create_private_thread(channel, name, reason)?;
        let made: WireId<ChannelId> = self.call(&request).await?;
        Ok(made.id)
    }

    async fn add_thread_member(&self, thread: ChannelId, user: UserId) -> DiscordResult<()> {
        self.execute(&requests::add_thread_member(thread, user))
            .await
            .map(drop)
    }

    async fn remove_thread_member(&self, thread: ChannelId, user: UserId) -> DiscordResult<()> {
        self.execute(&requests::remove_thread_member(thread, user))
            .await
            .map(drop)
    }

    async fn set_thread_open(&self, thread: ChannelId, open: bool, reason: &str) -> DiscordResult<()> {
        self.execute(&requests::set_thread_open(thread, open, reason))
            .await
            .map(drop)
    }
}

impl<B: Budget> GuildMembers for DiscordRest<B> {
    async fn count_members(&self, guild: GuildId) -> DiscordResult<Option<u64>> {
        let guild: WireGuild = self.call(&requests::guild_with_counts(guild)).await?;
        Ok(guild.approximate_member_count)
    }

    async fn list_members(
        &self,
        guild: GuildId,
        after: Option<UserId>,
        limit: u16,
    ) -> DiscordResult<Vec<Listed>> {
        let members: Vec<WireMember> = self.call(&requests::list_members(guild, after, limit)?).await?;
        Ok(members.into_iter().map(Listed::from).collect())
    }

    async fn find_member(&self, guild: GuildId, user: UserId) -> DiscordResult<Option<Listed>> {
        match self.call::<WireMember>(&requests::get_member(guild, user)).await {
            Ok(member) => Ok(Some(member.into())),
            // Unknown member, unknown user: Discord docs, opcodes and status codes.
            Err(DiscordError::NotFound {
                code: 10_007 | 10_013,
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl<B: Budget> Messages for DiscordRest<B> {
    async fn post_message(&self, channel: ChannelId, message: &NewMessage) -> DiscordResult<MessageId> {
        let request = requests::post_message(channel, message)?;
        self.call::<WireId<MessageId>>(&request)
            .await
            .map(|message| message.id)
    }

    async fn edit_message(
        &self,
        channel: ChannelId,
        message: MessageId,
        body: &MessageBody,
    ) -> DiscordResult<()> {
        let request = requests::edit_message(channel, message, body)?;
        self.execute(&request).await.map(drop)
    }

    async fn has_message(&self, channel: ChannelId, message: MessageId) -> DiscordResult<bool> {
        match self.execute(&requests::get_message(channel, message)).await {
            Ok(_) => Ok(true),
            // Unknown message: Discord docs, opcodes and status codes.
            Err(DiscordError::NotFound { code: 10_008 }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn own_messages(&self, channel: ChannelId) -> DiscordResult<Vec<OwnMessage>> {
        let messages: Vec<WireMessage> = self.call(&requests::latest_messages(channel)).await?;
        let own = self.bot_user(&messages).await?;
        let ours = messages.into_iter().filter(|message| message.author.id == own);
        Ok(ours.map(OwnMessage::from).collect())
    }

    async fn open_dm(&self, user: UserId) -> DiscordResult<ChannelId> {
        self.call::<WireId<ChannelId>>(&requests::open_dm(user))
            .await
            .map(|channel| channel.id)
    }
}

impl<B: Budget> InteractionReplies for DiscordRest<B> {
    async fn edit_original(
        &self,
        application: ApplicationId,
        token: &str,
        body: &MessageBody,
    ) -> DiscordResult<()> {
        let request = requests::edit_original(application, token, body)?;
        self.execute(&request).await.map(drop)
    }
}

impl<B: Budget> FileMessages for DiscordRest<B> {
    async fn post_message_with_file(
        &self,
        channel: ChannelId,
        message: &NewMessage,
        file: &Upload,
    ) -> DiscordResult<MessageId> {
        let request = requests::post_message_with_file(channel, message, file)?;
        self.call::<WireId<MessageId>>(&request)
            .await
            .map(|message| message.id)
    }

    async fn edit_message_with_file(
        &self,
        channel: ChannelId,
        message: MessageId,
        body: &MessageBody,
        file: &Upload,
    ) -> DiscordResult<()> {
        let request = requests::edit_message_with_file(channel, message, body, file)?;
        self.execute(&request).await.map(drop)
    }
}

impl<B: Budget> FileReplies for DiscordRest<B> {
    async fn edit_original_with_file(
        &self,
        application: ApplicationId,
        token: &str,
        body: &MessageBody,
        file: &Upload,
    ) -> DiscordResult<()> {
        let request = requests::edit_original_with_file(application, token, body, file)?;
        self.execute(&request).await.map(drop)
    }
}

impl<B: Budget> DiscordRest<B> {
    /// The commands registered in `scope`, as Discord's objects with their localisations.
    ///
    /// # Errors
    /// As [`DiscordError`] says.
    pub async fn list_commands(&self, scope: CommandScope) -> DiscordResult<Vec<Value>> {
        self.call(&requests::list_commands(self.shared.application, scope))
            .await
    }

    /// Registers exactly these commands in `scope`; others are removed.
    ///
    /// # Errors
    /// As [`DiscordError`] says.
    pub async fn put_commands(&self, scope: CommandScope, commands: &[Value]) -> DiscordResult<Vec<Value>> {
        self.call(&requests::put_commands(self.shared.application, scope, commands))
            .await
    }

    /// Registers a command in `scope`, in the place of one with the same name and type.
    ///
    /// # Errors
    /// As [`DiscordError`] says.
    pub async fn create_command(&self, scope: CommandScope, command: &Value) -> DiscordResult<CommandId> {
        let request = requests::create_command(self.shared.application, scope, command);
        self.call::<WireId<CommandId>>(&request)
            .await
            .map(|command| command.id)
    }

    /// Replaces fields of a command.
    ///
    /// # Errors
    /// As [`DiscordError`] says.
    pub async fn edit_command(
        &self,
        scope: CommandScope,
        id: CommandId,
        fields: &Value,
    ) -> DiscordResult<()> {
        self.execute(&requests::edit_command(
            self.shared.application,
            scope,
            id,
            fields,
        ))
        .await
        .map(drop)
    }

    /// Removes a command.
    ///
    /// # Errors
    /// As [`DiscordError`] says.
    pub async fn delete_command(&self, scope: CommandScope, id: CommandId) -> DiscordResult<()> {
        self.execute(&requests::delete_command(self.shared.application, scope, id))
            .await
            .map(drop)
    }

    /// The application that the bot token belongs to.
    ///
    /// # Errors
    /// As [`DiscordError`] says.
    pub async fn current_application(&self) -> DiscordResult<CurrentApplication> {
        self.call(&requests::current_application()).await
    }

    /// The bot's own account.
    ///
    /// # Errors
    /// As [`DiscordError`] says.
    pub async fn current_user(&self) -> DiscordResult<CurrentUser> {
        self.call(&requests::current_user()).await
    }

    pub(super) async fn call<T: DeserializeOwned>(&self, request: &Request) -> DiscordResult<T> {
        let body = self.execute(request).await?;
        serde_json::from_value(body).map_err(|error| {
            DiscordError::Unavailable(format!("{}: unreadable answer: {error}", request.route))
        })
    }

    /// The bot's user id. It is the application's id but for applications made before 2016, so Discord is asked only
    /// where the messages leave a doubt: bots have written, and none is known to be ours.
    async fn bot_user(&self, messages: &[WireMessage]) -> DiscordResult<UserId> {
        if let Some(known) = self.shared.bot_user.get() {
            return Ok(*known);
        }
        let assumed = UserId(self.shared.application.0);
        let ours = messages.iter().any(|message| message.author.id == assumed);
        if ours || !messages.iter().any(|message| message.author.bot) {
            return Ok(assumed);
        }
        let user = self.current_user().await?.id;
        Ok(*self.shared.bot_user.get_or_init(|| user))
    }
}

/// The custom ids of all components, however deep: rows, containers, sections with their accessory, labels.
fn custom_ids(components: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect_custom_ids(components, &mut found);
    found
}

fn collect_custom_ids(component: &Value, found: &mut Vec<String>) {
    match component {
        Value::Array(list) => list.iter().for_each(|inner| collect_custom_ids(inner, found)),
        Value::Object(fields) => {
            found.extend(fields.get("custom_id").and_then(Value::as_str).map(str::to_owned));
            for child in ["components", "component", "accessory"] {
                fields
                    .get(child)
                    .into_iter()
                    .for_each(|inner| collect_custom_ids(inner, found));
            }
        }
        _ => {}
    }
}
