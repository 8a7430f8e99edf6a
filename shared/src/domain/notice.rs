//! What Gantry says in channels and DMs, as data. `discord/views` turns it into messages.

use super::alert::Announcement;
use super::attendance::Attendance;
use super::availability::DriverDetails;
use super::cases::{Case, Settlement};
use super::club::{Club, Colour};
use super::event::{Event, EventKey, Period};
use super::guild_link::Occasion;
use super::ids::{ChannelId, EntryId, RunId};
use super::join::JoinRequest;
use super::permissions::{Gap, Preflight};
use super::refusal::{Refusal, Standing};
use super::result_import::ResultImport;
use super::results::{PointsSystem, ResultEntered, Results, SeriesTable};
use super::roster::{Entry, GuildMember};
use super::roster_import::RosterImport;
use super::seats::Seats;
use super::series::{Class, Series};
use super::series_end::SeriesStatistics;
use super::settings::{ResetQuestion, Section, Settings, SettingsChanged};
use super::setup::Setup;
use super::signup::{SignUp, Status};
use super::space::SpaceFault;
use super::standing::{
    CodeMade, HandOverQuestion, HandedOver, JoinDecided, Linked, RankGiven, RankShown, RemovalQuestion,
    RolesApplied, RolesListed, TakenOff,
};
use super::stints::{PlanBrief, PlanDone, StintCall};
use super::sync::SyncRun;
use super::teams::{Team, TeamsBrief, TeamsDone};
use super::telemetry::{Incident, Pace, TelemetryShown};
use super::wishes::WishesShown;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Everything that is known of one event, as read in one query.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The event.
    pub event: Event,
    /// The count of each class, in the event's order. Empty while the event is a draft.
    pub seats: Vec<Seats>,
    /// All answers, in order of arrival.
    pub sign_ups: Vec<SignUp>,
}

impl Sheet {
    /// The drivers with a seat in the class of `seats`, in order of arrival.
    pub fn seated<'a>(&'a self, seats: &'a Seats) -> impl Iterator<Item = &'a SignUp> {
        self.sign_ups
            .iter()
            .filter(|s| matches!(&s.status, Status::Seated { class, .. } if *class == seats.class.id))
    }

    /// The drivers who wait for the class of `seats`, in order of arrival.
    pub fn waiting<'a>(&'a self, seats: &'a Seats) -> impl Iterator<Item = &'a SignUp> {
        self.sign_ups
            .iter()
            .filter(|s| matches!(&s.status, Status::Waiting { class, .. } if *class == seats.class.id))
    }

    /// The label of the class that somebody would take instead of the one that they have chosen.
    #[must_use]
    pub fn backup_of(&self, sign_up: &SignUp) -> Option<&str> {
        let backup = sign_up.details.backup.as_ref();
        let other = backup.filter(|backup| sign_up.status.class() != Some(*backup))?;
        self.event.class(other).map(|class| class.label.as_str())
    }

    /// The drivers who do not come, in order of answer.
    pub fn not_coming(&self) -> impl Iterator<Item = &SignUp> {
        self.sign_ups.iter().filter(|s| s.status == Status::NotComing)
    }
}

/// An open conflict with whom it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseShown {
    /// The conflict.
    pub case: Case,
    /// The entries in it.
    pub entries: Vec<Entry>,
    /// The accounts in it, as far as they were ever seen in the guild.
    pub accounts: Vec<GuildMember>,
    /// How many more wait behind it, at least.
    pub more: usize,
}

