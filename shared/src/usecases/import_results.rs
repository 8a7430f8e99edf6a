//! Reads an uploaded file of results: all of it becomes the event's results, or nothing.

use super::call::{Env, outbox_id};
use super::finish_answer::reply;
use super::job::{Job, JobFailure, at_home};
use super::record_results::{raced, refreshed};
use crate::domain::event::EventKey;
use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::ids::{InteractionId, UserId};
use crate::domain::notice::{Notice, Render};
use crate::domain::refusal::Refusal;
use crate::domain::results::Results;
use crate::domain::results_csv::{Untaken, parse_results};
use crate::domain::roster_csv::{BYTES_MAX, FileFault};
use crate::domain::roster_import::FileRef;
use crate::domain::work::Reply;
use crate::ports::discord::{DiscordError, InteractionReplies};
use crate::ports::roster_files::{FetchError, UploadedFiles};
use crate::ports::store::{
    Answered, Batch, Change, ClubReader, CommitError, EventReader, Ledger, OnceKey, Outbox, ResultReader,
};

/// A file to be read.
#[derive(Clone, Copy, Debug)]
pub struct ResultImport<'a> {
    /// The event.
    pub event: EventKey,
    /// Who uploaded it.
    pub user: UserId,
    /// Their command: it is done once.
    pub interaction: InteractionId,
    /// The file.
    pub file: &'a FileRef,
    /// Where they are answered.
    pub reply: &'a Reply,
}

/// Takes the file, once, and tells what came of it.
///
/// # Errors
/// What the store and Discord say.
pub async fn import_results<S, D>(
    store: &S,
    env: &impl Env,
    (discord, files): (&D, &impl UploadedFiles),
    render: &impl Render,
    job: &Job,
    import: ResultImport<'_>,
) -> Result<(), JobFailure>
where
    S: ClubReader + EventReader + Ledger + ResultReader,
    D: InteractionReplies,
{
    let Some(club) = store.club(import.event.club).await? else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let taken = Box::pin(take(store, env, files, job, import)).await?;
    let body = match &taken {
        Ok(results) => {
            render
                .render(&Notice::ResultsImported { club: &club, results })
                .body
        }
        Err(refusal) => render.render(&Notice::Refused { refusal }).body,
    };
    reply(discord, env, import.reply, body).await
}

async fn take<S: EventReader + Ledger + ResultReader>(
    store: &S,
    env: &impl Env,
    files: &impl UploadedFiles,
    job: &Job,
    import: ResultImport<'_>,
) -> Result<Result<Results, Refusal>, JobFailure> {
    let key = OnceKey::Late(import.interaction);
    let (sheet, before) = futures::join!(store.sheet(import.event), store.results(import.event));
    let (Some(sheet), before) = (sheet?, before?) else {
        return Ok(Err(Refusal::NoSuchEvent));
    };
    if store.outcome(key).await?.is_some() {
        return Ok(before.ok_or(Refusal::NoResults));
    }
    if let Err(refusal) = raced(&sheet.event) {
        return Ok(Err(refusal));
    }
    let bytes = match files.fetch(&import.file.url, BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(FetchError::TooLarge) => {
            let fault = FileFault::TooLarge;
            return Ok(Err(Refusal::RosterFile { fault }));
        }
        Err(FetchError::Gone(_) | FetchError::Foreign) => return Ok(Err(Refusal::RosterFileGone)),
        Err(FetchError::Unavailable(why)) => return Err(DiscordError::Unavailable(why).into()),
    };
    let rows = match parse_results(&bytes, &sheet.event, &sheet.sign_ups) {
        Ok(rows) => rows,
        Err(Untaken::File(fault)) => return Ok(Err(Refusal::RosterFile { fault })),
        Err(Untaken::Lines(faults)) => return Ok(Err(Refusal::ResultLines { faults })),
    };
    let before = before.unwrap_or_else(|| Results::none(&sheet.event));
    let after = refreshed(&before, &sheet.event).of(rows);
    let record = Record {
        club: import.event.club,
        actor: Actor::User {
            user: import.user,
            interaction: import.interaction,
        },
        at: job.now,
        fact: Fact::ResultsEntered { event: import.event },
        before: serde_json::to_value(&before.rows).unwrap_or_default(),
        after: serde_json::to_value(after.rows.len()).unwrap_or_default(),
    };
    let batch = Batch {
        changes: vec![Change::PutResults(Box::new(after.clone()))],
        record: Some(record),
        outbox: Outbox {
            id: outbox_id(env, job.now),
            guild: job.guild,
            trace: job.trace.clone(),
            work: Vec::new(),
        },
        answered: Some(Answered {
            key,
            outcome: serde_json::Value::Bool(true),
        }),
    };
    match store.commit(batch).await {
        Ok(()) | Err(CommitError::Replayed(_)) => Ok(Ok(after)),
        Err(error) => Err(error.into()),
    }
}
