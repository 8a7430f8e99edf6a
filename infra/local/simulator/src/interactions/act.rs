//! What a person can do.

use super::options::{self, Stage};
use super::payload::{Resolved, Target, seen};
use super::{Actor, Choice, OpenModal, Outcome, OutcomeKind, modal};
use crate::simulator::{Simulator, SimulatorError};
use crate::state::State;
use jiff::Timestamp;
use serde_json::{Value, json};

type Built = Result<Value, SimulatorError>;

impl Simulator {
    /// Uses a slash command (`event publish`) with its options by name; ids are given as text.
    pub async fn slash(&self, actor: &Actor, command: &str, options: Value) -> Outcome {
        self.finish(self.slash_payload(actor, command, options)).await
    }

    /// Builds a slash command's payload without sending it; its token lives from now on.
    ///
    /// # Errors
    /// [`SimulatorError::Refused`] when the client would not send it; [`SimulatorError::Unknown`] without such a
    /// channel or user.
    pub fn slash_payload(&self, actor: &Actor, command: &str, options: Value) -> Built {
        let data =
            self.built(|state, now| options::data(state, actor, command, &options, Stage::Sent, now))?;
        self.open(
            actor,
            Target {
                kind: 2,
                data,
                command: Some(command.to_owned()),
                source: None,
            },
        )
    }

    /// Asks for suggestions while `focused` is being typed; its text so far stands in `options`.
    ///
    /// # Errors
    /// [`SimulatorError::Refused`] when the client would not ask, [`SimulatorError::Endpoint`] when no suggestions came.
    pub async fn autocomplete(
        &self,
        actor: &Actor,
        command: &str,
        options: Value,
        focused: &str,
    ) -> Result<Vec<Choice>, SimulatorError> {
        let stage = Stage::Typing(focused);
        let data = self.built(|state, now| options::data(state, actor, command, &options, stage, now))?;
        let target = Target {
            kind: 4,
            data,
            command: Some(command.to_owned()),
            source: None,
        };
        let payload = self.open(actor, target)?;
        match self.post(&payload).await.kind {
            OutcomeKind::Choices { choices } => Ok(choices),
            other => Err(SimulatorError::Endpoint(format!("no suggestions: {other:?}"))),
        }
    }

    /// Uses a user command (type 2) or a message command (type 3) on a user's or a message's id.
    pub async fn context_menu(&self, actor: &Actor, kind: u8, command: &str, target: u64) -> Outcome {
        let data = self.built(|state, now| {
            let found = options::find(state, actor, kind, command, now)?;
            let mut resolved = Resolved::default();
            let there = if kind == 3 {
                resolved.message(state, actor.channel, target)
            } else {
                resolved.user(state, actor.guild, target, now)
            };
            if !there {
                return Err(SimulatorError::Unknown {
                    what: "target",
                    id: target,
                });
            }
            Ok(json!({
                "id": found.id.to_string(), "name": found.name, "type": kind, "target_id": target.to_string(),
                "resolved": resolved.json(),
            }))
        });
        let payload = data.and_then(|data| {
            self.open(
                actor,
                Target {
                    kind: 2,
                    data,
                    command: Some(command.to_owned()),
                    source: None,
                },
            )
        });
        self.finish(payload).await
    }

    /// Clicks a button. Refused: unknown message, component absent or disabled, channel not visible to this user.
    pub async fn click(&self, actor: &Actor, message_id: u64, custom_id: &str) -> Outcome {
        self.finish(self.click_payload(actor, message_id, custom_id))
            .await
    }

    /// Builds a click's payload without sending it.
    ///
    /// # Errors
    /// As [`Simulator::slash_payload`].
    pub fn click_payload(&self, actor: &Actor, message_id: u64, custom_id: &str) -> Built {
        let data = self.built(|state, now| {
            let component = component(state, actor, message_id, custom_id, &[2], now)?;
            Ok(json!({"component_type": 2, "custom_id": custom_id, "id": component["id"]}))
        })?;
        self.open(
            actor,
            Target {
                kind: 3,
                data,
                command: None,
                source: Some(message_id),
            },
        )
    }

    /// Picks values in a select: options' values, or ids of users, roles or channels.
    pub async fn select(&self, actor: &Actor, message_id: u64, custom_id: &str, values: &[&str]) -> Outcome {
        let data = self.built(|state, now| {
            let component = component(state, actor, message_id, custom_id, &[3, 5, 6, 7, 8], now)?;
            let list: Vec<Value> = values.iter().map(|value| json!(value)).collect();
            let mut resolved = Resolved::default();
            modal::picked(state, actor, &component, &list, true, now, &mut resolved)?;
            let mut data = json!({
                "component_type": component["type"], "custom_id": custom_id, "id": component["id"], "values": list,
            });
            if let Some(resolved) = resolved.json() {
                data["resolved"] = resolved;
            }
            Ok(data)
        });
        let target = |data| Target {
            kind: 3,
            data,
            command: None,
            source: Some(message_id),
        };
        self.finish(data.and_then(|data| self.open(actor, target(data))))
            .await
    }

    /// Sends a modal off with values by custom id: texts, lists of texts, truth values. Fields that are not named keep
    /// what the modal came with.
    pub async fn submit_modal(&self, actor: &Actor, open: &OpenModal, values: Value) -> Outcome {
        let data = self.built(|state, now| modal::data(state, actor, open, &values, now));
        let target = |data| Target {
            kind: 5,
            data,
            command: None,
            source: open.source,
        };
        self.finish(data.and_then(|data| self.open(actor, target(data))))
            .await
    }

    async fn finish(&self, payload: Built) -> Outcome {
        match payload {
            Ok(payload) => self.post(&payload).await,
            Err(error) => Outcome::refused(error.to_string()),
        }
    }

    fn built(&self, build: impl FnOnce(&State, Timestamp) -> Built) -> Built {
        let now = self.clock().now();
        self.with(|state| build(state, now))
    }
}

/// A component that this person can use now.
fn component(
    state: &State,
    actor: &Actor,
    message_id: u64,
    custom_id: &str,
    kinds: &[i64],
    now: Timestamp,
) -> Result<Value, SimulatorError> {
    let channel = seen(state, actor, now)?;
    let message = channel.messages.get(&message_id);
    let message = message.filter(|message| message.ephemeral_for.is_none_or(|user| user == actor.user));
    let message = message.ok_or(SimulatorError::Unknown {
        what: "message",
        id: message_id,
    })?;
    let refused = |reason: &str| Err(SimulatorError::Refused(format!("{custom_id}: {reason}")));
    let Some(component) = find(&message.components, custom_id) else {
        return refused("there is no such component on the message");
    };
    if !component["type"]
        .as_i64()
        .is_some_and(|kind| kinds.contains(&kind))
    {
        return refused("the component is of another kind");
    }
    if component["disabled"] == true {
        return refused("the component is disabled");
    }
    Ok(component.clone())
}

fn find<'v>(components: &'v [Value], custom_id: &str) -> Option<&'v Value> {
    components.iter().find_map(|component| {
        if component["custom_id"] == custom_id {
            return Some(component);
        }
        let children = component["components"].as_array().map_or(&[][..], Vec::as_slice);
        let accessory = Some(&component["accessory"]).filter(|accessory| accessory["custom_id"] == custom_id);
        find(children, custom_id).or(accessory)
    })
}
