//! Shows who was seen in voice while a race was on.

use super::call::{Call, Failure, with_caller};
use crate::domain::attendance::Attendance;
use crate::domain::club::Club;
use crate::domain::event::EventKey;
use crate::domain::ids::EventId;
use crate::domain::notice::Sheet;
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::ports::store::{AttendanceRecords, ClubReader, EventReader};

/// Reads what the samples have shown, for those who manage events.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`.
pub async fn show_attendance<S: AttendanceRecords + ClubReader + EventReader>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<(Club, Sheet, Attendance), Failure> {
    let (caller, (sheet, seen)) = with_caller(store, call, |club| async move {
        let key = EventKey { club, event };
        let (sheet, seen) = futures::join!(store.sheet(key), store.attendance(key));
        Ok((sheet?, seen?))
    })
    .await?;
    call.allow(&caller, Capability::ManageEvents)?;
    let sheet = sheet.ok_or(Refusal::NoSuchEvent)?;
    let seen = seen.unwrap_or_else(|| Attendance::new(sheet.event.key));
    Ok((caller.club, sheet, seen))
}
