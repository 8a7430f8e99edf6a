//! Times and lengths as people type them.

mod day;

use super::refusal::Problem;
use day::Day;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Shortest and longest event.
const DURATION_RANGE: (SignedDuration, SignedDuration) =
    (SignedDuration::from_mins(5), SignedDuration::from_hours(48));
/// Length of `2026-11-28`.
const ISO_DATE: usize = 10;
/// How far ahead an event may lie.
const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 731);

/// Reads a local time in `zone`: a day and a time of day, `2026-11-28 14:00` (with a `T` between them, and with seconds, too).
/// The day may also be `today`, `tomorrow`, a weekday (`Sat 14:00`: the next time that it is 14:00 on a Saturday) or
/// `in 3 days`, `in 2 weeks`.
///
/// A time that daylight saving skips or doubles is never guessed at. One that is doubled can be told apart by its
/// offset, `2026-10-25 02:30 +02:00`.
///
/// # Errors
/// [`Problem::NotATime`], [`Problem::SkippedTime`], [`Problem::DoubleTime`], [`Problem::InThePast`],
/// [`Problem::TooFarOff`].
pub fn parse_start(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, Problem> {
    let spaced = match text.trim().split_once(['T', 't']) {
        Some((date, time)) if date.len() == ISO_DATE && !date.contains(char::is_whitespace) => {
            format!("{date} {time}")
        }
        _ => text.to_owned(),
    };
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (words, offset) = match words.split_last() {
        Some((last, rest)) if last.starts_with(['+', '-']) => (rest, Some(*last)),
        _ => (words.as_slice(), None),
    };
    let (time, day) = words.split_last().ok_or(Problem::NotATime)?;
    let time = time_of_day(time)?;
    let today = now.to_zoned(zone.clone()).date();
    let start = match Day::read(day, today).ok_or(Problem::NotATime)? {
        Day::On(date) => in_zone(date.to_datetime(time), offset, zone)?,
        Day::Next(weekday) => next(weekday, time, (today, now), offset, zone)?,
    };
    ahead(start, now)
}

/// The instant of a local time in `zone`.
///
/// # Errors
/// As [`parse_start`], but for what is typed wrong.
pub fn start_at(local: DateTime, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, Problem> {
    ahead(in_zone(local, None, zone)?, now)
}

fn ahead(start: Timestamp, now: Timestamp) -> Result<Timestamp, Problem> {
    if start <= now {
        Err(Problem::InThePast)
    } else if start.duration_since(now) > HORIZON {
        Err(Problem::TooFarOff)
    } else {
        Ok(start)
    }
}

/// Hours and minutes, perhaps seconds. An offset or a zone that is stuck to them would be read over, and the time taken
/// for another one.
fn time_of_day(text: &str) -> Result<Time, Problem> {
    let plain = text.contains(':') && text.bytes().all(|b| b.is_ascii_digit() || b == b':' || b == b'.');
    text.parse().ok().filter(|_| plain).ok_or(Problem::NotATime)
}

/// The next instant at which it is `time` on that weekday. Where the next one falls on a clock change, that is asked about
/// rather than passed over.
fn next(
    weekday: Weekday,
    time: Time,
    (today, now): (Date, Timestamp),
    offset: Option<&str>,
    zone: &TimeZone,
) -> Result<Timestamp, Problem> {
    let date = if today.weekday() == weekday {
        today
    } else {
        today.nth_weekday(1, weekday).map_err(|_| Problem::NotATime)?
    };
    match in_zone(date.to_datetime(time), offset, zone) {
        Ok(start) if start > now => Ok(start),
        Err(problem) if date > today || still_ahead(&problem, now) => Err(problem),
        _ => {
            let later = date.checked_add(1.week()).map_err(|_| Problem::NotATime)?;
            in_zone(later.to_datetime(time), offset, zone)
        }
    }
}

/// Whether the clock change that a time falls on is still to come, or going on.
fn still_ahead(problem: &Problem, now: Timestamp) -> bool {
    match problem {
        Problem::SkippedTime { before } => *before > now,
        Problem::DoubleTime { second, .. } => *second > now,
        _ => false,
    }
}

fn in_zone(local: DateTime, offset: Option<&str>, zone: &TimeZone) -> Result<Timestamp, Problem> {
    let at = |offset: jiff::tz::Offset| offset.to_timestamp(local).map_err(|_| Problem::NotATime);
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset: only } => {
            let start = at(only)?;
            match offset {
                Some(text) if !is_offset(text, only) => Err(Problem::NotATime),
                _ => Ok(start),
            }
        }
        AmbiguousOffset::Gap { before, .. } => Err(Problem::SkippedTime {
            before: gap_start(at(before)?, zone),
        }),
        AmbiguousOffset::Fold { before, after } => match offset {
            Some(text) if is_offset(text, before) => at(before),
            Some(text) if is_offset(text, after) => at(after),
            _ => Err(Problem::DoubleTime {
                first: at(before)?,
                second: at(after)?,
            }),
        },
    }
}

