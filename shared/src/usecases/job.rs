//! What all work from the queues has in common.

use super::call::{Env, outbox_id};
use crate::domain::club::Club;
use crate::domain::ids::{GuildId, OutboxId};
use crate::domain::permissions::Gap;
use crate::domain::work::Work;
use crate::ports::discord::{DiscordError, Guilds};
use crate::ports::store::{CommitError, Outbox, StoreError};
use jiff::{SignedDuration, Timestamp};

/// A clock of ours and Discord's may differ by this much: what an effect left is looked for from that long before its
/// recorded intent.
pub(super) const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(10);

/// One piece of work from a queue.
#[derive(Clone, Debug)]
pub struct Job {
    /// Names it: the outbox row and the place in it.
    pub id: String,
    /// The guild in whose order it came.
    pub guild: GuildId,
    /// Follows the click to the last call.
    pub trace: String,
    /// When it is done.
    pub now: Timestamp,
    /// Whether an earlier try may have done some of it without recording that.
    pub again: bool,
}

impl Job {
    /// When the change was committed that this work follows from, as its row in the outbox is named.
    pub(super) fn caused_at(&self) -> Option<Timestamp> {
        let row: OutboxId = self.id.split('.').next()?.parse().ok()?;
        let millis = i64::try_from(row.created_at_millis()).ok()?;
        Timestamp::from_millisecond(millis).ok()
    }

    /// The outbox row of a change that this work makes: under its trace, in its guild's order.
    pub(super) fn outbox(&self, env: &impl Env, work: Vec<Work>) -> Outbox {
        Outbox {
            id: outbox_id(env, self.now),
            guild: self.guild,
            trace: self.trace.clone(),
            work,
        }
    }
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
    /// The bot may not do what is to be done, and this is what it lacks.
    #[error("{} permission(s) are missing", .0.len())]
    Lacking(Vec<Gap>),
    /// The bot is not in the guild: the work has to wait until it is.
    #[error("Gantry is not in the guild")]
    GuildLost,
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
            Self::Discord(_)
            | Self::Store(_)
            | Self::Stale
            | Self::Lacking(_)
            | Self::GuildLost
            | Self::Misplaced => None,
        }
    }
}

/// Whether there is work for a club in the guild that the job came from: not where it has moved away.
///
/// # Errors
/// [`JobFailure::GuildLost`] if Gantry is known to be missing from it.
pub(super) fn at_home(club: &Club, job: &Job) -> Result<bool, JobFailure> {
    if club.guild != Some(job.guild) {
        return Ok(false);
    }
    if club.lost_at.is_some() {
        return Err(JobFailure::GuildLost);
    }
    Ok(true)
}

/// The failure, or [`JobFailure::GuildLost`] where that is what is behind it. Discord says "missing access" of a channel
/// that is closed to the bot, and "unknown channel" of a deleted one, just as it does when the whole guild is lost: so
/// the guild itself is asked for.
pub(super) async fn or_lost(discord: &impl Guilds, job: &Job, failure: JobFailure) -> JobFailure {
    // Missing access, unknown channel, unknown guild: Discord docs, opcodes and status codes.
    let doubtful = matches!(
        failure,
        JobFailure::Discord(
            DiscordError::Forbidden { code: 50_001 }
                | DiscordError::NotFound {
                    code: 10_003 | 10_004
                }
        )
    );
    if !doubtful {
        return failure;
    }
    match Box::pin(discord.in_guild(job.guild)).await {
        Ok(true) => failure,
        Ok(false) => JobFailure::GuildLost,
        Err(error) => error.into(),
    }
}

/// A nonce for the message `name`: 25 characters, the most that Discord takes, the same at every try.
pub(super) fn nonce(name: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(name.as_bytes());
    hex::encode(digest).chars().take(25).collect()
}
