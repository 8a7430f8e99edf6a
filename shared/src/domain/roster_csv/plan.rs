//! What a file would change.

use super::{Column, Fault, Line, LineFault, Sheet};
use crate::domain::ids::{EntryId, UserId};
use crate::domain::names::Name;
use crate::domain::rank::Rank;
use crate::domain::roster::Entry;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// One change of the roster. It holds all that it needs to be made later, and only as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// A new entry.
    Add {
        /// Its id, given when it was shown.
        entry: EntryId,
        /// Its name.
        name: String,
        /// Its account.
        user: Option<UserId>,
        /// Its rank.
        rank: Rank,
    },
    /// Other fields for an entry; what is not given stays.
    Change {
        /// The entry.
        entry: EntryId,
        /// Its version when this was shown.
        version: u64,
        /// Another name.
        name: Option<String>,
        /// Another account.
        user: Option<UserId>,
        /// Another rank.
        rank: Option<Rank>,
    },
}

impl Step {
    /// The entry that it is about.
    #[must_use]
    pub const fn entry(&self) -> EntryId {
        match self {
            Self::Add { entry, .. } | Self::Change { entry, .. } => *entry,
        }
    }
}

/// How many entries change in which field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldCounts {
    /// Names.
    pub names: usize,
    /// Accounts.
    pub accounts: usize,
    /// Ranks.
    pub ranks: usize,
}

/// What a file would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The changes, in the order of lines.
    pub steps: Vec<Step>,
    /// New entries.
    pub new: usize,
    /// Changed ones.
    pub changed: usize,
    /// In which fields.
    pub fields: FieldCounts,
    /// Lines that say what is there already.
    pub unchanged: usize,
    /// Faults of the file and of its lines beside the roster, in the order of lines.
    pub faults: Vec<LineFault>,
}

/// Compares a sheet with all entries of the roster, those off it too. `by` is the rank of who imports: ranks are given and
/// taken only below one's own. `new_id` gives ids for new entries.
#[must_use]
pub fn plan(sheet: &Sheet, entries: &[Entry], by: Rank, mut new_id: impl FnMut() -> EntryId) -> Plan {
    let roster = Roster::new(entries);
    let mut plan = Plan {
        faults: sheet.faults.clone(),
        ..Plan::default()
    };
    let mut met: HashMap<EntryId, u64> = HashMap::new();
    for line in &sheet.lines {
        let decided = roster.find(line).and_then(|found| match found {
            Some(entry) => match met.insert(entry.id, line.number) {
                Some(earlier) => Err(Fault::SameEntryAs { line: earlier }),
                None => roster.change(line, entry, by),
            },
            None => roster.add(line, by, &mut new_id).map(Some),
        });
        match decided {
            Ok(Some(step)) => plan.take(step),
            Ok(None) => plan.unchanged += 1,
            Err(fault) => plan.faults.push(LineFault {
                line: line.number,
                fault,
            }),
        }
    }
    plan.faults.sort_by_key(|fault| fault.line);
    plan
}

impl Plan {
    fn take(&mut self, step: Step) {
        match &step {
            Step::Add { .. } => self.new += 1,
            Step::Change { name, user, rank, .. } => {
                self.changed += 1;
                self.fields.names += usize::from(name.is_some());
                self.fields.accounts += usize::from(user.is_some());
                self.fields.ranks += usize::from(rank.is_some());
            }
        }
        self.steps.push(step);
    }
}

struct Roster<'a> {
    by_id: HashMap<EntryId, &'a Entry>,
    by_user: HashMap<UserId, &'a Entry>,
    by_name: HashMap<String, Vec<(Name, &'a Entry)>>,
}

impl<'a> Roster<'a> {
    fn new(entries: &'a [Entry]) -> Self {
        let mut by_name: HashMap<String, Vec<(Name, &Entry)>> = HashMap::new();
        for entry in entries.iter().filter(|entry| entry.retired_at.is_none()) {
            let name = Name::read(&entry.name);
            by_name
                .entry(name.comparison().to_owned())
                .or_default()
                .push((name, entry));
        }
        Self {
            by_id: entries.iter().map(|entry| (entry.id, entry)).collect(),
            by_user: entries
                .iter()
                .filter_map(|entry| Some((entry.user?, entry)))
                .collect(),
            by_name,
        }
    }

