//! `PutEvents`, and the delivery to the queues whose rules fit.

use super::api::{EventsError, bus_name};
use super::{EventBridge, PublishedEvent};
use crate::names::{ACCOUNT, REGION};
use crate::patterns::Pattern;
use crate::sqs::Outgoing;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// A request has 10 entries at most (EventBridge API reference, `PutEvents`).
const MAX_ENTRIES: usize = 10;
/// The entries of a request are smaller than this together, 1 MB since January 2026 (`PutEvents`).
const TOO_LONG: usize = 1_048_576;
/// What a given time counts for (EventBridge user guide, "Calculating PutEvents event entry size").
const TIME_BYTES: usize = 14;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PutEvents {
    entries: Vec<Entry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Entry {
    time: Option<f64>,
    source: Option<String>,
    resources: Vec<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
}

impl Entry {
    fn bytes(&self) -> usize {
        let texts = [&self.source, &self.detail_type, &self.detail];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let resources: usize = self.resources.iter().map(String::len).sum();
        texts + resources + if self.time.is_some() { TIME_BYTES } else { 0 }
    }
}

/// Why one entry failed: a code and its text.
type Failure = (&'static str, String);

impl EventBridge {
    pub(super) fn put_events(&self, request: &PutEvents) -> Result<Value, EventsError> {
        let count = request.entries.len();
        if !(1..=MAX_ENTRIES).contains(&count) {
            let message =
                "Value at 'entries' failed to satisfy constraint: Member must have length between 1 and 10";
            return Err(EventsError::invalid(format!(
                "1 validation error detected: {message}"
            )));
        }
        if request.entries.iter().map(Entry::bytes).sum::<usize>() >= TOO_LONG {
            let message = "Total size of the entries in the request is over the limit.";
            return Err(EventsError::invalid(message));
        }
        let mut failed = 0;
        let results: Vec<Value> = request
            .entries
            .iter()
            .map(|entry| match self.put(entry) {
                Ok(id) => json!({ "EventId": id }),
                Err((code, message)) => {
                    failed += 1;
                    json!({ "ErrorCode": code, "ErrorMessage": message })
                }
            })
            .collect();
        Ok(json!({ "FailedEntryCount": failed, "Entries": results }))
    }

    fn put(&self, entry: &Entry) -> Result<String, Failure> {
        let required = |value: &Option<String>, name: &str| {
            let value = value.clone().filter(|value| !value.is_empty());
            let message = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            value.ok_or(("InvalidArgument", message))
        };
        let source = required(&entry.source, "Source")?;
        let detail_type = required(&entry.detail_type, "DetailType")?;
        let detail = required(&entry.detail, "Detail")?;
        if source.starts_with("aws.") {
            let message = "Not authorized for the source.".to_owned();
            return Err(("NotAuthorizedForSourceException", message));
        }
        let detail = serde_json::from_str::<Value>(&detail)
            .ok()
            .filter(Value::is_object)
            .ok_or(("MalformedDetail", "Detail is malformed.".to_owned()))?;
        let time = entry
            .time
            .and_then(instant)
            .unwrap_or_else(|| self.inner.clock.now());
        let id = uuid::Uuid::new_v4().to_string();
        let event = json!({
            "version": "0",
            "id": id,
            "detail-type": detail_type,
            "source": source,
            "account": ACCOUNT,
            "time": format!("{time:.0}"),
            "region": REGION,
            "resources": entry.resources,
            "detail": detail,
        });
        let bus = bus_name(entry.event_bus_name.as_deref()).to_owned();
        self.deliver(&bus, &event)?;
        self.remember(PublishedEvent { bus, event });
        Ok(id)
    }

    fn deliver(&self, bus: &str, event: &Value) -> Result<(), Failure> {
        let targets: Vec<_> = {
            let state = self.lock();
            // AWS drops what is put on a bus that is not there; a typing mistake should be seen here.
            let missing = || {
                (
                    "ResourceNotFoundException",
                    format!("Event bus {bus} does not exist."),
                )
            };
            let rules = state.buses.get(bus).ok_or_else(missing)?.rules.values();
            rules
                .filter(|rule| {
                    rule.enabled && Pattern::new(&rule.pattern).is_ok_and(|pattern| pattern.matches(event))
                })
                .flat_map(|rule| rule.targets.values().cloned())
                .collect()
        };
        for target in targets {
            let outgoing = Outgoing {
                body: target.input.unwrap_or_else(|| event.to_string()),
                // EventBridge names the message after the event on FIFO queues that do not compare contents.
                deduplication_id: target
                    .group
                    .is_some()
                    .then(|| event["id"].as_str().unwrap_or_default().to_owned()),
                group: target.group,
                ..Outgoing::default()
            };
            if let Err(error) = self.inner.sqs.deliver(&target.queue, outgoing) {
                tracing::warn!(queue = target.queue, %error, "an event did not reach its target");
            }
        }
        Ok(())
    }
}

/// Seconds since the epoch, as the protocol writes instants.
fn instant(seconds: f64) -> Option<Timestamp> {
    Timestamp::from_duration(jiff::SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}
