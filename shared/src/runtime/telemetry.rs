//! Logs: one JSON object a line, with the trace id of the click that caused it.

use tracing_subscriber::EnvFilter;

/// Starts logging to standard output, which Lambda hands to CloudWatch. `RUST_LOG` sets the level, `info` by default.
/// Does nothing if logging has been started.
pub fn start() {
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Below `info` these print whole events and requests, tokens among them.
    for noisy in [
        "lambda_runtime=info",
        "lambda_http=info",
        "aws_smithy_runtime=info",
        "hyper=info",
        "reqwest=info",
    ] {
        if let Ok(directive) = noisy.parse() {
            filter = filter.add_directive(directive);
        }
    }
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging has been started before");
    }
}
