//! Forms, and what comes back from them.

use super::commands::limits;
use super::custom_id::ModalId;
use super::text;
use crate::domain::availability::{DetailsForm, DriverDetails};
use crate::domain::club::ZoneName;
use crate::domain::event::{Event, EventForm};
use crate::domain::join::{JoinForm, JoinKey};
use crate::domain::series::{Series, write_classes};
use crate::domain::when::{write_duration, write_start};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// Longest title of a modal (Discord docs, components).
const TITLE_MAX: usize = 45;

/// A form's JSON: custom id, title and components.
#[derive(Clone, Debug, PartialEq)]
pub struct Modal(pub Value);

/// One input of the form.
struct Input {
    id: &'static str,
    label: &'static str,
    hint: String,
    paragraph: bool,
    required: bool,
    max: u16,
}

/// The form for a new event of `series`, with what was typed already; the classes are the series'.
#[must_use]
pub fn event_create(
    series: &Series,
    zone: &ZoneName,
    name: Option<String>,
    start: Option<String>,
    duration: Option<String>,
) -> Modal {
    let form = EventForm {
        name: name.unwrap_or_default(),
        start: start.unwrap_or_default(),
        duration: duration.unwrap_or_default(),
        classes: write_classes(&series.classes),
        description: String::new(),
    };
    event_form(
        ModalId::EventCreate { series: series.id },
        &format!("New event: {}", series.name),
        zone,
        &form,
    )
}

/// The form for changing `event`, with what is set now. It carries the event's version, so that a change made meanwhile is
/// noticed.
#[must_use]
pub fn event_edit(event: &Event, zone: &ZoneName) -> Modal {
    let form = EventForm {
        name: event.name.clone(),
        start: write_start(event.starts_at, &zone.zone()),
        duration: write_duration(SignedDuration::from_mins(event.duration_min)),
        classes: write_classes(&event.classes),
        description: event.description.clone(),
    };
    let id = ModalId::EventEdit {
        event: event.key.event,
        version: event.version,
    };
    event_form(id, &format!("Edit: {}", event.name), zone, &form)
}

/// The form of a request to join. The name that others see is there already.
#[must_use]
pub fn join(club: &str, name: &str) -> Modal {
    let inputs = [
        Input::line(
            "name",
            "Your name on the roster",
            "As you are called in the simulator",
            limits::ENTRY_NAME,
        ),
        Input::paragraph(
            "why",
            "Why do you want to join?",
            "What you look for, and what you bring",
            limits::WHY,
        ),
        Input {
            required: false,
            ..Input::paragraph(
                "experience",
                "What have you driven?",
                "Simulators, series, classes, ratings",
                limits::EXPERIENCE,
            )
        },
    ];
    let values = [name, "", ""];
    let components: Vec<Value> = inputs
        .iter()
        .zip(values)
        .map(|(input, value)| input.component(value))
        .collect();
    Modal(json!({
        "custom_id": ModalId::Join.to_string(),
        "title": text::plain(&format!("Join {club}"), TITLE_MAX),
        "components": components,
    }))
}

/// The form for a time zone, with what is set.
#[must_use]
pub fn setup_zone(version: u64, zone: &ZoneName) -> Modal {
    let hint = "A name of the IANA database, such as Europe/Berlin";
    let input = Input::line("zone", "Time zone", hint, limits::TIME_ZONE);
    Modal(json!({
        "custom_id": ModalId::SetupZone { version }.to_string(),
        "title": "Time zone",
        "components": [input.component(zone.as_str())],
    }))
}

/// The form that asks why a request to join is rejected.
#[must_use]
pub fn rejection(key: JoinKey, name: &str) -> Modal {
    let input = Input::paragraph("reason", "Why?", "They are told this by DM", limits::REJECTION);
    Modal(json!({
        "custom_id": ModalId::JoinReject { key }.to_string(),
        "title": text::plain(&format!("Reject {name}"), TITLE_MAX),
        "components": [input.component("")],
    }))
}

fn event_form(id: ModalId, title: &str, zone: &ZoneName, form: &EventForm) -> Modal {
    let values = [
        &form.name,
        &form.start,
        &form.duration,
        &form.classes,
        &form.description,
    ];
    let components: Vec<Value> = inputs(zone)
        .iter()
        .zip(values)
        .map(|(input, value)| input.component(value))
        .collect();
    Modal(json!({
        "custom_id": id.to_string(),
        "title": text::plain(title, TITLE_MAX),
        "components": components,
    }))
}