/// A message to be shown to somebody.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice<'a> {
    /// The information message of an event's channel. Carries a component whose custom id names the event, by which a
    /// late retry finds it.
    EventInfo {
        /// The club.
        club: &'a Club,
        /// The event.
        event: &'a Event,
    },
    /// The sign-up message of an event's channel, carrying components that name the event, too.
    SignUpBoard {
        /// The club.
        club: &'a Club,
        /// What it shows.
        sheet: &'a Sheet,
    },
    /// To all in an event's channel.
    Announced {
        /// The club.
        club: &'a Club,
        /// The event with all answers.
        sheet: &'a Sheet,
        /// What is said.
        what: Announcement,
    },
    /// To the admin who published: the channel is there.
    SpaceReady {
        /// The club.
        club: &'a Club,
        /// The event.
        event: &'a Event,
        /// Its channel.
        channel: ChannelId,
    },
    /// To the admin who published: it did not work.
    SpaceFailed {
        /// The event.
        event: &'a Event,
        /// Why.
        fault: SpaceFault,
        /// What the bot lacks, where that is why.
        lacking: &'a [Gap],
    },
    /// What Gantry may not do in the club's guild, and how to grant it.
    Permissions {
        /// The club.
        club: &'a Club,
        /// Why it is told.
        occasion: Occasion,
        /// What is missing.
        preflight: &'a Preflight,
        /// Where all of it can be granted at once.
        invite: &'a str,
    },
    /// To who waits for something that has to wait itself, until Gantry is in the guild again.
    GuildLost {
        /// The club.
        club: &'a Club,
        /// Whether it is kept; what only asks is not.
        kept: bool,
    },
    /// The address of the club's iCalendar feed.
    Calendar {
        /// The club's colour.
        colour: Colour,
        /// The address; none if the feed is closed.
        address: Option<&'a str>,
        /// Whether an address that worked until now opens nothing any more.
        ended: bool,
    },
    /// Answer to `/club link`.
    ClubLinked {
        /// The club.
        club: &'a Club,
    },
    /// Answer to `/club unlink`: a button asks whether it is meant.
    ConfirmUnlink {
        /// The club.
        club: &'a Club,
    },
    /// The club was taken from the guild.
    ClubUnlinked {
        /// Its name.
        club: &'a str,
        /// The accent.
        colour: Colour,
    },
    /// Answer to `/club invite`.
    Invite {
        /// The accent.
        colour: Colour,
        /// Adds Gantry to a server of one's choice.
        invite: &'a str,
        /// The same by way of Gantry's own page, which links the club and tells what is missing.
        start: Option<&'a str>,
    },
    /// To a driver who moved up from the waitlist. Carries a component whose custom id names the event.
    Promoted {
        /// The club.
        club: &'a Club,
        /// The event.
        event: &'a Event,
        /// Label of the class.
        class: &'a str,
        /// The event's channel, if it has one.
        channel: Option<ChannelId>,
    },
    /// By DM to a driver whose race starts soon. Carries a component whose custom id names the event.
    Reminded {
        /// The club.
        club: &'a Club,
        /// The event.
        event: &'a Event,
        /// The event's channel, if it has one.
        channel: Option<ChannelId>,
    },
    /// By DM to somebody who planned to come to an event that is called off. Carries a component whose custom id names the event.
    CalledOff {
        /// The club.
        club: &'a Club,
        /// The event.
        event: &'a Event,
    },
    /// Answer to `/result set`.
    ResultEntered {
        /// What was entered.
        entered: &'a ResultEntered,
    },
    /// To whoever uploaded a file of results.
    ResultImport {
        /// The club.
        club: &'a Club,
        /// The import, however it stands.
        import: &'a ResultImport,
    },
    /// An event's results with the table of its series. The title tells them from other messages in the channel.
    Results {
        /// The club.
        club: &'a Club,
        /// The results.
        results: &'a Results,
        /// How points are given.
        points: &'a PointsSystem,
        /// The table.
        table: &'a SeriesTable,
    },
    /// To whoever had results posted.
    ResultsPosted {
        /// The event's name.
        event: &'a str,
        /// Where they stand.
        channel: ChannelId,
    },
    /// The statistics of a series that is over. The title tells them from other messages in the channel.
    SeriesEnded {
        /// The club.
        club: &'a Club,
        /// The series' name.
        name: &'a str,
        /// Its figures.
        statistics: &'a SeriesStatistics,
    },
    /// To whoever completed a series.
    SeriesEndStands {
        /// The series' name.
        name: &'a str,
        /// Where its statistics stand.
        channel: ChannelId,
    },
    /// Answer to `/result table`.
    SeriesTable {
        /// The club.
        club: &'a Club,
        /// The series' name.
        name: &'a str,
        /// The table.
        table: &'a SeriesTable,
    },
    /// Answer to `/me`.
    Wishes {
        /// The wishes.
        shown: &'a WishesShown,
    },
    /// To a driver whose answer was recorded.
    Answered {
        /// The event's name.
        event: &'a str,
        /// How they stand now.
        standing: &'a Standing,
    },
    /// Answer to `/club create`.
    ClubCreated {
        /// The club.
        club: &'a Club,
    },
    /// Answer to `/club status`.
    ClubStatus {
        /// The club.
        club: &'a Club,
        /// How many are on the roster.
        members: u64,
        /// How many series it has.
        series: usize,
        /// Its next events, soonest first.
        upcoming: &'a [Event],
    },
    /// Answer to `/series create`.
    SeriesCreated {
        /// The accent.
        colour: Colour,
        /// The series' name.
        name: &'a str,
        /// Its classes.
        classes: &'a [Class],
    },
    /// Answer to `/series list`.
    SeriesList {
        /// The club.
        club: &'a Club,
        /// All its series.
        series: &'a [Series],
    },
    /// Answer to a command that changed an event.
    EventChanged {
        /// What was done.
        change: EventChange,
        /// The event now.
        event: &'a EventBrief,
    },
    /// Answer to `/event repeat`.
    EventRepeated {
        /// The accent.
        colour: Colour,
        /// Name and start of each copy, soonest first.
        copies: &'a [(String, Timestamp)],
    },
    /// Answer to `/event list`.
    EventList {
        /// The club.
        club: &'a Club,
        /// Which events were asked for.
        period: Period,
        /// One page of them.
        events: &'a [Event],
        /// Whether there are more.
        more: bool,
    },
    /// Answer to `/event show` and to the button Details.
    EventDetails {
        /// The club.
        club: &'a Club,
        /// The event.
        event: &'a Event,
        /// The count of each class; empty while it is a draft.
        seats: &'a [Seats],
        /// How the person stands.
        standing: &'a Standing,
        /// The event's channel, if it has one.
        channel: Option<ChannelId>,
        /// Whether the person is given the buttons to answer: there is no board, and this is the club's server.
        answerable: bool,
    },
    /// Answer to `/signup list`.
    SignUpList {
        /// The club.
        club: &'a Club,
        /// What it shows.
        sheet: &'a Sheet,
    },
    /// Answer to `/event attendance`.
    Attendance {
        /// The club.
        club: &'a Club,
        /// The event with its drivers.
        sheet: &'a Sheet,
        /// What was seen of them.
        attendance: &'a Attendance,
    },
    /// Answer to what was done with an event's teams.
    Teams {
        /// What was done.
        done: &'a TeamsDone,
        /// All teams now.
        teams: &'a TeamsBrief,
        /// Which page of them, from 0.
        page: usize,
    },
    /// To the drivers of a settled team.
    TeamReady {
        /// The event with all answers.
        sheet: &'a Sheet,
        /// The team.
        team: &'a Team,
        /// The accent of the club.
        colour: Colour,
        /// Its voice channel, if it has one.
        voice: Option<ChannelId>,
    },
    /// Answer to what was done with a team's strategy or plan.
    StintPlan {
        /// What was done.
        done: PlanDone,
        /// The plan now.
        plan: &'a PlanBrief,
        /// Which page, from 0; the present one if none.
        page: Option<usize>,
    },
    /// A team's plan, announced. The title tells it from other messages in the channel.
    PlanAnnounced {
        /// The plan.
        plan: &'a PlanBrief,
        /// The name of the picture that is attached, if one is.
        picture: Option<&'a str>,
    },
    /// To whoever had a plan announced.
    PlanStands {
        /// The team's name.
        team: &'a str,
        /// Where it stands.
        channel: ChannelId,
    },
    /// Answer to `/telemetry`.
    Telemetry {
        /// What was done.
        shown: &'a TelemetryShown,
        /// Where `functions/webhooks` is, if that is known.
        base: Option<&'a str>,
    },
    /// Where a team stands in the race. The title tells it from other messages in the channel.
    TeamPace {
        /// The accent of the club.
        colour: Colour,
        /// The event's name.
        event: &'a str,
        /// The team's name.
        team: &'a str,
        /// How it stands.
        pace: &'a Pace,
    },
    /// Something happened to a team.
    TeamIncident {
        /// The accent of the club.
        colour: Colour,
        /// The team's name.
        team: &'a str,
        /// Counts the team's incidents.
        number: u64,
        /// What.
        incident: &'a Incident,
    },
    /// To a driver who is next. Carries a component whose custom id names team and stint.
    StintNext {
        /// The stint.
        call: &'a StintCall,
    },
    /// To a driver who confirmed that.
    StintConfirmed {
        /// When the stint begins.
        from: Timestamp,
    },
    /// To a driver who said something about themselves.
    Described {
        /// The event's name.
        event: &'a str,
        /// What is recorded.
        details: &'a DriverDetails,
        /// The label of the backup class.
        backup: Option<&'a str>,
    },
    /// Asks the driver which class: a select whose custom id is that of the board.
    ChooseClass {
        /// The event.
        event: &'a Event,
        /// The count of each class.
        seats: &'a [Seats],
    },
    /// How a run of member synchronisation goes, or went: to whoever set it off, and answer to `/sync run`.
    SyncProgress {
        /// The club.
        club: &'a Club,
        /// The run.
        run: &'a SyncRun,
        /// The present.
        now: Timestamp,
    },
    /// Answer to `/sync status`.
    SyncStatus {
        /// The club.
        club: &'a Club,
        /// Its last run, if there was one.
        run: Option<&'a SyncRun>,
        /// When the next is due by itself, if it is.
        next_at: Option<Timestamp>,
        /// The present.
        now: Timestamp,
    },
    /// Answer to `/sync history`.
    SyncHistory {
        /// The club.
        club: &'a Club,
        /// One page of its runs, the latest first.
        runs: &'a [SyncRun],
        /// Behind which run there are older ones.
        older: Option<RunId>,
    },
    /// Answer to `/sync conflicts`: one of them, with what can be decided.
    Conflict {
        /// The club.
        club: &'a Club,
        /// The next open one, if there is one.
        case: Option<&'a CaseShown>,
        /// How the one before was settled just now.
        settled: Option<Settlement>,
    },
    /// Answer to `/settings view`.
    Settings {
        /// All of them.
        settings: &'a Settings,
        /// Which are shown in full; all in short if nothing is said.
        section: Option<Section>,
    },
    /// Answer to `/settings set`, and to a reset.
    SettingsChanged {
        /// What was done.
        changed: &'a SettingsChanged,
    },
    /// Asks whether to reset settings: buttons whose custom ids name them and their version.
    ResetSettings {
        /// The question.
        question: &'a ResetQuestion,
    },
    /// The answer was no.
    SettingsKept,
    /// Answer to `/rank set`.
    RankGiven {
        /// What was done.
        given: &'a RankGiven,
    },
    /// Answer to `/rank show`.
    RankShown {
        /// How somebody stands.
        shown: &'a RankShown,
    },
    /// Asks the owner whether to hand the club over: buttons whose custom ids name the other.
    HandOver {
        /// The question.
        question: &'a HandOverQuestion,
    },
    /// The club has another owner.
    HandedOver {
        /// Who.
        handed: &'a HandedOver,
    },
    /// Answer to `/roster remove`: the question.
    RemovalAsked {
        /// The question.
        question: &'a RemovalQuestion,
    },
    /// Answer to the question: somebody was taken off the roster.
    TakenOff {
        /// Who.
        taken: &'a TakenOff,
    },
    /// Answer to `/link code`.
    CodeMade {
        /// The code.
        made: &'a CodeMade,
    },
    /// Answer to `/link enter`.
    Linked {
        /// What was tied.
        linked: &'a Linked,
    },
    /// Answer to `/link remove`.
    Unlinked {
        /// What was taken off.
        linked: &'a Linked,
    },
    /// Answer to `/link status`.
    LinkShown {
        /// How somebody stands.
        shown: &'a RankShown,
    },
    /// A step of `/club setup`.
    Setup {
        /// The step, with what is set.
        setup: &'a Setup,
    },
    /// To somebody whose request to join is with the reviewers.
    JoinSent {
        /// The accent.
        colour: Colour,
    },
    /// To somebody whose request to join could not be posted.
    JoinUndelivered {
        /// The club.
        club: &'a Club,
    },
    /// A request to join where it is reviewed: with buttons whose custom ids name it, or with what was decided.
    JoinReview {
        /// The club.
        club: &'a Club,
        /// The request.
        request: &'a JoinRequest,
    },
    /// To whoever decided about a request to join.
    JoinDecided {
        /// What came of it.
        decided: &'a JoinDecided,
    },
    /// To the person, by DM: what was decided.
    JoinAnswer {
        /// The club.
        club: &'a Club,
        /// The request.
        request: &'a JoinRequest,
    },
    /// To the reviewers: the person could not be told.
    JoinUntold {
        /// The club.
        club: &'a Club,
        /// The request.
        request: &'a JoinRequest,
    },
    /// The answer was no, and nothing was changed.
    LeftAsItWas,
    /// Answer to `/role map`.
    RolesListed {
        /// The list.
        listed: &'a RolesListed,
    },
    /// To whoever gave a rank: how the roles in Discord are now.
    RolesApplied {
        /// The club.
        club: &'a Club,
        /// What came of it.
        applied: &'a RolesApplied,
    },
    /// To a driver whose answer is being recorded behind a rush; it is replaced when that is done.
    AnswerQueued,
    /// A page of the roster.
    RosterPage {
        /// The club.
        club: &'a Club,
        /// Who is on it.
        entries: &'a [Entry],
        /// The entry behind which the next page begins.
        next: Option<EntryId>,
    },
    /// An import of the roster, however it stands.
    RosterImport {
        /// The club.
        club: &'a Club,
        /// The import.
        import: &'a RosterImport,
    },
    /// What comes with the roster as a file.
    RosterExport {
        /// The club.
        club: &'a Club,
        /// How many are in it.
        entries: usize,
    },
    /// In place of the roster as a file, where Discord does not take it.
    RosterExportRefused {
        /// The club.
        club: &'a Club,
        /// How many are in it.
        entries: usize,
        /// Its size in bytes.
        bytes: usize,
    },
    /// To a person whose wish was refused.
    Refused {
        /// Why.
        refusal: &'a Refusal,
    },
}

