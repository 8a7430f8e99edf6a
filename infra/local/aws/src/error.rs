//! What can go wrong with the counterparts themselves.

use std::path::PathBuf;

/// Why a counterpart could not start or do what its owner (not a client) asked.
#[derive(Debug, thiserror::Error)]
pub enum AwsLocalError {
    /// A port could not be bound on 127.0.0.1.
    #[error("port {port} cannot be bound: {source}")]
    Bind {
        /// The port that was asked for, 0 for any.
        port: u16,
        /// The system's reason.
        source: std::io::Error,
    },
    /// DynamoDB refused or failed; the text is its own.
    #[error("DynamoDB: {0}")]
    Database(String),
    /// SQS refused; the text is its own.
    #[error("SQS: {0}")]
    Queue(String),
    /// The state file cannot be read or written.
    #[error("{path}: {source}")]
    State {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// No such schedule.
    #[error("there is no schedule named {0:?}")]
    UnknownSchedule(String),
    /// A pattern or filter is not one that EventBridge would take.
    #[error("event pattern: {0}")]
    Pattern(String),
}
