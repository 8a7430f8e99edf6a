//! Links a club that has no guild, or whose guild Gantry is missing from, to another guild.
//!
//! Two proofs are asked for: that the person owns the club, and that they manage the guild. Both come from Discord: the
//! first by the account, which is on the club's roster as owner; the second by the permissions in the signed
//! interaction, or by Discord's own check when somebody adds an application to a guild.

use super::call::{Call, Env, Failure};
use super::check_permissions::look;
use super::once::{Decision, once};
use super::park_job::{found_with, record};
use super::start_sync::on_arrival;
use crate::domain::club::Club;
use crate::domain::fact::{Actor, Fact};
use crate::domain::guild_link::Occasion;
use crate::domain::ids::{ClubId, GuildId, OutboxId, UserId};
use crate::domain::rank::{Capability, Rank};
use crate::domain::refusal::Refusal;
use crate::domain::sync::RunKind;
use crate::domain::text::comparable;
use crate::domain::work::Work;
use crate::ports::store::{
    Answered, Batch, Change, ClubReader, CommitError, GuildLinks, Ledger, OnceKey, Outbox, RosterReader,
    SettingsReader, StoreResult,
};
use crate::ports::sync::SyncRuns;
use serde::{Deserialize, Serialize};

/// Tries while others change the same links.
const TRIES: u32 = 5;

