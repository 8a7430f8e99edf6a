//! Types of settings: what may be typed, what may be stored.

use super::TYPED_MAX;
use super::change::SettingProblem;
use super::pattern::{Pattern, PatternKind};
use super::value::{QuietHours, Value};
use crate::domain::club::{Colour, ZoneName};
use crate::domain::ids::RoleId;
use serde_json::Value as Json;
use std::str::FromStr;

/// Most roles of one rank.
const ROLES_MAX: usize = 10;
/// Snowflakes of roles and channels have 17 digits or more; less is a slip of the hand.
const SNOWFLAKE_DIGITS: usize = 15;
/// What stands for "nothing of it".
const NONE: &str = "none";

/// A word that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is typed and stored.
    pub word: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
}

/// A type with its bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On or off.
    Switch,
    /// A whole number.
    Number {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
        /// Of what.
        unit: &'static str,
    },
    /// A length of time, in minutes.
    Length {
        /// The shortest.
        min: u32,
        /// The longest.
        max: u32,
    },
    /// One of these words.
    Choice(&'static [Word]),
    /// Any of these words.
    Set(&'static [Word]),
    /// Whole hours before something, at least 1.
    Hours {
        /// How many there may be.
        most: usize,
        /// The largest.
        max: u32,
    },
    /// Points for the first place, the second, and so on.
    Points {
        /// How many places can have points.
        most: usize,
        /// The most for one.
        max: u32,
    },
    /// Roles of the guild, in order of precedence.
    Roles,
    /// A channel of the guild.
    Channel,
    /// A name with placeholders.
    Pattern(PatternKind),
    /// `#rrggbb`.
    Colour,
    /// A zone of the IANA database.
    Zone,
    /// Hours of the day, over midnight too.
    Quiet,
}

impl Kind {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`SettingProblem`].
    pub fn parse(self, typed: &str) -> Result<Value, SettingProblem> {
        let typed = typed.trim();
        if typed.chars().count() > TYPED_MAX {
            return Err(SettingProblem::TooLong { max: TYPED_MAX });
        }
        let lower = typed.to_lowercase();
        let unfit = SettingProblem::Unfit;
        match self {
            Self::Switch => switch(&lower).map(Value::Switch).ok_or(unfit),
            Self::Number { min, max, unit } => {
                let number = number(&lower, unit).ok_or(unfit)?;
                bounded(number, min, max).map(Value::Number)
            }
            Self::Length { min, max } => {
                let minutes = minutes(&lower).ok_or(unfit)?;
                bounded(minutes, min, max).map(Value::Length)
            }
            Self::Choice(words) => find(words, &lower).map(Value::Choice).ok_or(unfit),
            Self::Set(words) => set(words, &lower).map(Value::Set).ok_or(unfit),
            Self::Hours { most, max } => hours(&lower, most, max).map(Value::Hours),
            Self::Points { most, max } => points(&lower, most, max).map(Value::Points),
            Self::Roles => roles(typed).map(Value::Roles),
            Self::Channel if lower == NONE => Ok(Value::Channel(None)),
            Self::Channel => snowflake(typed, "<#")
                .map(|id| Value::Channel(Some(id)))
                .ok_or(unfit),
            Self::Pattern(kind) => Pattern::check(kind, typed).map(Value::Pattern),
            Self::Colour => Colour::parse(typed).map(Value::Colour).ok_or(unfit),
            Self::Zone => ZoneName::parse(typed).map(Value::Zone).ok_or(unfit),
            Self::Quiet if lower == NONE || lower == "off" => Ok(Value::Quiet(None)),
            Self::Quiet => QuietHours::parse(&lower)
                .map(|hours| Value::Quiet(Some(hours)))
                .ok_or(unfit),
        }
    }

    /// Reads what is stored; nothing if it is no value of this type any more, or not yet.
    #[must_use]
    pub fn read(self, json: &Json) -> Option<Value> {
        let texts = || -> Option<Vec<&str>> { json.as_array()?.iter().map(Json::as_str).collect() };
        let number = |json: &Json| u32::try_from(json.as_u64()?).ok();
        match self {
            Self::Switch => json.as_bool().map(Value::Switch),
            Self::Number { min, max, .. } => bounded(number(json)?, min, max).ok().map(Value::Number),
            Self::Length { min, max } => bounded(number(json)?, min, max).ok().map(Value::Length),
            Self::Choice(_) | Self::Pattern(_) | Self::Colour | Self::Zone => self.parse(json.as_str()?).ok(),
            // An element that this version does not know is left out: the others still hold.
            Self::Set(words) => {
                let known = texts()?.into_iter().filter_map(|text| find(words, text));
                Some(Value::Set(known.collect()))
            }
            Self::Hours { most, max } => {
                let list: Option<Vec<u32>> = json.as_array()?.iter().map(number).collect();
                sorted_hours(list?, most, max).ok().map(Value::Hours)
            }
            Self::Points { most, max } => {
                let list: Option<Vec<u32>> = json.as_array()?.iter().map(number).collect();
                list.filter(|list| list.len() <= most && list.iter().all(|points| *points <= max))
                    .map(Value::Points)
            }
            Self::Roles => {
                let ids: Option<Vec<RoleId>> = texts()?.into_iter().map(|id| id.parse().ok()).collect();
                ids.filter(|ids| ids.len() <= ROLES_MAX).map(Value::Roles)
            }
            Self::Channel if json.is_null() => Some(Value::Channel(None)),
            Self::Channel => json.as_str()?.parse().ok().map(|id| Value::Channel(Some(id))),
            Self::Quiet if json.is_null() => Some(Value::Quiet(None)),
            Self::Quiet => QuietHours::parse(json.as_str()?).map(|hours| Value::Quiet(Some(hours))),
        }
    }

    /// What it takes, as the end of the sentence "This takes …".
    #[must_use]
    pub fn takes(self) -> String {
        match self {
            Self::Switch => "`on` or `off`".to_owned(),
            Self::Number { min, max, unit } => format!("a whole number of {unit} from {min} to {max}"),
            Self::Length { min, max } => format!(
                "a length of time such as `45m`, `6h` or `2d`, from {} to {}",
                Value::Length(min).typed(),
                Value::Length(max).typed()
            ),
            Self::Choice(words) => {
                let words: Vec<_> = words
                    .iter()
                    .map(|word| format!("`{}` ({})", word.word, word.meaning))
                    .collect();
                words.join(", ")
            }
            Self::Set(words) => {
                let words: Vec<_> = words
                    .iter()
                    .map(|word| format!("`{}` ({})", word.word, word.meaning))
                    .collect();
                format!("`all`, `none`, or any of {}", words.join(", "))
            }
            Self::Hours { most, max } => {
                format!("up to {most} whole numbers of hours from 1 to {max}, such as `24, 1`, or `none`")
            }
            Self::Points { most, max } => {
                format!("up to {most} whole numbers from 0 to {max}, such as `25, 18, 15`, or `none`")
            }
            Self::Roles => {
                format!("up to {ROLES_MAX} roles, mentioned with @ or by id, the highest first, or `none`")
            }
            Self::Channel => "a channel, mentioned with # or by id, or `none`".to_owned(),
            Self::Pattern(kind) => kind.takes(),
            Self::Colour => "six hex digits such as `#1e90ff`".to_owned(),
            Self::Zone => "a time zone such as `Europe/Berlin`".to_owned(),
            Self::Quiet => "hours such as `22:00-07:00`, or `none`".to_owned(),
        }
    }

    /// Whether only a club can say: its roles and channels are nobody else's.
    #[must_use]
    pub const fn is_of_guild(self) -> bool {
        matches!(self, Self::Roles | Self::Channel)
    }

    /// Values to pick from that contain what was typed, as they would be typed, each with what it stands for.
    #[must_use]
    pub fn suggest(self, typed: &str, most: usize) -> Vec<(String, String)> {
        let typed = typed.trim().to_lowercase();
        let own = |text: &str| (text.to_owned(), text.to_owned());
        let of = |words: &[Word]| -> Vec<(String, String)> {
            words
                .iter()
                .map(|word| (word.word.to_owned(), format!("{}: {}", word.word, word.meaning)))
                .collect()
        };
        let all = match self {
            Self::Switch => vec![own("on"), own("off")],
            Self::Choice(words) => of(words),
            Self::Set(words) => [vec![own("all"), own(NONE)], of(words)].concat(),
            Self::Zone => ZoneName::matching(&typed, most)
                .into_iter()
                .map(|zone| (zone.clone(), zone))
                .collect(),
            Self::Roles | Self::Channel | Self::Quiet => vec![own(NONE)],
            Self::Number { .. }
            | Self::Length { .. }
            | Self::Hours { .. }
            | Self::Points { .. }
            | Self::Pattern(_)
            | Self::Colour => Vec::new(),
        };
        let zone = matches!(self, Self::Zone);
        all.into_iter()
            .filter(|(_, label)| zone || label.to_lowercase().contains(&typed))
            .take(most)
            .collect()
    }
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "on" | "yes" | "true" => Some(true),
        "off" | "no" | "false" => Some(false),
        _ => None,
    }
}

