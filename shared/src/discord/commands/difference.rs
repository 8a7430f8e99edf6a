//! What lies between the commands that are registered and those that should be, and how to say so.
//!
//! Discord fills in what a registration leaves out (`nsfw`, `integration_types`, an option's `required`) and leaves out
//! what is empty. So both sides are first brought to one form, in which every field that Discord documents is written
//! out; only that is compared. Fields that it does not document are not looked at.

use crate::domain::ids::CommandId;
use serde_json::{Map, Number, Value, json};
use std::fmt::Write as _;

/// An application's command of type 4, by which an Activity is launched. Discord makes it, and refuses a bulk
/// overwrite without it.
const ENTRY_POINT: u64 = 4;
/// Option types that hold options.
const NESTED: [u64; 2] = [1, 2];
/// The largest whole number that a JSON number holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What brings the registered commands to the wanted ones; the entry point is in none of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Wanted and not registered, whole.
    pub create: Vec<Value>,
    /// Registered otherwise than wanted.
    pub edit: Vec<Edit>,
    /// Registered and not wanted.
    pub delete: Vec<Registered>,
    /// Entry points, which are left alone.
    pub kept: Vec<Registered>,
    /// How many are registered as wanted.
    pub same: usize,
}

/// A command that is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Its id.
    pub id: CommandId,
    /// 1 slash command, 2 for users, 3 for messages, 4 entry point.
    pub kind: u64,
    /// Its name.
    pub name: String,
}

/// A command that is to be edited.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Which.
    pub of: Registered,
    /// The fields to be sent: only those that differ, each whole.
    pub fields: Value,
    /// The command as it will be, by which paths are explained.
    pub wanted: Value,
    /// What is different, the deepest field of each.
    pub changes: Vec<Change>,
}

/// A field that is different.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where, as [`place`] says it.
    pub place: String,
    /// As it is registered; null when it is not there.
    pub before: Value,
    /// As it should be; null when it should not be there.
    pub after: Value,
}

/// What is registered cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a registered command has no readable id, type and name: {0}")]
pub struct Unreadable(String);

impl Difference {
    /// Whether nothing has to be written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.writes() == 0
    }

    /// How many calls it takes.
    #[must_use]
    pub const fn writes(&self) -> usize {
        self.create.len() + self.edit.len() + self.delete.len()
    }
}

/// Compares `registered`, as Discord lists it with localisations, with `wanted`, as it would be registered.
///
/// # Errors
/// [`Unreadable`] for a registered command without id or name.
pub fn difference(wanted: &[Value], registered: &[Value]) -> Result<Difference, Unreadable> {
    let mut found = Difference::default();
    let mut there = Vec::new();
    for command in registered {
        let of = identity(command)?;
        if of.kind == ENTRY_POINT {
            found.kept.push(of);
        } else {
            there.push((of, command));
        }
    }
    for command in wanted {
        let (kind, name) = (kind(command), command["name"].as_str().unwrap_or_default());
        let same = |(of, _): &(Registered, &Value)| of.kind == kind && of.name == name;
        match there.iter().position(same) {
            None => found.create.push(command.clone()),
            Some(at) => {
                let (of, present) = there.swap_remove(at);
                match edit(of, present, command) {
                    Some(edit) => found.edit.push(edit),
                    None => found.same += 1,
                }
            }
        }
    }
    there.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    found.delete = there.into_iter().map(|(of, _)| of).collect();
    Ok(found)
}

/// The commands as a guild's own are registered: what only global commands may say is left out (Discord docs,
/// application commands, `contexts` and `integration_types`).
#[must_use]
pub fn for_guild(commands: &[Value]) -> Vec<Value> {
    let mut commands = commands.to_vec();
    for command in &mut commands {
        if let Some(fields) = command.as_object_mut() {
            fields.remove("contexts");
            fields.remove("integration_types");
        }
    }
    commands
}

fn identity(command: &Value) -> Result<Registered, Unreadable> {
    let id = command["id"].as_str().and_then(|id| id.parse().ok());
    match (id, command["name"].as_str()) {
        (Some(id), Some(name)) => Ok(Registered {
            id,
            kind: kind(command),
            name: name.to_owned(),
        }),
        _ => Err(Unreadable(command.to_string())),
    }
}

/// Type 1, a slash command, when it is not said.
fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(1)
}

