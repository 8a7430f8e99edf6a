//! Clubs and their series.

use super::components::{Tone, button, link_button, row};
use super::embed::{DESCRIPTION_MAX, Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style};
use super::{embed_body, embed_with, events, permissions, phrases};
use crate::discord::custom_id::ComponentId;
use crate::discord::help::{CommandIds, mention};
use crate::domain::club::{Club, Colour};
use crate::domain::event::Event;
use crate::domain::guild_link::Occasion;
use crate::domain::permissions::Preflight;
use crate::domain::series::{Class, Series};
use serde_json::Value;

pub(super) fn created(club: &Club, ids: &CommandIds) -> Value {
    embed_body(welcome(club, ids))
}

fn welcome(club: &Club, ids: &CommandIds) -> Embed {
    Embed::new(club.colour, format!("Welcome, {}", phrases::name(&club.name)))
        .line("This server is your club's now, and you own it.")
        .line(format!(
            "Next: make a series with {}.",
            mention("series create", ids)
        ))
        .field("Time zone", club.time_zone.as_str(), true)
}

pub(super) fn linked(club: &Club, ids: &CommandIds) -> Value {
    embed_body(moved_in(club, ids))
}

pub(super) fn lost(club: &Club, kept: bool, ids: &CommandIds) -> Value {
    let embed = Embed::new(club.colour, "Gantry is not in this server any more")
        .line(if kept {
            "What you asked for is kept, and is done when Gantry is back."
        } else {
            "So it cannot be done. Please ask again when Gantry is back."
        })
        .line(format!(
            "Whoever may manage the server can add it again: {} has the link.",
            mention("club invite", ids)
        ));
    embed_body(embed)
}

fn moved_in(club: &Club, ids: &CommandIds) -> Embed {
    Embed::new(club.colour, format!("{} is linked", phrases::name(&club.name)))
        .line("This server is the club's home now; its roster, series and events came along.")
        .line(format!(
            "Channels did not: {} makes those of an event here.",
            mention("event publish", ids)
        ))
}

/// What is missing, under the news that it comes with.
pub(super) fn permissions(
    club: &Club,
    occasion: Occasion,
    preflight: &Preflight,
    invite: &str,
    ids: &CommandIds,
) -> Value {
    let embed = match occasion {
        Occasion::Founded => welcome(club, ids),
        Occasion::Linked => moved_in(club, ids),
        Occasion::Asked => Embed::new(club.colour, "Permission check"),
    };
    embed_body(permissions::told(embed, preflight, invite))
}

pub(super) fn confirm_unlink(club: &Club) -> Value {
    let name = phrases::name(&club.name);
    let embed = Embed::new(club.colour, format!("Unlink {name}?"))
        .line("Nothing of the club can be reached from this server any more: no commands, no sign-ups, no boards.")
        .line("Nothing is deleted. The club's owner can link it to this server or another one later.");
    let club = club.id;
    let buttons = row([
        button(ComponentId::Unlink { club }, "Unlink", Tone::Bad, true),
        button(ComponentId::KeepLink { club }, "Keep it", Tone::Plain, true),
    ]);
    embed_with(embed, vec![buttons])
}

pub(super) fn unlinked(club: &str, colour: Colour, ids: &CommandIds) -> Value {
    let embed = Embed::new(colour, format!("{} is unlinked", phrases::name(club)))
        .line("Nothing of the club can be reached from this server any more.")
        .line(format!(
            "Its owner can link it again with {} in the server that it is to live in.",
            mention("club link", ids)
        ));
    embed_body(embed)
}

pub(super) fn invite(colour: Colour, invite: &str, start: Option<&str>) -> Value {
    let mut links = Vec::new();
    if let Some(start) = start {
        links.push(link_button("Add Gantry to a server", start));
    }
    links.push(link_button("Plain invitation", invite));
    let embed = Embed::new(colour, "Invite Gantry")
        .line("Asks for exactly the permissions that Gantry needs. Adding it to a server takes Manage Server there.")
        .line(format!("To hand on: <{invite}>"));
    embed_with(embed, vec![row(links)])
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
    embed_body(match club.lost_at {
        None => embed,
        Some(since) => embed.line(format!(
            "⚠️ Gantry has not been able to work in this server since {}. {} tells whether it is back.",
            phrases::when(since),
            mention("club preflight", ids)
        )),
    })
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
