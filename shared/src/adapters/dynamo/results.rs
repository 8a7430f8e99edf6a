//! Results of races, beside their series: they outlive the events' own rows.

use super::items::{read, text};
use super::requests::failure;
use super::{Table, keys};
use crate::domain::event::EventKey;
use crate::domain::ids::{ClubId, SeriesId};
use crate::domain::results::Results;
use crate::ports::store::{ResultReader, StoreResult};
use aws_sdk_dynamodb::types::TransactWriteItem;

impl ResultReader for Table {
    async fn results(&self, event: EventKey) -> StoreResult<Option<Results>> {
        self.get(&keys::results(event)).await?.map(read).transpose()
    }

    async fn series_results(&self, club: ClubId, series: SeriesId) -> StoreResult<Vec<Results>> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let output = self
                .client
                .query()
                .table_name(&self.name)
                .index_name(keys::GSI1)
                .key_condition_expression("#pk = :pk")
                .expression_attribute_names("#pk", keys::GSI1PK)
                .expression_attribute_values(":pk", text(keys::series_results(club, series)))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(failure)?;
            for item in output.items.unwrap_or_default() {
                found.push(read(item)?);
            }
            from = output.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }
}

impl Table {
    /// Replaces the version before; version 1 is new.
    pub(super) fn put_results(&self, results: &Results) -> StoreResult<TransactWriteItem> {
        let was = results.version.saturating_sub(1);
        let mut put = self.versioned(&keys::results(results.event), results, was)?;
        let series = keys::series_results(results.event.club, results.series);
        put.item.insert(keys::GSI1PK.to_owned(), text(series));
        put.item.insert(
            keys::GSI1SK.to_owned(),
            text(keys::event_time(results.starts_at, results.event)),
        );
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
