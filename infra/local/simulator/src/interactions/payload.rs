//! Building the payloads that Discord posts.

use super::{Actor, SignedRequest};
use crate::files::attachment_json;
use crate::permissions;
use crate::simulator::{Simulator, SimulatorError};
use crate::state::{Answered, Channel, Interaction, State, member_json, message_json, role_json, user_json};
use ed25519_dalek::Signer;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What an interaction is about.
pub(crate) struct Target {
    /// 2 command, 3 component, 4 autocomplete, 5 modal.
    pub kind: u8,
    pub data: Value,
    pub command: Option<String>,
    /// The message with the component.
    pub source: Option<u64>,
}

impl Simulator {
    /// Signs a body as Discord does: Ed25519 over timestamp and raw body, with the clock's seconds.
    #[must_use]
    pub fn sign(&self, body: &[u8]) -> SignedRequest {
        let timestamp = self.clock().now().as_second().to_string();
        let signed = [timestamp.as_bytes(), body].concat();
        let signature_hex = hex::encode(self.key().sign(&signed).to_bytes());
        SignedRequest {
            timestamp,
            signature_hex,
            body: body.to_vec(),
        }
    }

    /// Builds an interaction and registers it, so that its token lives.
    pub(crate) fn open(&self, actor: &Actor, target: Target) -> Result<Value, SimulatorError> {
        let now = self.clock().now();
        let key = self.key().clone();
        self.with(|state| {
            state.settle(now);
            let id = state.next_id(now);
            let token = hex::encode(key.sign(&id.to_be_bytes()).to_bytes());
            let payload = build(state, actor, &target, id, &token, now)?;
            let interaction = Interaction {
                id,
                token,
                kind: target.kind,
                guild: actor.guild,
                channel: actor.channel,
                user: actor.user,
                command: target.command,
                source: target.source,
                created: now,
                answered: Answered::Open,
                original: None,
                messages: Vec::new(),
                modal: None,
            };
            state.open_interaction(interaction);
            Ok(payload)
        })
    }
}

/// The channel, which the actor must see.
pub(super) fn seen<'s>(
    state: &'s State,
    actor: &Actor,
    now: Timestamp,
) -> Result<&'s Channel, SimulatorError> {
    let channel = state.channels.get(&actor.channel);
    let channel = channel.ok_or(SimulatorError::Unknown {
        what: "channel",
        id: actor.channel,
    })?;
    let bits = permissions::in_channel(state, channel, actor.user, now);
    if channel.guild != actor.guild || bits & permissions::VIEW_CHANNEL == 0 {
        return Err(SimulatorError::Refused(
            "the channel is not visible to this user".to_owned(),
        ));
    }
    Ok(channel)
}

fn build(
    state: &State,
    actor: &Actor,
    target: &Target,
    id: u64,
    token: &str,
    now: Timestamp,
) -> Result<Value, SimulatorError> {
    let channel = seen(state, actor, now)?;
    let user = state.users.get(&actor.user).ok_or(SimulatorError::Unknown {
        what: "user",
        id: actor.user,
    })?;
    let app_bits = permissions::in_channel(state, channel, state.app_id, now);
    let mut payload = json!({
        "id": id.to_string(), "application_id": state.app_id.to_string(), "type": target.kind, "token": token,
        "version": 1, "channel_id": actor.channel.to_string(),
        "channel": channel.partial_json(state, actor.user, now), "app_permissions": app_bits.to_string(),
        "locale": actor.locale.as_deref().unwrap_or("en-GB"), "entitlements": [], "entitlement_sku_ids": [],
        "attachment_size_limit": 10_485_760, "data": target.data,
    });
    match actor.guild.and_then(|guild| state.guilds.get(&guild)) {
        Some(guild) => {
            let member = guild.members.get(&actor.user);
            let member = member.ok_or(SimulatorError::Unknown {
                what: "member",
                id: actor.user,
            })?;
            let mut value = member_json(member, Some(user));
            let bits = permissions::in_channel(state, channel, actor.user, now);
            value["permissions"] = json!(bits.to_string());
            value["unusual_dm_activity_until"] = Value::Null;
            payload["member"] = value;
            payload["guild_id"] = json!(guild.id.to_string());
            payload["guild"] =
                json!({"id": guild.id.to_string(), "locale": guild.locale, "features": guild.features});
            payload["guild_locale"] = json!(guild.locale);
            payload["context"] = json!(0);
            payload["authorizing_integration_owners"] = json!({"0": guild.id.to_string()});
        }
        None => {
            payload["user"] = user_json(user);
            payload["context"] = json!(1);
            payload["authorizing_integration_owners"] = json!({"0": "0"});
        }
    }
    if let Some(source) = target.source.and_then(|id| channel.messages.get(&id)) {
        payload["message"] = message_json(state, source);
    }
    Ok(payload)
}

