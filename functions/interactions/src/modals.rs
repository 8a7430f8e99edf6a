//! Submitted forms.

use super::commands::changed;
use super::context::call;
use super::{App, private};
use gantry_shared::discord::commands::route::ModalSubmit;
use gantry_shared::discord::custom_id::ModalId;
use gantry_shared::discord::inbound::Interaction;
use gantry_shared::discord::respond::Response;
use gantry_shared::domain::notice::EventChange;
use gantry_shared::usecases::create_event::create_event;
use gantry_shared::usecases::edit_event::edit_event;
use gantry_shared::usecases::{Env, Failure};

/// Takes a form.
pub async fn submitted<E: Env>(
    app: &App<E>,
    interaction: &Interaction,
    submit: ModalSubmit,
) -> Result<Response, Failure> {
    let call = match call(app, interaction) {
        Ok(call) => call,
        Err(error) => return Ok(private(&app.views.route_error(&error))),
    };
    let (change, brief) = match submit.id {
        ModalId::EventCreate { series } => (
            EventChange::Created,
            Box::pin(create_event(&app.table, &app.env, &call, series, &submit.form)).await?,
        ),
        ModalId::EventEdit { event, version } => {
            let target = (event, version);
            (
                EventChange::Edited,
                Box::pin(edit_event(&app.table, &app.env, &call, target, &submit.form)).await?,
            )
        }
    };
    Ok(private(&changed(app, change, &brief)))
}
