//! Components of messages (Discord docs, components/reference): legacy rows and Components V2.

use super::selects::select;
use crate::form::{Errors, Form, at};
use crate::limits;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where a component stands, which decides what may stand there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Top of a message without the V2 flag.
    Legacy,
    Top,
    Row,
    Section,
    Accessory,
    Container,
}

impl Place {
    fn allows(self) -> &'static [i64] {
        match self {
            Self::Legacy => &[1],
            Self::Top => &[1, 9, 10, 12, 13, 14, 17],
            Self::Row => &[2, 3, 5, 6, 7, 8],
            Self::Section => &[10],
            Self::Accessory => &[2, 11],
            Self::Container => &[1, 9, 10, 12, 13, 14],
        }
    }
}

/// What has been seen of one message or modal.
#[derive(Default)]
pub(super) struct Seen {
    custom_ids: BTreeSet<String>,
    ids: BTreeSet<i64>,
    count: usize,
    text: usize,
}

impl Seen {
    /// Notes a custom id, which must be unique in its message or modal.
    pub fn custom_id(&mut self, form: &Form<'_>, errors: &mut Errors) {
        form.require("custom_id", errors);
        let Some(custom_id) = form.text("custom_id", 1..=100, errors) else {
            return;
        };
        if !self.custom_ids.insert(custom_id.to_owned()) {
            let message = "Component custom id cannot be duplicated";
            errors.add(&form.at("custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message);
        }
    }

    /// Notes a component's own number, which must be unique when it is not 0.
    pub fn id(&mut self, form: &Form<'_>, errors: &mut Errors) {
        let id = form.integer("id", 0..=i64::from(i32::MAX), errors).unwrap_or(0);
        if id != 0 && !self.ids.insert(id) {
            errors.add(
                &form.at("id"),
                "COMPONENT_ID_DUPLICATED",
                "Component id cannot be duplicated",
            );
        }
    }
}

/// Checks a message's components and gives them back with an `id` each.
pub(crate) fn check(list: &[Value], v2: bool, path: &str, errors: &mut Errors) -> Vec<Value> {
    let mut seen = Seen::default();
    if !v2 && list.len() > limits::ROWS {
        let message = "Must be between 0 and 5 in length.";
        errors.add(path, "BASE_TYPE_BAD_LENGTH", message);
    }
    let place = if v2 { Place::Top } else { Place::Legacy };
    for (index, component) in list.iter().enumerate() {
        one(component, &at(path, index), place, &mut seen, errors);
    }
    if v2 && seen.count > limits::V2_COMPONENTS {
        let message = "The total number of components cannot exceed 40";
        errors.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message);
    }
    if seen.text > limits::V2_TEXT {
        let message = "The total displayable text cannot exceed 4000 characters";
        errors.add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message);
    }
    let mut kept = Value::Array(list.to_vec());
    let mut next = 1;
    number(&mut kept, &seen.ids, &mut next);
    kept.as_array().cloned().unwrap_or_default()
}

/// Gives every component without a number of its own the next free one.
pub(super) fn number(value: &mut Value, taken: &BTreeSet<i64>, next: &mut i64) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| number(item, taken, next)),
        Value::Object(map) => {
            if map.get("type").is_some_and(Value::is_i64)
                && map.get("id").and_then(Value::as_i64).unwrap_or(0) == 0
            {
                while taken.contains(next) {
                    *next += 1;
                }
                map.insert("id".to_owned(), json!(*next));
                *next += 1;
            }
            for key in ["components", "accessory", "component"] {
                if let Some(inner) = map.get_mut(key) {
                    number(inner, taken, next);
                }
            }
        }
        _ => {}
    }
}

/// The keys of a select of every kind. `required` means nothing outside of modals, but is taken.
const SELECT: [&str; 10] = [
    "type",
    "id",
    "custom_id",
    "placeholder",
    "min_values",
    "max_values",
    "disabled",
    "required",
    "options",
    "default_values",
];

fn keys(kind: i64) -> Vec<&'static str> {
    let own: &[&str] = match kind {
        1 => &["components"],
        2 => &[
            "custom_id",
            "style",
            "label",
            "disabled",
            "url",
            "sku_id",
            "emoji",
        ],
        3 => {
            return SELECT
                .iter()
                .copied()
                .filter(|key| *key != "default_values")
                .collect();
        }
        5..=7 => return SELECT.iter().copied().filter(|key| *key != "options").collect(),
        8 => {
            return SELECT
                .iter()
                .copied()
                .filter(|key| *key != "options")
                .chain(["channel_types"])
                .collect();
        }
        9 => &["components", "accessory"],
        10 => &["content"],
        11 => &["media", "description", "spoiler"],
        12 => &["items"],
        13 => &["file", "spoiler"],
        14 => &["divider", "spacing"],
        17 => &["components", "accent_color", "spoiler"],
        _ => &[],
    };
    ["type", "id"].iter().chain(own).copied().collect()
}

