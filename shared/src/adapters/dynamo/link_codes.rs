//! Codes by which accounts are proved, and the tries that are granted.

use super::items::{number, read};
use super::requests::failure;
use super::{Table, keys};
use crate::domain::ids::{ClubId, UserId};
use crate::domain::link_code::{LinkCode, WINDOW, window};
use crate::ports::store::{LinkCodes, StoreResult};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use jiff::Timestamp;

impl LinkCodes for Table {
    async fn link_code(&self, club: ClubId, hash: &str) -> StoreResult<Option<LinkCode>> {
        self.get(&keys::link_code(club, hash))
            .await?
            .map(read)
            .transpose()
    }

    async fn take_try(
        &self,
        club: ClubId,
        user: Option<UserId>,
        most: u32,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let ends = (window(now) + 2) * WINDOW.as_secs();
        let taken = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(keys::link_tries(club, user, window(now)).attributes()))
            .update_expression("ADD tries :one SET #ttl = :ttl, v = :v")
            .condition_expression("attribute_not_exists(tries) OR tries < :most")
            .expression_attribute_names("#ttl", keys::TTL)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(most))
            .expression_attribute_values(":ttl", number(ends))
            .expression_attribute_values(":v", number(super::SCHEMA))
            .send()
            .await;
        match taken {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(failure(error)),
            },
        }
    }
}
