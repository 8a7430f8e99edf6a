//! OAuth2 as far as applications use it: the page that asks for consent, single-use codes, tokens that name an account;
//! and the webhook events that follow.

use crate::permissions;
use crate::simulator::Simulator;
use crate::state::{instant, user_json};
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use gantry_local_wire::{Call as LoggedCall, Service};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

/// The application's client secret: the simulator takes no other.
pub const CLIENT_SECRET: &str = "local-stack-client-secret";
/// How long a code can be redeemed. Discord does not say; ten minutes is the most that RFC 6749 recommends.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
const MANAGE_GUILD: u64 = 1 << 5;
/// How long Discord waits for an answer to a webhook event.
const EVENT_LIMIT: Duration = Duration::from_secs(3);

/// What is kept of authorisations; not part of a snapshot.
#[derive(Default)]
pub(crate) struct OAuthState {
    redirects: Vec<String>,
    webhooks: Option<String>,
    codes: HashMap<String, Code>,
    tokens: HashMap<String, u64>,
    posted: Vec<(String, u16)>,
}

struct Code {
    user: u64,
    guild: Option<u64>,
    redirect: String,
    scope: String,
    at: Timestamp,
}

/// What the page is opened with, and what its form sends.
#[derive(Clone, Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    permissions: String,
    #[serde(default)]
    response_type: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    guild_id: String,
    #[serde(default)]
    user_id: String,
    #[serde(default)]
    decision: String,
}

impl Simulator {
    /// Takes this address as one that the application may send people back to.
    pub fn set_redirect(&self, url: &str) {
        self.oauth(|state| state.redirects.push(url.to_owned()));
    }

    /// Posts webhook events there.
    pub fn set_webhooks(&self, url: &str) {
        self.oauth(|state| state.webhooks = Some(url.to_owned()));
    }

    /// The types of the webhook events that were posted, each with the status of its answer (0: none in time).
    #[must_use]
    pub fn posted_events(&self) -> Vec<(String, u16)> {
        self.oauth(|state| state.posted.clone())
    }

    /// Posts a webhook event now; gives the status of the answer.
    pub async fn post_event(&self, kind: &str, data: Value) -> u16 {
        let body = json!({
            "version": 1, "application_id": self.application_id().to_string(), "type": 1,
            "event": { "type": kind, "timestamp": instant(self.clock().now()), "data": data },
        });
        let status = self.post_webhook(&body).await;
        self.oauth(|state| state.posted.push((kind.to_owned(), status)));
        status
    }

    /// Posts any signed body to the webhook address; gives the status of the answer.
    pub async fn post_webhook(&self, body: &Value) -> u16 {
        let Some(url) = self.oauth(|state| state.webhooks.clone()) else {
            return 0;
        };
        let signed = self.sign(body.to_string().as_bytes());
        let request = self
            .client()
            .post(url)
            .timeout(EVENT_LIMIT)
            .header("content-type", "application/json")
            .header("x-signature-ed25519", &signed.signature_hex)
            .header("x-signature-timestamp", &signed.timestamp)
            .body(signed.body);
        request
            .send()
            .await
            .map_or(0, |response| response.status().as_u16())
    }

    /// A user takes back what they allowed the application.
    pub async fn deauthorise(&self, user: u64) -> u16 {
        self.oauth(|state| state.tokens.retain(|_, owner| *owner != user));
        let user = self.with(|state| state.users.get(&user).map(user_json));
        self.post_event("APPLICATION_DEAUTHORIZED", json!({ "user": user }))
            .await
    }

    pub(crate) fn oauth_router(&self) -> Router {
        Router::new()
            .route("/oauth2/authorize", get(page).post(decided))
            .route("/api/oauth2/token", post(token))
            .route("/api/v10/oauth2/token", post(token))
            .with_state(self.clone())
    }

    /// The answer to a request with an account's token, which knows one route.
    pub(crate) fn bearer(&self, request: &Request) -> Option<Response> {
        let given = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
        let token = given.strip_prefix("Bearer ")?;
        let user = self.oauth(|state| state.tokens.get(token).copied());
        let path = request.uri().path();
        let own = path.ends_with("/users/@me");
        let found = user.and_then(|id| self.with(|state| state.users.get(&id).map(user_json)));
        let (status, body) = match found {
            Some(user) if own => (200, user),
            Some(_) => (404, json!({ "message": "404: Not Found", "code": 0 })),
            None => (401, json!({ "message": "401: Unauthorized", "code": 0 })),
        };
        self.note(&format!("GET {path} (bearer)"), request.headers(), status);
        Some((StatusCode::from_u16(status).unwrap_or_default(), Json(body)).into_response())
    }

