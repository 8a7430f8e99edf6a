//! Tells somebody, once, that an event is called off, where it has no channel in which all are told: by DM.

use super::call::Env;
use super::direct::{Direct, send_direct};
use super::job::{Job, JobFailure, at_home};
use crate::domain::event::{EventKey, EventState};
use crate::domain::ids::UserId;
use crate::domain::notice::{Notice, Render};
use crate::domain::signup::Status;
use crate::ports::discord::{Guilds, Messages};
use crate::ports::store::{Alerts, EventReader, Ledger, Receipts, SettingsReader};

/// Tells whoever had a seat or waited for one, unless they were told, or have said since that they do not come.
///
/// It is told at once and whatever they wish, as it is in a channel: whoever planned to come must know. Where DMs are closed
/// there is no way.
///
/// # Errors
/// What the store and Discord say.
pub async fn tell_cancelled<S: Alerts + EventReader + Ledger + Receipts + SettingsReader>(
    store: &S,
    env: &impl Env,
    discord: &(impl Messages + Guilds),
    render: &impl Render,
    job: &Job,
    (event, user): (EventKey, UserId),
) -> Result<(), JobFailure> {
    let name = format!("cancelled#{user}");
    let (desk, club) = futures::join!(
        Box::pin(store.desk(event, user)),
        Box::pin(store.club_and_settings(event.club))
    );
    let (Some(desk), Some((club, settings))) = (desk?, club?) else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let concerned = matches!(
        desk.mine.as_ref().map(|mine| &mine.status),
        Some(Status::Seated { .. } | Status::Waiting { .. })
    );
    let called_off = matches!(desk.event.state, EventState::Cancelled | EventState::Archived);
    if !(concerned && called_off) {
        store.settle_delivery(event, &name, "outdated", job.now).await?;
        return Ok(());
    }
    let notice = Notice::CalledOff {
        club: &club,
        event: &desk.event,
    };
    let dm = Direct {
        event: &desk.event,
        settings: &settings,
        user,
        name: &name,
        public: false,
        what: None,
        rendered: render.render(&notice),
        channels: &[],
    };
    Box::pin(send_direct(store, env, discord, job, &dm)).await
}
