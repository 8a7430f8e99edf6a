//! A driver confirms to know of the next stint, with the button of the message that told them.

use super::announce_plan::announced_again;
use super::call::{Call, Env, Failure};
use super::once::{Decision, once};
use crate::domain::event::EventKey;
use crate::domain::fact::Fact;
use crate::domain::ids::{TeamId, UserId};
use crate::domain::refusal::Refusal;
use crate::ports::store::{Batch, Change, ClubReader, Ledger, OnceKey, TeamReader};
use jiff::Timestamp;

/// Notes that the driver knows of the stint of that team that begins then; returns that instant. Only its driver can; the
/// message may be in a DM, where no guild tells the club.
///
/// # Errors
/// Refuses with `NoSuchEvent`, `StintMoved`, `Busy`.
pub async fn confirm_stint<S: ClubReader + TeamReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    (event, team): (EventKey, TeamId),
    from: Timestamp,
) -> Result<Timestamp, Failure> {
    let decide = || Box::pin(decide(store, env, call, (event, team), from));
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

async fn decide<S: ClubReader + TeamReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    (event, team): (EventKey, TeamId),
    from: Timestamp,
) -> Result<Decision<Timestamp>, Failure> {
    let (club, found, plan) = futures::join!(
        store.club(event.club),
        store.line_up(event),
        store.team_plan(event, team)
    );
    let club = club?.ok_or(Refusal::NoSuchEvent)?;
    let (Some((sheet, _)), Some(plan), Some(guild)) = (found?, plan?, club.guild) else {
        return Err(Refusal::NoSuchEvent.into());
    };
    let plan = plan.on(&sheet.event);
    let user: UserId = call.user;
    let own = plan
        .stints
        .iter()
        .find(|stint| stint.driver == Some(user) && stint.from == from);
    // Who is not its driver is not told whether there is such a stint.
    if own.ok_or(Refusal::StintMoved)?.seen_at.is_some() {
        return Ok(Decision::Nothing(from));
    }
    let next = plan.seen(user, from, call.now)?;
    let mut outbox = call.outbox(env, announced_again(&next));
    outbox.guild = guild;
    let batch = Batch {
        changes: vec![Change::PutTeamPlan(next)],
        record: Some(call.record(club.id, Fact::StintConfirmed { event, team, from })),
        outbox,
        answered: None,
    };
    Ok(Decision::Commit(Box::new(batch), from))
}
