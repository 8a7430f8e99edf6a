//! Sees every account once, and keeps only what bears on the roster.

use super::roster::{Form, Place, Roster, digest};
use super::{Alike, NameKind, Outcome, Seen, verdict};
use crate::domain::ids::UserId;
use crate::domain::names::Name;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Suggestions that are kept for an entry.
const SUGGESTED: usize = 3;

/// An account whose name fits an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    pub place: Place,
    pub user: UserId,
    pub name: NameKind,
}

/// An account that is tied to an entry, as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Present {
    /// All its names, in short.
    pub names: Form,
}

/// Matches accounts with a roster; see [the module](super).
#[derive(Debug)]
pub struct Matcher {
    pub(super) roster: Roster,
    pub(super) claims: Vec<Claim>,
    pub(super) present: HashMap<UserId, Present>,
    pub(super) alike: HashMap<Place, Vec<(Alike, UserId)>>,
    pub(super) seen: usize,
}

impl Matcher {
    pub(super) fn new(roster: Roster) -> Self {
        Self {
            roster,
            claims: Vec::new(),
            present: HashMap::new(),
            alike: HashMap::new(),
            seen: 0,
        }
    }

    /// Takes an account into account. Each is to be shown once.
    pub fn see(&mut self, account: &Seen<'_>) {
        self.seen += 1;
        let names = read(account);
        let before = self.claims.len();
        let mut others: Vec<Place> = Vec::new();
        for (kind, name) in names.iter().filter(|(_, name)| !name.comparison().is_empty()) {
            let form = digest(&[name.comparison()]);
            for (place, row) in self.roster.of_form(form) {
                if row.untied.contains(&account.user) {
                    continue;
                }
                let known = self.claims[before..].iter().any(|claim| claim.place == place);
                match row.agrees(name.details()) {
                    true if known => {}
                    true => self.claims.push(Claim {
                        place,
                        user: account.user,
                        name: *kind,
                    }),
                    false => others.push(place),
                }
            }
        }
        let tied = self.roster.of_user(account.user).next().is_some();
        if tied {
            let names = names_facts(&names);
            self.present.insert(account.user, Present { names });
        } else if self.claims.len() == before {
            self.liken(account.user, &names, others);
        }
    }

    /// The outcome, once every account of the guild was seen.
    #[must_use]
    pub fn finish(self) -> Outcome {
        verdict::reach(self)
    }

    /// Notes which entries an account without any is like.
    fn liken(&mut self, user: UserId, names: &[(NameKind, Name)], others: Vec<Place>) {
        for place in others {
            self.note(place, Alike::OtherDetails, user);
        }
        for (_, name) in names.iter().filter(|(_, name)| !name.comparison().is_empty()) {
            let form = digest(&[name.comparison()]);
            for place in self.roster.looking_like(name) {
                if self.roster.row(place).is_some_and(|row| row.form != form) {
                    self.note(place, Alike::LooksAlike, user);
                }
            }
            for (place, percent) in self.roster.similar.to(name.comparison()) {
                if self.roster.row(place).is_some_and(|row| row.form != form) {
                    self.note(place, Alike::Similar(Reverse(percent)), user);
                }
            }
        }
    }

    fn note(&mut self, place: Place, alike: Alike, user: UserId) {
        let best = self.alike.entry(place).or_default();
        match best.iter_mut().find(|(_, other)| *other == user) {
            Some(known) => known.0 = known.0.min(alike),
            None => best.push((alike, user)),
        }
        best.sort_unstable();
        best.truncate(SUGGESTED);
    }
}

/// An account's names, without repetitions.
fn read(account: &Seen<'_>) -> Vec<(NameKind, Name)> {
    let given = [
        (NameKind::Username, Some(account.username)),
        (NameKind::GlobalName, account.global_name),
        (NameKind::Nick, account.nick),
    ];
    let mut names: Vec<(NameKind, Name)> = Vec::with_capacity(3);
    for (kind, text) in given {
        let Some(text) = text else { continue };
        let name = Name::read(text);
        if !names.iter().any(|(_, other)| *other == name) {
            names.push((kind, name));
        }
    }
    names
}

fn names_facts(names: &[(NameKind, Name)]) -> Form {
    let mut texts: Vec<&str> = Vec::new();
    for (_, name) in names {
        texts.push(name.comparison());
        texts.extend(name.details().tags());
        texts.push("#");
        texts.extend(name.details().numbers());
    }
    digest(&texts)
}
