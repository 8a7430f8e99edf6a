//! Strategy and stint plan of a team: who drives when, and by which figures.

mod brief;
mod in_car;
pub mod search;
pub mod timeline;
mod wish;

pub use brief::{DriverShare, PlanBrief, PlanDone, StintBrief, StintCall};
pub use wish::PlanWish;

use super::alert::whole_second;
use super::event::{Event, EventKey};
use super::ids::{TeamId, UserId};
use super::notice::Sheet;
use super::refusal::{Field, FormFault, Problem, Refusal};
use super::results::Posted;
use super::signup::SignUp;
use super::teams::{LineUp, Team};
use jiff::{SignedDuration, Timestamp};
use search::{Task, share};
use serde::{Deserialize, Serialize};

/// Shortest stint, in minutes.
pub const STINT_MIN: i64 = 10;
/// Most stints of a plan.
pub const STINTS_MAX: usize = 96;

/// By which figures a team drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    /// Length of a stint, in minutes.
    pub stint_min: u32,
    /// Shortest rest between two turns of a driver, in minutes.
    pub rest_min: u32,
    /// Most stints that a driver drives in a row.
    pub in_a_row: u32,
    /// Length of a pit stop, in seconds.
    pub pit_s: u32,
    /// Fuel for a stint, in litres.
    pub fuel_l: Option<u32>,
    /// Stints that a set of tyres lasts.
    pub tyre_stints: Option<u32>,
}

impl Default for Strategy {
    /// Stints of an hour, two hours of rest, at most two stints in a row.
    fn default() -> Self {
        Self {
            stint_min: 60,
            rest_min: 120,
            in_a_row: 2,
            pit_s: 60,
            fuel_l: None,
            tyre_stints: None,
        }
    }
}

/// What somebody typed about a strategy; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StrategyForm {
    /// Minutes.
    pub stint: Option<String>,
    /// Minutes.
    pub rest: Option<String>,
    /// A number of stints.
    pub in_a_row: Option<String>,
    /// Seconds.
    pub pit: Option<String>,
    /// Litres; 0 for none.
    pub fuel: Option<String>,
    /// A number of stints; 0 for none.
    pub tyres: Option<String>,
}

impl StrategyForm {
    /// The strategy with what was typed put in place.
    ///
    /// # Errors
    /// Every fault, each with its field.
    pub fn apply(&self, now: Strategy, event: &Event) -> Result<Strategy, Refusal> {
        let mut faults = Vec::new();
        let mut read = |typed: &Option<String>, field, min: u32, max: u32, now: u32| match typed {
            None => now,
            Some(typed) => match typed.trim().parse() {
                Ok(number) if (min..=max).contains(&number) => number,
                _ => {
                    let problem = Problem::NumberOutOfRange { min, max };
                    faults.push(FormFault { field, problem });
                    now
                }
            },
        };
        // No more stints than a plan can have.
        let race = u32::try_from(event.duration_min).unwrap_or(u32::MAX);
        let shortest = (STINT_MIN as u32).max(race.div_ceil(STINTS_MAX as u32));
        let some = |number| (number > 0).then_some(number);
        let next = Strategy {
            stint_min: read(&self.stint, Field::StintLength, shortest, 600, now.stint_min),
            rest_min: read(&self.rest, Field::Rest, 0, 1440, now.rest_min),
            in_a_row: read(&self.in_a_row, Field::InARow, 1, 20, now.in_a_row),
            pit_s: read(&self.pit, Field::PitTime, 0, 1800, now.pit_s),
            fuel_l: some(read(&self.fuel, Field::Fuel, 0, 500, now.fuel_l.unwrap_or(0))),
            tyre_stints: some(read(
                &self.tyres,
                Field::Tyres,
                0,
                20,
                now.tyre_stints.unwrap_or(0),
            )),
        };
        if faults.is_empty() {
            Ok(next)
        } else {
            Err(Refusal::Form { faults })
        }
    }
}

