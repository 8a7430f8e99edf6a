//! The matcher against a labelled guild: 2,400 accounts and a roster of 1,500, made by a seeded generator that knows who is who.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

use gantry_shared::domain::ids::{EntryId, UserId};
use gantry_shared::domain::matching::{Alike, Kind, Outcome, Person, Reason, Roster, Seen, Tie};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is right to do with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    /// Its account has its name in some dress: to be matched.
    Dressed,
    /// Its account is tied and has its name or another: the tie is to be confirmed.
    Tied,
    /// Its account was found by name and has another by now: confirmed, and a person asked.
    Renamed,
    /// Its account was renamed, and somebody else has taken the name: never to be matched with them.
    Usurped,
    /// Its account left: a person is asked.
    Left,
    /// Two people on the roster have the name, or two accounts: a person is asked.
    Ambiguous,
    /// The linked account has another entry's name: confirmed, and a person asked.
    Contradicted,
    /// Its account has a name that is only like it: at most a suggestion.
    Alike,
    /// Somebody has a name that looks the same in other letters: at most a suspicion.
    LookAlike,
    /// Not in the guild.
    Absent,
}

const PLAN: [(Label, usize); 10] = [
    (Label::Dressed, 1000),
    (Label::Tied, 150),
    (Label::Renamed, 50),
    (Label::Usurped, 25),
    (Label::Left, 50),
    (Label::Ambiguous, 60),
    (Label::Contradicted, 15),
    (Label::Alike, 60),
    (Label::LookAlike, 40),
    (Label::Absent, 50),
];
const ACCOUNTS: usize = 2_400;

/// xorshift64*, so that the set is the same everywhere and for ever.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D);
        usize::try_from((mixed >> 33) % below as u64).unwrap()
    }

    fn of<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

/// Syllables and a joint, by script.
const SCRIPTS: [(&[&str], &str); 6] = [
    (
        &[
            "bren", "dor", "kal", "mi", "tu", "vess", "gar", "lop", "shen", "quo", "ria", "zet", "fyn",
            "hub", "wax",
        ],
        " ",
    ),
    (
        &[
            "çe", "ño", "dör", "é", "šá", "łu", "ğa", "ß", "åk", "œu", "ír", "ţu", "ő", "mañ", "zé",
        ],
        " ",
    ),
    (
        &[
            "бро", "ди", "жу", "лы", "го", "щер", "мя", "фёд", "юн", "зай", "пль", "вик", "шу", "нец",
        ],
        " ",
    ),
    (
        &[
            "θη", "λάμ", "ξω", "πρί", "σου", "φε", "γκύ", "δά", "ψι", "ζέ", "μπό", "λιξ",
        ],
        " ",
    ),
    (
        &[
            "鈴", "木", "健", "太", "ハ", "ヤ", "ブ", "サ", "김", "민", "준", "서", "李", "偉", "陳", "ガ",
        ],
        "・",
    ),
    (
        &[
            "مح", "سا", "لي", "نور", "بدر", "كري", "فؤا", "طه", "زين", "هشا", "وعد", "ثنا",
        ],
        " ",
    ),
];

struct Maker {
    dice: Dice,
    used: HashSet<String>,
}

impl Maker {
    /// A name of two words that nobody had yet, and that is not like one.
    fn name(&mut self) -> String {
        loop {
            let (syllables, joint) = SCRIPTS[self.dice.roll(SCRIPTS.len())];
            let mut word = |count: usize| {
                let word: String = (0..count).map(|_| self.dice.of(syllables)).collect();
                let mut letters = word.chars();
                let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
                first + letters.as_str()
            };
            let name = format!("{}{joint}{}", word(3), word(4));
            let plain: String = name
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric())
                .collect();
            if self.used.insert(plain) {
                return name;
            }
        }
    }

    /// The name as a person might write it: the same by the rules.
    fn dress(&mut self, name: &str) -> String {
        let mut text = name.replace('・', " ");
        if self.dice.roll(2) == 0 {
            text = text.replace(
                ' ',
                self.dice
                    .of(&["_", ".", "-", "  ", "\u{3000}", "\u{00A0}", "\u{2010}"]),
            );
        }
        text = match self.dice.roll(5) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text,
        };
        text = match self.dice.roll(4) {
            0 => DecomposingNormalizerBorrowed::new_nfd()
                .normalize(&text)
                .into_owned(),
            1 => ComposingNormalizerBorrowed::new_nfc()
                .normalize(&text)
                .into_owned(),
            2 => text.chars().map(full_width).collect(),
            _ => text,
        };
        if self.dice.roll(6) == 0 {
            let after = text.chars().next().map_or(0, char::len_utf8);
            text.insert(after, ['\u{200B}', '\u{2060}', '\u{00AD}'][self.dice.roll(3)]);
        }
        let number = self.dice.roll(999) + 1;
        text = match self.dice.roll(6) {
            0 => format!("{text} #{number}"),
            1 => format!("#{number} {text}"),
            _ => text,
        };
        match self.dice.roll(7) {
            0 => format!("[APX] {text}"),
            1 => format!("APX | {text}"),
            2 => format!("{text} (APX)"),
            3 => format!("{text} | APX"),
            4 => format!("【APX】{text}"),
            _ => text,
        }
    }

    /// The name with a slip or two in it.
    fn slip(&mut self, name: &str) -> String {
        let mut letters: Vec<char> = name.chars().collect();
        let at = 1 + self.dice.roll(letters.len() - 2);
        match self.dice.roll(3) {
            0 => letters.insert(at, 'o'),
            1 => letters[at] = 'x',
            _ => letters.push('1'),
        }
        letters.into_iter().collect()
    }
}

