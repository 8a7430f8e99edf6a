//! Webhook events that Discord posts (Discord docs, events/webhook-events): what they say, read leniently.

use crate::domain::ids::{GuildId, UserId};
use serde::Deserialize;
use serde_json::Value;

/// What is posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// Discord looks whether the endpoint is there.
    Ping,
    /// Somebody added Gantry to a guild, or to their own account.
    Authorized {
        /// Who.
        user: UserId,
        /// The guild; none for an account.
        guild: Option<GuildId>,
    },
    /// Somebody took back all that they had allowed Gantry.
    Deauthorized {
        /// Who.
        user: UserId,
    },
    /// An event that is not known here.
    Other {
        /// Its type.
        kind: String,
    },
}

/// A signed body that is no webhook event.
#[derive(Debug, thiserror::Error)]
#[error("not a webhook event: {0}")]
pub struct NoEvent(String);

#[derive(Deserialize)]
struct Outer {
    #[serde(rename = "type")]
    kind: u64,
    #[serde(default)]
    event: Option<Inner>,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct Account {
    user: Id<UserId>,
    #[serde(default)]
    guild: Option<Id<GuildId>>,
}

#[derive(Deserialize)]
struct Id<T> {
    id: T,
}

/// Reads a verified body.
///
/// # Errors
/// [`NoEvent`].
pub fn read(body: &[u8]) -> Result<Posted, NoEvent> {
    let bad = |error: serde_json::Error| NoEvent(error.to_string());
    let outer: Outer = serde_json::from_slice(body).map_err(bad)?;
    let event = match (outer.kind, outer.event) {
        (0, _) => return Ok(Posted::Ping),
        (1, Some(event)) => event,
        (kind, _) => return Err(NoEvent(format!("type {kind}"))),
    };
    Ok(match event.kind.as_str() {
        "APPLICATION_AUTHORIZED" => {
            let account: Account = serde_json::from_value(event.data).map_err(bad)?;
            Posted::Authorized {
                user: account.user.id,
                guild: account.guild.map(|guild| guild.id),
            }
        }
        "APPLICATION_DEAUTHORIZED" => {
            let account: Account = serde_json::from_value(event.data).map_err(bad)?;
            Posted::Deauthorized {
                user: account.user.id,
            }
        }
        _ => Posted::Other { kind: event.kind },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn posted(event: Value) -> Result<Posted, NoEvent> {
        read(event.to_string().as_bytes())
    }

    fn event(kind: &str, data: Value) -> Value {
        json!({ "version": 1, "application_id": "9", "type": 1,
                "event": { "type": kind, "timestamp": "2026-11-21T09:00:00.000000", "data": data } })
    }

    #[test]
    fn what_discord_posts_is_read() {
        let user = json!({ "id": "5", "username": "ada" });
        let ping = json!({ "version": 1, "application_id": "9", "type": 0 });
        assert_eq!(posted(ping).unwrap(), Posted::Ping);
        let guild = json!({ "integration_type": 0, "scopes": ["bot"], "user": user, "guild": { "id": "7", "name": "x" } });
        assert_eq!(
            posted(event("APPLICATION_AUTHORIZED", guild)).unwrap(),
            Posted::Authorized {
                user: UserId(5),
                guild: Some(GuildId(7))
            }
        );
        let own = json!({ "integration_type": 1, "scopes": [], "user": user });
        assert_eq!(
            posted(event("APPLICATION_AUTHORIZED", own)).unwrap(),
            Posted::Authorized {
                user: UserId(5),
                guild: None
            }
        );
        assert_eq!(
            posted(event("APPLICATION_DEAUTHORIZED", json!({ "user": user }))).unwrap(),
            Posted::Deauthorized { user: UserId(5) }
        );
        assert_eq!(
            posted(event("ENTITLEMENT_CREATE", json!(null))).unwrap(),
            Posted::Other {
                kind: "ENTITLEMENT_CREATE".to_owned()
            }
        );
    }

    #[test]
    fn what_is_none_is_refused() {
        for body in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":2,"event":{"type":"X"}}"#,
        ] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
        for data in [
            json!({}),
            json!({ "user": { "id": "0" } }),
            json!({ "user": { "id": 5 } }),
        ] {
            assert!(posted(event("APPLICATION_AUTHORIZED", data)).is_err());
        }
    }
}
