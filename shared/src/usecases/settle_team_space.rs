//! Brings what a team has in Discord to what it is to have: role, private thread, voice channels, and who is in them.
//!
//! Every step is recorded before and after its effect, as those of an event's channel are; who comes in or goes out is
//! recorded as on the way until all calls are made. Where nothing differs, nothing is called.

mod fellows;
mod things;

use super::job::{Job, JobFailure, at_home, or_lost};
use super::race_room::{Wanted, drop_room, ensure_room};
use crate::domain::event::EventKey;
use crate::domain::ids::{ChannelId, TeamId, UserId};
use crate::domain::naming::race_room;
use crate::domain::notice::{Render, Sheet};
use crate::domain::race_room::{Guests, wanted};
use crate::domain::settings::{Drift, Settings};
use crate::domain::space::{SpaceState, Step};
use crate::domain::team_space::{SeenSpace, TeamSpace, Thing, wanted_in};
use crate::domain::teams::Team;
use crate::ports::discord::{Channels, DiscordError, Guilds, MemberRoles, Messages, Roles, Threads};
use crate::ports::store::{Receipts, SettingsReader, Spaces, TeamReader, TeamSpaces};
use jiff::SignedDuration;

/// A call that Discord takes only after that is left for another time.
const PATIENCE: SignedDuration = SignedDuration::from_mins(1);

/// Discord's capability for all of this.
pub trait TeamBuilder: Guilds + Channels + Roles + MemberRoles + Threads + Messages {}

impl<T: Guilds + Channels + Roles + MemberRoles + Threads + Messages> TeamBuilder for T {}

/// What it needs of the store.
pub trait TeamStore: SettingsReader + TeamReader + TeamSpaces + Spaces + Receipts {}

impl<T: SettingsReader + TeamReader + TeamSpaces + Spaces + Receipts> TeamStore for T {}

/// What a team's space is made by.
struct Facts<'a> {
    sheet: &'a Sheet,
    settings: &'a Settings,
    team: &'a Team,
    /// The event's channel.
    channel: ChannelId,
}

/// Brings one team's space to what it is to be. A team that is dissolved has none.
///
/// # Errors
/// What the store and Discord say; [`JobFailure::Stale`] while the event's channel is being made, and where something was
/// deleted by hand: the next try makes it anew.
pub async fn settle_team_space<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    render: &impl Render,
    job: &Job,
    (event, team): (EventKey, TeamId),
) -> Result<(), JobFailure> {
    let (found, club, home, space) = futures::join!(
        Box::pin(store.line_up(event)),
        Box::pin(store.club_and_settings(event.club)),
        Box::pin(store.space(event)),
        Box::pin(store.team_space(event, team))
    );
    let (Some((sheet, line_up)), Some((club, settings)), home, space) = (found?, club?, home?, space?) else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let Some(wanted) = wanted_in(sheet.event.state) else {
        return Ok(());
    };
    let line_up = line_up.pruned(&sheet);
    let Some(team) = line_up.team(team).filter(|_| wanted) else {
        return Box::pin(clear(store, discord, job, space)).await;
    };
    let Some(home) = home else { return Ok(()) };
    let channel = match (&home.state, home.channel_in(job.guild)) {
        (SpaceState::Creating, None) => return Err(JobFailure::Stale),
        (_, None) => return Ok(()),
        (_, Some(channel)) => channel,
    };
    let mut space = match space {
        Some(mut space) if space.guild == job.guild => {
            if space.is_gone() {
                space.name.clone_from(&team.name);
            }
            space
        }
        // What was made in another guild counts no more; only the notices are counted on, each being sent once.
        other => {
            let (version, told) = other.map_or((0, 0), |space| (space.version, space.told));
            TeamSpace {
                version,
                told,
                ..TeamSpace::new(event, team, job.guild)
            }
        }
    };
    let facts = Facts {
        sheet: &sheet,
        settings: &settings,
        team,
        channel,
    };
    let settled = Box::pin(settle(store, discord, render, job, &mut space, &facts)).await;
    let Err(failure) = settled else { return Ok(()) };
    let failure = Box::pin(or_lost(discord, job, failure)).await;
    // Unknown channel, unknown role: Discord docs, opcodes and status codes.
    if let JobFailure::Discord(DiscordError::NotFound {
        code: 10_003 | 10_011,
    }) = failure
    {
        let heal = settings.drift() == Drift::Heal;
        return Box::pin(forget_lost(store, discord, job, &mut space, heal)).await;
    }
    Err(failure)
}