fn full_width(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
        other => other,
    }
}

/// Latin letters replaced by Cyrillic ones that look the same.
fn disguise(name: &str) -> String {
    let pairs = [
        ('a', 'а'),
        ('e', 'е'),
        ('o', 'о'),
        ('c', 'с'),
        ('p', 'р'),
        ('x', 'х'),
        ('i', 'і'),
        ('s', 'ѕ'),
    ];
    let swap = |c| {
        pairs
            .iter()
            .find(|(latin, _)| *latin == c)
            .map_or(c, |(_, cyrillic)| *cyrillic)
    };
    name.chars().map(swap).collect()
}

struct Case {
    label: Label,
    entry: EntryId,
    name: String,
    tie: Option<(UserId, Tie)>,
    /// The account that is really theirs, if it is in the guild.
    truth: Option<UserId>,
}

struct Account {
    user: UserId,
    username: String,
    global_name: Option<String>,
    nick: Option<String>,
}

struct Set {
    cases: Vec<Case>,
    accounts: Vec<Account>,
}

struct Builder {
    maker: Maker,
    cases: Vec<Case>,
    accounts: Vec<Account>,
}

impl Builder {
    fn account(&mut self, shown: Option<String>) -> UserId {
        let n = self.accounts.len() as u64;
        let user = UserId(100_000_000_000_000_000 + n * 7_919);
        let mut account = Account {
            user,
            username: format!(
                "{}{n}",
                self.maker
                    .dice
                    .of(&["racer", "gt3fan", "apex_hunter", "lmp", "box.box"])
            ),
            global_name: None,
            nick: None,
        };
        match (shown, self.maker.dice.roll(3)) {
            (Some(shown), 0) => account.username = shown,
            (Some(shown), 1) => account.global_name = Some(shown),
            (shown, _) => account.nick = shown,
        }
        self.accounts.push(account);
        user
    }

    fn stranger(&mut self) -> UserId {
        let name = self.maker.name();
        self.account(Some(name))
    }

    fn case(&mut self, label: Label, name: String, tie: Option<(UserId, Tie)>, truth: Option<UserId>) {
        let entry = EntryId::from_parts(1_700_000_000_000, self.cases.len() as u128 + 1);
        self.cases.push(Case {
            label,
            entry,
            name,
            tie,
            truth,
        });
    }

