//! Checks requests against Discord's own OpenAPI document.
//!
//! The document (3.1, JSON Schema 2020-12) is a preview with known gaps: permission fields are integers there although
//! the API takes text too, and unknown keys pass. So permission fields are widened and objects closed, with the keys
//! that the API takes beyond the document.

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const PERMISSIONS: [&str; 4] = ["allow", "deny", "permissions", "default_member_permissions"];

/// Keys that the API takes although the document does not list them, by schema.
const ALLOWANCES: [(&str, &str); 5] = [
    ("CreateGuildChannelRequest", "flags"),
    ("ApplicationCommandCreateRequest", "version"),
    ("ApplicationCommandCreateRequest", "nsfw"),
    ("ApplicationCommandUpdateRequest", "version"),
    ("ApplicationCommandUpdateRequest", "nsfw"),
];

/// Finds Discord's OpenAPI document: `shared/discord/openapi.json` in `start` or a folder above it.
#[must_use]
pub fn find_openapi(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .map(|folder| folder.join("shared/discord/openapi.json"))
        .find(|path| path.is_file())
}

/// Why the document cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenApiError {
    #[error("the OpenAPI document cannot be read: {0}")]
    Read(#[from] std::io::Error),
    #[error("the OpenAPI document is no JSON: {0}")]
    Parse(#[from] serde_json::Error),
    #[error("the OpenAPI document has no paths")]
    NoPaths,
}

/// What a request broke: where, and what.
#[derive(Debug, PartialEq)]
pub(crate) struct Mismatch {
    pub operation: String,
    /// Path (`embeds.0.title`, empty for the whole) and fault.
    pub faults: Vec<(String, String)>,
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let faults: Vec<String> = self
            .faults
            .iter()
            .map(|(path, fault)| format!("{path}: {fault}"))
            .collect();
        write!(f, "{}: {}", self.operation, faults.join("; "))
    }
}

/// The document, with one validator per operation, made when it is first needed.
pub(crate) struct OpenApi {
    document: Value,
    bodies: Mutex<HashMap<String, Option<Arc<Validator>>>>,
}

impl OpenApi {
    pub fn load(path: &Path) -> Result<Self, OpenApiError> {
        Self::new(serde_json::from_slice(&std::fs::read(path)?)?)
    }

    fn new(document: Value) -> Result<Self, OpenApiError> {
        if !document["paths"].is_object() {
            return Err(OpenApiError::NoPaths);
        }
        Ok(Self {
            document,
            bodies: Mutex::default(),
        })
    }

    /// Checks a request on the operation of `method` and `template`.
    pub fn check(
        &self,
        method: &str,
        template: &str,
        body: Option<&Value>,
        query: &[(String, String)],
    ) -> Result<(), Mismatch> {
        let name = format!("{method} {template}");
        let faults = match self.operation(method, template) {
            None => vec![(String::new(), "the operation is not in the document".to_owned())],
            Some((path, operation)) => {
                let mut faults = self.check_query(path, operation, query);
                faults.extend(self.check_body(&name, operation, body));
                faults
            }
        };
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Mismatch {
                operation: name,
                faults,
            })
        }
    }

    fn operation(&self, method: &str, template: &str) -> Option<(&Value, &Value)> {
        let paths = self.document["paths"].as_object()?;
        let shape = |path: &str| -> String {
            let parts = path
                .split('/')
                .map(|part| if part.starts_with('{') { "{}" } else { part });
            parts.collect::<Vec<_>>().join("/")
        };
        let wanted = shape(template);
        let item = paths
            .iter()
            .find(|(path, _)| shape(path) == wanted)
            .map(|(_, item)| item)?;
        let operation = item.get(method.to_lowercase())?;
        Some((item, operation))
    }

    fn check_query(
        &self,
        item: &Value,
        operation: &Value,
        query: &[(String, String)],
    ) -> Vec<(String, String)> {
        let lists = [&item["parameters"], &operation["parameters"]];
        let known: Vec<&Value> = lists
            .iter()
            .filter_map(|list| list.as_array())
            .flatten()
            .filter(|parameter| parameter["in"] == "query")
            .collect();
        let missing = known
            .iter()
            .filter(|parameter| parameter["required"] == true)
            .filter_map(|parameter| parameter["name"].as_str())
            .filter(|name| !query.iter().any(|(key, _)| key == name))
            .map(|name| (name.to_owned(), "the query parameter is missing".to_owned()));
        let wrong = query.iter().filter_map(|(key, value)| {
            let Some(parameter) = known.iter().find(|parameter| parameter["name"] == **key) else {
                return Some((
                    key.clone(),
                    "the query parameter is not in the document".to_owned(),
                ));
            };
            let validator = jsonschema::validator_for(&self.closed(&parameter["schema"]));
            let fits = validator
                .is_ok_and(|validator| readings(value).iter().any(|reading| validator.is_valid(reading)));
            (!fits).then(|| (key.clone(), format!("{value} does not fit the document")))
        });
        missing.chain(wrong).collect()
    }

    fn check_body(&self, name: &str, operation: &Value, body: Option<&Value>) -> Vec<(String, String)> {
        let whole = |fault: &str| vec![(String::new(), fault.to_owned())];
        let schema = operation.pointer("/requestBody/content/application~1json/schema");
        let (schema, body) = match (schema, body) {
            (None, None) => return Vec::new(),
            (None, Some(_)) => return whole("no JSON body belongs here"),
            (Some(_), None) if operation["requestBody"]["required"] != true => return Vec::new(),
            (Some(_), None) => return whole("a JSON body is needed"),
            (Some(schema), Some(body)) => (schema, body),
        };
        let Some(validator) = self.validator(name, schema) else {
            return whole("the document's schema cannot be compiled");
        };
        let faults = validator.iter_errors(body).take(3).map(|error| {
            let path = error
                .instance_path()
                .to_string()
                .trim_start_matches('/')
                .replace('/', ".");
            (path, error.to_string())
        });
        faults.collect()
    }

    fn validator(&self, name: &str, schema: &Value) -> Option<Arc<Validator>> {
        let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        bodies
            .entry(name.to_owned())
            .or_insert_with(|| jsonschema::validator_for(&self.closed(schema)).ok().map(Arc::new))
            .clone()
    }

    /// `schema` with all that it refers to, closed and widened.
    fn closed(&self, schema: &Value) -> Value {
        let mut definitions = Map::new();
        let mut wanted = BTreeSet::new();
        let mut root = rewrite(schema, "", &mut wanted);
        while let Some(name) = wanted.pop_first() {
            if definitions.contains_key(&name) {
                continue;
            }
            let found = self
                .document
                .pointer(&format!("/components/schemas/{name}"))
                .unwrap_or(&Value::Null);
            let rewritten = rewrite(found, &name, &mut wanted);
            definitions.insert(name, rewritten);
        }
        if let Some(map) = root.as_object_mut() {
            map.insert("$defs".to_owned(), Value::Object(definitions));
        }
        root
    }
}

