//! Command definitions (Discord docs, interactions/application-commands).

use crate::form::{Errors, Form, at, check_length};
use crate::limits;
use regex::Regex;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The rule for names of slash commands and options, as Discord documents it.
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$").ok());

const LOCALES: [&str; 34] = [
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl",
    "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja",
    "zh-TW", "ko", "ar", "he",
];

const KEYS: [&str; 14] = [
    "id",
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "dm_permission",
    "nsfw",
    "contexts",
    "integration_types",
    "handler",
    "version",
];

/// Checks one command and gives it back as Discord keeps it (without id and version).
pub(crate) fn check(body: &Value, path: &str, in_guild: bool, errors: &mut Errors) -> Value {
    let Some(form) = Form::open(body, path, &KEYS, errors) else {
        return Value::Null;
    };
    let kind = form.choice("type", &[1, 2, 3, 4], errors).unwrap_or(1);
    let slash = kind == 1;
    form.require("name", errors);
    let mut size = names(&form, slash, errors);
    size += descriptions(&form, slash, errors);
    let bits = form.permissions("default_member_permissions", errors);
    form.boolean("dm_permission", errors);
    form.boolean("nsfw", errors);
    numbers(&form, "contexts", 0..=2, errors);
    numbers(&form, "integration_types", 0..=1, errors);
    if in_guild && (form.has("contexts") || form.has("integration_types") || kind == 4) {
        let message = "Contexts, integration types and entry points belong to global commands";
        errors.add(&form.at("contexts"), "APPLICATION_COMMAND_GLOBAL_ONLY", message);
    }
    form.choice("handler", &[1, 2], errors);
    let options = form.list("options", 0..=25, errors).unwrap_or_default();
    if !slash && !options.is_empty() {
        let message = "Context menu commands cannot have options";
        errors.add(
            &form.at("options"),
            "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS",
            message,
        );
    }
    size += list(options, &form.at("options"), 0, errors);
    if size > limits::COMMAND_TEXT {
        let message = "Command exceeds maximum size (8000)";
        errors.add(&form.path, "APPLICATION_COMMAND_TOO_LARGE", message);
    }
    let text = |key: &str| form.get(key).cloned().unwrap_or(json!(""));
    let mut kept = json!({
        "type": kind, "name": text("name"), "description": text("description"), "nsfw": form.get("nsfw").is_some_and(|v| *v == json!(true)),
        "name_localizations": form.get("name_localizations"),
        "description_localizations": form.get("description_localizations"),
        "default_member_permissions": bits.map(|bits| bits.to_string()),
        "options": options,
    });
    if !in_guild {
        kept["dm_permission"] = form.get("dm_permission").cloned().unwrap_or(json!(true));
        kept["contexts"] = form.get("contexts").cloned().unwrap_or(Value::Null);
        kept["integration_types"] = form.get("integration_types").cloned().unwrap_or(json!([0]));
    }
    kept
}

fn numbers(form: &Form<'_>, key: &str, range: std::ops::RangeInclusive<i64>, errors: &mut Errors) {
    for (index, value) in form
        .list(key, 0..=3, errors)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        if !value.as_i64().is_some_and(|value| range.contains(&value)) {
            errors.add(
                &at(&form.at(key), index),
                "BASE_TYPE_CHOICES",
                &format!("Value must be in {range:?}."),
            );
        }
    }
}

fn check_name(name: &str, path: &str, slash: bool, errors: &mut Errors) {
    check_length(name, path, 1..=32, errors);
    if !slash {
        return;
    }
    let lower = name.to_lowercase() == name;
    if !lower || !NAME.as_ref().is_some_and(|rule| rule.is_match(name)) {
        errors.add(
            path,
            "APPLICATION_COMMAND_INVALID_NAME",
            "Command name is invalid",
        );
    }
}

/// Checks the name and its translations; the longest one counts.
fn names(form: &Form<'_>, slash: bool, errors: &mut Errors) -> usize {
    let name = form.text("name", 0..=usize::MAX, errors).unwrap_or_default();
    check_name(name, &form.at("name"), slash, errors);
    let translations = translations(form, "name_localizations", errors);
    for (locale, text) in &translations {
        check_name(text, &at(&form.at("name_localizations"), locale), slash, errors);
    }
    longest(name, &translations)
}

fn descriptions(form: &Form<'_>, slash: bool, errors: &mut Errors) -> usize {
    if slash {
        form.require("description", errors);
    }
    let length = if slash { 1..=100 } else { 0..=0 };
    let text = form.text("description", length, errors).unwrap_or_default();
    let translations = translations(form, "description_localizations", errors);
    for (locale, text) in &translations {
        check_length(
            text,
            &at(&form.at("description_localizations"), locale),
            1..=100,
            errors,
        );
    }
    longest(text, &translations)
}

