//! Discord's scheduled events (Discord docs, resources/guild-scheduled-event).

use super::length;
use crate::adapters::discord_rest::request::{Major, Repeat, Request};
use crate::domain::ids::{GuildId, ScheduledId};
use crate::domain::scheduled::{Card, Status};
use crate::ports::discord::DiscordResult;
use reqwest::Method;
use serde_json::{Value, json};

/// Only members of the guild see it; there is no other level.
const GUILD_ONLY: u8 = 2;
/// An event outside of Discord's channels: it has a place and an end.
const EXTERNAL: u8 = 3;
const NAME_CHARS: usize = 100;
const DESCRIPTION_CHARS: usize = 1000;
const LOCATION_CHARS: usize = 100;

/// Those of a guild that are scheduled or running.
#[must_use]
pub fn scheduled_events(guild: GuildId) -> Request {
    let path = format!("/guilds/{guild}/scheduled-events");
    Request::bot(
        Method::GET,
        "/guilds/{guild.id}/scheduled-events",
        Major::Guild(guild),
        path,
    )
}

/// A new one.
///
/// # Errors
/// [`Refused`](crate::ports::discord::DiscordError::Refused) for texts that Discord does not take.
pub fn create_scheduled_event(guild: GuildId, card: &Card, reason: &str) -> DiscordResult<Request> {
    let mut body = shown(card)?;
    body["privacy_level"] = json!(GUILD_ONLY);
    body["entity_type"] = json!(EXTERNAL);
    body["scheduled_start_time"] = json!(card.starts_at.to_string());
    let path = format!("/guilds/{guild}/scheduled-events");
    let template = "/guilds/{guild.id}/scheduled-events";
    Ok(Request::bot(Method::POST, template, Major::Guild(guild), path)
        .body(body)
        .reason(reason)
        .repeat(Repeat::Unsafe))
}

/// What it shows; the start of one that runs does not change any more.
///
/// # Errors
/// [`Refused`](crate::ports::discord::DiscordError::Refused) for texts that Discord does not take.
pub fn edit_scheduled_event(
    guild: GuildId,
    event: ScheduledId,
    (card, active): (&Card, bool),
    reason: &str,
) -> DiscordResult<Request> {
    let mut body = shown(card)?;
    if !active {
        body["scheduled_start_time"] = json!(card.starts_at.to_string());
    }
    Ok(one(Method::PATCH, guild, event).body(body).reason(reason))
}

/// Its next status.
#[must_use]
pub fn bring_scheduled_event(guild: GuildId, event: ScheduledId, status: Status, reason: &str) -> Request {
    let body = json!({ "status": status.number() });
    one(Method::PATCH, guild, event).body(body).reason(reason)
}

/// Removes it.
#[must_use]
pub fn delete_scheduled_event(guild: GuildId, event: ScheduledId, reason: &str) -> Request {
    one(Method::DELETE, guild, event).reason(reason)
}

fn shown(card: &Card) -> DiscordResult<Value> {
    length("name", &card.name, 1, NAME_CHARS)?;
    length("description", &card.description, 1, DESCRIPTION_CHARS)?;
    length("location", &card.location, 1, LOCATION_CHARS)?;
    Ok(json!({
        "name": card.name,
        "description": card.description,
        "scheduled_end_time": card.ends_at.to_string(),
        "entity_metadata": { "location": card.location },
    }))
}

fn one(method: Method, guild: GuildId, event: ScheduledId) -> Request {
    let path = format!("/guilds/{guild}/scheduled-events/{event}");
    let template = "/guilds/{guild.id}/scheduled-events/{guild_scheduled_event.id}";
    Request::bot(method, template, Major::Guild(guild), path)
}
