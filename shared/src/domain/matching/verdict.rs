//! Decides, once everything was seen.

use super::conflict::{Conflict, Kind, Pairing, Reason, Subject};
use super::matcher::{Claim, Matcher};
use super::roster::{Place, Row};
use super::{Alike, How, Match, NameKind, Outcome, Suggestion, Tie};
use crate::domain::ids::UserId;
use std::collections::{BTreeSet, HashSet};

/// Reads the evidence.
pub(super) fn reach(mut matcher: Matcher) -> Outcome {
    matcher.claims.sort_unstable();
    let mut by_user = matcher.claims.clone();
    by_user.sort_unstable_by_key(|claim| (claim.user, claim.place));
    let court = Court { matcher, by_user };
    let mut outcome = Outcome::default();
    court.ties(&mut outcome);
    court.names(&mut outcome);
    court.accounts(&mut outcome);
    outcome.matches.sort_unstable();
    outcome
        .conflicts
        .sort_by_key(|conflict| (conflict.kind, conflict.subject));
    court.suggest(&mut outcome);
    outcome
        .suggestions
        .sort_by_key(|found| (found.entry, found.alike, found.user));
    court.count(&mut outcome);
    outcome
}

struct Court {
    matcher: Matcher,
    /// Claims in the order of accounts.
    by_user: Vec<Claim>,
}

impl Court {
    fn rows(&self) -> impl Iterator<Item = (Place, &Row)> {
        (0..).zip(&self.matcher.roster.rows)
    }

    fn row(&self, place: Place) -> Option<&Row> {
        self.matcher.roster.row(place)
    }

    /// Claims to an entry; they are sorted by it.
    fn claims_to(&self, place: Place) -> &[Claim] {
        let claims = &self.matcher.claims;
        let from = claims.partition_point(|claim| claim.place < place);
        let to = claims.partition_point(|claim| claim.place <= place);
        &claims[from..to]
    }

    fn claims_of(&self, user: UserId) -> &[Claim] {
        let from = self.by_user.partition_point(|claim| claim.user < user);
        let to = self.by_user.partition_point(|claim| claim.user <= user);
        &self.by_user[from..to]
    }

    fn fit(&self, user: UserId, place: Place) -> Option<NameKind> {
        let claims = self.claims_of(user).iter();
        claims
            .filter(|claim| claim.place == place)
            .map(|claim| claim.name)
            .min()
    }

    fn ties_of(&self, user: UserId) -> Vec<(Place, Tie)> {
        let places = self.matcher.roster.of_user(user);
        places
            .filter_map(|place| Some((place, self.row(place)?.tie?.1)))
            .collect()
    }

    /// Whether an entry has its account in the guild, of its name: then a namesake is a namesake.
    fn at_rest(&self, place: Place) -> bool {
        self.row(place)
            .and_then(|row| row.tie)
            .is_some_and(|(user, _)| self.fit(user, place).is_some())
    }

    /// Entries with an account.
    fn ties(&self, outcome: &mut Outcome) {
        for (place, row) in self.rows() {
            let Some((user, tie)) = row.tie else { continue };
            let Some(present) = self.matcher.present.get(&user) else {
                let mut found = vec![self.pairing(place, user, &[Reason::Gone], "")];
                found.extend(self.rivals(place, user));
                outcome.conflicts.push(Conflict::new(
                    Kind::Left,
                    Subject::Entry(row.entry),
                    found.into_iter().flatten().collect(),
                ));
                continue;
            };
            if self.holds(place, user) {
                outcome.matches.push(Match {
                    entry: row.entry,
                    user,
                    how: How::Tied(tie),
                });
            }
            if self.fit(user, place).is_some() || tie == Tie::Decided {
                continue;
            }
            let mut found: Vec<(Pairing, String)> = self
                .rivals(place, user)
                .collect::<Vec<_>>()
                .into_iter()
                .flatten()
                .collect();
            found.extend(self.elsewhere(user, place));
            let kind = match tie {
                Tie::Named => Kind::Renamed,
                Tie::Linked | Tie::Stored | Tie::Decided if found.is_empty() => continue,
                Tie::Linked | Tie::Stored | Tie::Decided => Kind::Contradiction,
            };
            // A rename is settled for the names that it led to; the next one is another matter.
            let facts = match kind {
                Kind::Renamed => hex::encode(present.names),
                _ => String::new(),
            };
            found.extend(self.pairing(place, user, &[Reason::OtherName], &facts));
            outcome
                .conflicts
                .push(Conflict::new(kind, Subject::Entry(row.entry), found));
        }
    }

    /// Whether this tie is the account's only one, or the one that it has proved.
    fn holds(&self, place: Place, user: UserId) -> bool {
        let ties = self.ties_of(user);
        let linked: Vec<_> = ties.iter().filter(|(_, tie)| *tie == Tie::Linked).collect();
        match (ties.as_slice(), linked.as_slice()) {
            ([_], _) => true,
            (_, [(proved, _)]) => *proved == place,
            _ => false,
        }
    }

    /// Other accounts that have the entry's name, and no proven entry of their own.
    fn rivals(&self, place: Place, user: UserId) -> impl Iterator<Item = Option<(Pairing, String)>> {
        let claims = self.claims_to(place).iter();
        claims
            .filter(move |claim| claim.user != user && !self.is_settled(claim.user))
            .map(move |claim| self.pairing(place, claim.user, &[], ""))
    }

    /// Other entries that have the account's name, and do not have an account of that name already.
    fn elsewhere(&self, user: UserId, place: Place) -> Vec<(Pairing, String)> {
        let claims = self.claims_of(user).iter();
        claims
            .filter(|claim| claim.place != place && !self.at_rest(claim.place))
            .filter_map(|claim| self.pairing(claim.place, user, &[], ""))
            .collect()
    }

