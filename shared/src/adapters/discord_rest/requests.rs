//! A builder for every call that Gantry makes to Discord. Pure: a request can be asserted without a network.
//!
//! A value that Discord would surely refuse is refused here, in Discord's own unit: characters are Unicode code points,
//! never bytes. What is merely doubtful is left to Discord.

mod scheduled;
mod teams;

pub use scheduled::*;
pub use teams::*;

use super::encode::percent_encode;
use super::request::{Auth, Major, Repeat, Request};
use crate::domain::ids::{ApplicationId, ChannelId, CommandId, GuildId, MessageId, RoleId, UserId};
use crate::domain::permissions::Overwrite;
use crate::ports::discord::{
    ChannelKind, ChannelPlace, DiscordError, DiscordResult, Mentions, MessageBody, NewChannel, NewMessage,
    Upload,
};
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// Discord returns the earlier message for a nonce "within the past few minutes" (Discord docs, create message). One
/// minute stays well inside.
const NONCE_LIFE: Duration = Duration::from_secs(60);
/// Discord's code for a form that is not valid; used for what is refused before sending, too.
const INVALID_FORM: u64 = 50035;
const CHANNEL_NAME_CHARS: usize = 100;
const TOPIC_CHARS: usize = 1024;
const CONTENT_CHARS: usize = 2000;
const NONCE_CHARS: usize = 25;
const MENTIONED_USERS: usize = 100;
const MESSAGES_PER_PAGE: u8 = 100;
const MEMBERS_PER_PAGE: u16 = 1000;

/// Where application commands live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandScope {
    /// Everywhere.
    Global,
    /// In one guild.
    Guild(GuildId),
}

/// All channels of a guild.
#[must_use]
pub fn list_channels(guild: GuildId) -> Request {
    let path = format!("/guilds/{guild}/channels");
    Request::bot(
        Method::GET,
        "/guilds/{guild.id}/channels",
        Major::Guild(guild),
        path,
    )
}

/// A guild, with the approximate number of its members.
#[must_use]
pub fn guild_with_counts(guild: GuildId) -> Request {
    let path = format!("/guilds/{guild}");
    Request::bot(Method::GET, "/guilds/{guild.id}", Major::Guild(guild), path).query("with_counts", true)
}

/// A page of a guild's members, by id.
///
/// # Errors
/// [`DiscordError::Refused`] for a page of none or of more than 1,000.
pub fn list_members(guild: GuildId, after: Option<UserId>, limit: u16) -> DiscordResult<Request> {
    if !(1..=MEMBERS_PER_PAGE).contains(&limit) {
        return Err(refused("limit must be 1 to 1000"));
    }
    let path = format!("/guilds/{guild}/members");
    let request = Request::bot(
        Method::GET,
        "/guilds/{guild.id}/members",
        Major::Guild(guild),
        path,
    );
    let request = request.query("limit", limit);
    Ok(match after {
        Some(after) => request.query("after", after),
        None => request,
    })
}

/// A guild with its roles.
#[must_use]
pub fn get_guild(guild: GuildId) -> Request {
    let path = format!("/guilds/{guild}");
    Request::bot(Method::GET, "/guilds/{guild.id}", Major::Guild(guild), path)
}

/// One member of a guild.
#[must_use]
pub fn get_member(guild: GuildId, user: UserId) -> Request {
    let path = format!("/guilds/{guild}/members/{user}");
    let template = "/guilds/{guild.id}/members/{user.id}";
    Request::bot(Method::GET, template, Major::Guild(guild), path)
}

/// Where one member is in voice.
#[must_use]
pub fn voice_state(guild: GuildId, user: UserId) -> Request {
    let path = format!("/guilds/{guild}/voice-states/{user}");
    let template = "/guilds/{guild.id}/voice-states/{user.id}";
    Request::bot(Method::GET, template, Major::Guild(guild), path)
}

/// Gives a member a role.
#[must_use]
pub fn add_role(guild: GuildId, user: UserId, role: RoleId, reason: &str) -> Request {
    one_role(Method::PUT, guild, user, role).reason(reason)
}

/// Takes a role from a member.
#[must_use]
pub fn remove_role(guild: GuildId, user: UserId, role: RoleId, reason: &str) -> Request {
    one_role(Method::DELETE, guild, user, role).reason(reason)
}

