//! The application itself and its commands.

use super::{Answer, Call, created, nothing, ok};
use crate::check::commands;
use crate::error::ApiError;
use crate::form::{Errors, as_snowflake};
use crate::limits;
use crate::state::{Command, user_json};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn me(call: &mut Call<'_>) -> Answer {
    let state = &call.state;
    let bot = state.users.get(&state.app_id).map(user_json);
    let installed = state
        .guilds
        .values()
        .filter(|guild| guild.members.contains_key(&state.app_id))
        .count();
    ok(json!({
        "id": state.app_id.to_string(), "name": state.app_name, "icon": null, "description": "", "type": null,
        "bot": bot, "summary": "", "bot_public": true, "bot_require_code_grant": false,
        "verify_key": state.public_key, "flags": if state.members_intent { 1 << 15 } else { 0 },
        "interactions_endpoint_url": state.endpoint, "approximate_guild_count": installed, "hook": true,
        "redirect_uris": [], "role_connections_verification_url": null, "event_webhooks_status": 1,
    }))
}

/// Only the endpoint's address is kept; the simulator verifies it when it is asked to.
pub(super) fn patch_me(call: &mut Call<'_>) -> Answer {
    let mut errors = Errors::default();
    let form = call.form(
        &["interactions_endpoint_url", "description", "flags"],
        &mut errors,
    )?;
    let url = form.url("interactions_endpoint_url", 512, &mut errors);
    form.text("description", 0..=400, &mut errors);
    let flags = form.integer("flags", 0..=i64::from(i32::MAX), &mut errors);
    errors.check()?;
    if form.has("interactions_endpoint_url") {
        call.state.endpoint = url.map(str::to_owned);
    }
    if let Some(flags) = flags {
        call.state.members_intent = flags & (1 << 15) != 0;
    }
    me(call)
}

/// Checks the path's application, and its guild when there is one; gives the guild.
fn scope(call: &Call<'_>, in_guild: bool) -> Result<Option<u64>, ApiError> {
    if call.id(0)? != call.state.app_id {
        return Err(ApiError::known(10002));
    }
    if !in_guild {
        return Ok(None);
    }
    let guild = call.id(1)?;
    call.state.guild(guild)?;
    Ok(Some(guild))
}

fn shown(call: &Call<'_>, command: &Command, full: bool) -> Value {
    let mut value = command.body.clone();
    value["id"] = json!(command.id.to_string());
    value["application_id"] = json!(call.state.app_id.to_string());
    value["version"] = json!(command.id.to_string());
    if let Some(guild) = command.guild {
        value["guild_id"] = json!(guild.to_string());
    }
    if !full && let Some(map) = value.as_object_mut() {
        map.remove("name_localizations");
        map.remove("description_localizations");
    }
    value
}

fn all(call: &Call<'_>, guild: Option<u64>, full: bool) -> Value {
    let mine = call
        .state
        .commands
        .values()
        .filter(|command| command.guild == guild);
    mine.map(|command| shown(call, command, full)).collect()
}

fn list_of(call: &Call<'_>, in_guild: bool) -> Answer {
    let guild = scope(call, in_guild)?;
    ok(all(call, guild, call.query_true("with_localizations")))
}

fn found<'s>(call: &'s Call<'_>, guild: Option<u64>) -> Result<&'s Command, ApiError> {
    let id = call.id(if guild.is_some() { 2 } else { 1 })?;
    let command = call
        .state
        .commands
        .get(&id)
        .filter(|command| command.guild == guild);
    command.ok_or_else(|| ApiError::known(10063))
}

fn get_of(call: &Call<'_>, in_guild: bool) -> Answer {
    let guild = scope(call, in_guild)?;
    ok(shown(call, found(call, guild)?, true))
}

fn delete_of(call: &mut Call<'_>, in_guild: bool) -> Answer {
    let guild = scope(call, in_guild)?;
    let id = found(call, guild)?.id;
    call.state.commands.remove(&id);
    nothing()
}

/// Checks a definition that is to be kept under the id of an earlier one, if there is one.
fn definition(call: &Call<'_>, body: &Value, path: &str, guild: Option<u64>, errors: &mut Errors) -> Command {
    let kept = commands::check(body, path, guild.is_some(), errors);
    let kind = kept["type"]
        .as_u64()
        .and_then(|kind| u8::try_from(kind).ok())
        .unwrap_or(1);
    let name = kept["name"].as_str().unwrap_or_default().to_owned();
    let same = |command: &&Command| command.guild == guild && command.kind == kind && command.name == name;
    let id = call
        .state
        .commands
        .values()
        .find(same)
        .map_or(0, |command| command.id);
    Command {
        id,
        guild,
        kind,
        name,
        body: kept,
    }
}

/// Counts creations against the daily limit of 200 (30034).
fn count_creates(call: &mut Call<'_>, guild: Option<u64>, count: usize) -> Result<(), ApiError> {
    let now = call.now;
    let creates = &mut call.state.command_creates;
    creates.retain(|(_, at)| now.duration_since(*at) < SignedDuration::from_hours(24));
    let today = creates.iter().filter(|(scope, _)| *scope == guild).count();
    if today + count > limits::COMMAND_CREATES_PER_DAY {
        return Err(ApiError::known(30034));
    }
    creates.extend(std::iter::repeat_n((guild, now), count));
    Ok(())
}

