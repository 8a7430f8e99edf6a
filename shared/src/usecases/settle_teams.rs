//! Settles the teams of an event, or opens settled ones again.

use super::call::{Call, Env, Failure};
use super::change_teams::{TeamsChanged, managed_teams};
use super::once::{Decision, once};
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::notice::Sheet;
use crate::domain::refusal::EventAction;
use crate::domain::teams::{LineUp, TeamsBrief, TeamsDone};
use crate::ports::store::{Batch, Change, ClubReader, Ledger, OnceKey, TeamReader};

/// Settles the teams; drivers who have left since are out of them. Takes
/// [`crate::domain::rank::Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `EmptyTeam`, `Busy`.
pub async fn finalise_teams<S: ClubReader + TeamReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
) -> Result<TeamsChanged, Failure> {
    settle(store, env, call, event, EventAction::FinaliseTeams).await
}

/// Opens settled teams again, so that they can be formed anew. Takes
/// [`crate::domain::rank::Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Busy`.
pub async fn reopen_teams<S: ClubReader + TeamReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
) -> Result<TeamsChanged, Failure> {
    settle(store, env, call, event, EventAction::ReopenTeams).await
}

async fn settle<S: ClubReader + TeamReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    action: EventAction,
) -> Result<TeamsChanged, Failure> {
    let decide = || async {
        let (caller, sheet, line_up) = managed_teams(store, call, event).await?;
        let (after, step) = sheet.event.after(action, call.now)?;
        // The line-up is written even where it stays as it is: nobody changes it between our reading and our writing.
        let next = LineUp {
            version: line_up.version + 1,
            ..line_up.pruned(&sheet)
        };
        let (done, fact) = if action == EventAction::FinaliseTeams {
            next.ready()?;
            (TeamsDone::Finalised, Fact::TeamsFinalised { event: after.key })
        } else {
            (TeamsDone::Reopened, Fact::TeamsReopened { event: after.key })
        };
        let mut record = call.record(caller.club.id, fact);
        record.before = serde_json::to_value(&line_up).unwrap_or_default();
        record.after = serde_json::to_value(&next).unwrap_or_default();
        let batch = Batch {
            changes: vec![
                Change::UpdateEvent(after.clone()),
                Change::PutLineUp(next.clone()),
            ],
            record: Some(record),
            outbox: call.outbox(env, step.jobs(after.key)),
            answered: None,
        };
        let now = Sheet {
            event: after,
            ..sheet
        };
        let teams = TeamsBrief::of(&caller.club, &now, &next);
        Ok(Decision::Commit(Box::new(batch), TeamsChanged { done, teams }))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}
