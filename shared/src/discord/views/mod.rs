//! What Gantry says, as Discord messages. Pure: the same notice always gives the same message.
//!
//! A body always has `content`, `embeds` and `components`, so that an edit leaves nothing of the former message behind.

mod about;
mod announcements;
mod attendance;
mod board;
mod calendar;
mod cases;
mod clubs;
mod components;
mod embed;
pub mod errors;
mod events;
mod joins;
mod links;
mod lists;
mod notices;
mod permissions;
mod phrases;
mod ranks;
mod results;
mod roster;
mod series_end;
mod settings;
mod setup;
mod stints;
mod sync;
mod teams;
mod telemetry;
mod wishes;

use super::help::{CommandIds, HelpPage};
use super::text;
use crate::domain::club::Club;
use crate::domain::notice::{Notice, Render, Rendered};
use embed::Embed;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Longest content of a message, in characters.
const CONTENT_MAX: usize = 2000;

/// Renders everything that Gantry says.
#[derive(Clone, Debug, Default)]
pub struct Views {
    ids: CommandIds,
}

impl Views {
    /// Views that link commands whose ids are known.
    #[must_use]
    pub const fn new(ids: CommandIds) -> Self {
        Self { ids }
    }

    /// Answer to `/ping`.
    #[must_use]
    pub fn ping(&self) -> Value {
        about::ping()
    }

    /// Answer to `/info`; `version` is Gantry's own, `club` the guild's.
    #[must_use]
    pub fn info(&self, version: &str, club: Option<&Club>) -> Value {
        about::info(version, club, &self.ids)
    }

    /// Answer to `/help`; what is not known is answered with the list of all commands.
    #[must_use]
    pub fn help(&self, topic: Option<&str>) -> Value {
        about::help(topic, &self.ids)
    }

    /// Answer to what leads nowhere.
    #[must_use]
    pub fn route_error(&self, error: &super::commands::route::RouteError) -> Value {
        text_body(&errors::route_error(error, &self.ids))
    }

    /// Answer when something broke on our side; says nothing of what.
    #[must_use]
    pub fn trouble(&self) -> Value {
        text_body(errors::TROUBLE)
    }

    /// A question was answered with no.
    #[must_use]
    pub fn nothing_changed(&self) -> Value {
        text_body("Nothing was changed.")
    }

