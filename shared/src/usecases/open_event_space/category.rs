//! Finds or makes a category of the series that has room for one more channel.

use super::channel::allowed;
use crate::domain::ids::{ChannelId, ClubId, SeriesId};
use crate::domain::naming::series_category;
use crate::domain::notice::Sheet;
use crate::domain::permissions::GuildPicture;
use crate::domain::settings::Settings;
use crate::domain::space::{SeriesCategory, Step};
use crate::ports::discord::{Channel, ChannelKind, Channels, NewChannel};
use crate::ports::store::Spaces;
use crate::usecases::job::{Job, JobFailure};

/// Channels that fit into a category (Discord docs, resources/channel).
const ROOM: usize = 50;

/// The categories of archived events are recorded as those of a series that no club has: its id is the smallest.
const ARCHIVE: SeriesId = SeriesId::from_parts(0, 0);
/// Their name; further ones are numbered.
const ARCHIVE_NAME: &str = "Archive";

/// A category with room: one of the series' own, one of that name that is there already, or a new one.
pub(in crate::usecases) async fn with_room<S: Spaces>(
    store: &S,
    discord: &impl Channels,
    job: &Job,
    (sheet, settings): (&Sheet, &Settings),
    (list, picture): (&[Channel], &GuildPicture),
) -> Result<ChannelId, JobFailure> {
    let event = &sheet.event;
    let pattern = settings.category_pattern();
    let named = |number| series_category(&event.series_name, number, &pattern);
    numbered(
        store,
        discord,
        job,
        (event.key.club, event.series, &named),
        (list, Some(picture)),
    )
    .await
}

/// The category of archived events that `channel` is in already, else one with room.
pub(in crate::usecases) async fn archive_category<S: Spaces>(
    store: &S,
    discord: &impl Channels,
    job: &Job,
    (club, channel): (ClubId, &Channel),
    list: &[Channel],
) -> Result<ChannelId, JobFailure> {
    let recorded = store.categories(club, ARCHIVE).await?;
    let inside = recorded.iter().filter_map(|category| category.step.id());
    if let Some(there) = inside.into_iter().find(|id| channel.parent == Some(*id)) {
        return Ok(there);
    }
    let named = |number: u32| match number {
        1 => ARCHIVE_NAME.to_owned(),
        number => format!("{ARCHIVE_NAME} {number}"),
    };
    numbered(store, discord, job, (club, ARCHIVE, &named), (list, None)).await
}

/// The first of the numbered categories that has room. With the guild's picture, missing rights are named before one is
/// made.
async fn numbered<S: Spaces>(
    store: &S,
    discord: &impl Channels,
    job: &Job,
    (club, series, named): (ClubId, SeriesId, &(dyn Fn(u32) -> String + Sync)),
    (list, picture): (&[Channel], Option<&GuildPicture>),
) -> Result<ChannelId, JobFailure> {
    let recorded = store.categories(club, series).await?;
    let mut number = 0;
    for mut category in recorded {
        number = category.number;
        let there = category
            .step
            .id()
            .filter(|id| list.iter().any(|channel| channel.id == *id));
        let id = match there {
            Some(id) => id,
            None => {
                // Unfinished, or deleted by hand since.
                if category.step.id().is_some() {
                    category.step = Step::Todo;
                }
                let name = named(category.number);
                Box::pin(finish(store, discord, job, name, &mut category, (list, picture))).await?
            }
        };
        if has_room(list, id) {
            return Ok(id);
        }
    }
    loop {
        number += 1;
        let mut next = SeriesCategory {
            club,
            series,
            number,
            step: Step::Todo,
            version: 0,
        };
        let name = named(number);
        let id = Box::pin(finish(store, discord, job, name, &mut next, (list, picture))).await?;
        if has_room(list, id) {
            return Ok(id);
        }
    }
}

fn has_room(list: &[Channel], category: ChannelId) -> bool {
    list.iter()
        .filter(|channel| channel.parent == Some(category))
        .count()
        < ROOM
}

/// Adopts a category of that name which no other record owns, whoever made it; else makes one.
async fn finish<S: Spaces>(
    store: &S,
    discord: &impl Channels,
    job: &Job,
    name: String,
    category: &mut SeriesCategory,
    (list, picture): (&[Channel], Option<&GuildPicture>),
) -> Result<ChannelId, JobFailure> {
    let same_name: Vec<ChannelId> = list
        .iter()
        .filter(|channel| channel.kind == ChannelKind::Category && channel.name == name)
        .map(|channel| channel.id)
        .collect();
    let owned = store.owned_channels(category.club, &same_name).await?;
    let found = same_name.into_iter().filter(|id| !owned.contains(id)).min();
    let id = match found {
        Some(id) => id,
        None => {
            if let Some(picture) = picture {
                allowed(picture, None, job.now)?;
            }
            category.step = category.step.intended(job.now);
            store.save_category(category).await?;
            let wanted = NewChannel {
                kind: ChannelKind::Category,
                name,
                topic: None,
                parent: None,
                overwrites: Vec::new(),
                user_limit: None,
            };
            discord
                .create_channel(job.guild, &wanted, "Category of the series")
                .await?
                .id
        }
    };
    category.step = Step::Done { id };
    store.save_category(category).await?;
    Ok(id)
}
