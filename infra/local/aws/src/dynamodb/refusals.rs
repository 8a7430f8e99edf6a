//! The errors that injected faults answer with, worded as DynamoDB words them.

use super::JSON_1_0;
use crate::front::{Answer, ApiCall, Refusal};
use serde_json::{Value, json};

const PREFIX: &str = "com.amazonaws.dynamodb.v20120810#";

/// The refusal as an answer; `None` for a conflict on a call that cannot have one.
pub(super) fn refuse(call: &ApiCall, refusal: Refusal) -> Option<Answer> {
    let items = transaction_items(call);
    match (refusal, items) {
        (Refusal::Throttle, Some(items)) => Some(cancelled(
            items,
            "ThrottlingError",
            "Throughput exceeds the current capacity for one or more global secondary indexes.",
        )),
        (Refusal::Throttle, None) => Some(error(
            400,
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded.",
        )),
        (Refusal::Conflict, Some(items)) => Some(cancelled(
            items,
            "TransactionConflict",
            "Transaction is ongoing for the item",
        )),
        (Refusal::Conflict, None) => matches!(
            call.operation.as_str(),
            "PutItem" | "UpdateItem" | "DeleteItem" | "ExecuteStatement"
        )
        .then(|| {
            error(
                400,
                "TransactionConflictException",
                "Transaction is ongoing for the item",
            )
        }),
        (Refusal::ServerError, _) => Some(error(500, "InternalServerError", "Internal server error")),
        (Refusal::Unavailable, _) => Some(error(
            503,
            "ServiceUnavailable",
            "Service is temporarily unavailable.",
        )),
    }
}

/// The error's name in an answer, for the log.
pub(super) fn code(body: &[u8]) -> String {
    let name = serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|body| Some(body["__type"].as_str()?.rsplit('#').next()?.to_owned()));
    name.unwrap_or_default()
}

/// How many items a transaction has; `None` when the call is none.
fn transaction_items(call: &ApiCall) -> Option<usize> {
    if !matches!(call.operation.as_str(), "TransactWriteItems" | "TransactGetItems") {
        return None;
    }
    let body: Value = serde_json::from_slice(&call.body).ok()?;
    Some(body["TransactItems"].as_array()?.len())
}

/// A cancelled transaction: the reason at the first item, `None` at all others.
fn cancelled(items: usize, code: &str, message: &str) -> Answer {
    let reasons: Vec<Value> = (0..items)
        .map(|at| match at {
            0 => json!({ "Code": code, "Message": message }),
            _ => json!({ "Code": "None" }),
        })
        .collect();
    let codes: Vec<&str> = (0..items).map(|at| if at == 0 { code } else { "None" }).collect();
    let text = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let body = json!({
        "__type": format!("{PREFIX}TransactionCanceledException"),
        "Message": text,
        "CancellationReasons": reasons,
    });
    Answer::json(400, JSON_1_0, &body)
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = json!({ "__type": format!("{PREFIX}{code}"), "message": message });
    Answer::json(status, JSON_1_0, &body)
}
