//! What events have in Discord, and receipts of messages.

use super::commit::cancelled;
use super::items::{ChannelOwnerItem, ReceiptItem, number, read, text, write};
use super::keys::{Key, PK};
use super::requests::{Range, failure};
use super::{Table, keys};
use crate::domain::event::EventKey;
use crate::domain::ids::{ChannelId, ClubId, SeriesId, TeamId};
use crate::domain::space::{SeriesCategory, Space};
use crate::domain::team_space::TeamSpace;
use crate::ports::store::{CommitError, Delivery, Receipts, Spaces, StoreResult, TeamSpaces};
use aws_sdk_dynamodb::types::{Put, ReturnValue, TransactWriteItem};
use jiff::Timestamp;
use serde::Serialize;

impl Spaces for Table {
    async fn space(&self, event: EventKey) -> StoreResult<Option<Space>> {
        self.get(&keys::space(event)).await?.map(read).transpose()
    }

    async fn save_space(&self, space: &mut Space, claimed: Option<ChannelId>) -> Result<(), CommitError> {
        let next = Space {
            version: space.version + 1,
            ..space.clone()
        };
        let row = self.versioned(&keys::space(space.event), &next, space.version)?;
        let owner = format!("event {}", space.event.event);
        let claim = claimed
            .map(|channel| self.claim(space.event.club, channel, owner))
            .transpose()?;
        self.put_all(row, claim).await?;
        *space = next;
        Ok(())
    }

    async fn categories(&self, club: ClubId, series: SeriesId) -> StoreResult<Vec<SeriesCategory>> {
        let prefix = keys::categories(series);
        let items = self
            .query(&keys::club_partition(club), Range::Prefix(&prefix))
            .await?;
        items.into_iter().map(read).collect()
    }

    async fn club_categories(&self, club: ClubId) -> StoreResult<Vec<SeriesCategory>> {
        let items = self
            .query(&keys::club_partition(club), Range::Prefix(keys::CATEGORIES))
            .await?;
        items.into_iter().map(read).collect()
    }

    async fn save_category(&self, category: &mut SeriesCategory) -> Result<(), CommitError> {
        let next = SeriesCategory {
            version: category.version + 1,
            ..category.clone()
        };
        let key = keys::category(category.club, category.series, category.number);
        let row = self.versioned(&key, &next, category.version)?;
        let owner = format!("series {} {}", category.series, category.number);
        let claim = category
            .step
            .id()
            .map(|channel| self.claim(category.club, channel, owner))
            .transpose()?;
        self.put_all(row, claim).await?;
        *category = next;
        Ok(())
    }

    async fn owned_channels(&self, club: ClubId, channels: &[ChannelId]) -> StoreResult<Vec<ChannelId>> {
        let mut owned = Vec::new();
        for some in channels.chunks(100) {
            let wanted: Vec<Key> = some
                .iter()
                .map(|channel| keys::channel_owner(club, *channel))
                .collect();
            for item in self.get_many(&wanted).await? {
                owned.push(read::<ChannelOwnerItem>(item)?.channel);
            }
        }
        Ok(owned)
    }
}

impl TeamSpaces for Table {
    async fn team_space(&self, event: EventKey, team: TeamId) -> StoreResult<Option<TeamSpace>> {
        let key = keys::team_space(event, team);
        self.get(&key).await?.map(read).transpose()
    }

    async fn team_spaces(&self, event: EventKey) -> StoreResult<Vec<TeamSpace>> {
        let partition = keys::event_partition(event);
        let items = self.query(&partition, Range::Prefix(keys::TEAM_SPACES)).await?;
        items.into_iter().map(read).collect()
    }

    async fn save_team_space(
        &self,
        space: &mut TeamSpace,
        claimed: Option<ChannelId>,
    ) -> Result<(), CommitError> {
        let next = TeamSpace {
            version: space.version + 1,
            ..space.clone()
        };
        let row = self.versioned(&keys::team_space(space.event, space.team), &next, space.version)?;
        let owner = format!("team {}", space.team);
        let claim = claimed
            .map(|channel| self.claim(space.event.club, channel, owner))
            .transpose()?;
        self.put_all(row, claim).await?;
        *space = next;
        Ok(())
    }
}

