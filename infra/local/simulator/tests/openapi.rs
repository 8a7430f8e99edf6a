//! What Gantry sends, against Discord's own OpenAPI document; says so when the document is not there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop the test")]

mod common;

use common::{APP, id, world_with};
use gantry_simulator::find_openapi;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn document() -> Option<PathBuf> {
    let named = std::env::var_os("GANTRY_DISCORD_OPENAPI").map(PathBuf::from);
    let found = named.or_else(|| find_openapi(Path::new(env!("CARGO_MANIFEST_DIR"))));
    if found.is_none() {
        eprintln!("skipped: Discord's OpenAPI document was not found (set GANTRY_DISCORD_OPENAPI)");
    }
    found
}

fn board() -> Value {
    json!({
        "content": "Spa 24 h", "nonce": "job-1", "enforce_nonce": true, "allowed_mentions": {"parse": []},
        "embeds": [{"title": "Roster", "color": 16_711_680, "timestamp": "2026-12-01T14:00:00Z",
            "fields": [{"name": "GT3", "value": "none yet", "inline": true}], "footer": {"text": "Gantry"}}],
        "components": [
            {"type": 1, "components": [{"type": 2, "style": 3, "label": "Sign up", "custom_id": "a", "emoji": {"name": "🏁"}}]},
            {"type": 1, "components": [{"type": 3, "custom_id": "b", "min_values": 1, "max_values": 1,
                "options": [{"label": "GT3", "value": "gt3", "default": true}]}]},
        ],
    })
}

#[tokio::test]
async fn the_routes_that_gantry_uses_keep_to_the_document() {
    let Some(document) = document() else { return };
    let world = world_with(Some(document)).await;
    assert!(world.simulator.checks_openapi());
    let guild = format!("/guilds/{}", world.guild);
    let category = id(&world
        .ok(
            "POST",
            &format!("{guild}/channels"),
            Some(json!({"name": "GT3", "type": 4})),
        )
        .await);
    let channel = json!({
        "name": "spa", "type": 0, "topic": "Spa", "parent_id": category.to_string(),
        "permission_overwrites": [{"id": APP.to_string(), "type": 1, "allow": "1024", "deny": "0"}],
    });
    let channel = id(&world
        .ok("POST", &format!("{guild}/channels"), Some(channel))
        .await);
    let messages = format!("/channels/{channel}/messages");
    let message = id(&world.ok("POST", &messages, Some(board())).await);
    let v2 = json!({"flags": 32768, "components": [{"type": 17, "components": [
        {"type": 10, "content": "x"}, {"type": 14, "divider": true, "spacing": 1},
        {"type": 9, "components": [{"type": 10, "content": "y"}], "accessory": {"type": 2, "style": 2, "label": "z", "custom_id": "z"}},
    ]}]});
    world.ok("POST", &messages, Some(v2)).await;
    let calls = [
        ("GET", format!("{guild}?with_counts=true"), None),
        ("GET", format!("{guild}/channels"), None),
        ("GET", format!("{guild}/members?limit=1000&after=0"), None),
        ("GET", format!("{guild}/members/search?query=ben&limit=5"), None),
        ("GET", format!("{guild}/roles"), None),
        ("GET", format!("{guild}/roles/member-counts"), None),
        ("GET", format!("{guild}/threads/active"), None),
        (
            "POST",
            format!("{guild}/roles"),
            Some(json!({"name": "Team 1", "permissions": "0", "mentionable": true})),
        ),
        (
            "PATCH",
            format!("{guild}/channels"),
            Some(json!([{"id": channel.to_string(), "position": 3}])),
        ),
        (
            "PATCH",
            format!("{guild}/members/{}", world.member),
            Some(json!({"roles": []})),
        ),
        (
            "PATCH",
            format!("/channels/{channel}"),
            Some(json!({"name": "spa-24h", "topic": "new"})),
        ),
        (
            "PUT",
            format!("/channels/{channel}/permissions/{}", world.member),
            Some(json!({"type": 1, "allow": "1024", "deny": "0"})),
        ),
        ("GET", format!("{messages}?limit=100&after=0"), None),
        ("GET", format!("{messages}/{message}"), None),
        (
            "PATCH",
            format!("{messages}/{message}"),
            Some(json!({"content": "new", "allowed_mentions": {"parse": []}})),
        ),
        ("PUT", format!("{messages}/pins/{message}"), None),
        ("GET", format!("{messages}/pins?limit=50"), None),
        (
            "POST",
            format!("{messages}/{message}/threads"),
            Some(json!({"name": "talk", "auto_archive_duration": 1440})),
        ),
        (
            "POST",
            format!("/channels/{channel}/threads"),
            Some(json!({"name": "Team", "type": 12, "invitable": false})),
        ),
        (
            "POST",
            "/users/@me/channels".to_owned(),
            Some(json!({"recipient_id": world.member.to_string()})),
        ),
        ("GET", "/users/@me/guilds?limit=200".to_owned(), None),
        ("GET", "/applications/@me".to_owned(), None),
        (
            "PUT",
            format!("/applications/{APP}/commands"),
            Some(json!([{"name": "event", "type": 1, "description": "Events",
            "default_member_permissions": "32", "contexts": [0], "integration_types": [0],
            "name_localizations": {"de": "rennen"}, "options": [{"type": 1, "name": "list", "description": "d",
                "options": [{"type": 3, "name": "series", "description": "d", "autocomplete": true}]}]}])),
        ),
        (
            "POST",
            format!("{guild}/scheduled-events"),
            Some(json!({"name": "Spa", "privacy_level": 2, "entity_type": 3,
            "scheduled_start_time": "2026-12-01T14:00:00Z", "scheduled_end_time": "2026-12-02T14:00:00Z",
            "entity_metadata": {"location": "Spa"}})),
        ),
        ("DELETE", format!("{messages}/{message}"), None),
    ];
    for (method, path, body) in calls {
        world.ok(method, &path, body).await;
    }
    assert_eq!(world.simulator.openapi_violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_breach_is_refused_and_remembered() {
    let Some(document) = document() else { return };
    let world = world_with(Some(document)).await;
    let path = format!("/guilds/{}/channels", world.guild);
    let (status, answer) = world.call("POST", &path, Some(json!({"name": 5}))).await;
    assert_eq!(status, 400);
    let code = &answer["errors"]["name"]["_errors"][0]["code"];
    assert_eq!(
        (&answer["code"], code),
        (&json!(50035), &json!("OPENAPI_MISMATCH"))
    );
    assert!(
        answer["message"].as_str().unwrap().contains("OpenAPI"),
        "{answer}"
    );
    assert_eq!(world.simulator.openapi_violations().len(), 1);
    assert_eq!(
        world
            .call("POST", &path, Some(json!({"name": "x", "colour": 1})))
            .await
            .0,
        400
    );
    assert_eq!(world.simulator.openapi_violations().len(), 2);
}

#[test]
fn every_route_is_in_the_document() {
    let Some(document) = document() else { return };
    let document: Value = serde_json::from_slice(&std::fs::read(document).unwrap()).unwrap();
    let shape = |path: &str| {
        path.split('/')
            .map(|part| if part.starts_with('{') { "{}" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    let known: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(move |method| format!("{} {}", method.to_uppercase(), shape(path)))
        })
        .collect();
    for operation in gantry_simulator::operations() {
        let (method, path) = operation.split_once(' ').unwrap();
        assert!(
            known.contains(&format!("{method} {}", shape(path))),
            "{operation}"
        );
    }
}
