//! What a driver says about themselves with a sign-up: when they can drive, how experienced they are, which class they
//! would take instead.

use super::event::Event;
use super::refusal::{Field, FormFault, Problem};
use super::series::ClassId;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// Most windows that can be typed.
pub const WINDOWS_MAX: usize = 12;
/// Length of the slots that availability is compared in.
pub const SLOT: SignedDuration = SignedDuration::from_mins(30);
/// What is quoted of a line that cannot be read, in code points.
const QUOTED: usize = 40;

/// A span of time in which a driver can drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Window {
    /// From this instant.
    pub from: Timestamp,
    /// Until this one, which is later.
    pub to: Timestamp,
}

/// How experienced a driver is, by their own word: 1 (first races) to 5 (expert).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Experience(u8);

impl Experience {
    /// What a driver who did not say is taken for.
    pub const ASSUMED: Self = Self(3);

    /// The number, 1 to 5.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Experience {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if (1..=5).contains(&number) {
            Ok(Self(number))
        } else {
            Err("experience is 1 to 5")
        }
    }
}

impl From<Experience> for u8 {
    fn from(experience: Experience) -> Self {
        experience.0
    }
}

/// What a driver says about themselves with a sign-up. Nothing of it has to be said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverDetails {
    /// When they can drive, in order and apart; none means all the time.
    #[serde(default)]
    pub windows: Vec<Window>,
    /// How experienced they are.
    #[serde(default)]
    pub experience: Option<Experience>,
    /// Which class they would take instead.
    #[serde(default)]
    pub backup: Option<ClassId>,
}

impl DriverDetails {
    /// Whether they can drive all of this time.
    #[must_use]
    pub fn free(&self, from: Timestamp, to: Timestamp) -> bool {
        self.windows.is_empty()
            || self
                .windows
                .iter()
                .any(|window| window.from <= from && to <= window.to)
    }

    /// The slots of the event that they can drive whole, the first in the lowest bit. An event has at most 96.
    #[must_use]
    pub fn slots(&self, event: &Event) -> u128 {
        (0..slot_count(event)).fold(0, |mask, slot| {
            let from = event
                .starts_at
                .saturating_add(SLOT * slot)
                .unwrap_or(event.starts_at);
            let to = from.saturating_add(SLOT).unwrap_or(from).min(event.ends_at());
            mask | (u128::from(self.free(from, to)) << slot)
        })
    }
}

/// How many slots an event has; the last may be shorter.
#[must_use]
pub fn slot_count(event: &Event) -> i32 {
    let minutes = event.duration_min.clamp(1, 48 * 60);
    i32::try_from(minutes.div_euclid(30) + i64::from(minutes % 30 > 0)).unwrap_or(1)
}

/// What somebody typed about themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetailsForm {
    /// One window a line, such as `14:00-16:30`.
    pub windows: String,
    /// A number from 1 to 5.
    pub experience: String,
    /// The label of a class.
    pub backup: String,
}

impl DetailsForm {
    /// What is set already, as it is typed.
    #[must_use]
    pub fn of(details: &DriverDetails, event: &Event, zone: &TimeZone) -> Self {
        let line = |window: &Window| {
            let (from, to) = (
                window.from.to_zoned(zone.clone()),
                window.to.to_zoned(zone.clone()),
            );
            format!("{}-{}", from.strftime("%Y-%m-%d %H:%M"), to.strftime("%H:%M"))
        };
        let label = |id: &ClassId| event.class(id).map(|class| class.label.clone());
        Self {
            windows: details.windows.iter().map(line).collect::<Vec<_>>().join("\n"),
            experience: details
                .experience
                .map(|experience| experience.get().to_string())
                .unwrap_or_default(),
            backup: details.backup.as_ref().and_then(label).unwrap_or_default(),
        }
    }

