//! Guilds: themselves, their channels, active threads and voice states.

use super::{Answer, Call, ok};
use crate::error::ApiError;
use crate::permissions;
use crate::state::{channel_json, guild_json, member_json, thread_member_json};
use serde_json::{Value, json};

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let guild = call.state.guild(call.id(0)?)?;
    ok(guild_json(guild, call.query_true("with_counts")))
}

/// All channels, without threads; those that the bot cannot see too, as Discord lists them.
pub(super) fn channels(call: &mut Call<'_>) -> Answer {
    let guild = call.id(0)?;
    call.state.guild(guild)?;
    let list: Vec<Value> = call
        .state
        .guild_channels(guild)
        .map(|channel| channel_json(call.state, channel))
        .collect();
    ok(json!(list))
}

pub(super) fn active_threads(call: &mut Call<'_>) -> Answer {
    let guild = call.id(0)?;
    call.state.guild(guild)?;
    let bot = call.state.app_id;
    let active = call.state.channels.values().filter(|channel| {
        channel.guild == Some(guild)
            && channel.thread.as_ref().is_some_and(|thread| !thread.archived)
            && permissions::in_channel(call.state, channel, bot, call.now) & permissions::VIEW_CHANNEL != 0
    });
    let (mut threads, mut members) = (Vec::new(), Vec::new());
    for channel in active {
        threads.push(channel_json(call.state, channel));
        if let Some(joined) = channel
            .thread
            .as_ref()
            .and_then(|thread| thread.members.get(&bot))
        {
            members.push(thread_member_json(channel.id, bot, *joined));
        }
    }
    ok(json!({"threads": threads, "members": members}))
}

/// Where a member is in voice; 10065 when nowhere.
pub(super) fn voice_state(call: &mut Call<'_>) -> Answer {
    let guild = call.state.guild(call.id(0)?)?;
    let user = if call.ids.get(1) == Some(&"@me") {
        call.state.app_id
    } else {
        call.id(1)?
    };
    let channel = *guild.voice.get(&user).ok_or_else(|| ApiError::known(10065))?;
    call.see(channel)?;
    let member = guild.members.get(&user).ok_or_else(|| ApiError::known(10007))?;
    ok(json!({
        "guild_id": guild.id.to_string(), "channel_id": channel.to_string(), "user_id": user.to_string(),
        "member": member_json(member, call.state.users.get(&user)), "session_id": format!("{user:032x}"),
        "deaf": member.deaf, "mute": member.mute, "self_deaf": false, "self_mute": false, "self_video": false,
        "suppress": false, "request_to_speak_timestamp": null,
    }))
}
