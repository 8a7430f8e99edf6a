//! Teams, their strategy and stints, and what programs tell of the race.

use super::super::spec::{ActionSpec, AutocompleteField, OptionSpec, SubSpec};
use super::super::{Verb, limits};
use super::events::EVENT_OPTION;

const TEAM_OPTION: OptionSpec = OptionSpec::text("team", "Which team", limits::ID)
    .required()
    .suggested(AutocompleteField::Team);

const DRIVER_OPTION: OptionSpec =
    OptionSpec::text("driver", "Which driver", limits::ID).suggested(AutocompleteField::Driver);

const TEAM_NAME_OPTION: OptionSpec = OptionSpec::text(
    "name",
    "The team's name, which its role and thread have too",
    limits::TEAM_NAME,
)
.required();

const fn figure(name: &'static str, description: &'static str) -> OptionSpec {
    OptionSpec::text(name, description, limits::FIGURE)
}

const STINT_OPTION: OptionSpec = figure("stint", "The stint's number in the plan, such as 3").required();

const MINUTES_OPTION: OptionSpec =
    figure("minutes", "Minutes later, such as 10, or earlier, such as -10").required();

pub(super) const STRATEGY: &[SubSpec] = &[
    SubSpec::new(
        "set",
        "Set the figures by which a team drives",
        ActionSpec::new(
            Verb::StrategySet,
            &[
                EVENT_OPTION,
                TEAM_OPTION,
                figure("stint", "Length of a stint in minutes"),
                figure("rest", "Shortest rest between two turns of a driver, in minutes"),
                figure("in_a_row", "Most stints that a driver drives in a row"),
                figure("pit", "Length of a pit stop in seconds"),
                figure("fuel", "Fuel for a stint in litres; 0 for none"),
                figure("tyres", "Stints that a set of tyres lasts; 0 for none"),
            ],
            "What you leave out stays as it is. A plan that is there stays too; plan again to use the new figures.",
        ),
    ),
    SubSpec::new(
        "show",
        "The figures by which a team drives",
        ActionSpec::new(
            Verb::StrategyShow,
            &[EVENT_OPTION, TEAM_OPTION],
            "For the team's own drivers and those who manage events.",
        ),
    ),
    SubSpec::new(
        "announce",
        "Announce a team's plan",
        ActionSpec::new(
            Verb::StrategyAnnounce,
            &[EVENT_OPTION, TEAM_OPTION],
            "In the team's thread, or in the event's channel, with a picture. What stands there follows every later change \
             of the plan.",
        ),
    ),
];

pub(super) const STINT: &[SubSpec] = &[
    SubSpec::new(
        "plan",
        "Plan the stints of a team: rested, free, fair",
        ActionSpec::new(
            Verb::StintPlan,
            &[EVENT_OPTION, TEAM_OPTION],
            "Uses the team's strategy and the drivers' availability, replaces the plan that there is, and says what \
             could not be kept.",
        ),
    ),
    SubSpec::new(
        "list",
        "The stints of a team, planned and driven",
        ActionSpec::new(
            Verb::StintList,
            &[EVENT_OPTION, TEAM_OPTION, figure("page", "Which page, such as 2")],
            "For the team's own drivers and those who manage events. Times are shown in your own zone.",
        ),
    ),
    SubSpec::new(
        "swap",
        "Swap the drivers of two stints",
        ActionSpec::new(
            Verb::StintSwap,
            &[
                EVENT_OPTION,
                TEAM_OPTION,
                figure("one", "The number of one stint").required(),
                figure("other", "The number of the other").required(),
            ],
            "The answer says if somebody then rests too little or is not free.",
        ),
    ),
    SubSpec::new(
        "extend",
        "Let a stint end later or earlier",
        ActionSpec::new(
            Verb::StintExtend,
            &[EVENT_OPTION, TEAM_OPTION, STINT_OPTION, MINUTES_OPTION],
            "The next stint gets shorter or longer by as much.",
        ),
    ),
    SubSpec::new(
        "shift",
        "Let a stint and all behind it begin later or earlier",
        ActionSpec::new(
            Verb::StintShift,
            &[EVENT_OPTION, TEAM_OPTION, STINT_OPTION, MINUTES_OPTION],
            "The stint before gets longer or shorter by as much; the last one still ends with the race.",
        ),
    ),
    SubSpec::new(
        "start",
        "Begin the next stint",
        ActionSpec::new(
            Verb::StintStart,
            &[EVENT_OPTION, TEAM_OPTION],
            "The first one is the green flag: the whole plan moves with it, and the race ends later if it comes late. Later \
             ones end the stint that is being driven. The team's own drivers may do it, too.",
        ),
    ),
    SubSpec::new(
        "finish",
        "End the stint that is being driven",
        ActionSpec::new(
            Verb::StintFinish,
            &[EVENT_OPTION, TEAM_OPTION],
            "The team's own drivers may do it, too.",
        ),
    ),
    SubSpec::new(
        "emergency",
        "Another driver takes over at once",
        ActionSpec::new(
            Verb::StintEmergency,
            &[EVENT_OPTION, TEAM_OPTION, DRIVER_OPTION.required()],
            "For the rest of the stint that is being driven. The team's own drivers may do it, too.",
        ),
    ),
];

