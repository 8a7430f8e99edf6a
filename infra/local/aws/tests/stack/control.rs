//! The routes under `/local`.

use crate::parts::{Function, Stack, stack};
use gantry_local_aws::{DeliveryMode, Mappings, Schedule};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::sync::Arc;

/// Serves the routes; returns their address.
async fn serve(stack: &Stack) -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = stack.aws.control_router();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/local")
}

async fn get(url: &str, path: &str) -> (u16, Value) {
    let answer = reqwest::get(format!("{url}/{path}")).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn post(url: &str, path: &str, body: &str) -> (u16, Value) {
    let answer = reqwest::Client::new()
        .post(format!("{url}/{path}"))
        .body(body.to_owned())
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn queues_are_shown() {
    let stack = stack().await;
    stack.queues(5);
    stack.send("g", "job").await;
    let (status, body) = get(&serve(&stack).await, "queues").await;
    let jobs = json!({ "name": "jobs.fifo", "depth": 1, "in_flight": 0, "delayed": 0, "dead_letters": 0 });
    assert_eq!((status, &body["queues"][1]), (200, &jobs));
}

#[tokio::test]
async fn the_clock_is_read_and_moved() {
    let stack = stack().await;
    let url = serve(&stack).await;
    assert_eq!(
        get(&url, "clock").await,
        (200, json!({ "now": "2026-11-28T12:00:00Z", "coming": [] }))
    );
    let moved = post(&url, "clock", r#"{"now":"2026-11-29T12:00:00Z"}"#).await;
    assert_eq!(
        moved,
        (200, json!({ "now": "2026-11-29T12:00:00Z", "coming": [] }))
    );
    assert_eq!(stack.wires.clock.now(), "2026-11-29T12:00:00Z".parse().unwrap());
}

#[tokio::test]
async fn faults_and_deliveries_are_set_and_reset() {
    let stack = stack().await;
    stack.queues(5);
    let url = serve(&stack).await;
    let body = r#"{"faults":[{"service":"sqs","operation":"ListQueues","fault":{"kind":"throttle"}}],
                   "deliveries":{"double":true,"late_ms":1500}}"#;
    let set = post(&url, "faults", body).await;
    assert_eq!(
        set,
        (
            200,
            json!({ "hits": 0, "deliveries": { "double": true, "late_ms": 1500 } })
        )
    );
    let late = SignedDuration::from_millis(1500);
    assert_eq!(stack.aws.deliveries(), DeliveryMode { double: true, late });
    assert!(stack.sqs.list_queues().send().await.is_err());
    let reset = post(&url, "faults", r#"{"reset":true}"#).await;
    assert_eq!(
        reset,
        (
            200,
            json!({ "hits": 0, "deliveries": { "double": false, "late_ms": 0 } })
        )
    );
    assert!(stack.sqs.list_queues().send().await.is_ok());
}

#[tokio::test]
async fn a_schedule_is_ticked_and_the_rest_drained() {
    let stack = stack().await;
    let url = serve(&stack).await;
    let mappings = Mappings {
        schedules: vec![Schedule::new("cleanup", "cleanup", SignedDuration::from_mins(15))],
        ..Mappings::default()
    };
    stack.aws.map(
        mappings,
        Arc::new(Function::new(|_, _| Ok(json!({ "removed": 1 })))),
    );
    let ticked = post(&url, "tick", r#"{"schedule":"cleanup"}"#).await;
    assert_eq!(
        ticked,
        (200, json!({ "schedule": "cleanup", "answer": { "removed": 1 } }))
    );
    let (status, report) = post(&url, "drain", "").await;
    assert_eq!((status, &report["invocations"]), (200, &json!(0)));
}

#[tokio::test]
async fn calls_are_read_from_a_mark_on() {
    let stack = stack().await;
    let url = serve(&stack).await;
    stack.sqs.list_queues().send().await.unwrap();
    let (_, first) = get(&url, "calls").await;
    assert_eq!(
        (&first["mark"], &first["calls"][0]["operation"]),
        (&json!(1), &json!("ListQueues"))
    );
    let (_, second) = get(&url, "calls?since=1").await;
    assert_eq!(second, json!({ "mark": 1, "calls": [] }));
}

#[tokio::test]
async fn bad_input_is_answered_with_400_and_a_reason() {
    let stack = stack().await;
    let url = serve(&stack).await;
    let bad = [
        ("clock", r#"{"now":"yesterday"}"#),
        ("clock", "{}"),
        ("tick", r#"{"schedule":"no-such"}"#),
        ("tick", "rubbish"),
        (
            "faults",
            r#"{"faults":[{"service":"sqs","fault":{"kind":"conflict"}}]}"#,
        ),
        (
            "faults",
            r#"{"faults":[{"service":"dynamodb","fault":{"kind":"cloudflare"}}]}"#,
        ),
        (
            "faults",
            r#"{"faults":[{"service":"sqs","share":2,"fault":{"kind":"reset"}}]}"#,
        ),
        ("faults", r#"{"fault":[]}"#),
        ("faults", r#"{"deliveries":{"late_ms":-1}}"#),
    ];
    for (path, body) in bad {
        let (status, answer) = post(&url, path, body).await;
        assert_eq!(status, 400, "{path} {body}");
        assert!(!answer["message"].as_str().unwrap().is_empty());
    }
    let (status, answer) = get(&url, "calls?since=x").await;
    assert_eq!(status, 400, "{answer}");
}
