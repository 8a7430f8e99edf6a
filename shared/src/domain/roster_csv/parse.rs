//! Bytes to lines.

use super::export::is_armed;
use super::{BYTES_MAX, Column, Fault, FileFault, LINES_MAX, LineFault};
use crate::domain::ids::{EntryId, UserId};
use crate::domain::names::Name;
use crate::domain::rank::Rank;
use crate::domain::roster::ENTRY_NAME_MAX;
use crate::domain::text::{self, TextFault};
use std::collections::HashMap;

/// What spreadsheets part cells with, the likeliest first.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// Names of passed over columns are kept so far.
const PASSED_OVER: usize = 10;

/// A file, read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Lines without a fault of their own.
    pub lines: Vec<Line>,
    /// Faults, in the order of lines.
    pub faults: Vec<LineFault>,
    /// Names of columns that mean nothing here; at most ten.
    pub passed_over: Vec<String>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: u64,
    /// The entry, if it is named by its id.
    pub id: Option<EntryId>,
    /// The name, cleaned.
    pub name: String,
    /// The account, if one is given.
    pub user: Option<UserId>,
    /// The rank, if one is given.
    pub rank: Option<Rank>,
}

/// Reads a file.
///
/// # Errors
/// [`FileFault`], if it cannot be read as a whole. Faults of lines are in the sheet.
pub fn parse(bytes: &[u8]) -> Result<Sheet, FileFault> {
    let text = decode(bytes)?;
    let (text, skipped, delimiter) = delimiter(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut records = reader.records().map_while(Result::ok);
    let header = records.next().ok_or(FileFault::Empty)?;
    let (header, passed_over) = Header::read(&header)?;
    let mut sheet = Sheet {
        passed_over,
        ..Sheet::default()
    };
    let (mut seen, mut lines, mut count) = (Seen::default(), Lines::new(text), 0);
    for record in records.filter(|record| record.iter().any(|cell| !cell.trim().is_empty())) {
        count += 1;
        if count > LINES_MAX {
            return Err(FileFault::TooManyLines);
        }
        let number = lines.at(record.position().map_or(0, csv::Position::byte)) + skipped;
        match line(&record, &header, number).and_then(|line| seen.first(&line).map(|()| line)) {
            Ok(line) => sheet.lines.push(line),
            Err(fault) => sheet.faults.push(LineFault { line: number, fault }),
        }
    }
    if count == 0 {
        return Err(FileFault::Empty);
    }
    Ok(sheet)
}

pub(in crate::domain) fn decode(bytes: &[u8]) -> Result<&str, FileFault> {
    if bytes.len() > BYTES_MAX {
        return Err(FileFault::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Every other byte of Latin text in UTF-16 is zero, which no text has otherwise.
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") || bytes.contains(&0) {
        return Err(FileFault::Utf16);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let good = &bytes[..error.valid_up_to()];
        FileFault::NotUtf8 {
            line: 1 + good.iter().filter(|byte| **byte == b'\n').count(),
        }
    })
}

/// The text below a line `sep=;`, which some spreadsheets write, the number of lines that this is, and the delimiter: said
/// there, or the one that the header has most of outside of quotes.
pub(in crate::domain) fn delimiter(text: &str) -> (&str, u64, u8) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(said) = first.trim_end_matches('\r').strip_prefix("sep=")
        && let [said] = said.as_bytes()
        && DELIMITERS.contains(said)
    {
        return (rest, 1, *said);
    }
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            byte => {
                let at = DELIMITERS.iter().position(|delimiter| *delimiter == byte);
                if let Some(count) = at.and_then(|at| counts.get_mut(at)) {
                    *count += 1;
                }
            }
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let found = DELIMITERS.iter().zip(counts).find(|(_, count)| *count == most);
    (text, 0, found.map_or(b',', |(delimiter, _)| *delimiter))
}

struct Header {
    columns: Vec<(usize, Column)>,
    width: usize,
}

impl Header {
    fn read(header: &csv::StringRecord) -> Result<(Self, Vec<String>), FileFault> {
        let (mut columns, mut passed_over) = (Vec::new(), Vec::new());
        for (index, cell) in header.iter().enumerate() {
            let form = text::comparable(cell);
            let column = Column::ALL
                .into_iter()
                .find(|column| text::comparable(column.header()) == form);
            match column {
                Some(column) if columns.iter().any(|(_, known)| *known == column) => {
                    return Err(FileFault::DoubleColumn(column));
                }
                Some(column) => {
                    columns.push((index, column));
                }
                None => passed_over.extend(text::line(cell, ENTRY_NAME_MAX).ok()),
            }
        }
        if !columns.iter().any(|(_, column)| *column == Column::Name) {
            return Err(FileFault::NoNameColumn);
        }
        passed_over.truncate(PASSED_OVER);
        let width = header.len();
        Ok((Self { columns, width }, passed_over))
    }
}

