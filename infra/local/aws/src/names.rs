//! The account and region that every local resource lives in.

/// The region of every ARN and event.
pub const REGION: &str = "eu-central-1";
/// The account of every ARN and event.
pub const ACCOUNT: &str = "000000000000";

/// The ARN of the queue `name`.
#[must_use]
pub fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

/// The name of the queue that an ARN of this account and region names.
pub(crate) fn queue_of_arn(arn: &str) -> Option<&str> {
    let name = arn
        .strip_prefix("arn:aws:sqs:")?
        .strip_prefix(REGION)?
        .strip_prefix(':')?
        .strip_prefix(ACCOUNT)?
        .strip_prefix(':')?;
    (!name.is_empty()).then_some(name)
}

/// The ARN of an EventBridge resource (`event-bus/NAME`, `rule/NAME`).
#[must_use]
pub fn events_arn(resource: &str) -> String {
    format!("arn:aws:events:{REGION}:{ACCOUNT}:{resource}")
}

/// The ARN of the stream of `table`.
#[must_use]
pub fn stream_arn(table: &str, label: &str) -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/{label}")
}
