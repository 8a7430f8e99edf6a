//! Discord's JSON of users, members, roles, guilds and channels.

use super::{Channel, Guild, Member, Overwrite, Role, State, User};
use crate::permissions;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An instant as Discord writes it (`2026-11-28T14:00:00.000000+00:00`).
pub(crate) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

pub(crate) fn user_json(user: &User) -> Value {
    let mut value = json!({
        "id": user.id.to_string(), "username": user.username, "global_name": user.global_name,
        "discriminator": "0", "avatar": null, "public_flags": 0, "flags": 0,
        "banner": null, "accent_color": null, "avatar_decoration_data": null, "collectibles": null,
        "primary_guild": null,
    });
    if user.bot {
        value["bot"] = json!(true);
    }
    value
}

/// A guild member; with `user` unless it stands elsewhere in the answer.
pub(crate) fn member_json(member: &Member, user: Option<&User>) -> Value {
    let roles: Vec<String> = member.roles.iter().map(u64::to_string).collect();
    let mut value = json!({
        "nick": member.nick, "avatar": null, "banner": null, "roles": roles,
        "joined_at": instant(member.joined_at), "premium_since": null, "deaf": member.deaf,
        "mute": member.mute, "flags": 0, "pending": false,
        "communication_disabled_until": member.timeout_until.map(instant),
    });
    if let Some(user) = user {
        value["user"] = user_json(user);
    }
    value
}

pub(crate) fn role_json(role: &Role) -> Value {
    let mut value = json!({
        "id": role.id.to_string(), "name": role.name, "description": null,
        "permissions": role.permissions.to_string(), "position": role.position, "color": role.color,
        "colors": {"primary_color": role.color, "secondary_color": null, "tertiary_color": null},
        "hoist": role.hoist, "managed": role.bot.is_some(), "mentionable": role.mentionable,
        "icon": null, "unicode_emoji": null, "flags": 0,
    });
    if let Some(bot) = role.bot {
        value["tags"] = json!({"bot_id": bot.to_string()});
    }
    value
}

pub(crate) fn guild_json(guild: &Guild, with_counts: bool) -> Value {
    let roles: Vec<Value> = guild.roles.values().map(role_json).collect();
    let mut value = json!({
        "id": guild.id.to_string(), "name": guild.name, "icon": null, "description": null, "splash": null,
        "discovery_splash": null, "banner": null, "owner_id": guild.owner.to_string(),
        "features": guild.features, "roles": roles, "emojis": [], "stickers": [],
        "preferred_locale": guild.locale, "region": "deprecated", "afk_channel_id": null, "afk_timeout": 300,
        "system_channel_id": null, "system_channel_flags": 0, "widget_enabled": false,
        "widget_channel_id": null, "verification_level": 1, "default_message_notifications": 1,
        "mfa_level": 0, "explicit_content_filter": 0, "max_presences": null, "max_members": 500_000,
        "max_video_channel_users": 25, "max_stage_video_channel_users": 50, "vanity_url_code": null,
        "premium_tier": 0, "premium_subscription_count": 0, "premium_progress_bar_enabled": false,
        "rules_channel_id": null, "public_updates_channel_id": null, "safety_alerts_channel_id": null,
        "application_id": null, "nsfw": false, "nsfw_level": 0, "home_header": null, "incidents_data": null,
    });
    if with_counts {
        value["approximate_member_count"] = json!(guild.told_count.unwrap_or(guild.members.len() as u64));
        value["approximate_presence_count"] = json!(0);
    }
    value
}

pub(crate) fn overwrites_json(overwrites: &BTreeMap<u64, Overwrite>) -> Vec<Value> {
    let written = overwrites.iter().map(|(id, overwrite)| {
        json!({
            "id": id.to_string(), "type": overwrite.kind,
            "allow": overwrite.allow.to_string(), "deny": overwrite.deny.to_string(),
        })
    });
    written.collect()
}

pub(crate) fn channel_json(state: &State, channel: &Channel) -> Value {
    let id = channel.id.to_string();
    let last = channel.last_message.map(|id| id.to_string());
    let Some(guild) = channel.guild else {
        let others = channel.recipients.iter().filter(|user| **user != state.app_id);
        let recipients: Vec<Value> = others
            .filter_map(|user| state.users.get(user))
            .map(user_json)
            .collect();
        return json!({"id": id, "type": 1, "flags": 0, "last_message_id": last, "recipients": recipients});
    };
    let mut value = json!({
        "id": id, "type": channel.kind, "guild_id": guild.to_string(), "name": channel.name,
        "parent_id": channel.parent.map(|id| id.to_string()), "flags": 0,
    });
    if let Some(thread) = &channel.thread {
        let metadata = json!({
            "archived": thread.archived, "locked": thread.locked, "auto_archive_duration": thread.auto_archive,
            "archive_timestamp": instant(thread.archive_changed), "create_timestamp": instant(thread.created),
        });
        value["thread_metadata"] = metadata;
        if channel.kind == 12 {
            value["thread_metadata"]["invitable"] = json!(thread.invitable);
        }
        value["owner_id"] = json!(thread.owner.to_string());
        value["member_count"] = json!(thread.members.len().min(50));
        value["message_count"] = json!(channel.messages.len());
        value["total_message_sent"] = json!(thread.total_sent);
        value["last_message_id"] = json!(last);
        value["rate_limit_per_user"] = json!(channel.slowmode);
        return value;
    }
    value["position"] = json!(channel.position);
    value["permission_overwrites"] = json!(overwrites_json(&channel.overwrites));
    if channel.kind != 4 {
        value["nsfw"] = json!(channel.nsfw);
        value["rate_limit_per_user"] = json!(channel.slowmode);
        value["last_message_id"] = json!(last);
    }
    match channel.kind {
        0 | 5 | 15 => value["topic"] = json!(channel.topic),
        2 | 13 => {
            value["bitrate"] = json!(channel.bitrate);
            value["user_limit"] = json!(channel.user_limit);
            value["rtc_region"] = Value::Null;
        }
        _ => {}
    }
    if let Some(minutes) = channel.auto_archive {
        value["default_auto_archive_duration"] = json!(minutes);
    }
    value
}

pub(crate) fn thread_member_json(thread: u64, user: u64, joined: Timestamp) -> Value {
    json!({"id": thread.to_string(), "user_id": user.to_string(), "join_timestamp": instant(joined), "flags": 0})
}

impl Channel {
    /// The channel as an interaction carries it: a partial channel with the invoker's permissions there.
    pub fn partial_json(&self, state: &State, user: u64, now: Timestamp) -> Value {
        let mut value = channel_json(state, self);
        value["permissions"] = json!(permissions::in_channel(state, self, user, now).to_string());
        value
    }
}