fn one(value: &Value, path: &str, place: Place, seen: &mut Seen, errors: &mut Errors) {
    seen.count += 1;
    let Some(kind) = value.get("type").and_then(Value::as_i64) else {
        errors.add(&at(path, "type"), "BASE_TYPE_REQUIRED", "This field is required");
        return;
    };
    if !place.allows().contains(&kind) {
        let message = format!("Value of field \"type\" must be one of {:?}.", place.allows());
        errors.add(&at(path, "type"), "UNION_TYPE_CHOICES", &message);
        return;
    }
    let Some(form) = Form::open(value, path, &keys(kind), errors) else {
        return;
    };
    seen.id(&form, errors);
    match kind {
        1 => row(&form, seen, errors),
        2 => button(&form, seen, errors),
        3 | 5..=8 => select(&form, kind, seen, errors),
        9 => section(&form, seen, errors),
        10 => {
            form.require("content", errors);
            let text = form.text("content", 1..=limits::V2_TEXT, errors);
            seen.text += text.map_or(0, |text| text.chars().count());
        }
        11 => media(&form, errors),
        12 => gallery(&form, errors),
        13 => file(&form, errors),
        14 => {
            form.boolean("divider", errors);
            form.choice("spacing", &[1, 2], errors);
        }
        _ => container(&form, seen, errors),
    }
}

fn row(form: &Form<'_>, seen: &mut Seen, errors: &mut Errors) {
    form.require("components", errors);
    let children = form.list("components", 1..=5, errors).unwrap_or_default();
    let selects = children.iter().filter(|child| child["type"] != 2).count();
    if selects > 0 && children.len() > 1 {
        let message = "The specified component exceeds the maximum width";
        errors.add(&form.at("components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message);
    }
    for (index, child) in children.iter().enumerate() {
        one(
            child,
            &at(&form.at("components"), index),
            Place::Row,
            seen,
            errors,
        );
    }
}

fn button(form: &Form<'_>, seen: &mut Seen, errors: &mut Errors) {
    form.require("style", errors);
    let style = form.choice("style", &[1, 2, 3, 4, 5, 6], errors).unwrap_or(1);
    form.text("label", 0..=80, errors);
    form.boolean("disabled", errors);
    emoji(form, errors);
    let forbid = |keys: &[&str], errors: &mut Errors| {
        for key in keys.iter().filter(|key| form.get(key).is_some()) {
            errors.add(
                &form.at(key),
                "BUTTON_COMPONENT_INVALID_FIELD",
                "This field does not belong to the style",
            );
        }
    };
    match style {
        5 => {
            form.require("url", errors);
            form.url("url", 512, errors);
            forbid(&["custom_id", "sku_id"], errors);
        }
        6 => {
            form.require("sku_id", errors);
            form.snowflake("sku_id", errors);
            forbid(&["custom_id", "url", "label", "emoji"], errors);
        }
        _ => {
            seen.custom_id(form, errors);
            forbid(&["url", "sku_id"], errors);
        }
    }
    let label = form.get("label").and_then(Value::as_str).unwrap_or_default();
    if style != 6 && label.is_empty() && form.get("emoji").is_none() {
        errors.add(
            &form.path,
            "BUTTON_COMPONENT_LABEL_REQUIRED",
            "A button needs a label or an emoji",
        );
    }
}

pub(super) fn emoji(form: &Form<'_>, errors: &mut Errors) {
    let Some(value) = form.get("emoji") else { return };
    let Some(emoji) = Form::open(value, &form.at("emoji"), &["id", "name", "animated"], errors) else {
        return;
    };
    let id = emoji.snowflake("id", errors);
    let name = emoji.text("name", 1..=32, errors);
    let unicode = name.is_some_and(|name| {
        name.chars()
            .any(|character| !character.is_ascii() || character == '\u{20e3}')
    });
    if id.is_none() && !unicode {
        errors.add(&emoji.at("name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji");
    }
}

fn section(form: &Form<'_>, seen: &mut Seen, errors: &mut Errors) {
    form.require("components", errors);
    form.require("accessory", errors);
    for (index, child) in form
        .list("components", 1..=3, errors)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        one(
            child,
            &at(&form.at("components"), index),
            Place::Section,
            seen,
            errors,
        );
    }
    if let Some(accessory) = form.get("accessory") {
        one(accessory, &form.at("accessory"), Place::Accessory, seen, errors);
    }
}

fn container(form: &Form<'_>, seen: &mut Seen, errors: &mut Errors) {
    form.require("components", errors);
    form.integer("accent_color", 0..=0xFF_FFFF, errors);
    form.boolean("spoiler", errors);
    for (index, child) in form
        .list("components", 1..=40, errors)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        one(
            child,
            &at(&form.at("components"), index),
            Place::Container,
            seen,
            errors,
        );
    }
}

fn media(form: &Form<'_>, errors: &mut Errors) {
    form.require("media", errors);
    form.text("description", 0..=1024, errors);
    form.boolean("spoiler", errors);
    if let Some(media) = form
        .get("media")
        .and_then(|media| Form::open(media, &form.at("media"), &["url"], errors))
    {
        media.require("url", errors);
        media.url("url", 2048, errors);
    }
}

fn gallery(form: &Form<'_>, errors: &mut Errors) {
    form.require("items", errors);
    for (index, item) in form
        .list("items", 1..=10, errors)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let path = at(&form.at("items"), index);
        if let Some(item) = Form::open(item, &path, &["media", "description", "spoiler"], errors) {
            media(&item, errors);
        }
    }
}

