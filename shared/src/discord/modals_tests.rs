use super::*;
use crate::domain::event::{EventKey, EventState};
use crate::domain::ids::{ClubId, EventId, SeriesId, UserId};
use crate::domain::series::parse_classes;
use jiff::Timestamp;
use proptest::prelude::*;

fn berlin() -> ZoneName {
    ZoneName::parse("Europe/Berlin").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn series() -> Series {
    Series {
        club: ClubId::from_parts(0, 1),
        id: SeriesId::from_parts(0, 2),
        name: "GT Endurance".to_owned(),
        description: String::new(),
        classes: parse_classes("GT3: 10, LMP2: 12").unwrap(),
        created_by: UserId(1),
        created_at: at("2026-11-01T00:00:00Z"),
    }
}

fn event() -> Event {
    Event {
        key: EventKey {
            club: ClubId::from_parts(0, 1),
            event: EventId::from_parts(0, 3),
        },
        series: SeriesId::from_parts(0, 2),
        series_name: "GT Endurance".to_owned(),
        name: "Monza 6h".to_owned(),
        description: "Bring a wheel.\nNo contact.".to_owned(),
        starts_at: at("2026-11-28T13:00:00Z"),
        duration_min: 150,
        classes: parse_classes("GT3: 10, LMP2: 12").unwrap(),
        state: EventState::Open,
        opens_at: None,
        closes_at: None,
        state_since: None,
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: UserId(1),
        created_at: at("2026-11-01T00:00:00Z"),
        version: 7,
    }
}

/// The form as Discord sends it back untouched.
fn submitted(modal: &Modal) -> Vec<Value> {
    let labels = modal.0["components"].as_array().unwrap();
    let back = |label: &Value| {
        let input = &label["component"];
        let value = input.get("value").cloned().unwrap_or_else(|| json!(""));
        json!({ "type": 18, "id": 1, "component": { "type": 4, "id": 2, "custom_id": input["custom_id"], "value": value } })
    };
    labels.iter().map(back).collect()
}

/// The same in the older shape.
fn in_rows(labels: &[Value]) -> Vec<Value> {
    labels
        .iter()
        .map(|label| json!({ "type": 1, "components": [label["component"]] }))
        .collect()
}

#[test]
fn the_form_of_a_new_event_is_prefilled() {
    let modal = event_create(
        &series(),
        &berlin(),
        Some("Spa 24h".to_owned()),
        None,
        Some("24h".to_owned()),
    );
    insta::assert_json_snapshot!(modal.0);
}

#[test]
fn the_form_of_an_event_shows_what_is_set() {
    let modal = event_edit(&event(), &berlin());
    assert_eq!(modal.0["custom_id"], "g1:ee:00000000000000000000000003:7");
    let form = read_event_form(&submitted(&modal)).unwrap();
    let expected = EventForm {
        name: "Monza 6h".to_owned(),
        start: "2026-11-28 14:00".to_owned(),
        duration: "2h 30m".to_owned(),
        classes: "GT3: 10\nLMP2: 12".to_owned(),
        description: "Bring a wheel.\nNo contact.".to_owned(),
    };
    assert_eq!(form, expected);
    // Submitted untouched, it changes nothing: even if the event has begun.
    let checked = form
        .check(
            &berlin().zone(),
            at("2027-01-01T00:00:00Z"),
            Some(event().starts_at),
        )
        .unwrap();
    assert_eq!(
        event().edited(checked),
        Event {
            version: 8,
            ..event()
        }
    );
}

#[test]
fn both_shapes_of_a_submitted_form_are_read() {
    let labels = submitted(&event_edit(&event(), &berlin()));
    assert_eq!(read_event_form(&in_rows(&labels)), read_event_form(&labels));
    assert!(read_event_form(&labels).is_some());
    let mut mixed = in_rows(&labels[..2]);
    mixed.extend_from_slice(&labels[2..]);
    mixed.push(json!({ "type": 10, "content": "text" }));
    assert_eq!(read_event_form(&mixed), read_event_form(&labels));
}

#[test]
fn a_form_with_missing_or_impossible_inputs_is_not_ours() {
    let labels = submitted(&event_edit(&event(), &berlin()));
    for missing in 0..labels.len() {
        let mut fewer = labels.clone();
        fewer.remove(missing);
        assert_eq!(read_event_form(&fewer), None, "{missing}");
    }
    let with = |value: Value| {
        let mut changed = labels.clone();
        changed[0]["component"]["value"] = value;
        read_event_form(&changed).map(|form| form.name)
    };
    assert_eq!(with(json!(null)), Some(String::new()));
    assert_eq!(with(json!("é".repeat(80))), Some("é".repeat(80)));
    assert_eq!(with(json!("é".repeat(81))), None);
    assert_eq!(with(json!(["x"])), None);
    for junk in [
        json!(null),
        json!(7),
        json!({}),
        json!({ "components": 1 }),
        json!({ "component": [] }),
    ] {
        assert_eq!(read_event_form(&[junk]), None);
    }
}

#[test]
fn the_classes_of_the_largest_event_fit_the_form() {
    let label = "W".repeat(20);
    let classes: Vec<String> = (0..10).map(|n| format!("{}{n}: 100", &label[1..])).collect();
    let largest = Event {
        classes: parse_classes(&classes.join("\n")).unwrap(),
        ..event()
    };
    let form = read_event_form(&submitted(&event_edit(&largest, &berlin()))).unwrap();
    assert_eq!(parse_classes(&form.classes).unwrap(), largest.classes);
}

proptest! {
    #[test]
    fn every_form_keeps_discords_limits(
        name in "\\PC{1,80}", description in "\\PC{0,1000}", zone in 0..500_usize, minutes in 5..2880_i64,
    ) {
        let zones = ZoneName::matching("", 500);
        let zone = ZoneName::parse(&zones[zone % zones.len()]).unwrap();
        let event = Event { name, description, duration_min: minutes, ..event() };
        let Modal(modal) = event_edit(&event, &zone);
        prop_assert!(text::len(modal["title"].as_str().unwrap()) <= 45);
        prop_assert!(modal["custom_id"].as_str().unwrap().len() <= 100);
        let components = modal["components"].as_array().unwrap();
        prop_assert_eq!(components.len(), 5);
        for label in components {
            prop_assert!(text::len(label["label"].as_str().unwrap()) <= 45);
            prop_assert!(text::len(label["description"].as_str().unwrap()) <= 100);
            let max = label["component"]["max_length"].as_u64().unwrap() as usize;
            prop_assert!(max <= 4000);
            let value = label["component"]["value"].as_str().unwrap_or_default();
            prop_assert!(value.chars().count() <= max);
        }
        prop_assert!(read_event_form(&submitted(&Modal(modal))).is_some());
    }
}

#[test]
fn the_forms_of_requests_to_join() {
    let key = JoinKey {
        user: UserId(7),
        request: crate::domain::ids::InteractionId(9),
    };
    let (asked, rejected) = (join("Apex *Endurance*", "Ada"), rejection(key, "Ada"));
    insta::assert_json_snapshot!([&asked.0, &rejected.0]);
    let form = read_join_form(&submitted(&asked)).unwrap();
    assert_eq!((form.name.as_str(), form.why.as_str()), ("Ada", ""));
    assert_eq!(read_join_form(&in_rows(&submitted(&asked))), Some(form));
    assert_eq!(read_reason(&submitted(&rejected)).as_deref(), Some(""));
    assert_eq!(read_join_form(&submitted(&rejected)), None);
    let long =
        json!([{ "type": 18, "component": { "type": 4, "custom_id": "reason", "value": "x".repeat(301) } }]);
    assert_eq!(read_reason(long.as_array().unwrap()), None);
    let title = join(&"W".repeat(80), "Ada").0["title"]
        .as_str()
        .unwrap()
        .chars()
        .count();
    assert!(title <= TITLE_MAX);
}
