//! From an interaction to what is asked. Exhaustive: a new [`Verb`], component or modal does not compile without its
//! route.

use super::options::Options;
use super::spec::{ActionSpec, AutocompleteField, Body, CommandSpec, Reach, Values};
use super::{AutocompleteQuery, Command, TREE, Verb};
use crate::discord::custom_id::{CaseAct, ComponentId, ModalId, SetupSelect};
use crate::discord::inbound::{
    AttachmentData, CommandData, CommandOption, ComponentData, Data, Interaction, ModalData,
};
use crate::discord::modals;
use crate::domain::availability::DetailsForm;
use crate::domain::calendar::FeedWish;
use crate::domain::cases::{CaseKey, Decision};
use crate::domain::event::{EventForm, EventKey, Period};
use crate::domain::ids::{ClubId, EntryId, EventId, InteractionId, RunId, SeriesId, TeamId, UserId};
use crate::domain::join::{JoinForm, JoinKey};
use crate::domain::link_code::Code;
use crate::domain::permissions::Permissions as AllowedHere;
use crate::domain::rank::Rank;
use crate::domain::repeat::Every;
use crate::domain::results::Entered;
use crate::domain::role_map::PickedRole;
use crate::domain::roster_import::FileRef;
use crate::domain::series::ClassId;
use crate::domain::settings::{Key, Section, Target};
use crate::domain::setup::{FEATURES, PickedChannel, SetupPage};
use crate::domain::stints::{PlanWish, StrategyForm};
use crate::domain::telemetry::TelemetryWish;
use crate::domain::wishes::{Way, WishChange};
use jiff::Timestamp;
use serde_json::Value;

/// Discord's option type of a sub-command.
const SUB_COMMAND: u64 = 1;
/// Of a group of sub-commands.
const SUB_COMMAND_GROUP: u64 = 2;
/// Discord's command type of a slash command.
const CHAT_INPUT: u64 = 1;
/// What is typed for an autocomplete is read up to here, in characters.
const TYPED_MAX: usize = 100;
/// A file's name is kept up to here, in characters.
const FILE_NAME_MAX: usize = 100;
/// Discord's types of channels in which messages are written: text, and announcements.
const TEXT_CHANNELS: [u64; 2] = [0, 5];
/// Longest address of a file, in bytes.
const URL_MAX: usize = 2048;

const PICK_SERIES: &str = "Pick a series from the list that appears while you type.";
const PICK_ENTRY: &str = "Pick somebody from the list that appears while you type.";
const PICK_ROLE: RouteError = RouteError::BadOption {
    name: "role",
    what: "Pick a role from the list.",
};
const NO_PLACE: RouteError = RouteError::BadOption {
    name: "place",
    what: "This is a number, such as 1.",
};
const PICK_TEAM: &str = "Pick a team from the list that appears while you type.";
const PICK_DRIVER: &str = "Pick a driver from the list that appears while you type.";
const NOT_A_PAGE: &str = "A page is a number, such as 2.";
const PICK_EVENT: &str = "Pick an event from the list that appears while you type.";

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// A slash command.
    Command(Command),
    /// Suggestions for what is being typed.
    Autocomplete(AutocompleteQuery),
    /// A button or select.
    Component(ComponentAction),
    /// A submitted form.
    Modal(ModalSubmit),
}

