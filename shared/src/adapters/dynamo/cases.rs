//! Conflicts of the roster. Open ones are in the index, by key.

use super::Table;
use super::items::{corrupt, read, text};
use super::keys::{self, GSI1, GSI1PK, GSI1SK};
use super::requests::{Range, failure};
use crate::domain::cases::{Case, CaseKey};
use crate::domain::ids::ClubId;
use crate::ports::store::StoreResult;
use crate::ports::sync::Cases;
use aws_sdk_dynamodb::types::Put;

/// Behind every key.
const LAST: &str = "~";

impl Cases for Table {
    async fn case(&self, club: ClubId, key: CaseKey) -> StoreResult<Option<Case>> {
        self.get(&keys::case(club, key)).await?.map(read).transpose()
    }

    async fn all_cases(&self, club: ClubId) -> StoreResult<Vec<Case>> {
        let items = self
            .query(&keys::cases_partition(club), Range::Prefix(keys::CASES))
            .await?;
        items.into_iter().map(read).collect()
    }

    async fn open_cases(&self, club: ClubId, after: Option<CaseKey>, limit: u32) -> StoreResult<Vec<Case>> {
        let after = after.map(|key| key.to_string()).unwrap_or_default();
        let output = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(GSI1)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
            .expression_attribute_names("#pk", GSI1PK)
            .expression_attribute_names("#sk", GSI1SK)
            .expression_attribute_values(":pk", text(keys::cases_partition(club)))
            // A blank is before every character of a key, so that this is the place right behind it.
            .expression_attribute_values(":from", text(format!("{after} ")))
            .expression_attribute_values(":to", text(LAST))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(failure)?;
        output.items.unwrap_or_default().into_iter().map(read).collect()
    }
}

impl Table {
    /// Replaces the version before; version 1 is new. In the index only while it is open.
    pub(super) fn put_case(&self, case: &Case) -> StoreResult<Put> {
        let key = case.key();
        if key.to_string() != case.conflict.key() {
            return Err(corrupt("a conflict whose key is another's"));
        }
        let mut put = self.versioned(&keys::case(case.club, key), case, case.version.saturating_sub(1))?;
        if case.is_open() {
            put.item
                .insert(GSI1PK.to_owned(), text(keys::cases_partition(case.club)));
            put.item.insert(GSI1SK.to_owned(), text(key.to_string()));
        }
        Ok(put)
    }
}
