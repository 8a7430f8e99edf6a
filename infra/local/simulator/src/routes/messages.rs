//! Messages: read, send, edit.

use super::{Answer, Call, ok};
use crate::check::message::{self, COMPONENTS_V2, Draft, Mentions, Route, displayed_text};
use crate::error::ApiError;
use crate::form::Errors;
use crate::limits;
use crate::permissions::{
    self, EMBED_LINKS, MANAGE_MESSAGES, MENTION_EVERYONE, READ_MESSAGE_HISTORY, SEND_MESSAGES,
};
use crate::state::{Message, State, message_json};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Messages, newest first. Without READ_MESSAGE_HISTORY there are none.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let channel = call.id(0)?;
    let bits = call.see(channel)?;
    let limit = call.query_number("limit", 1..=100, 50)?;
    let (before, after, around) = (
        call.query_id("before")?,
        call.query_id("after")?,
        call.query_id("around")?,
    );
    if [before, after, around].iter().flatten().count() > 1 {
        return Err(ApiError::bad("before, after and around exclude each other"));
    }
    if bits & READ_MESSAGE_HISTORY == 0 {
        return ok(json!([]));
    }
    let messages = &call.state.channel(channel)?.messages;
    let shown = |message: &&Message| message.ephemeral_for.is_none();
    let mut page: Vec<&Message> = if let Some(around) = around {
        let half = limit / 2;
        let older = messages
            .range(..around)
            .rev()
            .map(|(_, message)| message)
            .filter(shown)
            .take(half);
        let newer = messages
            .range(around..)
            .map(|(_, message)| message)
            .filter(shown)
            .take(limit - half);
        older.chain(newer).collect()
    } else if let Some(after) = after {
        messages
            .range(after.saturating_add(1)..)
            .map(|(_, message)| message)
            .filter(shown)
            .take(limit)
            .collect()
    } else {
        let end = before.unwrap_or(u64::MAX);
        messages
            .range(..end)
            .rev()
            .map(|(_, message)| message)
            .filter(shown)
            .take(limit)
            .collect()
    };
    page.sort_by_key(|message| std::cmp::Reverse(message.id));
    ok(page
        .into_iter()
        .map(|message| message_json(call.state, message))
        .collect())
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (channel, id) = (call.id(0)?, call.id(1)?);
    call.need(channel, READ_MESSAGE_HISTORY)?;
    ok(message_json(call.state, call.state.message(channel, id)?))
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let channel = call.id(0)?;
    let bits = call.need(channel, 0)?;
    let body = call.body.ok_or_else(|| ApiError::known(50006))?;
    let mut errors = Errors::default();
    let draft = message::check(body, "", Route::Create, false, &mut errors);
    errors.check()?;
    may_send(call, channel, bits, &draft)?;
    if draft.enforce_nonce
        && let Some(earlier) = by_nonce(call, channel, draft.nonce.as_ref())
    {
        return ok(message_json(call.state, call.state.message(channel, earlier)?));
    }
    let id = call.state.next_id(call.now);
    let mut new = Message::new(id, channel, call.state.app_id, call.now);
    if let Some(target) = draft.reply_to {
        reply(call, bits, &mut new, target, draft.reply_must_exist)?;
    }
    deliver(call.state, new, draft)?;
    ok(message_json(call.state, call.state.message(channel, id)?))
}

fn may_send(call: &Call<'_>, channel: u64, bits: u64, draft: &Draft) -> Result<(), ApiError> {
    let found = call.state.channel(channel)?;
    if !found.holds_messages() {
        return Err(ApiError::known(50008));
    }
    if found.guild.is_none() {
        return dm_open(call, channel);
    }
    if found
        .thread
        .as_ref()
        .is_some_and(|thread| thread.archived && thread.locked)
    {
        return Err(ApiError::known(50083));
    }
    let embeds = draft.embeds.as_ref().is_some_and(|embeds| !embeds.is_empty());
    let needed = SEND_MESSAGES | if embeds { EMBED_LINKS } else { 0 };
    if bits & needed == needed {
        Ok(())
    } else {
        Err(ApiError::known(50013))
    }
}

