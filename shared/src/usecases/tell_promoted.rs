//! Tells a driver, once, that they moved up from the waitlist: by DM, or in the event's channel where DMs are closed.

use super::call::Env;
use super::direct::{Direct, send_direct};
use super::job::{Job, JobFailure, at_home};
use crate::domain::alert::HeldDm;
use crate::domain::event::EventKey;
use crate::domain::ids::UserId;
use crate::domain::notice::{Notice, Render};
use crate::domain::series::ClassId;
use crate::domain::settings::Notification;
use crate::domain::signup::{SignUp, Status, Ticket};
use crate::ports::discord::{Guilds, Messages};
use crate::ports::store::{Alerts, EventReader, Ledger, Receipts, SettingsReader, Spaces};

/// Who is told what.
#[derive(Clone, Debug)]
pub struct Promotion<'a> {
    /// The event.
    pub event: EventKey,
    /// The driver.
    pub user: UserId,
    /// The class.
    pub class: &'a ClassId,
    /// Which sign-up it was about.
    pub ticket: Ticket,
}

/// Tells the driver unless they were told, or have given up the seat since, or the club has it switched off.
///
/// # Errors
/// What the store and Discord say.
pub async fn tell_promoted<S: Alerts + EventReader + Ledger + Receipts + SettingsReader + Spaces>(
    store: &S,
    env: &impl Env,
    discord: &(impl Messages + Guilds),
    render: &impl Render,
    job: &Job,
    promotion: &Promotion<'_>,
) -> Result<(), JobFailure> {
    let Promotion {
        event,
        user,
        class,
        ticket,
    } = promotion;
    let name = format!("promoted#{user}#{}", ticket.0);
    let (desk, club, space) = futures::join!(
        store.desk(*event, *user),
        store.club_and_settings(event.club),
        store.space(*event)
    );
    let (Some(desk), Some((club, settings)), space) = (desk?, club?, space?) else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let over = desk.event.state.is_over() || job.now >= desk.event.ends_at();
    if over || !still_seated(desk.mine.as_ref(), class, *ticket) {
        store.settle_delivery(*event, &name, "outdated", job.now).await?;
        return Ok(());
    }
    if !settings.notifies(Notification::Promoted) {
        store
            .settle_delivery(*event, &name, "switched off", job.now)
            .await?;
        return Ok(());
    }
    let channel = space.and_then(|space| space.channel_in(job.guild));
    let label = desk
        .event
        .class(class)
        .map_or(class.as_str(), |class| class.label.as_str());
    let notice = Notice::Promoted {
        club: &club,
        event: &desk.event,
        class: label,
        channel,
    };
    let dm = Direct {
        event: &desk.event,
        settings: &settings,
        user: *user,
        name: &name,
        public: false,
        what: Some(HeldDm::Promoted),
        rendered: render.render(&notice),
        channels: channel.as_slice(),
    };
    Box::pin(send_direct(store, env, discord, job, &dm)).await
}

fn still_seated(mine: Option<&SignUp>, class: &ClassId, ticket: Ticket) -> bool {
    mine.is_some_and(|mine| {
        mine.status
            == Status::Seated {
                class: class.clone(),
                ticket,
            }
    })
}
