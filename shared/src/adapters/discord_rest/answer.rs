//! What Discord answered: rate-limit headers, kinds of 429, and the text of a refusal.

use crate::ports::discord::FaultyField;
use jiff::SignedDuration;
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::fmt::Write as _;

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    /// HTTP status.
    pub status: u16,
    /// What the headers say about limits.
    pub limits: LimitHeaders,
    /// JSON body; none when it is empty or not JSON.
    pub body: Option<Value>,
    /// Whether there was no body at all.
    pub empty: bool,
}

/// Rate-limit headers (Discord docs, rate limits); any of them may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LimitHeaders {
    /// `X-RateLimit-Bucket`: the bucket's name.
    pub bucket: Option<String>,
    /// `X-RateLimit-Limit`: calls in one of its windows.
    pub limit: Option<u32>,
    /// `X-RateLimit-Remaining`: calls left in this window.
    pub remaining: Option<u32>,
    /// `X-RateLimit-Reset-After`: until the window ends.
    pub reset_after: Option<SignedDuration>,
    /// `Retry-After`.
    pub retry_after: Option<SignedDuration>,
    /// `X-RateLimit-Global` is there, or the scope is `global`.
    pub global: bool,
    /// `X-RateLimit-Scope` is `shared`.
    pub shared: bool,
}

/// A 429, told apart by what it bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitKind {
    /// The route's bucket is used up.
    User,
    /// A limit on the resource that others used up. Not an invalid request.
    Shared,
    /// The bot's calls of all routes.
    Global,
    /// A limit that the headers do not show (name and topic changes, old messages, new roles): this route only.
    Hidden,
    /// Cloudflare's answer, which is no JSON: everything from this address.
    Cloudflare,
}

/// A 429: what it bars, and for how long at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    pub kind: LimitKind,
    pub delay: SignedDuration,
}

/// Nothing is waited for longer than this because of one answer.
const LONGEST_DELAY_S: f64 = 7.0 * 24.0 * 3600.0;
/// For a 429 that does not say for how long.
const UNSAID_DELAY: SignedDuration = SignedDuration::from_secs(5);
/// By so much must the wait exceed the bucket's end to show that another limit is behind it.
const HIDDEN_MARGIN: SignedDuration = SignedDuration::from_secs(1);
/// Of a refusal's text, so much is kept for the log.
const MESSAGE_CHARS: usize = 1000;

impl LimitHeaders {
    /// Reads the headers; what cannot be read counts as missing.
    pub fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::trim)
        };
        let seconds = |name: &str| text(name).and_then(|value| value.parse().ok()).and_then(delay);
        let scope = text("x-ratelimit-scope");
        Self {
            bucket: text("x-ratelimit-bucket").map(str::to_owned),
            limit: text("x-ratelimit-limit").and_then(|value| value.parse().ok()),
            remaining: text("x-ratelimit-remaining").and_then(|value| value.parse().ok()),
            reset_after: seconds("x-ratelimit-reset-after"),
            retry_after: seconds("retry-after"),
            global: text("x-ratelimit-global").is_some_and(|value| !value.eq_ignore_ascii_case("false"))
                || scope == Some("global"),
            shared: scope == Some("shared"),
        }
    }
}

impl Answer {
    /// Puts an answer together from its parts.
    pub fn read(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let limits = LimitHeaders::read(headers);
        Self {
            status,
            limits,
            body: serde_json::from_slice(body).ok(),
            empty: body.is_empty(),
        }
    }

    /// Discord's error code, 0 if none.
    pub fn code(&self) -> u64 {
        self.body
            .as_ref()
            .and_then(|body| body.get("code"))
            .and_then(Value::as_u64)
            .unwrap_or(0)
    }

    /// What a 429 bars and for how long: the largest of what headers and body say, for they can disagree
    /// (discord-api-docs#6109: header 1 s, body 1163 s).
    pub fn limit(&self) -> Limit {
        let LimitHeaders {
            remaining,
            reset_after,
            retry_after,
            global,
            shared,
            ..
        } = &self.limits;
        let body = self.body.as_ref().filter(|body| body.is_object());
        let said = body
            .and_then(|body| body.get("retry_after"))
            .and_then(Value::as_f64)
            .and_then(delay);
        let longest = [*retry_after, *reset_after, said].into_iter().flatten().max();
        let Some(body) = body else {
            return Limit {
                kind: LimitKind::Cloudflare,
                delay: longest.unwrap_or(SignedDuration::ZERO),
            };
        };
        let delay = longest.unwrap_or(UNSAID_DELAY);
        let beyond_bucket = reset_after.is_some_and(|reset| delay > reset + HIDDEN_MARGIN);
        let kind = if *global || body.get("global").and_then(Value::as_bool) == Some(true) {
            LimitKind::Global
        } else if *shared {
            LimitKind::Shared
        } else if remaining.is_some_and(|left| left > 0) || beyond_bucket {
            LimitKind::Hidden
        } else {
            LimitKind::User
        };
        Limit { kind, delay }
    }

