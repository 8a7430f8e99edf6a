//! The roster: its pages, imports from a file, exports into one.

use super::components::{Tone, button, row};
use super::embed::{DESCRIPTION_MAX, Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style};
use super::{embed_body, embed_with, phrases};
use crate::discord::custom_id::ComponentId;
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::club::Club;
use crate::domain::ids::EntryId;
use crate::domain::roster::Entry;
use crate::domain::roster_csv::{BYTES_MAX, Column, Fault, FileFault, LINES_MAX, LineFault};
use crate::domain::roster_import::{Counts, ImportState, RosterImport};
use serde_json::Value;

/// File names are cut here, in UTF-16 units.
const FILE_NAME_MAX: usize = 60;

/// A page of the roster.
pub(super) fn page(club: &Club, entries: &[Entry], next: Option<EntryId>, ids: &CommandIds) -> Value {
    let embed = Embed::new(club.colour, "Roster");
    if entries.is_empty() {
        let import = mention("roster import", ids);
        return embed_body(embed.line(format!("Nobody is on it. {import} brings in a file.")));
    }
    let line = |entry: &Entry| {
        let account = match (entry.user, entry.linked) {
            (Some(user), true) => format!(" · <@{user}> (linked)"),
            (Some(user), false) => format!(" · <@{user}>"),
            (None, _) => " · no Discord account known".to_owned(),
        };
        format!(
            "**{}** · {}{account}",
            phrases::driver(&entry.name),
            entry.rank.label()
        )
    };
    let list = List::new(Style::Lines, entries.iter().map(line).collect());
    let embed = embed.line(list.fit(DESCRIPTION_MAX));
    match next {
        Some(after) => {
            let more = button(ComponentId::RosterPage { after }, "Next page", Tone::Plain, true);
            embed_with(embed, vec![row([more])])
        }
        None => embed_body(embed),
    }
}

/// What comes with an exported file.
pub(super) fn exported(club: &Club, entries: usize) -> Value {
    let people = if entries == 1 { "person" } else { "people" };
    let embed = Embed::new(club.colour, "Roster as a file")
        .line(format!("{entries} {people}. Open it with a spreadsheet, with the column discord_id as text: as numbers, spreadsheets round the ids."));
    embed_body(embed)
}

pub(super) fn export_refused(club: &Club, entries: usize, bytes: usize, ids: &CommandIds) -> Value {
    let embed = Embed::new(club.colour, "The roster could not be sent as a file")
        .line(format!(
            "Discord did not take it: {entries} people make {} kB.",
            bytes.div_ceil(1000)
        ))
        .line(format!(
            "{} shows the roster here, page by page.",
            mention("roster list", ids)
        ));
    embed_body(embed)
}

/// An import, however it stands.
pub(super) fn import(club: &Club, import: &RosterImport, ids: &CommandIds) -> Value {
    let file = text::name(&import.file, FILE_NAME_MAX);
    let embed = |title: &str| Embed::new(club.colour, title).line(format!("File **{file}**"));
    match import.state {
        ImportState::Staged => staged(embed("Roster import: nothing is changed yet"), import),
        ImportState::Confirmed => embed_body(
            embed("Roster import: under way").line(format!("Entries that are being written: {}.", import.steps())),
        ),
        ImportState::Done => embed_body(done(embed("Roster import: done"), import)),
        ImportState::Cancelled => embed_body(embed("Roster import: given up").line("Nothing was changed.")),
        ImportState::Outdated => embed_body(embed("Roster import: not done").line(format!(
            "The roster has changed since the file was shown, so nothing was written. Use {} again to see what it would change now.",
            mention("roster import", ids)
        ))),
    }
}

fn staged(embed: Embed, import: &RosterImport) -> Value {
    let counts = import.counts;
    let embed = embed
        .field("New", counts.new.to_string(), true)
        .field("Changed", changed(&counts), true)
        .field("Unchanged", counts.unchanged.to_string(), true)
        .field("With faults", counts.faulty.to_string(), true);
    let embed = match import.faults.as_slice() {
        [] => embed,
        faults => {
            let mut lines: Vec<String> = faults.iter().map(fault_line).collect();
            let more = counts.faulty.saturating_sub(faults.len());
            if more > 0 {
                lines.push(format!("and {more} more"));
            }
            let list = List::new(Style::Lines, lines).fit(FIELD_VALUE_MAX);
            embed.field("Lines that are left out", list, false)
        }
    };
    if import.steps() == 0 {
        return embed_body(embed.line("There is nothing to change."));
    }
    let command = import.key.command;
    let ends = phrases::from_now(import.expires_at);
    let embed = embed.line(format!("Confirm to write this. The offer ends {ends}."));
    let label = match import.steps() {
        1 => "Write 1 entry".to_owned(),
        count => format!("Write {count} entries"),
    };
    let buttons = [
        button(ComponentId::ImportConfirm { command }, &label, Tone::Good, true),
        button(ComponentId::ImportCancel { command }, "Cancel", Tone::Plain, true),
    ];
    embed_with(embed, vec![row(buttons)])
}

