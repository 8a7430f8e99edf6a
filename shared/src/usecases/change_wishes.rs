//! Shows and changes what a member has said about how they are told of things, and in which zone they type.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::fact::Fact;
use crate::domain::refusal::Refusal;
use crate::domain::wishes::{WishChange, WishesShown};
use crate::ports::store::{Batch, Change, ClubReader, Ledger, MemberWishes, OnceKey};

/// The caller's own wishes. Everybody in the guild may.
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn show_wishes<S: ClubReader + MemberWishes>(
    store: &S,
    call: &Call,
) -> Result<WishesShown, Failure> {
    let (caller, wishes) = with_caller(store, call, |club| store.wishes(club, call.user)).await?;
    Ok(WishesShown::of(wishes, &caller.settings))
}

/// Changes the caller's own wishes. Everybody in the guild may.
///
/// # Errors
/// Refuses with `NoClub`, `Form`, `Busy`.
pub async fn change_wishes<S: ClubReader + MemberWishes + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    change: &WishChange,
) -> Result<WishesShown, Failure> {
    let decide = || async {
        let (caller, before) = with_caller(store, call, |club| store.wishes(club, call.user)).await?;
        let after = before
            .after(change)
            .map_err(|fault| Refusal::Form { faults: vec![fault] })?;
        let shown = WishesShown::of(after.clone(), &caller.settings);
        if after == before {
            return Ok(Decision::Nothing(shown));
        }
        let mut record = call.record(caller.club.id, Fact::WishesChanged { user: call.user });
        record.before = serde_json::to_value(&before).unwrap_or_default();
        record.after = serde_json::to_value(&after).unwrap_or_default();
        let batch = Batch {
            changes: vec![Change::PutWishes(after)],
            record: Some(record),
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), shown))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}
