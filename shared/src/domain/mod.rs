//! Pure rules. Imports nothing of ours, and no AWS, HTTP, Discord-client or tokio crate.

pub mod ids;
