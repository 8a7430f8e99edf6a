//! Tells people what concerns them, and does what has to happen before they can be told: fed by the notify queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use gantry_shared::adapters::timeline::Skia;
use gantry_shared::discord::views::Views;
use gantry_shared::domain::work::Work;
use gantry_shared::runtime::batch::{self, Delivery};
use gantry_shared::runtime::worker::Parts;
use gantry_shared::usecases::Env;
use gantry_shared::usecases::announce::announce_event;
use gantry_shared::usecases::announce_plan::announce_plan;
use gantry_shared::usecases::apply_roles::{Whose, apply_roles};
use gantry_shared::usecases::check_permissions::{self, tell_permissions};
use gantry_shared::usecases::finish_answer::{Wish, finish_answer};
use gantry_shared::usecases::job::{Job, JobFailure};
use gantry_shared::usecases::park_job::{resume_parked, unless_lost};
use gantry_shared::usecases::post_join_request::{Asked, post_join_request};
use gantry_shared::usecases::post_results::post_results;
use gantry_shared::usecases::post_series_end::post_series_end;
use gantry_shared::usecases::promote_waiting::promote_waiting;
use gantry_shared::usecases::run_alerts::run_alerts;
use gantry_shared::usecases::set_guild_setting::{self, set_guild_setting};
use gantry_shared::usecases::show_pace::show_pace;
use gantry_shared::usecases::tell_cancelled::tell_cancelled;
use gantry_shared::usecases::tell_incident::{Told, tell_incident};
use gantry_shared::usecases::tell_join_decision::tell_join_decision;
use gantry_shared::usecases::tell_promoted::{Promotion, tell_promoted};
use gantry_shared::usecases::tell_reminder::{Reminder, tell_reminder};
use gantry_shared::usecases::tell_stint::{Turn, tell_stint};
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
        Work::PromoteWaiting { event, class } => {
            Box::pin(promote_waiting(table, env, job, *event, class)).await
        }
        Work::TellPromoted {
            event,
            user,
            class,
            ticket,
        } => {
            let promotion = Promotion {
                event: *event,
                user: *user,
                class,
                ticket: *ticket,
            };
            Box::pin(tell_promoted(table, env, &discord, &views, job, &promotion)).await
        }
        Work::TellReminder {
            event,
            user,
            hours,
            due,
        } => {
            let reminder = Reminder {
                event: *event,
                user: *user,
                hours: *hours,
                due: *due,
            };
            Box::pin(tell_reminder(table, env, &discord, &views, job, reminder)).await
        }
        Work::TellCancelled { event, user } => {
            Box::pin(tell_cancelled(table, env, &discord, &views, job, (*event, *user))).await
        }
        Work::PostResults { event, reply } => {
            Box::pin(post_results(
                table,
                env,
                &discord,
                &views,
                job,
                (*event, reply.as_ref()),
            ))
            .await
        }
        Work::AnnouncePlan { event, team, reply } => {
            let outside = (&discord, &views, &Skia);
            let what = (*event, *team, reply.as_ref());
            Box::pin(announce_plan(table, env, outside, job, what)).await
        }
        Work::FinishAnswer {
            event,
            user,
            name,
            roles,
            answer,
            interaction,
            reply,
        } => {
            let wish = Wish {
                event: *event,
                user: *user,
                name,
                roles,
                answer,
                interaction: *interaction,
                reply,
            };
            Box::pin(finish_answer(table, env, &discord, &views, job, &wish)).await
        }
        Work::RunAlerts { event } => Box::pin(run_alerts(table, env, &discord, &views, job, *event)).await,
        Work::TellStint {
            event,
            team,
            user,
            from,
        } => {
            let turn = Turn {
                event: *event,
                team: *team,
                user: *user,
                from: *from,
            };
            Box::pin(tell_stint(table, env, &discord, &views, job, turn)).await
        }
        Work::PostSeriesEnd { club, series, reply } => {
            let outside = (&discord, &views);
            let what = (*club, *series, reply.as_ref());
            Box::pin(post_series_end(table, env, outside, job, what)).await
        }
        Work::ShowPace { event, team } => {
            Box::pin(show_pace(table, env, (&discord, &views), job, (*event, *team))).await
        }
        Work::TellIncident {
            event,
            team,
            id,
            number,
            incident,
        } => {
            let told = Told {
                event: *event,
                team: *team,
                id,
                number: *number,
                incident,
            };
            Box::pin(tell_incident(table, (&discord, &views), job, told)).await
        }
        Work::Announce { event, what, due } => {
            Box::pin(announce_event(
                table,
                env,
                (&discord, &views),
                job,
                (*event, *what, *due),
            ))
            .await
        }
        Work::PostJoinRequest { club, request, reply } => {
            let asked = Asked {
                club: *club,
                request: *request,
                reply,
            };
            Box::pin(post_join_request(table, env, &discord, &views, job, asked)).await
        }
        Work::SetGuildSetting {
            club,
            key,
            typed,
            user,
            manages_server,
            interaction,
            reply,
        } => {
            let asked = set_guild_setting::Asked {
                club: *club,
                key: *key,
                typed,
                user: *user,
                manages_server: *manages_server,
                interaction: *interaction,
                reply,
            };
            Box::pin(set_guild_setting(table, env, &discord, &views, job, &asked)).await
        }
        Work::TellJoinDecision { club, request } => {
            Box::pin(tell_join_decision(
                table,
                &discord,
                &views,
                job,
                (*club, *request),
            ))
            .await
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
        Work::CheckPermissions {
            club,
            occasion,
            reply,
        } => {
            let asked = check_permissions::Asked {
                club: *club,
                occasion: *occasion,
                reply,
                authorize: &parts.authorize,
            };
            Box::pin(tell_permissions(table, env, &discord, &views, job, &asked)).await
        }
        Work::ResumeParked { club } => Box::pin(resume_parked(table, env, *club)).await,
        Work::OpenEventSpace { .. }
        | Work::RefreshBoard { .. }
        | Work::ArchiveEventSpace { .. }
        | Work::DeleteEventSpace { .. }
        | Work::CheckSpaces { .. }
        | Work::ImportResults { .. }
        | Work::SettleTeam { .. }
        | Work::SettleTeamOf { .. }
        | Work::SettleRooms { .. }
        | Work::FollowSetting { .. }
        | Work::SampleAttendance { .. }
        | Work::ClearTeams { .. }
        | Work::SyncMembers { .. }
        | Work::PreviewRoster { .. }
        | Work::ApplyRoster { .. }
        | Work::ExportRoster { .. } => Err(JobFailure::Misplaced),
    }
}