/// The form with which a driver says when they can drive in `event`, with what they said before.
#[must_use]
pub fn availability(event: &Event, zone: &ZoneName, details: &DriverDetails) -> Modal {
    let form = DetailsForm::of(details, event, &zone.zone());
    let example = event.classes.first().map_or("GT3", |class| class.label.as_str());
    let input = |id, label, hint: String, max| Input {
        id,
        label,
        hint,
        paragraph: false,
        required: false,
        max,
    };
    let windows = Input {
        paragraph: true,
        ..input(
            "windows",
            "When can you drive?",
            format!(
                "One span a line in {}, such as 14:00-16:30; empty: all the time",
                zone.as_str()
            ),
            limits::WINDOWS,
        )
    };
    let experience = input(
        "experience",
        "Your experience, from 1 to 5",
        "1: first races, 3: regular, 5: expert. Teams are balanced by it".to_owned(),
        limits::FIGURE,
    );
    let backup = input(
        "backup",
        "Another class you would take",
        format!("For whoever makes the teams, if yours is full; such as {example}"),
        limits::CLASS,
    );
    Modal(json!({
        "custom_id": ModalId::Availability { event: event.key.event }.to_string(),
        "title": text::plain(&format!("You in {}", event.name), TITLE_MAX),
        "components": [
            windows.component(&form.windows),
            experience.component(&form.experience),
            backup.component(&form.backup),
        ],
    }))
}

fn inputs(zone: &ZoneName) -> [Input; 5] {
    let input = Input::line;
    [
        input(
            "name",
            "Name",
            "Shown to drivers, and part of the channel's name",
            limits::EVENT_NAME,
        ),
        input(
            "start",
            "Start",
            &format!("Such as 2027-06-12 14:00 or Sat 14:00, in {}", zone.as_str()),
            limits::TIME,
        ),
        input(
            "duration",
            "Duration",
            "Such as 6h, 90m or 2h 30m",
            limits::DURATION,
        ),
        Input {
            paragraph: true,
            ..input(
                "classes",
                "Classes",
                "One a line with its seats, such as GT3: 10",
                limits::CLASSES,
            )
        },
        Input {
            paragraph: true,
            required: false,
            ..input(
                "description",
                "Description",
                "What drivers should know",
                limits::DESCRIPTION,
            )
        },
    ]
}

impl Input {
    /// A line that has to be filled in.
    fn line(id: &'static str, label: &'static str, hint: &str, max: u16) -> Self {
        Self {
            id,
            label,
            hint: hint.to_owned(),
            paragraph: false,
            required: true,
            max,
        }
    }

    /// Several lines that have to be filled in.
    fn paragraph(id: &'static str, label: &'static str, hint: &str, max: u16) -> Self {
        Self {
            paragraph: true,
            ..Self::line(id, label, hint, max)
        }
    }

    /// A label around a text input. A value that is too long is left out: Discord would refuse the whole form.
    fn component(&self, value: &str) -> Value {
        let mut input = json!({
            "type": 4,
            "custom_id": self.id,
            "style": if self.paragraph { 2 } else { 1 },
            "required": self.required,
            "max_length": self.max,
        });
        if !value.is_empty() && value.chars().count() <= usize::from(self.max) {
            input["value"] = json!(value);
        }
        json!({ "type": 18, "label": self.label, "description": self.hint, "component": input })
    }
}

/// What was typed, from a submitted form: inputs in labels, or in action rows as older clients send them. `None` if an
/// input is missing or longer than Discord lets it be: then it is no form of ours.
#[must_use]
pub fn read_event_form(components: &[Value]) -> Option<EventForm> {
    let read = |id: &str, max: u16| read_input(components, id, max);
    Some(EventForm {
        name: read("name", limits::EVENT_NAME)?,
        start: read("start", limits::TIME)?,
        duration: read("duration", limits::DURATION)?,
        classes: read("classes", limits::CLASSES)?,
        description: read("description", limits::DESCRIPTION)?,
    })
}

/// As [`read_event_form`], for the form of [`availability`].
#[must_use]
pub fn read_details_form(components: &[Value]) -> Option<DetailsForm> {
    let read = |id, max| read_input(components, id, max);
    Some(DetailsForm {
        windows: read("windows", limits::WINDOWS)?,
        experience: read("experience", limits::FIGURE)?,
        backup: read("backup", limits::CLASS)?,
    })
}

/// A submitted request to join; `None` as for an event's form.
#[must_use]
pub fn read_join_form(components: &[Value]) -> Option<JoinForm> {
    Some(JoinForm {
        name: read_input(components, "name", limits::ENTRY_NAME)?,
        why: read_input(components, "why", limits::WHY)?,
        experience: read_input(components, "experience", limits::EXPERIENCE)?,
    })
}

/// A submitted time zone; `None` as for an event's form.
#[must_use]
pub fn read_zone(components: &[Value]) -> Option<String> {
    read_input(components, "zone", limits::TIME_ZONE)
}

/// A submitted reason of a rejection; `None` as for an event's form.
#[must_use]
pub fn read_reason(components: &[Value]) -> Option<String> {
    read_input(components, "reason", limits::REJECTION)
}

fn read_input(components: &[Value], id: &str, max: u16) -> Option<String> {
    let input = components
        .iter()
        .flat_map(inputs_in)
        .find(|input| input["custom_id"] == id)?;
    let value = match &input["value"] {
        Value::Null => "",
        value => value.as_str()?,
    };
    (value.chars().count() <= usize::from(max)).then(|| value.to_owned())
}

fn inputs_in(top: &Value) -> impl Iterator<Item = &Value> {
    let row = top
        .get("components")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    top.get("component").into_iter().chain(row)
}

#[cfg(test)]
#[path = "modals_tests.rs"]
mod tests;
