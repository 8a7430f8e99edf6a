//! A club's settings.

use super::phrases;
use crate::domain::settings::{Key, Value};
use serde_json::Value as Json;

/// A stored value, for people.
pub(super) fn stored(key: Key, json: &Json) -> String {
    key.spec()
        .kind
        .read(json)
        .map_or_else(|| "?".to_owned(), |value| shown(&value))
}

/// A value, for people: what people typed is made harmless, mentions are Gantry's own.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Pattern(_) => format!("**{}**", phrases::name(&value.typed())),
        Value::Roles(roles) if !roles.is_empty() => value.typed(),
        Value::Channel(Some(_)) => value.typed(),
        Value::Switch(_)
        | Value::Number(_)
        | Value::Length(_)
        | Value::Choice(_)
        | Value::Set(_)
        | Value::Hours(_)
        | Value::Roles(_)
        | Value::Channel(_)
        | Value::Colour(_)
        | Value::Zone(_)
        | Value::Quiet(_) => format!("**{}**", value.typed()),
    }
}
