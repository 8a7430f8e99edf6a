//! What the benchmarks work on: a full event, and a table whose answers come from memory.

pub mod samples;
pub mod table;
