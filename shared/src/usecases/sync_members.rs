//! Takes a run of member synchronisation further, from where its record says that it stands.
//!
//! The record is saved with each step, counts and place in one conditional write, so that a step that is done again is
//! not counted twice. A leg that runs out of time, or that Discord holds up after it got somewhere, is handed over to a
//! next one through the outbox: the tries that the queue grants are for legs that get nowhere.

mod asking;
mod conflicts;
mod departing;
mod listing;
mod matching;
mod ranking;
mod standing;

use super::call::Env;
use super::finish_answer::reply;
use super::job::{Job, JobFailure, at_home, or_lost};
use super::start_sync::{Start, Step};
use crate::domain::club::Club;
use crate::domain::ids::UserId;
use crate::domain::notice::{Notice, Render};
use crate::domain::role_map::{Mapped, RoleMap, in_force};
use crate::domain::settings::{Settings, SyncDirection};
use crate::domain::sync::{Phase, RunKey, RunState, SyncRun, SyncState, Trouble};
use crate::domain::work::{Reply, Work};
use crate::ports::discord::{DiscordError, GuildMembers, Guilds, InteractionReplies};
use crate::ports::store::{
    Batch, Change, ClubReader, CommitError, Ledger, Outbox, RoleMaps, RosterReader, SettingsReader,
    StoreError, StoreResult,
};
use crate::ports::sync::{Cases, SeenMembers, SyncRuns};
use jiff::{SignedDuration, Timestamp};

/// A step is begun only with this much time left: enough for a page, its writes and the hand-over.
const RESERVE: SignedDuration = SignedDuration::from_secs(12);
/// Names are matched in one go, with all of them in memory: that is begun with this much time left, or as the first thing of a
/// leg.
const FOR_MATCHING: SignedDuration = SignedDuration::from_secs(40);
/// Progress is told this often at most.
const TOLD_EVERY: SignedDuration = SignedDuration::from_secs(4);
/// Tries of a write that others are in the way of.
const TRIES: u32 = 12;

/// What a run needs of the store.
pub trait SyncStore:
    SyncRuns + SeenMembers + Cases + RosterReader + RoleMaps + ClubReader + SettingsReader + Ledger
{
}

impl<T: SyncRuns + SeenMembers + Cases + RosterReader + RoleMaps + ClubReader + SettingsReader + Ledger>
    SyncStore for T
{
}

/// What a run needs of Discord.
pub trait SyncDiscord: GuildMembers + Guilds + InteractionReplies {}

impl<T: GuildMembers + Guilds + InteractionReplies> SyncDiscord for T {}

/// One leg of a run.
#[derive(Clone, Copy)]
pub struct Leg<'a> {
    /// The run.
    pub run: RunKey,
    /// Its number, from 0.
    pub number: u32,
    /// Where whoever set it off is told.
    pub reply: Option<&'a Reply>,
    /// The time that is left, as it goes by.
    pub left: &'a (dyn Fn() -> SignedDuration + Sync),
}

/// What all steps of a leg work with.
struct Course<'a, S, E, D, R> {
    store: &'a S,
    env: &'a E,
    discord: &'a D,
    render: &'a R,
    job: &'a Job,
    leg: Leg<'a>,
    club: &'a Club,
    roles: Roles,
    /// Hours between two runs by the clock.
    every_h: u32,
}

/// How ranks and roles go together in the club at present.
struct Roles {
    direction: SyncDirection,
    list: Vec<Mapped>,
}

/// Goes the leg. One that was handed over, or whose run has ended, is done already. A run whose guild is lost ends; its
/// work is put aside, and begins a new run when Gantry is back: what the old one had listed by then says little.
///
/// # Errors
/// What the store and Discord say, as far as trying again helps.
pub async fn sync_members<S: SyncStore>(
    store: &S,
    env: &impl Env,
    discord: &impl SyncDiscord,
    render: &impl Render,
    job: &Job,
    leg: Leg<'_>,
) -> Result<(), JobFailure> {
    let (found, map) = futures::join!(
        store.club_and_settings(leg.run.club),
        store.role_map(leg.run.club)
    );
    let (Some((club, settings)), map) = (found?, map?) else {
        return Ok(());
    };
    let roles = Roles::of(map.as_ref(), &settings);
    let course = Course {
        store,
        env,
        discord,
        render,
        job,
        leg,
        club: &club,
        roles,
        every_h: settings.sync_hours(),
    };
    let Some(mut run) = store.run(leg.run).await? else {
        return Ok(());
    };
    if run.guild != job.guild {
        return Ok(());
    }
    if run.state != RunState::Running {
        let cut_short = run.leg == leg.number && run.trouble.contains(&Trouble::GuildLost);
        return if cut_short {
            Box::pin(course.begin_again(&run)).await
        } else {
            course.tell(&run).await
        };
    }
    if run.leg != leg.number {
        return Ok(());
    }
    let version = run.version;
    let outcome = match at_home(&club, job) {
        Ok(true) => Box::pin(course.go(&mut run)).await,
        Ok(false) => {
            let run = course.end_in_trouble(Trouble::Moved).await?;
            return course.tell(&run).await;
        }
        Err(lost) => Err(lost),
    };
    let failure = match outcome {
        Ok(true) => return course.tell(&run).await,
        Ok(false) => return course.hand_over(run).await,
        Err(failure) => or_lost(discord, job, failure).await,
    };
    if matches!(failure, JobFailure::GuildLost) {
        let run = course.end_in_trouble(Trouble::GuildLost).await?;
        // Whoever set it off may be told no more; the work is put aside all the same.
        let _ = course.tell(&run).await;
        return Err(failure);
    }
    if let JobFailure::Discord(error) = &failure
        && let Some(trouble) = final_trouble(error)
    {
        let run = course.end_in_trouble(trouble).await?;
        return course.tell(&run).await;
    }
    // What is in memory may be further than what was saved.
    match store.run(leg.run).await? {
        Some(saved) if saved.version > version => course.hand_over(saved).await,
        _ => Err(failure),
    }
}