fn translations<'a>(form: &Form<'a>, key: &str, errors: &mut Errors) -> Vec<(&'a str, &'a str)> {
    let Some(value) = form.get(key) else {
        return Vec::new();
    };
    let Some(map) = value.as_object() else {
        errors.add(
            &form.at(key),
            "DICT_TYPE_CONVERT",
            "Only dictionaries may be used in a DictType",
        );
        return Vec::new();
    };
    let mut found = Vec::new();
    for (locale, text) in map {
        if !LOCALES.contains(&locale.as_str()) {
            errors.add(
                &at(&form.at(key), locale),
                "BASE_TYPE_CHOICES",
                "Not a locale of Discord",
            );
        }
        match text {
            Value::Null => {}
            Value::String(text) => found.push((locale.as_str(), text.as_str())),
            _ => errors.add(
                &at(&form.at(key), locale),
                "STRING_TYPE_CONVERT",
                "Could not interpret value as string.",
            ),
        }
    }
    found
}

fn longest(text: &str, translations: &[(&str, &str)]) -> usize {
    let texts = translations.iter().map(|(_, text)| *text).chain([text]);
    texts.map(|text| text.chars().count()).max().unwrap_or(0)
}

/// Checks a list of options at nesting `depth` and gives the size of their texts.
fn list(options: &[Value], path: &str, depth: u8, errors: &mut Errors) -> usize {
    let mut names = BTreeSet::new();
    let mut size = 0;
    let mut optional_seen = false;
    let nested = options
        .iter()
        .filter(|option| matches!(option["type"].as_i64(), Some(1 | 2)))
        .count();
    if nested > 0 && nested < options.len() {
        let message =
            "Sub-command and sub-command group option types are mutually exclusive to all other types";
        errors.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
    }
    for (index, option) in options.iter().enumerate() {
        let option_path = at(path, index);
        size += one(option, &option_path, depth, errors);
        if !names.insert(option["name"].as_str().unwrap_or_default()) {
            let message = "Option name already exists";
            errors.add(
                &at(&option_path, "name"),
                "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
                message,
            );
        }
        let required = option["required"] == json!(true);
        if required && optional_seen {
            let message = "Required options must be placed before non-required options";
            errors.add(
                &option_path,
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                message,
            );
        }
        optional_seen |= !required;
    }
    size
}

fn option_keys(kind: i64) -> Vec<&'static str> {
    let mut keys = vec![
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
    ];
    match kind {
        1 | 2 => keys.extend(["options", "required"]),
        3 => keys.extend(["required", "choices", "autocomplete", "min_length", "max_length"]),
        4 | 10 => keys.extend(["required", "choices", "autocomplete", "min_value", "max_value"]),
        7 => keys.extend(["required", "channel_types"]),
        11 => keys.extend(["required", "file_types"]),
        _ => keys.push("required"),
    }
    keys
}

