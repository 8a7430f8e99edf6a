//! Clubs and their series.

use super::embed::{DESCRIPTION_MAX, Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style};
use super::{embed_body, events, phrases};
use crate::discord::help::{CommandIds, mention};
use crate::domain::club::{Club, Colour};
use crate::domain::event::Event;
use crate::domain::series::{Class, Series};
use serde_json::Value;

pub(super) fn created(club: &Club, ids: &CommandIds) -> Value {
    let embed = Embed::new(club.colour, format!("Welcome, {}", phrases::name(&club.name)))
        .line("This server is your club's now, and you own it.")
        .line(format!(
            "Next: make a series with {}.",
            mention("series create", ids)
        ))
        .field("Time zone", club.time_zone.as_str(), true);
    embed_body(embed)
}

pub(super) fn status(
    club: &Club,
    members: u64,
    series: usize,
    upcoming: &[Event],
    ids: &CommandIds,
) -> Value {
    let next = if upcoming.is_empty() {
        format!("None. {} makes one.", mention("event create", ids))
    } else {
        events::lines(upcoming).fit(FIELD_VALUE_MAX)
    };
    let embed = Embed::new(club.colour, phrases::name(&club.name))
        .line(format!(
            "Founded by <@{}> {}.",
            club.created_by,
            phrases::from_now(club.created_at)
        ))
        .field("Members", members.to_string(), true)
        .field("Series", series.to_string(), true)
        .field("Time zone", club.time_zone.as_str(), true)
        .field("Next events", next, false);
    embed_body(embed)
}

pub(super) fn series_created(colour: Colour, name: &str, classes: &[Class], ids: &CommandIds) -> Value {
    let embed = Embed::new(colour, "Series made")
        .line(format!("**{}**", phrases::name(name)))
        .line(format!(
            "Next: plan its first event with {}.",
            mention("event create", ids)
        ))
        .field("Classes", events::classes(classes), false);
    embed_body(embed)
}

pub(super) fn series_list(club: &Club, series: &[Series], ids: &CommandIds) -> Value {
    let embed = Embed::new(club.colour, "Series");
    if series.is_empty() {
        let create = mention("series create", ids);
        return embed_body(embed.line(format!("There is no series yet. {create} makes one.")));
    }
    let line = |series: &Series| {
        let classes: Vec<String> = series
            .classes
            .iter()
            .map(|class| format!("{} {}", phrases::name(&class.label), class.seats))
            .collect();
        format!("**{}** · {}", phrases::name(&series.name), classes.join(", "))
    };
    let list = List::new(Style::Lines, series.iter().map(line).collect());
    embed_body(embed.line(list.fit(DESCRIPTION_MAX)))
}
