//! Takes results that were read from a file and shown, as they were shown, or leaves them.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use super::record_results::{brought_up_to_date, raced};
use crate::domain::club::Club;
use crate::domain::fact::Fact;
use crate::domain::ids::InteractionId;
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::domain::result_import::{ResultImport, ResultImportKey, ResultImportState};
use crate::ports::store::{Batch, Change, ClubReader, EventReader, Ledger, OnceKey, ResultReader};

/// What became of an import.
pub type Settled = (Club, ResultImport);

/// Takes it: its rows become the event's results, unless others were entered since it was shown. Takes
/// [`Capability::ManageEvents`], and only who uploaded the file can do it.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchImport`, `ImportOver`, `NoSuchEvent`, `NotRaced`, `Busy`.
pub async fn take_results<S>(
    store: &S,
    env: &impl Env,
    call: &Call,
    command: InteractionId,
) -> Result<Settled, Failure>
where
    S: ClubReader + EventReader + Ledger + ResultReader,
{
    let decide = || async {
        let (club, import) = shown(store, call, command).await?;
        let (desk, before) = futures::join!(store.desk(import.event, call.user), store.results(import.event));
        let (desk, before) = (desk?.ok_or(Refusal::NoSuchEvent)?, before?);
        raced(&desk.event)?;
        if !import.fits(before.as_ref()) {
            let outdated = import.with_state(ResultImportState::Outdated);
            let batch = Batch {
                changes: vec![Change::PutResultImport(Box::new(outdated.clone()))],
                record: None,
                outbox: call.outbox(env, Vec::new()),
                answered: None,
            };
            return Ok(Decision::Commit(Box::new(batch), (club, outdated)));
        }
        let taken = import.with_state(ResultImportState::Taken);
        let event = import.event;
        let mut record = call.record(club.id, Fact::ResultsEntered { event });
        record.before = before.map_or(0, |before| before.rows.len()).into();
        record.after = import.results.rows.len().into();
        let results = import.results;
        let batch = Batch {
            record: Some(record),
            outbox: call.outbox(env, brought_up_to_date(store, &results).await?),
            changes: vec![
                Change::PutResultImport(Box::new(taken.clone())),
                Change::PutResults(Box::new(results)),
            ],
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), (club, taken)))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// Leaves it. As [`take_results`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchImport`, `ImportOver`, `Busy`.
pub async fn leave_results<S>(
    store: &S,
    env: &impl Env,
    call: &Call,
    command: InteractionId,
) -> Result<Settled, Failure>
where
    S: ClubReader + Ledger + ResultReader,
{
    let decide = || async {
        let (club, import) = shown(store, call, command).await?;
        let left = import.with_state(ResultImportState::Cancelled);
        let batch = Batch {
            changes: vec![Change::PutResultImport(Box::new(left.clone()))],
            record: None,
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), (club, left)))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The import, if the caller may settle it.
async fn shown<S: ClubReader + ResultReader>(
    store: &S,
    call: &Call,
    command: InteractionId,
) -> Result<Settled, Failure> {
    let (caller, import) = with_caller(store, call, |club| {
        store.result_import(ResultImportKey { club, command })
    })
    .await?;
    call.allow(&caller, Capability::ManageEvents)?;
    let import = import
        .filter(|import| import.user == call.user)
        .ok_or(Refusal::NoSuchImport)?;
    if import.state != ResultImportState::Staged || call.now >= import.expires_at {
        return Err(Refusal::ImportOver.into());
    }
    Ok((caller.club, import))
}
