//! What a person has to settle.

use super::{NameKind, Tie};
use crate::domain::ids::{EntryId, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Pairings that are listed; a crowd of namesakes is counted beyond that.
pub(super) const LISTED: usize = 20;

/// Something that is not decided on a guess.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// What it is.
    pub kind: Kind,
    /// Whom it is about.
    pub subject: Subject,
    /// Who may belong to whom, the strongest first; at most 20.
    pub pairings: Vec<Pairing>,
    /// How many more pairings there are.
    pub more: usize,
    /// A digest of what it rests on, 32 hex digits: changes when, and only when, there is something new to decide.
    pub facts: String,
}

/// The kinds of conflicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One account fits several entries. About the account.
    TwoEntries,
    /// Several accounts fit one entry. About the entry.
    TwoAccounts,
    /// An entry's account, linked or stored, has another name, and the name has another account or the account another
    /// entry. About the entry.
    Contradiction,
    /// An entry's account, found by name, does not have that name any more. About the entry.
    Renamed,
    /// An entry's account is not in the guild any more. About the entry.
    Left,
}

/// Whom a conflict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An entry of the roster.
    Entry(EntryId),
    /// An account of the guild.
    Account(UserId),
}

/// An entry and an account that may belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// The entry.
    pub entry: EntryId,
    /// The account.
    pub user: UserId,
    /// What speaks for it and against it, in order.
    pub reasons: Vec<Reason>,
}

/// What speaks for a pairing, or against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// They belong together at present.
    Tied(Tie),
    /// This name of the account is the entry's.
    Name(NameKind),
    /// None of the account's names is the entry's.
    OtherName,
    /// The account is not in the guild.
    Gone,
    /// The account belongs to another entry.
    AccountTaken,
    /// The entry belongs to another account.
    EntryTaken,
}

impl Conflict {
    /// Its name in the club, the same as long as it is about the same: letters, digits, `-` and `#`, at most 50.
    #[must_use]
    pub fn key(&self) -> String {
        let kind = match self.kind {
            Kind::TwoEntries => "two-entries",
            Kind::TwoAccounts => "two-accounts",
            Kind::Contradiction => "contradiction",
            Kind::Renamed => "renamed",
            Kind::Left => "left",
        };
        match self.subject {
            Subject::Entry(entry) => format!("{kind}#{entry}"),
            Subject::Account(user) => format!("{kind}#{user}"),
        }
    }

    /// A conflict of these pairings, each with the facts behind it.
    pub(super) fn new(kind: Kind, subject: Subject, mut found: Vec<(Pairing, String)>) -> Self {
        for (pairing, _) in &mut found {
            pairing.reasons.sort_unstable();
        }
        found.sort_by(|(a, _), (b, _)| order(a).cmp(&order(b)));
        let mut hasher = Sha256::new();
        hasher.update(format!("1 {kind:?} {subject:?}"));
        for (pairing, facts) in &found {
            hasher.update(format!("\n{} {} {facts}", pairing.entry, pairing.user));
            // Which of an account's names it is does not matter, nor does one more that says the same.
            let told = |reason: &&Reason| !matches!(reason, Reason::Name(_));
            for reason in pairing.reasons.iter().filter(told) {
                hasher.update(format!(" {reason:?}"));
            }
        }
        let facts = hex::encode(&hasher.finalize()[..16]);
        let more = found.len().saturating_sub(LISTED);
        found.truncate(LISTED);
        Self {
            kind,
            subject,
            pairings: found.into_iter().map(|(pairing, _)| pairing).collect(),
            more,
            facts,
        }
    }
}

/// Ties come before names, then by id.
fn order(pairing: &Pairing) -> (Option<Reason>, EntryId, UserId) {
    (pairing.reasons.first().copied(), pairing.entry, pairing.user)
}
