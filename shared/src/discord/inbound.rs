//! What Gantry reads of an interaction, leniently: unknown fields are passed over, newer ones may be missing, but what is
//! needed must have its right type (Discord docs, receiving and responding).

use crate::domain::ids::{ApplicationId, ChannelId, GuildId, InteractionId, MessageId, RoleId, UserId};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use std::collections::HashMap;

/// Bodies longer than this are refused before anything is done with them, in bytes. Discord's own are a few KiB.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// Arrays and objects within each other; a command nests about ten deep. serde_json stops at 128 in what it reads, but not
/// in fields that it passes over.
pub const MAX_DEPTH: usize = 64;

/// A signed body that is no interaction. Answered with 400; the text is for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnInteraction {
    /// Over [`MAX_BODY_BYTES`].
    #[error("the body has {0} bytes")]
    TooLong(usize),
    /// Over [`MAX_DEPTH`].
    #[error("the body is nested too deeply")]
    TooDeep,
    /// No JSON, or a needed field is missing or of another type.
    #[error("the body is no interaction: {0}")]
    Malformed(String),
    /// An interaction type that Gantry does not know, or a PING, which has to be answered before.
    #[error("interaction type {0} is unknown")]
    UnknownType(u64),
}

/// A click, a command or a submitted modal. A PING is none: [`is_ping`] tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction {
    /// Unique: tells a delivery from its repetition.
    pub id: InteractionId,
    /// The application that is addressed; several may be served side by side.
    pub application_id: ApplicationId,
    /// Lets the answer be edited for 15 minutes. A secret: never logged.
    pub token: Token,
    /// Where; `None` in DMs.
    pub guild_id: Option<GuildId>,
    /// Where; missing in some older payloads.
    pub channel_id: Option<ChannelId>,
    /// The message whose component was used.
    pub message_id: Option<MessageId>,
    /// The invoker's language, such as `en-GB`.
    pub locale: Option<String>,
    /// The guild's preferred language.
    pub guild_locale: Option<String>,
    /// 0 guild, 1 DM with the bot, 2 other private channel; missing in older payloads.
    pub context: Option<u64>,
    /// What the bot may do in this channel.
    pub app_permissions: Option<Permissions>,
    /// What is asked.
    pub data: Data,
    actor: Actor,
}

/// What is asked, by Discord's interaction type.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Type 2.
    Command(CommandData),
    /// Type 3.
    Component(ComponentData),
    /// Type 4: the same as a command, while it is still being typed.
    Autocomplete(CommandData),
    /// Type 5.
    Modal(ModalData),
}

/// An interaction's token. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// A Discord permission bit set; unknown bits are kept (Discord docs, permissions).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(pub u64);

impl Permissions {
    /// All rights in the guild.
    pub const ADMINISTRATOR: Self = Self(1 << 3);
    /// May change the guild's settings.
    pub const MANAGE_GUILD: Self = Self(1 << 5);

    /// Whether all bits of `other` are held, or the administrator's bit, which stands for all.
    #[must_use]
    pub const fn allow(self, other: Self) -> bool {
        self.0 & Self::ADMINISTRATOR.0 != 0 || self.0 & other.0 == other.0
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The Discord account.
    pub user: UserId,
    /// As the guild's members see them: nickname, else global name, else username.
    pub display_name: String,
    /// The account's unique name.
    pub username: String,
    /// What they may do in this channel; nothing in DMs.
    pub permissions: Permissions,
    /// Their roles in the guild; none in DMs.
    pub roles: Vec<RoleId>,
}

/// A command with its options, or the part that is typed so far.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CommandData {
    /// The top-level command's name.
    pub name: String,
    /// 1 for a slash command, 2 for a user's menu, 3 for a message's menu.
    #[serde(rename = "type", default = "chat_input")]
    pub kind: u64,
    /// Options, or the one sub-command.
    #[serde(default, deserialize_with = "null_as_default")]
    pub options: Vec<CommandOption>,
    /// What the options' ids stand for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub resolved: Resolved,
}

/// What ids in options stand for; only what Gantry needs of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Resolved {
    /// Uploaded files by their ids.
    #[serde(default, deserialize_with = "null_as_default")]
    pub attachments: HashMap<String, AttachmentData>,
    /// Accounts by their ids.
    #[serde(default, deserialize_with = "null_as_default")]
    pub users: HashMap<String, UserData>,
    /// Those of them that are in the guild.
    #[serde(default, deserialize_with = "null_as_default")]
    pub members: HashMap<String, MemberData>,
    /// Roles by their ids.
    #[serde(default, deserialize_with = "null_as_default")]
    pub roles: HashMap<String, RoleData>,
    /// Channels by their ids.
    #[serde(default, deserialize_with = "null_as_default")]
    pub channels: HashMap<String, ChannelData>,
}

/// An account that was picked (Discord docs, resources/user).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct UserData {
    /// Its id.
    pub id: UserId,
    /// Its unique name.
    pub username: String,
    /// Its display name.
    #[serde(default)]
    pub global_name: Option<String>,
    /// Whether it is an application's.
    #[serde(default)]
    pub bot: bool,
}

/// A picked account as a member of the guild (Discord docs, resources/guild).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct MemberData {
    /// Its name in the guild.
    #[serde(default)]
    pub nick: Option<String>,
}

/// A role that was picked (Discord docs, topics/permissions).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RoleData {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it allows.
    #[serde(default)]
    pub permissions: Permissions,
    /// Whether it belongs to an application or a subscription: nobody can hand it out.
    #[serde(default)]
    pub managed: bool,
}

