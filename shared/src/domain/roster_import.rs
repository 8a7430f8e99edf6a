//! An import of the roster from a file: shown first, then made as it was shown, in batches.

use super::ids::{ClubId, EntryId, InteractionId, UserId};
use super::rank::Rank;
use super::roster::{Entry, Member};
use super::roster_csv::{FieldCounts, LineFault, Plan, Step};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Steps that are kept together in one item: far below DynamoDB's 400 KB, a step has at most 300 bytes.
pub const STEPS_A_CHUNK: usize = 500;
/// How long a shown import can be confirmed: as long as the message that shows it can be changed.
pub const CONFIRM_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// Faults that are kept to be shown.
pub const FAULTS_KEPT: usize = 15;
/// Names of entries left out that are kept to be shown.
const NAMES_KEPT: usize = 10;

/// Names an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ImportKey {
    /// The club.
    pub club: ClubId,
    /// The command that began it.
    pub command: InteractionId,
}

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Its name.
    pub name: String,
    /// Where it can be had for a day or so.
    pub url: String,
    /// Its size as Discord told it, in bytes.
    pub size: u64,
}

/// An import, and how far it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RosterImport {
    /// Which one.
    pub key: ImportKey,
    /// Who imports.
    pub user: UserId,
    /// Their rank when it was shown, by which ranks were judged.
    pub by: Rank,
    /// The file's name.
    pub file: String,
    /// What the roster was when it was shown: see [`roster_digest`].
    pub roster: String,
    /// What it would change.
    pub counts: Counts,
    /// The first faults.
    pub faults: Vec<LineFault>,
    /// How it stands.
    pub state: ImportState,
    /// Steps that were made or left out.
    pub next: usize,
    /// Steps that were left out, because the entry had changed meanwhile.
    pub left_out: usize,
    /// Names of the first of them.
    pub left_out_names: Vec<String>,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
    /// Counts the changes of this record, from 1.
    pub version: u64,
}

/// What a file would change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// New entries.
    pub new: usize,
    /// Changed ones.
    pub changed: usize,
    /// In which fields.
    pub fields: FieldCounts,
    /// Lines that say what is there already.
    pub unchanged: usize,
    /// Lines with a fault.
    pub faulty: usize,
}

/// How an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Shown.
    Staged,
    /// Being made.
    Confirmed,
    /// Made.
    Done,
    /// Given up by who began it.
    Cancelled,
    /// The roster had changed before it was confirmed; nothing was done.
    Outdated,
}

impl RosterImport {
    /// A new import of a plan, shown now.
    #[must_use]
    pub fn new(
        (key, user, by): (ImportKey, UserId, Rank),
        file: String,
        roster: String,
        plan: &Plan,
        now: Timestamp,
    ) -> Self {
        Self {
            key,
            user,
            by,
            file,
            roster,
            counts: Counts {
                new: plan.new,
                changed: plan.changed,
                fields: plan.fields,
                unchanged: plan.unchanged,
                faulty: plan.faults.len(),
            },
            faults: plan.faults.iter().take(FAULTS_KEPT).cloned().collect(),
            state: ImportState::Staged,
            next: 0,
            left_out: 0,
            left_out_names: Vec::new(),
            expires_at: now.saturating_add(CONFIRM_WITHIN).unwrap_or(now),
            version: 1,
        }
    }

    /// All steps that it has.
    #[must_use]
    pub const fn steps(&self) -> usize {
        self.counts.new + self.counts.changed
    }

