//! Slash commands: each to its use case, each outcome to its message.

use super::context::{call, show};
use super::{App, private};
use gantry_shared::discord::commands::Command;
use gantry_shared::discord::inbound::Interaction;
use gantry_shared::discord::modals;
use gantry_shared::discord::respond::{self, Audience, Response};
use gantry_shared::domain::event::EventForm;
use gantry_shared::domain::guild_link::invite_url;
use gantry_shared::domain::ids::{EventId, SeriesId};
use gantry_shared::domain::notice::{EventBrief, EventChange, Notice};
use gantry_shared::domain::teams::TeamsDone;
use gantry_shared::ports::store::ClubReader;
use gantry_shared::usecases::change_event::{cancel_event, close_event};
use gantry_shared::usecases::change_teams::{TeamWish, TeamsChanged, change_teams, list_teams};
use gantry_shared::usecases::check_permissions::ask_for_permissions;
use gantry_shared::usecases::club_status::club_status;
use gantry_shared::usecases::create_club::{CreateClub, create_club};
use gantry_shared::usecases::create_event::{create_event, new_event_form};
use gantry_shared::usecases::create_series::{CreateSeries, create_series};
use gantry_shared::usecases::edit_event::edit_event_form;
use gantry_shared::usecases::link_club::link_club;
use gantry_shared::usecases::list_events::list_events;
use gantry_shared::usecases::list_series::list_series;
use gantry_shared::usecases::publish_event::publish_event;
use gantry_shared::usecases::repeat_event::repeat_event;
use gantry_shared::usecases::settle_teams::{finalise_teams, reopen_teams};
use gantry_shared::usecases::show_event::{list_sign_ups, show_event};
use gantry_shared::usecases::unlink_club::{invite, unlink_question};
use gantry_shared::usecases::{Call, Env, Failure};

/// Runs a command.
pub async fn run<E: Env>(
    app: &App<E>,
    interaction: &Interaction,
    command: Command,
) -> Result<Response, Failure> {
    let call = match (&command, call(app, interaction)) {
        (Command::Ping, _) => return Ok(private(&app.views.ping())),
        (Command::Help { topic }, _) => return Ok(private(&app.views.help(topic.as_deref()))),
        (Command::Info, _) => return info(app, interaction).await,
        (_, Ok(call)) => call,
        (_, Err(error)) => return Ok(private(&app.views.route_error(&error))),
    };
    let (table, env, call) = (&app.table, &app.env, &call);
    let body = match command {
        Command::Ping | Command::Help { .. } | Command::Info => app.views.ping(),
        Command::ClubCreate {
            name,
            time_zone,
            colour,
        } => {
            let club = create_club(
                table,
                env,
                call,
                &CreateClub {
                    name,
                    time_zone,
                    colour,
                },
            )
            .await?;
            show(app, &Notice::ClubCreated { club: &club })
        }
        Command::ClubPreflight => {
            ask_for_permissions(table, env, call).await?;
            return Ok(respond::deferred(Audience::Invoker));
        }
        Command::ClubInvite => {
            let colour = invite(table, env, call).await?;
            let url = invite_url(&app.authorize, interaction.application_id, None);
            let start = app.public_url.as_ref().map(|base| format!("{base}/oauth/start"));
            show(
                app,
                &Notice::Invite {
                    colour,
                    invite: &url,
                    start: start.as_deref(),
                },
            )
        }
        Command::ClubLink { name } => {
            let club = link_club(table, env, call, &name).await?;
            show(app, &Notice::ClubLinked { club: &club })
        }
        Command::ClubUnlink => {
            let club = unlink_question(table, call).await?;
            show(app, &Notice::ConfirmUnlink { club: &club })
        }
        Command::ClubStatus => {
            let status = club_status(table, call).await?;
            show(
                app,
                &Notice::ClubStatus {
                    club: &status.club,
                    members: status.members,
                    series: status.series,
                    upcoming: &status.upcoming,
                },
            )
        }
        Command::SeriesCreate {
            name,
            classes,
            description,
        } => {
            let created = create_series(
                table,
                env,
                call,
                &CreateSeries {
                    name,
                    classes,
                    description,
                },
            )
            .await?;
            let (name, classes) = (created.name.as_str(), created.classes.as_slice());
            show(
                app,
                &Notice::SeriesCreated {
                    colour: created.colour,
                    name,
                    classes,
                },
            )
        }
        Command::SeriesList => {
            let (club, series) = list_series(table, call).await?;
            show(
                app,
                &Notice::SeriesList {
                    club: &club,
                    series: &series,
                },
            )
        }
        Command::EventCreate {
            series,
            name,
            start,
            duration,
        } => {
            return event_create(app, call, series, [name, start, duration]).await;
        }
        Command::EventRepeat { event, every, times } => {
            let repeated = repeat_event(table, env, call, event, (every, &times)).await?;
            let (colour, copies) = (repeated.colour, repeated.copies.as_slice());
            show(app, &Notice::EventRepeated { colour, copies })
        }
        Command::EventEdit { event } => {
            let (club, event) = edit_event_form(table, call, event).await?;
            return Ok(respond::modal(&modals::event_edit(&event, &club.time_zone)));
        }
        Command::EventPublish { event } => changed(
            app,
            EventChange::Published,
            &publish_event(table, env, call, event).await?,
        ),
        Command::EventClose { event } => changed(
            app,
            EventChange::Closed,
            &close_event(table, env, call, event).await?,
        ),
        Command::EventCancel { event, reason } => {
            let brief = cancel_event(table, env, call, event, reason.as_deref()).await?;
            changed(app, EventChange::Cancelled, &brief)
        }
        Command::EventShow { event } => {
            let shown = show_event(table, call, event).await?;
            super::components::details(app, &shown)
        }
        Command::EventList { when } => {
            let list = list_events(table, call, when, None).await?;
            let (events, more) = (list.events.as_slice(), list.next.is_some());
            show(
                app,
                &Notice::EventList {
                    club: &list.club,
                    period: when,
                    events,
                    more,
                },
            )
        }
        Command::SignupList { event } => {
            let (club, sheet) = list_sign_ups(table, call, event).await?;
            show(
                app,
                &Notice::SignUpList {
                    club: &club,
                    sheet: &sheet,
                },
            )
        }
        Command::TeamCreate { event, name, class } => {
            team(app, call, event, &TeamWish::Create { name, class }).await?
        }
        Command::TeamAssign {
            event,
            team: id,
            driver,
        } => team(app, call, event, &TeamWish::Assign { team: id, driver }).await?,
        Command::TeamRemove {
            event,
            team: id,
            driver,
        } => team(app, call, event, &TeamWish::Remove { team: id, driver }).await?,
        Command::TeamRename {
            event,
            team: id,
            name,
        } => team(app, call, event, &TeamWish::Rename { team: id, name }).await?,
        Command::TeamForm {
            event,
            size,
            least,
            class,
            seed,
        } => {
            let wish = TeamWish::Form {
                size,
                least,
                class,
                seed,
            };
            team(app, call, event, &wish).await?
        }
        Command::TeamFinalise { event } => teams(app, &finalise_teams(table, env, call, event).await?),
        Command::TeamReopen { event } => teams(app, &reopen_teams(table, env, call, event).await?),
        Command::ChangePlan { event, team, what } => {
            super::plans::change(app, call, (event, team), what).await?
        }
        Command::ShowPlan { event, team, page } => {
            super::plans::shown(app, call, (event, team), page).await?
        }
        Command::TeamList { event, page } => {
            let teams = list_teams(table, call, event).await?;
            let (done, page) = (&TeamsDone::Listed, page.saturating_sub(1));
            show(
                app,
                &Notice::Teams {
                    done,
                    teams: &teams,
                    page,
                },
            )
        }
    };
    Ok(private(&body))
}

