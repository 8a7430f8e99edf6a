//! Keeps Discord's scheduled event in step with an event of ours.
//!
//! Making one is not safe to repeat: its intent is recorded before, and a later try looks for what an earlier one left, by name,
//! start and who made it. All else leads to the same end however often it is done.

use super::job::{CLOCK_SKEW, Job, JobFailure, or_lost};
use crate::domain::ids::{ChannelId, ScheduledId};
use crate::domain::notice::Sheet;
use crate::domain::scheduled::{Card, Next, Scheduled, Status, next};
use crate::domain::settings::{Drift, Settings};
use crate::domain::space::{Space, Step};
use crate::ports::discord::{DiscordError, Guilds, ScheduledEvents};
use crate::ports::store::Spaces;

/// Discord docs, opcodes and status codes.
const UNKNOWN_SCHEDULED_EVENT: u64 = 10_070;
/// Made, started and ended, each after what came before it; one more for what was deleted by hand.
const STEPS: u32 = 5;

/// Brings it to what it is to be; nothing is called where nothing differs. What Discord does not allow is recorded, and no error.
///
/// # Errors
/// What the store and Discord say.
pub(super) async fn settle_scheduled<S: Spaces>(
    store: &S,
    discord: &(impl ScheduledEvents + Guilds),
    job: &Job,
    space: &mut Space,
    (sheet, settings): (&Sheet, &Settings),
) -> Result<(), JobFailure> {
    let on = settings.scheduled_events();
    if !on && space.scheduled.is_none() {
        return Ok(());
    }
    let event = &sheet.event;
    if settings.drift() == Drift::Heal
        && let Some(recorded) = &mut space.scheduled
    {
        recorded.forgotten = false;
    }
    for _ in 0..STEPS {
        // Without a channel to sign up in there is none.
        let place = space.channel_in(job.guild);
        let on = on && place.is_some();
        if !on && space.scheduled.is_none() {
            return Ok(());
        }
        let card = Card::of(
            event,
            (place.unwrap_or(ChannelId(0)), space.channel_name.as_deref()),
        );
        let digest = card.digest();
        let Some(step) = next(event, space.scheduled.as_ref(), (on, &digest), job.now) else {
            return Ok(());
        };
        let wish = format!("{step:?} {digest}");
        if space.scheduled.as_ref().and_then(|one| one.refused.as_deref()) == Some(wish.as_str()) {
            return Ok(());
        }
        let done = Box::pin(take(store, discord, job, space, (&card, step))).await;
        let Err(failure) = done else { continue };
        let failure = Box::pin(or_lost(discord, job, failure)).await;
        match failure {
            JobFailure::Discord(DiscordError::NotFound {
                code: UNKNOWN_SCHEDULED_EVENT,
            }) => {
                let forgotten = settings.drift() == Drift::Forget;
                space.scheduled = Some(Scheduled {
                    forgotten,
                    ..Scheduled::new(&card)
                });
                Box::pin(store.save_space(space, None)).await?;
            }
            JobFailure::Discord(DiscordError::Forbidden { .. } | DiscordError::Refused { .. }) => {
                let mut recorded = space.scheduled.clone().unwrap_or_else(|| Scheduled::new(&card));
                // What was refused was not made: there is nothing to look for at the next try.
                if recorded.step.may_have_happened() {
                    recorded.step = Step::Todo;
                }
                recorded.refused = Some(wish);
                space.scheduled = Some(recorded);
                return Ok(Box::pin(store.save_space(space, None)).await?);
            }
            failure => return Err(failure),
        }
    }
    Ok(())
}

