//! Why something that was asked for is not done. What the person is told is written in `discord/views/errors.rs`.

pub use super::event::EventAction;
use super::event::EventState;
use super::ids::{RoleId, UserId};
use super::rank::{Capability, Rank, RankFault};
use super::results_csv::ResultFault;
use super::role_map::RoleFault;
use super::roster_csv::FileFault;
use super::settings::{Key, SettingFault};
use super::text::TextFault;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A refusal that the person can do something about. The state is as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "refusal")]
pub enum Refusal {
    /// The guild has no club yet.
    NoClub,
    /// The guild has a club already.
    GuildHasClub {
        /// Its name.
        club: String,
    },
    /// Another club has that name.
    ClubNameTaken,
    /// Founding a club takes Discord's Manage Server permission.
    NeedsManageServer,
    /// There is no club of that name, or the person does not own it.
    NoOwnClub,
    /// The club is linked to another server.
    ClubLinkedElsewhere,
    /// The person's rank does not allow it.
    NeedsRank {
        /// What it takes.
        capability: Capability,
    },
    /// What was typed has faults.
    Form {
        /// All of them.
        faults: Vec<FormFault>,
    },
    /// The club has a series of that name.
    SeriesNameTaken,
    /// The club has as many series as it can.
    TooManySeries {
        /// The most.
        max: usize,
    },
    /// No such series in this club.
    NoSuchSeries,
    /// No such event in this club, or none that this person may see.
    NoSuchEvent,
    /// The event's state does not allow it.
    WrongState {
        /// The state it is in.
        state: EventState,
        /// What was asked for.
        action: EventAction,
    },
    /// An event cannot come again as often as asked: one of its times cannot be.
    RepeatUnplaced {
        /// How many times before that can be.
        before: u8,
        /// Why not.
        problem: Problem,
    },
    /// Somebody else changed the event since the form was opened.
    EventChanged,
    /// A class with drivers would be removed, or made smaller than it is filled.
    ClassInUse {
        /// Its label.
        class: String,
        /// Seats taken in it.
        taken: u32,
        /// Drivers waiting for it.
        waiting: u32,
    },
    /// Sign-up has not opened, or is over.
    SignUpClosed,
    /// No such class in this event.
    NoSuchClass,
    /// The driver has just that already.
    NothingToChange {
        /// What they have.
        standing: Standing,
    },
    /// An uploaded roster file cannot be read as a whole.
    RosterFile {
        /// Why.
        fault: FileFault,
    },
    /// An uploaded file is not there any more, or never was where Discord keeps files.
    RosterFileGone,
    /// No such import in this club, or another person's.
    NoSuchImport,
    /// The import was confirmed, given up or has expired.
    ImportOver,
    /// The event has several classes, and none was named.
    NameTheClass,
    /// No such team in this event.
    NoSuchTeam,
    /// The event has a team of that name.
    TeamNameTaken,
    /// The event has as many teams as it can.
    TooManyTeams {
        /// The most.
        max: usize,
    },
    /// The team has as many drivers as it can.
    TeamFull {
        /// The most.
        max: usize,
    },
    /// That person has no seat in the event.
    NotADriver,
    /// The team drives in another class than the driver.
    OtherClass {
        /// The team's class.
        class: String,
    },
    /// Who enters the class needs a role that the driver does not have.
    ClassNeedsRole {
        /// The class.
        class: String,
        /// The role.
        role: RoleId,
    },
    /// The driver is in that team already.
    InTeamAlready,
    /// The driver is not in that team.
    NotInTeam,
    /// A team that is to be settled has no drivers.
    EmptyTeam {
        /// Its name.
        team: String,
    },
    /// No setting, or section of settings, of that name.
    NoSuchSetting,
    /// Values that their settings do not take.
    Settings {
        /// All of them.
        faults: Vec<SettingFault>,
    },
    /// Somebody else changed the setting at the same moment.
    SettingChanged {
        /// Which.
        key: Key,
        /// What holds now, as it is stored.
        now: serde_json::Value,
        /// Who.
        by: Option<UserId>,
    },
    /// Somebody changed what was to be reset since the question was asked.
    ResetOutdated,
    /// Somebody's rank may not be changed in that way.
    Rank {
        /// Why.
        fault: RankFault,
    },
    /// The person has that rank already.
    SameRank,
    /// An application has no rank.
    RankForBot,
    /// The person is not in the server.
    NotInServer,
    /// The person is not on the roster.
    NotOnRoster,
    /// What was to be confirmed has changed since it was asked.
    QuestionOutdated,
    /// No such entry on the roster.
    NoSuchEntry,
    /// The code is wrong, used, or too old: which of them is not said.
    WrongCode,
    /// Too many codes were tried.
    TooManyTries {
        /// When it can be tried again.
        again_at: Timestamp,
    },
    /// The account is on another entry already.
    OnOtherEntry {
        /// That entry's name.
        name: String,
    },
    /// The entry is another account's already.
    EntryTaken,
    /// A role cannot go with a rank.
    Role {
        /// Why.
        fault: RoleFault,
    },
    /// Somebody settled the conflict before.
    CaseSettled {
        /// Who.
        by: UserId,
    },
    /// The conflict is not what it was when it was shown.
    CaseChanged,
    /// It is about somebody whose rank is not below the person's own.
    RankTooHigh {
        /// That rank.
        rank: Rank,
    },
    /// The owner's entry would lose its account, or get another one.
    OwnerStays {
        /// The name of the owner's entry.
        name: String,
    },
    /// The team has no stint plan.
    NoPlan,
    /// The plan has no stint of that number.
    NoSuchStint,
    /// A stint would begin before the one before it, or not end after it begins.
    StintTimes,
    /// The stint, or one of the plan's, has been begun.
    StintRunning,
    /// Nobody is driving a stint.
    NoStintRunning,
    /// The club takes no requests to join: it has no channel for them.
    NoJoinChannel,
    /// It takes Gantry's web address, which whoever runs Gantry has not set.
    NoWebAddress,
    /// The person is on the roster already.
    OnRoster {
        /// Under which name.
        name: String,
    },
    /// The person has asked to join, and nobody has decided yet.
    JoinOpen {
        /// When they asked.
        since: Timestamp,
    },
    /// The person was rejected not long ago.
    JoinRejected {
        /// When they can ask again.
        again_at: Timestamp,
        /// What they were told.
        reason: String,
    },
    /// Somebody decided about the request before.
    JoinDecided {
        /// Who.
        by: UserId,
        /// Whether the person is welcome.
        approved: bool,
    },
    /// No such request to join in this club, or a later one took its place.
    NoSuchJoin,
    /// Nothing is entered of the event's results.
    NoResults,
    /// The race has not begun, or never will.
    NotRaced,
    /// The event has no channel in which Gantry may write.
    NoChannel,
    /// A file of results has lines with faults.
    ResultLines {
        /// The first of them.
        faults: Vec<ResultFault>,
    },
    /// The race begins much later: it is not the green flag yet.
    TooEarlyToStart {
        /// When it begins by the plan.
        starts_at: Timestamp,
    },
    /// The stint that was confirmed is another driver's now, or at another time.
    StintMoved,
    /// A series that is to be over has an event that is not.
    SeriesRunning {
        /// The event's name.
        event: String,
    },
    /// There is no channel in which the statistics of a series could be posted.
    NoSeriesChannel,
    /// Telemetry is taken while a race is on.
    NotLive,
    /// More telemetry than is taken in a minute.
    TooManyMessages,
    /// The event has results, and those that came do not say that they may take their place.
    ResultsThere {
        /// Of how many drivers.
        drivers: usize,
    },
    /// Too many people at once; nothing was changed.
    Busy,
}

