//! C1.1, C1.4-C1.6: what the endpoint takes, refuses, and answers again.

use crate::world::World;
use gantry_simulator::SignedRequest;
use serde_json::{Value, json};

async fn send(world: &World, request: &SignedRequest) -> (u16, String) {
    let response = reqwest::Client::new()
        .post(format!("{}/interactions", world.stack.gateway_url()))
        .header("content-type", "application/json")
        .header("x-signature-ed25519", &request.signature_hex)
        .header("x-signature-timestamp", &request.timestamp)
        .body(request.body.clone())
        .send()
        .await
        .unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Posts a signed body; returns status and answer.
pub async fn post(world: &World, body: &Value) -> (u16, Value) {
    let request = world.stack.simulator().sign(body.to_string().as_bytes());
    let (status, text) = send(world, &request).await;
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_signatures_and_broken_bodies() {
    let world = World::start().await;
    world.stack.simulator().verify_endpoint().await.unwrap();
    let sign = |body: &[u8]| world.stack.simulator().sign(body);
    let ping = br#"{"type":1,"id":"1","token":"t"}"#;
    assert_eq!(send(&world, &sign(ping)).await, (200, r#"{"type":1}"#.to_owned()));

    let mut changed = sign(ping);
    changed.body.push(b' ');
    assert_eq!(send(&world, &changed).await.0, 401);
    let mut later = sign(ping);
    later.timestamp = (later.timestamp.parse::<i64>().unwrap() + 1).to_string();
    assert_eq!(send(&world, &later).await.0, 401);
    for signature in ["", "zz", &"00".repeat(64), &"00".repeat(63), &"0".repeat(10_000)] {
        let broken = SignedRequest {
            signature_hex: signature.to_owned(),
            ..sign(ping)
        };
        assert_eq!(send(&world, &broken).await.0, 401, "{signature:.20}");
    }
    let stale = sign(ping);
    world.stack.clock().advance(jiff::SignedDuration::from_secs(302));
    assert_eq!(send(&world, &stale).await.0, 401);

    let deep = format!("{{\"type\":2,\"data\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "{\"type\":99}",
        "{\"type\":2}",
        "not json",
        &deep,
    ] {
        assert_eq!(send(&world, &sign(body.as_bytes())).await.0, 400, "{body:.40}");
    }
    let large = |bytes: usize| format!("{{\"type\":1,\"pad\":\"{}\"}}", "x".repeat(bytes - 19)).into_bytes();
    assert_eq!(large(256 * 1024).len(), 256 * 1024);
    assert_eq!(send(&world, &sign(&large(256 * 1024))).await.0, 200);
    assert_eq!(send(&world, &sign(&large(256 * 1024 + 1))).await.0, 413);
    let get = reqwest::get(format!("{}/interactions", world.stack.gateway_url()))
        .await
        .unwrap();
    assert_eq!(get.status().as_u16(), 405);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_nowhere_is_answered_kindly() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let payload = world
        .stack
        .simulator()
        .slash_payload(&club.owner(), "event list", json!({}))
        .unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = payload.clone();
        change(&mut changed);
        changed
    };
    let cases = [
        with(&|p| p["data"]["name"] = "retired".into()),
        with(&|p| p["data"]["options"] = json!([])),
        with(&|p| p["data"]["options"][0]["name"] = "explode".into()),
        with(&|p| {
            p["type"] = 3.into();
            p["data"] = json!({ "component_type": 2, "custom_id": "old:button" });
        }),
        with(&|p| {
            p["type"] = 3.into();
            p["data"] = json!({ "component_type": 2, "custom_id": "g1:su:01ARZ3NDEKTSV4RRFFQ69G5FAV" });
        }),
        with(&|p| {
            p["type"] = 5.into();
            p["data"] = json!({ "custom_id": "g0:nothing", "components": [] });
        }),
        with(&|p| {
            p.as_object_mut().unwrap().remove("guild_id");
            p["user"] = p["member"]["user"].clone();
            p.as_object_mut().unwrap().remove("member");
        }),
    ];
    for (n, case) in cases.iter().enumerate() {
        let (status, answer) = post(&world, case).await;
        assert_eq!((status, &answer["type"]), (200, &json!(4)), "{n}: {answer}");
        assert_eq!(answer["data"]["flags"], 64, "{n}: only the person sees it");
        let text = answer["data"]["content"].as_str().unwrap_or_default();
        assert!(!text.is_empty() && text.len() < 400, "{n}: {text}");
        for inner in [
            "Error", "error:", "panicked", "DynamoDB", "serde", "None", "Some(",
        ] {
            assert!(!text.contains(inner), "{n}: {text}");
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_without_newer_fields_is_read() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let mut payload = world
        .stack
        .simulator()
        .slash_payload(&club.owner(), "series list", json!({}))
        .unwrap();
    for field in [
        "context",
        "authorizing_integration_owners",
        "entitlements",
        "attachment_size_limit",
        "app_permissions",
        "locale",
        "guild_locale",
        "guild",
        "channel",
        "version",
    ] {
        payload.as_object_mut().unwrap().remove(field);
    }
    let (status, answer) = post(&world, &payload).await;
    assert_eq!((status, &answer["type"]), (200, &json!(4)), "{answer}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_sent_a_hundred_times_has_one_effect_and_one_answer() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let payload = json!({ "name": "Cup", "classes": "GT3: 2" });
    let payload = world
        .stack
        .simulator()
        .slash_payload(&club.owner(), "series create", payload)
        .unwrap();
    let request = world.stack.simulator().sign(payload.to_string().as_bytes());
    let mut answers = Vec::new();
    for _ in 0..10 {
        answers.extend(futures::future::join_all((0..10).map(|_| send(&world, &request))).await);
    }
    assert_eq!(answers.len(), 100);
    assert_eq!(answers[0].0, 200);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    let choices = world.stack.simulator();
    let series = choices
        .autocomplete(&club.owner(), "event create", json!({ "series": "" }), "series")
        .await
        .unwrap();
    assert_eq!(series.len(), 1, "{series:?}");

    let published = world.published(&club, "Race", "GT3: 2").await;
    let driver = club.member(world.members(&club, 1)[0], published.channel);
    let click = choices
        .click_payload(&driver, published.board, &format!("g1:su:{}", published.event))
        .unwrap();
    let request = choices.sign(click.to_string().as_bytes());
    let answers = futures::future::join_all((0..10).map(|_| send(&world, &request))).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    world.drain().await;
    assert!(world.board_text(&published).contains("1/2"));
    world.finish().await;
}
