//! Short messages to one person.

use super::components::{Tone, button, row};
use super::embed::Embed;
use super::lists::{List, Style};
use super::{embed_with, permissions, phrases};
use crate::discord::custom_id::ComponentId;
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::club::Club;
use crate::domain::event::Event;
use crate::domain::ids::ChannelId;
use crate::domain::permissions::Gap;
use crate::domain::refusal::Standing;
use crate::domain::space::SpaceFault;
use serde_json::Value;

/// The longest reason shown, escapes included: twice the longest that can be typed.
const REASON_MAX: usize = 600;

/// Shown while an answer waits its turn.
pub(super) const ANSWER_QUEUED: &str = "Many drivers are answering right now. Your place in line is kept; this message will tell you how it went.";

pub(super) fn space_ready(event: &Event, channel: ChannelId) -> String {
    format!(
        "**{}** is open in {}.",
        phrases::name(&event.name),
        phrases::channel(channel)
    )
}

pub(super) fn space_failed(event: &Event, fault: SpaceFault, lacking: &[Gap], ids: &CommandIds) -> String {
    if !lacking.is_empty() {
        return space_lacks(event, lacking, ids);
    }
    let why = match fault {
        SpaceFault::MissingPermission => {
            "Gantry may not make channels here. Give its role the permissions Manage Channels, View Channel, Send Messages and Embed Links, in the series' category too."
        }
        SpaceFault::GuildFull => {
            "This server has as many channels as Discord allows. Delete one that is not needed."
        }
        SpaceFault::ChannelDeleted => "Somebody deleted the channel while it was being set up.",
        SpaceFault::GuildLost => "Gantry is not in this server any more. Invite it again.",
        SpaceFault::Refused => "Discord refused it; the reason is in Gantry's log.",
    };
    let name = phrases::name(&event.name);
    format!(
        "The channel of **{name}** could not be set up. {why} To try again: {}.",
        mention("event publish", ids)
    )
}

/// Names what the bot lacks.
fn space_lacks(event: &Event, lacking: &[Gap], ids: &CommandIds) -> String {
    format!(
        "The channel of **{}** could not be set up, because Gantry lacks permissions:\n{}\n{} shows how to grant them. To try again: {}.",
        phrases::name(&event.name),
        List::new(Style::Lines, permissions::lines(lacking)).fit(1200),
        mention("club preflight", ids),
        mention("event publish", ids)
    )
}

pub(super) fn promoted(club: &Club, event: &Event, class: &str, channel: Option<ChannelId>) -> Value {
    let back = match channel {
        Some(channel) => format!(
            "If you cannot come after all, give the seat back in {}.",
            phrases::channel(channel)
        ),
        None => "If you cannot come after all, please give the seat back with the buttons of `/event show` in the club's server."
            .to_owned(),
    };
    let embed = Embed::new(club.colour, "You have a seat")
        .line(format!(
            "A seat in **{}** became free, and you were next: you drive in **{}**.",
            phrases::name(class),
            phrases::name(&event.name)
        ))
        .line(phrases::schedule(event.starts_at, event.duration_min))
        .line(back)
        .field("Club", phrases::name(&club.name), true);
    let details = ComponentId::DmDetails { key: event.key };
    embed_with(embed, vec![row([button(details, "Details", Tone::Plain, true)])])
}

pub(super) fn reminded(club: &Club, event: &Event, channel: Option<ChannelId>) -> Value {
    let back = match channel {
        Some(channel) => format!(
            "If you cannot come after all, please give your seat back in {}.",
            phrases::channel(channel)
        ),
        None => "If you cannot come after all, please give your seat back with the buttons of `/event show` in the club's server."
            .to_owned(),
    };
    let embed = Embed::new(club.colour, format!("Reminder: {}", phrases::name(&event.name)))
        .line(phrases::schedule(event.starts_at, event.duration_min))
        .line(back)
        .field("Club", phrases::name(&club.name), true);
    let details = ComponentId::DmDetails { key: event.key };
    embed_with(embed, vec![row([button(details, "Details", Tone::Plain, true)])])
}

pub(super) fn called_off(club: &Club, event: &Event) -> Value {
    let embed = called_off_embed(club, event).field("Club", phrases::name(&club.name), true);
    let details = ComponentId::DmDetails { key: event.key };
    embed_with(embed, vec![row([button(details, "Details", Tone::Plain, true)])])
}

/// That an event is called off, and why.
pub(super) fn called_off_embed(club: &Club, event: &Event) -> Embed {
    let reason = event.cancel_reason.as_deref().map(str::trim);
    Embed::new(
        club.colour,
        format!("{} is cancelled", phrases::name(&event.name)),
    )
    .line(
        reason
            .filter(|reason| !reason.is_empty())
            .map(|reason| text::paragraph(reason, REASON_MAX))
            .unwrap_or_default(),
    )
    .line(format!(
        "It was to start {}. There is nothing you need to do.",
        phrases::when(event.starts_at)
    ))
}

pub(super) fn answered(event: &str, standing: &Standing) -> String {
    let event = phrases::name(event);
    match standing {
        Standing::Seated { class } => {
            format!("You have a seat in **{}** for **{event}**.", phrases::name(class))
        }
        Standing::Waiting { class } => format!(
            "**{}** is full. You are on its waitlist for **{event}**, and move up by yourself when a seat becomes free.",
            phrases::name(class)
        ),
        Standing::NotComing => format!("Noted: you are not coming to **{event}**."),
        Standing::None => format!("Done: you are no longer signed up for **{event}**."),
    }
}
