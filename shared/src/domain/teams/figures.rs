//! Why teams are as they are, in figures, always of the teams and sign-ups as they are now.

use super::{Forming, LineUp, Team, candidate, label, name_of};
use crate::domain::availability::{SLOT, slot_count};
use crate::domain::club::{Club, Colour};
use crate::domain::event::EventState;
use crate::domain::ids::{EventId, TeamId};
use crate::domain::notice::Sheet;
use crate::domain::signup::SignUp;
use crate::domain::team_space::{TeamSpace, Thing};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What can be said of one team.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Experience of all its drivers together, 1 to 5 each.
    pub skill_sum: u32,
    /// How many of them did not say, and are taken for 3.
    pub unrated: u32,
    /// How long two of its drivers are both free, on average over all pairs, in minutes of the race.
    pub shared_min: i64,
    /// How long none of them is free, in minutes of the race.
    pub uncovered_min: i64,
}

/// A team as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamBrief {
    /// Its id.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// The label of its class.
    pub class: String,
    /// The names of its drivers.
    pub drivers: Vec<String>,
    /// Its figures.
    pub figures: Figures,
}

/// The teams of an event as they are shown: small enough to be remembered with the interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamsBrief {
    /// The event.
    pub event: EventId,
    /// Its name.
    pub event_name: String,
    /// Where it is in its life.
    pub state: EventState,
    /// Its length, in minutes.
    pub duration_min: i64,
    /// The accent of the club.
    pub colour: Colour,
    /// The teams.
    pub teams: Vec<TeamBrief>,
    /// The names of the seated drivers who are in no team, in order of arrival.
    pub without: Vec<String>,
    /// How the teams were formed.
    pub forming: Option<Forming>,
    /// What Discord did not let Gantry do for some of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<Thing>,
}

impl TeamsBrief {
    /// The brief of a line-up; drivers who left are not in it.
    #[must_use]
    pub fn of(club: &Club, sheet: &Sheet, line_up: &LineUp) -> Self {
        let now = line_up.pruned(sheet);
        let brief = |team: &Team| TeamBrief {
            id: team.id,
            name: team.name.clone(),
            class: label(&sheet.event, &team.class),
            drivers: team.drivers.iter().map(|user| name_of(sheet, *user)).collect(),
            figures: figures(team, sheet),
        };
        Self {
            event: sheet.event.key.event,
            event_name: sheet.event.name.clone(),
            state: sheet.event.state,
            duration_min: sheet.event.duration_min,
            colour: club.colour,
            teams: now.teams.iter().map(brief).collect(),
            without: now.without_team(sheet).map(|s| s.name.clone()).collect(),
            forming: line_up.forming.clone(),
            lacking: Vec::new(),
        }
    }

    /// The brief with what Discord did not let Gantry do for these spaces.
    #[must_use]
    pub fn with_lacking(mut self, spaces: &[TeamSpace]) -> Self {
        let lacking: BTreeSet<Thing> = spaces.iter().flat_map(|space| space.lacking.clone()).collect();
        self.lacking = lacking.into_iter().collect();
        self
    }
}

fn figures(team: &Team, sheet: &Sheet) -> Figures {
    let event = &sheet.event;
    let drivers: Vec<&SignUp> = team
        .drivers
        .iter()
        .filter_map(|user| sheet.sign_ups.iter().find(|s| s.user == *user))
        .collect();
    let candidates: Vec<_> = drivers.iter().map(|s| candidate(event, s)).collect();
    let minutes = |slots: u32| (i64::from(slots) * SLOT.as_mins()).min(event.duration_min);
    let (mut pairs, mut shared) = (0, 0);
    for (n, one) in candidates.iter().enumerate() {
        for other in &candidates[n + 1..] {
            pairs += 1;
            shared += minutes((one.free & other.free).count_ones());
        }
    }
    let all = slot_count(event).unsigned_abs();
    let covered = candidates.iter().fold(0, |mask, c| mask | c.free).count_ones();
    Figures {
        skill_sum: candidates.iter().map(|c| u32::from(c.skill)).sum(),
        unrated: u32::try_from(drivers.iter().filter(|s| s.details.experience.is_none()).count())
            .unwrap_or(0),
        shared_min: if pairs == 0 { 0 } else { shared / pairs },
        uncovered_min: minutes(all.saturating_sub(covered)),
    }
}
