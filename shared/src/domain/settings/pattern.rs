//! Names of channels and categories with placeholders, such as `{date}-{event}`.

use super::change::SettingProblem;
use crate::domain::text::{self, TextFault};

/// Longest pattern, in code points. A name may have 100 (Discord docs, resources/channel): what stands between the
/// placeholders leaves room for them.
const PATTERN_MAX: usize = 80;

/// What a pattern names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternKind {
    /// An event's text channel.
    Channel,
    /// A category of a series.
    Category,
}

/// What is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The series' name.
    Series,
    /// The event's name.
    Event,
    /// Month and day in the club's zone: `nov-28`.
    Date,
    /// The year in the club's zone.
    Year,
    /// Which of the series' categories it is, from 1.
    Number,
}

impl Placeholder {
    const fn name(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::Event => "event",
            Self::Date => "date",
            Self::Year => "year",
            Self::Number => "number",
        }
    }
}

impl PatternKind {
    /// What may be put in; without the first, names could not be told apart.
    #[must_use]
    pub const fn placeholders(self) -> &'static [Placeholder] {
        match self {
            Self::Channel => &[
                Placeholder::Event,
                Placeholder::Series,
                Placeholder::Date,
                Placeholder::Year,
            ],
            Self::Category => &[Placeholder::Series, Placeholder::Number],
        }
    }

    pub(super) fn takes(self) -> String {
        let names: Vec<String> = self
            .placeholders()
            .iter()
            .map(|placeholder| format!("`{{{}}}`", placeholder.name()))
            .collect();
        format!(
            "a name of up to {PATTERN_MAX} characters with {} in it, and if you like {}",
            names[0],
            names[1..].join(", ")
        )
    }
}

/// A checked pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Put(Placeholder),
}

impl Pattern {
    /// Cleans and checks a pattern; returns its text.
    ///
    /// # Errors
    /// `Unfit` (nothing there, or a brace without its other half), `TooLong`, `UnknownPlaceholder`,
    /// `MissingPlaceholder`.
    pub fn check(kind: PatternKind, typed: &str) -> Result<String, SettingProblem> {
        let text = text::line(typed, PATTERN_MAX).map_err(|fault| match fault {
            TextFault::Empty => SettingProblem::Unfit,
            TextFault::TooLong { max } => SettingProblem::TooLong { max },
        })?;
        let pattern = Self::read(&text)?;
        for part in &pattern.parts {
            if let Part::Put(placeholder) = part
                && !kind.placeholders().contains(placeholder)
            {
                return Err(SettingProblem::UnknownPlaceholder {
                    name: placeholder.name().to_owned(),
                });
            }
        }
        let needed = kind.placeholders()[0];
        if pattern.has(needed) {
            Ok(text)
        } else {
            Err(SettingProblem::MissingPlaceholder {
                name: needed.name().to_owned(),
            })
        }
    }

    /// Reads a pattern that was checked.
    ///
    /// # Errors
    /// `Unfit`, `UnknownPlaceholder`.
    pub fn read(text: &str) -> Result<Self, SettingProblem> {
        let all = [
            Placeholder::Series,
            Placeholder::Event,
            Placeholder::Date,
            Placeholder::Year,
            Placeholder::Number,
        ];
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, behind) = rest.split_at(at);
            let inside = behind.strip_prefix('{').ok_or(SettingProblem::Unfit)?;
            let (name, after) = inside.split_once('}').ok_or(SettingProblem::Unfit)?;
            let name = name.trim();
            let known = all
                .into_iter()
                .find(|placeholder| placeholder.name().eq_ignore_ascii_case(name))
                .ok_or_else(|| SettingProblem::UnknownPlaceholder {
                    name: name.chars().take(40).collect(),
                })?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Put(known));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// Whether that is put in somewhere.
    #[must_use]
    pub fn has(&self, placeholder: Placeholder) -> bool {
        self.parts.contains(&Part::Put(placeholder))
    }

    /// The text with every placeholder replaced.
    #[must_use]
    pub fn fill(&self, put: impl Fn(Placeholder) -> String) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Put(placeholder) => put(*placeholder),
            })
            .collect()
    }
}