fn line(record: &csv::StringRecord, header: &Header, number: u64) -> Result<Line, Fault> {
    if record
        .iter()
        .skip(header.width)
        .any(|cell| !cell.trim().is_empty())
    {
        return Err(Fault::TooManyCells);
    }
    let cell = |column| {
        let at = header.columns.iter().find(|(_, known)| *known == column);
        let cell = at.and_then(|(index, _)| record.get(*index)).unwrap_or_default();
        disarmed(cell.trim())
    };
    let given = |column| Some(cell(column)).filter(|cell| !cell.is_empty());
    let id = given(Column::Id).map(|text| text.parse().map_err(|_| Fault::NotAnId));
    Ok(Line {
        number,
        id: id.transpose()?,
        name: text::line(cell(Column::Name), ENTRY_NAME_MAX).map_err(|fault| match fault {
            TextFault::Empty => Fault::Missing(Column::Name),
            TextFault::TooLong { max } => Fault::NameTooLong(max),
        })?,
        user: given(Column::DiscordId).map(account).transpose()?,
        rank: given(Column::Rank).map(rank).transpose()?,
    })
}

/// A cell without the apostrophe that an export put before what a spreadsheet would run.
pub(in crate::domain) fn disarmed(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(bare) if is_armed(bare.trim_start_matches('\'')) => bare,
        _ => cell,
    }
}

fn account(text: &str) -> Result<UserId, Fault> {
    let rounded = |text: &str| {
        let digits = |part: &str| {
            part.bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'+'))
        };
        text.split_once(['e', 'E'])
            .is_some_and(|(number, power)| digits(number) && digits(power))
    };
    match text.parse() {
        Ok(user) => Ok(user),
        Err(_) if rounded(text) => Err(Fault::RoundedDiscordId),
        Err(_) => Err(Fault::NotADiscordId),
    }
}

fn rank(text: &str) -> Result<Rank, Fault> {
    let form = text::comparable(text);
    let found = Rank::ALL
        .into_iter()
        .find(|rank| text::comparable(rank.label()) == form);
    // Who is a guest is not on the roster.
    found.filter(|rank| *rank != Rank::Guest).ok_or(Fault::NotARank)
}

/// Counts lines as an editor does, whatever ends them: the reader's own count takes CR LF for the next record's.
pub(in crate::domain) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub(in crate::domain) const fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The line on which a record begins, whose place the reader gave; places only grow.
    pub(in crate::domain) fn at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(here) = self.bytes.get(self.at) {
            let ends = *here == b'\n' || (*here == b'\r' && self.bytes.get(self.at + 1) != Some(&b'\n'));
            // Between the place given and the record there may be the rest of a line's end, and empty lines.
            if self.at >= byte && !matches!(here, b'\n' | b'\r') {
                break;
            }
            self.line += u64::from(ends);
            self.at += 1;
        }
        self.line
    }
}

/// What was on earlier lines.
#[derive(Default)]
struct Seen {
    ids: HashMap<EntryId, u64>,
    users: HashMap<UserId, u64>,
    names: HashMap<String, (u64, bool)>,
}

impl Seen {
    /// Notes a line, unless an earlier one has its id, its account, or its name. Two people may have one name if each
    /// line tells by id or account which one it means.
    fn first(&mut self, line: &Line) -> Result<(), Fault> {
        let same = |column, line: &u64| Fault::SameAs { column, line: *line };
        if let Some(earlier) = line.id.and_then(|id| self.ids.get(&id)) {
            return Err(same(Column::Id, earlier));
        }
        if let Some(earlier) = line.user.and_then(|user| self.users.get(&user)) {
            return Err(same(Column::DiscordId, earlier));
        }
        let (name, told) = (name_key(&line.name), line.id.is_some() || line.user.is_some());
        if let Some((earlier, earlier_told)) = self.names.get(&name)
            && !(told && *earlier_told)
        {
            return Err(same(Column::Name, earlier));
        }
        self.names.insert(name, (line.number, told));
        self.ids.extend(line.id.map(|id| (id, line.number)));
        self.users.extend(line.user.map(|user| (user, line.number)));
        Ok(())
    }
}

/// What two names of one person in one file have in common: comparison form, tags and numbers.
fn name_key(name: &str) -> String {
    let read = Name::read(name);
    if read.comparison().is_empty() {
        return read.display().to_owned();
    }
    let details = read.details();
    let parts: Vec<&str> = [read.comparison(), "["]
        .into_iter()
        .chain(details.tags())
        .chain(["#"])
        .chain(details.numbers())
        .collect();
    parts.join("\u{0}")
}