/// What a click on a component asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComponentAction {
    /// A seat; the class is chosen next if there are several.
    SignUp {
        /// The event.
        event: EventId,
    },
    /// A seat in this class.
    ChooseClass {
        /// The event.
        event: EventId,
        /// As it came back: it names a class only if the event has it.
        class: ClassId,
    },
    /// The answer "I do not come".
    NotComing {
        /// The event.
        event: EventId,
    },
    /// Take the answer back.
    Leave {
        /// The event.
        event: EventId,
    },
    /// Open the form about oneself.
    Availability {
        /// The event.
        event: EventId,
    },
    /// Show the event and one's own standing.
    Details {
        /// The event.
        event: EventId,
    },
    /// The same, from the information message.
    Info {
        /// The event.
        event: EventId,
    },
    /// Make a shown import of the roster.
    ImportConfirm {
        /// The command that began it.
        command: InteractionId,
    },
    /// Give a shown import up.
    ImportCancel {
        /// The command that began it.
        command: InteractionId,
    },
    /// Take results that were read from a file.
    ResultsTake {
        /// The command that began it.
        command: InteractionId,
    },
    /// Leave them.
    ResultsLeave {
        /// The command that began it.
        command: InteractionId,
    },
    /// The next page of the roster.
    RosterPage {
        /// The entry behind which it begins.
        after: EntryId,
    },
    /// Older runs of member synchronisation.
    SyncHistory {
        /// The last run on the page before.
        after: RunId,
    },
    /// Settle a conflict.
    Settle {
        /// The conflict.
        key: CaseKey,
        /// Its version when it was shown.
        version: u64,
        /// How.
        decision: Decision,
    },
    /// Show the next conflict.
    NextCase {
        /// The one before.
        after: CaseKey,
    },
    /// Note that the driver knows of the next stint.
    StintSeen {
        /// Club and event.
        key: EventKey,
        /// The team.
        team: TeamId,
        /// When the stint begins.
        from: Timestamp,
    },
    /// Event details, from a DM.
    DmDetails {
        /// Club and event.
        key: EventKey,
    },
    /// Take the club from the guild.
    Unlink {
        /// Which one was asked about.
        club: ClubId,
    },
    /// Leave it where it is.
    KeepLink,
    /// Yes, reset these settings.
    ResetSettings {
        /// Which.
        target: Target,
        /// Their version when the question was asked.
        version: u64,
    },
    /// No, leave the settings as they are.
    KeepSettings,
    /// Yes, hand the club over.
    HandOver {
        /// To whom.
        user: UserId,
        /// The version of their member when the question was asked.
        version: u64,
    },
    /// Yes, take somebody off the roster.
    TakeOff {
        /// Their entry.
        entry: EntryId,
        /// Its version when the question was asked.
        version: u64,
    },
    /// No, change nothing.
    LeaveAsItIs,
    /// Show a step of the setup.
    Setup {
        /// Which.
        page: SetupPage,
    },
    /// Something was chosen in the setup.
    SetupChosen {
        /// The version of what was shown.
        version: u64,
        /// What.
        choice: Chosen,
    },
    /// The form for a time zone is wanted.
    SetupZone {
        /// The version of the settings.
        version: u64,
    },
    /// Yes to a request to join.
    JoinApprove {
        /// The request.
        key: JoinKey,
    },
    /// No to a request to join: the reason is asked for.
    JoinReject {
        /// The request.
        key: JoinKey,
    },
}

/// What was chosen in a select of the setup. What Discord did not resolve with the click is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// The roles of a rank.
    Roles(Rank, Vec<PickedRole>),
    /// The channel in which requests to join are reviewed.
    JoinChannel(Option<PickedChannel>),
    /// A time zone.
    Zone(String),
    /// The features that are on.
    Features(Vec<Key>),
    /// Which side leads.
    Direction(String),
}

/// A submitted form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModalSubmit {
    /// A new event of this series.
    EventCreate {
        /// The series.
        series: SeriesId,
        /// What is in it, as typed.
        form: EventForm,
    },
    /// A change of an event.
    EventEdit {
        /// The event.
        event: EventId,
        /// Its version when the form was opened.
        version: u64,
        /// What is in it, as typed.
        form: EventForm,
    },
    /// What a driver says about themselves.
    Availability {
        /// The event.
        event: EventId,
        /// What is in it, as typed.
        form: DetailsForm,
    },
    /// A time zone, in the setup.
    SetupZone {
        /// The version of the settings when the form was opened.
        version: u64,
        /// As typed.
        zone: String,
    },
    /// A request to join.
    Join {
        /// What is in it, as typed.
        form: JoinForm,
    },
    /// A request to join is rejected.
    JoinReject {
        /// The request.
        key: JoinKey,
        /// Why, as typed.
        reason: String,
    },
}

/// Why an interaction leads nowhere. The user is told kindly (`views/errors.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// No such command, or one of an outdated registration.
    #[error("unknown command")]
    UnknownCommand,
    /// A component that is outdated or not ours.
    #[error("unknown component")]
    UnknownComponent,
    /// A modal that is outdated or not ours, or lacks its inputs.
    #[error("unknown modal")]
    UnknownModal,
    /// An option's value cannot be used.
    #[error("option {name}: {what}")]
    BadOption {
        /// The option.
        name: &'static str,
        /// What to do, as a sentence for the user.
        what: &'static str,
    },
    /// Only works in a guild.
    #[error("not in a guild")]
    NotInGuild,
}

