//! Roles of single members.

use super::{DiscordRest, requests};
use crate::domain::ids::{GuildId, RoleId, UserId};
use crate::ports::budget::Budget;
use crate::ports::discord::{DiscordError, DiscordResult, MemberRoles};
use serde::Deserialize;

#[derive(Deserialize)]
struct WireRoles {
    roles: Vec<RoleId>,
}

impl<B: Budget> MemberRoles for DiscordRest<B> {
    async fn member_roles(&self, guild: GuildId, user: UserId) -> DiscordResult<Option<Vec<RoleId>>> {
        match self.call::<WireRoles>(&requests::get_member(guild, user)).await {
            Ok(member) => Ok(Some(member.roles)),
            // Unknown member, unknown user: Discord docs, opcodes and status codes.
            Err(DiscordError::NotFound {
                code: 10_007 | 10_013,
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn add_role(&self, guild: GuildId, user: UserId, role: RoleId, reason: &str) -> DiscordResult<()> {
        self.execute(&requests::add_role(guild, user, role, reason))
            .await
            .map(drop)
    }

    async fn remove_role(
        &self,
        guild: GuildId,
        user: UserId,
        role: RoleId,
        reason: &str,
    ) -> DiscordResult<()> {
        self.execute(&requests::remove_role(guild, user, role, reason))
            .await
            .map(drop)
    }
}
