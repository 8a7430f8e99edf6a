use super::Strategy;
use super::*;
use crate::domain::availability::Window;
use crate::domain::fixtures::sheet;
use crate::domain::series::ClassId;
use proptest::prelude::*;

fn team(drivers: u64) -> Team {
    Team {
        id: TeamId::from_parts(1, 1),
        name: "Red".into(),
        class: ClassId::of("GT3"),
        drivers: (1..=drivers).map(UserId).collect(),
    }
}

fn plan(stint_min: u32, rest_min: u32, sheet: &Sheet, team: &Team) -> TeamPlan {
    let empty = TeamPlan::empty(sheet.event.key, team.id);
    let strategy = Strategy {
        stint_min,
        rest_min,
        ..Strategy::default()
    };
    TeamPlan { strategy, ..empty }.planned(team, sheet).unwrap()
}

fn at(sheet: &Sheet, minutes: i64) -> Timestamp {
    sheet.event.starts_at + SignedDuration::from_mins(minutes)
}

#[test]
fn a_plan_covers_the_race_fairly_and_by_the_rules() {
    let (sheet, team) = (sheet(3, 0), team(3));
    let plan = plan(50, 60, &sheet, &team);
    assert_eq!(plan.stints.len(), 8);
    assert_eq!(plan.stints[7].to, sheet.event.ends_at());
    assert!(plan.best);
    assert_eq!(plan.faults(&team, &sheet), []);
    let count = |n: u64| plan.stints.iter().filter(|s| s.driver == Some(UserId(n))).count();
    let mut counts = [count(1), count(2), count(3)];
    counts.sort_unstable();
    assert_eq!(counts, [2, 3, 3]);
}

#[test]
fn what_cannot_be_is_said() {
    let (mut sheet, team) = (sheet(1, 0), team(1));
    sheet.sign_ups[0].details.windows = vec![Window {
        from: at(&sheet, 0),
        to: at(&sheet, 180),
    }];
    let plan = plan(60, 0, &sheet, &team);
    // Two in a row, then somebody else would have to drive; from the fourth hour on the driver is away.
    let nobody = |stint, free| PlanFault::Nobody { stint, free };
    assert_eq!(
        plan.faults(&team, &sheet),
        [nobody(3, 1), nobody(4, 0), nobody(5, 0), nobody(6, 0)]
    );
}

#[test]
fn edits_keep_the_race_covered() {
    let (sheet, team) = (sheet(3, 0), team(3));
    let plan = plan(60, 0, &sheet, &team);
    let edit = |edit| plan.after(edit, &team, &sheet);
    let extended = edit(PlanEdit::Extend {
        stint: 2,
        minutes: 20,
    })
    .unwrap();
    assert_eq!(
        (extended.stints[1].to, extended.stints[2].from),
        (at(&sheet, 140), at(&sheet, 140))
    );
    assert_eq!(
        edit(PlanEdit::Extend {
            stint: 2,
            minutes: 60
        }),
        Err(Refusal::StintTimes)
    );
    assert_eq!(
        edit(PlanEdit::Extend {
            stint: 6,
            minutes: 10
        }),
        Err(Refusal::LastStint)
    );
    assert_eq!(
        edit(PlanEdit::Extend {
            stint: 9,
            minutes: 10
        }),
        Err(Refusal::NoSuchStint)
    );
    assert_eq!(
        edit(PlanEdit::Extend {
            stint: 0,
            minutes: 10
        }),
        Err(Refusal::NoSuchStint)
    );
    let shifted = edit(PlanEdit::Shift {
        stint: 2,
        minutes: 15,
    })
    .unwrap();
    let starts: Vec<i64> = shifted
        .stints
        .iter()
        .map(|s| s.from.duration_since(sheet.event.starts_at).as_mins())
        .collect();
    assert_eq!(starts, [0, 75, 135, 195, 255, 315]);
    assert_eq!(shifted.stints[5].to, sheet.event.ends_at());
    assert_eq!(
        edit(PlanEdit::Shift {
            stint: 1,
            minutes: 15
        }),
        Err(Refusal::FirstStint)
    );
    let swapped = edit(PlanEdit::Swap { one: 1, other: 6 }).unwrap();
    assert_eq!(swapped.stints[0].driver, plan.stints[5].driver);
    assert_eq!(swapped.stints[5].driver, plan.stints[0].driver);
    assert!(!swapped.best);
}

