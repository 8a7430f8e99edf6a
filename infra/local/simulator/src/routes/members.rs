//! Members.

use super::roles::stands_above;
use super::{Answer, Call, nothing, ok};
use crate::error::ApiError;
use crate::form::{Errors, as_snowflake};
use crate::permissions::{
    self, DEAFEN_MEMBERS, MANAGE_NICKNAMES, MANAGE_ROLES, MODERATE_MEMBERS, MOVE_MEMBERS, MUTE_MEMBERS,
    highest_role,
};
use crate::state::member_json;
use std::collections::BTreeSet;

/// Pages by user id; needs the members intent (50001 without). Default limit 1.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let guild = call.state.guild(call.id(0)?)?;
    if !call.state.members_intent {
        return Err(ApiError::known(50001));
    }
    let limit = call.query_number("limit", 1..=1000, 1)?;
    let after = call.query_id("after")?.unwrap_or(0);
    let page = guild.members.range(after + 1..);
    let page = page.filter(|(id, _)| !guild.unlisted.contains(id));
    ok(page
        .take(limit)
        .map(|(id, member)| member_json(member, call.state.users.get(id)))
        .collect())
}

/// Members whose username or nickname begins with `query`.
pub(super) fn search(call: &mut Call<'_>) -> Answer {
    let guild = call.state.guild(call.id(0)?)?;
    let limit = call.query_number("limit", 1..=1000, 1)?;
    let wanted = call.query("query").unwrap_or_default().to_lowercase();
    if wanted.is_empty() {
        return Err(ApiError::form(
            "query",
            "BASE_TYPE_REQUIRED",
            "This field is required",
        ));
    }
    let found = guild.members.iter().filter(|(id, member)| {
        let user = call.state.users.get(id);
        let names = [
            user.map(|user| &user.username),
            user.and_then(|user| user.global_name.as_ref()),
            member.nick.as_ref(),
        ];
        names
            .into_iter()
            .flatten()
            .any(|name| name.to_lowercase().starts_with(&wanted))
    });
    ok(found
        .take(limit)
        .map(|(id, member)| member_json(member, call.state.users.get(id)))
        .collect())
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (guild, user) = (call.id(0)?, call.id(1)?);
    answer(call, guild, user)
}

fn answer(call: &Call<'_>, guild: u64, user: u64) -> Answer {
    let member = call.state.guild(guild)?.members.get(&user);
    let Some(member) = member else {
        let known = call.state.users.contains_key(&user);
        return Err(ApiError::known(if known { 10007 } else { 10013 }));
    };
    ok(member_json(member, call.state.users.get(&user)))
}

/// Whether the bot's highest role stands above the member's.
fn outranks(call: &Call<'_>, guild: u64, user: u64) -> Result<(), ApiError> {
    let guild = call.state.guild(guild)?;
    let bot = call.state.app_id;
    let above = user == bot || highest_role(guild, bot) > highest_role(guild, user);
    if above {
        Ok(())
    } else {
        Err(ApiError::known(50013))
    }
}

