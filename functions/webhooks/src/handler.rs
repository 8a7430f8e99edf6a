//! Takes Discord's webhook events, and telemetry of clubs' own programs. Nothing is parsed before the signature is
//! verified. What is known of nothing here is acknowledged to Discord, which switches off an endpoint that refuses too much.

mod telemetry;

use gantry_shared::adapters::dynamo::Table;
use gantry_shared::discord::inbound::MAX_BODY_BYTES;
use gantry_shared::discord::verify::PublicKeys;
use gantry_shared::discord::webhook_events::{self, Posted};
use gantry_shared::ports::store::{CommitError, GuildLinks, OnceKey};
use gantry_shared::usecases::Env;
use gantry_shared::usecases::link_club::{Arrival, Welcome, welcome_guild};
use lambda_http::http::{Method, StatusCode, header};
use lambda_http::{Body, Error, Request, Response};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Discord gives up after 3 s, and posts again later (Discord docs, events/webhook-events).
const ANSWER_WITHIN: Duration = Duration::from_millis(2500);
/// Where Discord posts.
const DISCORD: &str = "/webhooks/discord";

/// What the function works with.
pub struct App<E> {
    /// Whose signatures are taken.
    pub keys: PublicKeys,
    /// The store.
    pub table: Table,
    /// Clock, ids and pauses.
    pub env: E,
}

/// Answers one HTTP request.
///
/// # Errors
/// Never for anything that a caller can send: only if a response cannot be built.
pub async fn handle<E: Env>(app: &App<E>, request: Request) -> Result<Response<Body>, Error> {
    if request.uri().path().starts_with(telemetry::PREFIX) {
        return Box::pin(telemetry::handle(app, request)).await;
    }
    if request.uri().path() != DISCORD {
        return empty(StatusCode::NOT_FOUND);
    }
    if request.method() != Method::POST {
        return empty(StatusCode::METHOD_NOT_ALLOWED);
    }
    let (parts, body) = request.into_parts();
    let body: &[u8] = &body;
    if body.len() > MAX_BODY_BYTES {
        tracing::warn!(bytes = body.len(), "body too large");
        return empty(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let given = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let (signature, timestamp) = (given("x-signature-ed25519"), given("x-signature-timestamp"));
    if let Err(error) = app.keys.verify(signature, timestamp, body, app.env.now()) {
        tracing::warn!(%error, "signature refused");
        return empty(StatusCode::UNAUTHORIZED);
    }
    let posted = match webhook_events::read(body) {
        Ok(posted) => posted,
        Err(error) => {
            tracing::warn!(%error, "signed body is no webhook event");
            return empty(StatusCode::BAD_REQUEST);
        }
    };
    // An event has no id. A repetition has the same body, with its own instant in it, under a new signature.
    let digest = Sha256::digest(body);
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    let trace = hex::encode(id);
    match tokio::time::timeout(ANSWER_WITHIN, take(app, &posted, id, &trace)).await {
        Ok(Ok(())) => empty(StatusCode::NO_CONTENT),
        Ok(Err(error)) => {
            tracing::error!(trace, %error, "a webhook event is not taken");
            empty(StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(_) => {
            tracing::error!(trace, "out of time");
            empty(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

async fn take<E: Env>(app: &App<E>, posted: &Posted, id: [u8; 16], trace: &str) -> Result<(), CommitError> {
    match posted {
        Posted::Ping => tracing::info!("pinged"),
        Posted::Authorized {
            user,
            guild: Some(guild),
        } => {
            let arrival = Arrival {
                guild: *guild,
                user: *user,
                trace: trace.to_owned(),
                once: Some(OnceKey::WebhookEvent(id)),
            };
            let welcome = Box::pin(welcome_guild(&app.table, &app.env, &arrival)).await?;
            let outcome = match welcome {
                Welcome::Back { .. } => "its club is there",
                Welcome::Linked { .. } => "a club was linked",
                Welcome::NoClub => "it has no club yet",
            };
            tracing::info!(trace, %user, %guild, outcome, "added to a guild");
        }
        Posted::Authorized { user, guild: None } => tracing::info!(trace, %user, "added to an account"),
        Posted::Deauthorized { user } => {
            app.table.forget_link_wish(*user).await?;
            tracing::info!(trace, %user, "an account took back its consent");
        }
        Posted::Other { kind } => {
            let kind: String = kind.chars().take(60).collect();
            tracing::info!(trace, kind, "a webhook event that is not used");
        }
    }
    Ok(())
}

/// An answer without a body; Discord asks for a content type all the same.
fn empty(status: StatusCode) -> Result<Response<Body>, Error> {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/plain");
    Ok(response.body(Body::Empty)?)
}
