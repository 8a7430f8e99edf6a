//! Who was seen while a race was on.

use super::items::read;
use super::{Table, keys};
use crate::domain::attendance::Attendance;
use crate::domain::event::EventKey;
use crate::ports::store::{AttendanceRecords, CommitError, StoreResult};

impl AttendanceRecords for Table {
    async fn attendance(&self, event: EventKey) -> StoreResult<Option<Attendance>> {
        self.get(&keys::attendance(event)).await?.map(read).transpose()
    }

    async fn save_attendance(&self, attendance: &mut Attendance) -> Result<(), CommitError> {
        let next = Attendance {
            version: attendance.version + 1,
            ..attendance.clone()
        };
        let row = self.versioned(&keys::attendance(attendance.event), &next, attendance.version)?;
        self.put_all(row, None).await?;
        *attendance = next;
        Ok(())
    }
}
