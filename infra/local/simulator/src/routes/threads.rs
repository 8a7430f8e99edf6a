//! Threads (Discord docs, topics/threads).

use super::channels::ARCHIVE_MINUTES;
use super::{Answer, Call, created, nothing, ok};
use crate::error::ApiError;
use crate::form::{Errors, Form};
use crate::limits;
use crate::permissions::{
    self, CREATE_PRIVATE_THREADS, CREATE_PUBLIC_THREADS, MANAGE_THREADS, READ_MESSAGE_HISTORY, SEND_MESSAGES,
    VIEW_CHANNEL,
};
use crate::state::{Channel, Message, Thread, channel_json, member_json, thread_member_json};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Starts a public thread from a message, whose id it takes; one a message (160004).
pub(super) fn start_from_message(call: &mut Call<'_>) -> Answer {
    let (channel, message) = (call.id(0)?, call.id(1)?);
    call.need(channel, CREATE_PUBLIC_THREADS)?;
    let found = call.state.message(channel, message)?;
    if found.thread.is_some() || call.state.channels.contains_key(&message) {
        return Err(ApiError::known(160_004));
    }
    let mut errors = Errors::default();
    let form = call.form(
        &["name", "auto_archive_duration", "rate_limit_per_user"],
        &mut errors,
    )?;
    let kind = match call.state.channel(channel)?.kind {
        0 => 11,
        5 => 10,
        _ => return Err(ApiError::known(50024)),
    };
    let thread = build(call, &form, channel, message, kind, &mut errors)?;
    call.state.channels.insert(message, thread);
    if let Some(message) = call.state.channel_mut(channel)?.messages.get_mut(&message) {
        message.thread = Some(message.id);
    }
    created(channel_json(call.state, call.state.channel(message)?))
}

/// Starts a thread without a message; private (12) unless `type` says 11 or 10.
pub(super) fn start(call: &mut Call<'_>) -> Answer {
    let channel = call.id(0)?;
    let bits = call.see(channel)?;
    let mut errors = Errors::default();
    let known = [
        "name",
        "auto_archive_duration",
        "rate_limit_per_user",
        "type",
        "invitable",
    ];
    let form = call.form(&known, &mut errors)?;
    let kind = form.choice("type", &[10, 11, 12], &mut errors).unwrap_or(12);
    let parent = call.state.channel(channel)?.kind;
    let fits = matches!((parent, kind), (0, 11 | 12) | (5, 10));
    if !fits {
        return Err(ApiError::known(50024));
    }
    let needed = if kind == 12 {
        CREATE_PRIVATE_THREADS
    } else {
        CREATE_PUBLIC_THREADS
    };
    if bits & needed == 0 {
        return Err(ApiError::known(50013));
    }
    let id = call.state.next_id(call.now);
    let kind = u8::try_from(kind).unwrap_or(12);
    let thread = build(call, &form, channel, id, kind, &mut errors)?;
    call.state.channels.insert(id, thread);
    if kind != 12 {
        let notice_id = call.state.next_id(call.now);
        let mut notice = Message::new(notice_id, channel, call.state.app_id, call.now);
        notice.kind = 18;
        notice.thread = Some(id);
        notice.content.clone_from(&call.state.channel(id)?.name);
        call.state.add_message(notice);
    }
    created(channel_json(call.state, call.state.channel(id)?))
}

fn build(
    call: &Call<'_>,
    form: &Form<'_>,
    parent: u64,
    id: u64,
    kind: u8,
    errors: &mut Errors,
) -> Result<Channel, ApiError> {
    form.require("name", errors);
    let name = form.text("name", 1..=100, errors).unwrap_or_default().trim();
    let minutes = form.choice("auto_archive_duration", &ARCHIVE_MINUTES, errors);
    let slowmode = form.integer("rate_limit_per_user", 0..=21_600, errors);
    let invitable = form.boolean("invitable", errors).unwrap_or(true);
    errors.check()?;
    let home = call.state.channel(parent)?;
    let guild = home.guild.ok_or_else(|| ApiError::known(50003))?;
    let active = call.state.channels.values().filter(|channel| {
        channel.guild == Some(guild) && channel.thread.as_ref().is_some_and(|thread| !thread.archived)
    });
    if active.count() >= limits::ACTIVE_THREADS {
        return Err(ApiError::known(160_006));
    }
    let mut thread = Channel::new(id, kind, Some(guild), name);
    thread.parent = Some(parent);
    thread.slowmode = slowmode.unwrap_or(0);
    thread.thread = Some(Thread {
        owner: call.state.app_id,
        archived: false,
        locked: false,
        invitable,
        auto_archive: minutes.or(home.auto_archive).unwrap_or(4320),
        archive_changed: call.now,
        created: call.now,
        members: BTreeMap::from([(call.state.app_id, call.now)]),
        total_sent: 0,
    });
    Ok(thread)
}

