//! What Gantry has to be allowed in a guild, what it is allowed, and what follows where the two differ.
//!
//! The bits and the order of computation are Discord's (Discord docs, topics/permissions).

mod compute;
mod preflight;
mod rights;

pub use compute::{GuildPicture, Overwrite, OwnMember, PictureChannel, Role};
pub use preflight::{Gap, Preflight};
pub use rights::{Feature, INVITE, Right};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::ops::{BitAnd, BitOr, Not};

/// A set of Discord's permission bits; bits that are not known here are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions(pub u64);

impl Permissions {
    /// No right at all.
    pub const NONE: Self = Self(0);
    /// Every right there is or will be.
    pub const ALL: Self = Self(u64::MAX);
    /// Stands for all rights, and passes over every overwrite.
    pub const ADMINISTRATOR: Self = Self(1 << 3);

    /// Whether all bits of `other` are in it.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Permissions {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for Permissions {
    type Output = Self;

    fn not(self) -> Self {
        Self(!self.0)
    }
}

/// As Discord writes it: a decimal number as text.
impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}
