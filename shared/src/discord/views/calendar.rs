//! The club's events in people's own calendars.

use super::embed::Embed;
use super::embed_body;
use crate::discord::help::{CommandIds, mention};
use crate::domain::club::Colour;
use serde_json::Value;

pub(super) fn shown(colour: Colour, address: Option<&str>, ended: bool, ids: &CommandIds) -> Value {
    let Some(address) = address else {
        let said = if ended {
            "closed now: its address opens nothing any more"
        } else {
            "closed"
        };
        return embed_body(Embed::new(colour, "The club's calendar").line(format!(
            "It is {said}. An admin opens it again with {}.",
            mention("calendar renew", ids)
        )));
    };
    let mut embed = Embed::new(colour, "The club's calendar");
    if ended {
        embed = embed.line("The address before opens nothing any more: everybody has to subscribe anew.");
    }
    // In a code block it is copied whole, and no preview asks for it.
    let embed = embed
        .line(format!("```\n{address}\n```"))
        .line("Add it to your calendar as a subscription: \"From URL\", \"By web address\". It follows when an event moves.")
        .line(format!(
            "Whoever has it can read the club's events. If it gets out, {} gives it another one.",
            mention("calendar renew", ids)
        ));
    embed_body(embed)
}
