//! Makes the event's text channel, or adopts the one that an earlier try made.

use super::category;
use crate::domain::ids::ChannelId;
use crate::domain::naming::{event_channel, event_topic};
use crate::domain::notice::Sheet;
use crate::domain::permissions::{GuildPicture, Preflight};
use crate::domain::settings::Settings;
use crate::domain::space::{Space, Step};
use crate::ports::discord::{Channel, ChannelKind, Channels, Guilds, NewChannel};
use crate::ports::store::Spaces;
use crate::usecases::job::{CLOCK_SKEW, Job, JobFailure};
use jiff::Timestamp;

/// The event's channel; its id is recorded when this returns.
pub(super) async fn ensure<S: Spaces>(
    store: &S,
    discord: &(impl Channels + Guilds),
    job: &Job,
    space: &mut Space,
    sheet: &Sheet,
    settings: &Settings,
) -> Result<ChannelId, JobFailure> {
    if let Some(id) = space.channel.id() {
        return Ok(id);
    }
    let list = Box::pin(discord.list_channels(job.guild)).await?;
    let picture = Box::pin(discord.guild_picture(job.guild)).await?;
    let name = event_channel(
        &sheet.event,
        &settings.time_zone().zone(),
        &settings.channel_pattern(),
    );
    let left = match (space.channel, &space.channel_name) {
        (Step::Intended { at }, Some(intended)) => {
            Box::pin(left_behind(store, space, intended, at, &list)).await?
        }
        _ => None,
    };
    let id = match left {
        Some(id) => id,
        None => {
            let known = (list.as_slice(), &picture);
            let parent = Box::pin(category::with_room(store, discord, job, (sheet, settings), known)).await?;
            allowed(
                &picture,
                list.iter().find(|channel| channel.id == parent),
                job.now,
            )?;
            space.category = Some(parent);
            space.channel = space.channel.intended(job.now);
            space.channel_name = Some(name.clone());
            store.save_space(space, None).await?;
            let wanted = NewChannel {
                kind: ChannelKind::Text,
                name,
                topic: Some(event_topic(&sheet.event)),
                parent: Some(parent),
                overwrites: Vec::new(),
                user_limit: None,
            };
            let reason = format!("Channel of the event {}", sheet.event.name);
            Box::pin(discord.create_channel(job.guild, &wanted, &reason))
                .await?
                .id
        }
    };
    space.channel = Step::Done { id };
    // The next step's intent goes into the same write.
    space.info = space.info.intended(job.now);
    store.save_space(space, Some(id)).await?;
    Ok(id)
}

/// Records the channel of a try that died before it could, or that there is none: whoever puts away or removes what an event
/// has must not leave it behind.
///
/// # Errors
/// What the store and Discord say.
pub(in crate::usecases) async fn adopt_left_behind<S: Spaces>(
    store: &S,
    discord: &impl Channels,
    job: &Job,
    space: &mut Space,
) -> Result<(), JobFailure> {
    let (Step::Intended { at }, Some(name)) = (space.channel, space.channel_name.clone()) else {
        return Ok(());
    };
    let list = Box::pin(discord.list_channels(job.guild)).await?;
    let left = Box::pin(left_behind(store, space, &name, at, &list)).await?;
    space.channel = left.map_or(Step::Todo, |id| Step::Done { id });
    Ok(store.save_space(space, left).await?)
}

/// Whether the bot may make an event's channel in `category`, or a category if there is none yet.
///
/// # Errors
/// [`JobFailure::Lacking`]: a call would be refused without telling why.
pub(super) fn allowed(
    picture: &GuildPicture,
    category: Option<&Channel>,
    now: Timestamp,
) -> Result<(), JobFailure> {
    let category = category.map(Channel::picture);
    let found: Preflight = Preflight::of_event_channel(picture, category.as_ref(), now);
    if found.is_clear() {
        Ok(())
    } else {
        Err(JobFailure::Lacking(found.gaps))
    }
}

/// What an earlier try made: same kind, name and category, not older than the intent, owned by no other record.
async fn left_behind<S: Spaces>(
    store: &S,
    space: &Space,
    name: &str,
    intended_at: Timestamp,
    list: &[Channel],
) -> Result<Option<ChannelId>, JobFailure> {
    let earliest = intended_at
        .saturating_sub(CLOCK_SKEW)
        .unwrap_or(intended_at)
        .as_millisecond();
    let candidates: Vec<ChannelId> = list
        .iter()
        .filter(|channel| {
            channel.kind == ChannelKind::Text
                && channel.name == name
                && channel.parent == space.category
                && channel.id.created_at_millis() >= earliest
        })
        .map(|channel| channel.id)
        .collect();
    if candidates.is_empty() {
        return Ok(None);
    }
    let owned = store.owned_channels(space.event.club, &candidates).await?;
    Ok(candidates.into_iter().filter(|id| !owned.contains(id)).min())
}
