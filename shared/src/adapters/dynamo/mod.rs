//! The store on DynamoDB: one table, see `docs/ACCESS_PATTERNS.md`.

mod alerts;
mod attendance;
mod cases;
mod clubs;
mod commit;
mod events;
mod imports;
mod items;
mod joins;
pub mod keys;
mod link_codes;
mod links;
mod requests;
mod results;
mod roster;
pub mod schema;
mod settings;
mod spaces;
mod sync;
mod telemetry;
mod watches;

pub use items::{OutboxItem, SCHEMA};
pub use keys::{GSI1, GSI1PK, GSI1SK, OUTBOX_PREFIX, PK, SK, TTL};

use crate::domain::ids::{ClubId, GuildId};
use crate::domain::settings::OperatorOverrides;
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Guilds whose clubs are remembered; past that the memory starts anew.
const REMEMBERED_GUILDS: usize = 10_000;

/// The table.
#[derive(Debug)]
pub struct Table {
    client: Client,
    name: String,
    operator: OperatorOverrides,
    likely_clubs: Mutex<HashMap<GuildId, ClubId>>,
    lost_clubs: Mutex<HashMap<GuildId, (ClubId, Timestamp)>>,
}

impl Table {
    /// The table of that name, whose clubs are run by an operator with these settings for all of them.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>, operator: OperatorOverrides) -> Self {
        Self {
            client,
            name: name.into(),
            operator,
            likely_clubs: Mutex::default(),
            lost_clubs: Mutex::default(),
        }
    }

    /// Opens the connection, so that the first interaction need not wait for it. What comes back does not matter.
    pub async fn warm_up(&self) {
        let _ = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(warm_up_key().attributes()))
            .send()
            .await;
    }

    fn likely(&self, guild: GuildId) -> Option<ClubId> {
        self.likely_clubs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&guild)
            .copied()
    }

    fn lost(&self, guild: GuildId) -> Option<(ClubId, Timestamp)> {
        let lost = self.lost_clubs.lock().unwrap_or_else(PoisonError::into_inner);
        lost.get(&guild).copied()
    }

    /// Keeps in mind how the club of `guild` was last read.
    fn remember_lost(&self, guild: GuildId, lost: Option<(ClubId, Timestamp)>) {
        let mut known = self.lost_clubs.lock().unwrap_or_else(PoisonError::into_inner);
        match lost {
            Some(lost) if known.len() < REMEMBERED_GUILDS => {
                known.insert(guild, lost);
            }
            Some(_) => {}
            None => {
                known.remove(&guild);
            }
        }
    }

    fn remember(&self, guild: GuildId, club: ClubId) {
        let mut likely = self.likely_clubs.lock().unwrap_or_else(PoisonError::into_inner);
        if likely.len() >= REMEMBERED_GUILDS {
            likely.clear();
        }
        likely.insert(guild, club);
    }
}

fn warm_up_key() -> keys::Key {
    keys::slug("")
}
