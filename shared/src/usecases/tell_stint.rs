//! Tells a driver, once, that their stint begins soon, as the driver wishes.

use super::call::Env;
use super::direct::{Direct, send_direct};
use super::job::{Job, JobFailure, at_home};
use crate::domain::event::EventKey;
use crate::domain::ids::{ChannelId, TeamId, UserId};
use crate::domain::notice::{Notice, Render};
use crate::domain::stints::{StintCall, team_now};
use crate::domain::wishes::{Telling, Way};
use crate::ports::discord::{Guilds, Messages};
use crate::ports::store::{
    Alerts, Ledger, MemberWishes, Receipts, SettingsReader, Spaces, TeamReader, TeamSpaces,
};
use jiff::Timestamp;

/// What is needed of the store.
pub trait StintStore:
    Alerts + Ledger + MemberWishes + Receipts + SettingsReader + Spaces + TeamReader + TeamSpaces
{
}

impl<T: Alerts + Ledger + MemberWishes + Receipts + SettingsReader + Spaces + TeamReader + TeamSpaces>
    StintStore for T
{
}

/// Who is told of which stint.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// The event.
    pub event: EventKey,
    /// The team.
    pub team: TeamId,
    /// The driver.
    pub user: UserId,
    /// When the stint begins.
    pub from: Timestamp,
}

/// Tells the driver unless they were told, the stint is not theirs any more or at another time, it has begun, or nobody is
/// to be told. Without a DM it is said in the team's thread, or in the event's channel where there is none.
///
/// # Errors
/// What the store and Discord say.
pub async fn tell_stint<S: StintStore>(
    store: &S,
    env: &impl Env,
    discord: &(impl Messages + Guilds),
    render: &impl Render,
    job: &Job,
    turn: Turn,
) -> Result<(), JobFailure> {
    let Turn {
        event,
        team,
        user,
        from,
    } = turn;
    let name = format!("stint#{team}#{from}#{user}");
    let (found, plan, club, space, own, wishes) = futures::join!(
        Box::pin(store.line_up(event)),
        Box::pin(store.team_plan(event, team)),
        Box::pin(store.club_and_settings(event.club)),
        Box::pin(store.space(event)),
        Box::pin(store.team_space(event, team)),
        Box::pin(store.wishes(event.club, user))
    );
    let (Some((sheet, line_up)), Some(plan), Some((club, settings)), space, own, wishes) =
        (found?, plan?, club?, space?, own?, wishes?)
    else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let settled = async |receipt| -> Result<(), JobFailure> {
        Ok(store.settle_delivery(event, &name, receipt, job.now).await?)
    };
    let plan = plan.on(&sheet.event);
    let team = team_now(&line_up, team, &sheet).ok();
    let team = team.filter(|team| !sheet.event.state.is_over() && team.drivers.contains(&user));
    let (Some(team), Some((place, stint))) = (team, plan.change_of(user, from)) else {
        // It may be so again: nothing is recorded.
        return Ok(());
    };
    if job.now >= stint.from {
        return settled("late").await;
    }
    let way = wishes.way(Telling::Stint, &settings);
    if way == Way::Nobody {
        return Ok(());
    }
    let call = StintCall::of(&club, &sheet, &team, &plan, place);
    let channels: Vec<ChannelId> = [
        own.and_then(|own| own.thread_in(job.guild)),
        space.and_then(|space| space.channel_in(job.guild)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let told = Direct {
        event: &sheet.event,
        settings: &settings,
        user,
        name: &name,
        public: way == Way::Public,
        // In quiet hours races are driven, too.
        what: None,
        rendered: render.render(&Notice::StintNext { call: &call }),
        channels: &channels,
    };
    Box::pin(send_direct(store, env, discord, job, &told)).await
}
