//! What a member has said about how they are told of things.

use super::embed::Embed;
use super::embed_body;
use crate::discord::help::{CommandIds, mention};
use crate::domain::wishes::{Way, Wishes, WishesShown};
use serde_json::Value;

pub(super) fn shown(shown: &WishesShown, ids: &CommandIds) -> Value {
    let wishes = &shown.wishes;
    let zone = match &wishes.zone {
        Some(zone) => format!("`{}`", zone.as_str()),
        None => format!("`{}`, the club's", shown.club_zone.as_str()),
    };
    let embed = Embed::new(shown.colour, "How Gantry deals with you")
        .line(format!(
            "To change it: {}, {}, {}.",
            mention("me timezone", ids),
            mention("me reminders", ids),
            mention("me alerts", ids)
        ))
        .field("Times that you type are in", zone, false)
        .field("Reminders of your races", reminders(shown), false)
        .field("Alerts of your stints", stints(shown), false);
    embed_body(embed)
}

fn reminders(shown: &WishesShown) -> String {
    let wishes = &shown.wishes;
    let way = match wishes.reminders {
        Way::Nobody => return "None.".to_owned(),
        Way::Public => "In the event's channel",
        Way::Dm if shown.reminder_dms => "By direct message",
        Way::Dm => "In the event's channel: this club sends no reminders by direct message",
    };
    let hours = hours(shown);
    if hours.is_empty() {
        return format!(
            "{way}, but the club reminds at none of your hours. It does at {}.",
            list(&shown.club_hours)
        );
    }
    format!("{way}, {} before the start.", list(&hours))
}

/// Those of the club's hours that the member wants.
fn hours(shown: &WishesShown) -> Vec<u32> {
    let Wishes { reminder_hours, .. } = &shown.wishes;
    let wanted = |hours: &&u32| {
        reminder_hours
            .as_ref()
            .is_none_or(|chosen| chosen.contains(hours))
    };
    shown.club_hours.iter().filter(wanted).copied().collect()
}

fn list(hours: &[u32]) -> String {
    match hours {
        [] => "no time at all".to_owned(),
        [1] => "1 hour".to_owned(),
        hours => {
            let hours: Vec<String> = hours.iter().map(u32::to_string).collect();
            format!("{} hours", hours.join(", "))
        }
    }
}

fn stints(shown: &WishesShown) -> String {
    let Some(club_lead) = shown.club_lead_min else {
        return "This club tells nobody of stints.".to_owned();
    };
    let way = match shown.wishes.stints {
        Way::Nobody => return "None.".to_owned(),
        Way::Public => "In the team's thread",
        Way::Dm if shown.stint_dms => "By direct message",
        Way::Dm => "In the team's thread: this club sends no stint alerts by direct message",
    };
    let lead = shown.wishes.stint_lead_min.map_or(club_lead, i64::from);
    format!("{way}, {lead} minutes before.")
}