    /// The same record in its next version, `made` steps further.
    #[must_use]
    pub fn further(&self, made: usize) -> Self {
        let next = self.next + made;
        let state = match self.state {
            ImportState::Confirmed if next >= self.steps() => ImportState::Done,
            state => state,
        };
        Self {
            next,
            state,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// The same record in its next version, in that state.
    #[must_use]
    pub fn with_state(&self, state: ImportState) -> Self {
        Self {
            state,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Notes a step that is left out.
    pub fn leave_out(&mut self, name: &str) {
        self.left_out += 1;
        if self.left_out_names.len() < NAMES_KEPT {
            self.left_out_names.push(name.to_owned());
        }
    }
}

/// Changes when any entry does, or when there is one more. The order does not matter.
#[must_use]
pub fn roster_digest(entries: &[Entry]) -> String {
    let mut states: Vec<(EntryId, u64)> = entries.iter().map(|entry| (entry.id, entry.version)).collect();
    states.sort_unstable();
    let mut hasher = Sha256::new();
    for (id, version) in states {
        hasher.update(format!("{id} {version}\n"));
    }
    hex::encode(&hasher.finalize()[..16])
}

/// What a step does to the roster's records.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// The entry before, if there was one.
    pub before: Option<Entry>,
    /// The entry now.
    pub entry: Entry,
    /// The member that goes with it, new or changed.
    pub member: Option<Member>,
    /// The member of the account that the entry had before.
    pub former: Option<Member>,
}

/// Makes a step of the records as they are now; nothing if it was shown for others. `entry` is the step's, `member` the
/// one of the account that `entry` has, `taken` whether the step's account has a member already.
#[must_use]
pub fn make(
    step: &Step,
    club: ClubId,
    entry: Option<Entry>,
    member: Option<Member>,
    taken: bool,
    now: Timestamp,
) -> Option<Made> {
    match (step, entry) {
        (
            Step::Add {
                entry,
                name,
                user,
                rank,
            },
            None,
        ) if !taken => {
            let new = Entry::new(club, *entry, name.clone(), *rank, now);
            let (entry, member) = match user {
                Some(user) => {
                    let (entry, member) = new.with_account(*user);
                    (entry, Some(member))
                }
                None => (new, None),
            };
            Some(Made {
                before: None,
                entry,
                member,
                former: None,
            })
        }
        (
            Step::Change {
                version,
                name,
                user,
                rank,
                ..
            },
            Some(before),
        ) if before.version == *version && before.retired_at.is_none() && !taken => {
            let mut entry = before.clone();
            entry.version += 1;
            entry.name = name.clone().unwrap_or(entry.name);
            entry.rank = rank.unwrap_or(entry.rank);
            let (entry, member, former) = match (user, member) {
                (Some(user), former) => {
                    // As one that came with the record: whatever spoke for the account before was about another one.
                    entry.how = None;
                    let (entry, member) = entry.with_account(*user);
                    (entry, Some(member), former)
                }
                (None, Some(member)) => {
                    // The name that the guild sees stays shown for them.
                    let member = Member {
                        rank: entry.rank,
                        version: member.version + 1,
                        ..member
                    };
                    (entry, Some(member), None)
                }
                (None, None) => (entry, None, None),
            };
            Some(Made {
                before: Some(before),
                entry,
                member,
                former,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry::new(
            ClubId::from_parts(1, 1),
            EntryId::from_parts(2, 2),
            "Max".to_owned(),
            Rank::Member,
            Timestamp::UNIX_EPOCH,
        )
    }

    fn change(name: Option<&str>, user: Option<u64>, rank: Option<Rank>) -> Step {
        Step::Change {
            entry: entry().id,
            version: 1,
            name: name.map(str::to_owned),
            user: user.map(UserId),
            rank,
        }
    }

    fn make_now(step: &Step, entry: Option<Entry>, member: Option<Member>, taken: bool) -> Option<Made> {
        make(
            step,
            ClubId::from_parts(1, 1),
            entry,
            member,
            taken,
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_member_follows_its_entry() {
        let (tied, member) = entry().with_account(UserId(7));
        let made = make_now(
            &change(Some("Tom"), None, Some(Rank::Steward)),
            Some(tied.clone()),
            Some(member.clone()),
            false,
        )
        .unwrap();
        assert_eq!(
            (made.entry.name.as_str(), made.entry.rank, made.entry.version),
            ("Tom", Rank::Steward, 2)
        );
        let now = made.member.unwrap();
        assert_eq!(
            (now.name.as_str(), now.rank, now.user, now.version),
            ("Max", Rank::Steward, UserId(7), 2),
            "shown as the guild sees them"
        );
        assert_eq!((made.before, made.former), (Some(tied.clone()), None));
        let made = make_now(
            &change(None, Some(8), None),
            Some(tied),
            Some(member.clone()),
            false,
        )
        .unwrap();
        assert_eq!(
            (made.entry.user, made.member.unwrap().user, made.former),
            (Some(UserId(8)), UserId(8), Some(member))
        );
    }

    #[test]
    fn what_was_shown_for_other_records_is_left_out() {
        let mut newer = entry();
        newer.version = 2;
        let mut gone = entry();
        gone.retired_at = Some(Timestamp::UNIX_EPOCH);
        for (there, taken) in [
            (None, false),
            (Some(newer), false),
            (Some(gone), false),
            (Some(entry()), true),
        ] {
            assert_eq!(
                make_now(&change(Some("Tom"), Some(9), None), there, None, taken),
                None
            );
        }
        let add = Step::Add {
            entry: entry().id,
            name: "Max".to_owned(),
            user: None,
            rank: Rank::Member,
        };
        assert_eq!(make_now(&add, Some(entry()), None, false), None);
        assert_eq!(make_now(&add, None, None, false).unwrap().entry, entry());
    }

    #[test]
    fn the_rosters_digest_does_not_depend_on_order() {
        let other = Entry {
            id: EntryId::from_parts(3, 3),
            ..entry()
        };
        let both = [entry(), other.clone()];
        assert_eq!(roster_digest(&both), roster_digest(&[other.clone(), entry()]));
        assert_ne!(roster_digest(&both), roster_digest(&both[..1]));
        assert_ne!(
            roster_digest(&both),
            roster_digest(&[entry(), Entry { version: 2, ..other }])
        );
    }
}