#[test]
fn a_race_of_another_length_is_driven_by_the_plan_that_there_is() {
    let (mut sheet, team) = (sheet(3, 0), team(3));
    let plan = plan(60, 0, &sheet, &team);
    for minutes in [480, 300] {
        sheet.event.duration_min = minutes;
        assert!(!plan.fits(&sheet.event));
        let flag = at(&sheet, 5);
        let begun = plan.after(PlanEdit::Start { at: flag }, &team, &sheet).unwrap();
        let ends = flag + SignedDuration::from_mins(minutes);
        assert_eq!(begun.flagged_end(&sheet.event), Some(ends));
        let other = begun
            .stints
            .iter()
            .find_map(|stint| stint.driver.filter(|user| begun.stints[0].driver != Some(*user)));
        let driver = other.unwrap();
        let taken = begun
            .after(
                PlanEdit::Emergency {
                    driver,
                    at: at(&sheet, 20),
                },
                &team,
                &sheet,
            )
            .unwrap();
        assert!(
            taken
                .after(PlanEdit::Finish { at: at(&sheet, 30) }, &team, &sheet)
                .is_ok()
        );
        // What the edit itself would break is refused as ever.
        assert_eq!(
            begun.after(
                PlanEdit::Extend {
                    stint: 2,
                    minutes: 60
                },
                &team,
                &sheet
            ),
            Err(Refusal::StintTimes)
        );
        let by = minutes - 360;
        let fitted = begun.after(
            PlanEdit::Extend {
                stint: 6,
                minutes: by,
            },
            &team,
            &sheet,
        );
        if by < 0 {
            // The whole last stint would be gone.
            assert_eq!(fitted, Err(Refusal::StintTimes));
        } else {
            let fitted = fitted.unwrap();
            assert!(fitted.fits(&sheet.event));
            assert_eq!(
                fitted.after(PlanEdit::Extend { stint: 6, minutes: 1 }, &team, &sheet),
                Err(Refusal::LastStint)
            );
        }
    }
}

#[test]
fn what_a_person_decides_against_the_rules_is_done_and_said() {
    let (sheet, team) = (sheet(2, 0), team(2));
    let plan = plan(60, 60, &sheet, &team);
    let drivers: Vec<u64> = plan.stints.iter().filter_map(|s| s.driver).map(|u| u.0).collect();
    let other = drivers.iter().position(|d| *d != drivers[0]).unwrap() + 1;
    let swapped = plan
        .after(PlanEdit::Swap { one: 1, other }, &team, &sheet)
        .unwrap();
    assert!(!swapped.faults(&team, &sheet).is_empty() || swapped.stints != plan.stints);
    let mut alone = plan.clone();
    alone.stints.iter_mut().for_each(|s| s.driver = Some(UserId(1)));
    assert_eq!(
        alone.faults(&team, &sheet),
        [PlanFault::InARow { stint: 6, count: 6 }]
    );
}

