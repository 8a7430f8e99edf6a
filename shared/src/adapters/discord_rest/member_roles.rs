//! Roles, and those of single members.

use super::{DiscordRest, requests};
use crate::domain::ids::{GuildId, RoleId, UserId};
use crate::ports::budget::Budget;
use crate::ports::discord::{DiscordError, DiscordResult, MemberRoles, Roles};
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

#[derive(Deserialize)]
struct WireMade {
    id: RoleId,
}

impl<B: Budget> Roles for DiscordRest<B> {
    async fn create_role(&self, guild: GuildId, name: &str, reason: &str) -> DiscordResult<RoleId> {
        let request = requests::create_role(guild, name, reason)?;
        let made: WireMade = self.call(&request).await?;
        Ok(made.id)
    }

    async fn rename_role(&self, guild: GuildId, role: RoleId, name: &str, reason: &str) -> DiscordResult<()> {
        let request = requests::rename_role(guild, role, name, reason)?;
        self.execute(&request).await.map(drop)
    }

    async fn delete_role(&self, guild: GuildId, role: RoleId, reason: &str) -> DiscordResult<()> {
        self.execute(&requests::delete_role(guild, role, reason))
            .await
            .map(drop)
    }
}
