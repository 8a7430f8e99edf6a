//! On whose behalf a call is made: the trace ids that follow what a person or a schedule set off.

use std::sync::Arc;

/// Carries the trace ids of a call between this machine's processes, separated by commas. It never leaves the local
/// stack: functions are told to send it by whoever connects them here.
pub const HEADER: &str = "x-gantry-trace";

tokio::task_local! {
    static CURRENT: Arc<str>;
}

/// Does `work` on behalf of `traces`; [`current`] tells them to whoever asks inside.
pub async fn on_behalf<F: Future>(traces: &[String], work: F) -> F::Output {
    CURRENT.scope(traces.join(",").into(), work).await
}

/// What to send as [`HEADER`]; nothing outside of [`on_behalf`], or when there are no traces.
#[must_use]
pub fn current() -> Option<String> {
    let traces = CURRENT.try_with(|traces| traces.to_string()).ok()?;
    (!traces.is_empty()).then_some(traces)
}

/// The trace ids of a header's value.
#[must_use]
pub fn parse(value: Option<&str>) -> Vec<String> {
    let ids = value.unwrap_or_default().split(',');
    ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
}
