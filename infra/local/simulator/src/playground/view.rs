//! What one person sees: guilds, channels, people, messages and commands, in Discord's own JSON where it has one.

use crate::interactions::{Actor, offered};
use crate::permissions::{self, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS, VIEW_CHANNEL};
use crate::simulator::Simulator;
use crate::state::{Channel, Guild, Message, State, channel_json, message_json, role_json, user_json};
use crate::view::{name_of, ordered_ids};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Everything around the messages, for one person; `guild` falls back to the first one.
pub(super) fn overview(simulator: &Simulator, user: u64, guild: Option<u64>) -> Value {
    let now = simulator.clock().now();
    simulator.with(|state| {
        state.settle(now);
        let known = guild.and_then(|id| state.guilds.get(&id));
        let chosen = known.or_else(|| state.guilds.values().next());
        let guilds = state.guilds.values().map(|guild| {
            let bot = guild.members.contains_key(&state.app_id);
            json!({
                "id": guild.id.to_string(), "name": guild.name, "bot": bot,
                "member": guild.members.contains_key(&user),
            })
        });
        json!({
            "now": now, "frozen": simulator.clock().is_frozen(),
            "bot": state.users.get(&state.app_id).map(user_json),
            "user": state.users.get(&user).map(user_json),
            "guilds": guilds.collect::<Vec<_>>(),
            "guild": chosen.map(|guild| guild_view(state, guild, user, now)),
            "dms": dms(state, user),
        })
    })
}

fn guild_view(state: &State, guild: &Guild, user: u64, now: Timestamp) -> Value {
    let mut roles: Vec<_> = guild.roles.values().collect();
    roles.sort_by_key(|role| (std::cmp::Reverse(role.position), role.id));
    let members = guild.members.iter().map(|(id, member)| {
        let account = state.users.get(id);
        json!({
            "id": id.to_string(), "name": name_of(state, Some(guild.id), *id),
            "username": account.map(|user| &user.username), "bot": account.is_some_and(|user| user.bot),
            "roles": member.roles.iter().map(u64::to_string).collect::<Vec<_>>(), "rank": account.and_then(|user| user.rank.as_ref()),
            "timed_out": member.timeout_until.is_some_and(|until| until > now),
        })
    });
    let channels = ordered_ids(state, guild).into_iter();
    let channels = channels.filter_map(|id| channel_view(state, guild, state.channels.get(&id)?, user, now));
    json!({
        "id": guild.id.to_string(), "name": guild.name, "owner_id": guild.owner.to_string(),
        "roles": roles.into_iter().map(role_json).collect::<Vec<_>>(),
        "members": members.collect::<Vec<_>>(), "channels": channels.collect::<Vec<_>>(),
        "events": guild.events.values().collect::<Vec<_>>(),
    })
}

/// A channel that this person sees; a category always, the page leaves empty ones out.
fn channel_view(state: &State, guild: &Guild, channel: &Channel, user: u64, now: Timestamp) -> Option<Value> {
    let bits = permissions::in_channel(state, channel, user, now);
    if bits & VIEW_CHANNEL == 0 && channel.kind != 4 {
        return None;
    }
    let write = if channel.thread.is_some() {
        SEND_MESSAGES_IN_THREADS
    } else {
        SEND_MESSAGES
    };
    let mut value = channel_json(state, channel);
    if let Some(map) = value.as_object_mut() {
        map.remove("permission_overwrites");
    }
    let hidden = channel
        .overwrites
        .get(&guild.id)
        .is_some_and(|overwrite| overwrite.deny & VIEW_CHANNEL != 0);
    let inside = guild.voice.iter().filter(|(_, room)| **room == channel.id);
    value["visible"] = json!(bits & VIEW_CHANNEL != 0);
    value["may_write"] = json!(channel.holds_messages() && bits & write != 0);
    value["private"] = json!(hidden || channel.kind == 12);
    value["voice"] = json!(inside.map(|(user, _)| user.to_string()).collect::<Vec<_>>());
    value["last_message_id"] = json!(channel.last_message.map(|id| id.to_string()));
    Some(value)
}

/// The person's DM channels; the one with the bot comes first, with a null `id` until it has been opened.
fn dms(state: &State, user: u64) -> Vec<Value> {
    let mine = |channel: &&Channel| channel.kind == 1 && channel.recipients.contains(&user);
    let row = |channel: &Channel| {
        let other = channel.recipients.iter().find(|other| **other != user);
        json!({
            "id": channel.id.to_string(), "last_message_id": channel.last_message.map(|id| id.to_string()),
            "user": other.and_then(|other| state.users.get(other)).map(user_json), "may_write": true,
        })
    };
    let mut rows: Vec<Value> = state.channels.values().filter(mine).map(row).collect();
    if state.dm_with(user).is_none() {
        let bot = state.users.get(&state.app_id).map(user_json);
        rows.insert(
            0,
            json!({"id": null, "last_message_id": null, "user": bot, "may_write": true}),
        );
    }
    rows
}

/// The last `limit` messages of a channel that this person sees, oldest first; nothing if the channel is not theirs.
pub(super) fn messages(simulator: &Simulator, user: u64, channel: u64, limit: usize) -> Option<Value> {
    let now = simulator.clock().now();
    simulator.with(|state| {
        let found = state.channels.get(&channel)?;
        if permissions::in_channel(state, found, user, now) & VIEW_CHANNEL == 0 {
            return None;
        }
        let mut list: Vec<&Message> = found
            .messages
            .values()
            .rev()
            .filter(|message| message.ephemeral_for.is_none_or(|only| only == user))
            .take(limit + 1)
            .collect();
        let more = list.len() > limit;
        list.truncate(limit);
        list.reverse();
        let shown: Vec<Value> = list
            .into_iter()
            .map(|message| message_view(state, found, message))
            .collect();
        Some(json!({"channel": channel.to_string(), "more": more, "messages": shown}))
    })
}

fn message_view(state: &State, channel: &Channel, message: &Message) -> Value {
    let mut value = message_json(state, message);
    value["name"] = json!(name_of(state, channel.guild, message.author));
    let invoker = value["interaction_metadata"]["user"]["id"]
        .as_str()
        .and_then(crate::form::parse_snowflake);
    if let Some(user) = invoker {
        value["invoker"] = json!(name_of(state, channel.guild, user));
    }
    value
}

/// The commands that this person is offered in a channel, as they were registered, with their ids.
pub(super) fn commands(simulator: &Simulator, user: u64, channel: u64) -> Vec<Value> {
    let now = simulator.clock().now();
    simulator.with(|state| {
        let guild = state.channels.get(&channel).and_then(|found| found.guild);
        let actor = Actor {
            guild,
            channel,
            user,
            locale: None,
        };
        let shown = offered(state, &actor, now).into_iter().map(|command| {
            let mut value = command.body.clone();
            value["id"] = json!(command.id.to_string());
            value["name"] = json!(command.name);
            value["type"] = json!(command.kind);
            value
        });
        shown.collect()
    })
}
