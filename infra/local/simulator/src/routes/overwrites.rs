//! Permission overwrites (Discord docs, resources/channel, topics/permissions).

use super::{Answer, Call, nothing};
use crate::error::ApiError;
use crate::form::{Errors, Form, at};
use crate::limits;
use crate::permissions::{self, ADMINISTRATOR, MANAGE_ROLES};
use crate::state::Overwrite;
use serde_json::Value;
use std::collections::BTreeMap;

/// The overwrites of a create or edit body, checked in shape; ids must be the guild's roles or members.
pub(super) fn read(
    call: &Call<'_>,
    guild: u64,
    list: &[Value],
    path: &str,
    errors: &mut Errors,
) -> BTreeMap<u64, Overwrite> {
    let mut overwrites = BTreeMap::new();
    for (index, value) in list.iter().enumerate() {
        let item_path = at(path, index);
        let Some(form) = Form::open(value, &item_path, &["id", "type", "allow", "deny"], errors) else {
            continue;
        };
        form.require("id", errors);
        let id = form.snowflake("id", errors).unwrap_or_default();
        let Some(overwrite) = entry(call, guild, id, &form, errors) else {
            errors.add(
                &form.at("id"),
                "CHANNEL_OVERWRITE_UNKNOWN",
                "Neither a role nor a member of this server",
            );
            continue;
        };
        overwrites.insert(id, overwrite);
    }
    overwrites
}

fn entry(call: &Call<'_>, guild: u64, id: u64, form: &Form<'_>, errors: &mut Errors) -> Option<Overwrite> {
    let guild = call.state.guilds.get(&guild)?;
    let is_role = guild.roles.contains_key(&id);
    let kind = form
        .choice("type", &[0, 1], errors)
        .unwrap_or(i64::from(!is_role));
    let known = if kind == 0 {
        is_role
    } else {
        guild.members.contains_key(&id)
    };
    let allow = form.permissions("allow", errors).unwrap_or(0);
    let deny = form.permissions("deny", errors).unwrap_or(0);
    known.then_some(Overwrite {
        kind: u8::from(kind == 1),
        allow,
        deny: deny & !allow,
    })
}

/// Whether the bot may set these bits: only those that it has in the guild or the channel, unless it has
/// MANAGE_ROLES there by an overwrite; MANAGE_ROLES itself only as an administrator.
pub(super) fn may_set(
    call: &Call<'_>,
    guild: u64,
    channel: Option<u64>,
    changed: u64,
) -> Result<(), ApiError> {
    let mut has = permissions::in_guild(call.state.guild(guild)?, call.state.app_id, call.now);
    if has & ADMINISTRATOR != 0 {
        return Ok(());
    }
    let bot = call.state.app_id;
    if let Some(channel) = channel.and_then(|id| call.state.channels.get(&id)) {
        has |= permissions::in_channel(call.state, channel, bot, call.now);
        let roles = call
            .state
            .guild(guild)?
            .members
            .get(&bot)
            .map(|member| member.roles.clone())
            .unwrap_or_default();
        let own = channel
            .overwrites
            .iter()
            .filter(|(id, _)| **id == bot || roles.contains(id));
        if own
            .into_iter()
            .any(|(_, overwrite)| overwrite.allow & MANAGE_ROLES != 0)
        {
            has |= permissions::ALL & !MANAGE_ROLES;
        }
    }
    if changed & MANAGE_ROLES != 0 || changed & !has != 0 {
        return Err(ApiError::known(50013));
    }
    Ok(())
}

/// The bits in which two sets of overwrites differ.
pub(super) fn changed(before: &BTreeMap<u64, Overwrite>, after: &BTreeMap<u64, Overwrite>) -> u64 {
    let ids = before.keys().chain(after.keys());
    ids.fold(0, |bits, id| {
        let bits_of =
            |set: &BTreeMap<u64, Overwrite>| set.get(id).map_or((0, 0), |entry| (entry.allow, entry.deny));
        let (old, new) = (bits_of(before), bits_of(after));
        bits | (old.0 ^ new.0) | (old.1 ^ new.1)
    })
}

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let (channel, id) = (call.id(0)?, call.id(1)?);
    call.need(channel, MANAGE_ROLES)?;
    let guild = guild_of(call, channel)?;
    let mut errors = Errors::default();
    let form = call.form(&["type", "allow", "deny"], &mut errors)?;
    form.require("type", &mut errors);
    let overwrite = entry(call, guild, id, &form, &mut errors);
    errors.check()?;
    let overwrite = overwrite.ok_or_else(|| ApiError::known(10009))?;
    let before = call.state.channel(channel)?.overwrites.clone();
    let mut after = before.clone();
    after.insert(id, overwrite);
    if after.len() > limits::OVERWRITES_PER_CHANNEL {
        return Err(ApiError::known(30060));
    }
    may_set(call, guild, Some(channel), changed(&before, &after))?;
    call.state.channel_mut(channel)?.overwrites = after;
    nothing()
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (channel, id) = (call.id(0)?, call.id(1)?);
    call.need(channel, MANAGE_ROLES)?;
    guild_of(call, channel)?;
    let removed = call.state.channel_mut(channel)?.overwrites.remove(&id);
    if removed.is_some() {
        nothing()
    } else {
        Err(ApiError::known(10009))
    }
}

fn guild_of(call: &Call<'_>, channel: u64) -> Result<u64, ApiError> {
    let found = call.state.channel(channel)?;
    let guild = found.guild.ok_or_else(|| ApiError::known(50003))?;
    if found.thread.is_some() {
        Err(ApiError::known(50024))
    } else {
        Ok(guild)
    }
}