/// Finds out what is asked.
///
/// # Errors
/// [`RouteError`].
pub fn route(interaction: &Interaction) -> Result<Intent, RouteError> {
    let in_guild = interaction.guild_id.is_some();
    match &interaction.data {
        Data::Command(data) => command(data, in_guild).map(Intent::Command),
        Data::Autocomplete(data) => autocomplete(data, in_guild).map(Intent::Autocomplete),
        Data::Component(data) => component(data, in_guild).map(Intent::Component),
        Data::Modal(_) if !in_guild => Err(RouteError::NotInGuild),
        Data::Modal(data) => modal(data).map(Intent::Modal),
    }
}

fn command(data: &CommandData, in_guild: bool) -> Result<Command, RouteError> {
    let (action, given) = find(data, in_guild)?;
    build(action.verb, &Options::new(action.options, given, &data.resolved)?)
}

/// The action that is named, and the options given to it.
fn find(data: &CommandData, in_guild: bool) -> Result<(ActionSpec, &[CommandOption]), RouteError> {
    let spec = (data.kind == CHAT_INPUT)
        .then(|| TREE.iter().find(|spec| spec.name == data.name))
        .flatten()
        .ok_or(RouteError::UnknownCommand)?;
    let found = action(spec, data)?;
    if spec.reach == Reach::Guild && !in_guild {
        Err(RouteError::NotInGuild)
    } else {
        Ok(found)
    }
}

fn action<'a>(
    spec: &CommandSpec,
    data: &'a CommandData,
) -> Result<(ActionSpec, &'a [CommandOption]), RouteError> {
    match spec.body {
        Body::Run(action) => Ok((action, &data.options)),
        Body::Subs(subs) => {
            let [first] = data.options.as_slice() else {
                return Err(RouteError::UnknownCommand);
            };
            let (group, sub) = match (first.kind, first.options.as_slice()) {
                (SUB_COMMAND_GROUP, [inner]) => (Some(first.name.as_str()), inner),
                _ => (None, first),
            };
            let named = subs.iter().find(|spec| {
                sub.kind == SUB_COMMAND
                    && spec.name == sub.name
                    && spec.group.map(|group| group.name) == group
            });
            named
                .map(|spec| (spec.action, sub.options.as_slice()))
                .ok_or(RouteError::UnknownCommand)
        }
    }
}

