//! Results as a CSV file: read whole, with every fault named by its line, or not at all.
//!
//! | column | what | if the cell is empty |
//! |---|---|---|
//! | `driver` or `name` | 1-32 characters; required | a fault |
//! | `place` | 1-500, `dnf`, `dns`, `dsq`; required | a fault |
//! | `class` | a class of the event | that of the driver's sign-up, or the only one |
//! | `discord_id` | the account's number | that of the sign-up of this name, if there is one |
//! | `fastest_lap` | `yes` | not |
//!
//! Other columns are passed over. Several drivers may share a place. What the file says takes the place of all that was
//! entered before.

use super::event::Event;
use super::ids::UserId;
use super::results::{Finish, NAME_MAX, ROWS_MAX, Row};
use super::roster_csv::{FileFault, Lines, decode, delimiter, disarmed};
use super::series::ClassId;
use super::signup::{SignUp, Status};
use super::telemetry::ResultEntry;
use super::text::{self, comparable};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A fault of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultFault {
    /// The line in the file, from 1; the header is the first.
    pub line: u64,
    /// What is wrong.
    pub problem: ResultProblem,
}

/// What is wrong with a line, or with the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "problem")]
pub enum ResultProblem {
    /// The header names no driver or no place.
    NoColumn {
        /// Which.
        column: ResultColumn,
    },
    /// The header names something twice.
    DoubleColumn {
        /// What.
        column: ResultColumn,
    },
    /// No name, or one that is too long.
    NoName,
    /// Neither a place nor `dnf`, `dns`, `dsq`.
    NoPlace,
    /// The event has no such class.
    NoClass {
        /// What was typed, cut.
        typed: String,
    },
    /// The event has several classes, and it is not known which one is meant.
    WhichClass,
    /// Not an account's number.
    NotAnAccount,
    /// Another driver of the class has the fastest lap.
    SecondFastest {
        /// That line.
        line: u64,
    },
    /// More drivers than results have room for.
    TooMany,
    /// The driver is on an earlier line.
    Twice {
        /// That line.
        line: u64,
    },
}

/// A column that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultColumn {
    /// The name.
    Driver,
    /// The place.
    Place,
    /// The class.
    Class,
    /// The account.
    DiscordId,
    /// The fastest lap.
    FastestLap,
}

impl ResultColumn {
    fn parse(header: &str) -> Option<Self> {
        match comparable(header).replace(['_', '-', ' '], "").as_str() {
            "driver" | "name" => Some(Self::Driver),
            "place" | "position" | "pos" => Some(Self::Place),
            "class" => Some(Self::Class),
            "discordid" => Some(Self::DiscordId),
            "fastestlap" | "fastest" => Some(Self::FastestLap),
            _ => None,
        }
    }
}

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untaken {
    /// It cannot be read as a whole.
    File(FileFault),
    /// Some of its lines have faults; the first of them.
    Lines(Vec<ResultFault>),
}

/// So many faults are told.
const FAULTS_TOLD: usize = 10;

/// The places of the columns that are read.
fn columns(header: &csv::StringRecord) -> Result<HashMap<ResultColumn, usize>, ResultProblem> {
    let mut columns = HashMap::new();
    for (index, cell) in header.iter().enumerate() {
        let Some(column) = ResultColumn::parse(cell) else {
            continue;
        };
        if columns.insert(column, index).is_some() {
            return Err(ResultProblem::DoubleColumn { column });
        }
    }
    for column in [ResultColumn::Driver, ResultColumn::Place] {
        if !columns.contains_key(&column) {
            return Err(ResultProblem::NoColumn { column });
        }
    }
    Ok(columns)
}

