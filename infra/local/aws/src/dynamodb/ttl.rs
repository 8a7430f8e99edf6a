//! The time-to-live sweep by the stack's clock, for databases that dynoxide opens with real time.

use super::{from_json, to_json};
use dynoxide::{Database, DynoxideError};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Deletes, in every table with a time to live, the items whose number has passed; returns how many.
pub(super) fn sweep(database: &Database, now: Timestamp) -> dynoxide::Result<usize> {
    let mut swept = 0;
    for table in database.list_tables(from_json(json!({}))?)?.table_names {
        let described = database.describe_time_to_live(from_json(json!({ "TableName": table }))?)?;
        let described = to_json(&described)?;
        let described = &described["TimeToLiveDescription"];
        if let ("ENABLED", Some(attribute)) = (
            described["TimeToLiveStatus"].as_str().unwrap_or_default(),
            described["AttributeName"].as_str(),
        ) {
            swept += sweep_table(database, &table, attribute, now)?;
        }
    }
    Ok(swept)
}

fn sweep_table(database: &Database, table: &str, attribute: &str, now: Timestamp) -> dynoxide::Result<usize> {
    let keys = key_names(database, table)?;
    let expired = json!({ ":now": { "N": now.as_second().to_string() } });
    let mut start = Value::Null;
    let mut swept = 0;
    loop {
        let mut scan = json!({
            "TableName": table,
            "FilterExpression": "#ttl < :now",
            "ExpressionAttributeNames": { "#ttl": attribute },
            "ExpressionAttributeValues": expired,
        });
        if !start.is_null() {
            scan["ExclusiveStartKey"] = start;
        }
        let page = to_json(&database.scan(from_json(scan)?)?)?;
        for item in page["Items"].as_array().into_iter().flatten() {
            let key: Map<String, Value> = keys
                .iter()
                .map(|name| (name.clone(), item[name].clone()))
                .collect();
            let deleted = database.delete_item(from_json(json!({
                "TableName": table,
                "Key": key,
                "ConditionExpression": "#ttl < :now",
                "ExpressionAttributeNames": { "#ttl": attribute },
                "ExpressionAttributeValues": expired,
            }))?);
            match deleted {
                // Renewed since the scan: it stays.
                Err(DynoxideError::ConditionalCheckFailedException(..)) => {}
                deleted => {
                    deleted?;
                    swept += 1;
                }
            }
        }
        start = page["LastEvaluatedKey"].clone();
        if start.is_null() {
            return Ok(swept);
        }
    }
}

fn key_names(database: &Database, table: &str) -> dynoxide::Result<Vec<String>> {
    let described = to_json(&database.describe_table(from_json(json!({ "TableName": table }))?)?)?;
    let schema = described["Table"]["KeySchema"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    Ok(schema
        .iter()
        .filter_map(|key| key["AttributeName"].as_str().map(str::to_owned))
        .collect())
}
