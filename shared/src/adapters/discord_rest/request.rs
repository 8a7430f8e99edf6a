//! One request to Discord as a value: what is sent, what limits it, and whether it may be sent twice.

use super::encode::percent_encode;
use crate::domain::ids::{ApplicationId, ChannelId, GuildId};
use reqwest::Method;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// A request, complete but for the base URL and the bot token.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// Path after the base URL, with ids and an interaction token filled in: secret for [`Auth::Interaction`].
    pub path: String,
    /// What Discord limits it by.
    pub route: RouteKey,
    /// Query parameters.
    pub query: Vec<(&'static str, String)>,
    /// JSON body.
    pub body: Option<Value>,
    /// Form body, URL-encoded, instead of JSON: secret.
    pub form: Option<String>,
    /// `Authorization` for [`Auth::Own`]: secret.
    pub authorization: Option<String>,
    /// `X-Audit-Log-Reason`, URL-encoded.
    pub reason: Option<String>,
    /// Who asks.
    pub auth: Auth,
    /// Whether it may be sent again when it is not known what the first try did.
    pub repeat: Repeat,
}

/// The path is left out: it may hold an interaction token.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("route", &self.route.to_string())
            .field("query", &self.query)
            .field("body", &self.body)
            .field("reason", &self.reason)
            .field("auth", &self.auth)
            .field("repeat", &self.repeat)
            .finish_non_exhaustive()
    }
}

/// Who a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The bot, by the token in the header.
    Bot,
    /// Whoever holds the interaction token in the path. Not part of the bot's global limit (Discord docs,
    /// receiving and responding).
    Interaction,
    /// Whoever the request itself names: an account by its access token, or the application by its client secret.
    Own,
}

/// Whether a request may be sent again when it is not known what the first try did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Twice is the same as once.
    Safe,
    /// Twice is the same as once within this time of the first try.
    SafeFor(Duration),
    /// Each try may have its own effect.
    Unsafe,
}

/// What Discord keeps limits by: method, path template and the top-level resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RouteKey {
    /// HTTP method.
    pub method: Method,
    /// Path with the parameters' names, as Discord's documentation writes it.
    pub template: &'static str,
    /// The top-level resource that limits are kept apart by.
    pub major: Major,
}

/// `PATCH /channels/{channel.id} 81384788765712384`; without a token, so fit for logs and for the table.
impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.template)?;
        match &self.major {
            Major::None => Ok(()),
            Major::Guild(id) => write!(f, " {id}"),
            Major::Channel(id) => write!(f, " {id}"),
            Major::Interaction(id, token) => write!(f, " {id} {token:016x}"),
        }
    }
}

/// A top-level resource (Discord docs, rate limits: channel, guild, webhook with its token).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Major {
    /// No resource of its own.
    None,
    /// A guild.
    Guild(GuildId),
    /// A channel.
    Channel(ChannelId),
    /// An interaction's webhook: the application, and a number made of the token, which itself must not be kept.
    Interaction(ApplicationId, u64),
}

impl Request {
    /// A request by the bot that is safe to repeat, without query, body or reason.
    pub(super) fn bot(method: Method, template: &'static str, major: Major, path: String) -> Self {
        let route = RouteKey {
            method: method.clone(),
            template,
            major,
        };
        Self {
            method,
            path,
            route,
            query: Vec::new(),
            body: None,
            form: None,
            authorization: None,
            reason: None,
            auth: Auth::Bot,
            repeat: Repeat::Safe,
        }
    }

    /// The same request with a JSON body.
    pub(super) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The same request with a query parameter.
    pub(super) fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// The same request with a reason for the audit log: 1-512 characters, the rest is cut (Discord docs, audit log).
    pub(super) fn reason(mut self, reason: &str) -> Self {
        let cut: String = reason.trim().chars().take(REASON_CHARS).collect();
        self.reason = (!cut.is_empty()).then(|| percent_encode(&cut));
        self
    }

    /// The same request, repeatable as said.
    pub(super) fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Path and query after the base URL.
    pub(super) fn target(&self) -> String {
        let mut target = self.path.clone();
        for (index, (name, value)) in self.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            target.push_str(&percent_encode(value));
        }
        target
    }
}

/// Characters of an audit log reason (Discord docs, audit log).
const REASON_CHARS: usize = 512;
