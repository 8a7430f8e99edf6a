//! Writes the roster into a file, and gives it to who asked.

use super::call::Env;
use super::finish_answer::reply;
use super::job::{Job, JobFailure};
use super::preview_roster::all_entries;
use crate::domain::ids::ClubId;
use crate::domain::notice::{Notice, Render};
use crate::domain::roster_csv::export;
use crate::domain::text::comparable;
use crate::domain::work::Reply;
use crate::ports::discord::{DiscordError, FileReplies, InteractionReplies, MessageBody, Upload};
use crate::ports::store::{ClubReader, RosterReader, StoreError};

/// Gives the file; where Discord does not take it, says so. Safe to repeat: a later file takes the place of an earlier one.
///
/// # Errors
/// What the store and Discord say.
pub async fn export_roster<S: ClubReader + RosterReader>(
    store: &S,
    env: &impl Env,
    discord: &(impl FileReplies + InteractionReplies),
    render: &impl Render,
    job: &Job,
    (club, to): (ClubId, &Reply),
) -> Result<(), JobFailure> {
    let club = store
        .club(club)
        .await?
        .filter(|club| club.guild == Some(job.guild));
    let Some(club) = club.filter(|_| env.now() < to.expires_at) else {
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
        .edit_original_with_file(to.application, &to.token, &body, &file)
        .await
    {
        // The answer, or the interaction, is gone.
        Ok(()) | Err(DiscordError::NotFound { .. } | DiscordError::Unauthorized) => Ok(()),
        Err(DiscordError::Forbidden { .. } | DiscordError::Refused { .. }) => {
            let bytes = file.bytes.len();
            let refused = Notice::RosterExportRefused {
                club: &club,
                entries,
                bytes,
            };
            reply(discord, env, to, render.render(&refused).body).await
        }
        Err(error @ (DiscordError::RetryAfter(_) | DiscordError::Unavailable(_))) => Err(error.into()),
    }
}
