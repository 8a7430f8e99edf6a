//! Teams of an event: who drives with whom. All teams of an event change together, as one line-up with one version, so
//! that nobody can be in two teams.

mod figures;
pub mod form;

pub use figures::{Figures, TeamBrief, TeamsBrief};

use super::availability::{Experience, slot_count};
use super::event::{Event, EventKey, EventState};
use super::ids::{TeamId, UserId};
use super::notice::Sheet;
use super::refusal::{Field, FormFault, Refusal};
use super::series::{Class, ClassId};
use super::signup::{SignUp, Status};
use super::text::{self, comparable};
use form::{Candidate, Sizes};
use serde::{Deserialize, Serialize};

/// Longest name of a team, in code points: it is a role's and a thread's name too.
pub const TEAM_NAME_MAX: usize = 40;
/// Most teams of an event: each takes a role, and a guild has 250 (Discord docs, resources/guild).
pub const TEAMS_MAX: usize = 60;
/// Most drivers of a team.
pub const DRIVERS_MAX: usize = 16;

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its name, unique in the event by its comparison form.
    pub name: String,
    /// Its class.
    pub class: ClassId,
    /// Its drivers, in the order in which they were put in.
    pub drivers: Vec<UserId>,
}

/// All teams of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineUp {
    /// The event.
    pub event: EventKey,
    /// Its teams.
    pub teams: Vec<Team>,
    /// How they were last formed, if they were.
    pub forming: Option<Forming>,
    /// Counts the changes, from 1; 0 before the first.
    pub version: u64,
}

/// How teams were formed: with it anybody can repeat the forming.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forming {
    /// The seed.
    pub seed: u64,
    /// Fewest drivers of a team.
    pub least: usize,
    /// Most drivers of a team.
    pub most: usize,
    /// Whether the result is known to be the best there is, in every class that was formed.
    pub best: bool,
    /// Whether the teams were changed by hand since.
    pub edited: bool,
}

/// A change of the teams that a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum TeamEdit {
    /// A team without drivers.
    Create {
        /// Its id.
        id: TeamId,
        /// Its name, as typed.
        name: String,
        /// The label of its class, as typed; may be left out where the event has only one.
        class: Option<String>,
    },
    /// A driver comes into a team, from another one if they are in one.
    Assign {
        /// The team.
        team: TeamId,
        /// The driver.
        driver: UserId,
    },
    /// A driver leaves the team, or the team is dissolved if none is named.
    Remove {
        /// The team.
        team: TeamId,
        /// The driver.
        driver: Option<UserId>,
    },
    /// Another name for a team.
    Rename {
        /// The team.
        team: TeamId,
        /// The name, as typed.
        name: String,
    },
    /// New teams for all drivers of a class, or of all classes.
    Form {
        /// The label of the class, as typed.
        class: Option<String>,
        /// How many drivers a team has.
        sizes: Sizes,
        /// The seed.
        seed: u64,
        /// Ids for new teams, as many as may be needed.
        ids: Vec<TeamId>,
    },
}

/// What a change came to, for the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "done")]
pub enum TeamsDone {
    /// Nothing: they were only looked at.
    Listed,
    /// A team was made.
    Created {
        /// Its name.
        team: String,
    },
    /// A driver was put into a team.
    Assigned {
        /// The driver's name.
        driver: String,
        /// The team's name.
        team: String,
        /// The name of the team that they left.
        from: Option<String>,
    },
    /// A driver was taken out of a team.
    Removed {
        /// The driver's name.
        driver: String,
        /// The team's name.
        team: String,
    },
    /// A team was dissolved.
    Dissolved {
        /// Its name.
        team: String,
    },
    /// A team was renamed.
    Renamed {
        /// The former name.
        from: String,
        /// The name now.
        to: String,
    },
    /// Teams were formed.
    Formed,
    /// The teams were settled.
    Finalised,
    /// The settled teams were opened again.
    Reopened,
}

impl LineUp {
    /// No teams.
    #[must_use]
    pub const fn empty(event: EventKey) -> Self {
        Self {
            event,
            teams: Vec::new(),
            forming: None,
            version: 0,
        }
    }

    /// The team of that id.
    #[must_use]
    pub fn team(&self, id: TeamId) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    /// The team that the driver is in.
    #[must_use]
    pub fn team_of(&self, driver: UserId) -> Option<&Team> {
        self.teams.iter().find(|team| team.drivers.contains(&driver))
    }

