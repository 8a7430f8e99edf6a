//! Phrases that many messages share.

use crate::discord::text;
use crate::domain::event::{Event, EventState};
use crate::domain::ids::ChannelId;
use crate::domain::refusal::Standing;
use crate::domain::seats::Seats;
use crate::domain::series::Class;
use crate::domain::when::write_duration;
use jiff::{SignedDuration, Timestamp};

/// Names of clubs, series and events are cut here, in UTF-16 units before escaping; the domain's bounds are lower in code
/// points.
const NAME_MAX: usize = 120;
/// Names of drivers, the same: Discord's nicknames have 32 characters.
const DRIVER_MAX: usize = 64;
/// A reason is cut here, escapes included.
const REASON_MAX: usize = 400;

pub(super) fn name(typed: &str) -> String {
    isolated(text::name(typed, NAME_MAX))
}

pub(super) fn driver(typed: &str) -> String {
    isolated(text::name(typed, DRIVER_MAX))
}

/// A name that is read from right to left stands for itself, so that the figures behind it stay behind it (Unicode
/// Standard Annex 9, section 2.4, "Explicit Directional Isolates").
fn isolated(name: String) -> String {
    // Hebrew to Arabic Extended-A, their presentation forms, and the scripts of the supplementary plane.
    const FROM_THE_RIGHT: [std::ops::RangeInclusive<char>; 5] = [
        '\u{590}'..='\u{8ff}',
        '\u{fb1d}'..='\u{fdff}',
        '\u{fe70}'..='\u{fefe}',
        '\u{10800}'..='\u{10fff}',
        '\u{1e800}'..='\u{1efff}',
    ];
    let from_the_right = |c: char| FROM_THE_RIGHT.iter().any(|range| range.contains(&c));
    if name.contains(from_the_right) {
        format!("\u{2068}{name}\u{2069}")
    } else {
        name
    }
}

/// The instant in the reader's zone and language.
pub(super) fn when(at: Timestamp) -> String {
    format!("<t:{}:F>", at.as_second())
}

/// How far off the instant is, kept current by Discord.
pub(super) fn from_now(at: Timestamp) -> String {
    format!("<t:{}:R>", at.as_second())
}

pub(super) fn length(minutes: i64) -> String {
    write_duration(SignedDuration::from_mins(minutes))
}

pub(super) fn channel(id: ChannelId) -> String {
    format!("<#{id}>")
}

/// When an event is, on one line.
pub(super) fn schedule(starts_at: Timestamp, duration_min: i64) -> String {
    format!(
        "{} ({}) · {}",
        when(starts_at),
        from_now(starts_at),
        length(duration_min)
    )
}

/// A class with its seats: `GT3 · 10 seats`.
pub(super) fn class(class: &Class) -> String {
    let seats = if class.seats == 1 { "seat" } else { "seats" };
    match class.role {
        Some(role) => format!(
            "{} · {} {seats} · for <@&{role}>",
            name(&class.label),
            class.seats
        ),
        None => format!("{} · {} {seats}", name(&class.label), class.seats),
    }
}

/// How full a class is: `GT3 · 7/10`.
pub(super) fn filled(seats: &Seats) -> String {
    format!(
        "{} · {}/{}",
        name(&seats.class.label),
        seats.taken,
        seats.class.seats
    )
}

/// Where an event stands with sign-up.
pub(super) fn state(event: &Event) -> String {
    match event.state {
        EventState::Draft => "Draft: only those who manage events see it.".to_owned(),
        EventState::Open => sign_up_times(event),
        EventState::Closed => "Sign-up is closed.".to_owned(),
        EventState::TeamsForming => "Sign-up is closed. Teams are being formed.".to_owned(),
        EventState::TeamsFinal => "Sign-up is closed. The teams are settled.".to_owned(),
        EventState::Ready => "Sign-up is closed. The race is near.".to_owned(),
        EventState::Live => "The race is on.".to_owned(),
        EventState::Completed => "The race is over.".to_owned(),
        EventState::Archived if event.cancelled_at.is_none() => {
            "The race is over. This channel is kept to be read.".to_owned()
        }
        EventState::Deleted if event.cancelled_at.is_none() => "The race is over.".to_owned(),
        EventState::Cancelled | EventState::Archived | EventState::Deleted => {
            match event.cancel_reason.as_deref().map(str::trim) {
                Some(reason) if !reason.is_empty() => {
                    format!("**Cancelled.** {}", text::paragraph(reason, REASON_MAX))
                }
                _ => "**Cancelled.**".to_owned(),
            }
        }
    }
}

/// Between which times sign-up is open.
fn sign_up_times(event: &Event) -> String {
    match (event.sign_up_begins_at(), event.closes_at) {
        (None, None) => "Sign-up is open until the start.".to_owned(),
        (None, Some(_)) => format!("Sign-up is open until {}.", when(event.sign_up_ends_at())),
        (Some(opens), None) => format!("Sign-up is open from {} until the start.", when(opens)),
        (Some(opens), Some(_)) => format!(
            "Sign-up is open from {} until {}.",
            when(opens),
            when(event.sign_up_ends_at())
        ),
    }
}

/// The state in a word.
pub(super) const fn state_word(state: EventState) -> &'static str {
    match state {
        EventState::Draft => "draft",
        EventState::Open => "open",
        EventState::Closed => "closed",
        EventState::TeamsForming => "forming teams",
        EventState::TeamsFinal => "settled",
        EventState::Ready => "about to start",
        EventState::Live => "live",
        EventState::Completed => "over",
        EventState::Archived => "archived",
        EventState::Deleted => "deleted",
        EventState::Cancelled => "cancelled",
    }
}

/// How a driver stands, without the event's name.
pub(super) fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Seated { class } => format!("You have a seat in **{}**.", name(class)),
        Standing::Waiting { class } => format!("You are on the waitlist of **{}**.", name(class)),
        Standing::NotComing => "You are not coming.".to_owned(),
        Standing::None => "You have not answered.".to_owned(),
    }
}