#[test]
fn the_race_is_driven_and_a_driver_taken_over() {
    let (sheet, team) = (sheet(3, 0), team(3));
    let plan = plan(60, 0, &sheet, &team);
    let go = |plan: &TeamPlan, edit| plan.after(edit, &team, &sheet).unwrap();
    assert_eq!(
        plan.after(PlanEdit::Finish { at: at(&sheet, 1) }, &team, &sheet),
        Err(Refusal::NoStintRunning)
    );
    let first = go(&plan, PlanEdit::Start { at: at(&sheet, 2) });
    assert_eq!(first.planned(&team, &sheet), Err(Refusal::StintRunning));
    let second = go(&first, PlanEdit::Start { at: at(&sheet, 63) });
    assert_eq!(second.stints[0].finished_at, Some(at(&sheet, 63)));
    let third = UserId(3);
    let taken = go(
        &second,
        PlanEdit::Emergency {
            driver: third,
            at: at(&sheet, 90),
        },
    );
    assert_eq!(taken.stints.len(), plan.stints.len() + 1);
    assert_eq!(
        (taken.stints[1].to, taken.stints[2].driver),
        (at(&sheet, 90), Some(third))
    );
    assert!(taken.stints[2].is_running());
    let done = go(&taken, PlanEdit::Finish { at: at(&sheet, 121) });
    assert!(!done.stints.iter().any(Stint::is_running));
    let stranger = PlanEdit::Emergency {
        driver: UserId(9),
        at: at(&sheet, 130),
    };
    assert_eq!(done.after(stranger, &team, &sheet), Err(Refusal::NotInTeam));
}

#[test]
fn the_plan_moves_with_the_events_start_until_the_green_flag() {
    let (mut sheet, team) = (sheet(3, 0), team(3));
    let plan = plan(60, 0, &sheet, &team);
    let was = sheet.event.starts_at;
    sheet.event.starts_at = at(&sheet, 90);
    let moved = plan.clone().on(&sheet.event);
    assert_eq!(
        (moved.stints[0].from, moved.stints[5].to),
        (sheet.event.starts_at, sheet.event.ends_at())
    );
    assert_eq!(moved.faults(&team, &sheet), []);
    assert_eq!(moved.clone().on(&sheet.event), moved, "and stays there");

    // Nine minutes late: all that follows is nine minutes later, the end of the race too.
    let flag = PlanEdit::Start {
        at: at(&sheet, 9) + SignedDuration::from_millis(400),
    };
    let flagged = moved.after(flag, &team, &sheet).unwrap();
    assert!(flagged.flagged);
    assert_eq!(flagged.stints[1].from, at(&sheet, 69));
    assert_eq!(flagged.stints[5].to, at(&sheet, 369));
    assert_eq!(flagged.faults(&team, &sheet), []);
    sheet.event.starts_at = was;
    assert_eq!(flagged.clone().on(&sheet.event), flagged, "it is being driven");

    // Later starts are noted, and move nothing.
    let next = PlanEdit::Start { at: at(&sheet, 200) };
    let next = flagged.after(next, &team, &sheet).unwrap();
    assert_eq!(next.stints[2].from, flagged.stints[2].from);
    let early = PlanEdit::Start { at: at(&sheet, -61) };
    let starts_at = was;
    assert_eq!(
        plan.after(early, &team, &sheet),
        Err(Refusal::TooEarlyToStart { starts_at })
    );
    assert!(
        plan.after(PlanEdit::Start { at: at(&sheet, -60) }, &team, &sheet)
            .is_ok()
    );
}

#[test]
fn changes_are_of_drivers_who_have_not_begun() {
    let (sheet, team) = (sheet(3, 0), team(3));
    let mut plan = plan(60, 0, &sheet, &team);
    let users = [Some(1), Some(1), Some(2), None, Some(2), Some(3)];
    for (stint, user) in plan.stints.iter_mut().zip(users) {
        stint.driver = user.map(UserId);
    }
    let of = |plan: &TeamPlan| -> Vec<(u64, Timestamp)> {
        plan.changes().map(|(user, stint)| (user.0, stint.from)).collect()
    };
    let expected = [(1, 0), (2, 120), (2, 240), (3, 300)].map(|(user, minute)| (user, at(&sheet, minute)));
    assert_eq!(of(&plan), expected);
    plan.stints[2].started_at = Some(at(&sheet, 121));
    assert_eq!(of(&plan), [expected[0], expected[2], expected[3]]);
    assert_eq!(plan.change_of(UserId(3), at(&sheet, 300)).unwrap().0, 5);
    assert_eq!(plan.change_of(UserId(1), at(&sheet, 300)), None);

    let seen = plan.seen(UserId(3), at(&sheet, 300), at(&sheet, 290)).unwrap();
    assert_eq!(seen.stints[5].seen_at, Some(at(&sheet, 290)));
    assert_eq!(
        plan.seen(UserId(2), at(&sheet, 300), at(&sheet, 290)),
        Err(Refusal::StintMoved)
    );
}