/// Each thing for itself: what Discord does not let Gantry do is noted and tried again with the next change, or when the server
/// is looked after.
async fn settle<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    render: &impl Render,
    job: &Job,
    space: &mut TeamSpace,
    facts: &Facts<'_>,
) -> Result<(), JobFailure> {
    if facts.settings.drift() == Drift::Heal && !space.forgotten.is_empty() {
        space.forgotten.clear();
        Box::pin(store.save_team_space(space, None)).await?;
    }
    let mut lacking = Vec::new();
    if !space.is_forgotten(Thing::Role) {
        let done = Box::pin(things::ensure_role(store, discord, job, space)).await;
        if refused(discord, job, done).await? {
            space.role = Step::Todo;
            lacking.push(Thing::Role);
        }
    }
    if facts.settings.team_threads() && !space.is_forgotten(Thing::Thread) {
        let done = Box::pin(things::ensure_thread(store, discord, job, space, facts.channel)).await;
        if refused(discord, job, done).await? {
            space.thread = Step::Todo;
            lacking.push(Thing::Thread);
        }
    }
    // Without a role nobody could be let in.
    if facts.settings.practice_voice()
        && !space.is_forgotten(Thing::Voice)
        && let Some(role) = space.role.id()
    {
        let done = Box::pin(things::ensure_voice(store, discord, job, (space, role), facts)).await;
        if refused(discord, job, done).await? {
            if space.voice.id().is_none() {
                space.voice = Step::Todo;
            }
            lacking.push(Thing::Voice);
        }
    }
    if !space.is_forgotten(Thing::Race) {
        let done = Box::pin(settle_race_room(store, discord, job, space, facts)).await;
        if refused(discord, job, done).await? {
            if space.race_id().is_none() {
                space.race = None;
            }
            lacking.push(Thing::Race);
        }
    }
    let done = Box::pin(things::rename(store, discord, space, &facts.team.name)).await;
    if later(&done) || refused(discord, job, done).await? {
        lacking.push(Thing::Name);
    }
    if Box::pin(fellows::settle(store, discord, render, job, space, facts)).await? {
        lacking.push(Thing::Fellows);
    }
    // What was refused was not made: there is nothing to look for at the next try.
    if !(space.lacking.is_empty() && lacking.is_empty()) {
        space.lacking = lacking;
        Box::pin(store.save_team_space(space, None)).await?;
    }
    Ok(())
}

/// The team's room of race day: there from a day before the race on. Without a role nobody could be let in.
async fn settle_race_room<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    space: &mut TeamSpace,
    facts: &Facts<'_>,
) -> Result<(), JobFailure> {
    let event = &facts.sheet.event;
    match (wanted(event, facts.settings, job.now), space.role.id()) {
        (None, _) | (Some(true), None) => Ok(()),
        (Some(false), _) => {
            let reason = format!("{} has another room, or none", event.name);
            Box::pin(drop_room(store, discord, job, space, &reason)).await
        }
        (Some(true), Some(role)) => {
            let zone = facts.settings.time_zone().zone();
            let room = Wanted {
                name: race_room(Some(&space.name), event, &zone, &facts.settings.channel_pattern()),
                guests: Guests::of_team(role, facts.settings),
                sheet: facts.sheet,
                settings: facts.settings,
            };
            Box::pin(ensure_room(store, discord, job, space, &room)).await
        }
    }
}

/// Whether Discord, or what is known of the bot's rights, does not allow it: no use to try again before that changes.
///
/// # Errors
/// The failure, if it is another one.
async fn refused(
    discord: &impl TeamBuilder,
    job: &Job,
    done: Result<(), JobFailure>,
) -> Result<bool, JobFailure> {
    let Err(failure) = done else { return Ok(false) };
    match Box::pin(or_lost(discord, job, failure)).await {
        JobFailure::Lacking(_)
        | JobFailure::Discord(DiscordError::Forbidden { .. } | DiscordError::Refused { .. }) => Ok(true),
        failure => Err(failure),
    }
}

/// Whether Discord takes it much later only: a channel can be renamed twice in ten minutes, and the guild's other work
/// need not wait for that.
fn later(done: &Result<(), JobFailure>) -> bool {
    matches!(done, Err(JobFailure::Discord(DiscordError::RetryAfter(delay))) if *delay > PATIENCE)
}

/// The spaces of all of an event's teams go.
///
/// # Errors
/// What the store and Discord say.
pub async fn clear_team_spaces<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    event: EventKey,
) -> Result<(), JobFailure> {
    let (found, spaces, club) = futures::join!(
        store.line_up(event),
        store.team_spaces(event),
        store.club_and_settings(event.club)
    );
    let (Some((sheet, _)), spaces, Some((club, _))) = (found?, spaces?, club?) else {
        return Ok(());
    };
    if wanted_in(sheet.event.state) != Some(false) || !at_home(&club, job)? {
        return Ok(());
    }
    for space in spaces {
        Box::pin(clear(store, discord, job, Some(space))).await?;
    }
    Ok(())
}

