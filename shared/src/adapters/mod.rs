//! The ports' implementations. They know the outside world, and never each other.

pub mod discord_rest;
pub mod dynamo_budget;