/// What was done to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventChange {
    /// It was created, as a draft.
    Created,
    /// Its facts were changed.
    Edited,
    /// It was published; its channel is being made.
    Published,
    /// It was published without a channel.
    PublishedAlone,
    /// Sign-up was ended.
    Closed,
    /// Sign-up has times of its own.
    Timed,
    /// A class is kept for those who have a role, or open to all.
    Restricted,
    /// The race was ended.
    Completed,
    /// Its channel is being put away.
    Archived,
    /// It was called off.
    Cancelled,
}

/// The part of an event that an answer shows: small enough to be remembered with the interaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventBrief {
    /// Club and event.
    pub key: EventKey,
    /// The event's name.
    pub name: String,
    /// Its series' name.
    pub series_name: String,
    /// When it starts.
    pub starts_at: Timestamp,
    /// Whole minutes.
    pub duration_min: i64,
    /// Its classes.
    pub classes: Vec<Class>,
    /// The accent of its club.
    pub colour: Colour,
    /// The teams whose stint plans do not fit the race any more, once it was edited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfit: Vec<String>,
    /// How many drivers had said when they can drive, before it was moved by an edit.
    #[serde(default)]
    pub limited: usize,
}

impl EventBrief {
    /// The brief of an event of `club`.
    #[must_use]
    pub fn of(club: &Club, event: &Event) -> Self {
        Self {
            key: event.key,
            name: event.name.clone(),
            series_name: event.series_name.clone(),
            starts_at: event.starts_at,
            duration_min: event.duration_min,
            classes: event.classes.clone(),
            colour: club.colour,
            unfit: Vec::new(),
            limited: 0,
        }
    }
}

/// A message as Discord takes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// A JSON object of Discord's message fields, without nonce and mentions.
    pub body: serde_json::Value,
    /// Changes when, and only when, the body does.
    pub digest: String,
    /// The custom ids in it, by which the message is known again.
    pub markers: Vec<String>,
}

/// Turns notices into messages.
pub trait Render: Send + Sync {
    /// The message for `notice`.
    fn render(&self, notice: &Notice<'_>) -> Rendered;
}