    fn note(&self, operation: &str, headers: &HeaderMap, status: u16) {
        let agent = headers
            .get(header::USER_AGENT)
            .and_then(|agent| agent.to_str().ok());
        let caller = agent
            .unwrap_or_default()
            .split_whitespace()
            .last()
            .unwrap_or_default();
        self.log().push(LoggedCall {
            seq: 0,
            at: self.clock().now(),
            service: Service::Discord,
            operation: operation.to_owned(),
            caller: caller.to_owned(),
            status,
            micros: 0,
            read_units: 0.0,
            write_units: 0.0,
            note: String::new(),
            traces: crate::http::traces(headers),
        });
    }
}

fn refused(why: &str) -> Response {
    let page = format!(
        "<!doctype html><meta charset=utf-8><title>Discord</title><h1>{}</h1>",
        escape(why)
    );
    (StatusCode::BAD_REQUEST, Html(page)).into_response()
}

fn check(simulator: &Simulator, asked: &Asked) -> Result<(), &'static str> {
    if asked.client_id != simulator.application_id().to_string() {
        return Err("Unknown Application");
    }
    let plain = asked.response_type.is_empty() && asked.redirect_uri.is_empty();
    let known = simulator.oauth(|state| state.redirects.contains(&asked.redirect_uri));
    if !plain && (asked.response_type != "code" || !known) {
        return Err("Invalid OAuth2 redirect_uri");
    }
    Ok(())
}

/// The page: who consents, and for which of their guilds.
async fn page(State(simulator): State<Simulator>, Query(asked): Query<Asked>) -> Response {
    if let Err(why) = check(&simulator, &asked) {
        return refused(why);
    }
    let hidden: String = [
        ("client_id", &asked.client_id),
        ("scope", &asked.scope),
        ("permissions", &asked.permissions),
        ("response_type", &asked.response_type),
        ("redirect_uri", &asked.redirect_uri),
        ("state", &asked.state),
    ]
    .iter()
    .map(|(name, value)| format!("<input type=hidden name={name} value=\"{}\">", escape(value)))
    .collect();
    let option = |id: u64, name: &str, chosen: bool| {
        let chosen = if chosen { " selected" } else { "" };
        format!("<option value={id}{chosen}>{}</option>", escape(name))
    };
    let (users, guilds): (String, String) = simulator.with(|state| {
        let people = state.users.values().filter(|user| !user.bot);
        let owners: Vec<u64> = state.guilds.values().map(|guild| guild.owner).collect();
        let users = people.map(|user| {
            let name = user.global_name.as_ref().unwrap_or(&user.username);
            option(user.id, name, owners.first() == Some(&user.id))
        });
        let guilds = state
            .guilds
            .values()
            .map(|guild| option(guild.id, &guild.name, asked.guild_id == guild.id.to_string()));
        (users.collect(), guilds.collect())
    });
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>Discord (simulated)</title>\
         <style>body{{font:16px system-ui;max-width:26rem;margin:2rem auto;padding:0 1rem}}label{{display:block;margin:1rem 0}}select,button{{font:inherit;padding:.5rem;width:100%}}button{{margin:.5rem 0}}</style>\
         <h1>Add to a server</h1><form method=post action=/oauth2/authorize>{hidden}\
         <label>You are<select name=user_id>{users}</select></label>\
         <label>Server<select name=guild_id>{guilds}</select></label>\
         <button name=decision value=yes>Authorise</button><button name=decision value=no>Cancel</button></form></html>"
    ))
    .into_response()
}

async fn decided(State(simulator): State<Simulator>, body: Bytes) -> Response {
    let Some(asked) = form(&body) else {
        return refused("Invalid form");
    };
    if let Err(why) = check(&simulator, &asked) {
        return refused(why);
    }
    if asked.decision != "yes" {
        let url = format!(
            "{}?error=access_denied&error_description=The+resource+owner+or+authorization+server+denied+the+request&state={}",
            asked.redirect_uri,
            encode(&asked.state)
        );
        return away(&asked, &url);
    }
    let now = simulator.clock().now();
    let (Ok(user), guild) = (asked.user_id.parse::<u64>(), asked.guild_id.parse::<u64>().ok()) else {
        return refused("Unknown User");
    };
    let bot = asked.scope.split([' ', '+']).any(|scope| scope == "bot");
    let guild = guild.filter(|_| bot);
    if bot && !may_add(&simulator, user, guild, now) {
        return refused("Missing Permissions");
    }
    if let Some(guild) = guild {
        let rights = asked.permissions.parse().unwrap_or(0);
        if let Err(error) = simulator.install_bot(guild, rights) {
            return refused(&error.to_string());
        }
        announce(&simulator, user, guild, &asked.scope);
    }
    if asked.redirect_uri.is_empty() {
        return Html("<!doctype html><meta charset=utf-8><title>Discord</title><h1>Authorised</h1>")
            .into_response();
    }
    let seed = simulator.with(|state| state.next_id(now));
    let code = hex::encode(
        simulator
            .sign(format!("code {seed}").as_bytes())
            .signature_hex
            .as_bytes(),
    )[..60]
        .to_owned();
    let mut url = format!(
        "{}?code={code}&state={}",
        asked.redirect_uri,
        encode(&asked.state)
    );
    if let Some(guild) = guild {
        url.push_str(&format!(
            "&guild_id={guild}&permissions={}",
            encode(&asked.permissions)
        ));
    }
    simulator.oauth(|state| {
        let kept = Code {
            user,
            guild,
            redirect: asked.redirect_uri.clone(),
            scope: asked.scope.clone(),
            at: now,
        };
        state.codes.insert(code, kept);
    });
    away(&asked, &url)
}

