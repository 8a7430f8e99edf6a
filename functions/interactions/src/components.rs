//! Buttons and selects. Everybody sees them, so each click is judged on its own.

use super::context::{call, call_in, show};
use super::{App, private, settings};
use gantry_shared::discord::commands::route::ComponentAction;
use gantry_shared::discord::inbound::Interaction;
use gantry_shared::discord::modals;
use gantry_shared::discord::respond::{self, Response};
use gantry_shared::domain::cases::{CaseKey, Settlement};
use gantry_shared::domain::club::Club;
use gantry_shared::domain::ids::{EntryId, EventId, GuildId};
use gantry_shared::domain::notice::Notice;
use gantry_shared::domain::roster_import::RosterImport;
use gantry_shared::domain::signup::Answer;
use gantry_shared::usecases::answer_event::{AnswerOutcome, answer_event};
use gantry_shared::usecases::confirm_stint::confirm_stint;
use gantry_shared::usecases::describe_driver::describe_driver_form;
use gantry_shared::usecases::import_roster::{cancel_import, confirm_import};
use gantry_shared::usecases::list_roster::list_roster;
use gantry_shared::usecases::settle_case::{next_case, settle_case};
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
        let shown = Box::pin(show_own_event(&app.table, interaction.actor().user, key)).await?;
        return Ok(private(&details(app, &shown, false)));
    }
    if let ComponentAction::StintSeen { key, team, from } = action {
        // In a DM no guild tells the club: the button does, and only the stint's driver may press it.
        let guild = interaction.guild_id.unwrap_or(GuildId(0));
        let call = call_in(app, interaction, guild);
        let from = Box::pin(confirm_stint(&app.table, &app.env, &call, (key, team), from)).await?;
        return Ok(private(&show(app, &Notice::StintConfirmed { from })));
    }
    let call = match call(app, interaction) {
        Ok(call) => call,
        Err(error) => return Ok(private(&app.views.route_error(&error))),
    };
    let body = match action {
        ComponentAction::Settle {
            key,
            version,
            decision,
        } => {
            let settled =
                Box::pin(settle_case(&app.table, &app.env, &call, (key, version), decision)).await?;
            return Box::pin(next_conflict(app, &call, key, Some(settled))).await;
        }
        ComponentAction::NextCase { after } => return Box::pin(next_conflict(app, &call, after, None)).await,
        ComponentAction::SyncHistory { after } => {
            let page = super::commands::history(app, &call, Some(after)).await?;
            return Ok(respond::update(&page));
        }
        ComponentAction::SignUp { event } => Box::pin(answered(app, &call, event, &Answer::SignUp)).await?,
        ComponentAction::ChooseClass { event, class } => {
            Box::pin(answered(app, &call, event, &Answer::Class { class })).await?
        }
        ComponentAction::NotComing { event } => {
            Box::pin(answered(app, &call, event, &Answer::NotComing)).await?
        }
        ComponentAction::Leave { event } => Box::pin(answered(app, &call, event, &Answer::Leave)).await?,
        ComponentAction::ImportConfirm { command } => {
            let (club, import) = Box::pin(confirm_import(&app.table, &app.env, &call, command)).await?;
            return Ok(import_shown(app, &club, &import));
        }
        ComponentAction::ImportCancel { command } => {
            let (club, import) = Box::pin(cancel_import(&app.table, &app.env, &call, command)).await?;
            return Ok(import_shown(app, &club, &import));
        }
        ComponentAction::ResultsTake { command } => {
            return Box::pin(super::results::settled(app, &call, command, true)).await;
        }
        ComponentAction::ResultsLeave { command } => {
            return Box::pin(super::results::settled(app, &call, command, false)).await;
        }
        ComponentAction::RosterPage { after } => {
            let page = Box::pin(roster_page(app, &call, Some(after))).await?;
            return Ok(respond::update(&page));
        }
        ComponentAction::Availability { event } => {
            let (zone, event, details) = Box::pin(describe_driver_form(&app.table, &call, event)).await?;
            let form = modals::availability(&event, &zone, &details);
            return Ok(respond::modal(&form));
        }
        ComponentAction::Unlink { club } => {
            let unlinked = Box::pin(unlink_club(&app.table, &app.env, &call, club)).await?;
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
        } => details(app, &Box::pin(show_event(&app.table, &call, event)).await?, true),
        ComponentAction::Setup { page } => {
            let page = super::setup::page(app, &call, page, false).await?;
            return Ok(respond::update(&page));
        }
        ComponentAction::SetupChosen { version, choice } => {
            return Box::pin(super::setup::chosen(app, &call, version, choice)).await;
        }
        ComponentAction::SetupZone { version } => {
            return Box::pin(super::setup::zone_form(app, &call, version)).await;
        }
        ComponentAction::JoinApprove { key } => {
            return Box::pin(super::joins::approved(app, &call, key)).await;
        }
        ComponentAction::JoinReject { key } => return Box::pin(super::joins::why(app, &call, key)).await,
        // The question becomes its answer, so that its buttons are gone.
        ComponentAction::ResetSettings { target, version } => {
            let body = settings::confirmed(app, &call, target, version).await?;
            return Ok(respond::update(&body));
        }
        ComponentAction::HandOver { user, version } => {
            let body = super::ranks::confirmed(app, &call, user, version).await?;
            return Ok(respond::update(&body));
        }
        ComponentAction::TakeOff { entry, version } => {
            let body = super::ranks::taken_off(app, &call, entry, version).await?;
            return Ok(respond::update(&body));
        }
        // Answered above.
        ComponentAction::StintSeen { .. } => return Ok(respond::update(&app.views.nothing_changed())),
        ComponentAction::LeaveAsItIs => return Ok(respond::update(&show(app, &Notice::LeftAsItWas))),
        ComponentAction::KeepSettings => return Ok(respond::update(&show(app, &Notice::SettingsKept))),
    };
    Ok(private(&body))
}

/// The message with an import's buttons becomes what the import is now.
fn import_shown<E: Env>(app: &App<E>, club: &Club, import: &RosterImport) -> Response {
    respond::update(&show(app, &Notice::RosterImport { club, import }))
}

/// A page of the roster.
pub async fn roster_page<E: Env>(
    app: &App<E>,
    call: &Call,
    after: Option<EntryId>,
) -> Result<Value, Failure> {
    let page = Box::pin(list_roster(&app.table, call, after)).await?;
    let (club, entries, next) = (&page.club, page.entries.as_slice(), page.next);
    Ok(show(app, &Notice::RosterPage { club, entries, next }))
}

/// The message becomes the next conflict, the first one after the last.
async fn next_conflict<E: Env>(
    app: &App<E>,
    call: &Call,
    after: CaseKey,
    settled: Option<Settlement>,
) -> Result<Response, Failure> {
    let (club, mut case) = Box::pin(next_case(&app.table, call, Some(after))).await?;
    if case.is_none() {
        let (_, first) = Box::pin(next_case(&app.table, call, None)).await?;
        // The list may lag behind what was settled just now.
        case = first.filter(|first| settled.is_none() || first.case.key() != after);
    }
    let body = super::commands::conflict(app, &club, case.as_ref(), settled);
    Ok(respond::update(&body))
}

async fn answered<E: Env>(
    app: &App<E>,
    call: &Call,
    event: EventId,
    answer: &Answer,
) -> Result<Value, Failure> {
    Ok(
        match Box::pin(answer_event(&app.table, &app.env, call, event, answer)).await? {
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
