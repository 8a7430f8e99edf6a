//! Buttons and selects.

use crate::discord::custom_id::ComponentId;
use crate::discord::text;
use crate::domain::seats::Seats;
use serde_json::{Value, json};

/// Longest label and description of a select's option.
const OPTION_MAX: usize = 100;

/// A button's colour.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tone {
    /// Green.
    Good = 3,
    /// Grey.
    Plain = 2,
    /// Red.
    Bad = 4,
}

pub(super) fn row(children: impl IntoIterator<Item = Value>) -> Value {
    json!({ "type": 1, "components": children.into_iter().collect::<Vec<_>>() })
}

pub(super) fn button(id: ComponentId, label: &str, tone: Tone, enabled: bool) -> Value {
    json!({
        "type": 2,
        "style": tone as u8,
        "label": label,
        "custom_id": id.to_string(),
        "disabled": !enabled,
    })
}

/// A button that opens an address.
pub(super) fn link_button(label: &str, url: &str) -> Value {
    json!({ "type": 2, "style": 5, "label": label, "url": url })
}

/// The select of a class, each with what is left of it.
pub(super) fn class_select(id: ComponentId, seats: &[Seats], enabled: bool) -> Value {
    let options: Vec<Value> = seats
        .iter()
        .map(|seats| {
            json!({
                "label": text::plain(&seats.class.label, OPTION_MAX),
                "value": seats.class.id.as_str(),
                "description": newcomers(seats),
            })
        })
        .collect();
    json!({
        "type": 3,
        "custom_id": id.to_string(),
        "placeholder": "Choose your class",
        "options": options,
        "min_values": 1,
        "max_values": 1,
        "disabled": !enabled,
    })
}

/// What a newcomer finds in a class, and whether it is for some only. A mention is not shown in a select.
fn newcomers(seats: &Seats) -> String {
    match seats.class.role {
        Some(_) => format!("{} · needs a role", left(seats)),
        None => left(seats),
    }
}

/// What a newcomer finds in a class.
pub(super) fn left(seats: &Seats) -> String {
    match (seats.has_free(), seats.free(), seats.waiting) {
        (true, 1, _) => "1 seat left".to_owned(),
        (true, free, _) => format!("{free} seats left"),
        (false, _, 0) => "full".to_owned(),
        (false, _, waiting) => format!("full, waitlist {waiting}"),
    }
}