fn away(asked: &Asked, url: &str) -> Response {
    if asked.redirect_uri.is_empty() {
        return Html("<!doctype html><meta charset=utf-8><title>Discord</title><h1>Cancelled</h1>")
            .into_response();
    }
    (StatusCode::FOUND, [(header::LOCATION, url.to_owned())]).into_response()
}

/// Whoever adds an application to a guild must manage it.
fn may_add(simulator: &Simulator, user: u64, guild: Option<u64>, now: Timestamp) -> bool {
    simulator.with(|state| {
        let guild = guild.and_then(|guild| state.guilds.get(&guild));
        guild.is_some_and(|guild| permissions::in_guild(guild, user, now) & MANAGE_GUILD != 0)
    })
}

/// Discord tells of it a moment later, not in the course of the request.
fn announce(simulator: &Simulator, user: u64, guild: u64, scope: &str) {
    let scopes: Vec<String> = scope.split([' ', '+']).map(str::to_owned).collect();
    let data = simulator.with(|state| {
        json!({
            "integration_type": 0, "scopes": scopes, "user": state.users.get(&user).map(user_json),
            "guild": state.guilds.get(&guild).map(|guild| json!({ "id": guild.id.to_string(), "name": guild.name })),
        })
    });
    let simulator = simulator.clone();
    tokio::spawn(async move { simulator.post_event("APPLICATION_AUTHORIZED", data).await });
}

/// The token endpoint: takes a form, and the client's credentials as HTTP Basic.
async fn token(State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = |status: u16, body: Value| {
        simulator.note("POST /oauth2/token", &headers, status);
        (StatusCode::from_u16(status).unwrap_or_default(), Json(body)).into_response()
    };
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let client = format!("{}:{CLIENT_SECRET}", simulator.application_id());
    let basic = format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(client)
    );
    if text(header::AUTHORIZATION) != basic {
        return answer(401, json!({ "error": "invalid_client" }));
    }
    if !text(header::CONTENT_TYPE).starts_with("application/x-www-form-urlencoded") {
        return answer(400, json!({ "error": "invalid_request" }));
    }
    let fields: HashMap<String, String> = fields(&body);
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let now = simulator.clock().now();
    let taken = simulator.oauth(|state| state.codes.remove(field("code")));
    let fresh =
        |code: &Code| code.redirect == field("redirect_uri") && now.duration_since(code.at) < CODE_LIFE;
    let Some(code) = taken.filter(|code| field("grant_type") == "authorization_code" && fresh(code)) else {
        let error = json!({ "error": "invalid_grant", "error_description": "Invalid \"code\" in request." });
        return answer(400, error);
    };
    let token =
        hex::encode(simulator.sign(field("code").as_bytes()).signature_hex.as_bytes())[..40].to_owned();
    simulator.oauth(|state| state.tokens.insert(token.clone(), code.user));
    let guild = code.guild.and_then(|id| {
        simulator.with(|state| {
            state
                .guilds
                .get(&id)
                .map(|guild| crate::state::guild_json(guild, false))
        })
    });
    let mut body = json!({
        "token_type": "Bearer", "access_token": token, "expires_in": 604_800, "refresh_token": "local",
        "scope": code.scope,
    });
    if let Some(guild) = guild {
        body["guild"] = guild;
    }
    answer(200, body)
}

fn form(body: &[u8]) -> Option<Asked> {
    let fields: serde_json::Map<String, Value> = fields(body)
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    serde_json::from_value(Value::Object(fields)).ok()
}

/// The fields of an URL-encoded form.
fn fields(body: &[u8]) -> HashMap<String, String> {
    let text = String::from_utf8_lossy(body);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                hex::decode(digits)
                    .ok()
                    .and_then(|byte| byte.first().copied())
                    .unwrap_or(b'?')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