/// Takes one step, and records it.
async fn take<S: Spaces>(
    store: &S,
    discord: &(impl ScheduledEvents + Guilds),
    job: &Job,
    space: &mut Space,
    (card, step): (&Card, Next),
) -> Result<(), JobFailure> {
    let reason = format!("The event {}", card.name);
    let recorded = space.scheduled.clone();
    let id = recorded.as_ref().and_then(|one| one.step.id());
    match (step, recorded, id) {
        (Next::Create, recorded, _) => {
            Box::pin(create(store, discord, job, space, (card, recorded, &reason))).await
        }
        (Next::Edit, Some(recorded), Some(id)) => {
            let active = recorded.status != Status::Scheduled;
            Box::pin(discord.edit_scheduled_event(job.guild, id, (card, active), &reason)).await?;
            space.scheduled = Some(Scheduled {
                shown: card.digest(),
                refused: None,
                ..recorded
            });
            Ok(Box::pin(store.save_space(space, None)).await?)
        }
        (Next::Bring(status), Some(recorded), Some(id)) => {
            match Box::pin(discord.bring_scheduled_event(job.guild, id, status, &reason)).await {
                // Discord starts and ends it by the clock; what an earlier try has done cannot be done again.
                Ok(()) | Err(DiscordError::Refused { .. }) => {}
                Err(DiscordError::NotFound {
                    code: UNKNOWN_SCHEDULED_EVENT,
                }) if status != Status::Active => {}
                Err(error) => return Err(error.into()),
            }
            space.scheduled = Some(Scheduled {
                status,
                refused: None,
                ..recorded
            });
            Ok(Box::pin(store.save_space(space, None)).await?)
        }
        (Next::Remove, Some(recorded), id) => {
            let id = match id {
                Some(id) => Some(id),
                None => Box::pin(left_behind(store, discord, job, space, &recorded)).await?,
            };
            if let Some(id) = id {
                match Box::pin(discord.delete_scheduled_event(job.guild, id, &reason)).await {
                    Ok(())
                    | Err(DiscordError::NotFound {
                        code: UNKNOWN_SCHEDULED_EVENT,
                    }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            space.scheduled = None;
            Ok(Box::pin(store.save_space(space, None)).await?)
        }
        // There is none that it could be done to.
        _ => Ok(()),
    }
}

async fn create<S: Spaces>(
    store: &S,
    discord: &(impl ScheduledEvents + Guilds),
    job: &Job,
    space: &mut Space,
    (card, recorded, reason): (&Card, Option<Scheduled>, &str),
) -> Result<(), JobFailure> {
    let left = match &recorded {
        Some(one) if one.step.may_have_happened() => {
            let left = Box::pin(left_behind(store, discord, job, space, one)).await?;
            left.map(|id| (id, one.clone()))
        }
        _ => None,
    };
    let (id, made) = match left {
        Some(found) => found,
        None => {
            let step = recorded.map_or(Step::Todo, |one| one.step);
            let made = Scheduled {
                step: step.intended(job.now),
                ..Scheduled::new(card)
            };
            space.scheduled = Some(made.clone());
            Box::pin(store.save_space(space, None)).await?;
            let id = Box::pin(discord.create_scheduled_event(job.guild, card, reason)).await?;
            (id, made)
        }
    };
    space.scheduled = Some(Scheduled {
        step: Step::Done { id },
        refused: None,
        ..made
    });
    // It is claimed as channels are: Discord's ids are unique across all kinds.
    Ok(Box::pin(store.save_space(space, Some(ChannelId(id.0)))).await?)
}

/// What an earlier try made: same name and start, made by Gantry, not before the intent, and owned by no record.
async fn left_behind<S: Spaces>(
    store: &S,
    discord: &(impl ScheduledEvents + Guilds),
    job: &Job,
    space: &Space,
    intended: &Scheduled,
) -> Result<Option<ScheduledId>, JobFailure> {
    let Step::Intended { at } = intended.step else {
        return Ok(None);
    };
    let earliest = at.saturating_sub(CLOCK_SKEW).unwrap_or(at).as_millisecond();
    let all = Box::pin(discord.scheduled_events(job.guild)).await?;
    let own = Box::pin(discord.guild_picture(job.guild)).await?.own.user;
    let same = all.into_iter().filter(|one| {
        one.name == intended.name
            && one.starts_at == intended.starts_at
            && one.creator == Some(own)
            && one.id.created_at_millis() >= earliest
    });
    let candidates: Vec<ChannelId> = same.map(|one| ChannelId(one.id.0)).collect();
    if candidates.is_empty() {
        return Ok(None);
    }
    let owned = store.owned_channels(space.event.club, &candidates).await?;
    let free = candidates.into_iter().filter(|id| !owned.contains(id));
    Ok(free.min().map(|id| ScheduledId(id.0)))
}