/// The instant at which the clock jumps over the time that, by the old offset, would be `skipped`.
fn gap_start(skipped: Timestamp, zone: &TimeZone) -> Timestamp {
    // At `skipped` the new offset is in force already, so the latest transition is the jump.
    zone.preceding(
        skipped
            .saturating_add(SignedDuration::from_secs(1))
            .unwrap_or(skipped),
    )
    .next()
    .map_or(skipped, |transition| transition.timestamp())
}

fn is_offset(text: &str, offset: jiff::tz::Offset) -> bool {
    let seconds = offset.seconds().unsigned_abs();
    let sign = if offset.is_negative() { '-' } else { '+' };
    text == format!("{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
}

/// Reads a length: `6h`, `90m`, `2h 30m`, `2h30`, `2:30`, or a plain number of hours.
///
/// # Errors
/// [`Problem::NotADuration`], [`Problem::DurationOutOfRange`].
pub fn parse_duration(text: &str) -> Result<SignedDuration, Problem> {
    let compact: String = text.to_lowercase().split_whitespace().collect();
    let compact = compact
        .replace("hours", "h")
        .replace("hour", "h")
        .replace("minutes", "m")
        .replace("min", "m");
    let (hours, minutes) = match compact.split_once(['h', ':']) {
        Some((hours, "")) => (hours, "0"),
        Some((hours, minutes)) => (hours, minutes.strip_suffix('m').unwrap_or(minutes)),
        None => match compact.strip_suffix('m') {
            Some(minutes) => ("0", minutes),
            None => (compact.as_str(), "0"),
        },
    };
    let number = |digits: &str| match digits.parse::<i64>() {
        Ok(number) if digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit()) => Ok(number),
        _ => Err(Problem::NotADuration),
    };
    let duration = SignedDuration::from_mins(number(hours)? * 60 + number(minutes)?);
    if (DURATION_RANGE.0..=DURATION_RANGE.1).contains(&duration) {
        Ok(duration)
    } else {
        Err(Problem::DurationOutOfRange)
    }
}

/// A length as it is typed: `6h`, `2h 30m`, `45m`.
#[must_use]
pub fn write_duration(duration: SignedDuration) -> String {
    match (duration.as_mins() / 60, duration.as_mins() % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h {minutes}m"),
    }
}

