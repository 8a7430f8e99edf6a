//! Who a function is called for, and what becomes of the messages that it is handed: what the wire panel shows.

use gantry_local_aws::InvokeError;
use gantry_local_wire::{CallLog, Invocation};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Instant;

/// An invocation that is followed. Dropped before [`Followed::ended`], it was killed or ran out of time.
pub struct Followed {
    log: CallLog,
    /// On whose behalf the function is called.
    pub traces: Vec<String>,
    messages: Vec<String>,
    began: Instant,
    over: bool,
    _invocation: Invocation,
}

impl Followed {
    /// `function` is about to be called with `event`, at `now` by the stack's clock.
    pub fn begin(log: &CallLog, function: &str, event: &Value, now: Timestamp) -> Self {
        let mut traces = Vec::new();
        let mut messages = Vec::new();
        for record in event["Records"].as_array().into_iter().flatten() {
            if let (Some(id), Some(body)) = (record["messageId"].as_str(), record["body"].as_str()) {
                let queue = record["eventSourceARN"].as_str().unwrap_or_default();
                let queue = queue.rsplit(':').next().unwrap_or_default();
                add(&mut traces, log.jobs().started(id, queue, body, function, now));
                messages.push(id.to_owned());
            }
            // A row of the outbox as the relay gets it from the table's stream.
            let row = record["dynamodb"]["NewImage"]["trace"]["S"].as_str();
            add(&mut traces, row.map(str::to_owned));
        }
        if traces.is_empty() && messages.is_empty() {
            add(
                &mut traces,
                of_request(event).or_else(|| event["id"].as_str().map(str::to_owned)),
            );
        }
        Self {
            log: log.clone(),
            messages,
            began: Instant::now(),
            over: false,
            _invocation: log.began(function, &traces),
            traces,
        }
    }

    /// The function is through.
    pub fn ended(mut self, answer: &Result<Value, InvokeError>) {
        let failed = |id: &str| {
            let Ok(answer) = answer else { return true };
            let failures = answer["batchItemFailures"].as_array();
            failures.is_some_and(|all| all.iter().any(|one| one["itemIdentifier"] == id))
        };
        let why = answer.as_ref().err().map(ToString::to_string).unwrap_or_default();
        for id in &self.messages {
            self.log.jobs().ended(id, !failed(id), &why, self.micros());
        }
        self.over = true;
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        if !self.over {
            for id in &self.messages {
                self.log
                    .jobs()
                    .ended(id, false, "ended before its time", self.micros());
            }
        }
    }
}

/// The interaction of a request, whose id is its trace; else the request itself.
fn of_request(event: &Value) -> Option<String> {
    let request = event["requestContext"]["requestId"].as_str()?;
    let body = event["body"].as_str().unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    Some(body["id"].as_str().unwrap_or(request).to_owned())
}

fn add(traces: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for trace in more {
        if !traces.contains(&trace) {
            traces.push(trace);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gantry_local_wire::JobState;
    use serde_json::json;

    fn begin(log: &CallLog, event: &Value) -> Followed {
        Followed::begin(log, "f", event, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn every_trigger_says_on_whose_behalf_it_is() {
        let log = CallLog::new();
        let message = |id: &str, trace: &str| json!({"messageId": id, "body": json!({"trace": trace}).to_string(), "eventSourceARN": "arn:aws:sqs:r:1:channel.fifo"});
        let row = |trace: &str| json!({"dynamodb": {"NewImage": {"trace": {"S": trace}}}});
        let http = |body: &str| json!({"requestContext": {"requestId": "r"}, "body": body});
        for (event, traces) in [
            (
                json!({"Records": [message("1", "a"), message("2", "b"), message("3", "a")]}),
                vec!["a", "b"],
            ),
            (
                json!({"Records": [row("a"), row("c"), {"dynamodb": {}}]}),
                vec!["a", "c"],
            ),
            (http(r#"{"id": "7", "type": 2}"#), vec!["7"]),
            (http("no JSON"), vec!["r"]),
            (
                json!({"id": "tick", "detail-type": "Scheduled Event"}),
                vec!["tick"],
            ),
            (json!({}), vec![]),
        ] {
            assert_eq!(begin(&log, &event).traces, traces, "{event}");
        }
        assert_eq!(log.jobs().since(0)[0].queue, "channel.fifo");
    }

    #[test]
    fn each_message_of_a_batch_has_its_own_end() {
        let log = CallLog::new();
        let event = json!({"Records": [{"messageId": "1", "body": "{}"}, {"messageId": "2", "body": "{}"}]});
        let states = || -> Vec<JobState> {
            let mut jobs = log.jobs().since(0);
            jobs.sort_by(|a, b| a.id.cmp(&b.id));
            jobs.iter().map(|job| job.state).collect()
        };
        let failures = json!({"batchItemFailures": [{"itemIdentifier": "2"}]});
        begin(&log, &event).ended(&Ok(failures));
        assert_eq!(states(), [JobState::Done, JobState::Failed]);
        begin(&log, &event).ended(&Err(InvokeError::TimedOut));
        assert_eq!(states(), [JobState::Failed, JobState::Failed]);
        begin(&log, &event).ended(&Ok(Value::Null));
        assert_eq!(states(), [JobState::Done, JobState::Done]);
        drop(begin(&log, &event));
        assert_eq!(states(), [JobState::Failed, JobState::Failed]);
        assert_eq!(log.jobs().since(0)[0].tried, 4);
    }
}
