//! Whole flows over the local stack: from the click to Discord's state, also when things go wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod world;

mod adding;
mod attendance;
mod boards;
mod calendar;
mod classes;
mod cleanup;
mod clubs;
mod conflict_kinds;
mod conflicts;
mod counts;
mod deaths;
mod directions;
mod endpoint;
mod environment;
mod faults;
mod governed;
mod guilds;
mod joins;
mod life;
mod links;
mod main_job;
mod plans_announced;
mod poison;
mod race_rooms;
mod ranks;
mod removals;
mod repeats;
mod results;
mod roster;
mod roster_files;
mod rush;
mod scheduled;
mod series_end;
mod settings;
mod setup;
mod stints;
mod sync;
mod team_spaces;
mod teams;
mod telemetry;
mod weekend;
mod wishes;
