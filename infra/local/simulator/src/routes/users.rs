//! Users and DMs.

use super::{Answer, Call, ok};
use crate::error::ApiError;
use crate::form::Errors;
use crate::permissions;
use crate::state::{channel_json, user_json};
use serde_json::{Value, json};

pub(super) fn me(call: &mut Call<'_>) -> Answer {
    let bot = call
        .state
        .users
        .get(&call.state.app_id)
        .ok_or_else(|| ApiError::known(10013))?;
    let mut value = user_json(bot);
    value["mfa_enabled"] = json!(false);
    value["verified"] = json!(true);
    value["locale"] = json!("en-US");
    value["email"] = Value::Null;
    ok(value)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let id = call.id(0)?;
    ok(user_json(
        call.state.users.get(&id).ok_or_else(|| ApiError::known(10013))?,
    ))
}

/// The bot's guilds, 200 at most a page, by id.
pub(super) fn guilds(call: &mut Call<'_>) -> Answer {
    let limit = call.query_number("limit", 1..=200, 200)?;
    let (before, after) = (call.query_id("before")?, call.query_id("after")?);
    let bot = call.state.app_id;
    let mine = call.state.guilds.values().filter(|guild| {
        guild.members.contains_key(&bot)
            && before.is_none_or(|id| guild.id < id)
            && after.is_none_or(|id| guild.id > id)
    });
    let list: Vec<Value> = mine
        .take(limit)
        .map(|guild| {
            let bits = permissions::in_guild(guild, bot, call.now);
            let mut value = json!({
                "id": guild.id.to_string(), "name": guild.name, "icon": null, "banner": null,
                "owner": guild.owner == bot, "permissions": bits.to_string(), "features": guild.features,
            });
            if call.query_true("with_counts") {
                value["approximate_member_count"] =
                    json!(guild.told_count.unwrap_or(guild.members.len() as u64));
                value["approximate_presence_count"] = json!(0);
            }
            value
        })
        .collect();
    ok(json!(list))
}

/// Opens the DM with a user, or gives the one that is open. Whether the bot may write there shows when it writes.
pub(super) fn open_dm(call: &mut Call<'_>) -> Answer {
    let mut errors = Errors::default();
    let form = call.form(&["recipient_id"], &mut errors)?;
    form.require("recipient_id", &mut errors);
    let user = form.snowflake("recipient_id", &mut errors);
    errors.check()?;
    let user = user.unwrap_or_default();
    let found = call
        .state
        .users
        .get(&user)
        .ok_or_else(|| ApiError::known(50033))?;
    if found.bot {
        return Err(ApiError::known(50007));
    }
    let id = call.state.open_dm(user, call.now);
    ok(channel_json(call.state, call.state.channel(id)?))
}
