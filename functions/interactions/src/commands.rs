//! Slash commands: each to its use case, each outcome to its message. Use cases are boxed: all of their futures side by side
//! would not fit on the stack of an unoptimised build.

use super::context::{call, show};
use super::{App, private, results};
use gantry_shared::discord::commands::Command;
use gantry_shared::discord::inbound::Interaction;
use gantry_shared::discord::modals;
use gantry_shared::discord::respond::{self, Audience, Response};
use gantry_shared::domain::cases::Settlement;
use gantry_shared::domain::club::Club;
use gantry_shared::domain::event::EventForm;
use gantry_shared::domain::guild_link::invite_url;
use gantry_shared::domain::ids::{EventId, RunId, SeriesId};
use gantry_shared::domain::notice::{CaseShown, EventBrief, EventChange, Notice};
use gantry_shared::domain::refusal::Refusal;
use gantry_shared::domain::setup::SetupPage;
use gantry_shared::domain::teams::TeamsDone;
use gantry_shared::ports::store::{ClubReader, Cursor};
use gantry_shared::usecases::announce_plan::ask_to_announce_plan;
use gantry_shared::usecases::change_event::{archive_event, cancel_event, close_event, complete_event};
use gantry_shared::usecases::change_teams::{TeamWish, TeamsChanged, change_teams, list_teams};
use gantry_shared::usecases::change_wishes::{change_wishes, show_wishes};
use gantry_shared::usecases::check_permissions::ask_for_permissions;
use gantry_shared::usecases::club_status::club_status;
use gantry_shared::usecases::complete_series::complete_series;
use gantry_shared::usecases::connect_telemetry::{connect_telemetry, telemetry_status};
use gantry_shared::usecases::create_club::{CreateClub, create_club};
use gantry_shared::usecases::create_event::{create_event, new_event_form};
use gantry_shared::usecases::create_series::{CreateSeries, create_series};
use gantry_shared::usecases::edit_event::edit_event_form;
use gantry_shared::usecases::import_roster::{start_export, start_import};
use gantry_shared::usecases::link_account::{link_status, make_code, remove_link, use_code};
use gantry_shared::usecases::link_club::link_club;
use gantry_shared::usecases::list_events::list_events;
use gantry_shared::usecases::list_series::list_series;
use gantry_shared::usecases::map_roles::{MapRole, list_roles, map_role, unmap_role};
use gantry_shared::usecases::publish_event::publish_event;
use gantry_shared::usecases::record_results::{ask_to_post_results, start_result_import};
use gantry_shared::usecases::repeat_event::repeat_event;
use gantry_shared::usecases::restrict_class::restrict_class;
use gantry_shared::usecases::set_rank::show_rank;
use gantry_shared::usecases::set_sign_up_times::{SignUpTimes, set_sign_up_times};
use gantry_shared::usecases::settle_case::next_case;
use gantry_shared::usecases::settle_teams::{finalise_teams, reopen_teams};
use gantry_shared::usecases::share_calendar::share_calendar;
use gantry_shared::usecases::show_attendance::show_attendance;
use gantry_shared::usecases::show_event::{list_sign_ups, show_event};
use gantry_shared::usecases::start_sync::{start_sync, sync_history, sync_status};
use gantry_shared::usecases::unlink_club::{invite, unlink_question};
use gantry_shared::usecases::view_settings::view_settings;
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
        (Command::Info, _) => return Box::pin(info(app, interaction)).await,
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
            let club = Box::pin(create_club(
                table,
                env,
                call,
                &CreateClub {
                    name,
                    time_zone,
                    colour,
                },
            ))
            .await?;
            show(app, &Notice::ClubCreated { club: &club })
        }
        Command::ClubPreflight => {
            Box::pin(ask_for_permissions(table, env, call)).await?;
            return Ok(respond::deferred(Audience::Invoker));
        }
        Command::ClubInvite => {
            let colour = Box::pin(invite(table, env, call)).await?;
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
            let club = Box::pin(link_club(table, env, call, &name)).await?;
            show(app, &Notice::ClubLinked { club: &club })
        }
        Command::ClubUnlink => {
            let club = Box::pin(unlink_question(table, call)).await?;
            show(app, &Notice::ConfirmUnlink { club: &club })
        }
        Command::ClubSetup => super::setup::page(app, call, SetupPage::Start, false).await?,
        Command::ClubStatus => {
            let status = Box::pin(club_status(table, call)).await?;
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
            let created = Box::pin(create_series(
                table,
                env,
                call,
                &CreateSeries {
                    name,
                    classes,
                    description,
                },
            ))
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
            let (club, series) = Box::pin(list_series(table, call)).await?;
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
            return Box::pin(event_create(app, call, series, [name, start, duration])).await;
        }
        Command::EventRepeat { event, every, times } => {
            let repeated = Box::pin(repeat_event(table, env, call, event, (every, &times))).await?;
            let (colour, copies) = (repeated.colour, repeated.copies.as_slice());
            show(app, &Notice::EventRepeated { colour, copies })
        }
        Command::EventEdit { event } => {
            let (zone, event) = Box::pin(edit_event_form(table, call, event)).await?;
            return Ok(respond::modal(&modals::event_edit(&event, &zone)));
        }
        Command::EventPublish { event, channel } => {
            let published = Box::pin(publish_event(table, env, call, event, channel)).await?;
            let change = if published.channel {
                EventChange::Published
            } else {
                EventChange::PublishedAlone
            };
            changed(app, change, &published.event)
        }
        Command::EventClose { event } => changed(
            app,
            EventChange::Closed,
            &Box::pin(close_event(table, env, call, event)).await?,
        ),
        Command::EventTimes { event, opens, closes } => {
            let typed = SignUpTimes {
                opens: opens.as_deref(),
                closes: closes.as_deref(),
            };
            let brief = Box::pin(set_sign_up_times(table, env, call, event, typed)).await?;
            changed(app, EventChange::Timed, &brief)
        }
        Command::EventRestrict { event, class, role } => {
            let restricted = (class.as_deref(), role);
            let brief = Box::pin(restrict_class(table, env, call, event, restricted)).await?;
            changed(app, EventChange::Restricted, &brief)
        }
        Command::EventComplete { event } => changed(
            app,
            EventChange::Completed,
            &Box::pin(complete_event(table, env, call, event)).await?,
        ),
        Command::EventArchive { event } => changed(
            app,
            EventChange::Archived,
            &Box::pin(archive_event(table, env, call, event)).await?,
        ),
        Command::EventCancel { event, reason } => {
            let brief = Box::pin(cancel_event(table, env, call, event, reason.as_deref())).await?;
            changed(app, EventChange::Cancelled, &brief)
        }
        Command::EventShow { event } => {
            let shown = Box::pin(show_event(table, call, event)).await?;
            super::components::details(app, &shown, true)
        }
        Command::EventAttendance { event } => {
            let (club, sheet, attendance) = &Box::pin(show_attendance(table, call, event)).await?;
            show(
                app,
                &Notice::Attendance {
                    club,
                    sheet,
                    attendance,
                },
            )
        }
        Command::EventList { when } => {
            let list = Box::pin(list_events(table, call, when, None)).await?;
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
        Command::Join => return Box::pin(super::joins::form(app, call)).await,
        Command::RosterImport { file } => {
            Box::pin(start_import(table, env, call, &file)).await?;
            return Ok(respond::deferred(Audience::Invoker));
        }
        Command::RosterExport => {
            Box::pin(start_export(table, env, call)).await?;
            return Ok(respond::deferred(Audience::Invoker));
        }
        Command::RosterRemove { entry } => super::ranks::ask_removal_of(app, call, entry).await?,
        Command::RosterList => super::components::roster_page(app, call, None).await?,
        Command::SyncRun => {
            let (club, begun) = Box::pin(start_sync(table, env, call)).await?;
            let (club, run, now) = (&club, &begun.run, call.now);
            show(app, &Notice::SyncProgress { club, run, now })
        }
        Command::SyncStatus => {
            let (club, run, state) = Box::pin(sync_status(table, call)).await?;
            show(
                app,
                &Notice::SyncStatus {
                    club: &club,
                    run: run.as_ref(),
                    next_at: state.and_then(|state| state.next_at),
                    now: call.now,
                },
            )
        }
        Command::SyncConflicts => {
            let (club, case) = Box::pin(next_case(table, call, None)).await?;
            conflict(app, &club, case.as_ref(), None)
        }
        Command::SyncHistory => Box::pin(history(app, call, None)).await?,
        Command::SignupList { event } => {
            let (club, sheet) = Box::pin(list_sign_ups(table, call, event)).await?;
            show(
                app,
                &Notice::SignUpList {
                    club: &club,
                    sheet: &sheet,
                },
            )
        }
        Command::LinkCode { entry } => {
            let made = &Box::pin(make_code(table, env, call, entry)).await?;
            show(app, &Notice::CodeMade { made })
        }
        Command::LinkEnter { code } => {
            let linked = &Box::pin(use_code(table, env, call, &code)).await?;
            show(app, &Notice::Linked { linked })
        }
        Command::LinkStatus { member } => {
            let user = member.map_or(call.user, |member| member.user);
            let shown = &Box::pin(link_status(table, call, user)).await?;
            show(app, &Notice::LinkShown { shown })
        }
        Command::LinkRemove { member } => {
            let user = member.map_or(call.user, |member| member.user);
            let linked = &Box::pin(remove_link(table, env, call, user)).await?;
            show(app, &Notice::Unlinked { linked })
        }
        Command::RankSet { member, rank } => super::ranks::set(app, call, &member, rank).await?,
        Command::RankShow { member } => {
            let user = member.map_or(call.user, |member| member.user);
            let shown = &Box::pin(show_rank(table, call, user)).await?;
            show(app, &Notice::RankShown { shown })
        }
        Command::RoleMapSet { role, rank, place } => {
            let listed = &Box::pin(map_role(table, env, call, MapRole { role, rank, place })).await?;
            show(app, &Notice::RolesListed { listed })
        }
        Command::RoleMapList => {
            let listed = &Box::pin(list_roles(table, call)).await?;
            show(app, &Notice::RolesListed { listed })
        }
        Command::RoleMapRemove { role } => {
            let listed = &Box::pin(unmap_role(table, env, call, role)).await?;
            show(app, &Notice::RolesListed { listed })
        }
        Command::Calendar { wish } => {
            let base = app.public_url.as_ref().ok_or(Refusal::NoWebAddress)?;
            let feed = Box::pin(share_calendar(table, env, call, wish)).await?;
            let secret = feed.secret.as_ref();
            let address =
                secret.map(|secret| format!("{base}/calendar/{}/{}.ics", feed.club, secret.as_str()));
            show(
                app,
                &Notice::Calendar {
                    colour: feed.colour,
                    address: address.as_deref(),
                    ended: feed.ended,
                },
            )
        }
        Command::SeriesComplete { series } => {
            Box::pin(complete_series(table, env, call, series)).await?;
            return Ok(respond::deferred(Audience::Invoker));
        }
        Command::Telemetry { wish } => {
            let shown = &Box::pin(connect_telemetry(table, env, call, wish)).await?;
            let base = app.webhooks_url.as_deref();
            show(app, &Notice::Telemetry { shown, base })
        }
        Command::TelemetryStatus { event } => {
            let shown = &Box::pin(telemetry_status(table, call, event)).await?;
            let base = app.webhooks_url.as_deref();
            show(app, &Notice::Telemetry { shown, base })
        }
        Command::ResultSet { event, entered } => {
            Box::pin(results::entered(app, call, event, &entered)).await?
        }
        Command::ResultImport { event, file } => {
            Box::pin(start_result_import(table, env, call, event, &file)).await?;
            return Ok(respond::deferred(Audience::Invoker));
        }
        Command::ResultPost { event } => {
            Box::pin(ask_to_post_results(table, env, call, event)).await?;
            return Ok(respond::deferred(Audience::Invoker));
        }
        Command::ResultTable { series } => Box::pin(results::table(app, call, series)).await?,
        Command::MeShow => {
            let shown = &Box::pin(show_wishes(table, call)).await?;
            show(app, &Notice::Wishes { shown })
        }
        Command::MeTimezone { change } | Command::MeAlerts { change } | Command::MeReminders { change } => {
            let shown = &Box::pin(change_wishes(table, env, call, &change)).await?;
            show(app, &Notice::Wishes { shown })
        }
        Command::SettingsView { section } => {
            let settings = &Box::pin(view_settings(table, call)).await?;
            show(app, &Notice::Settings { settings, section })
        }
        Command::SettingsSet { key, value } => match super::settings::set(app, call, &key, value).await? {
            Some(body) => body,
            None => return Ok(respond::deferred(Audience::Invoker)),
        },
        Command::SettingsReset { what } => super::settings::reset(app, call, &what).await?,
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
        Command::TeamFinalise { event } => {
            teams(app, &Box::pin(finalise_teams(table, env, call, event)).await?)
        }
        Command::TeamReopen { event } => teams(app, &Box::pin(reopen_teams(table, env, call, event)).await?),
        Command::ChangePlan { event, team, what } => {
            Box::pin(super::plans::change(app, call, (event, team), what)).await?
        }
        Command::AnnouncePlan { event, team } => {
            Box::pin(ask_to_announce_plan(table, env, call, (event, team))).await?;
            return Ok(respond::deferred(Audience::Invoker));
        }
        Command::ShowPlan { event, team, page } => {
            Box::pin(super::plans::shown(app, call, (event, team), page)).await?
        }
        Command::TeamList { event, page } => {
            let teams = Box::pin(list_teams(table, call, event)).await?;
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
        &Box::pin(change_teams(&app.table, &app.env, call, event, wish)).await?,
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

/// An open conflict, and how the one before was settled.
pub fn conflict<E: Env>(
    app: &App<E>,
    club: &Club,
    case: Option<&CaseShown>,
    settled: Option<Settlement>,
) -> serde_json::Value {
    show(app, &Notice::Conflict { club, case, settled })
}

/// A page of the club's runs.
pub async fn history<E: Env>(
    app: &App<E>,
    call: &Call,
    after: Option<RunId>,
) -> Result<serde_json::Value, Failure> {
    let from = after.map(|run| Cursor(run.to_string()));
    let (club, page) = Box::pin(sync_history(&app.table, call, from)).await?;
    let older = page.next.and_then(|cursor| cursor.0.parse().ok());
    let (club, runs) = (&club, page.items.as_slice());
    Ok(show(app, &Notice::SyncHistory { club, runs, older }))
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
            let brief = Box::pin(create_event(&app.table, &app.env, call, series, &form)).await?;
            Ok(private(&changed(app, EventChange::Created, &brief)))
        }
        [name, start, duration] => {
            let (zone, series) = Box::pin(new_event_form(&app.table, call, series)).await?;
            Ok(respond::modal(&modals::event_create(
                &series, &zone, name, start, duration,
            )))
        }
    }
}

pub fn changed<E: Env>(app: &App<E>, change: EventChange, event: &EventBrief) -> serde_json::Value {
    show(app, &Notice::EventChanged { change, event })
}
