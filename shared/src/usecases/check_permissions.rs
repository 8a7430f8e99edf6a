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
use crate::domain::work::{Reply, Work};
use crate::ports::discord::{Channel, Channels, DiscordResult, Guilds, InteractionReplies};
use crate::ports::store::{Batch, ClubReader, Ledger, OnceKey, Spaces};
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
pub async fn tell_permissions<S: ClubReader + Spaces>(
    store: &S,
    env: &impl Env,
    discord: &(impl Guilds + Channels + InteractionReplies),
    render: &impl Render,
    job: &Job,
    asked: &Asked<'_>,
) -> Result<(), JobFailure> {
    let (club, categories) = futures::join!(store.club(asked.club), used_categories(store, asked.club));
    let Some(club) = club? else { return Ok(()) };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let preflight = match look_up(discord, job.guild, &categories?, &[], job.now).await {
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

/// The categories that Gantry has made its own.
///
/// # Errors
/// What the store says.
pub async fn used_categories<S: Spaces>(
    store: &S,
    club: ClubId,
) -> crate::ports::store::StoreResult<Vec<ChannelId>> {
    let categories = store.club_categories(club).await?;
    Ok(categories
        .iter()
        .filter_map(|category| category.step.id())
        .collect())
}

/// Compares what Gantry needs in a guild with what it has there.
///
/// # Errors
/// What Discord says.
pub async fn look_up(
    discord: &(impl Guilds + Channels),
    guild: GuildId,
    categories: &[ChannelId],
    handed_out: &[RoleId],
    now: Timestamp,
) -> DiscordResult<Preflight> {
    let picture = discord.guild_picture(guild).await?;
    let channels = discord.list_channels(guild).await?;
    let used: Vec<PictureChannel> = channels
        .iter()
        .filter(|channel| categories.contains(&channel.id))
        .map(Channel::picture)
        .collect();
    let used: Vec<&PictureChannel> = used.iter().collect();
    Ok(Preflight::of(&picture, &used, handed_out, now))
}
