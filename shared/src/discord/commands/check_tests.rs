use super::super::TREE;
use super::super::spec::{AutocompleteField, SubSpec};
use super::*;

const fn run(verb: Verb, options: &'static [OptionSpec]) -> Body {
    Body::Run(ActionSpec::new(verb, options, "Help."))
}

fn leak<T>(items: impl IntoIterator<Item = T>) -> &'static [T] {
    Vec::leak(items.into_iter().collect())
}

fn text(length: usize) -> &'static str {
    String::leak("a".repeat(length))
}

fn option(name: &'static str) -> OptionSpec {
    OptionSpec::text(name, "An option", 10)
}

fn rules(tree: &[CommandSpec]) -> Vec<(String, Rule)> {
    check(tree)
        .into_iter()
        .map(|fault| (fault.path, fault.rule))
        .collect()
}

fn with_options(options: &'static [OptionSpec]) -> Vec<(String, Rule)> {
    rules(&[CommandSpec::guild("c", "A command", run(Verb::Ping, options))])
}

fn at(path: &str, rule: Rule) -> Vec<(String, Rule)> {
    vec![(path.to_owned(), rule)]
}

#[test]
fn gantrys_tree_keeps_every_rule() {
    assert_eq!(check(TREE), []);
}

#[test]
fn names_are_1_to_32_lower_case_characters() {
    let named = |name| rules(&[CommandSpec::guild(name, "A command", run(Verb::Ping, &[]))]);
    assert_eq!(named(text(32)), []);
    assert_eq!(named("a-b_3"), []);
    for name in ["", text(33), "Ping", "two words", "naïve", "slash/", "dot."] {
        assert_eq!(named(name), at(name, Rule::Name), "{name}");
    }
    assert_eq!(with_options(leak([option("Name")])), at("c Name", Rule::Name));
}

#[test]
fn descriptions_are_1_to_100_characters() {
    let described = |text| rules(&[CommandSpec::guild("c", text, run(Verb::Ping, &[]))]);
    assert_eq!(described(text(100)), []);
    assert_eq!(described(String::leak("é".repeat(100))), []);
    assert_eq!(described(text(101)), at("c", Rule::Description));
    assert_eq!(described(""), at("c", Rule::Description));
    let blank = OptionSpec::text("o", "", 10);
    assert_eq!(with_options(leak([blank])), at("c o", Rule::Description));
}

#[test]
fn siblings_have_names_of_their_own() {
    let command = |verb| CommandSpec::guild("c", "A command", run(verb, &[]));
    assert_eq!(
        rules(&[command(Verb::Ping), command(Verb::Info)]),
        at("c", Rule::NotUnique)
    );
    assert_eq!(
        with_options(leak([option("o"), option("o")])),
        at("c o", Rule::NotUnique)
    );
    let sub = |verb| SubSpec::new("s", "A sub-command", ActionSpec::new(verb, &[], "Help."));
    let subs = Body::Subs(leak([sub(Verb::Ping), sub(Verb::Info)]));
    assert_eq!(
        rules(&[CommandSpec::guild("c", "A command", subs)]),
        at("c s", Rule::NotUnique)
    );
}

#[test]
fn a_verb_stands_in_one_place() {
    let command = |name| CommandSpec::guild(name, "A command", run(Verb::Ping, &[]));
    assert_eq!(rules(&[command("a"), command("b")]), at("b", Rule::VerbNotUnique));
}

#[test]
fn there_are_at_most_25_options() {
    let options = |n: usize| leak((0..n).map(|i| option(String::leak(format!("o{i}")))));
    assert_eq!(with_options(options(25)), []);
    assert_eq!(with_options(options(26)), at("c", Rule::TooManyChildren));
}

#[test]
fn there_are_1_to_25_sub_commands() {
    let none = CommandSpec::guild("c", "A command", Body::Subs(&[]));
    assert_eq!(rules(&[none]), at("c", Rule::NoSubCommand));
    // The verbs repeat, as there are fewer than 26 of them.
    let subs = |n: usize| {
        let sub = |i| {
            SubSpec::new(
                String::leak(format!("s{i}")),
                "A sub",
                ActionSpec::new(Verb::Ping, &[], "Help."),
            )
        };
        let spec = CommandSpec::guild("c", "A command", Body::Subs(leak((0..n).map(sub))));
        rules(&[spec])
            .into_iter()
            .filter(|(_, rule)| *rule != Rule::VerbNotUnique)
            .collect::<Vec<_>>()
    };
    assert_eq!(subs(25), []);
    assert_eq!(subs(26), at("c", Rule::TooManyChildren));
}

