//! The sign-up board, and the roster as a list.

use super::components::{Tone, button, class_select, row};
use super::embed::{Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style, share};
use super::{embed_body, embed_with, phrases};
use crate::discord::custom_id::ComponentId;
use crate::domain::club::Club;
use crate::domain::event::{Event, EventState};
use crate::domain::notice::Sheet;
use crate::domain::seats::Seats;
use crate::domain::signup::SignUp;
use serde_json::{Value, json};

/// A list of drivers in a field of its own.
struct Group {
    heading: String,
    drivers: List,
    inline: bool,
}

/// The message that Gantry keeps current in the event's channel.
pub(super) fn board(club: &Club, sheet: &Sheet) -> Value {
    let event = &sheet.event;
    let embed = Embed::new(club.colour, format!("Sign-up: {}", phrases::name(&event.name)))
        .line(phrases::schedule(event.starts_at, event.duration_min))
        .line(phrases::state(event));
    let embed = restricted(embed, event);
    embed_with(with_roster(embed, sheet), controls(event, &seats(sheet)))
}

/// Says which classes are for some only: names of fields show no mention.
fn restricted(embed: Embed, event: &Event) -> Embed {
    event.classes.iter().fold(embed, |embed, class| match class.role {
        Some(role) => embed.line(format!("**{}** is for <@&{role}>.", phrases::name(&class.label))),
        None => embed,
    })
}

/// The same without buttons, for whoever asks.
pub(super) fn roster(club: &Club, sheet: &Sheet) -> Value {
    let event = &sheet.event;
    let embed = Embed::new(club.colour, format!("Sign-ups: {}", phrases::name(&event.name)))
        .line(phrases::schedule(event.starts_at, event.duration_min))
        .line(phrases::state(event));
    embed_body(with_roster(embed, sheet))
}

/// Asks which class; the answer comes back like that of the board's own select.
pub(super) fn choose_class(event: &Event, seats: &[Seats]) -> Value {
    let select = class_select(
        ComponentId::ChooseClass {
            event: event.key.event,
        },
        seats,
        true,
    );
    json!({
        "content": format!("Which class will you drive in **{}**?", phrases::name(&event.name)),
        "embeds": [],
        "components": [row([select])],
    })
}

/// The counts of the classes; of a draft, which has none yet, the empty ones.
fn seats(sheet: &Sheet) -> Vec<Seats> {
    if sheet.seats.is_empty() {
        sheet.event.classes.iter().cloned().map(Seats::empty).collect()
    } else {
        sheet.seats.clone()
    }
}

pub(super) fn controls(event: &Event, seats: &[Seats]) -> Vec<Value> {
    let id = event.key.event;
    let open = event.state == EventState::Open;
    // Whoever has a seat can give it back until the start, so that it is not wasted (domain/signup.rs).
    let leaving = event.state.before_start();
    let select =
        (seats.len() > 1).then(|| row([class_select(ComponentId::ChooseClass { event: id }, seats, open)]));
    let buttons = row([
        button(ComponentId::SignUp { event: id }, "Sign up", Tone::Good, open),
        button(
            ComponentId::NotComing { event: id },
            "Not coming",
            Tone::Plain,
            leaving,
        ),
        button(ComponentId::Leave { event: id }, "Leave", Tone::Bad, leaving),
        button(
            ComponentId::Availability { event: id },
            "Availability",
            Tone::Plain,
            leaving,
        ),
        button(ComponentId::Details { event: id }, "Details", Tone::Plain, true),
    ]);
    select.into_iter().chain([buttons]).collect()
}

/// Who drives in each class, who waits, and who does not come.
pub(super) fn with_roster(embed: Embed, sheet: &Sheet) -> Embed {
    let seats = seats(sheet);
    let groups = groups(sheet, &seats);
    let headings: usize = groups
        .iter()
        .map(|group| crate::discord::text::len(&group.heading))
        .sum();
    let wants: Vec<usize> = groups.iter().map(|group| group.drivers.len()).collect();
    let room = share(&wants, embed.left().saturating_sub(headings), FIELD_VALUE_MAX);
    groups.into_iter().zip(room).fold(embed, |embed, (group, room)| {
        embed.field(group.heading, group.drivers.fit(room), group.inline)
    })
}

fn groups(sheet: &Sheet, seats: &[Seats]) -> Vec<Group> {
    let classes = seats.iter().map(|class| Group {
        heading: phrases::filled(class),
        drivers: seated(sheet, class),
        inline: true,
    });
    let waitlists = seats.iter().filter(|class| class.waiting > 0).map(|class| Group {
        heading: format!(
            "Waitlist · {} ({})",
            phrases::name(&class.class.label),
            class.waiting
        ),
        drivers: List::new(Style::Row, waiting(sheet, class)),
        inline: false,
    });
    let absent = names(sheet.not_coming());
    let not_coming = (!absent.is_empty()).then(|| Group {
        heading: format!("Not coming ({})", absent.len()),
        drivers: List::new(Style::Row, absent),
        inline: false,
    });
    classes.chain(waitlists).chain(not_coming).collect()
}

/// The drivers of a class; one without any says so, as Discord refuses a field without a value.
fn seated(sheet: &Sheet, class: &Seats) -> List {
    let drivers = names(sheet.seated(class));
    if drivers.is_empty() {
        List::new(Style::Lines, vec!["nobody yet".to_owned()])
    } else {
        List::new(Style::Numbered, drivers)
    }
}

/// Who waits for a class, each with the class that they would take instead.
fn waiting(sheet: &Sheet, class: &Seats) -> Vec<String> {
    let name = |sign_up: &SignUp| {
        let driver = phrases::driver(&sign_up.name);
        match sheet.backup_of(sign_up) {
            Some(label) => format!("{driver} (or {})", phrases::name(label)),
            None => driver,
        }
    };
    sheet.waiting(class).map(name).collect()
}

fn names<'a>(sign_ups: impl Iterator<Item = &'a SignUp>) -> Vec<String> {
    sign_ups.map(|sign_up| phrases::driver(&sign_up.name)).collect()
}
