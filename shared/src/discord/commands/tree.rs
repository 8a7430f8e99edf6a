//! Gantry's commands.

use super::spec::{ActionSpec, AutocompleteField, Body, CommandSpec, OptionSpec, SubSpec};
use super::{Verb, limits};
use crate::discord::inbound::Permissions;

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
    CommandSpec::guild("team", "The teams of an event", Body::Subs(TEAM)),
    CommandSpec::guild("strategy", "By which figures a team drives", Body::Subs(STRATEGY)),
    CommandSpec::guild("stint", "Who of a team drives when", Body::Subs(STINT)),
];

const CLUB: &[SubSpec] = &[
    SubSpec::new(
        "create",
        "Make a club and link it to this server",
        ActionSpec::new(
            Verb::ClubCreate,
            &[
                OptionSpec::text("name", "The club's name", limits::CLUB_NAME).required(),
                OptionSpec::text(
                    "time_zone",
                    "The zone in which times are typed, such as Europe/Berlin; UTC if left out",
                    limits::TIME_ZONE,
                )
                .suggested(AutocompleteField::TimeZone),
                OptionSpec::text(
                    "colour",
                    "The colour of the club's messages, such as #1e90ff",
                    limits::COLOUR,
                ),
            ],
            "A server has one club. Who makes it owns it. You need the Manage Server permission.",
        ),
    ),
    SubSpec::new(
        "status",
        "The club, its settings and what needs attention",
        ActionSpec::new(
            Verb::ClubStatus,
            &[],
            "Shows the club of this server, its zone, series and events.",
        ),
    ),
    SubSpec::new(
        "preflight",
        "What Gantry may not do in this server, what that blocks, and the remedy",
        ActionSpec::new(
            Verb::ClubPreflight,
            &[],
            "Looks at Gantry's permissions in the server and in the categories that it uses.",
        ),
    ),
    SubSpec::new(
        "invite",
        "The link that adds Gantry to a server with exactly what it needs",
        ActionSpec::new(
            Verb::ClubInvite,
            &[],
            "The link can be handed on; adding Gantry takes Manage Server in the server that is chosen.",
        ),
    ),
    SubSpec::new(
        "link",
        "Link a club that has no server to this one",
        ActionSpec::new(
            Verb::ClubLink,
            &[OptionSpec::text("name", "The club's name", limits::CLUB_NAME).required()],
            "You have to own the club, and to have Manage Server here. A club that is linked to another server has to \
             be unlinked there first, unless Gantry is not in that server any more.",
        ),
    ),
    SubSpec::new(
        "unlink",
        "Take the club from this server; asks first",
        ActionSpec::new(
            Verb::ClubUnlink,
            &[],
            "Nothing is deleted, but nothing of the club can be reached from here any more. Its owner can link it again.",
        ),
    ),
];

const SERIES: &[SubSpec] = &[
    SubSpec::new(
        "create",
        "Make a series with its car classes",
        ActionSpec::new(
            Verb::SeriesCreate,
            &[
                OptionSpec::text(
                    "name",
                    "The series' name, which also names its channel category",
                    limits::SERIES_NAME,
                )
                .required(),
                OptionSpec::text(
                    "classes",
                    "Car classes with their seats, such as GT3:10, LMP2:12",
                    limits::CLASSES,
                )
                .required(),
                OptionSpec::text("description", "A few words about the series", limits::DESCRIPTION),
            ],
            "1 to 10 classes, each with 1 to 100 seats. New events of the series start with these classes.",
        ),
    ),
    SubSpec::new(
        "list",
        "All series of the club",
        ActionSpec::new(Verb::SeriesList, &[], "Lists the series with their classes."),
    ),
];

const EVENT_OPTION: OptionSpec = OptionSpec::text("event", "Which event", limits::ID)
    .required()
    .suggested(AutocompleteField::Event);

const EVENT: &[SubSpec] = &[
    SubSpec::new(
        "create",
        "Make an event of a series; it stays a draft until you publish it",
        ActionSpec::new(
            Verb::EventCreate,
            &[
                OptionSpec::text("series", "The series it belongs to", limits::ID)
                    .required()
                    .suggested(AutocompleteField::Series),
                OptionSpec::text("name", "The event's name", limits::EVENT_NAME),
                OptionSpec::text(
                    "start",
                    "When it starts in the club's time zone, such as 2027-06-12 14:00 or Sat 14:00",
                    limits::TIME,
                ),
                OptionSpec::text(
                    "duration",
                    "How long it lasts, such as 6h or 2h30",
                    limits::DURATION,
                ),
            ],
            "With name, start and duration the event is made at once; otherwise a form asks for what is missing. \
             Times are in the club's time zone.",
        ),
    ),
    SubSpec::new(
        "repeat",
        "Make an event come again at later dates",
        ActionSpec::new(
            Verb::EventRepeat,
            &[
                EVENT_OPTION,
                OptionSpec::text("every", "How often", limits::CHOICE)
                    .required()
                    .choices(&[
                        ("Every week", "1"),
                        ("Every 2 weeks", "2"),
                        ("Every 3 weeks", "3"),
                        ("Every 4 weeks", "4"),
                        ("Every month, on the same weekday of it", "month"),
                    ]),
                OptionSpec::text("times", "How many more events, 1 to 20", limits::NUMBER).required(),
            ],
            "Makes drafts with the same classes at the same local time, also when the clock changes in between. \
             A number at the end of the name is counted up.",
        ),
    ),
    SubSpec::new(
        "edit",
        "Change an event",
        ActionSpec::new(
            Verb::EventEdit,
            &[EVENT_OPTION],
            "Opens a form with what is set now. Drivers see the change on the board.",
        ),
    ),
    SubSpec::new(
        "publish",
        "Make the event's channel and open sign-up",
        ActionSpec::new(
            Verb::EventPublish,
            &[EVENT_OPTION],
            "Makes the channel in the series' category, with an information message and the sign-up board.",
        ),
    ),
    SubSpec::new(
        "close",
        "Close sign-up",
        ActionSpec::new(
            Verb::EventClose,
            &[EVENT_OPTION],
            "Nobody can sign up any more; drivers can still leave until the start.",
        ),
    ),
    SubSpec::new(
        "cancel",
        "Cancel an event",
        ActionSpec::new(
            Verb::EventCancel,
            &[
                EVENT_OPTION,
                OptionSpec::text("reason", "Shown on the sign-up message", limits::REASON),
            ],
            "Cannot be undone. The board says so, with the reason if you give one.",
        ),
    ),
    SubSpec::new(
        "show",
        "One event with its state and seats",
        ActionSpec::new(Verb::EventShow, &[EVENT_OPTION], "Only you see the answer."),
    ),
    SubSpec::new(
        "list",
        "The club's events",
        ActionSpec::new(
            Verb::EventList,
            &[
                OptionSpec::text("when", "Which events; upcoming ones if left out", limits::CHOICE)
                    .choices(&[("Upcoming", "upcoming"), ("Past", "past"), ("All", "all")]),
            ],
            "Lists events with their start and state.",
        ),
    ),
];

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

const STRATEGY: &[SubSpec] = &[
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
];

const STINT: &[SubSpec] = &[
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
            "The stint that is being driven ends. The team's own drivers may do it, too.",
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

const TEAM: &[SubSpec] = &[
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

const SIGNUP: &[SubSpec] = &[SubSpec::new(
    "list",
    "Who has signed up for an event",
    ActionSpec::new(
        Verb::SignupList,
        &[EVENT_OPTION],
        "The roster by class, with the waitlist. Only you see the answer.",
    ),
)];
