use super::*;
use crate::domain::availability::{DriverDetails, Window};
use crate::domain::club::{Club, Colour, ZoneName};
use crate::domain::fixtures::sheet;
use crate::domain::ids::{ClubId, GuildId};
use jiff::SignedDuration;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn ids() -> Vec<TeamId> {
    (1..=60).map(|n| TeamId::from_parts(1, n)).collect()
}

fn form_all(seed: u64) -> TeamEdit {
    TeamEdit::Form {
        class: None,
        sizes: Sizes { least: 2, most: 4 },
        seed,
        ids: ids(),
    }
}

fn with_teams(sheet: &Sheet, teams: &[&str]) -> LineUp {
    let mut line_up = LineUp::empty(sheet.event.key);
    for (n, name) in teams.iter().enumerate() {
        let create = TeamEdit::Create {
            id: ids()[n],
            name: (*name).to_owned(),
            class: Some("GT3".to_owned()),
        };
        line_up = line_up.after(&create, sheet).unwrap().0;
    }
    line_up
}

fn assign(line_up: &LineUp, sheet: &Sheet, team: usize, driver: u64) -> Result<(LineUp, TeamsDone), Refusal> {
    let edit = TeamEdit::Assign {
        team: ids()[team],
        driver: UserId(driver),
    };
    line_up.after(&edit, sheet)
}

#[test]
fn teams_are_made_and_changed_by_hand() {
    let sheet = sheet(3, 1);
    let line_up = with_teams(&sheet, &["Red", "Blue"]);
    let (line_up, _) = assign(&line_up, &sheet, 0, 1).unwrap();
    let (line_up, done) = assign(&line_up, &sheet, 1, 1).unwrap();
    let moved = TeamsDone::Assigned {
        driver: "Driver 1".into(),
        team: "Blue".into(),
        from: Some("Red".into()),
    };
    assert_eq!(done, moved);
    assert_eq!(line_up.team_of(UserId(1)).unwrap().name, "Blue");
    assert_eq!(line_up.version, 4);

    let gt3 = Refusal::OtherClass { class: "GT3".into() };
    assert_eq!(assign(&line_up, &sheet, 0, 4), Err(gt3));
    assert_eq!(assign(&line_up, &sheet, 1, 1), Err(Refusal::InTeamAlready));
    assert_eq!(assign(&line_up, &sheet, 0, 99), Err(Refusal::NotADriver));
    assert_eq!(assign(&line_up, &sheet, 7, 1), Err(Refusal::NoSuchTeam));
    let rename = |name: &str| {
        let edit = TeamEdit::Rename {
            team: ids()[0],
            name: name.into(),
        };
        line_up.after(&edit, &sheet)
    };
    assert_eq!(rename(" BLUE "), Err(Refusal::TeamNameTaken));
    assert_eq!(rename("red").unwrap().0.teams[0].name, "red");
    let dissolve = TeamEdit::Remove {
        team: ids()[1],
        driver: None,
    };
    assert_eq!(line_up.after(&dissolve, &sheet).unwrap().0.teams.len(), 1);
    let remove = TeamEdit::Remove {
        team: ids()[0],
        driver: Some(UserId(1)),
    };
    assert_eq!(line_up.after(&remove, &sheet), Err(Refusal::NotInTeam));
}

#[test]
fn a_driver_who_left_is_out_of_the_team_with_the_next_change() {
    let mut sheet = sheet(2, 0);
    let line_up = with_teams(&sheet, &["Red"]);
    let (line_up, _) = assign(&line_up, &sheet, 0, 1).unwrap();
    sheet.sign_ups[0].status = Status::NotComing;
    let (line_up, _) = assign(&line_up, &sheet, 0, 2).unwrap();
    assert_eq!(line_up.teams[0].drivers, [UserId(2)]);
}

#[test]
fn forming_again_keeps_the_names_and_ids_of_teams_that_are_there() {
    let sheet = sheet(7, 4);
    let line_up = with_teams(&sheet, &["Red"]);
    let (formed, _) = line_up.after(&form_all(5), &sheet).unwrap();
    let names: Vec<&str> = formed.teams.iter().map(|team| team.name.as_str()).collect();
    assert_eq!(names, ["Red", "GT3 2", "LMP2 1"]);
    assert_eq!(formed.teams[0].id, ids()[0]);
    let (again, _) = formed.after(&form_all(5), &sheet).unwrap();
    assert_eq!(again.teams, formed.teams);
}

