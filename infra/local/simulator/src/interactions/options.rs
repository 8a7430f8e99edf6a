//! Slash commands as the client sends them: found, allowed, and their options checked against the definition.

use super::Actor;
use super::payload::{Resolved, seen};
use crate::permissions::{self, USE_APPLICATION_COMMANDS};
use crate::simulator::SimulatorError;
use crate::state::{Command, State};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

fn refused<T>(reason: impl Into<String>) -> Result<T, SimulatorError> {
    Err(SimulatorError::Refused(reason.into()))
}

/// The command of a name and type, if this person sees it here; a guild's own goes before a global one.
pub(super) fn find<'s>(
    state: &'s State,
    actor: &Actor,
    kind: u8,
    name: &str,
    now: Timestamp,
) -> Result<&'s Command, SimulatorError> {
    let channel = seen(state, actor, now)?;
    let mut found: Vec<&Command> = state
        .commands
        .values()
        .filter(|command| command.kind == kind && command.name == name)
        .filter(|command| command.guild.is_none() || command.guild == actor.guild)
        .collect();
    found.sort_by_key(|command| command.guild.is_none());
    let Some(command) = found.first() else {
        return refused(format!("there is no command {name}"));
    };
    if let Some(guild) = actor.guild.and_then(|guild| state.guilds.get(&guild))
        && !guild.members.contains_key(&state.app_id)
    {
        return refused("the application is not in this server");
    }
    let context = i64::from(actor.guild.is_none());
    let contexts = command.body["contexts"].as_array();
    if contexts.is_some_and(|contexts| !contexts.contains(&json!(context))) {
        return refused(format!("{name} is not offered here"));
    }
    if actor.guild.is_some() {
        let bits = permissions::in_channel(state, channel, actor.user, now);
        let needed: Option<u64> = command.body["default_member_permissions"]
            .as_str()
            .and_then(|text| text.parse().ok());
        let needed = match needed {
            Some(0) => permissions::ADMINISTRATOR,
            Some(bits) => bits,
            None => 0,
        };
        if bits & USE_APPLICATION_COMMANDS == 0 || bits & needed != needed {
            return refused(format!("{name} is hidden from this user"));
        }
    }
    Ok(command)
}

/// All commands that this person is offered here, of every type, by name.
pub(crate) fn offered<'s>(state: &'s State, actor: &Actor, now: Timestamp) -> Vec<&'s Command> {
    let mut names: Vec<(&str, u8)> = state
        .commands
        .values()
        .map(|command| (command.name.as_str(), command.kind))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter_map(|(name, kind)| find(state, actor, kind, name, now).ok())
        .collect()
}

/// How far the options are: sent off, or one of them still being typed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage<'n> {
    Sent,
    Typing(&'n str),
}

/// The `data` of a slash command or an autocompletion: `words` are the command's name and sub-commands.
pub(super) fn data(
    state: &State,
    actor: &Actor,
    words: &str,
    given: &Value,
    stage: Stage<'_>,
    now: Timestamp,
) -> Result<Value, SimulatorError> {
    let mut words = words.trim_start_matches('/').split_whitespace();
    let Some(name) = words.next() else {
        return refused("no command");
    };
    let command = find(state, actor, 1, name, now)?;
    let empty = Map::new();
    let given = match given {
        Value::Object(map) => map,
        Value::Null => &empty,
        _ => return refused("options are given as an object"),
    };
    let mut path: Vec<(&str, i64)> = Vec::new();
    let mut definitions = list(&command.body);
    while definitions
        .iter()
        .any(|option| matches!(option["type"].as_i64(), Some(1 | 2)))
    {
        let Some(word) = words.next() else {
            return refused(format!("{name} needs a sub-command"));
        };
        let Some(sub) = definitions.iter().find(|option| option["name"] == word) else {
            return refused(format!("{name} has no sub-command {word}"));
        };
        path.push((word, sub["type"].as_i64().unwrap_or(1)));
        definitions = list(sub);
    }
    if let Some(word) = words.next() {
        return refused(format!("{name} has no sub-command {word}"));
    }
    let mut resolved = Resolved::default();
    let mut options = values(state, actor, definitions, given, stage, now, &mut resolved)?;
    for (word, kind) in path.into_iter().rev() {
        options = vec![json!({"name": word, "type": kind, "options": options})];
    }
    let mut data = json!({"id": command.id.to_string(), "name": command.name, "type": 1, "options": options});
    if let Some(guild) = command.guild {
        data["guild_id"] = json!(guild.to_string());
    }
    if let Some(resolved) = resolved.json() {
        data["resolved"] = resolved;
    }
    Ok(data)
}

