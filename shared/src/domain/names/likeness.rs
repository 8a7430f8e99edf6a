//! How two names that are not the same are alike: for suggestions to people, never for a match.

use super::{Name, form};

/// Names with fewer code points, separators left aside, are not called similar: most short names are one edit apart.
pub const SIMILAR_FROM: usize = 4;
/// The least that counts as similar, in percent.
pub const SIMILAR_PERCENT: u8 = 80;

/// How alike two names are, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// May be names of one person.
    Same,
    /// The same name with another tag or number.
    OtherDetails,
    /// Look the same and are not: perhaps somebody poses as somebody else (UTS #39, confusable detection).
    LooksAlike,
    /// Alike by this many percent.
    Similar(std::cmp::Reverse<u8>),
    /// Nothing to be said.
    Different,
}

/// How alike the two are.
#[must_use]
pub fn likeness(a: &Name, b: &Name) -> Likeness {
    if a.comparison.is_empty() || b.comparison.is_empty() {
        return Likeness::Different;
    }
    if a.comparison == b.comparison {
        return match a.details.agree(&b.details) {
            true => Likeness::Same,
            false => Likeness::OtherDetails,
        };
    }
    if looks_alike(a, b) {
        return Likeness::LooksAlike;
    }
    match similarity(a.comparison(), b.comparison()) {
        percent if percent >= SIMILAR_PERCENT => Likeness::Similar(std::cmp::Reverse(percent)),
        _ => Likeness::Different,
    }
}

fn looks_alike(a: &Name, b: &Name) -> bool {
    skeletons(a).iter().zip(skeletons(b)).any(|(a, b)| *a == b)
}

/// UTS #39 skeletons of a name: as written, in lower case and in capitals, because what looks alike in one does not in
/// another (`I` and `l`, `В` and `B`). Names that share one in the same place look alike.
#[must_use]
pub fn skeletons(name: &Name) -> [String; 3] {
    let skeleton = |text: &str| unicode_security::skeleton(text).collect::<String>();
    [
        skeleton(&name.cased),
        skeleton(&name.comparison),
        skeleton(&form::clean(&name.comparison.to_uppercase())),
    ]
}

/// How alike two comparison forms are, 0 to 100: by edits (Damerau-Levenshtein, in code points), separators and the order of
/// words left aside. 0 for names too short to be called similar.
#[must_use]
pub fn similarity(a: &str, b: &str) -> u8 {
    let [a_joined, b_joined] = [a, b].map(|text| text.replace(' ', ""));
    let shortest = a_joined.chars().count().min(b_joined.chars().count());
    if shortest < SIMILAR_FROM {
        return 0;
    }
    let in_order = strsim::normalized_damerau_levenshtein(&a_joined, &b_joined);
    let ordered = strsim::normalized_damerau_levenshtein(&in_words_order(a), &in_words_order(b));
    percent(in_order.max(ordered))
}

fn in_words_order(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    words.sort_unstable();
    words.concat()
}

/// A share of one as whole percent, rounded down: 100 is for equals only.
fn percent(share: f64) -> u8 {
    let hundredths = (share.clamp(0.0, 1.0) * 100.0).floor();
    (0..=100_u8)
        .rev()
        .find(|whole| f64::from(*whole) <= hundredths)
        .unwrap_or(0)
}