    /// The refusal's text with the path of each faulty field: `Invalid Form Body; name: Must be 1-100 in length`.
    pub fn refusal(&self) -> String {
        let Some(body) = &self.body else {
            return format!("HTTP {} without a JSON body", self.status);
        };
        let mut text = body
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or("no message")
            .to_owned();
        for FaultyField { path, message } in self.faulty_fields() {
            // Writing to a String cannot fail.
            let _ = write!(text, "; {path}: {message}");
        }
        text.chars().take(MESSAGE_CHARS).collect()
    }

    /// The fields that the refusal names (Discord docs, reference, error messages).
    pub fn faulty_fields(&self) -> Vec<FaultyField> {
        let mut found = Vec::new();
        if let Some(errors) = self.body.as_ref().and_then(|body| body.get("errors")) {
            gather(errors, "", &mut found);
        }
        found
    }
}

/// Adds each error in Discord's tree of errors.
fn gather(errors: &Value, path: &str, found: &mut Vec<FaultyField>) {
    let Value::Object(fields) = errors else { return };
    for (name, inner) in fields {
        if name == "_errors" {
            found.extend(inner.as_array().into_iter().flatten().map(|error| FaultyField {
                path: path.to_owned(),
                message: error["message"].as_str().unwrap_or("no message").to_owned(),
            }));
        } else if path.is_empty() {
            gather(inner, name, found);
        } else {
            gather(inner, &format!("{path}.{name}"), found);
        }
    }
}

/// Seconds as Discord gives them, rounded up to whole milliseconds: never a wait that is too short.
fn delay(seconds: f64) -> Option<SignedDuration> {
    if seconds.is_nan() {
        return None;
    }
    Some(SignedDuration::from_millis(
        (seconds.clamp(0.0, LONGEST_DELAY_S) * 1000.0).ceil() as i64,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(headers: &[(&'static str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(name, value)| {
            (
                reqwest::header::HeaderName::from_static(name),
                value.parse().unwrap(),
            )
        });
        Answer::read(429, &headers.collect(), body.as_bytes())
    }

    fn limit(headers: &[(&'static str, &str)], body: &str) -> (LimitKind, i128) {
        let Limit { kind, delay } = answer(headers, body).limit();
        (kind, delay.as_millis())
    }

    #[test]
    fn every_kind_of_429_is_told_apart_and_the_larger_delay_counts() {
        let used_up = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset-after", "0.52"),
            ("retry-after", "1"),
        ];
        assert_eq!(
            limit(&used_up, r#"{"retry_after":0.52,"global":false}"#),
            (LimitKind::User, 1000)
        );
        let shared = [("x-ratelimit-scope", "shared"), ("retry-after", "2")];
        assert_eq!(
            limit(&shared, r#"{"retry_after":3.25}"#),
            (LimitKind::Shared, 3250)
        );
        assert_eq!(
            limit(&[("x-ratelimit-global", "true")], r#"{"retry_after":1.5}"#),
            (LimitKind::Global, 1500)
        );
        assert_eq!(
            limit(&[], r#"{"retry_after":1.5,"global":true}"#),
            (LimitKind::Global, 1500)
        );
        let hidden = [("x-ratelimit-remaining", "4"), ("retry-after", "1")];
        assert_eq!(
            limit(&hidden, r#"{"retry_after":1163}"#),
            (LimitKind::Hidden, 1_163_000)
        );
        let beyond = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset-after", "1")];
        assert_eq!(
            limit(&beyond, r#"{"retry_after":600}"#),
            (LimitKind::Hidden, 600_000)
        );
        assert_eq!(
            limit(&[("retry-after", "30")], "<html>1015</html>"),
            (LimitKind::Cloudflare, 30_000)
        );
        assert_eq!(limit(&[], ""), (LimitKind::Cloudflare, 0));
        assert_eq!(limit(&[], "\"slow down\""), (LimitKind::Cloudflare, 0));
    }

    #[test]
    fn odd_delays_are_neither_too_short_nor_endless() {
        assert_eq!(limit(&[], "{}"), (LimitKind::User, 5000));
        assert_eq!(
            limit(&[], r#"{"retry_after":1e300}"#),
            (LimitKind::User, 604_800_000)
        );
        assert_eq!(
            limit(&[("retry-after", "inf")], "{}"),
            (LimitKind::User, 604_800_000)
        );
        assert_eq!(
            limit(&[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")], "{}"),
            (LimitKind::User, 5000)
        );
        assert_eq!(limit(&[], r#"{"retry_after":-1}"#), (LimitKind::User, 0));
        assert_eq!(limit(&[], r#"{"retry_after":0.0001}"#), (LimitKind::User, 1));
    }

    #[test]
    fn a_refusal_names_the_path_of_each_faulty_field() {
        let body = json!({
            "code": 50035,
            "message": "Invalid Form Body",
            "errors": {
                "name": { "_errors": [{ "code": "BASE_TYPE_BAD_LENGTH", "message": "Must be 1-100 in length." }] },
                "components": { "0": { "components": { "2": { "custom_id": {
                    "_errors": [{ "code": "X", "message": "Duplicated." }, { "code": "Y" }] } } } } }
            }
        });
        let answer = answer(&[], &body.to_string());
        assert_eq!(answer.code(), 50035);
        assert_eq!(
            answer.refusal(),
            "Invalid Form Body; components.0.components.2.custom_id: Duplicated.; \
             components.0.components.2.custom_id: no message; name: Must be 1-100 in length."
        );
    }
}
