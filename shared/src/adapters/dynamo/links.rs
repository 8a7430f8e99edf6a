//! What ties clubs to guilds: links, the mark of a lost guild, parked work, wishes.

use super::Table;
use super::items::{ClubItem, ClubLinkItem, Item, corrupt, read, text, with_ttl, write};
use super::keys::{self, PK};
use super::requests::{Range, failure};
use crate::domain::club::Club;
use crate::domain::guild_link::{LinkWish, Parked};
use crate::domain::ids::{ClubId, GuildId, UserId};
use crate::ports::store::{Cursor, GuildLinks, Page, SettingsReader, StoreResult};
use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem};
use jiff::Timestamp;
use std::collections::HashMap;

impl GuildLinks for Table {
    async fn parked(&self, club: ClubId, most: u32) -> StoreResult<Vec<Parked>> {
        let items = self
            .query_first(&keys::club_partition(club), Range::Prefix(keys::PARKED), most)
            .await?;
        items.into_iter().map(read).collect()
    }

    async fn count_parked(&self, club: ClubId) -> StoreResult<u64> {
        self.count(&keys::club_partition(club), Range::Prefix(keys::PARKED))
            .await
    }

    async fn link_wish(&self, user: UserId) -> StoreResult<Option<LinkWish>> {
        self.get(&keys::link_wish(user)).await?.map(read).transpose()
    }

    async fn forget_link_wish(&self, user: UserId) -> StoreResult<()> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(keys::link_wish(user).attributes()));
        request.send().await.map(drop).map_err(failure)
    }

    async fn lost_clubs(&self, limit: u32, from: Option<Cursor>) -> StoreResult<Page<Club>> {
        let start = from.map(|cursor| lost_place(&cursor)).transpose()?;
        let output = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(keys::GSI1)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", keys::GSI1PK)
            .expression_attribute_values(":pk", text(keys::LOST))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(failure)?;
        let next = output.last_evaluated_key.as_ref().map(|last| {
            let place = last.get(keys::GSI1SK).and_then(|place| place.as_s().ok());
            Cursor(place.cloned().unwrap_or_default())
        });
        let settings = self.settings_of_all();
        let club = |item| read::<ClubItem>(item).map(|club| club.into_club(&settings));
        let items = output.items.unwrap_or_default();
        Ok(Page {
            items: items.into_iter().map(club).collect::<StoreResult<_>>()?,
            next,
        })
    }
}

/// The place in the list of lost clubs that a cursor names.
fn lost_place(cursor: &Cursor) -> StoreResult<Item> {
    let bad = || corrupt("a cursor that is none");
    let (at, club) = cursor.0.split_once('#').ok_or_else(bad)?;
    let at: Timestamp = at.parse().map_err(corrupt)?;
    let club: ClubId = club.parse().map_err(corrupt)?;
    let mut start = keys::club(club).attributes();
    start.insert(keys::GSI1PK.to_owned(), text(keys::LOST));
    start.insert(keys::GSI1SK.to_owned(), text(keys::lost_club(at, club)));
    Ok(start)
}

impl Table {
    /// The guild must have no club. The club must have no guild, or be lost in the one that it leaves.
    pub(super) fn link_club(
        &self,
        club: ClubId,
        guild: GuildId,
        from: Option<GuildId>,
        writes: &mut Vec<TransactWriteItem>,
    ) -> StoreResult<()> {
        writes.push(self.put_new(&keys::guild(guild), &ClubLinkItem { club })?);
        let set = "SET guild = :guild REMOVE lost_at, GSI1PK, GSI1SK";
        let now = (":guild", text(guild.to_string()));
        let Some(from) = from else {
            let free = "attribute_exists(PK) AND attribute_not_exists(guild)";
            writes.push(self.update(&keys::club(club), set, free, [now])?);
            return Ok(());
        };
        let lost = "guild = :from AND attribute_exists(lost_at)";
        let was = (":from", text(from.to_string()));
        writes.push(self.update(&keys::club(club), set, lost, [now, was])?);
        writes.push(self.drop_link(club, from)?);
        Ok(())
    }

    pub(super) fn unlink_club(
        &self,
        club: ClubId,
        guild: GuildId,
        writes: &mut Vec<TransactWriteItem>,
    ) -> StoreResult<()> {
        writes.push(self.drop_link(club, guild)?);
        writes.push(self.update(
            &keys::club(club),
            "REMOVE guild, lost_at, GSI1PK, GSI1SK",
            "guild = :guild",
            [(":guild", text(guild.to_string()))],
        )?);
        Ok(())
    }

    fn drop_link(&self, club: ClubId, guild: GuildId) -> StoreResult<TransactWriteItem> {
        self.delete(
            &keys::guild(guild),
            "club = :club",
            HashMap::new(),
            HashMap::from([(":club".to_owned(), text(club.to_string()))]),
        )
    }

    pub(super) fn mark_lost(
        &self,
        club: ClubId,
        guild: GuildId,
        at: Timestamp,
    ) -> StoreResult<TransactWriteItem> {
        self.update(
            &keys::club(club),
            "SET lost_at = :at, GSI1PK = :lost, GSI1SK = :place",
            "guild = :guild AND attribute_not_exists(lost_at)",
            [
                (":at", text(at.to_string())),
                (":lost", text(keys::LOST)),
                (":place", text(keys::lost_club(at, club))),
                (":guild", text(guild.to_string())),
            ],
        )
    }

    pub(super) fn mark_found(&self, club: ClubId, guild: GuildId) -> StoreResult<TransactWriteItem> {
        self.update(
            &keys::club(club),
            "REMOVE lost_at, GSI1PK, GSI1SK",
            STILL_LOST,
            [(":guild", text(guild.to_string()))],
        )
    }

    pub(super) fn still_lost(&self, club: ClubId, guild: GuildId) -> StoreResult<TransactWriteItem> {
        let check = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(keys::club(club).attributes()))
            .condition_expression(STILL_LOST)
            .expression_attribute_values(":guild", text(guild.to_string()))
            .build()
            .map_err(corrupt)?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    /// The same work may be parked again: it is the same row.
    pub(super) fn park(&self, parked: &Parked) -> StoreResult<TransactWriteItem> {
        self.put(write(&keys::parked(parked), parked)?)
    }

    pub(super) fn unpark(&self, parked: &Parked) -> StoreResult<TransactWriteItem> {
        self.delete(
            &keys::parked(parked),
            "attribute_exists(#pk)",
            HashMap::from([("#pk".to_owned(), PK.to_owned())]),
            HashMap::new(),
        )
    }

    pub(super) fn put_link_wish(&self, wish: &LinkWish) -> StoreResult<TransactWriteItem> {
        let until = u64::try_from(wish.until.as_second()).unwrap_or_default();
        self.put(with_ttl(write(&keys::link_wish(wish.user), wish)?, until))
    }

    /// A wish that is not there need not be dropped.
    pub(super) fn drop_link_wish(&self, user: UserId) -> StoreResult<TransactWriteItem> {
        self.delete(
            &keys::link_wish(user),
            "attribute_exists(#pk) OR attribute_not_exists(#pk)",
            HashMap::from([("#pk".to_owned(), PK.to_owned())]),
            HashMap::new(),
        )
    }
}

const STILL_LOST: &str = "guild = :guild AND attribute_exists(lost_at)";
