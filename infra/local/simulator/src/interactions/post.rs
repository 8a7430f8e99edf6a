//! Posting interactions to the endpoint and taking in what it answers.

use super::{Choice, OpenModal, Outcome, OutcomeKind, SignedRequest};
use crate::error::ApiError;
use crate::playground::{Got, Sent};
use crate::routes::{Applied, apply_callback};
use crate::simulator::{Simulator, SimulatorError};
use crate::state::Answered;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long Discord waits for the first answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// The endpoint's HTTP answer.
struct Raw {
    status: u16,
    json: bool,
    body: Vec<u8>,
}

impl Simulator {
    /// Posts a payload that was opened, and applies the answer.
    pub(crate) async fn post(&self, payload: &Value) -> Outcome {
        let id = payload["id"]
            .as_str()
            .and_then(crate::form::parse_snowflake)
            .unwrap_or_default();
        let token = payload["token"].as_str().unwrap_or_default().to_owned();
        let endpoint = self.with(|state| state.endpoint.clone());
        let request = self.sign(payload.to_string().as_bytes());
        let (at, mark) = (self.clock().now(), self.log().mark());
        let started = Instant::now();
        let result = match &endpoint {
            None => Err("no interactions endpoint is set".to_owned()),
            Some(url) => self.send(url, &request).await,
        };
        let elapsed = started.elapsed();
        let (http_status, answer, kind) = match result {
            Err(reason) => (0, Value::Null, OutcomeKind::Failed { reason }),
            Ok(raw) => {
                let answer: Value = serde_json::from_slice(&raw.body).unwrap_or(Value::Null);
                tokio::time::sleep(self.answer_lag()).await;
                (raw.status, answer.clone(), self.take_in(id, &raw, &answer))
            }
        };
        if matches!(kind, OutcomeKind::Failed { .. }) {
            self.give_up(id);
        }
        let (status, outcome) = (http_status, &kind);
        let (request, url) = (&request, endpoint.as_deref().unwrap_or_default());
        self.keep_exchange(
            &Sent {
                payload,
                request,
                url,
                at,
                mark,
            },
            &Got {
                status,
                elapsed,
                answer: &answer,
                outcome,
            },
        );
        self.changed();
        Outcome {
            http_status,
            elapsed,
            answer,
            kind,
            interaction_id: id,
            token,
        }
    }

    async fn send(&self, url: &str, request: &SignedRequest) -> Result<Raw, String> {
        let sent = async {
            let response = self
                .client()
                .post(url)
                .header("content-type", "application/json")
                .header("x-signature-ed25519", &request.signature_hex)
                .header("x-signature-timestamp", &request.timestamp)
                .body(request.body.clone())
                .send()
                .await?;
            let kind = response
                .headers()
                .get("content-type")
                .and_then(|value| value.to_str().ok());
            let json = kind.is_some_and(|kind| kind.starts_with("application/json"));
            let status = response.status().as_u16();
            Ok(Raw {
                status,
                json,
                body: response.bytes().await?.to_vec(),
            })
        };
        match tokio::time::timeout(ANSWER_LIMIT, sent).await {
            Err(_) => Err("timeout: no answer within 3 seconds".to_owned()),
            Ok(Err(error)) => {
                let error: reqwest::Error = error;
                Err(format!("the endpoint cannot be reached: {error}"))
            }
            Ok(Ok(raw)) => Ok(raw),
        }
    }

    fn take_in(&self, id: u64, raw: &Raw, answer: &Value) -> OutcomeKind {
        let failed = |reason: String| OutcomeKind::Failed { reason };
        let by_callback = self.with(|state| {
            state
                .interactions
                .get(&id)
                .filter(|found| found.answered != Answered::Open)
                .cloned()
        });
        if let Some(found) = by_callback {
            return match raw.status {
                202 => self.answered_kind(&found),
                status => failed(format!(
                    "answered by callback, then with status {status} instead of 202"
                )),
            };
        }
        if raw.status != 200 {
            return failed(format!("bad status {}", raw.status));
        }
        if !raw.json {
            return failed("the answer's content type is not application/json".to_owned());
        }
        self.apply_answer(id, answer)
    }