fn build(verb: Verb, options: &Options<'_>) -> Result<Command, RouteError> {
    let event = || options.id("event", PICK_EVENT);
    let team = || options.id("team", PICK_TEAM);
    Ok(match verb {
        Verb::Ping => Command::Ping,
        Verb::Info => Command::Info,
        Verb::Help => Command::Help {
            topic: options.text("command")?,
        },
        Verb::ClubCreate => Command::ClubCreate {
            name: options.required("name")?,
            time_zone: options.text("time_zone")?,
            colour: options.text("colour")?,
        },
        Verb::ClubSetup => Command::ClubSetup,
        Verb::ClubStatus => Command::ClubStatus,
        Verb::ClubPreflight => Command::ClubPreflight,
        Verb::ClubInvite => Command::ClubInvite,
        Verb::ClubLink => Command::ClubLink {
            name: options.required("name")?,
        },
        Verb::ClubUnlink => Command::ClubUnlink,
        Verb::SeriesCreate => Command::SeriesCreate {
            name: options.required("name")?,
            classes: options.required("classes")?,
            description: options.text("description")?,
        },
        Verb::SeriesList => Command::SeriesList,
        Verb::SeriesComplete => Command::SeriesComplete {
            series: options.id("series", PICK_SERIES)?,
        },
        Verb::EventCreate => Command::EventCreate {
            series: options.id("series", PICK_SERIES)?,
            name: options.text("name")?,
            start: options.text("start")?,
            duration: options.text("duration")?,
        },
        Verb::EventRepeat => Command::EventRepeat {
            event: event()?,
            every: match options.required("every")?.parse() {
                Ok(weeks) => Every::Weeks(weeks),
                Err(_) => Every::Month,
            },
            times: options.required("times")?,
        },
        Verb::EventEdit => Command::EventEdit { event: event()? },
        Verb::EventPublish => Command::EventPublish {
            event: event()?,
            channel: options.text("channel")?.map(|choice| choice == "yes"),
        },
        Verb::EventClose => Command::EventClose { event: event()? },
        Verb::EventTimes => Command::EventTimes {
            event: event()?,
            opens: options.text("opens")?,
            closes: options.text("closes")?,
        },
        Verb::EventRestrict => Command::EventRestrict {
            event: event()?,
            class: options.text("class")?,
            role: options.role("role")?.map(|picked| picked.role),
        },
        Verb::EventComplete => Command::EventComplete { event: event()? },
        Verb::EventArchive => Command::EventArchive { event: event()? },
        Verb::EventCancel => Command::EventCancel {
            event: event()?,
            reason: options.text("reason")?,
        },
        Verb::EventShow => Command::EventShow { event: event()? },
        Verb::EventAttendance => Command::EventAttendance { event: event()? },
        Verb::EventList => Command::EventList {
            when: match options.text("when")?.as_deref() {
                Some("past") => Period::Past,
                Some("all") => Period::All,
                _ => Period::Upcoming,
            },
        },
        Verb::Join => Command::Join,
        Verb::RosterImport => Command::RosterImport {
            file: file(options.file("file")?),
        },
        Verb::RosterExport => Command::RosterExport,
        Verb::RosterList => Command::RosterList,
        Verb::RosterRemove => Command::RosterRemove {
            entry: options.id("entry", PICK_ENTRY)?,
        },
        Verb::SignupList => Command::SignupList { event: event()? },
        Verb::SyncRun => Command::SyncRun,
        Verb::SyncStatus => Command::SyncStatus,
        Verb::SyncHistory => Command::SyncHistory,
        Verb::SyncConflicts => Command::SyncConflicts,
        Verb::LinkCode => Command::LinkCode {
            entry: options.id("entry", PICK_ENTRY)?,
        },
        Verb::LinkEnter => Command::LinkEnter {
            code: Code::typed(&options.required("code")?),
        },
        Verb::LinkStatus => Command::LinkStatus {
            member: options.user("member")?,
        },
        Verb::LinkRemove => Command::LinkRemove {
            member: options.user("member")?,
        },
        Verb::RankSet => Command::RankSet {
            member: options.required_user("member")?,
            rank: rank(options)?,
        },
        Verb::RankShow => Command::RankShow {
            member: options.user("member")?,
        },
        Verb::RoleMapSet => Command::RoleMapSet {
            role: options.role("role")?.ok_or(PICK_ROLE)?,
            rank: rank(options)?,
            place: options
                .text("place")?
                .map(|typed| typed.parse::<u8>().map(usize::from).map_err(|_| NO_PLACE))
                .transpose()?,
        },
        Verb::RoleMapList => Command::RoleMapList,
        Verb::RoleMapRemove => Command::RoleMapRemove {
            role: match options.role("role")? {
                Some(picked) => picked.role,
                None => options.id("id", "Pick a role, or give a role's id from the list.")?,
            },
        },
        Verb::CalendarShow => Command::Calendar { wish: FeedWish::Show },
        Verb::CalendarRenew => Command::Calendar {
            wish: FeedWish::Renew,
        },
        Verb::CalendarClose => Command::Calendar {
            wish: FeedWish::Close,
        },
        Verb::TelemetryConnect => Command::Telemetry {
            wish: TelemetryWish::Connect,
        },
        Verb::TelemetryRevoke => Command::Telemetry {
            wish: TelemetryWish::Revoke,
        },
        Verb::TelemetryStatus => Command::TelemetryStatus {
            event: match options.text("event")? {
                Some(_) => Some(event()?),
                None => None,
            },
        },
        Verb::ResultSet => Command::ResultSet {
            event: event()?,
            entered: Box::new(Entered {
                driver: options.required_user("driver")?,
                place: options.required("place")?,
                class: options.text("class")?,
                fastest: options.text("fastest_lap")?.is_some_and(|choice| choice == "yes"),
            }),
        },
        Verb::ResultImport => Command::ResultImport {
            event: event()?,
            file: file(options.file("file")?),
        },
        Verb::ResultPost => Command::ResultPost { event: event()? },
        Verb::ResultTable => Command::ResultTable {
            series: options.id("series", PICK_SERIES)?,
        },
        Verb::MeShow => Command::MeShow,
        Verb::MeTimezone => Command::MeTimezone {
            change: WishChange::Zone {
                typed: options.required("zone")?,
            },
        },
        Verb::MeAlerts => Command::MeAlerts {
            change: WishChange::Stints {
                way: way(options)?,
                lead: options.text("lead")?,
            },
        },
        Verb::MeReminders => Command::MeReminders {
            change: WishChange::Reminders {
                way: way(options)?,
                hours: options.text("hours")?,
            },
        },
        Verb::SettingsView => Command::SettingsView {
            section: options.text("section")?.as_deref().and_then(Section::parse),
        },
        Verb::SettingsSet => Command::SettingsSet {
            key: options.required("key")?,
            value: options.required("value")?,
        },
        Verb::SettingsReset => Command::SettingsReset {
            what: options.required("what")?,
        },
        Verb::TeamCreate => Command::TeamCreate {
            event: event()?,
            name: options.required("name")?,
            class: options.text("class")?,
        },
        Verb::TeamAssign => Command::TeamAssign {
            event: event()?,
            team: team()?,
            driver: options.id("driver", PICK_DRIVER)?,
        },
        Verb::TeamRemove => Command::TeamRemove {
            event: event()?,
            team: team()?,
            driver: match options.text("driver")? {
                Some(_) => Some(options.id("driver", PICK_DRIVER)?),
                None => None,
            },
        },
        Verb::TeamRename => Command::TeamRename {
            event: event()?,
            team: team()?,
            name: options.required("name")?,
        },
        Verb::TeamForm => Command::TeamForm {
            event: event()?,
            size: options.required("size")?,
            least: options.text("least")?,
            class: options.text("class")?,
            seed: options.text("seed")?,
        },
        Verb::StrategySet
        | Verb::StintPlan
        | Verb::StintSwap
        | Verb::StintExtend
        | Verb::StintShift
        | Verb::StintStart
        | Verb::StintFinish
        | Verb::StintEmergency => Command::ChangePlan {
            event: event()?,
            team: team()?,
            what: plan_command(verb, options)?,
        },
        Verb::StrategyShow => Command::ShowPlan {
            event: event()?,
            team: team()?,
            page: None,
        },
        Verb::StrategyAnnounce => Command::AnnouncePlan {
            event: event()?,
            team: team()?,
        },
        Verb::StintList => Command::ShowPlan {
            event: event()?,
            team: team()?,
            page: match options.text("page")? {
                Some(_) => Some(options.id("page", NOT_A_PAGE)?),
                None => None,
            },
        },
        Verb::TeamFinalise => Command::TeamFinalise { event: event()? },
        Verb::TeamReopen => Command::TeamReopen { event: event()? },
        Verb::TeamList => Command::TeamList {
            event: event()?,
            page: match options.text("page")? {
                Some(_) => options.id("page", NOT_A_PAGE)?,
                None => 1,
            },
        },
    })
}

