//! Keeps the roster true to the guild: fed by the sync queue, and by a schedule that looks for what is due.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use gantry_shared::discord::views::Views;
use gantry_shared::domain::work::Work;
use gantry_shared::runtime::batch::{self, Delivery};
use gantry_shared::runtime::worker::Parts;
use gantry_shared::usecases::Env;
use gantry_shared::usecases::apply_roles::{Whose, apply_roles};
use gantry_shared::usecases::apply_roster::apply_roster;
use gantry_shared::usecases::export_roster::export_roster;
use gantry_shared::usecases::import_results::{Upload, import_results};
use gantry_shared::usecases::job::{Job, JobFailure};
use gantry_shared::usecases::park_job::unless_lost;
use gantry_shared::usecases::preview_roster::{Preview, preview_roster};
use gantry_shared::usecases::sync_members::{Leg, sync_members};
use gantry_shared::usecases::tick_sync::tick_sync;
use jiff::Timestamp;
use serde_json::Value;

/// Handles what the function is called with: a batch of the sync queue, or a tick of its schedule.
///
/// # Errors
/// An event that is neither, and a tick that failed as a whole.
pub async fn handle_event<E: Env>(
    parts: &Parts<E>,
    event: Value,
    deadline: Timestamp,
) -> Result<Value, lambda_runtime::Error> {
    if event.get("Records").is_some() {
        let batch = serde_json::from_value(event)?;
        return Ok(serde_json::to_value(
            Box::pin(handle(parts, batch, deadline)).await,
        )?);
    }
    if event.get("source") != Some(&Value::from("aws.events")) {
        return Err("neither a batch nor a tick of a schedule".into());
    }
    let now = parts.env.now();
    let ticked = Box::pin(tick_sync(&parts.table, &parts.env, now, || batch::left(deadline))).await?;
    let (begun, put_off, passed_over) = (ticked.begun, ticked.put_off, ticked.passed_over);
    tracing::info!(begun, put_off, passed_over, "ticked");
    Ok(serde_json::to_value(ticked)?)
}

/// Handles a batch; what is not done is reported by record.
pub async fn handle<E: Env>(parts: &Parts<E>, event: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
    let queues = (&parts.sqs, &parts.queues);
    batch::handle(event, deadline, queues, |envelope| {
        Box::pin(perform(parts, envelope, deadline))
    })
    .await
}

async fn perform<E: Env>(
    parts: &Parts<E>,
    delivery: Delivery,
    deadline: Timestamp,
) -> Result<(), JobFailure> {
    let job = parts.job(&delivery);
    let work = delivery.envelope.work;
    let outcome = Box::pin(perform_on(parts, &job, &work, deadline)).await;
    let (discord, views) = (parts.discord(deadline), Views::default());
    let tell = (&discord, &views);
    Box::pin(unless_lost(&parts.table, &parts.env, tell, &job, work, outcome)).await
}

async fn perform_on<E: Env>(
    parts: &Parts<E>,
    job: &Job,
    work: &Work,
    deadline: Timestamp,
) -> Result<(), JobFailure> {
    let (discord, views) = (parts.discord(deadline), Views::default());
    let (table, env) = (&parts.table, &parts.env);
    match work {
        Work::SyncMembers { run, leg, reply } => {
            let leg = Leg {
                run: *run,
                number: *leg,
                reply: reply.as_ref(),
                left: &|| batch::left(deadline),
            };
            Box::pin(sync_members(table, env, &discord, &views, job, leg)).await
        }
        Work::PreviewRoster {
            import,
            user,
            by,
            file,
            reply,
        } => {
            let preview = Preview {
                import: *import,
                user: *user,
                by: *by,
                file,
                reply,
            };
            let outside = (&discord, &parts.uploads);
            Box::pin(preview_roster(table, env, outside, &views, job, &preview)).await
        }
        Work::ImportResults {
            event,
            user,
            interaction,
            file,
            reply,
        } => {
            let upload = Upload {
                event: *event,
                user: *user,
                interaction: *interaction,
                file,
                reply,
            };
            let outside = (&discord, &parts.uploads);
            Box::pin(import_results(table, env, outside, &views, job, upload)).await
        }
        Work::ApplyRoster { import, reply } => {
            let left = &|| batch::left(deadline);
            let import = (*import, reply);
            Box::pin(apply_roster(table, env, &discord, &views, job, import, left)).await
        }
        Work::ExportRoster { club, reply } => {
            Box::pin(export_roster(table, env, &discord, &views, job, (*club, reply))).await
        }
        Work::ApplyRoles {
            club,
            user,
            how,
            reply,
        } => {
            let whose = Whose {
                club: *club,
                user: *user,
                how: *how,
                reply: reply.as_ref(),
            };
            Box::pin(apply_roles(table, env, &discord, &views, job, whose)).await
        }
        Work::OpenEventSpace { .. }
        | Work::RefreshBoard { .. }
        | Work::PromoteWaiting { .. }
        | Work::TellPromoted { .. }
        | Work::TellReminder { .. }
        | Work::TellCancelled { .. }
        | Work::PostResults { .. }
        | Work::AnnouncePlan { .. }
        | Work::RunAlerts { .. }
        | Work::TellStint { .. }
        | Work::PostSeriesEnd { .. }
        | Work::ShowPace { .. }
        | Work::TellIncident { .. }
        | Work::Announce { .. }
        | Work::ArchiveEventSpace { .. }
        | Work::DeleteEventSpace { .. }
        | Work::CheckSpaces { .. }
        | Work::SettleTeam { .. }
        | Work::SettleTeamOf { .. }
        | Work::SettleRooms { .. }
        | Work::FollowSetting { .. }
        | Work::SampleAttendance { .. }
        | Work::ClearTeams { .. }
        | Work::FinishAnswer { .. }
        | Work::PostJoinRequest { .. }
        | Work::SetGuildSetting { .. }
        | Work::TellJoinDecision { .. }
        | Work::CheckPermissions { .. }
        | Work::ResumeParked { .. } => Err(JobFailure::Misplaced),
    }
}
