//! The last signed requests and their answers, for those who want to see what went over the wire.

use crate::interactions::{OutcomeKind, SignedRequest};
use crate::simulator::Simulator;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;

/// How many are kept.
const KEPT: usize = 100;

/// One interaction as it was sent and answered.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Exchange {
    /// Position, from 1.
    pub seq: u64,
    /// The stack's time at sending.
    pub at: Timestamp,
    /// The interaction's snowflake.
    pub interaction_id: String,
    /// Who acted.
    pub user: String,
    /// What they did, in a few words.
    pub title: String,
    /// Where it was posted to; empty without an endpoint.
    pub url: String,
    /// `X-Signature-Timestamp`.
    pub timestamp: String,
    /// `X-Signature-Ed25519`.
    pub signature: String,
    /// The signed body.
    pub body: String,
    /// The answer's HTTP status; 0 without one.
    pub status: u16,
    /// How long the answer took, in milliseconds.
    pub elapsed_ms: f64,
    /// The answer's JSON.
    pub answer: Value,
    /// What came of it.
    pub outcome: OutcomeKind,
    /// The log's mark before it was sent: later calls followed from it.
    pub mark: u64,
}

/// The exchanges of late.
#[derive(Default)]
pub(crate) struct Exchanges {
    last: u64,
    kept: VecDeque<Exchange>,
}

impl Exchanges {
    fn push(&mut self, mut exchange: Exchange) {
        self.last += 1;
        exchange.seq = self.last;
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(exchange);
    }
}

/// What was sent: the unsigned payload, its signed form, and where to.
pub(crate) struct Sent<'p> {
    pub payload: &'p Value,
    pub request: &'p SignedRequest,
    pub url: &'p str,
    pub at: Timestamp,
    pub mark: u64,
}

/// What came back.
pub(crate) struct Got<'p> {
    pub status: u16,
    pub elapsed: Duration,
    pub answer: &'p Value,
    pub outcome: &'p OutcomeKind,
}

impl Simulator {
    /// Keeps an exchange, forgetting the oldest beyond a hundred.
    pub(crate) fn keep_exchange(&self, sent: &Sent<'_>, got: &Got<'_>) {
        let payload = sent.payload;
        let user = [&payload["member"]["user"]["id"], &payload["user"]["id"]];
        let user = user.iter().find_map(|id| id.as_str()).unwrap_or_default();
        let exchange = Exchange {
            seq: 0,
            at: sent.at,
            interaction_id: payload["id"].as_str().unwrap_or_default().to_owned(),
            user: user.to_owned(),
            title: title(payload),
            url: sent.url.to_owned(),
            timestamp: sent.request.timestamp.clone(),
            signature: sent.request.signature_hex.clone(),
            body: String::from_utf8_lossy(&sent.request.body).into_owned(),
            status: got.status,
            elapsed_ms: got.elapsed.as_secs_f64() * 1000.0,
            answer: got.answer.clone(),
            outcome: got.outcome.clone(),
            mark: sent.mark,
        };
        self.with_exchanges(|kept| kept.push(exchange));
    }

    /// The kept exchanges after `seq`, oldest first.
    pub(super) fn exchanges_since(&self, seq: u64) -> Vec<Exchange> {
        self.with_exchanges(|all| all.kept.iter().filter(|one| one.seq > seq).cloned().collect())
    }
}

/// `/event create`, `Button Leave`, and so on.
fn title(payload: &Value) -> String {
    let data = &payload["data"];
    let custom_id = data["custom_id"].as_str().unwrap_or_default();
    let shown = label(&payload["message"]["components"], custom_id).unwrap_or(custom_id);
    match payload["type"].as_u64() {
        Some(3) if data["component_type"] == 2 => format!("Button {shown}"),
        Some(3) => format!("Select {shown}"),
        Some(5) => format!("Modal {custom_id}"),
        kind => {
            let mut words = vec![data["name"].as_str().unwrap_or_default()];
            let mut options = &data["options"];
            while let Some(word) = options[0]["name"]
                .as_str()
                .filter(|_| matches!(options[0]["type"].as_u64(), Some(1 | 2)))
            {
                words.push(word);
                options = &options[0]["options"];
            }
            let typed = if kind == Some(4) { " …" } else { "" };
            let slash = if data["type"].as_u64().unwrap_or(1) == 1 {
                "/"
            } else {
                ""
            };
            format!("{slash}{}{typed}", words.join(" "))
        }
    }
}

/// What stands on the component of that custom id: a button's label, a select's placeholder.
fn label<'v>(components: &'v Value, custom_id: &str) -> Option<&'v str> {
    components.as_array()?.iter().find_map(|component| {
        if component["custom_id"] == custom_id {
            return component["label"]
                .as_str()
                .or_else(|| component["placeholder"].as_str());
        }
        let accessory = &component["accessory"];
        let beside = accessory["label"]
            .as_str()
            .filter(|_| accessory["custom_id"] == custom_id);
        label(&component["components"], custom_id).or(beside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn titles_say_what_was_done() {
        let board = json!([
            {"type": 9, "accessory": {"custom_id": "edit", "label": "Edit"}},
            {"type": 17, "components": [{"type": 1, "components": [{"custom_id": "class", "placeholder": "Your class"}, {"custom_id": "go"}]}]},
        ]);
        let used = |component_type: u8, custom_id: &str| {
            let data = json!({"component_type": component_type, "custom_id": custom_id});
            title(&json!({"type": 3, "data": data, "message": {"components": board}}))
        };
        assert_eq!(used(2, "edit"), "Button Edit");
        assert_eq!(used(3, "class"), "Select Your class");
        assert_eq!(used(2, "go"), "Button go");
        let options =
            json!([{"type": 1, "name": "publish", "options": [{"type": 3, "name": "event", "value": "x"}]}]);
        let data = json!({"name": "event", "type": 1, "options": options});
        assert_eq!(title(&json!({"type": 4, "data": data})), "/event publish …");
        assert_eq!(
            title(&json!({"type": 2, "data": {"name": "Card", "type": 2}})),
            "Card"
        );
    }
}
