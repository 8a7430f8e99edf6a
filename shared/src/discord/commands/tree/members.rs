//! Who belongs to the club, and what each of them is and wishes.

use super::super::spec::{ActionSpec, AutocompleteField, GroupSpec, OptionSpec, SubSpec};
use super::super::{Verb, limits};

pub(super) const ROSTER: &[SubSpec] = &[
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

pub(super) const SYNC: &[SubSpec] = &[
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

pub(super) const LINK: &[SubSpec] = &[
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
pub(super) const RANKS: &[(&str, &str)] = &[
    ("Prospect", "prospect"),
    ("Member", "member"),
    ("Steward", "steward"),
    ("Team manager", "team_manager"),
    ("Admin", "admin"),
    ("Owner (hand the club over)", "owner"),
];

/// Ranks that roles can go with.
pub(super) const RANKS_WITH_ROLES: &[(&str, &str)] = RANKS.split_at(5).0;

pub(super) const RANK: &[SubSpec] = &[
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

pub(super) const ROLE: &[SubSpec] = &[
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

pub(super) const ME: &[SubSpec] = &[
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
