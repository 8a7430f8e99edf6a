//! Uploaded files: what a person attaches to a command or the application to a message, served as Discord's CDN does.

use crate::simulator::Simulator;
use crate::state::State;
use axum::body::Bytes;
use axum::extract::{Path, Query, State as With};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Discord's default for each file (Discord docs, reference, uploading files).
const FILE_BYTES: usize = 10 * 1024 * 1024;

/// A file that was uploaded.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredFile {
    pub filename: String,
    pub content_type: String,
    #[serde(with = "in_hex")]
    pub bytes: Vec<u8>,
    /// The size that is told, where a test wants it to be a lie.
    pub declared: Option<usize>,
    /// What the sender says of it, for those who do not see it.
    #[serde(default)]
    pub description: Option<String>,
}

mod in_hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Discord's attachment object; nothing if there is no such file.
pub(crate) fn attachment_json(state: &State, id: u64) -> Option<Value> {
    let file = state.files.get(&id)?;
    let url = format!(
        "{}/attachments/{}/{id}/{}",
        state.files_base, state.app_id, file.filename
    );
    let mut attachment = json!({
        "id": id.to_string(), "filename": file.filename, "size": file.declared.unwrap_or(file.bytes.len()),
        "url": url, "proxy_url": url, "content_type": file.content_type,
    });
    if let Some(description) = &file.description {
        attachment["description"] = json!(description);
    }
    Some(attachment)
}

/// One part of a multipart body that is a file.
pub(crate) struct Upload {
    /// The `n` of `files[n]`.
    pub index: u64,
    pub filename: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// Reads a multipart body: `payload_json`, and the files (Discord docs, reference, uploading files). Nothing if it is none.
pub(crate) fn read_multipart(content_type: &str, bytes: &[u8]) -> Option<(Value, Vec<Upload>)> {
    let boundary = content_type
        .split(';')
        .find_map(|part| part.trim().strip_prefix("boundary="))?
        .trim_matches('"');
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    // The first delimiter has no line before it.
    let whole = [b"\r\n", bytes].concat();
    let (mut payload, mut uploads) = (None, Vec::new());
    let mut rest = whole.get(find(&whole, &delimiter)? + delimiter.len()..)?;
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = find(part, &delimiter)?;
        let (head, content) = part.get(..end).and_then(split_head)?;
        let field = |name: &str| {
            let from = head.find(&format!("{name}=\""))? + name.len() + 2;
            head.get(from..)?.split('"').next().map(str::to_owned)
        };
        let kind = head.lines().find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-type:")
                .map(|kind| kind.trim().to_owned())
        });
        match field(" name")? {
            name if name == "payload_json" => payload = serde_json::from_slice(content).ok(),
            name => uploads.push(Upload {
                index: name.strip_prefix("files[")?.strip_suffix(']')?.parse().ok()?,
                filename: field("filename").filter(|name| !name.is_empty())?,
                content_type: kind.unwrap_or_else(|| "application/octet-stream".to_owned()),
                bytes: content.to_vec(),
            }),
        }
        rest = part.get(end + delimiter.len()..)?;
    }
    rest.starts_with(b"--").then_some(())?;
    Some((payload?, uploads))
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn split_head(part: &[u8]) -> Option<(&str, &[u8])> {
    let at = find(part, b"\r\n\r\n")?;
    Some((std::str::from_utf8(part.get(..at)?).ok()?, part.get(at + 4..)?))
}

/// Keeps the files of a request, and puts their ids in the place of their numbers in its `attachments`; one that is not
/// named there is added.
pub(crate) fn keep(
    state: &mut State,
    body: &mut Value,
    uploads: Vec<Upload>,
    now: jiff::Timestamp,
) -> Vec<u64> {
    let mut kept = Vec::new();
    for upload in uploads {
        let id = state.next_id(now);
        let named = json!(upload.index.to_string());
        if !body["attachments"].is_array() {
            body["attachments"] = json!([]);
        }
        let mut description = None;
        if let Some(list) = body["attachments"].as_array_mut() {
            match list
                .iter_mut()
                .find(|one| one["id"] == named || one["id"] == json!(upload.index))
            {
                Some(one) => {
                    description = one["description"].as_str().map(str::to_owned);
                    one["id"] = json!(id.to_string());
                }
                None => list.push(json!({"id": id.to_string()})),
            }
        }
        let file = StoredFile {
            filename: plain_name(&upload.filename),
            content_type: upload.content_type,
            bytes: upload.bytes,
            declared: None,
            description,
        };
        state.files.insert(id, file);
        kept.push(id);
    }
    kept
}

