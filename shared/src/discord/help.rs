//! `/help`: pages made from the command tree.

use super::commands::spec::{ActionSpec, CommandSpec, Values};
use super::commands::{Choice, TREE, Verb};
use crate::domain::ids::CommandId;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Ids of the registered commands by name, where they are known. With its id a command becomes a link that fills it in.
pub type CommandIds = HashMap<String, CommandId>;

/// A page of help, in Discord's markdown. All of it is Gantry's own text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpPage {
    /// The heading.
    pub title: String,
    /// Up to 4096 characters.
    pub text: String,
}

/// A runnable command with its whole name.
struct Topic {
    path: String,
    description: &'static str,
    action: ActionSpec,
}

/// The list of all commands. Those with sub-commands have these by name: with each as a link, its id being 19 digits long, the
/// list would be longer than an embed's description, which is 4096 characters (Discord docs, resources/message).
#[must_use]
pub fn overview(ids: &CommandIds) -> HelpPage {
    let mut text = String::new();
    for spec in TREE {
        let subs: Vec<String> = topics_of(spec)
            .filter_map(|topic| Some(topic.path.strip_prefix(spec.name)?.strip_prefix(' ')?.to_owned()))
            .collect();
        let _ = match subs.as_slice() {
            [] => writeln!(text, "{} · {}", mention(spec.name, ids), spec.description),
            subs => writeln!(
                text,
                "**/{}** · {}: {}",
                spec.name,
                spec.description,
                subs.join(", ")
            ),
        };
    }
    let _ = write!(
        text,
        "\nMore about one of them: {} with its name.",
        mention("help", ids)
    );
    HelpPage {
        title: "What Gantry can do".to_owned(),
        text,
    }
}

/// The page of one command (`/event create`, with or without slash, in any case), or of all sub-commands of a command.
/// `None` if there is none of that name.
#[must_use]
pub fn page(topic: &str, ids: &CommandIds) -> Option<HelpPage> {
    let wanted = canonical(topic);
    if let Some(topic) = topics().find(|topic| topic.path == wanted) {
        return Some(HelpPage {
            title: format!("/{}", topic.path),
            text: explain(&topic, ids),
        });
    }
    let spec = TREE.iter().find(|spec| spec.name == wanted)?;
    let parts: Vec<String> = topics_of(spec).map(|topic| explain(&topic, ids)).collect();
    Some(HelpPage {
        title: format!("/{} · {}", spec.name, spec.description),
        text: parts.join("\n\n"),
    })
}

/// Commands whose name or description holds what is typed; those whose name begins with it first.
#[must_use]
pub fn suggest(typed: &str) -> Vec<Choice> {
    let typed = canonical(typed);
    let mut found: Vec<(bool, Choice)> = topics()
        .filter(|topic| topic.path.contains(&typed) || topic.description.to_lowercase().contains(&typed))
        .map(|topic| {
            let name = format!("/{} · {}", topic.path, topic.description);
            (
                !topic.path.starts_with(&typed),
                Choice {
                    name,
                    value: topic.path,
                },
            )
        })
        .collect();
    found.sort_by_key(|(later, _)| *later);
    found.into_iter().map(|(_, choice)| choice).collect()
}

/// How a command is written in a message: as a link if its id is known.
#[must_use]
pub fn mention(path: &str, ids: &CommandIds) -> String {
    let command = path.split(' ').next().unwrap_or(path);
    match ids.get(command) {
        Some(id) => format!("</{path}:{id}>"),
        None => format!("`/{path}`"),
    }
}

/// The whole name of the command that does `verb`, such as `event create`.
#[must_use]
pub fn path_of(verb: Verb) -> Option<String> {
    topics()
        .find(|topic| topic.action.verb == verb)
        .map(|topic| topic.path)
}

fn topics() -> impl Iterator<Item = Topic> {
    TREE.iter().flat_map(topics_of)
}

fn topics_of(spec: &CommandSpec) -> impl Iterator<Item = Topic> + use<> {
    let name = spec.name;
    spec.actions().map(move |(sub, description, action)| Topic {
        path: sub.map_or_else(|| name.to_owned(), |sub| format!("{name} {sub}")),
        description,
        action,
    })
}

fn canonical(topic: &str) -> String {
    let words: Vec<String> = topic
        .trim()
        .trim_start_matches('/')
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

fn explain(topic: &Topic, ids: &CommandIds) -> String {
    let mut text = format!(
        "{} · {}\n{}",
        mention(&topic.path, ids),
        topic.description,
        topic.action.help
    );
    for option in topic.action.options {
        let optional = if option.required { "" } else { " (optional)" };
        let _ = write!(text, "\n- `{}`{optional}: {}", option.name, option.description);
        if let Values::Choices(choices) = option.values {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let _ = write!(text, " ({})", names.join(", "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discord::text;

    fn ids() -> CommandIds {
        CommandIds::from([("event".to_owned(), CommandId(77))])
    }

    #[test]
    fn the_overview_names_every_command() {
        let text = overview(&ids()).text;
        for topic in topics() {
            let (command, sub) = topic.path.split_once(' ').unwrap_or((&topic.path, ""));
            let of = |line: &&str| {
                line.starts_with(&format!("**/{command}** ")) || line.starts_with(&format!("`/{command}` "))
            };
            let line = text.lines().find(of).unwrap_or_else(|| panic!("{command}"));
            assert!(line.contains(sub), "{}", topic.path);
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_command_is_explained_however_it_is_written() {
        let expected = page("event create", &ids());
        for topic in ["/event create", " Event  CREATE ", "/EVENT create"] {
            assert_eq!(page(topic, &ids()), expected);
        }
        insta::assert_snapshot!(expected.unwrap().text);
    }

    #[test]
    fn a_command_with_sub_commands_has_a_page_of_them_all() {
        let page = page("series", &CommandIds::new()).unwrap();
        assert_eq!(page.title, "/series · The club's series");
        assert!(page.text.contains("`/series create`") && page.text.contains("`/series list`"));
        assert_eq!(super::page("serie", &CommandIds::new()), None);
        assert_eq!(super::page("", &CommandIds::new()), None);
    }

    #[test]
    fn every_page_fits_an_embed() {
        for topic in topics()
            .map(|topic| topic.path)
            .chain(TREE.iter().map(|spec| spec.name.to_owned()))
        {
            let page = page(&topic, &ids()).unwrap();
            assert!(
                text::len(&page.text) <= 4096 && text::len(&page.title) <= 256,
                "{topic}"
            );
        }
        let all: CommandIds = TREE
            .iter()
            .map(|spec| (spec.name.to_owned(), CommandId(u64::MAX)))
            .collect();
        for ids in [CommandIds::new(), ids(), all] {
            assert!(text::len(&overview(&ids).text) <= 4096);
        }
    }

    #[test]
    fn suggestions_are_found_by_name_then_by_description() {
        let values = |typed| {
            suggest(typed)
                .into_iter()
                .map(|choice| choice.value)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            values("/club"),
            [
                "club create",
                "club setup",
                "club status",
                "club preflight",
                "club invite",
                "club link",
                "club unlink",
                "series list",
                "event list",
                "join",
                "rank show",
                "calendar show",
            ]
        );
        assert_eq!(values("event pub"), ["event publish"]);
        assert_eq!(values("").len(), topics().count());
        assert!(values("no such thing").is_empty());
    }

    #[test]
    fn every_verb_has_its_command() {
        assert_eq!(path_of(Verb::EventPublish).as_deref(), Some("event publish"));
        assert_eq!(path_of(Verb::Ping).as_deref(), Some("ping"));
    }
}
