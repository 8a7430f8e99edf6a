//! Items: a primary key, a schema version, and a typed body.

use super::keys::{PK, SK, TTL};
use crate::domain::club::{Club, Colour, ZoneName};
use crate::domain::ids::{ChannelId, ClubId, GuildId, OutboxId, RoleId, UserId};
use crate::domain::seats::Seats;
use crate::domain::series::{Class, ClassId};
use crate::domain::settings::{ClubSettings, Key, Settings, Value};
use crate::domain::work::Work;
use crate::ports::store::{Gate, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// An item as DynamoDB takes and gives it.
pub type Item = HashMap<String, AttributeValue>;

/// The schema version that is written. A reader that meets an older one brings it up to this.
pub const SCHEMA: u64 = 1;
const SCHEMA_ATTRIBUTE: &str = "v";

/// The item of that key and body.
///
/// # Errors
/// [`StoreError::Corrupt`] if the body is not a map.
pub(super) fn write<T: Serialize>(key: &super::keys::Key, body: &T) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(body).map_err(corrupt)?;
    item.extend(key.attributes());
    item.insert(SCHEMA_ATTRIBUTE.to_owned(), number(SCHEMA));
    Ok(item)
}

/// The body of an item.
///
/// # Errors
/// [`StoreError::Corrupt`], naming the key.
pub(super) fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    let name = |item: &Item| {
        let part = |name| {
            item.get(name)
                .and_then(|v| v.as_s().ok())
                .cloned()
                .unwrap_or_default()
        };
        format!("{}/{}", part(PK), part(SK))
    };
    let key = name(&item);
    match item
        .get(SCHEMA_ATTRIBUTE)
        .and_then(|v| v.as_n().ok())
        .and_then(|n| n.parse::<u64>().ok())
    {
        Some(SCHEMA) => serde_dynamo::from_item(item).map_err(|e| StoreError::Corrupt(format!("{key}: {e}"))),
        other => Err(StoreError::Corrupt(format!(
            "{key}: schema version {other:?} is not known here"
        ))),
    }
}

/// The sort key of an item.
pub(super) fn sort_key(item: &Item) -> &str {
    item.get(SK)
        .and_then(|value| value.as_s().ok())
        .map_or("", String::as_str)
}

/// Adds the instant, in seconds since the epoch, from which DynamoDB may delete the item.
pub(super) fn with_ttl(mut item: Item, seconds: u64) -> Item {
    item.insert(TTL.to_owned(), number(seconds));
    item
}

pub(super) fn number(n: impl ToString) -> AttributeValue {
    AttributeValue::N(n.to_string())
}

pub(super) fn text(s: impl Into<String>) -> AttributeValue {
    AttributeValue::S(s.into())
}

pub(super) fn corrupt(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// Which club a guild, or a slug, belongs to.
#[derive(Serialize, Deserialize)]
pub(super) struct ClubLinkItem {
    pub club: ClubId,
}

/// A club without what its settings say.
#[derive(Serialize, Deserialize)]
pub(super) struct ClubItem {
    pub id: ClubId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild: Option<GuildId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<jiff::Timestamp>,
    pub name: String,
    pub slug: String,
    /// Of clubs founded before there were settings: their first values.
    #[serde(default, skip_serializing)]
    pub colour: Option<Colour>,
    /// The same.
    #[serde(default, skip_serializing)]
    pub time_zone: Option<ZoneName>,
    pub created_by: UserId,
    pub created_at: jiff::Timestamp,
}

impl ClubItem {
    pub fn of(club: Club) -> Self {
        Self {
            id: club.id,
            guild: club.guild,
            lost_at: club.lost_at,
            name: club.name,
            slug: club.slug,
            colour: None,
            time_zone: None,
            created_by: club.created_by,
            created_at: club.created_at,
        }
    }

    /// What the club had before there were settings.
    pub fn first_settings(&self) -> ClubSettings {
        let old = [
            (Key::TimeZone, self.time_zone.clone().map(Value::Zone)),
            (Key::Colour, self.colour.map(Value::Colour)),
        ];
        let values = old
            .into_iter()
            .filter_map(|(key, value)| Some((key.name().to_owned(), value?.json())));
        ClubSettings {
            values: values.collect(),
            ..ClubSettings::default()
        }
    }

    pub fn into_club(self, settings: &Settings) -> Club {
        Club {
            id: self.id,
            guild: self.guild,
            lost_at: self.lost_at,
            name: self.name,
            slug: self.slug,
            colour: settings.colour(),
            time_zone: settings.time_zone(),
            created_by: self.created_by,
            created_at: self.created_at,
        }
    }
}

/// Which series has a name.
#[derive(Serialize, Deserialize)]
pub(super) struct SeriesNameItem {
    pub series: crate::domain::ids::SeriesId,
}

/// What a channel belongs to.
#[derive(Serialize, Deserialize)]
pub(super) struct ChannelOwnerItem {
    pub channel: ChannelId,
    pub owner: String,
}

/// The count of a class.
#[derive(Serialize, Deserialize)]
pub(super) struct ClassItem {
    pub class: ClassId,
    pub label: String,
    pub seats: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_role: Option<RoleId>,
    pub taken: u32,
    pub waiting: u32,
    /// Seconds since the epoch; 0 when sign-up is over.
    pub open_until: i64,
    /// Seconds since the epoch; 0 for no beginning.
    #[serde(default)]
    pub open_from: i64,
}

impl ClassItem {
    pub fn new(class: Class, gate: Gate) -> Self {
        let (open_from, open_until) = open_span(gate);
        Self {
            class: class.id,
            label: class.label,
            seats: class.seats,
            needs_role: class.role,
            taken: 0,
            waiting: 0,
            open_until,
            open_from,
        }
    }

    pub fn into_seats(self) -> Seats {
        let class = Class {
            id: self.class,
            label: self.label,
            seats: self.seats,
            role: self.needs_role,
        };
        Seats {
            class,
            taken: self.taken,
            waiting: self.waiting,
        }
    }
}

/// The attributes of a gate: from and until.
pub(super) fn open_span(gate: Gate) -> (i64, i64) {
    match gate {
        Gate::OpenUntil(until) => (0, until.as_second()),
        Gate::OpenBetween(from, until) => (from.as_second(), until.as_second()),
        Gate::Shut => (0, 0),
    }
}

/// The outcome of something that is done at most once.
#[derive(Serialize, Deserialize)]
pub(super) struct OutcomeItem {
    /// JSON.
    pub outcome: String,
}

/// How the telling of something stands.
#[derive(Serialize, Deserialize)]
pub(super) struct ReceiptItem {
    pub begun_at: jiff::Timestamp,
    pub receipt: Option<String>,
    pub settled_at: Option<jiff::Timestamp>,
}

/// A row of the outbox, as the relay reads it from the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboxItem {
    /// Its id.
    pub id: OutboxId,
    /// The guild whose queue group the work travels in.
    pub guild: GuildId,
    /// Follows the click to the last call.
    pub trace: String,
    /// JSON: the list of [`Work`].
    pub work: String,
    /// JSON: the [`crate::domain::fact::Record`], or null.
    pub record: String,
}

impl OutboxItem {
    /// The work.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn work(&self) -> Result<Vec<Work>, StoreError> {
        serde_json::from_str(&self.work).map_err(corrupt)
    }

    /// Reads the new image of a stream record.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn from_image<T>(image: T) -> Result<Self, StoreError>
    where
        T: Into<serde_dynamo::Item>,
    {
        serde_dynamo::from_item(image.into()).map_err(corrupt)
    }
}
