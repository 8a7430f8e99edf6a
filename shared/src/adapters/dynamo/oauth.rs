//! Tries to add Gantry by way of a browser.

use super::items::{Item, corrupt, number, read, text, with_ttl, write};
use super::requests::failure;
use super::{Table, keys};
use crate::ports::store::{Digest32, OAuthTries, OAuthTry, StoreResult};
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct TryItem {
    session: String,
    /// Seconds since the epoch.
    until: i64,
}

impl OAuthTries for Table {
    async fn begin_oauth(&self, state: &Digest32, session: &Digest32, until: Timestamp) -> StoreResult<()> {
        let body = TryItem {
            session: session.0.clone(),
            until: until.as_second(),
        };
        let item = write(&keys::oauth_try(state), &body)?;
        let item = with_ttl(item, u64::try_from(until.as_second()).unwrap_or_default());
        let request = self.client.put_item().table_name(&self.name).set_item(Some(item));
        request.send().await.map(drop).map_err(failure)
    }

    async fn take_oauth(
        &self,
        state: &Digest32,
        session: &Digest32,
        now: Timestamp,
    ) -> StoreResult<OAuthTry> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(keys::oauth_try(state).attributes()))
            .condition_expression("#session = :session AND #until > :now")
            .expression_attribute_names("#session", "session")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":session", text(session.0.clone()))
            .expression_attribute_values(":now", number(now.as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match request.send().await {
            Ok(_) => return Ok(OAuthTry::Taken),
            Err(error) => error,
        };
        let old: Option<Item> = match error.as_service_error() {
            Some(
                aws_sdk_dynamodb::operation::delete_item::DeleteItemError::ConditionalCheckFailedException(
                    failed,
                ),
            ) => failed.item().cloned(),
            _ => return Err(failure(error)),
        };
        let Some(old) = old else {
            return Ok(OAuthTry::Unknown);
        };
        let old: TryItem = read(old).map_err(corrupt)?;
        let same = old.session == session.0;
        Ok(if same {
            OAuthTry::Expired
        } else {
            OAuthTry::Unknown
        })
    }
}
