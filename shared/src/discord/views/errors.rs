//! What a person is told when something is not done: why, and what to do about it. Exhaustive, and never an internal
//! error's text.

use super::{phrases, ranks, results, roster, settings};
use crate::discord::commands::route::RouteError;
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::event::EventState;
use crate::domain::refusal::{EventAction, Field, FormFault, Problem, Refusal, Standing};
use crate::domain::settings::{SettingFault, SettingProblem};

/// When something broke on our side.
pub const TROUBLE: &str = "Something went wrong on Gantry's side. Please look whether it was done, and try again in a minute if not.";

/// Faults of a form that are listed one by one.
const FAULTS_SHOWN: usize = 12;
/// What was typed is quoted up to here, in UTF-16 units.
const QUOTE_MAX: usize = 40;
/// A reason is quoted up to here, in UTF-16 units before escaping: all of it.
const REASON_MAX: usize = 2 * crate::domain::join::REASON_MAX;

/// What is said about an interaction that leads nowhere.
#[must_use]
pub fn route_error(error: &RouteError, ids: &CommandIds) -> String {
    match error {
        RouteError::UnknownCommand => format!(
            "Gantry does not know this command any more. Reload Discord (Ctrl+R) and try again; {} lists what there is.",
            mention("help", ids)
        ),
        RouteError::UnknownComponent => {
            "This message is from an older version of Gantry. Use the newest message in the channel."
                .to_owned()
        }
        RouteError::UnknownModal => {
            "This form is from an older version of Gantry. Open it again and fill it in once more.".to_owned()
        }
        RouteError::BadOption { name, what } => format!("`{name}`: {what}"),
        RouteError::NotInGuild => "This only works in your club's server, not in a DM.".to_owned(),
    }
}

