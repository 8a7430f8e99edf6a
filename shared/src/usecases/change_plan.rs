//! Sets a team's strategy, plans its stints, and changes the plan by hand, before the race and while it is driven.

use super::announce_plan::announced_again;
use super::call::{Call, Env, Failure, Origin, with_caller};
use super::once::{Decision, once};
use crate::domain::alert::{Alert, AlertKind, reschedule_stints, whole_second};
use crate::domain::club::Club;
use crate::domain::event::EventKey;
use crate::domain::fact::Fact;
use crate::domain::ids::{EventId, TeamId};
use crate::domain::notice::Sheet;
use crate::domain::rank::Capability;
use crate::domain::refusal::{EventAction, Field, FormFault, Problem, Refusal};
use crate::domain::settings::Settings;
use crate::domain::stints::{PlanBrief, PlanDone, PlanEdit, PlanWish, TeamPlan, team_now};
use crate::domain::teams::Team;
use crate::domain::wishes::stint_leads;
use crate::ports::store::{
    Alerts, Batch, Change, ClubReader, Ledger, MemberWishes, OnceKey, StoreResult, TeamReader,
};
use serde::{Deserialize, Serialize};

/// What was done, and the plan now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanChanged {
    /// What was done.
    pub done: PlanDone,
    /// The plan.
    pub plan: PlanBrief,
}

/// Everything about a team's plan.
pub(super) struct Desk {
    pub club: Club,
    pub settings: Settings,
    pub sheet: Sheet,
    pub team: Team,
    pub plan: TeamPlan,
    pub alerts: Vec<Alert>,
}