fn plan_command(verb: Verb, options: &Options<'_>) -> Result<PlanWish, RouteError> {
    Ok(match verb {
        Verb::StrategySet => PlanWish::Strategy(StrategyForm {
            stint: options.text("stint")?,
            rest: options.text("rest")?,
            in_a_row: options.text("in_a_row")?,
            pit: options.text("pit")?,
            fuel: options.text("fuel")?,
            tyres: options.text("tyres")?,
        }),
        Verb::StintPlan => PlanWish::Plan,
        Verb::StintSwap => PlanWish::Swap {
            one: options.required("one")?,
            other: options.required("other")?,
        },
        Verb::StintExtend => PlanWish::Extend {
            stint: options.required("stint")?,
            minutes: options.required("minutes")?,
        },
        Verb::StintShift => PlanWish::Shift {
            stint: options.required("stint")?,
            minutes: options.required("minutes")?,
        },
        Verb::StintStart => PlanWish::Start,
        Verb::StintFinish => PlanWish::Finish,
        Verb::StintEmergency => PlanWish::Emergency {
            driver: options.id("driver", PICK_DRIVER)?,
        },
        _ => return Err(RouteError::UnknownCommand),
    })
}

/// What is kept of an attached file: an address that is far longer than Discord's is none.
fn file(attached: AttachmentData) -> FileRef {
    FileRef {
        name: attached.filename.chars().take(FILE_NAME_MAX).collect(),
        url: Some(attached.url)
            .filter(|url| url.len() <= URL_MAX)
            .unwrap_or_default(),
        size: attached.size,
    }
}

