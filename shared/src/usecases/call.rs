//! What every use case that a person starts has in common: who calls, in which club, and how it can fail.

use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::ids::{
    ClubId, EntryId, EventId, GuildId, InteractionId, OutboxId, RoleId, RunId, SeriesId, TeamId, UserId,
};
use crate::domain::rank::{Capability, Rank};
use crate::domain::refusal::Refusal;
use crate::domain::work::{Reply, Work};
use crate::ports::clock::{Clock, Pause};
use crate::ports::ids::Ids;
use crate::ports::store::{Caller, ClubReader, Outbox, StoreError, StoreResult};
use jiff::Timestamp;
use std::future::Future;

/// A command, click or form of a person in a guild.
#[derive(Clone, Debug)]
pub struct Call {
    /// The interaction's id: unique, and the order of arrival.
    pub interaction: InteractionId,
    /// Where.
    pub guild: GuildId,
    /// Who.
    pub user: UserId,
    /// The name that others see.
    pub name: String,
    /// Their roles in the guild.
    pub roles: Vec<RoleId>,
    /// Whether Discord lets them manage the server: such a person is never less than an admin of its club.
    pub manages_server: bool,
    /// Where a late answer goes.
    pub reply: Reply,
    /// Follows the click to the last call.
    pub trace: String,
    /// When it arrived.
    pub now: Timestamp,
    /// Until when it is worth trying: Discord waits 3 s for the answer.
    pub try_until: Timestamp,
}

/// What a use case needs besides the ports of its capability.
pub trait Env: Clock + Ids + Pause {}

impl<T: Clock + Ids + Pause> Env for T {}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The person can do something about it.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// They cannot.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Call {
    /// Checks that the caller's rank allows it.
    ///
    /// # Errors
    /// [`Refusal::NeedsRank`].
    pub fn allow(&self, caller: &Caller, capability: Capability) -> Result<(), Refusal> {
        if caller.rank.may(capability) {
            Ok(())
        } else {
            Err(Refusal::NeedsRank { capability })
        }
    }

    pub(super) const fn actor(&self) -> Actor {
        Actor::User {
            user: self.user,
            interaction: self.interaction,
        }
    }

    pub(super) fn record(&self, club: ClubId, fact: Fact) -> Record {
        Origin::of(self).record(club, fact)
    }

    pub(super) fn outbox(&self, env: &impl Env, work: Vec<Work>) -> Outbox {
        Origin::of(self).outbox(env, work)
    }
}

/// Where a change comes from that several use cases make: a person's call, or a program's delivery.
pub(super) struct Origin {
    /// The club's guild.
    pub guild: GuildId,
    /// Who causes it.
    pub actor: Actor,
    /// Follows it to the last call.
    pub trace: String,
    /// When.
    pub now: Timestamp,
}

impl Origin {
    pub(super) fn of(call: &Call) -> Self {
        Self {
            guild: call.guild,
            actor: call.actor(),
            trace: call.trace.clone(),
            now: call.now,
        }
    }

    pub(super) fn record(&self, club: ClubId, fact: Fact) -> Record {
        Record {
            club,
            actor: self.actor,
            at: self.now,
            fact,
            before: serde_json::Value::Null,
            after: serde_json::Value::Null,
        }
    }

    pub(super) fn outbox(&self, env: &impl Env, work: Vec<Work>) -> Outbox {
        Outbox {
            id: outbox_id(env, self.now),
            guild: self.guild,
            trace: self.trace.clone(),
            work,
        }
    }
}

pub(super) fn outbox_id(env: &impl Env, now: Timestamp) -> OutboxId {
    let (millis, random) = env.parts(now);
    OutboxId::from_parts(millis, random)
}

pub(super) fn club_id(env: &impl Env, now: Timestamp) -> ClubId {
    let (millis, random) = env.parts(now);
    ClubId::from_parts(millis, random)
}

pub(super) fn run_id(env: &impl Env, now: Timestamp) -> RunId {
    let (millis, random) = env.parts(now);
    RunId::from_parts(millis, random)
}

pub(super) fn entry_id(env: &impl Env, now: Timestamp) -> EntryId {
    let (millis, random) = env.parts(now);
    EntryId::from_parts(millis, random)
}

pub(super) fn series_id(env: &impl Env, now: Timestamp) -> SeriesId {
    let (millis, random) = env.parts(now);
    SeriesId::from_parts(millis, random)
}

pub(super) fn team_id(env: &impl Env, now: Timestamp) -> TeamId {
    let (millis, random) = env.parts(now);
    TeamId::from_parts(millis, random)
}

pub(super) fn event_id(env: &impl Env, now: Timestamp) -> EventId {
    let (millis, random) = env.parts(now);
    EventId::from_parts(millis, random)
}

/// Reads what a call needs, together with its caller. `read` starts at once for the club that the guild was linked to
/// when last seen, and again only if the guild is linked to another one by now: one round trip instead of two. A process
/// that has not seen the guild yet asks for its club first: two round trips instead of three.
///
/// # Errors
/// [`Refusal::NoClub`], and what the store says.
pub async fn with_caller<S, T, R>(
    store: &S,
    call: &Call,
    read: impl Fn(ClubId) -> R,
) -> Result<(Caller, T), Failure>
where
    S: ClubReader,
    R: Future<Output = StoreResult<T>>,
{
    let guess = match store.likely_club(call.guild) {
        Some(club) => club,
        None => store.club_of_guild(call.guild).await?.ok_or(Refusal::NoClub)?,
    };
    let (caller, likely) = futures::join!(store.caller(call.guild, call.user), read(guess));
    let mut caller = caller?.ok_or(Refusal::NoClub)?;
    if call.manages_server {
        caller.rank = caller.rank.max(Rank::Admin);
    }
    let value = if guess == caller.club.id {
        likely?
    } else {
        read(caller.club.id).await?
    };
    Ok((caller, value))
}