    /// The line-up after `edit`, with what that came to. Drivers who have given up their seat, or changed class, are out
    /// of their team with any change.
    ///
    /// # Errors
    /// [`Refusal::Form`], [`Refusal::NoSuchClass`], [`Refusal::NoSuchTeam`], [`Refusal::NotADriver`],
    /// [`Refusal::TeamNameTaken`], [`Refusal::TooManyTeams`], [`Refusal::TeamFull`], [`Refusal::InTeamAlready`].
    pub fn after(&self, edit: &TeamEdit, sheet: &Sheet) -> Result<(Self, TeamsDone), Refusal> {
        let mut next = self.pruned(sheet);
        next.version += 1;
        let done = match edit {
            TeamEdit::Create { id, name, class } => {
                let name = next.free_name(name, None)?;
                let class = sheet.event.class_named(class.as_deref())?.id.clone();
                if next.teams.len() >= TEAMS_MAX {
                    return Err(Refusal::TooManyTeams { max: TEAMS_MAX });
                }
                next.teams.push(Team {
                    id: *id,
                    name: name.clone(),
                    class,
                    drivers: Vec::new(),
                });
                TeamsDone::Created { team: name }
            }
            TeamEdit::Assign { team, driver } => next.assign(*team, *driver, sheet)?,
            TeamEdit::Remove {
                team,
                driver: Some(driver),
            } => {
                let was = self.team(*team).ok_or(Refusal::NoSuchTeam)?;
                if !was.drivers.contains(driver) {
                    return Err(Refusal::NotInTeam);
                }
                next.team_mut(*team)?.drivers.retain(|user| user != driver);
                TeamsDone::Removed {
                    driver: name_of(sheet, *driver),
                    team: was.name.clone(),
                }
            }
            TeamEdit::Remove { team, driver: None } => {
                let name = next.team_mut(*team)?.name.clone();
                next.teams.retain(|other| other.id != *team);
                TeamsDone::Dissolved { team: name }
            }
            TeamEdit::Rename { team, name } => {
                let to = next.free_name(name, Some(*team))?;
                let team = next.team_mut(*team)?;
                let from = std::mem::replace(&mut team.name, to.clone());
                TeamsDone::Renamed { from, to }
            }
            TeamEdit::Form {
                class,
                sizes,
                seed,
                ids,
            } => {
                let classes: Vec<&Class> = match class {
                    Some(_) => vec![sheet.event.class_named(class.as_deref())?],
                    None => sheet.event.classes.iter().collect(),
                };
                next.form(&classes, *sizes, *seed, ids, sheet)?;
                return Ok((next, TeamsDone::Formed));
            }
        };
        if let Some(forming) = &mut next.forming {
            forming.edited = true;
        }
        Ok((next, done))
    }