fn one_role(method: Method, guild: GuildId, user: UserId, role: RoleId) -> Request {
    let path = format!("/guilds/{guild}/members/{user}/roles/{role}");
    let template = "/guilds/{guild.id}/members/{user.id}/roles/{role.id}";
    Request::bot(method, template, Major::Guild(guild), path)
}

/// A new channel.
///
/// # Errors
/// [`DiscordError::Refused`] for a name or topic that Discord does not take.
pub fn create_channel(guild: GuildId, channel: &NewChannel, reason: &str) -> DiscordResult<Request> {
    let NewChannel {
        kind,
        name,
        topic,
        parent,
        overwrites,
        user_limit,
    } = channel;
    length("name", name, 1, CHANNEL_NAME_CHARS)?;
    let mut body = Map::new();
    body.insert("name".to_owned(), json!(name));
    body.insert("type".to_owned(), json!(channel_type(*kind)));
    if let Some(topic) = topic {
        length("topic", topic, 0, TOPIC_CHARS)?;
        body.insert("topic".to_owned(), json!(topic));
    }
    if let Some(parent) = parent {
        body.insert("parent_id".to_owned(), json!(parent));
    }
    if !overwrites.is_empty() {
        body.insert("permission_overwrites".to_owned(), wire_overwrites(overwrites));
    }
    if let Some(limit) = user_limit {
        body.insert("user_limit".to_owned(), json!(limit));
    }
    let path = format!("/guilds/{guild}/channels");
    Ok(Request::bot(
        Method::POST,
        "/guilds/{guild.id}/channels",
        Major::Guild(guild),
        path,
    )
    .body(Value::Object(body))
    .reason(reason)
    .repeat(Repeat::Unsafe))
}

/// A channel with another name.
#[must_use]
pub fn rename_channel(channel: ChannelId, name: &str, reason: &str) -> Request {
    let path = format!("/channels/{channel}");
    Request::bot(
        Method::PATCH,
        "/channels/{channel.id}",
        Major::Channel(channel),
        path,
    )
    .body(json!({ "name": name }))
    .reason(reason)
}

/// A channel put into a category, with all its overwrites.
#[must_use]
pub fn move_channel(channel: ChannelId, place: &ChannelPlace, reason: &str) -> Request {
    let overwrites = wire_overwrites(&place.overwrites);
    let body = json!({ "parent_id": place.parent, "permission_overwrites": overwrites });
    let path = format!("/channels/{channel}");
    Request::bot(
        Method::PATCH,
        "/channels/{channel.id}",
        Major::Channel(channel),
        path,
    )
    .body(body)
    .reason(reason)
}

/// Permission bits travel as text (Discord docs, topics/permissions).
fn wire_overwrites(overwrites: &[Overwrite]) -> Value {
    overwrites
        .iter()
        .map(|one| {
            json!({
                "id": one.target.to_string(),
                "type": u8::from(!one.of_role),
                "allow": one.allow.0.to_string(),
                "deny": one.deny.0.to_string(),
            })
        })
        .collect()
}

/// A channel or thread.
#[must_use]
pub fn get_channel(channel: ChannelId) -> Request {
    let path = format!("/channels/{channel}");
    Request::bot(
        Method::GET,
        "/channels/{channel.id}",
        Major::Channel(channel),
        path,
    )
}

/// The end of a channel.
#[must_use]
pub fn delete_channel(channel: ChannelId, reason: &str) -> Request {
    let path = format!("/channels/{channel}");
    Request::bot(
        Method::DELETE,
        "/channels/{channel.id}",
        Major::Channel(channel),
        path,
    )
    .reason(reason)
}

/// A message to a channel, which Discord makes once for each nonce.
///
/// # Errors
/// [`DiscordError::Refused`] for a nonce, content or list of mentions that Discord does not take.
pub fn post_message(channel: ChannelId, message: &NewMessage) -> DiscordResult<Request> {
    length("nonce", &message.nonce, 1, NONCE_CHARS)?;
    let mut body = message_fields(&message.body, &message.mentions)?;
    body.insert("nonce".to_owned(), json!(message.nonce));
    body.insert("enforce_nonce".to_owned(), json!(true));
    let path = format!("/channels/{channel}/messages");
    Ok(Request::bot(
        Method::POST,
        "/channels/{channel.id}/messages",
        Major::Channel(channel),
        path,
    )
    .body(Value::Object(body))
    .repeat(Repeat::SafeFor(NONCE_LIFE)))
}