/// As Discord keeps it: what does not belong into an address becomes `_`.
fn plain_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}

impl Simulator {
    /// Uploads a person's file, to be given to a command's attachment option; returns its id as the option takes it.
    pub fn upload(&self, filename: &str, content_type: &str, bytes: &[u8]) -> String {
        self.upload_declared(filename, content_type, bytes, None)
    }

    /// The same, with a size told that need not be true.
    pub fn upload_declared(
        &self,
        filename: &str,
        content_type: &str,
        bytes: &[u8],
        declared: Option<usize>,
    ) -> String {
        let now = self.clock().now();
        self.with(|state| {
            let id = state.next_id(now);
            let file = StoredFile {
                filename: plain_name(filename),
                content_type: content_type.to_owned(),
                bytes: bytes.to_vec(),
                declared,
                description: None,
            };
            state.files.insert(id, file);
            id.to_string()
        })
    }

    /// The bytes of an attachment of a message, by its id.
    #[must_use]
    pub fn file(&self, id: &str) -> Option<Vec<u8>> {
        let id = crate::form::parse_snowflake(id)?;
        self.with(|state| state.files.get(&id).map(|file| file.bytes.clone()))
    }

    /// `POST /simulator/upload?filename=...` and `GET /attachments/{app}/{id}/{filename}`.
    pub(crate) fn file_router(&self) -> Router {
        Router::new()
            .route(
                "/simulator/upload",
                routing::post(upload).layer(axum::extract::DefaultBodyLimit::max(FILE_BYTES)),
            )
            .route("/attachments/{app}/{id}/{filename}", routing::get(download))
            .with_state(self.clone())
    }
}

#[derive(Deserialize)]
struct Named {
    filename: String,
}

async fn upload(
    With(simulator): With<Simulator>,
    Query(named): Query<Named>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let id = simulator.upload(
        &named.filename,
        kind.unwrap_or("application/octet-stream"),
        &bytes,
    );
    Json(json!({ "id": id })).into_response()
}

async fn download(
    With(simulator): With<Simulator>,
    Path((_, id, filename)): Path<(u64, u64, String)>,
) -> Response {
    let found = simulator.with(|state| state.files.get(&id).cloned());
    match found.filter(|file| file.filename == filename) {
        Some(file) => {
            let shown = format!("attachment; filename=\"{}\"", file.filename);
            let headers = [
                (header::CONTENT_TYPE, file.content_type),
                (header::CONTENT_DISPOSITION, shown),
            ];
            (headers, file.bytes).into_response()
        }
        None => (StatusCode::NOT_FOUND, "This content is no longer available.").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multipart_body_is_read_to_the_byte() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json\r\n\r\n{\"content\":\"hi\"}\r\n--b\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\nname\r\n--\r\n\r\n--b--\r\n";
        let (payload, uploads) = read_multipart("multipart/form-data; boundary=b", body.as_bytes()).unwrap();
        assert_eq!(payload, json!({"content": "hi"}));
        assert_eq!(
            (
                uploads[0].index,
                uploads[0].filename.as_str(),
                uploads[0].content_type.as_str()
            ),
            (0, "a.csv", "text/csv")
        );
        assert_eq!(uploads[0].bytes, b"name\r\n--\r\n");
        for broken in [
            &body[..body.len() - 4],
            "",
            "--b--",
            &body.replace("payload_json", "payload"),
        ] {
            assert!(
                read_multipart("multipart/form-data; boundary=b", broken.as_bytes()).is_none(),
                "{broken}"
            );
        }
        assert!(read_multipart("multipart/form-data", body.as_bytes()).is_none());
    }
}
