//! Has what stands in Discord follow a setting of the club that was changed: for events that are still to be raced.

use super::call::Env;
use super::job::{Job, JobFailure, at_home};
use crate::domain::event::{EventState, Period};
use crate::domain::ids::ClubId;
use crate::domain::settings::Key;
use crate::domain::work::Work;
use crate::ports::store::{Batch, EventReader, Ledger, SettingsReader};

/// Events whose work goes into one row of the outbox.
const PAGE: u32 = 50;

/// Asks for the work of each event, a page in a transaction. Whoever does it looks at the present setting, so that asking twice
/// changes nothing.
///
/// # Errors
/// What the store says.
pub async fn follow_setting<S: EventReader + Ledger + SettingsReader>(
    store: &S,
    env: &impl Env,
    job: &Job,
    (club, key): (ClubId, Key),
) -> Result<(), JobFailure> {
    let Some((club, _)) = store.club_and_settings(club).await? else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let mut from = None;
    loop {
        let page = store
            .list_events(club.id, Period::Upcoming, job.now, PAGE, from)
            .await?;
        let raced = page
            .items
            .iter()
            .filter(|event| event.state.before_start() || event.state == EventState::Live);
        let work: Vec<Work> = raced
            .filter_map(|event| Work::that_follows(key, event.key))
            .collect();
        if !work.is_empty() {
            let batch = Batch {
                changes: Vec::new(),
                record: None,
                outbox: job.outbox(env, work),
                answered: None,
            };
            store.commit(batch).await?;
        }
        from = page.next;
        if from.is_none() {
            return Ok(());
        }
    }
}
