//! Discord's rules for commands (Discord docs, application commands), checked over a whole tree.

use super::Verb;
use super::spec::{ActionSpec, Body, CommandSpec, OptionSpec, SubSpec, Values};
use std::collections::HashSet;

const NAME_MAX: usize = 32;
const DESCRIPTION_MAX: usize = 100;
const CHOICE_MAX: usize = 100;
const CHILDREN_MAX: usize = 25;
const COMMANDS_MAX: usize = 100;
const CHARACTERS_MAX: usize = 8000;
const LENGTH_MAX: u16 = 6000;

/// A rule that a tree breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("/{path}: {rule}")]
pub struct Fault {
    /// Names from the command down, with spaces between; empty for the tree as a whole.
    pub path: String,
    /// What is broken.
    pub rule: Rule,
}

/// A rule for commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// Gantry's own, inside Discord's: default names are ASCII.
    #[error("a name has 1 to 32 lower-case letters, digits, - and _")]
    Name,
    /// Discord's bounds.
    #[error("a description has 1 to 100 characters")]
    Description,
    /// Siblings' names.
    #[error("the name is used twice")]
    NotUnique,
    /// Options or sub-commands.
    #[error("more than 25 options or sub-commands")]
    TooManyChildren,
    /// A command with no sub-command could never be run.
    #[error("no sub-command")]
    NoSubCommand,
    /// Discord refuses the order.
    #[error("a required option stands behind an optional one")]
    RequiredBehindOptional,
    /// Discord's bounds.
    #[error("the longest text is 1 to 6000 characters")]
    Length,
    /// Discord's bounds.
    #[error("1 to 25 choices, each with a unique name and value of 1 to 100 characters")]
    Choices,
    /// A choice that the option itself would refuse.
    #[error("a choice is longer than the option's longest text")]
    ChoiceTooLong,
    /// Combined.
    #[error("names, descriptions and choices have more than 8000 characters")]
    TooManyCharacters,
    /// Per application.
    #[error("more than 100 commands")]
    TooManyCommands,
    /// Gantry's own: help pages and links name sub-commands by it.
    #[error("a path is not the group's name and the sub-command's")]
    Path,
    /// Gantry's own: the router would find the first one only.
    #[error("the verb is used twice")]
    VerbNotUnique,
}

/// Every rule that the tree breaks.
#[must_use]
pub fn check(tree: &[CommandSpec]) -> Vec<Fault> {
    let mut faults = Faults::default();
    faults.when(tree.len() > COMMANDS_MAX, "", Rule::TooManyCommands);
    faults.unique(tree.iter().map(|spec| spec.name), "");
    let mut verbs = HashSet::new();
    for spec in tree {
        faults.named(spec.name, spec.description, spec.name);
        match spec.body {
            Body::Run(action) => faults.action(&action, spec.name, &mut verbs),
            Body::Subs(subs) => {
                faults.when(subs.is_empty(), spec.name, Rule::NoSubCommand);
                faults.groups(subs, spec.name);
                for sub in subs {
                    let path = format!("{} {}", spec.name, sub.path);
                    faults.named(sub.name, sub.description, &path);
                    faults.action(&sub.action, &path, &mut verbs);
                }
            }
        }
        faults.when(
            characters(spec) > CHARACTERS_MAX,
            spec.name,
            Rule::TooManyCharacters,
        );
    }
    faults.0
}

/// Names, descriptions and choices of a command, in characters.
#[must_use]
pub fn characters(spec: &CommandSpec) -> usize {
    let count = |text: &str| text.chars().count();
    let own = match spec.body {
        Body::Run(_) => 0,
        Body::Subs(subs) => subs
            .iter()
            .map(|sub| count(sub.name) + count(sub.description))
            .chain(in_a_row(subs).filter_map(|some| {
                let group = some.first()?.group?;
                Some(count(group.name) + count(group.description))
            }))
            .sum(),
    };
    let options = spec
        .actions()
        .flat_map(|(_, _, action)| action.options)
        .map(|option| {
            let choices = match option.values {
                Values::Choices(choices) => choices
                    .iter()
                    .map(|(name, value)| count(name) + count(value))
                    .sum(),
                Values::Free | Values::Suggested(_) | Values::File | Values::User | Values::Role => 0,
            };
            count(option.name) + count(option.description) + choices
        });
    count(spec.name) + count(spec.description) + own + options.sum::<usize>()
}