/// Reads a file with the results of `event`, whose sign-ups tell classes and accounts that the file leaves open.
///
/// # Errors
/// [`Untaken`].
pub fn parse_results(bytes: &[u8], event: &Event, sign_ups: &[SignUp]) -> Result<Vec<Row>, Untaken> {
    let text = decode(bytes).map_err(Untaken::File)?;
    let (text, skipped, delimiter) = delimiter(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut records = reader.records().map_while(Result::ok);
    let header = records.next().ok_or(Untaken::File(FileFault::Empty))?;
    let columns = columns(&header).map_err(|problem| {
        let line = skipped + 1;
        Untaken::Lines(vec![ResultFault { line, problem }])
    })?;
    let mut lines = Lines::new(text);
    let mut reading = Reading::of(event, sign_ups);
    for record in records.filter(|record| record.iter().any(|cell| !cell.trim().is_empty())) {
        let line = skipped + lines.at(record.position().map_or(0, csv::Position::byte));
        let cell = |column| {
            let cell = columns.get(&column).and_then(|index| record.get(*index));
            disarmed(cell.unwrap_or_default().trim())
        };
        if !reading.take(line, cell) {
            break;
        }
    }
    match reading.done() {
        Ok(rows) if rows.is_empty() => Err(Untaken::File(FileFault::Empty)),
        Ok(rows) => Ok(rows),
        Err(faults) => Err(Untaken::Lines(faults)),
    }
}

/// Reads the results of `event` that a program sends, as [`parse_results`] reads a file's: an entry is a line, counted from 1.
/// Where no driver of a class is said to have driven the fastest lap, it is that of the best of the laps that are told.
///
/// # Errors
/// The first of the entries' faults.
pub fn entered_results(
    entries: &[ResultEntry],
    event: &Event,
    sign_ups: &[SignUp],
) -> Result<Vec<Row>, Vec<ResultFault>> {
    let mut reading = Reading::of(event, sign_ups);
    for (line, entry) in (1..).zip(entries) {
        let cell = |column| match column {
            ResultColumn::Driver => entry.driver.trim(),
            ResultColumn::Place => entry.place.trim(),
            ResultColumn::Class => entry.class.trim(),
            ResultColumn::DiscordId => entry.discord_id.trim(),
            ResultColumn::FastestLap if entry.fastest => "yes",
            ResultColumn::FastestLap => "",
        };
        if !reading.take(line, cell) {
            break;
        }
    }
    let mut rows = reading.done()?;
    let laps: Vec<Option<u64>> = entries.iter().map(|entry| entry.best_lap_ms).collect();
    for class in &event.classes {
        let of_class: Vec<usize> = (0..rows.len()).filter(|n| rows[*n].class == class.id).collect();
        if of_class.iter().any(|n| rows[*n].fastest) {
            continue;
        }
        let best = of_class.iter().filter_map(|n| Some((laps[*n]?, *n))).min();
        // Two of the same time: nobody is picked.
        let alone =
            |(lap, _): &(u64, usize)| of_class.iter().filter(|n| laps[**n] == Some(*lap)).count() == 1;
        if let Some((_, n)) = best.filter(alone) {
            rows[n].fastest = true;
        }
    }
    Ok(rows)
}

/// Results on the way from text to rows.
struct Reading<'a> {
    known: Known<'a>,
    seen: Seen,
    rows: Vec<Row>,
    faults: Vec<ResultFault>,
}

