//! The roster as a CSV file: read with every fault named by its line, compared with the roster as it is, and written so that
//! a spreadsheet runs nothing of it and what is read back is the same.
//!
//! A file has one header line. Columns, in any order; capitals and the separators space, `-`, `_`, `.` do not matter:
//!
//! | column | what | if the cell is empty |
//! |---|---|---|
//! | `id` | the entry's own id, as exported | the entry is found by Discord id, then by name |
//! | `name` | 1-32 characters; required | a fault |
//! | `discord_id` | the account's number | the account stays as it is |
//! | `rank` | `prospect`, `member`, `steward`, `team manager`, `admin` | stays as it is; `member` for a new entry |
//!
//! Other columns (`linked` and `since` of an export among them) are passed over. A line that is not in the file changes
//! nothing: an import adds and changes, and takes nobody off.

mod export;
mod parse;
mod plan;
#[cfg(test)]
mod tests;

pub(in crate::domain) use export::armed;
pub use export::export;
pub use parse::{Line, Sheet, parse};
pub(in crate::domain) use parse::{Lines, decode, delimiter, disarmed};
pub use plan::{FieldCounts, Plan, Step, plan};

use super::rank::Rank;
use serde::{Deserialize, Serialize};

/// Most lines below the header.
pub const LINES_MAX: usize = 10_000;
/// Largest file, in bytes: 10,000 lines of the longest names have half of that.
pub const BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why a whole file is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFault {
    /// More than [`BYTES_MAX`].
    TooLarge,
    /// UTF-16, as "Unicode text" of some spreadsheets.
    Utf16,
    /// Neither UTF-8 nor UTF-16; the first line with bytes that no UTF-8 text has.
    NotUtf8 {
        /// The line, from 1.
        line: usize,
    },
    /// No line, or none but the header.
    Empty,
    /// No column `name`.
    NoNameColumn,
    /// Two columns of one meaning.
    DoubleColumn(Column),
    /// More than [`LINES_MAX`].
    TooManyLines,
}

/// A column that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The entry's id.
    Id,
    /// The name.
    Name,
    /// The account.
    DiscordId,
    /// The rank.
    Rank,
}

impl Column {
    /// All of them, in the order of an export.
    pub const ALL: [Self; 4] = [Self::Id, Self::Name, Self::DiscordId, Self::Rank];

    /// As the header names it.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::DiscordId => "discord_id",
            Self::Rank => "rank",
        }
    }
}

/// A fault of one line. Such a line is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineFault {
    /// The line in the file, from 1; the header is the first.
    pub line: u64,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// More cells than the header, not empty: most likely a name with a separator in it, without quotes.
    TooManyCells,
    /// Needed, and empty.
    Missing(Column),
    /// More characters than this.
    NameTooLong(usize),
    /// Not one of our ids.
    NotAnId,
    /// Not an account's number.
    NotADiscordId,
    /// A number that a spreadsheet has rounded: `1.76E+17`. The column has to be formatted as text.
    RoundedDiscordId,
    /// Not a rank that a member of the roster can have.
    NotARank,
    /// The same id, name or account as on this earlier line.
    SameAs {
        /// In this column.
        column: Column,
        /// The earlier line.
        line: u64,
    },
    /// Another line is about the same entry.
    SameEntryAs {
        /// The earlier line.
        line: u64,
    },
    /// No entry of the club has that id.
    UnknownId,
    /// That entry was taken off the roster.
    Retired,
    /// Several entries have the name: the id tells which one is meant.
    AmbiguousName,
    /// The account belongs to one entry and the name to another: the id tells which one is meant.
    IdAndNameDisagree,
    /// The account belongs to another entry.
    AccountTaken {
        /// Its name.
        by: String,
    },
    /// The person has proved another account; only they or `/link remove` can undo that.
    Linked,
    /// A club has one owner, who is not made or unmade by a file.
    OwnersRank,
    /// Ranks are given and taken by somebody who stands above them.
    RankTooHigh(Rank),
}