/// New fields for a message; nobody is notified.
///
/// # Errors
/// [`DiscordError::Refused`] for content that Discord does not take.
pub fn edit_message(channel: ChannelId, message: MessageId, body: &MessageBody) -> DiscordResult<Request> {
    let body = message_fields(body, &Mentions::default())?;
    let path = format!("/channels/{channel}/messages/{message}");
    let template = "/channels/{channel.id}/messages/{message.id}";
    Ok(Request::bot(Method::PATCH, template, Major::Channel(channel), path).body(Value::Object(body)))
}

/// One message.
#[must_use]
pub fn get_message(channel: ChannelId, message: MessageId) -> Request {
    let path = format!("/channels/{channel}/messages/{message}");
    let template = "/channels/{channel.id}/messages/{message.id}";
    Request::bot(Method::GET, template, Major::Channel(channel), path)
}

/// A channel's latest 100 messages, newest first.
#[must_use]
pub fn latest_messages(channel: ChannelId) -> Request {
    let path = format!("/channels/{channel}/messages");
    Request::bot(
        Method::GET,
        "/channels/{channel.id}/messages",
        Major::Channel(channel),
        path,
    )
    .query("limit", MESSAGES_PER_PAGE)
}

/// The DM channel with a user. Discord returns the one that exists.
#[must_use]
pub fn open_dm(user: UserId) -> Request {
    let path = "/users/@me/channels";
    Request::bot(Method::POST, path, Major::None, path.to_owned()).body(json!({ "recipient_id": user }))
}

/// New fields for an interaction's first response; nobody is notified.
///
/// # Errors
/// [`DiscordError::Refused`] for content that Discord does not take, or a token that is none.
pub fn edit_original(application: ApplicationId, token: &str, body: &MessageBody) -> DiscordResult<Request> {
    // Dot segments would be taken out of the path, and the request would go somewhere else.
    if matches!(token, "" | "." | "..") {
        return Err(refused("the interaction token is none"));
    }
    let body = message_fields(body, &Mentions::default())?;
    let path = format!(
        "/webhooks/{application}/{}/messages/@original",
        percent_encode(token)
    );
    let template = "/webhooks/{application.id}/{interaction.token}/messages/@original";
    let major = Major::Interaction(application, digest(token));
    let request = Request::bot(Method::PATCH, template, major, path).body(Value::Object(body));
    Ok(Request {
        auth: Auth::Interaction,
        ..request
    })
}

/// The same with a file, which takes the place of those that were there.
///
/// # Errors
/// As [`edit_original`].
pub fn edit_original_with_file(
    application: ApplicationId,
    token: &str,
    body: &MessageBody,
    file: &Upload,
) -> DiscordResult<Request> {
    let body = attaching(body, file);
    edit_original(application, token, &body).map(|request| request.file(file))
}

/// The message with the file in the place of those that were there, unless it names its attachments by itself.
fn attaching(body: &MessageBody, file: &Upload) -> MessageBody {
    let mut body = body.clone();
    if let Some(fields) = body.0.as_object_mut() {
        fields
            .entry("attachments")
            .or_insert_with(|| json!([{ "id": "0", "filename": file.filename }]));
    }
    body
}

/// As [`post_message`], with a file.
///
/// # Errors
/// As [`post_message`].
pub fn post_message_with_file(
    channel: ChannelId,
    message: &NewMessage,
    file: &Upload,
) -> DiscordResult<Request> {
    let message = NewMessage {
        body: attaching(&message.body, file),
        ..message.clone()
    };
    post_message(channel, &message).map(|request| request.file(file))
}

/// As [`edit_message`], with a file in the place of those that were there.
///
/// # Errors
/// As [`edit_message`].
pub fn edit_message_with_file(
    channel: ChannelId,
    message: MessageId,
    body: &MessageBody,
    file: &Upload,
) -> DiscordResult<Request> {
    edit_message(channel, message, &attaching(body, file)).map(|request| request.file(file))
}

/// All commands of an application, with their localisations.
#[must_use]
pub fn list_commands(application: ApplicationId, scope: CommandScope) -> Request {
    commands(Method::GET, application, scope).query("with_localizations", true)
}

/// The full list of an application's commands; what is not in it is removed (Discord docs, application commands).
#[must_use]
pub fn put_commands(application: ApplicationId, scope: CommandScope, list: &[Value]) -> Request {
    commands(Method::PUT, application, scope).body(json!(list))
}

