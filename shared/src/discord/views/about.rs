//! Gantry about itself.

use super::embed::Embed;
use super::{embed_body, help_body, phrases, text_body};
use crate::discord::help::{self, CommandIds};
use crate::domain::club::{Club, Colour};
use serde_json::Value;

pub(super) fn ping() -> Value {
    text_body("Gantry is here.")
}

pub(super) fn info(version: &str, club: Option<&Club>, ids: &CommandIds) -> Value {
    let colour = club.map_or_else(Colour::default, |club| club.colour);
    let linked = match club {
        Some(club) => format!("This server is home to **{}**.", phrases::name(&club.name)),
        None => format!(
            "No club is linked here yet. {} makes one.",
            help::mention("club create", ids)
        ),
    };
    let about = "Gantry runs a racing club's server: sign-up in one click, channels, rosters and waitlists without manual work.";
    let embed = Embed::new(colour, "Gantry")
        .line(about)
        .line(linked)
        .line(format!("{} shows what it can do.", help::mention("help", ids)))
        .field("Version", version, true);
    embed_body(embed)
}

pub(super) fn help(topic: Option<&str>, ids: &CommandIds) -> Value {
    let Some(topic) = topic else {
        return help_body(help::overview(ids));
    };
    let page = help::page(topic, ids).unwrap_or_else(|| {
        let mut page = help::overview(ids);
        page.text = format!("There is no command `/{}`.\n\n{}", quoted(topic), page.text);
        page
    });
    help_body(page)
}

/// What somebody typed, for a place inside back-ticks: no escape works there, so what could end it goes.
fn quoted(typed: &str) -> String {
    crate::discord::text::plain(typed.trim_start_matches('/'), 50).replace('`', "'")
}