    /// Whether the account's entry is beyond doubt, so that it can be nobody else's.
    fn is_settled(&self, user: UserId) -> bool {
        self.ties_of(user)
            .iter()
            .any(|(_, tie)| matches!(tie, Tie::Linked | Tie::Decided))
    }

    /// Entries without an account: one account of the name is a match, several are a conflict.
    fn names(&self, outcome: &mut Outcome) {
        for (place, row) in self.rows().filter(|(_, row)| row.tie.is_none()) {
            let claims: Vec<&Claim> = self
                .claims_to(place)
                .iter()
                .filter(|claim| !self.is_settled(claim.user))
                .collect();
            match claims.as_slice() {
                [] => {}
                [claim] => {
                    let free = !self.matcher.present.contains_key(&claim.user);
                    if free && self.claims_of(claim.user).len() == 1 {
                        outcome.matches.push(Match {
                            entry: row.entry,
                            user: claim.user,
                            how: How::Name(claim.name),
                        });
                    }
                }
                several => {
                    let found = several
                        .iter()
                        .filter_map(|claim| self.pairing(place, claim.user, &[], ""))
                        .collect();
                    outcome.conflicts.push(Conflict::new(
                        Kind::TwoAccounts,
                        Subject::Entry(row.entry),
                        found,
                    ));
                }
            }
        }
    }

    /// Accounts that fit several entries, or are tied to several.
    fn accounts(&self, outcome: &mut Outcome) {
        let tied = self.matcher.present.keys().copied();
        let users: BTreeSet<UserId> = self.by_user.iter().map(|claim| claim.user).chain(tied).collect();
        for user in users {
            let ties = self.ties_of(user);
            let open: Vec<Place> = match ties.as_slice() {
                // Another entry of a name that is taken by an account of that name is a namesake's, unless there is a choice.
                [] => match self.claims_of(user) {
                    [] | [_] => continue,
                    claims if claims.iter().all(|claim| self.at_rest(claim.place)) => continue,
                    claims => claims.iter().map(|claim| claim.place).collect(),
                },
                // Found by name or put on record with the account, and there are two of the name.
                [(own, Tie::Named | Tie::Stored)] if self.fit(user, *own).is_some() => {
                    let claims = self.claims_of(user).iter();
                    let others = claims.filter(|claim| claim.place != *own && !self.at_rest(claim.place));
                    others.map(|claim| claim.place).chain([*own]).collect()
                }
                [_] => continue,
                several => several.iter().map(|(place, _)| *place).collect(),
            };
            if open.len() > 1 {
                let found = open
                    .iter()
                    .filter_map(|place| self.pairing(*place, user, &[], ""))
                    .collect();
                outcome
                    .conflicts
                    .push(Conflict::new(Kind::TwoEntries, Subject::Account(user), found));
            }
        }
    }

    /// A pairing with all that is known of it.
    fn pairing(&self, place: Place, user: UserId, more: &[Reason], facts: &str) -> Option<(Pairing, String)> {
        let row = self.row(place)?;
        let mut reasons = more.to_vec();
        match row.tie {
            Some((own, tie)) if own == user => reasons.push(Reason::Tied(tie)),
            Some(_) => reasons.push(Reason::EntryTaken),
            None => {}
        }
        reasons.extend(self.fit(user, place).map(Reason::Name));
        let elsewhere = self.ties_of(user).iter().any(|(other, _)| *other != place);
        reasons.extend(elsewhere.then_some(Reason::AccountTaken));
        let pairing = Pairing {
            entry: row.entry,
            user,
            reasons,
        };
        Some((pairing, format!("{} {facts}", row.name_facts())))
    }

    /// What nobody has is suggested; a look-alike is told of whoever it is like.
    fn suggest(&self, outcome: &mut Outcome) {
        let matched: HashSet<_> = outcome.matches.iter().map(|found| found.entry).collect();
        for (place, row) in self.rows() {
            let open = row.tie.is_none() && !matched.contains(&row.entry);
            let alike = self.matcher.alike.get(&place).into_iter().flatten();
            outcome.suggestions.extend(
                alike
                    .filter(|(alike, _)| open || *alike == Alike::LooksAlike)
                    .map(|(alike, user)| Suggestion {
                        entry: row.entry,
                        user: *user,
                        alike: *alike,
                    }),
            );
        }
    }

    fn count(&self, outcome: &mut Outcome) {
        let disputed = outcome.conflicts.iter().flat_map(|conflict| &conflict.pairings);
        let mut entries: HashSet<_> = disputed.clone().map(|pairing| pairing.entry).collect();
        let mut users: HashSet<_> = disputed.map(|pairing| pairing.user).collect();
        // Of a crowd only the first are listed.
        let at_issue = |claim: &&Claim| {
            self.row(claim.place)
                .is_some_and(|row| entries.contains(&row.entry))
        };
        users.extend(self.by_user.iter().filter(at_issue).map(|claim| claim.user));
        entries.extend(outcome.matches.iter().map(|found| found.entry));
        users.extend(outcome.matches.iter().map(|found| found.user));
        let gone = self
            .rows()
            .filter_map(|(_, row)| row.tie.map(|(user, _)| user))
            .filter(|user| !self.matcher.present.contains_key(user));
        let gone: HashSet<UserId> = gone.collect();
        let here = users.difference(&gone).count();
        let tied = |row: &&Row| row.tie.is_none() && !entries.contains(&row.entry);
        outcome.unmatched_entries = self.matcher.roster.rows.iter().filter(tied).count();
        outcome.unmatched_accounts = self.matcher.seen.saturating_sub(here);
    }
}
