//! Messages about results, and the limits that hold for them.

use super::fixtures::{at, club, event, sheet};
use super::limits_tests::{fault, nasty};
use super::*;
use crate::domain::ids::{ChannelId, InteractionId, MessageId, UserId};
use crate::domain::refusal::Refusal;
use crate::domain::result_import::{ResultImport, ResultImportKey, ResultImportState};
use crate::domain::results::{Finish, PointsSystem, Posted, ResultEntered, Results, Row, table};
use crate::domain::results_csv::{ResultColumn, ResultFault, ResultProblem};
use crate::domain::series::{Class, ClassId};
use proptest::prelude::*;

fn body(notice: &Notice<'_>) -> Value {
    Views::default().render(notice).body
}

#[test]
fn results_and_tables() {
    let (club, event) = (club(), event("GT3: 10, GT4: 10"));
    let row = |place: &str, name: &str, class: &str| Row {
        user: None,
        name: name.to_owned(),
        class: ClassId::of(class),
        finish: Finish::parse(place).unwrap(),
        fastest: place == "1",
    };
    let rows = vec![
        row("1", "**Ana**", "GT3"),
        row("2", "Bo", "GT3"),
        row("dnf", "Cy", "GT3"),
        row("dns", "Di", "GT4"),
        row("dsq", "<@42>", "GT4"),
    ];
    let results = Results::none(&event).of(rows);
    let points = PointsSystem {
        places: vec![25, 18],
        fastest: 1,
        best_of: 0,
    };
    let counted = table(std::slice::from_ref(&results), &points);
    let empty = table(&[], &points);
    let entered = ResultEntered {
        colour: club.colour,
        event: event.name.clone(),
        row: row("1", "Ana", "GT3"),
        taken_out: false,
        class: "GT3".to_owned(),
        shared_with: Vec::new(),
        rows: 1,
        posted: None,
    };
    let corrected = ResultEntered {
        shared_with: vec!["Bo".to_owned(), "**Cy**".to_owned()],
        posted: Some(ChannelId(77)),
        rows: 3,
        ..entered.clone()
    };
    let removed = ResultEntered {
        taken_out: true,
        ..entered.clone()
    };
    let series = |table| Notice::SeriesTable {
        club: &club,
        name: "Cup",
        table,
    };
    let shown = [
        Notice::Results {
            club: &club,
            results: &results,
            points: &points,
            table: &counted,
        },
        series(&counted),
        series(&empty),
        Notice::ResultEntered { entered: &entered },
        Notice::ResultEntered { entered: &corrected },
        Notice::ResultEntered { entered: &removed },
        Notice::ResultsPosted {
            event: &event.name,
            channel: ChannelId(77),
        },
    ]
    .map(|notice| body(&notice));
    let problems = [
        ResultProblem::NoColumn {
            column: ResultColumn::Place,
        },
        ResultProblem::NoName,
        ResultProblem::NoPlace,
        ResultProblem::NoClass {
            typed: "@everyone".to_owned(),
        },
        ResultProblem::WhichClass,
        ResultProblem::NotAnAccount,
        ResultProblem::Twice { line: 2 },
        ResultProblem::SecondFastest { line: 2 },
        ResultProblem::TooMany,
    ];
    let faults = (2..)
        .zip(problems)
        .map(|(line, problem)| ResultFault { line, problem });
    let refusal = Refusal::ResultLines {
        faults: faults.collect(),
    };
    insta::assert_json_snapshot!((shown, body(&Notice::Refused { refusal: &refusal })));
}

#[test]
fn an_import_of_results_however_it_stands() {
    let (club, event) = (club(), event("GT3: 10, GT4: 10"));
    let row = |place: &str, name: &str, user: Option<u64>| Row {
        user: user.map(UserId),
        name: name.to_owned(),
        class: ClassId::of("GT3"),
        finish: Finish::parse(place).unwrap(),
        fastest: place == "1",
    };
    let rows = vec![
        row("1", "Ana", Some(1)),
        row("2", "Bo", None),
        row("2", "*Cy*", None),
        row("dnf", "Di", Some(2)),
    ];
    let key = ResultImportKey {
        club: club.id,
        command: InteractionId(9),
    };
    // Drivers 1 and 2.
    let signed = sheet(event.clone(), &[(&["Ana", "Di"], &[])], &[]).sign_ups;
    let import = ResultImport::new(
        (key, UserId(42)),
        "spa *final*.csv".to_owned(),
        (&Results::none(&event), rows.clone()),
        &signed,
        at("2026-11-28T20:00:00Z"),
    );
    let before = Results {
        posted: Some(Posted {
            channel: ChannelId(77),
            message: MessageId(78),
        }),
        ..Results::none(&event).of(rows.clone())
    };
    let again = ResultImport::new(
        (key, UserId(42)),
        "spa.csv".to_owned(),
        (&before, rows[..1].to_vec()),
        &signed,
        at("2026-11-28T20:00:00Z"),
    );
    let shown: Vec<_> = [
        import.clone(),
        import.with_state(ResultImportState::Taken),
        import.with_state(ResultImportState::Cancelled),
        import.with_state(ResultImportState::Outdated),
        again.clone(),
        again.with_state(ResultImportState::Taken),
    ]
    .iter()
    .map(|import| body(&Notice::ResultImport { club: &club, import }))
    .collect();
    insta::assert_json_snapshot!(shown);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_results_break_a_message(
        rows in prop::collection::vec((nasty(32), 0..10_usize, 0..6_u32, any::<bool>()), 1..500),
        label in nasty(20),
        file in nasty(100),
        best_of in 0..3_u32,
    ) {
        let club = club();
        let mut of_many = event("A: 1");
        of_many.classes = (0..10).map(|n| Class {
            id: ClassId::of(&format!("c{n}")),
            label: format!("{n}{label}").chars().take(20).collect(),
            seats: 100,
            role: None,
        }).collect();
        let rows = rows.into_iter().map(|(name, class, place, fastest)| Row {
            user: None,
            name,
            class: ClassId::of(&format!("c{class}")),
            finish: if place == 0 { Finish::Retired } else { Finish::Placed { place } },
            fastest,
        }).collect();
        let results = Results::none(&of_many).of(rows);
        let points = PointsSystem { places: vec![1000; 6], fastest: 1000, best_of };
        let counted = table(std::slice::from_ref(&results), &points);
        let import = ResultImport::new(
            (ResultImportKey { club: club.id, command: InteractionId(u64::MAX) }, UserId(u64::MAX)),
            file,
            (&Results::none(&of_many), results.rows.clone()),
            &[],
            at("2026-11-28T20:00:00Z"),
        );
        for notice in [
            Notice::Results { club: &club, results: &results, points: &points, table: &counted },
            Notice::SeriesTable { club: &club, name: &label, table: &counted },
            Notice::ResultImport { club: &club, import: &import },
        ] {
            prop_assert_eq!(fault(&body(&notice)), None);
        }
    }
}
