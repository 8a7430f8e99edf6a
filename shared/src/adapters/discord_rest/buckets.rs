//! Discord's rate-limit buckets: which route belongs to which, and how many calls each has left.
//!
//! A bucket is its name and the top-level resource together (Discord docs, rate limits). Several routes may share one.

use super::answer::LimitHeaders;
use super::request::{Major, RouteKey};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// Ended windows are forgotten when more buckets than this are known.
const KEPT: usize = 2048;
/// Answers of one window give ends that differ by less than this.
const SAME_WINDOW: SignedDuration = SignedDuration::from_millis(500);
/// A window whose end is not known yet is taken to last this long.
const UNKNOWN_WINDOW: SignedDuration = SignedDuration::from_secs(1);

type BucketKey = (String, Major);

/// A call taken from a bucket's window.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reservation {
    bucket: BucketKey,
    resets_at: Timestamp,
}

/// The buckets that answers have shown.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    of_route: HashMap<RouteKey, BucketKey>,
    windows: HashMap<BucketKey, Window>,
}

#[derive(Debug)]
struct Window {
    limit: u32,
    remaining: u32,
    resets_at: Timestamp,
}

impl Buckets {
    /// Takes a call of the route's bucket. `Err` tells when the bucket has calls again.
    pub fn reserve(&mut self, route: &RouteKey, now: Timestamp) -> Result<Option<Reservation>, Timestamp> {
        let Some(bucket) = self.of_route.get(route) else {
            return Ok(None);
        };
        let Some(window) = self.windows.get_mut(bucket) else {
            return Ok(None);
        };
        if window.resets_at <= now {
            window.remaining = window.limit.max(1);
            window.resets_at = now.saturating_add(UNKNOWN_WINDOW).unwrap_or(Timestamp::MAX);
        }
        match window.remaining.checked_sub(1) {
            Some(remaining) => {
                window.remaining = remaining;
                Ok(Some(Reservation {
                    bucket: bucket.clone(),
                    resets_at: window.resets_at,
                }))
            }
            None => Err(window.resets_at),
        }
    }

    /// Returns a call that was not made, unless its window is over.
    pub fn give_back(&mut self, reservation: &Reservation) {
        if let Some(window) = self.windows.get_mut(&reservation.bucket)
            && window.resets_at == reservation.resets_at
        {
            window.remaining += 1;
        }
    }

    /// Takes note of an answer. Within a window the lower count is right: answers overtake each other, and calls
    /// under way are known here only.
    pub fn observe(&mut self, route: &RouteKey, headers: &LimitHeaders, now: Timestamp) {
        let LimitHeaders {
            bucket: Some(name),
            limit: Some(limit),
            remaining: Some(remaining),
            ..
        } = headers
        else {
            return;
        };
        let Some(reset_after) = headers.reset_after else {
            return;
        };
        self.forget_ended(now);
        let key = (name.clone(), route.major);
        let resets_at = now.saturating_add(reset_after).unwrap_or(Timestamp::MAX);
        self.of_route.insert(route.clone(), key.clone());
        let window = self.windows.entry(key).or_insert(Window {
            limit: *limit,
            remaining: *remaining,
            resets_at,
        });
        let same = window.resets_at.duration_since(resets_at).abs() < SAME_WINDOW;
        window.remaining = if same {
            window.remaining.min(*remaining)
        } else {
            *remaining
        };
        window.resets_at = if same {
            window.resets_at.max(resets_at)
        } else {
            resets_at
        };
        window.limit = *limit;
    }

    /// The route's bucket has no calls left until `until`.
    pub fn exhaust(&mut self, route: &RouteKey, until: Timestamp) {
        if let Some(window) = self
            .of_route
            .get(route)
            .and_then(|bucket| self.windows.get_mut(bucket))
        {
            window.remaining = 0;
            window.resets_at = until;
        }
    }

    fn forget_ended(&mut self, now: Timestamp) {
        if self.windows.len().max(self.of_route.len()) < KEPT {
            return;
        }
        self.windows.retain(|_, window| window.resets_at > now);
        self.of_route
            .retain(|_, bucket| self.windows.contains_key(bucket));
    }
}
