//! Posts the statistics of a series that is over, once; later on it edits what stands there.

use super::call::Env;
use super::finish_answer::reply;
use super::job::{Job, JobFailure, at_home};
use super::standing_message::{StandingMessage, stands_in};
use crate::domain::ids::{ChannelId, ClubId, SeriesId};
use crate::domain::notice::{Notice, Render, Rendered};
use crate::domain::refusal::Refusal;
use crate::domain::series_end::{SeriesEnd, statistics};
use crate::domain::work::{Reply, Work};
use crate::ports::discord::{FileMessages, Guilds, InteractionReplies, Threads};
use crate::ports::store::{
    Change, Ledger, Receipts, ResultReader, SeriesReader, SettingsReader, Spaces, StoreResult,
};

/// What is to be done after a change of results of a series whose statistics were posted.
///
/// # Errors
/// What the store says.
pub(super) async fn counted_again<S: ResultReader>(
    store: &S,
    club: ClubId,
    series: SeriesId,
) -> StoreResult<Option<Work>> {
    let end = store.series_end(club, series).await?;
    // Also where nothing stands yet: it may be on its way, and was counted before this.
    Ok(end.map(|_| Work::PostSeriesEnd {
        club,
        series,
        reply: None,
    }))
}

/// Posts them in the club's channel for them, or in that of the last race where it has none; or brings up to date what was
/// posted. Tells whoever asked; if nobody did, nothing new is posted.
///
/// # Errors
/// What the store and Discord say.
pub async fn post_series_end<S>(
    store: &S,
    env: &impl Env,
    (discord, render): (
        &(impl FileMessages + Guilds + InteractionReplies + Threads),
        &impl Render,
    ),
    job: &Job,
    (club, series, asked): (ClubId, SeriesId, Option<&Reply>),
) -> Result<(), JobFailure>
where
    S: Ledger + Receipts + ResultReader + SeriesReader + SettingsReader + Spaces,
{
    let (end, found, results, settings) = futures::join!(
        store.series_end(club, series),
        store.series(club, series),
        store.series_results(club, series),
        store.club_and_settings(club)
    );
    let (Some(end), Some(found), mut results, Some((club, settings))) = (end?, found?, results?, settings?)
    else {
        return Ok(());
    };
    if !at_home(&club, job)? || (asked.is_none() && end.posted_in(job.guild).is_none()) {
        return Ok(());
    }
    // The list may lag behind what was entered just now: each race is read itself.
    let now = futures::future::join_all(results.iter().map(|one| store.results(one.event))).await;
    for (one, now) in results.iter_mut().zip(now) {
        if let Some(now) = now? {
            *one = now;
        }
    }
    let counted = statistics(&results, &settings.points_system());
    let rendered = render.render(&Notice::SeriesEnded {
        club: &club,
        name: &found.name,
        statistics: &counted,
    });
    let of_race = store.space(end.last).await?;
    let of_race = of_race.and_then(|space| space.channel_in(job.guild));
    let channel = match (asked, end.posted_in(job.guild)) {
        // A correction follows the message.
        (None, Some(posted)) => Some(posted.channel),
        _ => settings.series_channel().or(of_race),
    };
    let stands = match channel {
        None => None,
        Some(channel) => {
            let placed = Box::pin(place(store, env, discord, job, (&end, &rendered), channel)).await;
            stands_in(discord, job, channel, placed).await?
        }
    };
    let Some(to) = asked else {
        return Ok(());
    };
    let notice = match stands {
        Some(channel) => Notice::SeriesEndStands {
            name: &found.name,
            channel,
        },
        None => Notice::Refused {
            refusal: &Refusal::NoSeriesChannel,
        },
    };
    reply(discord, env, to, render.render(&notice).body).await
}

async fn place<S: Ledger + Receipts>(
    store: &S,
    env: &impl Env,
    discord: &(impl FileMessages + Threads),
    job: &Job,
    (end, rendered): (&SeriesEnd, &Rendered),
    channel: ChannelId,
) -> Result<(), JobFailure> {
    let message = StandingMessage {
        event: end.last,
        name: "series-end",
        channel,
        // Also one in another guild: its receipt is that of another message.
        posted: end.posted,
        body: &rendered.body,
        file: None,
        reopens: false,
    };
    let Some(new) = Box::pin(message.place(store, discord, job)).await? else {
        return Ok(());
    };
    let after = SeriesEnd {
        posted: Some(new.posted),
        guild: Some(job.guild),
        version: end.version + 1,
        ..end.clone()
    };
    new.record(store, env, job, (end.last, Change::PutSeriesEnd(after)))
        .await
}
