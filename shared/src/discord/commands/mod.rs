//! The command tree, and what comes of it: the registration ([`registration`]), the routing ([`route`](route::route)) and
//! the help ([`crate::discord::help`]). To add a command: a [`Verb`], its place in [`TREE`], its [`Command`]; the compiler
//! then asks for the rest.

pub mod check;
pub mod difference;
pub mod limits;
mod options;
pub mod registration;
pub mod route;
pub mod spec;
mod tree;

pub use tree::TREE;

use crate::domain::calendar::FeedWish;
use crate::domain::event::Period;
use crate::domain::ids::{EntryId, EventId, RoleId, SeriesId, TeamId, UserId};
use crate::domain::link_code::Code;
use crate::domain::rank::{Picked, Rank};
use crate::domain::repeat::Every;
use crate::domain::results::Entered;
use crate::domain::role_map::PickedRole;
use crate::domain::roster_import::FileRef;
use crate::domain::settings::Section;
use crate::domain::stints::PlanWish;
use crate::domain::telemetry::TelemetryWish;
use crate::domain::wishes::WishChange;

/// The key by which the tree's actions are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is described in TREE")]
pub enum Verb {
    Ping,
    Info,
    Help,
    ClubCreate,
    ClubSetup,
    ClubStatus,
    ClubPreflight,
    ClubInvite,
    ClubLink,
    ClubUnlink,
    SeriesCreate,
    SeriesList,
    SeriesComplete,
    EventCreate,
    EventRepeat,
    EventEdit,
    EventPublish,
    EventClose,
    EventTimes,
    EventRestrict,
    EventComplete,
    EventArchive,
    EventCancel,
    EventShow,
    EventAttendance,
    EventList,
    SignupList,
    Join,
    RosterImport,
    RosterExport,
    RosterList,
    RosterRemove,
    SyncRun,
    SyncStatus,
    SyncHistory,
    SyncConflicts,
    SettingsView,
    SettingsSet,
    SettingsReset,
    LinkCode,
    LinkEnter,
    LinkStatus,
    LinkRemove,
    RankSet,
    RankShow,
    RoleMapSet,
    RoleMapList,
    RoleMapRemove,
    TeamCreate,
    TeamAssign,
    TeamRemove,
    TeamRename,
    TeamForm,
    TeamList,
    TeamFinalise,
    TeamReopen,
    StrategySet,
    StrategyShow,
    StrategyAnnounce,
    StintPlan,
    StintList,
    StintSwap,
    StintExtend,
    StintShift,
    StintStart,
    StintFinish,
    StintEmergency,
    CalendarShow,
    CalendarRenew,
    CalendarClose,
    TelemetryConnect,
    TelemetryStatus,
    TelemetryRevoke,
    ResultSet,
    ResultImport,
    ResultPost,
    ResultTable,
    MeShow,
    MeTimezone,
    MeAlerts,
    MeReminders,
}