    fn add(&mut self, label: Label, n: usize) {
        let name = self.maker.name();
        let dressed = self.maker.dress(&name);
        match label {
            Label::Dressed => {
                let user = self.account(Some(dressed));
                self.case(label, name, None, Some(user));
            }
            Label::Tied => {
                let tie = [Tie::Linked, Tie::Stored, Tie::Decided][n % 3];
                let user = match n % 2 {
                    0 => self.account(Some(dressed)),
                    _ => self.stranger(),
                };
                self.case(label, name, Some((user, tie)), Some(user));
            }
            Label::Renamed => {
                let user = self.stranger();
                self.case(label, name, Some((user, Tie::Named)), Some(user));
            }
            Label::Usurped => {
                let user = self.stranger();
                self.account(Some(dressed));
                self.case(label, name, Some((user, Tie::Named)), Some(user));
            }
            Label::Left => {
                let gone = UserId(900_000_000_000_000_000 + n as u64);
                let tie = [Tie::Linked, Tie::Stored, Tie::Decided, Tie::Named][n % 4];
                self.case(label, name, Some((gone, tie)), None);
            }
            Label::Ambiguous if n.is_multiple_of(2) => {
                self.account(Some(dressed.clone()));
                self.account(Some(name.clone()));
                self.case(label, name, None, None);
            }
            Label::Ambiguous => {
                self.account(Some(name.clone()));
                self.case(label, format!("{name} #1"), None, None);
                self.case(label, format!("{name} #2"), None, None);
            }
            Label::Contradicted => {
                let user = self.account(Some(dressed));
                let other = self.maker.name();
                self.case(label, other, Some((user, Tie::Linked)), Some(user));
                self.case(Label::Ambiguous, name, None, None);
            }
            Label::Alike => {
                let slipped = match n % 3 {
                    0 => format!("{name} #77"),
                    _ => self.maker.slip(&name),
                };
                self.account(Some(slipped));
                let name = if n.is_multiple_of(3) {
                    format!("{name} #78")
                } else {
                    name
                };
                self.case(label, name, None, None);
            }
            Label::LookAlike => {
                let latin = format!("Cap{} Sioe{}", "xo".repeat(n / 8 + 1), "pe".repeat(n % 8 + 1));
                let disguised = disguise(&latin);
                assert_ne!(disguised, latin);
                let poser = self.account(Some(disguised));
                assert!(poser.0 > 0);
                match n % 2 {
                    0 => self.case(label, latin, None, None),
                    _ => {
                        let user = self.account(Some(latin.clone()));
                        self.case(label, latin, Some((user, Tie::Linked)), Some(user));
                    }
                }
            }
            Label::Absent => self.case(label, name, None, None),
        }
    }
}

fn labelled() -> Set {
    let maker = Maker {
        dice: Dice(0x5EED_0000_2026_1121),
        used: HashSet::new(),
    };
    let mut builder = Builder {
        maker,
        cases: Vec::new(),
        accounts: Vec::new(),
    };
    for (label, count) in PLAN {
        let until = builder.cases.len() + count;
        let mut n = 0;
        while builder.cases.len() < until {
            builder.add(label, n);
            n += 1;
        }
    }
    while builder.accounts.len() < ACCOUNTS {
        builder.stranger();
    }
    Set {
        cases: builder.cases,
        accounts: builder.accounts,
    }
}

