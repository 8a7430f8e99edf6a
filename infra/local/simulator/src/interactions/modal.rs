//! Modals as the client sends them off: every field checked as the client checks it.

use super::payload::Resolved;
use super::{Actor, OpenModal};
use crate::simulator::SimulatorError;
use crate::state::State;
use jiff::Timestamp;
use serde_json::{Value, json};

fn refused<T>(reason: impl Into<String>) -> Result<T, SimulatorError> {
    Err(SimulatorError::Refused(reason.into()))
}

/// The `data` of a modal submission. `values` maps custom ids to a text, a list of texts, or a truth value.
pub(super) fn data(
    state: &State,
    actor: &Actor,
    modal: &OpenModal,
    values: &Value,
    now: Timestamp,
) -> Result<Value, SimulatorError> {
    let Some(values) = values.as_object() else {
        return refused("values are given as an object");
    };
    let mut resolved = Resolved::default();
    let mut known = Vec::new();
    let mut components = Vec::new();
    for part in &modal.components {
        let id = &part["id"];
        let filled = match part["type"].as_i64() {
            Some(18) => {
                let field = filled(
                    state,
                    actor,
                    &part["component"],
                    values,
                    now,
                    &mut resolved,
                    &mut known,
                )?;
                json!({"type": 18, "id": id, "component": field})
            }
            Some(1) => {
                let field = filled(
                    state,
                    actor,
                    &part["components"][0],
                    values,
                    now,
                    &mut resolved,
                    &mut known,
                )?;
                json!({"type": 1, "id": id, "components": [field]})
            }
            _ => json!({"type": 10, "id": id}),
        };
        components.push(filled);
    }
    if let Some(unknown) = values.keys().find(|key| !known.contains(*key)) {
        return refused(format!("the modal has no field {unknown}"));
    }
    let mut data = json!({"custom_id": modal.custom_id, "components": components});
    if let Some(resolved) = resolved.json() {
        data["resolved"] = resolved;
    }
    Ok(data)
}

fn filled(
    state: &State,
    actor: &Actor,
    field: &Value,
    values: &serde_json::Map<String, Value>,
    now: Timestamp,
    resolved: &mut Resolved,
    known: &mut Vec<String>,
) -> Result<Value, SimulatorError> {
    let custom_id = field["custom_id"].as_str().unwrap_or_default();
    known.push(custom_id.to_owned());
    let kind = field["type"].as_i64().unwrap_or(0);
    let required = field["required"].as_bool().unwrap_or(true);
    let given = values.get(custom_id);
    let mut out = json!({"type": kind, "id": field["id"], "custom_id": custom_id});
    match kind {
        4 => {
            let text = given
                .or_else(|| field.get("value"))
                .and_then(Value::as_str)
                .unwrap_or_default();
            text_fits(custom_id, field, text, required)?;
            out["value"] = json!(text);
        }
        21 => {
            let chosen = given
                .cloned()
                .or_else(|| default_values(field).first().map(|value| json!(value)));
            let chosen = chosen.unwrap_or(Value::Null);
            if required && chosen.is_null() {
                return refused(format!("{custom_id} is required"));
            }
            if !chosen.is_null() && !is_option(field, &chosen) {
                return refused(format!("{custom_id}: {chosen} is not among the options"));
            }
            out["value"] = chosen;
        }
        23 => {
            out["value"] = json!(
                given
                    .and_then(Value::as_bool)
                    .or(field["default"].as_bool())
                    .unwrap_or(false)
            )
        }
        _ => {
            let list = match given {
                Some(Value::Array(list)) => list.clone(),
                Some(Value::String(one)) => vec![json!(one)],
                _ => default_values(field).into_iter().map(Value::from).collect(),
            };
            picked(state, actor, field, &list, required, now, resolved)?;
            out["values"] = json!(list);
        }
    }
    Ok(out)
}

fn text_fits(custom_id: &str, field: &Value, text: &str, required: bool) -> Result<(), SimulatorError> {
    let length = text.chars().count() as u64;
    if length == 0 {
        return if required {
            refused(format!("{custom_id} is required"))
        } else {
            Ok(())
        };
    }
    let (min, max) = (
        field["min_length"].as_u64().unwrap_or(0),
        field["max_length"].as_u64().unwrap_or(4000),
    );
    if !(min..=max).contains(&length) {
        return refused(format!(
            "{custom_id} must have between {min} and {max} characters"
        ));
    }
    if field["style"] == 1 && text.contains('\n') {
        return refused(format!("{custom_id} is a single line"));
    }
    Ok(())
}

fn default_values(field: &Value) -> Vec<String> {
    let options = field["options"].as_array().map_or(&[][..], Vec::as_slice);
    let chosen = options.iter().filter(|option| option["default"] == true);
    chosen
        .filter_map(|option| option["value"].as_str().map(str::to_owned))
        .collect()
}

fn is_option(field: &Value, value: &Value) -> bool {
    field["options"]
        .as_array()
        .is_some_and(|options| options.iter().any(|option| option["value"] == *value))
}

/// Checks what was picked in a select or a group: how many, and that each is there. Used for messages too.
pub(super) fn picked(
    state: &State,
    actor: &Actor,
    field: &Value,
    list: &[Value],
    required: bool,
    now: Timestamp,
    resolved: &mut Resolved,
) -> Result<(), SimulatorError> {
    let custom_id = field["custom_id"].as_str().unwrap_or_default();
    let kind = field["type"].as_i64().unwrap_or(0);
    let count = list.len() as u64;
    let most = if kind == 22 {
        field["options"]
            .as_array()
            .map_or(1, |options| options.len() as u64)
    } else {
        1
    };
    let (min, max) = (
        field["min_values"].as_u64().unwrap_or(1),
        field["max_values"].as_u64().unwrap_or(most),
    );
    let none_allowed = !required && count == 0;
    if !none_allowed && !(min..=max).contains(&count) {
        return refused(format!("{custom_id} takes between {min} and {max} values"));
    }
    for (index, value) in list.iter().enumerate() {
        let id = crate::form::as_snowflake(value).unwrap_or_default();
        let there = match kind {
            3 | 22 => is_option(field, value),
            5 => resolved.user(state, actor.guild, id, now),
            6 => resolved.role(state, actor.guild, id),
            7 => resolved.user(state, actor.guild, id, now) || resolved.role(state, actor.guild, id),
            8 => resolved.channel(state, actor, id, now),
            _ => false,
        };
        if !there || list[..index].contains(value) {
            return refused(format!("{custom_id}: {value} is not to be picked"));
        }
    }
    Ok(())
}
