//! One kind of page: a heading, a few lines, perhaps what is missing, a link. No script, nothing from another host.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gantry_shared::domain::permissions::{Gap, Right};
use sha2::{Digest, Sha256};

/// The only style that the page's policy lets in, by its digest.
const STYLE: &str = include_str!("../templates/page.css");

#[derive(Template)]
#[template(path = "page.html")]
struct Html<'a> {
    title: &'a str,
    style: &'a str,
    lines: &'a [String],
    gaps: &'a [Missing],
    link: Option<&'a (String, String)>,
}

/// Something that is missing, in words.
struct Missing {
    what: String,
    blocks: String,
    remedy: String,
}

/// A page being put together. Texts are plain: the template escapes them.
pub struct Page {
    status: StatusCode,
    title: String,
    lines: Vec<String>,
    gaps: Vec<Missing>,
    link: Option<(String, String)>,
}

impl Page {
    pub fn new(status: StatusCode, title: &str) -> Self {
        Self {
            status,
            title: title.to_owned(),
            lines: Vec::new(),
            gaps: Vec::new(),
            link: None,
        }
    }

    pub fn line(mut self, line: &str) -> Self {
        self.lines.push(line.to_owned());
        self
    }

    pub fn gaps(mut self, gaps: &[Gap]) -> Self {
        self.gaps = gaps.iter().map(missing).collect();
        self
    }

    /// An address of ours or Discord's, never one that came with a request.
    pub fn link(mut self, address: &str, label: &str) -> Self {
        self.link = Some((address.to_owned(), label.to_owned()));
        self
    }
}

fn missing(gap: &Gap) -> Missing {
    let labels = |rights: &[Right]| {
        let labels: Vec<&str> = rights.iter().map(|right| right.label_in_channels()).collect();
        labels.join(", ")
    };
    let (what, remedy) = match gap {
        Gap::TimedOut { until } => (
            format!(
                "Gantry is timed out until {}",
                until.strftime("%Y-%m-%d %H:%M UTC")
            ),
            "End the time-out".to_owned(),
        ),
        Gap::Guild { right } => (
            right.label().to_owned(),
            "Server Settings → Roles → Gantry → Permissions".to_owned(),
        ),
        Gap::Category { name, rights, .. } => (
            format!("{} in the category {name}", labels(rights)),
            "Edit Category → Permissions → allow for Gantry's role".to_owned(),
        ),
        Gap::RoleTooHigh { name, .. } => (
            format!("The role {name} stands above Gantry's own"),
            "Server Settings → Roles → drag Gantry's role above it".to_owned(),
        ),
        Gap::RoleManaged { name, .. } => (
            format!("The role {name} belongs to an integration"),
            "Choose another role".to_owned(),
        ),
        Gap::RolePowerful { name, .. } => (
            format!("The role {name} lets its holder run parts of the server, so Gantry never hands it out"),
            "Give it by hand, take those permissions off it, or choose another role".to_owned(),
        ),
        Gap::RoleGone { .. } => (
            "A role that Gantry is to hand out was deleted".to_owned(),
            "Choose another role".to_owned(),
        ),
    };
    let blocks: Vec<&str> = gap.blocks().iter().map(|feature| feature.label()).collect();
    Missing {
        what,
        blocks: blocks.join(", "),
        remedy,
    }
}

/// The headers of every answer: nothing is kept, framed, sniffed or told on.
pub fn secure(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        STANDARD.encode(Sha256::digest(STYLE.as_bytes()))
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let html = Html {
            title: &self.title,
            style: STYLE,
            lines: &self.lines,
            gaps: &self.gaps,
            link: self.link.as_ref(),
        };
        let mut response = match html.render() {
            Ok(text) => (self.status, text).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page cannot be written");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        };
        secure(response.headers_mut());
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        response
    }
}
