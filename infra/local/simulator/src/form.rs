//! Reading a request body strictly: types, lengths, unknown keys, with Discord's nested `errors` (error 50035).

use crate::error::ApiError;
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;

/// The faults found in a body, by path.
#[derive(Default, Debug)]
pub(crate) struct Errors {
    found: Vec<(String, String, String)>,
}

impl Errors {
    /// Adds a fault at `path`, whose parts are separated by full stops; an empty path is the body itself.
    pub fn add(&mut self, path: &str, code: &str, message: &str) {
        self.found
            .push((path.to_owned(), code.to_owned(), message.to_owned()));
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The 50035 that names the faults.
    pub fn error(&self) -> ApiError {
        let mut tree = json!({});
        for (path, code, message) in &self.found {
            let mut node = &mut tree;
            for part in path.split('.').filter(|part| !part.is_empty()) {
                if !node[part].is_object() {
                    node[part] = json!({});
                }
                node = &mut node[part];
            }
            if !node["_errors"].is_array() {
                node["_errors"] = json!([]);
            }
            if let Some(list) = node["_errors"].as_array_mut() {
                list.push(json!({"code": code, "message": message}));
            }
        }
        ApiError {
            errors: Some(tree),
            ..ApiError::known(50035)
        }
    }

    /// The faults as an error, if there are any.
    pub fn check(&self) -> Result<(), ApiError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(self.error())
        }
    }

    /// The faults in one line, for a person.
    #[cfg(test)]
    pub fn summary(&self) -> String {
        let lines: Vec<String> = self
            .found
            .iter()
            .map(|(path, code, message)| format!("{path}: {message} ({code})"))
            .collect();
        lines.join("; ")
    }
}

/// Joins a path and a key.
pub(crate) fn at(path: &str, key: impl std::fmt::Display) -> String {
    if path.is_empty() {
        key.to_string()
    } else {
        format!("{path}.{key}")
    }
}

/// One JSON object being read.
pub(crate) struct Form<'a> {
    map: &'a Map<String, Value>,
    pub path: String,
}

impl<'a> Form<'a> {
    /// Opens `value`; notes a fault when it is no object, and one for every key that is not in `known`.
    pub fn open(value: &'a Value, path: &str, known: &[&str], errors: &mut Errors) -> Option<Self> {
        let Some(map) = value.as_object() else {
            errors.add(
                path,
                "MODEL_TYPE_CONVERT",
                "Only dictionaries may be used in a ModelType",
            );
            return None;
        };
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            errors.add(
                &at(path, key),
                "UNKNOWN_KEY",
                "This field is not known to the API",
            );
        }
        Some(Self {
            map,
            path: path.to_owned(),
        })
    }

    pub fn at(&self, key: &str) -> String {
        at(&self.path, key)
    }

    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// The value under `key` unless it is absent or null.
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// Notes a fault when `key` is absent or null.
    pub fn require(&self, key: &str, errors: &mut Errors) {
        if self.get(key).is_none() {
            errors.add(&self.at(key), "BASE_TYPE_REQUIRED", "This field is required");
        }
    }

    /// A text whose length in code points lies in `length`.
    pub fn text(&self, key: &str, length: RangeInclusive<usize>, errors: &mut Errors) -> Option<&'a str> {
        let value = self.get(key)?;
        let Some(text) = value.as_str() else {
            errors.add(
                &self.at(key),
                "STRING_TYPE_CONVERT",
                "Could not interpret value as string.",
            );
            return None;
        };
        check_length(text, &self.at(key), length, errors);
        Some(text)
    }

    pub fn integer(&self, key: &str, range: RangeInclusive<i64>, errors: &mut Errors) -> Option<i64> {
        let value = self.get(key)?;
        let Some(number) = value.as_i64() else {
            errors.add(
                &self.at(key),
                "NUMBER_TYPE_COERCE",
                &format!("Value \"{value}\" is not int."),
            );
            return None;
        };
        if number < *range.start() {
            let message = format!("int value should be greater than or equal to {}.", range.start());
            errors.add(&self.at(key), "NUMBER_TYPE_MIN", &message);
        }
        if number > *range.end() {
            let message = format!("int value should be less than or equal to {}.", range.end());
            errors.add(&self.at(key), "NUMBER_TYPE_MAX", &message);
        }
        Some(number)
    }

    /// An integer out of a closed list.
    pub fn choice(&self, key: &str, choices: &[i64], errors: &mut Errors) -> Option<i64> {
        let number = self.integer(key, i64::MIN..=i64::MAX, errors)?;
        if !choices.contains(&number) {
            let message = format!("Value must be one of {choices:?}.");
            errors.add(&self.at(key), "BASE_TYPE_CHOICES", &message);
        }
        Some(number)
    }

    pub fn boolean(&self, key: &str, errors: &mut Errors) -> Option<bool> {
        let value = self.get(key)?;
        if value.as_bool().is_none() {
            errors.add(
                &self.at(key),
                "BOOLEAN_TYPE_CONVERT",
                "Must be either true or false.",
            );
        }
        value.as_bool()
    }

    /// A snowflake, as text (numbers are refused, as in Discord's document).
    pub fn snowflake(&self, key: &str, errors: &mut Errors) -> Option<u64> {
        let value = self.get(key)?;
        let id = as_snowflake(value);
        if id.is_none() {
            errors.add(
                &self.at(key),
                "NUMBER_TYPE_COERCE",
                &format!("Value \"{value}\" is not snowflake."),
            );
        }
        id
    }

    /// A permission set, as text or number.
    pub fn permissions(&self, key: &str, errors: &mut Errors) -> Option<u64> {
        let value = self.get(key)?;
        let bits = value
            .as_u64()
            .or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        if bits.is_none() {
            errors.add(
                &self.at(key),
                "NUMBER_TYPE_COERCE",
                &format!("Value \"{value}\" is not int."),
            );
        }
        bits
    }

    pub fn list(&self, key: &str, length: RangeInclusive<usize>, errors: &mut Errors) -> Option<&'a [Value]> {
        let value = self.get(key)?;
        let Some(list) = value.as_array() else {
            errors.add(
                &self.at(key),
                "LIST_TYPE_CONVERT",
                "Only iterables may be used in a ListType",
            );
            return None;
        };
        if !length.contains(&list.len()) {
            let message = format!(
                "Must be between {} and {} in length.",
                length.start(),
                length.end()
            );
            errors.add(&self.at(key), "BASE_TYPE_BAD_LENGTH", &message);
        }
        Some(list)
    }

    /// An instant in ISO 8601.
    pub fn instant(&self, key: &str, errors: &mut Errors) -> Option<jiff::Timestamp> {
        let value = self.get(key)?;
        let at = value.as_str().and_then(|text| text.parse().ok());
        if at.is_none() {
            errors.add(
                &self.at(key),
                "DATE_TIME_TYPE_PARSE",
                "Could not parse date. Should be ISO8601.",
            );
        }
        at
    }

    /// An http(s) address (or `attachment://`), at most `max` characters.
    pub fn url(&self, key: &str, max: usize, errors: &mut Errors) -> Option<&'a str> {
        let url = self.text(key, 1..=max, errors)?;
        let good = ["https://", "http://", "attachment://"]
            .iter()
            .any(|scheme| url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
        if !good {
            let message =
                format!("Scheme \"{url}\" is not supported. Scheme must be one of ('http', 'https').");
            errors.add(&self.at(key), "URL_TYPE_INVALID_URL", &message);
        }
        Some(url)
    }
}

