//! Discord's scheduled events.

use super::{DiscordRest, requests};
use crate::domain::ids::{GuildId, ScheduledId, UserId};
use crate::domain::scheduled::{Card, Status};
use crate::ports::budget::Budget;
use crate::ports::discord::{DiscordResult, ListedEvent, ScheduledEvents};
use jiff::Timestamp;
use serde::Deserialize;

#[derive(Deserialize)]
struct WireEvent {
    id: ScheduledId,
    name: String,
    scheduled_start_time: Timestamp,
    #[serde(default)]
    creator_id: Option<UserId>,
}

#[derive(Deserialize)]
struct WireId {
    id: ScheduledId,
}

impl<B: Budget> ScheduledEvents for DiscordRest<B> {
    async fn scheduled_events(&self, guild: GuildId) -> DiscordResult<Vec<ListedEvent>> {
        let wire: Vec<WireEvent> = self.call(&requests::scheduled_events(guild)).await?;
        Ok(wire
            .into_iter()
            .map(|one| ListedEvent {
                id: one.id,
                name: one.name,
                starts_at: one.scheduled_start_time,
                creator: one.creator_id,
            })
            .collect())
    }

    async fn create_scheduled_event(
        &self,
        guild: GuildId,
        card: &Card,
        reason: &str,
    ) -> DiscordResult<ScheduledId> {
        let made: WireId = self
            .call(&requests::create_scheduled_event(guild, card, reason)?)
            .await?;
        Ok(made.id)
    }

    async fn edit_scheduled_event(
        &self,
        guild: GuildId,
        event: ScheduledId,
        (card, active): (&Card, bool),
        reason: &str,
    ) -> DiscordResult<()> {
        let request = requests::edit_scheduled_event(guild, event, (card, active), reason)?;
        self.execute(&request).await.map(drop)
    }

    async fn bring_scheduled_event(
        &self,
        guild: GuildId,
        event: ScheduledId,
        status: Status,
        reason: &str,
    ) -> DiscordResult<()> {
        let request = requests::bring_scheduled_event(guild, event, status, reason);
        self.execute(&request).await.map(drop)
    }

    async fn delete_scheduled_event(
        &self,
        guild: GuildId,
        event: ScheduledId,
        reason: &str,
    ) -> DiscordResult<()> {
        let request = requests::delete_scheduled_event(guild, event, reason);
        self.execute(&request).await.map(drop)
    }
}
