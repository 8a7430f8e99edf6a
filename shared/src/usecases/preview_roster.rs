//! Reads an uploaded roster file, and shows what it would change. Nothing of the roster is written.

use super::call::Env;
use super::finish_answer::reply;
use super::job::{Job, JobFailure};
use crate::domain::ids::{ClubId, EntryId, UserId};
use crate::domain::notice::{Notice, Render};
use crate::domain::rank::Rank;
use crate::domain::refusal::Refusal;
use crate::domain::roster::Entry;
use crate::domain::roster_csv::{BYTES_MAX, FileFault, parse, plan};
use crate::domain::roster_import::{FileRef, ImportKey, RosterImport, roster_digest};
use crate::domain::work::Reply;
use crate::ports::discord::{DiscordError, InteractionReplies};
use crate::ports::roster_files::{FetchError, Imports, UploadedFiles};
use crate::ports::store::{ClubReader, CommitError, RosterReader, StoreResult};

/// Entries that are read at once.
const ENTRIES_A_PAGE: u32 = 1000;

/// A file to be shown.
#[derive(Clone, Debug)]
pub struct Preview<'a> {
    /// Which import it becomes.
    pub import: ImportKey,
    /// Who imports.
    pub user: UserId,
    /// Their rank.
    pub by: Rank,
    /// The file.
    pub file: &'a FileRef,
    /// Where they are answered.
    pub reply: &'a Reply,
}

/// Shows the import. Done again, it shows the same: what was kept the first time counts.
///
/// # Errors
/// What the store and Discord say.
pub async fn preview_roster<S, D>(
    store: &S,
    env: &impl Env,
    (discord, files): (&D, &impl UploadedFiles),
    render: &impl Render,
    job: &Job,
    preview: &Preview<'_>,
) -> Result<(), JobFailure>
where
    S: ClubReader + RosterReader + Imports,
    D: InteractionReplies,
{
    let Some(club) = store
        .club(preview.import.club)
        .await?
        .filter(|club| club.guild == Some(job.guild))
    else {
        return Ok(());
    };
    let shown = match store.import(preview.import).await? {
        Some(import) => Ok(import),
        None => stage(store, env, files, job, preview).await?,
    };
    let body = match &shown {
        Ok(import) => render.render(&Notice::RosterImport { club: &club, import }).body,
        Err(refusal) => render.render(&Notice::Refused { refusal }).body,
    };
    reply(discord, env, preview.reply, body).await
}

async fn stage<S: RosterReader + Imports>(
    store: &S,
    env: &impl Env,
    files: &impl UploadedFiles,
    job: &Job,
    preview: &Preview<'_>,
) -> Result<Result<RosterImport, Refusal>, JobFailure> {
    let bytes = match fetched(files, preview.file).await? {
        Ok(bytes) => bytes,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let sheet = match parse(&bytes) {
        Ok(sheet) => sheet,
        Err(fault) => return Ok(Err(Refusal::RosterFile { fault })),
    };
    let entries = all_entries(store, preview.import.club).await?;
    // One after the other, so that the roster lists new people in the order of the file.
    let (millis, random) = env.parts(job.now);
    let mut given = 0;
    let plan = plan(&sheet, &entries, preview.by, || {
        given += 1;
        EntryId::from_parts(millis, (random >> 1) + given)
    });
    let import = RosterImport::new(
        (preview.import, preview.user, preview.by),
        preview.file.name.clone(),
        roster_digest(&entries),
        &plan,
        job.now,
    );
    match store.stage(&import, &plan.steps).await {
        Ok(()) => Ok(Ok(import)),
        Err(CommitError::Stale) => match store.import(preview.import).await? {
            Some(earlier) => Ok(Ok(earlier)),
            None => Err(JobFailure::Stale),
        },
        Err(error) => Err(error.into()),
    }
}

/// The bytes of an uploaded file, or why they are not to be had.
///
/// # Errors
/// Where it lies does not answer.
pub(super) async fn fetched(
    files: &impl UploadedFiles,
    file: &FileRef,
) -> Result<Result<Vec<u8>, Refusal>, JobFailure> {
    match files.fetch(&file.url, BYTES_MAX).await {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(FetchError::TooLarge) => {
            let fault = FileFault::TooLarge;
            Ok(Err(Refusal::RosterFile { fault }))
        }
        Err(FetchError::Gone(_) | FetchError::Foreign) => Ok(Err(Refusal::RosterFileGone)),
        Err(FetchError::Unavailable(why)) => Err(DiscordError::Unavailable(why).into()),
    }
}

/// The whole roster, page by page.
pub(super) async fn all_entries<S: RosterReader>(store: &S, club: ClubId) -> StoreResult<Vec<Entry>> {
    let (mut entries, mut from) = (Vec::new(), None);
    loop {
        let page = store.list_entries(club, ENTRIES_A_PAGE, from).await?;
        entries.extend(page.items);
        from = page.next;
        if from.is_none() {
            return Ok(entries);
        }
    }
}
