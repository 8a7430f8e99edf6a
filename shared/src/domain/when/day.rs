//! Days as people name them.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

/// A day that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// This one.
    On(Date),
    /// The next of these weekdays on which the time is still to come: today's counts until then.
    Next(Weekday),
}

impl Day {
    /// Reads `2026-11-28`, `today`, `tomorrow`, `sat`, `saturday`, `in 3 days`, `in 2 weeks`, counted from `today`.
    pub(super) fn read(words: &[&str], today: Date) -> Option<Self> {
        let words: Vec<String> = words
            .iter()
            .map(|word| word.trim_end_matches(',').to_lowercase())
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["today"] => Some(Self::On(today)),
            ["tomorrow"] => ahead(today, 1.day()),
            ["in", number, unit] => ahead(today, length(number, unit)?),
            [word] => weekday(word).map(Self::Next).or_else(|| iso(word).map(Self::On)),
            _ => None,
        }
    }
}

fn ahead(today: Date, span: Span) -> Option<Day> {
    today.checked_add(span).ok().map(Day::On)
}

/// Days or weeks, at most three digits: what lies further ahead is written as a date.
fn length(number: &str, unit: &str) -> Option<Span> {
    let digits = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let number: i64 = number.parse().ok().filter(|_| digits)?;
    match unit {
        "day" | "days" => Some(number.days()),
        "week" | "weeks" => Some(number.weeks()),
        _ => None,
    }
}

/// A weekday's English name, or its first three or more letters.
fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let named = NAMES.iter().find(|(name, _)| name.starts_with(word));
    named.filter(|_| word.len() >= 3).map(|(_, day)| *day)
}

/// `2026-11-28` and nothing else: jiff's own parser takes more spellings than people expect.
fn iso(word: &str) -> Option<Date> {
    let shape = word.len() == 10 && word.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    word.parse().ok().filter(|_| shape)
}
