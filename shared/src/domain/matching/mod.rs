//! Which account in the guild is which person on the roster: decided from names and ties alone, without storage.
//!
//! ```
//! # use gantry_shared::domain::{ids::{EntryId, UserId}, matching::{Person, Roster, Seen}};
//! let mut roster = Roster::default();
//! roster.add(&Person { entry: EntryId::from_parts(1, 1), name: "Max Power", tie: None, untied: &[] });
//! let mut matcher = roster.into_matcher();
//! matcher.see(&Seen { user: UserId(7), username: "max_power", global_name: None, nick: Some("[APX] Max") });
//! let outcome = matcher.finish();
//! assert_eq!(outcome.matches[0].user, UserId(7));
//! ```
//!
//! First every entry that is not retired, then every account that is in the guild (no bots), in any order and page by
//! page; matches and conflicts do not depend on the order. [`Matcher::finish`] is for a **complete** listing: who is not in it counts as
//! gone, and a name is unique only if all were seen. Drop the matcher after a partial one.
//!
//! Evidence, the strongest first: a linked account; a tie that a person decided; a stored Discord id; a tie made by name;
//! an exact name (`names::Name::same_user` with username, global name or nickname). Ties stand: the matcher confirms
//! them or reports a conflict, and never proposes to take one away. A **new** match is made by exact name only, and only if entry
//! and account have nobody else: all else is a [`Conflict`] with its candidates, or a [`Suggestion`].
//!
//! For the caller: write [`Match`]es that are [new](Match::is_new) as [`Tie::Named`]; what a person decides as
//! [`Tie::Decided`], which no name contradicts any more. Keep conflicts by [`Conflict::key`]; one that is settled stays so while
//! [`Conflict::facts`] stays the same. An open one whose key is not in the outcome any more has resolved itself.
//!
//! Memory: about 200 bytes an entry that has no account yet, less with one; 56 an account whose name fits an entry; nothing
//! for others.

mod conflict;
mod matcher;
mod roster;
mod similar;
#[cfg(test)]
mod tests;
mod verdict;

pub use conflict::{Conflict, Kind, Pairing, Reason, Subject};
pub use matcher::Matcher;
pub use roster::Roster;

use super::ids::{EntryId, UserId};
use serde::{Deserialize, Serialize};

/// An entry of the roster.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// Its id.
    pub entry: EntryId,
    /// The name, as the club writes it.
    pub name: &'a str,
    /// The account that it has, and why.
    pub tie: Option<(UserId, Tie)>,
    /// Accounts that somebody took off it: no name of theirs speaks for it.
    pub untied: &'a [UserId],
}

/// Why an entry has its account, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// The person proved it.
    Linked,
    /// Somebody who may decided it, knowing the names.
    Decided,
    /// The Discord id came with the roster.
    Stored,
    /// An earlier sync found the exact name.
    Named,
}

/// An account in the guild.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its id.
    pub user: UserId,
    /// The account's unique name.
    pub username: &'a str,
    /// The account's display name.
    pub global_name: Option<&'a str>,
    /// The name in this guild.
    pub nick: Option<&'a str>,
}

/// Which of an account's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// The unique name.
    Username,
    /// The display name.
    GlobalName,
    /// The name in the guild.
    Nick,
}

/// What came out, each list in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Entries and their accounts that are in the guild: ties as they were, and new ones. No entry and no account is in it
    /// twice.
    pub matches: Vec<Match>,
    /// What a person has to settle.
    pub conflicts: Vec<Conflict>,
    /// Accounts that may belong to an entry without a match; at most three an entry.
    pub suggestions: Vec<Suggestion>,
    /// Entries without an account, a match or a conflict.
    pub unmatched_entries: usize,
    /// Accounts without an entry, a match or a conflict.
    pub unmatched_accounts: usize,
}

/// An entry and its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The entry.
    pub entry: EntryId,
    /// The account.
    pub user: UserId,
    /// Why.
    pub how: How,
}

/// Why an entry and an account belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// They did before.
    Tied(Tie),
    /// This name of the account is the entry's, and of no other.
    Name(NameKind),
}

impl Match {
    /// Whether the entry had no account before.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        matches!(self.how, How::Name(_))
    }
}

/// An account that is like an entry. Never a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The entry.
    pub entry: EntryId,
    /// The account.
    pub user: UserId,
    /// How they are alike.
    pub alike: Alike,
}

/// How an account's name is like an entry's, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alike {
    /// Suspicious: looks the same in other letters. The entry may have its account already; then somebody may pose as it.
    LooksAlike,
    /// The same name with another tag or number.
    OtherDetails,
    /// Alike by this many percent.
    Similar(std::cmp::Reverse<u8>),
}