impl Table {
    /// Replaces an item whose version is still `was`; 0 means that there is none.
    pub(super) fn versioned<T: Serialize>(&self, key: &Key, body: &T, was: u64) -> StoreResult<Put> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(write(key, body)?));
        let put = if was == 0 {
            put.condition_expression("attribute_not_exists(#pk)")
                .expression_attribute_names("#pk", PK)
        } else {
            put.condition_expression("#version = :was")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":was", number(was))
        };
        put.build().map_err(super::items::corrupt)
    }

    /// Records a channel as `owner`'s own; it may be recorded so already, but not as anybody else's.
    fn claim(&self, club: ClubId, channel: ChannelId, owner: String) -> StoreResult<Put> {
        let item = write(
            &keys::channel_owner(club, channel),
            &ChannelOwnerItem {
                channel,
                owner: owner.clone(),
            },
        )?;
        Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk) OR #owner = :owner")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(owner))
            .build()
            .map_err(super::items::corrupt)
    }

    /// One row as a plain put, which costs half of a transaction; two as a transaction.
    pub(super) async fn put_all(&self, row: Put, claim: Option<Put>) -> Result<(), CommitError> {
        let Some(claim) = claim else {
            let request = self
                .client
                .put_item()
                .table_name(&self.name)
                .set_item(Some(row.item))
                .set_condition_expression(row.condition_expression)
                .set_expression_attribute_names(row.expression_attribute_names)
                .set_expression_attribute_values(row.expression_attribute_values);
            return match request.send().await {
                Ok(_) => Ok(()),
                Err(error) => match error.as_service_error() {
                    Some(e) if e.is_conditional_check_failed_exception() => Err(CommitError::Stale),
                    Some(e) if e.is_transaction_conflict_exception() => Err(CommitError::Contended),
                    _ => Err(failure(error).into()),
                },
            };
        };
        let put = |put| TransactWriteItem::builder().put(put).build();
        let request = self
            .client
            .transact_write_items()
            .transact_items(put(row))
            .transact_items(put(claim));
        request
            .send()
            .await
            .map(|_| ())
            .map_err(|error| cancelled(error, None))
    }
}

impl Receipts for Table {
    async fn begin_delivery(&self, event: EventKey, name: &str, now: Timestamp) -> StoreResult<Delivery> {
        let output = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(keys::receipt(event, name).attributes()))
            .update_expression("SET begun_at = if_not_exists(begun_at, :now), v = :v")
            .expression_attribute_values(":now", text(now.to_string()))
            .expression_attribute_values(":v", number(super::SCHEMA))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(failure)?;
        // Of an item that was not there DynamoDB gives nothing back; dynoxide gives its key.
        let before = output.attributes.filter(|before| before.contains_key("begun_at"));
        let Some(before) = before else {
            return Ok(Delivery::New);
        };
        let before: ReceiptItem = read(before)?;
        Ok(if before.receipt.is_some() {
            Delivery::Settled
        } else {
            Delivery::Begun(before.begun_at)
        })
    }

    async fn settle_delivery(
        &self,
        event: EventKey,
        name: &str,
        receipt: &str,
        now: Timestamp,
    ) -> StoreResult<()> {
        self.client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(keys::receipt(event, name).attributes()))
            .update_expression(
                "SET receipt = if_not_exists(receipt, :receipt), settled_at = if_not_exists(settled_at, :now), \
                 begun_at = if_not_exists(begun_at, :now), v = :v",
            )
            .expression_attribute_values(":receipt", text(receipt))
            .expression_attribute_values(":now", text(now.to_string()))
            .expression_attribute_values(":v", number(super::SCHEMA))
            .send()
            .await
            .map_err(failure)?;
        Ok(())
    }
}