impl<'a> Reading<'a> {
    fn of(event: &'a Event, sign_ups: &'a [SignUp]) -> Self {
        Self {
            known: Known::of(event, sign_ups),
            seen: Seen::default(),
            rows: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Takes a line; whether there is room for more.
    fn take<'c>(&mut self, line: u64, cell: impl Fn(ResultColumn) -> &'c str) -> bool {
        match self.known.row(cell).and_then(|row| self.seen.add(row, line)) {
            Ok(row) => {
                self.rows.push(row);
                true
            }
            Err(problem) => {
                let full = problem == ResultProblem::TooMany;
                self.faults.push(ResultFault { line, problem });
                !full
            }
        }
    }

    /// The rows, if none of the lines had a fault; otherwise the first of these.
    fn done(mut self) -> Result<Vec<Row>, Vec<ResultFault>> {
        if self.faults.is_empty() {
            return Ok(self.rows);
        }
        self.faults.truncate(FAULTS_TOLD);
        Err(self.faults)
    }
}

/// On which lines what may be there only once was.
#[derive(Default)]
struct Seen {
    drivers: HashMap<(Option<UserId>, Option<String>), u64>,
    fastest: HashMap<ClassId, u64>,
}

impl Seen {
    fn add(&mut self, row: Row, line: u64) -> Result<Row, ResultProblem> {
        if self.drivers.len() == ROWS_MAX {
            return Err(ResultProblem::TooMany);
        }
        let name = row.user.is_none().then(|| comparable(&row.name));
        let driver = (row.user, name);
        if let Some(line) = self.drivers.insert(driver, line) {
            return Err(ResultProblem::Twice { line });
        }
        if row.fastest
            && let Some(line) = self.fastest.insert(row.class.clone(), line)
        {
            return Err(ResultProblem::SecondFastest { line });
        }
        Ok(row)
    }
}

/// What the event tells of drivers.
struct Known<'a> {
    event: &'a Event,
    by_name: HashMap<String, &'a SignUp>,
    by_account: HashMap<UserId, &'a SignUp>,
}

impl<'a> Known<'a> {
    /// A name that two drivers have tells nothing.
    fn of(event: &'a Event, sign_ups: &'a [SignUp]) -> Self {
        let mut by_name: HashMap<String, Option<&SignUp>> = HashMap::new();
        for one in sign_ups {
            by_name
                .entry(comparable(&one.name))
                .and_modify(|found| *found = None)
                .or_insert(Some(one));
        }
        Self {
            event,
            by_name: by_name
                .into_iter()
                .filter_map(|(name, one)| Some((name, one?)))
                .collect(),
            by_account: sign_ups.iter().map(|one| (one.user, one)).collect(),
        }
    }

    fn row<'c>(&self, cell: impl Fn(ResultColumn) -> &'c str) -> Result<Row, ResultProblem> {
        let name = text::line(cell(ResultColumn::Driver), NAME_MAX).map_err(|_| ResultProblem::NoName)?;
        let finish = Finish::parse(cell(ResultColumn::Place)).ok_or(ResultProblem::NoPlace)?;
        let account = match cell(ResultColumn::DiscordId) {
            "" => None,
            typed => Some(typed.parse::<UserId>().map_err(|_| ResultProblem::NotAnAccount)?),
        };
        let signed = match account {
            Some(user) => self.by_account.get(&user),
            None => self.by_name.get(&comparable(&name)),
        };
        let fastest = matches!(
            comparable(cell(ResultColumn::FastestLap)).as_str(),
            "yes" | "y" | "x" | "1" | "true"
        );
        let class = class(self.event, signed.copied(), cell(ResultColumn::Class))?;
        Ok(Row {
            user: account.or(signed.map(|one| one.user)),
            class,
            // As everywhere else, however the file spells it.
            name: signed.map_or(name, |one| one.name.chars().take(NAME_MAX).collect()),
            finish,
            fastest,
        })
    }
}

/// The class that is typed, that the driver has signed up for, or the only one.
///
/// # Errors
/// [`ResultProblem::NoClass`], [`ResultProblem::WhichClass`].
pub fn class(event: &Event, signed: Option<&SignUp>, typed: &str) -> Result<ClassId, ResultProblem> {
    if !typed.is_empty() {
        let found = event
            .classes
            .iter()
            .find(|class| comparable(&class.label) == comparable(typed));
        return found
            .map(|class| class.id.clone())
            .ok_or_else(|| ResultProblem::NoClass {
                typed: typed.chars().take(40).collect(),
            });
    }
    if let Some(Status::Seated { class, .. } | Status::Waiting { class, .. }) = signed.map(|one| &one.status)
        && event.class(class).is_some()
    {
        return Ok(class.clone());
    }
    match event.classes.as_slice() {
        [only] => Ok(only.id.clone()),
        _ => Err(ResultProblem::WhichClass),
    }
}

#[cfg(test)]
#[path = "results_csv_tests.rs"]
mod tests;
