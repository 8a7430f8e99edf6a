//! Takes the guild's members over, page by page: what Discord shows beside what is stored, both in order of the accounts'
//! ids, so that nothing has to be held but the page. Only differences are written.

use super::{Course, SyncDiscord, SyncStore, TRIES};
use crate::domain::ids::{ClubId, RoleId, UserId};
use crate::domain::notice::Render;
use crate::domain::roster::GuildMember;
use crate::domain::sync::{Found, Phase, Seen, SyncRun};
use crate::ports::discord::{DiscordError, Listed};
use crate::ports::store::{StoreError, StoreResult};
use crate::ports::sync::SeenMembers;
use crate::usecases::Env;
use crate::usecases::job::JobFailure;
use std::collections::VecDeque;

/// The largest page that Discord gives (Discord docs, list guild members).
const PAGE: u16 = 1000;
/// Records that are written with one call (Amazon DynamoDB developer guide, BatchWriteItem).
const TOGETHER: usize = 25;
/// Records that are read with one call.
const READ: u32 = 1000;
/// The last account there could be.
const LAST: UserId = UserId(u64::MAX);

/// Stored records of a range of ids, in order.
struct Known<'a, S> {
    store: &'a S,
    club: ClubId,
    after: Option<UserId>,
    to: UserId,
    ahead: VecDeque<Seen>,
    all_read: bool,
}

impl<S: SeenMembers> Known<'_, S> {
    /// The next record, if its id is not greater than `to`.
    async fn next_up_to(&mut self, to: UserId) -> StoreResult<Option<Seen>> {
        if self.ahead.is_empty() && !self.all_read {
            let more = self
                .store
                .seen_between(self.club, self.after, self.to, READ)
                .await?;
            self.all_read = more.len() < READ as usize;
            self.after = more.last().map(|seen| seen.member.user).or(self.after);
            self.ahead = more.into();
        }
        Ok(match self.ahead.front() {
            Some(seen) if seen.member.user <= to => self.ahead.pop_front(),
            _ => None,
        })
    }
}

/// What a page comes to.
#[derive(Default)]
struct Differences {
    writes: Vec<Seen>,
    absent: Vec<UserId>,
}

