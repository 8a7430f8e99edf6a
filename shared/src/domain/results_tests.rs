use super::*;
use crate::domain::event::EventState;
use crate::domain::ids::{ClubId, EventId};
use proptest::prelude::*;

fn event(number: u64) -> Event {
    Event {
        key: EventKey {
            club: ClubId::from_parts(1, 1),
            event: EventId::from_parts(number, 2),
        },
        series: SeriesId::from_parts(3, 3),
        series_name: "Cup".to_owned(),
        name: format!("Race {number}"),
        description: String::new(),
        starts_at: Timestamp::from_second(1_800_000_000 + i64::try_from(number).unwrap() * 86_400).unwrap(),
        duration_min: 60,
        classes: vec![class("GT3"), class("GT4")],
        state: EventState::Completed,
        opens_at: None,
        closes_at: None,
        state_since: None,
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: UserId(1),
        created_at: Timestamp::UNIX_EPOCH,
        version: 1,
    }
}

fn class(label: &str) -> Class {
    Class {
        id: ClassId::of(label),
        label: label.to_owned(),
        seats: 10,
        role: None,
    }
}

/// `1 Ana` in GT3.
fn row(text: &str) -> Row {
    let (finish, name) = text.split_once(' ').unwrap();
    Row {
        user: None,
        name: name.trim_end_matches('*').to_owned(),
        class: ClassId::of("GT3"),
        finish: Finish::parse(finish).unwrap(),
        fastest: name.ends_with('*'),
    }
}

fn race(number: u64, rows: &[&str]) -> Results {
    Results::none(&event(number)).of(rows.iter().map(|text| row(text)).collect())
}

fn points(best_of: u32) -> PointsSystem {
    PointsSystem {
        places: vec![10, 6, 3],
        fastest: 1,
        best_of,
    }
}

/// `Ana 20` of each driver of GT3.
fn standings(results: &[Results], best_of: u32) -> Vec<String> {
    let table = table(results, &points(best_of));
    let gt3 = table.classes.iter().find(|one| one.label == "GT3");
    let drivers = gt3.map(|one| one.drivers.as_slice()).unwrap_or_default();
    drivers
        .iter()
        .map(|one| format!("{} {}", one.name, one.points))
        .collect()
}

#[test]
fn places_give_points_and_the_fastest_lap_one_more() {
    let races = [
        race(1, &["1 Ana", "2 Bo*", "dnf Cy", "dns Di"]),
        race(2, &["1 Bo", "2 Cy", "3 Ana", "dsq Di"]),
    ];
    assert_eq!(standings(&races, 0), ["Bo 17", "Ana 13", "Cy 6", "Di 0"]);
    let table = table(&races, &points(0));
    assert_eq!((table.races, table.drivers), (2, 4));
    let of = |name: &str| {
        table.classes[0]
            .drivers
            .iter()
            .find(|one| one.name == name)
            .unwrap()
    };
    let bo = of("Bo");
    assert_eq!(
        (bo.starts, bo.wins, bo.podiums, bo.retired, bo.fastest),
        (2, 1, 2, 0, 1)
    );
    assert_eq!((of("Cy").starts, of("Cy").retired), (2, 1));
    assert_eq!(of("Di").starts, 1, "who did not start did not start");
    let absent = super::table(&[race(1, &["1 Ana", "dns Bo"])], &points(0));
    assert_eq!(absent.classes[0].drivers.len(), 1);
}

#[test]
fn only_the_best_races_count_if_the_club_has_it_so() {
    let races = [
        race(1, &["1 Ana", "2 Bo"]),
        race(2, &["1 Ana", "2 Bo"]),
        race(3, &["1 Bo", "dnf Ana"]),
    ];
    assert_eq!(standings(&races, 0), ["Bo 22", "Ana 20"]);
    assert_eq!(standings(&races, 2), ["Ana 20", "Bo 16"]);
}

#[test]
fn equal_points_are_parted_by_better_places() {
    let races = [
        race(1, &["1 Ana", "2 Bo", "2 Cy"]),
        race(2, &["5 Ana", "3 Bo", "3 Cy"]),
        race(3, &["3 Bo", "4 Cy", "dns Ana"]),
    ];
    // Ana 10; Bo 6+3+3; Cy 6+3.
    assert_eq!(standings(&races, 0), ["Bo 12", "Ana 10", "Cy 9"]);
    let level = [
        race(1, &["1 Ana", "2 Bo"]),
        race(2, &["2 Ana", "1 Bo"]),
        race(3, &["9 Ana", "8 Bo"]),
    ];
    assert_eq!(
        standings(&level, 0),
        ["Bo 16", "Ana 16"],
        "the eighth place decides"
    );
}

