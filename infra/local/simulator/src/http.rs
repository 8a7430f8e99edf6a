//! The way of a request: route, fault, credentials, limits, form, effect, answer, log.

use crate::error::ApiError;
use crate::files::{self, Upload};
use crate::ratelimit::{Bucket, Verdict, resource};
use crate::routes::{Answer, Auth, Call, Found, Reply, Route, find};
use crate::simulator::Simulator;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use gantry_local_wire::{Call as LoggedCall, Delay, FaultKind, Service, trace};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Marks an answer that must not be sent: the server cuts the connection instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut;

/// An answer on its way out.
struct Outgoing {
    status: u16,
    body: Option<Value>,
    bucket: Option<Bucket>,
    /// Seconds to wait, and the scope, of a 429; without a scope, of a 503.
    retry: Option<(f64, &'static str)>,
    /// A body that is not JSON.
    html: Option<&'static str>,
    cut: bool,
}

impl Outgoing {
    fn new(status: u16, body: Option<Value>) -> Self {
        Self {
            status,
            body,
            bucket: None,
            retry: None,
            html: None,
            cut: false,
        }
    }

    fn cut() -> Self {
        Self {
            cut: true,
            ..Self::new(0, None)
        }
    }

    fn limited(seconds: f64, scope: &'static str) -> Self {
        let body = json!({
            "message": "You are being rate limited.", "retry_after": seconds, "global": scope == "global",
        });
        Self {
            retry: Some((seconds, scope)),
            ..Self::new(429, Some(body))
        }
    }
}

/// Takes one request to `/api/...`.
pub(crate) async fn handle(simulator: Simulator, request: Request) -> Response {
    let started = Instant::now();
    let now = simulator.clock().now();
    let (parts, body) = request.into_parts();
    let full = parts.uri.path().to_owned();
    let path = strip_version(&full);
    let found = path.map_or(Found::None, |path| find(parts.method.as_str(), path));
    let operation = match &found {
        Found::Route(route, _) => route.operation(),
        _ => format!("{} {full}", parts.method),
    };
    let caller = caller(&parts.headers);
    let fault = simulator.faults().strike(Service::Discord, &operation, &caller);
    let mut note = full.clone();
    if let Some(fault) = &fault {
        note = format!("{note} fault={fault:?}");
    }
    let outgoing = match before(&simulator, fault.as_ref(), &caller).await {
        Some(outgoing) => outgoing,
        None => {
            let answered = answer(&simulator, &parts, body, path.unwrap_or_default(), found, now).await;
            after(&simulator, fault.as_ref(), &caller, answered)
        }
    };
    if let Some(code) = outgoing
        .body
        .as_ref()
        .and_then(|body| body["code"].as_u64())
        .filter(|_| outgoing.status >= 400)
    {
        note = format!("{note} code={code}");
    }
    if parts.method != axum::http::Method::GET {
        simulator.changed();
    }
    simulator.log().push(LoggedCall {
        seq: 0,
        at: now,
        service: Service::Discord,
        operation,
        caller,
        status: outgoing.status,
        micros: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        read_units: 0.0,
        write_units: 0.0,
        note,
        traces: traces(&parts.headers),
    });
    response(outgoing)
}

/// The path after `/api/v10` or `/api`.
fn strip_version(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/api")?;
    let rest = rest.strip_prefix("/v10").unwrap_or(rest);
    rest.starts_with('/').then_some(rest)
}

/// The function's name: the last word of the user agent, after the closing bracket.
fn caller(headers: &HeaderMap) -> String {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let tail = agent.rsplit_once(')').map_or("", |(_, tail)| tail);
    tail.split_whitespace().last().unwrap_or_default().to_owned()
}

/// On whose behalf the call is made.
pub(crate) fn traces(headers: &HeaderMap) -> Vec<String> {
    trace::parse(headers.get(trace::HEADER).and_then(|ids| ids.to_str().ok()))
}

fn unavailable() -> Outgoing {
    let body = json!({"message": "503: Service Unavailable", "code": 0});
    Outgoing::new(503, Some(body))
}

/// The fault's part before anything happens: an answer of its own, or none.
async fn before(simulator: &Simulator, fault: Option<&FaultKind>, caller: &str) -> Option<Outgoing> {
    let seconds = |delay: &Delay| delay.ms as f64 / 1000.0;
    match fault? {
        FaultKind::Reset => Some(Outgoing::cut()),
        FaultKind::KillBefore => {
            simulator.faults().kill(caller);
            Some(Outgoing::cut())
        }
        FaultKind::ServerError => Some(server_error()),
        FaultKind::Unavailable => Some(unavailable()),
        FaultKind::UnavailableFor(delay) => Some(Outgoing {
            retry: Some((seconds(delay), "")),
            ..unavailable()
        }),
        FaultKind::Latency(delay) => {
            tokio::time::sleep(Duration::from_millis(delay.ms)).await;
            None
        }
        FaultKind::RateLimitUser(delay) => Some(Outgoing::limited(seconds(delay), "user")),
        FaultKind::RateLimitShared(delay) => Some(Outgoing::limited(seconds(delay), "shared")),
        FaultKind::RateLimitGlobal(delay) => Some(Outgoing::limited(seconds(delay), "global")),
        FaultKind::SubLimit(delay) => {
            let bucket = Bucket {
                hash: "5f1e5f1e5f1e5f1e".to_owned(),
                limit: 5,
                remaining: 4,
                reset_after_ms: 1000,
                reset_ms: simulator.clock().now().as_millisecond() + 1000,
            };
            let mut outgoing = Outgoing::limited(seconds(delay), "user");
            outgoing.retry = Some((1.0, "user"));
            Some(Outgoing {
                bucket: Some(bucket),
                ..outgoing
            })
        }
        FaultKind::Cloudflare => {
            let page = "<!doctype html><html><head><title>Access denied | discord.com used Cloudflare to restrict access</title></head><body>Error 1015: you are being rate limited</body></html>";
            Some(Outgoing {
                html: Some(page),
                ..Outgoing::new(429, None)
            })
        }
        FaultKind::Throttle
        | FaultKind::Conflict
        | FaultKind::Unprocessed
        | FaultKind::LostAnswer
        | FaultKind::ErrorAfterEffect
        | FaultKind::KillAfter => None,
    }
}

fn server_error() -> Outgoing {
    Outgoing::new(
        500,
        Some(json!({"message": "500: Internal Server Error", "code": 0})),
    )
}

/// The fault's part after the effect.
fn after(simulator: &Simulator, fault: Option<&FaultKind>, caller: &str, answered: Outgoing) -> Outgoing {
    match fault {
        Some(FaultKind::LostAnswer) => Outgoing::cut(),
        Some(FaultKind::KillAfter) => {
            simulator.faults().kill(caller);
            Outgoing::cut()
        }
        Some(FaultKind::ErrorAfterEffect) => server_error(),
        _ => answered,
    }
}

type Parts = axum::http::request::Parts;

async fn answer(
    simulator: &Simulator,
    parts: &Parts,
    body: Body,
    path: &str,
    found: Found<'_>,
    now: jiff::Timestamp,
) -> Outgoing {
    let failed = |error: &ApiError| {
        let retry = error.retry_after.map(|seconds| (seconds, "user"));
        Outgoing {
            retry,
            ..Outgoing::new(error.status, Some(error.body()))
        }
    };
    let Ok(body) = to_bytes(body, crate::limits::REQUEST_BYTES).await else {
        return Outgoing::new(
            413,
            Some(json!({"message": "Request entity too large", "code": 40005})),
        );
    };
    let (route, ids) = match found {
        Found::Route(route, ids) => (route, ids),
        Found::Method => return failed(&ApiError::method()),
        Found::None => return failed(&ApiError::no_route()),
    };
    if let Err(error) = credentials(simulator, &parts.headers, route.auth) {
        return failed(&error);
    }
    let mut bucket = None;
    if simulator.rate_limits_on() {
        match simulator.take_limit(route, &resource(path), now) {
            Verdict::Pass(passed) => bucket = Some(passed),
            Verdict::Bucket(empty) => {
                let seconds = empty.reset_after_ms as f64 / 1000.0;
                return Outgoing {
                    bucket: Some(empty),
                    ..Outgoing::limited(seconds, "user")
                };
            }
            Verdict::Global(wait) => return Outgoing::limited(wait as f64 / 1000.0, "global"),
        }
    }
    let result = run(simulator, parts, &body, route, ids, now);
    let mut outgoing = match result {
        Ok(Reply { status, body }) => Outgoing::new(status, body),
        Err(error) => failed(&error),
    };
    outgoing.bucket = bucket;
    outgoing
}

/// A user agent as Discord asks for, and the bot's token where the route needs it.
fn credentials(simulator: &Simulator, headers: &HeaderMap, auth: Auth) -> Result<(), ApiError> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
            .unwrap_or_default()
    };
    let agent = text(header::USER_AGENT);
    let inside = agent
        .strip_prefix("DiscordBot (")
        .and_then(|rest| rest.split_once(')'))
        .map(|(inside, _)| inside);
    let good = inside
        .and_then(|inside| inside.split_once(','))
        .is_some_and(|(url, version)| url.trim().starts_with("http") && !version.trim().is_empty());
    if !good {
        return Err(ApiError::known(40333));
    }
    if auth == Auth::Bot && text(header::AUTHORIZATION) != simulator.authorization() {
        return Err(ApiError::unauthorized());
    }
    Ok(())
}

