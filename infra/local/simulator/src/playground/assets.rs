//! The page's files, which are part of the program.

use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Only this server may be asked for anything, and nothing written inside the page is run.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! assets {
    ($($name:literal: $kind:expr),* $(,)?) => {
        &[$(($name, $kind, include_str!(concat!("../../assets/", $name)))),*]
    };
}

/// Name, content type, text.
const FILES: &[(&str, &str, &str)] = assets! {
    "index.html": HTML,
    "icon.svg": "image/svg+xml",
    "base.css": CSS,
    "layout.css": CSS,
    "message.css": CSS,
    "parts.css": CSS,
    "wire.css": CSS,
    "app.js": SCRIPT,
    "api.js": SCRIPT,
    "clock.js": SCRIPT,
    "command.js": SCRIPT,
    "components.js": SCRIPT,
    "composer.js": SCRIPT,
    "dom.js": SCRIPT,
    "embeds.js": SCRIPT,
    "events.js": SCRIPT,
    "feed.js": SCRIPT,
    "markdown.js": SCRIPT,
    "members.js": SCRIPT,
    "message.js": SCRIPT,
    "modal.js": SCRIPT,
    "picker.js": SCRIPT,
    "sidebar.js": SCRIPT,
    "store.js": SCRIPT,
    "time.js": SCRIPT,
    "wire.js": SCRIPT,
};

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    // The program is rebuilt and started again on the same port.
    (header::CACHE_CONTROL, "no-cache"),
];

/// The page itself.
pub(super) async fn page() -> Response {
    answer("index.html")
}

/// A script, a style sheet or the icon.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    answer(&name)
}

fn answer(name: &str) -> Response {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some((_, kind, text)) => (HEADERS, [(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => (StatusCode::NOT_FOUND, "no such file").into_response(),
    }
}
