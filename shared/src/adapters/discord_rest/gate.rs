//! What one process knows about Discord's limits: what is barred, until when, and how many calls each bucket has left.

use super::answer::{Limit, LimitHeaders, LimitKind};
use super::buckets::{Buckets, Reservation};
use super::request::{Auth, Request};
use crate::ports::budget::{Block, BlockScope};
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Discord counts invalid requests (401, 403, 429) over this time (Discord docs, rate limits).
const INVALID_WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// The first refusal by Cloudflare bars for this long, each further one for twice as long, up to the longest.
const BAN: SignedDuration = SignedDuration::from_mins(10);
const LONGEST_BAN: SignedDuration = SignedDuration::from_mins(60);

/// Whether a request may go out now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// It may; it has taken a call from its bucket, if that is known.
    Go(Option<Reservation>),
    /// Not before this instant.
    Wait(Timestamp),
    /// Not before this instant, which is too far off or too dangerous to wait for in the process.
    HandBack(Timestamp),
    /// Never again in this process.
    Unauthorized,
}

/// The gate that every request of a process passes. Shared by all handles.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    invalid_limit: usize,
}

#[derive(Debug, Default)]
struct State {
    unauthorized: bool,
    bans: u32,
    banned_until: Option<Timestamp>,
    global_until: Option<Timestamp>,
    routes: HashMap<String, Timestamp>,
    buckets: Buckets,
    invalid: VecDeque<Timestamp>,
}

impl Gate {
    /// An open gate that closes after `invalid_limit` invalid requests within ten minutes.
    pub fn new(invalid_limit: usize) -> Self {
        Self {
            state: Mutex::default(),
            invalid_limit,
        }
    }

    /// Asks whether `request` may go out, and if so takes a call from its bucket.
    pub fn enter(&self, request: &Request, now: Timestamp) -> Pass {
        let mut state = self.lock();
        if let Some(barred) = state.barred(request, now, self.invalid_limit) {
            return barred;
        }
        match state.buckets.reserve(&request.route, now) {
            Ok(reservation) => Pass::Go(reservation),
            Err(until) => Pass::Wait(until),
        }
    }

    /// Asks again for a request that has been let in but not been sent yet.
    pub fn barred(&self, request: &Request, now: Timestamp) -> bool {
        self.lock().barred(request, now, self.invalid_limit).is_some()
    }

    /// Gives back the call of a request that was not sent.
    pub fn give_back(&self, reservation: Option<Reservation>) {
        if let Some(reservation) = reservation {
            self.lock().buckets.give_back(&reservation);
        }
    }

    /// Takes note of an answer's headers.
    pub fn observe(&self, request: &Request, headers: &LimitHeaders, now: Timestamp) {
        self.lock().buckets.observe(&request.route, headers, now);
    }

    /// Takes note of a 429 and returns what it bars until when.
    pub fn limit(&self, request: &Request, limit: Limit, now: Timestamp) -> Block {
        let mut state = self.lock();
        if limit.kind != LimitKind::Shared {
            state.invalid.push_back(now);
        }
        let mut delay = limit.delay;
        let scope = match limit.kind {
            LimitKind::Global => BlockScope::Global,
            LimitKind::Cloudflare => {
                delay = delay
                    .max(BAN * (1 << state.bans.min(8)))
                    .min(LONGEST_BAN.max(delay));
                state.bans = state.bans.saturating_add(1);
                BlockScope::Address
            }
            LimitKind::User | LimitKind::Shared | LimitKind::Hidden => {
                BlockScope::Route(request.route.to_string())
            }
        };
        let until = now.saturating_add(delay).unwrap_or(Timestamp::MAX);
        if limit.kind == LimitKind::User {
            state.buckets.exhaust(&request.route, until);
        }
        let block = Block { scope, until };
        state.bar(&block, now);
        block
    }

    /// Takes over what other workers have found barred.
    pub fn merge(&self, blocks: &[Block], now: Timestamp) {
        let mut state = self.lock();
        for block in blocks {
            state.bar(block, now);
        }
    }

    /// Counts a 401 or 403.
    pub fn invalid(&self, now: Timestamp) {
        self.lock().invalid.push_back(now);
    }

    /// Closes the gate for good: the bot token is refused.
    pub fn close(&self) {
        self.lock().unauthorized = true;
    }

    /// Discord itself has answered, so Cloudflare lets us through: its next refusal counts as the first.
    pub fn answered(&self) {
        self.lock().bans = 0;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn barred(&mut self, request: &Request, now: Timestamp, invalid_limit: usize) -> Option<Pass> {
        if self.unauthorized {
            return Some(Pass::Unauthorized);
        }
        if let Some(until) = self.banned_until.filter(|until| *until > now) {
            return Some(Pass::HandBack(until));
        }
        if let Some(until) = self.invalid_until(now, invalid_limit) {
            return Some(Pass::HandBack(until));
        }
        let global = self.global_until.filter(|_| request.auth == Auth::Bot);
        let route = self.routes.get(&request.route.to_string()).copied();
        global.max(route).filter(|until| *until > now).map(Pass::Wait)
    }

    /// Until when too many invalid requests lie within the window, if they do.
    fn invalid_until(&mut self, now: Timestamp, limit: usize) -> Option<Timestamp> {
        let end = |at: Timestamp| at.saturating_add(INVALID_WINDOW).unwrap_or(Timestamp::MAX);
        while self.invalid.front().is_some_and(|oldest| end(*oldest) <= now) {
            self.invalid.pop_front();
        }
        let excess = self.invalid.len().checked_sub(limit)?;
        self.invalid
            .get(excess)
            .or(self.invalid.back())
            .map(|at| end(*at))
    }

    /// Bars, never for shorter than before.
    fn bar(&mut self, block: &Block, now: Timestamp) {
        let until = Some(block.until);
        match &block.scope {
            BlockScope::Global => self.global_until = self.global_until.max(until),
            BlockScope::Address => self.banned_until = self.banned_until.max(until),
            BlockScope::Route(route) => {
                self.routes.retain(|_, until| *until > now);
                let known = self.routes.entry(route.clone()).or_insert(block.until);
                *known = block.until.max(*known);
            }
        }
    }
}
