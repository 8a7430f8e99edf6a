//! Changes the teams of an event by hand, or forms them anew.

use super::call::{Call, Env, Failure, team_id, with_caller};
use super::once::{Decision, once};
use crate::domain::alert::{Alert, AlertKind, AlertState, DropReason, reschedule};
use crate::domain::event::{EventKey, EventState};
use crate::domain::fact::Fact;
use crate::domain::ids::{EventId, TeamId, UserId};
use crate::domain::notice::Sheet;
use crate::domain::rank::Capability;
use crate::domain::refusal::{EventAction, Field, FormFault, Problem, Refusal};
use crate::domain::team_space::wanted_in;
use crate::domain::teams::form::Sizes;
use crate::domain::teams::{DRIVERS_MAX, LineUp, TEAMS_MAX, TeamEdit, TeamsBrief, TeamsDone};
use crate::domain::work::Work;
use crate::ports::store::{
    Alerts, Batch, Caller, Change, ClubReader, Ledger, OnceKey, TeamReader, TeamSpaces,
};
use serde::{Deserialize, Serialize};

/// What a person asks for, as typed or picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamWish {
    /// A new team.
    Create {
        /// Its name.
        name: String,
        /// The label of its class.
        class: Option<String>,
    },
    /// A driver into a team.
    Assign {
        /// The team.
        team: TeamId,
        /// The driver.
        driver: UserId,
    },
    /// A driver out of a team, or the team dissolved.
    Remove {
        /// The team.
        team: TeamId,
        /// The driver.
        driver: Option<UserId>,
    },
    /// Another name.
    Rename {
        /// The team.
        team: TeamId,
        /// The name.
        name: String,
    },
    /// New teams of all drivers.
    Form {
        /// Most drivers of a team.
        size: String,
        /// Fewest drivers of a team; one less than the most, but two, if left out.
        least: Option<String>,
        /// The label of the only class to be formed.
        class: Option<String>,
        /// The seed of an earlier forming.
        seed: Option<String>,
    },
}

/// What was done, and the teams now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TeamsChanged {
    /// What was done.
    pub done: TeamsDone,
    /// The teams.
    pub teams: TeamsBrief,
}