pub(super) const TEAM: &[SubSpec] = &[
    SubSpec::new(
        "create",
        "Make a team without drivers",
        ActionSpec::new(
            Verb::TeamCreate,
            &[
                EVENT_OPTION,
                TEAM_NAME_OPTION,
                OptionSpec::text(
                    "class",
                    "Its car class; may be left out if the event has only one",
                    limits::CLASS,
                ),
            ],
            "Sign-up has to be closed before teams are made.",
        ),
    ),
    SubSpec::new(
        "assign",
        "Put a driver into a team",
        ActionSpec::new(
            Verb::TeamAssign,
            &[EVENT_OPTION, TEAM_OPTION, DRIVER_OPTION.required()],
            "The driver needs a seat in the team's class, and leaves the team that they are in.",
        ),
    ),
    SubSpec::new(
        "remove",
        "Take a driver out of a team, or dissolve the team",
        ActionSpec::new(
            Verb::TeamRemove,
            &[EVENT_OPTION, TEAM_OPTION, DRIVER_OPTION],
            "Without a driver the whole team is dissolved. Nobody loses their seat.",
        ),
    ),
    SubSpec::new(
        "rename",
        "Give a team another name",
        ActionSpec::new(
            Verb::TeamRename,
            &[EVENT_OPTION, TEAM_OPTION, TEAM_NAME_OPTION],
            "Two teams of an event cannot have one name.",
        ),
    ),
    SubSpec::new(
        "form",
        "Form teams of all drivers: skill balanced, availability shared",
        ActionSpec::new(
            Verb::TeamForm,
            &[
                EVENT_OPTION,
                OptionSpec::text("size", "The most drivers of a team, such as 4", limits::FIGURE).required(),
                OptionSpec::text(
                    "least",
                    "The fewest drivers of a team; one less than the most if left out",
                    limits::FIGURE,
                ),
                OptionSpec::text("class", "Only this car class; all if left out", limits::CLASS),
                OptionSpec::text(
                    "seed",
                    "The seed that an earlier forming showed, to get the same teams again",
                    limits::FIGURE,
                ),
            ],
            "Replaces the teams that there are; they keep their names. Experience and availability are what drivers \
             gave with the button Availability. The answer says why the teams are as they are; change them with the \
             other commands before you settle them.",
        ),
    ),
    SubSpec::new(
        "list",
        "The teams of an event",
        ActionSpec::new(
            Verb::TeamList,
            &[
                EVENT_OPTION,
                OptionSpec::text("page", "Which page, such as 2", limits::FIGURE),
            ],
            "Drivers, experience and shared time of each team. Only you see the answer.",
        ),
    ),
    SubSpec::new(
        "finalise",
        "Settle the teams",
        ActionSpec::new(
            Verb::TeamFinalise,
            &[EVENT_OPTION],
            "Then everybody can see them. Single drivers can still be moved; forming them anew takes opening them again.",
        ),
    ),
    SubSpec::new(
        "reopen",
        "Open settled teams again",
        ActionSpec::new(
            Verb::TeamReopen,
            &[EVENT_OPTION],
            "After that they can be formed anew, and are seen by those who manage events only.",
        ),
    ),
];

pub(super) const TELEMETRY: &[SubSpec] = &[
    SubSpec::new(
        "connect",
        "Make the secret with which your program signs what it sends",
        ActionSpec::new(
            Verb::TelemetryConnect,
            &[],
            "For admins. Shows the secret once, and the address. If there was one, it works no more.",
        ),
    ),
    SubSpec::new(
        "status",
        "Whether telemetry is connected, and the ids that a program needs",
        ActionSpec::new(
            Verb::TelemetryStatus,
            &[
                OptionSpec::text("event", "The event whose ids are shown", limits::ID)
                    .suggested(AutocompleteField::Event),
            ],
            "For team managers. The secret is not shown again.",
        ),
    ),
    SubSpec::new(
        "revoke",
        "Take nothing any more that is signed with the secret",
        ActionSpec::new(
            Verb::TelemetryRevoke,
            &[],
            "For admins. For when the secret has got out, or the program is not used any more.",
        ),
    ),
];