impl Refusal {
    /// Its name, for the log: what was typed stays out of it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoClub => "no_club",
            Self::GuildHasClub { .. } => "guild_has_club",
            Self::ClubNameTaken => "club_name_taken",
            Self::NeedsManageServer => "needs_manage_server",
            Self::NoOwnClub => "no_own_club",
            Self::ClubLinkedElsewhere => "club_linked_elsewhere",
            Self::NeedsRank { .. } => "needs_rank",
            Self::Form { .. } => "form",
            Self::SeriesNameTaken => "series_name_taken",
            Self::TooManySeries { .. } => "too_many_series",
            Self::NoSuchSeries => "no_such_series",
            Self::NoSuchEvent => "no_such_event",
            Self::WrongState { .. } => "wrong_state",
            Self::RepeatUnplaced { .. } => "repeat_unplaced",
            Self::EventChanged => "event_changed",
            Self::ClassInUse { .. } => "class_in_use",
            Self::SignUpClosed => "sign_up_closed",
            Self::NoSuchClass => "no_such_class",
            Self::NothingToChange { .. } => "nothing_to_change",
            Self::RosterFile { .. } => "roster_file",
            Self::RosterFileGone => "roster_file_gone",
            Self::NoSuchImport => "no_such_import",
            Self::ImportOver => "import_over",
            Self::NameTheClass => "name_the_class",
            Self::NoSuchTeam => "no_such_team",
            Self::TeamNameTaken => "team_name_taken",
            Self::TooManyTeams { .. } => "too_many_teams",
            Self::TeamFull { .. } => "team_full",
            Self::NotADriver => "not_a_driver",
            Self::OtherClass { .. } => "other_class",
            Self::ClassNeedsRole { .. } => "class_needs_role",
            Self::InTeamAlready => "in_team_already",
            Self::NotInTeam => "not_in_team",
            Self::EmptyTeam { .. } => "empty_team",
            Self::NoSuchSetting => "no_such_setting",
            Self::Settings { .. } => "settings",
            Self::SettingChanged { .. } => "setting_changed",
            Self::ResetOutdated => "reset_outdated",
            Self::Rank { .. } => "rank",
            Self::SameRank => "same_rank",
            Self::RankForBot => "rank_for_bot",
            Self::NotInServer => "not_in_server",
            Self::NotOnRoster => "not_on_roster",
            Self::QuestionOutdated => "question_outdated",
            Self::NoSuchEntry => "no_such_entry",
            Self::WrongCode => "wrong_code",
            Self::TooManyTries { .. } => "too_many_tries",
            Self::OnOtherEntry { .. } => "on_other_entry",
            Self::EntryTaken => "entry_taken",
            Self::Role { .. } => "role",
            Self::CaseSettled { .. } => "case_settled",
            Self::CaseChanged => "case_changed",
            Self::RankTooHigh { .. } => "rank_too_high",
            Self::OwnerStays { .. } => "owner_stays",
            Self::NoPlan => "no_plan",
            Self::NoSuchStint => "no_such_stint",
            Self::StintTimes => "stint_times",
            Self::StintRunning => "stint_running",
            Self::NoStintRunning => "no_stint_running",
            Self::NoJoinChannel => "no_join_channel",
            Self::NoWebAddress => "no_web_address",
            Self::OnRoster { .. } => "on_roster",
            Self::JoinOpen { .. } => "join_open",
            Self::JoinRejected { .. } => "join_rejected",
            Self::JoinDecided { .. } => "join_decided",
            Self::NoSuchJoin => "no_such_join",
            Self::NoResults => "no_results",
            Self::NotRaced => "not_raced",
            Self::NoChannel => "no_channel",
            Self::ResultLines { .. } => "result_lines",
            Self::TooEarlyToStart { .. } => "too_early_to_start",
            Self::StintMoved => "stint_moved",
            Self::SeriesRunning { .. } => "series_running",
            Self::NoSeriesChannel => "no_series_channel",
            Self::NotLive => "not_live",
            Self::TooManyMessages => "too_many_messages",
            Self::ResultsThere { .. } => "results_there",
            Self::Busy => "busy",
        }
    }
}