/// A start as it is typed, in `zone`, with the offset where the clock shows that time twice.
#[must_use]
pub fn write_start(start: Timestamp, zone: &TimeZone) -> String {
    let local = start.to_zoned(zone.clone());
    let text = local.strftime("%Y-%m-%d %H:%M").to_string();
    match zone.to_ambiguous_timestamp(local.datetime()).offset() {
        AmbiguousOffset::Fold { .. } => format!("{text} {}", local.strftime("%:z")),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn start(text: &str) -> Result<Timestamp, Problem> {
        parse_start(text, &berlin(), at("2026-03-01T00:00:00Z"))
    }

    #[test]
    fn a_local_time_becomes_an_instant() {
        assert_eq!(start("2026-11-28 14:00"), Ok(at("2026-11-28T13:00:00Z")));
        assert_eq!(start(" 2026-07-01T14:00 "), Ok(at("2026-07-01T12:00:00Z")));
        for text in [
            "",
            "tomorrow",
            "2026-11-28",
            "2026-11-28T14",
            "2026-11-31 10:00",
            "28.11.2026 14:00",
            "2026-11-28 25:00",
            "1 2 3 4",
        ] {
            assert_eq!(start(text), Err(Problem::NotATime), "{text:?}");
        }
    }

    #[test]
    fn days_can_be_named() {
        // 2026-03-01 is a Sunday; it is 01:00 in Berlin.
        for (text, instant) in [
            ("today 14:00", "2026-03-01T13:00:00Z"),
            ("Tomorrow, 14:00", "2026-03-02T13:00:00Z"),
            ("Sat 14:00", "2026-03-07T13:00:00Z"),
            ("saturday 14:00", "2026-03-07T13:00:00Z"),
            ("sun 14:00", "2026-03-01T13:00:00Z"),
            ("sun 00:30", "2026-03-07T23:30:00Z"),
            ("in 3 days 20:00", "2026-03-04T19:00:00Z"),
            ("in 5 weeks 20:00", "2026-04-05T18:00:00Z"),
        ] {
            assert_eq!(start(text), Ok(at(instant)), "{text}");
        }
        for text in [
            "sa 14:00",
            "someday 14:00",
            "in three days 20:00",
            "in 3 days",
            "in -3 days 20:00",
            "in 1000 days 20:00",
            "sat",
            "14:00",
            "sat 14",
        ] {
            assert_eq!(start(text), Err(Problem::NotATime), "{text:?}");
        }
        assert_eq!(start("today 00:30"), Err(Problem::InThePast));
    }

    #[test]
    fn a_named_day_is_counted_in_the_zone_and_asks_about_the_clock_change() {
        let zone = TimeZone::get("Pacific/Auckland").unwrap();
        let now = at("2026-03-01T20:00:00Z");
        assert_eq!(
            parse_start("tomorrow 09:00", &zone, now),
            Ok(at("2026-03-02T20:00:00Z")),
            "it is Monday there already"
        );
        let saturday = at("2026-03-28T12:00:00Z");
        assert_eq!(
            parse_start("sun 02:30", &berlin(), saturday),
            Err(Problem::SkippedTime {
                before: at("2026-03-29T01:00:00Z")
            })
        );
        let sunday_noon = at("2026-03-29T10:00:00Z");
        assert_eq!(
            parse_start("sun 02:30", &berlin(), sunday_noon),
            Ok(at("2026-04-05T00:30:00Z")),
            "today's is over, so its skipped hour does not matter"
        );
        let sunday_night = at("2026-10-24T23:00:00Z");
        assert!(matches!(
            parse_start("sun 02:30", &berlin(), sunday_night),
            Err(Problem::DoubleTime { .. })
        ));
    }

    #[test]
    fn an_offset_that_is_stuck_to_the_time_is_not_read_over() {
        for text in [
            "2026-12-06T14:00-08:00",
            "2026-12-06T14:00Z",
            "2026-12-06T14:00[America/New_York]",
        ] {
            assert_eq!(start(text), Err(Problem::NotATime), "{text:?}");
        }
    }

    #[test]
    fn the_hour_that_daylight_saving_skips_is_refused() {
        assert_eq!(start("2026-03-29 01:59"), Ok(at("2026-03-29T00:59:00Z")));
        assert_eq!(
            start("2026-03-29 02:30"),
            Err(Problem::SkippedTime {
                before: at("2026-03-29T01:00:00Z")
            })
        );
        assert_eq!(start("2026-03-29 03:00"), Ok(at("2026-03-29T01:00:00Z")));
    }

    #[test]
    fn the_hour_that_comes_twice_is_asked_about() {
        let (first, second) = (at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"));
        assert_eq!(
            start("2026-10-25 02:30"),
            Err(Problem::DoubleTime { first, second })
        );
        assert_eq!(start("2026-10-25 02:30 +02:00"), Ok(first));
        assert_eq!(start("2026-10-25 02:30 +01:00"), Ok(second));
        assert_eq!(start("2026-10-25 04:30 +02:00"), Err(Problem::NotATime));
        assert_eq!(write_start(second, &berlin()), "2026-10-25 02:30 +01:00");
    }

    #[test]
    fn a_start_lies_ahead_but_not_too_far() {
        let now = at("2026-11-28T13:00:00Z");
        assert_eq!(
            parse_start("2026-11-28 14:00", &berlin(), now),
            Err(Problem::InThePast)
        );
        assert!(parse_start("2026-11-28 14:01", &berlin(), now).is_ok());
        assert_eq!(
            parse_start("2062-11-28 14:01", &berlin(), now),
            Err(Problem::TooFarOff)
        );
    }

    #[test]
    fn lengths_are_read_in_the_usual_spellings() {
        for (text, minutes) in [
            ("6h", 360),
            ("6", 360),
            ("90m", 90),
            ("2h 30m", 150),
            ("2h30", 150),
            ("2:30", 150),
            ("1 Hour", 60),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(SignedDuration::from_mins(minutes)),
                "{text}"
            );
        }
        for text in ["", "h", "m", "six", "-6h", "6.5h", "99999m", "2h30m5s"] {
            assert_eq!(parse_duration(text), Err(Problem::NotADuration), "{text}");
        }
        assert!(parse_duration("5m").is_ok() && parse_duration("48h").is_ok());
        assert_eq!(parse_duration("4m"), Err(Problem::DurationOutOfRange));
        assert_eq!(parse_duration("48h 1m"), Err(Problem::DurationOutOfRange));
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(minutes in 5..=2880_i64, seconds in 0..50_000_000_i64) {
            let length = SignedDuration::from_mins(minutes);
            prop_assert_eq!(parse_duration(&write_duration(length)), Ok(length));
            let (now, zone) = (at("2026-01-01T00:00:00Z"), berlin());
            let start = now + SignedDuration::from_mins(1 + seconds / 60);
            prop_assert_eq!(parse_start(&write_start(start, &zone), &zone, now), Ok(start));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}") {
            let _ = (start(&text), parse_duration(&text));
        }
    }
}
