//! Results read from a file: shown first, and taken as they were shown or not at all.

use super::event::EventKey;
use super::ids::{ClubId, InteractionId, UserId};
use super::results::{Results, Row};
use super::roster_import::CONFIRM_WITHIN;
use super::signup::SignUp;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Names of drivers who had not signed up that are kept to be shown.
const GUESTS_KEPT: usize = 20;

/// Names an import of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ResultImportKey {
    /// The club.
    pub club: ClubId,
    /// The command that began it.
    pub command: InteractionId,
}

/// Results that were read from a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultImport {
    /// Which one.
    pub key: ResultImportKey,
    /// Of which event.
    pub event: EventKey,
    /// Who imports.
    pub user: UserId,
    /// The file's name.
    pub file: String,
    /// What the event's results would be: rows, classes and name as when they were shown.
    pub results: Results,
    /// How many drivers had results then, which these replace.
    pub replaces: usize,
    /// Names of drivers who had not signed up; the first of them.
    pub guests: Vec<String>,
    /// How many there are in all.
    pub guests_count: usize,
    /// How it stands.
    pub state: ResultImportState,
    /// Until when it can be taken.
    pub expires_at: Timestamp,
    /// Counts the changes of this record, from 1.
    pub version: u64,
}

/// How an import of results stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultImportState {
    /// Shown.
    Staged,
    /// Taken: the event has these results.
    Taken,
    /// Given up by who began it.
    Cancelled,
    /// Results were entered since it was shown; nothing was done.
    Outdated,
}

/// Names of drivers with results who had not signed up.
#[must_use]
pub fn guests(results: &Results, sign_ups: &[SignUp]) -> Vec<String> {
    let signed: HashSet<UserId> = sign_ups.iter().map(|one| one.user).collect();
    let rows = results.rows.iter();
    rows.filter(|row| row.user.is_none_or(|user| !signed.contains(&user)))
        .map(|row| row.name.clone())
        .collect()
}

impl ResultImport {
    /// An import of `rows` that take the place of `before`, shown now.
    #[must_use]
    pub fn new(
        (key, user): (ResultImportKey, UserId),
        file: String,
        (before, rows): (&Results, Vec<Row>),
        sign_ups: &[SignUp],
        now: Timestamp,
    ) -> Self {
        let results = before.of(rows);
        let guests = guests(&results, sign_ups);
        Self {
            key,
            event: before.event,
            user,
            file,
            replaces: before.rows.len(),
            guests_count: guests.len(),
            guests: guests.into_iter().take(GUESTS_KEPT).collect(),
            results,
            state: ResultImportState::Staged,
            expires_at: now.saturating_add(CONFIRM_WITHIN).unwrap_or(now),
            version: 1,
        }
    }

    /// The same record in its next version, in that state.
    #[must_use]
    pub fn with_state(&self, state: ResultImportState) -> Self {
        Self {
            state,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Whether the event's results are still those that it was shown for.
    #[must_use]
    pub fn fits(&self, present: Option<&Results>) -> bool {
        present.map_or(0, |results| results.version) + 1 == self.results.version
    }
}