fn run(set: &Set) -> Outcome {
    let mut roster = Roster::default();
    for case in &set.cases {
        roster.add(&Person {
            entry: case.entry,
            name: &case.name,
            tie: case.tie,
            untied: &[],
        });
    }
    let mut matcher = roster.into_matcher();
    for account in &set.accounts {
        matcher.see(&Seen {
            user: account.user,
            username: &account.username,
            global_name: account.global_name.as_deref(),
            nick: account.nick.as_deref(),
        });
    }
    matcher.finish()
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Score {
    all: usize,
    /// Matched with the right account, or rightly with none.
    right: usize,
    /// Not matched with the account that is theirs.
    missed: usize,
    /// Matched with an account that is not theirs.
    wrong: usize,
    /// Put before a person.
    asked: usize,
    /// Suggested, without a match.
    suggested: usize,
}

fn score(set: &Set, outcome: &Outcome) -> BTreeMap<Label, Score> {
    let matched: HashMap<EntryId, UserId> = outcome
        .matches
        .iter()
        .map(|found| (found.entry, found.user))
        .collect();
    let asked: HashSet<EntryId> = outcome
        .conflicts
        .iter()
        .flat_map(|c| &c.pairings)
        .map(|p| p.entry)
        .collect();
    let suggested: HashSet<EntryId> = outcome.suggestions.iter().map(|found| found.entry).collect();
    let mut scores: BTreeMap<Label, Score> = BTreeMap::new();
    for case in &set.cases {
        let score = scores.entry(case.label).or_default();
        score.all += 1;
        match (matched.get(&case.entry), case.truth) {
            (found, truth) if found.copied() == truth => score.right += 1,
            (None, _) => score.missed += 1,
            (Some(_), _) => score.wrong += 1,
        }
        score.asked += usize::from(asked.contains(&case.entry));
        score.suggested += usize::from(suggested.contains(&case.entry));
    }
    scores
}

#[test]
fn a_labelled_guild_is_matched_without_a_wrong_merge() {
    let set = labelled();
    assert!(set.cases.len() >= 1_500 && set.accounts.len() >= 2_000);
    let outcome = run(&set);
    let scores = score(&set, &outcome);
    println!("{} entries, {} accounts", set.cases.len(), set.accounts.len());
    println!(
        "{:<13}{:>6}{:>7}{:>8}{:>7}{:>7}{:>11}",
        "label", "all", "right", "missed", "wrong", "asked", "suggested"
    );
    for (label, s) in &scores {
        let label = format!("{label:?}");
        println!(
            "{label:<13}{:>6}{:>7}{:>8}{:>7}{:>7}{:>11}",
            s.all, s.right, s.missed, s.wrong, s.asked, s.suggested
        );
    }
    let sum = |of: fn(&Score) -> usize| scores.values().map(of).sum::<usize>();
    let matchable = set.cases.iter().filter(|case| case.truth.is_some()).count();
    let missed = sum(|s| s.missed);
    println!(
        "matchable {matchable}, found {}, missed {missed}, wrong {}",
        matchable - missed,
        sum(|s| s.wrong)
    );
    assert_eq!(sum(|s| s.wrong), 0, "wrong merges");
    assert!(missed * 100 < matchable, "{missed} of {matchable} missed");
    // What needs a person gets one, and nothing else does.
    for label in [
        Label::Renamed,
        Label::Usurped,
        Label::Left,
        Label::Ambiguous,
        Label::Contradicted,
    ] {
        assert_eq!(scores[&label].asked, scores[&label].all, "{label:?}");
    }
    for label in [
        Label::Dressed,
        Label::Tied,
        Label::Alike,
        Label::LookAlike,
        Label::Absent,
    ] {
        assert_eq!(scores[&label].asked, 0, "{label:?}");
    }
    assert_eq!(scores[&Label::LookAlike].suggested, scores[&Label::LookAlike].all);
    assert!(scores[&Label::Alike].suggested * 100 >= scores[&Label::Alike].all * 95);
    assert_eq!(
        scores[&Label::Absent].suggested + scores[&Label::Dressed].suggested,
        0
    );
}

#[test]
fn each_conflict_of_the_labelled_guild_says_what_it_is() {
    let set = labelled();
    let outcome = run(&set);
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for conflict in &outcome.conflicts {
        *kinds.entry(conflict.kind).or_default() += 1;
        assert!(
            conflict
                .pairings
                .iter()
                .all(|pairing| !pairing.reasons.is_empty()),
            "{conflict:?}"
        );
        if conflict.kind == Kind::Left {
            assert!(conflict.pairings[0].reasons.contains(&Reason::Gone));
        }
    }
    println!("{kinds:?}");
    let count = |kind| kinds.get(&kind).copied().unwrap_or(0);
    assert_eq!((count(Kind::Renamed), count(Kind::Left)), (75, 50));
    assert!(
        count(Kind::TwoEntries) >= 15 && count(Kind::TwoAccounts) >= 15 && count(Kind::Contradiction) >= 7,
        "{kinds:?}"
    );
    let suspicious = outcome
        .suggestions
        .iter()
        .filter(|found| found.alike == Alike::LooksAlike)
        .count();
    assert!(suspicious >= 40, "{suspicious}");
    // The same guild again: nothing new to decide.
    assert_eq!(run(&set), outcome);
}

/// Much larger than the labelled guild: everything that is not indexed would be noticed by the time it takes.
#[test]
fn a_guild_of_20_000_is_matched() {
    let mut maker = Maker {
        dice: Dice(7),
        used: HashSet::new(),
    };
    let names: Vec<String> = (0..2_000).map(|_| maker.name()).collect();
    let mut roster = Roster::default();
    for (n, name) in names.iter().take(2_000).enumerate() {
        let entry = EntryId::from_parts(1, n as u128 + 1);
        roster.add(&Person {
            entry,
            name,
            tie: None,
            untied: &[],
        });
    }
    let mut matcher = roster.into_matcher();
    for n in 0..20_000_usize {
        let username = format!("someone{n}");
        let nick = (n % 10 == 0).then(|| names[n / 10].as_str());
        let user = UserId(1 + n as u64);
        matcher.see(&Seen {
            user,
            username: &username,
            global_name: None,
            nick,
        });
    }
    let outcome = matcher.finish();
    assert_eq!((outcome.matches.len(), outcome.conflicts.len()), (2_000, 0));
    assert_eq!(
        (outcome.unmatched_entries, outcome.unmatched_accounts),
        (0, 18_000)
    );
}
