//! What the bot may do, computed as Discord does.

use super::{Permissions, Right};
use crate::domain::ids::{ChannelId, GuildId, RoleId, UserId};
use jiff::Timestamp;
use std::cmp::Reverse;

/// What is left to somebody who is timed out.
const OF_TIMED_OUT: Permissions = Permissions(Right::ViewChannel.bit().0 | Right::ReadMessageHistory.bit().0);
/// What rides on a message, and goes with the right to send one.
const ON_MESSAGES: Permissions =
    Permissions(Right::EmbedLinks.bit().0 | Right::AttachFiles.bit().0 | Right::MentionEveryone.bit().0);

/// A role of a guild. The one whose id is the guild's is @everyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// Its place, @everyone at 0; of two at one place the older one stands higher.
    pub position: i64,
    /// What it grants.
    pub permissions: Permissions,
    /// Whether it belongs to an integration: nobody can hand it out.
    pub managed: bool,
}

/// What a channel grants and denies to a role or a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overwrite {
    /// The id of the role or the member; the guild's for @everyone.
    pub target: u64,
    /// Whether the target is a role.
    pub of_role: bool,
    /// Granted.
    pub allow: Permissions,
    /// Denied.
    pub deny: Permissions,
}

/// A channel or category with its overwrites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureChannel {
    /// Its id.
    pub id: ChannelId,
    /// Its name.
    pub name: String,
    /// Its overwrites.
    pub overwrites: Vec<Overwrite>,
}

/// The bot as a member of the guild.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMember {
    /// Its account.
    pub user: UserId,
    /// Its roles, @everyone not among them.
    pub roles: Vec<RoleId>,
    /// Until when it is timed out, if it was.
    pub timed_out_until: Option<Timestamp>,
}

/// A guild as far as the bot's rights depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuildPicture {
    /// Its id.
    pub id: GuildId,
    /// Its name.
    pub name: String,
    /// Who owns it.
    pub owner: UserId,
    /// All its roles.
    pub roles: Vec<Role>,
    /// The bot.
    pub own: OwnMember,
}

impl GuildPicture {
    /// What the bot may do in the guild where no channel says otherwise.
    #[must_use]
    pub fn in_guild(&self, now: Timestamp) -> Permissions {
        let base = self.base();
        if base == Permissions::ALL || !self.timed_out(now) {
            base
        } else {
            base & OF_TIMED_OUT
        }
    }

    /// What the bot may do in a channel with these overwrites; those of a category are what a new channel in it
    /// begins with.
    #[must_use]
    pub fn in_channel(&self, channel: &PictureChannel, now: Timestamp) -> Permissions {
        let base = self.base();
        if base == Permissions::ALL {
            return base;
        }
        let mut rights = self.with_overwrites(base, &channel.overwrites);
        if self.timed_out(now) {
            rights = rights & OF_TIMED_OUT;
        }
        if !rights.has(Right::ViewChannel.bit()) {
            return Permissions::NONE;
        }
        if !rights.has(Right::SendMessages.bit()) {
            rights = rights & !ON_MESSAGES;
        }
        rights
    }

    /// Whether the bot's highest role stands above this one: only such roles can be handed out.
    #[must_use]
    pub fn stands_above(&self, role: &Role) -> bool {
        self.own.user == self.owner || self.highest().is_some_and(|highest| place(highest) > place(role))
    }

    /// The bot's highest role.
    #[must_use]
    pub fn highest(&self) -> Option<&Role> {
        self.own_roles().max_by_key(|role| place(role))
    }

    /// The role of that id.
    #[must_use]
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// Until when the bot is timed out, if it is.
    #[must_use]
    pub fn timed_out_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.own
            .timed_out_until
            .filter(|until| *until > now && self.base() != Permissions::ALL)
    }

    /// The owner and administrators have all rights; a time-out does not touch them.
    fn base(&self) -> Permissions {
        if self.own.user == self.owner {
            return Permissions::ALL;
        }
        let everyone = self.role(RoleId(self.id.0)).map(|role| role.permissions);
        let granted = self
            .own_roles()
            .map(|role| role.permissions)
            .fold(everyone.unwrap_or_default(), |all, role| all | role);
        if granted.has(Permissions::ADMINISTRATOR) {
            Permissions::ALL
        } else {
            granted
        }
    }

    fn own_roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.iter().filter(|role| self.own.roles.contains(&role.id))
    }

    fn timed_out(&self, now: Timestamp) -> bool {
        self.own.timed_out_until.is_some_and(|until| until > now)
    }

    /// @everyone's first, then those of all roles together, then the member's own; denied before granted.
    fn with_overwrites(&self, base: Permissions, overwrites: &[Overwrite]) -> Permissions {
        let together = |of: &dyn Fn(&Overwrite) -> bool| {
            overwrites
                .iter()
                .filter(|overwrite| of(overwrite))
                .fold((Permissions::NONE, Permissions::NONE), |(allow, deny), next| {
                    (allow | next.allow, deny | next.deny)
                })
        };
        let everyone = together(&|o| o.of_role && o.target == self.id.0);
        let roles =
            together(&|o| o.of_role && o.target != self.id.0 && self.own.roles.contains(&RoleId(o.target)));
        let member = together(&|o| !o.of_role && o.target == self.own.user.0);
        [everyone, roles, member]
            .into_iter()
            .fold(base, |rights, (allow, deny)| (rights & !deny) | allow)
    }
}

/// A role's place in the hierarchy.
const fn place(role: &Role) -> (i64, Reverse<u64>) {
    (role.position, Reverse(role.id.0))
}
