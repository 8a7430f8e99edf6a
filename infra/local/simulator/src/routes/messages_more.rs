//! Messages: delete, bulk delete, pins.

use super::{Answer, Call, nothing, ok};
use crate::error::ApiError;
use crate::form::{Errors, as_snowflake};
use crate::limits;
use crate::permissions::{MANAGE_MESSAGES, PIN_MESSAGES, READ_MESSAGE_HISTORY};
use crate::state::{Message, instant, message_json};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (channel, id) = (call.id(0)?, call.id(1)?);
    let bits = call.see(channel)?;
    let found = call.state.message(channel, id)?;
    if found.author != call.state.app_id {
        if call.state.channel(channel)?.guild.is_none() {
            return Err(ApiError::known(50003));
        }
        if bits & MANAGE_MESSAGES == 0 {
            return Err(ApiError::known(50013));
        }
    }
    remove(call, channel, id)?;
    nothing()
}

fn remove(call: &mut Call<'_>, channel: u64, id: u64) -> Result<(), ApiError> {
    let found = call.state.channel_mut(channel)?;
    found.messages.remove(&id);
    found.pins.remove(&id);
    Ok(())
}

/// 2 to 100 messages, none twice, none older than 14 days; ids that are not there are passed over.
pub(super) fn bulk_delete(call: &mut Call<'_>) -> Answer {
    let channel = call.id(0)?;
    call.need(channel, MANAGE_MESSAGES)?;
    if call.state.channel(channel)?.guild.is_none() {
        return Err(ApiError::known(50003));
    }
    let mut errors = Errors::default();
    let form = call.form(&["messages"], &mut errors)?;
    form.require("messages", &mut errors);
    let list = form
        .list("messages", 0..=usize::MAX, &mut errors)
        .unwrap_or_default();
    let ids: BTreeSet<u64> = list.iter().filter_map(as_snowflake).collect();
    if ids.len() != list.len() {
        errors.add(
            "messages",
            "SET_TYPE_ALREADY_CONTAINS_VALUE",
            "The set already contains this value",
        );
    }
    errors.check()?;
    if !(2..=100).contains(&ids.len()) {
        return Err(ApiError::known(50016));
    }
    let (now, messages) = (call.now, &call.state.channel(channel)?.messages);
    let old = |message: &Message| now.duration_since(message.created) > limits::BULK_DELETE_AGE;
    if ids.iter().filter_map(|id| messages.get(id)).any(old) {
        return Err(ApiError::known(50034));
    }
    for id in ids {
        remove(call, channel, id)?;
    }
    nothing()
}

/// Pinned messages, latest pin first.
pub(super) fn pins(call: &mut Call<'_>) -> Answer {
    let channel = call.id(0)?;
    let bits = call.see(channel)?;
    let limit = call.query_number("limit", 1..=50, 50)?;
    let before = match call.query("before") {
        None => None,
        Some(text) => {
            let message = "Could not parse date. Should be ISO8601.";
            let at = text.parse::<jiff::Timestamp>();
            Some(at.map_err(|_| ApiError::form("before", "DATE_TIME_TYPE_PARSE", message))?)
        }
    };
    let found = call.state.channel(channel)?;
    let mut pins: Vec<_> = found
        .pins
        .iter()
        .filter(|(_, at)| before.is_none_or(|before| **at < before))
        .collect();
    pins.sort_by_key(|(id, at)| std::cmp::Reverse((**at, **id)));
    let readable = bits & READ_MESSAGE_HISTORY != 0;
    let has_more = pins.len() > limit;
    let items: Vec<Value> = pins
        .into_iter()
        .take(if readable { limit } else { 0 })
        .filter_map(|(id, at)| {
            let message = found.messages.get(id)?;
            Some(json!({"pinned_at": instant(*at), "message": message_json(call.state, message)}))
        })
        .collect();
    ok(json!({"items": items, "has_more": has_more && readable}))
}

pub(super) fn pin(call: &mut Call<'_>) -> Answer {
    let (channel, id) = (call.id(0)?, call.id(1)?);
    call.need(channel, PIN_MESSAGES | READ_MESSAGE_HISTORY)?;
    call.state.message(channel, id)?;
    let (now, bot) = (call.now, call.state.app_id);
    let notice = call.state.next_id(now);
    let found = call.state.channel_mut(channel)?;
    if found.pins.contains_key(&id) {
        return nothing();
    }
    if found.pins.len() >= limits::PINS_PER_CHANNEL {
        return Err(ApiError::known(30003));
    }
    found.pins.insert(id, now);
    let guild = found.guild.map(|guild| guild.to_string());
    let mut message = Message::new(notice, channel, bot, now);
    message.kind = 6;
    message.reference = Some(
        json!({"type": 0, "message_id": id.to_string(), "channel_id": channel.to_string(), "guild_id": guild}),
    );
    call.state.add_message(message);
    nothing()
}

pub(super) fn unpin(call: &mut Call<'_>) -> Answer {
    let (channel, id) = (call.id(0)?, call.id(1)?);
    call.need(channel, PIN_MESSAGES)?;
    call.state.message(channel, id)?;
    call.state.channel_mut(channel)?.pins.remove(&id);
    nothing()
}
