//! People's names: the one canonical form in which two of them are compared.
//!
//! A name has a **display form** ([`Name::display`]: what was written, cleaned) and a **comparison form**
//! ([`Name::comparison`]): Unicode NFKC and full case folding (UAX #15, UAX #44 `CaseFolding.txt`), without invisible
//! characters, with all separators (space, `_`, `-`, `.` and their typographic kin) as one space between words, and without
//! the optional parts of `parts`: clan tags and car numbers. Accents stay: `José` and `Jose` are two names.
//!
//! [`Name::same_user`] asks whether two names may stand for one person: equal comparison forms, and no contradiction in
//! the optional parts (one may lack what the other has; `Max #7` and `Max #8` are two drivers). A name that is nothing but
//! tags, numbers and separators is nobody's. Look-alikes (Cyrillic `а` for Latin `a`) differ in their comparison
//! forms, so they never match; [`likeness`] tells them, for people to judge.

mod form;
mod likeness;
mod parts;

pub use likeness::{Likeness, SIMILAR_FROM, SIMILAR_PERCENT, likeness, similarity, skeletons};

use super::text;
use icu_normalizer::ComposingNormalizerBorrowed;
use std::collections::BTreeSet;

/// Most rounds until a form has settled: people's names take two, texts made to fold and compose again and again a few more.
const ROUNDS: usize = 16;

/// A person's name, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    display: String,
    cased: String,
    comparison: String,
    details: Details,
}

/// The optional parts of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Details {
    tags: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl Details {
    /// Whether the name had none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.numbers.is_empty()
    }

    /// Whether they do not contradict: what one has more than the other is no contradiction.
    #[must_use]
    pub fn agree(&self, other: &Self) -> bool {
        let agree = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.is_subset(b) || b.is_subset(a);
        agree(&self.tags, &other.tags) && agree(&self.numbers, &other.numbers)
    }

    /// Clan tags and the like, in comparison form, in order.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().map(String::as_str)
    }

    /// Car numbers, digits as written: `7` and `07` are two cars.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        self.numbers.iter().map(String::as_str)
    }

    fn note(&mut self, parts: &parts::Parts) {
        let tags = parts.tags.iter().map(|tag| word_form(tag));
        self.tags.extend(tags.filter(|tag| !tag.is_empty()));
        self.numbers.extend(parts.numbers.iter().cloned());
    }
}

impl Name {
    /// Reads a name. Any text is taken.
    #[must_use]
    pub fn read(raw: &str) -> Self {
        let mut details = Details::default();
        let cased = settle(raw, |text| {
            let parts = parts::take_apart(&form::clean(text));
            details.note(&parts);
            parts.core
        });
        // Folding may bring out what was hidden, so it is read once more in the folded form.
        let comparison = settle(&cased, |text| {
            let parts = parts::take_apart(&form::clean(&form::fold(text)));
            details.note(&parts);
            parts.core
        });
        Self {
            display: display(raw),
            cased,
            comparison,
            details,
        }
    }

    /// What is shown to people: NFC, on one line, without control and direction characters; tags and numbers included.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// What names are compared and found by. Empty for a name of tags, numbers and separators only.
    #[must_use]
    pub fn comparison(&self) -> &str {
        &self.comparison
    }

    /// Its tags and numbers.
    #[must_use]
    pub const fn details(&self) -> &Details {
        &self.details
    }

    /// Whether the two may be names of one person.
    #[must_use]
    pub fn same_user(&self, other: &Self) -> bool {
        !self.comparison.is_empty()
            && self.comparison == other.comparison
            && self.details.agree(&other.details)
    }
}

/// Whether the two texts may be names of one person: see [`Name::same_user`].
#[must_use]
pub fn same_user(a: &str, b: &str) -> bool {
    Name::read(a).same_user(&Name::read(b))
}

/// The comparison form of a text without optional parts.
fn word_form(text: &str) -> String {
    settle(text, |text| form::clean(&form::fold(text)))
}

fn display(raw: &str) -> String {
    let line = text::line(raw, usize::MAX).unwrap_or_default();
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(&line)
        .into_owned()
}

/// Applies `step` until nothing changes any more.
fn settle(text: &str, mut step: impl FnMut(&str) -> String) -> String {
    let mut now = step(text);
    for _ in 0..ROUNDS {
        let next = step(&now);
        if next == now {
            break;
        }
        now = next;
    }
    now
}

#[cfg(test)]
mod tests;