    fn answered_kind(&self, found: &crate::state::Interaction) -> OutcomeKind {
        match (found.answered, found.original) {
            (Answered::Message, Some(id)) => {
                let ephemeral = self.with(|state| {
                    let message = state
                        .channels
                        .get(&found.channel)
                        .and_then(|channel| channel.messages.get(&id));
                    message.is_some_and(|message| message.ephemeral_for.is_some())
                });
                OutcomeKind::Message { id, ephemeral }
            }
            (Answered::Deferred { ephemeral }, _) => OutcomeKind::Deferred { ephemeral },
            (Answered::Modal, _) => found.modal.as_ref().map_or(OutcomeKind::Updated, |modal| {
                OutcomeKind::Modal(open(modal, found.source))
            }),
            _ => OutcomeKind::Updated,
        }
    }

    /// Applies an endpoint's JSON answer to an interaction that was built with [`Simulator::slash_payload`] and sent
    /// by other means.
    pub fn apply_answer(&self, interaction_id: u64, answer: &Value) -> OutcomeKind {
        let now = self.clock().now();
        let (applied, source) = self.with(|state| {
            let found = state.interactions.get(&interaction_id);
            let source = found.and_then(|found| found.source);
            match found.map(|found| found.answered) {
                Some(Answered::Open) => (apply_callback(state, interaction_id, answer, now), source),
                Some(_) => (Err(ApiError::known(40060)), source),
                None => (Err(ApiError::known(10062)), source),
            }
        });
        if applied.is_ok() {
            // What the simulator's own rules pass but the document does not is remembered; the answer stands.
            let route = "/interactions/{interaction.id}/{interaction.token}/callback";
            let _ = self.check_openapi("POST", route, Some(answer), &[]);
        }
        match applied {
            Ok(Applied::Message { id, ephemeral }) => OutcomeKind::Message { id, ephemeral },
            Ok(Applied::Deferred { ephemeral }) => OutcomeKind::Deferred { ephemeral },
            Ok(Applied::Updated) => OutcomeKind::Updated,
            Ok(Applied::Modal(modal)) => OutcomeKind::Modal(open(&modal, source)),
            Ok(Applied::Choices(list)) => OutcomeKind::Choices {
                choices: list.iter().map(choice).collect(),
            },
            Err(error) => OutcomeKind::Failed {
                reason: format!("invalid answer: {}", error.body()),
            },
        }
    }

    /// The token dies with a failed interaction.
    fn give_up(&self, id: u64) {
        self.with(|state| {
            if let Some(found) = state.interactions.get_mut(&id)
                && found.answered == Answered::Open
            {
                found.answered = Answered::Failed;
            }
        });
    }

    /// Verifies the endpoint as Discord does when its address is saved: a PING must be answered with 200 and
    /// `{"type":1}`, a wrong signature with 401.
    ///
    /// # Errors
    /// [`SimulatorError::Endpoint`] with what is wrong.
    pub async fn verify_endpoint(&self) -> Result<(), SimulatorError> {
        let wrong = |what: String| Err(SimulatorError::Endpoint(what));
        let Some(url) = self.with(|state| state.endpoint.clone()) else {
            return wrong("none is set".to_owned());
        };
        let now = self.clock().now();
        let ping = self.with(|state| {
            let id = state.next_id(now);
            json!({
                "id": id.to_string(), "application_id": state.app_id.to_string(), "type": 1, "version": 1,
                "token": hex::encode(id.to_be_bytes()), "entitlements": [], "authorizing_integration_owners": {},
            })
        });
        let request = self.sign(ping.to_string().as_bytes());
        let raw = self
            .send(&url, &request)
            .await
            .map_err(SimulatorError::Endpoint)?;
        let answer: Value = serde_json::from_slice(&raw.body).unwrap_or(Value::Null);
        if raw.status != 200 || answer["type"] != 1 || !raw.json {
            return wrong(format!("PING was answered with {} {answer}", raw.status));
        }
        let mut bad = request;
        let flipped = if bad.signature_hex.starts_with('0') {
            "1"
        } else {
            "0"
        };
        bad.signature_hex.replace_range(0..1, flipped);
        let raw = self.send(&url, &bad).await.map_err(SimulatorError::Endpoint)?;
        if raw.status != 401 {
            return wrong(format!(
                "a wrong signature was answered with {} instead of 401",
                raw.status
            ));
        }
        Ok(())
    }
}

fn open(modal: &Value, source: Option<u64>) -> OpenModal {
    let text = |key: &str| modal[key].as_str().unwrap_or_default().to_owned();
    OpenModal {
        custom_id: text("custom_id"),
        title: text("title"),
        components: modal["components"].as_array().cloned().unwrap_or_default(),
        source,
    }
}

fn choice(value: &Value) -> Choice {
    Choice {
        name: value["name"].as_str().unwrap_or_default().to_owned(),
        value: value["value"].clone(),
    }
}
