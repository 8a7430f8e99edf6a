//! Conflicts as they are kept: found by a run, settled by a person, asked again only when there is something new.

use super::ids::{ClubId, EntryId, InvalidId, RunId, UserId};
use super::matching::{Conflict, Kind, Subject};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Names a conflict in its club; written as [`Conflict::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseKey {
    /// What it is.
    pub kind: Kind,
    /// Whom it is about.
    pub subject: Subject,
}

/// A conflict as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The club.
    pub club: ClubId,
    /// What it is about.
    pub conflict: Conflict,
    /// How it stands.
    pub state: CaseState,
    /// The run that opened it last.
    pub run: RunId,
    /// When that was.
    pub opened_at: Timestamp,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// How a conflict stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum CaseState {
    /// Somebody has to settle it.
    Open,
    /// Somebody has.
    Settled {
        /// Who.
        by: UserId,
        /// When.
        at: Timestamp,
        /// How.
        how: Settlement,
    },
    /// A run did not find it any more.
    Gone {
        /// When.
        at: Timestamp,
    },
}

/// How a conflict was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "settlement")]
pub enum Settlement {
    /// These two belong together.
    Together {
        /// The entry.
        entry: EntryId,
        /// The account.
        user: UserId,
    },
    /// It stays as it is until there is something new.
    Ignored,
    /// It stays as it is for good.
    Never,
}

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The first candidate.
    Accept,
    /// Another candidate.
    Pick {
        /// The entry.
        entry: EntryId,
        /// The account.
        user: UserId,
    },
    /// Not now.
    Ignore,
    /// Never.
    Never,
}

impl CaseKey {
    /// The key of a conflict.
    #[must_use]
    pub const fn of(conflict: &Conflict) -> Self {
        Self {
            kind: conflict.kind,
            subject: conflict.subject,
        }
    }
}

impl fmt::Display for CaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.subject {
            Subject::Entry(entry) => write!(f, "{}#{entry}", word(self.kind)),
            Subject::Account(user) => write!(f, "{}#{user}", word(self.kind)),
        }
    }
}

impl FromStr for CaseKey {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (kind, subject) = text.split_once('#').ok_or(InvalidId)?;
        let known = [
            Kind::TwoEntries,
            Kind::TwoAccounts,
            Kind::Contradiction,
            Kind::Renamed,
            Kind::Left,
        ];
        let kind = known
            .into_iter()
            .find(|known| word(*known) == kind)
            .ok_or(InvalidId)?;
        let subject = match kind {
            Kind::TwoEntries => Subject::Account(subject.parse()?),
            Kind::TwoAccounts | Kind::Contradiction | Kind::Renamed | Kind::Left => {
                Subject::Entry(subject.parse()?)
            }
        };
        Ok(Self { kind, subject })
    }
}

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::TwoEntries => "two-entries",
        Kind::TwoAccounts => "two-accounts",
        Kind::Contradiction => "contradiction",
        Kind::Renamed => "renamed",
        Kind::Left => "left",
    }
}

impl Case {
    /// A conflict that was never found before.
    #[must_use]
    pub const fn new(club: ClubId, conflict: Conflict, run: RunId, now: Timestamp) -> Self {
        Self {
            club,
            conflict,
            state: CaseState::Open,
            run,
            opened_at: now,
            version: 1,
        }
    }

    /// Its key.
    #[must_use]
    pub const fn key(&self) -> CaseKey {
        CaseKey::of(&self.conflict)
    }

    /// Whether it waits for somebody.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, CaseState::Open)
    }

    /// What becomes of it when a run finds this conflict of its key: opened again where there is something new, unless
    /// nobody wants to be asked. Nothing where nothing changes.
    #[must_use]
    pub fn found(&self, conflict: &Conflict, run: RunId, now: Timestamp) -> Option<Self> {
        let same = self.conflict.facts == conflict.facts;
        let asks = match self.state {
            CaseState::Open => !same,
            CaseState::Settled {
                how: Settlement::Never,
                ..
            } => false,
            CaseState::Settled { .. } => !same,
            CaseState::Gone { .. } => true,
        };
        asks.then(|| Self {
            version: self.version + 1,
            ..Self::new(self.club, conflict.clone(), run, now)
        })
    }

    /// What becomes of it when a run does not find it any more. Nothing where it does not wait for anybody.
    #[must_use]
    pub fn gone(&self, now: Timestamp) -> Option<Self> {
        self.is_open().then(|| Self {
            state: CaseState::Gone { at: now },
            version: self.version + 1,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::matching::{NameKind, Pairing, Reason};

    fn case() -> Case {
        let entry = EntryId::from_parts(3, 3);
        let pairing = Pairing {
            entry,
            user: UserId(7),
            reasons: vec![Reason::Name(NameKind::Nick)],
        };
        let conflict = Conflict {
            kind: Kind::TwoAccounts,
            subject: Subject::Entry(entry),
            pairings: vec![pairing],
            more: 0,
            facts: "a".to_owned(),
        };
        let (club, run) = (ClubId::from_parts(1, 1), RunId::from_parts(2, 2));
        Case::new(club, conflict, run, Timestamp::UNIX_EPOCH)
    }

    fn settled(how: Settlement) -> Case {
        let (by, at) = (UserId(1), Timestamp::UNIX_EPOCH);
        Case {
            state: CaseState::Settled { by, at, how },
            ..case()
        }
    }

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let case = case();
        assert_eq!(case.key().to_string(), case.conflict.key());
        assert_eq!(case.key().to_string().parse(), Ok(case.key()));
        let account = CaseKey {
            kind: Kind::TwoEntries,
            subject: Subject::Account(UserId(7)),
        };
        assert_eq!(account.to_string().parse(), Ok(account));
        for bad in [
            "",
            "left",
            "left#",
            "left#7",
            "two-entries#007",
            "two#7",
            "Left#7",
        ] {
            assert!(bad.parse::<CaseKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_settled_is_asked_again_only_when_the_facts_are_new() {
        let run = RunId::from_parts(9, 9);
        let same = case().conflict;
        let new = Conflict {
            facts: "b".to_owned(),
            ..same.clone()
        };
        let asks = |case: Case, conflict: &Conflict| case.found(conflict, run, Timestamp::UNIX_EPOCH);
        assert_eq!(asks(case(), &same), None);
        assert_eq!(asks(settled(Settlement::Ignored), &same), None);
        assert_eq!(asks(settled(Settlement::Never), &new), None);
        let again = asks(settled(Settlement::Ignored), &new).unwrap();
        assert!(again.is_open());
        assert_eq!((again.version, again.run), (2, run));
    }

    #[test]
    fn what_is_not_found_any_more_waits_for_nobody() {
        let gone = case().gone(Timestamp::UNIX_EPOCH).unwrap();
        assert!(!gone.is_open());
        assert_eq!(gone.gone(Timestamp::UNIX_EPOCH), None);
        assert_eq!(settled(Settlement::Ignored).gone(Timestamp::UNIX_EPOCH), None);
        let again = gone.found(&case().conflict, RunId::from_parts(9, 9), Timestamp::UNIX_EPOCH);
        assert!(again.unwrap().is_open());
    }
}
