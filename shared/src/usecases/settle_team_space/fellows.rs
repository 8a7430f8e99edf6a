//! Who is in a team's role and thread, and who is told of it.

use super::{Facts, TeamBuilder, TeamStore};
use crate::domain::ids::{ChannelId, RoleId, UserId};
use crate::domain::notice::{Notice, Render};
use crate::domain::team_space::{Belonging, TeamSpace};
use crate::ports::discord::DiscordError;
use crate::usecases::announce::Part;
use crate::usecases::job::{Job, JobFailure};

/// Puts in who is new and takes out who has left, then tells those who are new.
pub(super) async fn settle<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    render: &impl Render,
    job: &Job,
    (space, role): (&mut TeamSpace, RoleId),
    facts: &Facts<'_>,
) -> Result<(), JobFailure> {
    if space.want(&facts.team.drivers) {
        store.save_team_space(space, None).await?;
    }
    let reason = format!("The team {}", space.name);
    for fellow in space.fellows.clone() {
        let user = fellow.user;
        match fellow.belonging {
            Belonging::In => {}
            Belonging::Joining => {
                unless_left(discord.add_role(job.guild, user, role, &reason).await)?;
                if let Some(thread) = space.thread.id() {
                    Box::pin(join(discord, thread, user)).await?;
                }
            }
            Belonging::Leaving => {
                unless_left(discord.remove_role(job.guild, user, role, &reason).await)?;
                if let Some(thread) = space.thread.id() {
                    Box::pin(part(discord, thread, user)).await?;
                }
            }
        }
    }
    Box::pin(tell(store, discord, render, job, space, facts)).await?;
    let settled = space.telling.is_empty() && space.fellows.iter().all(|one| one.belonging == Belonging::In);
    if settled {
        return Ok(());
    }
    space.telling.clear();
    space.arrived();
    Ok(store.save_team_space(space, None).await?)
}

/// Tells those who are new, in the thread, or in the event's channel where there is none.
async fn tell<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    render: &impl Render,
    job: &Job,
    space: &TeamSpace,
    facts: &Facts<'_>,
) -> Result<(), JobFailure> {
    if space.telling.is_empty() {
        return Ok(());
    }
    let notice = Notice::TeamReady {
        sheet: facts.sheet,
        team: facts.team,
        colour: facts.settings.colour(),
        voice: space.voice.id(),
    };
    let mut body = render.render(&notice).body;
    let calls: Vec<String> = space.telling.iter().map(|user| format!("<@{user}>")).collect();
    body["content"] = calls.join(" ").into();
    let message = Part {
        name: format!("team#{}#{}", space.team, space.told),
        body,
        users: &space.telling,
    };
    let channel = space.thread.id().unwrap_or(facts.channel);
    match message
        .send_once(store, discord, job, (space.event, channel))
        .await
    {
        // What Discord does not take is said by the list of teams, too.
        Err(JobFailure::Discord(DiscordError::Forbidden { .. } | DiscordError::Refused { .. })) => Ok(()),
        other => other,
    }
}

async fn join(discord: &impl TeamBuilder, thread: ChannelId, user: UserId) -> Result<(), DiscordError> {
    let joined = match discord.add_thread_member(thread, user).await {
        // Archived: Discord docs, opcodes and status codes.
        Err(DiscordError::Refused { code: 50_083, .. }) => {
            discord.set_thread_open(thread, true, "The team changes").await?;
            discord.add_thread_member(thread, user).await
        }
        other => other,
    };
    // Who cannot see the event's channel cannot be in its threads (50001).
    match joined {
        Err(DiscordError::Forbidden { code: 50_001 }) => Ok(()),
        other => unless_left(other),
    }
}

async fn part(discord: &impl TeamBuilder, thread: ChannelId, user: UserId) -> Result<(), DiscordError> {
    let parted = match discord.remove_thread_member(thread, user).await {
        Err(DiscordError::Refused { code: 50_083, .. }) => {
            discord.set_thread_open(thread, true, "The team changes").await?;
            discord.remove_thread_member(thread, user).await
        }
        other => other,
    };
    unless_left(parted)
}

/// Who is not in the guild any more, or not in the thread, is no trouble. Unknown member, unknown user: Discord docs,
/// opcodes and status codes.
fn unless_left(done: Result<(), DiscordError>) -> Result<(), DiscordError> {
    match done {
        Err(DiscordError::NotFound {
            code: 10_007 | 10_013,
        }) => Ok(()),
        other => other,
    }
}