fn edit(of: Registered, present: &Value, wanted: &Value) -> Option<Edit> {
    let (before, after) = (normal_command(present, wanted), normal_command(wanted, wanted));
    let mut fields = Map::new();
    let mut changes = Vec::new();
    for (key, value) in &after {
        let present = before.get(key).unwrap_or(&Value::Null);
        if present != value {
            fields.insert(key.clone(), value.clone());
            changed(present, value, &here(wanted), key, &mut changes);
        }
    }
    (!fields.is_empty()).then(|| Edit {
        of,
        fields: Value::Object(fields),
        wanted: wanted.clone(),
        changes,
    })
}

/// A command in the form that is compared. What only global commands may say is compared where `wanted` says it.
fn normal_command(command: &Value, wanted: &Value) -> Map<String, Value> {
    let mut normal = Map::new();
    let mut put = |key: &str, value: Value| normal.insert(key.to_owned(), value);
    put("description", text_or_empty(&command["description"]));
    put("name_localizations", translations(&command["name_localizations"]));
    put(
        "description_localizations",
        translations(&command["description_localizations"]),
    );
    put(
        "default_member_permissions",
        command["default_member_permissions"].clone(),
    );
    put("nsfw", truth(&command["nsfw"]));
    put("options", options(&command["options"]));
    if wanted.get("contexts").is_some() {
        put("contexts", contexts(command));
    }
    if wanted.get("integration_types").is_some() {
        let types = &command["integration_types"];
        // What Discord assumed before commands could be installed otherwise: 0, in guilds.
        put(
            "integration_types",
            if types.is_null() { json!([0]) } else { set(types) },
        );
    }
    normal
}

/// `dm_permission` is the older word for the same thing.
fn contexts(command: &Value) -> Value {
    match &command["contexts"] {
        Value::Null if command["dm_permission"] == json!(false) => json!([0]),
        Value::Null => Value::Null,
        contexts => set(contexts),
    }
}

fn options(list: &Value) -> Value {
    list.as_array().into_iter().flatten().map(option).collect()
}

fn option(option: &Value) -> Value {
    let kind = option["type"].as_u64().unwrap_or(0);
    let mut normal = json!({
        "type": kind,
        "name": option["name"],
        "description": text_or_empty(&option["description"]),
    });
    let mut put = |key: &str, value: Value| {
        if !matches!(&value, Value::Null) {
            normal[key] = value;
        }
    };
    put("name_localizations", translations(&option["name_localizations"]));
    put(
        "description_localizations",
        translations(&option["description_localizations"]),
    );
    if NESTED.contains(&kind) {
        put("options", options(&option["options"]));
        return normal;
    }
    put("required", truth(&option["required"]));
    for key in ["min_length", "max_length", "min_value", "max_value"] {
        put(key, number(&option[key]));
    }
    put(
        "autocomplete",
        if option["autocomplete"] == json!(true) {
            json!(true)
        } else {
            Value::Null
        },
    );
    for key in ["channel_types", "file_types"] {
        put(key, some(set(&option[key])));
    }
    let choices = option["choices"].as_array().into_iter().flatten().map(choice);
    put("choices", some(choices.collect()));
    normal
}

fn choice(choice: &Value) -> Value {
    let mut normal = json!({ "name": choice["name"], "value": number(&choice["value"]) });
    let translations = translations(&choice["name_localizations"]);
    if !translations.is_null() {
        normal["name_localizations"] = translations;
    }
    normal
}

fn text_or_empty(value: &Value) -> Value {
    json!(value.as_str().unwrap_or_default())
}

fn truth(value: &Value) -> Value {
    json!(value.as_bool().unwrap_or(false))
}

/// A list, or nothing when it is empty.
fn some(list: Value) -> Value {
    if list.as_array().is_some_and(Vec::is_empty) {
        Value::Null
    } else {
        list
    }
}

/// A list whose order means nothing.
fn set(list: &Value) -> Value {
    let mut values: Vec<Value> = list.as_array().into_iter().flatten().map(number).collect();
    values.sort_by_key(ToString::to_string);
    values.dedup();
    Value::Array(values)
}

/// The texts by language, or nothing when there are none.
fn translations(value: &Value) -> Value {
    let texts = value.as_object().into_iter().flatten();
    let texts: Map<String, Value> = texts
        .filter(|(_, text)| !text.is_null())
        .map(|(language, text)| (language.clone(), text.clone()))
        .collect();
    if texts.is_empty() {
        Value::Null
    } else {
        Value::Object(texts)
    }
}

