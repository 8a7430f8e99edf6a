//! Voice states (Discord docs, resources/voice).

use super::{Answer, Call, ok};
use crate::error::ApiError;
use serde_json::{Value, json};

/// Where one member is in voice; nobody else is told of.
pub(super) fn of_member(call: &mut Call<'_>) -> Answer {
    let (guild, user) = (call.id(0)?, call.id(1)?);
    let found = call.state.guild(guild)?;
    if !found.members.contains_key(&user) {
        return Err(ApiError::known(10007));
    }
    let channel = found.voice.get(&user).copied();
    let channel = channel.ok_or_else(|| ApiError::known(10065))?;
    ok(state(guild, user, channel))
}

fn state(guild: u64, user: u64, channel: u64) -> Value {
    json!({
        "guild_id": guild.to_string(), "channel_id": channel.to_string(), "user_id": user.to_string(),
        "session_id": format!("{user:032x}"), "deaf": false, "mute": false, "self_deaf": false, "self_mute": false,
        "self_video": false, "self_stream": false, "suppress": false, "request_to_speak_timestamp": null,
    })
}
