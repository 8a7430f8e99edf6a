//! The samples in `events/`: what AWS hands to each function, one file each.

mod discord;
mod gateway;
mod pages;
mod queues;
pub mod world;

pub use gateway::{public_key, sign};

use jiff::Timestamp;
use serde_json::Value;

/// The instant at which the samples in `events/` happen: 2026-11-21T09:00:00Z.
pub const MOMENT: Timestamp = Timestamp::constant(1_795_251_600, 0);

/// One file.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Where it lies in `events/`.
    pub path: String,
    /// What is in it: JSON.
    pub text: String,
}

/// All samples, as if they happened at `now`.
///
/// # Errors
/// If something of the domain cannot be written as JSON.
pub fn all(now: Timestamp) -> serde_json::Result<Vec<Sample>> {
    let mut found = Vec::new();
    for (name, event) in discord::events(now) {
        found.push(sample("interactions", name, &event)?);
    }
    for (folder, name, event) in pages::events(now) {
        found.push(sample(folder, name, &event)?);
    }
    for (folder, name, event) in queues::events(now)? {
        found.push(sample(folder, name, &event)?);
    }
    Ok(found)
}

fn sample(folder: &str, name: &str, event: &Value) -> serde_json::Result<Sample> {
    Ok(Sample {
        path: format!("{folder}/{name}.json"),
        text: serde_json::to_string_pretty(event)? + "\n",
    })
}