/// A number in one form, as 1 and 1.0 are the same to Discord; anything else as it is.
#[expect(clippy::cast_possible_truncation, reason = "whole and within the bounds")]
fn number(value: &Value) -> Value {
    match value.as_f64() {
        Some(float) if value.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
            Value::Number(Number::from(float as i64))
        }
        _ => value.clone(),
    }
}

/// Gathers the deepest fields that differ, each with its place.
fn changed(before: &Value, after: &Value, place: &str, key: &str, changes: &mut Vec<Change>) {
    let named = ["options", "choices"].contains(&key);
    match (before, after) {
        (Value::Array(old), Value::Array(new)) if named => list_changed(old, new, place, key, changes),
        _ => changes.push(Change {
            place: format!("{place} {key}"),
            before: before.clone(),
            after: after.clone(),
        }),
    }
}

/// Options and choices are told apart by name; if all else is equal, it is their order that differs.
fn list_changed(old: &[Value], new: &[Value], place: &str, key: &str, changes: &mut Vec<Change>) {
    let count = changes.len();
    let same = |a: &Value, b: &Value| a["name"] == b["name"];
    for gone in old.iter().filter(|one| !new.iter().any(|other| same(one, other))) {
        changes.push(Change {
            place: step(place, gone, key),
            before: gone.clone(),
            after: Value::Null,
        });
    }
    for after in new {
        let place = step(place, after, key);
        match old.iter().find(|before| same(before, after)) {
            None => changes.push(Change {
                place,
                before: Value::Null,
                after: after.clone(),
            }),
            Some(before) => fields_changed(before, after, &place, changes),
        }
    }
    if changes.len() == count {
        let names = |list: &[Value]| list.iter().map(|one| one["name"].clone()).collect();
        changes.push(Change {
            place: format!("{place} order of {key}"),
            before: names(old),
            after: names(new),
        });
    }
}

fn fields_changed(before: &Value, after: &Value, place: &str, changes: &mut Vec<Change>) {
    let empty = Map::new();
    let (old, new) = (
        before.as_object().unwrap_or(&empty),
        after.as_object().unwrap_or(&empty),
    );
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        if before != after {
            // A list that is left out is an empty one.
            let list = [before, after].into_iter().flatten().any(Value::is_array);
            let absent = if list { json!([]) } else { Value::Null };
            changed(
                before.unwrap_or(&absent),
                after.unwrap_or(&absent),
                place,
                key,
                changes,
            );
        }
    }
}

/// A command's own name, as people write it.
#[must_use]
pub fn here(command: &Value) -> String {
    let name = command["name"].as_str().unwrap_or("?");
    if kind(command) == 1 {
        format!("`/{name}`")
    } else {
        format!("`{name}`")
    }
}

/// One step down from `place`: a sub-command becomes part of the command, all else is named behind it.
fn step(place: &str, child: &Value, key: &str) -> String {
    let name = child["name"].as_str().unwrap_or("?");
    if key == "choices" {
        return format!("{place} choice `{name}`");
    }
    match place.strip_suffix('`') {
        Some(command) if NESTED.contains(&child["type"].as_u64().unwrap_or(0)) => {
            format!("{command} {name}`")
        }
        _ => format!("{place} option `{name}`"),
    }
}

/// Where in a command a fault is of which Discord gives the path (`options.1.options.0.name`): "`/event create` option
/// `series` name". What a path leads to that is not there is left as it is.
#[must_use]
pub fn place(command: &Value, path: &str) -> String {
    let mut place = here(command);
    let mut value = command;
    let mut parts = path.split('.').filter(|part| !part.is_empty()).peekable();
    while let Some(part) = parts.next() {
        let listed = ["options", "choices"].contains(&part);
        let child = parts
            .peek()
            .filter(|_| listed)
            .and_then(|index| index.parse::<usize>().ok())
            .and_then(|index| value[part].get(index));
        if let Some(child) = child {
            place = step(&place, child, part);
            value = child;
            parts.next();
        } else {
            // Writing to a String cannot fail.
            let _ = write!(place, " {part}");
            value = value.get(part).unwrap_or(&Value::Null);
        }
    }
    place
}

#[cfg(test)]
#[path = "difference_tests.rs"]
mod tests;
