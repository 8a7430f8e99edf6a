//! Series, events, sign-ups and results.

use super::super::spec::{ActionSpec, AutocompleteField, OptionSpec, SubSpec};
use super::super::{Verb, limits};

pub(super) const SERIES: &[SubSpec] = &[
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

pub(super) const EVENT_OPTION: OptionSpec = OptionSpec::text("event", "Which event", limits::ID)
    .required()
    .suggested(AutocompleteField::Event);

pub(super) const EVENT: &[SubSpec] = &[
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
                    "When it starts in your time zone, such as 2027-06-12 14:00 or Sat 14:00",
                    limits::TIME,
                ),
                OptionSpec::text(
                    "duration",
                    "How long it lasts, such as 6h or 2h30",
                    limits::DURATION,
                ),
            ],
            "With name, start and duration the event is made at once; otherwise a form asks for what is missing. \
             Times are in your zone (`/me timezone`), or the club's if you have set none.",
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
            "Times are in your zone (`/me timezone`), or the club's if you have set none. Without this, sign-up is open from publishing until the start.",
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

pub(super) const SIGNUP: &[SubSpec] = &[SubSpec::new(
    "list",
    "Who has signed up for an event",
    ActionSpec::new(
        Verb::SignupList,
        &[EVENT_OPTION],
        "The roster by class, with the waitlist. Only you see the answer.",
    ),
)];

/// Past events, too.
const RACE_OPTION: OptionSpec = OptionSpec::text("event", "Which event", limits::ID)
    .required()
    .suggested(AutocompleteField::Race);

pub(super) const RESULT: &[SubSpec] = &[
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
