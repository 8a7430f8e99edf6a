//! Keeps the roster true to the guild: fed by the sync queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use gantry_shared::discord::views::Views;
use gantry_shared::domain::work::Work;
use gantry_shared::runtime::batch::{self, Delivery};
use gantry_shared::runtime::worker::Parts;
use gantry_shared::usecases::Env;
use gantry_shared::usecases::apply_roster::apply_roster;
use gantry_shared::usecases::export_roster::export_roster;
use gantry_shared::usecases::job::JobFailure;
use gantry_shared::usecases::preview_roster::{Preview, preview_roster};
use gantry_shared::usecases::sync_members::{Leg, sync_members};
use jiff::Timestamp;

/// Handles a batch; what is not done is reported by record.
pub async fn handle<E: Env>(parts: &Parts<E>, event: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
    let queues = (&parts.sqs, &parts.queues);
    batch::handle(event, deadline, queues, |envelope| {
        perform(parts, envelope, deadline)
    })
    .await
}

async fn perform<E: Env>(
    parts: &Parts<E>,
    delivery: Delivery,
    deadline: Timestamp,
) -> Result<(), JobFailure> {
    let (job, discord, views) = (parts.job(&delivery), parts.discord(deadline), Views::default());
    let (table, env) = (&parts.table, &parts.env);
    match delivery.envelope.work {
        Work::SyncMembers { run, leg, .. } => {
            let leg = Leg { run, number: leg };
            Box::pin(sync_members(&parts.table, &parts.env, &job, leg)).await
        }
        Work::PreviewRoster {
            import,
            user,
            by,
            file,
            reply,
        } => {
            let preview = Preview {
                import,
                user,
                by,
                file: &file,
                reply: &reply,
            };
            let outside = (&discord, &parts.uploads);
            Box::pin(preview_roster(table, env, outside, &views, &job, &preview)).await
        }
        Work::ApplyRoster { import, reply } => {
            Box::pin(apply_roster(table, env, &discord, &views, &job, (import, &reply))).await
        }
        Work::ExportRoster { club, reply } => {
            Box::pin(export_roster(table, env, &discord, &views, &job, (club, &reply))).await
        }
        Work::OpenEventSpace { .. }
        | Work::RefreshBoard { .. }
        | Work::PromoteWaiting { .. }
        | Work::TellPromoted { .. }
        | Work::FinishAnswer { .. } => Err(JobFailure::Misplaced),
    }
}
