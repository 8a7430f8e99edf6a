//! Clubs whose servers are looked after, and what is left of deleted events.

use super::items::{Item, corrupt, number, read, text};
use super::keys::{self, GSI1PK, GSI1SK, Key, PK, SK};
use super::requests::{Range, failure};
use super::{SCHEMA, Table};
use crate::domain::event::{Event, EventKey};
use crate::domain::ids::{ClubId, GuildId};
use crate::domain::watch::Watch;
use crate::ports::store::{Leftovers, StoreError, StoreResult, Watches};
use aws_sdk_dynamodb::types::{DeleteRequest, TransactWriteItem, Update, WriteRequest};
use jiff::Timestamp;

/// The most that DynamoDB takes in a BatchWriteItem.
const BATCH: usize = 25;
/// Tries for what a batch left undone.
const BATCH_TRIES: u32 = 4;

impl Watches for Table {
    async fn watch(&self, club: ClubId) -> StoreResult<Option<Watch>> {
        self.get(&keys::watch(club)).await?.map(read).transpose()
    }

    async fn due_watches(
        &self,
        now: Timestamp,
        limit: u32,
        after: Option<&Watch>,
    ) -> StoreResult<Vec<Watch>> {
        let from = after.map_or_else(
            || "0".to_owned(),
            |last| format!("{}!", keys::watch_place(last.due, last.club)),
        );
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(keys::GSI1)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
            .expression_attribute_names("#pk", GSI1PK)
            .expression_attribute_names("#sk", GSI1SK)
            .expression_attribute_values(":pk", text(keys::WATCH_DUE))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(format!("{}#~", keys::instant(now))));
        let found = request.send().await.map_err(failure)?.items.unwrap_or_default();
        let readable = |item: Item| {
            let club = item.get(PK).cloned();
            read(item)
                .inspect_err(|error| tracing::error!(?club, %error, "a club's watch cannot be read"))
                .ok()
        };
        Ok(found.into_iter().filter_map(readable).collect())
    }
}

impl Leftovers for Table {
    async fn gone_events(&self, club: ClubId, limit: u32) -> StoreResult<Vec<Event>> {
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(keys::GSI1)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", GSI1PK)
            .expression_attribute_values(":pk", text(keys::gone_events(club)));
        let found = request.send().await.map_err(failure)?.items.unwrap_or_default();
        found.into_iter().map(read).collect()
    }

    async fn forget_event(&self, event: EventKey) -> StoreResult<()> {
        let partition = keys::event_partition(event);
        let header = keys::event(event);
        loop {
            let items = self
                .query_first(
                    &partition,
                    Range::Between("!", "~"),
                    u32::try_from(BATCH + 1).unwrap_or(26),
                )
                .await?;
            let rows: Vec<Item> = items
                .into_iter()
                .filter(|item| super::items::sort_key(item) != header.sk)
                .take(BATCH)
                .collect();
            if rows.is_empty() {
                break;
            }
            self.delete_rows(rows).await?;
        }
        // The event itself stays as a record that no list shows.
        self.client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(header.attributes()))
            .update_expression("REMOVE #pk, #sk")
            .expression_attribute_names("#pk", GSI1PK)
            .expression_attribute_names("#sk", GSI1SK)
            .send()
            .await
            .map_err(failure)?;
        Ok(())
    }
}

impl Table {
    async fn delete_rows(&self, rows: Vec<Item>) -> StoreResult<()> {
        let mut pending = rows
            .into_iter()
            .map(|mut item| {
                let key = [PK, SK]
                    .into_iter()
                    .filter_map(|name| Some((name.to_owned(), item.remove(name)?)))
                    .collect();
                let delete = DeleteRequest::builder()
                    .set_key(Some(key))
                    .build()
                    .map_err(corrupt)?;
                Ok(WriteRequest::builder().delete_request(delete).build())
            })
            .collect::<StoreResult<Vec<_>>>()?;
        for _ in 0..BATCH_TRIES {
            let output = self
                .client
                .batch_write_item()
                .request_items(&self.name, pending)
                .send()
                .await
                .map_err(failure)?;
            pending = output
                .unprocessed_items
                .and_then(|mut left| left.remove(&self.name))
                .unwrap_or_default();
            if pending.is_empty() {
                return Ok(());
            }
        }
        Err(StoreError::Throttled)
    }

    /// Has a club's server looked after in `guild`, from `due` on if it was not before.
    pub(super) fn begin_watch(
        &self,
        club: ClubId,
        guild: GuildId,
        due: Timestamp,
    ) -> StoreResult<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(keys::watch(club).attributes()))
            .update_expression(
                "SET #club = :club, #guild = :guild, #due = if_not_exists(#due, :due), \
                 #leg = if_not_exists(#leg, :zero), #gpk = :gpk, #gsk = if_not_exists(#gsk, :gsk), #v = :v \
                 ADD #version :one",
            )
            .expression_attribute_names("#club", "club")
            .expression_attribute_names("#guild", "guild")
            .expression_attribute_names("#due", "due")
            .expression_attribute_names("#leg", "leg")
            .expression_attribute_names("#gpk", GSI1PK)
            .expression_attribute_names("#gsk", GSI1SK)
            .expression_attribute_names("#v", "v")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":club", serde_dynamo::to_attribute_value(club).map_err(corrupt)?)
            .expression_attribute_values(
                ":guild",
                serde_dynamo::to_attribute_value(guild).map_err(corrupt)?,
            )
            .expression_attribute_values(":due", serde_dynamo::to_attribute_value(due).map_err(corrupt)?)
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":gpk", text(keys::WATCH_DUE))
            .expression_attribute_values(":gsk", text(keys::watch_place(due, club)))
            .expression_attribute_values(":v", number(SCHEMA))
            .build()
            .map_err(corrupt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Replaces the version before.
    pub(super) fn put_watch(&self, watch: &Watch) -> StoreResult<TransactWriteItem> {
        let key: Key = keys::watch(watch.club);
        let mut put = self.versioned(&key, watch, watch.version.saturating_sub(1))?;
        put.item.insert(GSI1PK.to_owned(), text(keys::WATCH_DUE));
        put.item
            .insert(GSI1SK.to_owned(), text(keys::watch_place(watch.due, watch.club)));
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
