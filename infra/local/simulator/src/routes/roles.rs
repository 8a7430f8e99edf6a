//! Roles, under the hierarchy: the bot touches only roles below its own highest one.

use super::{Answer, Call, nothing, ok};
use crate::error::ApiError;
use crate::form::{Errors, Form, at};
use crate::permissions::{self, ADMINISTRATOR, MANAGE_ROLES, highest_role};
use crate::state::{Role, role_json};
use serde_json::{Value, json};
use std::cmp::Reverse;

const KEYS: [&str; 8] = [
    "name",
    "permissions",
    "color",
    "colors",
    "hoist",
    "icon",
    "unicode_emoji",
    "mentionable",
];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let guild = call.state.guild(call.id(0)?)?;
    ok(guild.roles.values().map(role_json).collect())
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let guild = call.state.guild(call.id(0)?)?;
    ok(role_json(
        guild
            .roles
            .get(&call.id(1)?)
            .ok_or_else(|| ApiError::known(10011))?,
    ))
}

/// How many members each role has; @everyone is left out.
pub(super) fn member_counts(call: &mut Call<'_>) -> Answer {
    let guild = call.state.guild(call.id(0)?)?;
    let counts = guild.roles.keys().filter(|role| **role != guild.id).map(|role| {
        let count = guild
            .members
            .values()
            .filter(|member| member.roles.contains(role))
            .count();
        (role.to_string(), json!(count))
    });
    ok(Value::Object(counts.collect()))
}

struct Wanted {
    name: Option<String>,
    permissions: Option<u64>,
    color: Option<i64>,
    hoist: Option<bool>,
    mentionable: Option<bool>,
}

fn read(call: &Call<'_>, guild: u64) -> Result<Wanted, ApiError> {
    let mut errors = Errors::default();
    let form = call.form(&KEYS, &mut errors)?;
    let mut color = form.integer("color", 0..=0xFF_FFFF, &mut errors);
    if let Some(value) = form.get("colors") {
        let known = ["primary_color", "secondary_color", "tertiary_color"];
        if let Some(colors) = Form::open(value, &form.at("colors"), &known, &mut errors) {
            color = colors.integer("primary_color", 0..=0xFF_FFFF, &mut errors);
        }
    }
    let wanted = Wanted {
        name: form.text("name", 1..=100, &mut errors).map(str::to_owned),
        permissions: form.permissions("permissions", &mut errors),
        color,
        hoist: form.boolean("hoist", &mut errors),
        mentionable: form.boolean("mentionable", &mut errors),
    };
    errors.check()?;
    let has = call.need_in_guild(guild, MANAGE_ROLES)?;
    let gives = wanted.permissions.unwrap_or(0) & permissions::ALL;
    if has & ADMINISTRATOR == 0 && gives & !has != 0 && !keeps(call, guild, gives & !has) {
        return Err(ApiError::known(50013));
    }
    Ok(wanted)
}

/// Whether the edited role has these bits already: what stands may stay.
fn keeps(call: &Call<'_>, guild: u64, bits: u64) -> bool {
    let role = call
        .id(1)
        .ok()
        .and_then(|id| call.state.guilds.get(&guild)?.roles.get(&id));
    role.is_some_and(|role| bits & !role.permissions == 0)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let guild = call.id(0)?;
    let wanted = read(call, guild)?;
    let everyone = call
        .state
        .guild(guild)?
        .roles
        .get(&guild)
        .map_or(0, |role| role.permissions);
    let id = call.state.next_id(call.now);
    let role = Role {
        id,
        name: wanted.name.unwrap_or_else(|| "new role".to_owned()),
        permissions: wanted.permissions.unwrap_or(everyone) & permissions::ALL,
        position: 1,
        color: wanted.color.unwrap_or(0),
        hoist: wanted.hoist.unwrap_or(false),
        mentionable: wanted.mentionable.unwrap_or(false),
        bot: None,
    };
    call.state.add_role(guild, role)?;
    get_json(call, guild, id)
}

fn get_json(call: &Call<'_>, guild: u64, id: u64) -> Answer {
    ok(role_json(
        call.state
            .guild(guild)?
            .roles
            .get(&id)
            .ok_or_else(|| ApiError::known(10011))?,
    ))
}

/// Whether the bot's highest role stands above `role`.
pub(super) fn stands_above(call: &Call<'_>, guild: u64, role: u64) -> Result<(), ApiError> {
    let guild = call.state.guild(guild)?;
    let found = guild.roles.get(&role).ok_or_else(|| ApiError::known(10011))?;
    let above = highest_role(guild, call.state.app_id) > (found.position, Reverse(found.id));
    if above {
        Ok(())
    } else {
        Err(ApiError::known(50013))
    }
}

pub(super) fn patch(call: &mut Call<'_>) -> Answer {
    let (guild, id) = (call.id(0)?, call.id(1)?);
    let wanted = read(call, guild)?;
    stands_above(call, guild, id)?;
    let role = call
        .state
        .guild_mut(guild)?
        .roles
        .get_mut(&id)
        .ok_or_else(|| ApiError::known(10011))?;
    if let Some(name) = wanted.name.filter(|_| id != guild) {
        role.name = name;
    }
    role.permissions = wanted.permissions.unwrap_or(role.permissions) & permissions::ALL;
    role.color = wanted.color.unwrap_or(role.color);
    role.hoist = wanted.hoist.unwrap_or(role.hoist);
    role.mentionable = wanted.mentionable.unwrap_or(role.mentionable);
    get_json(call, guild, id)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (guild, id) = (call.id(0)?, call.id(1)?);
    call.need_in_guild(guild, MANAGE_ROLES)?;
    stands_above(call, guild, id)?;
    let found = call
        .state
        .guild(guild)?
        .roles
        .get(&id)
        .is_some_and(|role| role.bot.is_some());
    if id == guild || found {
        return Err(ApiError::known(50028));
    }
    call.state.drop_role(guild, id);
    nothing()
}

pub(super) fn reorder(call: &mut Call<'_>) -> Answer {
    let guild = call.id(0)?;
    call.need_in_guild(guild, MANAGE_ROLES)?;
    let list = call.body.and_then(Value::as_array).ok_or_else(|| {
        ApiError::form(
            "",
            "LIST_TYPE_CONVERT",
            "Only iterables may be used in a ListType",
        )
    })?;
    let mut errors = Errors::default();
    let mut moves = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let Some(form) = Form::open(value, &at("", index), &["id", "position"], &mut errors) else {
            continue;
        };
        form.require("id", &mut errors);
        let id = form.snowflake("id", &mut errors).unwrap_or_default();
        moves.push((id, form.integer("position", 0..=i64::from(i32::MAX), &mut errors)));
    }
    errors.check()?;
    let top = highest_role(call.state.guild(guild)?, call.state.app_id).0;
    for (id, position) in &moves {
        stands_above(call, guild, *id)?;
        if *id == guild || position.is_some_and(|position| position >= top) {
            return Err(ApiError::known(50013));
        }
    }
    let found = call.state.guild_mut(guild)?;
    for (id, position) in moves {
        if let Some(role) = found.roles.get_mut(&id) {
            role.position = position.unwrap_or(role.position);
        }
    }
    list_json(call, guild)
}

fn list_json(call: &Call<'_>, guild: u64) -> Answer {
    ok(call.state.guild(guild)?.roles.values().map(role_json).collect())
}
