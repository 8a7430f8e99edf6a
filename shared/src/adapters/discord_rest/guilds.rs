//! Guilds, as far as the bot's rights depend on them.

use super::{DiscordRest, requests};
use crate::domain::ids::{GuildId, RoleId, UserId};
use crate::domain::permissions::{GuildPicture, Overwrite, OwnMember, Permissions, Role};
use crate::ports::budget::Budget;
use crate::ports::discord::{DiscordError, DiscordResult, Guilds};
use jiff::Timestamp;
use serde::Deserialize;

/// Discord's type of an overwrite for a role (Discord docs, resources/channel).
const OF_ROLE: u8 = 0;

#[derive(Deserialize)]
struct WireGuild {
    id: GuildId,
    name: String,
    owner_id: UserId,
    roles: Vec<WireRole>,
}

#[derive(Deserialize)]
struct WireRole {
    id: RoleId,
    name: String,
    position: i64,
    permissions: Permissions,
    #[serde(default)]
    managed: bool,
}

#[derive(Deserialize)]
struct WireMember {
    roles: Vec<RoleId>,
    #[serde(default)]
    communication_disabled_until: Option<Timestamp>,
}

/// An overwrite as Discord writes it. The id stays a number: whether it is a role's or a user's, `type` says.
#[derive(Deserialize)]
pub(super) struct WireOverwrite {
    id: UserId,
    #[serde(rename = "type")]
    kind: u8,
    allow: Permissions,
    deny: Permissions,
}

impl From<WireOverwrite> for Overwrite {
    fn from(wire: WireOverwrite) -> Self {
        Self {
            target: wire.id.0,
            of_role: wire.kind == OF_ROLE,
            allow: wire.allow,
            deny: wire.deny,
        }
    }
}

impl From<WireRole> for Role {
    fn from(wire: WireRole) -> Self {
        Self {
            id: wire.id,
            name: wire.name,
            position: wire.position,
            permissions: wire.permissions,
            managed: wire.managed,
        }
    }
}

impl<B: Budget> Guilds for DiscordRest<B> {
    async fn guild_picture(&self, guild: GuildId) -> DiscordResult<GuildPicture> {
        let wire: WireGuild = self.call(&requests::get_guild(guild)).await?;
        let (user, member) = self.own_member(guild).await?;
        Ok(GuildPicture {
            id: wire.id,
            name: wire.name,
            owner: wire.owner_id,
            roles: wire.roles.into_iter().map(Role::from).collect(),
            own: OwnMember {
                user,
                roles: member.roles,
                timed_out_until: member.communication_disabled_until,
            },
        })
    }

    async fn in_guild(&self, guild: GuildId) -> DiscordResult<bool> {
        match self.execute(&requests::get_guild(guild)).await {
            Ok(_) => Ok(true),
            // Missing access, unknown guild: Discord docs, opcodes and status codes.
            Err(DiscordError::Forbidden { code: 50_001 } | DiscordError::NotFound { code: 10_004 }) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

impl<B: Budget> DiscordRest<B> {
    /// The bot as a member. Its account has the application's id, but for applications made before 2016.
    async fn own_member(&self, guild: GuildId) -> DiscordResult<(UserId, WireMember)> {
        let known = self.shared.bot_user.get().copied();
        let assumed = known.unwrap_or(UserId(self.shared.application.0));
        match self.call(&requests::get_member(guild, assumed)).await {
            Ok(member) => Ok((assumed, member)),
            // Unknown member, unknown user.
            Err(DiscordError::NotFound {
                code: 10_007 | 10_013,
            }) if known.is_none() => {
                let user = self.current_user().await?.id;
                let user = *self.shared.bot_user.get_or_init(|| user);
                let member = self.call(&requests::get_member(guild, user)).await?;
                Ok((user, member))
            }
            Err(error) => Err(error),
        }
    }
}
