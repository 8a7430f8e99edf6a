//! Whole flows over the local stack: from the click to Discord's state, also when things go wrong.

mod world;

mod boards;
mod clubs;
mod counts;
mod endpoint;
mod faults;
mod main_job;
mod poison;
mod rush;
