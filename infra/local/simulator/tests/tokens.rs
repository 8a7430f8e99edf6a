//! The life of an interaction: deferral, edits and follow-ups on the token, the callback route, failures.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop the test")]

mod common;

use common::APP;
use common::endpoint::{Reply, message, reason, stage};
use gantry_simulator::OutcomeKind;
use jiff::SignedDuration;
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test]
async fn a_deferred_answer_is_filled_on_its_token_for_15_minutes() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| Reply::Json(json!({"type": 5, "data": {"flags": 64}})));
    let outcome = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await;
    assert_eq!(outcome.kind, OutcomeKind::Deferred { ephemeral: true });
    assert!(world.simulator.interaction_messages(outcome.interaction_id)[0].loading);
    let original = format!("/webhooks/{APP}/{}/messages/@original", outcome.token);
    world
        .ok("PATCH", &original, Some(json!({"content": "Published"})))
        .await;
    let filled = &world.simulator.interaction_messages(outcome.interaction_id)[0];
    assert_eq!(
        (filled.content.as_str(), filled.loading, filled.ephemeral_for),
        ("Published", false, Some(actor.user))
    );
    let follow = world
        .ok(
            "POST",
            &format!("/webhooks/{APP}/{}", outcome.token),
            Some(json!({"content": "More"})),
        )
        .await;
    assert_eq!(world.simulator.messages(actor.channel)[0].id, common::id(&follow));
    world
        .clock
        .advance(SignedDuration::from_mins(15) - SignedDuration::from_secs(1));
    world
        .ok("PATCH", &original, Some(json!({"content": "still"})))
        .await;
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(
        world
            .code("PATCH", &original, Some(json!({"content": "late"})))
            .await,
        50027
    );
    assert_eq!(
        world
            .code(
                "GET",
                &format!("/webhooks/{APP}/nonsense/messages/@original"),
                None
            )
            .await,
        50027
    );
}

#[tokio::test]
async fn the_first_follow_up_fills_a_deferred_answer() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| Reply::Json(json!({"type": 5})));
    let outcome = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await;
    let placeholder = world.simulator.interaction_messages(outcome.interaction_id)[0].id;
    let path = format!("/webhooks/{APP}/{}", outcome.token);
    let first = world.ok("POST", &path, Some(json!({"content": "one"}))).await;
    let second = world.ok("POST", &path, Some(json!({"content": "two"}))).await;
    assert_eq!(common::id(&first), placeholder);
    assert_ne!(common::id(&second), placeholder);
}

