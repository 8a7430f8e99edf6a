//! Teams and stint plans as messages.

use super::fixtures::{at, event, sheet};
use super::limits_tests::{fault, nasty};
use super::*;
use crate::domain::club::Colour;
use crate::domain::event::{EventKey, EventState};
use crate::domain::ids::{ChannelId, ClubId, EventId, TeamId};
use crate::domain::series::ClassId;
use crate::domain::stints::{
    DriverShare, PlanBrief, PlanDone, PlanFault, StintBrief, StintCall, Strategy as Figures,
};
use crate::domain::team_space::Thing;
use crate::domain::teams::{Figures as TeamFigures, Forming, Team, TeamBrief, TeamsBrief, TeamsDone};
use jiff::SignedDuration;
use proptest::prelude::*;

fn teams(count: usize, drivers: usize, name: &str, driver: &str) -> TeamsBrief {
    let team = |n: usize| TeamBrief {
        id: TeamId::from_parts(1, n as u128),
        name: name.to_owned(),
        class: "GT3".to_owned(),
        drivers: vec![driver.to_owned(); drivers],
        figures: TeamFigures {
            skill_sum: 3 * u32::try_from(drivers).unwrap(),
            unrated: 1,
            shared_min: 150,
            uncovered_min: 30,
        },
    };
    TeamsBrief {
        event: EventId::from_parts(1, 3),
        event_name: "Monza 6h".to_owned(),
        state: EventState::TeamsForming,
        duration_min: 360,
        colour: Colour(0x1E_90_FF),
        teams: (0..count).map(team).collect(),
        without: vec![driver.to_owned(); count],
        lacking: vec![Thing::Role, Thing::Name],
        forming: Some(Forming {
            seed: 42,
            least: 3,
            most: 4,
            best: true,
            edited: false,
        }),
    }
}

fn plan(stints: usize, driver: &str) -> PlanBrief {
    let starts_at = at("2026-11-28T13:00:00Z");
    let hour = |n: usize| starts_at + SignedDuration::from_hours(i64::try_from(n).unwrap());
    let stint = |n: usize| StintBrief {
        driver: (n % 5 != 4).then(|| driver.to_owned()),
        row: (n % 5 != 4).then_some(0),
        from: hour(n),
        to: hour(n + 1),
        started_at: (n < 2).then(|| hour(n)),
        finished_at: (n < 1).then(|| hour(n + 1)),
        seen_at: (n == 2).then(|| hour(1)),
    };
    PlanBrief {
        event: EventId::from_parts(1, 3),
        event_name: "Monza 6h".to_owned(),
        starts_at,
        team: "Night Shift".to_owned(),
        colour: Colour(0x1E_90_FF),
        strategy: Figures {
            fuel_l: Some(95),
            ..Figures::default()
        },
        stints: (0..stints).map(stint).collect(),
        shares: vec![
            DriverShare {
                driver: driver.to_owned(),
                stints: 3,
                minutes: 180
            };
            16
        ],
        faults: (1..=stints)
            .map(|stint| PlanFault::Rest {
                stint,
                rested_min: 30,
            })
            .collect(),
        best: true,
    }
}

fn body(notice: &Notice<'_>) -> Value {
    Views::default().render(notice).body
}

#[test]
fn a_page_of_teams() {
    insta::assert_json_snapshot!(body(&Notice::Teams {
        done: &TeamsDone::Formed,
        teams: &teams(2, 3, "Red *Bulls*", "Jiří"),
        page: 0
    }));
}

#[test]
fn a_plan_as_a_timetable() {
    insta::assert_json_snapshot!(body(&Notice::StintPlan {
        done: PlanDone::Planned,
        plan: &plan(5, "Jiří"),
        page: None
    }));
}

#[test]
fn an_announced_plan_with_its_picture_in_words() {
    let mut plan = plan(3, "*Jiří*");
    plan.stints[1].driver = None;
    let told = [
        body(&Notice::PlanAnnounced {
            plan: &plan,
            picture: Some("stints.png"),
        }),
        body(&Notice::PlanAnnounced {
            plan: &plan,
            picture: None,
        }),
        body(&Notice::PlanStands {
            team: "Red *Bulls*",
            channel: crate::domain::ids::ChannelId(77),
        }),
    ];
    insta::assert_json_snapshot!(told);
}

#[test]
fn who_is_next_is_told_of_the_stint() {
    let call = StintCall {
        event: EventKey {
            club: ClubId::from_parts(1, 1),
            event: EventId::from_parts(1, 3),
        },
        event_name: "Monza 6h".to_owned(),
        team: TeamId::from_parts(1, 4),
        team_name: "Night *Shift*".to_owned(),
        colour: Colour(0x1E_90_FF),
        number: 3,
        from: at("2026-11-28T15:00:00Z"),
        to: at("2026-11-28T17:00:00Z"),
        after: Some("Jiří".to_owned()),
        fuel_l: Some(95),
    };
    insta::assert_json_snapshot!(body(&Notice::StintNext { call: &call }));
}

#[test]
fn a_settled_teams_drivers_are_told() {
    let sheet = sheet(event("GT3: 4"), &[(&["Jiří", "Ada *L*"], &[])], &[]);
    let team = Team {
        id: TeamId::from_parts(1, 4),
        name: "Night *Shift*".to_owned(),
        class: ClassId::of("GT3"),
        drivers: sheet.sign_ups.iter().map(|one| one.user).collect(),
    };
    insta::assert_json_snapshot!(body(&Notice::TeamReady {
        sheet: &sheet,
        team: &team,
        colour: Colour(0x1E_90_FF),
        voice: Some(ChannelId(77)),
    }));
}

#[test]
fn every_stint_is_on_one_of_the_pages() {
    let plan = plan(96, "Ana");
    let mut seen = 0;
    for page in 0..4 {
        let body = body(&Notice::StintPlan {
            done: PlanDone::Shown,
            plan: &plan,
            page: Some(page),
        });
        seen += body["embeds"][0]["description"]
            .as_str()
            .unwrap()
            .matches(" to <t:")
            .count();
    }
    // The first stint has a second span: when it was driven.
    assert_eq!(seen, 96 + 1);
}

proptest! {
    #[test]
    fn teams_keep_discords_limits(count in 0..=60_usize, drivers in 0..=16_usize, name in nasty(40), driver in nasty(32), page in 0..6_usize) {
        let teams = teams(count, drivers, &name.chars().take(40).collect::<String>(), &driver.chars().take(32).collect::<String>());
        let body = body(&Notice::Teams { done: &TeamsDone::Created { team: name.chars().take(40).collect() }, teams: &teams, page });
        prop_assert_eq!(fault(&body), None);
    }

    #[test]
    fn plans_keep_discords_limits(stints in 0..=192_usize, driver in nasty(32), page in 0..9_usize) {
        let plan = plan(stints, &driver.chars().take(32).collect::<String>());
        let body = body(&Notice::StintPlan { done: PlanDone::Changed, plan: &plan, page: Some(page) });
        prop_assert_eq!(fault(&body), None);
        let announced = Views::default().render(&Notice::PlanAnnounced { plan: &plan, picture: Some("stints.png") }).body;
        prop_assert_eq!(fault(&announced), None);
        let words = announced["attachments"][0]["description"].as_str().map_or(0, text::len);
        prop_assert!((1..=1024).contains(&words), "{}", words);
    }
}
