//! Modals (Discord docs, components/using-modal-components).

use super::components::{Seen, number};
use super::selects::{options, select};
use crate::form::{Errors, Form, at};
use serde_json::Value;
use std::collections::BTreeSet;

const SELECT: [&str; 9] = [
    "disabled",
    "type",
    "id",
    "custom_id",
    "placeholder",
    "min_values",
    "max_values",
    "required",
    "options",
];
const ENTITY: [&str; 10] = [
    "disabled",
    "type",
    "id",
    "custom_id",
    "placeholder",
    "min_values",
    "max_values",
    "required",
    "default_values",
    "channel_types",
];
const TEXT: [&str; 9] = [
    "type",
    "id",
    "custom_id",
    "style",
    "value",
    "placeholder",
    "required",
    "min_length",
    "max_length",
];

/// Checks a modal's `data` and gives it back with numbered components.
pub(crate) fn check(data: &Value, path: &str, errors: &mut Errors) -> Value {
    let mut kept = data.clone();
    let Some(form) = Form::open(data, path, &["custom_id", "title", "components"], errors) else {
        return kept;
    };
    for key in ["custom_id", "title", "components"] {
        form.require(key, errors);
    }
    form.text("custom_id", 1..=100, errors);
    form.text("title", 1..=45, errors);
    let mut seen = Seen::default();
    let list = form.list("components", 1..=5, errors).unwrap_or_default();
    for (index, component) in list.iter().enumerate() {
        top(component, &at(&form.at("components"), index), &mut seen, errors);
    }
    number(&mut kept["components"], &BTreeSet::new(), &mut 1);
    kept
}

fn top(value: &Value, path: &str, seen: &mut Seen, errors: &mut Errors) {
    match value["type"].as_i64() {
        Some(10) => {
            let Some(form) = Form::open(value, path, &["type", "id", "content"], errors) else {
                return;
            };
            form.require("content", errors);
            form.text("content", 1..=4000, errors);
        }
        Some(18) => label(value, path, seen, errors),
        Some(1) => old_row(value, path, seen, errors),
        _ => errors.add(
            &at(path, "type"),
            "UNION_TYPE_CHOICES",
            "Value of field \"type\" must be one of [1, 10, 18].",
        ),
    }
}

fn label(value: &Value, path: &str, seen: &mut Seen, errors: &mut Errors) {
    let known = ["type", "id", "label", "description", "component"];
    let Some(form) = Form::open(value, path, &known, errors) else {
        return;
    };
    form.require("label", errors);
    form.require("component", errors);
    form.text("label", 1..=45, errors);
    form.text("description", 0..=100, errors);
    seen.id(&form, errors);
    let Some(child) = form.get("component") else {
        return;
    };
    field(child, &form.at("component"), false, seen, errors);
}

/// The deprecated form: an action row with one text input that carries its own label.
fn old_row(value: &Value, path: &str, seen: &mut Seen, errors: &mut Errors) {
    let Some(form) = Form::open(value, path, &["type", "id", "components"], errors) else {
        return;
    };
    form.require("components", errors);
    let list = form.list("components", 1..=1, errors).unwrap_or_default();
    for (index, child) in list.iter().enumerate() {
        let child_path = at(&form.at("components"), index);
        if child["type"] == 4 {
            field(child, &child_path, true, seen, errors);
        } else {
            errors.add(
                &at(&child_path, "type"),
                "UNION_TYPE_CHOICES",
                "Value of field \"type\" must be one of [4].",
            );
        }
    }
}

