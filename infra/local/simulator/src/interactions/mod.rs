//! People using the application: slash commands, buttons, selects, modals.

mod act;
mod modal;
mod options;
mod payload;
mod post;

pub(crate) use options::offered;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// Who acts, and where.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The guild; `None` in a DM with the bot.
    #[serde(default)]
    pub guild: Option<u64>,
    /// The channel.
    pub channel: u64,
    /// The user.
    pub user: u64,
    /// The language of the user's client, `en-GB` when absent.
    #[serde(default)]
    pub locale: Option<String>,
}

impl Actor {
    /// A member in a channel of a guild.
    #[must_use]
    pub fn new(guild: u64, channel: u64, user: u64) -> Self {
        Self {
            guild: Some(guild),
            channel,
            user,
            locale: None,
        }
    }

    /// A user in their DM channel with the bot.
    #[must_use]
    pub fn dm(channel: u64, user: u64) -> Self {
        Self {
            guild: None,
            channel,
            user,
            locale: None,
        }
    }

    /// The same with another language of the client (`de`, `pt-BR`).
    #[must_use]
    pub fn speaking(mut self, locale: &str) -> Self {
        self.locale = Some(locale.to_owned());
        self
    }
}

/// What came of an action.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The endpoint's HTTP status; 0 when it did not answer or was not asked.
    pub http_status: u16,
    /// How long the endpoint took.
    pub elapsed: Duration,
    /// The endpoint's answer; null when it is no JSON.
    pub answer: Value,
    /// What it did.
    pub kind: OutcomeKind,
    /// The interaction's snowflake; 0 when the client refused.
    pub interaction_id: u64,
    /// The interaction's token; empty when the client refused.
    pub token: String,
}

/// The kinds of [`Outcome`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum OutcomeKind {
    /// A message was sent.
    Message {
        /// The message's id.
        id: u64,
        /// Whether only the actor sees it.
        ephemeral: bool,
    },
    /// "Thinking": the content follows on the token.
    Deferred {
        /// Whether only the actor will see it.
        ephemeral: bool,
    },
    /// The message with the component was changed, or will be.
    Updated,
    /// A modal opened.
    Modal(OpenModal),
    /// Suggestions for an option.
    Choices {
        /// The suggestions.
        choices: Vec<Choice>,
    },
    /// The client did not let the person do it; nothing was sent.
    Refused {
        /// Why.
        reason: String,
    },
    /// "This interaction failed" / "The application did not respond".
    Failed {
        /// The cause: timeout, status, or what is wrong with the answer, with Discord's error paths.
        reason: String,
    },
}

/// A modal that stands open on a person's screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenModal {
    /// The modal's own custom id.
    pub custom_id: String,
    /// Its title.
    pub title: String,
    /// Its components as answered, numbered.
    pub components: Vec<Value>,
    /// The message whose component opened it; a text in JSON, as scripts cannot hold a snowflake as a number.
    #[serde(default, with = "maybe_id")]
    pub source: Option<u64>,
}

/// One suggestion of an autocompletion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What is shown.
    pub name: String,
    /// What is sent: a text or a number.
    pub value: Value,
}

/// A request as Discord signs it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SignedRequest {
    /// `X-Signature-Timestamp`: seconds since 1970, by the simulator's clock.
    pub timestamp: String,
    /// `X-Signature-Ed25519`: over the bytes of timestamp and body, in hexadecimal.
    pub signature_hex: String,
    /// The raw body.
    pub body: Vec<u8>,
}

impl Outcome {
    fn refused(reason: impl Into<String>) -> Self {
        Self {
            http_status: 0,
            elapsed: Duration::ZERO,
            answer: Value::Null,
            kind: OutcomeKind::Refused {
                reason: reason.into(),
            },
            interaction_id: 0,
            token: String::new(),
        }
    }

    /// The id of the message that was sent, if one was.
    #[must_use]
    pub fn message_id(&self) -> Option<u64> {
        match self.kind {
            OutcomeKind::Message { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The modal that opened, if one did.
    #[must_use]
    pub fn modal(&self) -> Option<&OpenModal> {
        match &self.kind {
            OutcomeKind::Modal(modal) => Some(modal),
            _ => None,
        }
    }
}

mod maybe_id {
    use serde::{Deserialize, Deserializer, Serializer};
    use serde_json::Value;

    pub fn serialize<S: Serializer>(id: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => serializer.collect_str(id),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        let value = Option::<Value>::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("source is a snowflake");
        value
            .map(|value| crate::form::as_snowflake(&value).ok_or_else(wrong))
            .transpose()
    }
}
