//! The event bus on EventBridge: what has happened, for whoever integrates with Gantry.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::DisplayErrorContext;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

/// The source that all events name.
pub const SOURCE: &str = "gantry";
/// Most events of one call (Amazon EventBridge API reference, `PutEvents`).
pub const PUT_BATCH: usize = 10;

/// Why events could not be published; trying again helps.
#[derive(Debug, thiserror::Error)]
#[error("EventBridge: {0}")]
pub struct BusError(String);

/// Something that has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The fact's name.
    pub detail_type: String,
    /// JSON. Its `id` tells a repetition: an event may come more than once.
    pub detail: String,
}

/// The event bus.
#[derive(Clone, Debug)]
pub struct EventBus {
    client: Client,
    name: String,
}

impl EventBus {
    /// The bus of that name.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// Publishes up to [`PUT_BATCH`] happenings; returns the places of those that the bus did not take.
    ///
    /// # Errors
    /// [`BusError`] when none was taken, or nobody knows.
    pub async fn publish(&self, happenings: &[Happening]) -> Result<Vec<usize>, BusError> {
        let entry = |happening: &Happening| {
            PutEventsRequestEntry::builder()
                .event_bus_name(&self.name)
                .source(SOURCE)
                .detail_type(&happening.detail_type)
                .detail(&happening.detail)
                .build()
        };
        let entries = happenings.iter().map(entry).collect();
        let output = self
            .client
            .put_events()
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(|error| BusError(DisplayErrorContext(&error).to_string()))?;
        let failed = |(place, entry): (usize, &aws_sdk_eventbridge::types::PutEventsResultEntry)| {
            entry.error_code.is_some().then_some(place)
        };
        Ok(output.entries().iter().enumerate().filter_map(failed).collect())
    }
}
