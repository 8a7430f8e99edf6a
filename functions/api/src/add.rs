//! From Gantry's page to Discord's, and back.

use super::App;
use super::page::{Page, secure};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use gantry_shared::adapters::discord_rest::DiscordOAuth;
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::domain::guild_link::invite_url;
use gantry_shared::domain::ids::{ClubId, GuildId};
use gantry_shared::domain::permissions::Preflight;
use gantry_shared::ports::discord::DiscordError;
use gantry_shared::ports::store::{SettingsReader, StoreResult};
use gantry_shared::usecases::Env;
use gantry_shared::usecases::add_by_browser::{AddFailure, Added, Back, KEPT, begin_adding, finish_adding};
use gantry_shared::usecases::check_permissions::{Uses, look_up, what_it_uses};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::sync::Arc;
use tracing::Instrument;

/// The cookie that ties the way back to this browser. Its prefix makes browsers take it only over a secure connection,
/// for this host alone (RFC 6265bis, cookie name prefixes).
const COOKIE: &str = "__Host-gantry-add";
/// Calls to Discord end by then: a person waits.
const PATIENCE: SignedDuration = SignedDuration::from_secs(8);

/// Sends the browser to Discord. Anybody may ask for this, as often as they like: nothing is read, stored or called.
pub async fn start<E: Env>(State(app): State<Arc<App<E>>>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(redirect) = redirect_uri(&app, &uri, &headers) else {
        return Page::new(StatusCode::BAD_REQUEST, "This address cannot be used").into_response();
    };
    let begun = begin_adding(&app.env);
    let mut url = invite_url(&app.authorize, app.discord.application(), None);
    for (name, value) in [
        ("response_type", "code"),
        ("redirect_uri", &encode(&redirect)),
        ("state", &begun.state),
    ] {
        url.push_str(&format!("&{name}={value}"));
    }
    let url = url.replace("scope=bot%20", "scope=identify%20bot%20");
    let cookie = cookie(&begun.session, KEPT.as_secs());
    let (Ok(url), Ok(cookie)) = (HeaderValue::from_str(&url), HeaderValue::from_str(&cookie)) else {
        return trouble();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let into = response.headers_mut();
    into.insert(header::LOCATION, url);
    into.insert(header::SET_COOKIE, cookie);
    secure(into);
    response
}

/// What Discord sends the browser back with. A `guild_id` is among it, and is not looked at: anybody can write one.
#[derive(Deserialize)]
pub struct Returned {
    state: Option<String>,
    code: Option<String>,
}

/// Says what came of it.
pub async fn callback<E: Env>(
    State(app): State<Arc<App<E>>>,
    uri: Uri,
    headers: HeaderMap,
    query: Result<Query<Returned>, QueryRejection>,
) -> Response {
    // Never a token, a code or a state: none of them is logged.
    let trace = format!("{:020x}", app.env.random() & ((1 << 80) - 1));
    let span = tracing::info_span!("adding", trace);
    let returned = query.ok().map(|Query(returned)| returned);
    let Some(redirect) = redirect_uri(&app, &uri, &headers) else {
        return Page::new(StatusCode::BAD_REQUEST, "This address cannot be used").into_response();
    };
    let session = session(&headers);
    let back = Back {
        state: returned.as_ref().and_then(|returned| returned.state.as_deref()),
        session: session.as_deref(),
        code: returned.as_ref().and_then(|returned| returned.code.as_deref()),
        redirect_uri: &redirect,
        trace: &trace,
    };
    let mut response = finish(&app, &back).instrument(span).await;
    if let Ok(gone) = HeaderValue::from_str(&cookie("", 0)) {
        response.headers_mut().insert(header::SET_COOKIE, gone);
    }
    response
}

async fn finish<E: Env>(app: &App<E>, back: &Back<'_>) -> Response {
    let deadline = app.env.now().saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
    let rest = app.discord.with_deadline(deadline);
    let discord = DiscordOAuth {
        rest: &rest,
        client_secret: &app.client_secret,
    };
    let outcome = Box::pin(finish_adding(&app.table, &app.env, &discord, back)).await;
    let page = match outcome {
        Ok(Added::To {
            guild,
            name,
            club,
            linked,
        }) => {
            tracing::info!(%guild, linked, club = club.is_some(), "Gantry was added");
            let uses = match &club {
                Some(club) => uses(&app.table, club.id).await.unwrap_or_default(),
                None => Uses::default(),
            };
            let found = look_up(&rest, guild, &uses, app.env.now()).await;
            let club = club.as_ref().map(|club| (club.name.as_str(), linked));
            welcome(app, (guild, &name), club, found)
        }
        Ok(refused) => {
            tracing::info!(outcome = name_of(&refused), "Gantry was not added");
            refusal(&refused)
        }
        Err(AddFailure::Discord(DiscordError::Unauthorized)) => {
            tracing::error!("Discord refuses the client secret");
            return trouble();
        }
        Err(error) => {
            tracing::error!(%error, "Gantry could not be added");
            return trouble();
        }
    };
    page.into_response()
}

async fn uses(table: &Table, club: ClubId) -> StoreResult<Uses> {
    match table.club_and_settings(club).await? {
        Some((_, settings)) => what_it_uses(table, club, &settings).await,
        None => Ok(Uses::default()),
    }
}

fn welcome<E: Env>(
    app: &App<E>,
    (guild, name): (GuildId, &str),
    club: Option<(&str, bool)>,
    found: Result<Preflight, DiscordError>,
) -> Page {
    let mut page = Page::new(StatusCode::OK, &format!("Gantry is in {name}"));
    page = match club {
        Some((club, true)) => page.line(&format!("{club} is linked to this server now.")),
        Some((club, false)) => page.line(&format!("This server is home to {club}. Everything goes on.")),
        None => page
            .line("This server has no club yet. In Discord, /club create makes one; /club link links one that you own."),
    };
    match found {
        Ok(preflight) if preflight.is_clear() => page.line("Gantry has every permission that it needs here."),
        Ok(preflight) => {
            let invite = invite_url(&app.authorize, app.discord.application(), Some(guild));
            page.gaps(&preflight.gaps).link(&invite, "Grant the permissions")
        }
        Err(error) => {
            tracing::warn!(%guild, %error, "permissions could not be looked up");
            page.line(
                "Its permissions could not be looked up just now; /club preflight in Discord does that.",
            )
        }
    }
}

fn refusal(refused: &Added) -> Page {
    let (status, title, line) = match refused {
        Added::Denied => (
            StatusCode::OK,
            "Gantry was not added",
            "You chose not to add Gantry. Nothing was changed.",
        ),
        Added::Expired => (
            StatusCode::BAD_REQUEST,
            "That took too long",
            "The page was open for more than ten minutes.",
        ),
        Added::UsedCode => (
            StatusCode::BAD_REQUEST,
            "This page was used before",
            "Discord takes the answer of its page only once.",
        ),
        Added::NoGuild => (
            StatusCode::BAD_REQUEST,
            "No server was chosen",
            "Discord did not say which server Gantry was added to.",
        ),
        Added::Forged | Added::To { .. } => (
            StatusCode::BAD_REQUEST,
            "This link does not belong to this browser",
            "Perhaps it was opened twice, or in another browser than the one that it began in.",
        ),
    };
    Page::new(status, title)
        .line(line)
        .link("/oauth/start", "Start again")
}

const fn name_of(added: &Added) -> &'static str {
    match added {
        Added::To { .. } => "added",
        Added::Denied => "denied",
        Added::Expired => "expired",
        Added::Forged => "forged",
        Added::UsedCode => "used_code",
        Added::NoGuild => "no_guild",
    }
}

fn trouble() -> Response {
    Page::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Something went wrong on Gantry's side",
    )
    .line("Nothing may have been changed. Please try again in a minute.")
    .link("/oauth/start", "Start again")
    .into_response()
}

/// Where Discord sends the person back to. Discord takes only addresses that are registered with it, so a forged host
/// leads nowhere.
fn redirect_uri<E>(app: &App<E>, uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(base) = &app.public_url {
        return Some(format!("{base}/oauth/callback"));
    }
    let given = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = uri.authority().map(|authority| authority.as_str()).or(given)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
    host.bytes()
        .all(plain)
        .then(|| format!("https://{host}/oauth/callback"))
}

fn cookie(value: &str, seconds: i64) -> String {
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax")
}

fn session(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).into_iter();
    all.filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
}

/// As a part of a query: everything but unreserved characters is escaped (RFC 3986).
fn encode(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}
