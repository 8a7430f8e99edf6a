use super::*;
use crate::domain::ids::{ClubId, EntryId, UserId};
use crate::domain::roster::Entry;
use jiff::Timestamp;
use proptest::prelude::*;

fn id(n: u128) -> EntryId {
    EntryId::from_parts(1_700_000_000_000, n)
}

fn entry(n: u128, name: &str, user: Option<u64>, rank: Rank) -> Entry {
    let club = ClubId::from_parts(1, 1);
    let mut entry = Entry::new(club, id(n), name.to_owned(), rank, Timestamp::UNIX_EPOCH);
    entry.user = user.map(UserId);
    entry
}

fn faults(sheet: &Sheet) -> Vec<(u64, Fault)> {
    sheet
        .faults
        .iter()
        .map(|fault| (fault.line, fault.fault.clone()))
        .collect()
}

fn planned(csv: &str, entries: &[Entry], by: Rank) -> Plan {
    let mut next = 1000;
    plan(&parse(csv.as_bytes()).unwrap(), entries, by, || {
        next += 1;
        id(next)
    })
}

fn plan_faults(csv: &str, entries: &[Entry], by: Rank) -> Vec<(u64, Fault)> {
    let plan = planned(csv, entries, by);
    assert_eq!(
        plan.steps.len() + plan.unchanged + plan.faults.len(),
        csv.lines().count() - 1,
        "{plan:?}"
    );
    plan.faults
        .into_iter()
        .map(|fault| (fault.line, fault.fault))
        .collect()
}

#[test]
fn a_file_is_read_however_a_spreadsheet_wrote_it() {
    let comma = "name,discord_id,rank\nMax Power,80351110224678912,team manager\n\"Weber, Ada\",,\n";
    let expected = parse(comma.as_bytes()).unwrap().lines;
    assert_eq!(expected.len(), 2);
    assert_eq!(
        expected[0],
        Line {
            number: 2,
            id: None,
            name: "Max Power".to_owned(),
            user: Some(UserId(80_351_110_224_678_912)),
            rank: Some(Rank::TeamManager)
        }
    );
    assert_eq!(
        (expected[1].name.as_str(), expected[1].user, expected[1].rank),
        ("Weber, Ada", None, None)
    );
    for other in [
        "\u{FEFF}Name;Discord ID;RANK\r\nMax  Power;80351110224678912;Team_Manager\r\nWeber, Ada;;\r\n",
        "name\tdiscord-id\trank\tnote\nMax Power\t80351110224678912\tteam manager\tx\n\"Weber, Ada\"\n",
        "rank,\"name\",discord_id\nTEAM-MANAGER,Max Power,80351110224678912\n,\"Weber, Ada\",\n",
    ] {
        assert_eq!(parse(other.as_bytes()).unwrap().lines, expected, "{other}");
    }
    let said = parse(b"sep=;\r\nname;rank\r\n\r\nMax;\r\n").unwrap();
    assert_eq!((said.lines[0].number, said.lines[0].name.as_str()), (4, "Max"));
    for end in ["\r", "\n", "\r\n"] {
        let file = ["name", "", "Max", "\"A", "B\"", "Cy"].join(end);
        let numbers: Vec<u64> = parse(file.as_bytes())
            .unwrap()
            .lines
            .iter()
            .map(|line| line.number)
            .collect();
        assert_eq!(numbers, [3, 4, 6], "{end:?}");
    }
    let extra = parse(b"name,car,notes\nMax,42,fast\n").unwrap();
    assert_eq!(extra.passed_over, ["car", "notes"]);
}

#[test]
fn a_file_that_is_none_is_refused_as_a_whole() {
    let latin = "name\nAda\nJos\u{e9}\n"
        .chars()
        .map(|c| c as u8)
        .collect::<Vec<u8>>();
    assert_eq!(parse(&latin), Err(FileFault::NotUtf8 { line: 3 }));
    let utf16: Vec<u8> = "name\nAda".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(parse(&utf16), Err(FileFault::Utf16));
    assert_eq!(
        parse(&[b"\xFF\xFE", utf16.as_slice()].concat()),
        Err(FileFault::Utf16)
    );
    for empty in ["", "\u{FEFF}", "name,rank\n", "name\n\n , \n", "sep=,\n"] {
        assert_eq!(parse(empty.as_bytes()), Err(FileFault::Empty), "{empty:?}");
    }
    assert_eq!(parse(b"nickname,rank\nMax,\n"), Err(FileFault::NoNameColumn));
    assert_eq!(
        parse(b"name,discord_id,Discord ID\nMax,,\n"),
        Err(FileFault::DoubleColumn(Column::DiscordId))
    );
    let lines =
        |count: usize| (0..count).fold("name\n".to_owned(), |file, n| file + &format!("Driver {n}\n"));
    assert_eq!(parse(lines(LINES_MAX).as_bytes()).unwrap().lines.len(), LINES_MAX);
    assert_eq!(
        parse(lines(LINES_MAX + 1).as_bytes()),
        Err(FileFault::TooManyLines)
    );
    let long = |bytes: usize| format!("name,note\nMax,{}", "x".repeat(bytes - 14));
    assert!(parse(long(BYTES_MAX).as_bytes()).is_ok());
    assert_eq!(parse(long(BYTES_MAX + 1).as_bytes()), Err(FileFault::TooLarge));
}

