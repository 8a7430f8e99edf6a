//! Results of races, beside their series: they outlive the events' own rows.

use super::items::{read, text, with_ttl};
use super::requests::failure;
use super::{Table, keys};
use crate::domain::event::EventKey;
use crate::domain::ids::{ClubId, SeriesId};
use crate::domain::result_import::{ResultImport, ResultImportKey};
use crate::domain::results::Results;
use crate::domain::series_end::SeriesEnd;
use crate::ports::store::{ResultReader, StoreResult};
use aws_sdk_dynamodb::types::TransactWriteItem;

/// How long an import is kept after it could be taken: longer than a queue tries to show it.
const KEPT_S: i64 = 21 * 24 * 3600;

impl ResultReader for Table {
    async fn result_import(&self, key: ResultImportKey) -> StoreResult<Option<ResultImport>> {
        self.get(&keys::result_import(key)).await?.map(read).transpose()
    }

    async fn results(&self, event: EventKey) -> StoreResult<Option<Results>> {
        self.get(&keys::results(event)).await?.map(read).transpose()
    }

    async fn series_end(&self, club: ClubId, series: SeriesId) -> StoreResult<Option<SeriesEnd>> {
        self.get(&keys::series_end(club, series))
            .await?
            .map(read)
            .transpose()
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
                .expression_attribute_values(":pk", text(keys::results_of_series(club, series)))
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
        let series = keys::results_of_series(results.event.club, results.series);
        put.item.insert(keys::GSI1PK.to_owned(), text(series));
        put.item.insert(
            keys::GSI1SK.to_owned(),
            text(keys::event_time(results.starts_at, results.event)),
        );
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// The import in the place of its version before.
    pub(super) fn put_result_import(&self, import: &ResultImport) -> StoreResult<TransactWriteItem> {
        let was = import.version.saturating_sub(1);
        let mut put = self.versioned(&keys::result_import(import.key), import, was)?;
        let until = u64::try_from(import.expires_at.as_second() + KEPT_S).unwrap_or_default();
        put.item = with_ttl(put.item, until);
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