/// The thread, which must not be archived.
fn open_thread<'s>(call: &'s mut Call<'_>, id: u64) -> Result<&'s mut Thread, ApiError> {
    call.see(id)?;
    let thread = call
        .state
        .channel_mut(id)?
        .thread
        .as_mut()
        .ok_or_else(|| ApiError::known(50024))?;
    if thread.archived {
        Err(ApiError::known(50083))
    } else {
        Ok(thread)
    }
}

pub(super) fn join(call: &mut Call<'_>) -> Answer {
    let (id, bot) = (call.id(0)?, call.state.app_id);
    put_member(call, id, bot)
}

pub(super) fn leave(call: &mut Call<'_>) -> Answer {
    let (id, bot) = (call.id(0)?, call.state.app_id);
    open_thread(call, id)?.members.remove(&bot);
    nothing()
}

/// Adds a member: the bot must be able to send there; the user must be a member who sees the parent channel.
pub(super) fn add_member(call: &mut Call<'_>) -> Answer {
    let (id, user) = (call.id(0)?, call.id(1)?);
    call.need(id, SEND_MESSAGES)?;
    let channel = call.state.channel(id)?;
    let guild = call.state.guild(channel.guild.unwrap_or_default())?;
    if !guild.members.contains_key(&user) {
        return Err(ApiError::known(if call.state.users.contains_key(&user) {
            10007
        } else {
            10013
        }));
    }
    let home = call.state.channel(channel.parent.unwrap_or(id))?;
    if permissions::in_channel(call.state, home, user, call.now) & VIEW_CHANNEL == 0 {
        return Err(ApiError::known(50001));
    }
    put_member(call, id, user)
}

fn put_member(call: &mut Call<'_>, id: u64, user: u64) -> Answer {
    let now = call.now;
    let thread = open_thread(call, id)?;
    if thread.members.len() >= limits::THREAD_MEMBERS && !thread.members.contains_key(&user) {
        return Err(ApiError::known(30033));
    }
    thread.members.entry(user).or_insert(now);
    nothing()
}

/// Removes a member: MANAGE_THREADS, or the bot's own private thread.
pub(super) fn remove_member(call: &mut Call<'_>) -> Answer {
    let (id, user) = (call.id(0)?, call.id(1)?);
    let bits = call.see(id)?;
    let (bot, private) = (call.state.app_id, call.state.channel(id)?.kind == 12);
    let thread = open_thread(call, id)?;
    if bits & MANAGE_THREADS == 0 && !(private && thread.owner == bot) {
        return Err(ApiError::known(50013));
    }
    if thread.members.remove(&user).is_some() {
        nothing()
    } else {
        Err(ApiError::known(10007))
    }
}

pub(super) fn members(call: &mut Call<'_>) -> Answer {
    let id = call.id(0)?;
    call.see(id)?;
    let after = call.query_id("after")?.unwrap_or(0);
    let limit = call.query_number("limit", 1..=100, 100)?;
    let channel = call.state.channel(id)?;
    let thread = channel.thread.as_ref().ok_or_else(|| ApiError::known(50024))?;
    let guild = call.state.guild(channel.guild.unwrap_or_default())?;
    let with_member = call.query_true("with_member");
    let page = thread
        .members
        .range(after + 1..)
        .take(limit)
        .map(|(user, joined)| {
            let mut value = thread_member_json(id, *user, *joined);
            if let Some(member) = guild.members.get(user).filter(|_| with_member) {
                value["member"] = member_json(member, call.state.users.get(user));
            }
            value
        });
    ok(page.collect())
}

pub(super) fn archived_public(call: &mut Call<'_>) -> Answer {
    archived(call, &[10, 11], READ_MESSAGE_HISTORY)
}

pub(super) fn archived_private(call: &mut Call<'_>) -> Answer {
    archived(call, &[12], READ_MESSAGE_HISTORY | MANAGE_THREADS)
}

fn archived(call: &Call<'_>, kinds: &[u8], needed: u64) -> Answer {
    let parent = call.id(0)?;
    call.need(parent, needed)?;
    let limit = call.query_number("limit", 1..=100, 50)?;
    let before = match call.query("before") {
        None => Timestamp::MAX,
        Some(text) => text.parse().map_err(|_| {
            ApiError::form(
                "before",
                "DATE_TIME_TYPE_PARSE",
                "Could not parse date. Should be ISO8601.",
            )
        })?,
    };
    let mut found: Vec<(Timestamp, &Channel)> = call
        .state
        .channels
        .values()
        .filter(|channel| channel.parent == Some(parent) && kinds.contains(&channel.kind))
        .filter_map(|channel| {
            let thread = channel.thread.as_ref().filter(|thread| thread.archived)?;
            Some((thread.archive_changed, channel))
        })
        .filter(|(at, _)| *at < before)
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.id.cmp(&a.1.id)));
    let has_more = found.len() > limit;
    let threads: Vec<Value> = found
        .iter()
        .take(limit)
        .map(|(_, channel)| channel_json(call.state, channel))
        .collect();
    ok(json!({"threads": threads, "members": [], "has_more": has_more}))
}