    /// Checks that every team has drivers, so that the teams can be settled.
    ///
    /// # Errors
    /// [`Refusal::EmptyTeam`].
    pub fn ready(&self) -> Result<(), Refusal> {
        match self.teams.iter().find(|team| team.drivers.is_empty()) {
            Some(team) => Err(Refusal::EmptyTeam {
                team: team.name.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Without the drivers who are not seated in their team's class any more.
    #[must_use]
    pub fn pruned(&self, sheet: &Sheet) -> Self {
        let mut pruned = self.clone();
        for team in &mut pruned.teams {
            let class = &team.class;
            team.drivers.retain(|user| {
                sheet
                    .sign_ups
                    .iter()
                    .any(|s| s.user == *user && seat(s) == Some(class))
            });
        }
        pruned
    }

    /// Whether somebody who has a seat drives, and is not a reserve: once the teams of their class are settled, who is in none of them is one.
    #[must_use]
    pub fn drives(&self, state: EventState, sign_up: &SignUp) -> bool {
        let Some(class) = seat(sign_up) else {
            return false;
        };
        let settled = matches!(
            state,
            EventState::TeamsFinal | EventState::Ready | EventState::Live
        );
        let mut teams = self
            .teams
            .iter()
            .filter(|team| team.class == *class && !team.drivers.is_empty())
            .peekable();
        !settled || teams.peek().is_none() || teams.any(|team| team.drivers.contains(&sign_up.user))
    }

    /// The seated drivers who are in no team, in order of arrival.
    pub fn without_team<'a>(&'a self, sheet: &'a Sheet) -> impl Iterator<Item = &'a SignUp> {
        sheet
            .sign_ups
            .iter()
            .filter(|s| seat(s).is_some() && self.team_of(s.user).is_none())
    }

    fn team_mut(&mut self, id: TeamId) -> Result<&mut Team, Refusal> {
        self.teams
            .iter_mut()
            .find(|team| team.id == id)
            .ok_or(Refusal::NoSuchTeam)
    }

    fn assign(&mut self, team: TeamId, driver: UserId, sheet: &Sheet) -> Result<TeamsDone, Refusal> {
        let sign_up = sheet
            .sign_ups
            .iter()
            .find(|s| s.user == driver)
            .ok_or(Refusal::NotADriver)?;
        let class = seat(sign_up).ok_or(Refusal::NotADriver)?.clone();
        let from = self.team_of(driver).map(|team| (team.id, team.name.clone()));
        let to = self.team_mut(team)?;
        if to.class != class {
            return Err(Refusal::OtherClass {
                class: label(&sheet.event, &to.class),
            });
        }
        if to.drivers.contains(&driver) {
            return Err(Refusal::InTeamAlready);
        }
        if to.drivers.len() >= DRIVERS_MAX {
            return Err(Refusal::TeamFull { max: DRIVERS_MAX });
        }
        to.drivers.push(driver);
        let team = to.name.clone();
        if let Some((from, _)) = &from {
            self.team_mut(*from)?.drivers.retain(|user| *user != driver);
        }
        Ok(TeamsDone::Assigned {
            driver: sign_up.name.clone(),
            team,
            from: from.map(|(_, name)| name),
        })
    }

    /// Replaces the teams of `classes`. Teams that are there keep their ids and names, in order; what is left of them goes.
    fn form(
        &mut self,
        classes: &[&Class],
        sizes: Sizes,
        seed: u64,
        ids: &[TeamId],
        sheet: &Sheet,
    ) -> Result<(), Refusal> {
        let mut ids = ids.iter();
        let mut best = true;
        for class in classes {
            let drivers: Vec<&SignUp> = sheet
                .sign_ups
                .iter()
                .filter(|s| seat(s) == Some(&class.id))
                .collect();
            let candidates: Vec<Candidate> = drivers.iter().map(|s| candidate(&sheet.event, s)).collect();
            let slots = u32::try_from(slot_count(&sheet.event)).unwrap_or(1);
            let formed = form::form(&candidates, slots, sizes, seed);
            best &= formed.best;
            let (mut old, kept) = std::mem::take(&mut self.teams)
                .into_iter()
                .partition::<Vec<_>, _>(|team| team.class == class.id);
            self.teams = kept;
            old.reverse();
            for (n, places) in formed.teams.iter().enumerate() {
                let (id, name) = match old.pop() {
                    Some(team) => (team.id, team.name),
                    None => (
                        *ids.next().ok_or(Refusal::TooManyTeams { max: TEAMS_MAX })?,
                        self.new_name(&class.label, n + 1, &old),
                    ),
                };
                self.teams.push(Team {
                    id,
                    name,
                    class: class.id.clone(),
                    drivers: places
                        .iter()
                        .filter_map(|n| drivers.get(*n))
                        .map(|s| s.user)
                        .collect(),
                });
            }
        }
        if self.teams.len() > TEAMS_MAX {
            return Err(Refusal::TooManyTeams { max: TEAMS_MAX });
        }
        // In the order of the event's classes, so that a list reads the same however the teams came about.
        let place = |team: &Team| {
            sheet
                .event
                .classes
                .iter()
                .position(|class| class.id == team.class)
        };
        self.teams.sort_by_key(place);
        self.forming = Some(Forming {
            seed,
            least: sizes.least,
            most: sizes.most,
            best,
            edited: false,
        });
        Ok(())
    }

    /// `GT3 1`, or the next number that is free.
    fn new_name(&self, label: &str, number: usize, old: &[Team]) -> String {
        let taken = |name: &str| {
            let name = comparable(name);
            self.teams
                .iter()
                .chain(old)
                .any(|team| comparable(&team.name) == name)
        };
        (number..)
            .map(|n| format!("{label} {n}"))
            .find(|name| !taken(name))
            .unwrap_or_default()
    }

    /// The name, checked; `own` may have it already.
    fn free_name(&self, typed: &str, own: Option<TeamId>) -> Result<String, Refusal> {
        let name = text::line(typed, TEAM_NAME_MAX).map_err(|fault| Refusal::Form {
            faults: vec![FormFault::text(Field::Name, fault)],
        })?;
        let form = comparable(&name);
        let taken = |team: &Team| Some(team.id) != own && comparable(&team.name) == form;
        if self.teams.iter().any(taken) {
            Err(Refusal::TeamNameTaken)
        } else {
            Ok(name)
        }
    }
}

/// The class in which a driver has a seat.
#[must_use]
pub const fn seat(sign_up: &SignUp) -> Option<&ClassId> {
    match &sign_up.status {
        Status::Seated { class, .. } => Some(class),
        Status::Waiting { .. } | Status::NotComing => None,
    }
}

fn candidate(event: &Event, sign_up: &SignUp) -> Candidate {
    Candidate {
        skill: sign_up.details.experience.unwrap_or(Experience::ASSUMED).get(),
        free: sign_up.details.slots(event),
    }
}

fn label(event: &Event, class: &ClassId) -> String {
    event
        .class(class)
        .map_or_else(|| class.as_str().to_owned(), |class| class.label.clone())
}

fn name_of(sheet: &Sheet, user: UserId) -> String {
    sheet
        .sign_ups
        .iter()
        .find(|s| s.user == user)
        .map_or_else(|| "a driver who left".to_owned(), |s| s.name.clone())
}

#[cfg(test)]
mod tests;
