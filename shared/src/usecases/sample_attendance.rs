//! Looks for a race's drivers in voice, and notes who is there.

use super::job::{Job, JobFailure, at_home, or_lost};
use crate::domain::attendance::{Attendance, EVERY};
use crate::domain::event::{EventKey, EventState};
use crate::domain::ids::UserId;
use crate::ports::discord::{DiscordError, Guilds, VoiceStates};
use crate::ports::store::{AttendanceRecords, SettingsReader, TeamReader};
use jiff::Timestamp;

/// Takes the sample that was due at `due`, once: what it shows is written at its end, so that one that died before is taken
/// anew. Where Discord's limits are reached it ends with those it has asked for; the others come first in the next.
///
/// # Errors
/// What the store and Discord say.
pub async fn sample_attendance<S: AttendanceRecords + SettingsReader + TeamReader>(
    store: &S,
    discord: &(impl VoiceStates + Guilds),
    job: &Job,
    (event, due): (EventKey, Timestamp),
) -> Result<(), JobFailure> {
    let (found, recorded, club) = futures::join!(
        Box::pin(store.line_up(event)),
        Box::pin(store.attendance(event)),
        Box::pin(store.club_and_settings(event.club))
    );
    let (Some((sheet, line_up)), recorded, Some((club, _))) = (found?, recorded?, club?) else {
        return Ok(());
    };
    let mut seen = recorded.unwrap_or_else(|| Attendance::new(event));
    let late = job.now.duration_since(due) >= EVERY;
    if !at_home(&club, job)? || sheet.event.state != EventState::Live || late || seen.has(due) {
        return Ok(());
    }
    let state = sheet.event.state;
    let drive = sheet.sign_ups.iter().filter(|one| line_up.drives(state, one));
    let drivers: Vec<UserId> = drive.map(|one| one.user).collect();
    let mut found = Vec::new();
    for user in seen.next(&drivers) {
        match Box::pin(discord.voice_channel(job.guild, user)).await {
            Ok(channel) => found.push((user, channel)),
            Err(DiscordError::RetryAfter(_)) => break,
            Err(error @ (DiscordError::Forbidden { .. } | DiscordError::NotFound { .. })) => {
                match or_lost(discord, job, error.into()).await {
                    // It says nothing of where they are.
                    JobFailure::Discord(DiscordError::Forbidden { .. } | DiscordError::NotFound { .. }) => {}
                    failure => return Err(failure),
                }
            }
            // Nor does this.
            Err(DiscordError::Refused { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    seen.note(due, &found);
    match store.save_attendance(&mut seen).await {
        Ok(()) => Ok(()),
        Err(error) => match JobFailure::from(error) {
            // Another worker has taken it.
            JobFailure::Stale => Ok(()),
            failure => Err(failure),
        },
    }
}
