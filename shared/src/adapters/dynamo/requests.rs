//! The few kinds of request that reads are made of, and what their failures mean.

use super::Table;
use super::items::{Item, corrupt, text};
use super::keys::{Key, PK, SK};
use crate::ports::store::{StoreError, StoreResult};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{KeysAndAttributes, Select};

/// Tries for keys that a batch left unread.
const BATCH_TRIES: u32 = 4;

/// A range of sort keys within a partition.
pub(super) enum Range<'a> {
    /// Those that begin with this.
    Prefix(&'a str),
    /// From the first to the second, both included.
    Between(&'a str, &'a str),
}

impl Table {
    pub(super) async fn get(&self, key: &Key) -> StoreResult<Option<Item>> {
        let request = self
            .client
            .get_item()
            .table_name(&self.name)
            .consistent_read(true);
        let output = request
            .set_key(Some(key.attributes()))
            .send()
            .await
            .map_err(failure)?;
        Ok(output.item)
    }

    /// Reads up to 100 items in one call; what is not there is missing from the answer.
    pub(super) async fn get_many(&self, keys: &[Key]) -> StoreResult<Vec<Item>> {
        let wanted = keys.iter().map(Key::attributes).collect();
        let mut pending = Some(
            KeysAndAttributes::builder()
                .consistent_read(true)
                .set_keys(Some(wanted))
                .build()
                .map_err(corrupt)?,
        );
        let mut items = Vec::new();
        for _ in 0..BATCH_TRIES {
            let Some(keys) = pending.take() else {
                return Ok(items);
            };
            let output = self
                .client
                .batch_get_item()
                .request_items(&self.name, keys)
                .send()
                .await
                .map_err(failure)?;
            items.extend(
                output
                    .responses
                    .into_iter()
                    .flatten()
                    .flat_map(|(_, found)| found),
            );
            pending = output
                .unprocessed_keys
                .and_then(|mut left| left.remove(&self.name));
        }
        if pending.is_some() {
            Err(StoreError::Throttled)
        } else {
            Ok(items)
        }
    }

    /// Reads all items of a range, page after page.
    pub(super) async fn query(&self, partition: &str, range: Range<'_>) -> StoreResult<Vec<Item>> {
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let request = self
                .query_request(partition, &range)
                .set_exclusive_start_key(from);
            let output = request.send().await.map_err(failure)?;
            items.extend(output.items.unwrap_or_default());
            from = output.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }

    /// Reads the first items of a range.
    pub(super) async fn query_first(
        &self,
        partition: &str,
        range: Range<'_>,
        most: u32,
    ) -> StoreResult<Vec<Item>> {
        let request = self
            .query_request(partition, &range)
            .limit(i32::try_from(most).unwrap_or(i32::MAX));
        Ok(request.send().await.map_err(failure)?.items.unwrap_or_default())
    }

    /// Counts the items of a range.
    pub(super) async fn count(&self, partition: &str, range: Range<'_>) -> StoreResult<u64> {
        let mut count = 0;
        let mut from = None;
        loop {
            let request = self.query_request(partition, &range).consistent_read(false);
            let request = request.select(Select::Count).set_exclusive_start_key(from);
            let output = request.send().await.map_err(failure)?;
            count += u64::try_from(output.count).unwrap_or(0);
            from = output.last_evaluated_key;
            if from.is_none() {
                return Ok(count);
            }
        }
    }

    pub(super) fn query_request(
        &self,
        partition: &str,
        range: &Range<'_>,
    ) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", text(partition));
        match range {
            Range::Prefix(prefix) => request
                .key_condition_expression("#pk = :pk AND begins_with(#sk, :from)")
                .expression_attribute_values(":from", text(*prefix)),
            Range::Between(from, to) => request
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
                .expression_attribute_values(":from", text(*from))
                .expression_attribute_values(":to", text(*to)),
        }
    }
}

/// What a failed request means.
pub(super) fn failure<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match error.as_service_error().and_then(ProvideErrorMetadata::code) {
        Some(code) if is_throttling(code) => StoreError::Throttled,
        Some(code @ ("ValidationException" | "ResourceNotFoundException" | "AccessDeniedException")) => {
            let message = error
                .as_service_error()
                .and_then(ProvideErrorMetadata::message)
                .unwrap_or_default();
            StoreError::Corrupt(format!("{code}: {message}"))
        }
        Some(code) => StoreError::Unavailable(code.to_owned()),
        None => StoreError::Unavailable(aws_sdk_dynamodb::error::DisplayErrorContext(&error).to_string()),
    }
}

/// Codes that say "too much at once" (Amazon DynamoDB developer guide, error handling).
pub(super) fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "ThrottlingError"
            | "ProvisionedThroughputExceededException"
            | "ProvisionedThroughputExceeded"
            | "RequestLimitExceeded"
    )
}
