//! Answers Discord's signed calls. Nothing is parsed before the signature is verified, and a PING is answered without a
//! look at the table.

mod autocomplete;
mod commands;
mod components;
mod context;
mod joins;
mod modals;
mod plans;
mod ranks;
mod results;
mod settings;
mod setup;

use gantry_shared::adapters::dynamo::Table;
use gantry_shared::discord::commands::route::{Intent, route};
use gantry_shared::discord::inbound::{self, Interaction, MAX_BODY_BYTES};
use gantry_shared::discord::respond::{self, Audience, Response};
use gantry_shared::discord::verify::PublicKeys;
use gantry_shared::discord::views::Views;
use gantry_shared::usecases::{Env, Failure};
use lambda_http::http::{HeaderMap, Method, StatusCode, header};
use lambda_http::{Body, Error, Request};
use std::time::Duration;

/// Discord gives up after 3 s (Discord docs, receiving and responding); what is not done by then is answered before.
const ANSWER_WITHIN: Duration = Duration::from_millis(2500);

/// What the function works with.
pub struct App<E> {
    /// Whose signatures are taken.
    pub keys: PublicKeys,
    /// The store.
    pub table: Table,
    /// Where Discord asks whether to add Gantry to a server.
    pub authorize: String,
    /// Gantry's own pages, if there are any.
    pub public_url: Option<String>,
    /// Where `functions/webhooks` is, if that is known.
    pub webhooks_url: Option<String>,
    /// Clock, ids and pauses.
    pub env: E,
    /// The messages.
    pub views: Views,
}

/// Answers one HTTP request.
///
/// # Errors
/// Never for anything that a caller can send: only if a response cannot be built.
pub async fn handle<E: Env>(app: &App<E>, request: Request) -> Result<lambda_http::Response<Body>, Error> {
    if request.method() != Method::POST {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "POST only");
    }
    let (parts, body) = request.into_parts();
    let body: &[u8] = &body;
    if body.len() > MAX_BODY_BYTES {
        tracing::warn!(bytes = body.len(), "body too large");
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "body too large");
    }
    if let Err(error) = verify(app, &parts.headers, body) {
        tracing::warn!(%error, "signature refused");
        return plain(StatusCode::UNAUTHORIZED, "invalid request signature");
    }
    if inbound::is_ping(body) {
        return json(&respond::pong());
    }
    match inbound::parse(body) {
        Ok(interaction) => json(&answer(app, &interaction).await),
        Err(error) => {
            tracing::warn!(%error, "signed body is no interaction");
            plain(StatusCode::BAD_REQUEST, "not an interaction")
        }
    }
}

fn verify<E: Env>(
    app: &App<E>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), gantry_shared::discord::verify::VerifyError> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    app.keys.verify(
        header("x-signature-ed25519"),
        header("x-signature-timestamp"),
        body,
        app.env.now(),
    )
}

/// Answers an interaction, whatever happens.
async fn answer<E: Env>(app: &App<E>, interaction: &Interaction) -> Response {
    let trace = interaction.id;
    let intent = match route(interaction) {
        Ok(intent) => intent,
        Err(error) => {
            tracing::info!(%trace, %error, "leads nowhere");
            return private(&app.views.route_error(&error));
        }
    };
    let suggesting = matches!(intent, Intent::Autocomplete(_));
    let outcome = tokio::time::timeout(ANSWER_WITHIN, Box::pin(perform(app, interaction, intent))).await;
    context::notice_return(app, interaction).await;
    let failure = match outcome {
        Ok(Ok(response)) => {
            tracing::info!(%trace, user = %interaction.actor().user, "answered");
            return response;
        }
        Ok(Err(failure)) => Some(failure),
        Err(_) => None,
    };
    if suggesting {
        // Suggestions have no place for words: an empty list is the answer that breaks nothing.
        match failure {
            Some(Failure::Refused(refusal)) => {
                tracing::info!(%trace, refusal = refusal.name(), "no suggestions");
            }
            Some(Failure::Store(error)) => tracing::error!(%trace, %error, "store failed"),
            None => tracing::error!(%trace, "out of time"),
        }
        return respond::autocomplete(&[]);
    }
    match failure {
        Some(Failure::Refused(refusal)) => {
            tracing::info!(%trace, user = %interaction.actor().user, refusal = refusal.name(), "refused");
            private(&context::refused(app, &refusal))
        }
        Some(Failure::Store(error)) => {
            tracing::error!(%trace, %error, "store failed");
            private(&app.views.trouble())
        }
        None => {
            tracing::error!(%trace, "out of time");
            private(&app.views.trouble())
        }
    }
}

async fn perform<E: Env>(
    app: &App<E>,
    interaction: &Interaction,
    intent: Intent,
) -> Result<Response, Failure> {
    match intent {
        Intent::Command(command) => Box::pin(commands::run(app, interaction, command)).await,
        Intent::Autocomplete(query) => Box::pin(autocomplete::suggest(app, interaction, query)).await,
        Intent::Component(action) => Box::pin(components::act(app, interaction, action)).await,
        Intent::Modal(submit) => Box::pin(modals::submitted(app, interaction, submit)).await,
    }
}

fn private(body: &serde_json::Value) -> Response {
    respond::message(body, Audience::Invoker)
}

fn json(response: &Response) -> Result<lambda_http::Response<Body>, Error> {
    let body = serde_json::to_string(response)?;
    let response = lambda_http::Response::builder().header(header::CONTENT_TYPE, "application/json");
    Ok(response.body(Body::Text(body))?)
}

fn plain(status: StatusCode, text: &str) -> Result<lambda_http::Response<Body>, Error> {
    let response = lambda_http::Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/plain");
    Ok(response.body(Body::Text(text.to_owned()))?)
}