/// Changes teams.
async fn team<E: Env>(
    app: &App<E>,
    call: &Call,
    event: EventId,
    wish: &TeamWish,
) -> Result<serde_json::Value, Failure> {
    Ok(teams(
        app,
        &change_teams(&app.table, &app.env, call, event, wish).await?,
    ))
}

fn teams<E: Env>(app: &App<E>, changed: &TeamsChanged) -> serde_json::Value {
    let TeamsChanged { done, teams } = changed;
    let page = 0;
    show(app, &Notice::Teams { done, teams, page })
}

/// Gantry about itself, and about the guild's club where there is one.
async fn info<E: Env>(app: &App<E>, interaction: &Interaction) -> Result<Response, Failure> {
    let caller = match interaction.guild_id {
        Some(guild) => app.table.caller(guild, interaction.actor().user).await?,
        None => None,
    };
    let club = caller.as_ref().map(|caller| &caller.club);
    Ok(private(&app.views.info(env!("CARGO_PKG_VERSION"), club)))
}

/// Creates the event at once if everything is given, otherwise opens the form.
async fn event_create<E: Env>(
    app: &App<E>,
    call: &Call,
    series: SeriesId,
    given: [Option<String>; 3],
) -> Result<Response, Failure> {
    match given {
        [Some(name), Some(start), Some(duration)] => {
            let form = EventForm {
                name,
                start,
                duration,
                ..EventForm::default()
            };
            let brief = create_event(&app.table, &app.env, call, series, &form).await?;
            Ok(private(&changed(app, EventChange::Created, &brief)))
        }
        [name, start, duration] => {
            let (club, series) = new_event_form(&app.table, call, series).await?;
            Ok(respond::modal(&modals::event_create(
                &series,
                &club.time_zone,
                name,
                start,
                duration,
            )))
        }
    }
}

pub fn changed<E: Env>(app: &App<E>, change: EventChange, event: &EventBrief) -> serde_json::Value {
    show(app, &Notice::EventChanged { change, event })
}
