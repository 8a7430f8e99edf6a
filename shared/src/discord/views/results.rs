//! Results of races, and tables of series.

use super::components::{Tone, button, row};
use super::embed::{Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style, share};
use super::{embed_body, embed_with, phrases};
use crate::discord::custom_id::ComponentId;
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::club::Club;
use crate::domain::ids::ChannelId;
use crate::domain::refusal::Refusal;
use crate::domain::result_import::{ResultImport, ResultImportState};
use crate::domain::results::{
    ClassTable, Finish, PointsSystem, ROWS_MAX, ResultEntered, Results, Row, SeriesTable, Standing,
};
use crate::domain::results_csv::{ResultColumn, ResultFault, ResultProblem};
use crate::domain::series::Class;
use serde_json::Value;

/// File names are cut here, in UTF-16 units.
const FILE_NAME_MAX: usize = 60;
/// Room that a message keeps for what stands around its lists.
const AROUND_LISTS: usize = 1200;
/// Most classes shown, each with results and table: 25 fields are the most of an embed.
const CLASSES_SHOWN: usize = 10;

pub(super) fn results(club: &Club, results: &Results, points: &PointsSystem, table: &SeriesTable) -> Value {
    let mut lists: Vec<(String, List)> = Vec::new();
    for class in results.classes.iter().take(CLASSES_SHOWN) {
        lists.extend(class_list(results, class, Some(points)));
    }
    lists.extend(tables(
        table,
        &format!("Series after {}: ", counted(table.races, "race")),
    ));
    let embed = Embed::new(
        club.colour,
        format!("Results: {}", phrases::name(&results.event_name)),
    )
    .line(phrases::when(results.starts_at));
    embed_body(with_lists(embed, lists))
}

/// The drivers of a class, if there are any.
fn class_list(results: &Results, class: &Class, points: Option<&PointsSystem>) -> Option<(String, List)> {
    let rows: Vec<String> = results.in_class(&class.id).map(|row| line(row, points)).collect();
    (!rows.is_empty()).then(|| (phrases::name(&class.label), List::new(Style::Lines, rows)))
}

pub(super) fn series(club: &Club, name: &str, table: &SeriesTable, ids: &CommandIds) -> Value {
    let embed = Embed::new(club.colour, format!("Table: {}", phrases::name(name)));
    if table.races == 0 {
        return embed_body(embed.line(format!(
            "There are no results yet. {} enters them.",
            mention("result set", ids)
        )));
    }
    let embed = embed.line(format!(
        "{} with results, {}.",
        counted(table.races, "race"),
        counted(table.drivers, "driver")
    ));
    embed_body(with_lists(embed, tables(table, "")))
}

fn tables(table: &SeriesTable, before: &str) -> Vec<(String, List)> {
    let shown = |class: &ClassTable| {
        let drivers = class.drivers.iter().map(standing);
        (
            format!("{before}{}", phrases::name(&class.label)),
            List::new(Style::Lines, drivers.collect()),
        )
    };
    table.classes.iter().take(CLASSES_SHOWN).map(shown).collect()
}

fn with_lists(embed: Embed, lists: Vec<(String, List)>) -> Embed {
    let wants: Vec<usize> = lists.iter().map(|(_, list)| list.len()).collect();
    let room = embed.left().saturating_sub(AROUND_LISTS);
    let parts = share(&wants, room, FIELD_VALUE_MAX);
    lists
        .into_iter()
        .zip(parts)
        .fold(embed, |embed, ((name, list), room)| {
            embed.field(name, list.fit(room), false)
        })
}

/// How somebody came out, in type of its own: Discord would number the lines of a list by itself, and places can be shared.
fn how(finish: Finish) -> String {
    match finish {
        Finish::Placed { place } => format!("`{place}`"),
        Finish::Retired => "`DNF`".to_owned(),
        Finish::Absent => "`DNS`".to_owned(),
        Finish::Disqualified => "`DSQ`".to_owned(),
    }
}

/// `1` **Ana** · 25 points · fastest lap; without points if there are none.
fn line(row: &Row, points: Option<&PointsSystem>) -> String {
    let given = match points.map_or(0, |points| points.of(row)) {
        0 => String::new(),
        points => format!(" · {}", counted_points(points)),
    };
    let fastest = if row.fastest { " · fastest lap" } else { "" };
    format!(
        "{} **{}**{given}{fastest}",
        how(row.finish),
        phrases::driver(&row.name)
    )
}

