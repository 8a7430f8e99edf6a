//! What is told about ranks and the roles that go with them.

use super::club::Colour;
use super::ids::{EntryId, RoleId, UserId};
use super::link_code::Code;
use super::rank::Rank;
use super::role_map::Mapped;
use super::roster::{Entry, Member};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a new rank means for the roles in Discord.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolesNext {
    /// Gantry brings them to what the rank says.
    Applied,
    /// They decide the rank: at the next synchronisation they may set it back.
    Lead,
    /// Nothing: no role goes with a rank, or neither side leads.
    Untouched,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankGiven {
    /// The accent of the club.
    pub colour: Colour,
    /// Who.
    pub user: UserId,
    /// Their name on the roster.
    pub name: String,
    /// What they were; guest if they were not on the roster.
    pub was: Rank,
    /// What they are.
    pub rank: Rank,
    /// What it means for their roles.
    pub roles: RolesNext,
    /// An entry of the roster that has their name and no account: the same person, perhaps.
    #[serde(default)]
    pub namesake: Option<String>,
}

/// How somebody stands.
#[derive(Clone, Debug, PartialEq)]
pub struct RankShown {
    /// The accent of the club.
    pub colour: Colour,
    /// Who.
    pub user: UserId,
    /// The records, if they are on the roster.
    pub known: Option<(Entry, Member)>,
    /// The roles that go with their rank.
    pub roles: Vec<RoleId>,
}

/// Asks whether somebody is to be taken off the roster.
#[derive(Clone, Debug, PartialEq)]
pub struct RemovalQuestion {
    /// The accent of the club.
    pub colour: Colour,
    /// Their entry.
    pub entry: EntryId,
    /// Its name.
    pub name: String,
    /// Their account, if the entry has one.
    pub user: Option<UserId>,
    /// What they are.
    pub rank: Rank,
    /// The version of the entry when it was asked.
    pub version: u64,
}

/// Who was taken off the roster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakenOff {
    /// The accent of the club.
    pub colour: Colour,
    /// The entry's name.
    pub name: String,
    /// The account, if it had one.
    pub user: Option<UserId>,
    /// What it means for the account's roles.
    pub roles: RolesNext,
}

/// Asks the owner whether to hand the club over.
#[derive(Clone, Debug, PartialEq)]
pub struct HandOverQuestion {
    /// The accent of the club.
    pub colour: Colour,
    /// To whom.
    pub user: UserId,
    /// Their name on the roster.
    pub name: String,
    /// The version of their member when it was asked.
    pub version: u64,
}

/// What was handed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandedOver {
    /// The accent of the club.
    pub colour: Colour,
    /// To whom.
    pub user: UserId,
    /// Their name on the roster.
    pub name: String,
}

/// The list after a change, or as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolesListed {
    /// The accent of the club.
    pub colour: Colour,
    /// The list as it holds, in order of precedence.
    pub list: Vec<Mapped>,
    /// How many of them, from the first, are the club's own list; the others come from the settings.
    pub own: Vec<RoleId>,
    /// Which side leads.
    pub leads: Leads,
    /// The role that was changed just now.
    pub changed: Option<RoleId>,
    /// Whether that role is one that Gantry does not hand out, as it lets its holder run the server.
    pub powerful: bool,
}

/// Which side leads, as it is stored with an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leads {
    /// Roles decide ranks.
    Discord,
    /// Ranks decide roles.
    Gantry,
    /// Neither.
    Neither,
}

/// A code that was made for an entry of the roster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeMade {
    /// The accent of the club.
    pub colour: Colour,
    /// The entry's name.
    pub name: String,
    /// When the code ceases to work.
    pub expires_at: Timestamp,
    /// The code. It is shown once and stored nowhere: with an answer that is given again it is missing.
    #[serde(skip)]
    pub code: Option<Code>,
}

/// An account that was tied to an entry, or taken off it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Linked {
    /// The accent of the club.
    pub colour: Colour,
    /// The account.
    pub user: UserId,
    /// The entry's name.
    pub name: String,
    /// The entry's rank.
    pub rank: Rank,
    /// What that means for the account's roles.
    pub roles: RolesNext,
}

/// A request to join that was decided just now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinDecided {
    /// The accent of the club.
    pub colour: Colour,
    /// Whose.
    pub user: UserId,
    /// Their name on the roster, or the one that they wished for.
    pub name: String,
    /// What they are, if they are welcome.
    pub rank: Option<Rank>,
}

/// How a member's roles are after Gantry has looked at them.
#[derive(Clone, Debug, PartialEq)]
pub struct RolesApplied {
    /// Who.
    pub user: UserId,
    /// Their name on the roster.
    pub name: String,
    /// Their rank.
    pub rank: Rank,
    /// The roles that go with it.
    pub roles: Vec<RoleId>,
    /// Whether they are in the guild.
    pub in_guild: bool,
    /// What could not be done: which role, whether it was to be given (else taken), and why.
    pub failed: Vec<(RoleId, bool, RoleTrouble)>,
}

/// Why a role was not given or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleTrouble {
    /// There is no such role any more.
    Gone,
    /// It belongs to an application or a subscription, or everybody has it.
    Managed,
    /// It lets its holder run the server.
    Powerful,
    /// It is not below Gantry's own.
    TooHigh,
    /// Discord refused it.
    Refused,
}