/// A driver's standing with an event, as they are told it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "standing")]
pub enum Standing {
    /// Has a seat.
    Seated {
        /// Label of the class.
        class: String,
    },
    /// Waits for a seat.
    Waiting {
        /// Label of the class.
        class: String,
    },
    /// Said that they do not come.
    NotComing,
    /// Has not answered.
    None,
}

/// A fault of one field of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormFault {
    /// The field.
    pub field: Field,
    /// What is wrong.
    pub problem: Problem,
}

impl FormFault {
    /// The fault of a text.
    #[must_use]
    pub const fn text(field: Field, fault: TextFault) -> Self {
        let problem = match fault {
            TextFault::Empty => Problem::Empty,
            TextFault::TooLong { max } => Problem::TooLong { max },
        };
        Self { field, problem }
    }
}

/// A field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// A name.
    Name,
    /// A time zone.
    TimeZone,
    /// A colour.
    Colour,
    /// Classes with seats.
    Classes,
    /// A free text.
    Description,
    /// A starting time.
    Start,
    /// A length.
    Duration,
    /// Why something is called off.
    Reason,
    /// Why somebody wants to join.
    Why,
    /// What somebody has driven.
    DrivingExperience,
    /// When sign-up opens.
    Opens,
    /// When sign-up closes.
    Closes,
    /// When a driver can drive.
    Availability,
    /// How experienced a driver is.
    Experience,
    /// Which class a driver would take instead.
    BackupClass,
    /// How many drivers a team has.
    TeamSize,
    /// The seed that teams are formed with.
    Seed,
    /// How long a stint is.
    StintLength,
    /// How long a driver rests.
    Rest,
    /// How many stints a driver drives in a row.
    InARow,
    /// How long a pit stop is.
    PitTime,
    /// Fuel for a stint.
    Fuel,
    /// How long tyres last.
    Tyres,
    /// By how many minutes a stint is moved.
    Minutes,
    /// How many times something is made.
    Copies,
    /// How long before something one is told.
    Lead,
    /// At which hours before something one is told.
    Hours,
    /// Who drove.
    Driver,
    /// How a driver came out.
    Place,
    /// A class of the event.
    Class,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "problem")]