/// Notes a fault when `text` has not between `length` code points.
pub(crate) fn check_length(text: &str, path: &str, length: RangeInclusive<usize>, errors: &mut Errors) {
    let count = text.chars().count();
    if length.contains(&count) {
        return;
    }
    if text.is_empty() && *length.start() > 0 {
        errors.add(path, "BASE_TYPE_REQUIRED", "This field is required");
    } else if *length.start() == 0 {
        let message = format!("Must be {} or fewer in length.", length.end());
        errors.add(path, "BASE_TYPE_MAX_LENGTH", &message);
    } else {
        let message = format!(
            "Must be between {} and {} in length.",
            length.start(),
            length.end()
        );
        errors.add(path, "BASE_TYPE_BAD_LENGTH", &message);
    }
}

/// A snowflake from its text.
pub(crate) fn as_snowflake(value: &Value) -> Option<u64> {
    parse_snowflake(value.as_str()?)
}

/// A snowflake from its decimal text; leading zeros and signs are refused.
pub(crate) fn parse_snowflake(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    (canonical && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_nested_by_path() {
        let mut errors = Errors::default();
        errors.add(
            "embeds.0.title",
            "BASE_TYPE_MAX_LENGTH",
            "Must be 256 or fewer in length.",
        );
        errors.add("embeds.0.title", "OTHER", "x");
        let body = errors.error().body();
        assert_eq!(body["code"], 50035);
        assert_eq!(
            body["errors"]["embeds"]["0"]["title"]["_errors"][1]["code"],
            "OTHER"
        );
    }

    #[test]
    fn length_counts_code_points_not_bytes() {
        let value = json!({"name": "é".repeat(100), "long": "é".repeat(101)});
        let mut errors = Errors::default();
        let form = Form::open(&value, "", &["name", "long"], &mut errors).unwrap();
        form.text("name", 1..=100, &mut errors);
        assert!(errors.is_empty());
        form.text("long", 1..=100, &mut errors);
        assert!(errors.summary().contains("long: Must be between 1 and 100"));
    }

    #[test]
    fn unknown_keys_and_numeric_snowflakes_are_refused() {
        let value = json!({"nane": "x", "id": 7});
        let mut errors = Errors::default();
        let form = Form::open(&value, "", &["name", "id"], &mut errors).unwrap();
        assert_eq!(form.snowflake("id", &mut errors), None);
        let body = errors.error().body();
        assert_eq!(body["errors"]["nane"]["_errors"][0]["code"], "UNKNOWN_KEY");
        assert_eq!(body["errors"]["id"]["_errors"][0]["code"], "NUMBER_TYPE_COERCE");
        assert_eq!(parse_snowflake("007"), None);
        assert_eq!(parse_snowflake("+7"), None);
        assert_eq!(parse_snowflake("70"), Some(70));
    }
}
