//! Makes, adopts and renames a team's role, thread and voice channel.

use super::{Facts, TeamBuilder, TeamStore};
use crate::domain::ids::{ChannelId, RoleId};
use crate::domain::naming::renamed_room;
use crate::domain::permissions::{Overwrite, Permissions, Right};
use crate::domain::race_room::Room;
use crate::domain::space::Step;
use crate::domain::team_space::TeamSpace;
use crate::ports::discord::{Channel, ChannelKind, ChannelPlace, DiscordError, NewChannel};
use crate::usecases::job::{CLOCK_SKEW, Job, JobFailure};
use crate::usecases::open_event_space::with_room;
use crate::usecases::race_room::left_behind as room_left;
use jiff::Timestamp;

/// Discord docs, opcodes and status codes.
const UNKNOWN_CHANNEL: u64 = 10_003;
/// Channel type of a private thread (Discord docs, resources/channel).
const PRIVATE_THREAD: ChannelKind = ChannelKind::Other(12);

/// The team's role; its id is recorded when this returns.
pub(super) async fn ensure_role<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    space: &mut TeamSpace,
) -> Result<(), JobFailure> {
    if space.role.id().is_some() {
        return Ok(());
    }
    let left = match space.role {
        Step::Intended { at } => Box::pin(role_left(store, discord, job, space, at)).await?,
        _ => None,
    };
    let id = match left {
        Some(id) => id,
        None => {
            space.role = space.role.intended(job.now);
            Box::pin(store.save_team_space(space, None)).await?;
            let reason = format!("Role of the team {}", space.name);
            Box::pin(discord.create_role(job.guild, &space.name, &reason)).await?
        }
    };
    space.role = Step::Done { id };
    space.rejoin();
    // A role is claimed as channels are: Discord's ids are unique across all kinds.
    Ok(Box::pin(store.save_team_space(space, Some(ChannelId(id.0)))).await?)
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
        Step::Intended { at } => {
            Box::pin(thread_left(store, discord, job, space, (at, Some(channel)))).await?
        }
        _ => None,
    };
    let id = match left {
        Some(id) => id,
        None => {
            space.thread = space.thread.intended(job.now);
            Box::pin(store.save_team_space(space, None)).await?;
            let reason = format!("Thread of the team {}", space.name);
            Box::pin(discord.create_private_thread(channel, &space.name, &reason)).await?
        }
    };
    space.thread = Step::Done { id };
    space.rejoin();
    Ok(Box::pin(store.save_team_space(space, Some(id))).await?)
}

/// The team's voice channel, which only the team sees; its id is recorded when this returns. One that was made for another
/// role is opened to this one.
pub(super) async fn ensure_voice<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    (space, role): (&mut TeamSpace, RoleId),
    facts: &Facts<'_>,
) -> Result<(), JobFailure> {
    if space.voice.id().is_some() && space.voice_role == Some(role) {
        return Ok(());
    }
    // Each call in a box of its own: together they would not fit onto a debug build's stack.
    let list = Box::pin(discord.list_channels(job.guild)).await?;
    let picture = Box::pin(discord.guild_picture(job.guild)).await?;
    let overwrites = team_only(job, role, picture.own.user.0);
    let left = match space.voice {
        Step::Done { id } => Some(id),
        Step::Intended { at } => {
            Box::pin(channel_left(store, space, (ChannelKind::Voice, at, None), &list)).await?
        }
        Step::Todo => None,
    };
    let id = match left {
        Some(id) if space.voice_role == Some(role) => id,
        Some(id) => {
            if space.voice.id().is_none() {
                space.voice = Step::Done { id };
                Box::pin(store.save_team_space(space, Some(id))).await?;
            }
            let found = list.iter().find(|channel| channel.id == id);
            let found = found.ok_or(DiscordError::NotFound {
                code: UNKNOWN_CHANNEL,
            })?;
            if let Some(parent) = found.parent {
                let place = ChannelPlace { parent, overwrites };
                let reason = format!("The team {} has another role", space.name);
                Box::pin(discord.move_channel(id, &place, &reason)).await?;
            }
            id
        }
        None => {
            let known = (list.as_slice(), &picture);
            let of_event = (facts.sheet, facts.settings);
            let parent = Box::pin(with_room(store, discord, job, of_event, known)).await?;
            space.voice_role = Some(role);
            space.voice = space.voice.intended(job.now);
            Box::pin(store.save_team_space(space, None)).await?;
            let wanted = NewChannel {
                kind: ChannelKind::Voice,
                name: space.name.clone(),
                topic: None,
                parent: Some(parent),
                overwrites,
                user_limit: facts.settings.voice_user_limit(),
            };
            let reason = format!("Practice of the team {}", space.name);
            Box::pin(discord.create_channel(job.guild, &wanted, &reason))
                .await?
                .id
        }
    };
    let claimed = space.voice.id().is_none().then_some(id);
    space.voice = Step::Done { id };
    space.voice_role = Some(role);
    Ok(Box::pin(store.save_team_space(space, claimed)).await?)
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
        Box::pin(discord.rename_role(space.guild, role, name, &reason)).await?;
    }
    for channel in [space.thread.id(), space.voice.id()].into_iter().flatten() {
        Box::pin(discord.rename_channel(channel, name, &reason)).await?;
    }
    if let (Some(id), Some(room)) = (space.race_id(), &mut space.race)
        && let Some(renamed) = renamed_room(&room.name, (&space.name, name))
    {
        Box::pin(discord.rename_channel(id, &renamed, &reason)).await?;
        room.name = renamed;
    }
    name.clone_into(&mut space.name);
    Ok(Box::pin(store.save_team_space(space, None)).await?)
}

/// Takes up what an earlier try has made but not recorded, so that it can be removed.
pub(super) async fn adopt_left<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    space: &mut TeamSpace,
) -> Result<(), JobFailure> {
    if let Step::Intended { at } = space.role {
        let left = Box::pin(role_left(store, discord, job, space, at)).await?;
        space.role = left.map_or(Step::Todo, |id| Step::Done { id });
    }
    if let Step::Intended { at } = space.thread {
        let left = Box::pin(thread_left(store, discord, job, space, (at, None))).await?;
        space.thread = left.map_or(Step::Todo, |id| Step::Done { id });
    }
    if let Some(room) = space.race.clone().filter(|room| room.step.id().is_none()) {
        let list = Box::pin(discord.list_channels(job.guild)).await?;
        let left = Box::pin(room_left(store, space.event, &room, &list)).await?;
        space.race = left.map(|id| Room {
            step: Step::Done { id },
            ..room
        });
    }
    if let Step::Intended { at } = space.voice {
        let list = discord.list_channels(job.guild).await?;
        let left = Box::pin(channel_left(store, space, (ChannelKind::Voice, at, None), &list)).await?;
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
    (at, channel): (Timestamp, Option<ChannelId>),
) -> Result<Option<ChannelId>, JobFailure> {
    let list = discord.active_threads(job.guild).await?;
    channel_left(store, space, (PRIVATE_THREAD, at, channel), &list).await
}

/// What an earlier try made: same kind and name, and place if one is given, not older than the intent, owned by no other
/// record.
async fn channel_left<S: TeamStore>(
    store: &S,
    space: &TeamSpace,
    (kind, at, parent): (ChannelKind, Timestamp, Option<ChannelId>),
    list: &[Channel],
) -> Result<Option<ChannelId>, JobFailure> {
    let same = list.iter().filter(|channel| {
        channel.kind == kind
            && channel.name == space.name
            && parent.is_none_or(|parent| channel.parent == Some(parent))
            && channel.id.created_at_millis() >= earliest(at)
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
