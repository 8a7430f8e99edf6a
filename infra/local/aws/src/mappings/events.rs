//! The events that Lambda sends to functions, and how it reads their answers.

use crate::names::{ACCOUNT, REGION, events_arn, queue_arn};
use crate::sqs::{Received, attributes_md5, md5_hex};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// The event for a batch of one queue. `redelivered` is how often the batch was delivered before under these receipts.
pub(super) fn sqs_event(queue: &str, batch: &[Received], redelivered: u32) -> Value {
    let records: Vec<Value> = batch
        .iter()
        .map(|one| sqs_record(queue, one, redelivered))
        .collect();
    json!({ "Records": records })
}

fn sqs_record(queue: &str, received: &Received, redelivered: u32) -> Value {
    let message = &received.message;
    let mut attributes = message.system_attributes();
    let receives = message.receives + redelivered;
    attributes.insert("ApproximateReceiveCount", receives.to_string());
    let own: Map<String, Value> = message
        .attributes
        .iter()
        .map(|(name, attribute)| {
            let mut value = json!({
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": attribute.data_type,
            });
            if let Some(text) = &attribute.string_value {
                value["stringValue"] = text.as_str().into();
            }
            if let Some(binary) = &attribute.binary_value {
                value["binaryValue"] = binary.as_str().into();
            }
            (name.clone(), value)
        })
        .collect();
    let mut record = json!({
        "messageId": message.id,
        "receiptHandle": received.receipt,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": own,
        "md5OfBody": md5_hex(message.body.as_bytes()),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn(queue),
        "awsRegion": REGION,
    });
    if let Some(md5) = attributes_md5(&message.attributes) {
        record["md5OfMessageAttributes"] = md5.into();
    }
    record
}

/// The event of a schedule's rule.
pub(super) fn schedule_event(schedule: &str, at: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": format!("{at:.0}"),
        "region": REGION,
        "resources": [events_arn(&format!("rule/{schedule}"))],
        "detail": {},
    })
}

/// What a function says of its batch.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Failures {
    /// Nothing failed.
    None,
    /// These items failed, by `itemIdentifier`.
    Items(HashSet<String>),
    /// The answer is not one that Lambda understands, or names an item that the batch does not have: all failed.
    All,
}

/// Reads `batchItemFailures` (Lambda developer guide, "Reporting batch item failures"): absent, null or empty means
/// success; an empty or unknown identifier fails the whole batch.
pub(super) fn failures(answer: &Value, batch: &HashSet<&str>) -> Failures {
    let list = match answer {
        Value::Null => return Failures::None,
        Value::Object(answer) => match answer.get("batchItemFailures") {
            None | Some(Value::Null) => return Failures::None,
            Some(list) => list,
        },
        // A text or a number is an answer of a function that does not report.
        _ => return Failures::None,
    };
    let Some(list) = list.as_array() else {
        return Failures::All;
    };
    let mut items = HashSet::new();
    for item in list {
        match item["itemIdentifier"].as_str() {
            Some(id) if batch.contains(id) => items.insert(id.to_owned()),
            _ => return Failures::All,
        };
    }
    if items.is_empty() {
        Failures::None
    } else {
        Failures::Items(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_lambda_reads_it() {
        let batch = HashSet::from(["a", "b"]);
        let read = |answer| failures(&answer, &batch);
        for success in [
            json!(null),
            json!({}),
            json!({ "batchItemFailures": null }),
            json!({ "batchItemFailures": [] }),
            json!("done"),
        ] {
            assert_eq!(read(success.clone()), Failures::None, "{success}");
        }
        for failure in [
            json!({ "batchItemFailures": "a" }),
            json!({ "batchItemFailures": [{ "itemIdentifier": "" }] }),
            json!({ "batchItemFailures": [{ "itemIdentifier": null }] }),
            json!({ "batchItemFailures": [{ "itemIdentifier": "c" }] }),
            json!({ "batchItemFailures": [{ "id": "a" }] }),
        ] {
            assert_eq!(read(failure.clone()), Failures::All, "{failure}");
        }
        let one = json!({ "batchItemFailures": [{ "itemIdentifier": "b" }] });
        assert_eq!(read(one), Failures::Items(HashSet::from(["b".to_owned()])));
    }

    #[test]
    fn a_scheduled_event_has_whole_seconds() {
        let event = schedule_event("race-day", "2026-11-28T14:00:00.75Z".parse().unwrap());
        assert_eq!(event["time"], "2026-11-28T14:00:00Z");
        assert_eq!(
            event["resources"][0],
            "arn:aws:events:eu-central-1:000000000000:rule/race-day"
        );
    }
}
