//! Reminds a driver of their race by DM, who asked for that.

use super::call::Env;
use super::direct::{Direct, send_direct};
use super::job::{Job, JobFailure, at_home};
use crate::domain::alert::HeldDm;
use crate::domain::event::EventKey;
use crate::domain::ids::UserId;
use crate::domain::notice::{Notice, Render};
use crate::domain::signup::Status;
use crate::ports::discord::{Guilds, Messages};
use crate::ports::store::{Alerts, EventReader, Ledger, Receipts, SettingsReader, Spaces, TeamReader};
use jiff::Timestamp;

/// Who is reminded of what.
#[derive(Clone, Copy, Debug)]
pub struct Reminder {
    /// The event.
    pub event: EventKey,
    /// The driver.
    pub user: UserId,
    /// Hours before the start.
    pub hours: u32,
    /// When it was due, which tells it from that of a former date.
    pub due: Timestamp,
}

/// Reminds the driver unless they were reminded, have given up the seat since or are a reserve, or the race was moved or has
/// begun.
///
/// # Errors
/// What the store and Discord say.
pub async fn tell_reminder<
    S: Alerts + EventReader + Ledger + Receipts + SettingsReader + Spaces + TeamReader,
>(
    store: &S,
    env: &impl Env,
    discord: &(impl Messages + Guilds),
    render: &impl Render,
    job: &Job,
    reminder: Reminder,
) -> Result<(), JobFailure> {
    let Reminder {
        event,
        user,
        hours,
        due,
    } = reminder;
    let name = format!("reminded#{hours}#{due}#{user}");
    let (desk, club, space, teams) = futures::join!(
        Box::pin(store.desk(event, user)),
        Box::pin(store.club_and_settings(event.club)),
        Box::pin(store.space(event)),
        Box::pin(store.teams(event))
    );
    let (Some(desk), Some((club, settings)), space, teams) = (desk?, club?, space?, teams?) else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let state = desk.event.state;
    let drives = desk.mine.as_ref().is_some_and(|mine| match &teams {
        Some(teams) => teams.drives(state, mine),
        None => matches!(mine.status, Status::Seated { .. }),
    });
    let ahead = state.before_start() && job.now < desk.event.starts_at;
    let what = HeldDm::Reminder { hours, due };
    // Of a race that was moved there is another reminder.
    let still = desk.event.starts_at.duration_since(due).as_secs() == i64::from(hours) * 3600;
    if !(drives && ahead && still && what.can_wait(job.now, desk.event.starts_at)) {
        store.settle_delivery(event, &name, "outdated", job.now).await?;
        return Ok(());
    }
    let channel = space.and_then(|space| space.channel_in(job.guild));
    let notice = Notice::Reminded {
        club: &club,
        event: &desk.event,
        channel,
    };
    let dm = Direct {
        event: &desk.event,
        settings: &settings,
        user,
        name: &name,
        public: false,
        what: Some(what),
        rendered: render.render(&notice),
        channels: channel.as_slice(),
    };
    Box::pin(send_direct(store, env, discord, job, &dm)).await
}
