//! Looks what Gantry may do in a club's guild: asked for by an admin, looked up and told by a worker.

use super::call::{Call, Env, Failure, with_caller};
use super::finish_answer::reply;
use super::job::{Job, JobFailure, at_home, or_lost};
use super::once::{Decision, once};
use crate::domain::guild_link::{Occasion, invite_url};
use crate::domain::ids::{ChannelId, ClubId, GuildId, RoleId};
use crate::domain::notice::{Notice, Render};
use crate::domain::permissions::{PictureChannel, Preflight};
use crate::domain::rank::Capability;
use crate::domain::role_map::in_force;
use crate::domain::settings::{Settings, SyncDirection};
use crate::domain::work::{Reply, Work};
use crate::ports::discord::{Channel, Channels, DiscordResult, Guilds, InteractionReplies};
use crate::ports::store::{
    Batch, ClubReader, Ledger, OnceKey, RoleMaps, SettingsReader, Spaces, StoreResult,
};
use jiff::Timestamp;

/// Has the permissions looked up; the answer follows. Takes [`Capability::ManageInstallation`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Busy`.
pub async fn ask_for_permissions<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
) -> Result<(), Failure> {
    let decide = || async {
        let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
        call.allow(&caller, Capability::ManageInstallation)?;
        let batch = Batch {
            changes: Vec::new(),
            record: None,
            outbox: call.outbox(env, vec![look(call, caller.club.id, Occasion::Asked)]),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), ()))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

/// The work of looking them up and telling whoever called.
pub(super) fn look(call: &Call, club: ClubId, occasion: Occasion) -> Work {
    Work::CheckPermissions {
        club,
        occasion,
        reply: call.reply.clone(),
    }
}

/// Who is told, and why.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The club.
    pub club: ClubId,
    /// Why.
    pub occasion: Occasion,
    /// Where.
    pub reply: &'a Reply,
    /// Where Discord asks whether to add Gantry.
    pub authorize: &'a str,
}

/// Looks the permissions up and tells them in place of the first answer.
///
/// # Errors
/// What the store and Discord say.
pub async fn tell_permissions<S: SettingsReader + RoleMaps + Spaces>(
    store: &S,
    env: &impl Env,
    discord: &(impl Guilds + Channels + InteractionReplies),
    render: &impl Render,
    job: &Job,
    asked: &Asked<'_>,
) -> Result<(), JobFailure> {
    let found = store.club_and_settings(asked.club).await?;
    let Some((club, settings)) = found else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let uses = Box::pin(what_it_uses(store, club.id, &settings)).await?;
    let preflight = match Box::pin(look_up(discord, job.guild, &uses, job.now)).await {
        Ok(preflight) => preflight,
        Err(error) => return Err(or_lost(discord, job, error.into()).await),
    };
    let invite = invite_url(asked.authorize, asked.reply.application, Some(job.guild));
    let notice = Notice::Permissions {
        club: &club,
        occasion: asked.occasion,
        preflight: &preflight,
        invite: &invite,
    };
    reply(discord, env, asked.reply, render.render(&notice).body).await
}

/// What of a guild the rights have to reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// The categories that Gantry has made its own.
    pub categories: Vec<ChannelId>,
    /// The roles that it hands out: those that go with ranks. Where Discord leads it gives them to who is approved and who
    /// comes back.
    pub roles: Vec<RoleId>,
}

/// What Gantry uses of a club's guild.
///
/// # Errors
/// What the store says.
pub async fn what_it_uses<S: RoleMaps + Spaces>(
    store: &S,
    club: ClubId,
    settings: &Settings,
) -> StoreResult<Uses> {
    let (categories, map) = futures::join!(store.club_categories(club), store.role_map(club));
    let (categories, map) = (categories?, map?);
    let roles = match settings.sync_direction() {
        SyncDirection::GantryLeads | SyncDirection::DiscordLeads => in_force(map.as_ref(), settings),
        SyncDirection::Off => Vec::new(),
    };
    Ok(Uses {
        categories: categories
            .iter()
            .filter_map(|category| category.step.id())
            .collect(),
        roles: roles.iter().map(|mapped| mapped.role).collect(),
    })
}

/// Compares what Gantry needs in a guild with what it has there.
///
/// # Errors
/// What Discord says.
pub async fn look_up(
    discord: &(impl Guilds + Channels),
    guild: GuildId,
    uses: &Uses,
    now: Timestamp,
) -> DiscordResult<Preflight> {
    let picture = Box::pin(discord.guild_picture(guild)).await?;
    let channels = discord.list_channels(guild).await?;
    let used: Vec<PictureChannel> = channels
        .iter()
        .filter(|channel| uses.categories.contains(&channel.id))
        .map(Channel::picture)
        .collect();
    let used: Vec<&PictureChannel> = used.iter().collect();
    Ok(Preflight::of(&picture, &used, &uses.roles, now))
}