/// A command with its options. Text is trimmed, not empty and within [`limits`]; what it means is the domain's to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `/ping`
    Ping,
    /// `/info`
    Info,
    /// `/help`
    Help {
        /// What is asked about, as typed.
        topic: Option<String>,
    },
    /// `/club create`
    ClubCreate {
        /// As typed.
        name: String,
        /// An IANA name, as typed.
        time_zone: Option<String>,
        /// Such as `#1e90ff`, as typed.
        colour: Option<String>,
    },
    /// `/club setup`
    ClubSetup,
    /// `/club status`
    ClubStatus,
    /// `/club preflight`
    ClubPreflight,
    /// `/club invite`
    ClubInvite,
    /// `/club link`
    ClubLink {
        /// As typed.
        name: String,
    },
    /// `/club unlink`
    ClubUnlink,
    /// `/series create`
    SeriesCreate {
        /// As typed.
        name: String,
        /// Such as `GT3:10, LMP2:12`, as typed.
        classes: String,
        /// As typed.
        description: Option<String>,
    },
    /// `/series list`
    SeriesList,
    /// `/series complete`
    SeriesComplete {
        /// The picked series.
        series: SeriesId,
    },
    /// `/event create`
    EventCreate {
        /// The picked series.
        series: SeriesId,
        /// As typed.
        name: Option<String>,
        /// Local time, as typed.
        start: Option<String>,
        /// Such as `6h`, as typed.
        duration: Option<String>,
    },
    /// `/event repeat`
    EventRepeat {
        /// The picked event.
        event: EventId,
        /// How often.
        every: Every,
        /// How many times, as typed.
        times: String,
    },
    /// `/event edit`
    EventEdit {
        /// The picked event.
        event: EventId,
    },
    /// `/event publish`
    EventPublish {
        /// The picked event.
        event: EventId,
        /// Whether its channel is made; as the club's setting has it if nothing is said.
        channel: Option<bool>,
    },
    /// `/event close`
    EventClose {
        /// The picked event.
        event: EventId,
    },
    /// `/event times`
    EventTimes {
        /// The picked event.
        event: EventId,
        /// Local time or `publish`, as typed.
        opens: Option<String>,
        /// Local time or `start`, as typed.
        closes: Option<String>,
    },
    /// `/event restrict`
    EventRestrict {
        /// The picked event.
        event: EventId,
        /// The class, as typed.
        class: Option<String>,
        /// Who enters it needs this role.
        role: Option<RoleId>,
    },
    /// `/event complete`
    EventComplete {
        /// The picked event.
        event: EventId,
    },
    /// `/event archive`
    EventArchive {
        /// The picked event.
        event: EventId,
    },
    /// `/event cancel`
    EventCancel {
        /// The picked event.
        event: EventId,
        /// As typed.
        reason: Option<String>,
    },
    /// `/event show`
    EventShow {
        /// The picked event.
        event: EventId,
    },
    /// `/event attendance`
    EventAttendance {
        /// The picked event.
        event: EventId,
    },
    /// `/event list`
    EventList {
        /// Which ones.
        when: Period,
    },
    /// `/signup list`
    SignupList {
        /// The picked event.
        event: EventId,
    },
    /// `/join`
    Join,
    /// `/roster import`
    RosterImport {
        /// The attached file.
        file: FileRef,
    },
    /// `/roster export`
    RosterExport,
    /// `/roster list`
    RosterList,
    /// `/roster remove`
    RosterRemove {
        /// Whose entry.
        entry: EntryId,
    },
    /// `/sync run`
    SyncRun,
    /// `/sync status`
    SyncStatus,
    /// `/sync history`
    SyncHistory,
    /// `/sync conflicts`
    SyncConflicts,
    /// `/link code`
    LinkCode {
        /// The picked entry.
        entry: EntryId,
    },
    /// `/link enter`
    LinkEnter {
        /// The code.
        code: Code,
    },
    /// `/link status`
    LinkStatus {
        /// Who; oneself if left out.
        member: Option<Picked>,
    },
    /// `/link remove`
    LinkRemove {
        /// Who; oneself if left out.
        member: Option<Picked>,
    },
    /// `/rank set`
    RankSet {
        /// Who.
        member: Picked,
        /// What they are to be.
        rank: Rank,
    },
    /// `/rank show`
    RankShow {
        /// Who; oneself if left out.
        member: Option<Picked>,
    },
    /// `/role map set`
    RoleMapSet {
        /// The role.
        role: PickedRole,
        /// The rank.
        rank: Rank,
        /// Its place, from 1.
        place: Option<usize>,
    },
    /// `/role map list`
    RoleMapList,
    /// `/role map remove`
    RoleMapRemove {
        /// The role.
        role: RoleId,
    },
    /// `/calendar show`, `/calendar renew`, `/calendar close`
    Calendar {
        /// What is to happen.
        wish: FeedWish,
    },
    /// `/telemetry connect`, `/telemetry revoke`
    Telemetry {
        /// What is to happen.
        wish: TelemetryWish,
    },
    /// `/telemetry status`
    TelemetryStatus {
        /// The event whose ids are wanted.
        event: Option<EventId>,
    },
    /// `/result set`
    ResultSet {
        /// The picked event.
        event: EventId,
        /// Who, and how they came out.
        entered: Box<Entered>,
    },
    /// `/result import`
    ResultImport {
        /// The picked event.
        event: EventId,
        /// The attached file.
        file: FileRef,
    },
    /// `/result post`
    ResultPost {
        /// The picked event.
        event: EventId,
    },
    /// `/result table`
    ResultTable {
        /// The picked series.
        series: SeriesId,
    },
    /// `/me show`
    MeShow,
    /// `/me timezone`
    MeTimezone {
        /// The zone.
        change: WishChange,
    },
    /// `/me alerts`
    MeAlerts {
        /// Where and how early.
        change: WishChange,
    },
    /// `/me reminders`
    MeReminders {
        /// Where and which.
        change: WishChange,
    },
    /// `/settings view`
    SettingsView {
        /// Which ones; all in short if left out.
        section: Option<Section>,
    },
    /// `/settings set`
    SettingsSet {
        /// A setting's name, as typed.
        key: String,
        /// As typed.
        value: String,
    },
    /// `/settings reset`
    SettingsReset {
        /// `all`, a section's or a setting's name, as typed.
        what: String,
    },
    /// `/team create`
    TeamCreate {
        /// The picked event.
        event: EventId,
        /// As typed.
        name: String,
        /// The label of a class, as typed.
        class: Option<String>,
    },
    /// `/team assign`
    TeamAssign {
        /// The picked event.
        event: EventId,
        /// The picked team.
        team: TeamId,
        /// The picked driver.
        driver: UserId,
    },
    /// `/team remove`
    TeamRemove {
        /// The picked event.
        event: EventId,
        /// The picked team.
        team: TeamId,
        /// The picked driver.
        driver: Option<UserId>,
    },
    /// `/team rename`
    TeamRename {
        /// The picked event.
        event: EventId,
        /// The picked team.
        team: TeamId,
        /// As typed.
        name: String,
    },
    /// `/team form`
    TeamForm {
        /// The picked event.
        event: EventId,
        /// Most drivers of a team, as typed.
        size: String,
        /// Fewest drivers of a team, as typed.
        least: Option<String>,
        /// The label of a class, as typed.
        class: Option<String>,
        /// As typed.
        seed: Option<String>,
    },
    /// `/team finalise`
    TeamFinalise {
        /// The picked event.
        event: EventId,
    },
    /// `/team reopen`
    TeamReopen {
        /// The picked event.
        event: EventId,
    },
    /// `/strategy set` and the commands of `/stint` that change a plan
    ChangePlan {
        /// The picked event.
        event: EventId,
        /// The picked team.
        team: TeamId,
        /// What is asked for.
        what: PlanWish,
    },
    /// `/strategy announce`
    AnnouncePlan {
        /// The picked event.
        event: EventId,
        /// The picked team.
        team: TeamId,
    },
    /// `/strategy show` and `/stint list`
    ShowPlan {
        /// The picked event.
        event: EventId,
        /// The picked team.
        team: TeamId,
        /// Which page, from 1; the present one if none.
        page: Option<usize>,
    },
    /// `/team list`
    TeamList {
        /// The picked event.
        event: EventId,
        /// Which page, from 1.
        page: usize,
    },
}

/// What is typed into an option that has suggestions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutocompleteQuery {
    /// What is looked for.
    pub field: spec::AutocompleteField,
    /// The text so far, up to 100 characters; may be empty.
    pub typed: String,
    /// The event that is picked before, if one is.
    pub event: Option<EventId>,
}

/// A value to pick, as shown and as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is shown.
    pub name: String,
    /// What comes back.
    pub value: String,
}
