//! The iCalendar feed of a club's events: a secret address that anybody who has it may read, until it is replaced.

use super::event::{Event, EventState};
use super::ids::{ClubId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Events that a feed has at most, of those that are to come, and of those that are over.
pub const EVENTS_MOST: u32 = 100;
/// Events are in the feed for so long after their end: calendars drop what a feed does not have any more.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// What makes a feed's address unguessable: 40 hex digits, 160 random bits. It is kept as it is, since it is shown to every
/// member who asks, and since what it opens lies in the same table. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeedSecret(String);

impl FeedSecret {
    /// A secret of twice 80 random bits.
    #[must_use]
    pub fn from_random(random: [u128; 2]) -> Self {
        const BITS: u128 = (1 << 80) - 1;
        Self(format!("{:020x}{:020x}", random[0] & BITS, random[1] & BITS))
    }

    /// Its text, for an address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether somebody has it. How long this takes says nothing about how much of it is right: digests are compared.
    #[must_use]
    pub fn is(&self, given: &str) -> bool {
        Sha256::digest(self.0.as_bytes()) == Sha256::digest(given.as_bytes())
    }
}

impl fmt::Debug for FeedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FeedSecret(…)")
    }
}

/// A club's feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// The club.
    pub club: ClubId,
    /// The secret part of its address; none while nobody may read it.
    pub secret: Option<FeedSecret>,
    /// Who made it so.
    pub changed_by: UserId,
    /// When.
    pub changed_at: Timestamp,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// What is to happen with a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedWish {
    /// Show its address; the first who asks makes it.
    Show,
    /// Give it another address: the one before opens nothing any more.
    Renew,
    /// Close it: no address opens it.
    Close,
}

/// Whether a feed at `now` has the event. Drafts are for those who manage events; who has the address may be anybody.
#[must_use]
pub fn is_in_feed(event: &Event, now: Timestamp) -> bool {
    let known = !matches!(event.state, EventState::Draft | EventState::Deleted);
    known && !event.unpublished && event.ends_at().saturating_add(KEPT).unwrap_or(Timestamp::MAX) > now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_whole_and_not_shown_by_accident() {
        let secret = FeedSecret::from_random([1, u128::MAX]);
        assert_eq!(secret.as_str(), "00000000000000000001ffffffffffffffffffff");
        assert!(secret.is("00000000000000000001ffffffffffffffffffff"));
        for wrong in [
            "",
            "00000000000000000001fffffffffffffffffffe",
            "00000000000000000001",
        ] {
            assert!(!secret.is(wrong), "{wrong}");
        }
        assert_eq!(format!("{secret:?}"), "FeedSecret(…)");
    }
}
