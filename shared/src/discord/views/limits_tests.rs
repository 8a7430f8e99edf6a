//! Discord's limits hold for whatever people type and however many they are.

use super::embed::{DESCRIPTION_MAX, FIELD_VALUE_MAX, FIELDS_MAX, TITLE_MAX, TOTAL_MAX};
use super::fixtures::{at, club, event, series, sheet};
use super::*;
use crate::discord::custom_id::CUSTOM_ID_MAX;
use crate::domain::cases::{Case, Settlement};
use crate::domain::event::{Event, EventState, Period};
use crate::domain::ids::{ChannelId, EntryId, GuildId, RoleId, RunId, UserId};
use crate::domain::matching::{Conflict, Kind, NameKind, Pairing, Reason, Subject, Tie};
use crate::domain::notice::{CaseShown, EventBrief, EventChange, Sheet};
use crate::domain::rank::Rank;
use crate::domain::refusal::{Field, FormFault, Problem, Refusal, Standing};
use crate::domain::roster::{Entry, GuildMember};
use crate::domain::series::{Class, ClassId, Series};
use crate::domain::standing::RoleTrouble;
use crate::domain::sync::{AlikeAccount, Counts, Likeness, RunKey, RunKind, RunState, SyncRun, Trouble};
use proptest::prelude::*;

/// Every limit of a message that Discord documents and a rendered body could break.
pub(super) fn fault(body: &Value) -> Option<String> {
    let fields = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let length = |value: &Value| value.as_str().map_or(0, text::len);
    let (content, embeds) = (length(&body["content"]), fields(&body["embeds"]));
    let mut total = 0;
    for embed in &embeds {
        let (title, description) = (length(&embed["title"]), length(&embed["description"]));
        total += title + description;
        if title > TITLE_MAX || description > DESCRIPTION_MAX || fields(&embed["fields"]).len() > FIELDS_MAX {
            return Some(format!("title {title}, description {description}"));
        }
        for field in fields(&embed["fields"]) {
            let (name, value) = (length(&field["name"]), length(&field["value"]));
            total += name + value;
            if !(1..=256).contains(&name) || !(1..=FIELD_VALUE_MAX).contains(&value) {
                return Some(format!("field {field}"));
            }
        }
    }
    if content > CONTENT_MAX || total > TOTAL_MAX || (content == 0 && total == 0) {
        return Some(format!("content {content}, embeds {total}"));
    }
    component_fault(&body["components"])
}

fn component_fault(rows: &Value) -> Option<String> {
    let mut ids = std::collections::HashSet::new();
    for control in rows
        .as_array()?
        .iter()
        .flat_map(|row| row["components"].as_array().into_iter().flatten())
    {
        let id = control["custom_id"].as_str().unwrap_or_default();
        let label = control["label"].as_str().map_or(1, text::len);
        if !(1..=CUSTOM_ID_MAX).contains(&id.len()) || !ids.insert(id.to_owned()) || label > 80 {
            return Some(format!("control {control}"));
        }
        for option in control["options"].as_array().into_iter().flatten() {
            // An option may do without a description.
            let length = |part: &str, absent| option[part].as_str().map_or(absent, text::len);
            let parts = [length("label", 0), length("value", 0), length("description", 1)];
            if parts.iter().any(|length| !(1..=100).contains(length)) {
                return Some(format!("option {option}"));
            }
        }
    }
    None
}

/// Names at their worst: long escapes, four-byte characters, line breaks, overrides, mentions.
pub(super) fn nasty(max: usize) -> impl Strategy<Value = String> {
    prop_oneof![
        Just("*".repeat(max)),
        Just("@".repeat(max)),
        Just("🏎".repeat(max)),
        Just("\u{202E}\n\u{200B}".repeat(max / 3 + 1)),
        Just("<@1>".repeat(max / 4 + 1)),
        Just("W".repeat(max)),
        prop::collection::vec(any::<char>(), 1..=max).prop_map(String::from_iter),
    ]
}