impl<S: SyncStore, E: Env, D: SyncDiscord, R: Render> Course<'_, S, E, D, R> {
    /// Takes the next page over.
    pub(super) async fn list_page(&self, run: &mut SyncRun) -> Result<(), JobFailure> {
        let page = self.discord.list_members(run.guild, run.after, PAGE).await?;
        in_order(&page, run.after)?;
        let full = page.len() >= usize::from(PAGE);
        let last = page.last().map(|listed| listed.user);
        let bots = page.iter().filter(|listed| listed.bot).count() as u64;
        let mut next = run.clone();
        next.counts.pages += 1;
        next.counts.bots += bots;
        next.counts.people += page.len() as u64 - bots;
        let ends = !full || self.is_all(&next, last).await?;
        let doubt = next.doubt().filter(|_| ends);
        // Who is stored behind a listing that is not to be believed is not looked at.
        let to = match (ends && doubt.is_none(), last) {
            (true, _) => Some(LAST),
            (false, last) => last,
        };
        let mut missing = Vec::new();
        if let Some(to) = to {
            let found = self.differences(&mut next, &page, to).await?;
            self.write_seen(&found.writes).await?;
            missing = found.absent;
        }
        match (ends, doubt) {
            (true, Some(trouble)) => {
                next.trouble.push(trouble);
                next.enter(Phase::Ended);
            }
            (true, None) => next.enter(Phase::Departing),
            (false, _) => next.after = last,
        }
        *run = next;
        // That they have left is said once the whole listing is there.
        self.save_noting(run, &missing).await
    }

    /// Whether a full page is the last one: exactly as many as Discord counts were listed, and nobody is known behind them,
    /// neither of the guild nor of the roster. The count is approximate, so that more than it says may well come.
    async fn is_all(&self, run: &SyncRun, last: Option<UserId>) -> StoreResult<bool> {
        if run.expected.is_none_or(|expected| run.listed() != expected) {
            return Ok(false);
        }
        if !self.store.members_after(run.key.club, last, 1).await?.is_empty() {
            return Ok(false);
        }
        let behind = self.store.seen_between(run.key.club, last, LAST, READ).await?;
        Ok(behind.iter().all(|seen| !seen.member.is_here()) && behind.len() < READ as usize)
    }

    /// Lays the page beside what is stored of its range, and counts.
    async fn differences(&self, run: &mut SyncRun, page: &[Listed], to: UserId) -> StoreResult<Differences> {
        let mut found = Differences::default();
        let mut known = Known {
            store: self.store,
            club: run.key.club,
            after: run.after,
            to,
            ahead: VecDeque::new(),
            all_read: false,
        };
        for listed in page.iter().filter(|listed| !listed.bot) {
            let mut stored = None;
            while let Some(seen) = known.next_up_to(listed.user).await? {
                if seen.member.user == listed.user {
                    stored = Some(seen);
                } else {
                    absent(run, &mut found, &seen);
                }
            }
            present(run, &mut found, listed, stored);
        }
        while let Some(seen) = known.next_up_to(to).await? {
            absent(run, &mut found, &seen);
        }
        Ok(found)
    }

    /// Writes records, and again those that the store could not take at once.
    pub(super) async fn write_seen(&self, records: &[Seen]) -> StoreResult<()> {
        let club = self.leg.run.club;
        for some in records.chunks(TOGETHER) {
            let mut left: Vec<Seen> = some.to_vec();
            let mut tries = 0;
            loop {
                let refused = match self.store.write_seen(club, &left, self.job.now).await {
                    Ok(refused) if refused.is_empty() => break,
                    Ok(refused) => refused,
                    Err(StoreError::Throttled) => (0..left.len()).collect(),
                    Err(error) => return Err(error),
                };
                tries += 1;
                if tries >= TRIES {
                    return Err(StoreError::Throttled);
                }
                left = refused
                    .into_iter()
                    .filter_map(|place| left.get(place).cloned())
                    .collect();
                self.env.pause(tries).await;
            }
        }
        Ok(())
    }
}

/// Pages that overlap or go back would be counted wrongly, or for ever.
fn in_order(page: &[Listed], after: Option<UserId>) -> Result<(), JobFailure> {
    let ids = after
        .into_iter()
        .chain(page.iter().map(|listed| listed.user))
        .collect::<Vec<_>>();
    if ids.is_sorted_by(|a, b| a < b) {
        Ok(())
    } else {
        Err(DiscordError::Unavailable("a page of members is out of order".to_owned()).into())
    }
}

/// The record of somebody as Discord showed them to the run.
pub(super) fn shown(run: &SyncRun, listed: &Listed, found: Found) -> Seen {
    let mapped = |role: &&RoleId| run.list.iter().any(|mapped| mapped.role == **role);
    let member = GuildMember {
        user: listed.user,
        username: listed.username.clone(),
        global_name: listed.global_name.clone(),
        nick: listed.nick.clone(),
        roles: listed.roles.iter().filter(mapped).copied().collect(),
        left_at: None,
    };
    Seen {
        member,
        run: run.key.run,
        found,
    }
}

fn present(run: &mut SyncRun, found: &mut Differences, listed: &Listed, stored: Option<Seen>) {
    let Seen { member, run: own, .. } = shown(run, listed, Found::Joined);
    let what = match stored {
        None => Found::Joined,
        Some(seen) if !seen.member.is_here() => Found::Returned,
        // Written by an earlier try of this page: counted, and written again only if it changed once more.
        Some(seen) if seen.run == own && seen.member == member => return run.counts.count(seen.found),
        Some(seen) if seen.member == member => return,
        Some(seen) if seen.run == own => seen.found,
        Some(_) => Found::Changed,
    };
    run.counts.count(what);
    found.writes.push(Seen {
        member,
        run: own,
        found: what,
    });
}

fn absent(run: &mut SyncRun, found: &mut Differences, seen: &Seen) {
    if !seen.member.is_here() {
        return;
    }
    if seen.run == run.key.run {
        run.counts.count(seen.found);
    }
    found.absent.push(seen.member.user);
}
