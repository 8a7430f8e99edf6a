//! Telemetry of a club's own program, signed with the club's secret: `docs/TELEMETRY.md` says how.

use super::App;
use gantry_shared::discord::help::CommandIds;
use gantry_shared::discord::inbound::MAX_BODY_BYTES;
use gantry_shared::discord::views::errors;
use gantry_shared::domain::ids::ClubId;
use gantry_shared::domain::refusal::Refusal;
use gantry_shared::domain::telemetry::{Signed, faults_json};
use gantry_shared::usecases::Env;
use gantry_shared::usecases::take_telemetry::{NotTaken, Posted, take_telemetry};
use jiff::SignedDuration;
use lambda_http::http::{Method, StatusCode, header};
use lambda_http::{Body, Error, Request, Response};
use serde_json::{Value, json};
use std::time::Duration;

/// What the path begins with; the club's id follows.
pub const PREFIX: &str = "/webhooks/telemetry/";
/// A program waits for this long at most.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);
/// Writes that others are faster with are tried again for so long.
const TRY_FOR: SignedDuration = SignedDuration::from_secs(4);
/// What is said to whoever cannot prove that they are the club's: the same, whatever is wrong, and whether there is such a club.
const UNSIGNED: &str =
    "This is not signed with the secret of a club. The instant has to be within five minutes of now.";
const TROUBLE: &str =
    "Something went wrong on Gantry's side. Please send the same once more: it has one effect.";

/// Answers one delivery.
///
/// # Errors
/// Only if a response cannot be built.
pub async fn handle<E: Env>(app: &App<E>, request: Request) -> Result<Response<Body>, Error> {
    if request.method() != Method::POST {
        return problem(StatusCode::METHOD_NOT_ALLOWED, "method", "This takes POST.");
    }
    let (parts, body) = request.into_parts();
    let body: &[u8] = &body;
    if body.len() > MAX_BODY_BYTES {
        tracing::warn!(bytes = body.len(), "telemetry too large");
        let message = format!("The body has more than {MAX_BODY_BYTES} bytes.");
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", &message);
    }
    let club = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let Ok(club) = club.parse::<ClubId>() else {
        return problem(StatusCode::UNAUTHORIZED, "unsigned", UNSIGNED);
    };
    let given = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let now = app.env.now();
    let posted = Posted {
        club,
        signed: Signed {
            timestamp: given("x-gantry-timestamp"),
            signature: given("x-gantry-signature"),
            body,
        },
        now,
        try_until: now.saturating_add(TRY_FOR).unwrap_or(now),
    };
    let taking = Box::pin(take_telemetry(&app.table, &app.env, &posted));
    match tokio::time::timeout(ANSWER_WITHIN, taking).await {
        Ok(Ok(taken)) => {
            let body = serde_json::to_value(&taken)?;
            tracing::info!(%club, taken = body["taken"].as_str(), "telemetry");
            answer(StatusCode::OK, &body)
        }
        Ok(Err(error)) => not_taken(club, &error),
        Err(_) => {
            tracing::error!(%club, "telemetry out of time");
            problem(StatusCode::SERVICE_UNAVAILABLE, "trouble", TROUBLE)
        }
    }
}

fn not_taken(club: ClubId, error: &NotTaken) -> Result<Response<Body>, Error> {
    match error {
        NotTaken::Unsigned(why) => {
            tracing::warn!(%club, %why, "telemetry is not signed");
            problem(StatusCode::UNAUTHORIZED, "unsigned", UNSIGNED)
        }
        NotTaken::Unread(fault) => {
            tracing::info!(%club, %fault, "telemetry cannot be read");
            problem(StatusCode::UNPROCESSABLE_ENTITY, "unreadable", &fault.to_string())
        }
        NotTaken::Refused(refusal) => {
            tracing::info!(%club, refusal = refusal.name(), "telemetry refused");
            let mut body = json!({
                "error": refusal.name(),
                "message": errors::refusal(refusal, &CommandIds::new()),
            });
            if let Refusal::ResultLines { faults } = refusal {
                body["entries"] = faults_json(faults);
            }
            answer(status(refusal), &body)
        }
        NotTaken::Store(error) => {
            tracing::error!(%club, %error, "telemetry is not taken");
            problem(StatusCode::SERVICE_UNAVAILABLE, "trouble", TROUBLE)
        }
    }
}

const fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::TooManyMessages => StatusCode::TOO_MANY_REQUESTS,
        Refusal::NoSuchEvent | Refusal::NoSuchTeam => StatusCode::NOT_FOUND,
        Refusal::ResultLines { .. } | Refusal::NotInTeam => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::CONFLICT,
    }
}

fn problem(status: StatusCode, error: &str, message: &str) -> Result<Response<Body>, Error> {
    answer(status, &json!({ "error": error, "message": message }))
}

fn answer(status: StatusCode, body: &Value) -> Result<Response<Body>, Error> {
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CACHE_CONTROL, "no-store");
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        response = response.header(header::RETRY_AFTER, "10");
    }
    Ok(response.body(Body::Text(body.to_string()))?)
}