/// Changes the teams. With the first change the event goes on to forming its teams.
/// Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `Busy`, and as [`LineUp::after`] says.
pub async fn change_teams<S: Alerts + ClubReader + TeamReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    wish: &TeamWish,
) -> Result<TeamsChanged, Failure> {
    let decide = || async {
        let Managed {
            caller,
            sheet,
            line_up,
            alerts,
        } = managed_teams(store, call, event).await?;
        let action = match wish {
            TeamWish::Form { .. } => EventAction::FormTeams,
            _ => EventAction::ArrangeTeams,
        };
        let (after, step) = sheet.event.after(action, call.now)?;
        let (next, done) = line_up.after(&edit(env, call, wish)?, &sheet)?;
        let moved = step.from != step.to;
        let gone = |alert: &&Alert| match alert.kind {
            AlertKind::Stints { team, .. } => alert.is_pending() && next.team(team).is_none(),
            _ => false,
        };
        let overtaken = AlertState::Dropped {
            at: call.now,
            why: DropReason::Overtaken,
        };
        // Stints of a team that is dissolved are not driven.
        let (dropped, alerts): (Vec<Alert>, Vec<Alert>) = alerts.into_iter().partition(|alert| gone(&alert));
        let mut changes = vec![Change::PutLineUp(next.clone())];
        let dropped = dropped.iter().map(|alert| alert.with(overtaken.clone()));
        changes.extend(dropped.map(Change::PutAlert));
        if moved {
            changes.push(Change::UpdateEvent(after.clone()));
            let due = reschedule(&after, call.guild, &caller.settings, &alerts, call.now);
            changes.extend(due.into_iter().map(Change::PutAlert));
        }
        let mut work = if moved { step.jobs(&after) } else { Vec::new() };
        if wanted_in(after.state) == Some(true) {
            work.extend(touched(&line_up, &next).map(|team| Work::SettleTeam {
                event: after.key,
                team,
            }));
        }
        // Plans are announced before teams are settled, too; where none was, there is nothing to do.
        work.extend(touched(&line_up, &next).map(|team| Work::AnnouncePlan {
            event: after.key,
            team,
            reply: None,
        }));
        let mut record = call.record(caller.club.id, Fact::TeamsChanged { event: after.key });
        record.before = serde_json::to_value(&line_up).unwrap_or_default();
        record.after = serde_json::to_value(&next).unwrap_or_default();
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

/// The teams that are others now, or gone.
fn touched<'a>(before: &'a LineUp, after: &'a LineUp) -> impl Iterator<Item = TeamId> + 'a {
    let changed = after
        .teams
        .iter()
        .filter(|team| before.team(team.id) != Some(*team))
        .map(|team| team.id);
    let gone = before.teams.iter().filter(|team| after.team(team.id).is_none());
    changed.chain(gone.map(|team| team.id))
}

/// Reads the teams of an event. Takes [`Capability::ManageEvents`] while they are being formed, nothing once they are
/// settled.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`.
pub async fn list_teams<S: ClubReader + TeamReader + TeamSpaces>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<TeamsBrief, Failure> {
    let (caller, (found, spaces)) = with_caller(store, call, |club| async move {
        let key = EventKey { club, event };
        let (found, spaces) = futures::join!(store.line_up(key), store.team_spaces(key));
        Ok((found?, spaces?))
    })
    .await?;
    let (sheet, line_up) = found.ok_or(Refusal::NoSuchEvent)?;
    let settled = matches!(
        sheet.event.state,
        EventState::TeamsFinal
            | EventState::Ready
            | EventState::Live
            | EventState::Completed
            | EventState::Archived
    );
    if !settled {
        call.allow(&caller, Capability::ManageEvents)?;
    }
    Ok(TeamsBrief::of(&caller.club, &sheet, &line_up).with_lacking(&spaces))
}

/// Reads an event with its teams for somebody who is about to change them.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`.
pub(super) async fn managed_teams<S: Alerts + ClubReader + TeamReader>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<Managed, Failure> {
    let (caller, (found, alerts)) = with_caller(store, call, |club| async move {
        let key = EventKey { club, event };
        let (found, alerts) = futures::join!(store.line_up(key), store.alerts(key));
        Ok((found?, alerts?))
    })
    .await?;
    call.allow(&caller, Capability::ManageEvents)?;
    let (sheet, line_up) = found.ok_or(Refusal::NoSuchEvent)?;
    Ok(Managed {
        caller,
        sheet,
        line_up,
        alerts,
    })
}

/// The teams of an event that somebody may change, with all that changes with them.
pub(super) struct Managed {
    /// Who.
    pub caller: Caller,
    /// The event with all answers.
    pub sheet: Sheet,
    /// Its teams.
    pub line_up: LineUp,
    /// What is due for it.
    pub alerts: Vec<Alert>,
}

/// The change that a wish stands for.
fn edit(env: &impl Env, call: &Call, wish: &TeamWish) -> Result<TeamEdit, Refusal> {
    Ok(match wish.clone() {
        TeamWish::Create { name, class } => TeamEdit::Create {
            id: team_id(env, call.now),
            name,
            class,
        },
        TeamWish::Assign { team, driver } => TeamEdit::Assign { team, driver },
        TeamWish::Remove { team, driver } => TeamEdit::Remove { team, driver },
        TeamWish::Rename { team, name } => TeamEdit::Rename { team, name },
        TeamWish::Form {
            size,
            least,
            class,
            seed,
        } => {
            let most = number(&size, Field::TeamSize, 1, DRIVERS_MAX)?;
            let least = match least {
                Some(least) => number(&least, Field::TeamSize, 1, most)?,
                None => most.saturating_sub(1).max(2).min(most),
            };
            let seed = match seed {
                Some(typed) => typed
                    .trim()
                    .parse()
                    .map_err(|_| fault(Field::Seed, Problem::NotASeed))?,
                // Small enough to be typed, and another one with each command.
                None => (call.interaction.0 >> 12) % 1_000_000,
            };
            // In order, so that all that is made for them one after the other stands in the order of their names.
            let mut ids: Vec<TeamId> = (0..TEAMS_MAX).map(|_| team_id(env, call.now)).collect();
            ids.sort_unstable();
            TeamEdit::Form {
                class,
                sizes: Sizes { least, most },
                seed,
                ids,
            }
        }
    })
}

fn number(typed: &str, field: Field, min: usize, max: usize) -> Result<usize, Refusal> {
    let bounds = || {
        let bound = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (min, max) = (bound(min), bound(max));
        fault(field, Problem::NumberOutOfRange { min, max })
    };
    let number: usize = typed.trim().parse().map_err(|_| bounds())?;
    if (min..=max).contains(&number) {
        Ok(number)
    } else {
        Err(bounds())
    }
}

fn fault(field: Field, problem: Problem) -> Refusal {
    Refusal::Form {
        faults: vec![FormFault { field, problem }],
    }
}
