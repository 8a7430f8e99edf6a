//! Puts work aside whose guild Gantry is missing from, and takes it up again when Gantry is back.

use super::call::{Env, outbox_id};
use super::finish_answer::reply;
use super::job::{Job, JobFailure};
use crate::domain::club::Club;
use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::guild_link::Parked;
use crate::domain::ids::{ClubId, GuildId};
use crate::domain::notice::{Notice, Render};
use crate::domain::work::Work;
use crate::ports::clock::Clock;
use crate::ports::discord::InteractionReplies;
use crate::ports::ids::Ids;
use crate::ports::store::{Batch, Change, ClubReader, CommitError, GuildLinks, Ledger, Outbox, Spaces};
use jiff::Timestamp;
use serde_json::Value;

/// Rows taken up in one go; then the rest is put into the outbox again, so that no job runs long.
const CHUNK: u32 = 25;

/// The outcome of some work; where it failed because the guild is lost, the work is put aside, and the guild is marked
/// as lost if it was not yet. Whoever waits for an answer is told. Nothing is lost however often and wherever this dies: the
/// message stays on its queue.
///
/// # Errors
/// The failure, if it was another one; what the store says.
pub async fn unless_lost<S: ClubReader + Spaces + Ledger>(
    store: &S,
    env: &impl Env,
    (discord, render): (&impl InteractionReplies, &impl Render),
    job: &Job,
    work: Work,
    outcome: Result<(), JobFailure>,
) -> Result<(), JobFailure> {
    if !matches!(outcome, Err(JobFailure::GuildLost)) {
        return outcome;
    }
    let waiting = match (&work, work.reply()) {
        (Work::OpenEventSpace { event }, _) => store.space(*event).await?.and_then(|space| space.reply),
        (_, reply) => reply.cloned(),
    };
    let kept = work.outlives_its_answer();
    let Some(club) = park(store, env, job, work).await? else {
        return Ok(());
    };
    if let Some(to) = waiting {
        let notice = Notice::GuildLost { club: &club, kept };
        // An interaction's token needs no bot in the guild (Discord docs, receiving-and-responding). That it cannot be told
        // must not undo what is put aside.
        let _ = reply(discord, env, &to, render.render(&notice).body).await;
    }
    Ok(())
}

/// The club whose work was put aside, if it is still at home there.
async fn park<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    work: Work,
) -> Result<Option<Club>, JobFailure> {
    let Some(club) = store.club(work.club()).await? else {
        return Ok(None);
    };
    if club.guild != Some(job.guild) {
        // The club has left that guild meanwhile: there is nothing to do for it there.
        return Ok(None);
    }
    let known = club.lost_at.is_some();
    let parked = Parked {
        club: club.id,
        guild: job.guild,
        id: job.id.clone(),
        trace: job.trace.clone(),
        work,
        at: job.now,
    };
    // Whoever ends the mark takes up what is parked under it: nothing may be parked behind their back.
    let mark = if known {
        Change::StillLost(club.id, job.guild)
    } else {
        Change::MarkLost(club.id, job.guild, job.now)
    };
    let fact = Fact::GuildLost { guild: job.guild };
    let mut changes = vec![mark];
    if parked.work.outlives_its_answer() {
        changes.push(Change::Park(parked));
    } else if known {
        return Ok(Some(club));
    }
    let batch = Batch {
        changes,
        record: (!known).then(|| record(club.id, Actor::Gantry, job.now, fact)),
        outbox: job.outbox(env, Vec::new()),
        answered: None,
    };
    store.commit(batch).await?;
    Ok(Some(club))
}

pub(super) fn record(club: ClubId, actor: Actor, at: Timestamp, fact: Fact) -> Record {
    Record {
        club,
        actor,
        at,
        fact,
        before: Value::Null,
        after: Value::Null,
    }
}

/// Gantry is in the club's guild again: the mark goes, and what is parked is taken up. Nothing happens if somebody else
/// has noticed before.
///
/// # Errors
/// What the store says.
pub async fn guild_found<S: Ledger>(
    store: &S,
    env: &(impl Clock + Ids),
    home: (ClubId, GuildId),
    actor: Actor,
    trace: &str,
) -> Result<(), CommitError> {
    match found_with(store, env, home, actor, trace, Default::default()).await {
        Err(CommitError::Stale) => Ok(()),
        outcome => outcome,
    }
}

/// The same together with further changes and their work.
///
/// # Errors
/// `Stale` also if somebody else has noticed before.
pub(super) async fn found_with<S: Ledger>(
    store: &S,
    env: &(impl Clock + Ids),
    (club, guild): (ClubId, GuildId),
    actor: Actor,
    trace: &str,
    (mut changes, work): (Vec<Change>, Vec<Work>),
) -> Result<(), CommitError> {
    let now = env.now();
    let (millis, random) = env.parts(now);
    let batch = Batch {
        changes: {
            changes.push(Change::MarkFound(club, guild));
            changes
        },
        record: Some(record(club, actor, now, Fact::GuildFound { guild })),
        outbox: Outbox {
            id: crate::domain::ids::OutboxId::from_parts(millis, random),
            guild,
            trace: trace.to_owned(),
            work: [Work::ResumeParked { club }].into_iter().chain(work).collect(),
        },
        answered: None,
    };
    store.commit(batch).await
}

/// Puts parked work into the outbox again, each row in one transaction with its removal. What belongs to a guild that
/// the club has left is given up.
///
/// # Errors
/// What the store says.
pub async fn resume_parked<S: ClubReader + GuildLinks + Ledger>(
    store: &S,
    env: &impl Env,
    club: ClubId,
) -> Result<(), JobFailure> {
    let Some(club) = store.club(club).await? else {
        return Ok(());
    };
    if club.lost_at.is_some() {
        // Lost again: whoever finds it next sends this work again.
        return Ok(());
    }
    let rows = store.parked(club.id, CHUNK).await?;
    let more = rows.len() == CHUNK as usize;
    let last = rows.len().saturating_sub(1);
    for (place, parked) in rows.into_iter().enumerate() {
        let mut work = Vec::new();
        if club.guild == Some(parked.guild) {
            work.push(parked.work.clone());
        }
        if more && place == last {
            work.push(Work::ResumeParked { club: club.id });
        }
        let batch = Batch {
            record: None,
            outbox: Outbox {
                id: outbox_id(env, env.now()),
                guild: parked.guild,
                trace: parked.trace.clone(),
                work,
            },
            changes: vec![Change::Unpark(parked)],
            answered: None,
        };
        match store.commit(batch).await {
            // Somebody else took it up.
            Ok(()) | Err(CommitError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