const fn bounded(number: u32, min: u32, max: u32) -> Result<u32, SettingProblem> {
    if min <= number && number <= max {
        Ok(number)
    } else {
        Err(SettingProblem::OutOfRange)
    }
}

/// Up to six digits, without sign.
fn digits(text: &str) -> Option<u32> {
    let plain = (1..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// `24`, `24h` and `24 hours` are the same where hours are counted.
fn number(text: &str, unit: &str) -> Option<u32> {
    let end = text
        .bytes()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(text.len());
    let (amount, tail) = text.split_at(end);
    unit.starts_with(tail.trim()).then(|| digits(amount)).flatten()
}

/// `2d 3h 15m` in minutes.
fn minutes(text: &str) -> Option<u32> {
    let compact: String = text.split_whitespace().collect();
    let mut rest = compact.as_str();
    let mut total: u32 = 0;
    while !rest.is_empty() {
        let end = rest.bytes().position(|b| !b.is_ascii_digit())?;
        let amount = digits(&rest[..end])?;
        rest = &rest[end..];
        let end = rest
            .bytes()
            .position(|b| b.is_ascii_digit())
            .unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "m" | "min" | "mins" | "minute" | "minutes" => 1,
            "h" | "hour" | "hours" => 60,
            "d" | "day" | "days" => 24 * 60,
            "w" | "week" | "weeks" => 7 * 24 * 60,
            _ => return None,
        };
        rest = &rest[end..];
        total = total.checked_add(amount.checked_mul(unit)?)?;
    }
    (!compact.is_empty()).then_some(total)
}

fn find(words: &'static [Word], text: &str) -> Option<&'static str> {
    words
        .iter()
        .map(|word| word.word)
        .find(|word| word.eq_ignore_ascii_case(text))
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c == ';' || c.is_whitespace())
        .filter(|piece| !piece.is_empty())
}

/// In the order of the words, each once.
fn set(words: &'static [Word], text: &str) -> Option<Vec<&'static str>> {
    match text {
        "all" => Some(words.iter().map(|word| word.word).collect()),
        NONE => Some(Vec::new()),
        "" => None,
        _ => {
            let chosen: Option<Vec<_>> = pieces(text).map(|piece| find(words, piece)).collect();
            let chosen = chosen?;
            let kept = words.iter().map(|word| word.word);
            Some(kept.filter(|word| chosen.contains(word)).collect())
        }
    }
}

fn hours(text: &str, most: usize, max: u32) -> Result<Vec<u32>, SettingProblem> {
    match text {
        NONE => Ok(Vec::new()),
        "" => Err(SettingProblem::Unfit),
        _ => {
            let list: Option<Vec<u32>> = pieces(text)
                .map(|piece| digits(piece.strip_suffix('h').unwrap_or(piece)))
                .collect();
            sorted_hours(list.ok_or(SettingProblem::Unfit)?, most, max)
        }
    }
}

fn points(text: &str, most: usize, max: u32) -> Result<Vec<u32>, SettingProblem> {
    match text {
        NONE => Ok(Vec::new()),
        "" => Err(SettingProblem::Unfit),
        _ => {
            let list: Option<Vec<u32>> = pieces(text).map(digits).collect();
            let list = list.ok_or(SettingProblem::Unfit)?;
            if list.len() > most {
                Err(SettingProblem::TooMany { max: most })
            } else if list.iter().all(|points| *points <= max) {
                Ok(list)
            } else {
                Err(SettingProblem::OutOfRange)
            }
        }
    }
}

/// The largest first, each once.
fn sorted_hours(mut list: Vec<u32>, most: usize, max: u32) -> Result<Vec<u32>, SettingProblem> {
    list.sort_unstable_by(|a, b| b.cmp(a));
    list.dedup();
    if list.len() > most {
        Err(SettingProblem::TooMany { max: most })
    } else if list.iter().all(|hour| (1..=max).contains(hour)) {
        Ok(list)
    } else {
        Err(SettingProblem::OutOfRange)
    }
}

fn roles(typed: &str) -> Result<Vec<RoleId>, SettingProblem> {
    if typed.eq_ignore_ascii_case(NONE) {
        return Ok(Vec::new());
    }
    let apart = typed.replace("><", "> <");
    let mut list: Vec<RoleId> = Vec::new();
    for piece in pieces(&apart) {
        let id = snowflake(piece, "<@&").ok_or(SettingProblem::Unfit)?;
        if !list.contains(&id) {
            list.push(id);
        }
    }
    match list.len() {
        0 => Err(SettingProblem::Unfit),
        count if count > ROLES_MAX => Err(SettingProblem::TooMany { max: ROLES_MAX }),
        _ => Ok(list),
    }
}

/// An id, bare or as Discord writes a mention of it.
fn snowflake<T: FromStr>(text: &str, mention: &str) -> Option<T> {
    let id = match text.strip_prefix(mention) {
        Some(rest) => rest.strip_suffix('>')?,
        None => text,
    };
    (id.len() >= SNOWFLAKE_DIGITS).then(|| id.parse().ok()).flatten()
}
