//! Gantry's commands: the tree, and under `tree/` the sub-commands by what they are about.

mod club;
mod events;
mod members;
mod teams;

use super::spec::{ActionSpec, AutocompleteField, Body, CommandSpec, OptionSpec};
use super::{Verb, limits};
use crate::discord::inbound::Permissions;
use club::{CALENDAR, CLUB, SETTINGS};
use events::{EVENT, RESULT, SERIES, SIGNUP};
use members::{LINK, ME, RANK, ROLE, ROSTER, SYNC};
use teams::{STINT, STRATEGY, TEAM, TELEMETRY};

/// The whole command tree, in the order in which `/help` lists it.
pub const TREE: &[CommandSpec] = &[
    CommandSpec::guild(
        "ping",
        "See whether Gantry is there",
        Body::Run(ActionSpec::new(
            Verb::Ping,
            &[],
            "Answers at once. Works in a DM too.",
        )),
    )
    .and_dm(),
    CommandSpec::guild(
        "info",
        "What Gantry is, and how this server is set up",
        Body::Run(ActionSpec::new(
            Verb::Info,
            &[],
            "Shows Gantry's version and, in a server, its club.",
        )),
    )
    .and_dm(),
    CommandSpec::guild(
        "help",
        "What Gantry can do, and how",
        Body::Run(ActionSpec::new(
            Verb::Help,
            &[
                OptionSpec::text("command", "A command to read about", limits::COMMAND_PATH)
                    .suggested(AutocompleteField::HelpTopic),
            ],
            "Lists all commands, or explains one.",
        )),
    )
    .and_dm(),
    CommandSpec::guild("club", "This server's racing club", Body::Subs(CLUB))
        .offered_to(Permissions::MANAGE_GUILD),
    CommandSpec::guild("series", "The club's series", Body::Subs(SERIES)),
    CommandSpec::guild("event", "The club's race events", Body::Subs(EVENT)),
    CommandSpec::guild("signup", "Sign-ups for events", Body::Subs(SIGNUP)),
    CommandSpec::guild(
        "join",
        "Ask to become a member of the club",
        Body::Run(ActionSpec::new(
            Verb::Join,
            &[],
            "Opens a form. The club looks at what you write, and you are told by DM what was decided.",
        )),
    ),
    CommandSpec::guild("roster", "Who belongs to the club", Body::Subs(ROSTER)),
    CommandSpec::guild(
        "sync",
        "Keep the roster true to this server's members",
        Body::Subs(SYNC),
    ),
    CommandSpec::guild(
        "link",
        "Whose account an entry of the roster is",
        Body::Subs(LINK),
    ),
    CommandSpec::guild("rank", "What members are in the club", Body::Subs(RANK)),
    CommandSpec::guild("role", "Discord roles and the club's ranks", Body::Subs(ROLE)),
    CommandSpec::guild(
        "calendar",
        "The club's events in your own calendar",
        Body::Subs(CALENDAR),
    ),
    CommandSpec::guild(
        "result",
        "Results of races and tables of series",
        Body::Subs(RESULT),
    ),
    CommandSpec::guild(
        "telemetry",
        "Live data of races, from a program of yours",
        Body::Subs(TELEMETRY),
    ),
    CommandSpec::guild("me", "How Gantry deals with you", Body::Subs(ME)),
    CommandSpec::guild("settings", "The club's settings", Body::Subs(SETTINGS)),
    CommandSpec::guild("team", "The teams of an event", Body::Subs(TEAM)),
    CommandSpec::guild("strategy", "By which figures a team drives", Body::Subs(STRATEGY)),
    CommandSpec::guild("stint", "Who of a team drives when", Body::Subs(STINT)),
];

#[cfg(test)]
mod tests {
    use super::club::SECTIONS;
    use super::members::{RANKS, RANKS_WITH_ROLES};
    use crate::domain::rank::Rank;
    use crate::domain::role_map::has_roles;
    use crate::domain::settings::Section;

    #[test]
    fn the_ranks_are_those_that_there_are() {
        let values = |choices: &[(&str, &str)]| choices.iter().map(|c| c.1.to_owned()).collect::<Vec<_>>();
        let ranks = Rank::ALL.map(|rank| rank.name().to_owned());
        assert_eq!(values(RANKS), ranks[1..]);
        let with_roles = Rank::ALL.into_iter().filter(|rank| has_roles(*rank));
        assert_eq!(
            values(RANKS_WITH_ROLES),
            with_roles.map(|rank| rank.name().to_owned()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn the_sections_are_those_of_the_registry() {
        let registry = Section::ALL.map(|section| (section.title(), section.name()));
        assert_eq!(SECTIONS, registry);
    }
}
