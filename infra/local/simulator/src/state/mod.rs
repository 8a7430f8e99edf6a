//! What the simulator knows: users, guilds, channels with their messages, commands and interactions.

mod json;
mod messages;
mod settle;

pub(crate) use json::{
    channel_json, guild_json, instant, member_json, role_json, thread_member_json, user_json,
};
pub(crate) use messages::{Message, attachments, message_json};

use crate::error::ApiError;
use crate::files::StoredFile;
use crate::limits;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Discord's epoch, 2015-01-01T00:00:00Z, in milliseconds since 1970.
const EPOCH_MS: i64 = 1_420_070_400_000;

/// Everything behind the simulator's lock.
#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    pub app_id: u64,
    pub app_name: String,
    pub public_key: String,
    pub endpoint: Option<String>,
    last_id: u64,
    pub users: BTreeMap<u64, User>,
    pub guilds: BTreeMap<u64, Guild>,
    pub channels: BTreeMap<u64, Channel>,
    pub commands: BTreeMap<u64, Command>,
    /// When commands were created, and in which guild (`None`: globally), for the daily limit.
    pub command_creates: Vec<(Option<u64>, Timestamp)>,
    pub interactions: BTreeMap<u64, Interaction>,
    tokens: HashMap<String, u64>,
    /// When the state was last settled.
    swept: Timestamp,
    pub renames: HashMap<u64, Vec<Timestamp>>,
    pub members_intent: bool,
    /// Uploaded files.
    #[serde(default)]
    pub files: BTreeMap<u64, StoredFile>,
    /// Where they are served: scheme, host and port.
    #[serde(default)]
    pub files_base: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub id: u64,
    pub username: String,
    pub global_name: Option<String>,
    pub bot: bool,
    pub dms_closed: bool,
    /// What the playground shows beside the name; Discord knows nothing of it.
    #[serde(default)]
    pub rank: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Guild {
    pub id: u64,
    pub name: String,
    pub owner: u64,
    pub locale: String,
    pub features: Vec<String>,
    pub roles: BTreeMap<u64, Role>,
    pub members: BTreeMap<u64, Member>,
    pub events: BTreeMap<u64, Value>,
    /// The voice channel that a member sits in.
    pub voice: BTreeMap<u64, u64>,
    /// The number of members that the guild says it has, if not its own.
    #[serde(default)]
    pub told_count: Option<u64>,
    /// Members that no listing shows.
    #[serde(default)]
    pub unlisted: BTreeSet<u64>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    pub id: u64,
    pub name: String,
    pub permissions: u64,
    pub position: i64,
    pub color: i64,
    pub hoist: bool,
    pub mentionable: bool,
    /// The bot whose own role this is.
    pub bot: Option<u64>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Member {
    pub nick: Option<String>,
    pub roles: BTreeSet<u64>,
    pub joined_at: Timestamp,
    pub timeout_until: Option<Timestamp>,
    pub mute: bool,
    pub deaf: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Overwrite {
    /// 0 role, 1 member.
    pub kind: u8,
    pub allow: u64,
    pub deny: u64,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Channel {
    pub id: u64,
    /// Discord's channel type: 0 text, 1 DM, 2 voice, 4 category, 5 announcement, 10-12 threads, 13 stage, 15 forum.
    pub kind: u8,
    pub guild: Option<u64>,
    pub name: String,
    pub topic: Option<String>,
    pub position: i64,
    pub parent: Option<u64>,
    pub overwrites: BTreeMap<u64, Overwrite>,
    pub nsfw: bool,
    pub slowmode: i64,
    pub bitrate: i64,
    pub user_limit: i64,
    pub auto_archive: Option<i64>,
    pub recipients: BTreeSet<u64>,
    pub thread: Option<Thread>,
    pub messages: BTreeMap<u64, Message>,
    pub last_message: Option<u64>,
    /// Pinned messages and when they were pinned.
    pub pins: BTreeMap<u64, Timestamp>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Thread {
    pub owner: u64,
    pub archived: bool,
    pub locked: bool,
    pub invitable: bool,
    pub auto_archive: i64,
    pub archive_changed: Timestamp,
    pub created: Timestamp,
    pub members: BTreeMap<u64, Timestamp>,
    pub total_sent: u64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Command {
    pub id: u64,
    pub guild: Option<u64>,
    pub kind: u8,
    pub name: String,
    pub body: Value,
}

/// How an interaction has been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answered {
    /// Not yet, or the simulator does not know of it yet.
    Open,
    /// With a message or a deferred one that has been filled since.
    Message,
    /// Deferred: a placeholder waits for its content.
    Deferred { ephemeral: bool },
    /// With an update of the message that carried the component, at once or later.
    Update,
    /// With a modal.
    Modal,
    /// Never in time: the token is dead.
    Failed,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Interaction {
    pub id: u64,
    pub token: String,
    /// 2 command, 3 component, 4 autocomplete, 5 modal.
    pub kind: u8,
    pub guild: Option<u64>,
    pub channel: u64,
    pub user: u64,
    pub command: Option<String>,
    /// The message that carried the component.
    pub source: Option<u64>,
    pub created: Timestamp,
    pub answered: Answered,
    /// The message `@original` stands for.
    pub original: Option<u64>,
    pub messages: Vec<u64>,
    pub modal: Option<Value>,
}

impl State {
    pub fn new(app_id: u64, app_name: &str, public_key: String) -> Self {
        let bot = User {
            id: app_id,
            username: app_name.to_owned(),
            global_name: None,
            bot: true,
            dms_closed: false,
            rank: None,
        };
        Self {
            app_id,
            app_name: app_name.to_owned(),
            public_key,
            endpoint: None,
            last_id: app_id,
            users: BTreeMap::from([(app_id, bot)]),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            commands: BTreeMap::new(),
            command_creates: Vec::new(),
            interactions: BTreeMap::new(),
            tokens: HashMap::new(),
            swept: Timestamp::MIN,
            renames: HashMap::new(),
            members_intent: true,
            files: BTreeMap::new(),
            files_base: "http://127.0.0.1".to_owned(),
        }
    }

    /// A new snowflake: the clock's milliseconds in the upper 42 bits; always above every earlier one.
    pub fn next_id(&mut self, now: Timestamp) -> u64 {
        let ms = u64::try_from(now.as_millisecond() - EPOCH_MS).unwrap_or(0);
        self.last_id = (ms << 22).max(self.last_id + 1);
        self.last_id
    }

    /// The guild, which the bot must be in.
    pub fn guild(&self, id: u64) -> Result<&Guild, ApiError> {
        let guild = self.guilds.get(&id).ok_or_else(|| ApiError::known(10004))?;
        if guild.members.contains_key(&self.app_id) {
            Ok(guild)
        } else {
            Err(ApiError::known(50001))
        }
    }

    /// The same, to be changed.
    pub fn guild_mut(&mut self, id: u64) -> Result<&mut Guild, ApiError> {
        self.guild(id)?;
        self.guilds.get_mut(&id).ok_or_else(|| ApiError::known(10004))
    }

    pub fn channel(&self, id: u64) -> Result<&Channel, ApiError> {
        self.channels.get(&id).ok_or_else(|| ApiError::known(10003))
    }

    pub fn channel_mut(&mut self, id: u64) -> Result<&mut Channel, ApiError> {
        self.channels.get_mut(&id).ok_or_else(|| ApiError::known(10003))
    }

    /// The channels of a guild without its threads.
    pub fn guild_channels(&self, guild: u64) -> impl Iterator<Item = &Channel> {
        self.channels
            .values()
            .filter(move |channel| channel.guild == Some(guild) && channel.thread.is_none())
    }

    /// The members of `category`.
    pub fn children(&self, category: u64) -> usize {
        self.channels
            .values()
            .filter(|channel| channel.parent == Some(category) && channel.thread.is_none())
            .count()
    }

    /// Adds a role above @everyone and below the bot's own and all other roles, as Discord does.
    pub fn add_role(&mut self, guild: u64, mut role: Role) -> Result<u64, ApiError> {
        let guild = self
            .guilds
            .get_mut(&guild)
            .ok_or_else(|| ApiError::known(10004))?;
        if guild.roles.len() >= limits::ROLES_PER_GUILD {
            return Err(ApiError::known(30005));
        }
        for other in guild.roles.values_mut().filter(|other| other.position >= 1) {
            other.position += 1;
        }
        role.position = 1;
        let id = role.id;
        guild.roles.insert(id, role);
        Ok(id)
    }

    /// Removes a role from the guild, its members and the overwrites.
    pub fn drop_role(&mut self, guild: u64, role: u64) {
        if let Some(guild) = self.guilds.get_mut(&guild) {
            guild.roles.remove(&role);
            for member in guild.members.values_mut() {
                member.roles.remove(&role);
            }
        }
        for channel in self.channels.values_mut() {
            channel.overwrites.remove(&role);
        }
    }

    /// Removes a channel with its messages; its threads go with it, a category's children stay without parent.
    pub fn remove_channel(&mut self, id: u64) -> Option<Channel> {
        let removed = self.channels.remove(&id)?;
        let threads: Vec<u64> = self
            .channels
            .values()
            .filter(|channel| channel.parent == Some(id) && channel.thread.is_some())
            .map(|channel| channel.id)
            .collect();
        for thread in threads {
            self.channels.remove(&thread);
        }
        for child in self
            .channels
            .values_mut()
            .filter(|channel| channel.parent == Some(id))
        {
            child.parent = None;
        }
        for guild in self.guilds.values_mut() {
            guild.voice.retain(|_, channel| *channel != id);
        }
        Some(removed)
    }

    /// The DM channel between the bot and `user`, if it has been opened.
    pub fn dm_with(&self, user: u64) -> Option<u64> {
        self.channels
            .values()
            .find(|channel| channel.kind == 1 && channel.recipients.contains(&user))
            .map(|channel| channel.id)
    }

    /// The DM channel between the bot and `user`, opened when it is not there.
    pub fn open_dm(&mut self, user: u64, now: Timestamp) -> u64 {
        if let Some(id) = self.dm_with(user) {
            return id;
        }
        let id = self.next_id(now);
        let mut channel = Channel::new(id, 1, None, "");
        channel.recipients = BTreeSet::from([self.app_id, user]);
        self.channels.insert(id, channel);
        id
    }

    /// Puts a message into its channel; a message of a person or the bot in a thread un-archives it.
    pub fn add_message(&mut self, message: Message) {
        let Some(channel) = self.channels.get_mut(&message.channel) else {
            return;
        };
        if message.ephemeral_for.is_none() {
            channel.last_message = Some(message.id);
            if let Some(thread) = &mut channel.thread {
                thread.total_sent += 1;
                if thread.archived {
                    thread.archived = false;
                    thread.archive_changed = message.created;
                }
            }
        }
        channel.messages.insert(message.id, message);
    }

    /// A message that everybody who sees the channel can see.
    pub fn message(&self, channel: u64, id: u64) -> Result<&Message, ApiError> {
        let message = self
            .channels
            .get(&channel)
            .and_then(|channel| channel.messages.get(&id));
        message
            .filter(|message| message.ephemeral_for.is_none())
            .ok_or_else(|| ApiError::known(10008))
    }

    /// Keeps a new interaction.
    pub fn open_interaction(&mut self, interaction: Interaction) {
        self.tokens.insert(interaction.token.clone(), interaction.id);
        self.interactions.insert(interaction.id, interaction);
    }

    /// The live interaction of a token, or the error that Discord gives for it.
    pub fn by_token(&self, token: &str, now: Timestamp) -> Result<u64, ApiError> {
        let found = self.tokens.get(token).and_then(|id| self.interactions.get(id));
        let interaction = found.ok_or_else(|| ApiError::known(50027))?;
        if now.duration_since(interaction.created) >= limits::TOKEN_LIFE {
            return Err(ApiError::known(50027));
        }
        match interaction.answered {
            Answered::Open | Answered::Failed => Err(ApiError::known(10015)),
            // Suggestions bring forth no message, so there is nothing to edit or to follow.
            _ if interaction.kind == 4 => Err(ApiError::known(10015)),
            _ => Ok(interaction.id),
        }
    }
}

impl Channel {
    pub fn new(id: u64, kind: u8, guild: Option<u64>, name: &str) -> Self {
        Self {
            id,
            kind,
            guild,
            name: name.to_owned(),
            topic: None,
            position: 0,
            parent: None,
            overwrites: BTreeMap::new(),
            nsfw: false,
            slowmode: 0,
            bitrate: 64_000,
            user_limit: 0,
            auto_archive: None,
            recipients: BTreeSet::new(),
            thread: None,
            messages: BTreeMap::new(),
            last_message: None,
            pins: BTreeMap::new(),
        }
    }

    /// Whether messages can be sent to it.
    pub fn holds_messages(&self) -> bool {
        !matches!(self.kind, 4 | 14 | 15 | 16)
    }
}

/// The name that Discord keeps: text-like channels are lower-cased and spaces become hyphens (not documented).
pub(crate) fn channel_name(kind: u8, name: &str) -> String {
    let name = name.trim();
    if matches!(kind, 0 | 5 | 15 | 16) {
        let words: Vec<&str> = name.split_whitespace().collect();
        words.join("-").to_lowercase()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snowflakes_rise_even_when_the_clock_is_moved_back() {
        let mut state = State::new(1, "Gantry", String::new());
        let now: Timestamp = "2026-11-28T14:00:00Z".parse().unwrap();
        let first = state.next_id(now);
        let second = state.next_id(now);
        let third = state.next_id(now - jiff::SignedDuration::from_hours(1));
        assert!(first < second && second < third);
        let ms = i64::try_from(first >> 22).unwrap() + EPOCH_MS;
        assert_eq!(ms, now.as_millisecond());
    }

    #[test]
    fn names_of_text_channels_are_made_lower_case_with_hyphens() {
        assert_eq!(channel_name(0, " Spa 24 Hours "), "spa-24-hours");
        assert_eq!(channel_name(4, "Spa 24 Hours"), "Spa 24 Hours");
        assert_eq!(channel_name(2, "Team Room"), "Team Room");
    }
}
