//! The simulator's state between runs, in one file of the data directory.

use crate::StackError;
use gantry_simulator::Simulator;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The state is written this often while it changes; a crash loses at most as much.
const EVERY: Duration = Duration::from_secs(2);

/// Where it is kept.
pub struct Keeper {
    file: PathBuf,
}

impl Keeper {
    /// Makes the directory and restores what an earlier run left.
    ///
    /// # Errors
    /// [`StackError::Data`].
    pub fn open(directory: &Path, simulator: &Simulator) -> Result<Self, StackError> {
        let file = directory.join("discord.json");
        let keeper = Self { file };
        std::fs::create_dir_all(directory).map_err(|error| keeper.fault(error))?;
        match std::fs::read_to_string(&keeper.file) {
            Ok(state) => simulator.restore(&state).map_err(|error| keeper.fault(error))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(keeper.fault(error)),
        }
        Ok(keeper)
    }

    /// Writes the state: first beside the file, then in its place, so that a crash leaves the old or the new one.
    ///
    /// # Errors
    /// [`StackError::Data`].
    pub fn save(&self, simulator: &Simulator) -> Result<(), StackError> {
        let state = simulator.snapshot().map_err(|error| self.fault(error))?;
        let beside = self.file.with_extension("json.new");
        std::fs::write(&beside, state).map_err(|error| self.fault(error))?;
        std::fs::rename(&beside, &self.file).map_err(|error| self.fault(error))
    }

    /// Saves again and again.
    pub async fn run(&self, simulator: &Simulator) {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = self.save(simulator) {
                tracing::warn!(%error, "the simulator's state was not saved");
            }
        }
    }

    fn fault(&self, why: impl std::fmt::Display) -> StackError {
        StackError::Data {
            path: self.file.display().to_string(),
            why: why.to_string(),
        }
    }
}