    fn body(&self, notice: &Notice<'_>) -> Value {
        match notice {
            Notice::EventInfo { club, event } => events::info(club, event),
            Notice::SignUpBoard { club, sheet } => board::board(club, sheet),
            Notice::Announced { club, sheet, what } => announcements::announced(club, sheet, *what),
            Notice::SpaceReady {
                club: _,
                event,
                channel,
            } => text_body(&notices::space_ready(event, *channel)),
            Notice::SpaceFailed {
                event,
                fault,
                lacking,
            } => text_body(&notices::space_failed(event, *fault, lacking, &self.ids)),
            Notice::Permissions {
                club,
                occasion,
                preflight,
                invite,
            } => clubs::permissions(club, *occasion, preflight, invite, &self.ids),
            Notice::GuildLost { club, kept } => clubs::lost(club, *kept, &self.ids),
            Notice::Calendar {
                colour,
                address,
                ended,
            } => calendar::shown(*colour, *address, *ended, &self.ids),
            Notice::ClubLinked { club } => clubs::linked(club, &self.ids),
            Notice::ConfirmUnlink { club } => clubs::confirm_unlink(club),
            Notice::ClubUnlinked { club, colour } => clubs::unlinked(club, *colour, &self.ids),
            Notice::Invite {
                colour,
                invite,
                start,
            } => clubs::invite(*colour, invite, *start),
            Notice::Promoted {
                club,
                event,
                class,
                channel,
            } => notices::promoted(club, event, class, *channel),
            Notice::Reminded { club, event, channel } => notices::reminded(club, event, *channel),
            Notice::CalledOff { club, event } => notices::called_off(club, event),
            Notice::ResultEntered { entered } => results::entered(entered, &self.ids),
            Notice::ResultImport { club, import } => results::import(club, import, &self.ids),
            Notice::Results {
                club,
                results,
                points,
                table,
            } => results::results(club, results, points, table),
            Notice::ResultsPosted { event, channel } => text_body(&results::posted(event, *channel)),
            Notice::SeriesEnded {
                club,
                name,
                statistics,
            } => series_end::ended(club, name, statistics),
            Notice::SeriesEndStands { name, channel } => text_body(&series_end::stands(name, *channel)),
            Notice::SeriesTable { club, name, table } => results::series(club, name, table, &self.ids),
            Notice::Wishes { shown } => wishes::shown(shown, &self.ids),
            Notice::Answered { event, standing } => text_body(&notices::answered(event, standing)),
            Notice::ClubCreated { club } => clubs::created(club, &self.ids),
            Notice::ClubStatus {
                club,
                members,
                series,
                upcoming,
            } => clubs::status(club, *members, *series, upcoming, &self.ids),
            Notice::SeriesCreated {
                colour,
                name,
                classes,
            } => clubs::series_created(*colour, name, classes, &self.ids),
            Notice::SeriesList { club, series } => clubs::series_list(club, series, &self.ids),
            Notice::EventChanged { change, event } => events::changed(*change, event, &self.ids),
            Notice::EventRepeated { colour, copies } => events::repeated(*colour, copies, &self.ids),
            Notice::EventList {
                club,
                period,
                events,
                more,
            } => events::list(club, *period, events, *more, &self.ids),
            Notice::EventDetails {
                club,
                event,
                seats,
                standing,
                channel,
                answerable,
            } => events::details(club, (event, seats), standing, *channel, *answerable),
            Notice::SignUpList { club, sheet } => board::roster(club, sheet),
            Notice::Attendance {
                club,
                sheet,
                attendance,
            } => attendance::shown(club, sheet, attendance),
            Notice::ChooseClass { event, seats } => board::choose_class(event, seats),
            Notice::Settings { settings, section } => settings::view(settings, *section, &self.ids),
            Notice::SettingsChanged { changed } => settings::changed(changed, &self.ids),
            Notice::ResetSettings { question } => settings::reset(question),
            Notice::SettingsKept => text_body(settings::KEPT),
            Notice::RankGiven { given } => ranks::given(given, &self.ids),
            Notice::RankShown { shown } => ranks::shown(shown),
            Notice::RemovalAsked { question } => ranks::removal(question),
            Notice::TakenOff { taken } => ranks::taken_off(taken),
            Notice::HandOver { question } => ranks::hand_over(question),
            Notice::HandedOver { handed } => ranks::handed_over(handed),
            Notice::CodeMade { made } => links::code_made(made, &self.ids),
            Notice::Linked { linked } => links::linked(linked),
            Notice::Unlinked { linked } => links::unlinked(linked),
            Notice::LinkShown { shown } => links::shown(shown, &self.ids),
            Notice::Setup { setup } => setup::page(setup, &self.ids),
            Notice::JoinSent { colour } => joins::sent(*colour),
            Notice::JoinUndelivered { club } => joins::undelivered(club, &self.ids),
            Notice::JoinReview { club, request } => joins::review(club, request, &self.ids),
            Notice::JoinDecided { decided } => joins::decided(decided),
            Notice::JoinAnswer { club, request } => joins::answer(club, request),
            Notice::JoinUntold { club, request } => joins::untold(club, request),
            Notice::LeftAsItWas => text_body(ranks::LEFT_AS_IT_WAS),
            Notice::RolesListed { listed } => ranks::listed(listed, &self.ids),
            Notice::RolesApplied { club, applied } => ranks::applied(club, applied),
            Notice::Teams { done, teams, page } => teams::teams(done, teams, *page, &self.ids),
            Notice::TeamReady {
                sheet,
                team,
                colour,
                voice,
            } => teams::ready(sheet, team, *colour, *voice),
            Notice::StintPlan { done, plan, page } => stints::plan(*done, plan, *page, &self.ids),
            Notice::PlanAnnounced { plan, picture } => stints::announced(plan, *picture),
            Notice::PlanStands { team, channel } => text_body(&stints::stands(team, *channel)),
            Notice::Telemetry { shown, base } => telemetry::shown(shown, *base, &self.ids),
            Notice::TeamPace {
                colour,
                event,
                team,
                pace,
            } => telemetry::pace(*colour, event, team, pace),
            Notice::TeamIncident {
                colour,
                team,
                number,
                incident,
            } => telemetry::incident(*colour, team, *number, incident),
            Notice::StintNext { call } => stints::next(call),
            Notice::StintConfirmed { from } => text_body(&stints::confirmed(*from)),
            Notice::Described {
                event,
                details,
                backup,
            } => text_body(&teams::described(event, details, *backup)),
            Notice::AnswerQueued => text_body(notices::ANSWER_QUEUED),
            Notice::RosterPage { club, entries, next } => roster::page(club, entries, *next, &self.ids),
            Notice::RosterImport { club, import } => roster::import(club, import, &self.ids),
            Notice::RosterExport { club, entries } => roster::exported(club, *entries),
            Notice::RosterExportRefused { club, entries, bytes } => {
                roster::export_refused(club, *entries, *bytes, &self.ids)
            }
            Notice::SyncProgress { club, run, now } => sync::progress(club, run, *now, &self.ids),
            Notice::SyncStatus {
                club,
                run,
                next_at,
                now,
            } => sync::status(club, *run, *next_at, *now, &self.ids),
            Notice::SyncHistory { club, runs, older } => sync::history(club, runs, *older, &self.ids),
            Notice::Conflict { club, case, settled } => cases::case(club, *case, *settled),
            Notice::Refused { refusal } => text_body(&errors::refusal(refusal, &self.ids)),
        }
    }
}

impl Render for Views {
    fn render(&self, notice: &Notice<'_>) -> Rendered {
        let body = self.body(notice);
        let mut markers = Vec::new();
        collect_custom_ids(&body["components"], &mut markers);
        let digest = hex::encode(&Sha256::digest(body.to_string())[..16]);
        Rendered {
            body,
            digest,
            markers,
        }
    }
}

/// A page of help as a message.
fn help_body(page: HelpPage) -> Value {
    embed_body(Embed::new(crate::domain::club::Colour::default(), page.title).line(page.text))
}

fn text_body(content: &str) -> Value {
    json!({ "content": text::cut(content, CONTENT_MAX), "embeds": [], "components": [] })
}

fn embed_body(embed: Embed) -> Value {
    embed_with(embed, Vec::new())
}

fn embed_with(embed: Embed, components: Vec<Value>) -> Value {
    json!({ "content": "", "embeds": [embed.into_json()], "components": components })
}

fn collect_custom_ids(components: &Value, found: &mut Vec<String>) {
    for component in components.as_array().into_iter().flatten() {
        if let Some(id) = component["custom_id"].as_str() {
            found.push(id.to_owned());
        }
        collect_custom_ids(&component["components"], found);
    }
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod limits_tests;
#[cfg(test)]
mod membership_tests;
#[cfg(test)]
mod results_tests;
#[cfg(test)]
mod setup_tests;
#[cfg(test)]
mod teams_tests;
#[cfg(test)]
mod telemetry_tests;
#[cfg(test)]
mod tests;
