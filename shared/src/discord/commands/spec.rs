//! What a command tree is made of. One definition gives the registration, the routing and the help.

use super::Verb;
use crate::discord::inbound::Permissions;
use crate::domain::settings::Key;

/// What is being typed, so that the right suggestions are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutocompleteField {
    /// One of the club's series; the value is its id.
    Series,
    /// One of the club's events; the value is its id.
    Event,
    /// One of the teams of the event that is named before; the value is its id.
    Team,
    /// One of the seated drivers of the event that is named before; the value is their user id.
    Driver,
    /// One of the club's events that have started, the latest first; the value is its id.
    Race,
    /// An IANA time zone.
    TimeZone,
    /// A command, as `/help` names it.
    HelpTopic,
    /// An entry of the roster that no account is proved for; the value is its id.
    Entry,
    /// Any entry of the roster; the value is its id.
    Person,
    /// A setting's name.
    Setting,
    /// A value of the setting that stands in the option `key`, if it is one.
    SettingValue(Option<Key>),
    /// What can be reset: `all`, a section's or a setting's name.
    SettingTarget,
}

/// A top-level command.
#[derive(Clone, Copy, Debug)]
pub struct CommandSpec {
    /// 1-32 characters, lower case.
    pub name: &'static str,
    /// 1-100 characters, shown by Discord while typing.
    pub description: &'static str,
    /// Where it is offered.
    pub reach: Reach,
    /// Who is offered it until the guild's admins say otherwise; `None` is everybody.
    pub offered_to: Option<Permissions>,
    /// What it does.
    pub body: Body,
}

/// Where a command is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In guilds only.
    Guild,
    /// In guilds and in DMs with the bot.
    GuildAndDm,
}

/// What a top-level command does.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// One thing.
    Run(ActionSpec),
    /// One thing for each sub-command. Discord then offers no bare command.
    Subs(&'static [SubSpec]),
}

/// A sub-command.
#[derive(Clone, Copy, Debug)]
pub struct SubSpec {
    /// 1-32 characters, lower case.
    pub name: &'static str,
    /// The group that it is in; those of one group stand together.
    pub group: Option<GroupSpec>,
    /// The group's name, if it is in one, and its own, with a space between.
    pub path: &'static str,
    /// 1-100 characters.
    pub description: &'static str,
    /// What it does.
    pub action: ActionSpec,
}

/// A group of sub-commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupSpec {
    /// 1-32 characters, lower case.
    pub name: &'static str,
    /// 1-100 characters.
    pub description: &'static str,
}

/// What is run, with what.
#[derive(Clone, Copy, Debug)]
pub struct ActionSpec {
    /// The key by which the router knows it.
    pub verb: Verb,
    /// At most 25, required ones first.
    pub options: &'static [OptionSpec],
    /// A few lines for its help page, without a heading.
    pub help: &'static str,
}

/// An option: text, a file, an account or a role.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// 1-32 characters, lower case.
    pub name: &'static str,
    /// 1-100 characters.
    pub description: &'static str,
    /// Whether Discord insists on it.
    pub required: bool,
    /// The longest text taken, 1-6000 characters; the shortest is 1. Without meaning where it is no text.
    pub max_length: u16,
    /// Where its values come from.
    pub values: Values,
}

/// Where an option's values come from. Choices and suggestions exclude each other (Discord docs, application commands).
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// Whatever is typed.
    Free,
    /// One of these, as shown and as sent.
    Choices(&'static [(&'static str, &'static str)]),
    /// Suggestions of this kind while typing; anything else may still be sent.
    Suggested(AutocompleteField),
    /// A file instead of text.
    File,
    /// An account instead of text.
    User,
    /// A role instead of text.
    Role,
}

impl CommandSpec {
    /// A command for guilds, offered to everybody.
    #[must_use]
    pub const fn guild(name: &'static str, description: &'static str, body: Body) -> Self {
        Self {
            name,
            description,
            reach: Reach::Guild,
            offered_to: None,
            body,
        }
    }

    /// The same, in DMs with the bot too.
    #[must_use]
    pub const fn and_dm(self) -> Self {
        Self {
            reach: Reach::GuildAndDm,
            ..self
        }
    }

    /// The same, at first offered only to those who hold these permissions.
    #[must_use]
    pub const fn offered_to(self, permissions: Permissions) -> Self {
        Self {
            offered_to: Some(permissions),
            ..self
        }
    }

    /// Every runnable path below this command: the sub-command's path (if any), its description and what it does.
    pub fn actions(&self) -> impl Iterator<Item = (Option<&'static str>, &'static str, ActionSpec)> + use<> {
        let (own, subs) = match self.body {
            Body::Run(action) => (Some((None, self.description, action)), &[][..]),
            Body::Subs(subs) => (None, subs),
        };
        own.into_iter().chain(
            subs.iter()
                .map(|sub| (Some(sub.path), sub.description, sub.action)),
        )
    }
}

impl SubSpec {
    /// A sub-command.
    #[must_use]
    pub const fn new(name: &'static str, description: &'static str, action: ActionSpec) -> Self {
        Self {
            name,
            group: None,
            path: name,
            description,
            action,
        }
    }

    /// The same in a group; `path` is the group's name and its own, with a space between.
    #[must_use]
    pub const fn within(self, group: GroupSpec, path: &'static str) -> Self {
        Self {
            group: Some(group),
            path,
            ..self
        }
    }
}

impl ActionSpec {
    /// What runs `verb`, with options.
    #[must_use]
    pub const fn new(verb: Verb, options: &'static [OptionSpec], help: &'static str) -> Self {
        Self { verb, options, help }
    }
}

impl OptionSpec {
    /// Free text of up to `max_length` characters, optional.
    #[must_use]
    pub const fn text(name: &'static str, description: &'static str, max_length: u16) -> Self {
        Self {
            name,
            description,
            required: false,
            max_length,
            values: Values::Free,
        }
    }

    /// A file, optional.
    #[must_use]
    pub const fn file(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            required: false,
            max_length: 1,
            values: Values::File,
        }
    }

    /// An account, optional.
    #[must_use]
    pub const fn user(name: &'static str, description: &'static str) -> Self {
        Self {
            values: Values::User,
            ..Self::file(name, description)
        }
    }

    /// A role, optional.
    #[must_use]
    pub const fn role(name: &'static str, description: &'static str) -> Self {
        Self {
            values: Values::Role,
            ..Self::file(name, description)
        }
    }

    /// The same option, which has to be given.
    #[must_use]
    pub const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// The same option, with suggestions.
    #[must_use]
    pub const fn suggested(self, field: AutocompleteField) -> Self {
        Self {
            values: Values::Suggested(field),
            ..self
        }
    }

    /// The same option, with fixed choices.
    #[must_use]
    pub const fn choices(self, choices: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            values: Values::Choices(choices),
            ..self
        }
    }
}