fn too_many(kind: u8, count: usize) -> bool {
    limits::COMMANDS
        .iter()
        .any(|(limited, max)| *limited == kind && count > *max)
}

/// Creates a command, or replaces the one with the same name and type.
fn create_of(call: &mut Call<'_>, in_guild: bool) -> Answer {
    let guild = scope(call, in_guild)?;
    let mut errors = Errors::default();
    let body = call
        .body
        .ok_or_else(|| ApiError::form("name", "BASE_TYPE_REQUIRED", "This field is required"))?;
    let mut command = definition(call, body, "", guild, &mut errors);
    errors.check()?;
    let new = command.id == 0;
    if new {
        let same = |other: &&Command| other.guild == guild && other.kind == command.kind;
        if too_many(
            command.kind,
            call.state.commands.values().filter(same).count() + 1,
        ) {
            return Err(ApiError::known(30032));
        }
        count_creates(call, guild, 1)?;
        command.id = call.state.next_id(call.now);
    }
    let value = shown(call, &command, true);
    call.state.commands.insert(command.id, command);
    if new { created(value) } else { ok(value) }
}

/// Changes a command; keys that are absent keep their value.
fn patch_of(call: &mut Call<'_>, in_guild: bool) -> Answer {
    let guild = scope(call, in_guild)?;
    let current = found(call, guild)?.clone();
    let mut merged = current.body.clone();
    for (key, value) in call.body.and_then(Value::as_object).into_iter().flatten() {
        merged[key] = value.clone();
    }
    let mut errors = Errors::default();
    let mut command = definition(call, &merged, "", guild, &mut errors);
    if command.id != 0 && command.id != current.id {
        errors.add(
            "name",
            "APPLICATION_COMMANDS_DUPLICATE_NAME",
            "Application command names must be unique",
        );
    }
    errors.check()?;
    command.id = current.id;
    let value = shown(call, &command, true);
    call.state.commands.insert(command.id, command);
    ok(value)
}

/// Replaces the whole set: commands of the same name and type keep their id, the others go.
fn put_of(call: &mut Call<'_>, in_guild: bool) -> Answer {
    let guild = scope(call, in_guild)?;
    let list = call.body.and_then(Value::as_array).ok_or_else(|| {
        ApiError::form(
            "",
            "LIST_TYPE_CONVERT",
            "Only iterables may be used in a ListType",
        )
    })?;
    let mut errors = Errors::default();
    let mut set = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, body) in list.iter().enumerate() {
        let path = index.to_string();
        let command = definition(call, body, &path, guild, &mut errors);
        if !seen.insert((command.kind, command.name.clone())) {
            let message = "Application command names must be unique";
            errors.add(
                &format!("{path}.name"),
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                message,
            );
        }
        if let Some(id) = body.get("id").and_then(as_snowflake)
            && command.id != 0
            && id != command.id
        {
            errors.add(
                &format!("{path}.id"),
                "APPLICATION_COMMAND_ID",
                "The id belongs to another command",
            );
        }
        set.push(command);
    }
    errors.check()?;
    for (kind, _) in limits::COMMANDS {
        if too_many(kind, set.iter().filter(|command| command.kind == kind).count()) {
            return Err(ApiError::known(30032));
        }
    }
    let kept: BTreeSet<u64> = set.iter().map(|command| command.id).collect();
    let entry =
        |command: &&Command| command.guild == guild && command.kind == 4 && !kept.contains(&command.id);
    if call.state.commands.values().find(entry).is_some() {
        return Err(ApiError {
            code: 50240,
            message: "You cannot remove this app's Entry Point command in a bulk update operation."
                .to_owned(),
            ..ApiError::bad("")
        });
    }
    count_creates(call, guild, set.iter().filter(|command| command.id == 0).count())?;
    call.state.commands.retain(|_, command| command.guild != guild);
    for mut command in set {
        if command.id == 0 {
            command.id = call.state.next_id(call.now);
        }
        call.state.commands.insert(command.id, command);
    }
    ok(all(call, guild, true))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    list_of(call, false)
}
pub(super) fn list_in_guild(call: &mut Call<'_>) -> Answer {
    list_of(call, true)
}
pub(super) fn put(call: &mut Call<'_>) -> Answer {
    put_of(call, false)
}
pub(super) fn put_in_guild(call: &mut Call<'_>) -> Answer {
    put_of(call, true)
}
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    create_of(call, false)
}
pub(super) fn create_in_guild(call: &mut Call<'_>) -> Answer {
    create_of(call, true)
}
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    get_of(call, false)
}
pub(super) fn get_in_guild(call: &mut Call<'_>) -> Answer {
    get_of(call, true)
}
pub(super) fn patch(call: &mut Call<'_>) -> Answer {
    patch_of(call, false)
}
pub(super) fn patch_in_guild(call: &mut Call<'_>) -> Answer {
    patch_of(call, true)
}
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    delete_of(call, false)
}
pub(super) fn delete_in_guild(call: &mut Call<'_>) -> Answer {
    delete_of(call, true)
}