/// `1` **Ana** · 43 points · 2 wins, 3 podiums in 4 starts, 1 not finished.
fn standing(one: &Standing) -> String {
    let mut best = Vec::new();
    if one.wins > 0 {
        best.push(counted(one.wins as usize, "win"));
    }
    if one.podiums > 0 {
        best.push(counted(one.podiums as usize, "podium"));
    }
    let best = match best.join(", ") {
        best if best.is_empty() => String::new(),
        best => format!("{best} in "),
    };
    let retired = match one.retired {
        0 => String::new(),
        retired => format!(", {retired} not finished"),
    };
    format!(
        "`{}` **{}** · {} · {best}{}{retired}",
        one.place,
        phrases::driver(&one.name),
        counted_points(one.points),
        counted(one.starts as usize, "start")
    )
}

fn counted_points(points: u32) -> String {
    counted(points as usize, "point")
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

pub(super) fn entered(entered: &ResultEntered, ids: &CommandIds) -> Value {
    let driver = phrases::driver(&entered.row.name);
    let class = phrases::name(&entered.class);
    let how = match entered.row.finish {
        Finish::Placed { place } => format!("place {place}"),
        Finish::Retired => "did not finish".to_owned(),
        Finish::Absent => "did not start".to_owned(),
        Finish::Disqualified => "disqualified".to_owned(),
    };
    let fastest = if entered.row.fastest {
        ", with the fastest lap"
    } else {
        ""
    };
    let (title, said) = if entered.taken_out {
        (
            "Result taken out",
            format!("**{driver}** has no result in **{class}** any more."),
        )
    } else {
        (
            "Result entered",
            format!("**{driver}** in **{class}**: {how}{fastest}."),
        )
    };
    let have = format!(
        "{} of **{}** {} results.",
        counted(entered.rows, "driver"),
        phrases::name(&entered.event),
        if entered.rows == 1 { "has" } else { "have" }
    );
    let next = match entered.posted {
        Some(channel) => format!(
            "What was posted in {} is brought up to date.",
            phrases::channel(channel)
        ),
        None => format!("When all are in: {}.", mention("result post", ids)),
    };
    let embed = Embed::new(entered.colour, title).line(said);
    let embed = match entered.shared_with.as_slice() {
        [] => embed,
        names => {
            let names = names.iter().map(|name| phrases::driver(name)).collect();
            embed.line(format!(
                "The same place is entered for {}.",
                List::new(Style::Row, names).fit(300)
            ))
        }
    };
    embed_body(embed.line(format!("{have} {next}")))
}

/// What a file says, however far that is.
pub(super) fn import(club: &Club, import: &ResultImport, ids: &CommandIds) -> Value {
    let event = phrases::name(&import.results.event_name);
    let embed = |title: &str| {
        let file = text::name(&import.file, FILE_NAME_MAX);
        Embed::new(club.colour, title).line(format!("File **{file}** for **{event}**"))
    };
    match import.state {
        ResultImportState::Staged => staged(embed("Results from a file: nothing is changed yet"), import),
        ResultImportState::Taken => {
            let next = match import.results.posted {
                Some(posted) => format!(
                    "What was posted in {} is brought up to date.",
                    phrases::channel(posted.channel)
                ),
                None => format!("{} shows them in the event's channel.", mention("result post", ids)),
            };
            let drivers = counted(import.results.rows.len(), "driver");
            let have = if import.results.rows.len() == 1 { "has" } else { "have" };
            embed_body(embed("Results from a file: taken").line(format!("{drivers} {have} results now. {next}")))
        }
        ResultImportState::Cancelled => {
            embed_body(embed("Results from a file: given up").line("Nothing was changed."))
        }
        ResultImportState::Outdated => embed_body(embed("Results from a file: not taken").line(format!(
            "Results were entered since the file was shown, so nothing was written. Use {} again to see what it would \
             change now.",
            mention("result import", ids)
        ))),
    }
}

fn staged(embed: Embed, import: &ResultImport) -> Value {
    let results = &import.results;
    let replaces = match import.replaces {
        0 => String::new(),
        count => format!(
            " What is entered for {} by now is replaced.",
            counted(count, "driver")
        ),
    };
    let embed = embed.line(format!(
        "Take them to make these the results.{replaces} The offer ends {}.",
        phrases::from_now(import.expires_at)
    ));
    let mut remarks: Vec<String> = results
        .shared_places()
        .iter()
        .map(|shared| {
            let names = shared.names.iter().map(|name| phrases::driver(name)).collect();
            format!(
                "Place {} of {} is shared by {}.",
                shared.place,
                phrases::name(results.label(&shared.class)),
                List::new(Style::Row, names).fit(150)
            )
        })
        .collect();
    if import.guests_count > 0 {
        let mut names: Vec<String> = import.guests.iter().map(|name| phrases::driver(name)).collect();
        let more = import.guests_count - names.len();
        if more > 0 {
            names.push(format!("{more} more"));
        }
        remarks.push(format!(
            "Not signed up, so taken as written: {}.",
            List::new(Style::Row, names).fit(300)
        ));
    }
    let lists: Vec<(String, List)> = results
        .classes
        .iter()
        .filter_map(|class| class_list(results, class, None))
        .take(CLASSES_SHOWN)
        .collect();
    let embed = embed.field(
        "Please look at this",
        List::new(Style::Lines, remarks).fit(FIELD_VALUE_MAX),
        false,
    );
    let command = import.key.command;
    let label = format!("Take {}", counted(results.rows.len(), "result"));
    let buttons = [
        button(ComponentId::ResultsTake { command }, &label, Tone::Good, true),
        button(ComponentId::ResultsLeave { command }, "Cancel", Tone::Plain, true),
    ];
    embed_with(with_lists(embed, lists), vec![row(buttons)])
}

pub(super) fn posted(event: &str, channel: ChannelId) -> String {
    format!(
        "The results of **{}** stand in {}.",
        phrases::name(event),
        phrases::channel(channel)
    )
}

/// Faults of a file of results, a line each.
pub(super) fn faults(faults: &[ResultFault]) -> String {
    let lines = faults
        .iter()
        .map(|fault| format!("line {}: {}", fault.line, problem(&fault.problem)));
    format!(
        "Nothing was taken from the file:\n{}",
        List::new(Style::Lines, lines.collect()).fit(1500)
    )
}

const fn heading(column: ResultColumn) -> &'static str {
    match column {
        ResultColumn::Driver => "driver",
        ResultColumn::Place => "place",
        ResultColumn::Class => "class",
        ResultColumn::DiscordId => "discord_id",
        ResultColumn::FastestLap => "fastest_lap",
    }
}

