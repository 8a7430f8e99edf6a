//! Whole flows over the local stack: from the click to Discord's state, also when things go wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod world;

mod adding;
mod boards;
mod clubs;
mod counts;
mod endpoint;
mod environment;
mod faults;
mod guilds;
mod main_job;
mod poison;
mod repeats;
mod rush;
mod stints;
mod teams;
