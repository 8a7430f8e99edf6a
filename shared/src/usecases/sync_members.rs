//! Takes a run of member synchronisation further, from where its record says that it stands.

use super::call::Env;
use super::job::{Job, JobFailure};
use crate::domain::sync::{RunKey, RunState};
use crate::ports::sync::SyncRuns;

/// One leg of a run.
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    /// The run.
    pub run: RunKey,
    /// Its number, from 0.
    pub number: u32,
}

/// Goes the leg. One that was handed over, or whose run has ended, is done already.
///
/// # Errors
/// What the store says.
pub async fn sync_members<S: SyncRuns>(
    store: &S,
    _env: &impl Env,
    job: &Job,
    leg: Leg,
) -> Result<(), JobFailure> {
    let Some(run) = store.run(leg.run).await? else {
        return Ok(());
    };
    if run.state != RunState::Running || run.leg != leg.number || run.guild != job.guild {
        return Ok(());
    }
    Ok(())
}
