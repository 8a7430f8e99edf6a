//! Settles the teams of an event, or opens settled ones again.

use super::call::{Call, Env, Failure};
use super::change_teams::{Managed, TeamsChanged, managed_teams};
use super::once::{Decision, once};
use crate::domain::alert::reschedule;
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::notice::Sheet;
use crate::domain::refusal::EventAction;
use crate::domain::teams::{LineUp, TeamsBrief, TeamsDone};
use crate::domain::work::Work;
use crate::ports::store::{Alerts, Batch, Change, ClubReader, Ledger, OnceKey, TeamReader, TeamSpaces};

/// Settles the teams; drivers who have left since are out of them. Takes
/// [`crate::domain::rank::Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `EmptyTeam`, `Busy`.
pub async fn finalise_teams<S: Alerts + TeamSpaces + ClubReader + TeamReader + Ledger>(
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
pub async fn reopen_teams<S: Alerts + TeamSpaces + ClubReader + TeamReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
) -> Result<TeamsChanged, Failure> {
    settle(store, env, call, event, EventAction::ReopenTeams).await
}

async fn settle<S: Alerts + TeamSpaces + ClubReader + TeamReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    action: EventAction,
) -> Result<TeamsChanged, Failure> {
    let decide = || async {
        let Managed {
            caller,
            sheet,
            line_up,
            alerts,
        } = managed_teams(store, call, event).await?;
        let (after, step) = sheet.event.after(action, call.now)?;
        // The line-up is written even where it stays as it is: nobody changes it between our reading and our writing.
        let next = LineUp {
            version: line_up.version + 1,
            ..line_up.pruned(&sheet)
        };
        let done = if action == EventAction::FinaliseTeams {
            next.ready()?;
            TeamsDone::Finalised
        } else {
            TeamsDone::Reopened
        };
        let mut work = step.jobs(&after);
        if action == EventAction::FinaliseTeams {
            // Those that an earlier settling left behind go.
            let left = store.team_spaces(after.key).await?;
            let left = left.into_iter().filter(|space| !space.is_gone());
            let left = left
                .map(|space| space.team)
                .filter(|team| next.team(*team).is_none());
            let teams = next.teams.iter().map(|team| team.id).chain(left);
            work.extend(teams.map(|team| Work::SettleTeam {
                event: after.key,
                team,
            }));
        }
        let mut record = call.record(caller.club.id, Fact::of(action, after.key));
        record.before = serde_json::to_value(&line_up).unwrap_or_default();
        record.after = serde_json::to_value(&next).unwrap_or_default();
        let mut changes = vec![
            Change::UpdateEvent(after.clone()),
            Change::PutLineUp(next.clone()),
        ];
        let due = reschedule(&after, call.guild, &caller.settings, &alerts, call.now);
        changes.extend(due.into_iter().map(Change::PutAlert));
        let batch = Batch {
            changes,
            record: Some(record),
            outbox: call.outbox(env, work),
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