pub(super) fn patch(call: &mut Call<'_>) -> Answer {
    let (guild, user) = (call.id(0)?, call.id(1)?);
    answer(call, guild, user)?;
    let mut errors = Errors::default();
    let known = [
        "nick",
        "roles",
        "mute",
        "deaf",
        "channel_id",
        "communication_disabled_until",
        "flags",
    ];
    let form = call.form(&known, &mut errors)?;
    let nick = form
        .has("nick")
        .then(|| form.text("nick", 0..=32, &mut errors).map(str::to_owned));
    let mute = form.boolean("mute", &mut errors);
    let deaf = form.boolean("deaf", &mut errors);
    let channel = form
        .has("channel_id")
        .then(|| form.snowflake("channel_id", &mut errors));
    let key = "communication_disabled_until";
    let timeout = form.has(key).then(|| form.instant(key, &mut errors));
    let roles = form.list("roles", 0..=350, &mut errors);
    let ids: Option<BTreeSet<u64>> = roles.map(|list| list.iter().filter_map(as_snowflake).collect());
    errors.check()?;
    let needs = [
        (nick.is_some(), MANAGE_NICKNAMES),
        (ids.is_some(), MANAGE_ROLES),
        (mute.is_some(), MUTE_MEMBERS),
        (deaf.is_some(), DEAFEN_MEMBERS),
        (channel.is_some(), MOVE_MEMBERS),
        (timeout.is_some(), MODERATE_MEMBERS),
    ];
    let bits = needs
        .iter()
        .filter(|(asked, _)| *asked)
        .fold(0, |bits, (_, bit)| bits | bit);
    call.need_in_guild(guild, bits)?;
    if nick.is_some() || timeout.is_some() {
        outranks(call, guild, user)?;
    }
    if let Some(ids) = &ids {
        may_change_roles(call, guild, user, ids)?;
    }
    if let Some(channel) = channel {
        move_to(call, guild, user, channel)?;
    }
    let member = call
        .state
        .guild_mut(guild)?
        .members
        .get_mut(&user)
        .ok_or_else(|| ApiError::known(10007))?;
    member.nick = nick
        .unwrap_or_else(|| member.nick.take())
        .filter(|nick| !nick.is_empty());
    member.timeout_until = timeout.unwrap_or(member.timeout_until);
    member.mute = mute.unwrap_or(member.mute);
    member.deaf = deaf.unwrap_or(member.deaf);
    if let Some(ids) = ids {
        member.roles = ids;
    }
    answer(call, guild, user)
}

fn may_change_roles(call: &Call<'_>, guild: u64, user: u64, wanted: &BTreeSet<u64>) -> Result<(), ApiError> {
    let current = call
        .state
        .guild(guild)?
        .members
        .get(&user)
        .map(|member| &member.roles);
    let changed: Vec<u64> = current
        .into_iter()
        .flat_map(|current| current.symmetric_difference(wanted))
        .copied()
        .collect();
    for role in changed {
        assignable(call, guild, role)?;
    }
    Ok(())
}

/// A role can be given and taken when it is below the bot's, not managed and not @everyone.
fn assignable(call: &Call<'_>, guild: u64, role: u64) -> Result<(), ApiError> {
    stands_above(call, guild, role)?;
    let managed = call
        .state
        .guild(guild)?
        .roles
        .get(&role)
        .is_some_and(|role| role.bot.is_some());
    if managed || role == guild {
        Err(ApiError::known(50028))
    } else {
        Ok(())
    }
}

/// Moves a member who is in voice to another room or out of voice.
fn move_to(call: &mut Call<'_>, guild: u64, user: u64, channel: Option<u64>) -> Result<(), ApiError> {
    if !call.state.guild(guild)?.voice.contains_key(&user) {
        return Err(ApiError {
            code: 40032,
            message: "Target user is not connected to voice.".to_owned(),
            ..ApiError::bad("")
        });
    }
    if let Some(channel) = channel {
        call.need(channel, permissions::CONNECT)?;
    }
    let voice = &mut call.state.guild_mut(guild)?.voice;
    match channel {
        Some(channel) => voice.insert(user, channel),
        None => voice.remove(&user),
    };
    Ok(())
}

pub(super) fn add_role(call: &mut Call<'_>) -> Answer {
    change_role(call, true)
}

pub(super) fn remove_role(call: &mut Call<'_>) -> Answer {
    change_role(call, false)
}

fn change_role(call: &mut Call<'_>, give: bool) -> Answer {
    let (guild, user, role) = (call.id(0)?, call.id(1)?, call.id(2)?);
    call.need_in_guild(guild, MANAGE_ROLES)?;
    answer(call, guild, user)?;
    assignable(call, guild, role)?;
    if let Some(member) = call.state.guild_mut(guild)?.members.get_mut(&user) {
        if give {
            member.roles.insert(role);
        } else {
            member.roles.remove(&role);
        }
    }
    nothing()
}
