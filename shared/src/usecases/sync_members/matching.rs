//! Finds whose account is whose, with the whole roster and the whole guild before it: a name is unique only if all were
//! seen. The rules are [`crate::domain::matching`]'s.

use super::conflicts::{needs_a_person, to_be_confirmed};
use super::{Course, SyncDiscord, SyncStore, TRIES};
use crate::domain::fact::Fact;
use crate::domain::ids::{ClubId, EntryId, UserId};
use crate::domain::matching::{How, Match, Matcher, Outcome, Person, Roster, Seen as Shown, Suggestion, Tie};
use crate::domain::notice::Render;
use crate::domain::roster::Entry;
use crate::domain::sync::{ALIKE_MOST, AlikeAccount, Phase, Seen, SyncRun};
use crate::ports::store::{Change, StoreResult};
use crate::usecases::Env;
use crate::usecases::job::JobFailure;
use serde_json::json;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Records that are read with one call.
const READ: u32 = 1000;
/// Matches that are written together: four items of a transaction each, of at most 100.
const TOGETHER: usize = 20;
/// The last account there could be.
const LAST: UserId = UserId(u64::MAX);

impl<S: SyncStore, E: Env, D: SyncDiscord, R: Render> Course<'_, S, E, D, R> {
    /// Matches everybody. Interrupted, or out of time, it begins anew: names are compared once more, but what was written
    /// is not found again, so that each leg gets further. There is no place to go on from, since whether a name is unique
    /// is known only with all of them in memory.
    pub(super) async fn match_names(&self, run: &mut SyncRun) -> Result<(), JobFailure> {
        let outcome = self.outcome(run.key.club).await?;
        let new: Vec<Match> = outcome
            .matches
            .iter()
            .filter(|found| found.is_new())
            .copied()
            .collect();
        let Outcome {
            mut conflicts,
            suggestions,
            unmatched_entries,
            ..
        } = outcome;
        run.without_account = unmatched_entries as u64;
        run.alike = self.alike(run.key.club, suggestions).await?;
        for some in new.chunks(TOGETHER) {
            let confirm = Box::pin(self.write_matches(run, some)).await?;
            conflicts.extend(confirm.iter().map(to_be_confirmed));
            if self.is_late() {
                return Ok(());
            }
        }
        if Box::pin(self.keep_conflicts(run, &conflicts)).await? {
            run.enter(Phase::Ranking);
        }
        Ok(())
    }

    /// The closest suggestions with the names of their entries.
    async fn alike(&self, club: ClubId, mut suggestions: Vec<Suggestion>) -> StoreResult<Vec<AlikeAccount>> {
        suggestions.sort_by_key(|found| (found.alike, found.entry, found.user));
        suggestions.truncate(ALIKE_MOST);
        let ids: BTreeSet<EntryId> = suggestions.iter().map(|found| found.entry).collect();
        let ids: Vec<EntryId> = ids.into_iter().collect();
        let entries = if ids.is_empty() {
            Vec::new()
        } else {
            self.store.entries(club, &ids).await?
        };
        let known = suggestions.into_iter().filter_map(|found| {
            let entry = entries.iter().find(|entry| entry.id == found.entry)?;
            Some(AlikeAccount {
                entry: found.entry,
                name: entry.name.clone(),
                user: found.user,
                how: found.alike.into(),
            })
        });
        Ok(known.collect())
    }

    async fn outcome(&self, club: ClubId) -> StoreResult<Outcome> {
        let mut matcher = self.matcher(club).await?;
        let mut after = None;
        loop {
            let page = self.store.seen_between(club, after, LAST, READ).await?;
            for seen in page.iter().filter(|seen| seen.member.is_here()) {
                matcher.see(&Shown {
                    user: seen.member.user,
                    username: &seen.member.username,
                    global_name: seen.member.global_name.as_deref(),
                    nick: seen.member.nick.as_deref(),
                });
            }
            after = page.last().map(|seen| seen.member.user).or(after);
            if page.len() < READ as usize {
                return Ok(matcher.finish());
            }
        }
    }

    async fn matcher(&self, club: ClubId) -> StoreResult<Matcher> {
        let mut roster = Roster::default();
        let mut from = None;
        loop {
            let page = self.store.list_entries(club, READ, from).await?;
            for entry in page.items.iter().filter(|entry| entry.retired_at.is_none()) {
                roster.add(&Person {
                    entry: entry.id,
                    name: &entry.name,
                    tie: entry.tie(),
                    untied: &entry.untied,
                });
            }
            from = page.next;
            if from.is_none() {
                return Ok(roster.into_matcher());
            }
        }
    }

    /// Writes matches. Where somebody was faster with one of them, each is written on its own; what is still not as it was
    /// is left to the next run. Returns those that a person has to confirm.
    async fn write_matches(&self, run: &mut SyncRun, matches: &[Match]) -> Result<Vec<Match>, JobFailure> {
        let ids: Vec<EntryId> = matches.iter().map(|found| found.entry).collect();
        let entries = self.store.entries(run.key.club, &ids).await?;
        let high: HashSet<EntryId> = entries
            .iter()
            .filter(|entry| needs_a_person(entry.rank))
            .map(|entry| entry.id)
            .collect();
        let (confirm, sure): (Vec<Match>, Vec<Match>) =
            matches.iter().partition(|found| high.contains(&found.entry));
        self.write_sure(run, &sure).await?;
        Ok(confirm)
    }

    async fn write_sure(&self, run: &mut SyncRun, matches: &[Match]) -> Result<(), JobFailure> {
        if self.try_matches(run, matches).await? {
            return Ok(());
        }
        for one in matches.chunks(1) {
            // The next leg finds what is left again.
            if self.is_late() {
                return Ok(());
            }
            for tries in 1..=TRIES {
                if self.try_matches(run, one).await? {
                    break;
                }
                self.env.pause(tries).await;
            }
        }
        Ok(())
    }

    async fn try_matches(&self, run: &mut SyncRun, matches: &[Match]) -> Result<bool, JobFailure> {
        if matches.is_empty() {
            return Ok(true);
        }
        let club = run.key.club;
        let ids: Vec<EntryId> = matches.iter().map(|found| found.entry).collect();
        let users: Vec<UserId> = matches.iter().map(|found| found.user).collect();
        let entries = self.store.entries(club, &ids).await?;
        let entries: HashMap<EntryId, Entry> = entries.into_iter().map(|entry| (entry.id, entry)).collect();
        let seen = self.store.seen(club, &users).await?;
        let seen: HashMap<UserId, Seen> = seen.into_iter().map(|seen| (seen.member.user, seen)).collect();
        let mut next = run.clone();
        let mut changes = Vec::new();
        for found in matches {
            if let (Some(entry), Some(seen)) = (entries.get(&found.entry), seen.get(&found.user)) {
                changes.extend(self.tie(&mut next, entry, seen, *found));
            }
        }
        if changes.is_empty() {
            return Ok(true);
        }
        let done = self.commit(&mut next, changes).await?;
        if done {
            *run = next;
        }
        Ok(done)
    }

    /// The account becomes the entry's, unless either has changed since it was looked at.
    fn tie(&self, run: &mut SyncRun, entry: &Entry, seen: &Seen, found: Match) -> Vec<Change> {
        let free = entry.user.is_none()
            && !needs_a_person(entry.rank)
            && entry.retired_at.is_none()
            && !entry.untied.contains(&found.user)
            && seen.member.is_here();
        if !free {
            return Vec::new();
        }
        let user = found.user;
        let (mut after, mut member) = entry.clone().with_account(user);
        after.how = Some(Tie::Named);
        after.version += 1;
        member.name = seen.member.shown_name();
        run.counts.matched += 1;
        let fact = Fact::MemberMatched {
            user,
            entry: entry.id,
        };
        let mut record = self.record(run, fact);
        if let How::Name(kind) = found.how {
            record.after = json!({ "name": kind });
        }
        vec![
            Change::PutEntry(after),
            Change::PutMember(member),
            self.also(record),
        ]
    }
}