/// Links the club of that name to the guild of the call. Takes Discord's Manage Server permission there, and
/// [`Capability::LinkClub`] in the club.
///
/// # Errors
/// Refuses with `NeedsManageServer`, `GuildHasClub`, `NoOwnClub`, `ClubLinkedElsewhere`, `Busy`.
pub async fn link_club<S: ClubReader + RosterReader + Ledger + SyncRuns + SettingsReader>(
    store: &S,
    env: &impl Env,
    call: &Call,
    name: &str,
) -> Result<Club, Failure> {
    if !call.manages_server {
        return Err(Refusal::NeedsManageServer.into());
    }
    let slug = comparable(name);
    let decide = || async {
        let (caller, found) = futures::join!(store.caller(call.guild, call.user), store.club_of_slug(&slug));
        if let Some(caller) = caller? {
            let club = caller.club.name;
            return Err(Refusal::GuildHasClub { club }.into());
        }
        let Some(club) = found?.filter(|_| !slug.is_empty()) else {
            return Err(Refusal::NoOwnClub.into());
        };
        let club = owned(store, club, call.user).await?.ok_or(Refusal::NoOwnClub)?;
        let from = leaving(&club).ok_or(Refusal::ClubLinkedElsewhere)?;
        let fact = Fact::ClubLinked { guild: call.guild };
        let (home, by) = ((club.id, call.guild), (RunKind::Manual, Some(call.user)));
        let (mut changes, mut work) = on_arrival(store, env, home, by, call.now).await?;
        work.extend([
            look(call, club.id, Occasion::Linked),
            Work::ResumeParked { club: club.id },
        ]);
        changes.push(Change::LinkClub {
            club: club.id,
            guild: call.guild,
            from,
        });
        let batch = Batch {
            changes,
            record: Some(call.record(club.id, fact)),
            outbox: call.outbox(env, work),
            answered: None,
        };
        let linked = Club {
            guild: Some(call.guild),
            lost_at: None,
            ..club
        };
        Ok(Decision::Commit(Box::new(batch), linked))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

/// The club, if the person owns it. They need not be in its guild any more.
async fn owned<S: ClubReader + RosterReader>(
    store: &S,
    club: ClubId,
    user: UserId,
) -> StoreResult<Option<Club>> {
    let (club, member) = futures::join!(store.club(club), store.member(club, user));
    let owner =
        member?.is_some_and(|member| member.rank >= Rank::Owner && member.rank.may(Capability::LinkClub));
    Ok(club?.filter(|_| owner))
}

/// The lost guild that the club leaves, if it has one; nothing at all if it is linked to a guild that Gantry is in.
fn leaving(club: &Club) -> Option<Option<GuildId>> {
    match (club.guild, club.lost_at) {
        (None, _) => Some(None),
        (Some(guild), Some(_)) => Some(Some(guild)),
        (Some(_), None) => None,
    }
}

/// Somebody added Gantry to a guild, as Discord says.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The guild.
    pub guild: GuildId,
    /// Who added it; Discord lets only those do so who manage the guild.
    pub user: UserId,
    /// Follows the event to the last call.
    pub trace: String,
    /// Makes a repetition of the event do nothing.
    pub once: Option<OnceKey>,
}

/// What came of an arrival.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "welcome")]
pub enum Welcome {
    /// The guild has this club; if Gantry was missing, work goes on.
    Back {
        /// The club.
        club: ClubId,
    },
    /// This club was linked to the guild, as its owner had wished.
    Linked {
        /// The club.
        club: ClubId,
    },
    /// The guild has no club yet.
    NoClub,
}

/// Refreshes the guild's club, or links the club whose owner added Gantry and had asked for that. May be called any
/// number of times for the same arrival.
///
/// # Errors
/// [`CommitError`]; `Stale` when others change the same links all the time.
pub async fn welcome_guild<S: ClubReader + RosterReader + GuildLinks + Ledger + SyncRuns + SettingsReader>(
    store: &S,
    env: &impl Env,
    arrival: &Arrival,
) -> Result<Welcome, CommitError> {
    let mut outcome = Err(CommitError::Stale);
    for tries in 1..=TRIES {
        outcome = Box::pin(welcome(store, env, arrival)).await;
        match &outcome {
            Err(CommitError::Stale | CommitError::Contended) => env.pause(tries).await,
            Err(CommitError::Replayed(stored)) => {
                let corrupt = |error: serde_json::Error| {
                    CommitError::Store(crate::ports::store::StoreError::Corrupt(error.to_string()))
                };
                return serde_json::from_value(stored.clone()).map_err(corrupt);
            }
            _ => break,
        }
    }
    outcome
}

async fn welcome<S: ClubReader + RosterReader + GuildLinks + Ledger + SyncRuns + SettingsReader>(
    store: &S,
    env: &impl Env,
    arrival: &Arrival,
) -> Result<Welcome, CommitError> {
    let Arrival { guild, user, .. } = arrival;
    let actor = Actor::Account { user: *user };
    let now = env.now();
    // The wish is read before the guild: of two that tell of the same arrival, the later finds no wish only when the
    // earlier has linked the guild already.
    let wish = store.link_wish(*user).await?.filter(|wish| wish.until > now);
    let owned = match wish {
        Some(wish) => owned(store, wish.club, *user).await?,
        None => None,
    };
    if let Some(club) = store.club_of_guild(*guild).await? {
        let lost = store.club(club).await?.is_some_and(|club| club.lost_at.is_some());
        if lost {
            let home = (club, *guild);
            let run = on_arrival(store, env, home, (RunKind::Webhook, None), now).await?;
            found_with(store, env, home, actor, &arrival.trace, run).await?;
        }
        return Ok(Welcome::Back { club });
    }
    let Some(club) = owned else {
        return Ok(Welcome::NoClub);
    };
    let Some(from) = leaving(&club) else {
        return Ok(Welcome::NoClub);
    };
    let by = (RunKind::Webhook, Some(*user));
    let (run, mut work) = on_arrival(store, env, (club.id, *guild), by, now).await?;
    work.push(Work::ResumeParked { club: club.id });
    let welcome = Welcome::Linked { club: club.id };
    let (millis, random) = env.parts(now);
    let outcome = serde_json::to_value(&welcome).unwrap_or_default();
    let batch = Batch {
        changes: run
            .into_iter()
            .chain([
                Change::LinkClub {
                    club: club.id,
                    guild: *guild,
                    from,
                },
                Change::DropLinkWish(*user),
            ])
            .collect(),
        record: Some(record(club.id, actor, now, Fact::ClubLinked { guild: *guild })),
        outbox: Outbox {
            id: OutboxId::from_parts(millis, random),
            guild: *guild,
            trace: arrival.trace.clone(),
            work,
        },
        answered: arrival.once.map(|key| Answered { key, outcome }),
    };
    store.commit(batch).await?;
    Ok(welcome)
}