#[test]
fn figures_are_checked() {
    let sheet = sheet(1, 0);
    let form = StrategyForm {
        stint: Some("45".into()),
        fuel: Some("90".into()),
        ..StrategyForm::default()
    };
    let set = form.apply(Strategy::default(), &sheet.event).unwrap();
    assert_eq!((set.stint_min, set.rest_min, set.fuel_l), (45, 120, Some(90)));
    let bad = StrategyForm {
        stint: Some("3".into()),
        pit: Some("long".into()),
        ..StrategyForm::default()
    };
    let Err(Refusal::Form { faults }) = bad.apply(set, &sheet.event) else {
        panic!("taken");
    };
    let fields: Vec<Field> = faults.iter().map(|fault| fault.field).collect();
    assert_eq!(fields, [Field::StintLength, Field::PitTime]);
}

proptest! {
    #[test]
    fn whatever_is_edited_the_race_stays_covered(
        edits in prop::collection::vec((0..5_u8, 0..9_usize, 0..9_usize, -90..90_i64), 0..25),
        stint in 20..120_u32,
    ) {
        let (sheet, team) = (sheet(3, 0), team(3));
        let mut plan = plan(stint, 30, &sheet, &team);
        for (n, (kind, one, other, minutes)) in edits.into_iter().enumerate() {
            let at = at(&sheet, 5 + 10 * n as i64);
            let edit = match kind {
                0 => PlanEdit::Swap { one, other },
                1 => PlanEdit::Extend { stint: one, minutes },
                2 => PlanEdit::Shift { stint: one, minutes },
                3 => PlanEdit::Start { at },
                _ => PlanEdit::Emergency { driver: UserId(other as u64 % 3 + 1), at },
            };
            if let Ok(next) = plan.after(edit, &team, &sheet) {
                plan = next;
            }
            // The green flag moves the race.
            let (mut covered, end) = plan.race(&sheet.event);
            for stint in &plan.stints {
                prop_assert_eq!(stint.from, covered);
                prop_assert!(stint.from < stint.to);
                covered = stint.to;
            }
            prop_assert_eq!(covered, end);
        }
    }
}

#[test]
fn who_confirmed_a_stint_confirmed_no_other() {
    let (mut sheet, team) = (sheet(3, 0), team(3));
    let mut plan = plan(60, 0, &sheet, &team);
    let drivers: Vec<UserId> = plan.stints.iter().filter_map(|stint| stint.driver).collect();
    let other = *team.drivers.iter().find(|user| **user != drivers[0]).unwrap();
    for stint in &mut plan.stints {
        stint.seen_at = Some(at(&sheet, -30));
    }
    let unknown = |plan: &TeamPlan| -> Vec<usize> {
        let stints = plan.stints.iter().zip(1..);
        stints
            .filter(|(stint, _)| stint.seen_at.is_none())
            .map(|(_, number)| number)
            .collect()
    };
    let after = |edit| plan.after(edit, &team, &sheet).unwrap();
    assert_eq!(unknown(&after(PlanEdit::Swap { one: 2, other: 5 })), [2, 5]);
    let minutes = 10;
    assert_eq!(
        unknown(&after(PlanEdit::Shift { stint: 3, minutes })),
        [3, 4, 5, 6]
    );
    let emergency = PlanEdit::Emergency {
        driver: other,
        at: at(&sheet, -5),
    };
    assert_eq!(unknown(&after(emergency)), [1]);
    // The event is moved: every stint is at another time.
    sheet.event.starts_at = at(&sheet, 60);
    assert_eq!(unknown(&plan.clone().on(&sheet.event)).len(), plan.stints.len());
}