#[tokio::test]
async fn a_very_early_edit_meets_an_unknown_webhook() {
    let (world, endpoint, actor) = stage().await;
    let early: Arc<Mutex<Option<String>>> = Arc::default();
    let token = early.clone();
    endpoint.answers(move |payload| {
        *token.lock().unwrap() = Some(payload["token"].as_str().unwrap().to_owned());
        Reply::Json(json!({"type": 5}))
    });
    world.simulator.set_answer_lag(Duration::from_millis(400));
    let simulator = world.simulator.clone();
    let acting = tokio::spawn(async move {
        simulator
            .slash(&actor, "event publish", json!({"event": "spa"}))
            .await
    });
    let token = loop {
        if let Some(token) = early.lock().unwrap().clone() {
            break token;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let original = format!("/webhooks/{APP}/{token}/messages/@original");
    assert_eq!(
        world
            .code("PATCH", &original, Some(json!({"content": "x"})))
            .await,
        10015
    );
    acting.await.unwrap();
    world.ok("PATCH", &original, Some(json!({"content": "x"}))).await;
}

#[tokio::test]
async fn the_callback_route_answers_once_and_in_time() {
    let (world, endpoint, actor) = stage().await;
    let payload = world
        .simulator
        .slash_payload(&actor, "event publish", json!({"event": "spa"}))
        .unwrap();
    let path = format!(
        "/interactions/{}/{}/callback",
        payload["id"].as_str().unwrap(),
        payload["token"].as_str().unwrap()
    );
    let (status, answer) = world
        .call("POST", &format!("{path}?with_response=true"), Some(message("hi")))
        .await;
    assert_eq!(
        (status, answer["resource"]["message"]["content"].as_str()),
        (200, Some("hi"))
    );
    assert_eq!(world.code("POST", &path, Some(message("hi"))).await, 40060);
    let late = world
        .simulator
        .slash_payload(&actor, "event publish", json!({"event": "spa"}))
        .unwrap();
    let path = format!(
        "/interactions/{}/{}/callback",
        late["id"].as_str().unwrap(),
        late["token"].as_str().unwrap()
    );
    world.clock.advance(SignedDuration::from_secs(4));
    assert_eq!(world.code("POST", &path, Some(message("hi"))).await, 10062);
    assert_eq!(
        world
            .code("POST", "/interactions/1/abc/callback", Some(message("hi")))
            .await,
        10062
    );
    assert!(endpoint.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn bad_answers_fail_with_their_cause() {
    let (world, endpoint, actor) = stage().await;
    let long = message(&"x".repeat(2001));
    for (reply, why) in [
        (Reply::Status(500), "bad status 500"),
        (Reply::Json(json!({"type": 4, "data": {}})), "50006"),
        (
            Reply::Json(json!({"type": 6})),
            "INTERACTION_CALLBACK_INVALID_TYPE",
        ),
        (Reply::Json(long), "BASE_TYPE_MAX_LENGTH"),
        (
            Reply::Json(json!({"type": 4, "data": {"content": "x", "colour": 1}})),
            "UNKNOWN_KEY",
        ),
        (Reply::Json(json!([])), "ModelType"),
    ] {
        endpoint.answers(move |_| reply.clone());
        let outcome = world
            .simulator
            .slash(&actor, "event publish", json!({"event": "spa"}))
            .await;
        assert!(reason(&outcome.kind).contains(why), "{outcome:?}");
        let original = format!("/webhooks/{APP}/{}/messages/@original", outcome.token);
        assert_eq!(
            world
                .code("PATCH", &original, Some(json!({"content": "x"})))
                .await,
            10015
        );
    }
}

#[tokio::test]
async fn no_answer_within_three_seconds_kills_the_token() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| Reply::Slow(message("too late")));
    let outcome = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await;
    assert!(reason(&outcome.kind).contains("timeout"), "{outcome:?}");
    assert!(
        world
            .simulator
            .interaction_messages(outcome.interaction_id)
            .is_empty()
    );
}

#[tokio::test]
async fn an_endpoint_may_answer_by_the_callback_route() {
    let (world, endpoint, actor) = stage().await;
    let base = world.base.clone();
    endpoint.answers(move |_| Reply::Callback(base.clone(), json!({"type": 5})));
    let outcome = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await;
    assert_eq!(
        (outcome.http_status, &outcome.kind),
        (202, &OutcomeKind::Deferred { ephemeral: false })
    );
    let original = format!("/webhooks/{APP}/{}/messages/@original", outcome.token);
    world
        .ok("PATCH", &original, Some(json!({"content": "done"})))
        .await;
    let base = world.base.clone();
    endpoint.answers(move |_| Reply::Callback(base.clone(), message("hi")));
    let outcome = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await;
    assert!(
        matches!(outcome.kind, OutcomeKind::Message { ephemeral: true, .. }),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_snapshot_brings_everything_back() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| Reply::Json(message("hi")));
    let outcome = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await;
    let snapshot = world.simulator.snapshot().unwrap();
    world.simulator.delete_channel(actor.channel).unwrap();
    world.simulator.remove_bot(world.guild).unwrap();
    world.simulator.restore(&snapshot).unwrap();
    let original = format!("/webhooks/{APP}/{}/messages/@original", outcome.token);
    assert_eq!(world.ok("GET", &original, None).await["content"], "hi");
    assert!(
        world
            .simulator
            .slash(&actor, "event publish", json!({"event": "spa"}))
            .await
            .message_id()
            .is_some()
    );
    assert!(world.simulator.snapshot().unwrap().len() > snapshot.len());
    let other = snapshot.replace(&APP.to_string(), "900000000000000001");
    assert!(world.simulator.restore(&other).is_err());
}

#[tokio::test]
async fn suggestions_leave_nothing_to_follow() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| Reply::Json(json!({"type": 8, "data": {"choices": []}})));
    world
        .simulator
        .autocomplete(&actor, "event publish", json!({"event": "s"}), "event")
        .await
        .unwrap();
    let token = endpoint.last()["token"].as_str().unwrap().to_owned();
    let path = format!("/webhooks/{APP}/{token}");
    assert_eq!(
        world.code("POST", &path, Some(json!({"content": "x"}))).await,
        10015
    );
}
