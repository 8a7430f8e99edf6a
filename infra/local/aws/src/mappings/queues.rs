//! From a queue to its function.

use super::events::{Failures, failures, sqs_event};
use super::{Deliveries, LOOK, QueueMapping};
use crate::sqs::{Received, Sqs};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Feeds one function from one queue until it is dropped.
pub(crate) struct QueuePoller {
    pub(crate) mapping: QueueMapping,
    pub(crate) sqs: Sqs,
    pub(crate) deliveries: Deliveries,
}

impl QueuePoller {
    pub(crate) async fn run(self) {
        let poller = Arc::new(self);
        let slots = Arc::new(Semaphore::new(poller.mapping.concurrency.max(1)));
        let mut batches = JoinSet::new();
        while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
            while batches.try_join_next().is_some() {}
            let arrival = poller.sqs.arrival();
            if let Some((batch, on_its_way)) = poller.take().await {
                let poller = Arc::clone(&poller);
                batches.spawn(async move {
                    poller.deliver(batch).await;
                    drop((on_its_way, slot));
                });
            } else {
                drop(slot);
                let _ = tokio::time::timeout(LOOK, arrival).await;
            }
        }
    }

    async fn take(&self) -> Option<(Vec<Received>, super::delivery::OnItsWay)> {
        let late = self.deliveries.mode().late;
        let _gate = self.deliveries.activity.gate().await;
        match self
            .sqs
            .take_batch(&self.mapping.queue, self.mapping.batch_size, late)
        {
            Ok(batch) if !batch.is_empty() => Some((batch, self.deliveries.activity.begin())),
            Ok(_) => None,
            Err(error) => {
                tracing::debug!(queue = self.mapping.queue, %error, "mapped queue cannot be read");
                None
            }
        }
    }

    /// Calls the function and deletes what succeeded; the rest becomes visible again by itself.
    async fn deliver(&self, batch: Vec<Received>) {
        let mut outcome = self.invoke(&batch, 0).await;
        if self.deliveries.mode().double {
            outcome = self.invoke(&batch, 1).await;
        }
        for one in &batch {
            let failed = match &outcome {
                Failures::None => false,
                Failures::Items(items) => items.contains(&one.message.id),
                Failures::All => true,
            };
            if !failed {
                self.sqs.settle(&self.mapping.queue, &one.receipt);
            }
        }
    }

    async fn invoke(&self, batch: &[Received], redelivered: u32) -> Failures {
        let QueueMapping {
            queue,
            function,
            timeout,
            ..
        } = &self.mapping;
        let event = sqs_event(queue, batch, redelivered);
        let ids: HashSet<&str> = batch.iter().map(|one| one.message.id.as_str()).collect();
        match self
            .deliveries
            .invoke(function, event, batch.len(), *timeout)
            .await
        {
            Ok(answer) => failures(&answer, &ids),
            Err(_) => Failures::All,
        }
    }
}
