//! Reads an uploaded file of results, and shows what the event's results would be. Nothing of them is written.

use super::call::Env;
use super::finish_answer::reply;
use super::job::{Job, JobFailure, at_home};
use super::preview_roster::fetched;
use super::record_results::{raced, refreshed};
use crate::domain::event::EventKey;
use crate::domain::ids::{InteractionId, UserId};
use crate::domain::notice::{Notice, Render};
use crate::domain::refusal::Refusal;
use crate::domain::result_import::{ResultImport, ResultImportKey};
use crate::domain::results::Results;
use crate::domain::results_csv::{Untaken, parse_results};
use crate::domain::roster_import::FileRef;
use crate::domain::work::Reply;
use crate::ports::discord::InteractionReplies;
use crate::ports::roster_files::UploadedFiles;
use crate::ports::store::{Batch, Change, ClubReader, EventReader, Ledger, ResultReader};

/// A file to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'a> {
    /// The event.
    pub event: EventKey,
    /// Who uploaded it.
    pub user: UserId,
    /// Their command: it names the import.
    pub interaction: InteractionId,
    /// The file.
    pub file: &'a FileRef,
    /// Where they are answered.
    pub reply: &'a Reply,
}

/// Shows what the file says. Done again, it shows the same: what was kept the first time counts.
///
/// # Errors
/// What the store and Discord say.
pub async fn import_results<S, D>(
    store: &S,
    env: &impl Env,
    (discord, files): (&D, &impl UploadedFiles),
    render: &impl Render,
    job: &Job,
    upload: Upload<'_>,
) -> Result<(), JobFailure>
where
    S: ClubReader + EventReader + Ledger + ResultReader,
    D: InteractionReplies,
{
    let Some(club) = store.club(upload.event.club).await? else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let key = ResultImportKey {
        club: club.id,
        command: upload.interaction,
    };
    let shown = match store.result_import(key).await? {
        Some(import) => Ok(import),
        None => Box::pin(stage(store, env, files, job, (key, upload))).await?,
    };
    let body = match &shown {
        Ok(import) => render.render(&Notice::ResultImport { club: &club, import }).body,
        Err(refusal) => render.render(&Notice::Refused { refusal }).body,
    };
    reply(discord, env, upload.reply, body).await
}

async fn stage<S: EventReader + Ledger + ResultReader>(
    store: &S,
    env: &impl Env,
    files: &impl UploadedFiles,
    job: &Job,
    (key, upload): (ResultImportKey, Upload<'_>),
) -> Result<Result<ResultImport, Refusal>, JobFailure> {
    let (sheet, before) = futures::join!(store.sheet(upload.event), store.results(upload.event));
    let (Some(sheet), before) = (sheet?, before?) else {
        return Ok(Err(Refusal::NoSuchEvent));
    };
    if let Err(refusal) = raced(&sheet.event) {
        return Ok(Err(refusal));
    }
    let bytes = match fetched(files, upload.file).await? {
        Ok(bytes) => bytes,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let rows = match parse_results(&bytes, &sheet.event, &sheet.sign_ups) {
        Ok(rows) => rows,
        Err(Untaken::File(fault)) => return Ok(Err(Refusal::RosterFile { fault })),
        Err(Untaken::Lines(faults)) => return Ok(Err(Refusal::ResultLines { faults })),
    };
    let before = before.unwrap_or_else(|| Results::none(&sheet.event));
    let import = ResultImport::new(
        (key, upload.user),
        upload.file.name.clone(),
        (&refreshed(&before, &sheet.event), rows),
        &sheet.sign_ups,
        job.now,
    );
    let batch = Batch {
        changes: vec![Change::PutResultImport(Box::new(import.clone()))],
        record: None,
        outbox: job.outbox(env, Vec::new()),
        answered: None,
    };
    store.commit(batch).await?;
    Ok(Ok(import))
}