impl Roles {
    fn of(map: Option<&RoleMap>, settings: &Settings) -> Self {
        let direction = settings.sync_direction();
        let list = match direction {
            SyncDirection::Off => Vec::new(),
            SyncDirection::DiscordLeads | SyncDirection::GantryLeads => in_force(map, settings),
        };
        Self { direction, list }
    }
}

/// What no further try will change.
fn final_trouble(error: &DiscordError) -> Option<Trouble> {
    match error {
        DiscordError::NotFound { code }
        | DiscordError::Forbidden { code }
        | DiscordError::Refused { code, .. } => Some(Trouble::Refused { code: *code }),
        DiscordError::Unauthorized => Some(Trouble::Unauthorized),
        DiscordError::RetryAfter(_) | DiscordError::Unavailable(_) => None,
    }
}

impl<S: SyncStore, E: Env, D: SyncDiscord, R: Render> Course<'_, S, E, D, R> {
    /// Goes on until the run has ended (true) or time runs out (false).
    async fn go(&self, run: &mut SyncRun) -> Result<bool, JobFailure> {
        let mut told = None;
        let mut fresh = true;
        while !self.is_late() {
            if run.phase == Phase::Matching && !fresh && (self.leg.left)() < FOR_MATCHING {
                return Ok(false);
            }
            fresh = false;
            match run.phase {
                Phase::Counting => self.count(run).await?,
                Phase::Listing => Box::pin(self.list_page(run)).await?,
                Phase::Departing => Box::pin(self.mark_departed(run)).await?,
                Phase::Asking => Box::pin(self.ask_for_absent(run)).await?,
                Phase::Standing => Box::pin(self.settle_standing(run)).await?,
                Phase::Matching => Box::pin(self.match_names(run)).await?,
                Phase::Ranking => Box::pin(self.settle_ranks(run)).await?,
                Phase::Ended => {
                    let state = if run.trouble.is_empty() {
                        RunState::Done
                    } else {
                        RunState::Partial
                    };
                    self.end(run, state).await?;
                    return Ok(true);
                }
            }
            self.tell_progress(run, &mut told).await;
        }
        Ok(false)
    }

    /// Whether no further step is to be begun in this leg.
    fn is_late(&self) -> bool {
        (self.leg.left)() <= RESERVE
    }

    /// Not saved by itself: it is asked again if the first page is not reached.
    async fn count(&self, run: &mut SyncRun) -> Result<(), JobFailure> {
        run.list.clone_from(&self.roles.list);
        run.expected = self.discord.count_members(run.guild).await?;
        run.enter(Phase::Listing);
        Ok(())
    }

    /// Saves the run.
    async fn save(&self, run: &mut SyncRun) -> Result<(), JobFailure> {
        self.save_noting(run, &[]).await
    }

    /// Saves the run, and with it whom a page did not show.
    async fn save_noting(&self, run: &mut SyncRun, absent: &[UserId]) -> Result<(), JobFailure> {
        run.beat_at = self.env.now();
        let mut tries = 0;
        loop {
            let saved = if absent.is_empty() {
                self.store.save_run(run).await
            } else {
                self.store.save_run_noting(run, absent, self.job.now).await
            };
            match saved {
                Ok(()) => return Ok(()),
                Err(CommitError::Contended | CommitError::Store(StoreError::Throttled)) if tries < TRIES => {
                    tries += 1;
                    self.env.pause(tries).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Commits changes of members together with the run, counted up. `false`: somebody else changed one of them
    /// meanwhile, or the run itself.
    async fn commit(&self, run: &mut SyncRun, changes: Vec<Change>) -> Result<bool, JobFailure> {
        self.commit_with(run, changes, Vec::new()).await
    }

    /// The same with work that follows from it.
    async fn commit_with(
        &self,
        run: &mut SyncRun,
        mut changes: Vec<Change>,
        work: Vec<Work>,
    ) -> Result<bool, JobFailure> {
        run.beat_at = self.env.now();
        let next = SyncRun {
            version: run.version + 1,
            ..run.clone()
        };
        changes.push(Change::PutRun(next));
        let batch = Batch {
            changes,
            record: None,
            outbox: self.outbox(work),
            answered: None,
        };
        let mut tries = 0;
        loop {
            match self.store.commit(batch.clone()).await {
                Ok(()) => {
                    run.version += 1;
                    return Ok(true);
                }
                Err(CommitError::Stale) => return Ok(false),
                Err(CommitError::Contended | CommitError::Store(StoreError::Throttled)) if tries < TRIES => {
                    tries += 1;
                    self.env.pause(tries).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn outbox(&self, work: Vec<Work>) -> Outbox {
        self.job.outbox(self.env, work)
    }

    /// The next leg goes on from there.
    async fn hand_over(&self, run: SyncRun) -> Result<(), JobFailure> {
        if run.state != RunState::Running || run.leg != self.leg.number {
            return Ok(());
        }
        let next = SyncRun {
            leg: run.leg + 1,
            beat_at: self.env.now(),
            version: run.version + 1,
            ..run
        };
        let work = Work::SyncMembers {
            run: next.key,
            leg: next.leg,
            reply: self.leg.reply.cloned(),
        };
        let batch = Batch {
            changes: vec![Change::PutRun(next)],
            record: None,
            outbox: self.outbox(vec![work]),
            answered: None,
        };
        Ok(self.store.commit(batch).await?)
    }

    /// Begins a new run in place of one that a lost guild cut short, unless another one came after it.
    async fn begin_again(&self, ended: &SyncRun) -> Result<(), JobFailure> {
        if !at_home(self.club, self.job)? {
            return Ok(());
        }
        let state = self.store.sync_state(self.club.id).await?;
        let last = state.as_ref().and_then(|state| state.ended_at);
        if last > ended.ended_at {
            return Ok(());
        }
        let start = Start {
            club: self.club,
            guild: ended.guild,
            kind: ended.kind,
            by: ended.by,
            reply: self.leg.reply,
            now: self.job.now,
        };
        let (changes, work) = match start.decide(self.store, self.env, state).await? {
            Step::Goes(_) => return Ok(()),
            Step::Begin(_, changes, work) => (changes, work),
        };
        let batch = Batch {
            changes,
            record: None,
            outbox: self.outbox(vec![work]),
            answered: None,
        };
        Ok(self.store.commit(batch).await?)
    }

    async fn end_in_trouble(&self, trouble: Trouble) -> Result<SyncRun, JobFailure> {
        let mut run = self.store.run(self.leg.run).await?.ok_or(JobFailure::Stale)?;
        if run.state == RunState::Running {
            run.trouble.push(trouble);
            self.end(&mut run, RunState::Failed).await?;
        }
        Ok(run)
    }

    /// Ends the run, and says when the next is due.
    async fn end(&self, run: &mut SyncRun, state: RunState) -> Result<(), JobFailure> {
        let now = self.env.now();
        (run.state, run.phase, run.after) = (state, Phase::Ended, None);
        (run.beat_at, run.ended_at) = (now, Some(now));
        let mut tries = 0;
        loop {
            let mut club = self.club_state(run, now).await?;
            if state == RunState::Done {
                club.done = Some(run.key.run);
            }
            match self.store.end_run(run, &mut club).await {
                Ok(()) => return Ok(()),
                Err(
                    CommitError::Stale | CommitError::Contended | CommitError::Store(StoreError::Throttled),
                ) if tries < TRIES => {
                    tries += 1;
                    self.env.pause(tries).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The club's state as it is to be once the run has ended.
    async fn club_state(&self, run: &SyncRun, now: Timestamp) -> StoreResult<SyncState> {
        let club = run.key.club;
        let found = self.store.sync_state(club).await?;
        let mut state = found.unwrap_or_else(|| SyncState {
            version: 0,
            ..SyncState::new(club, run.guild, None)
        });
        if state.running == Some(run.key.run) {
            state.running = None;
        }
        state.ended_at = Some(now);
        let due = state.due_at(self.every_h);
        state.next_at = Some(SyncState::look_at(now, Some(due)));
        Ok(state)
    }

    /// Tells whoever set it off how it goes, now and then. That it could not be told does not hold the run up.
    async fn tell_progress(&self, run: &SyncRun, told: &mut Option<Timestamp>) {
        let now = self.env.now();
        let early = told.is_some_and(|told| now.duration_since(told) < TOLD_EVERY);
        if run.phase == Phase::Ended || early {
            return;
        }
        *told = Some(now);
        // What went wrong is in the log of Discord's calls.
        let _ = self.tell(run).await;
    }

    async fn tell(&self, run: &SyncRun) -> Result<(), JobFailure> {
        let Some(to) = self.leg.reply else {
            return Ok(());
        };
        let notice = Notice::SyncProgress {
            club: self.club,
            run,
            now: self.env.now(),
        };
        reply(self.discord, self.env, to, self.render.render(&notice).body).await
    }
}
