//! Clubs, members and series.

use super::items::{ClubLinkItem, Item, read, sort_key};
use super::requests::Range;
use super::{Table, keys};
use crate::domain::calendar::Feed;
use crate::domain::club::Club;
use crate::domain::ids::{ClubId, GuildId, SeriesId, UserId};
use crate::domain::rank::Rank;
use crate::domain::roster::Member;
use crate::domain::series::Series;
use crate::ports::store::{Calendars, Caller, ClubReader, SeriesReader, SettingsReader, StoreResult};

impl ClubReader for Table {
    fn likely_club(&self, guild: GuildId) -> Option<ClubId> {
        self.likely(guild)
    }

    /// One call while the guild stays linked to the club that it was linked to when last seen.
    async fn caller(&self, guild: GuildId, user: UserId) -> StoreResult<Option<Caller>> {
        let link = keys::guild(guild);
        let guess = self.likely(guild);
        let mut wanted = vec![link.clone()];
        wanted.extend(
            guess
                .into_iter()
                .flat_map(|club| [keys::club(club), keys::settings(club), keys::member(club, user)]),
        );
        let mut items = self.get_many(&wanted).await?;
        let Some(at) = items
            .iter()
            .position(|item| item.get(keys::PK) == link.attributes().get(keys::PK))
        else {
            return Ok(None);
        };
        let linked = read::<ClubLinkItem>(items.swap_remove(at))?.club;
        if guess != Some(linked) {
            self.remember(guild, linked);
            items = self
                .get_many(&[
                    keys::club(linked),
                    keys::settings(linked),
                    keys::member(linked, user),
                ])
                .await?;
        }
        let caller = self.caller_of(items)?;
        let club = caller.as_ref().map(|caller| &caller.club);
        self.remember_lost(guild, club.and_then(|club| Some((club.id, club.lost_at?))));
        Ok(caller)
    }

    async fn club_of_guild(&self, guild: GuildId) -> StoreResult<Option<ClubId>> {
        let item = self.get(&keys::guild(guild)).await?;
        let club = item.map(read::<ClubLinkItem>).transpose()?.map(|link| link.club);
        if let Some(club) = club {
            self.remember(guild, club);
        }
        Ok(club)
    }

    async fn club_of_slug(&self, slug: &str) -> StoreResult<Option<ClubId>> {
        let item = self.get(&keys::slug(slug)).await?;
        Ok(item.map(read::<ClubLinkItem>).transpose()?.map(|link| link.club))
    }

    fn lost_club(&self, guild: GuildId) -> Option<(ClubId, jiff::Timestamp)> {
        self.lost(guild)
    }

    async fn club(&self, club: ClubId) -> StoreResult<Option<Club>> {
        Ok(self.club_and_settings(club).await?.map(|(club, _)| club))
    }

    async fn slug_taken(&self, slug: &str) -> StoreResult<bool> {
        Ok(self.get(&keys::slug(slug)).await?.is_some())
    }

    async fn count_members(&self, club: ClubId) -> StoreResult<u64> {
        self.count(&keys::club_partition(club), Range::Prefix(keys::MEMBERS))
            .await
    }
}

impl Table {
    fn caller_of(&self, items: Vec<Item>) -> StoreResult<Option<Caller>> {
        let mut rank = Rank::Guest;
        let (members, others): (Vec<_>, Vec<_>) = items
            .into_iter()
            .partition(|item| sort_key(item).starts_with(keys::MEMBERS));
        for member in members {
            rank = read::<Member>(member)?.standing();
        }
        let found = self.settled(others)?;
        Ok(found.map(|(club, settings)| Caller { club, rank, settings }))
    }
}

impl SeriesReader for Table {
    async fn series(&self, club: ClubId, series: SeriesId) -> StoreResult<Option<Series>> {
        self.get(&keys::series(club, series)).await?.map(read).transpose()
    }

    async fn list_series(&self, club: ClubId) -> StoreResult<Vec<Series>> {
        let items = self
            .query(&keys::club_partition(club), Range::Prefix(keys::SERIES))
            .await?;
        items.into_iter().map(read).collect()
    }
}

impl Calendars for Table {
    async fn feed(&self, club: ClubId) -> StoreResult<Option<Feed>> {
        self.get(&keys::feed(club)).await?.map(read).transpose()
    }
}
