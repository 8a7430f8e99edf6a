//! Buttons and selects. Everybody sees them, so each click is judged on its own.

use super::context::{call, show};
use super::{App, private};
use gantry_shared::discord::commands::route::ComponentAction;
use gantry_shared::discord::inbound::Interaction;
use gantry_shared::discord::modals;
use gantry_shared::discord::respond::{self, Response};
use gantry_shared::domain::ids::EventId;
use gantry_shared::domain::notice::Notice;
use gantry_shared::domain::signup::Answer;
use gantry_shared::usecases::answer_event::{AnswerOutcome, answer_event};
use gantry_shared::usecases::describe_driver::describe_driver_form;
use gantry_shared::usecases::show_event::{EventShown, show_event, show_own_event};
use gantry_shared::usecases::unlink_club::unlink_club;
use gantry_shared::usecases::{Call, Env, Failure};
use serde_json::Value;

/// Does what a click asks for.
pub async fn act<E: Env>(
    app: &App<E>,
    interaction: &Interaction,
    action: ComponentAction,
) -> Result<Response, Failure> {
    if let ComponentAction::DmDetails { key } = action {
        let shown = show_own_event(&app.table, interaction.actor().user, key).await?;
        return Ok(private(&details(app, &shown)));
    }
    let call = match call(app, interaction) {
        Ok(call) => call,
        Err(error) => return Ok(private(&app.views.route_error(&error))),
    };
    let body = match action {
        ComponentAction::SignUp { event } => answered(app, &call, event, &Answer::SignUp).await?,
        ComponentAction::ChooseClass { event, class } => {
            answered(app, &call, event, &Answer::Class { class }).await?
        }
        ComponentAction::NotComing { event } => answered(app, &call, event, &Answer::NotComing).await?,
        ComponentAction::Leave { event } => answered(app, &call, event, &Answer::Leave).await?,
        ComponentAction::Availability { event } => {
            let (club, event, details) = describe_driver_form(&app.table, &call, event).await?;
            let form = modals::availability(&event, &club.time_zone, &details);
            return Ok(respond::modal(&form));
        }
        ComponentAction::Unlink { club } => {
            let unlinked = unlink_club(&app.table, &app.env, &call, club).await?;
            let body = show(
                app,
                &Notice::ClubUnlinked {
                    club: &unlinked.name,
                    colour: unlinked.colour,
                },
            );
            return Ok(respond::update(&body));
        }
        ComponentAction::KeepLink => return Ok(respond::update(&app.views.nothing_changed())),
        ComponentAction::Details { event }
        | ComponentAction::Info { event }
        | ComponentAction::DmDetails {
            key: gantry_shared::domain::event::EventKey { event, .. },
        } => details(app, &show_event(&app.table, &call, event).await?),
    };
    Ok(private(&body))
}

async fn answered<E: Env>(
    app: &App<E>,
    call: &Call,
    event: EventId,
    answer: &Answer,
) -> Result<Value, Failure> {
    Ok(
        match answer_event(&app.table, &app.env, call, event, answer).await? {
            AnswerOutcome::Recorded { event, standing } => show(
                app,
                &Notice::Answered {
                    event: &event,
                    standing: &standing,
                },
            ),
            AnswerOutcome::ChooseClass { event, seats } => show(
                app,
                &Notice::ChooseClass {
                    event: &event,
                    seats: &seats,
                },
            ),
            AnswerOutcome::Queued => show(app, &Notice::AnswerQueued),
        },
    )
}

/// An event, and how the person stands with it.
pub fn details<E: Env>(app: &App<E>, shown: &EventShown) -> Value {
    let EventShown {
        club,
        desk,
        standing,
        channel,
    } = shown;
    let (event, seats) = (&desk.event, desk.seats.as_slice());
    show(
        app,
        &Notice::EventDetails {
            club,
            event,
            seats,
            standing,
            channel: *channel,
        },
    )
}