#[test]
fn faults_are_told_by_line() {
    let file = "id,name,discord_id,rank\n\
        ,,,\n\
        ,,1,\n\
        ,\"two\nlines\",,\n\
        x,Max,,\n\
        ,Ada,80351110224678912.0,\n\
        ,Bo,8.03511E+16,\n\
        ,Cy,\"8,03511e16\",boss\n\
        ,Di,,guest\n\
        ,Ed,,boss\n\
        ,Flo,,,oops\n\
        ,abcdefghijklmnopqrstuvwxyz1234567,,\n";
    let sheet = parse(file.as_bytes()).unwrap();
    assert_eq!(
        faults(&sheet),
        [
            (3, Fault::Missing(Column::Name)),
            (6, Fault::NotAnId),
            (7, Fault::NotADiscordId),
            (8, Fault::RoundedDiscordId),
            (9, Fault::RoundedDiscordId),
            (10, Fault::NotARank),
            (11, Fault::NotARank),
            (12, Fault::TooManyCells),
            (13, Fault::NameTooLong(32)),
        ]
    );
    assert_eq!(sheet.lines[0].name, "two lines");
}

#[test]
fn what_is_twice_in_a_file_is_a_fault() {
    let file = format!(
        "id,name,discord_id\n{0},Max,1\n{0},Ada,2\n,Bo,1\n,MAX,\n,Cy,3\n,Cy,4\n,Di #7,\n,di #8,\n,-,\n,--,\n,_,\n",
        id(1)
    );
    let same = |column, line| Fault::SameAs { column, line };
    assert_eq!(
        faults(&parse(file.as_bytes()).unwrap()),
        [
            (3, same(Column::Id, 2)),
            (4, same(Column::DiscordId, 2)),
            (5, same(Column::Name, 2)),
        ]
    );
}

#[test]
fn a_plan_tells_new_changed_and_unchanged() {
    let entries = [
        entry(1, "Max Power", Some(11), Rank::Member),
        entry(2, "[APX] Ada", None, Rank::Steward),
        entry(3, "Bo", Some(13), Rank::Member),
    ];
    let file = format!(
        "id,name,discord_id,rank\n{},Max  Power,11,member\n,ada,12,prospect\n,Bo Bow,13,\n,Cy,,\n,Di,14,team manager\n",
        id(1)
    );
    let plan = planned(&file, &entries, Rank::Admin);
    assert_eq!(plan.faults, []);
    assert_eq!((plan.new, plan.changed, plan.unchanged), (2, 2, 1));
    assert_eq!(
        plan.fields,
        FieldCounts {
            names: 2,
            accounts: 1,
            ranks: 1
        }
    );
    assert_eq!(
        plan.steps,
        [
            Step::Change {
                entry: id(2),
                version: 1,
                name: Some("ada".to_owned()),
                user: Some(UserId(12)),
                rank: Some(Rank::Prospect)
            },
            Step::Change {
                entry: id(3),
                version: 1,
                name: Some("Bo Bow".to_owned()),
                user: None,
                rank: None
            },
            Step::Add {
                entry: id(1001),
                name: "Cy".to_owned(),
                user: None,
                rank: Rank::Member
            },
            Step::Add {
                entry: id(1002),
                name: "Di".to_owned(),
                user: Some(UserId(14)),
                rank: Rank::TeamManager
            },
        ]
    );
    assert_eq!(
        serde_json::from_value::<Step>(serde_json::to_value(&plan.steps[0]).unwrap()).unwrap(),
        plan.steps[0]
    );
}