/// A race can be begun by hand this long before its time.
const FLAG_EARLY: SignedDuration = SignedDuration::from_hours(1);

/// A stint: planned, and as it was driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stint {
    /// Who drives; nobody could be found if there is none.
    pub driver: Option<UserId>,
    /// Planned from this instant.
    pub from: Timestamp,
    /// Planned until this one.
    pub to: Timestamp,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When its driver confirmed to have been told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
}

/// A team's strategy and plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPlan {
    /// The event.
    pub event: EventKey,
    /// The team.
    pub team: TeamId,
    /// The figures.
    pub strategy: Strategy,
    /// The stints in order; none before they are planned.
    pub stints: Vec<Stint>,
    /// When the race begins by this plan; nothing before there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub race_at: Option<Timestamp>,
    /// Whether that was the green flag: the plan does not follow the event's start any more.
    #[serde(default)]
    pub flagged: bool,
    /// Where it was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Posted>,
    /// Whether the plan was the best there is when it was made, and nobody has changed it since.
    pub best: bool,
    /// Counts the changes, from 1; 0 before the first.
    pub version: u64,
}

/// What is wrong with a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum PlanFault {
    /// Part of the race is in no stint; or, where it ends before it begins, the stints go on behind the race's end.
    Gap {
        /// From.
        from: Timestamp,
        /// To.
        to: Timestamp,
    },
    /// Two stints overlap, or one ends before it begins.
    Overlap {
        /// The number of the second, from 1.
        stint: usize,
    },
    /// Nobody drives.
    Nobody {
        /// The number of the stint, from 1.
        stint: usize,
        /// How many of the team's drivers are free then.
        free: usize,
    },
    /// The driver is not in the team, or has given up the seat.
    Stranger {
        /// The number of the stint, from 1.
        stint: usize,
    },
    /// The driver is not free then.
    NotFree {
        /// The number of the stint, from 1.
        stint: usize,
    },
    /// The driver has rested less than the strategy says.
    Rest {
        /// The number of the stint, from 1.
        stint: usize,
        /// Minutes of rest before it.
        rested_min: i64,
    },
    /// The driver drives more stints in a row than the strategy says.
    InARow {
        /// The number of the last of them, from 1.
        stint: usize,
        /// How many.
        count: u32,
    },
}

/// A change of a plan by hand. Stints are named by their number, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanEdit {
    /// The drivers of two stints change places.
    Swap {
        /// One.
        one: usize,
        /// The other.
        other: usize,
    },
    /// A stint ends that many minutes later, at the next one's expense; earlier if negative.
    Extend {
        /// The stint.
        stint: usize,
        /// Minutes.
        minutes: i64,
    },
    /// A stint and all behind it begin that many minutes later; earlier if negative. The last still ends with the race.
    Shift {
        /// The stint.
        stint: usize,
        /// Minutes.
        minutes: i64,
    },
    /// The next stint begins; the one that is being driven ends.
    Start {
        /// When.
        at: Timestamp,
    },
    /// The stint that is being driven ends.
    Finish {
        /// When.
        at: Timestamp,
    },
    /// Another driver takes over now, for the rest of the stint that is being driven.
    Emergency {
        /// Who.
        driver: UserId,
        /// When.
        at: Timestamp,
    },
}

impl TeamPlan {
    /// No plan yet, and the usual strategy.
    #[must_use]
    pub fn empty(event: EventKey, team: TeamId) -> Self {
        Self {
            event,
            team,
            strategy: Strategy::default(),
            stints: Vec::new(),
            race_at: None,
            flagged: false,
            announced: None,
            best: false,
            version: 0,
        }
    }

    /// The plan as it is for the event as it is: it moves with the event's start until the green flag.
    #[must_use]
    pub fn on(mut self, event: &Event) -> Self {
        if let Some(race_at) = self.race_at.filter(|_| !self.flagged) {
            self.begin_at(event.starts_at, race_at);
        }
        self
    }

