//! What is there, for assertions, printing and the playground. Ids are texts in JSON.

use crate::simulator::Simulator;
use crate::state::{Channel, Guild, Message, State, attachments, instant};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt::Write;

fn text<S: Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

fn maybe_text<S: Serializer>(id: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(id),
        None => serializer.serialize_none(),
    }
}

fn texts<S: Serializer>(ids: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(u64::to_string))
}

/// A guild.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuildView {
    /// Its id.
    #[serde(serialize_with = "text")]
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its owner.
    #[serde(serialize_with = "text")]
    pub owner: u64,
    /// Channels and threads in the order of Discord's channel list; a category comes before its channels, a channel
    /// before its threads.
    pub channels: Vec<ChannelView>,
    /// Roles, highest first.
    pub roles: Vec<RoleView>,
    /// Members by id.
    pub members: Vec<MemberView>,
    /// Scheduled events as Discord gives them.
    pub scheduled_events: Vec<Value>,
}

/// A channel, a category or a thread.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelView {
    /// Its id.
    #[serde(serialize_with = "text")]
    pub id: u64,
    /// Discord's channel type.
    pub kind: u8,
    /// Its name.
    pub name: String,
    /// Its topic.
    pub topic: Option<String>,
    /// Category, or a thread's channel.
    #[serde(serialize_with = "maybe_text")]
    pub parent: Option<u64>,
    /// Its position number.
    pub position: i64,
    /// How many fit into a voice channel; 0 for as many as come.
    pub user_limit: i64,
    /// Its overwrites by id.
    pub overwrites: Vec<OverwriteView>,
    /// How many messages everybody can see there.
    pub messages: usize,
    /// A thread's members.
    #[serde(serialize_with = "texts")]
    pub thread_members: Vec<u64>,
    /// Whether it is an archived thread.
    pub archived: bool,
}

