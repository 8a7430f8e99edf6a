//! Messages and their JSON.

use super::{State, instant, user_json};
use crate::files::attachment_json;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Message flag: embeds are hidden.
pub(crate) const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// Message flag: a thread was started from it.
const HAS_THREAD: u64 = 1 << 5;
/// Message flag: only the invoker sees it.
const EPHEMERAL: u64 = 1 << 6;
/// Message flag: "thinking".
const LOADING: u64 = 1 << 7;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    pub id: u64,
    pub channel: u64,
    pub author: u64,
    /// 0 default, 19 reply, 20 command answer, 18 thread created, 6 pinned.
    pub kind: u8,
    pub content: String,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    #[serde(default)]
    pub attachments: Vec<u64>,
    pub flags: u64,
    pub created: Timestamp,
    pub edited: Option<Timestamp>,
    pub nonce: Option<Value>,
    pub mentions: Vec<u64>,
    pub mention_roles: Vec<u64>,
    pub mention_everyone: bool,
    pub reference: Option<Value>,
    /// The interaction that it answers.
    pub interaction: Option<u64>,
    /// Whether it was sent on an interaction's token.
    pub webhook: bool,
    pub ephemeral_for: Option<u64>,
    pub loading: bool,
    pub thread: Option<u64>,
    /// Edits since it became an old message.
    pub late_edits: Vec<Timestamp>,
}

impl Message {
    pub fn new(id: u64, channel: u64, author: u64, created: Timestamp) -> Self {
        Self {
            id,
            channel,
            author,
            kind: 0,
            content: String::new(),
            embeds: Vec::new(),
            components: Vec::new(),
            attachments: Vec::new(),
            flags: 0,
            created,
            edited: None,
            nonce: None,
            mentions: Vec::new(),
            mention_roles: Vec::new(),
            mention_everyone: false,
            reference: None,
            interaction: None,
            webhook: false,
            ephemeral_for: None,
            loading: false,
            thread: None,
            late_edits: Vec::new(),
        }
    }

    /// The flags with those that follow from its state.
    pub fn all_flags(&self) -> u64 {
        self.flags
            | if self.thread.is_some() { HAS_THREAD } else { 0 }
            | if self.ephemeral_for.is_some() {
                EPHEMERAL
            } else {
                0
            }
            | if self.loading { LOADING } else { 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.content.is_empty()
            && self.embeds.is_empty()
            && self.components.is_empty()
            && self.attachments.is_empty()
    }
}

/// The attachment objects of a message.
pub(crate) fn attachments(state: &State, message: &Message) -> Vec<Value> {
    let ids = message.attachments.iter();
    ids.filter_map(|id| attachment_json(state, *id)).collect()
}

pub(crate) fn message_json(state: &State, message: &Message) -> Value {
    let users = |ids: &[u64]| -> Vec<Value> {
        ids.iter()
            .filter_map(|id| state.users.get(id))
            .map(user_json)
            .collect()
    };
    let hidden = message.flags & SUPPRESS_EMBEDS != 0;
    let roles: Vec<String> = message.mention_roles.iter().map(u64::to_string).collect();
    let pinned = state
        .channels
        .get(&message.channel)
        .is_some_and(|channel| channel.pins.contains_key(&message.id));
    let mut value = json!({
        "id": message.id.to_string(), "channel_id": message.channel.to_string(), "type": message.kind,
        "author": state.users.get(&message.author).map(user_json), "content": message.content,
        "embeds": if hidden { json!([]) } else { json!(message.embeds) }, "components": message.components,
        "attachments": attachments(state, message), "mentions": users(&message.mentions), "mention_roles": roles,
        "mention_everyone": message.mention_everyone, "pinned": pinned, "tts": false,
        "timestamp": instant(message.created), "edited_timestamp": message.edited.map(instant),
        "flags": message.all_flags(),
    });
    if let Some(nonce) = &message.nonce {
        value["nonce"] = nonce.clone();
    }
    if let Some(reference) = &message.reference {
        value["message_reference"] = reference.clone();
    }
    if message.webhook {
        value["webhook_id"] = json!(state.app_id.to_string());
        value["application_id"] = json!(state.app_id.to_string());
    }
    if let Some(interaction) = message.interaction.and_then(|id| state.interactions.get(&id)) {
        let user = state.users.get(&interaction.user).map(user_json);
        let owners = interaction
            .guild
            .map_or_else(|| json!({"0": "0"}), |guild| json!({"0": guild.to_string()}));
        value["interaction_metadata"] = json!({
            "id": interaction.id.to_string(), "type": interaction.kind, "user": user,
            "authorizing_integration_owners": owners,
        });
        if let Some(command) = &interaction.command {
            value["interaction"] =
                json!({"id": interaction.id.to_string(), "type": 2, "name": command, "user": user});
        }
    }
    if let Some(thread) = message.thread.and_then(|id| state.channels.get(&id)) {
        value["thread"] = super::channel_json(state, thread);
    }
    value
}
