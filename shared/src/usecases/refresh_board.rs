//! Brings an event's messages up to date: any number of changes becomes one edit, an unchanged message none.

use super::job::{Job, JobFailure, at_home, or_lost};
use super::open_event_space::{Shown, bring_up_to_date, forget_lost_channel, mendable, post_missing};
use crate::domain::event::EventKey;
use crate::domain::notice::Render;
use crate::domain::space::SpaceState;
use crate::ports::discord::{Guilds, Messages};
use crate::ports::store::{ClubReader, EventReader, Spaces};

/// Tries when another worker edits the same messages.
const TRIES: u32 = 3;

/// Edits the messages of an event whose channel is ready. While it is still being made there is nothing to do: whoever
/// makes it looks at the present state last. A message that somebody deleted is posted again, once for each time.
///
/// # Errors
/// What the store and Discord say.
pub async fn refresh_board<S: ClubReader + EventReader + Spaces>(
    store: &S,
    discord: &(impl Messages + Guilds),
    render: &impl Render,
    job: &Job,
    event: EventKey,
) -> Result<(), JobFailure> {
    // A try that died between its edit and its record left something else than what is recorded.
    let mut shown = if job.again {
        Shown::Unknown
    } else {
        Shown::AsRecorded
    };
    for _ in 0..TRIES {
        let (space, sheet, club) =
            futures::join!(store.space(event), store.sheet(event), store.club(event.club));
        let (Some(mut space), Some(sheet), Some(club)) = (space?, sheet?, club?) else {
            return Ok(());
        };
        if !at_home(&club, job)? || !space.is_in(job.guild) || space.state != SpaceState::Active {
            return Ok(());
        }
        let mut outcome = Box::pin(bring_up_to_date(
            store,
            discord,
            render,
            &mut space,
            (&club, &sheet),
            shown,
        ))
        .await;
        if outcome.is_ok() {
            outcome = Box::pin(post_missing(
                store,
                discord,
                render,
                job,
                &mut space,
                (&club, &sheet),
            ))
            .await;
        }
        match outcome {
            Err(JobFailure::Stale) => shown = Shown::Unknown,
            Err(failure) => {
                let failure = or_lost(discord, job, failure).await;
                let Some(reason) = mendable(&failure) else {
                    return Err(failure);
                };
                forget_lost_channel(&mut space, reason);
                space.state = SpaceState::Failed { reason };
                return Ok(store.save_space(&mut space, None).await?);
            }
            Ok(()) => return Ok(()),
        }
    }
    Err(JobFailure::Stale)
}