/// Ten classes of 100 seats with up to 100 drivers in each, 1,000 waiting for each, and 300 who do not come.
fn crowd() -> impl Strategy<Value = Sheet> {
    let counts = prop::collection::vec(
        (
            0..=100_usize,
            prop_oneof![Just(0_usize), Just(1000), 0..1000_usize],
        ),
        1..=10,
    );
    let texts = (
        nasty(80),
        nasty(20),
        nasty(300),
        prop::collection::vec(nasty(32), 5),
    );
    (
        counts,
        texts,
        0..300_usize,
        prop::sample::select(vec![EventState::Open, EventState::Cancelled]),
    )
        .prop_map(|(counts, (name, label, reason, names), absent, state)| {
            let class = |index: usize| Class {
                id: ClassId::of(&format!("{index}{}", "W".repeat(18))),
                label: format!("{index}{label}").chars().take(20).collect(),
                seats: 100,
                role: None,
            };
            let event = Event {
                name,
                state,
                opens_at: None,
                closes_at: None,
                state_since: None,
                cancelled_at: None,
                cancel_reason: Some(reason),
                classes: (0..counts.len()).map(class).collect(),
                ..event("GT3: 1")
            };
            let driver = |index: usize| names[index % names.len()].as_str();
            let drivers: Vec<(Vec<&str>, Vec<&str>)> = counts
                .iter()
                .map(|(seated, waiting)| {
                    (
                        (0..*seated).map(driver).collect(),
                        (0..*waiting).map(driver).collect(),
                    )
                })
                .collect();
            let drivers: Vec<(&[&str], &[&str])> = drivers
                .iter()
                .map(|(seated, waiting)| (seated.as_slice(), waiting.as_slice()))
                .collect();
            sheet(event, &drivers, &(0..absent).map(driver).collect::<Vec<_>>())
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_crowd_breaks_the_board(sheet in crowd(), club_name in nasty(50)) {
        let club = Club { name: club_name, ..club() };
        let (standing, views) = (Standing::Waiting { class: sheet.event.classes[0].label.clone() }, Views::default());
        let notices = [
            Notice::SignUpBoard { club: &club, sheet: &sheet },
            Notice::SignUpList { club: &club, sheet: &sheet },
            Notice::ChooseClass { event: &sheet.event, seats: &sheet.seats },
            Notice::EventDetails {
                club: &club, event: &sheet.event, seats: &sheet.seats, standing: &standing, channel: Some(ChannelId(u64::MAX)),
                answerable: true,
            },
        ];
        for notice in &notices {
            prop_assert_eq!(fault(&views.render(notice).body), None);
        }
        for sheets_field in views.render(&notices[0]).body["embeds"][0]["fields"].as_array().unwrap() {
            let value = sheets_field["value"].as_str().unwrap();
            prop_assert!(!value.contains("<@1>") && !value.contains("@@") );
            let overridden = value.contains('\u{202E}');
            prop_assert!(!overridden);
        }
    }

    #[test]
    fn no_text_breaks_a_message(
        name in nasty(80), description in nasty(1000), label in nasty(20), events in 0..30_usize, series_count in 0..100_usize,
    ) {
        let classes: Vec<Class> = (0..10)
            .map(|i| Class { id: ClassId::of(&format!("c{i}")), label: label.clone(), seats: 100, role: None })
            .collect();
        let club = Club { name: name.chars().take(50).collect(), ..club() };
        let event = Event {
            name: name.clone(), series_name: name.clone(), description, classes: classes.clone(), ..event("GT3: 1")
        };
        let all = vec![event.clone(); events];
        let series = vec![Series { name: name.clone(), classes: classes.clone(), ..series("x", "x: 1") }; series_count];
        let brief = EventBrief { unfit: vec![label.clone(); 60], limited: 60, ..EventBrief::of(&club, &event) };
        let standing = Standing::Seated { class: label.clone() };
        let (run, case) = (sync_run(), conflict(&name));
        let runs = vec![run.clone(); 10];
        let line = FormFault { field: Field::Classes, problem: Problem::NotAClass { line: label.clone() } };
        let form = Refusal::Form { faults: vec![line; 300] };
        let notices = [
            Notice::EventInfo { club: &club, event: &event },
            Notice::EventDetails { club: &club, event: &event, seats: &[], standing: &standing, channel: None, answerable: false },
            Notice::EventList { club: &club, period: Period::All, events: &all, more: true },
            Notice::EventChanged { change: EventChange::Created, event: &brief },
            Notice::ClubStatus { club: &club, members: u64::MAX, series: usize::MAX, upcoming: &all },
            Notice::ClubCreated { club: &club },
            Notice::SeriesCreated { colour: club.colour, name: &name, classes: &classes },
            Notice::SeriesList { club: &club, series: &series },
            Notice::Promoted { club: &club, event: &event, class: &label, channel: None },
            Notice::Answered { event: &name, standing: &standing },
            Notice::Refused { refusal: &form },
            Notice::SyncProgress { club: &club, run: &run, now: run.beat_at },
            Notice::SyncStatus { club: &club, run: Some(&run), next_at: Some(run.beat_at), now: run.beat_at },
            Notice::SyncHistory { club: &club, runs: &runs, older: Some(run.key.run) },
            Notice::Conflict { club: &club, case: Some(&case), settled: Some(Settlement::Never) },
        ];
        let views = Views::default();
        for notice in &notices {
            prop_assert_eq!(fault(&views.render(notice).body), None, "{:?}", notice);
        }
        prop_assert_eq!(fault(&views.info("0.1.0", Some(&club))), None);
        prop_assert_eq!(fault(&views.help(Some(&name))), None);
    }
}

/// A run with much to tell.
fn sync_run() -> SyncRun {
    let key = RunKey {
        club: club().id,
        run: RunId::from_parts(1, 1),
    };
    let many = u64::MAX / 8;
    let counts = Counts {
        pages: many,
        people: many,
        bots: many,
        joined: many,
        returned: many,
        changed: many,
        left: many,
        reactivated: many,
        deactivated: many,
        matched: many,
        renamed: many,
        ranked: many,
        applied: many,
        hindered: many,
        conflicts: many,
    };
    let user = Some(UserId(u64::MAX));
    SyncRun {
        state: RunState::Partial,
        counts,
        hindered: Some(
            (0..50)
                .map(|n| (RoleId(u64::MAX - n), RoleTrouble::TooHigh))
                .collect(),
        ),
        alike: (0..10)
            .map(|n| AlikeAccount {
                entry: EntryId::from_parts(1, n),
                name: "@".repeat(32),
                user: UserId(u64::MAX),
                how: Likeness::LooksAlike,
            })
            .collect(),
        without_account: many,
        trouble: vec![Trouble::Implausible {
            listed: many,
            expected: many,
        }],
        ..SyncRun::new(
            key,
            GuildId(1),
            RunKind::Initial,
            user,
            at("2026-11-21T09:00:00Z"),
        )
    }
}

/// As many candidates as there can be, all of that name.
fn conflict(name: &str) -> CaseShown {
    let name: String = name.chars().take(32).collect();
    let reasons = vec![
        Reason::Tied(Tie::Decided),
        Reason::Name(NameKind::GlobalName),
        Reason::OtherName,
        Reason::Gone,
        Reason::AccountTaken,
        Reason::EntryTaken,
    ];
    let now = at("2026-11-21T09:00:00Z");
    let (mut entries, mut accounts, mut pairings) = (Vec::new(), Vec::new(), Vec::new());
    for n in 1..=20 {
        let entry = EntryId::from_parts(1, u128::from(n));
        entries.push(Entry::new(club().id, entry, name.clone(), Rank::Member, now));
        accounts.push(GuildMember {
            user: UserId(u64::MAX - n),
            username: name.clone(),
            global_name: Some(name.clone()),
            nick: None,
            roles: Vec::new(),
            left_at: None,
        });
        pairings.push(Pairing {
            entry,
            user: UserId(u64::MAX - n),
            reasons: reasons.clone(),
        });
    }
    let conflict = Conflict {
        kind: Kind::Contradiction,
        subject: Subject::Entry(entries[0].id),
        pairings,
        more: usize::MAX / 2,
        facts: String::new(),
    };
    CaseShown {
        case: Case::new(club().id, conflict, RunId::from_parts(1, 1), now),
        entries,
        accounts,
        more: 25,
    }
}

#[test]
fn the_largest_crowd_is_cut_and_counted() {
    let names: Vec<String> = (0..1000).map(|n| format!("Driver number {n:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let classes: Vec<String> = (0..10).map(|n| format!("Class {n}: 100")).collect();
    let drivers: Vec<(&[&str], &[&str])> = vec![(&names[..100], &names[..]); 10];
    let sheet = sheet(event(&classes.join(",")), &drivers, &names);
    let club = club();
    let board = Views::default()
        .render(&Notice::SignUpBoard {
            club: &club,
            sheet: &sheet,
        })
        .body;
    assert_eq!(fault(&board), None);
    let fields = board["embeds"][0]["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 21);
    for field in fields {
        assert!(field["value"].as_str().unwrap().contains(" more"), "{field}");
    }
    // The room is used: less than one driver's name per list is left over.
    let used: usize = fields
        .iter()
        .map(|f| text::len(f["name"].as_str().unwrap()) + text::len(f["value"].as_str().unwrap()))
        .sum();
    assert!(used > TOTAL_MAX - 21 * 30 - 200, "{used}");
}

#[test]
fn a_full_class_of_short_names_is_shown_whole() {
    let names: Vec<String> = (0..60).map(|n| format!("Driver {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let club = Club {
        created_at: at("2026-01-01T00:00:00Z"),
        ..club()
    };
    let sheet = sheet(event("GT3: 60"), &[(&names, &[])], &[]);
    let board = Views::default()
        .render(&Notice::SignUpBoard {
            club: &club,
            sheet: &sheet,
        })
        .body;
    let value = board["embeds"][0]["fields"][0]["value"].as_str().unwrap();
    assert!(
        value.ends_with("60. Driver 59") && value.starts_with("1. Driver 0\n2. Driver 1\n"),
        "{value}"
    );
}
