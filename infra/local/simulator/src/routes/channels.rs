//! Channels: read, create, reorder, delete.

use super::{Answer, Call, created, nothing, ok, overwrites};
use crate::error::ApiError;
use crate::form::{Errors, Form, at};
use crate::limits;
use crate::permissions::{CONNECT, MANAGE_CHANNELS, MANAGE_THREADS};
use crate::state::{Channel, channel_json, channel_name};
use serde_json::Value;
use std::collections::BTreeMap;

/// Keys of a channel that can be given and are kept as far as the simulator uses them.
pub(super) const KEYS: [&str; 20] = [
    "name",
    "type",
    "topic",
    "bitrate",
    "user_limit",
    "rate_limit_per_user",
    "position",
    "permission_overwrites",
    "parent_id",
    "nsfw",
    "rtc_region",
    "video_quality_mode",
    "default_auto_archive_duration",
    "default_reaction_emoji",
    "default_thread_rate_limit_per_user",
    "default_sort_order",
    "default_forum_layout",
    "default_tag_setting",
    "available_tags",
    "flags",
];

pub(super) const ARCHIVE_MINUTES: [i64; 4] = [60, 1440, 4320, 10080];

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let id = call.id(0)?;
    call.see(id)?;
    ok(channel_json(call.state, call.state.channel(id)?))
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let guild = call.id(0)?;
    call.need_in_guild(guild, MANAGE_CHANNELS)?;
    let mut errors = Errors::default();
    let form = call.form(&KEYS, &mut errors)?;
    form.require("name", &mut errors);
    let kind = form
        .choice("type", &[0, 2, 4, 5, 13, 15, 16], &mut errors)
        .unwrap_or(0);
    let kind = u8::try_from(kind).unwrap_or(0);
    let mut channel = Channel::new(0, kind, Some(guild), "");
    settings(&form, &mut channel, &mut errors);
    channel.parent = form.snowflake("parent_id", &mut errors);
    let list = form.list(
        "permission_overwrites",
        0..=limits::OVERWRITES_PER_REQUEST,
        &mut errors,
    );
    let path = form.at("permission_overwrites");
    channel.overwrites = overwrites::read(call, guild, list.unwrap_or_default(), &path, &mut errors);
    errors.check()?;
    kind_allowed(call, guild, kind)?;
    if let Some(parent) = channel.parent {
        check_parent(call, guild, kind, parent)?;
        call.need(parent, MANAGE_CHANNELS)?;
        if !form.has("permission_overwrites") {
            channel.overwrites = call.state.channel(parent)?.overwrites.clone();
        }
    }
    if form.has("permission_overwrites") {
        let changed = overwrites::changed(&BTreeMap::new(), &channel.overwrites);
        overwrites::may_set(call, guild, channel.parent, changed)?;
    }
    let others: Vec<i64> = call
        .state
        .guild_channels(guild)
        .map(|other| other.position)
        .collect();
    if others.len() >= limits::CHANNELS_PER_GUILD {
        return Err(ApiError::known(30013));
    }
    if form.get("position").is_none() {
        channel.position = others.iter().max().map_or(0, |last| last + 1);
    }
    channel.id = call.state.next_id(call.now);
    let value = channel_json(call.state, &channel);
    call.state.channels.insert(channel.id, channel);
    created(value)
}

fn kind_allowed(call: &Call<'_>, guild: u64, kind: u8) -> Result<(), ApiError> {
    let features = &call.state.guild(guild)?.features;
    let has = |feature: &str| features.iter().any(|known| known == feature);
    let allowed = match kind {
        5 => has("NEWS"),
        13 => has("COMMUNITY"),
        _ => true,
    };
    let message = "This channel type needs a feature that the server has not";
    if allowed {
        Ok(())
    } else {
        Err(ApiError::form("type", "GUILD_CHANNEL_TYPE_FEATURE", message))
    }
}

/// Whether a channel of `kind` can be put into `parent`: a category of the same guild with room.
pub(super) fn check_parent(call: &Call<'_>, guild: u64, kind: u8, parent: u64) -> Result<(), ApiError> {
    let found = call
        .state
        .channels
        .get(&parent)
        .filter(|channel| channel.guild == Some(guild));
    let (code, message) = match found {
        None => ("CHANNEL_PARENT_INVALID", "Category does not exist"),
        Some(channel) if channel.kind != 4 => ("CHANNEL_PARENT_INVALID_TYPE", "Not a category"),
        Some(_) if kind == 4 => ("CHANNEL_PARENT_INVALID_TYPE", "Categories cannot have a parent"),
        Some(_) if call.state.children(parent) >= limits::CHANNELS_PER_CATEGORY => (
            "CHANNEL_PARENT_MAX_CHANNELS",
            "Maximum number of channels in category reached (50)",
        ),
        Some(_) => return Ok(()),
    };
    Err(ApiError::form("parent_id", code, message))
}

