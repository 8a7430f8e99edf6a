//! Keeps the roster true to the guild: fed by the sync queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use gantry_shared::domain::work::Work;
use gantry_shared::runtime::batch::{self, Delivery};
use gantry_shared::runtime::worker::Parts;
use gantry_shared::usecases::Env;
use gantry_shared::usecases::job::JobFailure;
use gantry_shared::usecases::sync_members::{Leg, sync_members};
use jiff::Timestamp;

/// Handles a batch; what is not done is reported by record.
pub async fn handle<E: Env>(parts: &Parts<E>, event: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
    let queues = (&parts.sqs, &parts.queues);
    batch::handle(event, deadline, queues, |envelope| perform(parts, envelope)).await
}

async fn perform<E: Env>(parts: &Parts<E>, delivery: Delivery) -> Result<(), JobFailure> {
    let job = parts.job(&delivery);
    match delivery.envelope.work {
        Work::SyncMembers { run, leg, .. } => {
            let leg = Leg { run, number: leg };
            Box::pin(sync_members(&parts.table, &parts.env, &job, leg)).await
        }
        Work::OpenEventSpace { .. }
        | Work::RefreshBoard { .. }
        | Work::PromoteWaiting { .. }
        | Work::TellPromoted { .. }
        | Work::FinishAnswer { .. } => Err(JobFailure::Misplaced),
    }
}
