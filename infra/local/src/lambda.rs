//! Functions that run elsewhere: in `cargo lambda watch`, which builds them anew when their code changes.

use gantry_local_aws::{Invocation, InvokeError, Invoker};
use jiff::Timestamp;
use serde_json::Value;
use std::error::Error as _;
use std::time::Duration;

/// The part of Lambda's Invoke API that comes before the function's name (AWS Lambda API reference, Invoke).
const PATH: &str = "2015-03-31/functions";
/// How an answer that is an error is marked (same place).
const ERROR_HEADER: &str = "x-amz-function-error";
/// A function may have to be compiled before it answers; still less than a queue's visibility, so that no message is
/// given out twice.
const PATIENCE: Duration = Duration::from_secs(350);
/// Of an answer that is no JSON, so much is told.
const TOLD: usize = 300;

/// A server that takes Lambda's Invoke calls. Functions are called by the names that the mappings have.
#[derive(Clone, Debug)]
pub struct LambdaServer {
    http: reqwest::Client,
    url: String,
    patience: Duration,
}

/// An address that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{url:?} is no http(s) address of a server of functions: {why}")]
pub struct LambdaUrlError {
    url: String,
    why: String,
}

impl LambdaServer {
    /// The server at `url`, without a path: `http://127.0.0.1:9100`.
    ///
    /// # Errors
    /// [`LambdaUrlError`].
    pub fn new(url: &str) -> Result<Self, LambdaUrlError> {
        let refused = |why: String| LambdaUrlError {
            url: url.to_owned(),
            why,
        };
        let parsed = reqwest::Url::parse(url).map_err(|error| refused(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(refused("it has to begin with http:// or https://".to_owned()));
        }
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .map_err(|error| refused(error.to_string()))?;
        Ok(Self {
            http,
            url: url.trim_end_matches('/').to_owned(),
            patience: PATIENCE,
        })
    }

    /// The same, ending an invocation that takes longer than `patience`.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    async fn call(self, function: String, event: Value) -> Result<Value, InvokeError> {
        let url = format!("{}/{PATH}/{function}/invocations", self.url);
        let sent = self.http.post(&url).json(&event).send().await;
        let response = sent.map_err(|error| self.lost(error))?;
        let status = response.status();
        let marked = response.headers().contains_key(ERROR_HEADER);
        let body = response.bytes().await.map_err(|error| self.lost(error))?;
        let answer = match serde_json::from_slice(&body) {
            Ok(answer) => Some(answer),
            // A function that has nothing to say.
            Err(_) if body.is_empty() => Some(Value::Null),
            Err(_) => None,
        };
        match answer {
            Some(answer) if status.is_success() && !marked && error_message(&answer).is_none() => Ok(answer),
            Some(answer) => {
                let message = error_message(&answer).map_or_else(|| answer.to_string(), str::to_owned);
                Err(InvokeError::Failed(format!(
                    "HTTP {}: {message}",
                    status.as_u16()
                )))
            }
            None => {
                let text: String = String::from_utf8_lossy(&body).chars().take(TOLD).collect();
                Err(InvokeError::Failed(format!("HTTP {}: {text}", status.as_u16())))
            }
        }
    }

    fn lost(&self, error: reqwest::Error) -> InvokeError {
        let error = error.without_url();
        let cause = error
            .source()
            .map(|cause| format!(": {cause}"))
            .unwrap_or_default();
        InvokeError::Failed(format!(
            "the functions at {} cannot be reached: {error}{cause}",
            self.url
        ))
    }
}

impl Invoker for LambdaServer {
    /// The server tells the function its deadline.
    fn invoke(&self, function: &str, event: Value, _: Timestamp) -> Invocation {
        Box::pin(self.clone().call(function.to_owned(), event))
    }

    fn patience(&self, _: Duration) -> Duration {
        self.patience
    }
}

/// What a function's runtime says of a failure: an object with the message and the error's type.
fn error_message(answer: &Value) -> Option<&str> {
    answer.get("errorMessage").and_then(Value::as_str)
}