/// Reads the settings that create and edit have in common into `channel`.
pub(super) fn settings(form: &Form<'_>, channel: &mut Channel, errors: &mut Errors) {
    let kind = channel.kind;
    if let Some(name) = form.text("name", 1..=100, errors) {
        channel.name = channel_name(kind, name);
        if channel.name.is_empty() {
            errors.add(&form.at("name"), "BASE_TYPE_REQUIRED", "This field is required");
        }
    }
    let longest = if matches!(kind, 15 | 16) { 4096 } else { 1024 };
    if form.has("topic") {
        let topic = form.text("topic", 0..=longest, errors).map(str::to_owned);
        channel.topic = topic.filter(|topic| !topic.is_empty());
    }
    if let Some(slowmode) = form.integer("rate_limit_per_user", 0..=21_600, errors) {
        channel.slowmode = slowmode;
    }
    if let Some(bitrate) = form.integer(
        "bitrate",
        8_000..=if kind == 13 { 64_000 } else { 96_000 },
        errors,
    ) {
        channel.bitrate = bitrate;
    }
    if let Some(limit) = form.integer("user_limit", 0..=if kind == 13 { 10_000 } else { 99 }, errors) {
        channel.user_limit = limit;
    }
    if let Some(position) = form.integer("position", 0..=i64::from(i32::MAX), errors) {
        channel.position = position;
    }
    if let Some(nsfw) = form.boolean("nsfw", errors) {
        channel.nsfw = nsfw;
    }
    if let Some(minutes) = form.choice("default_auto_archive_duration", &ARCHIVE_MINUTES, errors) {
        channel.auto_archive = Some(minutes);
    }
    form.integer("default_thread_rate_limit_per_user", 0..=21_600, errors);
    form.choice("video_quality_mode", &[1, 2], errors);
    form.integer("flags", 0..=i64::from(i32::MAX), errors);
}

/// Moves channels; the parent of only one may change in a request (40009).
pub(super) fn reorder(call: &mut Call<'_>) -> Answer {
    let guild = call.id(0)?;
    call.need_in_guild(guild, MANAGE_CHANNELS)?;
    let mut errors = Errors::default();
    let list = call.body.and_then(Value::as_array).ok_or_else(|| {
        ApiError::form(
            "",
            "LIST_TYPE_CONVERT",
            "Only iterables may be used in a ListType",
        )
    })?;
    let mut moves = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let known = ["id", "position", "lock_permissions", "parent_id"];
        let Some(form) = Form::open(value, &at("", index), &known, &mut errors) else {
            continue;
        };
        form.require("id", &mut errors);
        let id = form.snowflake("id", &mut errors).unwrap_or_default();
        let position = form.integer("position", 0..=i64::from(i32::MAX), &mut errors);
        let lock = form.boolean("lock_permissions", &mut errors).unwrap_or(false);
        let parent = form
            .has("parent_id")
            .then(|| form.snowflake("parent_id", &mut errors));
        moves.push((id, position, lock, parent));
    }
    errors.check()?;
    let mut new_parents = 0;
    for (id, _, _, parent) in &moves {
        let channel = call.state.channel(*id)?;
        if channel.guild != Some(guild) {
            return Err(ApiError::known(10003));
        }
        if let Some(parent) = parent.filter(|parent| *parent != channel.parent) {
            new_parents += 1;
            if let Some(parent) = parent {
                check_parent(call, guild, channel.kind, parent)?;
            }
            call.need(*id, MANAGE_CHANNELS)?;
        }
    }
    if new_parents > 1 {
        return Err(ApiError::known(40009));
    }
    for (id, position, lock, parent) in moves {
        let channel = call.state.channel_mut(id)?;
        channel.position = position.unwrap_or(channel.position);
        channel.parent = parent.unwrap_or(channel.parent);
        let inherited = channel.parent.filter(|_| lock);
        if let Some(parent) = inherited {
            let overwrites = call.state.channel(parent)?.overwrites.clone();
            call.state.channel_mut(id)?.overwrites = overwrites;
        }
    }
    nothing()
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.id(0)?;
    let bits = call.see(id)?;
    let channel = call.state.channel(id)?;
    let value = channel_json(call.state, channel);
    if channel.guild.is_none() {
        return ok(value);
    }
    let needed = match (&channel.thread, channel.kind) {
        (Some(_), _) => MANAGE_THREADS,
        (None, 2 | 13) => MANAGE_CHANNELS | CONNECT,
        _ => MANAGE_CHANNELS,
    };
    if bits & needed != needed {
        return Err(ApiError::known(50013));
    }
    call.state.remove_channel(id);
    ok(value)
}