    /// Checks what was typed for `event`, in `zone`.
    ///
    /// # Errors
    /// Every fault, each with its field.
    pub fn check(&self, event: &Event, zone: &TimeZone) -> Result<DriverDetails, Vec<FormFault>> {
        let mut faults = Vec::new();
        let windows = windows(&self.windows, event, zone, &mut faults);
        let experience = match self.experience.trim() {
            "" => None,
            typed => typed
                .parse::<u8>()
                .ok()
                .and_then(|number| Experience::try_from(number).ok())
                .or_else(|| {
                    faults.push(fault(Field::Experience, Problem::NotExperience));
                    None
                }),
        };
        let backup = match self.backup.trim() {
            "" => None,
            typed => {
                let id = ClassId::of(typed);
                if event.class(&id).is_none() {
                    faults.push(fault(
                        Field::BackupClass,
                        Problem::UnknownClass { class: cut(typed) },
                    ));
                }
                Some(id)
            }
        };
        if faults.is_empty() {
            Ok(DriverDetails {
                windows,
                experience,
                backup,
            })
        } else {
            Err(faults)
        }
    }
}

const fn fault(field: Field, problem: Problem) -> FormFault {
    FormFault { field, problem }
}

fn cut(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}

/// The windows of all lines, merged and in order.
fn windows(typed: &str, event: &Event, zone: &TimeZone, faults: &mut Vec<FormFault>) -> Vec<Window> {
    let lines: Vec<&str> = typed
        .split(['\n', ',', ';'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() > WINDOWS_MAX {
        let problem = Problem::TooManyWindows { max: WINDOWS_MAX };
        faults.push(fault(Field::Availability, problem));
        return Vec::new();
    }
    let mut found = Vec::new();
    for line in lines {
        match window(line, event, zone) {
            None => faults.push(fault(
                Field::Availability,
                Problem::NotAWindow { line: cut(line) },
            )),
            Some(inside) if inside.is_empty() => {
                faults.push(fault(
                    Field::Availability,
                    Problem::OutsideEvent { line: cut(line) },
                ));
            }
            Some(inside) => found.extend(inside),
        }
    }
    merged(found)
}

/// Reads `HH:MM-HH:MM`, on every day that the event touches, or `YYYY-MM-DD HH:MM-HH:MM`. An end that is not later is
/// that of the next day. Of a time that the clock skips or shows twice the reading that keeps its order is taken.
fn window(line: &str, event: &Event, zone: &TimeZone) -> Option<Vec<Window>> {
    let line = line.replace(['–', '—'], "-");
    let (date, times) = match line.trim().split_once(char::is_whitespace) {
        Some((date, times)) if date.len() == 10 => (Some(date.parse::<Date>().ok()?), times),
        _ => (None, line.as_str()),
    };
    let (from, to) = times.split_once('-')?;
    let (from, to) = (clock(from)?, clock(to)?);
    let first = event.starts_at.to_zoned(zone.clone()).date();
    let last = event.ends_at().to_zoned(zone.clone()).date();
    let mut day = date.unwrap_or_else(|| first.yesterday().unwrap_or(first));
    let last = date.unwrap_or(last);
    let mut found = Vec::new();
    while day <= last {
        let until = if to <= from {
            day.checked_add(1.day()).ok()?
        } else {
            day
        };
        let at = |day: Date, time: Time| Some(day.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp());
        let clipped = Window {
            from: at(day, from)?.max(event.starts_at),
            to: at(until, to)?.min(event.ends_at()),
        };
        if clipped.from < clipped.to {
            found.push(clipped);
        }
        day = day.tomorrow().ok()?;
    }
    Some(found)
}

fn clock(text: &str) -> Option<Time> {
    let (hours, minutes) = text.trim().split_once(':').unwrap_or((text.trim(), "00"));
    let number = |digits: &str, len: std::ops::RangeInclusive<usize>| {
        (len.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse::<i8>().ok())?
    };
    match (number(hours, 1..=2)?, number(minutes, 2..=2)?) {
        (24, 0) => Some(Time::midnight()),
        (hours, minutes) => Time::new(hours, minutes, 0, 0).ok(),
    }
}

fn merged(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort();
    let mut apart: Vec<Window> = Vec::new();
    for window in windows {
        match apart.last_mut() {
            Some(last) if window.from <= last.to => last.to = last.to.max(window.to),
            _ => apart.push(window),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures::event;
    use proptest::prelude::*;

    fn check(windows: &str) -> Result<Vec<(String, String)>, Vec<FormFault>> {
        // 2026-11-28 14:00 to 20:00 in Berlin.
        let form = DetailsForm {
            windows: windows.to_owned(),
            ..DetailsForm::default()
        };
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let details = form.check(&event("2026-11-28T13:00:00Z", 360), &zone)?;
        let text = |at: Timestamp| at.to_string();
        Ok(details
            .windows
            .iter()
            .map(|w| (text(w.from), text(w.to)))
            .collect())
    }

    fn spans(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(from, to)| (format!("2026-11-28T{from}:00Z"), format!("2026-11-28T{to}:00Z")))
            .collect()
    }

    #[test]
    fn windows_are_read_clipped_and_merged() {
        assert_eq!(check(""), Ok(Vec::new()));
        assert_eq!(check("14:00-16:30"), Ok(spans(&[("13:00", "15:30")])));
        assert_eq!(
            check("18–19:00\n12:00-15:00; 14:30-16"),
            Ok(spans(&[("13:00", "15:00"), ("17:00", "18:00")]))
        );
        assert_eq!(check("2026-11-28 19:00-02:00"), Ok(spans(&[("18:00", "19:00")])));
        assert_eq!(check("19:00-24:00"), Ok(spans(&[("18:00", "19:00")])));
    }

    #[test]
    fn what_is_no_window_is_named() {
        let problem = |line: &str| check(line).unwrap_err().remove(0).problem;
        for line in [
            "afternoon",
            "14:00",
            "25:00-26:00",
            "14:61-15:00",
            "2026-13-01 14:00-15:00",
        ] {
            assert_eq!(
                problem(line),
                Problem::NotAWindow {
                    line: line.to_owned()
                }
            );
        }
        let early = "08:00-09:00";
        assert_eq!(
            problem(early),
            Problem::OutsideEvent {
                line: early.to_owned()
            }
        );
        assert_eq!(
            problem(&"14:00-15:00\n".repeat(13)),
            Problem::TooManyWindows { max: 12 }
        );
    }

    #[test]
    fn a_night_race_crosses_midnight_and_a_long_one_days() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let form = DetailsForm {
            windows: "22:00-02:00".to_owned(),
            experience: "5".to_owned(),
            backup: "gt3".to_owned(),
        };
        let long = event("2026-11-28T13:00:00Z", 48 * 60);
        let details = form.check(&long, &zone).unwrap();
        let hours: Vec<i64> = details
            .windows
            .iter()
            .map(|w| w.to.duration_since(w.from).as_hours())
            .collect();
        assert_eq!(hours, [4, 4]);
        assert_eq!(details.experience.map(Experience::get), Some(5));
        assert_eq!(details.backup, Some(ClassId::of("GT3")));
        assert_eq!(details.slots(&long).count_ones(), 16);
        assert_eq!(DriverDetails::default().slots(&long).count_ones(), 96);
    }

    #[test]
    fn experience_and_backup_are_checked() {
        let form = DetailsForm {
            experience: "6".to_owned(),
            backup: "Formula".to_owned(),
            ..DetailsForm::default()
        };
        let faults = form
            .check(&event("2026-11-28T13:00:00Z", 360), &TimeZone::UTC)
            .unwrap_err();
        let fields: Vec<Field> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, [Field::Experience, Field::BackupClass]);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_the_windows_are_apart_and_inside(typed in "[0-9:, \n-]{0,60}") {
            let event = event("2026-11-28T13:00:00Z", 360);
            let form = DetailsForm { windows: typed, ..DetailsForm::default() };
            if let Ok(details) = form.check(&event, &TimeZone::UTC) {
                let mut at = event.starts_at;
                for (n, window) in details.windows.iter().enumerate() {
                    prop_assert!(window.from < window.to && window.to <= event.ends_at());
                    let apart = if n == 0 { at <= window.from } else { at < window.from };
                    prop_assert!(apart);
                    at = window.to;
                }
            }
        }

        #[test]
        fn what_is_set_can_be_typed_again(from in 0..11_i64, len in 1..12_i64) {
            let event = event("2026-11-28T13:00:00Z", 360);
            let at = |slot: i64| event.starts_at + SLOT * i32::try_from(slot).unwrap();
            let details = DriverDetails {
                windows: vec![Window { from: at(from), to: at((from + len).min(12)) }],
                experience: Some(Experience::ASSUMED),
                backup: None,
            };
            let zone = TimeZone::get("Europe/Berlin").unwrap();
            prop_assert_eq!(DetailsForm::of(&details, &event, &zone).check(&event, &zone), Ok(details));
        }
    }
}