    /// Moves the whole plan so that the race begins at `now` and not at `was`.
    fn begin_at(&mut self, now: Timestamp, was: Timestamp) {
        let by = now.duration_since(was);
        for stint in &mut self.stints {
            stint.from = stint.from.saturating_add(by).unwrap_or(stint.from);
            stint.to = stint.to.saturating_add(by).unwrap_or(stint.to);
            if !by.is_zero() {
                // Who confirmed it confirmed another time.
                stint.seen_at = None;
            }
        }
        self.race_at = Some(now);
    }

    /// When the race begins and ends by this plan.
    fn race(&self, event: &Event) -> (Timestamp, Timestamp) {
        let begins = self.race_at.unwrap_or(event.starts_at);
        let length = SignedDuration::from_mins(event.duration_min);
        (begins, begins.saturating_add(length).unwrap_or(begins))
    }

    /// When the race ends by the green flag, once it was given.
    #[must_use]
    pub fn flagged_end(&self, event: &Event) -> Option<Timestamp> {
        self.flagged.then(|| self.race(event).1)
    }

    /// Whether the stints reach just to the end of the race, which may have another length since. One without stints does.
    #[must_use]
    pub fn fits(&self, event: &Event) -> bool {
        self.stints
            .last()
            .is_none_or(|last| last.to == self.race(event).1)
    }

    /// The changes of driver that are still to come, with the driver who takes over. Who drives on is no change.
    pub fn changes(&self) -> impl Iterator<Item = (UserId, &Stint)> {
        let before = [None]
            .into_iter()
            .chain(self.stints.iter().map(|stint| stint.driver));
        before.zip(&self.stints).filter_map(|(before, stint)| {
            let driver = stint.driver.filter(|driver| before != Some(*driver))?;
            stint.started_at.is_none().then_some((driver, stint))
        })
    }

    /// The stint that `driver` is to take over at that instant, if it is still so.
    #[must_use]
    pub fn change_of(&self, driver: UserId, from: Timestamp) -> Option<(usize, &Stint)> {
        let (_, found) = self
            .changes()
            .find(|(user, stint)| *user == driver && stint.from == from)?;
        let place = self.stints.iter().position(|stint| stint.from == found.from)?;
        Some((place, found))
    }

    /// The plan in which `driver` has confirmed to have been told of the stint from that instant on.
    ///
    /// # Errors
    /// [`Refusal::StintMoved`] if it is not theirs any more, or not at that time.
    pub fn seen(&self, driver: UserId, from: Timestamp, at: Timestamp) -> Result<Self, Refusal> {
        let own = |stint: &&mut Stint| stint.driver == Some(driver) && stint.from == from;
        let mut next = self.clone();
        let stint = next.stints.iter_mut().find(own).ok_or(Refusal::StintMoved)?;
        stint.seen_at = stint.seen_at.or(Some(at));
        next.version += 1;
        Ok(next)
    }

