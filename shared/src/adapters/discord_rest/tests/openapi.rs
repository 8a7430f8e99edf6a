//! The requests against Discord's OpenAPI document, where it is found.

use super::builders::every_request;
use crate::adapters::discord_rest::Request;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

const VARIABLE: &str = "GANTRY_DISCORD_OPENAPI";

fn document() -> Option<Value> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/discord/openapi.json");
    let path = std::env::var_os(VARIABLE).map_or(beside, PathBuf::from);
    let Ok(text) = std::fs::read(&path) else {
        eprintln!(
            "SKIPPED: Discord's OpenAPI document is not at {} (set {VARIABLE})",
            path.display()
        );
        return None;
    };
    Some(serde_json::from_slice(&text).unwrap())
}

/// Permissions are integers in the document's requests, but Discord takes, and its documentation sends, text.
fn widen_permissions(schema: &mut Value) {
    const PERMISSIONS: [&str; 4] = ["allow", "deny", "permissions", "default_member_permissions"];
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get_mut("properties") {
                for name in PERMISSIONS {
                    if let Some(property) = properties.get_mut(name) {
                        *property = json!({ "type": ["string", "integer", "null"], "pattern": "^[0-9]+$" });
                    }
                }
            }
            fields.values_mut().for_each(widen_permissions);
        }
        Value::Array(list) => list.iter_mut().for_each(widen_permissions),
        _ => {}
    }
}

/// The document's operation for a request: same method, same path but for the parameters' names.
fn operation<'a>(document: &'a Value, request: &Request) -> &'a Map<String, Value> {
    let same = |path: &str| {
        let (ours, theirs): (Vec<_>, Vec<_>) = (
            request.route.template.split('/').collect(),
            path.split('/').collect(),
        );
        let equal =
            |(our, their): (&&str, &&str)| our == their || (our.starts_with('{') && their.starts_with('{'));
        ours.len() == theirs.len() && ours.iter().zip(&theirs).all(equal)
    };
    let method = request.method.as_str().to_lowercase();
    let paths = document["paths"].as_object().unwrap();
    let found = paths
        .iter()
        .find(|(path, item)| same(path) && item.get(&method).is_some());
    found
        .unwrap_or_else(|| panic!("unknown to Discord: {}", request.route))
        .1[&method]
        .as_object()
        .unwrap()
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

#[test]
fn every_request_is_what_discord_documents() {
    let Some(mut document) = document() else { return };
    widen_permissions(&mut document);
    for (name, request) in every_request() {
        let operation = operation(&document, &request);
        let content = operation
            .get("requestBody")
            .map(|body| &body["content"]["application/json"]["schema"]);
        assert_eq!(content.is_some(), request.body.is_some(), "{name}");
        check_query(name, &document, operation, &request);
        let (Some(schema), Some(body)) = (content, &request.body) else {
            continue;
        };
        let mut root = schema.as_object().unwrap().clone();
        root.insert("components".to_owned(), document["components"].clone());
        let validator = jsonschema::draft202012::new(&Value::Object(root)).unwrap();
        let faults: Vec<_> = validator
            .iter_errors(body)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{name}: {faults:#?}");
        if let (Value::Object(fields), Some(known)) = (body, resolve(&document, schema).get("properties")) {
            for field in fields.keys() {
                assert!(
                    known.get(field).is_some(),
                    "{name}: {field} is unknown to Discord"
                );
            }
        }
    }
}

fn check_query(name: &str, document: &Value, operation: &Map<String, Value>, request: &Request) {
    for (parameter, _) in &request.query {
        let known = operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .any(|known| {
                let known = resolve(document, known);
                known["in"] == "query" && known["name"] == *parameter
            });
        assert!(known, "{name}: {parameter} is unknown to Discord");
    }
}
