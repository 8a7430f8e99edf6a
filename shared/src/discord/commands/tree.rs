//! Gantry's commands.

use super::spec::{ActionSpec, AutocompleteField, Body, CommandSpec, GroupSpec, OptionSpec, SubSpec};
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
        "setup",
        "Set the club up step by step: roles, channels, time zone, features",
        ActionSpec::new(
            Verb::ClubSetup,
            &[],
            "For admins. Each step shows what is set and keeps what you choose at once: leave when you like, and come back.",
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
            "1 to 10 classes, each with 1 to 100 seats. A role behind the seats, as in LMP2:12 @Pro, keeps a class for \
             those who have it. New events of the series start with these classes.",
        ),
    ),
    SubSpec::new(
        "list",
        "All series of the club",
        ActionSpec::new(Verb::SeriesList, &[], "Lists the series with their classes."),
    ),
    SubSpec::new(
        "complete",
        "Say that a series is over, and post its statistics",
        ActionSpec::new(
            Verb::SeriesComplete,
            &[OptionSpec::text("series", "Which series", limits::ID)
                .required()
                .suggested(AutocompleteField::Series)],
            "Champions, most wins, podiums, fastest laps and starts: in the channel of the setting `results.channel`, or in \
             that of the last race. They follow when a result is corrected.",
        ),
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
            &[
                EVENT_OPTION,
                OptionSpec::text(
                    "channel",
                    "Whether to make its channel; if left out, as `channels.automatic` is set",
                    limits::CHOICE,
                )
                .choices(&[("Yes", "yes"), ("No, sign-up is by /event show", "no")]),
            ],
            "Makes the channel in the series' category, with an information message and the sign-up board. Without a \
             channel drivers sign up with the buttons of `/event show`.",
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
        "times",
        "Set when sign-up opens and closes",
        ActionSpec::new(
            Verb::EventTimes,
            &[
                EVENT_OPTION,
                OptionSpec::text(
                    "opens",
                    "When sign-up opens, such as Sat 18:00, or publish for as soon as it is published",
                    limits::TIME,
                ),
                OptionSpec::text(
                    "closes",
                    "When sign-up closes, such as 2027-06-11 20:00, or start for the start of the race",
                    limits::TIME,
                ),
            ],
            "Times are in the club's zone. Without this, sign-up is open from publishing until the start.",
        ),
    ),
    SubSpec::new(
        "restrict",
        "Keep a class for those who have a role",
        ActionSpec::new(
            Verb::EventRestrict,
            &[
                EVENT_OPTION,
                OptionSpec::text(
                    "class",
                    "Its car class; may be left out if the event has only one",
                    limits::CLASS,
                ),
                OptionSpec::role(
                    "role",
                    "Who enters the class needs it; if left out, the class is open to all",
                ),
            ],
            "Who is in the class stays in it. Events that are repeated from this one have the same.",
        ),
    ),
    SubSpec::new(
        "complete",
        "End a race that is on",
        ActionSpec::new(
            Verb::EventComplete,
            &[EVENT_OPTION],
            "A race ends by itself when its time is over. This ends it sooner.",
        ),
    ),
    SubSpec::new(
        "archive",
        "Put away the channel of an event that is over",
        ActionSpec::new(
            Verb::EventArchive,
            &[EVENT_OPTION],
            "Makes the channel read-only and moves it to the archive. It happens by itself some time after the event.",
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
        "attendance",
        "Who was in voice while the race was on",
        ActionSpec::new(
            Verb::EventAttendance,
            &[EVENT_OPTION],
            "Drivers are looked for every ten minutes, in all voice channels of the server. Only you see the answer.",
        ),
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

const ROSTER: &[SubSpec] = &[
    SubSpec::new(
        "list",
        "Who is on the roster",
        ActionSpec::new(
            Verb::RosterList,
            &[],
            "Shows names, ranks and Discord accounts, page by page.",
        ),
    ),
    SubSpec::new(
        "import",
        "Add and change people on the roster from a CSV file",
        ActionSpec::new(
            Verb::RosterImport,
            &[OptionSpec::file("file", "A CSV file, UTF-8, up to 10,000 lines").required()],
            "Shows what the file would change; nothing is written before you confirm. The first line names the columns: \
             name, and if you like id, discord_id, rank. Separated by commas, semicolons or tabs. Nobody is taken off.",
        ),
    ),
    SubSpec::new(
        "export",
        "The roster as a CSV file",
        ActionSpec::new(
            Verb::RosterExport,
            &[],
            "The file can be changed in a spreadsheet and imported again: the column id tells who is who.",
        ),
    ),
    SubSpec::new(
        "remove",
        "Take somebody off the roster",
        ActionSpec::new(
            Verb::RosterRemove,
            &[OptionSpec::text("entry", "Whom", limits::ID)
                .required()
                .suggested(AutocompleteField::Person)],
            "For admins, and for people below their own rank. Asks first. Their account is a guest's from then on; sign-ups, \
             results and the history stay.",
        ),
    ),
];

const SYNC: &[SubSpec] = &[
    SubSpec::new(
        "run",
        "Compare the roster with this server's members now",
        ActionSpec::new(
            Verb::SyncRun,
            &[],
            "Lists the server's members, finds whose account is whose by exact name, and marks who left. Nobody is \
             deleted, and nothing is merged on a guess. The answer shows how it goes. While a run goes on, it shows that one.",
        ),
    ),
    SubSpec::new(
        "status",
        "How the last run went, and when the next is due",
        ActionSpec::new(
            Verb::SyncStatus,
            &[],
            "Shows the run that goes on, or the last one, with its counts.",
        ),
    ),
    SubSpec::new(
        "history",
        "All runs, the latest first",
        ActionSpec::new(
            Verb::SyncHistory,
            &[],
            "Ten runs a page: when, what set them off, how long they took, what they changed.",
        ),
    ),
    SubSpec::new(
        "conflicts",
        "Decide what Gantry does not decide by itself",
        ActionSpec::new(
            Verb::SyncConflicts,
            &[],
            "Shows one open conflict after another: two candidates, a name that contradicts an account, somebody renamed or \
             gone. Each is settled with one click, and asked again only when there is something new.",
        ),
    ),
];
const LINK: &[SubSpec] = &[
    SubSpec::new(
        "enter",
        "Prove with a code that an entry of the roster is yours",
        ActionSpec::new(
            Verb::LinkEnter,
            &[OptionSpec::text("code", "The code that an admin gave you", limits::CODE).required()],
            "Ties your account to the entry, with its rank. Only you see what you type. You have five tries in ten minutes.",
        ),
    ),
    SubSpec::new(
        "status",
        "Which entry of the roster is tied to your account",
        ActionSpec::new(
            Verb::LinkStatus,
            &[OptionSpec::user(
                "member",
                "Whose account, for admins; yours if left out",
            )],
            "Shows the entry, and whether the account is proved.",
        ),
    ),
    SubSpec::new(
        "remove",
        "Take your account off its entry of the roster",
        ActionSpec::new(
            Verb::LinkRemove,
            &[OptionSpec::user(
                "member",
                "Whose account, for admins; yours if left out",
            )],
            "The entry keeps its name and rank; you lose the rank's rights until you prove again that it is yours. Admins \
             may do it for people below their own rank. The owner hands the club over first.",
        ),
    ),
    SubSpec::new(
        "code",
        "Make a one-time code for an entry of the roster",
        ActionSpec::new(
            Verb::LinkCode,
            &[OptionSpec::text("entry", "For whom", limits::ID)
                .required()
                .suggested(AutocompleteField::Entry)],
            "For admins. Give the code to the person; they enter it with `/link enter` within ten minutes. It works once. \
             Whoever enters it gets the entry's rank, so you can make codes for ranks below your own.",
        ),
    ),
];

/// Ranks as choices. The owner's is there to hand the club over.
const RANKS: &[(&str, &str)] = &[
    ("Prospect", "prospect"),
    ("Member", "member"),
    ("Steward", "steward"),
    ("Team manager", "team_manager"),
    ("Admin", "admin"),
    ("Owner (hand the club over)", "owner"),
];
/// Ranks that roles can go with.
const RANKS_WITH_ROLES: &[(&str, &str)] = RANKS.split_at(5).0;

const RANK: &[SubSpec] = &[
    SubSpec::new(
        "set",
        "Give somebody a rank; who is not on the roster is put on it",
        ActionSpec::new(
            Verb::RankSet,
            &[
                OptionSpec::user("member", "Who").required(),
                OptionSpec::text("rank", "What they are to be", limits::CHOICE)
                    .required()
                    .choices(RANKS),
            ],
            "For admins. You can give ranks below your own to people below your own. The owner's rank moves only by \
             handing the club over, which the owner is asked to confirm. Where Gantry leads (`sync.direction`), their \
             roles in Discord follow; the same rank once more brings them up to date.",
        ),
    ),
    SubSpec::new(
        "show",
        "What somebody is in the club",
        ActionSpec::new(
            Verb::RankShow,
            &[OptionSpec::user("member", "Who; you if left out")],
            "Shows the rank, since when they are on the roster, and the Discord roles that go with the rank.",
        ),
    ),
];

const MAP: GroupSpec = GroupSpec {
    name: "map",
    description: "Which Discord roles go with which rank",
};
const ROLE: &[SubSpec] = &[
    SubSpec::new(
        "set",
        "Let a Discord role go with a rank",
        ActionSpec::new(
            Verb::RoleMapSet,
            &[
                OptionSpec::role("role", "The role").required(),
                OptionSpec::text("rank", "The rank", limits::CHOICE)
                    .required()
                    .choices(RANKS_WITH_ROLES),
                OptionSpec::text(
                    "place",
                    "Its place in the order of precedence, 1 is first; by rank if left out",
                    limits::PLACE,
                ),
            ],
            "A rank can have several roles. Of several listed roles that somebody holds, the first decides the rank \
             where Discord leads; where Gantry leads, members get all roles of their rank and lose those of others \
             (`sync.direction`). For admins; roles of team managers and admins are for the owner.",
        )
    )
    .within(MAP, "map set"),
    SubSpec::new(
        "list",
        "All roles that go with a rank, in order of precedence",
        ActionSpec::new(
            Verb::RoleMapList,
            &[],
            "For a rank without roles of its own in this list, those of the settings under `members` count.",
        ),
    )
    .within(MAP, "map list"),
    SubSpec::new(
        "remove",
        "Let a Discord role go with no rank any more",
        ActionSpec::new(
            Verb::RoleMapRemove,
            &[
                OptionSpec::role("role", "The role"),
                OptionSpec::text("id", "Its id, for a role that was deleted; the list shows it", limits::ID),
            ],
            "Nobody loses a role or a rank at once.",
        ),
    )
    .within(MAP, "map remove"),
];

const CALENDAR: &[SubSpec] = &[
    SubSpec::new(
        "show",
        "The address under which calendars find the club's events",
        ActionSpec::new(
            Verb::CalendarShow,
            &[],
            "Calendars subscribe to it, and follow when an event moves. Whoever has the address can read it: keep it in the club.",
        ),
    ),
    SubSpec::new(
        "renew",
        "Give the calendar another address; the one before opens nothing any more",
        ActionSpec::new(
            Verb::CalendarRenew,
            &[],
            "For when the address has got out. Everybody has to subscribe anew.",
        ),
    ),
    SubSpec::new(
        "close",
        "Close the calendar: no address opens it any more",
        ActionSpec::new(Verb::CalendarClose, &[], "A new address opens it again."),
    ),
];

const TELEMETRY: &[SubSpec] = &[
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

/// Past events, too.
const RACE_OPTION: OptionSpec = OptionSpec::text("event", "Which event", limits::ID)
    .required()
    .suggested(AutocompleteField::Race);

const RESULT: &[SubSpec] = &[
    SubSpec::new(
        "set",
        "Enter how a driver came out",
        ActionSpec::new(
            Verb::ResultSet,
            &[
                RACE_OPTION,
                OptionSpec::user("driver", "Who").required(),
                OptionSpec::text(
                    "place",
                    "The place in the class, or dnf, dns, dsq; none takes it out",
                    limits::FINISH,
                )
                .required(),
                OptionSpec::text(
                    "class",
                    "The class; if left out, the one that they signed up for",
                    limits::CLASS,
                ),
                OptionSpec::text(
                    "fastest_lap",
                    "Whether they drove the fastest lap of the class",
                    limits::CHOICE,
                )
                .choices(&[("Yes", "yes"), ("No", "no")]),
            ],
            "For team managers and higher ranks. What was entered for this driver before is replaced. Nothing is shown to \
             others before `/result post`; what was posted is brought up to date.",
        ),
    ),
    SubSpec::new(
        "import",
        "Take results from a CSV file",
        ActionSpec::new(
            Verb::ResultImport,
            &[
                RACE_OPTION,
                OptionSpec::file("file", "A CSV file, UTF-8, with the columns driver and place").required(),
            ],
            "The first line names the columns: driver, place, and if you like class, discord_id, fastest_lap. A place is a \
             number, dnf, dns or dsq. You see what the file says before anything is written. All lines are taken or none; \
             what was entered before is replaced.",
        ),
    ),
    SubSpec::new(
        "post",
        "Post results and table",
        ActionSpec::new(
            Verb::ResultPost,
            &[RACE_OPTION],
            "In the event's channel, with the table of the series. Later corrections bring the message that stands there up \
             to date.",
        ),
    ),
    SubSpec::new(
        "table",
        "The table of a series",
        ActionSpec::new(
            Verb::ResultTable,
            &[OptionSpec::text("series", "Which series", limits::ID)
                .required()
                .suggested(AutocompleteField::Series)],
            "Counted from all results with the points of `results.points`. Only you see the answer.",
        ),
    ),
];

const ME: &[SubSpec] = &[
    SubSpec::new(
        "show",
        "How you are told of things, and in which zone you type times",
        ActionSpec::new(
            Verb::MeShow,
            &[],
            "Shows what you have set, and what the club has.",
        ),
    ),
    SubSpec::new(
        "timezone",
        "Set the zone in which the times that you type are read",
        ActionSpec::new(
            Verb::MeTimezone,
            &[OptionSpec::text(
                "zone",
                "Such as Europe/Berlin, or club for the club's own",
                limits::TIME_ZONE,
            )
            .required()
            .suggested(AutocompleteField::TimeZone)],
            "Goes for events that you make or change. What Gantry shows is in your own zone anyway: Discord sees to that.",
        ),
    ),
    SubSpec::new(
        "alerts",
        "Choose how you are told that your stint begins soon",
        ActionSpec::new(
            Verb::MeAlerts,
            &[
                OptionSpec::text("how", "Where you are told", limits::CHOICE).choices(&[
                    ("In the team's thread", "thread"),
                    ("By direct message", "dm"),
                    ("Not at all", "none"),
                ]),
                OptionSpec::text(
                    "lead",
                    "How long before, such as 20m, or club for as long as the club has set",
                    limits::DURATION,
                ),
            ],
            "Say none to hear nothing. A message that cannot reach you directly is put into the team's thread. Asked for just before a stint, this counts from the next one on.",
        ),
    ),
    SubSpec::new(
        "reminders",
        "Choose how you are reminded of the races that you drive in",
        ActionSpec::new(
            Verb::MeReminders,
            &[
                OptionSpec::text("how", "Where you are reminded", limits::CHOICE).choices(&[
                    ("In the event's channel", "channel"),
                    ("By direct message", "dm"),
                    ("Not at all", "none"),
                ]),
                OptionSpec::text(
                    "hours",
                    "Only at these hours before the start, such as 24, 1; all for each of the club's",
                    limits::HOURS,
                ),
            ],
            "Only who has a seat is reminded, at the hours that the club has set. A direct message that you do not take comes \
             in the channel instead.",
        ),
    ),
];

/// The names of the sections as choices; a test compares them with the registry.
const SECTIONS: &[(&str, &str)] = &[
    ("Club", "club"),
    ("Channels of events", "channels"),
    ("Voice channels", "voice"),
    ("Around an event", "events"),
    ("Stints", "stints"),
    ("Results and tables", "results"),
    ("Messages to members", "notices"),
    ("Roster and server members", "sync"),
    ("Roles and join requests", "members"),
];

const SETTINGS: &[SubSpec] = &[
    SubSpec::new(
        "view",
        "What is set, and where each value comes from",
        ActionSpec::new(
            Verb::SettingsView,
            &[OptionSpec::text(
                "section",
                "Which settings; all in short if left out",
                limits::CHOICE,
            )
            .choices(SECTIONS)],
            "Each value is Gantry's default, the operator's, or your club's own. For team managers and higher ranks.",
        ),
    ),
    SubSpec::new(
        "set",
        "Change a setting",
        ActionSpec::new(
            Verb::SettingsSet,
            &[
                OptionSpec::text("key", "Which setting", limits::SETTING)
                    .required()
                    .suggested(AutocompleteField::Setting),
                OptionSpec::text(
                    "value",
                    "What it shall be; roles with @, channels with #",
                    limits::SETTING_VALUE,
                )
                .required()
                .suggested(AutocompleteField::SettingValue(None)),
            ],
            "For admins; a few settings only the owner may change.",
        ),
    ),
    SubSpec::new(
        "reset",
        "Go back to the values that hold without your own",
        ActionSpec::new(
            Verb::SettingsReset,
            &[
                OptionSpec::text("what", "A setting, a section, or all", limits::SETTING)
                    .required()
                    .suggested(AutocompleteField::SettingTarget),
            ],
            "One setting is reset at once; for a section or all of them you are asked first.",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
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
