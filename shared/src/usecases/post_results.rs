//! Posts an event's results with the table of its series in the event's channel, once; later on it edits what stands there.

use super::call::{Env, outbox_id};
use super::finish_answer::reply;
use super::job::{CLOCK_SKEW, Job, JobFailure, at_home, nonce, or_lost};
use super::open_event_space::mendable;
use crate::domain::event::EventKey;
use crate::domain::ids::{ChannelId, MessageId};
use crate::domain::notice::{Notice, Render, Rendered};
use crate::domain::refusal::Refusal;
use crate::domain::results::{Posted, Results, table};
use crate::domain::work::Reply;
use crate::ports::discord::{
    DiscordError, Guilds, InteractionReplies, Mentions, MessageBody, Messages, NewMessage,
};
use crate::ports::store::{
    Batch, Change, Delivery, EventReader, Ledger, Outbox, Receipts, ResultReader, SettingsReader, Spaces,
};
use jiff::Timestamp;

/// Posts them, or brings up to date what was posted, and tells whoever asked. If nobody did, nothing new is posted.
///
/// # Errors
/// What the store and Discord say.
pub async fn post_results<S>(
    store: &S,
    env: &impl Env,
    discord: &(impl Guilds + InteractionReplies + Messages),
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
    let outcome = match space.and_then(|space| space.channel_in(job.guild)) {
        None => Ok(None),
        Some(channel) => Box::pin(place(store, env, discord, job, (&results, &rendered), channel))
            .await
            .map(|()| Some(channel)),
    };
    let stands_in = match outcome {
        Ok(stands_in) => stands_in,
        // Somebody deleted the channel, or closed it to Gantry; or the whole server is lost.
        Err(failure) if mendable(&failure).is_some() => match or_lost(discord, job, failure).await {
            failure if mendable(&failure).is_some() => None,
            failure => return Err(failure),
        },
        Err(failure) => return Err(failure),
    };
    let Some(to) = asked else {
        return Ok(());
    };
    let notice = match stands_in {
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
    discord: &impl Messages,
    job: &Job,
    (results, rendered): (&Results, &Rendered),
    channel: ChannelId,
) -> Result<(), JobFailure> {
    let there = results.posted.filter(|posted| posted.channel == channel);
    if let Some(posted) = there {
        let body = MessageBody(rendered.body.clone());
        match discord.edit_message(channel, posted.message, &body).await {
            Ok(()) => return Ok(()),
            // Somebody deleted it.
            Err(DiscordError::NotFound { code: 10_008 }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // Each message that stands there, or stood there, has its own receipt.
    let name = match results.posted {
        None => "results".to_owned(),
        Some(posted) => format!("results#{}", posted.message),
    };
    let since = match store.begin_delivery(results.event, &name, job.now).await? {
        Delivery::Settled => return Err(JobFailure::Stale),
        Delivery::New => None,
        Delivery::Begun(since) => Some(since),
    };
    let left = match since {
        Some(since) => left_behind(discord, channel, rendered, since).await?,
        None => None,
    };
    let message = match left {
        // It says what held then.
        Some(message) => {
            let body = MessageBody(rendered.body.clone());
            discord.edit_message(channel, message, &body).await?;
            message
        }
        None => {
            let message = NewMessage {
                body: MessageBody(rendered.body.clone()),
                nonce: nonce(&format!("{name}#{channel}#{}", results.event.event)),
                mentions: Mentions::default(),
            };
            discord.post_message(channel, &message).await?
        }
    };
    let after = Results {
        posted: Some(Posted { channel, message }),
        version: results.version + 1,
        ..results.clone()
    };
    let batch = Batch {
        changes: vec![Change::PutResults(Box::new(after))],
        record: None,
        outbox: Outbox {
            id: outbox_id(env, job.now),
            guild: job.guild,
            trace: job.trace.clone(),
            work: Vec::new(),
        },
        answered: None,
    };
    store.commit(batch).await?;
    store
        .settle_delivery(results.event, &name, "channel", job.now)
        .await?;
    Ok(())
}

/// What an earlier try posted and could not record.
async fn left_behind(
    discord: &impl Messages,
    channel: ChannelId,
    rendered: &Rendered,
    since: Timestamp,
) -> Result<Option<MessageId>, JobFailure> {
    let earliest = since.saturating_sub(CLOCK_SKEW).unwrap_or(since).as_millisecond();
    let title = rendered.body["embeds"][0]["title"].as_str();
    let own = discord.own_messages(channel).await?;
    let found = own.iter().filter(|message| {
        message.id.created_at_millis() >= earliest && message.titles.first().map(String::as_str) == title
    });
    Ok(found.map(|message| message.id).min())
}