/// What is said about a refusal.
#[must_use]
pub fn refusal(refusal: &Refusal, ids: &CommandIds) -> String {
    match refusal {
        Refusal::NoClub => format!(
            "This server has no club yet. {} makes one.",
            mention("club create", ids)
        ),
        Refusal::NoResults
        | Refusal::NotRaced
        | Refusal::NoChannel
        | Refusal::ResultLines { .. } => results::refusal(refusal, ids),
        Refusal::GuildHasClub { club } => format!(
            "This server already has a club, **{}**. {} shows it.",
            phrases::name(club),
            mention("club status", ids)
        ),
        Refusal::ClubNameTaken => "Another club has this name. Please pick another one.".to_owned(),
        Refusal::NeedsManageServer => {
            "This takes the Manage Server permission in this server. Ask somebody who has it.".to_owned()
        }
        Refusal::NoOwnClub => {
            "There is no club of this name that you own. Look at how it is spelt; only a club's owner can link it.".to_owned()
        }
        Refusal::ClubLinkedElsewhere => format!(
            "This club is linked to another server. Use {} there first.",
            mention("club unlink", ids)
        ),
        Refusal::NeedsRank { capability } => {
            let rank = capability.lowest().label();
            format!("This takes the rank of {rank} or higher. Ask an admin of your club.")
        }
        Refusal::Form { faults } => form(faults),
        Refusal::SeriesNameTaken => {
            "The club has a series of this name already. Please pick another one.".to_owned()
        }
        Refusal::TooManySeries { max } => format!("The club has {max} series already, which is the most."),
        Refusal::NoSuchSeries => {
            "There is no such series. Pick one from the list that appears while you type.".to_owned()
        }
        Refusal::NoSuchEvent => {
            "There is no such event. Pick one from the list that appears while you type.".to_owned()
        }
        Refusal::WrongState { state, action } => wrong_state(*state, *action, ids),
        Refusal::RepeatUnplaced { before, problem } => repeat_unplaced(*before, problem, ids),
        Refusal::EventChanged => {
            "Somebody else changed this event while your form was open. Open it again to see what is set now."
                .to_owned()
        }
        Refusal::ClassInUse {
            class,
            taken,
            waiting,
        } => format!(
            "Seats taken in **{}**: {taken}; drivers waiting: {waiting}. It cannot be removed, or get fewer seats than are taken.",
            phrases::name(class)
        ),
        Refusal::SignUpClosed => "Sign-up is not open for this event.".to_owned(),
        Refusal::NoSuchClass => {
            "This event does not have that class any more. Choose from the newest sign-up message.".to_owned()
        }
        Refusal::NothingToChange { standing } => nothing_to_change(standing),
        Refusal::RosterFile { fault } => roster::file_fault(fault),
        Refusal::RosterFileGone => {
            "The file cannot be fetched from Discord any more. Please attach it again.".to_owned()
        }
        Refusal::NoSuchImport => {
            "This import is not there, or somebody else's. Upload the file again to start one.".to_owned()
        }
        Refusal::ImportOver => {
            "This import is over: it was settled already, or its time is up. Upload the file again to start another one."
                .to_owned()
        }
        Refusal::NameTheClass => {
            "This event has several car classes. Please name one with the option `class`.".to_owned()
        }
        Refusal::NoSuchTeam => {
            "There is no such team. Pick one from the list that appears while you type.".to_owned()
        }
        Refusal::TeamNameTaken => {
            "The event has a team of this name already. Please pick another one.".to_owned()
        }
        Refusal::TooManyTeams { max } => format!("An event can have {max} teams at most."),
        Refusal::TeamFull { max } => format!("This team has {max} drivers already, which is the most."),
        Refusal::NotADriver => "This person has no seat in the event.".to_owned(),
        Refusal::OtherClass { class } => format!(
            "This team drives in **{}**, and the driver has a seat in another class.",
            phrases::name(class)
        ),
        Refusal::ClassNeedsRole { class, role } => format!(
            "**{}** is for those who have the role <@&{role}>. Please choose another class, or ask an admin for the role.",
            phrases::name(class)
        ),
        Refusal::InTeamAlready => "This driver is in that team already.".to_owned(),
        Refusal::EmptyTeam { team } => format!(
            "Team **{}** has no drivers. {} dissolves it, {} gives it some.",
            phrases::name(team),
            mention("team remove", ids),
            mention("team assign", ids)
        ),
        Refusal::NotInTeam => "This driver is not in that team.".to_owned(),
        Refusal::NoSuchSetting => format!(
            "There is no such setting. Pick one from the list that appears while you type; {} shows them all.",
            mention("settings view", ids)
        ),
        Refusal::Settings { faults } => setting_faults(faults),
        Refusal::SettingChanged { key, now, by } => {
            let who = by.map_or_else(|| "Somebody else".to_owned(), |user| format!("<@{user}>"));
            format!(
                "{who} changed `{key}` at the same moment: it is {} now. Yours was not taken. If you still want it, set it again.",
                settings::stored(*key, now)
            )
        }
        Refusal::ResetOutdated => format!(
            "Somebody changed these settings since you asked, so nothing was reset. {} shows what is set now.",
            mention("settings view", ids)
        ),
        Refusal::CaseSettled { by } => {
            format!(
                "<@{by}> has settled this one already; nothing was changed. {} shows what is left.",
                mention("sync conflicts", ids)
            )
        }
        Refusal::CaseChanged => format!(
            "This conflict is not what it was when it was shown, so nothing was changed. {} shows what is open now.",
            mention("sync conflicts", ids)
        ),
        Refusal::RankTooHigh { rank } => format!(
            "This is about somebody with the rank {}, which is not below yours. Ask the owner.",
            rank.label()
        ),
        Refusal::OwnerStays { name } => format!(
            "**{}** is the owner's entry, and keeps its account, so nothing was changed. If it is still the owner, pick that entry with its own account; an entry too many goes with {}. The club is handed over with {} and the rank Owner.",
            phrases::driver(name),
            mention("roster remove", ids),
            mention("rank set", ids)
        ),
        Refusal::Rank { fault } => ranks::rank_fault(*fault).to_owned(),
        Refusal::SameRank => "They have that rank already.".to_owned(),
        Refusal::RankForBot => "Apps have no rank. Pick a person.".to_owned(),
        Refusal::NotInServer => "They are not in this server.".to_owned(),
        Refusal::NotOnRoster => format!(
            "They are not on the roster, or not in this server. {} puts somebody on it.",
            mention("rank set", ids)
        ),
        Refusal::QuestionOutdated => {
            "Something changed since you were asked, so nothing was done. Please ask again.".to_owned()
        }
        Refusal::NoSuchEntry => {
            "There is no such entry on the roster. Pick one from the list that appears while you type.".to_owned()
        }
        Refusal::WrongCode => {
            "This code does not work: it is mistyped, used, or older than ten minutes. Check it, or ask an admin for a new one."
                .to_owned()
        }
        Refusal::TooManyTries { again_at } => format!(
            "Too many codes were tried. Please try again {}.",
            phrases::from_now(*again_at)
        ),
        Refusal::OnOtherEntry { name } => format!(
            "Your account is on the roster already, as **{}**. {} takes it off there; then enter the code again.",
            phrases::driver(name),
            mention("link remove", ids)
        ),
        Refusal::EntryTaken => format!(
            "This entry is tied to another account already. An admin can take that one off first with {}.",
            mention("link remove", ids)
        ),
        Refusal::NoWebAddress => {
            "Gantry has no web address here. Please ask whoever runs Gantry to set one (`GANTRY_PUBLIC_URL`).".to_owned()
        }
        Refusal::NoJoinChannel => format!(
            "This club takes no requests to join yet: no channel is set for them. An admin can set `members.join_channel` with {}.",
            mention("settings set", ids)
        ),
        Refusal::OnRoster { name } => format!(
            "You are on the roster already, as **{}**. {} shows how you stand.",
            phrases::driver(name),
            mention("rank show", ids)
        ),
        Refusal::JoinOpen { since } => format!(
            "You asked to join {}, and nobody has decided yet. You are told by DM when somebody does.",
            phrases::from_now(*since)
        ),
        Refusal::JoinRejected { again_at, reason } => format!(
            "Your request was rejected: {} You can ask again {}.",
            text::name(reason, REASON_MAX),
            phrases::from_now(*again_at)
        ),
        Refusal::JoinDecided { by, approved } => format!(
            "<@{by}> has {} this request already; nothing was changed.",
            if *approved { "approved" } else { "rejected" }
        ),
        Refusal::NoSuchJoin => {
            "This request is not there any more, or a later one took its place. Look for the newest message of that person."
                .to_owned()
        }
        Refusal::Role { fault } => ranks::role_fault(*fault, ids),
        Refusal::NoPlan => format!(
            "This team has no stint plan yet. {} makes one.",
            mention("stint plan", ids)
        ),
        Refusal::NoSuchStint => format!(
            "There is no such stint. {} numbers them.",
            mention("stint list", ids)
        ),
        Refusal::StintTimes => {
            "A stint would begin before the one before it, or have no length. Move it by less.".to_owned()
        }
        Refusal::StintRunning => "That stint has begun already, so its plan stays as it is.".to_owned(),
        Refusal::TooEarlyToStart { starts_at } => format!(
            "The race begins {}. The green flag can be given an hour before that at the earliest.",
            phrases::from_now(*starts_at)
        ),
        Refusal::StintMoved => format!(
            "The plan has changed since: this stint is not yours any more, or not at this time. {} shows who drives when.",
            mention("stint list", ids)
        ),
        Refusal::NoStintRunning => format!(
            "Nobody is driving. {} begins the next stint.",
            mention("stint start", ids)
        ),
        Refusal::SeriesRunning { event } => format!(
            "**{}** is not over yet. Complete the series after its last race, or call that event off.",
            phrases::name(event)
        ),
        Refusal::NoSeriesChannel => format!(
            "Gantry cannot write where the statistics would stand. Set `results.channel` with {}, and try again.",
            mention("settings set", ids)
        ),
        Refusal::NotLive => {
            "Telemetry is taken while the race is on: from the event's start until its end. Stints begin an hour before it at the earliest, and the last one may end after it.".to_owned()
        }
        Refusal::TooManyMessages => "This is more than is taken within a minute. Please wait a moment.".to_owned(),
        Refusal::ResultsThere { drivers } => format!(
            "Results of {drivers} drivers are entered already. With \"replace\": true these take their place."
        ),
        Refusal::Busy => {
            "Too many people at once; nothing was changed. Please try again in a moment.".to_owned()
        }
    }
}

