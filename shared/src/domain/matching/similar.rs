//! Finds names that may be similar without comparing all with all: by the trigrams that they share.

use super::roster::Place;
use crate::domain::names::{SIMILAR_FROM, SIMILAR_PERCENT, similarity};
use std::cmp::Reverse;

/// Names that are compared in full, the most shared trigrams first.
const COMPARED: usize = 8;
/// Trigrams that more names have say little, and are passed over.
const COMMON: usize = 4_000;

/// An index of names by trigram.
#[derive(Debug, Default)]
pub(super) struct Similar {
    names: Vec<(Place, Box<str>)>,
    grams: Vec<([char; 3], u32)>,
}

impl Similar {
    /// Adds a comparison form.
    pub(super) fn add(&mut self, place: Place, form: &str) {
        let Ok(index) = u32::try_from(self.names.len()) else {
            return;
        };
        let grams = trigrams(form);
        if !grams.is_empty() {
            self.grams.extend(grams.into_iter().map(|gram| (gram, index)));
            self.names.push((place, form.into()));
        }
    }

    /// Makes what was added findable.
    pub(super) fn ready(&mut self) {
        self.grams.sort_unstable();
        self.grams.shrink_to_fit();
    }

    /// Entries whose names are similar to this form, with their percent.
    pub(super) fn to(&self, form: &str) -> Vec<(Place, u8)> {
        let mut shared: Vec<u32> = Vec::new();
        for gram in trigrams(form) {
            let from = self.grams.partition_point(|(other, _)| *other < gram);
            let behind = &self.grams[from..];
            let count = behind
                .iter()
                .take(COMMON + 1)
                .take_while(|(other, _)| *other == gram)
                .count();
            if count <= COMMON {
                shared.extend(behind[..count].iter().map(|(_, index)| *index));
            }
        }
        shared.sort_unstable();
        let mut counted: Vec<(Reverse<usize>, u32)> = shared
            .chunk_by(|a, b| a == b)
            .filter_map(|run| Some((Reverse(run.len()), *run.first()?)))
            .collect();
        counted.sort_unstable();
        let closest = counted.into_iter().take(COMPARED);
        closest
            .filter_map(|(_, index)| self.names.get(index as usize))
            .map(|(place, name)| (*place, similarity(name, form)))
            .filter(|(_, percent)| *percent >= SIMILAR_PERCENT)
            .collect()
    }
}

/// The trigrams of a form without separators, padded so that beginnings count, and of its words in order of the alphabet, so
/// that `max power` and `power max` share all of them.
fn trigrams(form: &str) -> Vec<[char; 3]> {
    let mut words: Vec<&str> = form.split(' ').collect();
    let joined: Vec<char> = words.concat().chars().collect();
    if joined.len() < SIMILAR_FROM {
        return Vec::new();
    }
    words.sort_unstable();
    let sorted: Vec<char> = words.concat().chars().collect();
    let mut grams: Vec<[char; 3]> = [joined, sorted].iter().flat_map(|text| padded(text)).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

fn padded(text: &[char]) -> Vec<[char; 3]> {
    let padded: Vec<char> = [' ', ' ']
        .into_iter()
        .chain(text.iter().copied())
        .chain([' '])
        .collect();
    padded
        .windows(3)
        .filter_map(|window| <[char; 3]>::try_from(window).ok())
        .collect()
}
