//! Member synchronisation: its runs, and what the guild showed.

use super::Table;
use super::commit::cancelled;
use super::items::{Item, corrupt, read, sort_key, text, with_ttl, write};
use super::keys::{self, GSI1, GSI1PK, GSI1SK, Key};
use super::requests::{Range, failure};
use crate::domain::ids::{ClubId, RunId, UserId};
use crate::domain::sync::{RunKey, Seen, SyncRun, SyncState};
use crate::ports::store::{CommitError, Cursor, Page, StoreResult};
use crate::ports::sync::{SeenMembers, SyncRuns};
use aws_sdk_dynamodb::types::{Put, PutRequest, TransactWriteItem, WriteRequest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How long it is remembered who was in the guild once.
const LEFT_KEPT_S: i64 = 90 * 24 * 3600;
/// How long a note on a page is kept: longer than a run takes.
const NOTE_KEPT_S: i64 = 7 * 24 * 3600;

/// Accounts of one note, far below the 400 KB of an item.
const NOTED: usize = 10_000;

/// Whom a listing did not show.
#[derive(Serialize, Deserialize)]
struct AbsenceItem {
    users: Vec<UserId>,
}

impl SyncRuns for Table {
    async fn run(&self, key: RunKey) -> StoreResult<Option<SyncRun>> {
        self.get(&keys::run(key)).await?.map(read).transpose()
    }

    async fn list_runs(&self, club: ClubId, limit: u32, from: Option<Cursor>) -> StoreResult<Page<SyncRun>> {
        let start = from.map(|cursor| place(club, &cursor)).transpose()?;
        let output = self
            .query_request(&keys::sync_partition(club), &Range::Prefix(keys::RUNS))
            .scan_index_forward(false)
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

    async fn sync_state(&self, club: ClubId) -> StoreResult<Option<SyncState>> {
        self.get(&keys::sync_state(club)).await?.map(read).transpose()
    }

    async fn due_syncs(
        &self,
        now: Timestamp,
        limit: u32,
        from: Option<Cursor>,
    ) -> StoreResult<Page<SyncState>> {
        let from = from.map_or_else(|| "0".to_owned(), |Cursor(place)| format!("{place}!"));
        let output = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(GSI1)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :now")
            .expression_attribute_names("#pk", GSI1PK)
            .expression_attribute_names("#sk", GSI1SK)
            .expression_attribute_values(":pk", text(keys::SYNC_DUE))
            .expression_attribute_values(":from", text(from))
            // Whatever is due within the present second, too: each is looked at again before anything is done.
            .expression_attribute_values(":now", text(format!("{}~", keys::instant(now))))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(failure)?;
        let readable = |item: Item| {
            let club = item.get(keys::PK).cloned();
            read(item)
                .inspect_err(
                    |error| tracing::error!(?club, %error, "a club's synchronisation cannot be read"),
                )
                .ok()
        };
        let next = output.last_evaluated_key.as_ref().map(|last| {
            let place = last.get(GSI1SK).and_then(|place| place.as_s().ok());
            Cursor(place.cloned().unwrap_or_default())
        });
        let found = output.items.unwrap_or_default();
        Ok(Page {
            items: found.into_iter().filter_map(readable).collect(),
            next,
        })
    }

    async fn save_run(&self, run: &mut SyncRun) -> Result<(), CommitError> {
        let was = run.version;
        let next = SyncRun {
            version: was + 1,
            ..run.clone()
        };
        let put = self.versioned(&keys::run(run.key), &next, was)?;
        self.put_all(put, None).await?;
        run.version = next.version;
        Ok(())
    }

    async fn save_run_noting(
        &self,
        run: &mut SyncRun,
        absent: &[UserId],
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let next = SyncRun {
            version: run.version + 1,
            ..run.clone()
        };
        let put = self.versioned(&keys::run(run.key), &next, run.version)?;
        let mut writes = vec![TransactWriteItem::builder().put(put).build()];
        for users in absent.chunks(NOTED) {
            let Some(first) = users.first() else { continue };
            let note = AbsenceItem {
                users: users.to_vec(),
            };
            let item = write(&keys::absence(run.key, *first), &note)?;
            writes.push(self.put(with_ttl(item, life(now, NOTE_KEPT_S)))?);
        }
        let request = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes));
        request.send().await.map_err(|error| cancelled(error, None))?;
        run.version = next.version;
        Ok(())
    }

    async fn save_sync_state(&self, state: &mut SyncState) -> Result<(), CommitError> {
        let next = SyncState {
            version: state.version + 1,
            ..state.clone()
        };
        self.put_all(self.put_sync_state(&next)?, None).await?;
        state.version = next.version;
        Ok(())
    }

    async fn end_run(&self, run: &mut SyncRun, state: &mut SyncState) -> Result<(), CommitError> {
        let run_after = SyncRun {
            version: run.version + 1,
            ..run.clone()
        };
        let state_after = SyncState {
            version: state.version + 1,
            ..state.clone()
        };
        let puts = [
            self.versioned(&keys::run(run.key), &run_after, run.version)?,
            self.put_sync_state(&state_after)?,
        ];
        let writes = puts.map(|put| TransactWriteItem::builder().put(put).build());
        let request = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes.into()));
        request.send().await.map_err(|error| cancelled(error, None))?;
        (run.version, state.version) = (run_after.version, state_after.version);
        Ok(())
    }
}

