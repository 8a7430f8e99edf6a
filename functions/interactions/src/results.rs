//! Results of races, and tables of series.

use super::App;
use super::context::show;
use gantry_shared::discord::respond::{self, Response};
use gantry_shared::domain::ids::{EventId, InteractionId, SeriesId};
use gantry_shared::domain::notice::Notice;
use gantry_shared::domain::results::Entered;
use gantry_shared::usecases::record_results::{enter_result, series_table};
use gantry_shared::usecases::settle_result_import::{leave_results, take_results};
use gantry_shared::usecases::{Call, Env, Failure};
use serde_json::Value;

/// `/result set`.
pub async fn entered<E: Env>(
    app: &App<E>,
    call: &Call,
    event: EventId,
    entered: &Entered,
) -> Result<Value, Failure> {
    let entered = &enter_result(&app.table, &app.env, call, event, entered).await?;
    Ok(show(app, &Notice::ResultEntered { entered }))
}

/// `/result table`.
pub async fn table<E: Env>(app: &App<E>, call: &Call, series: SeriesId) -> Result<Value, Failure> {
    let (club, name, counted) = series_table(&app.table, call, series).await?;
    let (club, name, table) = (&club, name.as_str(), &counted);
    Ok(show(app, &Notice::SeriesTable { club, name, table }))
}

/// The buttons below what a file says: the message becomes what came of it.
pub async fn settled<E: Env>(
    app: &App<E>,
    call: &Call,
    command: InteractionId,
    take: bool,
) -> Result<Response, Failure> {
    let (club, import) = &if take {
        take_results(&app.table, &app.env, call, command).await?
    } else {
        leave_results(&app.table, &app.env, call, command).await?
    };
    Ok(respond::update(&show(
        app,
        &Notice::ResultImport { club, import },
    )))
}
