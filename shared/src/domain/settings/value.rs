//! Values of settings, and the types by which the rest of Gantry reads them.

use crate::domain::club::{Colour, ZoneName};
use crate::domain::ids::{ChannelId, RoleId};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value as Json, json};

/// A checked value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// On or off.
    Switch(bool),
    /// A whole number.
    Number(u32),
    /// A length of time in minutes.
    Length(u32),
    /// A word.
    Choice(&'static str),
    /// Words.
    Set(Vec<&'static str>),
    /// Hours, the largest first.
    Hours(Vec<u32>),
    /// Points for the first place, the second, and so on.
    Points(Vec<u32>),
    /// Roles, in order of precedence.
    Roles(Vec<RoleId>),
    /// A channel.
    Channel(Option<ChannelId>),
    /// A name with placeholders.
    Pattern(String),
    /// A colour.
    Colour(Colour),
    /// A zone.
    Zone(ZoneName),
    /// Hours of the day.
    Quiet(Option<QuietHours>),
}

impl Value {
    /// As it is stored.
    #[must_use]
    pub fn json(&self) -> Json {
        match self {
            Self::Switch(on) => json!(on),
            Self::Number(number) | Self::Length(number) => json!(number),
            Self::Choice(word) => json!(word),
            Self::Set(words) => json!(words),
            Self::Hours(numbers) | Self::Points(numbers) => json!(numbers),
            Self::Roles(roles) => json!(roles),
            Self::Channel(channel) => json!(channel),
            Self::Pattern(text) => json!(text),
            Self::Colour(_) | Self::Zone(_) => json!(self.typed()),
            Self::Quiet(hours) => json!(hours.map(|hours| hours.typed())),
        }
    }

    /// As it could be typed.
    #[must_use]
    pub fn typed(&self) -> String {
        let none_or = |list: Vec<String>| {
            if list.is_empty() {
                "none".to_owned()
            } else {
                list.join(", ")
            }
        };
        match self {
            Self::Switch(true) => "on".to_owned(),
            Self::Switch(false) => "off".to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Length(minutes) => length(*minutes),
            Self::Choice(word) => (*word).to_owned(),
            Self::Set(words) => none_or(words.iter().map(ToString::to_string).collect()),
            Self::Hours(numbers) | Self::Points(numbers) => {
                none_or(numbers.iter().map(ToString::to_string).collect())
            }
            Self::Roles(roles) => none_or(roles.iter().map(|role| format!("<@&{role}>")).collect()),
            Self::Channel(channel) => channel.map_or("none".to_owned(), |id| format!("<#{id}>")),
            Self::Pattern(text) => text.clone(),
            Self::Colour(colour) => format!("#{:06x}", colour.0),
            Self::Zone(zone) => zone.as_str().to_owned(),
            Self::Quiet(hours) => hours.map_or("none".to_owned(), |hours| hours.typed()),
        }
    }
}

fn length(minutes: u32) -> String {
    let parts = [
        (minutes / (24 * 60), "d"),
        (minutes / 60 % 24, "h"),
        (minutes % 60, "m"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(amount, _)| *amount > 0)
        .map(|(amount, unit)| format!("{amount}{unit}"))
        .collect();
    if parts.is_empty() {
        "0m".to_owned()
    } else {
        parts.join(" ")
    }
}

/// From one time of day to another, over midnight if the second is the smaller one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// Minute of the day with which they begin.
    pub from: u16,
    /// Minute of the day from which they are over.
    pub until: u16,
}

impl QuietHours {
    /// Reads `22:00-07:00` or `22-7`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let compact: String = text
            .split_whitespace()
            .collect::<String>()
            .replace(['–', '—'], "-");
        let (from, until) = compact.split_once('-')?;
        let (from, until) = (minute_of_day(from)?, minute_of_day(until)?);
        (from != until).then_some(Self { from, until })
    }

    /// When they are over, if `now` lies within them by the clock of `zone`.
    #[must_use]
    pub fn over_at(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let local = now.to_zoned(zone.clone());
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        let over_midnight = self.until < self.from;
        let within = if over_midnight {
            minute >= self.from || minute < self.until
        } else {
            (self.from..self.until).contains(&minute)
        };
        if !within {
            return None;
        }
        let tomorrow = over_midnight && minute >= self.from;
        let date = local.date().checked_add(i64::from(tomorrow).days()).ok()?;
        let until = jiff::civil::Time::new(
            i8::try_from(self.until / 60).ok()?,
            i8::try_from(self.until % 60).ok()?,
            0,
            0,
        )
        .ok()?;
        // Where the clock skips or doubles that time, the later reading of it.
        let over = zone
            .to_ambiguous_timestamp(date.to_datetime(until))
            .later()
            .ok()?;
        Some(over.max(now))
    }

    /// As it could be typed.
    #[must_use]
    pub fn typed(self) -> String {
        let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        format!("{}-{}", time(self.from), time(self.until))
    }
}

fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "00"));
    let part = |digits: &str, most: usize| -> Option<u16> {
        let plain = (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    };
    let (hour, minute) = (part(hour, 2)?, part(minute, 2).filter(|_| minute.len() == 2)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// Which side decides where a rank and the roles in Discord differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncDirection {
    /// Roles decide the rank.
    DiscordLeads,
    /// The rank decides the roles.
    GantryLeads,
    /// Neither is touched.
    Off,
}

impl SyncDirection {
    pub(super) fn of(word: &str) -> Self {
        match word {
            "discord" => Self::DiscordLeads,
            "gantry" => Self::GantryLeads,
            _ => Self::Off,
        }
    }
}

/// What is done about something that was deleted by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drift {
    /// It is made again, once for each time.
    Heal,
    /// It stays away until somebody asks for it.
    Forget,
}

impl Drift {
    pub(super) fn of(word: &str) -> Self {
        match word {
            "heal" => Self::Heal,
            _ => Self::Forget,
        }
    }
}

/// Something that members are told by DM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notification {
    /// They moved up from the waitlist.
    Promoted,
    /// Their race starts soon.
    Reminder,
    /// Their stint begins soon.
    Stint,
}

impl Notification {
    /// Its word in the setting.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Promoted => "promoted",
            Self::Reminder => "reminder",
            Self::Stint => "stint",
        }
    }
}