/// 50007 when the user takes no DMs, 50278 when no guild is shared.
fn dm_open(call: &Call<'_>, channel: u64) -> Result<(), ApiError> {
    let bot = call.state.app_id;
    let other = call
        .state
        .channel(channel)?
        .recipients
        .iter()
        .find(|user| **user != bot)
        .copied();
    let user = other
        .and_then(|user| call.state.users.get(&user))
        .ok_or_else(|| ApiError::known(50033))?;
    let shares = |guild: &crate::state::Guild| {
        guild.members.contains_key(&bot) && guild.members.contains_key(&user.id)
    };
    if !call.state.guilds.values().any(shares) {
        return Err(ApiError::known(50278));
    }
    if user.dms_closed {
        Err(ApiError::known(50007))
    } else {
        Ok(())
    }
}

fn by_nonce(call: &Call<'_>, channel: u64, nonce: Option<&Value>) -> Option<u64> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let wanted = text(nonce?);
    let messages = call.state.channels.get(&channel)?.messages.values().rev();
    let recent =
        messages.take_while(|message| call.now.duration_since(message.created) < limits::NONCE_WINDOW);
    let mine = recent.filter(|message| message.author == call.state.app_id && !message.webhook);
    mine.into_iter()
        .find(|message| message.nonce.as_ref().map(text).as_deref() == Some(&*wanted))
        .map(|message| message.id)
}

fn reply(
    call: &Call<'_>,
    bits: u64,
    new: &mut Message,
    target: u64,
    must_exist: bool,
) -> Result<(), ApiError> {
    if bits & READ_MESSAGE_HISTORY == 0 {
        return Err(ApiError::known(160_002));
    }
    let found = call.state.message(new.channel, target).is_ok();
    if !found && must_exist {
        return Err(ApiError::form(
            "message_reference",
            "REPLIES_UNKNOWN_MESSAGE",
            "Unknown message",
        ));
    }
    if found {
        new.kind = 19;
        let guild = call
            .state
            .channel(new.channel)?
            .guild
            .map(|guild| guild.to_string());
        new.reference = Some(json!({
            "type": 0, "message_id": target.to_string(), "channel_id": new.channel.to_string(), "guild_id": guild,
        }));
    }
    Ok(())
}

/// Fills a new message from its draft and puts it into its channel; 50006 when it holds nothing.
pub(crate) fn deliver(state: &mut State, mut message: Message, draft: Draft) -> Result<(), ApiError> {
    fill(state, &mut message, draft);
    if message.is_empty() {
        return Err(ApiError::known(50006));
    }
    state.add_message(message);
    Ok(())
}

/// Writes what the draft names into the message.
pub(super) fn fill(state: &State, message: &mut Message, draft: Draft) {
    if let Some(flags) = draft.flags {
        message.flags = (flags & !message::EPHEMERAL) | (message.flags & COMPONENTS_V2);
    }
    message.content = draft
        .content
        .unwrap_or_else(|| std::mem::take(&mut message.content));
    message.embeds = draft
        .embeds
        .unwrap_or_else(|| std::mem::take(&mut message.embeds));
    message.components = draft
        .components
        .unwrap_or_else(|| std::mem::take(&mut message.components));
    if draft.nonce.is_some() {
        message.nonce = draft.nonce;
    }
    if let Some(ids) = draft.attachments {
        message.attachments = ids
            .into_iter()
            .filter(|id| state.files.contains_key(id))
            .collect();
    }
    let rules = draft
        .mentions
        .unwrap_or_else(|| Mentions::default_for(message.webhook));
    let mentioned = rules.of(&format!(
        "{}\n{}",
        message.content,
        displayed_text(&message.components)
    ));
    message.mentions = mentioned
        .users
        .into_iter()
        .filter(|user| state.users.contains_key(user))
        .collect();
    let channel = state.channels.get(&message.channel);
    let guild = channel.and_then(|channel| state.guilds.get(&channel.guild?));
    let bits = channel.map_or(0, |channel| {
        permissions::in_channel(state, channel, message.author, message.created)
    });
    let all = bits & MENTION_EVERYONE != 0;
    message.mention_everyone = mentioned.everyone && all;
    let pings = |role: &u64| {
        guild
            .and_then(|guild| guild.roles.get(role))
            .is_some_and(|role| all || role.mentionable)
    };
    message.mention_roles = mentioned.roles.into_iter().filter(pings).collect();
}

