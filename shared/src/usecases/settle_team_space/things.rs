//! Makes, adopts and renames a team's role, thread and voice channel.

use super::{Facts, TeamBuilder, TeamStore};
use crate::domain::ids::{ChannelId, RoleId};
use crate::domain::permissions::{Overwrite, Permissions, Right};
use crate::domain::space::Step;
use crate::domain::team_space::TeamSpace;
use crate::ports::discord::{Channel, ChannelKind, NewChannel};
use crate::usecases::job::{CLOCK_SKEW, Job, JobFailure};
use crate::usecases::open_event_space::with_room;
use jiff::Timestamp;

/// Channel type of a private thread (Discord docs, resources/channel).
const PRIVATE_THREAD: ChannelKind = ChannelKind::Other(12);

/// The team's role; its id is recorded when this returns.
pub(super) async fn ensure_role<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    space: &mut TeamSpace,
) -> Result<RoleId, JobFailure> {
    if let Some(id) = space.role.id() {
        return Ok(id);
    }
    let left = match space.role {
        Step::Intended { at } => role_left(store, discord, job, space, at).await?,
        _ => None,
    };
    let id = match left {
        Some(id) => id,
        None => {
            space.role = space.role.intended(job.now);
            store.save_team_space(space, None).await?;
            let reason = format!("Role of the team {}", space.name);
            discord.create_role(job.guild, &space.name, &reason).await?
        }
    };
    space.role = Step::Done { id };
    // A role is claimed as channels are: Discord's ids are unique across all kinds.
    store.save_team_space(space, Some(ChannelId(id.0))).await?;
    Ok(id)
}

/// The team's private thread; its id is recorded when this returns.
pub(super) async fn ensure_thread<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    space: &mut TeamSpace,
    channel: ChannelId,
) -> Result<(), JobFailure> {
    if space.thread.id().is_some() {
        return Ok(());
    }
    let left = match space.thread {
        Step::Intended { at } => thread_left(store, discord, job, space, at).await?,
        _ => None,
    };
    let id = match left {
        Some(id) => id,
        None => {
            space.thread = space.thread.intended(job.now);
            store.save_team_space(space, None).await?;
            let reason = format!("Thread of the team {}", space.name);
            discord
                .create_private_thread(channel, &space.name, &reason)
                .await?
        }
    };
    space.thread = Step::Done { id };
    Ok(store.save_team_space(space, Some(id)).await?)
}

/// The team's voice channel, which only the team sees; its id is recorded when this returns.
pub(super) async fn ensure_voice<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    (space, role): (&mut TeamSpace, RoleId),
    facts: &Facts<'_>,
) -> Result<(), JobFailure> {
    if space.voice.id().is_some() {
        return Ok(());
    }
    let list = discord.list_channels(job.guild).await?;
    let left = match space.voice {
        Step::Intended { at } => channel_left(store, space, (ChannelKind::Voice, at), &list).await?,
        _ => None,
    };
    let id = match left {
        Some(id) => id,
        None => {
            let picture = discord.guild_picture(job.guild).await?;
            let known = (list.as_slice(), &picture);
            let parent = with_room(store, discord, job, (facts.sheet, facts.settings), known).await?;
            space.category = Some(parent);
            space.voice = space.voice.intended(job.now);
            store.save_team_space(space, None).await?;
            let wanted = NewChannel {
                kind: ChannelKind::Voice,
                name: space.name.clone(),
                topic: None,
                parent: Some(parent),
                overwrites: team_only(job, role, picture.own.user.0),
                user_limit: facts.settings.voice_user_limit(),
            };
            let reason = format!("Practice of the team {}", space.name);
            discord.create_channel(job.guild, &wanted, &reason).await?.id
        }
    };
    space.voice = Step::Done { id };
    Ok(store.save_team_space(space, Some(id)).await?)
}

