//! Imports of the roster as they are kept, and files that people upload.

use super::store::{CommitError, StoreResult};
use crate::domain::roster_csv::Step;
use crate::domain::roster_import::{ImportKey, RosterImport};
use std::future::Future;

/// Imports that were shown.
pub trait Imports: Send + Sync {
    /// An import, until some time after it could be confirmed.
    fn import(&self, key: ImportKey) -> impl Future<Output = StoreResult<Option<RosterImport>>> + Send;

    /// Keeps a new import with its steps. [`CommitError::Stale`] if it is there already; then nothing of it is changed
    /// that counts.
    fn stage(
        &self,
        import: &RosterImport,
        steps: &[Step],
    ) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// The steps of a chunk, [`STEPS_A_CHUNK`](crate::domain::roster_import::STEPS_A_CHUNK) each, from 0.
    fn steps(&self, key: ImportKey, chunk: usize) -> impl Future<Output = StoreResult<Vec<Step>>> + Send;
}

/// Why a file cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// It is not where Discord keeps files.
    #[error("not an address of Discord's files")]
    Foreign,
    /// It is larger than was allowed.
    #[error("larger than allowed")]
    TooLarge,
    /// It is not there, or not any more.
    #[error("not there (HTTP {0})")]
    Gone(u16),
    /// A server error, a lost connection or a timeout: another try may help.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// Files that people upload to Discord.
pub trait UploadedFiles: Send + Sync {
    /// The file at `url`, if it has at most `max_bytes`; whatever size was told before.
    fn fetch(&self, url: &str, max_bytes: usize) -> impl Future<Output = Result<Vec<u8>, FetchError>> + Send;
}