fn field(value: &Value, path: &str, labelled: bool, seen: &mut Seen, errors: &mut Errors) {
    let kind = value["type"].as_i64().unwrap_or(0);
    let group = [
        "type",
        "id",
        "custom_id",
        "min_values",
        "max_values",
        "required",
        "options",
    ];
    let mut text = TEXT.to_vec();
    if labelled {
        text.push("label");
    }
    let known: &[&str] = match kind {
        4 => &text,
        3 => &SELECT,
        5..=8 => &ENTITY,
        19 => &["type", "id", "custom_id", "min_values", "max_values", "required"],
        21 => &["type", "id", "custom_id", "required", "options"],
        22 => &group,
        23 => &["type", "id", "custom_id", "default"],
        _ => {
            let message = "Value of field \"type\" must be one of [3, 4, 5, 6, 7, 8, 19, 21, 22, 23].";
            errors.add(&at(path, "type"), "UNION_TYPE_CHOICES", message);
            return;
        }
    };
    let Some(form) = Form::open(value, path, known, errors) else {
        return;
    };
    seen.id(&form, errors);
    let required = form.boolean("required", errors).unwrap_or(true);
    if required && kind != 4 && form.get("min_values").is_some_and(|min| *min == 0) {
        errors.add(
            &form.at("min_values"),
            "NUMBER_TYPE_MIN",
            "A required field takes at least one value",
        );
    }
    if form.get("disabled").is_some_and(|disabled| *disabled == true) {
        errors.add(
            &form.at("disabled"),
            "MODAL_COMPONENT_DISABLED",
            "Nothing can be disabled in a modal",
        );
    }
    match kind {
        4 => text_input(&form, labelled, seen, errors),
        3 | 5..=8 => select(&form, kind, seen, errors),
        _ => {
            seen.custom_id(&form, errors);
            let top = if kind == 21 { 2..=10 } else { 1..=10 };
            if matches!(kind, 21 | 22) {
                form.require("options", errors);
                options(&form, top, &["label", "value", "description", "default"], errors);
            }
            form.integer("min_values", 0..=10, errors);
            form.integer("max_values", 1..=10, errors);
            form.boolean("default", errors);
        }
    }
}

fn text_input(form: &Form<'_>, labelled: bool, seen: &mut Seen, errors: &mut Errors) {
    seen.custom_id(form, errors);
    form.require("style", errors);
    form.choice("style", &[1, 2], errors);
    if labelled {
        form.require("label", errors);
        form.text("label", 1..=45, errors);
    }
    form.text("placeholder", 0..=100, errors);
    let min = form.integer("min_length", 0..=4000, errors).unwrap_or(0);
    let max = form.integer("max_length", 1..=4000, errors).unwrap_or(4000);
    if min > max {
        errors.add(
            &form.at("min_length"),
            "BASE_TYPE_MAX_LESS_THAN_MIN",
            "min_length must not be above max_length",
        );
    }
    if let Some(value) = form.text("value", 0..=4000, errors) {
        let length = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
        if length > 0 && !(min..=max).contains(&length) {
            errors.add(
                &form.at("value"),
                "BASE_TYPE_BAD_LENGTH",
                "The value does not fit its own length rule",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(modal: &Value) -> String {
        let mut errors = Errors::default();
        check(modal, "data", &mut errors);
        errors.summary()
    }

    fn modal(title: usize, fields: usize) -> Value {
        let labels: Vec<Value> = (0..fields)
            .map(|i| json!({"type": 18, "label": "Name", "component": {"type": 4, "custom_id": format!("f{i}"), "style": 1}}))
            .collect();
        json!({"custom_id": "m", "title": "t".repeat(title), "components": labels})
    }

    #[test]
    fn one_to_five_fields_and_a_title_of_45() {
        assert_eq!(faults(&modal(45, 5)), "");
        assert!(faults(&modal(46, 1)).contains("data.title"));
        assert!(faults(&modal(1, 6)).contains("data.components"));
        assert!(faults(&modal(1, 0)).contains("data.components"));
    }

    #[test]
    fn no_buttons_nothing_disabled_no_optional_minimum_on_a_required_field() {
        let with = |component: Value| json!({"custom_id": "m", "title": "t", "components": [{"type": 18, "label": "l", "component": component}]});
        assert!(
            faults(&with(
                json!({"type": 2, "style": 1, "label": "x", "custom_id": "c"})
            ))
            .contains("component.type")
        );
        let select = json!({"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]});
        assert_eq!(faults(&with(select.clone())), "");
        let mut disabled = select.clone();
        disabled["disabled"] = json!(false);
        assert_eq!(faults(&with(disabled.clone())), "");
        disabled["disabled"] = json!(true);
        assert!(faults(&with(disabled)).contains("component.disabled"));
        let mut none = select;
        none["min_values"] = json!(0);
        assert!(faults(&with(none.clone())).contains("min_values"));
        none["required"] = json!(false);
        assert_eq!(faults(&with(none)), "");
    }
}
