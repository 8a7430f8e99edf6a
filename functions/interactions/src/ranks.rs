//! Ranks: given, and the owner's handed over; people taken off the roster.

use super::App;
use super::context::show;
use gantry_shared::domain::ids::{EntryId, UserId};
use gantry_shared::domain::notice::Notice;
use gantry_shared::domain::rank::{Picked, Rank};
use gantry_shared::usecases::set_rank::{ask_hand_over, hand_over, set_rank};
use gantry_shared::usecases::take_off_roster::{ask_removal, take_off};
use gantry_shared::usecases::{Call, Env, Failure};
use serde_json::Value;

/// `/rank set`: at once, but for the owner's rank, which asks first.
pub async fn set<E: Env>(app: &App<E>, call: &Call, member: &Picked, rank: Rank) -> Result<Value, Failure> {
    if rank == Rank::Owner {
        let question = &ask_hand_over(&app.table, call, member).await?;
        return Ok(show(app, &Notice::HandOver { question }));
    }
    let given = &Box::pin(set_rank(&app.table, &app.env, call, member, rank)).await?;
    Ok(show(app, &Notice::RankGiven { given }))
}

/// The button that says yes to handing the club over.
pub async fn confirmed<E: Env>(
    app: &App<E>,
    call: &Call,
    user: UserId,
    version: u64,
) -> Result<Value, Failure> {
    let handed = &Box::pin(hand_over(&app.table, &app.env, call, (user, version))).await?;
    Ok(show(app, &Notice::HandedOver { handed }))
}

/// `/roster remove`: the question.
pub async fn ask_removal_of<E: Env>(app: &App<E>, call: &Call, entry: EntryId) -> Result<Value, Failure> {
    let question = &Box::pin(ask_removal(&app.table, call, entry)).await?;
    Ok(show(app, &Notice::RemovalAsked { question }))
}

/// The button that says yes to it.
pub async fn taken_off<E: Env>(
    app: &App<E>,
    call: &Call,
    entry: EntryId,
    version: u64,
) -> Result<Value, Failure> {
    let taken = &Box::pin(take_off(&app.table, &app.env, call, (entry, version))).await?;
    Ok(show(app, &Notice::TakenOff { taken }))
}
