//! Writes the roster into a file, and gives it to who asked.

use super::call::Env;
use super::job::{Job, JobFailure};
use super::preview_roster::all_entries;
use crate::domain::ids::ClubId;
use crate::domain::notice::{Notice, Render};
use crate::domain::roster_csv::export;
use crate::domain::text::comparable;
use crate::domain::work::Reply;
use crate::ports::discord::{DiscordError, FileReplies, MessageBody, Upload};
use crate::ports::store::{ClubReader, RosterReader, StoreError};

/// Gives the file, as long as Discord takes it. Safe to repeat: a later file takes the place of an earlier one.
///
/// # Errors
/// What the store and Discord say.
pub async fn export_roster<S: ClubReader + RosterReader>(
    store: &S,
    env: &impl Env,
    discord: &impl FileReplies,
    render: &impl Render,
    job: &Job,
    (club, reply): (ClubId, &Reply),
) -> Result<(), JobFailure> {
    let club = store.club(club).await?.filter(|club| club.guild == job.guild);
    let Some(club) = club.filter(|_| env.now() < reply.expires_at) else {
        return Ok(());
    };
    let entries = all_entries(store, club.id).await?;
    let bytes = export(&entries).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let slug: String = comparable(&club.name)
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let file = Upload {
        filename: format!("roster-{slug}-{}.csv", job.now.strftime("%Y-%m-%d")),
        content_type: "text/csv; charset=utf-8",
        bytes,
    };
    let entries = entries.iter().filter(|entry| entry.retired_at.is_none()).count();
    let shown = render.render(&Notice::RosterExport { club: &club, entries });
    let body = MessageBody(shown.body);
    match discord
        .edit_original_with_file(reply.application, &reply.token, &body, &file)
        .await
    {
        Ok(())
        | Err(
            DiscordError::NotFound { .. }
            | DiscordError::Unauthorized
            | DiscordError::Forbidden { .. }
            | DiscordError::Refused { .. },
        ) => Ok(()),
        Err(error @ (DiscordError::RetryAfter(_) | DiscordError::Unavailable(_))) => Err(error.into()),
    }
}
