//! Submitted forms.

use super::commands::changed;
use super::context::{call, show};
use super::{App, joins, private};
use gantry_shared::discord::commands::route::{Chosen, ModalSubmit};
use gantry_shared::discord::inbound::Interaction;
use gantry_shared::discord::respond::Response;
use gantry_shared::domain::notice::{EventChange, Notice};
use gantry_shared::usecases::create_event::create_event;
use gantry_shared::usecases::describe_driver::describe_driver;
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
    let (table, env) = (&app.table, &app.env);
    let body = match submit {
        ModalSubmit::EventCreate { series, form } => {
            let brief = Box::pin(create_event(table, env, &call, series, &form)).await?;
            changed(app, EventChange::Created, &brief)
        }
        ModalSubmit::EventEdit { event, version, form } => {
            let brief = Box::pin(edit_event(table, env, &call, (event, version), &form)).await?;
            changed(app, EventChange::Edited, &brief)
        }
        ModalSubmit::Availability { event, form } => {
            let described = Box::pin(describe_driver(table, env, &call, event, &form)).await?;
            show(
                app,
                &Notice::Described {
                    event: &described.event,
                    details: &described.details,
                    backup: described.backup.as_deref(),
                },
            )
        }
        ModalSubmit::SetupZone { version, zone } => {
            let choice = Chosen::Zone(zone);
            return Box::pin(super::setup::chosen(app, &call, version, choice)).await;
        }
        ModalSubmit::Join { form } => return Box::pin(joins::asked(app, &call, &form)).await,
        ModalSubmit::JoinReject { key, reason } => {
            return Box::pin(joins::rejected(app, &call, key, &reason)).await;
        }
    };
    Ok(private(&body))
}
