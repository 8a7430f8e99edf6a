//! What people's browsers and Discord's webhook events ask of `functions/api` and `functions/webhooks`.

use super::gateway::{Form, page, telemetry, webhook};
use super::world::{ADMIN, APPLICATION, CLUB, GUILD, OPEN};
use gantry_shared::ports::clock::Clock;
use gantry_shared::ports::ids::Ids;
use gantry_shared::usecases::add_by_browser::begin_adding;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The instant of the samples, and no randomness.
struct Sampled(Timestamp);

impl Clock for Sampled {
    fn now(&self) -> Timestamp {
        self.0
    }
}

impl Ids for Sampled {
    fn random(&self) -> u128 {
        0x5a5a
    }
}

/// All events: folder, name, event.
pub(super) fn events(now: Timestamp) -> Vec<(&'static str, &'static str, Value)> {
    let begun = begin_adding(&Sampled(now));
    let cookies = [
        "theme=dark".to_owned(),
        format!("__Host-gantry-add={}", begun.session),
    ];
    let back = |query: &str, cookies: &[String]| {
        let query = format!("{query}&state={}", begun.state);
        page("/oauth/callback", &query, cookies, now)
    };
    let consent = format!("code=sample-code&guild_id={GUILD}");
    let posted = |kind: &str, data: Value| {
        let at = now.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string();
        let body = json!({
            "version": 1, "application_id": APPLICATION, "type": 1,
            "event": { "type": kind, "timestamp": at, "data": data },
        });
        webhook(&body.to_string(), now, Form::Plain)
    };
    let user = json!({ "id": ADMIN, "username": "ada", "global_name": "Ada Weber" });
    let added = json!({
        "integration_type": 0, "scopes": ["applications.commands", "bot"], "user": user.clone(),
        "guild": { "id": GUILD, "name": "Apex Endurance" },
    });
    let told = |id: &str, more: &Value| {
        let mut body = json!({ "version": 1, "id": id, "event": OPEN.event });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body.to_string()
    };
    let position = told(
        "box-7-000123",
        &json!({ "type": "position", "team": "Blue Flag", "position": 3, "class_position": 2,
                 "gap_ms": 83_456, "interval_ms": 2_005, "lap": 120 }),
    );
    let results = told(
        "timing-1",
        &json!({ "type": "results", "results": [
            { "driver": "Jiří Novák", "position": 1, "class": "GT3", "best_lap_ms": 107_250, "laps": 171 },
        ] }),
    );
    let ping = json!({ "version": 1, "application_id": APPLICATION, "type": 0 }).to_string();
    vec![
        ("api", "oauth-start", page("/oauth/start", "", &[], now)),
        ("api", "oauth-callback", back(&consent, &cookies)),
        (
            "api",
            "oauth-callback-denied",
            back("error=access_denied", &cookies),
        ),
        ("api", "oauth-callback-without-cookie", back(&consent, &[])),
        (
            "api",
            "calendar-wrong-address",
            page(&format!("/calendar/{CLUB}/00.ics"), "", &[], now),
        ),
        ("api", "unknown-page", page("/admin", "", &[], now)),
        (
            "webhooks",
            "telemetry-position",
            telemetry(&position, now, Form::Plain),
        ),
        (
            "webhooks",
            "telemetry-forged",
            telemetry(&position, now, Form::Forged),
        ),
        (
            "webhooks",
            "telemetry-results",
            telemetry(&results, now, Form::Plain),
        ),
        (
            "webhooks",
            "telemetry-unreadable",
            telemetry("{}", now, Form::Plain),
        ),
        ("webhooks", "ping", webhook(&ping, now, Form::Plain)),
        ("webhooks", "ping-forged", webhook(&ping, now, Form::Forged)),
        (
            "webhooks",
            "application-authorized",
            posted("APPLICATION_AUTHORIZED", added),
        ),
        (
            "webhooks",
            "application-deauthorized",
            posted("APPLICATION_DEAUTHORIZED", json!({ "user": user })),
        ),
        (
            "webhooks",
            "entitlement-create",
            posted("ENTITLEMENT_CREATE", json!({ "id": "1" })),
        ),
    ]
}