/// The `resolved` objects for what was picked: users with members, roles, channels.
#[derive(Default)]
pub(super) struct Resolved {
    maps: [Map<String, Value>; 6],
}

impl Resolved {
    const NAMES: [&'static str; 6] = ["users", "members", "roles", "channels", "messages", "attachments"];

    pub fn user(&mut self, state: &State, guild: Option<u64>, id: u64, now: Timestamp) -> bool {
        let Some(user) = state.users.get(&id) else {
            return false;
        };
        self.maps[0].insert(id.to_string(), user_json(user));
        let guild = guild.and_then(|guild| state.guilds.get(&guild));
        if let Some(member) = guild.and_then(|guild| guild.members.get(&id)) {
            let mut value = member_json(member, None);
            let bits = guild.map_or(0, |guild| permissions::in_guild(guild, id, now));
            value["permissions"] = json!(bits.to_string());
            if let Some(map) = value.as_object_mut() {
                map.remove("deaf");
                map.remove("mute");
            }
            self.maps[1].insert(id.to_string(), value);
        }
        true
    }

    pub fn role(&mut self, state: &State, guild: Option<u64>, id: u64) -> bool {
        let role = guild.and_then(|guild| state.guilds.get(&guild)?.roles.get(&id));
        let Some(role) = role else { return false };
        self.maps[2].insert(id.to_string(), role_json(role));
        true
    }

    pub fn channel(&mut self, state: &State, actor: &Actor, id: u64, now: Timestamp) -> bool {
        let found = state
            .channels
            .get(&id)
            .filter(|channel| channel.guild.is_some() && channel.guild == actor.guild);
        let Some(channel) = found else { return false };
        let bits = |user| permissions::in_channel(state, channel, user, now).to_string();
        let mut value = channel.partial_json(state, actor.user, now);
        value["permissions"] = json!(bits(actor.user));
        value["app_permissions"] = json!(bits(state.app_id));
        self.maps[3].insert(id.to_string(), value);
        true
    }

    pub fn message(&mut self, state: &State, channel: u64, id: u64) -> bool {
        let Ok(message) = state.message(channel, id) else {
            return false;
        };
        self.maps[4].insert(id.to_string(), message_json(state, message));
        true
    }

    pub fn attachment(&mut self, state: &State, id: u64) -> bool {
        let Some(mut value) = attachment_json(state, id) else {
            return false;
        };
        value["ephemeral"] = json!(true);
        self.maps[5].insert(id.to_string(), value);
        true
    }

    /// The object, unless nothing was picked.
    pub fn json(self) -> Option<Value> {
        let filled: Map<String, Value> = Self::NAMES
            .iter()
            .zip(self.maps)
            .filter(|(_, map)| !map.is_empty())
            .map(|(name, map)| ((*name).to_owned(), Value::Object(map)))
            .collect();
        (!filled.is_empty()).then_some(Value::Object(filled))
    }
}
