//! Takes a club from its guild, after a button asked whether that is meant; and keeps an owner's wish to link it anew.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::club::{Club, Colour};
use crate::domain::fact::Fact;
use crate::domain::guild_link::{LinkWish, WISH_LIFE};
use crate::domain::ids::ClubId;
use crate::domain::rank::{Capability, Rank};
use crate::domain::refusal::Refusal;
use crate::ports::store::{Batch, Caller, Change, ClubReader, Ledger, OnceKey};
use serde::{Deserialize, Serialize};

/// What was unlinked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unlinked {
    /// The club's name.
    pub name: String,
    /// Its accent.
    pub colour: Colour,
}

/// The club that is asked about. Takes [`Capability::LinkClub`], or Discord's Manage Server permission: who may put
/// Gantry out of the server may part the club from it.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`.
pub async fn unlink_question<S: ClubReader>(store: &S, call: &Call) -> Result<Club, Failure> {
    let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
    may_unlink(call, &caller)?;
    Ok(caller.club)
}

fn may_unlink(call: &Call, caller: &Caller) -> Result<(), Refusal> {
    if call.manages_server {
        return Ok(());
    }
    call.allow(caller, Capability::LinkClub)
}

/// Takes `club` from the guild. Its record stays; the owner can link it to another guild.
///
/// # Errors
/// Refuses with `NoClub` (also if the guild has another club by now), `NeedsRank`, `Busy`.
pub async fn unlink_club<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    club: ClubId,
) -> Result<Unlinked, Failure> {
    let decide = || async {
        let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
        if caller.club.id != club {
            return Err(Refusal::NoClub.into());
        }
        may_unlink(call, &caller)?;
        let mut changes = vec![Change::UnlinkClub(club, call.guild)];
        if caller.rank >= Rank::Owner {
            changes.push(Change::PutLinkWish(wish(call, club)));
        }
        let batch = Batch {
            changes,
            record: Some(call.record(club, Fact::ClubUnlinked { guild: call.guild })),
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        let unlinked = Unlinked {
            name: caller.club.name,
            colour: caller.club.colour,
        };
        Ok(Decision::Commit(Box::new(batch), unlinked))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

fn wish(call: &Call, club: ClubId) -> LinkWish {
    LinkWish {
        user: call.user,
        club,
        until: call.now.saturating_add(WISH_LIFE).unwrap_or(call.now),
    }
}

/// The accent for an invitation. The club's owner who asks for one means to link the club to the guild that they add
/// Gantry to next, should it have lost its own by then. Takes [`Capability::ManageInstallation`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Busy`.
pub async fn invite<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
) -> Result<Colour, Failure> {
    let decide = || async {
        let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
        call.allow(&caller, Capability::ManageInstallation)?;
        let Caller { club, rank, .. } = caller;
        if rank < Rank::Owner {
            return Ok(Decision::Nothing(club.colour));
        }
        let batch = Batch {
            changes: vec![Change::PutLinkWish(wish(call, club.id))],
            record: None,
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), club.colour))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}