fn repeat_unplaced(before: u8, why: &Problem, ids: &CommandIds) -> String {
    let which = before.saturating_add(1);
    let why = problem(why);
    let remedy = if before == 0 {
        format!("Make that one by hand with {}.", mention("event create", ids))
    } else {
        format!(
            "Repeat it {before} times, and make that one by hand with {}.",
            mention("event create", ids)
        )
    };
    format!("Repetition {which} cannot be placed: {why} Nothing was made. {remedy}")
}

fn nothing_to_change(standing: &Standing) -> String {
    match standing {
        Standing::Seated { class } => format!("You already have a seat in **{}**.", phrases::name(class)),
        Standing::Waiting { class } => {
            format!("You are already on the waitlist of **{}**.", phrases::name(class))
        }
        Standing::NotComing => "You have already said that you are not coming.".to_owned(),
        Standing::None => "You are not signed up for this event.".to_owned(),
    }
}

fn wrong_state(state: EventState, action: EventAction, ids: &CommandIds) -> String {
    match (state, action) {
        (EventState::Cancelled, _) => "This event is cancelled, which cannot be undone.".to_owned(),
        (EventState::Draft, EventAction::Close) => format!(
            "This event is a draft, so there is no sign-up to close. {} opens it.",
            mention("event publish", ids)
        ),
        (EventState::Open, EventAction::Publish) => format!(
            "This event is published already. {} with `channel: yes` makes its channel.",
            mention("event publish", ids)
        ),
        (EventState::Closed | EventState::TeamsForming | EventState::TeamsFinal, EventAction::Close) => {
            "Sign-up is closed already.".to_owned()
        }
        (EventState::Closed, EventAction::Publish) => {
            "Sign-up for this event was closed, and cannot be opened again.".to_owned()
        }
        (
            EventState::Draft | EventState::Open,
            EventAction::ArrangeTeams | EventAction::FormTeams | EventAction::FinaliseTeams,
        ) => format!(
            "Teams are made when sign-up is over. {} ends it.",
            mention("event close", ids)
        ),
        (EventState::TeamsFinal, EventAction::FormTeams) => format!(
            "The teams of this event are settled. {} opens them again.",
            mention("team reopen", ids)
        ),
        (EventState::TeamsFinal, EventAction::FinaliseTeams) => {
            "The teams of this event are settled already.".to_owned()
        }
        (EventState::Closed, EventAction::FinaliseTeams) => format!(
            "This event has no teams yet. {} makes them.",
            mention("team form", ids)
        ),
        (EventState::Closed | EventState::TeamsForming, EventAction::ReopenTeams) => {
            "The teams of this event are not settled, so there is nothing to open again.".to_owned()
        }
        (state, action) => {
            let action = match action {
                EventAction::Edit => "changed",
                EventAction::Publish => "published",
                EventAction::Close => "closed",
                EventAction::FormTeams | EventAction::ArrangeTeams => "put into teams",
                EventAction::FinaliseTeams => "settled",
                EventAction::ReopenTeams => "put into teams anew",
                EventAction::MakeReady => "made ready",
                EventAction::Start => "started",
                EventAction::Complete => "completed",
                EventAction::Archive => "archived",
                EventAction::Delete => "deleted",
                EventAction::Cancel => "cancelled",
            };
            format!(
                "This event is {} and cannot be {action}.",
                phrases::state_word(state)
            )
        }
    }
}

