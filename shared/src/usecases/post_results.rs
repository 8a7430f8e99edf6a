//! Posts an event's results with the table of its series in the event's channel, once; later on it edits what stands there.

use super::call::Env;
use super::finish_answer::reply;
use super::job::{Job, JobFailure, at_home};
use super::standing_message::{StandingMessage, stands_in};
use crate::domain::event::EventKey;
use crate::domain::ids::ChannelId;
use crate::domain::notice::{Notice, Render, Rendered};
use crate::domain::refusal::Refusal;
use crate::domain::results::{Results, table};
use crate::domain::work::Reply;
use crate::ports::discord::{FileMessages, Guilds, InteractionReplies, Threads};
use crate::ports::store::{Change, EventReader, Ledger, Receipts, ResultReader, SettingsReader, Spaces};

/// Posts them, or brings up to date what was posted, and tells whoever asked. If nobody did, nothing new is posted.
///
/// # Errors
/// What the store and Discord say.
pub async fn post_results<S>(
    store: &S,
    env: &impl Env,
    discord: &(impl FileMessages + Guilds + InteractionReplies + Threads),
    render: &impl Render,
    job: &Job,
    (event, asked): (EventKey, Option<&Reply>),
) -> Result<(), JobFailure>
where
    S: EventReader + Ledger + Receipts + ResultReader + SettingsReader + Spaces,
{
    let (results, club, space) = futures::join!(
        store.results(event),
        store.club_and_settings(event.club),
        store.space(event)
    );
    let (Some(results), Some((club, settings)), space) = (results?, club?, space?) else {
        return Ok(());
    };
    if !at_home(&club, job)? || (asked.is_none() && results.posted.is_none()) {
        return Ok(());
    }
    // The list may lag behind what was entered just now.
    let mut all = store.series_results(event.club, results.series).await?;
    all.retain(|one| one.event != event);
    all.push(results.clone());
    let points = settings.points_system();
    let rendered = render.render(&Notice::Results {
        club: &club,
        results: &results,
        points: &points,
        table: &table(&all, &points),
    });
    let stands = match space.and_then(|space| space.channel_in(job.guild)) {
        None => None,
        Some(channel) => {
            let placed = Box::pin(place(store, env, discord, job, (&results, &rendered), channel)).await;
            stands_in(discord, job, channel, placed).await?
        }
    };
    let Some(to) = asked else {
        return Ok(());
    };
    let notice = match stands {
        Some(channel) => Notice::ResultsPosted {
            event: &results.event_name,
            channel,
        },
        None => Notice::Refused {
            refusal: &Refusal::NoChannel,
        },
    };
    reply(discord, env, to, render.render(&notice).body).await
}

async fn place<S: Ledger + Receipts>(
    store: &S,
    env: &impl Env,
    discord: &(impl FileMessages + Threads),
    job: &Job,
    (results, rendered): (&Results, &Rendered),
    channel: ChannelId,
) -> Result<(), JobFailure> {
    let message = StandingMessage {
        event: results.event,
        name: "results",
        channel,
        posted: results.posted,
        body: &rendered.body,
        file: None,
        reopens: false,
    };
    let Some(new) = Box::pin(message.place(store, discord, job)).await? else {
        return Ok(());
    };
    let after = Results {
        posted: Some(new.posted),
        version: results.version + 1,
        ..results.clone()
    };
    new.record(
        store,
        env,
        job,
        (results.event, Change::PutResults(Box::new(after))),
    )
    .await
}
