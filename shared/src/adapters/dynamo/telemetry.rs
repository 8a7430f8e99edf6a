//! Telemetry: a club's secret, how many deliveries are taken in a minute, and what is known and shown of a team.

use super::items::{number, read};
use super::keys::Key;
use super::requests::failure;
use super::{Table, keys};
use crate::domain::event::EventKey;
use crate::domain::ids::{ClubId, TeamId};
use crate::domain::telemetry::{ShownPace, TeamPace, TelemetryLink};
use crate::ports::store::{StoreResult, Telemetry};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use jiff::Timestamp;

/// How long a minute's count is kept behind it.
const COUNT_KEPT_S: i64 = 3600;

impl Telemetry for Table {
    async fn telemetry(&self, club: ClubId) -> StoreResult<Option<TelemetryLink>> {
        self.get(&keys::telemetry(club)).await?.map(read).transpose()
    }

    async fn take_delivery(&self, club: ClubId, most: u32, now: Timestamp) -> StoreResult<bool> {
        let minute = minute(now);
        self.take(keys::deliveries(club, minute), most, minute).await
    }

    async fn take_incident(&self, event: EventKey, most: u32, now: Timestamp) -> StoreResult<bool> {
        let minute = minute(now);
        self.take(keys::incidents(event, minute), most, minute).await
    }

    async fn team_pace(&self, event: EventKey, team: TeamId) -> StoreResult<Option<TeamPace>> {
        self.get(&keys::team_pace(event, team))
            .await?
            .map(read)
            .transpose()
    }

    async fn shown_pace(&self, event: EventKey, team: TeamId) -> StoreResult<Option<ShownPace>> {
        self.get(&keys::shown_pace(event, team))
            .await?
            .map(read)
            .transpose()
    }
}

/// The minute, counted from the Unix epoch.
fn minute(now: Timestamp) -> i64 {
    now.as_second().div_euclid(60)
}

impl Table {
    /// Counts one more under that key of a minute, if there are fewer than `most`.
    async fn take(&self, key: Key, most: u32, minute: i64) -> StoreResult<bool> {
        let taken = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .update_expression("ADD taken :one SET #ttl = :ttl, v = :v")
            .condition_expression("attribute_not_exists(taken) OR taken < :most")
            .expression_attribute_names("#ttl", keys::TTL)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(most))
            .expression_attribute_values(":ttl", number(minute * 60 + COUNT_KEPT_S))
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