fn way(options: &Options<'_>) -> Result<Option<Way>, RouteError> {
    Ok(options.text("how")?.as_deref().and_then(Way::parse))
}

fn rank(options: &Options<'_>) -> Result<Rank, RouteError> {
    Rank::parse(&options.required("rank")?).ok_or(RouteError::UnknownCommand)
}

fn autocomplete(data: &CommandData, in_guild: bool) -> Result<AutocompleteQuery, RouteError> {
    let (action, given) = find(data, in_guild)?;
    let focused = given
        .iter()
        .find(|option| option.focused)
        .ok_or(RouteError::UnknownCommand)?;
    let spec = action.options.iter().find(|spec| spec.name == focused.name);
    let Some(Values::Suggested(field)) = spec.map(|spec| spec.values) else {
        return Err(RouteError::UnknownCommand);
    };
    let field = match field {
        AutocompleteField::SettingValue(_) => AutocompleteField::SettingValue(setting(given)),
        other => other,
    };
    let event = given
        .iter()
        .find(|option| option.name == "event")
        .and_then(|option| option.value.as_ref()?.as_str()?.parse().ok());
    let typed = focused.value.as_ref().and_then(Value::as_str).unwrap_or_default();
    Ok(AutocompleteQuery {
        field,
        typed: typed.trim().chars().take(TYPED_MAX).collect(),
        event,
    })
}

/// The setting that stands in the option `key`.
fn setting(given: &[CommandOption]) -> Option<Key> {
    let key = given.iter().find(|option| option.name == "key")?;
    Key::parse(key.value.as_ref()?.as_str()?)
}

fn component(data: &ComponentData, in_guild: bool) -> Result<ComponentAction, RouteError> {
    let id: ComponentId = data.custom_id.parse().map_err(|_| RouteError::UnknownComponent)?;
    let of_dms = matches!(id, ComponentId::DmDetails { .. } | ComponentId::StintSeen { .. });
    if !in_guild && !of_dms {
        return Err(RouteError::NotInGuild);
    }
    Ok(match id {
        ComponentId::SignUp { event } => ComponentAction::SignUp { event },
        ComponentId::ChooseClass { event } => match data.values.as_slice() {
            [class] => ComponentAction::ChooseClass {
                event,
                class: ClassId::from_outside(class),
            },
            _ => return Err(RouteError::UnknownComponent),
        },
        ComponentId::NotComing { event } => ComponentAction::NotComing { event },
        ComponentId::Leave { event } => ComponentAction::Leave { event },
        ComponentId::Availability { event } => ComponentAction::Availability { event },
        ComponentId::Details { event } => ComponentAction::Details { event },
        ComponentId::Info { event } => ComponentAction::Info { event },
        ComponentId::ImportConfirm { command } => ComponentAction::ImportConfirm { command },
        ComponentId::ImportCancel { command } => ComponentAction::ImportCancel { command },
        ComponentId::ResultsTake { command } => ComponentAction::ResultsTake { command },
        ComponentId::ResultsLeave { command } => ComponentAction::ResultsLeave { command },
        ComponentId::RosterPage { after } => ComponentAction::RosterPage { after },
        ComponentId::Case { act, key, version } => {
            let decision = match act {
                CaseAct::Accept => Decision::Accept,
                CaseAct::Ignore => Decision::Ignore,
                CaseAct::Never => Decision::Never,
                CaseAct::Pick => picked(&data.values).ok_or(RouteError::UnknownComponent)?,
            };
            ComponentAction::Settle {
                key,
                version,
                decision,
            }
        }
        ComponentId::NextCase { after } => ComponentAction::NextCase { after },
        ComponentId::SyncHistory { after } => ComponentAction::SyncHistory { after },
        ComponentId::DmDetails { key } => ComponentAction::DmDetails { key },
        ComponentId::StintSeen { key, team, from } => ComponentAction::StintSeen {
            key,
            team,
            from: Timestamp::from_second(from).map_err(|_| RouteError::UnknownComponent)?,
        },
        ComponentId::Unlink { club } => ComponentAction::Unlink { club },
        ComponentId::KeepLink { .. } => ComponentAction::KeepLink,
        ComponentId::ResetSettings { target, version } => ComponentAction::ResetSettings { target, version },
        ComponentId::KeepSettings => ComponentAction::KeepSettings,
        ComponentId::HandOver { user, version } => ComponentAction::HandOver { user, version },
        ComponentId::TakeOff { entry, version } => ComponentAction::TakeOff { entry, version },
        ComponentId::LeaveAsItIs => ComponentAction::LeaveAsItIs,
        ComponentId::Setup { page } => ComponentAction::Setup { page },
        ComponentId::SetupRank => ComponentAction::Setup {
            page: match data.values.as_slice() {
                [rank] => SetupPage::parse(rank)
                    .filter(|page| matches!(page, SetupPage::Roles(_)))
                    .ok_or(RouteError::UnknownComponent)?,
                _ => return Err(RouteError::UnknownComponent),
            },
        },
        ComponentId::SetupSelect { select, version } => ComponentAction::SetupChosen {
            version,
            choice: chosen(select, data).ok_or(RouteError::UnknownComponent)?,
        },
        ComponentId::SetupZone { version } => ComponentAction::SetupZone { version },
        ComponentId::JoinApprove { key } => ComponentAction::JoinApprove { key },
        ComponentId::JoinReject { key } => ComponentAction::JoinReject { key },
    })
}