fn one(option: &Value, path: &str, depth: u8, errors: &mut Errors) -> usize {
    let kind = option["type"].as_i64().unwrap_or(0);
    let Some(form) = Form::open(option, path, &option_keys(kind), errors) else {
        return 0;
    };
    let allowed: &[i64] = match depth {
        0 => &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        1 => &[1, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        _ => &[3, 4, 5, 6, 7, 8, 9, 10, 11],
    };
    form.require("type", errors);
    form.choice("type", allowed, errors);
    form.require("name", errors);
    form.boolean("required", errors);
    let mut size = names(&form, true, errors) + descriptions(&form, true, errors);
    match kind {
        1 | 2 => {
            if form.get("required").is_some_and(|value| *value == json!(true)) {
                errors.add(
                    &form.at("required"),
                    "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                    "Not for sub-commands",
                );
            }
            let inner = form.list("options", 0..=25, errors).unwrap_or_default();
            let next = if kind == 2 { 1 } else { 2 };
            let wrong = inner.iter().any(|option| (kind == 2) != (option["type"] == 1));
            if wrong || (kind == 2 && inner.is_empty()) {
                let message = "A group holds sub-commands, a sub-command holds values";
                errors.add(
                    &form.at("options"),
                    "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                    message,
                );
            }
            size += list(inner, &form.at("options"), next, errors);
        }
        3 | 4 | 10 => size += value_rules(&form, kind, errors),
        7 => numbers_any(&form, "channel_types", errors),
        _ => {}
    }
    size
}

fn numbers_any(form: &Form<'_>, key: &str, errors: &mut Errors) {
    if form
        .list(key, 0..=14, errors)
        .is_some_and(|list| !list.iter().all(Value::is_i64))
    {
        errors.add(&form.at(key), "NUMBER_TYPE_COERCE", "Channel types are numbers");
    }
}

fn value_rules(form: &Form<'_>, kind: i64, errors: &mut Errors) -> usize {
    let autocomplete = form.boolean("autocomplete", errors).unwrap_or(false);
    let choices = form.list("choices", 0..=25, errors).unwrap_or_default();
    if autocomplete && !choices.is_empty() {
        let message = "Autocomplete options cannot have choices";
        errors.add(
            &form.at("choices"),
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES",
            message,
        );
    }
    if kind == 3 {
        let min = form.integer("min_length", 0..=6000, errors).unwrap_or(0);
        if form.integer("max_length", 1..=6000, errors).unwrap_or(6000) < min {
            errors.add(
                &form.at("min_length"),
                "BASE_TYPE_MAX_LESS_THAN_MIN",
                "min_length is above max_length",
            );
        }
    } else {
        let bound = |key: &str| form.get(key).and_then(Value::as_f64);
        if let (Some(min), Some(max)) = (bound("min_value"), bound("max_value"))
            && min > max
        {
            errors.add(
                &form.at("min_value"),
                "BASE_TYPE_MAX_LESS_THAN_MIN",
                "min_value is above max_value",
            );
        }
    }
    choice_list(form, choices, kind, errors)
}

/// Checks an option's choices and gives the size of their texts.
fn choice_list(form: &Form<'_>, choices: &[Value], kind: i64, errors: &mut Errors) -> usize {
    let mut names = BTreeSet::new();
    let mut size = 0;
    for (index, choice) in choices.iter().enumerate() {
        let path = at(&form.at("choices"), index);
        let Some(choice) = Form::open(choice, &path, &["name", "name_localizations", "value"], errors) else {
            continue;
        };
        choice.require("name", errors);
        choice.require("value", errors);
        let name = choice.text("name", 1..=100, errors).unwrap_or_default();
        size += longest(name, &translations(&choice, "name_localizations", errors));
        if !names.insert(name) {
            let message = "Choice name already exists";
            errors.add(
                &choice.at("name"),
                "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS",
                message,
            );
        }
        let Some(value) = choice.get("value") else {
            continue;
        };
        size += value
            .as_str()
            .map_or_else(|| value.to_string().len(), |text| text.chars().count());
        let fits = match kind {
            3 => choice.text("value", 1..=100, errors).is_some(),
            4 => value.is_i64(),
            _ => value.is_number(),
        };
        if !fits {
            errors.add(
                &choice.at("value"),
                "APPLICATION_COMMAND_OPTIONS_CHOICE_VALUE_INVALID",
                "Wrong type",
            );
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(command: &Value) -> String {
        let mut errors = Errors::default();
        check(command, "", false, &mut errors);
        errors.summary()
    }

    fn with_options(options: Value) -> Value {
        json!({"name": "event", "description": "Events", "options": options})
    }

    #[test]
    fn names_follow_discords_rule() {
        for good in [
            "event",
            "sign-up",
            "évènement",
            "イベント",
            "कार्यक्रम",
            &"a".repeat(32),
        ] {
            assert_eq!(faults(&json!({"name": good, "description": "d"})), "", "{good}");
        }
        for bad in ["Event", "sign up", "", "a!", &"a".repeat(33)] {
            assert!(
                faults(&json!({"name": bad, "description": "d"})).contains("name"),
                "{bad}"
            );
        }
        assert_eq!(faults(&json!({"type": 2, "name": "Show Licence"})), "");
    }

    #[test]
    fn required_options_come_first_and_names_differ() {
        let option = |name: &str, required: bool| json!({"type": 3, "name": name, "description": "d", "required": required});
        assert_eq!(
            faults(&with_options(json!([option("a", true), option("b", false)]))),
            ""
        );
        assert!(
            faults(&with_options(json!([option("a", false), option("b", true)])))
                .contains("REQUIRED_INVALID")
        );
        assert!(
            faults(&with_options(json!([option("a", true), option("a", true)]))).contains("ALREADY_EXISTS")
        );
    }

    #[test]
    fn twenty_five_options_and_8000_characters() {
        let options = |count: usize, size: usize| {
            let list: Vec<Value> = (0..count)
                .map(|i| {
                    let choices: Vec<Value> = (0..size)
                        .map(|c| json!({"name": format!("{c:0>100}"), "value": "v"}))
                        .collect();
                    json!({"type": 3, "name": format!("o{i}"), "description": "d", "choices": choices})
                })
                .collect();
            with_options(Value::Array(list))
        };
        assert_eq!(faults(&options(25, 0)), "");
        assert!(faults(&options(26, 0)).contains("options: Must be between"));
        assert_eq!(faults(&options(3, 25)), "");
        assert!(faults(&options(4, 20)).contains("TOO_LARGE"));
    }

    #[test]
    fn nesting_is_command_group_subcommand_at_most() {
        let sub = json!({"type": 1, "name": "s", "description": "d"});
        let group = |inner: &Value| json!({"type": 2, "name": "g", "description": "d", "options": [inner]});
        assert_eq!(faults(&with_options(json!([group(&sub)]))), "");
        assert!(faults(&with_options(json!([group(&group(&sub))]))).contains("options"));
        let mixed = json!([sub, {"type": 3, "name": "x", "description": "d"}]);
        assert!(faults(&with_options(mixed)).contains("mutually exclusive"));
    }

    #[test]
    fn autocomplete_excludes_choices() {
        let option = json!([{"type": 3, "name": "a", "description": "d", "autocomplete": true, "choices": [{"name": "x", "value": "x"}]}]);
        assert!(faults(&with_options(option)).contains("AUTOCOMPLETE_CHOICES"));
    }
}
