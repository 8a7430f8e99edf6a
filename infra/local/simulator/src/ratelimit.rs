//! Rate limits (Discord docs, topics/rate-limits): one bucket per route and top-level resource, 50 a second overall.

use jiff::Timestamp;
use std::collections::HashMap;

/// Requests a second of one bot over all routes but those on interaction tokens.
const GLOBAL: u32 = 50;

/// The state of one bucket after a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bucket {
    pub hash: String,
    pub limit: u32,
    pub remaining: u32,
    /// Milliseconds until the window ends.
    pub reset_after_ms: i64,
    /// Milliseconds since 1970 at which the window ends.
    pub reset_ms: i64,
}

/// What the limits say to a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    Pass(Bucket),
    /// The bucket is empty.
    Bucket(Bucket),
    /// The global limit is reached; milliseconds to wait.
    Global(i64),
}

#[derive(Default)]
pub(crate) struct RateLimits {
    windows: HashMap<(String, String), Window>,
    global: Window,
}

#[derive(Clone, Copy, Default)]
struct Window {
    start_ms: i64,
    used: u32,
}

impl Window {
    /// Counts a request into the window of `length_ms` that is running; false when it is full.
    fn take(&mut self, now_ms: i64, length_ms: i64, limit: u32) -> bool {
        let elapsed = now_ms - self.start_ms;
        if self.used == 0 || !(0..length_ms).contains(&elapsed) {
            *self = Self {
                start_ms: now_ms,
                used: 0,
            };
        }
        let free = self.used < limit;
        self.used += u32::from(free);
        free
    }
}

impl RateLimits {
    /// Counts a request on `operation` for `resource` (channel, guild, or webhook with its token).
    pub fn take(
        &mut self,
        operation: &str,
        resource: &str,
        limit: (u32, u32),
        global: bool,
        now: Timestamp,
    ) -> Verdict {
        let now_ms = now.as_millisecond();
        if global && !self.global.take(now_ms, 1000, GLOBAL) {
            return Verdict::Global((self.global.start_ms + 1000 - now_ms).max(1));
        }
        let (count, seconds) = limit;
        let length_ms = i64::from(seconds) * 1000;
        let window = self
            .windows
            .entry((operation.to_owned(), resource.to_owned()))
            .or_default();
        let free = window.take(now_ms, length_ms, count);
        let reset_ms = window.start_ms + length_ms;
        let bucket = Bucket {
            hash: hash(operation),
            limit: count,
            remaining: count - window.used,
            reset_after_ms: reset_ms - now_ms,
            reset_ms,
        };
        if self.windows.len() > 10_000 {
            self.windows.retain(|_, window| now_ms - window.start_ms < 60_000);
        }
        if free {
            Verdict::Pass(bucket)
        } else {
            Verdict::Bucket(bucket)
        }
    }
}

/// A bucket's opaque name: the FNV-1a hash of the operation, in hexadecimal.
fn hash(operation: &str) -> String {
    let seed = 0xcbf2_9ce4_8422_2325_u64;
    let value = operation.bytes().fold(seed, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{value:016x}")
}

/// The top-level resource of a path: what its limits are counted for.
pub(crate) fn resource(path: &str) -> String {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        [kind @ ("channels" | "guilds"), id, ..] => format!("{kind}/{id}"),
        [kind @ ("webhooks" | "interactions"), id, token, ..] => format!("{kind}/{id}/{token}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn start() -> Timestamp {
        "2026-11-28T14:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_bucket_empties_and_fills_by_the_clock() {
        let mut limits = RateLimits::default();
        let mut take = |at: Timestamp, channel: &str| limits.take("POST /x", channel, (5, 5), true, at);
        for left in (0..5).rev() {
            assert!(matches!(take(start(), "channels/1"), Verdict::Pass(bucket) if bucket.remaining == left));
        }
        let later = start() + SignedDuration::from_millis(4999);
        assert!(matches!(take(later, "channels/1"), Verdict::Bucket(bucket) if bucket.reset_after_ms == 1));
        assert!(matches!(take(later, "channels/2"), Verdict::Pass(_)));
        assert!(matches!(
            take(start() + SignedDuration::from_secs(5), "channels/1"),
            Verdict::Pass(_)
        ));
    }

    #[test]
    fn fifty_a_second_overall_but_not_on_tokens() {
        let mut limits = RateLimits::default();
        for index in 0..50 {
            let verdict = limits.take("GET /x", &format!("channels/{index}"), (5, 5), true, start());
            assert!(matches!(verdict, Verdict::Pass(_)));
        }
        assert_eq!(
            limits.take("GET /x", "channels/99", (5, 5), true, start()),
            Verdict::Global(1000)
        );
        assert!(matches!(
            limits.take("PATCH /w", "w", (5, 2), false, start()),
            Verdict::Pass(_)
        ));
    }

    #[test]
    fn the_resource_is_the_top_level_one() {
        assert_eq!(resource("/channels/1/messages/2"), "channels/1");
        assert_eq!(resource("/webhooks/1/abc/messages/@original"), "webhooks/1/abc");
        assert_eq!(resource("/users/@me"), "");
    }
}