#[test]
fn an_entered_result_takes_the_place_of_the_drivers_former_one() {
    let first = Results::none(&event(1)).with(row("1 Ana*")).with(row("2 Bo"));
    assert_eq!(first.version, 2);
    let corrected = first.with(row("1 bo*"));
    let shown: Vec<_> = corrected
        .rows
        .iter()
        .map(|one| (one.name.as_str(), one.fastest))
        .collect();
    assert_eq!(shown, [("Ana", false), ("bo", true)], "one fastest lap a class");
    let other = Row {
        class: ClassId::of("GT4"),
        ..row("1 Ana")
    };
    assert_eq!(corrected.with(other).in_class(&ClassId::of("GT3")).count(), 1);
}

#[test]
fn a_tie_shares_its_place_and_the_next_one_is_left_out() {
    let race = race(1, &["1 Ana", "2 Cy", "2 Bo", "4 Di", "dnf Ed", "dnf Flo"]);
    let shared = race.shared_places();
    assert_eq!(shared.len(), 1);
    assert_eq!(
        (shared[0].place, shared[0].names.as_slice()),
        (2, &["Bo".to_owned(), "Cy".to_owned()][..])
    );
    let table = table(&[race], &points(0));
    let places: Vec<_> = table.classes[0]
        .drivers
        .iter()
        .map(|one| (one.place, one.name.as_str()))
        .collect();
    assert_eq!(
        places,
        [(1, "Ana"), (2, "Bo"), (2, "Cy"), (4, "Di"), (5, "Ed"), (5, "Flo")]
    );
}

#[test]
fn a_driver_is_taken_out_by_their_account() {
    let of = |user: u64, text: &str| Row {
        user: Some(UserId(user)),
        ..row(text)
    };
    let results = Results::none(&event(1))
        .with(of(7, "1 Ana"))
        .with(of(8, "2 Bo"))
        .with(row("3 Guest"));
    let without = results.without(UserId(7));
    let names: Vec<_> = without.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Bo", "Guest"]);
    assert_eq!(without.version, results.version + 1);
    // Somebody who was entered by name alone, and now by account, is one driver.
    assert_eq!(without.with(of(9, "2 guest")).rows.len(), 2);
}

#[test]
fn what_can_be_typed_for_a_place() {
    assert_eq!(Finish::parse(" 12 "), Some(Finish::Placed { place: 12 }));
    assert_eq!(Finish::parse("DNF"), Some(Finish::Retired));
    assert_eq!(Finish::parse("dns"), Some(Finish::Absent));
    assert_eq!(Finish::parse("DSQ"), Some(Finish::Disqualified));
    for typed in ["", "0", "501", "-1", "+1", "1.", "first", "٣"] {
        assert_eq!(Finish::parse(typed), None, "{typed}");
    }
}

proptest! {
    #[test]
    fn the_order_in_which_races_are_read_does_not_matter(
        races in prop::collection::vec(prop::collection::vec((1..30_u32, 0..8_u64, any::<bool>()), 0..12), 1..6),
        turn in 0..6_usize,
        best_of in 0..4_u32,
    ) {
        let results: Vec<Results> = (1..).zip(&races).map(|(number, rows)| {
            rows.iter().fold(Results::none(&event(number)), |results, (place, user, fastest)| {
                results.with(Row {
                    user: Some(UserId(*user)),
                    name: format!("Driver {user}"),
                    class: ClassId::of("GT3"),
                    finish: Finish::Placed { place: *place },
                    fastest: *fastest,
                })
            })
        }).collect();
        let mut turned = results.clone();
        turned.rotate_left(turn % results.len());
        let table = table(&results, &points(best_of));
        prop_assert_eq!(&super::table(&turned, &points(best_of)), &table);
        for class in &table.classes {
            prop_assert!(class.drivers.windows(2).all(|two| two[0].points >= two[1].points));
            let most = class.drivers.iter().map(|one| one.wins).sum::<u32>();
            prop_assert!(usize::try_from(most).unwrap() <= races.iter().map(Vec::len).sum());
        }
    }
}