impl Table {
    /// Replaces the version before; version 1 is new. In the index only while a next run is due.
    pub(super) fn put_sync_state(&self, state: &SyncState) -> StoreResult<Put> {
        let was = state.version.saturating_sub(1);
        let mut put = self.versioned(&keys::sync_state(state.club), state, was)?;
        if let Some(at) = state.next_at {
            put.item.insert(GSI1PK.to_owned(), text(keys::SYNC_DUE));
            put.item
                .insert(GSI1SK.to_owned(), text(keys::sync_due(at, state.club)));
        }
        Ok(put)
    }
}

impl SeenMembers for Table {
    async fn seen_between(
        &self,
        club: ClubId,
        after: Option<UserId>,
        to: UserId,
        limit: u32,
    ) -> StoreResult<Vec<Seen>> {
        let Some(from) = after.map_or(Some(0), |user| user.0.checked_add(1)) else {
            return Ok(Vec::new());
        };
        if from > to.0 {
            return Ok(Vec::new());
        }
        let (from, to) = (keys::seen(club, UserId(from)).sk, keys::seen(club, to).sk);
        self.first_of(&keys::guild_partition(club), &Range::Between(&from, &to), limit)
            .await
    }

    async fn seen(&self, club: ClubId, users: &[UserId]) -> StoreResult<Vec<Seen>> {
        let wanted: Vec<Key> = users.iter().map(|user| keys::seen(club, *user)).collect();
        self.get_many(&wanted).await?.into_iter().map(read).collect()
    }

    async fn write_seen(&self, club: ClubId, records: &[Seen], now: Timestamp) -> StoreResult<Vec<usize>> {
        let mut requests = Vec::with_capacity(records.len());
        for record in records {
            let key = keys::seen(club, record.member.user);
            let mut item = write(&key, record)?;
            if record.member.left_at.is_some() {
                item = with_ttl(item, life(now, LEFT_KEPT_S));
            }
            let put = PutRequest::builder()
                .set_item(Some(item))
                .build()
                .map_err(corrupt)?;
            requests.push(WriteRequest::builder().put_request(put).build());
        }
        let output = self
            .client
            .batch_write_item()
            .request_items(&self.name, requests)
            .send()
            .await
            .map_err(failure)?;
        let left = output
            .unprocessed_items
            .and_then(|mut left| left.remove(&self.name))
            .unwrap_or_default();
        let places: HashMap<String, usize> = records
            .iter()
            .enumerate()
            .map(|(place, record)| (keys::seen(club, record.member.user).sk, place))
            .collect();
        Ok(left
            .iter()
            .filter_map(|request| {
                let item = &request.put_request.as_ref()?.item;
                places.get(sort_key(item)).copied()
            })
            .collect())
    }

    async fn next_absent(&self, run: RunKey, after: Option<UserId>) -> StoreResult<Option<Vec<UserId>>> {
        let Some(from) = after.map_or(Some(0), |user| user.0.checked_add(1)) else {
            return Ok(None);
        };
        let from = keys::absence(run, UserId(from)).sk;
        let to = keys::absence(run, UserId(u64::MAX)).sk;
        let found: Vec<AbsenceItem> = self
            .first_of(&keys::sync_partition(run.club), &Range::Between(&from, &to), 1)
            .await?;
        Ok(found.into_iter().next().map(|note| note.users))
    }
}

impl Table {
    /// The first `limit` items of a range, however many pages DynamoDB gives them in.
    pub(super) async fn first_of<T: serde::de::DeserializeOwned>(
        &self,
        partition: &str,
        range: &Range<'_>,
        limit: u32,
    ) -> StoreResult<Vec<T>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut from = None;
        loop {
            let missing = i32::try_from(limit - found.len()).unwrap_or(i32::MAX);
            let request = self.query_request(partition, range).limit(missing);
            let output = request
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(failure)?;
            for item in output.items.unwrap_or_default() {
                found.push(read(item)?);
            }
            from = output.last_evaluated_key;
            if from.is_none() || found.len() >= limit {
                return Ok(found);
            }
        }
    }
}

fn life(now: Timestamp, seconds: i64) -> u64 {
    u64::try_from(now.as_second() + seconds).unwrap_or(0)
}

/// Where the list goes on: the last run's id.
fn cursor(last: &Item) -> Cursor {
    let place = sort_key(last);
    Cursor(place.strip_prefix(keys::RUNS).unwrap_or(place).to_owned())
}

/// A cursor comes from outside: only a place within this club's own runs can be built from it.
fn place(club: ClubId, cursor: &Cursor) -> StoreResult<Key> {
    let run: RunId = cursor.0.parse().map_err(|_| corrupt("a cursor that is none"))?;
    Ok(keys::run(RunKey { club, run }))
}
