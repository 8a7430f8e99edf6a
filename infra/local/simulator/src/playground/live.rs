//! Telling open pages that something has changed, as server-sent events.

use crate::simulator::Simulator;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::Stream;
use futures::stream::unfold;
use serde_json::json;
use std::convert::Infallible;
use tokio::sync::watch;

/// Counts the changes of the simulator's state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Changes {
    /// Rises with every change.
    pub version: u64,
    /// The server stops: streams end, so that it need not wait for them.
    pub closed: bool,
}

/// `change` events with the version, the present one at once, then the newest after each change; and the run, which is
/// another one after a restart: what a page counts by the numbers of the one before begins anew then.
pub(super) async fn events(
    State(simulator): State<Simulator>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stream = unfold((simulator.changes(), simulator.run(), true), next);
    Sse::new(stream).keep_alive(KeepAlive::default())
}

type Following = (watch::Receiver<Changes>, String, bool);

async fn next((mut changes, run, first): Following) -> Option<(Result<Event, Infallible>, Following)> {
    if !first {
        changes.changed().await.ok()?;
    }
    let Changes { version, closed } = *changes.borrow_and_update();
    let event = Event::default()
        .event("change")
        .data(json!({"run": run, "version": version}).to_string());
    (!closed).then_some((Ok(event), (changes, run, false)))
}