/// The space of the team that a driver was in, who has given up the seat.
///
/// # Errors
/// As [`settle_team_space`] says.
pub async fn settle_space_of<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    render: &impl Render,
    job: &Job,
    (event, user): (EventKey, UserId),
) -> Result<(), JobFailure> {
    let Some((_, line_up)) = store.line_up(event).await? else {
        return Ok(());
    };
    match line_up.team_of(user).map(|team| team.id) {
        Some(team) => Box::pin(settle_team_space(store, discord, render, job, (event, team))).await,
        None => Ok(()),
    }
}

/// Removes role and voice channel, and closes the thread: what was said in it can still be read by those who were in it.
async fn clear<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    space: Option<TeamSpace>,
) -> Result<(), JobFailure> {
    let Some(mut space) = space.filter(|space| !space.is_gone() && space.guild == job.guild) else {
        return Ok(());
    };
    Box::pin(things::adopt_left(store, discord, job, &mut space)).await?;
    let reason = format!("The team {} is dissolved, or its race is over", space.name);
    let mut kept = false;
    if let Some(voice) = space.voice.id() {
        let done = Box::pin(discord.delete_channel(voice, &reason)).await;
        kept |= !gone(discord, job, done).await?;
    }
    if let Some(race) = space.race_id() {
        let done = Box::pin(discord.delete_channel(race, &reason)).await;
        kept |= !gone(discord, job, done).await?;
    }
    if let Some(thread) = space.thread.id() {
        // One that has fallen silent is closed already.
        let done = match Box::pin(discord.set_thread_open(thread, false, &reason)).await {
            Err(DiscordError::Refused { .. }) => Ok(()),
            done => done,
        };
        kept |= !gone(discord, job, done).await?;
    }
    if let Some(role) = space.role.id() {
        let done = Box::pin(discord.delete_role(job.guild, role, &reason)).await;
        kept |= !gone(discord, job, done).await?;
    }
    // What Discord does not let Gantry remove is not forgotten: whoever looks after the server asks again.
    if kept {
        return Ok(());
    }
    space.clear();
    Ok(Box::pin(store.save_team_space(&mut space, None)).await?)
}

/// Whether it is not there any more.
///
/// # Errors
/// [`JobFailure::GuildLost`] if all of the server is out of reach; what else Discord says.
async fn gone(
    discord: &impl TeamBuilder,
    job: &Job,
    done: Result<(), DiscordError>,
) -> Result<bool, JobFailure> {
    match done {
        // Unknown channel, unknown role (Discord docs, opcodes and status codes).
        Ok(())
        | Err(DiscordError::NotFound {
            code: 10_003 | 10_011,
        }) => Ok(true),
        Err(error) => match Box::pin(or_lost(discord, job, error.into())).await {
            JobFailure::Discord(
                DiscordError::Forbidden { .. } | DiscordError::NotFound { .. } | DiscordError::Refused { .. },
            ) => Ok(false),
            failure => Err(failure),
        },
    }
}

/// Something that is recorded is not there any more. Discord does not say what: it is looked for, and made anew by the next try
/// if `heal`. If it is the event's channel, there is nothing to be done until that is published again.
///
/// # Errors
/// [`JobFailure::Stale`] if something was forgotten; what the store and Discord say.
async fn forget_lost<S: TeamStore>(
    store: &S,
    discord: &impl TeamBuilder,
    job: &Job,
    space: &mut TeamSpace,
    heal: bool,
) -> Result<(), JobFailure> {
    let picture = Box::pin(discord.guild_picture(job.guild)).await?;
    let channels = Box::pin(discord.list_channels(job.guild)).await?;
    let there = |id: ChannelId| channels.iter().any(|channel| channel.id == id);
    let thread = match space.thread.id() {
        // Shows whether it is there, and opens it, which whoever comes in needs.
        Some(thread) => match Box::pin(discord.set_thread_open(thread, true, "The team changes")).await {
            Err(DiscordError::NotFound { .. }) => false,
            Err(DiscordError::Forbidden { .. } | DiscordError::Refused { .. }) => true,
            other => other.map(|()| true)?,
        },
        None => false,
    };
    let seen = SeenSpace {
        role: space.role.id().is_some_and(|role| picture.role(role).is_some()),
        thread,
        voice: space.voice.id().is_some_and(there),
        race: space.race_id().is_some_and(there),
    };
    let Some(next) = space.without_lost(seen, heal) else {
        return Ok(());
    };
    *space = next;
    Box::pin(store.save_team_space(space, None)).await?;
    Err(JobFailure::Stale)
}