/// Sub-commands as they are registered: each alone, or those of a group together.
fn in_a_row(subs: &'static [SubSpec]) -> impl Iterator<Item = &'static [SubSpec]> {
    subs.chunk_by(|a, b| a.group.is_some() && a.group == b.group)
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn when(&mut self, broken: bool, path: &str, rule: Rule) {
        if broken {
            self.0.push(Fault {
                path: path.to_owned(),
                rule,
            });
        }
    }

    /// What Discord sees below a command: sub-commands, and groups with theirs.
    fn groups(&mut self, subs: &'static [SubSpec], path: &str) {
        let runs: Vec<&[SubSpec]> = in_a_row(subs).collect();
        self.when(runs.len() > CHILDREN_MAX, path, Rule::TooManyChildren);
        let top = runs.iter().filter_map(|some| some.first());
        self.unique(
            top.map(|sub| sub.group.map_or(sub.name, |group| group.name)),
            path,
        );
        for some in runs {
            let Some(group) = some.first().and_then(|sub| sub.group) else {
                self.when(some.iter().any(|sub| sub.path != sub.name), path, Rule::Path);
                continue;
            };
            let path = format!("{path} {}", group.name);
            self.named(group.name, group.description, &path);
            self.when(some.len() > CHILDREN_MAX, &path, Rule::TooManyChildren);
            self.unique(some.iter().map(|sub| sub.name), &path);
            let spelt = |sub: &SubSpec| sub.path == format!("{} {}", group.name, sub.name);
            self.when(!some.iter().all(spelt), &path, Rule::Path);
        }
    }

    fn named(&mut self, name: &str, description: &str, path: &str) {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        self.when(
            !(1..=NAME_MAX).contains(&name.len()) || !name.bytes().all(allowed),
            path,
            Rule::Name,
        );
        let length = description.chars().count();
        self.when(!(1..=DESCRIPTION_MAX).contains(&length), path, Rule::Description);
    }

    fn unique(&mut self, names: impl Iterator<Item = &'static str>, path: &str) {
        let mut seen = HashSet::new();
        for name in names {
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path} {name}")
            };
            self.when(!seen.insert(name), &path, Rule::NotUnique);
        }
    }

    fn action(&mut self, action: &ActionSpec, path: &str, verbs: &mut HashSet<Verb>) {
        self.when(!verbs.insert(action.verb), path, Rule::VerbNotUnique);
        self.when(action.options.len() > CHILDREN_MAX, path, Rule::TooManyChildren);
        self.unique(action.options.iter().map(|option| option.name), path);
        let mut optional_seen = false;
        for option in action.options {
            let path = format!("{path} {}", option.name);
            self.when(
                option.required && optional_seen,
                &path,
                Rule::RequiredBehindOptional,
            );
            optional_seen |= !option.required;
            self.named(option.name, option.description, &path);
            self.option(option, &path);
        }
    }

    fn option(&mut self, option: &OptionSpec, path: &str) {
        self.when(!(1..=LENGTH_MAX).contains(&option.max_length), path, Rule::Length);
        let Values::Choices(choices) = option.values else {
            return;
        };
        let fits = |text: &str| (1..=CHOICE_MAX).contains(&text.chars().count());
        let (mut names, mut values) = (HashSet::new(), HashSet::new());
        let mut good = (1..=CHILDREN_MAX).contains(&choices.len());
        for (name, value) in choices {
            good &= fits(name) && fits(value) && names.insert(name) && values.insert(value);
        }
        self.when(!good, path, Rule::Choices);
        let too_long = |value: &str| value.chars().count() > usize::from(option.max_length);
        self.when(
            choices.iter().any(|(_, value)| too_long(value)),
            path,
            Rule::ChoiceTooLong,
        );
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