fn run(
    simulator: &Simulator,
    parts: &Parts,
    bytes: &Bytes,
    route: &'static Route,
    ids: Vec<&str>,
    now: jiff::Timestamp,
) -> Answer {
    let (mut body, uploads) = read_body(&parts.headers, bytes)?;
    audit_reason(&parts.headers)?;
    let query = query(parts.uri.query().unwrap_or_default());
    if let Some((key, _)) = query.iter().find(|(key, _)| !route.query.contains(&key.as_str())) {
        return Err(ApiError::form(
            key,
            "UNKNOWN_KEY",
            "This parameter is not known to the API",
        ));
    }
    simulator.check_openapi(route.method, route.template, body.as_ref(), &query)?;
    let limited = simulator.rate_limits_on();
    simulator.with(|state| {
        state.settle(now);
        let kept = match &mut body {
            Some(body) => files::keep(state, body, uploads, now),
            None => Vec::new(),
        };
        let answer = (route.run)(&mut Call {
            state,
            now,
            ids,
            query: &query,
            body: body.as_ref(),
            limited,
        });
        if answer.is_err() {
            state.files.retain(|id, _| !kept.contains(id));
        }
        answer
    })
}

fn read_body(headers: &HeaderMap, bytes: &Bytes) -> Result<(Option<Value>, Vec<Upload>), ApiError> {
    if bytes.is_empty() {
        return Ok((None, Vec::new()));
    }
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let (body, uploads) = files::read_multipart(kind, bytes).ok_or_else(|| ApiError::known(50109))?;
        return Ok((Some(body), uploads));
    }
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let message = "Expected \"Content-Type\" header to be one of {'application/json'}.";
        return Err(ApiError::form("", "CONTENT_TYPE_INVALID", message));
    }
    serde_json::from_slice(bytes)
        .map(|body| (Some(body), Vec::new()))
        .map_err(|_| ApiError::known(50109))
}

