//! Makes and updates channels and boards: fed by the channel queue and the board queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use gantry_shared::discord::views::Views;
use gantry_shared::domain::work::Work;
use gantry_shared::runtime::batch::{self, Delivery};
use gantry_shared::runtime::worker::Parts;
use gantry_shared::usecases::Env;
use gantry_shared::usecases::check_spaces::check_spaces;
use gantry_shared::usecases::follow_setting::follow_setting;
use gantry_shared::usecases::job::{Job, JobFailure};
use gantry_shared::usecases::open_event_space::open_event_space;
use gantry_shared::usecases::park_job::unless_lost;
use gantry_shared::usecases::put_away_event_space::{archive_event_space, delete_event_space};
use gantry_shared::usecases::refresh_board::refresh_board;
use gantry_shared::usecases::sample_attendance::sample_attendance;
use gantry_shared::usecases::settle_rooms::settle_rooms;
use gantry_shared::usecases::settle_team_space::{clear_team_spaces, settle_space_of, settle_team_space};
use jiff::Timestamp;

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
    let outcome = Box::pin(perform_on(parts, &job, work.clone(), deadline)).await;
    let (discord, views) = (parts.discord(deadline), Views::default());
    let tell = (&discord, &views);
    Box::pin(unless_lost(&parts.table, &parts.env, tell, &job, work, outcome)).await
}

async fn perform_on<E: Env>(
    parts: &Parts<E>,
    job: &Job,
    work: Work,
    deadline: Timestamp,
) -> Result<(), JobFailure> {
    let (discord, views) = (parts.discord(deadline), Views::default());
    match work {
        Work::OpenEventSpace { event } => {
            Box::pin(open_event_space(
                &parts.table,
                &parts.env,
                &discord,
                &views,
                job,
                event,
            ))
            .await
        }
        Work::RefreshBoard { event } => {
            Box::pin(refresh_board(&parts.table, &discord, &views, job, event)).await
        }
        Work::ArchiveEventSpace { event } => {
            Box::pin(archive_event_space(&parts.table, &discord, &views, job, event)).await
        }
        Work::SettleTeam { event, team } => {
            Box::pin(settle_team_space(
                &parts.table,
                &discord,
                &views,
                job,
                (event, team),
            ))
            .await
        }
        Work::SettleTeamOf { event, user } => {
            Box::pin(settle_space_of(
                &parts.table,
                &discord,
                &views,
                job,
                (event, user),
            ))
            .await
        }
        Work::SettleRooms { event } => {
            Box::pin(settle_rooms(&parts.table, &discord, &views, job, event)).await
        }
        Work::FollowSetting { club, key } => {
            Box::pin(follow_setting(&parts.table, &parts.env, job, (club, key))).await
        }
        Work::SampleAttendance { event, due } => {
            Box::pin(sample_attendance(&parts.table, &discord, job, (event, due))).await
        }
        Work::ClearTeams { event } => Box::pin(clear_team_spaces(&parts.table, &discord, job, event)).await,
        Work::DeleteEventSpace { event } => {
            Box::pin(delete_event_space(&parts.table, &discord, job, event)).await
        }
        Work::CheckSpaces { club, leg } => {
            let leg = (club, leg);
            Box::pin(check_spaces(&parts.table, &parts.env, &discord, job, leg)).await
        }
        Work::PromoteWaiting { .. }
        | Work::TellPromoted { .. }
        | Work::TellReminder { .. }
        | Work::TellCancelled { .. }
        | Work::ImportResults { .. }
        | Work::PostResults { .. }
        | Work::AnnouncePlan { .. }
        | Work::RunAlerts { .. }
        | Work::TellStint { .. }
        | Work::PostSeriesEnd { .. }
        | Work::ShowPace { .. }
        | Work::TellIncident { .. }
        | Work::Announce { .. }
        | Work::FinishAnswer { .. }
        | Work::ApplyRoles { .. }
        | Work::PostJoinRequest { .. }
        | Work::SetGuildSetting { .. }
        | Work::TellJoinDecision { .. }
        | Work::CheckPermissions { .. }
        | Work::ResumeParked { .. }
        | Work::SyncMembers { .. }
        | Work::PreviewRoster { .. }
        | Work::ApplyRoster { .. }
        | Work::ExportRoster { .. } => Err(JobFailure::Misplaced),
    }
}
