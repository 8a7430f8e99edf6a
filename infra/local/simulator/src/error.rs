//! Discord's errors: HTTP status, JSON code and message (Discord docs, topics/opcodes-and-status-codes).

use serde_json::{Value, json};

/// An error answer of the HTTP API.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{status} {code}: {message}")]
pub(crate) struct ApiError {
    pub status: u16,
    pub code: u64,
    pub message: String,
    pub errors: Option<Value>,
    /// Seconds to wait, for a limit that the headers do not show.
    pub retry_after: Option<f64>,
}

impl ApiError {
    /// The error with JSON code `code`, with the status and the message that Discord gives it.
    pub fn known(code: u64) -> Self {
        let (status, message) = describe(code);
        Self {
            status,
            code,
            message: message.to_owned(),
            errors: None,
            retry_after: None,
        }
    }

    /// 401, as for a missing or wrong bot token.
    pub fn unauthorized() -> Self {
        Self {
            status: 401,
            code: 0,
            message: "401: Unauthorized".to_owned(),
            errors: None,
            retry_after: None,
        }
    }

    /// 404 of a route that does not exist.
    pub fn no_route() -> Self {
        Self {
            status: 404,
            code: 0,
            message: "404: Not Found".to_owned(),
            errors: None,
            retry_after: None,
        }
    }

    /// 405 of a route that exists with other methods.
    pub fn method() -> Self {
        Self {
            status: 405,
            code: 0,
            message: "405: Method Not Allowed".to_owned(),
            errors: None,
            retry_after: None,
        }
    }

    /// 400 with code 0 and a message of the simulator's own.
    pub fn bad(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code: 0,
            message: message.into(),
            errors: None,
            retry_after: None,
        }
    }

    /// 50035 with one error at `path` (`embeds.0.title`).
    pub fn form(path: &str, code: &str, message: &str) -> Self {
        let mut errors = crate::form::Errors::default();
        errors.add(path, code, message);
        errors.error()
    }

    pub fn body(&self) -> Value {
        let mut body = json!({"message": self.message, "code": self.code});
        if let Some(errors) = &self.errors {
            body["errors"] = errors.clone();
        }
        if let Some(seconds) = self.retry_after {
            body["retry_after"] = json!(seconds);
            body["global"] = json!(false);
        }
        body
    }
}

fn describe(code: u64) -> (u16, &'static str) {
    match code {
        10002 => (404, "Unknown Application"),
        10003 => (404, "Unknown Channel"),
        10004 => (404, "Unknown Guild"),
        10007 => (404, "Unknown Member"),
        10008 => (404, "Unknown Message"),
        10009 => (404, "Unknown permission overwrite"),
        10011 => (404, "Unknown Role"),
        10013 => (404, "Unknown User"),
        10015 => (404, "Unknown Webhook"),
        10062 => (404, "Unknown interaction"),
        10063 => (404, "Unknown application command"),
        10065 => (404, "Unknown Voice State"),
        10070 => (404, "Unknown Guild Scheduled Event"),
        20028 => (
            429,
            "The write action you are performing on the channel has hit the write rate limit",
        ),
        30003 => (400, "Maximum number of pins reached for the channel (250)"),
        30005 => (400, "Maximum number of guild roles reached (250)"),
        30013 => (400, "Maximum number of guild channels reached (500)"),
        30032 => (400, "Maximum number of application commands reached (100)"),
        30033 => (
            400,
            "Maximum number of thread participants has been reached (1000)",
        ),
        30034 => (
            429,
            "Maximum number of daily application command creates has been reached (200)",
        ),
        30038 => (400, "Maximum number of guild scheduled events reached (100)"),
        30046 => (
            429,
            "Maximum number of edits to messages older than 1 hour reached. Try again later",
        ),
        30060 => (400, "Maximum number of permission overwrites reached (1000)"),
        40009 => (400, "Only one channel can have its parent changed at a time"),
        40333 => (403, "internal network error"),
        40060 => (400, "Interaction has already been acknowledged."),
        50001 => (403, "Missing Access"),
        50003 => (403, "Cannot execute action on a DM channel"),
        50005 => (403, "Cannot edit a message authored by another user"),
        50006 => (400, "Cannot send an empty message"),
        50007 => (403, "Cannot send messages to this user"),
        50008 => (400, "Cannot send messages in a non-text channel"),
        50013 => (403, "Missing Permissions"),
        50016 => (
            400,
            "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages to delete.",
        ),
        50021 => (403, "Cannot execute action on a system message"),
        50024 => (400, "Cannot execute action on this channel type"),
        50027 => (401, "Invalid Webhook Token"),
        50028 => (400, "Invalid role"),
        50033 => (400, "Invalid Recipient(s)"),
        50034 => (
            400,
            "You can only bulk delete messages that are under 14 days old.",
        ),
        50035 => (400, "Invalid Form Body"),
        50068 => (400, "Invalid message type"),
        50083 => (400, "Thread is archived"),
        50109 => (400, "The request body contains invalid JSON."),
        50278 => (
            403,
            "Cannot send messages to this user due to having no mutual guilds",
        ),
        160_002 => (403, "Cannot reply without permission to read message history"),
        160_004 => (400, "A thread has already been created for this message"),
        160_005 => (403, "Thread is locked"),
        160_006 => (400, "Maximum number of active threads reached"),
        180_000 => (400, "Cannot update a finished event"),
        _ => (400, "Unknown error"),
    }
}
