//! Imports of the roster, with their steps in chunks.

use super::Table;
use super::items::{corrupt, read, with_ttl, write};
use super::keys;
use super::requests::failure;
use crate::domain::roster_csv::Step;
use crate::domain::roster_import::{ImportKey, RosterImport, STEPS_A_CHUNK};
use crate::ports::roster_files::Imports;
use crate::ports::store::{CommitError, StoreError, StoreResult};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::Put;
use serde::{Deserialize, Serialize};

/// How long an import is kept after it could be confirmed: longer than a queue tries to make it.
const KEPT_S: i64 = 21 * 24 * 3600;

/// A chunk of an import's steps.
#[derive(Serialize, Deserialize)]
struct ChunkItem {
    /// JSON.
    steps: String,
}

impl Imports for Table {
    async fn import(&self, key: ImportKey) -> StoreResult<Option<RosterImport>> {
        self.get(&keys::import(key)).await?.map(read).transpose()
    }

    async fn stage(&self, import: &RosterImport, steps: &[Step]) -> Result<(), CommitError> {
        for (number, chunk) in steps.chunks(STEPS_A_CHUNK).enumerate() {
            let body = ChunkItem {
                steps: serde_json::to_string(chunk).map_err(corrupt)?,
            };
            let item = write(&keys::import_chunk(import.key, number), &body)?;
            let put = self.client.put_item().table_name(&self.name);
            put.set_item(Some(with_ttl(item, kept_until(import))))
                .send()
                .await
                .map_err(failure)?;
        }
        let put = self.import_put(import)?;
        let request = self
            .client
            .put_item()
            .table_name(put.table_name)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_names(put.expression_attribute_names)
            .set_expression_attribute_values(put.expression_attribute_values);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
                if code == Some("ConditionalCheckFailedException") {
                    return Err(CommitError::Stale);
                }
                Err(failure(error).into())
            }
        }
    }

    async fn steps(&self, key: ImportKey, chunk: usize) -> StoreResult<Vec<Step>> {
        let item = self.get(&keys::import_chunk(key, chunk)).await?;
        let item: ChunkItem = item
            .map(read)
            .transpose()?
            .ok_or_else(|| StoreError::Corrupt(format!("an import without its chunk {chunk}")))?;
        serde_json::from_str(&item.steps).map_err(corrupt)
    }
}

impl Table {
    /// The import in the place of its version before.
    pub(super) fn import_put(&self, import: &RosterImport) -> StoreResult<Put> {
        let mut put = self.versioned(
            &keys::import(import.key),
            import,
            import.version.saturating_sub(1),
        )?;
        put.item = with_ttl(put.item, kept_until(import));
        Ok(put)
    }
}

fn kept_until(import: &RosterImport) -> u64 {
    u64::try_from(import.expires_at.as_second() + KEPT_S).unwrap_or_default()
}
