//! From an interaction to what is asked. Exhaustive: a new [`Verb`], component or modal does not compile without its
//! route.

use super::options::Options;
use super::spec::{ActionSpec, Body, CommandSpec, Reach, Values};
use super::{AutocompleteQuery, Command, PlanCommand, TREE, Verb};
use crate::discord::custom_id::{ComponentId, ModalId};
use crate::discord::inbound::{CommandData, CommandOption, ComponentData, Data, Interaction, ModalData};
use crate::discord::modals;
use crate::domain::availability::DetailsForm;
use crate::domain::event::{EventForm, EventKey, Period};
use crate::domain::ids::{ClubId, EventId, SeriesId};
use crate::domain::repeat::Every;
use crate::domain::series::ClassId;
use crate::domain::stints::StrategyForm;
use serde_json::Value;

/// Discord's option type of a sub-command.
const SUB_COMMAND: u64 = 1;
/// Discord's command type of a slash command.
const CHAT_INPUT: u64 = 1;
/// What is typed for an autocomplete is read up to here, in characters.
const TYPED_MAX: usize = 100;

const PICK_SERIES: &str = "Pick a series from the list that appears while you type.";
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
    /// The same, from a DM: the only component that works without a guild.
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
    build(action.verb, &Options::new(action.options, given)?)
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
            let [sub] = data.options.as_slice() else {
                return Err(RouteError::UnknownCommand);
            };
            let named = subs
                .iter()
                .find(|spec| sub.kind == SUB_COMMAND && spec.name == sub.name);
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
        Verb::EventPublish => Command::EventPublish { event: event()? },
        Verb::EventClose => Command::EventClose { event: event()? },
        Verb::EventCancel => Command::EventCancel {
            event: event()?,
            reason: options.text("reason")?,
        },
        Verb::EventShow => Command::EventShow { event: event()? },
        Verb::EventList => Command::EventList {
            when: match options.text("when")?.as_deref() {
                Some("past") => Period::Past,
                Some("all") => Period::All,
                _ => Period::Upcoming,
            },
        },
        Verb::SignupList => Command::SignupList { event: event()? },
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

fn plan_command(verb: Verb, options: &Options<'_>) -> Result<PlanCommand, RouteError> {
    Ok(match verb {
        Verb::StrategySet => PlanCommand::Strategy(StrategyForm {
            stint: options.text("stint")?,
            rest: options.text("rest")?,
            in_a_row: options.text("in_a_row")?,
            pit: options.text("pit")?,
            fuel: options.text("fuel")?,
            tyres: options.text("tyres")?,
        }),
        Verb::StintPlan => PlanCommand::Plan,
        Verb::StintSwap => PlanCommand::Swap {
            one: options.required("one")?,
            other: options.required("other")?,
        },
        Verb::StintExtend => PlanCommand::Extend {
            stint: options.required("stint")?,
            minutes: options.required("minutes")?,
        },
        Verb::StintShift => PlanCommand::Shift {
            stint: options.required("stint")?,
            minutes: options.required("minutes")?,
        },
        Verb::StintStart => PlanCommand::Start,
        Verb::StintFinish => PlanCommand::Finish,
        Verb::StintEmergency => PlanCommand::Emergency {
            driver: options.id("driver", PICK_DRIVER)?,
        },
        _ => return Err(RouteError::UnknownCommand),
    })
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

fn component(data: &ComponentData, in_guild: bool) -> Result<ComponentAction, RouteError> {
    let id: ComponentId = data.custom_id.parse().map_err(|_| RouteError::UnknownComponent)?;
    if !in_guild && !matches!(id, ComponentId::DmDetails { .. }) {
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
        ComponentId::DmDetails { key } => ComponentAction::DmDetails { key },
        ComponentId::Unlink { club } => ComponentAction::Unlink { club },
        ComponentId::KeepLink { .. } => ComponentAction::KeepLink,
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
    })
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
