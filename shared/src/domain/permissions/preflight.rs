//! What is missing, and what it blocks.

use super::{Feature, GuildPicture, PictureChannel, Right};
use crate::domain::ids::{ChannelId, RoleId};
use crate::domain::role_map::is_powerful;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that an admin of the guild has to put right. What to do follows from its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "gap")]
pub enum Gap {
    /// The bot is timed out: nearly everything is barred.
    TimedOut {
        /// Until when.
        until: Timestamp,
    },
    /// No role of the bot grants this right. Remedy: grant it to its role.
    Guild {
        /// The right.
        right: Right,
    },
    /// A category's own permissions take rights away that the guild grants. Remedy: allow them there.
    Category {
        /// The category.
        category: ChannelId,
        /// Its name.
        name: String,
        /// The rights.
        rights: Vec<Right>,
    },
    /// A role that Gantry is to hand out stands above the bot's highest. Remedy: drag the bot's role above it.
    RoleTooHigh {
        /// The role.
        role: RoleId,
        /// Its name.
        name: String,
    },
    /// A role that Gantry is to hand out belongs to an integration. Remedy: choose another one.
    RoleManaged {
        /// The role.
        role: RoleId,
        /// Its name.
        name: String,
    },
    /// A role that Gantry is to hand out lets its holder run parts of the guild: people give it by hand. Remedy: take those
    /// rights off it, or choose another one.
    RolePowerful {
        /// The role.
        role: RoleId,
        /// Its name.
        name: String,
    },
    /// A role that Gantry is to hand out is not there any more. Remedy: choose another one.
    RoleGone {
        /// The role.
        role: RoleId,
    },
}

impl Gap {
    /// What it blocks; each feature once, in the order of their rights.
    #[must_use]
    pub fn blocks(&self) -> Vec<Feature> {
        let mut features: Vec<Feature> = match self {
            Self::TimedOut { .. } => Right::ALL.iter().map(|right| right.feature()).collect(),
            Self::Guild { right } => vec![right.feature()],
            Self::Category { rights, .. } => rights.iter().map(|right| right.feature_in_channels()).collect(),
            Self::RoleTooHigh { .. }
            | Self::RoleManaged { .. }
            | Self::RolePowerful { .. }
            | Self::RoleGone { .. } => vec![Feature::Roles],
        };
        features.sort_unstable();
        features.dedup();
        features
    }
}

/// What the bot lacks in a guild.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    /// All gaps, those of the whole guild first.
    pub gaps: Vec<Gap>,
    /// The bot's highest role: where rights are to be granted.
    pub bot_role: Option<RoleId>,
}

impl Preflight {
    /// Compares what is needed with what is there: in the guild, in the categories that Gantry uses, and for the roles
    /// that it is to hand out.
    #[must_use]
    pub fn of(
        guild: &GuildPicture,
        categories: &[&PictureChannel],
        handed_out: &[RoleId],
        now: Timestamp,
    ) -> Self {
        let mut gaps = Vec::new();
        if let Some(until) = guild.timed_out_until(now) {
            // Every right would be listed as missing, though none is to be granted.
            gaps.push(Gap::TimedOut { until });
        } else {
            let has = guild.in_guild(now);
            let missing = |right: &&Right| !has.has(right.bit());
            gaps.extend(
                Right::ALL
                    .iter()
                    .filter(missing)
                    .map(|right| Gap::Guild { right: *right }),
            );
            let categories = categories.iter();
            gaps.extend(categories.filter_map(|category| category_gap(guild, category, &Right::ALL, now)));
        }
        gaps.extend(handed_out.iter().filter_map(|role| role_gap(guild, *role)));
        let bot_role = guild.highest().map(|role| role.id);
        Self { gaps, bot_role }
    }

    /// What keeps the bot from making an event's channel in `category`, or anywhere while there is none yet.
    #[must_use]
    pub fn of_event_channel(guild: &GuildPicture, category: Option<&PictureChannel>, now: Timestamp) -> Self {
        let needed = Right::FOR_EVENT_CHANNELS;
        let bot_role = guild.highest().map(|role| role.id);
        if let Some(until) = guild.timed_out_until(now) {
            return Self {
                gaps: vec![Gap::TimedOut { until }],
                bot_role,
            };
        }
        let has = guild.in_guild(now);
        // What the guild lacks, a category may grant; but the right to make channels has to be the guild's.
        let granted_there = category.map(|category| guild.in_channel(category, now));
        let missing = |right: &&Right| {
            let there = granted_there.is_some_and(|there| there.has(right.bit()));
            !has.has(right.bit()) && (!there || **right == Right::ManageChannels)
        };
        let of_guild = needed
            .iter()
            .filter(missing)
            .map(|right| Gap::Guild { right: *right });
        let of_category = category.and_then(|category| category_gap(guild, category, &needed, now));
        Self {
            gaps: of_guild.chain(of_category).collect(),
            bot_role,
        }
    }

    /// Whether nothing is missing.
    #[must_use]
    pub const fn is_clear(&self) -> bool {
        self.gaps.is_empty()
    }
}

/// The rights that the guild grants and the category takes away.
fn category_gap(
    guild: &GuildPicture,
    category: &PictureChannel,
    needed: &[Right],
    now: Timestamp,
) -> Option<Gap> {
    let (has, there) = (guild.in_guild(now), guild.in_channel(category, now));
    let denied = |right: &&Right| right.is_of_channels() && has.has(right.bit()) && !there.has(right.bit());
    let rights: Vec<Right> = needed.iter().filter(denied).copied().collect();
    (!rights.is_empty()).then(|| Gap::Category {
        category: category.id,
        name: category.name.clone(),
        rights,
    })
}

fn role_gap(guild: &GuildPicture, id: RoleId) -> Option<Gap> {
    let Some(role) = guild.role(id) else {
        return Some(Gap::RoleGone { role: id });
    };
    let name = role.name.clone();
    if role.managed {
        Some(Gap::RoleManaged { role: id, name })
    } else if is_powerful(role.permissions.0) {
        Some(Gap::RolePowerful { role: id, name })
    } else if guild.stands_above(role) {
        None
    } else {
        Some(Gap::RoleTooHigh { role: id, name })
    }
}

#[cfg(test)]
#[path = "preflight_tests.rs"]
mod tests;
