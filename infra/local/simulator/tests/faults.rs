//! Every kind of fault, as a client meets it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop the test")]

mod common;

use common::{World, world};
use gantry_local_wire::{Delay, Fault, FaultKind, Service};
use serde_json::json;
use std::sync::{Arc, Mutex};

async fn create(world: &World) -> reqwest::Result<reqwest::Response> {
    let path = format!("/guilds/{}/channels", world.guild);
    world
        .send("POST", &path, Some(json!({"name": "spa-24h", "type": 0})))
        .await
}

async fn hit(kind: FaultKind) -> (World, reqwest::Result<reqwest::Response>) {
    let world = world().await;
    world
        .faults
        .add(Fault::nth(Service::Discord, "channel-worker", 0, kind).on("POST /guilds/{guild.id}/channels"))
        .unwrap();
    let result = create(&world).await;
    (world, result)
}

fn channels(world: &World) -> usize {
    world.simulator.guild_view(world.guild).unwrap().channels.len()
}

#[tokio::test]
async fn a_lost_answer_cuts_the_connection_after_the_effect() {
    let (world, result) = hit(FaultKind::LostAnswer).await;
    let error = result.unwrap_err();
    assert!(!error.is_timeout() && error.status().is_none(), "{error:?}");
    assert_eq!(channels(&world), 1);
    let call = world.log.since(0).pop().unwrap();
    assert_eq!((call.status, call.caller.as_str()), (0, "channel-worker"));
    assert_eq!(
        create(&world).await.unwrap().status(),
        201,
        "only the first call is hit"
    );
}

#[tokio::test]
async fn a_reset_cuts_the_connection_before_the_effect() {
    let (world, result) = hit(FaultKind::Reset).await;
    assert!(result.is_err());
    assert_eq!(channels(&world), 0);
}

#[tokio::test]
async fn kills_tell_who_dies_and_cut() {
    for (kind, effects) in [(FaultKind::KillBefore, 0), (FaultKind::KillAfter, 1)] {
        let world = world().await;
        let killed = Arc::new(Mutex::new(Vec::new()));
        let seen = killed.clone();
        world.faults.on_kill(Arc::new(move |caller| {
            seen.lock().unwrap().push(caller.to_owned())
        }));
        world
            .faults
            .add(Fault::nth(Service::Discord, "channel-worker", 0, kind))
            .unwrap();
        assert!(create(&world).await.is_err());
        assert_eq!(*killed.lock().unwrap(), ["channel-worker"]);
        assert_eq!(channels(&world), effects);
    }
}

#[tokio::test]
async fn server_errors_come_without_or_with_the_effect() {
    for (kind, status, effects) in [
        (FaultKind::ServerError, 500, 0),
        (FaultKind::Unavailable, 503, 0),
        (FaultKind::UnavailableFor(Delay { ms: 60_000 }), 503, 0),
        (FaultKind::ErrorAfterEffect, 500, 1),
    ] {
        let away = matches!(kind, FaultKind::UnavailableFor(_));
        let (world, result) = hit(kind).await;
        let response = result.unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers().contains_key("retry-after"), away);
        assert_eq!(channels(&world), effects);
    }
}

#[tokio::test]
async fn rate_limits_name_their_scope() {
    let delay = Delay { ms: 1500 };
    for (kind, scope) in [
        (FaultKind::RateLimitUser(delay), "user"),
        (FaultKind::RateLimitShared(delay), "shared"),
        (FaultKind::RateLimitGlobal(delay), "global"),
    ] {
        let (world, result) = hit(kind).await;
        let response = result.unwrap();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["x-ratelimit-scope"], scope);
        assert_eq!(response.headers()["retry-after"], "2");
        assert_eq!(
            response.headers().contains_key("x-ratelimit-global"),
            scope == "global"
        );
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!(body["retry_after"], 1.5);
        assert_eq!(body["global"], scope == "global");
        assert_eq!(channels(&world), 0);
    }
}

#[tokio::test]
async fn a_sub_limit_contradicts_its_headers() {
    let (_world, result) = hit(FaultKind::SubLimit(Delay { ms: 60_000 })).await;
    let response = result.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["x-ratelimit-remaining"], "4");
    assert_eq!(response.headers()["retry-after"], "1");
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["retry_after"], 60.0);
}

#[tokio::test]
async fn cloudflare_answers_html_without_rate_limit_headers() {
    let (_world, result) = hit(FaultKind::Cloudflare).await;
    let response = result.unwrap();
    assert_eq!(response.status(), 429);
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(
        !response
            .headers()
            .keys()
            .any(|name| name.as_str().starts_with("x-ratelimit"))
    );
    assert!(response.text().await.unwrap().contains("1015"));
}

#[tokio::test]
async fn latency_holds_the_answer_back_and_then_gives_it() {
    let (world, result) = hit(FaultKind::Latency(Delay { ms: 50 })).await;
    assert_eq!(result.unwrap().status(), 201);
    assert!(world.log.since(0)[0].micros >= 50_000);
}

#[tokio::test]
async fn faults_of_other_services_and_other_callers_do_not_hit() {
    let world = world().await;
    world
        .faults
        .add(Fault::nth(Service::Discord, "notify-worker", 0, FaultKind::Reset))
        .unwrap();
    world
        .faults
        .add(Fault::every(Service::Sqs, FaultKind::Reset))
        .unwrap();
    assert_eq!(create(&world).await.unwrap().status(), 201);
    assert_eq!(world.faults.hits(), 0);
}

#[tokio::test]
async fn a_cut_on_a_kept_connection_is_seen_once() {
    let world = world().await;
    assert!(!create(&world).await.unwrap().bytes().await.unwrap().is_empty());
    world
        .faults
        .add(Fault::nth(
            Service::Discord,
            "channel-worker",
            0,
            FaultKind::LostAnswer,
        ))
        .unwrap();
    let mark = world.log.mark();
    assert!(create(&world).await.is_err());
    assert_eq!(
        (channels(&world), world.log.since(mark).len()),
        (2, 1),
        "the client's library did not repeat it"
    );
}
