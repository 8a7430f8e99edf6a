//! Results of races, and tables of series.

use super::embed::{Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style, share};
use super::{embed_body, phrases};
use crate::discord::help::{CommandIds, mention};
use crate::domain::club::Club;
use crate::domain::ids::ChannelId;
use crate::domain::refusal::Refusal;
use crate::domain::results::{
    ClassTable, Finish, PointsSystem, ResultEntered, Results, Row, SeriesTable, Standing,
};
use crate::domain::results_csv::{ResultColumn, ResultFault, ResultProblem};
use serde_json::Value;

/// Room that a message keeps for what stands around its lists.
const AROUND_LISTS: usize = 1200;
/// Most classes shown, each with results and table: 25 fields are the most of an embed.
const CLASSES_SHOWN: usize = 10;

pub(super) fn results(club: &Club, results: &Results, points: &PointsSystem, table: &SeriesTable) -> Value {
    let mut lists: Vec<(String, List)> = Vec::new();
    for class in results.classes.iter().take(CLASSES_SHOWN) {
        let rows: Vec<String> = results.in_class(&class.id).map(|row| line(row, points)).collect();
        if !rows.is_empty() {
            lists.push((phrases::name(&class.label), List::new(Style::Lines, rows)));
        }
    }
    lists.extend(tables(table, "Series: "));
    let embed = Embed::new(
        club.colour,
        format!("Results: {}", phrases::name(&results.event_name)),
    )
    .line(phrases::when(results.starts_at));
    embed_body(with_lists(embed, lists))
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
        let drivers = class
            .drivers
            .iter()
            .enumerate()
            .map(|(n, one)| standing(n + 1, one));
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

/// `1. **Ana** · 25 points · fastest lap`.
fn line(row: &Row, points: &PointsSystem) -> String {
    let place = match row.finish {
        Finish::Placed { place } => format!("{place}."),
        Finish::Retired => "DNF".to_owned(),
        Finish::Absent => "DNS".to_owned(),
        Finish::Disqualified => "DSQ".to_owned(),
    };
    let given = match points.of(row) {
        0 => String::new(),
        points => format!(" · {}", counted_points(points)),
    };
    let fastest = if row.fastest { " · fastest lap" } else { "" };
    format!("{place} **{}**{given}{fastest}", phrases::driver(&row.name))
}

/// `1. **Ana** · 43 points · 2 wins, 3 podiums in 4 starts`.
fn standing(place: usize, one: &Standing) -> String {
    let mut parts = Vec::new();
    if one.wins > 0 {
        parts.push(counted(one.wins as usize, "win"));
    }
    if one.podiums > 0 {
        parts.push(counted(one.podiums as usize, "podium"));
    }
    let best = match parts.join(", ") {
        best if best.is_empty() => String::new(),
        best => format!("{best} in "),
    };
    format!(
        "{place}. **{}** · {} · {best}{}",
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
    embed_body(
        Embed::new(entered.colour, "Result entered")
            .line(format!(
                "**{}** in **{}**: {how}{fastest}.",
                phrases::driver(&entered.row.name),
                phrases::name(&entered.class)
            ))
            .line(format!(
                "{} of **{}** have results. When all are in: {}.",
                counted(entered.rows, "driver"),
                phrases::name(&entered.event),
                mention("result post", ids)
            )),
    )
}

pub(super) fn imported(club: &Club, results: &Results, ids: &CommandIds) -> Value {
    embed_body(
        Embed::new(club.colour, "Results taken")
            .line(format!(
                "{} of **{}** have results now; what was entered before is replaced.",
                counted(results.rows.len(), "driver"),
                phrases::name(&results.event_name)
            ))
            .line(format!(
                "{} shows them in the event's channel.",
                mention("result post", ids)
            )),
    )
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

fn problem(problem: &ResultProblem) -> String {
    match problem {
        ResultProblem::NoColumn { column } => format!(
            "the first line has to name a column `{}`.",
            match column {
                ResultColumn::Driver => "driver",
                ResultColumn::Place => "place",
                ResultColumn::Class => "class",
                ResultColumn::DiscordId => "discord_id",
                ResultColumn::FastestLap => "fastest_lap",
            }
        ),
        ResultProblem::NoName => "a name of 1 to 32 characters is missing.".to_owned(),
        ResultProblem::NoPlace => "the place is a number from 1 to 500, `dnf`, `dns` or `dsq`.".to_owned(),
        ResultProblem::NoClass { typed } => format!("the event has no class “{}”.", phrases::driver(typed)),
        ResultProblem::WhichClass => "say which class: the driver has not signed up for one.".to_owned(),
        ResultProblem::NotAnAccount => "`discord_id` is not an account's number.".to_owned(),
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
