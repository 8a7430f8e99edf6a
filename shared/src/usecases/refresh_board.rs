//! Brings an event's messages up to date, and on race day who is let into its voice room: any number of changes becomes one
//! edit, what is unchanged none.

use super::job::{Job, JobFailure, at_home, or_lost};
use super::open_event_space::{Shown, bring_up_to_date, forget_lost_channel, mendable, post_missing};
use super::settle_rooms::settle_event_room;
use super::settle_scheduled::settle_scheduled;
use crate::domain::event::EventKey;
use crate::domain::notice::Render;
use crate::domain::settings::Drift;
use crate::domain::space::SpaceState;
use crate::ports::discord::{Channels, Guilds, Messages, ScheduledEvents};
use crate::ports::store::{EventReader, SettingsReader, Spaces, TeamSpaces};

/// Tries when another worker edits the same messages.
const TRIES: u32 = 3;

/// Edits the messages of an event whose channel is ready. While it is still being made there is nothing to do: whoever
/// makes it looks at the present state last. A message that somebody deleted is posted again, once
/// for each time, or left away, as the club's setting has it.
///
/// # Errors
/// What the store and Discord say.
pub async fn refresh_board<S: SettingsReader + EventReader + Spaces + TeamSpaces>(
    store: &S,
    discord: &(impl Channels + Messages + Guilds + ScheduledEvents),
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
        let (space, sheet, club) = futures::join!(
            store.space(event),
            store.sheet(event),
            store.club_and_settings(event.club)
        );
        let (Some(mut space), Some(sheet), Some((club, settings))) = (space?, sheet?, club?) else {
            return Ok(());
        };
        if !at_home(&club, job)? || !space.is_in(job.guild) {
            return Ok(());
        }
        let of_event = (&sheet, &settings);
        match space.state {
            SpaceState::Active => {}
            // What stands in the server's list of events follows all the same.
            SpaceState::Failed { .. } => {
                return Box::pin(settle_scheduled(store, discord, job, &mut space, of_event)).await;
            }
            _ => return Ok(()),
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
        if outcome.is_ok() && settings.drift() == Drift::Heal {
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
                store.save_space(&mut space, None).await?;
                return Box::pin(settle_scheduled(store, discord, job, &mut space, of_event)).await;
            }
            Ok(()) => {
                Box::pin(settle_scheduled(store, discord, job, &mut space, of_event)).await?;
                return Box::pin(settle_event_room(store, discord, job, &mut space, of_event)).await;
            }
        }
    }
    Err(JobFailure::Stale)
}