    /// The plan made anew for the team as it is.
    ///
    /// # Errors
    /// [`Refusal::EmptyTeam`], [`Refusal::StintRunning`].
    pub fn planned(&self, team: &Team, sheet: &Sheet) -> Result<Self, Refusal> {
        if team.drivers.is_empty() {
            return Err(Refusal::EmptyTeam {
                team: team.name.clone(),
            });
        }
        if self.stints.iter().any(|stint| stint.started_at.is_some()) {
            return Err(Refusal::StintRunning);
        }
        let event = &sheet.event;
        let step = i64::from(self.strategy.stint_min).max(event.duration_min / STINTS_MAX as i64 + 1);
        let minutes: Vec<(i64, i64)> = (0..event.duration_min.div_euclid(step) + 1)
            .map(|n| (n * step, ((n + 1) * step).min(event.duration_min)))
            .filter(|(from, to)| from < to)
            .collect();
        let at = |minute: i64| {
            event
                .starts_at
                .saturating_add(SignedDuration::from_mins(minute))
                .unwrap_or(event.starts_at)
        };
        let free = |user: &UserId| {
            minutes
                .iter()
                .map(|(from, to)| is_free(sheet, *user, at(*from), at(*to)))
                .collect()
        };
        let task = Task {
            free: team.drivers.iter().map(free).collect(),
            stints: minutes.clone(),
            rest_min: i64::from(self.strategy.rest_min),
            in_a_row: self.strategy.in_a_row,
        };
        let shared = share(&task);
        let stint = |((from, to), driver): (&(i64, i64), &Option<usize>)| Stint {
            driver: driver.and_then(|n| team.drivers.get(n).copied()),
            from: at(*from),
            to: at(*to),
            started_at: None,
            finished_at: None,
            seen_at: None,
        };
        Ok(Self {
            race_at: Some(event.starts_at),
            flagged: false,
            stints: minutes.iter().zip(&shared.drivers).map(stint).collect(),
            best: shared.best,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The plan after `edit`. What a person decides against rest or availability is done, and shows among
    /// [`TeamPlan::faults`]; an edit that makes gaps or overlaps is refused. Those that are there already are no reason to: the
    /// race may have another length since it was planned, and is driven all the same.
    ///
    /// # Errors
    /// [`Refusal::NoPlan`], [`Refusal::NoSuchStint`], [`Refusal::StintTimes`], [`Refusal::FirstStint`],
    /// [`Refusal::LastStint`], [`Refusal::TooManyStints`], [`Refusal::StintRunning`], [`Refusal::NoStintRunning`],
    /// [`Refusal::NotInTeam`], [`Refusal::TooEarlyToStart`].
    pub fn after(&self, edit: PlanEdit, team: &Team, sheet: &Sheet) -> Result<Self, Refusal> {
        if self.stints.is_empty() {
            return Err(Refusal::NoPlan);
        }
        let mut next = self.clone();
        next.version += 1;
        match edit {
            PlanEdit::Swap { one, other } => next.swap(one, other)?,
            PlanEdit::Extend { stint, minutes } => {
                // The one that is being driven can still end later.
                next.stint(stint)?;
                if stint == next.stints.len() {
                    next.extend_last(minutes, &sheet.event)?;
                } else {
                    next.movable(stint + 1)?;
                    next.move_start(stint + 1, minutes)?;
                }
            }
            PlanEdit::Shift { stint, minutes } => {
                next.movable(stint)?;
                if stint == 1 {
                    return Err(Refusal::FirstStint);
                }
                for number in stint..=next.stints.len() {
                    next.move_start(number, minutes)?;
                }
            }
            PlanEdit::Start { at } => next.start(at)?,
            PlanEdit::Finish { at } => next.running()?.finished_at = Some(at),
            PlanEdit::Emergency { driver, at } => next.take_over(driver, at, team)?,
        }
        if !matches!(edit, PlanEdit::Start { .. } | PlanEdit::Finish { .. }) {
            next.best = false;
        }
        let ((gaps, overlaps), (more_gaps, more_overlaps)) =
            (self.breaks(team, sheet), next.breaks(team, sheet));
        if more_gaps > gaps || more_overlaps > overlaps {
            return Err(Refusal::StintTimes);
        }
        Ok(next)
    }

    /// How many gaps the plan has, and how many overlaps.
    fn breaks(&self, team: &Team, sheet: &Sheet) -> (usize, usize) {
        let faults = self.faults(team, sheet);
        let count = |of: fn(&PlanFault) -> bool| faults.iter().filter(|fault| of(fault)).count();
        (
            count(|fault| matches!(fault, PlanFault::Gap { .. })),
            count(|fault| matches!(fault, PlanFault::Overlap { .. })),
        )
    }

    /// Everything that is wrong with the plan: the race covered without gap or overlap, every driver in the team, free,
    /// rested, and not too long in the car.
    #[must_use]
    pub fn faults(&self, team: &Team, sheet: &Sheet) -> Vec<PlanFault> {
        let mut faults = Vec::new();
        let (mut at, end) = self.race(&sheet.event);
        let mut row = (None, 0);
        for (n, stint) in self.stints.iter().enumerate() {
            let number = n + 1;
            if stint.from > at {
                faults.push(PlanFault::Gap {
                    from: at,
                    to: stint.from,
                });
            }
            if stint.from < at || stint.to <= stint.from {
                faults.push(PlanFault::Overlap { stint: number });
            }
            at = at.max(stint.to);
            let Some(driver) = stint.driver else {
                let free = |user: &&UserId| is_free(sheet, **user, stint.from, stint.to);
                faults.push(PlanFault::Nobody {
                    stint: number,
                    free: team.drivers.iter().filter(free).count(),
                });
                row = (None, 0);
                continue;
            };
            if !team.drivers.contains(&driver) {
                faults.push(PlanFault::Stranger { stint: number });
            } else if !is_free(sheet, driver, stint.from, stint.to) {
                faults.push(PlanFault::NotFree { stint: number });
            }
            if row.0 == Some(driver) {
                row.1 += 1;
            } else {
                row = (Some(driver), 1);
                let before = self.stints[..n].iter().rev().find(|s| s.driver == Some(driver));
                let rested = before.map(|before| stint.from.duration_since(before.to).as_mins());
                if let Some(rested_min) = rested.filter(|rested| *rested < i64::from(self.strategy.rest_min))
                {
                    faults.push(PlanFault::Rest {
                        stint: number,
                        rested_min,
                    });
                }
            }
            let goes_on = self.stints.get(number).is_some_and(|s| s.driver == Some(driver));
            if row.1 > self.strategy.in_a_row && !goes_on {
                faults.push(PlanFault::InARow {
                    stint: number,
                    count: row.1,
                });
            }
        }
        if at != end && !self.stints.is_empty() {
            faults.push(PlanFault::Gap { from: at, to: end });
        }
        faults
    }

    fn swap(&mut self, one: usize, other: usize) -> Result<(), Refusal> {
        self.movable(one)?;
        self.movable(other)?;
        let driver = self.stint(one)?.driver;
        let second = self.stint(other)?;
        let was = std::mem::replace(&mut second.driver, driver);
        self.stint(one)?.driver = was;
        // Whoever confirmed one of them confirmed another stint.
        for number in [one, other] {
            self.stint(number)?.seen_at = None;
        }
        Ok(())
    }

    /// Moves the beginning of a stint, and with it the end of the one before. Both keep a sensible length.
    fn move_start(&mut self, number: usize, minutes: i64) -> Result<(), Refusal> {
        let delta = SignedDuration::from_mins(minutes);
        let from = self
            .stint(number)?
            .from
            .checked_add(delta)
            .map_err(|_| Refusal::StintTimes)?;
        let moved = self.stint(number)?;
        (moved.from, moved.seen_at) = (from, None);
        self.stint(number - 1)?.to = from;
        Ok(())
    }

    /// Moves the end of the last stint, which only a race can want that has another length since it was planned.
    fn extend_last(&mut self, minutes: i64, event: &Event) -> Result<(), Refusal> {
        if self.fits(event) {
            return Err(Refusal::LastStint);
        }
        let last = self.stints.last_mut().ok_or(Refusal::NoSuchStint)?;
        if last.finished_at.is_some() {
            return Err(Refusal::StintRunning);
        }
        last.to = last
            .to
            .checked_add(SignedDuration::from_mins(minutes))
            .map_err(|_| Refusal::StintTimes)?;
        Ok(())
    }

    /// The first start is the green flag: the whole plan moves with it.
    fn start(&mut self, at: Timestamp) -> Result<(), Refusal> {
        let begun = self.stints.iter().any(|stint| stint.started_at.is_some());
        if let Some(race_at) = self.race_at.filter(|_| !begun) {
            if race_at.duration_since(at) > FLAG_EARLY {
                return Err(Refusal::TooEarlyToStart { starts_at: race_at });
            }
            self.begin_at(whole_second(at), race_at);
            self.flagged = true;
        }
        if let Ok(running) = self.running() {
            running.finished_at = Some(at);
        }
        let next = self.stints.iter_mut().find(|stint| stint.started_at.is_none());
        next.ok_or(Refusal::NoSuchStint)?.started_at = Some(at);
        Ok(())
    }

    fn take_over(&mut self, driver: UserId, at: Timestamp, team: &Team) -> Result<(), Refusal> {
        if !team.drivers.contains(&driver) {
            return Err(Refusal::NotInTeam);
        }
        let place = self.stints.iter().position(Stint::is_running);
        let Some(place) = place else {
            // Nobody is in the car: the next stint gets another driver.
            let next = self.stints.iter_mut().find(|stint| stint.started_at.is_none());
            let next = next.ok_or(Refusal::NoSuchStint)?;
            (next.driver, next.seen_at) = (Some(driver), None);
            return Ok(());
        };
        if self.stints.len() >= STINTS_MAX * 2 {
            return Err(Refusal::TooManyStints);
        }
        let stint = &mut self.stints[place];
        let cut = at.clamp(stint.from, stint.to);
        let rest = Stint {
            driver: Some(driver),
            from: cut,
            to: stint.to,
            started_at: Some(at),
            finished_at: None,
            seen_at: None,
        };
        if cut == stint.from {
            *stint = Stint {
                started_at: stint.started_at,
                ..rest
            };
        } else if cut == stint.to {
            // Overdue: it is the next stint that they begin.
            stint.finished_at = Some(at);
            let next = self.stints.get_mut(place + 1).ok_or(Refusal::NoSuchStint)?;
            (next.driver, next.seen_at) = (Some(driver), None);
            next.started_at = Some(at);
        } else {
            stint.to = cut;
            stint.finished_at = Some(at);
            self.stints.insert(place + 1, rest);
        }
        Ok(())
    }

    fn running(&mut self) -> Result<&mut Stint, Refusal> {
        self.stints
            .iter_mut()
            .find(|stint| stint.is_running())
            .ok_or(Refusal::NoStintRunning)
    }

    /// Checks that a stint is there and has not been begun.
    fn movable(&mut self, number: usize) -> Result<(), Refusal> {
        match self.stint(number)?.started_at {
            Some(_) => Err(Refusal::StintRunning),
            None => Ok(()),
        }
    }

    fn stint(&mut self, number: usize) -> Result<&mut Stint, Refusal> {
        number
            .checked_sub(1)
            .and_then(|place| self.stints.get_mut(place))
            .ok_or(Refusal::NoSuchStint)
    }
}

impl Stint {
    /// Whether it is being driven.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.started_at.is_some() && self.finished_at.is_none()
    }
}

/// Whether the driver has a seat and is free all of that time.
fn is_free(sheet: &Sheet, user: UserId, from: Timestamp, to: Timestamp) -> bool {
    let of = |sign_up: &&SignUp| sign_up.user == user && super::teams::seat(sign_up).is_some();
    sheet
        .sign_ups
        .iter()
        .find(of)
        .is_some_and(|sign_up| sign_up.details.free(from, to))
}

/// The team of that id in the line-up as it is now.
///
/// # Errors
/// [`Refusal::NoSuchTeam`].
pub fn team_now(line_up: &LineUp, team: TeamId, sheet: &Sheet) -> Result<Team, Refusal> {
    line_up
        .pruned(sheet)
        .team(team)
        .cloned()
        .ok_or(Refusal::NoSuchTeam)
}

#[cfg(test)]
mod tests;
