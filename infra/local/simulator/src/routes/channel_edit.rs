//! PATCH of a channel or a thread.

use super::channels::{ARCHIVE_MINUTES, KEYS, check_parent, settings};
use super::{Answer, Call, ok, overwrites};
use crate::error::ApiError;
use crate::form::Errors;
use crate::limits;
use crate::permissions::{MANAGE_CHANNELS, MANAGE_ROLES, MANAGE_THREADS};
use crate::state::{Channel, channel_json};

pub(super) fn patch(call: &mut Call<'_>) -> Answer {
    let id = call.id(0)?;
    call.see(id)?;
    let channel = call.state.channel(id)?;
    if channel.guild.is_none() {
        return Err(ApiError::known(50003));
    }
    if channel.thread.is_some() {
        thread(call, id)
    } else {
        guild_channel(call, id)
    }
}

fn guild_channel(call: &mut Call<'_>, id: u64) -> Answer {
    let bits = call.see(id)?;
    let mut errors = Errors::default();
    let form = call.form(&KEYS, &mut errors)?;
    let current = call.state.channel(id)?;
    let guild = current.guild.unwrap_or_default();
    let mut wanted = Channel::new(id, current.kind, Some(guild), &current.name);
    copy_settings(current, &mut wanted);
    if let Some(kind) = form.choice("type", &[0, 5], &mut errors)
        && kind != i64::from(current.kind)
    {
        let news = call
            .state
            .guild(guild)?
            .features
            .iter()
            .any(|feature| feature == "NEWS");
        if !news || !matches!(current.kind, 0 | 5) {
            errors.add(
                "type",
                "GUILD_CHANNEL_TYPE_CONVERSION",
                "The type cannot be changed so",
            );
        }
        wanted.kind = u8::try_from(kind).unwrap_or(wanted.kind);
    }
    settings(&form, &mut wanted, &mut errors);
    if form.has("parent_id") {
        wanted.parent = form.snowflake("parent_id", &mut errors);
    }
    if form.has("permission_overwrites") {
        let list = form.list(
            "permission_overwrites",
            0..=limits::OVERWRITES_PER_REQUEST,
            &mut errors,
        );
        let path = form.at("permission_overwrites");
        wanted.overwrites = overwrites::read(call, guild, list.unwrap_or_default(), &path, &mut errors);
    }
    errors.check()?;
    let changed = overwrites::changed(&current.overwrites, &wanted.overwrites);
    if bits & MANAGE_CHANNELS == 0 || (changed != 0 && bits & MANAGE_ROLES == 0) {
        return Err(ApiError::known(50013));
    }
    if changed != 0 {
        overwrites::may_set(call, guild, Some(id), changed)?;
    }
    if wanted.parent != current.parent
        && let Some(parent) = wanted.parent
    {
        check_parent(call, guild, wanted.kind, parent)?;
    }
    if wanted.name != current.name || wanted.topic != current.topic {
        renamed(call, id)?;
    }
    let channel = call.state.channel_mut(id)?;
    channel.kind = wanted.kind;
    channel.name.clone_from(&wanted.name);
    copy_settings(&wanted, channel);
    ok(channel_json(call.state, call.state.channel(id)?))
}

fn copy_settings(from: &Channel, to: &mut Channel) {
    to.topic.clone_from(&from.topic);
    to.position = from.position;
    to.parent = from.parent;
    to.overwrites.clone_from(&from.overwrites);
    to.nsfw = from.nsfw;
    to.slowmode = from.slowmode;
    to.bitrate = from.bitrate;
    to.user_limit = from.user_limit;
    to.auto_archive = from.auto_archive;
}

/// Counts a change of name or topic against the hidden limit (not documented): 2 in 10 minutes a channel.
fn renamed(call: &mut Call<'_>, id: u64) -> Result<(), ApiError> {
    if !call.limited {
        return Ok(());
    }
    let now = call.now;
    let changes = call.state.renames.entry(id).or_default();
    changes.retain(|at| now.duration_since(*at) < limits::CHANNEL_RENAME_WINDOW);
    if changes.len() < limits::CHANNEL_RENAMES {
        changes.push(now);
        return Ok(());
    }
    let wait = changes
        .first()
        .map(|first| limits::CHANNEL_RENAME_WINDOW - now.duration_since(*first));
    let seconds = wait.map_or(0.0, |wait| wait.as_secs_f64());
    Err(ApiError {
        status: 429,
        code: 0,
        message: "You are being rate limited.".to_owned(),
        errors: None,
        retry_after: Some(seconds),
    })
}

/// An archived thread takes nothing but being un-archived (with more in the same request); a locked one only from
/// those with MANAGE_THREADS.
fn thread(call: &mut Call<'_>, id: u64) -> Answer {
    let bits = call.see(id)?;
    let known = [
        "name",
        "archived",
        "locked",
        "invitable",
        "auto_archive_duration",
        "rate_limit_per_user",
        "flags",
    ];
    let mut errors = Errors::default();
    let form = call.form(&known, &mut errors)?;
    let name = form.text("name", 1..=100, &mut errors);
    let archived = form.boolean("archived", &mut errors);
    let locked = form.boolean("locked", &mut errors);
    let invitable = form.boolean("invitable", &mut errors);
    let minutes = form.choice("auto_archive_duration", &ARCHIVE_MINUTES, &mut errors);
    let slowmode = form.integer("rate_limit_per_user", 0..=21_600, &mut errors);
    errors.check()?;
    let (bot, now) = (call.state.app_id, call.now);
    let channel = call.state.channel(id)?;
    let Some(thread) = &channel.thread else {
        return Err(ApiError::known(50024));
    };
    let moderator = bits & MANAGE_THREADS != 0;
    if thread.archived && archived != Some(false) {
        return Err(ApiError::known(50083));
    }
    let touches_lock = locked.is_some_and(|locked| locked != thread.locked);
    if !moderator && (thread.owner != bot || thread.locked || touches_lock) {
        return Err(ApiError::known(50013));
    }
    if invitable.is_some() && channel.kind != 12 {
        return Err(ApiError::form(
            "invitable",
            "THREAD_INVITABLE_PRIVATE_ONLY",
            "Only private threads have it",
        ));
    }
    if name.is_some_and(|name| name != channel.name) {
        renamed(call, id)?;
    }
    let channel = call.state.channel_mut(id)?;
    channel.slowmode = slowmode.unwrap_or(channel.slowmode);
    if let Some(name) = name {
        channel.name = name.trim().to_owned();
    }
    if let Some(thread) = &mut channel.thread {
        if archived.is_some_and(|archived| archived != thread.archived) {
            thread.archived = !thread.archived;
            thread.archive_changed = now;
        }
        thread.locked = locked.unwrap_or(thread.locked);
        thread.invitable = invitable.unwrap_or(thread.invitable);
        thread.auto_archive = minutes.unwrap_or(thread.auto_archive);
    }
    ok(channel_json(call.state, call.state.channel(id)?))
}