fn chosen(select: SetupSelect, data: &ComponentData) -> Option<Chosen> {
    let values = data.values.as_slice();
    let one = || match values {
        [value] => Some(value.clone()),
        _ => None,
    };
    Some(match select {
        SetupSelect::Roles(rank) => {
            let role = |id: &String| {
                let found = data.resolved.roles.get(id)?;
                (found.id.to_string() == *id).then_some(PickedRole {
                    role: found.id,
                    managed: found.managed,
                    permissions: found.permissions.0,
                })
            };
            Chosen::Roles(rank, values.iter().map(role).collect::<Option<_>>()?)
        }
        SetupSelect::JoinChannel if values.is_empty() => Chosen::JoinChannel(None),
        SetupSelect::JoinChannel => {
            let id = one()?;
            let found = data.resolved.channels.get(&id)?;
            let picked = PickedChannel {
                channel: found.id,
                text: TEXT_CHANNELS.contains(&found.kind),
                allowed: found.app_permissions.map(|allowed| AllowedHere(allowed.0)),
            };
            (found.id.to_string() == id).then_some(Chosen::JoinChannel(Some(picked)))?
        }
        SetupSelect::Zone => Chosen::Zone(one()?),
        SetupSelect::Features => {
            let key = |name: &String| Key::parse(name).filter(|key| FEATURES.contains(key));
            Chosen::Features(values.iter().map(key).collect::<Option<_>>()?)
        }
        SetupSelect::Direction => Chosen::Direction(one()?),
    })
}

/// An entry and an account, as the select of a conflict sends them.
fn picked(values: &[String]) -> Option<Decision> {
    let [value] = values else { return None };
    let (entry, user) = value.split_once(' ')?;
    Some(Decision::Pick {
        entry: entry.parse().ok()?,
        user: user.parse().ok()?,
    })
}

fn modal(data: &ModalData) -> Result<ModalSubmit, RouteError> {
    let id = data.custom_id.parse().map_err(|_| RouteError::UnknownModal)?;
    let form = || modals::read_event_form(&data.components).ok_or(RouteError::UnknownModal);
    Ok(match id {
        ModalId::EventCreate { series } => ModalSubmit::EventCreate {
            series,
            form: form()?,
        },
        ModalId::EventEdit { event, version } => ModalSubmit::EventEdit {
            event,
            version,
            form: form()?,
        },
        ModalId::Availability { event } => ModalSubmit::Availability {
            event,
            form: modals::read_details_form(&data.components).ok_or(RouteError::UnknownModal)?,
        },
        ModalId::SetupZone { version } => ModalSubmit::SetupZone {
            version,
            zone: modals::read_zone(&data.components).ok_or(RouteError::UnknownModal)?,
        },
        ModalId::Join => ModalSubmit::Join {
            form: modals::read_join_form(&data.components).ok_or(RouteError::UnknownModal)?,
        },
        ModalId::JoinReject { key } => ModalSubmit::JoinReject {
            key,
            reason: modals::read_reason(&data.components).ok_or(RouteError::UnknownModal)?,
        },
    })
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
