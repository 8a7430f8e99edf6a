//! Requests to join.

use super::items::{read, with_ttl};
use super::{Table, keys};
use crate::domain::ids::{ClubId, UserId};
use crate::domain::join::JoinRequest;
use crate::ports::store::{CommitError, Joins, StoreResult};
use aws_sdk_dynamodb::types::Put;

/// How long a request is kept after it was decided; the audit log keeps what was decided.
const KEPT_S: u64 = 90 * 24 * 3600;

impl Joins for Table {
    async fn join_request(&self, club: ClubId, user: UserId) -> StoreResult<Option<JoinRequest>> {
        self.get(&keys::join_request(club, user))
            .await?
            .map(read)
            .transpose()
    }

    async fn save_join(&self, request: &mut JoinRequest) -> Result<(), CommitError> {
        let next = JoinRequest {
            version: request.version + 1,
            ..request.clone()
        };
        self.put_all(self.put_join(&next, request.version)?, None).await?;
        *request = next;
        Ok(())
    }
}

impl Table {
    /// Replaces the version `was`; 0 means that there is none.
    pub(super) fn put_join(&self, request: &JoinRequest, was: u64) -> StoreResult<Put> {
        let key = keys::join_request(request.club, request.key.user);
        let mut put = self.versioned(&key, request, was)?;
        if let Some(at) = request.decided_at() {
            let at = u64::try_from(at.as_second()).unwrap_or(0);
            put.item = with_ttl(put.item, at + KEPT_S);
        }
        Ok(put)
    }
}
