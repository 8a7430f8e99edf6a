//! Events: the information message, details, lists, and what was changed.

use super::components::{Tone, button, left, row};
use super::embed::{DESCRIPTION_MAX, Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style};
use super::{board, embed_body, embed_with, phrases};
use crate::discord::custom_id::ComponentId;
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::club::{Club, Colour};
use crate::domain::event::{Event, EventState, Period};
use crate::domain::ids::ChannelId;
use crate::domain::notice::{EventBrief, EventChange};
use crate::domain::refusal::Standing;
use crate::domain::seats::Seats;
use crate::domain::series::Class;
use jiff::Timestamp;
use serde_json::Value;

/// The longest description shown, escapes included: twice the longest that can be typed.
const ABOUT_MAX: usize = 2200;
/// Room for the names of teams.
const TEAMS_MAX: usize = 800;
/// Room that a list's message keeps for what stands around the list.
const AROUND_LIST: usize = 300;

pub(super) fn info(club: &Club, event: &Event) -> Value {
    let embed = Embed::new(club.colour, phrases::name(&event.name))
        .line(text::paragraph(&event.description, ABOUT_MAX))
        .line(if event.state == EventState::Cancelled {
            phrases::state(event)
        } else {
            String::new()
        })
        .field(
            "Start",
            format!(
                "{}\n{}",
                phrases::when(event.starts_at),
                phrases::from_now(event.starts_at)
            ),
            true,
        )
        .field("End", phrases::when(event.ends_at()), true)
        .field("Duration", phrases::length(event.duration_min), true)
        .field("Series", phrases::name(&event.series_name), true)
        .field("Classes", classes(&event.classes), true);
    let details = ComponentId::Info {
        event: event.key.event,
    };
    embed_with(
        embed,
        vec![row([button(details, "My standing", Tone::Plain, true)])],
    )
}

pub(super) fn details(
    club: &Club,
    (event, seats): (&Event, &[Seats]),
    standing: &Standing,
    channel: Option<ChannelId>,
    answerable: bool,
) -> Value {
    let class_lines = if seats.is_empty() {
        classes(&event.classes)
    } else {
        let lines = seats
            .iter()
            .map(|seats| format!("{} · {}", phrases::filled(seats), left(seats)))
            .collect();
        List::new(Style::Lines, lines).fit(FIELD_VALUE_MAX)
    };
    let embed = Embed::new(club.colour, phrases::name(&event.name))
        .line(phrases::schedule(event.starts_at, event.duration_min))
        .line(phrases::state(event))
        .line(phrases::standing(standing))
        .line(text::paragraph(&event.description, ABOUT_MAX))
        .field("Series", phrases::name(&event.series_name), true)
        .field("Channel", channel.map(phrases::channel).unwrap_or_default(), true)
        .field("Classes", class_lines, false);
    let buttons = if answerable {
        board::controls(event, seats)
    } else {
        Vec::new()
    };
    embed_with(embed, buttons)
}

pub(super) fn list(club: &Club, period: Period, events: &[Event], more: bool, ids: &CommandIds) -> Value {
    let (title, none) = match period {
        Period::Upcoming => ("Upcoming events", "No event is coming up."),
        Period::Past => ("Past events", "No event has taken place yet."),
        Period::All => ("All events", "There is no event yet."),
    };
    let embed = Embed::new(club.colour, title);
    let embed = match (events.is_empty(), period, more) {
        (true, Period::Past, _) => embed.line(none),
        (true, ..) => embed.line(none).line(format!(
            "Those who manage events make one with {}.",
            mention("event create", ids)
        )),
        (false, _, more) => {
            let hint = if more {
                "There are more; name one to see it with"
            } else {
                "See one with"
            };
            embed
                .line(lines(events).fit(DESCRIPTION_MAX - AROUND_LIST))
                .line(format!("{hint} {}.", mention("event show", ids)))
        }
    };
    embed_body(embed)
}

