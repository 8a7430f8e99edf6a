//! Announces a team's plan where the team reads it, once, and keeps what stands there up to date.

use super::call::{Call, Env, Failure, with_caller};
use super::finish_answer::reply;
use super::job::{Job, JobFailure, at_home};
use super::once::{Decision, once};
use super::record_results::Later;
use super::standing_message::{StandingMessage, stands_in};
use crate::domain::event::EventKey;
use crate::domain::ids::{EventId, TeamId};
use crate::domain::notice::{Notice, Render};
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::domain::stints::timeline::Timeline;
use crate::domain::stints::{PlanBrief, TeamPlan, team_now};
use crate::domain::work::{Reply, Work};
use crate::ports::discord::{FileMessages, Guilds, InteractionReplies, Threads, Upload};
use crate::ports::pictures::Pictures;
use crate::ports::store::{
    Batch, Change, ClubReader, Ledger, OnceKey, Receipts, SettingsReader, Spaces, TeamReader, TeamSpaces,
};

/// The picture's name.
pub const PICTURE: &str = "stints.png";

/// What is needed of the store.
pub trait PlanStore: Ledger + Receipts + SettingsReader + Spaces + TeamReader + TeamSpaces {}

impl<T: Ledger + Receipts + SettingsReader + Spaces + TeamReader + TeamSpaces> PlanStore for T {}

/// Has a team's plan announced. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `NoSuchTeam`, `NoPlan`, `Busy`.
pub async fn ask_to_announce_plan<S: ClubReader + TeamReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    (event, team): (EventId, TeamId),
) -> Result<Later, Failure> {
    let decide = || async {
        let (caller, (found, plan)) = with_caller(store, call, |club| async move {
            let key = EventKey { club, event };
            let (found, plan) = futures::join!(store.line_up(key), store.team_plan(key, team));
            Ok((found?, plan?))
        })
        .await?;
        call.allow(&caller, Capability::ManageEvents)?;
        let (sheet, line_up) = found.ok_or(Refusal::NoSuchEvent)?;
        team_now(&line_up, team, &sheet)?;
        if plan.is_none_or(|plan| plan.stints.is_empty()) {
            return Err(Refusal::NoPlan.into());
        }
        let work = Work::AnnouncePlan {
            event: sheet.event.key,
            team,
            reply: Some(call.reply.clone()),
        };
        let batch = Batch {
            changes: Vec::new(),
            record: None,
            outbox: call.outbox(env, vec![work]),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), Later))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// What is to be done after a change of a plan that was announced.
pub(super) fn announced_again(plan: &TeamPlan) -> Vec<Work> {
    let work = Work::AnnouncePlan {
        event: plan.event,
        team: plan.team,
        reply: None,
    };
    if plan.announced.is_some() {
        vec![work]
    } else {
        Vec::new()
    }
}

/// Announces it in the team's thread, or in the event's channel where there is none, or brings up to date what was
/// announced, and tells whoever asked. If nobody did, nothing new is announced.
///
/// # Errors
/// What the store and Discord say.
pub async fn announce_plan<S: PlanStore>(
    store: &S,
    env: &impl Env,
    (discord, render, pictures): (
        &(impl FileMessages + Guilds + InteractionReplies + Threads),
        &impl Render,
        &impl Pictures,
    ),
    job: &Job,
    (event, team, asked): (EventKey, TeamId, Option<&Reply>),
) -> Result<(), JobFailure> {
    let (found, plan, club, space, own) = futures::join!(
        Box::pin(store.line_up(event)),
        Box::pin(store.team_plan(event, team)),
        Box::pin(store.club_and_settings(event.club)),
        Box::pin(store.space(event)),
        Box::pin(store.team_space(event, team))
    );
    let (Some((sheet, line_up)), Some(plan), Some((club, _)), space, own) =
        (found?, plan?, club?, space?, own?)
    else {
        return Ok(());
    };
    if !at_home(&club, job)? || plan.stints.is_empty() || (asked.is_none() && plan.announced.is_none()) {
        return Ok(());
    }
    let team = match team_now(&line_up, team, &sheet) {
        Ok(team) => team,
        Err(refusal) => {
            let Some(to) = asked else { return Ok(()) };
            let notice = Notice::Refused { refusal: &refusal };
            return reply(discord, env, to, render.render(&notice).body).await;
        }
    };
    let shown = PlanBrief::of(&club, &sheet, &team, &plan.clone().on(&sheet.event));
    let file = Timeline::of(&shown, job.now)
        .and_then(|timeline| pictures.timeline(&timeline))
        .map(|bytes| Upload {
            filename: PICTURE.to_owned(),
            content_type: "image/png",
            bytes,
        });
    let picture = file.as_ref().map(|file| file.filename.as_str());
    let rendered = render.render(&Notice::PlanAnnounced {
        plan: &shown,
        picture,
    });
    let thread = own.and_then(|own| own.thread_in(job.guild));
    let of_event = space.and_then(|space| space.channel_in(job.guild));
    let channel = match (asked, plan.announced) {
        // A change follows the message as long as its place is one of the event's; a thread that came later has one when
        // somebody asks for it, or when the place is gone.
        (None, Some(posted)) if [thread, of_event].contains(&Some(posted.channel)) => Some(posted.channel),
        _ => thread.or(of_event),
    };
    let stands = match channel {
        None => None,
        Some(channel) => {
            let name = format!("plan#{}", team.id);
            let message = StandingMessage {
                event,
                name: &name,
                channel,
                posted: plan.announced,
                body: &rendered.body,
                file: file.as_ref(),
                // One that was put away with its event stays so.
                reopens: !sheet.event.state.is_over(),
            };
            let placed = Box::pin(place(store, env, discord, job, &plan, &message)).await;
            stands_in(discord, job, channel, placed).await?
        }
    };
    let Some(to) = asked else {
        return Ok(());
    };
    let notice = match stands {
        Some(channel) => Notice::PlanStands {
            team: &team.name,
            channel,
        },
        None => Notice::Refused {
            refusal: &Refusal::NoChannel,
        },
    };
    reply(discord, env, to, render.render(&notice).body).await
}

async fn place<S: Ledger + Receipts>(
    store: &S,
    env: &impl Env,
    discord: &(impl FileMessages + Threads),
    job: &Job,
    plan: &TeamPlan,
    message: &StandingMessage<'_>,
) -> Result<(), JobFailure> {
    let Some(new) = Box::pin(message.place(store, discord, job)).await? else {
        return Ok(());
    };
    let after = TeamPlan {
        announced: Some(new.posted),
        version: plan.version + 1,
        ..plan.clone()
    };
    new.record(store, env, job, (message.event, Change::PutTeamPlan(after)))
        .await
}
