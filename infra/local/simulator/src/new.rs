//! What is given to make guilds, users, roles and channels by hand.

use serde::Deserialize;

/// A guild to be made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGuild {
    /// The guild's name.
    pub name: String,
    /// Its owner, who becomes its first member.
    pub owner: u64,
    /// Its preferred locale, `en-US` when absent.
    #[serde(default)]
    pub locale: Option<String>,
    /// Its features (`NEWS`, `COMMUNITY`).
    #[serde(default)]
    pub features: Vec<String>,
}

/// A user to be made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The unique username.
    pub username: String,
    /// The display name.
    #[serde(default)]
    pub global_name: Option<String>,
    /// Whether it is another application's bot.
    #[serde(default)]
    pub bot: bool,
}

/// A role to be made by an admin.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// The role's name.
    pub name: String,
    /// Its permission bits.
    #[serde(default)]
    pub permissions: u64,
    /// Whether everybody may mention it.
    #[serde(default)]
    pub mentionable: bool,
    /// Whether it stands above the bot's role, so that the bot cannot touch it.
    #[serde(default)]
    pub above_bot: bool,
}

/// A channel to be made by an admin.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewChannel {
    /// Its name.
    pub name: String,
    /// Discord's channel type: 0 text, 2 voice, 4 category, 5 announcement.
    #[serde(default)]
    pub kind: u8,
    /// The category that it stands in.
    #[serde(default)]
    pub parent: Option<u64>,
    /// Overwrites: role or member id, allowed bits, denied bits.
    #[serde(default)]
    pub overwrites: Vec<(u64, u64, u64)>,
}
