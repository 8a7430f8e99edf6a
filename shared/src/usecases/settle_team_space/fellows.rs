//! Who is in a team's role and thread, and who is told of it.

use super::{Facts, TeamBuilder, TeamStore, refused};
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::{Notice, Render};
use crate::domain::team_space::{Belonging, Fellow, TeamSpace};
use crate::ports::discord::DiscordError;
use crate::usecases::announce::Part;
use crate::usecases::job::{Job, JobFailure};

/// Puts in who is new and takes out who has left, then tells those who are new. Returns whether Discord did not let
/// somebody be moved.
pub(super) async fn settle<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    render: &impl Render,
    job: &Job,
    space: &mut TeamSpace,
    facts: &Facts<'_>,
) -> Result<bool, JobFailure> {
    // A notice that may have been posted is ended before others are told, so that nobody is called twice.
    let known = |user: &UserId| space.fellows.iter().any(|fellow| fellow.user == *user);
    if !space.telling.is_empty() && !facts.team.drivers.iter().all(known) {
        space.telling.retain(|user| facts.team.drivers.contains(user));
        Box::pin(tell(store, discord, render, job, space, facts)).await?;
        space.telling.clear();
    }
    if space.want(&facts.team.drivers) {
        Box::pin(store.save_team_space(space, None)).await?;
    }
    let mut stuck = Vec::new();
    let mut left: Vec<UserId> = space.fellows.iter().map(|fellow| fellow.user).collect();
    for fellow in space.fellows.clone() {
        let moved = Box::pin(shift(discord, job, space, fellow)).await;
        match refused(discord, job, moved).await {
            Ok(false) => left.retain(|user| *user != fellow.user),
            Ok(true) => stuck.push(fellow.user),
            Err(failure) => {
                // Discord takes so many changes of roles in a while only: the next try goes on with the others.
                let before = space.clone();
                space.arrived(&left);
                if *space != before {
                    Box::pin(store.save_team_space(space, None)).await?;
                }
                return Err(failure);
            }
        }
    }
    Box::pin(tell(store, discord, render, job, space, facts)).await?;
    let before = space.clone();
    space.telling.clear();
    space.arrived(&stuck);
    if *space != before {
        Box::pin(store.save_team_space(space, None)).await?;
    }
    Ok(!stuck.is_empty())
}

/// Brings one of them in or out of role and thread.
async fn shift(
    discord: &impl TeamBuilder,
    job: &Job,
    space: &TeamSpace,
    fellow: Fellow,
) -> Result<(), JobFailure> {
    let (user, thread) = (fellow.user, space.thread.id());
    let reason = format!("The team {}", space.name);
    match fellow.belonging {
        Belonging::In => {}
        Belonging::Joining => {
            if let Some(role) = space.role.id() {
                unless_left(Box::pin(discord.add_role(job.guild, user, role, &reason)).await)?;
            }
            if let Some(thread) = thread {
                Box::pin(join(discord, thread, user)).await?;
            }
        }
        Belonging::Leaving => {
            if let Some(role) = space.role.id() {
                unless_left(Box::pin(discord.remove_role(job.guild, user, role, &reason)).await)?;
            }
            if let Some(thread) = thread {
                Box::pin(part(discord, thread, user)).await?;
            }
        }
    }
    Ok(())
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
        file: None,
    };
    let channel = space.thread.id().unwrap_or(facts.channel);
    match Box::pin(message.send_once(store, discord, job, (space.event, channel))).await {
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
