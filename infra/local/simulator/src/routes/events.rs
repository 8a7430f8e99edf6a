//! Scheduled events (Discord docs, resources/guild-scheduled-event).

use super::{Answer, Call, nothing, ok};
use crate::error::ApiError;
use crate::form::{Errors, Form};
use crate::limits;
use crate::permissions::{
    self, CONNECT, CREATE_EVENTS, MANAGE_CHANNELS, MANAGE_EVENTS, MOVE_MEMBERS, MUTE_MEMBERS, VIEW_CHANNEL,
};
use crate::state::{instant, user_json};
use serde_json::{Value, json};

const KEYS: [&str; 11] = [
    "name",
    "description",
    "scheduled_start_time",
    "scheduled_end_time",
    "privacy_level",
    "entity_type",
    "channel_id",
    "entity_metadata",
    "recurrence_rule",
    "image",
    "status",
];

/// The events that are scheduled or running.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let guild = call.state.guild(call.id(0)?)?;
    let open = guild
        .events
        .values()
        .filter(|event| matches!(event["status"].as_i64(), Some(1 | 2)));
    ok(open.map(|event| shown(call, event)).collect())
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (guild, id) = (call.id(0)?, call.id(1)?);
    ok(shown(call, find(call, guild, id)?))
}

fn find<'s>(call: &'s Call<'_>, guild: u64, id: u64) -> Result<&'s Value, ApiError> {
    call.state
        .guild(guild)?
        .events
        .get(&id)
        .ok_or_else(|| ApiError::known(10070))
}

fn shown(call: &Call<'_>, event: &Value) -> Value {
    let mut value = event.clone();
    if call.query_true("with_user_count") {
        value["user_count"] = json!(0);
    }
    value
}

/// What a body changes in an event; the whole event is then checked.
fn read(form: &Form<'_>, event: &mut Value, errors: &mut Errors) {
    let name = form.text("name", 1..=100, errors);
    let description = form.text("description", 1..=1000, errors);
    form.choice("privacy_level", &[2], errors);
    for (key, at) in
        ["scheduled_start_time", "scheduled_end_time"].map(|key| (key, form.instant(key, errors)))
    {
        if form.has(key) {
            event[key] = json!(at.map(instant));
        }
    }
    if let Some(kind) = form.choice("entity_type", &[1, 2, 3], errors) {
        event["entity_type"] = json!(kind);
    }
    if let Some(name) = name {
        event["name"] = json!(name.trim());
    }
    if form.has("description") {
        event["description"] = json!(description);
    }
    if form.has("channel_id") {
        event["channel_id"] = json!(form.snowflake("channel_id", errors).map(|id| id.to_string()));
    }
    if form.has("recurrence_rule") {
        event["recurrence_rule"] = form.get("recurrence_rule").cloned().unwrap_or(Value::Null);
    }
    if form.has("entity_metadata") {
        let metadata = form.get("entity_metadata");
        if let Some(value) = metadata
            && let Some(inner) = Form::open(value, &form.at("entity_metadata"), &["location"], errors)
        {
            inner.text("location", 1..=100, errors);
        }
        event["entity_metadata"] = metadata.cloned().unwrap_or(Value::Null);
    }
}

fn text<'e>(event: &'e Value, key: &str) -> Option<&'e str> {
    event[key].as_str()
}

/// The rules that bind several fields: external events have a place and an end and no channel, others a channel.
fn check(call: &Call<'_>, guild: u64, event: &Value, errors: &mut Errors) {
    let required = |key: &str, errors: &mut Errors| {
        errors.add(key, "BASE_TYPE_REQUIRED", "This field is required");
    };
    if event["entity_type"] == 3 {
        if event["entity_metadata"]["location"].as_str().is_none() {
            required("entity_metadata.location", errors);
        }
        if text(event, "scheduled_end_time").is_none() {
            required("scheduled_end_time", errors);
        }
        if text(event, "channel_id").is_some() {
            errors.add(
                "channel_id",
                "GUILD_SCHEDULED_EVENT_CHANNEL",
                "External events have no channel",
            );
        }
    } else {
        let kind = if event["entity_type"] == 1 { 13 } else { 2 };
        let channel = text(event, "channel_id").and_then(crate::form::parse_snowflake);
        match channel.and_then(|id| call.state.channels.get(&id)) {
            None => required("channel_id", errors),
            Some(found) if found.guild != Some(guild) || found.kind != kind => {
                errors.add(
                    "channel_id",
                    "GUILD_SCHEDULED_EVENT_CHANNEL",
                    "The channel's type does not fit",
                );
            }
            Some(_) => {}
        }
        if !event["entity_metadata"].is_null() {
            errors.add(
                "entity_metadata",
                "GUILD_SCHEDULED_EVENT_METADATA",
                "Only external events have it",
            );
        }
    }
    if let (Some(start), Some(end)) = (
        text(event, "scheduled_start_time"),
        text(event, "scheduled_end_time"),
    ) && end <= start
    {
        let message = "Cannot schedule event with an end before its start";
        errors.add("scheduled_end_time", "GUILD_SCHEDULED_EVENT_SCHEDULE", message);
    }
}

