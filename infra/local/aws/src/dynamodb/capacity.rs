//! Consumed capacity: asked for on every call, so that the log has it, and hidden from clients that did not ask.

use bytes::Bytes;
use serde_json::Value;

/// Operations that take `ReturnConsumedCapacity`.
const COUNTED: [&str; 12] = [
    "GetItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
    "ExecuteStatement",
    "ExecuteTransaction",
];

const READS: [&str; 5] = ["GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"];

/// Whether the client itself asked for the consumed capacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Asked {
    /// It did, or the operation has none: the answer is left as it is.
    ByClient,
    /// The front did, so the client must not see it.
    ByFront,
}

/// What an answer says once it is counted.
pub(super) struct Used {
    pub(super) body: Bytes,
    pub(super) read_units: f64,
    pub(super) write_units: f64,
}

/// Adds `ReturnConsumedCapacity: TOTAL` where the client asked for nothing. A body that is no JSON object is passed
/// on as it is, for dynoxide to refuse.
pub(super) fn ask(operation: &str, body: &Bytes) -> (Bytes, Asked) {
    if !COUNTED.contains(&operation) {
        return (body.clone(), Asked::ByClient);
    }
    let Ok(Value::Object(mut request)) = serde_json::from_slice::<Value>(body) else {
        return (body.clone(), Asked::ByClient);
    };
    match request.get("ReturnConsumedCapacity").and_then(Value::as_str) {
        None | Some("NONE") => {}
        Some(_) => return (body.clone(), Asked::ByClient),
    }
    request.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
    (Bytes::from(Value::Object(request).to_string()), Asked::ByFront)
}

/// Sums what the call consumed, over tables, and takes it out again if only the front asked.
pub(super) fn read(operation: &str, body: Bytes, asked: Asked) -> Used {
    let mut used = Used {
        body,
        read_units: 0.0,
        write_units: 0.0,
    };
    let Ok(Value::Object(mut answer)) = serde_json::from_slice::<Value>(&used.body) else {
        return used;
    };
    let Some(consumed) = answer.remove("ConsumedCapacity") else {
        return used;
    };
    let entries = match consumed {
        Value::Array(entries) => entries,
        one => vec![one],
    };
    for entry in &entries {
        let units = |name: &str| entry[name].as_f64();
        match (units("ReadCapacityUnits"), units("WriteCapacityUnits")) {
            (None, None) if READS.contains(&operation) => {
                used.read_units += units("CapacityUnits").unwrap_or_default();
            }
            (None, None) => used.write_units += units("CapacityUnits").unwrap_or_default(),
            (read, write) => {
                used.read_units += read.unwrap_or_default();
                used.write_units += write.unwrap_or_default();
            }
        }
    }
    if asked == Asked::ByFront {
        used.body = Bytes::from(Value::Object(answer).to_string());
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bytes(value: &Value) -> Bytes {
        Bytes::from(value.to_string())
    }

    #[test]
    fn capacity_that_the_client_asked_for_stays() {
        let asks = bytes(&json!({ "ReturnConsumedCapacity": "INDEXES" }));
        assert_eq!(ask("Query", &asks), (asks.clone(), Asked::ByClient));
        let answer = bytes(&json!({ "Count": 1, "ConsumedCapacity": { "CapacityUnits": 0.5 } }));
        let used = read("Query", answer.clone(), Asked::ByClient);
        assert_eq!((used.body, used.read_units, used.write_units), (answer, 0.5, 0.0));
    }

    #[test]
    fn capacity_that_only_the_log_wants_is_taken_out() {
        let (body, asked) = ask("TransactWriteItems", &bytes(&json!({ "TransactItems": [] })));
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (&body["ReturnConsumedCapacity"], asked),
            (&json!("TOTAL"), Asked::ByFront)
        );
        let answer = bytes(&json!({ "ConsumedCapacity": [
            { "TableName": "a", "CapacityUnits": 4.0, "WriteCapacityUnits": 4.0 },
            { "TableName": "b", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0 },
        ] }));
        let used = read("TransactWriteItems", answer, asked);
        assert_eq!((used.read_units, used.write_units), (2.0, 4.0));
        assert_eq!(used.body, Bytes::from("{}"));
    }

    #[test]
    fn a_body_that_is_no_object_is_passed_on() {
        let broken = Bytes::from("{\"a\":");
        assert_eq!(ask("Query", &broken), (broken.clone(), Asked::ByClient));
    }
}