fn list(value: &Value) -> &[Value] {
    value["options"].as_array().map_or(&[], Vec::as_slice)
}

fn values(
    state: &State,
    actor: &Actor,
    definitions: &[Value],
    given: &Map<String, Value>,
    stage: Stage<'_>,
    now: Timestamp,
    resolved: &mut Resolved,
) -> Result<Vec<Value>, SimulatorError> {
    if let Some(unknown) = given
        .keys()
        .find(|key| !definitions.iter().any(|option| option["name"] == ***key))
    {
        return refused(format!("there is no option {unknown}"));
    }
    let mut options = Vec::new();
    for definition in definitions {
        let name = definition["name"].as_str().unwrap_or_default();
        let typing = stage == Stage::Typing(name);
        if typing && definition["autocomplete"] != true {
            return refused(format!("{name} has no autocompletion"));
        }
        let Some(value) = given.get(name).filter(|value| !value.is_null()) else {
            if definition["required"] == true && stage == Stage::Sent {
                return refused(format!("{name} is required"));
            }
            if typing {
                options.push(json!({"name": name, "type": definition["type"], "value": "", "focused": true}));
            }
            continue;
        };
        let kind = definition["type"].as_i64().unwrap_or(3);
        if typing {
            options.push(json!({"name": name, "type": kind, "value": value, "focused": true}));
            continue;
        }
        if !fits(kind, value) {
            return refused(format!("{name} has the wrong type"));
        }
        within(name, definition, value)?;
        if !resolve(state, actor, kind, definition, value, now, resolved) {
            return refused(format!("{name}: {value} is not to be picked here"));
        }
        options.push(json!({"name": name, "type": kind, "value": value}));
    }
    Ok(options)
}

/// Whether the value has the type of the option; ids are texts.
fn fits(kind: i64, value: &Value) -> bool {
    match kind {
        3 => value.is_string(),
        4 => value.as_i64().is_some_and(|number| number.abs() < 1 << 53),
        5 => value.is_boolean(),
        10 => value.is_number(),
        _ => crate::form::as_snowflake(value).is_some(),
    }
}

/// Choices, lengths and bounds.
fn within(name: &str, definition: &Value, value: &Value) -> Result<(), SimulatorError> {
    if let Some(choices) = definition["choices"]
        .as_array()
        .filter(|choices| !choices.is_empty())
        && !choices.iter().any(|choice| choice["value"] == *value)
    {
        return refused(format!("{name}: {value} is not among the choices"));
    }
    if let Some(text) = value.as_str() {
        let length = text.chars().count() as u64;
        let min = definition["min_length"].as_u64().unwrap_or(1);
        if length < min || definition["max_length"].as_u64().unwrap_or(6000) < length {
            return refused(format!("{name} has the wrong length"));
        }
    }
    if let Some(number) = value.as_f64() {
        let low = definition["min_value"].as_f64().is_some_and(|min| number < min);
        let high = definition["max_value"].as_f64().is_some_and(|max| number > max);
        if low || high {
            return refused(format!("{name} is out of range"));
        }
    }
    Ok(())
}

/// Adds what an id stands for to `resolved`; false when it is not there.
fn resolve(
    state: &State,
    actor: &Actor,
    kind: i64,
    definition: &Value,
    value: &Value,
    now: Timestamp,
    resolved: &mut Resolved,
) -> bool {
    let id = crate::form::as_snowflake(value).unwrap_or_default();
    match kind {
        6 => resolved.user(state, actor.guild, id, now),
        7 => {
            let types = definition["channel_types"]
                .as_array()
                .filter(|types| !types.is_empty());
            let channel_kind = state.channels.get(&id).map(|channel| channel.kind);
            let fits =
                types.is_none_or(|types| channel_kind.is_some_and(|kind| types.contains(&json!(kind))));
            fits && resolved.channel(state, actor, id, now)
        }
        8 => resolved.role(state, actor.guild, id),
        9 => resolved.user(state, actor.guild, id, now) || resolved.role(state, actor.guild, id),
        11 => resolved.attachment(state, id),
        _ => true,
    }
}