/// The right to create or manage an event at its place.
fn may(call: &Call<'_>, guild: u64, event: &Value, right: u64) -> Result<(), ApiError> {
    let at_channel = match event["entity_type"].as_i64() {
        Some(1) => VIEW_CHANNEL | MANAGE_CHANNELS | MUTE_MEMBERS | MOVE_MEMBERS,
        Some(2) => VIEW_CHANNEL | CONNECT,
        _ => 0,
    };
    let channel = text(event, "channel_id").and_then(crate::form::parse_snowflake);
    if let Some(channel) = channel.filter(|_| at_channel != 0) {
        return call.need(channel, at_channel | right).map(drop);
    }
    call.need_in_guild(guild, right).map(drop)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let guild = call.id(0)?;
    call.state.guild(guild)?;
    let mut errors = Errors::default();
    let known: Vec<&str> = KEYS.iter().copied().filter(|key| *key != "status").collect();
    let form = call.form(&known, &mut errors)?;
    for key in ["name", "privacy_level", "scheduled_start_time", "entity_type"] {
        form.require(key, &mut errors);
    }
    let bot = call.state.app_id;
    let mut event = json!({
        "id": "0", "guild_id": guild.to_string(), "channel_id": null, "creator_id": bot.to_string(), "name": "",
        "description": null, "scheduled_start_time": null, "scheduled_end_time": null, "privacy_level": 2, "status": 1,
        "entity_type": 3, "entity_id": null, "entity_metadata": null, "image": null, "recurrence_rule": null,
        "creator": call.state.users.get(&bot).map(user_json), "guild_scheduled_event_exceptions": [],
    });
    read(&form, &mut event, &mut errors);
    check(call, guild, &event, &mut errors);
    let now = instant(call.now);
    if text(&event, "scheduled_start_time").is_some_and(|start| start <= now.as_str()) {
        let message = "Cannot schedule event in the past";
        errors.add(
            "scheduled_start_time",
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
            message,
        );
    }
    errors.check()?;
    may(call, guild, &event, CREATE_EVENTS)?;
    let open = |event: &&Value| matches!(event["status"].as_i64(), Some(1 | 2));
    if call.state.guild(guild)?.events.values().filter(open).count() >= limits::SCHEDULED_EVENTS {
        return Err(ApiError::known(30038));
    }
    let id = call.state.next_id(call.now);
    event["id"] = json!(id.to_string());
    call.state.guild_mut(guild)?.events.insert(id, event.clone());
    ok(event)
}

/// Changes an event; its status goes 1 to 2 to 3, or 1 to 4, and a finished one does not change (180000).
pub(super) fn patch(call: &mut Call<'_>) -> Answer {
    let (guild, id) = (call.id(0)?, call.id(1)?);
    let mut event = find(call, guild, id)?.clone();
    manage(call, guild, &event)?;
    if matches!(event["status"].as_i64(), Some(3 | 4)) {
        return Err(ApiError::known(180_000));
    }
    let mut errors = Errors::default();
    let form = call.form(&KEYS, &mut errors)?;
    let before = event.clone();
    read(&form, &mut event, &mut errors);
    let start = "scheduled_start_time";
    if event[start] != before[start] {
        // One that runs keeps its start; none is moved into the past.
        let past = text(&event, start).is_some_and(|at| at <= instant(call.now).as_str());
        if past || before["status"] == 2 {
            let message = "Cannot schedule event in the past";
            errors.add(start, "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", message);
        }
    }
    if let Some(status) = form.choice("status", &[1, 2, 3, 4], &mut errors) {
        let from = event["status"].as_i64().unwrap_or(1);
        if !matches!((from, status), (1, 1 | 2 | 4) | (2, 2 | 3)) {
            errors.add(
                "status",
                "TRANSITION_INVALID",
                "Invalid Guild Scheduled Event Status Transition",
            );
        }
        event["status"] = json!(status);
    }
    check(call, guild, &event, &mut errors);
    errors.check()?;
    call.state.guild_mut(guild)?.events.insert(id, event.clone());
    ok(event)
}

/// The bot's own events need CREATE_EVENTS, others' MANAGE_EVENTS.
fn manage(call: &Call<'_>, guild: u64, event: &Value) -> Result<(), ApiError> {
    let has = permissions::in_guild(call.state.guild(guild)?, call.state.app_id, call.now);
    let own = text(event, "creator_id") == Some(&*call.state.app_id.to_string());
    let right = if own && has & MANAGE_EVENTS == 0 {
        CREATE_EVENTS
    } else {
        MANAGE_EVENTS
    };
    may(call, guild, event, right)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (guild, id) = (call.id(0)?, call.id(1)?);
    let event = find(call, guild, id)?.clone();
    manage(call, guild, &event)?;
    call.state.guild_mut(guild)?.events.remove(&id);
    nothing()
}
