//! Control routes under `/simulator`: reading state and acting as a person, for the playground and for tests over HTTP.
//! A local tool: no credentials are asked for.

use crate::interactions::{Actor, OpenModal, Outcome};
use crate::simulator::Simulator;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a person does.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
enum Act {
    Slash {
        command: String,
        #[serde(default)]
        options: Value,
    },
    Autocomplete {
        command: String,
        #[serde(default)]
        options: Value,
        focused: String,
    },
    ContextMenu {
        kind: u8,
        command: String,
        target: String,
    },
    Click {
        message: String,
        custom_id: String,
    },
    Select {
        message: String,
        custom_id: String,
        values: Vec<String>,
    },
    Modal {
        modal: OpenModal,
        #[serde(default)]
        values: Value,
    },
    Say {
        content: String,
    },
    /// Joins the voice channel, or leaves voice.
    Voice {
        joins: bool,
    },
}

/// An act with who does it where; ids are texts.
#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    guild: Option<String>,
    channel: String,
    user: String,
    #[serde(default)]
    locale: Option<String>,
    #[serde(flatten)]
    act: Act,
}

fn bad(what: impl std::fmt::Display) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": what.to_string()}))).into_response()
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({"error": "not found"}))).into_response()
}

impl Simulator {
    /// Control routes: `GET /simulator/guilds`, `/simulator/guilds/{id}`, `/simulator/guilds/{id}/tree`,
    /// `/simulator/channels/{id}/messages`, `/simulator/users/{id}/dms`, `/simulator/users/{id}/ephemeral`,
    /// `/simulator/violations`; `POST /simulator/act`.
    pub fn control_router(&self) -> Router {
        Router::new()
            .route("/simulator/guilds", get(guilds))
            .route("/simulator/guilds/{id}", get(guild))
            .route("/simulator/guilds/{id}/tree", get(tree))
            .route("/simulator/channels/{id}/messages", get(messages))
            .route("/simulator/users/{id}/dms", get(dms))
            .route("/simulator/users/{id}/ephemeral", get(ephemeral))
            .route("/simulator/violations", get(violations))
            .route("/simulator/act", post(act))
            .with_state(self.clone())
            .merge(self.file_router())
    }
}

async fn guilds(State(simulator): State<Simulator>) -> Response {
    let list: Vec<Value> = simulator
        .guilds()
        .into_iter()
        .filter_map(|id| simulator.guild_view(id))
        .map(|guild| json!({"id": guild.id.to_string(), "name": guild.name}))
        .collect();
    Json(list).into_response()
}

async fn guild(State(simulator): State<Simulator>, Path(id): Path<u64>) -> Response {
    simulator
        .guild_view(id)
        .map_or_else(missing, |view| Json(view).into_response())
}

async fn tree(State(simulator): State<Simulator>, Path(id): Path<u64>) -> Response {
    let tree = simulator.tree(id);
    if tree.is_empty() {
        missing()
    } else {
        tree.into_response()
    }
}

async fn messages(State(simulator): State<Simulator>, Path(id): Path<u64>) -> Response {
    Json(simulator.messages(id)).into_response()
}

async fn dms(State(simulator): State<Simulator>, Path(id): Path<u64>) -> Response {
    Json(simulator.dms(id)).into_response()
}

async fn ephemeral(State(simulator): State<Simulator>, Path(id): Path<u64>) -> Response {
    Json(simulator.ephemeral_messages(id)).into_response()
}

async fn violations(State(simulator): State<Simulator>) -> Response {
    Json(simulator.openapi_violations()).into_response()
}

async fn act(State(simulator): State<Simulator>, Json(request): Json<Request>) -> Response {
    let id = |text: &str| crate::form::parse_snowflake(text);
    let (Some(channel), Some(user)) = (id(&request.channel), id(&request.user)) else {
        return bad("channel and user are snowflakes");
    };
    let guild = match request.guild.as_deref().map(id) {
        Some(None) => return bad("guild is a snowflake"),
        other => other.flatten(),
    };
    let actor = Actor {
        guild,
        channel,
        user,
        locale: request.locale,
    };
    let outcome = match request.act {
        Act::Slash { command, options } => simulator.slash(&actor, &command, options).await,
        Act::Autocomplete {
            command,
            options,
            focused,
        } => {
            return match simulator.autocomplete(&actor, &command, options, &focused).await {
                Ok(choices) => Json(choices).into_response(),
                Err(error) => bad(error),
            };
        }
        Act::ContextMenu {
            kind,
            command,
            target,
        } => {
            let Some(target) = id(&target) else {
                return bad("target is a snowflake");
            };
            simulator.context_menu(&actor, kind, &command, target).await
        }
        Act::Click { message, custom_id } => {
            let Some(message) = id(&message) else {
                return bad("message is a snowflake");
            };
            simulator.click(&actor, message, &custom_id).await
        }
        Act::Select {
            message,
            custom_id,
            values,
        } => {
            let Some(message) = id(&message) else {
                return bad("message is a snowflake");
            };
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            simulator.select(&actor, message, &custom_id, &values).await
        }
        Act::Modal { modal, values } => simulator.submit_modal(&actor, &modal, values).await,
        Act::Voice { joins } => return voice(&simulator, &actor, joins),
        Act::Say { content } => {
            return match simulator.post_message(channel, user, &content) {
                Ok(id) => Json(json!({"id": id.to_string()})).into_response(),
                Err(error) => bad(error),
            };
        }
    };
    Json(shown(&simulator, channel, &outcome)).into_response()
}

fn voice(simulator: &Simulator, actor: &Actor, joins: bool) -> Response {
    let Some(guild) = actor.guild else {
        return bad("voice channels are in guilds");
    };
    let allowed = simulator.permissions_in(actor.channel, actor.user).unwrap_or(0);
    if joins && allowed & crate::permissions::CONNECT == 0 {
        return bad("the user may not join this channel");
    }
    match simulator.set_voice(guild, actor.user, joins.then_some(actor.channel)) {
        Ok(()) => Json(json!({})).into_response(),
        Err(error) => bad(error),
    }
}

/// An outcome with its message, ids as texts.
fn shown(simulator: &Simulator, channel: u64, outcome: &Outcome) -> Value {
    let mut value = json!({
        "http_status": outcome.http_status, "elapsed_ms": outcome.elapsed.as_secs_f64() * 1000.0,
        "answer": outcome.answer, "outcome": outcome.kind, "interaction_id": outcome.interaction_id.to_string(),
    });
    if let Some(id) = outcome.message_id() {
        value["outcome"]["id"] = json!(id.to_string());
        value["message"] = json!(simulator.message(channel, id));
    }
    value
}