#[test]
fn required_options_come_first() {
    assert_eq!(with_options(leak([option("a").required(), option("b")])), []);
    assert_eq!(
        with_options(leak([option("a"), option("b").required()])),
        at("c b", Rule::RequiredBehindOptional)
    );
}

#[test]
fn the_longest_text_is_1_to_6000() {
    let length = |max| with_options(leak([OptionSpec::text("o", "An option", max)]));
    assert_eq!(length(1), []);
    assert_eq!(length(6000), []);
    assert_eq!(length(0), at("c o", Rule::Length));
    assert_eq!(length(6001), at("c o", Rule::Length));
}

#[test]
fn choices_are_few_short_and_unique() {
    let chosen = |choices: &'static [(&'static str, &'static str)]| {
        with_options(leak([OptionSpec::text("o", "An option", 100).choices(choices)]))
    };
    let many = |n: usize| {
        leak((0..n).map(|i| {
            (
                &*String::leak(format!("Name {i}")),
                &*String::leak(format!("v{i}")),
            )
        }))
    };
    assert_eq!(chosen(many(25)), []);
    assert_eq!(chosen(leak([(text(100), text(100))])), []);
    for bad in [
        many(26),
        many(0),
        leak([("", "v")]),
        leak([("n", "")]),
        leak([(text(101), "v")]),
        leak([("n", "v"), ("n", "w")]),
        leak([("n", "v"), ("m", "v")]),
    ] {
        assert_eq!(chosen(bad), at("c o", Rule::Choices), "{bad:?}");
    }
    let short = OptionSpec::text("o", "An option", 3).choices(&[("Four", "four")]);
    assert_eq!(with_options(leak([short])), at("c o", Rule::ChoiceTooLong));
}

#[test]
fn a_command_has_at_most_8000_characters() {
    // 25 options of 32 + 100, each but the last few with a choice of 100 + 100.
    let big = |last: usize| {
        let name = |i: usize| &*String::leak(format!("{i:0>32}"));
        let options = (0..24)
            .map(|i| OptionSpec::text(name(i), text(100), 100).choices(leak([(text(100), text(100))])));
        let tail = OptionSpec::text(text(last), "d", 100).choices(&[("n", "v")]);
        CommandSpec::guild("c", "d", run(Verb::Ping, leak(options.chain([tail]))))
    };
    // 24 x 332 = 7968, and 2 + 1 + 2 = 5 besides the last name: 27 characters of it fill 8000.
    assert_eq!(characters(&big(27)), 8000);
    assert_eq!(rules(&[big(27)]), []);
    assert_eq!(rules(&[big(28)]), at("c", Rule::TooManyCharacters));
}

#[test]
fn an_application_has_at_most_100_commands() {
    let tree = |n: usize| {
        let specs: Vec<_> = (0..n)
            .map(|i| CommandSpec::guild(String::leak(format!("c{i}")), "A command", run(Verb::Ping, &[])))
            .collect();
        rules(&specs)
            .into_iter()
            .filter(|(_, rule)| *rule != Rule::VerbNotUnique)
            .collect::<Vec<_>>()
    };
    assert_eq!(tree(100), []);
    assert_eq!(tree(101), at("", Rule::TooManyCommands));
}

#[test]
fn every_fault_is_found_at_once() {
    let options = leak([
        option("A"),
        option("b").required().suggested(AutocompleteField::Event),
    ]);
    let found = rules(&[CommandSpec::guild("C", "", run(Verb::Ping, options))]);
    assert_eq!(
        found,
        [
            ("C".to_owned(), Rule::Name),
            ("C".to_owned(), Rule::Description),
            ("C A".to_owned(), Rule::Name),
            ("C b".to_owned(), Rule::RequiredBehindOptional),
        ]
    );
}
