//! Writes the samples of `events/`, or copies that are signed for the present moment.
//!
//! `cargo run -p gantry-tests --bin make-events` brings `events/` up to date; with a folder behind `--`, the samples are
//! written there with the present time, so that a running function takes their signatures for the next five minutes.

use gantry_tests::samples;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (folder, now) = match std::env::args().nth(1) {
        Some(folder) => (PathBuf::from(folder), Timestamp::now()),
        None => (
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../events"),
            samples::MOMENT,
        ),
    };
    for sample in samples::all(now)? {
        let file = folder.join(&sample.path);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(file, sample.text)?;
    }
    println!("{}: samples of {now}", folder.display());
    Ok(())
}