/// Files are named by `attachment://`; the simulator takes no uploads, so no such name can be known.
fn file(form: &Form<'_>, errors: &mut Errors) {
    errors.add(
        &form.at("file"),
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        "No such attachment",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(v2: bool, components: &Value) -> String {
        let mut errors = Errors::default();
        check(components.as_array().unwrap(), v2, "components", &mut errors);
        errors.summary()
    }

    fn button(id: usize) -> Value {
        json!({"type": 2, "style": 1, "label": "Sign up", "custom_id": format!("b{id}")})
    }

    fn rows(rows: usize, per_row: usize) -> Value {
        (0..rows)
            .map(|row| json!({"type": 1, "components": (0..per_row).map(|i| button(row * 10 + i)).collect::<Vec<_>>()}))
            .collect()
    }

    #[test]
    fn five_rows_of_five_buttons_and_no_more() {
        assert_eq!(faults(false, &rows(5, 5)), "");
        assert!(faults(false, &rows(6, 1)).contains("components: Must be between"));
        assert!(faults(false, &rows(1, 6)).contains("components.0.components"));
        assert!(faults(false, &rows(1, 0)).contains("components.0.components"));
    }

    #[test]
    fn custom_ids_are_unique_and_at_most_100() {
        let twice = json!([{"type": 1, "components": [button(1), button(1)]}]);
        assert!(faults(false, &twice).contains("COMPONENT_CUSTOM_ID_DUPLICATED"));
        let sized = |size| json!([{"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "c".repeat(size)}]}]);
        assert_eq!(faults(false, &sized(100)), "");
        assert!(faults(false, &sized(101)).contains("components.0.components.0.custom_id"));
    }

    #[test]
    fn link_buttons_have_an_address_and_no_custom_id() {
        let link = |extra: Value| {
            let mut button = json!({"type": 2, "style": 5, "label": "Site", "url": "https://example.org"});
            button
                .as_object_mut()
                .unwrap()
                .extend(extra.as_object().unwrap().clone());
            json!([{"type": 1, "components": [button]}])
        };
        assert_eq!(faults(false, &link(json!({}))), "");
        assert!(faults(false, &link(json!({"custom_id": "x"}))).contains("custom_id"));
        assert!(faults(false, &link(json!({"url": "ftp://x"}))).contains("URL_TYPE_INVALID_URL"));
        let bare = json!([{"type": 1, "components": [{"type": 2, "style": 1, "label": "x"}]}]);
        assert!(faults(false, &bare).contains("custom_id: This field is required"));
    }

    #[test]
    fn a_select_stands_alone_with_25_options_at_most() {
        let select = |count: usize| {
            let options: Vec<Value> = (0..count)
                .map(|i| json!({"label": "GT3", "value": format!("v{i}")}))
                .collect();
            json!({"type": 3, "custom_id": "s", "options": options})
        };
        assert_eq!(
            faults(false, &json!([{"type": 1, "components": [select(25)]}])),
            ""
        );
        assert!(faults(false, &json!([{"type": 1, "components": [select(26)]}])).contains("options"));
        let beside = json!([{"type": 1, "components": [select(2), button(1)]}]);
        assert!(faults(false, &beside).contains("COMPONENT_LAYOUT_WIDTH_EXCEEDED"));
    }

    #[test]
    fn v2_counts_all_components_and_all_text() {
        let text = |size: usize| json!({"type": 10, "content": "t".repeat(size)});
        assert_eq!(faults(true, &json!(vec![text(1); 40])), "");
        assert!(faults(true, &json!(vec![text(1); 41])).contains("TOTAL_COMPONENTS"));
        assert_eq!(faults(true, &json!([text(2000), text(2000)])), "");
        assert!(faults(true, &json!([text(2000), text(2001)])).contains("DISPLAYABLE_TEXT"));
        assert!(faults(false, &json!([text(1)])).contains("UNION_TYPE_CHOICES"));
        let nested = json!([{"type": 17, "components": [{"type": 17, "components": [text(1)]}]}]);
        assert!(faults(true, &nested).contains("components.0.components.0.type"));
    }

    #[test]
    fn sections_need_text_and_an_accessory() {
        let good = json!([{"type": 9, "components": [{"type": 10, "content": "x"}], "accessory": button(1)}]);
        assert_eq!(faults(true, &good), "");
        let bare = json!([{"type": 9, "components": [{"type": 10, "content": "x"}]}]);
        assert!(faults(true, &bare).contains("accessory"));
    }

    #[test]
    fn every_component_gets_a_number() {
        let mut errors = Errors::default();
        let list = json!([{"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "a", "id": 1}]}]);
        let kept = check(list.as_array().unwrap(), false, "components", &mut errors);
        assert_eq!(
            (kept[0]["id"].as_i64(), kept[0]["components"][0]["id"].as_i64()),
            (Some(2), Some(1))
        );
    }
}
