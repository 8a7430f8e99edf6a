//! Local counterparts of the AWS services that Gantry uses, for the unchanged AWS SDK.
//!
//! DynamoDB (dynoxide behind a front), SQS and EventBridge speak the AWS JSON protocols on 127.0.0.1; the mappings
//! feed functions from queues, streams and schedules with the events that AWS sends. Times come from the stack's
//! clock, every call is logged, and faults can be injected into each.

mod aws;
mod control;
mod drain;
mod dynamodb;
mod error;
mod eventbridge;
mod front;
mod mappings;
mod names;
mod patterns;
mod sqs;
mod state;

pub use aws::{Asked, AwsConfig, AwsLocal, ClockMover, Coming};
pub use drain::{DrainError, DrainReport};
pub use dynamodb::DynamoDb;
pub use error::AwsLocalError;
pub use eventbridge::{EventBridge, PublishedEvent};
pub use front::{CallsUnderWay, Wires};
pub use mappings::{
    DeliveryMode, Invocation, InvocationTable, InvokeError, Invoker, Mappings, QueueMapping, Schedule,
    StreamMapping,
};
pub use names::{ACCOUNT, REGION, events_arn, queue_arn, stream_arn};
pub use patterns::Pattern;
pub use sqs::{QueueDepth, Sqs};
