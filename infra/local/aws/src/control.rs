//! Steering and watching the local AWS over HTTP: queues, clock, schedules, faults, the log of calls.

use crate::aws::AwsLocal;
use crate::mappings::DeliveryMode;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use gantry_local_wire::{Fault, FaultKind, Faults, Service};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

impl AwsLocal {
    /// Routes under `/local`: `GET queues`, `POST drain`, `POST tick`, `GET` and `POST clock`, `POST faults`,
    /// `GET calls?since=N`. Bad input is answered with 400 and `{"message"}`.
    pub fn control_router(&self) -> Router {
        Router::new()
            .route("/local/queues", get(queues))
            .route("/local/drain", post(drain))
            .route("/local/tick", post(tick))
            .route("/local/clock", get(show_clock).post(set_clock))
            .route("/local/faults", post(faults))
            .route("/local/calls", get(calls))
            .with_state(self.clone())
    }
}

/// An answer that is not the one asked for.
struct Refused(StatusCode, String);

impl Refused {
    fn bad(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "message": self.1 }))).into_response()
    }
}

type Answered = Result<Json<Value>, Refused>;

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| Refused::bad(error.to_string()))
}

async fn queues(State(aws): State<AwsLocal>) -> Json<Value> {
    Json(json!({ "queues": aws.queues() }))
}

async fn drain(State(aws): State<AwsLocal>) -> Answered {
    match aws.drain().await {
        Ok(report) => Ok(Json(json!(report))),
        Err(error) => Err(Refused(StatusCode::CONFLICT, error.to_string())),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tick {
    schedule: String,
}

async fn tick(State(aws): State<AwsLocal>, body: Bytes) -> Answered {
    let Tick { schedule } = read(&body)?;
    let ticked = aws
        .tick(&schedule)
        .await
        .map_err(|error| Refused::bad(error.to_string()))?;
    match ticked {
        Ok(answer) => Ok(Json(json!({ "schedule": schedule, "answer": answer }))),
        Err(error) => Err(Refused(StatusCode::BAD_GATEWAY, error.to_string())),
    }
}

/// The time, and what comes next.
async fn show_clock(State(aws): State<AwsLocal>) -> Json<Value> {
    let coming = aws.coming().await;
    Json(json!({ "now": aws.inner.wires.clock.now(), "coming": coming }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    now: Timestamp,
}

async fn set_clock(State(aws): State<AwsLocal>, body: Bytes) -> Answered {
    let SetClock { now } = read(&body)?;
    aws.move_clock(now)
        .await
        .map_err(|why| Refused(StatusCode::CONFLICT, why))?;
    Ok(show_clock(State(aws)).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetFaults {
    #[serde(default)]
    reset: bool,
    #[serde(default)]
    faults: Vec<Fault>,
    deliveries: Option<SetDeliveries>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetDeliveries {
    #[serde(default)]
    double: bool,
    #[serde(default)]
    late_ms: u32,
}

async fn faults(State(aws): State<AwsLocal>, body: Bytes) -> Answered {
    let asked: SetFaults = read(&body)?;
    for fault in &asked.faults {
        check(fault)?;
    }
    let faults = &aws.inner.wires.faults;
    if asked.reset {
        faults.clear();
        aws.set_deliveries(DeliveryMode::default());
    }
    for fault in asked.faults {
        faults
            .add(fault)
            .map_err(|error| Refused::bad(error.to_string()))?;
    }
    if let Some(SetDeliveries { double, late_ms }) = asked.deliveries {
        let late = SignedDuration::from_millis(late_ms.into());
        aws.set_deliveries(DeliveryMode { double, late });
    }
    let mode = aws.deliveries();
    let deliveries = json!({ "double": mode.double, "late_ms": mode.late.as_millis() as u64 });
    Ok(Json(json!({ "hits": faults.hits(), "deliveries": deliveries })))
}

/// Refuses a fault that could never take effect. All are checked before the first is added.
fn check(fault: &Fault) -> Result<(), Refused> {
    use FaultKind::{
        Cloudflare, Conflict, RateLimitGlobal, RateLimitShared, RateLimitUser, SubLimit, Throttle,
        Unprocessed,
    };
    Faults::new()
        .add(fault.clone())
        .map_err(|error| Refused::bad(error.to_string()))?;
    let fits = match &fault.fault {
        Conflict | Unprocessed => fault.service == Service::Dynamodb,
        Throttle => fault.service != Service::Discord,
        RateLimitUser(_) | RateLimitShared(_) | RateLimitGlobal(_) | Cloudflare | SubLimit(_) => {
            fault.service == Service::Discord
        }
        _ => true,
    };
    match fits {
        true => Ok(()),
        false => Err(Refused::bad(format!(
            "{:?} does not have the fault {:?}",
            fault.service, fault.fault
        ))),
    }
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: u64,
}

async fn calls(
    State(aws): State<AwsLocal>,
    since: Result<Query<Since>, axum::extract::rejection::QueryRejection>,
) -> Answered {
    let Query(Since { since }) = since.map_err(|error| Refused::bad(error.body_text()))?;
    let calls = aws.inner.wires.log.since(since);
    let mark = calls.last().map_or(since, |call| call.seq);
    Ok(Json(json!({ "mark": mark, "calls": calls })))
}