/// Changes the strategy or the plan. Takes [`Capability::ManageEvents`]; the team's own drivers may begin and end stints
/// and take over.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `NoSuchTeam`, `Form`, `Busy`, and as
/// [`TeamPlan::planned`] and [`TeamPlan::after`] say.
pub async fn change_plan<S: Alerts + ClubReader + MemberWishes + TeamReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    (event, team): (EventId, TeamId),
    wish: &PlanWish,
) -> Result<PlanChanged, Failure> {
    let decide = || async {
        let driving = matches!(
            wish,
            PlanWish::Start | PlanWish::Finish | PlanWish::Emergency { .. }
        );
        let desk = desk(store, call, (event, team), driving).await?;
        let state = desk.sheet.event.state;
        if driving {
            desk.plan.driven_in(state)?;
        } else {
            // A plan belongs to teams: where they are no longer changed, it is not either.
            state.after(EventAction::ArrangeTeams)?;
        }
        let (next, done) = decided(call, wish, &desk)?;
        let batch = changed(store, env, &Origin::of(call), &desk, &next).await?;
        let plan = PlanBrief::of(&desk.club, &desk.sheet, &desk.team, &next);
        Ok(Decision::Commit(Box::new(batch), PlanChanged { done, plan }))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// What is written when a plan becomes `next`: the plan, its alert, and the race's end where the green flag moved it.
///
/// # Errors
/// What the store says.
pub(super) async fn changed<S: MemberWishes>(
    store: &S,
    env: &impl Env,
    from: &Origin,
    desk: &Desk,
    next: &TeamPlan,
) -> StoreResult<Batch> {
    let event = &desk.sheet.event;
    let fact = Fact::StintPlanChanged {
        event: event.key,
        team: desk.team.id,
    };
    let mut record = from.record(event.key.club, fact);
    record.before = serde_json::to_value(&desk.plan).unwrap_or_default();
    record.after = serde_json::to_value(next).unwrap_or_default();
    let wishes = store.wishes_of(event.key.club, &desk.team.drivers).await?;
    let lead = stint_leads(&wishes, &desk.settings);
    let alert = reschedule_stints(event, next, from.guild, lead, &desk.alerts, from.now);
    let mut changes = vec![Change::PutTeamPlan(next.clone())];
    changes.extend(alert.map(Change::PutAlert));
    changes.extend(later_end(desk, next).map(Change::PutAlert));
    Ok(Batch {
        changes,
        record: Some(record),
        outbox: from.outbox(env, announced_again(next)),
        answered: None,
    })
}

/// The end of the race, moved with a green flag that came late: the race is as long as it is.
fn later_end(desk: &Desk, next: &TeamPlan) -> Option<Alert> {
    let ends = next.flagged_end(&desk.sheet.event)?;
    let mut alerts = desk.alerts.iter();
    let end = alerts.find(|alert| alert.kind == AlertKind::End && alert.is_pending())?;
    (!desk.plan.flagged && end.due < ends).then(|| end.moved(whole_second(ends)))
}

/// Reads a team's plan. Takes [`Capability::ManageEvents`]; the team's own drivers see it too.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `NoSuchTeam`.
pub async fn show_plan<S: Alerts + ClubReader + TeamReader>(
    store: &S,
    call: &Call,
    (event, team): (EventId, TeamId),
) -> Result<PlanBrief, Failure> {
    let desk = desk(store, call, (event, team), true).await?;
    Ok(PlanBrief::of(&desk.club, &desk.sheet, &desk.team, &desk.plan))
}

async fn desk<S: Alerts + ClubReader + TeamReader>(
    store: &S,
    call: &Call,
    (event, team): (EventId, TeamId),
    drivers_may: bool,
) -> Result<Desk, Failure> {
    let (caller, (found, plan, alerts)) = with_caller(store, call, |club| async move {
        let key = EventKey { club, event };
        let (found, plan, alerts) =
            futures::join!(store.line_up(key), store.team_plan(key, team), store.alerts(key));
        Ok((found?, plan?, alerts?))
    })
    .await?;
    let key = EventKey {
        club: caller.club.id,
        event,
    };
    let own = |(sheet, line_up): &(Sheet, _)| {
        team_now(line_up, team, sheet).is_ok_and(|team: Team| team.drivers.contains(&call.user))
    };
    if !(drivers_may && found.as_ref().is_some_and(own)) {
        call.allow(&caller, Capability::ManageEvents)?;
    }
    let (sheet, line_up) = found.ok_or(Refusal::NoSuchEvent)?;
    Ok(Desk {
        team: team_now(&line_up, team, &sheet)?,
        plan: plan
            .unwrap_or_else(|| TeamPlan::empty(key, team))
            .on(&sheet.event),
        alerts,
        club: caller.club,
        settings: caller.settings,
        sheet,
    })
}

fn decided(call: &Call, wish: &PlanWish, desk: &Desk) -> Result<(TeamPlan, PlanDone), Refusal> {
    let Desk {
        sheet, team, plan, ..
    } = desk;
    let (edit, done) = match wish {
        PlanWish::Strategy(form) => {
            let next = TeamPlan {
                strategy: form.apply(plan.strategy, &sheet.event)?,
                version: plan.version + 1,
                ..plan.clone()
            };
            return Ok((next, PlanDone::StrategySet));
        }
        PlanWish::Plan => return Ok((plan.planned(team, sheet)?, PlanDone::Planned)),
        PlanWish::Swap { one, other } => (
            PlanEdit::Swap {
                one: stint(one)?,
                other: stint(other)?,
            },
            PlanDone::Changed,
        ),
        PlanWish::Extend {
            stint: number,
            minutes: by,
        } => (
            PlanEdit::Extend {
                stint: stint(number)?,
                minutes: minutes(by)?,
            },
            PlanDone::Changed,
        ),
        PlanWish::Shift {
            stint: number,
            minutes: by,
        } => (
            PlanEdit::Shift {
                stint: stint(number)?,
                minutes: minutes(by)?,
            },
            PlanDone::Changed,
        ),
        PlanWish::Start => (PlanEdit::Start { at: call.now }, PlanDone::Started),
        PlanWish::Finish => (PlanEdit::Finish { at: call.now }, PlanDone::Finished),
        PlanWish::Emergency { driver } => (
            PlanEdit::Emergency {
                driver: *driver,
                at: call.now,
            },
            PlanDone::TakenOver,
        ),
    };
    Ok((plan.after(edit, team, sheet)?, done))
}

fn stint(typed: &str) -> Result<usize, Refusal> {
    typed.trim().parse().map_err(|_| Refusal::NoSuchStint)
}

/// Minutes within two days, later or earlier.
fn minutes(typed: &str) -> Result<i64, Refusal> {
    let number: Option<i64> = typed.trim().trim_start_matches('+').parse().ok();
    number
        .filter(|minutes| minutes.abs() <= 48 * 60)
        .ok_or_else(|| Refusal::Form {
            faults: vec![FormFault {
                field: Field::Minutes,
                problem: Problem::NotMinutes,
            }],
        })
}