fn setting_faults(faults: &[SettingFault]) -> String {
    let mut lines = vec!["Please correct this and try again:".to_owned()];
    let line = |fault: &SettingFault| format!("- `{}`: {}", fault.key, setting_problem(fault));
    lines.extend(faults.iter().take(FAULTS_SHOWN).map(line));
    if faults.len() > FAULTS_SHOWN {
        lines.push(format!("and {} more", faults.len() - FAULTS_SHOWN));
    }
    lines.join("\n")
}

fn setting_problem(fault: &SettingFault) -> String {
    let takes = || format!("It takes {}.", fault.key.spec().kind.takes());
    match &fault.problem {
        SettingProblem::Unfit => takes(),
        SettingProblem::OutOfRange => format!("this is too little or too much. {}", takes()),
        SettingProblem::TooLong { max } => format!("at most {max} characters, please."),
        SettingProblem::TooMany { max } => format!("at most {max}, please."),
        SettingProblem::UnknownPlaceholder { name } => {
            format!(
                "“{{{}}}” cannot be put in here. {}",
                text::name(name, QUOTE_MAX),
                takes()
            )
        }
        SettingProblem::MissingPlaceholder { name } => {
            format!("`{{{name}}}` has to be in it, or names could not be told apart.")
        }
        SettingProblem::NoSuchRole { role } => {
            format!("this server has no role `{role}`. Mention one with @.")
        }
        SettingProblem::ManagedRole { role } => {
            format!(
                "<@&{role}> belongs to an app or a subscription, and nobody can hand it out. Pick another one."
            )
        }
        SettingProblem::NoSuchChannel => "this server has no such channel. Mention one with #.".to_owned(),
        SettingProblem::NoTextChannel => {
            "no messages are written in this channel. Pick a text channel.".to_owned()
        }
        SettingProblem::ClosedChannel { rights } => {
            let rights: Vec<&str> = rights.iter().map(|right| right.label()).collect();
            format!(
                "Gantry lacks permissions in this channel: {}. Grant them there to its role, then set it again.",
                rights.join(", ")
            )
        }
        SettingProblem::Everyone => "everybody in the server has this role. Pick another one.".to_owned(),
    }
}

fn form(faults: &[FormFault]) -> String {
    let mut lines = vec!["Please correct this and try again:".to_owned()];
    let shown = faults.iter().take(FAULTS_SHOWN);
    lines.extend(shown.map(|fault| format!("- **{}**: {}", label(fault.field), problem(&fault.problem))));
    if faults.len() > FAULTS_SHOWN {
        lines.push(format!("and {} more", faults.len() - FAULTS_SHOWN));
    }
    lines.join("\n")
}

