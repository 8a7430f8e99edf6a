//! The roster.

use super::items::{corrupt, read, sort_key};
use super::keys::{self, Key};
use super::requests::{Range, failure};
use super::{Table, items::Item};
use crate::domain::ids::{ClubId, EntryId, UserId};
use crate::domain::role_map::RoleMap;
use crate::domain::roster::{Entry, Member};
use crate::domain::wishes::Wishes;
use crate::ports::store::{Cursor, MemberWishes, Page, RoleMaps, RosterReader, StoreResult};

impl RosterReader for Table {
    async fn entry(&self, club: ClubId, entry: EntryId) -> StoreResult<Option<Entry>> {
        self.get(&keys::entry(club, entry)).await?.map(read).transpose()
    }

    async fn entries(&self, club: ClubId, entries: &[EntryId]) -> StoreResult<Vec<Entry>> {
        let wanted: Vec<Key> = entries.iter().map(|entry| keys::entry(club, *entry)).collect();
        self.get_many(&wanted).await?.into_iter().map(read).collect()
    }

    async fn list_entries(&self, club: ClubId, limit: u32, from: Option<Cursor>) -> StoreResult<Page<Entry>> {
        let start = from.map(|cursor| place(club, &cursor)).transpose()?;
        let output = self
            .query_request(&keys::club_partition(club), &Range::Prefix(keys::ENTRIES))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start.map(|key| key.attributes()))
            .send()
            .await
            .map_err(failure)?;
        let next = output.last_evaluated_key.as_ref().map(cursor);
        let items = output.items.unwrap_or_default();
        Ok(Page {
            items: items.into_iter().map(read).collect::<StoreResult<_>>()?,
            next,
        })
    }

    async fn member(&self, club: ClubId, user: UserId) -> StoreResult<Option<Member>> {
        self.get(&keys::member(club, user)).await?.map(read).transpose()
    }

    async fn members_after(
        &self,
        club: ClubId,
        after: Option<UserId>,
        limit: u32,
    ) -> StoreResult<Vec<Member>> {
        let Some(from) = after.map_or(Some(0), |user| user.0.checked_add(1)) else {
            return Ok(Vec::new());
        };
        let from = keys::member(club, UserId(from)).sk;
        let to = keys::member(club, UserId(u64::MAX)).sk;
        self.first_of(&keys::club_partition(club), &Range::Between(&from, &to), limit)
            .await
    }
}

impl RoleMaps for Table {
    async fn role_map(&self, club: ClubId) -> StoreResult<Option<RoleMap>> {
        self.get(&keys::role_map(club)).await?.map(read).transpose()
    }
}

/// The most keys that DynamoDB takes in a BatchGetItem.
const BATCH: usize = 100;

impl MemberWishes for Table {
    async fn wishes(&self, club: ClubId, user: UserId) -> StoreResult<Wishes> {
        let found = self.get(&keys::wishes(club, user)).await?.map(read);
        Ok(found.transpose()?.unwrap_or_else(|| Wishes::none(club, user)))
    }

    async fn wishes_of(&self, club: ClubId, users: &[UserId]) -> StoreResult<Vec<Wishes>> {
        let mut found = Vec::new();
        for users in users.chunks(BATCH) {
            let wanted: Vec<Key> = users.iter().map(|user| keys::wishes(club, *user)).collect();
            for item in self.get_many(&wanted).await? {
                found.push(read(item)?);
            }
        }
        Ok(found)
    }
}

/// Where the list goes on: the last entry's id.
fn cursor(last: &Item) -> Cursor {
    let place = sort_key(last);
    Cursor(place.strip_prefix(keys::ENTRIES).unwrap_or(place).to_owned())
}

/// A cursor comes from outside: only a place within this club's own roster can be built from it.
fn place(club: ClubId, cursor: &Cursor) -> StoreResult<Key> {
    let entry: EntryId = cursor.0.parse().map_err(|_| corrupt("a cursor that is none"))?;
    Ok(keys::entry(club, entry))
}
