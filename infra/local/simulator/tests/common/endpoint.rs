//! A little endpoint that verifies signatures as an application must.
#![allow(dead_code, reason = "each test file uses its own part")]

use super::{APP, World, world};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use ed25519_dalek::{Signature, VerifyingKey};
use gantry_simulator::{Actor, OutcomeKind};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub type Handler = Arc<dyn Fn(&Value) -> Reply + Send + Sync>;

/// What the endpoint does with a verified interaction.
#[derive(Clone)]
pub enum Reply {
    Json(Value),
    Status(u16),
    Slow(Value),
    /// By the callback route of the API at this address, then 202.
    Callback(String, Value),
}

#[derive(Clone)]
pub struct Endpoint {
    key: VerifyingKey,
    handler: Arc<Mutex<Handler>>,
    pub seen: Arc<Mutex<Vec<Value>>>,
}

impl Endpoint {
    pub async fn start(world: &World) -> Self {
        let key: [u8; 32] = hex::decode(world.simulator.public_key_hex())
            .unwrap()
            .try_into()
            .unwrap();
        let handler: Handler = Arc::new(|_| Reply::Status(500));
        let endpoint = Self {
            key: VerifyingKey::from_bytes(&key).unwrap(),
            handler: Arc::new(Mutex::new(handler)),
            seen: Arc::default(),
        };
        let app = axum::Router::new()
            .route("/interactions", post(serve))
            .with_state(endpoint.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        world
            .simulator
            .set_endpoint(&format!("http://{}/interactions", listener.local_addr().unwrap()));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        endpoint
    }

    pub fn answers(&self, answer: impl Fn(&Value) -> Reply + Send + Sync + 'static) {
        *self.handler.lock().unwrap() = Arc::new(answer);
    }

    pub fn last(&self) -> Value {
        self.seen.lock().unwrap().last().cloned().unwrap()
    }
}

async fn serve(State(endpoint): State<Endpoint>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let answer = |status: u16, body: String| {
        Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap()
    };
    let signature: [u8; 64] = hex::decode(&headers["x-signature-ed25519"])
        .unwrap()
        .try_into()
        .unwrap();
    let signed = [headers["x-signature-timestamp"].as_bytes(), &body].concat();
    if endpoint
        .key
        .verify_strict(&signed, &Signature::from_bytes(&signature))
        .is_err()
    {
        return answer(401, String::new());
    }
    let payload: Value = serde_json::from_slice(&body).unwrap();
    if payload["type"] == 1 {
        return answer(200, json!({"type": 1}).to_string());
    }
    endpoint.seen.lock().unwrap().push(payload.clone());
    let handler = endpoint.handler.lock().unwrap().clone();
    match handler(&payload) {
        Reply::Json(value) => answer(200, value.to_string()),
        Reply::Status(status) => answer(status, String::new()),
        Reply::Callback(base, value) => {
            let (id, token) = (
                payload["id"].as_str().unwrap(),
                payload["token"].as_str().unwrap(),
            );
            let url = format!("{base}/api/v10/interactions/{id}/{token}/callback");
            let request = reqwest::Client::new()
                .post(url)
                .header("user-agent", super::AGENT)
                .json(&value);
            assert_eq!(request.send().await.unwrap().status(), 204);
            answer(202, String::new())
        }
        Reply::Slow(value) => {
            tokio::time::sleep(Duration::from_millis(3500)).await;
            answer(200, value.to_string())
        }
    }
}

/// A world with an endpoint, the `/event` command, and Ben in a channel.
pub async fn stage() -> (World, Endpoint, Actor) {
    let world = world().await;
    let endpoint = Endpoint::start(&world).await;
    let commands = json!([{"name": "event", "description": "Events", "options": [
        {"type": 1, "name": "publish", "description": "Publish", "options": [
            {"type": 3, "name": "event", "description": "Which", "required": true, "autocomplete": true},
            {"type": 4, "name": "seats", "description": "Seats", "min_value": 1, "max_value": 60},
            {"type": 6, "name": "manager", "description": "Who"},
        ]},
    ]}, {"name": "admin", "description": "Admins only", "default_member_permissions": "0"}]);
    world
        .ok("PUT", &format!("/applications/{APP}/commands"), Some(commands))
        .await;
    let channel = world.channel("paddock").await;
    let actor = Actor::new(world.guild, channel, world.member);
    (world, endpoint, actor)
}

pub fn message(content: &str) -> Value {
    json!({"type": 4, "data": {"content": content, "flags": 64}})
}

pub fn sign_up_board() -> Value {
    json!({"type": 4, "data": {"content": "Spa 24 h", "components": [{"type": 1, "components": [
        {"type": 2, "style": 3, "label": "Sign up", "custom_id": "signup:join"},
        {"type": 2, "style": 2, "label": "Closed", "custom_id": "signup:closed", "disabled": true},
    ]}, {"type": 1, "components": [
        {"type": 3, "custom_id": "signup:class", "options": [{"label": "GT3", "value": "gt3"}, {"label": "LMP2", "value": "lmp2"}]},
    ]}]}})
}

pub fn reason(kind: &OutcomeKind) -> &str {
    match kind {
        OutcomeKind::Failed { reason } | OutcomeKind::Refused { reason } => reason,
        other => panic!("{other:?}"),
    }
}