/// Applies a checked edit to a message, whoever may do it.
pub(super) fn edit(
    state: &mut State,
    channel: u64,
    id: u64,
    draft: Draft,
    now: Timestamp,
) -> Result<(), ApiError> {
    let found = state
        .channel(channel)?
        .messages
        .get(&id)
        .ok_or_else(|| ApiError::known(10008))?;
    let mut message = found.clone();
    fill(state, &mut message, draft);
    if message.flags & COMPONENTS_V2 != 0 && !(message.content.is_empty() && message.embeds.is_empty()) {
        let text = "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2";
        return Err(ApiError::form(
            "content",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            text,
        ));
    }
    if message.is_empty() {
        return Err(ApiError::known(50006));
    }
    if !message.loading {
        message.edited = Some(now);
    }
    message.loading = false;
    state.channel_mut(channel)?.messages.insert(id, message);
    Ok(())
}

pub(super) fn patch(call: &mut Call<'_>) -> Answer {
    let (channel, id) = (call.id(0)?, call.id(1)?);
    let bits = call.see(channel)?;
    let found = call.state.message(channel, id)?;
    let body = call.body.ok_or_else(|| ApiError::known(50006))?;
    let mut errors = Errors::default();
    let draft = message::check(
        body,
        "",
        Route::Edit,
        found.flags & COMPONENTS_V2 != 0,
        &mut errors,
    );
    errors.check()?;
    if found.author != call.state.app_id {
        let only_flags = body
            .as_object()
            .is_some_and(|map| map.keys().all(|key| key == "flags"));
        if !only_flags {
            return Err(ApiError::known(50005));
        }
        if bits & MANAGE_MESSAGES == 0 {
            return Err(ApiError::known(50013));
        }
    }
    if call
        .state
        .channel(channel)?
        .thread
        .as_ref()
        .is_some_and(|thread| thread.archived)
    {
        return Err(ApiError::known(50083));
    }
    old_message(call, channel, id)?;
    edit(call.state, channel, id, draft, call.now)?;
    ok(message_json(call.state, call.state.message(channel, id)?))
}

/// 30046: too many edits of a message older than an hour.
fn old_message(call: &mut Call<'_>, channel: u64, id: u64) -> Result<(), ApiError> {
    let (now, limited) = (call.now, call.limited);
    let found = call
        .state
        .channel_mut(channel)?
        .messages
        .get_mut(&id)
        .ok_or_else(|| ApiError::known(10008))?;
    if !limited || now.duration_since(found.created) < limits::OLD_MESSAGE {
        return Ok(());
    }
    found
        .late_edits
        .retain(|at| now.duration_since(*at) < limits::OLD_MESSAGE);
    if found.late_edits.len() < limits::OLD_MESSAGE_EDITS {
        found.late_edits.push(now);
        return Ok(());
    }
    let wait = found
        .late_edits
        .first()
        .map(|first| limits::OLD_MESSAGE - now.duration_since(*first));
    Err(ApiError {
        retry_after: wait.map(|wait| wait.as_secs_f64()),
        ..ApiError::known(30046)
    })
}
