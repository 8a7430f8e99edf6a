//! Finds or makes a category of the series that has room for one more channel.

use super::channel::allowed;
use crate::domain::ids::ChannelId;
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

/// A category with room: one of the series' own, one of that name that is there already, or a new one.
pub(super) async fn with_room<S: Spaces>(
    store: &S,
    discord: &impl Channels,
    job: &Job,
    (sheet, settings): (&Sheet, &Settings),
    (list, picture): (&[Channel], &GuildPicture),
) -> Result<ChannelId, JobFailure> {
    let event = &sheet.event;
    let pattern = settings.category_pattern();
    let named = |number| series_category(&event.series_name, number, &pattern);
    let recorded = store.categories(event.key.club, event.series).await?;
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
                finish(store, discord, job, name, &mut category, (list, picture)).await?
            }
        };
        if has_room(list, id) {
            return Ok(id);
        }
    }
    loop {
        number += 1;
        let (club, series) = (event.key.club, event.series);
        let mut next = SeriesCategory {
            club,
            series,
            number,
            step: Step::Todo,
            version: 0,
        };
        let id = finish(store, discord, job, named(number), &mut next, (list, picture)).await?;
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
    (list, picture): (&[Channel], &GuildPicture),
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
            allowed(picture, None, job.now)?;
            category.step = category.step.intended(job.now);
            store.save_category(category).await?;
            let wanted = NewChannel {
                kind: ChannelKind::Category,
                name,
                topic: None,
                parent: None,
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
