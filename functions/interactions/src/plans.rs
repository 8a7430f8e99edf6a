//! Commands about a team's strategy and stints.

use super::App;
use super::context::show;
use gantry_shared::domain::ids::{EventId, TeamId};
use gantry_shared::domain::notice::Notice;
use gantry_shared::domain::stints::{PlanDone, PlanWish};
use gantry_shared::usecases::change_plan::{PlanChanged, change_plan, show_plan};
use gantry_shared::usecases::{Call, Env, Failure};
use serde_json::Value;

/// Changes the strategy or the plan.
pub async fn change<E: Env>(
    app: &App<E>,
    call: &Call,
    target: (EventId, TeamId),
    what: PlanWish,
) -> Result<Value, Failure> {
    let PlanChanged { done, plan } = change_plan(&app.table, &app.env, call, target, &what).await?;
    let (plan, page) = (&plan, None);
    Ok(show(app, &Notice::StintPlan { done, plan, page }))
}

/// Shows the strategy and the plan; `page` is counted from 1.
pub async fn shown<E: Env>(
    app: &App<E>,
    call: &Call,
    target: (EventId, TeamId),
    page: Option<usize>,
) -> Result<Value, Failure> {
    let plan = show_plan(&app.table, call, target).await?;
    Ok(show(
        app,
        &Notice::StintPlan {
            done: PlanDone::Shown,
            plan: &plan,
            page: page.map(|page| page.saturating_sub(1)),
        },
    ))
}
