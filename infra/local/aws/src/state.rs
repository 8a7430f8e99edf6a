//! What SQS, EventBridge and the stream mappings keep in a file between runs.
//!
//! One file holds queues and stream positions together. The positions are read before the queues: whatever a function
//! sent for a record is in the file at the latest when the position says that the record is done with, so that a crash
//! can make a record be delivered again but never lose one.

use crate::AwsLocalError;
use crate::eventbridge::{self, EventBridge};
use crate::mappings::StreamStanding;
use crate::sqs::{self, Sqs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// From one write of the file to the next, so that a rush of changes shares one.
const PAUSE: Duration = Duration::from_millis(20);

/// The shape of the file. A file of another shape is refused, not guessed at.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    version: u32,
    streams: BTreeMap<String, String>,
    queues: sqs::State,
    buses: eventbridge::State,
}

/// Positions of the stream mappings, by mapping.
pub(crate) type Standings = Arc<Mutex<BTreeMap<String, StreamStanding>>>;

/// The file, and everything that is kept in it.
#[derive(Clone)]
pub(crate) struct Keeper {
    pub(crate) path: PathBuf,
    pub(crate) sqs: Sqs,
    pub(crate) eventbridge: EventBridge,
    pub(crate) standings: Standings,
}

impl Keeper {
    /// Reads the file, if there is one, into the services.
    ///
    /// # Errors
    /// [`AwsLocalError::State`] when it cannot be read or is not one of ours.
    pub(crate) fn load(&self) -> Result<(), AwsLocalError> {
        let text = match std::fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.failed(error)),
        };
        let saved: Saved = serde_json::from_slice(&text).map_err(|error| self.failed(error.into()))?;
        if saved.version != VERSION {
            let reason = format!("version {} of the state cannot be read", saved.version);
            return Err(self.failed(std::io::Error::other(reason)));
        }
        let standings = saved.streams.into_iter();
        *self.standings.lock().unwrap_or_else(PoisonError::into_inner) = standings
            .map(|(mapping, position)| (mapping, StreamStanding::at(Some(position))))
            .collect();
        self.sqs.restore(saved.queues);
        self.eventbridge.restore(saved.buses);
        Ok(())
    }

    /// Writes the file whenever something has changed, and tells `saved` how many changes of SQS it has.
    pub(crate) async fn run(self, mut moved: watch::Receiver<u64>, saved: watch::Sender<u64>) {
        let (mut queues, mut buses) = (self.sqs.changes(), self.eventbridge.changes());
        loop {
            let changed = tokio::select! {
                changed = queues.changed() => changed,
                changed = buses.changed() => changed,
                changed = moved.changed() => changed,
            };
            let so_far = *queues.borrow_and_update();
            let keeper = self.clone();
            match tokio::task::spawn_blocking(move || keeper.save()).await {
                Ok(Ok(())) => {
                    saved.send_replace(so_far);
                }
                Ok(Err(error)) => tracing::error!(%error, "the state cannot be kept"),
                Err(error) => tracing::error!(%error, "the state cannot be kept"),
            }
            if changed.is_err() {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Writes the file beside its place and then into it, so that a crash leaves the old or the new one.
    pub(crate) fn save(&self) -> Result<(), AwsLocalError> {
        let streams = self
            .standings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let streams = streams
            .iter()
            .filter_map(|(mapping, standing)| Some((mapping.clone(), standing.position()?)))
            .collect();
        let saved = Saved {
            version: VERSION,
            streams,
            queues: self.sqs.snapshot(),
            buses: self.eventbridge.snapshot(),
        };
        let text = serde_json::to_vec(&saved).map_err(|error| self.failed(error.into()))?;
        let beside = self.path.with_extension("json.new");
        std::fs::write(&beside, text).map_err(|error| self.failed(error))?;
        std::fs::rename(&beside, &self.path).map_err(|error| self.failed(error))
    }

    fn failed(&self, source: std::io::Error) -> AwsLocalError {
        state_error(&self.path, source)
    }
}

pub(crate) fn state_error(path: &Path, source: std::io::Error) -> AwsLocalError {
    AwsLocalError::State {
        path: path.to_owned(),
        source,
    }
}
