//! A request of Discord as API Gateway hands it to a function (HTTP API, payload format 2.0).

use super::world::{APPLICATION, CLUB, telemetry_secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The seed of the key that signs the samples. For development only: everybody can read it here.
const SEED: &[u8; 32] = b"gantry events, development only!";

/// What is unusual about a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Base64,
    Forged,
}

/// The public key that takes the samples' signatures, for `GANTRY_PUBLIC_KEYS`: 64 hex digits.
#[must_use]
pub fn public_key() -> String {
    hex::encode(SigningKey::from_bytes(SEED).verifying_key().to_bytes())
}

/// The signature of a body at an instant, 128 hex digits.
#[must_use]
pub fn sign(body: &str, at: Timestamp) -> String {
    let message = [at.as_second().to_string().as_bytes(), body.as_bytes()].concat();
    hex::encode(SigningKey::from_bytes(SEED).sign(&message).to_bytes())
}

/// An interaction.
pub(super) fn event(body: &str, at: Timestamp, form: Form) -> Value {
    let agent = "Discord-Interactions/1.0 (+https://discord.com)";
    signed_post(("/interactions", agent), body, at, form)
}

/// A webhook event.
pub(super) fn webhook(body: &str, at: Timestamp, form: Form) -> Value {
    let agent = "Discord-Webhook/1.0 (+https://discord.com)";
    signed_post(("/webhooks/discord", agent), body, at, form)
}

/// A delivery of telemetry.
pub(super) fn telemetry(body: &str, at: Timestamp, form: Form) -> Value {
    let mut event = request(
        "POST",
        (&format!("/webhooks/telemetry/{CLUB}"), "race-box/1.0"),
        at,
    );
    let (timestamp, signed) = (
        at.as_second().to_string(),
        if form == Form::Forged { " " } else { body },
    );
    let signature =
        gantry_shared::domain::telemetry::sign(&telemetry_secret(), &timestamp, signed.as_bytes());
    for (name, value) in [
        ("content-length", body.len().to_string()),
        ("content-type", "application/json".to_owned()),
        ("x-gantry-signature", signature),
        ("x-gantry-timestamp", timestamp),
    ] {
        event["headers"][name] = value.into();
    }
    event["body"] = body.into();
    event
}

/// A page that a browser asks for: its path, its query, and its cookies.
pub(super) fn page(path: &str, query: &str, cookies: &[String], at: Timestamp) -> Value {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let mut event = request("GET", (path, agent), at);
    event["rawQueryString"] = query.into();
    event["headers"]["accept"] = "text/html".into();
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    event
}

fn signed_post((path, agent): (&str, &str), body: &str, at: Timestamp, form: Form) -> Value {
    let signed = if form == Form::Forged { " " } else { body };
    let sent = match form {
        Form::Base64 => STANDARD.encode(body),
        Form::Plain | Form::Forged => body.to_owned(),
    };
    let mut event = request("POST", (path, agent), at);
    for (name, value) in [
        ("content-length", body.len().to_string()),
        ("content-type", "application/json".to_owned()),
        ("x-signature-ed25519", sign(signed, at)),
        ("x-signature-timestamp", at.as_second().to_string()),
    ] {
        event["headers"][name] = value.into();
    }
    event["body"] = sent.into();
    event["isBase64Encoded"] = (form == Form::Base64).into();
    event
}

fn request(method: &str, (path, agent): (&str, &str), at: Timestamp) -> Value {
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "host": "abcde12345.execute-api.eu-central-1.amazonaws.com",
            "user-agent": agent,
            "x-amzn-trace-id": "Root=1-6b017cd0-0123456789abcdef01234567",
            "x-forwarded-for": "35.196.132.85",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcde12345",
            "domainName": "abcde12345.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abcde12345",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "35.196.132.85",
                "userAgent": agent,
            },
            "requestId": format!("sample-{APPLICATION}"),
            "routeKey": format!("{method} {path}"),
            "stage": "$default",
            "time": at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": at.as_millisecond(),
        },
        "isBase64Encoded": false,
    })
}
