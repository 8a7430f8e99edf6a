//! Looks after what the teams of an event have in Discord.

use super::ask;
use crate::domain::event::{Event, EventState};
use crate::domain::ids::ChannelId;
use crate::domain::permissions::GuildPicture;
use crate::domain::race_room::wanted;
use crate::domain::settings::{Drift, Settings};
use crate::domain::team_space::{SeenSpace, TeamSpace, Thing, wanted_in};
use crate::domain::teams::Team;
use crate::domain::work::Work;
use crate::ports::discord::{Channel, Guilds, Threads};
use crate::ports::store::{Change, Ledger, TeamReader, TeamSpaces};
use crate::usecases::call::Env;
use crate::usecases::job::{Job, JobFailure};

/// What is known of the guild in this leg: asked for when it is needed first.
#[derive(Default)]
pub(super) struct Known {
    picture: Option<GuildPicture>,
    threads: Option<Vec<Channel>>,
}

/// What is to be done about the teams' things.
#[derive(Default)]
struct Findings {
    changes: Vec<Change>,
    work: Vec<Work>,
}

/// Looks at the spaces of an event's teams, and has done what is to be done: what was deleted by hand is made anew or forgotten,
/// what could not be done at the time is tried again, and what should be gone is removed.
///
/// # Errors
/// What the store and Discord say.
pub(super) async fn check_teams<S: Ledger + TeamReader + TeamSpaces>(
    store: &S,
    env: &impl Env,
    discord: &(impl Guilds + Threads),
    job: &Job,
    (event, channels, settings): (&Event, &[Channel], &Settings),
    known: &mut Known,
) -> Result<(), JobFailure> {
    let teams = wanted_in(event.state);
    if !(teams == Some(true) || event.state == EventState::Archived) {
        return Ok(());
    }
    let (found, spaces) = futures::join!(
        Box::pin(store.line_up(event.key)),
        Box::pin(store.team_spaces(event.key))
    );
    let (Some((sheet, line_up)), spaces) = (found?, spaces?) else {
        return Ok(());
    };
    let here: Vec<&TeamSpace> = spaces.iter().filter(|space| space.guild == job.guild).collect();
    let mut findings = Findings::default();
    let rooms = wanted(event, settings, job.now) == Some(true);
    if teams != Some(true) {
        if here.iter().any(|space| !space.is_gone()) {
            findings.work.push(Work::ClearTeams { event: event.key });
        }
    } else {
        let line_up = line_up.pruned(&sheet);
        for team in &line_up.teams {
            match here.iter().find(|space| space.team == team.id) {
                // A race that started before its teams were settled goes on without.
                None if event.state == EventState::Live && here.is_empty() => {}
                None => findings.settle(event, team),
                Some(space) => {
                    let seen = Box::pin(look(discord, job, space, channels, known)).await?;
                    findings.judge(event, (team, space), seen, (settings.drift(), rooms));
                }
            }
        }
        let gone = here.iter().filter(|space| line_up.team(space.team).is_none());
        for space in gone.filter(|space| !space.is_gone()) {
            findings.work.push(Work::SettleTeam {
                event: event.key,
                team: space.team,
            });
        }
    }
    if findings.changes.is_empty() && findings.work.is_empty() {
        return Ok(());
    }
    match Box::pin(ask(store, env, job, findings.changes, findings.work)).await {
        // Somebody else is at it: the next round looks again.
        Err(JobFailure::Stale) => Ok(()),
        outcome => outcome,
    }
}

impl Findings {
    fn settle(&mut self, event: &Event, team: &Team) {
        self.work.push(Work::SettleTeam {
            event: event.key,
            team: team.id,
        });
    }

    fn judge(
        &mut self,
        event: &Event,
        (team, space): (&Team, &TeamSpace),
        seen: SeenSpace,
        (drift, rooms): (Drift, bool),
    ) {
        let heal = drift == Drift::Heal;
        let lost = space.without_lost(seen, heal);
        let again = heal && !space.forgotten.is_empty();
        let roomless = rooms && space.race_id().is_none() && !space.is_forgotten(Thing::Race);
        if !space.is_settled(team) || roomless || again || (heal && lost.is_some()) {
            self.settle(event, team);
        }
        self.changes.extend(lost.map(|mut next| {
            next.version += 1;
            Change::PutTeamSpace(next)
        }));
    }
}

/// What is there of a team's things. A thread that nobody wrote into for a week is archived, and not among the active ones.
async fn look(
    discord: &(impl Guilds + Threads),
    job: &Job,
    space: &TeamSpace,
    channels: &[Channel],
    known: &mut Known,
) -> Result<SeenSpace, JobFailure> {
    let role = match space.role.id() {
        None => false,
        Some(role) => {
            let picture = match known.picture.take() {
                Some(picture) => picture,
                None => Box::pin(discord.guild_picture(job.guild)).await?,
            };
            let there = picture.role(role).is_some();
            known.picture = Some(picture);
            there
        }
    };
    let thread = match space.thread.id() {
        None => false,
        Some(thread) => {
            let threads = match known.threads.take() {
                Some(threads) => threads,
                None => Box::pin(discord.active_threads(job.guild)).await?,
            };
            let active = threads.iter().any(|one| one.id == thread);
            known.threads = Some(threads);
            active || Box::pin(discord.has_thread(thread)).await?
        }
    };
    let there = |id: ChannelId| channels.iter().any(|channel| channel.id == id);
    Ok(SeenSpace {
        role,
        thread,
        voice: space.voice.id().is_some_and(there),
        race: space.race_id().is_some_and(there),
    })
}