pub(super) fn repeated(colour: Colour, copies: &[(String, Timestamp)], ids: &CommandIds) -> Value {
    let line = |(name, start): &(String, Timestamp)| {
        format!("**{}** · {}", phrases::name(name), phrases::when(*start))
    };
    let lines = List::new(Style::Lines, copies.iter().map(line).collect());
    let title = if copies.len() == 1 {
        "Draft made"
    } else {
        "Drafts made"
    };
    let embed = Embed::new(colour, title)
        .line(lines.fit(DESCRIPTION_MAX - AROUND_LIST))
        .line(format!(
            "{} opens sign-up for each.",
            mention("event publish", ids)
        ));
    embed_body(embed)
}

/// Events one a line.
pub(super) fn lines(events: &[Event]) -> List {
    let line = |event: &Event| {
        format!(
            "**{}** · {} · {} ({}) · {}",
            phrases::name(&event.name),
            phrases::name(&event.series_name),
            phrases::when(event.starts_at),
            phrases::from_now(event.starts_at),
            phrases::state_word(event.state),
        )
    };
    List::new(Style::Lines, events.iter().map(line).collect())
}

pub(super) fn changed(change: EventChange, event: &EventBrief, ids: &CommandIds) -> Value {
    let (title, next) = match change {
        EventChange::Created => (
            "Draft made",
            format!(
                "Only those who manage events see it. {} opens sign-up.",
                mention("event publish", ids)
            ),
        ),
        EventChange::Edited => ("Event changed", "Its messages follow in a moment.".to_owned()),
        EventChange::Published => (
            "Event published",
            "Its channel and sign-up board are being made; you are told when they are there.".to_owned(),
        ),
        EventChange::PublishedAlone => (
            "Event published",
            format!(
                "Sign-up is open. It has no channel: drivers sign up with the buttons of {}. {} with `channel: yes` \
                 makes one.",
                mention("event show", ids),
                mention("event publish", ids)
            ),
        ),
        EventChange::Closed => (
            "Sign-up closed",
            "Who has a seat can still give it back until the start.".to_owned(),
        ),
        EventChange::Timed => (
            "Sign-up times set",
            "The board says so in a moment; sign-up opens and closes by itself.".to_owned(),
        ),
        EventChange::Restricted => (
            "Class changed",
            "Its sign-up asks for the role that is shown here. Who is in the class stays in it.".to_owned(),
        ),
        EventChange::Completed => ("Race ended", "Its board says so in a moment.".to_owned()),
        EventChange::Archived => (
            "Event archived",
            "Its channel becomes read-only and moves to the archive.".to_owned(),
        ),
        EventChange::Cancelled => ("Event cancelled", "Its board says so in a moment.".to_owned()),
    };
    let embed = Embed::new(event.colour, title)
        .line(format!(
            "**{}** · {}",
            phrases::name(&event.name),
            phrases::name(&event.series_name)
        ))
        .line(phrases::schedule(event.starts_at, event.duration_min))
        .line(next)
        .line(unfit(&event.unfit, ids))
        .line(limited(event.limited))
        .field("Classes", classes(&event.classes), false);
    embed_body(embed)
}

/// What is to be done about plans that were made for another length of the race.
fn unfit(teams: &[String], ids: &CommandIds) -> String {
    if teams.is_empty() {
        return String::new();
    }
    let names = teams.iter().map(|team| format!("**{}**", phrases::name(team)));
    format!(
        "The stint plans of these teams were made for another length of the race, and do not end with it: {}. Make them \
         anew with {}.",
        List::new(Style::Row, names.collect()).fit(TEAMS_MAX),
        mention("stint plan", ids)
    )
}

/// What is to be done about hours that drivers gave for another start.
fn limited(drivers: usize) -> String {
    match drivers {
        0 => String::new(),
        1 => "One driver had said when they can drive, for the old start: ask them to say it again, with **Availability** \
              below the sign-up."
            .to_owned(),
        several => format!(
            "{several} drivers had said when they can drive, for the old start: ask them to say it again, with \
             **Availability** below the sign-up."
        ),
    }
}

/// Classes one a line.
pub(super) fn classes(classes: &[Class]) -> String {
    List::new(Style::Lines, classes.iter().map(phrases::class).collect()).fit(FIELD_VALUE_MAX)
}
