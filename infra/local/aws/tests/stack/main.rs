//! The local AWS as a whole: faults, mappings, deliveries, drain, state and control, on private stacks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod control;
mod drain;
mod faults;
mod mapped_queues;
mod mapped_streams;
mod parts;
mod schedules;
mod state;
