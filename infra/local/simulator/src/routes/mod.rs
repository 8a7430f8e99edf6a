//! The routes of the HTTP API, and what they have in common.

mod applications;
mod callback;
mod channel_edit;
mod channels;
mod events;
mod guilds;
mod members;
mod messages;
mod messages_more;
mod overwrites;
mod roles;
mod table;
mod threads;
mod users;
mod voice;
mod webhooks;

pub(crate) use callback::{Applied, apply as apply_callback};
pub(crate) use messages::deliver;
pub use table::operations;
pub(crate) use table::{Auth, Found, Route, find};

use crate::error::ApiError;
use crate::form::{Errors, Form, parse_snowflake};
use crate::permissions;
use crate::state::State;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::LazyLock;

static EMPTY: LazyLock<Value> = LazyLock::new(|| json!({}));

/// One request on its route.
pub(crate) struct Call<'a> {
    pub state: &'a mut State,
    pub now: Timestamp,
    /// The path's parameters, in order.
    pub ids: Vec<&'a str>,
    pub query: &'a [(String, String)],
    pub body: Option<&'a Value>,
    /// Whether sub-limits hold.
    pub limited: bool,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub body: Option<Value>,
}

pub(crate) type Answer = Result<Reply, ApiError>;

pub(crate) fn ok(body: Value) -> Answer {
    Ok(Reply {
        status: 200,
        body: Some(body),
    })
}

pub(crate) fn created(body: Value) -> Answer {
    Ok(Reply {
        status: 201,
        body: Some(body),
    })
}

pub(crate) fn nothing() -> Answer {
    Ok(Reply {
        status: 204,
        body: None,
    })
}

impl<'a> Call<'a> {
    /// The path's parameter `index` as a snowflake.
    pub fn id(&self, index: usize) -> Result<u64, ApiError> {
        let text = self.ids.get(index).copied().unwrap_or_default();
        parse_snowflake(text).ok_or_else(|| {
            ApiError::form(
                "id",
                "NUMBER_TYPE_COERCE",
                &format!("Value \"{text}\" is not snowflake."),
            )
        })
    }

    /// The body, with `known` keys; an absent body counts as an empty one.
    pub fn form(&self, known: &[&str], errors: &mut Errors) -> Result<Form<'a>, ApiError> {
        let body = self.body.unwrap_or(&EMPTY);
        Form::open(body, "", known, errors).ok_or_else(|| errors.error())
    }

    pub fn query(&self, key: &str) -> Option<&'a str> {
        self.query
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    pub fn query_id(&self, key: &str) -> Result<Option<u64>, ApiError> {
        let Some(text) = self.query(key) else {
            return Ok(None);
        };
        let message = format!("Value \"{text}\" is not snowflake.");
        parse_snowflake(text)
            .map(Some)
            .ok_or_else(|| ApiError::form(key, "NUMBER_TYPE_COERCE", &message))
    }

    pub fn query_number(
        &self,
        key: &str,
        range: std::ops::RangeInclusive<usize>,
        default: usize,
    ) -> Result<usize, ApiError> {
        let Some(text) = self.query(key) else {
            return Ok(default);
        };
        let number = text.parse().ok().filter(|number| range.contains(number));
        let message = format!(
            "int value should be between {} and {}.",
            range.start(),
            range.end()
        );
        number.ok_or_else(|| ApiError::form(key, "NUMBER_TYPE_MAX", &message))
    }

    pub fn query_true(&self, key: &str) -> bool {
        matches!(self.query(key), Some("true" | "True" | "1"))
    }

    /// The bot's permissions in a channel that it can see.
    ///
    /// # Errors
    /// 10003 when it is not there, 50001 when the bot cannot see it.
    pub fn see(&self, channel: u64) -> Result<u64, ApiError> {
        let found = self.state.channel(channel)?;
        let bits = permissions::in_channel(self.state, found, self.state.app_id, self.now);
        if bits & permissions::VIEW_CHANNEL == 0 {
            Err(ApiError::known(50001))
        } else {
            Ok(bits)
        }
    }

    /// Asks for all of `bits` in a channel; 50013 when one is missing.
    pub fn need(&self, channel: u64, bits: u64) -> Result<u64, ApiError> {
        let has = self.see(channel)?;
        if has & bits == bits {
            Ok(has)
        } else {
            Err(ApiError::known(50013))
        }
    }

    /// Asks for all of `bits` in the guild; 50013 when one is missing.
    pub fn need_in_guild(&self, guild: u64, bits: u64) -> Result<u64, ApiError> {
        let has = permissions::in_guild(self.state.guild(guild)?, self.state.app_id, self.now);
        if has & bits == bits {
            Ok(has)
        } else {
            Err(ApiError::known(50013))
        }
    }
}