/// Nobody sees it but the team and Gantry.
fn team_only(job: &Job, role: RoleId, own: u64) -> Vec<Overwrite> {
    let see = Right::ViewChannel.bit() | Right::Connect.bit();
    let of = |target, of_role, allow, deny| Overwrite {
        target,
        of_role,
        allow,
        deny,
    };
    vec![
        of(job.guild.0, true, Permissions::NONE, see),
        of(role.0, true, see | Right::Speak.bit(), Permissions::NONE),
        // Without it Gantry could not remove the channel any more.
        of(own, false, see | Right::ManageChannels.bit(), Permissions::NONE),
    ]
}

/// Gives all that is there the team's name.
pub(super) async fn rename<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    space: &mut TeamSpace,
    name: &str,
) -> Result<(), JobFailure> {
    if space.name == name {
        return Ok(());
    }
    let reason = format!("The team {} has another name", space.name);
    if let Some(role) = space.role.id() {
        discord.rename_role(space.guild, role, name, &reason).await?;
    }
    for channel in [space.thread.id(), space.voice.id()].into_iter().flatten() {
        discord.rename_channel(channel, name, &reason).await?;
    }
    name.clone_into(&mut space.name);
    Ok(store.save_team_space(space, None).await?)
}

/// Takes up what an earlier try has made but not recorded, so that it can be removed.
pub(super) async fn adopt_left<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    space: &mut TeamSpace,
) -> Result<(), JobFailure> {
    if let Step::Intended { at } = space.role {
        let left = role_left(store, discord, job, space, at).await?;
        space.role = left.map_or(Step::Todo, |id| Step::Done { id });
    }
    if let Step::Intended { at } = space.thread {
        let left = thread_left(store, discord, job, space, at).await?;
        space.thread = left.map_or(Step::Todo, |id| Step::Done { id });
    }
    if let Step::Intended { at } = space.voice {
        let list = discord.list_channels(job.guild).await?;
        let left = channel_left(store, space, (ChannelKind::Voice, at), &list).await?;
        space.voice = left.map_or(Step::Todo, |id| Step::Done { id });
    }
    Ok(())
}

async fn role_left<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    space: &TeamSpace,
    at: Timestamp,
) -> Result<Option<RoleId>, JobFailure> {
    let picture = discord.guild_picture(job.guild).await?;
    let same = picture.roles.iter().filter(|role| {
        role.name == space.name
            && !role.managed
            && role.permissions == Permissions::NONE
            && role.id.created_at_millis() >= earliest(at)
    });
    let left = unowned(store, space, same.map(|role| ChannelId(role.id.0)).collect()).await?;
    Ok(left.map(|id| RoleId(id.0)))
}

async fn thread_left<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    space: &TeamSpace,
    at: Timestamp,
) -> Result<Option<ChannelId>, JobFailure> {
    let list = discord.active_threads(job.guild).await?;
    channel_left(store, space, (PRIVATE_THREAD, at), &list).await
}

/// What an earlier try made: same kind and name, not older than the intent, owned by no other record.
async fn channel_left<S: TeamStore>(
    store: &S,
    space: &TeamSpace,
    (kind, at): (ChannelKind, Timestamp),
    list: &[Channel],
) -> Result<Option<ChannelId>, JobFailure> {
    let same = list.iter().filter(|channel| {
        channel.kind == kind && channel.name == space.name && channel.id.created_at_millis() >= earliest(at)
    });
    unowned(store, space, same.map(|channel| channel.id).collect()).await
}

async fn unowned<S: TeamStore>(
    store: &S,
    space: &TeamSpace,
    candidates: Vec<ChannelId>,
) -> Result<Option<ChannelId>, JobFailure> {
    if candidates.is_empty() {
        return Ok(None);
    }
    let owned = store.owned_channels(space.event.club, &candidates).await?;
    Ok(candidates.into_iter().filter(|id| !owned.contains(id)).min())
}

fn earliest(intended_at: Timestamp) -> i64 {
    intended_at
        .saturating_sub(CLOCK_SKEW)
        .unwrap_or(intended_at)
        .as_millisecond()
}