fn problem(problem: &ResultProblem) -> String {
    match problem {
        ResultProblem::NoColumn { column } => {
            format!("the first line has to name a column `{}`.", heading(*column))
        }
        ResultProblem::DoubleColumn { column } => {
            format!("the first line names the column `{}` twice.", heading(*column))
        }
        ResultProblem::NoName => "a name of 1 to 32 characters is missing.".to_owned(),
        ResultProblem::NoPlace => "the place is a number from 1 to 500, `dnf`, `dns` or `dsq`.".to_owned(),
        ResultProblem::NoClass { typed } => format!("the event has no class “{}”.", phrases::driver(typed)),
        ResultProblem::WhichClass => "say which class: the driver has not signed up for one.".to_owned(),
        ResultProblem::NotAnAccount => "`discord_id` is not an account's number.".to_owned(),
        ResultProblem::SecondFastest { line } => {
            format!("line {line} has the fastest lap of this class already.")
        }
        ResultProblem::TooMany => format!("there are more than {ROWS_MAX} drivers; nothing below was read."),
        ResultProblem::Twice { line } => format!("the driver is on line {line} already."),
    }
}

/// Refusals that are about results.
pub(super) fn refusal(refusal: &Refusal, ids: &CommandIds) -> String {
    match refusal {
        Refusal::ResultLines { faults } => self::faults(faults),
        Refusal::NotRaced => "Results can be entered from the start of the race on.".to_owned(),
        Refusal::NoChannel => {
            "The event has no channel in which Gantry may write. An archived one is closed to it.".to_owned()
        }
        _ => format!(
            "There are no results yet. {} enters them.",
            mention("result set", ids)
        ),
    }
}
