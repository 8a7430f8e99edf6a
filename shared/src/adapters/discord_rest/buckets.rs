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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ChannelId;
    use reqwest::Method;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_000_000_000 + millis).unwrap()
    }

    fn route(channel: u64) -> RouteKey {
        let major = Major::Channel(ChannelId(channel));
        RouteKey {
            method: Method::GET,
            template: "/channels/{channel.id}/messages",
            major,
        }
    }

    fn headers(remaining: u32, reset_after_ms: i64) -> LimitHeaders {
        LimitHeaders {
            bucket: Some("abcd1234".to_owned()),
            limit: Some(3),
            remaining: Some(remaining),
            reset_after: Some(SignedDuration::from_millis(reset_after_ms)),
            ..LimitHeaders::default()
        }
    }

    #[test]
    fn calls_under_way_are_counted_before_their_answers_come() {
        let mut buckets = Buckets::default();
        assert_eq!(
            buckets.reserve(&route(1), at(0)),
            Ok(None),
            "nothing is known yet"
        );
        buckets.observe(&route(1), &headers(2, 2000), at(0));
        let first = buckets.reserve(&route(1), at(0)).unwrap().unwrap();
        assert!(buckets.reserve(&route(1), at(0)).unwrap().is_some());
        assert_eq!(buckets.reserve(&route(1), at(0)), Err(at(2000)));
        buckets.observe(&route(1), &headers(1, 1900), at(100));
        assert_eq!(
            buckets.reserve(&route(1), at(100)),
            Err(at(2000)),
            "the other call is still under way"
        );
        buckets.give_back(&first);
        assert!(buckets.reserve(&route(1), at(100)).unwrap().is_some());
    }

    #[test]
    fn a_new_window_begins_full_and_what_is_given_back_late_does_not_count_in_it() {
        let mut buckets = Buckets::default();
        buckets.observe(&route(1), &headers(1, 2000), at(0));
        let late = buckets.reserve(&route(1), at(0)).unwrap().unwrap();
        let in_next = |buckets: &mut Buckets| buckets.reserve(&route(1), at(2000));
        for _ in 0..3 {
            assert!(in_next(&mut buckets).unwrap().is_some());
        }
        buckets.give_back(&late);
        assert_eq!(in_next(&mut buckets), Err(at(3000)));
    }

    #[test]
    fn ended_windows_are_forgotten() {
        let mut buckets = Buckets::default();
        for channel in 1..=KEPT as u64 {
            buckets.observe(&route(channel), &headers(1, 2000), at(0));
        }
        buckets.observe(&route(1), &headers(1, 2000), at(5000));
        assert_eq!((buckets.windows.len(), buckets.of_route.len()), (1, 1));
    }
}
