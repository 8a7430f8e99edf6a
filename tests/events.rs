//! Every sample in `events/` is as generated, and goes through its handler.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

#[path = "events/interactions.rs"]
mod interactions;
#[path = "events/legs.rs"]
mod legs;
#[path = "events/pages.rs"]
mod pages;
#[path = "events/stand.rs"]
mod stand;
#[path = "events/workers.rs"]
mod workers;

use gantry_tests::samples::{MOMENT, all, public_key};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// The text of a sample.
fn sample(path: &str) -> String {
    std::fs::read_to_string(folder().join(path)).unwrap_or_else(|error| panic!("events/{path}: {error}"))
}

/// The samples of a function, by name.
fn names(function: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder().join(function)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .map(|name| name.strip_suffix(".json").unwrap_or(&name).to_owned())
        .collect()
}

#[test]
fn the_samples_are_as_generated() {
    for generated in all(MOMENT).unwrap() {
        assert!(
            sample(&generated.path) == generated.text,
            "events/{} is stale: cargo run -p gantry-tests --bin make-events",
            generated.path
        );
    }
}

#[test]
fn every_file_is_generated() {
    let generated: BTreeSet<String> = all(MOMENT)
        .unwrap()
        .into_iter()
        .map(|sample| sample.path)
        .collect();
    let mut there = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name != "README.md" {
            there.extend(
                names(&name)
                    .into_iter()
                    .map(|sample| format!("{name}/{sample}.json")),
            );
        }
    }
    assert_eq!(there, generated);
}

#[test]
fn the_guide_names_the_key_that_takes_the_signatures() {
    assert!(sample("README.md").contains(&public_key()));
}

#[tokio::test]
async fn every_interaction_is_answered_as_it_should_be() {
    let told: BTreeSet<String> = interactions::ANSWERS
        .iter()
        .map(|(name, ..)| (*name).to_owned())
        .collect();
    assert_eq!(names("interactions"), told, "samples and expected answers");
    for (name, status, phrase) in interactions::ANSWERS {
        interactions::check(name, *status, phrase).await;
    }
}

#[tokio::test]
async fn a_sample_is_refused_later() {
    let text = sample("interactions/ping.json");
    let late = MOMENT + jiff::SignedDuration::from_secs(301);
    let resigned = all(late)
        .unwrap()
        .into_iter()
        .find(|s| s.path == "interactions/ping.json")
        .unwrap();
    assert_eq!(interactions::answer(&text).await.0, 200);
    assert_eq!(interactions::answer(&resigned.text).await.0, 401);
}