#[test]
fn what_contradicts_the_roster_is_a_fault() {
    let mut linked = entry(3, "Bo", Some(13), Rank::Member);
    linked.linked = true;
    let mut gone = entry(4, "Cy", Some(14), Rank::Member);
    gone.retired_at = Some(Timestamp::UNIX_EPOCH);
    let entries = [
        entry(1, "Max #7", Some(11), Rank::Member),
        entry(2, "Max #8", None, Rank::Member),
        linked,
        gone,
        entry(5, "Owner", Some(15), Rank::Owner),
        entry(6, "Boss", None, Rank::Admin),
    ];
    let file = format!(
        "id,name,discord_id,rank\n{},Nobody,,\n{},Cy,,\n,Cee,14,\n,Max,,\n,Bo,11,\n,\"Max #8\",13,\n,Bo,99,\n,Owner,,admin\n,Boss,,member\n,Di,,admin\n,Ed,,owner\n{},Bobby,11,\n",
        id(99),
        id(4),
        id(2)
    );
    assert_eq!(
        plan_faults(&file.replace(",Bo,99,\n", ""), &entries, Rank::Admin),
        [
            (2, Fault::UnknownId),
            (3, Fault::Retired),
            (4, Fault::Retired),
            (5, Fault::AmbiguousName),
            (6, Fault::IdAndNameDisagree),
            (7, Fault::IdAndNameDisagree),
            (8, Fault::OwnersRank),
            (9, Fault::RankTooHigh(Rank::Admin)),
            (10, Fault::RankTooHigh(Rank::Admin)),
            (11, Fault::OwnersRank),
            // Line 6 has the account already.
            (
                12,
                Fault::SameAs {
                    column: Column::DiscordId,
                    line: 6
                }
            ),
        ]
    );
    let taken = format!("id,name,discord_id\n{},Max #8,11\n", id(2));
    assert_eq!(
        plan_faults(&taken, &entries, Rank::Admin),
        [(
            2,
            Fault::AccountTaken {
                by: "Max #7".to_owned()
            }
        )]
    );
    assert_eq!(
        plan_faults("name,discord_id\nBo,99\n", &entries, Rank::Admin),
        [(2, Fault::Linked)]
    );
    assert_eq!(
        plan_faults("name,discord_id\nMax #7,11\nmax #7,\n", &entries, Rank::Admin),
        [(
            3,
            Fault::SameAs {
                column: Column::Name,
                line: 2
            }
        )]
    );
    assert_eq!(
        plan_faults(
            &format!("id,name\n{},Max #7\n,Max #7 [X]\n", id(1)),
            &entries,
            Rank::Admin
        ),
        [(3, Fault::SameEntryAs { line: 2 })]
    );
    // An owner stands above admins, and nobody above the owner.
    assert_eq!(plan_faults("name,rank\nBoss,member\n", &entries, Rank::Owner), []);
    assert_eq!(plan_faults("name,rank\nOwner,owner\n", &entries, Rank::Owner), []);
    assert_eq!(
        plan_faults("name,discord_id\nOwner,99\n", &entries, Rank::Owner),
        [(2, Fault::OwnersRank)]
    );
}

#[test]
fn an_export_is_safe_and_reads_back() {
    let names = [
        "=SUM(A1)",
        "+49",
        "-x-",
        "@here",
        "'=1",
        "''",
        "plain",
        "\"q\", x;y",
        "＝x",
        "é",
    ];
    let entries: Vec<Entry> = (1..)
        .zip(names)
        .map(|(n, name)| entry(n, name, (n % 2 == 0).then_some(n as u64), Rank::Member))
        .collect();
    let file = export(&entries).unwrap();
    let text = String::from_utf8(file.clone()).unwrap();
    assert!(text.starts_with("\u{FEFF}id,name,discord_id,rank,linked,since\r\n"));
    for cell in ["'=SUM(A1)", "'+49", "'-x-", "'@here", "''=1", "'＝x"] {
        assert!(text.contains(&format!(",{cell},")), "{cell} in {text}");
    }
    let sheet = parse(&file).unwrap();
    assert_eq!(
        (sheet.faults.len(), sheet.passed_over.as_slice()),
        (0, &["linked".to_owned(), "since".to_owned()][..])
    );
    let plan = plan(&sheet, &entries, Rank::Admin, || id(1));
    assert_eq!(
        (plan.steps.as_slice(), plan.faults.as_slice(), plan.unchanged),
        (&[][..], &[][..], names.len())
    );
}

proptest! {
    #[test]
    fn any_roster_survives_an_export(names in prop::collection::vec("['=+@\\-\",; \t]{0,3}\\PC{1,12}", 0..12), turn in 0..7_u8) {
        let entries: Vec<Entry> = (1..)
            .zip(names.iter().filter_map(|name| crate::domain::text::line(name, 32).ok()))
            .map(|(n, name)| entry(n, &name, None, Rank::ALL[1 + usize::from(turn % 5)]))
            .collect();
        let file = export(&entries).unwrap();
        for record in csv::Reader::from_reader(&file[3..]).records() {
            let record = record.unwrap();
            prop_assert!(!record[1].starts_with(['=', '+', '-', '@', '\t', '\r']), "{record:?}");
        }
        if entries.is_empty() {
            prop_assert_eq!(parse(&file), Err(FileFault::Empty));
        } else {
            let sheet = parse(&file).unwrap();
            prop_assert_eq!(&sheet.faults, &vec![]);
            let plan = plan(&sheet, &entries, Rank::Owner, || id(1));
            prop_assert_eq!((plan.unchanged, plan.faults, plan.steps), (entries.len(), vec![], vec![]));
        }
    }

    #[test]
    fn no_bytes_make_it_stumble(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "(name|id|rank|discord_id|[,;\t\n\"']|\\PC){0,60}") {
        let _ = parse(&bytes);
        if let Ok(sheet) = parse(text.as_bytes()) {
            let _ = plan(&sheet, &[entry(1, "Max", Some(1), Rank::Member)], Rank::Admin, || id(2));
        }
    }
}
