//! Selects of messages and modals, and the options of selects and groups.

use super::components::{Seen, emoji};
use crate::form::{Errors, Form, at};
use serde_json::Value;
use std::collections::BTreeSet;

/// A select, of a message or of a modal. In a modal `required` (by default true) asks for at least one value.
pub(super) fn select(form: &Form<'_>, kind: i64, seen: &mut Seen, errors: &mut Errors) {
    seen.custom_id(form, errors);
    form.text("placeholder", 0..=150, errors);
    form.boolean("disabled", errors);
    let min = form.integer("min_values", 0..=25, errors).unwrap_or(1);
    let max = form.integer("max_values", 1..=25, errors).unwrap_or(1);
    if min > max {
        errors.add(
            &form.at("min_values"),
            "BASE_TYPE_MAX_LESS_THAN_MIN",
            "min_values must not be above max_values",
        );
    }
    if kind != 3 {
        entity_defaults(form, kind, (min, max), errors);
        return;
    }
    form.require("options", errors);
    let count = options(
        form,
        1..=25,
        &["label", "value", "description", "emoji", "default"],
        errors,
    );
    let defaults = count.1;
    if usize::try_from(max).is_ok_and(|max| max > count.0 && count.0 > 0) {
        errors.add(
            &form.at("max_values"),
            "SELECT_COMPONENT_MAX_VALUES",
            "More values than there are options",
        );
    }
    if usize::try_from(max).is_ok_and(|max| defaults > max) {
        errors.add(
            &form.at("options"),
            "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
            "Too many default values",
        );
    }
}

fn entity_defaults(form: &Form<'_>, kind: i64, (min, max): (i64, i64), errors: &mut Errors) {
    if let Some(types) = form.list("channel_types", 0..=14, errors)
        && !types.iter().all(Value::is_i64)
    {
        errors.add(
            &form.at("channel_types"),
            "NUMBER_TYPE_COERCE",
            "Channel types are numbers",
        );
    }
    let Some(defaults) = form.list("default_values", 0..=25, errors) else {
        return;
    };
    let count = i64::try_from(defaults.len()).unwrap_or(i64::MAX);
    if !defaults.is_empty() && !(min..=max).contains(&count) {
        let message = "The number of default values must lie between min_values and max_values";
        errors.add(
            &form.at("default_values"),
            "SELECT_COMPONENT_DEFAULT_VALUES",
            message,
        );
    }
    let allowed: &[&str] = match kind {
        5 => &["user"],
        6 => &["role"],
        7 => &["user", "role"],
        _ => &["channel"],
    };
    for (index, value) in defaults.iter().enumerate() {
        let path = at(&form.at("default_values"), index);
        let Some(default) = Form::open(value, &path, &["id", "type"], errors) else {
            continue;
        };
        default.require("id", errors);
        default.snowflake("id", errors);
        if !default
            .get("type")
            .and_then(Value::as_str)
            .is_some_and(|kind| allowed.contains(&kind))
        {
            errors.add(
                &default.at("type"),
                "BASE_TYPE_CHOICES",
                &format!("Value must be one of {allowed:?}."),
            );
        }
    }
}

/// The options of a select or a group: labels and unique values; how many there are and how many are chosen.
pub(super) fn options(
    form: &Form<'_>,
    length: std::ops::RangeInclusive<usize>,
    known: &[&str],
    errors: &mut Errors,
) -> (usize, usize) {
    let list = form.list("options", length, errors).unwrap_or_default();
    let mut values = BTreeSet::new();
    let mut defaults = 0;
    for (index, option) in list.iter().enumerate() {
        let Some(option) = Form::open(option, &at(&form.at("options"), index), known, errors) else {
            continue;
        };
        option.require("label", errors);
        option.require("value", errors);
        option.text("label", 1..=100, errors);
        option.text("description", 0..=100, errors);
        emoji(&option, errors);
        defaults += usize::from(option.boolean("default", errors).unwrap_or(false));
        if let Some(value) = option.text("value", 1..=100, errors)
            && !values.insert(value)
        {
            let message = "The specified option value is already used";
            errors.add(
                &option.at("value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                message,
            );
        }
    }
    (list.len(), defaults)
}