    /// The entry that a line is about: by id, else by account, else by name.
    fn find(&self, line: &Line) -> Result<Option<&'a Entry>, Fault> {
        if let Some(id) = line.id {
            let entry = *self.by_id.get(&id).ok_or(Fault::UnknownId)?;
            return match entry.retired_at {
                None => Ok(Some(entry)),
                Some(_) => Err(Fault::Retired),
            };
        }
        let owner = line.user.and_then(|user| self.by_user.get(&user)).copied();
        if owner.is_some_and(|entry| entry.retired_at.is_some()) {
            return Err(Fault::Retired);
        }
        let named = self.named(&line.name);
        match (owner, named.as_slice()) {
            (Some(owner), []) => Ok(Some(owner)),
            (Some(owner), named) if named.iter().any(|entry| entry.id == owner.id) => Ok(Some(owner)),
            (Some(_), _) => Err(Fault::IdAndNameDisagree),
            (None, []) => Ok(None),
            (None, [one]) => Ok(Some(one)),
            (None, _) => Err(Fault::AmbiguousName),
        }
    }

    /// Entries of a name: those of the very same one, or else those that it may stand for.
    fn named(&self, text: &str) -> Vec<&'a Entry> {
        let name = Name::read(text);
        let all = self.by_name.get(name.comparison()).map_or(&[][..], Vec::as_slice);
        if name.comparison().is_empty() {
            let same = all.iter().filter(|(other, _)| other.display() == name.display());
            return same.map(|(_, entry)| *entry).collect();
        }
        let exact: Vec<&Entry> = all
            .iter()
            .filter(|(other, _)| other.details() == name.details())
            .map(|(_, entry)| *entry)
            .collect();
        if !exact.is_empty() {
            return exact;
        }
        let likely = all.iter().filter(|(other, _)| other.same_user(&name));
        likely.map(|(_, entry)| *entry).collect()
    }

    fn add(&self, line: &Line, by: Rank, new_id: &mut impl FnMut() -> EntryId) -> Result<Step, Fault> {
        let rank = line.rank.unwrap_or(Rank::Member);
        may_give(by, rank)?;
        Ok(Step::Add {
            entry: new_id(),
            name: line.name.clone(),
            user: line.user,
            rank,
        })
    }

    fn change(&self, line: &Line, entry: &Entry, by: Rank) -> Result<Option<Step>, Fault> {
        let name = Some(&line.name).filter(|name| **name != entry.name).cloned();
        let user = line.user.filter(|user| entry.user != Some(*user));
        let rank = line.rank.filter(|rank| *rank != entry.rank);
        if let Some(user) = user {
            if let Some(other) = self.by_user.get(&user) {
                return Err(Fault::AccountTaken {
                    by: other.name.clone(),
                });
            }
            if entry.linked {
                return Err(Fault::Linked);
            }
            // An account brings its rank with it.
            may_give(by, entry.rank)?;
        }
        if let Some(rank) = rank {
            may_give(by, entry.rank)?;
            may_give(by, rank)?;
        }
        let nothing = name.is_none() && user.is_none() && rank.is_none();
        Ok((!nothing).then_some(Step::Change {
            entry: entry.id,
            version: entry.version,
            name,
            user,
            rank,
        }))
    }
}

fn may_give(by: Rank, rank: Rank) -> Result<(), Fault> {
    match rank {
        Rank::Owner => Err(Fault::OwnersRank),
        rank if rank >= by => Err(Fault::RankTooHigh(rank)),
        _ => Ok(()),
    }
}

impl Column {
    /// What a line has in this column, for a person.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::DiscordId => "Discord id",
            Self::Rank => "rank",
        }
    }
}
