//! Buttons and selects. Everybody sees them, so each click is judged on its own.

use super::context::{call, show};
use super::{App, private, settings};
use gantry_shared::discord::commands::route::ComponentAction;
use gantry_shared::discord::inbound::Interaction;
use gantry_shared::discord::respond::{self, Response};
use gantry_shared::domain::ids::EventId;
use gantry_shared::domain::notice::Notice;
use gantry_shared::domain::signup::Answer;
use gantry_shared::usecases::answer_event::{AnswerOutcome, answer_event};
use gantry_shared::usecases::show_event::{EventShown, show_event, show_own_event};
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
        return Ok(private(&details(app, &shown, false)));
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
        ComponentAction::Details { event }
        | ComponentAction::Info { event }
        | ComponentAction::DmDetails {
            key: gantry_shared::domain::event::EventKey { event, .. },
        } => details(app, &show_event(&app.table, &call, event).await?, true),
        // The question becomes its answer, so that its buttons are gone.
        ComponentAction::ResetSettings { target, version } => {
            let body = settings::confirmed(app, &call, target, version).await?;
            return Ok(respond::update(&body));
        }
        ComponentAction::KeepSettings => return Ok(respond::update(&show(app, &Notice::SettingsKept))),
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

/// An event, and how the person stands with it; in the guild with buttons to answer where there is no board.
pub fn details<E: Env>(app: &App<E>, shown: &EventShown, in_guild: bool) -> Value {
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
            answerable: in_guild && channel.is_none() && !seats.is_empty(),
        },
    )
}