/// A command, which replaces one of the same name and type.
#[must_use]
pub fn create_command(application: ApplicationId, scope: CommandScope, command: &Value) -> Request {
    commands(Method::POST, application, scope).body(command.clone())
}

/// New fields for a command. Its type cannot change, and Discord does not take it here.
#[must_use]
pub fn edit_command(
    application: ApplicationId,
    scope: CommandScope,
    command: CommandId,
    fields: &Value,
) -> Request {
    let mut fields = fields.clone();
    if let Some(fields) = fields.as_object_mut() {
        fields.remove("type");
    }
    one_command(Method::PATCH, application, scope, command).body(fields)
}

/// Removes a command.
#[must_use]
pub fn delete_command(application: ApplicationId, scope: CommandScope, command: CommandId) -> Request {
    one_command(Method::DELETE, application, scope, command)
}

/// The application that the bot token belongs to.
#[must_use]
pub fn current_application() -> Request {
    let path = "/applications/@me";
    Request::bot(Method::GET, path, Major::None, path.to_owned())
}

/// The bot's own account.
#[must_use]
pub fn current_user() -> Request {
    let path = "/users/@me";
    Request::bot(Method::GET, path, Major::None, path.to_owned())
}

fn commands(method: Method, application: ApplicationId, scope: CommandScope) -> Request {
    match scope {
        CommandScope::Global => {
            let path = format!("/applications/{application}/commands");
            Request::bot(
                method,
                "/applications/{application.id}/commands",
                Major::None,
                path,
            )
        }
        CommandScope::Guild(guild) => {
            let path = format!("/applications/{application}/guilds/{guild}/commands");
            let template = "/applications/{application.id}/guilds/{guild.id}/commands";
            Request::bot(method, template, Major::Guild(guild), path)
        }
    }
}

fn one_command(method: Method, application: ApplicationId, scope: CommandScope, id: CommandId) -> Request {
    match scope {
        CommandScope::Global => {
            let path = format!("/applications/{application}/commands/{id}");
            let template = "/applications/{application.id}/commands/{command.id}";
            Request::bot(method, template, Major::None, path)
        }
        CommandScope::Guild(guild) => {
            let path = format!("/applications/{application}/guilds/{guild}/commands/{id}");
            let template = "/applications/{application.id}/guilds/{guild.id}/commands/{command.id}";
            Request::bot(method, template, Major::Guild(guild), path)
        }
    }
}

/// A message's fields with `allowed_mentions`, which is always sent: without it, an edit too starts from "all".
fn message_fields(body: &MessageBody, mentions: &Mentions) -> DiscordResult<Map<String, Value>> {
    let Value::Object(fields) = &body.0 else {
        return Err(refused("the message is no JSON object"));
    };
    let mut fields = fields.clone();
    if let Some(content) = fields.get("content").and_then(Value::as_str) {
        length("content", content, 0, CONTENT_CHARS)?;
    }
    let users: BTreeSet<UserId> = mentions.users.iter().copied().collect();
    if users.len() > MENTIONED_USERS {
        return Err(refused(&format!(
            "allowed_mentions.users: at most {MENTIONED_USERS}, not {}",
            users.len()
        )));
    }
    let mut allowed = json!({ "parse": [] });
    if !users.is_empty() {
        allowed["users"] = json!(users);
    }
    fields.insert("allowed_mentions".to_owned(), allowed);
    Ok(fields)
}

fn channel_type(kind: ChannelKind) -> u8 {
    match kind {
        ChannelKind::Text => 0,
        ChannelKind::Voice => 2,
        ChannelKind::Category => 4,
        ChannelKind::Other(number) => number,
    }
}

/// Refuses text that is too short or too long in code points, of which a character never has less than one: what
/// passes here may be too long still where Discord counts UTF-16 units.
fn length(field: &str, text: &str, min: usize, max: usize) -> DiscordResult<()> {
    let chars = text.chars().count();
    if (min..=max).contains(&chars) {
        return Ok(());
    }
    Err(refused(&format!("{field}: {min}-{max} characters, not {chars}")))
}

fn refused(message: &str) -> DiscordError {
    DiscordError::Refused {
        code: INVALID_FORM,
        message: format!("not sent: {message}"),
        fields: Vec::new(),
    }
}

/// Tells tokens apart without keeping them.
fn digest(token: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish()
}
