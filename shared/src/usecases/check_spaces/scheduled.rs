//! Looks after Discord's scheduled events: those that somebody deleted, and what Discord did not take at the time.

use super::ask;
use crate::domain::event::Event;
use crate::domain::scheduled::Status;
use crate::domain::settings::{Drift, Settings};
use crate::domain::space::{Space, SpaceState, Step};
use crate::domain::work::Work;
use crate::ports::discord::{ListedEvent, ScheduledEvents};
use crate::ports::store::{Change, Ledger, Spaces};
use crate::usecases::call::Env;
use crate::usecases::job::{Job, JobFailure};

/// Looks at one event's, and has it made anew or forgotten. Discord's list is asked for when it is needed first.
///
/// # Errors
/// What the store and Discord say.
pub(super) async fn check_scheduled<S: Ledger + Spaces>(
    store: &S,
    env: &impl Env,
    discord: &impl ScheduledEvents,
    job: &Job,
    (event, settings): (&Event, &Settings),
    listed: &mut Option<Vec<ListedEvent>>,
) -> Result<(), JobFailure> {
    // One that runs may have been ended by the clock: Discord lists it no more, and nobody deleted it.
    if event.starts_at <= job.now {
        return Ok(());
    }
    let kept = settings.scheduled_events() && event.state.before_start();
    let Some(space) = Box::pin(store.space(event.key)).await? else {
        return Ok(());
    };
    if space.state != SpaceState::Active {
        return Ok(());
    }
    let there = match space.scheduled.as_ref().and_then(|one| one.step.id()) {
        Some(id) if kept => {
            let list = match listed.take() {
                Some(list) => list,
                None => Box::pin(discord.scheduled_events(job.guild)).await?,
            };
            let there = list.iter().any(|one| one.id == id);
            *listed = Some(list);
            there
        }
        // One that is to go is only tried again.
        _ => true,
    };
    let heal = settings.drift() == Drift::Heal;
    let Some(changed) = mended(&space, there, heal) else {
        return Ok(());
    };
    let work = vec![Work::RefreshBoard { event: event.key }];
    match Box::pin(ask(store, env, job, vec![Change::PutSpace(changed)], work)).await {
        // Somebody else is at it: the next round looks again.
        Err(JobFailure::Stale) => Ok(()),
        outcome => outcome,
    }
}

/// The record as it is to be, if it is to be another.
fn mended(space: &Space, there: bool, heal: bool) -> Option<Space> {
    let mut next = space.clone();
    next.version += 1;
    let recorded = next.scheduled.as_mut()?;
    if !there {
        recorded.step = Step::Todo;
        recorded.status = Status::Scheduled;
        recorded.forgotten = !heal;
        return Some(next);
    }
    // What an admin may have mended meanwhile.
    recorded.refused.take().map(|_| next)
}
