//! The club as a whole: its server, its settings, its calendar.

use super::super::spec::{ActionSpec, AutocompleteField, OptionSpec, SubSpec};
use super::super::{Verb, limits};

pub(super) const CLUB: &[SubSpec] = &[
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

pub(super) const CALENDAR: &[SubSpec] = &[
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

/// The names of the sections as choices; a test compares them with the registry.
pub(super) const SECTIONS: &[(&str, &str)] = &[
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

pub(super) const SETTINGS: &[SubSpec] = &[
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