#[test]
fn the_figures_explain_a_team() {
    let mut sheet = sheet(2, 0);
    let at = |hours: i64| sheet.event.starts_at + SignedDuration::from_hours(hours);
    let windows = [vec![(0, 4)], vec![(2, 5)]].map(|list| {
        list.into_iter()
            .map(|(from, to)| Window {
                from: at(from),
                to: at(to),
            })
            .collect::<Vec<_>>()
    });
    for (sign_up, windows) in sheet.sign_ups.iter_mut().zip(windows) {
        sign_up.details = DriverDetails {
            windows,
            ..DriverDetails::default()
        };
    }
    sheet.sign_ups[0].details.experience = Experience::try_from(5).ok();
    let line_up = with_teams(&sheet, &["Red"]);
    let (line_up, _) = assign(&line_up, &sheet, 0, 1).unwrap();
    let (line_up, _) = assign(&line_up, &sheet, 0, 2).unwrap();
    let club = Club {
        id: ClubId::from_parts(1, 1),
        guild: Some(GuildId(1)),
        lost_at: None,
        name: "Apex".into(),
        slug: "apex".into(),
        colour: Colour(0),
        time_zone: ZoneName::parse("UTC").unwrap(),
        created_by: UserId(1),
        created_at: sheet.event.created_at,
    };
    let brief = TeamsBrief::of(&club, &sheet, &line_up);
    let figures = Figures {
        skill_sum: 8,
        unrated: 1,
        shared_min: 120,
        uncovered_min: 60,
    };
    assert_eq!(brief.teams[0].figures, figures);
    assert_eq!(brief.without, Vec::<String>::new());
}

proptest! {
    #[test]
    fn nobody_is_ever_in_two_teams(gt3 in 0..30_u64, lmp2 in 0..20_u64, seed: u64, moves in prop::collection::vec((0..12_usize, 1..50_u64), 0..30)) {
        let sheet = sheet(gt3, lmp2);
        let (mut line_up, _) = LineUp::empty(sheet.event.key).after(&form_all(seed), &sheet).unwrap();
        for (team, driver) in moves {
            if let Ok((next, _)) = assign(&line_up, &sheet, team, driver) {
                line_up = next;
            }
            let all: Vec<UserId> = line_up.teams.iter().flat_map(|team| team.drivers.iter().copied()).collect();
            let without = line_up.without_team(&sheet).count();
            prop_assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
            prop_assert_eq!(all.len() + without, sheet.sign_ups.len());
        }
    }
}

#[test]
fn who_is_in_no_settled_team_of_their_class_is_a_reserve() {
    let sheet = sheet(3, 0);
    let mut line_up = LineUp::empty(sheet.event.key);
    let drive = |line_up: &LineUp, state| -> Vec<u64> {
        let drivers = sheet.sign_ups.iter().filter(|one| line_up.drives(state, one));
        drivers.map(|one| one.user.0).collect()
    };
    for state in EventState::ALL {
        assert_eq!(drive(&line_up, state), [1, 2, 3], "no teams: {state:?}");
    }
    let team = |class: &str, drivers: &[u64]| Team {
        id: TeamId::from_parts(1, 1),
        name: "Red".into(),
        class: ClassId::of(class),
        drivers: drivers.iter().copied().map(UserId).collect(),
    };
    line_up.teams = vec![team("GT3", &[1, 3])];
    use EventState as S;
    for state in EventState::ALL {
        let settled = matches!(state, S::TeamsFinal | S::Ready | S::Live);
        let expected: &[u64] = if settled { &[1, 3] } else { &[1, 2, 3] };
        assert_eq!(drive(&line_up, state), expected, "{state:?}");
    }
    // Another class has settled its teams, this one has none.
    line_up.teams = vec![team("LMP2", &[9]), team("GT3", &[])];
    assert_eq!(drive(&line_up, S::Ready), [1, 2, 3]);
}
