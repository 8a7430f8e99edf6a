//! The ports, kept on real services. Adapters see ports and domain, never each other.

pub mod discord_rest;
pub mod dynamo;
pub mod dynamo_budget;
pub mod eventbridge;
pub mod sqs;
pub mod system;
pub mod timeline;
pub mod uploads;
