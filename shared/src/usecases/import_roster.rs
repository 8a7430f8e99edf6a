//! What a person does with an import of the roster: begins it, confirms it, gives it up.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::club::Club;
use crate::domain::fact::Fact;
use crate::domain::ids::InteractionId;
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::domain::roster_csv::{BYTES_MAX, FileFault};
use crate::domain::roster_import::{FileRef, ImportKey, ImportState, RosterImport};
use crate::domain::work::Work;
use crate::ports::roster_files::Imports;
use crate::ports::store::{Batch, Caller, Change, ClubReader, Ledger, OnceKey};
use serde::{Deserialize, Serialize};

/// The answer comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later;

/// Has the file read and shown. Takes [`Capability::ManageMembers`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `RosterFile`, `Busy`.
pub async fn start_import<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    file: &FileRef,
) -> Result<Later, Failure> {
    let decide = || async {
        let (caller, ()) = with_caller(store, call, |_| std::future::ready(Ok(()))).await?;
        call.allow(&caller, Capability::ManageMembers)?;
        if file.size > BYTES_MAX as u64 {
            let fault = FileFault::TooLarge;
            return Err(Refusal::RosterFile { fault }.into());
        }
        let work = Work::PreviewRoster {
            import: key(&caller, call.interaction),
            user: call.user,
            by: caller.rank,
            file: file.clone(),
            reply: call.reply.clone(),
        };
        Ok(Decision::Commit(Box::new(queued(env, call, work)), Later))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// Has the roster written into a file. Takes [`Capability::ManageMembers`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Busy`.
pub async fn start_export<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
) -> Result<Later, Failure> {
    let decide = || async {
        let (caller, ()) = with_caller(store, call, |_| std::future::ready(Ok(()))).await?;
        call.allow(&caller, Capability::ManageMembers)?;
        let work = Work::ExportRoster {
            club: caller.club.id,
            reply: call.reply.clone(),
        };
        Ok(Decision::Commit(Box::new(queued(env, call, work)), Later))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

fn key(caller: &Caller, command: InteractionId) -> ImportKey {
    ImportKey {
        club: caller.club.id,
        command,
    }
}

fn queued(env: &impl Env, call: &Call, work: Work) -> Batch {
    Batch {
        changes: Vec::new(),
        record: None,
        outbox: call.outbox(env, vec![work]),
        answered: None,
    }
}

/// Has a shown import made. Takes [`Capability::ManageMembers`], and only who began it can do it, with no lower rank than then.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchImport`, `ImportOver`, `Busy`.
pub async fn confirm_import<S: ClubReader + Imports + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    command: InteractionId,
) -> Result<(Club, RosterImport), Failure> {
    settle(store, env, call, command, ImportState::Confirmed).await
}

/// Gives a shown import up. As [`confirm_import`].
///
/// # Errors
/// As [`confirm_import`].
pub async fn cancel_import<S: ClubReader + Imports + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    command: InteractionId,
) -> Result<(Club, RosterImport), Failure> {
    settle(store, env, call, command, ImportState::Cancelled).await
}

async fn settle<S: ClubReader + Imports + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    command: InteractionId,
    state: ImportState,
) -> Result<(Club, RosterImport), Failure> {
    let decide = || async {
        let (caller, import) =
            with_caller(store, call, |club| store.import(ImportKey { club, command })).await?;
        call.allow(&caller, Capability::ManageMembers)?;
        let import = import
            .filter(|import| import.user == call.user)
            .ok_or(Refusal::NoSuchImport)?;
        if import.state != ImportState::Staged || call.now >= import.expires_at || import.steps() == 0 {
            return Err(Refusal::ImportOver.into());
        }
        let confirmed = state == ImportState::Confirmed;
        if confirmed && caller.rank < import.by {
            return Err(Refusal::ImportOver.into());
        }
        let now = import.with_state(state);
        let work = Work::ApplyRoster {
            import: import.key,
            reply: call.reply.clone(),
        };
        let fact = Fact::RosterImportConfirmed { import: command };
        let batch = Batch {
            changes: vec![Change::PutImport(Box::new(now.clone()))],
            record: confirmed.then(|| call.record(caller.club.id, fact)),
            outbox: call.outbox(env, if confirmed { vec![work] } else { Vec::new() }),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), (caller.club, now)))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}
