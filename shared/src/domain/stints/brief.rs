//! A stint plan as it is shown.

use super::{PlanFault, Strategy, TeamPlan};
use crate::domain::club::{Club, Colour};
use crate::domain::event::EventKey;
use crate::domain::ids::{EventId, TeamId, UserId};
use crate::domain::notice::Sheet;
use crate::domain::teams::Team;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A stint as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StintBrief {
    /// The driver's name, if there is one.
    pub driver: Option<String>,
    /// The driver's place in the team, from 0: names are not unique.
    #[serde(default)]
    pub row: Option<usize>,
    /// Planned from.
    pub from: Timestamp,
    /// Planned until.
    pub to: Timestamp,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When its driver confirmed to have been told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
}

/// What a driver is told who is next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StintCall {
    /// The event.
    pub event: EventKey,
    /// Its name.
    pub event_name: String,
    /// The team.
    pub team: TeamId,
    /// Its name.
    pub team_name: String,
    /// The accent of the club.
    pub colour: Colour,
    /// The stint's number, from 1.
    pub number: usize,
    /// When it begins.
    pub from: Timestamp,
    /// When the driver is to be relieved, or the race ends.
    pub to: Timestamp,
    /// Whom the driver relieves.
    pub after: Option<String>,
    /// Fuel for the stint, in litres.
    pub fuel_l: Option<u32>,
}

impl StintCall {
    /// What the driver of the stint at `place`, from 0, is told.
    #[must_use]
    pub fn of(club: &Club, sheet: &Sheet, team: &Team, plan: &TeamPlan, place: usize) -> Self {
        let stint = plan.stints.get(place);
        let driver = stint.and_then(|stint| stint.driver);
        let before = place.checked_sub(1).and_then(|before| plan.stints.get(before));
        // Until the first stint behind it that is another's.
        let own = plan
            .stints
            .iter()
            .skip(place)
            .take_while(|stint| stint.driver == driver);
        let start = sheet.event.starts_at;
        Self {
            event: sheet.event.key,
            event_name: sheet.event.name.clone(),
            team: team.id,
            team_name: team.name.clone(),
            colour: club.colour,
            number: place + 1,
            from: stint.map_or(start, |stint| stint.from),
            to: own.last().map_or(start, |stint| stint.to),
            after: before
                .and_then(|stint| stint.driver)
                .map(|user| name_of(sheet, user)),
            fuel_l: plan.strategy.fuel_l,
        }
    }
}

fn name_of(sheet: &Sheet, user: UserId) -> String {
    let found = sheet.sign_ups.iter().find(|s| s.user == user);
    found.map_or_else(|| "a driver who left".to_owned(), |s| s.name.clone())
}

/// How much a driver drives, by the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverShare {
    /// The driver's name.
    pub driver: String,
    /// Stints.
    pub stints: usize,
    /// Minutes.
    pub minutes: i64,
}

/// A team's plan as it is shown: small enough to be remembered with the interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanBrief {
    /// The event.
    pub event: EventId,
    /// Its name.
    pub event_name: String,
    /// When it starts.
    pub starts_at: Timestamp,
    /// The team's name.
    pub team: String,
    /// The accent of the club.
    pub colour: Colour,
    /// The figures.
    pub strategy: Strategy,
    /// The stints in order.
    pub stints: Vec<StintBrief>,
    /// How much each driver of the team drives.
    pub shares: Vec<DriverShare>,
    /// What is wrong with the plan.
    pub faults: Vec<PlanFault>,
    /// Whether there was no better plan.
    pub best: bool,
}

/// What was done with a plan, for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanDone {
    /// It was only looked at.
    Shown,
    /// The strategy was set.
    StrategySet,
    /// It was made anew.
    Planned,
    /// It was changed by hand.
    Changed,
    /// A stint was begun.
    Started,
    /// A stint ended.
    Finished,
    /// Another driver took over.
    TakenOver,
}

impl PlanBrief {
    /// The brief of a team's plan.
    #[must_use]
    pub fn of(club: &Club, sheet: &Sheet, team: &Team, plan: &TeamPlan) -> Self {
        let name = |user: UserId| name_of(sheet, user);
        let share = |user: &UserId| {
            let own = plan.stints.iter().filter(|stint| stint.driver == Some(*user));
            DriverShare {
                driver: name(*user),
                stints: own.clone().count(),
                minutes: own
                    .map(|stint| stint.to.duration_since(stint.from).as_mins())
                    .sum(),
            }
        };
        Self {
            event: sheet.event.key.event,
            event_name: sheet.event.name.clone(),
            starts_at: sheet.event.starts_at,
            team: team.name.clone(),
            colour: club.colour,
            strategy: plan.strategy,
            stints: plan
                .stints
                .iter()
                .map(|stint| StintBrief {
                    driver: stint.driver.map(name),
                    row: stint
                        .driver
                        .and_then(|user| team.drivers.iter().position(|driver| *driver == user)),
                    from: stint.from,
                    to: stint.to,
                    started_at: stint.started_at,
                    finished_at: stint.finished_at,
                    seen_at: stint.seen_at,
                })
                .collect(),
            shares: team.drivers.iter().map(share).collect(),
            faults: plan.faults(team, sheet),
            best: plan.best,
        }
    }
}
