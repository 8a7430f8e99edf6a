//! Events that come again: the same local time, whatever the clock does in between.

use super::refusal::Problem;
use super::when;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Most copies that are made at once: with their audit row they stay well inside one transaction of 100 items.
pub const COPIES_MAX: u8 = 20;

/// How often an event comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Every so many weeks, on the same weekday.
    Weeks(u8),
    /// Every month on the same weekday of it: the second Saturday, say. What falls on a fifth weekday comes on the last
    /// of each month, as not every month has five.
    Month,
}

/// An occurrence that cannot be placed.
#[derive(Clone, Debug, PartialEq)]
pub struct Unplaced {
    /// How many before it can be.
    pub before: u8,
    /// Why: daylight saving skips or doubles its time, or it lies too far ahead.
    pub problem: Problem,
}

/// The starts of the next `copies` occurrences after `first`, at the same local time in `zone`.
///
/// # Errors
/// [`Unplaced`], for the first one that falls on a clock change or lies too far ahead.
pub fn starts(
    first: Timestamp,
    zone: &TimeZone,
    every: Every,
    copies: u8,
    now: Timestamp,
) -> Result<Vec<Timestamp>, Unplaced> {
    let local = first.to_zoned(zone.clone()).datetime();
    (1..=copies)
        .map(|n| {
            let unplaced = |problem| Unplaced {
                before: n - 1,
                problem,
            };
            let date = match every {
                Every::Weeks(weeks) => weeks_on(local.date(), i64::from(weeks) * i64::from(n)),
                Every::Month => months_on(local.date(), n),
            };
            let date = date.ok_or_else(|| unplaced(Problem::TooFarOff))?;
            when::start_at(date.to_datetime(local.time()), zone, now).map_err(unplaced)
        })
        .collect()
}

fn weeks_on(date: Date, weeks: i64) -> Option<Date> {
    date.checked_add(weeks.weeks()).ok()
}

/// The same weekday of the month, so many months later.
fn months_on(date: Date, months: u8) -> Option<Date> {
    let nth = (date.day() - 1) / 7 + 1;
    let month = date
        .first_of_month()
        .checked_add(i64::from(months).months())
        .ok()?;
    month
        .nth_weekday_of_month(if nth == 5 { -1 } else { nth }, date.weekday())
        .ok()
}

/// The name of the n-th copy: a number at its end is counted up, as in `Round 1`; any other name stays.
#[must_use]
pub fn name(original: &str, n: u8) -> String {
    let text = original.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &original[text.len()..];
    match digits.parse::<u32>() {
        Ok(number) if digits.len() <= 4 && text.ends_with([' ', '#']) => {
            format!("{text}{:0width$}", number + u32::from(n), width = digits.len())
        }
        _ => original.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Weekday;
    use proptest::prelude::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn repeated(first: &str, every: Every, copies: u8) -> Result<Vec<String>, Unplaced> {
        let starts = starts(at(first), &berlin(), every, copies, at("2026-01-01T00:00:00Z"))?;
        Ok(starts
            .iter()
            .map(|start| when::write_start(*start, &berlin()))
            .collect())
    }

    #[test]
    fn the_local_time_stays_when_daylight_saving_ends() {
        let starts = repeated("2026-10-17T18:00:00Z", Every::Weeks(1), 2).unwrap();
        assert_eq!(starts, ["2026-10-24 20:00", "2026-10-31 20:00"]);
        let starts = repeated("2026-10-17T18:00:00Z", Every::Weeks(3), 1).unwrap();
        assert_eq!(starts, ["2026-11-07 20:00"]);
    }

    #[test]
    fn a_month_on_is_the_same_weekday_of_the_month() {
        // The second Saturday.
        let starts = repeated("2026-11-14T13:00:00Z", Every::Month, 3).unwrap();
        assert_eq!(
            starts,
            ["2026-12-12 14:00", "2027-01-09 14:00", "2027-02-13 14:00"]
        );
        // The fifth Sunday, and so the last.
        let starts = repeated("2026-11-29T13:00:00Z", Every::Month, 2).unwrap();
        assert_eq!(starts, ["2026-12-27 14:00", "2027-01-31 14:00"]);
    }

    #[test]
    fn an_occurrence_on_a_clock_change_is_named_and_not_guessed_at() {
        // 02:30 on Sundays meets the end of daylight saving on 2026-10-25.
        let unplaced = repeated("2026-10-11T00:30:00Z", Every::Weeks(1), 4).unwrap_err();
        assert_eq!(unplaced.before, 1);
        assert!(matches!(unplaced.problem, Problem::DoubleTime { .. }));
        let unplaced = repeated("2026-03-22T01:30:00Z", Every::Weeks(1), 1).unwrap_err();
        assert!(matches!(unplaced.problem, Problem::SkippedTime { .. }));
        let unplaced = repeated("2027-10-11T00:30:00Z", Every::Month, 20).unwrap_err();
        assert_eq!(unplaced.problem, Problem::TooFarOff);
    }

    #[test]
    fn a_number_at_the_end_of_a_name_is_counted_up() {
        for (original, second) in [
            ("Round 1", "Round 3"),
            ("Race #09", "Race #11"),
            ("Spa 6h", "Spa 6h"),
            ("Le Mans", "Le Mans"),
            ("GT3", "GT3"),
            ("Season 99999", "Season 99999"),
            ("7", "7"),
        ] {
            assert_eq!(name(original, 2), second);
        }
    }

    proptest! {
        #[test]
        fn every_copy_keeps_weekday_and_time(
            seconds in 0..30_000_000_i64, weeks in 1..=4_u8, monthly in any::<bool>(), copies in 1..=12_u8,
        ) {
            let first = at("2026-01-01T00:00:00Z") + jiff::SignedDuration::from_secs(seconds / 60 * 60);
            let every = if monthly { Every::Month } else { Every::Weeks(weeks) };
            let zone = berlin();
            let local = first.to_zoned(zone.clone());
            if let Ok(starts) = starts(first, &zone, every, copies, at("2025-12-31T00:00:00Z")) {
                prop_assert_eq!(starts.len(), usize::from(copies));
                prop_assert!(starts.is_sorted());
                for start in starts {
                    let copy = start.to_zoned(zone.clone());
                    prop_assert_eq!((copy.weekday(), copy.time()), (local.weekday(), local.time()));
                    prop_assert!(copy.weekday() != Weekday::Monday || start > first);
                }
            }
        }

        #[test]
        fn no_name_makes_it_panic(text in ".{0,40}", n in 0..=20_u8) {
            prop_assert!(!name(&text, n).is_empty() || text.is_empty());
        }
    }
}
