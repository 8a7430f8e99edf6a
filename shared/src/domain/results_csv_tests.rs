use super::*;
use crate::domain::event::{EventKey, EventState};
use crate::domain::ids::{ClubId, EventId, InteractionId, SeriesId};
use crate::domain::series::parse_classes;
use crate::domain::signup::Ticket;
use jiff::Timestamp;
use proptest::prelude::*;

fn event(classes: &str) -> Event {
    Event {
        key: EventKey {
            club: ClubId::from_parts(1, 1),
            event: EventId::from_parts(2, 2),
        },
        series: SeriesId::from_parts(3, 3),
        series_name: "Cup".to_owned(),
        name: "Spa".to_owned(),
        description: String::new(),
        starts_at: Timestamp::UNIX_EPOCH,
        duration_min: 60,
        classes: parse_classes(classes).unwrap(),
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

fn sign_up(user: u64, name: &str, class: &str) -> SignUp {
    SignUp {
        event: event("GT3: 1").key,
        user: UserId(user),
        name: name.to_owned(),
        status: Status::Seated {
            class: ClassId::of(class),
            ticket: Ticket(InteractionId(user)),
        },
        details: crate::domain::availability::DriverDetails::default(),
        at: Timestamp::UNIX_EPOCH,
    }
}

/// `1 Ana@7 gt3 *` of each row, or the faults.
fn read(text: &str) -> Result<Vec<String>, Untaken> {
    let sign_ups = [
        sign_up(7, "Ana Souza", "GT4"),
        sign_up(8, "Bo", "GT3"),
        sign_up(9, "BO", "GT4"),
    ];
    let rows = parse_results(text.as_bytes(), &event("GT3: 2, GT4: 2"), &sign_ups)?;
    let shown = rows.iter().map(|row| {
        let user = row.user.map(|user| format!("@{user}")).unwrap_or_default();
        let fastest = if row.fastest { " *" } else { "" };
        format!(
            "{:?} {}{user} {}{fastest}",
            row.finish,
            row.name,
            row.class.as_str()
        )
    });
    Ok(shown.collect())
}

fn faults(text: &str) -> Vec<(u64, ResultProblem)> {
    match read(text) {
        Err(Untaken::Lines(faults)) => faults.into_iter().map(|one| (one.line, one.problem)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sign_ups_tell_accounts_and_classes_that_the_file_leaves_open() {
    let text =
        "Pos;Driver;Class;Discord ID;Fastest lap\r\n1;ana souza;;;yes\r\n2;Bo;GT3;8;\r\nDNF;'=Zed;gt3;;\r\n";
    assert_eq!(
        read(text).unwrap(),
        [
            "Placed { place: 1 } Ana Souza@7 gt4 *",
            "Placed { place: 2 } Bo@8 gt3",
            "Retired =Zed gt3"
        ]
    );
}

#[test]
fn every_fault_is_named_by_its_line_and_nothing_is_taken() {
    let text = "place,name,class\n1,Ana Souza,\nfirst,Cy,GT3\n2,,GT3\n3,Di,LMP2\n4,Bo,\n5,Ana  Souza,GT3\n";
    let found = faults(text);
    let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7]);
    assert_eq!(found[0].1, ResultProblem::NoPlace);
    assert_eq!(found[1].1, ResultProblem::NoName);
    assert_eq!(
        found[3].1,
        ResultProblem::WhichClass,
        "two drivers have that name"
    );
    assert_eq!(found[4].1, ResultProblem::Twice { line: 2 });
    assert_eq!(
        faults("driver\nAna\n"),
        [(
            1,
            ResultProblem::NoColumn {
                column: ResultColumn::Place
            }
        )]
    );
    // "driver" and "name" are one column: which of them is meant is not guessed.
    assert_eq!(
        faults("driver,name,place\nAna,Red Team,1\n"),
        [(
            1,
            ResultProblem::DoubleColumn {
                column: ResultColumn::Driver
            }
        )]
    );
    assert_eq!(
        faults("place,name,discord_id\n1,Ana,x\n"),
        [(2, ResultProblem::NotAnAccount)]
    );
    assert_eq!(
        faults("place,name,class,fastest\n1,Ana,GT3,x\n2,Cy,GT3,x\n3,Di,GT4,x\n"),
        [(3, ResultProblem::SecondFastest { line: 2 })]
    );
    let mut many = "place,name,class\n".to_owned();
    for number in 0..=ROWS_MAX {
        many += &format!("{},Driver {number},GT3\n", number.min(499) + 1);
    }
    assert_eq!(
        faults(&(many.clone() + "x,x,x\n")),
        [(502, ResultProblem::TooMany)]
    );
    let fits = many.trim_end().rsplit_once('\n').unwrap().0;
    assert_eq!(read(fits).unwrap().len(), ROWS_MAX);
    assert_eq!(read("place,name\n"), Err(Untaken::File(FileFault::Empty)));
    assert_eq!(read(""), Err(Untaken::File(FileFault::Empty)));
}

#[test]
fn a_place_can_be_shared() {
    let rows = read("place,name,class\n1,Ana Souza,\n1,Cy,GT4\n").unwrap();
    assert_eq!(rows.len(), 2);
}

proptest! {
    #[test]
    fn whatever_is_uploaded_is_taken_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(place|name|,|;|\n|[0-9a-zA-Z\"' ]){0,60}") {
        let event = event("GT3: 2");
        let _ = parse_results(&bytes, &event, &[]);
        if let Ok(rows) = parse_results(format!("place,name\n{text}").as_bytes(), &event, &[]) {
            prop_assert!(!rows.is_empty() && rows.len() <= ROWS_MAX);
            prop_assert!(rows.iter().all(|row| row.name.chars().count() <= NAME_MAX));
        }
    }
}
