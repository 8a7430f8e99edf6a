//! What Gantry relies on in DynamoDB, SQS and EventBridge, asked through the real SDK.
//!
//! Runs against the local counterparts, or with `GANTRY_CONTRACT_ENDPOINT=http://...` against any emulator that serves
//! all three at one address. `infra/local/aws/contract-outside` asks `ministack` and lists where it differs from AWS's
//! documents, which are followed here. Nothing here moves a clock; where time is needed the shortest timeouts are waited for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dynamodb;
mod dynamodb_batches;
mod dynamodb_transactions;
mod endpoint;
mod eventbridge;
mod sqs;
mod sqs_fifo;
mod sqs_fifo_batches;