/// A channel that was picked (Discord docs, receiving and responding, resolved data).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ChannelData {
    /// Its id.
    pub id: ChannelId,
    /// Discord's channel type.
    #[serde(rename = "type")]
    pub kind: u64,
    /// What the application may do in it.
    #[serde(default)]
    pub app_permissions: Option<Permissions>,
}

/// An uploaded file, as Discord describes it (Discord docs, resources/message, attachment object).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AttachmentData {
    /// Its name.
    pub filename: String,
    /// Bytes.
    pub size: u64,
    /// Where it can be had for a day or so.
    pub url: String,
}

/// One option as sent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CommandOption {
    /// The option's or sub-command's name.
    pub name: String,
    /// Discord's option type; 1 and 2 are sub-commands and their groups.
    #[serde(rename = "type")]
    pub kind: u64,
    /// Given for what is no sub-command.
    #[serde(default)]
    pub value: Option<Value>,
    /// What is inside a sub-command.
    #[serde(default, deserialize_with = "null_as_default")]
    pub options: Vec<Self>,
    /// Whether this is what is being typed (autocomplete).
    #[serde(default)]
    pub focused: bool,
}

/// A used button or select.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ComponentData {
    /// What we gave it.
    pub custom_id: String,
    /// What was chosen; empty for buttons.
    #[serde(default, deserialize_with = "null_as_default")]
    pub values: Vec<String>,
    /// What the chosen ids stand for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub resolved: Resolved,
}

/// A submitted modal.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ModalData {
    /// What we gave it.
    pub custom_id: String,
    /// Labels or action rows with their inputs; read by [`crate::discord::modals`].
    #[serde(default, deserialize_with = "null_as_default")]
    pub components: Vec<Value>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: u64,
}

#[derive(Deserialize)]
struct RawInteraction {
    id: InteractionId,
    application_id: ApplicationId,
    #[serde(rename = "type")]
    kind: u64,
    token: Token,
    guild_id: Option<GuildId>,
    channel_id: Option<ChannelId>,
    message: Option<RawMessage>,
    locale: Option<String>,
    guild_locale: Option<String>,
    context: Option<u64>,
    app_permissions: Option<Permissions>,
    member: Option<RawMember>,
    user: Option<RawUser>,
    data: Option<Value>,
}

#[derive(Deserialize)]
struct RawMessage {
    id: MessageId,
}

#[derive(Deserialize)]
struct RawMember {
    user: Option<RawUser>,
    nick: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    roles: Vec<RoleId>,
    permissions: Option<Permissions>,
}

#[derive(Deserialize)]
struct RawUser {
    id: UserId,
    username: String,
    global_name: Option<String>,
}

const fn chat_input() -> u64 {
    1
}

fn null_as_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether the body is Discord's PING. Reads the type only, so that it is answered before anything else is set up.
#[must_use]
pub fn is_ping(body: &[u8]) -> bool {
    body.len() <= MAX_BODY_BYTES
        && !too_deep(body)
        && matches!(serde_json::from_slice(body), Ok(Kind { kind: 1 }))
}

/// Reads a verified body.
///
/// # Errors
/// [`NotAnInteraction`], which says what is wrong with it.
pub fn parse(body: &[u8]) -> Result<Interaction, NotAnInteraction> {
    if body.len() > MAX_BODY_BYTES {
        return Err(NotAnInteraction::TooLong(body.len()));
    }
    if too_deep(body) {
        return Err(NotAnInteraction::TooDeep);
    }
    let raw: RawInteraction = serde_json::from_slice(body).map_err(malformed)?;
    let data = match raw.kind {
        2 => Data::Command(data(raw.data)?),
        3 => Data::Component(data(raw.data)?),
        4 => Data::Autocomplete(data(raw.data)?),
        5 => Data::Modal(data(raw.data)?),
        other => return Err(NotAnInteraction::UnknownType(other)),
    };
    let actor = actor(raw.member, raw.user)
        .ok_or_else(|| NotAnInteraction::Malformed("neither member nor user is given".to_owned()))?;
    Ok(Interaction {
        id: raw.id,
        application_id: raw.application_id,
        token: raw.token,
        guild_id: raw.guild_id,
        channel_id: raw.channel_id,
        message_id: raw.message.map(|message| message.id),
        locale: raw.locale,
        guild_locale: raw.guild_locale,
        context: raw.context,
        app_permissions: raw.app_permissions,
        data,
        actor,
    })
}

impl Interaction {
    /// Who acts.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }
}

fn data<T: DeserializeOwned>(data: Option<Value>) -> Result<T, NotAnInteraction> {
    serde_json::from_value(data.unwrap_or_default()).map_err(malformed)
}

fn actor(member: Option<RawMember>, user: Option<RawUser>) -> Option<Actor> {
    let (in_guild, nick, roles, permissions) = match member {
        Some(member) => (member.user, member.nick, member.roles, member.permissions),
        None => (None, None, Vec::new(), None),
    };
    let user = in_guild.or(user)?;
    let shown = [nick, user.global_name]
        .into_iter()
        .flatten()
        .find(|name| !name.trim().is_empty());
    Some(Actor {
        user: user.id,
        display_name: shown.unwrap_or_else(|| user.username.clone()),
        username: user.username,
        permissions: permissions.unwrap_or_default(),
        roles,
    })
}

fn malformed(error: serde_json::Error) -> NotAnInteraction {
    // serde_json's message may quote a value; the place is enough, and cannot leak a token into the log.
    let (kind, line, column) = (error.classify(), error.line(), error.column());
    NotAnInteraction::Malformed(format!("{kind:?} fault at line {line} column {column}"))
}

/// Whether brackets outside of strings are open to more than [`MAX_DEPTH`] at once.
fn too_deep(body: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return true;
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
#[path = "inbound_tests.rs"]
mod tests;
