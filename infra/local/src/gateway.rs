//! The HTTP side of the functions: what API Gateway or a function URL does with a request, payload version 2.0.

use crate::callee::Callee;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use gantry_local_aws::{AwsLocal, Invoker};
use gantry_local_wire::LocalClock;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Lambda takes no larger event (AWS Lambda developer guide, quotas).
const MAX_BODY: usize = 6 * 1024 * 1024;

/// The time that an invocation over HTTP may take.
const HTTP_TIMEOUT: Duration = Duration::from_secs(10);
/// What is called over HTTP: the path, and its function.
const ROUTES: [(&str, &str); 6] = [
    ("/interactions", "interactions"),
    ("/webhooks/discord", "webhooks"),
    ("/webhooks/telemetry/{club}", "webhooks"),
    ("/oauth/start", "api"),
    ("/oauth/callback", "api"),
    ("/calendar/{club}/{file}", "api"),
];

#[derive(Clone)]
struct Gateway {
    aws: AwsLocal,
    functions: Callee,
    clock: LocalClock,
}

/// Functions by path, and the control routes. Only functions that exist have a path.
pub fn router(aws: &AwsLocal, functions: Callee, clock: LocalClock) -> Router {
    let gateway = Gateway {
        aws: aws.clone(),
        functions,
        clock,
    };
    let mut router = Router::new();
    for (path, function) in ROUTES {
        let gateway = gateway.clone();
        router = router.route(path, any(move |request| gateway.call(function, request)));
    }
    router
        .merge(aws.control_router())
        .fallback(|| async { (StatusCode::NOT_FOUND, "no function is served here") })
}

impl Gateway {
    async fn call(self, function: &'static str, request: Request) -> Response {
        let now = self.clock.now();
        let Some(event) = event(request, now).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let timeout = self.functions.patience(HTTP_TIMEOUT);
        let call = self.functions.invoke(function, event, now);
        match self
            .aws
            .invocations()
            .run(function, timeout, call)
            .await
            .flatten()
        {
            Ok(answer) => response(&answer),
            Err(error) => {
                tracing::error!(function, %error, "a function failed");
                StatusCode::BAD_GATEWAY.into_response()
            }
        }
    }
}

/// The event for a request; nothing if its body is larger than Lambda takes.
async fn event(request: Request, now: Timestamp) -> Option<Value> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.ok()?;
    let path = parts.uri.path();
    let mut headers = headers(&parts.headers);
    let cookies: Vec<Value> = headers
        .remove("cookie")
        .and_then(|all| all.as_str().map(str::to_owned))
        .into_iter()
        .flat_map(|all| {
            all.split(';')
                .map(|one| one.trim().into())
                .collect::<Vec<Value>>()
        })
        .collect();
    let (text, encoded) = text(&body);
    Some(json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "cookies": cookies,
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "local",
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": headers.get("user-agent").cloned().unwrap_or_default(),
            },
            "requestId": format!("local-{}", now.as_nanosecond()),
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "body": text,
        "isBase64Encoded": encoded,
    }))
}

/// Headers of one name are joined with commas, names are in lower case (API Gateway, payload version 2.0).
fn headers(all: &HeaderMap) -> Map<String, Value> {
    let mut joined = Map::new();
    for (name, value) in all {
        let text = String::from_utf8_lossy(value.as_bytes());
        match joined.get_mut(name.as_str()) {
            Some(Value::String(before)) => {
                before.push(',');
                before.push_str(&text);
            }
            _ => {
                joined.insert(name.as_str().to_owned(), Value::String(text.into_owned()));
            }
        }
    }
    joined
}

/// A body that is no UTF-8 travels as base64.
fn text(body: &Bytes) -> (String, bool) {
    use base64::Engine;
    match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (base64::engine::general_purpose::STANDARD.encode(body), true),
    }
}

/// The response that a function's answer stands for; anything else is the gateway's 502.
fn response(answer: &Value) -> Response {
    let Some(status) = answer["statusCode"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok())
    else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let mut response = Response::builder().status(status);
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        if let Some(value) = value.as_str() {
            response = response.header(name, value);
        }
    }
    let body = answer["body"].as_str().unwrap_or_default().to_owned();
    response
        .body(Body::from(body))
        .unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

#[cfg(test)]
mod tests {
    use super::ROUTES;

    #[test]
    fn cargo_lambda_leads_each_path_to_the_same_function() {
        let manifest = include_str!("../../../Cargo.toml");
        let section = "[workspace.metadata.lambda.watch.router]\n";
        let (_, rest) = manifest.split_once(section).unwrap();
        let told: Vec<&str> = rest.lines().take_while(|line| !line.is_empty()).collect();
        let wanted = ROUTES.map(|(path, function)| format!("{path:?} = {function:?}"));
        assert_eq!(told, wanted);
    }
}
