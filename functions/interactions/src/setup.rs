//! `/club setup`: the message becomes the next step, or the same one with what was set.

use super::App;
use super::context::show;
use gantry_shared::discord::commands::route::Chosen;
use gantry_shared::discord::modals;
use gantry_shared::discord::respond::{self, Response};
use gantry_shared::domain::notice::Notice;
use gantry_shared::domain::setup::SetupPage;
use gantry_shared::usecases::map_roles::MapRank;
use gantry_shared::usecases::set_up_club::{SetupChoice, set_up, setup_page};
use gantry_shared::usecases::{Call, Env, Failure};
use serde_json::Value;

/// A step.
pub async fn page<E: Env>(app: &App<E>, call: &Call, page: SetupPage, saved: bool) -> Result<Value, Failure> {
    let setup = &Box::pin(setup_page(&app.table, call, page, saved)).await?;
    Ok(show(app, &Notice::Setup { setup }))
}

/// Sets what was chosen, and shows the step anew.
pub async fn chosen<E: Env>(
    app: &App<E>,
    call: &Call,
    version: u64,
    choice: Chosen,
) -> Result<Response, Failure> {
    let (at, choice) = match choice {
        Chosen::Roles(rank, roles) => (
            SetupPage::Roles(rank),
            SetupChoice::Roles(MapRank { rank, roles }),
        ),
        Chosen::JoinChannel(picked) => (SetupPage::Channels, SetupChoice::JoinChannel(picked)),
        Chosen::Zone(zone) => (SetupPage::Zone, SetupChoice::Zone(zone)),
        Chosen::Features(on) => (SetupPage::Features, SetupChoice::Features(on)),
        Chosen::Direction(word) => (SetupPage::Features, SetupChoice::Direction(word)),
    };
    Box::pin(set_up(&app.table, &app.env, call, version, choice)).await?;
    Ok(respond::update(&page(app, call, at, true).await?))
}

/// The form for a time zone.
pub async fn zone_form<E: Env>(app: &App<E>, call: &Call, version: u64) -> Result<Response, Failure> {
    let setup = Box::pin(setup_page(&app.table, call, SetupPage::Zone, false)).await?;
    Ok(respond::modal(&modals::setup_zone(
        version,
        &setup.settings.time_zone(),
    )))
}