/// How a query's text can be read: as text, number, truth value, or a list with it.
fn readings(text: &str) -> Vec<Value> {
    let mut readings = vec![json!(text), json!([text])];
    if let Ok(number) = text.parse::<i64>() {
        readings.push(json!(number));
    }
    if let Ok(truth) = text.to_lowercase().parse::<bool>() {
        readings.push(json!(truth));
    }
    readings
}

/// A schema with references into `$defs`, permission fields widened and objects closed; notes what it refers to.
fn rewrite(schema: &Value, name: &str, wanted: &mut BTreeSet<String>) -> Value {
    match schema {
        Value::Array(list) => list.iter().map(|item| rewrite(item, "", wanted)).collect(),
        Value::Object(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                let target = value
                    .as_str()
                    .and_then(|text| text.strip_prefix("#/components/schemas/"));
                if let (true, Some(target)) = (key == "$ref", target) {
                    wanted.insert(target.to_owned());
                    out.insert(key.clone(), json!(format!("#/$defs/{target}")));
                } else if let (true, Some(properties)) = (key == "properties", value.as_object()) {
                    out.insert(key.clone(), rewrite_properties(properties, name, wanted));
                } else {
                    out.insert(key.clone(), rewrite(value, "", wanted));
                }
            }
            if map.contains_key("properties") && !map.contains_key("additionalProperties") {
                out.insert("additionalProperties".to_owned(), json!(false));
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

fn rewrite_properties(properties: &Map<String, Value>, name: &str, wanted: &mut BTreeSet<String>) -> Value {
    let mut out: Map<String, Value> = properties
        .iter()
        .map(|(key, value)| {
            let integer = value["type"]
                .as_array()
                .is_some_and(|types| types.contains(&json!("integer")));
            if PERMISSIONS.contains(&key.as_str()) && integer {
                let widened =
                    json!({"type": ["integer", "string", "null"], "minimum": 0, "pattern": "^[0-9]+$"});
                return (key.clone(), widened);
            }
            (key.clone(), rewrite(value, "", wanted))
        })
        .collect();
    for (_, key) in ALLOWANCES.iter().filter(|(schema, _)| *schema == name) {
        out.entry((*key).to_owned()).or_insert(json!(true));
    }
    if name.to_lowercase().contains("emoji") {
        out.entry("animated".to_owned()).or_insert(json!(true));
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> OpenApi {
        let text = json!({
            "paths": {"/guilds/{guild_id}/roles": {
                "parameters": [],
                "post": {
                    "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 5}}],
                    "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Role"}}}},
                },
            }},
            "components": {"schemas": {"Role": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "maxLength": 3},
                    "permissions": {"type": ["integer", "null"]},
                    "child": {"$ref": "#/components/schemas/Role"},
                },
            }}},
        });
        OpenApi::new(text).unwrap()
    }

    fn check(body: Value) -> Result<(), Mismatch> {
        document().check("POST", "/guilds/{guild.id}/roles", Some(&body), &[])
    }

    #[test]
    fn bodies_are_checked_with_closed_objects_and_wide_permissions() {
        assert_eq!(
            check(json!({"name": "abc", "permissions": "1024", "child": {"name": "x"}})),
            Ok(())
        );
        assert!(check(json!({"name": "abcd"})).is_err());
        assert!(check(json!({"nane": "abc"})).is_err());
        assert!(check(json!({"child": {"nane": "abc"}})).is_err());
        assert!(check(json!({"permissions": "view"})).is_err());
    }

    #[test]
    fn queries_and_operations_are_checked() {
        let pair = |key: &str, value: &str| [(key.to_owned(), value.to_owned())];
        let body = json!({});
        let check = |query: &[(String, String)]| {
            document().check("POST", "/guilds/{guild.id}/roles", Some(&body), query)
        };
        assert_eq!(check(&pair("limit", "5")), Ok(()));
        assert!(check(&pair("limit", "6")).is_err());
        assert!(check(&pair("max", "5")).is_err());
        assert!(
            document()
                .check("GET", "/guilds/{guild.id}/roles", None, &[])
                .is_err()
        );
    }
}
