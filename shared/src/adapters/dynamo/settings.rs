//! A club with its settings: two items, read together.

use super::items::{ClubItem, Item, read, sort_key};
use super::{Table, keys};
use crate::domain::club::Club;
use crate::domain::ids::ClubId;
use crate::domain::settings::{ClubSettings, Settings};
use crate::ports::store::{SettingsReader, StoreResult};

impl SettingsReader for Table {
    async fn club_and_settings(&self, club: ClubId) -> StoreResult<Option<(Club, Settings)>> {
        let wanted = [keys::club(club), keys::settings(club)];
        self.settled(self.get_many(&wanted).await?)
    }

    fn settings_of_all(&self) -> Settings {
        Settings::resolve(self.operator.clone(), ClubSettings::default())
    }

    async fn settings(&self, club: ClubId) -> StoreResult<Settings> {
        let found = self.club_and_settings(club).await?;
        Ok(found.map_or_else(|| self.settings_of_all(), |(_, settings)| settings))
    }
}

impl Table {
    /// The club among these items, with its settings.
    pub(super) fn settled(&self, items: Vec<Item>) -> StoreResult<Option<(Club, Settings)>> {
        let (mut club, mut stored) = (None, None);
        for item in items {
            match sort_key(&item) {
                keys::CLUB => club = Some(read::<ClubItem>(item)?),
                keys::SETTINGS => stored = Some(read::<ClubSettings>(item)?),
                _ => {}
            }
        }
        let Some(club) = club else {
            return Ok(None);
        };
        let stored = stored
            .unwrap_or_else(|| club.first_settings())
            .for_guild(club.guild);
        let settings = Settings::resolve(self.operator.clone(), stored);
        Ok(Some((club.into_club(&settings), settings)))
    }
}
