//! One-time codes with which somebody proves that an account is theirs.
//!
//! A code is bound to a club and to one entry of its roster, works once, and for ten minutes. It is kept as a hash only.
//! Eight characters of an alphabet of thirty are 39 bits: far too many for the few tries that are granted, but not for
//! somebody who can read the table and tries offline. The hash is therefore repeated `ROUNDS` times, so that all codes
//! cost 2^52 hashes; within ten minutes that takes some 10^13 hashes a second. After that the code is worth nothing.

use super::ids::{ClubId, EntryId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Digits and capital letters but for those that are taken for others: 0 and O, 1, I and L, U and V (of which V stays).
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code.
const LENGTH: usize = 8;
/// How often the hash is repeated; about 2 ms on a whole core.
const ROUNDS: u32 = 8192;
/// How long a code works.
pub const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Tries are counted in windows of this length.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// Tries of one person in a window.
pub const TRIES_OF_ONE: u32 = 5;
/// Tries of a whole club in a window.
pub const TRIES_OF_ALL: u32 = 100;

/// A code as it is shown and typed. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// A code as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCode {
    /// The club.
    pub club: ClubId,
    /// The entry that it is for.
    pub entry: EntryId,
    /// The hash, 64 hex digits.
    pub hash: String,
    /// Who handed it out.
    pub made_by: UserId,
    /// When it ceases to work.
    pub expires_at: Timestamp,
}

impl Code {
    /// A code made of at least 40 random bits.
    #[must_use]
    pub fn from_random(random: u128) -> Self {
        let mut left = random;
        let mut text = String::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let place = usize::try_from(left % ALPHABET.len() as u128).unwrap_or(0);
            text.push(char::from(ALPHABET[place]));
            left /= ALPHABET.len() as u128;
        }
        Self(text)
    }

    /// What somebody typed: spaces, hyphens and capitalisation do not matter. Text that cannot be a code is taken, too, and
    /// simply fits none.
    #[must_use]
    pub fn typed(typed: &str) -> Self {
        let kept = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
        Self(kept.flat_map(char::to_uppercase).take(4 * LENGTH).collect())
    }

    /// For showing: two groups of four.
    #[must_use]
    pub fn shown(&self) -> String {
        let half = self
            .0
            .char_indices()
            .nth(LENGTH / 2)
            .map_or(self.0.len(), |(at, _)| at);
        let (first, second) = self.0.split_at(half);
        format!("{first}-{second}")
    }

    /// The hash that is kept, other for each club.
    #[must_use]
    pub fn hash(&self, club: ClubId) -> String {
        let mut hash = Sha256::digest(format!("gantry link code 1|{club}|{}", self.0));
        for _ in 1..ROUNDS {
            hash = Sha256::new().chain_update(hash).chain_update(&self.0).finalize();
        }
        hex::encode(hash)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

impl LinkCode {
    /// Whether this is the code of that hash, and still works. Takes as long whatever differs.
    #[must_use]
    pub fn fits(&self, hash: &str, now: Timestamp) -> bool {
        let (own, other) = (self.hash.as_bytes(), hash.as_bytes());
        let differs = own
            .iter()
            .zip(other)
            .fold(u8::from(own.len() != other.len()), |differs, (a, b)| {
                differs | (a ^ b)
            });
        (differs == 0) & (now < self.expires_at)
    }
}

/// The number of the window that an instant is in.
#[must_use]
pub fn window(now: Timestamp) -> i64 {
    now.as_second().div_euclid(WINDOW.as_secs())
}

/// When that window ends.
#[must_use]
pub fn window_ends(now: Timestamp) -> Timestamp {
    Timestamp::from_second((window(now) + 1) * WINDOW.as_secs()).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLUB: ClubId = ClubId::from_parts(1, 1);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = Code::from_random(0x0123_4567_89ab_cdef);
        let shown = code.shown();
        assert_eq!((shown.len(), shown.chars().nth(4)), (9, Some('-')));
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            format!("  {}\n", shown.replace('-', "")),
        ] {
            assert_eq!(Code::typed(&typed), code, "{typed:?}");
        }
        assert_eq!(format!("{code:?}"), "Code(..)");
    }

    #[test]
    fn a_code_works_in_its_club_and_until_it_expires() {
        let code = Code::from_random(7);
        let kept = LinkCode {
            club: CLUB,
            entry: EntryId::from_parts(2, 2),
            hash: code.hash(CLUB),
            made_by: UserId(3),
            expires_at: at("2026-11-21T09:10:00Z"),
        };
        assert!(kept.fits(&code.hash(CLUB), at("2026-11-21T09:09:59Z")));
        assert!(!kept.fits(&code.hash(CLUB), at("2026-11-21T09:10:00Z")));
        assert!(!kept.fits(&code.hash(ClubId::from_parts(1, 2)), at("2026-11-21T09:00:00Z")));
        assert!(!kept.fits("", at("2026-11-21T09:00:00Z")));
        assert!(!kept.hash.contains(&code.shown()));
    }

    #[test]
    fn windows_follow_each_other() {
        let end = window_ends(at("2026-11-21T09:03:00Z"));
        assert_eq!(end, at("2026-11-21T09:10:00Z"));
        assert_eq!(window(end), window(at("2026-11-21T09:09:59Z")) + 1);
    }

    proptest! {
        #[test]
        fn codes_have_eight_plain_characters(random: u128) {
            let code = Code::from_random(random);
            prop_assert_eq!(code.0.len(), LENGTH);
            prop_assert!(code.0.bytes().all(|b| ALPHABET.contains(&b)));
            prop_assert_eq!(Code::typed(&code.shown()), code);
        }

        #[test]
        fn whatever_is_typed_is_harmless(typed in "\\PC{0,200}") {
            let code = Code::typed(&typed);
            prop_assert!(code.0.chars().count() <= 4 * LENGTH);
            let _ = code.shown();
        }
    }
}
