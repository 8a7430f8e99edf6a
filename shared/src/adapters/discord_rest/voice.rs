//! Where members are in voice.

use super::{DiscordRest, requests};
use crate::domain::ids::{ChannelId, GuildId, UserId};
use crate::ports::budget::Budget;
use crate::ports::discord::{DiscordError, DiscordResult, VoiceStates};
use serde::Deserialize;

#[derive(Deserialize)]
struct WireVoiceState {
    #[serde(default)]
    channel_id: Option<ChannelId>,
}

impl<B: Budget> VoiceStates for DiscordRest<B> {
    async fn voice_channel(&self, guild: GuildId, user: UserId) -> DiscordResult<Option<ChannelId>> {
        match self
            .call::<WireVoiceState>(&requests::voice_state(guild, user))
            .await
        {
            Ok(state) => Ok(state.channel_id),
            // Unknown voice state, unknown member, unknown user: Discord docs, opcodes and status codes.
            Err(DiscordError::NotFound {
                code: 10_065 | 10_007 | 10_013,
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
