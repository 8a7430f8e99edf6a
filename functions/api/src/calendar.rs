//! The iCalendar feed of a club's events (RFC 5545), for calendars that subscribe to it.

use super::App;
use super::page::Page;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use gantry_shared::domain::club::Club;
use gantry_shared::domain::event::Event;
use gantry_shared::domain::ids::ClubId;
use gantry_shared::usecases::Env;
use gantry_shared::usecases::share_calendar::read_feed;
use icalendar::{Calendar, Class, Component, EventLike, EventStatus};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Calendars are asked to look again after this, and may keep what they have for so long.
const REFRESH: &str = "PT1H";
const KEPT: &str = "private, max-age=900";

/// The feed, for whoever has its address. Everybody else is told the same, whether there is such a club or not.
pub async fn feed<E: Env>(
    State(app): State<Arc<App<E>>>,
    Path((club, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let found = match (club.parse::<ClubId>(), file.strip_suffix(".ics")) {
        (Ok(club), Some(secret)) => read_feed(&app.table, club, secret, app.env.now()).await,
        _ => Ok(None),
    };
    match found {
        Ok(Some((club, events))) => answer(&club, &events, app.env.now(), &headers),
        Ok(None) => {
            tracing::info!("no calendar has this address");
            Page::new(StatusCode::NOT_FOUND, "There is no calendar here")
                .line("Its address may have been replaced: /calendar show in Discord has the present one.")
                .into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a calendar could not be read");
            Page::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Something went wrong on Gantry's side",
            )
            .line("Please try again in a minute.")
            .into_response()
        }
    }
}

fn answer(club: &Club, events: &[Event], now: Timestamp, headers: &HeaderMap) -> Response {
    let tag = tag(club, events);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| {
        let known = known.to_str().unwrap_or_default();
        known
            .split(',')
            .any(|one| one.trim().trim_start_matches("W/") == tag)
    });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        calendar(club, events, now).into_response()
    };
    let into = response.headers_mut();
    into.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEPT));
    into.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        into.insert(header::ETAG, tag);
    }
    if !known {
        let kind = HeaderValue::from_static("text/calendar; charset=utf-8");
        into.insert(header::CONTENT_TYPE, kind);
    }
    response
}

/// Another one for each state of what is shown.
fn tag(club: &Club, events: &[Event]) -> String {
    let mut digest = Sha256::new().chain_update(format!("1 {:?} {}", club.guild, club.name));
    for event in events {
        digest.update(format!(
            "\n{} {} {:?}",
            event.key.event, event.version, event.state
        ));
    }
    let digest = digest.finalize();
    format!(
        "\"{}\"",
        digest[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    )
}

fn calendar(club: &Club, events: &[Event], now: Timestamp) -> String {
    let mut calendar = Calendar::new();
    calendar
        .name(&club.name)
        .append_property(("PRODID", "-//Gantry//Gantry//EN"))
        .append_property(("METHOD", "PUBLISH"))
        .append_property(("X-PUBLISHED-TTL", REFRESH))
        .append_property(
            icalendar::Property::new("REFRESH-INTERVAL", REFRESH)
                .add_parameter("VALUE", "DURATION")
                .done(),
        );
    for event in events {
        calendar.push(entry(club, event, now));
    }
    calendar.to_string()
}

fn entry(club: &Club, event: &Event, now: Timestamp) -> icalendar::Event {
    let classes: Vec<String> = event.classes.iter().map(|class| class.label.clone()).collect();
    let mut description = vec![
        event.description.clone(),
        format!("Classes: {}", classes.join(", ")),
    ];
    description.retain(|part| !part.is_empty());
    if let Some(reason) = &event.cancel_reason {
        description.insert(0, format!("Called off: {reason}"));
    }
    let mut entry = icalendar::Event::new();
    entry
        .uid(&format!("{}@gantry", event.key.event))
        .timestamp(instant(now))
        .sequence(u32::try_from(event.version).unwrap_or(u32::MAX))
        .starts(instant(event.starts_at))
        .ends(instant(event.ends_at()))
        .summary(&format!("{}: {}", event.series_name, event.name))
        .description(&description.join("\n\n"))
        .class(Class::Private)
        // One that was called off is put away like all others, and stays called off.
        .status(match event.cancelled_at {
            Some(_) => EventStatus::Cancelled,
            None => EventStatus::Confirmed,
        });
    if let Some(guild) = club.guild {
        entry.url(&format!("https://discord.com/channels/{guild}"));
    }
    entry.done()
}

/// The crate that writes calendars has its instants of another crate.
fn instant(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.as_second(), 0).unwrap_or(DateTime::UNIX_EPOCH)
}
