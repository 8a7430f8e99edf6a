//! The ports, kept on real services. Adapters see ports and domain, never each other.

pub mod dynamo;
