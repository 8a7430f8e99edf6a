use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

fn entry(n: u128) -> EntryId {
    EntryId::from_parts(1, n)
}

/// Entries as number, name and tie; accounts as id and nickname.
type Entered<'a> = (u128, &'a str, Option<(u64, Tie)>);

fn run(entries: &[Entered<'_>], accounts: &[(u64, &str)]) -> Outcome {
    let mut roster = Roster::default();
    for (n, name, tie) in entries {
        let tie = tie.map(|(user, tie)| (UserId(user), tie));
        roster.add(&Person {
            entry: entry(*n),
            name,
            tie,
            untied: &[],
        });
    }
    let mut matcher = roster.into_matcher();
    for (user, nick) in accounts {
        matcher.see(&Seen {
            user: UserId(*user),
            username: &format!("account{user}"),
            global_name: None,
            nick: Some(nick),
        });
    }
    matcher.finish()
}

fn pairs(outcome: &Outcome) -> Vec<(EntryId, u64)> {
    outcome
        .matches
        .iter()
        .map(|found| (found.entry, found.user.0))
        .collect()
}

fn keys(outcome: &Outcome) -> Vec<String> {
    outcome.conflicts.iter().map(Conflict::key).collect()
}

fn only(outcome: &Outcome) -> &Conflict {
    assert_eq!(outcome.conflicts.len(), 1, "{:#?}", outcome.conflicts);
    &outcome.conflicts[0]
}

fn reasons(conflict: &Conflict) -> Vec<(EntryId, u64, &[Reason])> {
    let pairings = conflict.pairings.iter();
    pairings
        .map(|pairing| (pairing.entry, pairing.user.0, pairing.reasons.as_slice()))
        .collect()
}

const NICK: Reason = Reason::Name(NameKind::Nick);

#[test]
fn an_exact_name_matches_by_whichever_name_it_is() {
    let mut roster = Roster::default();
    for (n, name) in [(1, "Max Power"), (2, "Ada #7"), (3, "Šárka")] {
        roster.add(&Person {
            entry: entry(n),
            name,
            tie: None,
            untied: &[],
        });
    }
    let mut matcher = roster.into_matcher();
    let mut see = |user, username, global_name, nick| {
        matcher.see(&Seen {
            user: UserId(user),
            username,
            global_name,
            nick,
        })
    };
    see(11, "max.power", None, None);
    see(12, "x12", Some("[APX] ADA"), None);
    see(13, "x13", Some("x"), Some("S\u{030C}a\u{0301}rka | APX"));
    see(14, "nobody", None, None);
    let outcome = matcher.finish();
    assert_eq!(
        outcome.matches,
        [
            (1, 11, NameKind::Username),
            (2, 12, NameKind::GlobalName),
            (3, 13, NameKind::Nick)
        ]
        .map(|(n, user, name)| Match {
            entry: entry(n),
            user: UserId(user),
            how: How::Name(name)
        })
    );
    assert!(outcome.matches.iter().all(Match::is_new));
    assert_eq!((outcome.unmatched_entries, outcome.unmatched_accounts), (0, 1));
    assert_eq!(outcome.conflicts, []);
}

#[test]
fn ties_come_before_names_and_stay() {
    let outcome = run(
        &[
            (1, "Max", Some((11, Tie::Linked))),
            (2, "Ada", Some((12, Tie::Stored))),
            (3, "Bo", Some((13, Tie::Decided))),
        ],
        &[
            (11, "Max"),
            (12, "someone"),
            (13, "whoever"),
            (14, "Bo"),
            (15, "Max"),
        ],
    );
    assert_eq!(pairs(&outcome), [(entry(1), 11), (entry(2), 12), (entry(3), 13)]);
    assert!(!outcome.matches.iter().any(Match::is_new));
    // A namesake of somebody at rest is just a namesake, and what was decided is not asked again.
    assert_eq!(keys(&outcome), Vec::<String>::new());
    assert_eq!(outcome.unmatched_accounts, 2);
}

#[test]
fn one_account_for_two_entries_is_a_conflict() {
    let outcome = run(&[(1, "Max #7", None), (2, "Max #8", None)], &[(11, "Max")]);
    assert_eq!(pairs(&outcome), []);
    let conflict = only(&outcome);
    assert_eq!(
        (conflict.kind, conflict.key().as_str()),
        (Kind::TwoEntries, "two-entries#11")
    );
    assert_eq!(
        reasons(conflict),
        [(entry(1), 11, &[NICK][..]), (entry(2), 11, &[NICK][..])]
    );
    // Even if one of them has its account: which Max the new one is, is a guess.
    let outcome = run(
        &[(1, "Max", Some((11, Tie::Linked))), (2, "Max #8", None)],
        &[(11, "Max"), (12, "Max")],
    );
    assert_eq!(pairs(&outcome), [(entry(1), 11)]);
    assert_eq!(only(&outcome).key(), "two-entries#12");
}

#[test]
fn two_accounts_for_one_entry_are_a_conflict() {
    let outcome = run(&[(1, "Max", None)], &[(11, "Max #7"), (12, "[APX] max")]);
    assert_eq!(pairs(&outcome), []);
    let conflict = only(&outcome);
    assert_eq!(conflict.kind, Kind::TwoAccounts);
    assert_eq!(
        reasons(conflict),
        [(entry(1), 11, &[NICK][..]), (entry(1), 12, &[NICK][..])]
    );
    assert_eq!((outcome.unmatched_entries, outcome.unmatched_accounts), (0, 0));
    // Accounts whose own entry is proven are not in the way.
    let outcome = run(
        &[(1, "Max", None), (2, "Max #7", Some((11, Tie::Linked)))],
        &[(11, "Max #7"), (12, "[APX] max #8")],
    );
    assert_eq!(pairs(&outcome), [(entry(1), 12), (entry(2), 11)]);
}

#[test]
fn an_account_that_contradicts_the_name_is_a_conflict() {
    // The account's name is another entry's.
    let outcome = run(
        &[(1, "Max", Some((11, Tie::Linked))), (2, "Ada", None)],
        &[(11, "Ada")],
    );
    assert_eq!(pairs(&outcome), [(entry(1), 11)]);
    let conflict = only(&outcome);
    assert_eq!(
        (conflict.kind, conflict.subject),
        (Kind::Contradiction, Subject::Entry(entry(1)))
    );
    assert_eq!(
        reasons(conflict),
        [
            (entry(1), 11, &[Reason::Tied(Tie::Linked), Reason::OtherName][..]),
            (entry(2), 11, &[NICK, Reason::AccountTaken][..]),
        ]
    );
    // The entry's name is another account's.
    let outcome = run(
        &[(1, "Max", Some((11, Tie::Stored)))],
        &[(11, "Ada"), (12, "Max")],
    );
    assert_eq!(
        reasons(only(&outcome)),
        [
            (entry(1), 11, &[Reason::Tied(Tie::Stored), Reason::OtherName][..]),
            (entry(1), 12, &[NICK, Reason::EntryTaken][..]),
        ]
    );
    // Another name alone is none.
    assert_eq!(
        keys(&run(&[(1, "Max", Some((11, Tie::Stored)))], &[(11, "Ada")])),
        Vec::<String>::new()
    );
}

#[test]
fn a_rename_is_a_conflict_once_for_each_name() {
    let named = [(1, "Max", Some((11, Tie::Named))), (2, "Ada", None)];
    let before = run(&named, &[(11, "Max #1")]);
    assert_eq!(keys(&before), Vec::<String>::new());
    let tom = run(&named, &[(11, "Tom")]);
    assert_eq!(only(&tom).kind, Kind::Renamed);
    assert_eq!(pairs(&tom), [(entry(1), 11)]);
    assert_eq!(
        reasons(only(&tom)),
        [(entry(1), 11, &[Reason::Tied(Tie::Named), Reason::OtherName][..])]
    );
    let again = run(&named, &[(11, "tom"), (12, "Zoe")]);
    assert_eq!(only(&again).facts, only(&tom).facts);
    let tim = run(&named, &[(11, "Tim")]);
    assert_eq!(only(&tim).key(), only(&tom).key());
    assert_ne!(only(&tim).facts, only(&tom).facts);
    // Another takes over the name that became free: never a match.
    let taken = run(&named, &[(11, "Ada"), (12, "Max")]);
    assert_eq!(pairs(&taken), [(entry(1), 11)]);
    assert_eq!(only(&taken).pairings.len(), 3);
    assert_ne!(only(&taken).facts, only(&tom).facts);
}

#[test]
fn a_new_entry_of_the_same_name_is_asked_about() {
    for tie in [Tie::Named, Tie::Stored] {
        let outcome = run(&[(1, "Max", Some((11, tie))), (2, "max", None)], &[(11, "Max")]);
        assert_eq!(pairs(&outcome), [(entry(1), 11)], "{tie:?}");
        assert_eq!(only(&outcome).key(), "two-entries#11", "{tie:?}");
    }
    // Whoever has an account of their own is a namesake.
    let both = [
        (1, "Max", Some((11, Tie::Stored))),
        (2, "max", Some((12, Tie::Stored))),
    ];
    assert_eq!(
        keys(&run(&both, &[(11, "Max"), (12, "max")])),
        Vec::<String>::new()
    );
    for tie in [Tie::Linked, Tie::Decided] {
        let outcome = run(&[(1, "Max", Some((11, tie))), (2, "max", None)], &[(11, "Max")]);
        assert_eq!((pairs(&outcome).len(), keys(&outcome).len()), (1, 0), "{tie:?}");
    }
}

#[test]
fn an_account_that_left_is_a_conflict_with_those_of_its_name() {
    let outcome = run(
        &[(1, "Max", Some((11, Tie::Linked)))],
        &[(12, "Max"), (13, "Ada")],
    );
    assert_eq!(pairs(&outcome), []);
    let conflict = only(&outcome);
    assert_eq!(conflict.kind, Kind::Left);
    assert_eq!(
        reasons(conflict),
        [
            (entry(1), 11, &[Reason::Tied(Tie::Linked), Reason::Gone][..]),
            (entry(1), 12, &[NICK, Reason::EntryTaken][..]),
        ]
    );
    assert_eq!((outcome.unmatched_entries, outcome.unmatched_accounts), (0, 1));
}

#[test]
fn an_account_on_two_entries_matches_neither_unless_one_is_proven() {
    let entries = |second| {
        [
            (1, "Max", Some((11, Tie::Stored))),
            (2, "Max", Some((11, second))),
        ]
    };
    let outcome = run(&entries(Tie::Named), &[(11, "Max")]);
    assert_eq!(pairs(&outcome), []);
    assert_eq!(only(&outcome).key(), "two-entries#11");
    assert_eq!(
        pairs(&run(&entries(Tie::Linked), &[(11, "Max")])),
        [(entry(2), 11)]
    );
}

#[test]
fn likeness_is_suggested_and_never_matched() {
    let outcome = run(
        &[
            (1, "Maximilian Weber", None),
            (2, "Ada #7", None),
            (3, "Boris", Some((13, Tie::Linked))),
            (4, "Zoe Ng", None),
        ],
        &[
            (11, "Maximilian Webber"),
            (12, "Ada #8"),
            (13, "Boris"),
            (14, "B\u{043E}ris"),
            (15, "Borys"),
            (16, "Zoe Ng"),
            (17, "Zoe  Ngu"),
        ],
    );
    assert_eq!(pairs(&outcome), [(entry(3), 13), (entry(4), 16)]);
    assert_eq!(keys(&outcome), Vec::<String>::new());
    let suggested: Vec<_> = outcome
        .suggestions
        .iter()
        .map(|s| (s.entry, s.user.0, s.alike))
        .collect();
    assert_eq!(
        suggested,
        [
            (entry(1), 11, Alike::Similar(std::cmp::Reverse(93))),
            (entry(2), 12, Alike::OtherDetails),
            (entry(3), 14, Alike::LooksAlike),
        ]
    );
}

#[test]
fn a_crowd_of_namesakes_is_counted() {
    let accounts: Vec<(u64, &str)> = (1..=50).map(|user| (user, "Max")).collect();
    let outcome = run(&[(1, "Max", None)], &accounts);
    let conflict = only(&outcome);
    assert_eq!((conflict.pairings.len(), conflict.more), (20, 30));
    assert!(serde_json::to_string(conflict).unwrap().len() < 4_000);
    assert_eq!(outcome.unmatched_accounts, 0);
}

#[test]
fn names_of_nothing_but_tags_fit_nobody() {
    let outcome = run(
        &[(1, "[APX]", None), (2, "#7", None), (3, "-", None)],
        &[(11, "[APX]"), (12, "#7"), (13, "_")],
    );
    assert_eq!(
        (
            outcome.matches.len(),
            outcome.conflicts.len(),
            outcome.suggestions.len()
        ),
        (0, 0, 0)
    );
    assert_eq!((outcome.unmatched_entries, outcome.unmatched_accounts), (3, 3));
}

/// A few names that fit each other in all the ways there are.
fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "Max",
        "max #7",
        "Max #8",
        "[APX] Max",
        "Ada",
        "ADA",
        "Ad\u{0430}",
        "Maximilian",
        "[APX]",
        "",
    ])
}

