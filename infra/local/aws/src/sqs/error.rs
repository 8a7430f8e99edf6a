//! SQS's errors, as its JSON protocol writes them.
//!
//! The SDK maps an error by the code of the older query protocol, sent in `x-amzn-query-error`, and only without it
//! by `__type`.

use crate::front::Answer;
use serde_json::json;

/// The AWS JSON protocol's media type, version 1.0.
pub(super) const JSON_1_0: &str = "application/x-amz-json-1.0";

/// An error that a call is answered with.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct SqsError {
    /// Name of the error's shape, after the namespace.
    pub(crate) shape: &'static str,
    /// Code in the query protocol.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    status: u16,
}

/// Errors whose code is the shape's name with this prefix.
const LONG: &str = "AWS.SimpleQueueService.";

impl SqsError {
    fn client(shape: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            shape,
            code,
            message: message.into(),
            status: 400,
        }
    }

    pub(crate) fn no_queue() -> Self {
        let message = "The specified queue does not exist.";
        Self::client(
            "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue",
            message,
        )
    }

    pub(super) fn queue_exists(attribute: &str) -> Self {
        let message = format!(
            "A queue already exists with the same name and a different value for attribute {attribute}"
        );
        Self::client("QueueNameExists", "QueueAlreadyExists", message)
    }

    pub(super) fn value(value: impl std::fmt::Display, parameter: &str, reason: &str) -> Self {
        let message = format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}");
        Self::client("InvalidParameterValueException", "InvalidParameterValue", message)
    }

    pub(super) fn missing(parameter: &str) -> Self {
        let message = format!("The request must contain the parameter {parameter}.");
        Self::client("MissingRequiredParameterException", "MissingParameter", message)
    }

    pub(super) fn attribute_name(name: &str) -> Self {
        let message = format!("Unknown Attribute {name}.");
        Self::client("InvalidAttributeName", "InvalidAttributeName", message)
    }

    pub(super) fn attribute_value(name: &str) -> Self {
        let message = format!("Invalid value for the parameter {name}.");
        Self::client("InvalidAttributeValue", "InvalidAttributeValue", message)
    }

    pub(super) fn contents() -> Self {
        let message = "The message contains characters outside the allowed set.";
        Self::client("InvalidMessageContents", "InvalidMessageContents", message)
    }

    pub(super) fn receipt(handle: &str) -> Self {
        let message = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
        Self::client("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", message)
    }

    pub(super) fn receipt_expired(handle: &str) -> Self {
        Self::value(handle, "ReceiptHandle", "The receipt handle has expired.")
    }

    pub(super) fn not_in_flight() -> Self {
        let message = "The message referred to is not in flight.";
        Self::client(
            "MessageNotInflight",
            "AWS.SimpleQueueService.MessageNotInflight",
            message,
        )
    }

    pub(super) fn empty_batch() -> Self {
        let message = "There should be at least one entry in the request.";
        Self::client(
            "EmptyBatchRequest",
            "AWS.SimpleQueueService.EmptyBatchRequest",
            message,
        )
    }

    pub(super) fn too_many(sent: usize) -> Self {
        let message = format!("Maximum number of entries per request are 10. You have sent {sent}.");
        Self::client(
            "TooManyEntriesInBatchRequest",
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            message,
        )
    }

    pub(super) fn batch_too_long(bytes: usize) -> Self {
        let message =
            format!("Batch requests cannot be longer than 1048576 bytes. You have sent {bytes} bytes.");
        Self::client(
            "BatchRequestTooLong",
            "AWS.SimpleQueueService.BatchRequestTooLong",
            message,
        )
    }

    pub(super) fn ids_not_distinct(id: &str) -> Self {
        let message = format!("Id {id} repeated.");
        Self::client(
            "BatchEntryIdsNotDistinct",
            "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            message,
        )
    }

    pub(super) fn batch_id() -> Self {
        let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                       It can be at most 80 letters long.";
        Self::client(
            "InvalidBatchEntryId",
            "AWS.SimpleQueueService.InvalidBatchEntryId",
            message,
        )
    }

    pub(super) fn no_resource(message: &str) -> Self {
        Self::client("ResourceNotFoundException", "ResourceNotFoundException", message)
    }

    pub(super) fn unsupported(message: &str) -> Self {
        Self::client(
            "UnsupportedOperation",
            "AWS.SimpleQueueService.UnsupportedOperation",
            message,
        )
    }

    pub(super) fn unknown_operation(operation: &str) -> Self {
        let message = format!("The action {operation} is not valid for this endpoint.");
        Self::client("UnknownOperationException", "InvalidAction", message)
    }

    pub(super) fn malformed(reason: &str) -> Self {
        Self::client("SerializationException", "MalformedInput", reason)
    }

    pub(super) fn throttled() -> Self {
        Self::client("RequestThrottled", "RequestThrottled", "Rate exceeded")
    }

    pub(super) fn server(status: u16) -> Self {
        let message = "We encountered an internal error. Please try again.";
        match status {
            503 => Self {
                status,
                ..Self::client("ServiceUnavailable", "ServiceUnavailable", message)
            },
            _ => Self {
                status,
                ..Self::client("InternalError", "InternalFailure", message)
            },
        }
    }

    /// Whether the sender is to blame, as batch results say it.
    pub(super) fn sender_fault(&self) -> bool {
        self.status < 500
    }

    pub(super) fn answer(&self) -> Answer {
        let namespace = match self.code.starts_with(LONG) || self.code == self.shape {
            true => "com.amazonaws.sqs",
            false => "com.amazon.coral.service",
        };
        let body = json!({ "__type": format!("{namespace}#{}", self.shape), "message": self.message });
        let fault = if self.sender_fault() { "Sender" } else { "Receiver" };
        let mut answer = Answer::json(self.status, JSON_1_0, &body).noted(self.code);
        answer.headers = vec![("x-amzn-query-error", format!("{};{fault}", self.code))];
        answer
    }
}