pub enum Problem {
    /// Nothing there.
    Empty,
    /// Too many code points.
    TooLong {
        /// The most.
        max: usize,
    },
    /// No zone of that name.
    UnknownZone,
    /// Not `#rrggbb`.
    NotAColour,
    /// Not `YYYY-MM-DD HH:MM`.
    NotATime,
    /// The clock skips that time: daylight saving begins.
    SkippedTime {
        /// The last instant before the gap.
        before: Timestamp,
    },
    /// The clock shows that time twice: daylight saving ends.
    DoubleTime {
        /// The first time.
        first: Timestamp,
        /// The second time.
        second: Timestamp,
    },
    /// Not after the present.
    InThePast,
    /// Not before the event's start.
    NotBeforeStart,
    /// Sign-up would close before it opens.
    ClosesBeforeOpening,
    /// More than two years off: most likely a slip.
    TooFarOff,
    /// Not a length such as `6h`, `90m`, `2h 30m`.
    NotADuration,
    /// Shorter than 5 minutes or longer than 48 hours.
    DurationOutOfRange,
    /// A line that is not `LABEL: SEATS`.
    NotAClass {
        /// What was typed, cut to 40 code points.
        line: String,
    },
    /// Seats outside 1 to 100.
    SeatsOutOfRange {
        /// The class.
        class: String,
    },
    /// Two classes of one name.
    DoubleClass {
        /// The class.
        class: String,
    },
    /// Not a whole number within these bounds.
    NumberOutOfRange {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// More than ten classes.
    TooManyClasses,
    /// A line that is not `HH:MM-HH:MM`.
    NotAWindow {
        /// What was typed, cut to 40 code points.
        line: String,
    },
    /// A window that lies outside of the event.
    OutsideEvent {
        /// What was typed, cut to 40 code points.
        line: String,
    },
    /// Too many windows.
    TooManyWindows {
        /// The most.
        max: usize,
    },
    /// Not a number from 1 to 5.
    NotExperience,
    /// The event has no class of that label.
    UnknownClass {
        /// What was typed, cut to 40 code points.
        class: String,
    },
    /// Not a number as a forming of teams shows it.
    NotASeed,
    /// Not a number of minutes.
    NotMinutes,
    /// Not a length of 1 to so many minutes.
    NotALead {
        /// The most.
        max: u32,
    },
    /// Neither a place nor a word for none.
    NotAPlace,
    /// No result of this driver is there.
    NothingToTakeOut,
    /// An application.
    IsABot,
    /// The event has no such class.
    NoSuchClass {
        /// What was typed, cut.
        typed: String,
    },
    /// More drivers than results have room for.
    TooManyDrivers {
        /// The most.
        max: usize,
    },
    /// Not a list of hours.
    NotHours {
        /// How many there may be.
        most: usize,
    },
}