fn tie() -> impl Strategy<Value = Option<(u64, Tie)>> {
    let ties = prop::sample::select(vec![Tie::Linked, Tie::Decided, Tie::Stored, Tie::Named]);
    prop::option::of((10..16_u64, ties))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_is_merged_on_a_guess(
        entries in prop::collection::vec((name(), tie()), 0..6),
        accounts in prop::collection::btree_map(10..16_u64, name(), 0..6),
        turn in 0..6_usize,
    ) {
        let mut entries: Vec<_> = (1_u128..).zip(&entries).map(|(n, (name, tie))| (n, *name, *tie)).collect();
        let mut accounts: Vec<_> = accounts.into_iter().collect();
        let outcome = run(&entries, &accounts);
        // Nobody twice.
        let (found, users): (HashSet<_>, HashSet<_>) = outcome.matches.iter().map(|m| (m.entry, m.user)).unzip();
        prop_assert_eq!((found.len(), users.len()), (outcome.matches.len(), outcome.matches.len()));
        for new in outcome.matches.iter().filter(|found| found.is_new()) {
            // A new match is the only one of its name on either side that is not beyond doubt elsewhere.
            let settled = |user: u64| {
                entries.iter().any(|(_, _, tie)| matches!(tie, Some((other, Tie::Linked | Tie::Decided)) if *other == user))
            };
            let own = entries.iter().find(|(n, ..)| entry(*n) == new.entry).unwrap();
            prop_assert_eq!(own.2, None);
            let same = |a: &str, b: &str| crate::domain::names::same_user(a, b);
            let fitting: Vec<_> = accounts.iter().filter(|(user, name)| same(name, own.1) && !settled(*user)).collect();
            prop_assert_eq!(fitting.len(), 1);
            let fits = entries.iter().filter(|(_, name, _)| same(name, fitting[0].1)).count();
            prop_assert_eq!(fits, 1);
            prop_assert!(!outcome.conflicts.iter().any(|c| c.subject == Subject::Account(new.user)));
        }
        // Every account and entry is somewhere.
        let distinct: HashSet<_> = outcome.conflicts.iter().map(Conflict::key).collect();
        prop_assert_eq!(distinct.len(), outcome.conflicts.len());
        // The order of what is seen does not matter.
        if !entries.is_empty() {
            let by = turn % entries.len();
            entries.rotate_left(by);
        }
        accounts.reverse();
        prop_assert_eq!(run(&entries, &accounts), outcome);
    }
}