/// `X-Audit-Log-Reason` has 1 to 512 characters, URL-encoded.
fn audit_reason(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(reason) = headers.get("x-audit-log-reason") else {
        return Ok(());
    };
    let count = reason.to_str().ok().map(|text| decode(text).chars().count());
    if count.is_some_and(|count| (1..=512).contains(&count)) {
        return Ok(());
    }
    Err(ApiError::form(
        "reason",
        "BASE_TYPE_BAD_LENGTH",
        "Must be between 1 and 512 in length, URL-encoded.",
    ))
}

/// A query string's pairs, decoded.
fn query(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&key.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// Percent-decoding; what is no good escape stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let escape = (bytes[index] == b'%')
            .then(|| text.get(index + 1..index + 3))
            .flatten();
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                index += 3;
            }
            None => {
                out.push(bytes[index]);
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn response(outgoing: Outgoing) -> Response {
    let text = match (&outgoing.html, &outgoing.body) {
        (Some(page), _) => (*page).to_owned(),
        (None, Some(body)) => body.to_string(),
        (None, None) => String::new(),
    };
    let mut response = Response::new(Body::from(text));
    if outgoing.cut {
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        response.extensions_mut().insert(Cut);
        return response;
    }
    *response.status_mut() =
        StatusCode::from_u16(outgoing.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    if outgoing.html.is_some() {
        set("content-type", "text/html; charset=UTF-8".to_owned());
    } else if outgoing.body.is_some() {
        set("content-type", "application/json".to_owned());
    }
    if let Some(bucket) = outgoing.bucket {
        set("x-ratelimit-limit", bucket.limit.to_string());
        set("x-ratelimit-remaining", bucket.remaining.to_string());
        set(
            "x-ratelimit-reset",
            format!("{:.3}", bucket.reset_ms as f64 / 1000.0),
        );
        set(
            "x-ratelimit-reset-after",
            format!("{:.3}", bucket.reset_after_ms as f64 / 1000.0),
        );
        set("x-ratelimit-bucket", bucket.hash);
    }
    if let Some((seconds, scope)) = outgoing.retry {
        set("retry-after", format!("{:.0}", seconds.ceil().max(1.0)));
        if !scope.is_empty() {
            set("x-ratelimit-scope", scope.to_owned());
        }
        if scope == "global" {
            set("x-ratelimit-global", "true".to_owned());
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_is_the_last_word_after_the_bracket() {
        let caller_of = |agent: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
            caller(&headers)
        };
        assert_eq!(
            caller_of("DiscordBot (https://gantry.example, 0.1.0) channel-worker"),
            "channel-worker"
        );
        assert_eq!(caller_of("DiscordBot (https://gantry.example, 0.1.0)"), "");
        assert_eq!(caller_of("curl/8"), "");
    }

    #[test]
    fn queries_are_decoded() {
        let pairs = query("query=J%C3%BCrgen+M&limit=5&flag");
        assert_eq!(pairs[0], ("query".to_owned(), "Jürgen M".to_owned()));
        assert_eq!(pairs[2], ("flag".to_owned(), String::new()));
        assert_eq!(decode("100%"), "100%");
    }
}