fn changed(counts: &Counts) -> String {
    let fields = [
        ("name", counts.fields.names),
        ("account", counts.fields.accounts),
        ("rank", counts.fields.ranks),
    ];
    let named: Vec<String> = fields
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(field, count)| format!("{field} {count}"))
        .collect();
    match named.as_slice() {
        [] => counts.changed.to_string(),
        named => format!("{} ({})", counts.changed, named.join(", ")),
    }
}

fn done(embed: Embed, import: &RosterImport) -> Embed {
    let made = import.steps().saturating_sub(import.left_out);
    let embed = embed.line(format!("Entries written: {made}."));
    if import.left_out == 0 {
        return embed;
    }
    let names = import
        .left_out_names
        .iter()
        .map(|name| phrases::driver(name))
        .collect();
    embed
        .line(format!(
            "Left as they are, because somebody changed them meanwhile: {}.",
            import.left_out
        ))
        .field(
            "Left as they are",
            List::new(Style::Row, names).fit(FIELD_VALUE_MAX),
            false,
        )
}

fn fault_line(fault: &LineFault) -> String {
    format!("Line {}: {}", fault.line, what(&fault.fault))
}

fn what(fault: &Fault) -> String {
    match fault {
        Fault::TooManyCells => {
            "more cells than the header. A name with a separator in it needs quotes.".to_owned()
        }
        Fault::Missing(column) => format!("the {} is missing.", column.label()),
        Fault::NameTooLong(max) => format!("the name has more than {max} characters."),
        Fault::NotAnId => "the id is none of Gantry's. Leave it empty, or take it from an export.".to_owned(),
        Fault::NotADiscordId => "the Discord id is not a number as Discord shows it.".to_owned(),
        Fault::RoundedDiscordId => {
            "a spreadsheet has rounded the Discord id. Format that column as text, and fill it in again."
                .to_owned()
        }
        Fault::NotARank => {
            "no such rank. There are prospect, member, steward, team manager and admin.".to_owned()
        }
        Fault::SameAs { column, line } => format!("the same {} as in line {line}.", column.label()),
        Fault::SameEntryAs { line } => format!("line {line} is about the same person."),
        Fault::UnknownId => "nobody on the roster has this id.".to_owned(),
        Fault::Retired => "this person was taken off the roster.".to_owned(),
        Fault::AmbiguousName => "several people have this name. Add their id from an export.".to_owned(),
        Fault::IdAndNameDisagree => {
            "the Discord id is one person's and the name another's. Add the id from an export.".to_owned()
        }
        Fault::AccountTaken { by } => format!("this Discord id belongs to {}.", phrases::driver(by)),
        Fault::Linked => "this person has linked another Discord account themselves.".to_owned(),
        Fault::OwnersRank => "a file cannot change who owns the club.".to_owned(),
        Fault::RankTooHigh(rank) => {
            format!(
                "the rank {} is given and taken only by somebody above it.",
                rank.label()
            )
        }
    }
}

/// Why a file is not read, for a refusal.
pub(super) fn file_fault(fault: &FileFault) -> String {
    match fault {
        FileFault::TooLarge => format!(
            "The file is too large: at most {} MB, please.",
            BYTES_MAX / (1024 * 1024)
        ),
        FileFault::Utf16 => {
            "The file is UTF-16 (“Unicode text”). Please save it as “CSV UTF-8” and try again.".to_owned()
        }
        FileFault::NotUtf8 { line } => format!(
            "The file is not UTF-8: line {line} has letters in another encoding. Please save it as “CSV UTF-8” and try again."
        ),
        FileFault::Empty => "The file has no lines below its header.".to_owned(),
        FileFault::NoNameColumn => format!(
            "The first line has no column “{}”. It names the columns: {}.",
            Column::Name.header(),
            Column::ALL.map(Column::header).join(", ")
        ),
        FileFault::DoubleColumn(column) => format!("Two columns are named “{}”.", column.header()),
        FileFault::TooManyLines => format!("The file has too many lines: at most {LINES_MAX}, please."),
    }
}
