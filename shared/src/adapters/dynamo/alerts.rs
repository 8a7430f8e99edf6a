//! Alerts: beside their event, and those that are not done in an index by the instant at which a tick is to take them.

use super::items::{Item, read, text};
use super::requests::{Range, failure};
use super::{Table, keys};
use crate::domain::alert::Alert;
use crate::domain::event::EventKey;
use crate::ports::store::{ALERT_SHARDS, Alerts, Cursor, Page, StoreResult};
use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;

impl Alerts for Table {
    async fn alerts(&self, event: EventKey) -> StoreResult<Vec<Alert>> {
        let items = self
            .query(&keys::event_partition(event), Range::Prefix(keys::ALERTS))
            .await?;
        items.into_iter().map(read).collect()
    }

    async fn due_alerts(
        &self,
        shard: u32,
        now: Timestamp,
        limit: u32,
        after: Option<&Cursor>,
    ) -> StoreResult<Page<Alert>> {
        // What was seen is left out by its place: what was taken meanwhile is not in the index any more.
        let from = after.map_or_else(|| "0".to_owned(), |Cursor(place)| format!("{place}!"));
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(keys::GSI1)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
            .expression_attribute_names("#pk", keys::GSI1PK)
            .expression_attribute_names("#sk", keys::GSI1SK)
            .expression_attribute_values(":pk", text(keys::due_shard(shard % ALERT_SHARDS)))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(format!("{}#~", keys::instant(now))));
        let found = request.send().await.map_err(failure)?.items.unwrap_or_default();
        let last = found.last().filter(|_| found.len() == limit as usize).map(place);
        let readable = |item: Item| {
            let Cursor(place) = place(&item);
            read(item)
                .inspect_err(|error| tracing::error!(place, %error, "an alert cannot be read"))
                .ok()
        };
        Ok(Page {
            items: found.into_iter().filter_map(readable).collect(),
            next: last,
        })
    }
}

/// Where an alert stands among those that are due.
fn place(item: &Item) -> Cursor {
    let place = item.get(keys::GSI1SK).and_then(|place| place.as_s().ok());
    Cursor(place.cloned().unwrap_or_default())
}

impl Table {
    /// Replaces an alert's version before (version 1: it is new). One that waits is in the index; one that was taken too, at the
    /// instant at which it is taken again if it is not done until then; one that is done with is not.
    pub(super) fn put_alert(&self, alert: &Alert) -> StoreResult<TransactWriteItem> {
        let key = keys::alert(alert.event, &alert.kind.name());
        let mut put = self.versioned(&key, alert, alert.version.saturating_sub(1))?;
        if let Some(at) = alert.taken_at() {
            let shard = keys::due_shard(keys::shard_of(alert.event, ALERT_SHARDS));
            put.item.insert(keys::GSI1PK.to_owned(), text(shard));
            put.item.insert(
                keys::GSI1SK.to_owned(),
                text(keys::due_place(at, alert.event, &alert.kind.name())),
            );
        }
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
