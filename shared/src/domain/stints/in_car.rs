//! Who is in the car, as telemetry tells it: the stints are begun and ended as people do it.

use super::{PlanEdit, Stint, TeamPlan};
use crate::domain::event::{EventAction, EventState};
use crate::domain::ids::UserId;
use crate::domain::notice::Sheet;
use crate::domain::refusal::Refusal;
use crate::domain::teams::Team;
use jiff::Timestamp;

impl TeamPlan {
    /// Whether stints are begun and ended in that state of the event: as long as teams are changed, and so before the tick that
    /// makes the race live. Who is in the car when the time is over still gets out.
    ///
    /// # Errors
    /// [`Refusal::WrongState`].
    pub fn driven_in(&self, state: EventState) -> Result<(), Refusal> {
        if state == EventState::Completed && self.stints.iter().any(Stint::is_running) {
            return Ok(());
        }
        state.after(EventAction::ArrangeTeams).map(drop)
    }

    /// The plan in which `driver` is in the car: their next stint is begun if it is the next of all, otherwise they take over.
    /// Without a name it is whoever is next by the plan. Nothing if they are in the car already.
    ///
    /// # Errors
    /// As [`TeamPlan::after`] says.
    pub fn with_in_car(
        &self,
        driver: Option<UserId>,
        at: Timestamp,
        team: &Team,
        sheet: &Sheet,
    ) -> Result<Option<Self>, Refusal> {
        let Some(driver) = driver else {
            return self.after(PlanEdit::Start { at }, team, sheet).map(Some);
        };
        if !team.drivers.contains(&driver) {
            return Err(Refusal::NotInTeam);
        }
        let running = self.stints.iter().find(|stint| stint.is_running());
        if running.is_some_and(|stint| stint.driver == Some(driver)) {
            return Ok(None);
        }
        let next = self.stints.iter().find(|stint| stint.started_at.is_none());
        if next.is_some_and(|stint| stint.driver == Some(driver)) {
            return self.after(PlanEdit::Start { at }, team, sheet).map(Some);
        }
        let mut taken = self.after(PlanEdit::Emergency { driver, at }, team, sheet)?;
        if running.is_none() {
            // The next stint was given to them: now it is begun.
            taken = taken.after(PlanEdit::Start { at }, team, sheet)?;
        }
        taken.version = self.version + 1;
        Ok(Some(taken))
    }

    /// The plan in which nobody is in the car; nothing if nobody is already.
    ///
    /// # Errors
    /// As [`TeamPlan::after`] says.
    pub fn with_empty_car(&self, at: Timestamp, team: &Team, sheet: &Sheet) -> Result<Option<Self>, Refusal> {
        if self.stints.is_empty() {
            return Err(Refusal::NoPlan);
        }
        if !self.stints.iter().any(Stint::is_running) {
            return Ok(None);
        }
        self.after(PlanEdit::Finish { at }, team, sheet).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures::sheet;
    use crate::domain::ids::TeamId;
    use crate::domain::series::ClassId;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    fn stand() -> (Sheet, Team, TeamPlan) {
        let sheet = sheet(3, 0);
        let team = Team {
            id: TeamId::from_parts(1, 1),
            name: "Red".into(),
            class: ClassId::of("GT3"),
            drivers: (1..=3).map(UserId).collect(),
        };
        let plan = TeamPlan::empty(sheet.event.key, team.id);
        let plan = plan.planned(&team, &sheet).unwrap();
        (sheet, team, plan)
    }

    fn in_car(plan: &TeamPlan) -> Option<UserId> {
        plan.stints.iter().find(|stint| stint.is_running())?.driver
    }

    #[test]
    fn the_next_begins_another_takes_over_and_the_same_changes_nothing() {
        let (sheet, team, plan) = stand();
        let at = |minutes| sheet.event.starts_at + SignedDuration::from_mins(minutes);
        let first = plan.stints[0].driver;
        let begun = plan.with_in_car(None, at(0), &team, &sheet).unwrap().unwrap();
        assert_eq!((in_car(&begun), begun.flagged), (first, true));
        assert_eq!(begun.with_in_car(first, at(5), &team, &sheet), Ok(None));
        let other = begun
            .stints
            .iter()
            .rev()
            .find(|stint| stint.driver != first)
            .unwrap()
            .driver;
        let taken = begun.with_in_car(other, at(10), &team, &sheet).unwrap().unwrap();
        assert_eq!((in_car(&taken), taken.version), (other, begun.version + 1));
        let empty = taken.with_empty_car(at(20), &team, &sheet).unwrap().unwrap();
        assert_eq!(in_car(&empty), None);
        assert_eq!(empty.with_empty_car(at(21), &team, &sheet), Ok(None));
        // Nobody is in the car, and somebody gets in who is not next.
        let next = empty
            .stints
            .iter()
            .find(|stint| stint.started_at.is_none())
            .unwrap()
            .driver;
        let another = (1..=3).map(UserId).find(|user| Some(*user) != next);
        let again = empty
            .with_in_car(another, at(25), &team, &sheet)
            .unwrap()
            .unwrap();
        assert_eq!((in_car(&again), again.version), (another, empty.version + 1));
        assert_eq!(
            again.with_in_car(Some(UserId(9)), at(26), &team, &sheet),
            Err(Refusal::NotInTeam)
        );
        let none = TeamPlan::empty(sheet.event.key, team.id);
        assert_eq!(
            none.with_in_car(first, at(0), &team, &sheet),
            Err(Refusal::NoPlan)
        );
        assert_eq!(none.with_empty_car(at(0), &team, &sheet), Err(Refusal::NoPlan));
    }

    #[test]
    fn stints_are_driven_while_teams_change_and_the_last_one_after_the_end() {
        let (sheet, team, plan) = stand();
        let begun = plan
            .with_in_car(None, sheet.event.starts_at, &team, &sheet)
            .unwrap()
            .unwrap();
        for state in EventState::ALL {
            let before = !matches!(state, EventState::Draft | EventState::Open) && !state.is_over();
            assert_eq!(plan.driven_in(state).is_ok(), before, "{state:?}");
            let running = before || state == EventState::Completed;
            assert_eq!(begun.driven_in(state).is_ok(), running, "{state:?}");
        }
    }

    proptest! {
        #[test]
        fn whoever_is_told_to_be_in_the_car_is(steps in proptest::collection::vec((0..5_u64, 1..40_i64), 1..30)) {
            let (sheet, team, mut plan) = stand();
            let mut minute = 0;
            for (who, pause) in steps {
                minute += pause;
                let at = sheet.event.starts_at + SignedDuration::from_mins(minute);
                let done = match who {
                    0 => plan.with_empty_car(at, &team, &sheet),
                    user => plan.with_in_car(Some(UserId(user)), at, &team, &sheet),
                };
                match done {
                    Ok(Some(next)) => {
                        prop_assert_eq!(next.version, plan.version + 1);
                        prop_assert_eq!(in_car(&next), (who > 0).then_some(UserId(who)));
                        prop_assert!(next.stints.iter().filter(|stint| stint.is_running()).count() <= 1);
                        plan = next;
                    }
                    Ok(None) => prop_assert_eq!(in_car(&plan), (who > 0).then_some(UserId(who))),
                    Err(_) => {}
                }
            }
        }
    }
}
