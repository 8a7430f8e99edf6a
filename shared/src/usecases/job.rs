//! What all work from the queues has in common.

use crate::domain::ids::GuildId;
use crate::ports::discord::DiscordError;
use crate::ports::store::{CommitError, StoreError};
use jiff::{SignedDuration, Timestamp};

/// A clock of ours and Discord's may differ by this much: what an effect left is looked for from that long before its
/// recorded intent.
pub(super) const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(10);

/// One piece of work from a queue.
#[derive(Clone, Debug)]
pub struct Job {
    /// The guild in whose order it came.
    pub guild: GuildId,
    /// Follows the click to the last call.
    pub trace: String,
    /// When it is done.
    pub now: Timestamp,
    /// Whether an earlier try may have done some of it without recording that.
    pub again: bool,
}

/// Why work is not done. It is tried again, unless its queue gives it up.
#[derive(Debug, thiserror::Error)]
pub enum JobFailure {
    /// See [`DiscordError`].
    #[error("Discord: {0}")]
    Discord(#[from] DiscordError),
    /// See [`StoreError`].
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// Another worker was at the same thing.
    #[error("the state has changed meanwhile")]
    Stale,
    /// The work came over a queue that this worker is not for.
    #[error("this work is not for this worker")]
    Misplaced,
}

impl From<CommitError> for JobFailure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => Self::Store(error),
            CommitError::Stale | CommitError::Contended | CommitError::Replayed(_) => Self::Stale,
        }
    }
}

impl JobFailure {
    /// How long it is no use to try again, if that is known.
    #[must_use]
    pub const fn retry_after(&self) -> Option<SignedDuration> {
        match self {
            Self::Discord(DiscordError::RetryAfter(delay)) => Some(*delay),
            Self::Discord(_) | Self::Store(_) | Self::Stale | Self::Misplaced => None,
        }
    }
}

/// A nonce for the message `name`: 25 characters, the most that Discord takes, the same at every try.
pub(super) fn nonce(name: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(name.as_bytes());
    hex::encode(digest).chars().take(25).collect()
}
