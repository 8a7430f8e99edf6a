//! The playground: a page that shows the simulated Discord and lets a person act in it.
//!
//! The page's scripts call only this server: they read with the routes here and act with `POST /simulator/act`.

mod assets;
mod exchanges;
mod live;
mod view;

pub(crate) use exchanges::{Exchanges, Got, Sent};
pub(crate) use live::Changes;

use crate::form::parse_snowflake;
use crate::simulator::Simulator;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// What the page cannot learn from the simulator itself.
#[derive(Clone, Debug, Default)]
pub struct PlaygroundConfig {
    /// The functions' address without a path; its `/local/clock` is told when the clock is moved, so that schedules
    /// and delayed messages follow. Without it only the simulator's clock moves.
    pub gateway_url: Option<String>,
}

#[derive(Deserialize)]
struct Viewer {
    user: String,
    #[serde(default)]
    guild: Option<String>,
}

#[derive(Deserialize)]
struct Place {
    user: String,
    channel: String,
    #[serde(default)]
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    now: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenDm {
    user: String,
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: u64,
}

fn refuse(status: StatusCode, what: impl std::fmt::Display) -> Response {
    (status, Json(json!({"error": what.to_string()}))).into_response()
}

fn bad(what: &str) -> Response {
    refuse(StatusCode::BAD_REQUEST, what)
}

impl Simulator {
    /// Sets what the playground shows beside the simulator's own state.
    pub fn set_playground(&self, config: PlaygroundConfig) {
        self.with_playground(|kept| *kept = config);
        self.changed();
    }

    /// The page at `/`, its parts under `/playground`, the calls, the jobs and the interactions of late under `/simulator`.
    pub(crate) fn playground_router(&self) -> Router {
        Router::new()
            .route("/", get(assets::page))
            .route("/playground/{file}", get(assets::file))
            .route("/playground/config.json", get(config))
            .route("/playground/events", get(live::events))
            .route("/playground/view", get(show_view))
            .route("/playground/messages", get(show_messages))
            .route("/playground/commands", get(show_commands))
            .route("/playground/clock", get(show_clock).post(set_clock))
            .route("/playground/coming", get(show_coming))
            .route("/playground/dm", post(open_dm))
            .route("/simulator/calls", get(calls))
            .route("/simulator/jobs", get(jobs))
            .route("/simulator/interactions", get(interactions))
            .with_state(self.clone())
    }
}

async fn config(State(simulator): State<Simulator>) -> Json<Value> {
    let gateway = simulator.with_playground(|config| config.gateway_url.clone());
    let endpoint = simulator.with(|state| state.endpoint.clone());
    Json(json!({
        "gateway_url": gateway, "endpoint": endpoint, "application_id": simulator.application_id().to_string(),
    }))
}

async fn show_view(State(simulator): State<Simulator>, Query(viewer): Query<Viewer>) -> Response {
    let user = parse_snowflake(&viewer.user).unwrap_or_default();
    let guild = viewer.guild.as_deref().and_then(parse_snowflake);
    Json(view::overview(&simulator, user, guild)).into_response()
}

async fn show_messages(State(simulator): State<Simulator>, Query(place): Query<Place>) -> Response {
    let (Some(user), Some(channel)) = (parse_snowflake(&place.user), parse_snowflake(&place.channel)) else {
        return bad("user and channel are snowflakes");
    };
    let shown = view::messages(&simulator, user, channel, place.limit.unwrap_or(60).min(1000));
    shown.map_or_else(
        || {
            refuse(
                StatusCode::NOT_FOUND,
                "the channel is not there, or not for this user",
            )
        },
        |list| Json(list).into_response(),
    )
}

async fn show_commands(State(simulator): State<Simulator>, Query(place): Query<Place>) -> Response {
    let (Some(user), Some(channel)) = (parse_snowflake(&place.user), parse_snowflake(&place.channel)) else {
        return bad("user and channel are snowflakes");
    };
    Json(view::commands(&simulator, user, channel)).into_response()
}

async fn show_clock(State(simulator): State<Simulator>) -> Json<Value> {
    let clock = simulator.clock();
    Json(json!({"now": clock.now(), "frozen": clock.is_frozen()}))
}

/// What comes next by itself, as the gateway tells it; nothing where there is none.
async fn show_coming(State(simulator): State<Simulator>) -> Response {
    let Some(gateway) = simulator.with_playground(|config| config.gateway_url.clone()) else {
        return Json(json!([])).into_response();
    };
    match asked(simulator.client().get(format!("{gateway}/local/clock"))).await {
        Ok(told) => Json(&told["coming"]).into_response(),
        Err(why) => refuse(StatusCode::BAD_GATEWAY, why),
    }
}

/// What the gateway answers; an error in the words that it has for people, if it has some.
async fn asked(request: reqwest::RequestBuilder) -> Result<Value, String> {
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    match (status.is_success(), body["message"].as_str()) {
        (true, _) => Ok(body),
        (false, Some(message)) => Err(message.to_owned()),
        (false, None) => Err(format!("the gateway answered with {status}")),
    }
}

/// Moves the clock through the gateway, which also wakes what waits for a time.
async fn set_clock(State(simulator): State<Simulator>, Json(SetClock { now }): Json<SetClock>) -> Response {
    match simulator.with_playground(|config| config.gateway_url.clone()) {
        None => simulator.clock().set(now),
        Some(gateway) => {
            let request = simulator.client().post(format!("{gateway}/local/clock"));
            if let Err(why) = asked(request.json(&json!({"now": now}))).await {
                return refuse(StatusCode::BAD_GATEWAY, why);
            }
        }
    }
    simulator.changed();
    show_clock(State(simulator)).await.into_response()
}

async fn open_dm(State(simulator): State<Simulator>, Json(OpenDm { user }): Json<OpenDm>) -> Response {
    match parse_snowflake(&user).filter(|id| simulator.with(|state| state.users.contains_key(id))) {
        Some(user) => Json(json!({"channel": simulator.dm_channel(user).to_string()})).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "unknown user"),
    }
}

async fn calls(State(simulator): State<Simulator>, Query(Since { since }): Query<Since>) -> Json<Value> {
    let calls = simulator.log().since(since);
    let mark = calls.last().map_or(since, |call| call.seq);
    Json(json!({"mark": mark, "calls": calls}))
}

async fn jobs(State(simulator): State<Simulator>, Query(Since { since }): Query<Since>) -> Json<Value> {
    let jobs = simulator.log().jobs().since(since);
    let mark = jobs.last().map_or(since, |job| job.version);
    Json(json!({"mark": mark, "jobs": jobs}))
}

async fn interactions(
    State(simulator): State<Simulator>,
    Query(Since { since }): Query<Since>,
) -> Json<Value> {
    Json(json!(simulator.exchanges_since(since)))
}