const fn label(field: Field) -> &'static str {
    match field {
        Field::Name => "Name",
        Field::TimeZone => "Time zone",
        Field::Colour => "Colour",
        Field::Classes => "Classes",
        Field::Description => "Description",
        Field::Start => "Start",
        Field::Duration => "Duration",
        Field::Reason => "Reason",
        Field::Why => "Why",
        Field::DrivingExperience => "Experience",
        Field::Opens => "Opens",
        Field::Closes => "Closes",
        Field::Availability => "When can you drive?",
        Field::Experience => "Experience",
        Field::BackupClass => "Another class",
        Field::TeamSize => "Team size",
        Field::Seed => "Seed",
        Field::StintLength => "Stint length (minutes)",
        Field::Rest => "Rest (minutes)",
        Field::InARow => "Stints in a row",
        Field::PitTime => "Pit stop (seconds)",
        Field::Fuel => "Fuel (litres)",
        Field::Tyres => "Stints on a set of tyres",
        Field::Minutes => "Minutes",
        Field::Copies => "Times",
        Field::Lead => "Lead",
        Field::Hours => "Hours",
        Field::Driver => "Driver",
        Field::Place => "Place",
        Field::Class => "Class",
    }
}

fn problem(problem: &Problem) -> String {
    let quote = |typed: &str| text::name(typed, QUOTE_MAX);
    match problem {
        Problem::Empty => "this is missing.".to_owned(),
        Problem::TooLong { max } => format!("at most {max} characters, please."),
        Problem::NotBeforeStart => "it has to be before the start.".to_owned(),
        Problem::ClosesBeforeOpening => "sign-up has to open before it closes.".to_owned(),
        Problem::UnknownZone => "pick a zone from the list, such as Europe/Berlin.".to_owned(),
        Problem::NotAColour => "six hex digits, such as #1e90ff.".to_owned(),
        Problem::NotATime => {
            "day and time, such as 2027-06-12 14:00, Sat 14:00 or in 3 days 20:00.".to_owned()
        }
        Problem::SkippedTime { before } => format!(
            "the clock skips this time, as daylight saving begins at {}. Pick one before or after.",
            phrases::when(*before)
        ),
        Problem::DoubleTime { first, second } => format!(
            "the clock shows this time twice, at {} and {}. Add the offset that you mean, such as +02:00.",
            phrases::when(*first),
            phrases::when(*second)
        ),
        Problem::InThePast => "this is in the past.".to_owned(),
        Problem::TooFarOff => "this is more than two years away.".to_owned(),
        Problem::NotADuration => "such as 6h, 90m or 2h 30m.".to_owned(),
        Problem::DurationOutOfRange => "between 5 minutes and 48 hours.".to_owned(),
        Problem::NotAClass { line } => format!(
            "“{}” is no class with seats, such as GT3: 10, or GT3: 10 @Role.",
            quote(line)
        ),
        Problem::SeatsOutOfRange { class } => format!("{} needs 1 to 100 seats.", quote(class)),
        Problem::DoubleClass { class } => format!("{} is there twice.", quote(class)),
        Problem::NumberOutOfRange { min, max } => format!("a whole number from {min} to {max}."),
        Problem::NotAWindow { line } => format!("“{}” is no span of time, such as 14:00-16:30.", quote(line)),
        Problem::OutsideEvent { line } => format!("“{}” is not during the race.", quote(line)),
        Problem::TooManyWindows { max } => format!("at most {max} spans, please."),
        Problem::NotExperience => "a number from 1 to 5.".to_owned(),
        Problem::UnknownClass { class } => format!("“{}” is no class of this event.", quote(class)),
        Problem::NotMinutes => "a number of minutes, such as 10 or -10.".to_owned(),
        Problem::NotASeed => "the number that an earlier forming showed.".to_owned(),
        Problem::TooManyClasses => "at most 10 classes.".to_owned(),
        Problem::NotALead { max } => format!("from 1m to {max}m, such as 20m, or `club` for the club's."),
        Problem::NotAPlace => "a number from 1 to 500, or dnf, dns, dsq; none takes a result out.".to_owned(),
        Problem::NothingToTakeOut => "nothing is entered for this driver.".to_owned(),
        Problem::IsABot => "a person, please: this is an app.".to_owned(),
        Problem::NoSuchClass { typed } => format!("the event has no class “{}”.", quote(typed)),
        Problem::TooManyDrivers { max } => format!("at most {max} drivers."),
        Problem::NotHours { most } => {
            format!("up to {most} whole numbers of hours such as `24, 1`, or `all`.")
        }
    }
}