/// A permission overwrite.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverwriteView {
    /// Role or member.
    #[serde(serialize_with = "text")]
    pub id: u64,
    /// Whether it is a member's.
    pub member: bool,
    /// Allowed bits.
    #[serde(serialize_with = "text")]
    pub allow: u64,
    /// Denied bits.
    #[serde(serialize_with = "text")]
    pub deny: u64,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoleView {
    /// Its id.
    #[serde(serialize_with = "text")]
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its position, 0 for @everyone.
    pub position: i64,
    /// Its permission bits.
    #[serde(serialize_with = "text")]
    pub permissions: u64,
    /// Whether it is a bot's own role.
    pub managed: bool,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemberView {
    /// The user's id.
    #[serde(serialize_with = "text")]
    pub user: u64,
    /// Nickname, display name or username.
    pub name: String,
    /// Whether it is a bot.
    pub bot: bool,
    /// Its roles.
    #[serde(serialize_with = "texts")]
    pub roles: Vec<u64>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageView {
    /// Its id.
    #[serde(serialize_with = "text")]
    pub id: u64,
    /// Its channel.
    #[serde(serialize_with = "text")]
    pub channel: u64,
    /// Its author.
    #[serde(serialize_with = "text")]
    pub author: u64,
    /// The author's name.
    pub author_name: String,
    /// Discord's message type.
    pub kind: u8,
    /// Its text.
    pub content: String,
    /// Its embeds.
    pub embeds: Vec<Value>,
    /// Its components.
    pub components: Vec<Value>,
    /// Its attachments, as Discord's objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Value>,
    /// Its flags.
    pub flags: u64,
    /// When it was sent, ISO 8601.
    pub created: String,
    /// When it was last edited.
    pub edited: Option<String>,
    /// The only user who sees it.
    #[serde(serialize_with = "maybe_text")]
    pub ephemeral_for: Option<u64>,
    /// Whether it is the placeholder of a deferred answer.
    pub loading: bool,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Its nonce.
    pub nonce: Option<Value>,
    /// The users whom it mentions and notifies.
    #[serde(serialize_with = "texts")]
    pub mentions: Vec<u64>,
    /// The roles that it mentions and notifies.
    #[serde(serialize_with = "texts")]
    pub mention_roles: Vec<u64>,
    /// Whether it notifies everyone.
    pub mention_everyone: bool,
    /// The interaction that it answers.
    #[serde(serialize_with = "maybe_text")]
    pub interaction: Option<u64>,
}

fn message_view(state: &State, message: &Message) -> MessageView {
    let pinned = state
        .channels
        .get(&message.channel)
        .is_some_and(|found| found.pins.contains_key(&message.id));
    MessageView {
        id: message.id,
        channel: message.channel,
        author: message.author,
        author_name: name_of(
            state,
            state.channels.get(&message.channel).and_then(|found| found.guild),
            message.author,
        ),
        kind: message.kind,
        content: message.content.clone(),
        embeds: message.embeds.clone(),
        components: message.components.clone(),
        attachments: attachments(state, message),
        flags: message.all_flags(),
        created: instant(message.created),
        edited: message.edited.map(instant),
        ephemeral_for: message.ephemeral_for,
        loading: message.loading,
        pinned,
        nonce: message.nonce.clone(),
        mentions: message.mentions.clone(),
        mention_roles: message.mention_roles.clone(),
        mention_everyone: message.mention_everyone,
        interaction: message.interaction,
    }
}

/// Nickname, display name or username.
pub(crate) fn name_of(state: &State, guild: Option<u64>, user: u64) -> String {
    let guild = guild.and_then(|guild| state.guilds.get(&guild));
    let nick = guild.and_then(|guild| guild.members.get(&user)?.nick.clone());
    let found = state.users.get(&user);
    nick.or_else(|| found.and_then(|user| user.global_name.clone()))
        .or_else(|| found.map(|user| user.username.clone()))
        .unwrap_or_else(|| user.to_string())
}

fn channel_view(channel: &Channel) -> ChannelView {
    let overwrites = channel.overwrites.iter().map(|(id, overwrite)| OverwriteView {
        id: *id,
        member: overwrite.kind == 1,
        allow: overwrite.allow,
        deny: overwrite.deny,
    });
    ChannelView {
        id: channel.id,
        kind: channel.kind,
        name: channel.name.clone(),
        topic: channel.topic.clone(),
        parent: channel.parent,
        position: channel.position,
        user_limit: channel.user_limit,
        overwrites: overwrites.collect(),
        messages: channel
            .messages
            .values()
            .filter(|message| message.ephemeral_for.is_none())
            .count(),
        thread_members: channel
            .thread
            .iter()
            .flat_map(|thread| thread.members.keys().copied())
            .collect(),
        archived: channel.thread.as_ref().is_some_and(|thread| thread.archived),
    }
}

/// The channels in display order: those without category first, text before voice, threads under their channel.
pub(crate) fn ordered_ids(state: &State, guild: &Guild) -> Vec<u64> {
    let mut all: Vec<&Channel> = state
        .channels
        .values()
        .filter(|channel| channel.guild == Some(guild.id))
        .collect();
    all.sort_by_key(|channel| {
        (
            channel.kind == 4,
            matches!(channel.kind, 2 | 13),
            channel.position,
            channel.id,
        )
    });
    let mut out = Vec::new();
    push_children(&all, None, &mut out);
    out
}

fn ordered(state: &State, guild: &Guild) -> Vec<ChannelView> {
    let ids = ordered_ids(state, guild).into_iter();
    ids.filter_map(|id| state.channels.get(&id))
        .map(channel_view)
        .collect()
}

fn push_children(all: &[&Channel], parent: Option<u64>, out: &mut Vec<u64>) {
    for channel in all.iter().filter(|channel| channel.parent == parent) {
        out.push(channel.id);
        push_children(all, Some(channel.id), out);
    }
}

impl Simulator {
    /// A guild as it is now.
    #[must_use]
    pub fn guild_view(&self, guild: u64) -> Option<GuildView> {
        let now = self.clock().now();
        self.with(|state| {
            state.settle(now);
            let found = state.guilds.get(&guild)?;
            let mut roles: Vec<_> = found.roles.values().collect();
            roles.sort_by_key(|role| (std::cmp::Reverse(role.position), role.id));
            let roles = roles.into_iter().map(|role| RoleView {
                id: role.id,
                name: role.name.clone(),
                position: role.position,
                permissions: role.permissions,
                managed: role.bot.is_some(),
            });
            let members = found.members.iter().map(|(user, member)| MemberView {
                user: *user,
                name: name_of(state, Some(guild), *user),
                bot: state.users.get(user).is_some_and(|user| user.bot),
                roles: member.roles.iter().copied().collect(),
            });
            Some(GuildView {
                id: found.id,
                name: found.name.clone(),
                owner: found.owner,
                channels: ordered(state, found),
                roles: roles.collect(),
                members: members.collect(),
                scheduled_events: found.events.values().cloned().collect(),
            })
        })
    }

    /// The ids of all guilds.
    #[must_use]
    pub fn guilds(&self) -> Vec<u64> {
        self.with(|state| state.guilds.keys().copied().collect())
    }

    /// The messages of a channel that everybody there sees, oldest first; empty for an unknown channel.
    #[must_use]
    pub fn messages(&self, channel: u64) -> Vec<MessageView> {
        self.with(|state| {
            let messages = state
                .channels
                .get(&channel)
                .into_iter()
                .flat_map(|found| found.messages.values());
            messages
                .filter(|message| message.ephemeral_for.is_none())
                .map(|message| message_view(state, message))
                .collect()
        })
    }

    /// One message, an ephemeral one too.
    #[must_use]
    pub fn message(&self, channel: u64, id: u64) -> Option<MessageView> {
        self.with(|state| {
            Some(message_view(
                state,
                state.channels.get(&channel)?.messages.get(&id)?,
            ))
        })
    }

    /// The messages that only `user` sees, in all channels, oldest first.
    #[must_use]
    pub fn ephemeral_messages(&self, user: u64) -> Vec<MessageView> {
        self.with(|state| {
            let all = state
                .channels
                .values()
                .flat_map(|channel| channel.messages.values());
            let mut mine: Vec<MessageView> = all
                .filter(|message| message.ephemeral_for == Some(user))
                .map(|message| message_view(state, message))
                .collect();
            mine.sort_by_key(|message| message.id);
            mine
        })
    }

    /// What an interaction brought forth: its answer and its follow-ups, as far as they are still there.
    #[must_use]
    pub fn interaction_messages(&self, interaction: u64) -> Vec<MessageView> {
        self.with(|state| {
            let Some(found) = state.interactions.get(&interaction) else {
                return Vec::new();
            };
            let channel = state.channels.get(&found.channel);
            let messages = found.messages.iter().filter_map(|id| channel?.messages.get(id));
            messages.map(|message| message_view(state, message)).collect()
        })
    }

    /// The messages of a user's DM with the bot, oldest first.
    #[must_use]
    pub fn dms(&self, user: u64) -> Vec<MessageView> {
        let channel = self.with(|state| state.dm_with(user));
        channel.map(|channel| self.messages(channel)).unwrap_or_default()
    }

    /// The DM channel of a user and the bot; opened when it is not there, as when the user opens it.
    pub fn dm_channel(&self, user: u64) -> u64 {
        let now = self.clock().now();
        let channel = self.with(|state| state.open_dm(user, now));
        self.changed();
        channel
    }

    /// The registered commands' names and ids: those of `guild`, or the global ones.
    #[must_use]
    pub fn commands(&self, guild: Option<u64>) -> Vec<(String, u64)> {
        self.with(|state| {
            let mine = state.commands.values().filter(|command| command.guild == guild);
            mine.map(|command| (command.name.clone(), command.id)).collect()
        })
    }

    /// The guild's categories, channels and threads as a readable tree; empty for an unknown guild.
    #[must_use]
    pub fn tree(&self, guild: u64) -> String {
        let Some(view) = self.guild_view(guild) else {
            return String::new();
        };
        let mut out = format!("{}\n", view.name);
        branch(&view.channels, None, "", &mut out);
        out
    }
}

fn branch(all: &[ChannelView], parent: Option<u64>, indent: &str, out: &mut String) {
    let children: Vec<&ChannelView> = all.iter().filter(|channel| channel.parent == parent).collect();
    for (index, channel) in children.iter().enumerate() {
        let last = index + 1 == children.len();
        let sign = match channel.kind {
            2 | 13 => "🔊 ",
            4 => "📁 ",
            5 => "📣 ",
            10 | 11 => "💬 ",
            12 => "🔒 ",
            _ => "# ",
        };
        let mut line = format!(
            "{indent}{} {sign}{}",
            if last { "└─" } else { "├─" },
            channel.name
        );
        if let Some(topic) = &channel.topic {
            line = format!("{line}  · {topic}");
        }
        if channel.messages > 0 {
            let plural = if channel.messages == 1 {
                "message"
            } else {
                "messages"
            };
            line = format!("{line}  ({} {plural})", channel.messages);
        }
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{line}");
        let deeper = format!("{indent}{}", if last { "   " } else { "│  " });
        branch(all, Some(channel.id), &deeper, out);
    }
}
