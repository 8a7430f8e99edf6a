use super::fixtures::{at, busy_sheet, club, event, series, sheet};
use super::*;
use crate::discord::commands::TREE;
use crate::discord::commands::route::RouteError;
use crate::domain::attendance::Attendance;
use crate::domain::event::{Event, EventState, Period};
use crate::domain::ids::{ChannelId, CommandId, UserId};
use crate::domain::notice::{EventBrief, EventChange, Sheet};
use crate::domain::rank::Capability;
use crate::domain::refusal::{EventAction, Field, FormFault, Problem, Refusal, Standing};
use crate::domain::settings::Settings;
use crate::domain::signup::{SignUp, Status};
use crate::domain::space::SpaceFault;
use crate::domain::wishes::{Way, Wishes, WishesShown};

fn render(notice: &Notice<'_>) -> Rendered {
    Views::default().render(notice)
}

fn body(notice: &Notice<'_>) -> Value {
    render(notice).body
}

fn seated() -> Standing {
    Standing::Seated {
        class: "GT3".to_owned(),
    }
}

/// The one embed's description.
fn description(body: &Value) -> &str {
    body["embeds"][0]["description"].as_str().unwrap()
}

#[test]
fn the_board_shows_roster_waitlist_and_controls() {
    let (club, sheet) = (club(), busy_sheet());
    insta::assert_json_snapshot!(body(&Notice::SignUpBoard {
        club: &club,
        sheet: &sheet
    }));
}

#[test]
fn the_board_of_one_class_needs_no_select() {
    let (club, sheet) = (club(), sheet(event("GT3: 2"), &[(&["Ana"], &[])], &[]));
    let board = body(&Notice::SignUpBoard {
        club: &club,
        sheet: &sheet,
    });
    let rows = board["components"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["components"].as_array().unwrap().len(), 5);
}

/// Of each control its label (of the select its placeholder) and whether it can be used.
fn enabled(board: &Value) -> Vec<(String, bool)> {
    let rows = board["components"].as_array().unwrap().iter();
    rows.flat_map(|row| row["components"].as_array().unwrap())
        .map(|control| {
            let label = control.get("label").unwrap_or(&control["placeholder"]);
            (label.as_str().unwrap().to_owned(), control["disabled"] == false)
        })
        .collect()
}

#[test]
fn controls_follow_the_events_state() {
    let club = club();
    let usable = |state| {
        let event = Event {
            state,
            ..event("GT3: 2, GT4: 2")
        };
        let sheet = Sheet {
            event,
            seats: Vec::new(),
            sign_ups: Vec::new(),
        };
        let board = body(&Notice::SignUpBoard {
            club: &club,
            sheet: &sheet,
        });
        enabled(&board)
            .into_iter()
            .filter(|(_, usable)| *usable)
            .map(|(label, _)| label)
            .collect::<Vec<_>>()
    };
    let all = [
        "Choose your class",
        "Sign up",
        "Not coming",
        "Leave",
        "Availability",
        "Details",
    ];
    assert_eq!(usable(EventState::Open), all);
    assert_eq!(
        usable(EventState::Closed),
        ["Not coming", "Leave", "Availability", "Details"]
    );
    assert_eq!(usable(EventState::Cancelled), ["Details"]);
    assert_eq!(usable(EventState::Draft), ["Details"]);
}

#[test]
fn a_closed_and_a_cancelled_board_say_so() {
    let club = club();
    let shown = |state, reason: Option<&str>| {
        let event = Event {
            state,
            opens_at: None,
            closes_at: None,
            state_since: None,
            cancelled_at: None,
            cancel_reason: reason.map(str::to_owned),
            ..event("GT3: 2")
        };
        let sheet = sheet(event, &[(&[], &[])], &[]);
        description(&body(&Notice::SignUpBoard {
            club: &club,
            sheet: &sheet,
        }))
        .to_owned()
    };
    assert!(shown(EventState::Closed, None).ends_with("Sign-up is closed."));
    assert!(shown(EventState::Cancelled, Some("fog, *thick*")).ends_with(r"**Cancelled.** fog, \*thick\*"));
    assert!(shown(EventState::Cancelled, Some(" ")).ends_with("**Cancelled.**"));
}

#[test]
fn the_select_tells_what_is_left() {
    let full: &[&str] = &["a", "b"];
    let drivers: [(&[&str], &[&str]); 4] = [(&["a"], &[]), (full, &[]), (full, &["c"]), (&[], &[])];
    let sheet = sheet(event("A: 2, B: 2, C: 2, D: 2"), &drivers, &[]);
    let ask = body(&Notice::ChooseClass {
        event: &sheet.event,
        seats: &sheet.seats,
    });
    insta::assert_json_snapshot!(ask);
    let club = club();
    let board = body(&Notice::SignUpBoard {
        club: &club,
        sheet: &sheet,
    });
    assert_eq!(
        board["components"][0], ask["components"][0],
        "one select, wherever it is shown"
    );
}

#[test]
fn the_information_message() {
    let (club, event) = (club(), event("GT3: 10, LMP2: 1"));
    insta::assert_json_snapshot!(body(&Notice::EventInfo {
        club: &club,
        event: &event
    }));
}

#[test]
fn details_with_and_without_a_channel() {
    let (club, sheet, standing) = (club(), busy_sheet(), seated());
    let notice = |channel, seats| Notice::EventDetails {
        club: &club,
        event: &sheet.event,
        seats,
        standing: &standing,
        channel,
        answerable: false,
    };
    insta::assert_json_snapshot!([
        body(&notice(Some(ChannelId(77)), &sheet.seats)),
        body(&notice(None, &[])),
    ]);
}

#[test]
fn lists_of_events() {
    let (club, event) = (club(), event("GT3: 10"));
    let later = Event {
        state: EventState::Draft,
        name: "Spa *24h*".to_owned(),
        ..event.clone()
    };
    let list = |period, events: &[Event], more| {
        body(&Notice::EventList {
            club: &club,
            period,
            events,
            more,
        })
    };
    insta::assert_json_snapshot!([
        list(Period::Upcoming, &[event, later], true),
        list(Period::Past, &[], false),
        list(Period::All, &[], false),
    ]);
}

#[test]
fn what_was_done_to_an_event() {
    use EventChange::{Cancelled, Closed, Created, Edited, Published};
    let (club, event) = (club(), event("GT3: 10"));
    let brief = EventBrief::of(&club, &event);
    let mut bodies = [Created, Edited, Published, Closed, Cancelled]
        .map(|change| {
            body(&Notice::EventChanged {
                change,
                event: &brief,
            })
        })
        .to_vec();
    let unfit = EventBrief {
        unfit: vec!["Red".into(), "Blue".into()],
        limited: 2,
        ..brief
    };
    bodies.push(body(&Notice::EventChanged {
        change: Edited,
        event: &unfit,
    }));
    insta::assert_json_snapshot!(bodies);
}

#[test]
fn clubs_and_series() {
    let (club, event) = (club(), event("GT3: 10"));
    let all = [
        series("GT Endurance", "GT3: 10, LMP2: 12"),
        series("Kart", "Kart: 30"),
    ];
    let status = |upcoming| Notice::ClubStatus {
        club: &club,
        members: 40,
        series: 2,
        upcoming,
    };
    insta::assert_json_snapshot!([
        body(&Notice::ClubCreated { club: &club }),
        body(&status(&[])),
        body(&status(std::slice::from_ref(&event))),
        body(&Notice::SeriesCreated {
            colour: club.colour,
            name: "Kart",
            classes: &all[1].classes
        }),
        body(&Notice::SeriesList {
            club: &club,
            series: &all
        }),
        body(&Notice::SeriesList {
            club: &club,
            series: &[]
        }),
    ]);
}

#[test]
fn who_was_there() {
    let (club, sheet) = (club(), busy_sheet());
    let mut attendance = Attendance::new(sheet.event.key);
    let empty = attendance.clone();
    let (first, second) = (
        "2026-11-28T13:05:00Z".parse().unwrap(),
        "2026-11-28T13:15:00Z".parse().unwrap(),
    );
    let drivers: Vec<UserId> = sheet.sign_ups.iter().take(2).map(|one| one.user).collect();
    let here = Some(ChannelId(9));
    attendance.note(first, &[(drivers[0], here), (drivers[1], None)]);
    attendance.note(
        second,
        &[(drivers[0], here), (drivers[1], None), (UserId(77), here)],
    );
    let shown = |attendance| {
        body(&Notice::Attendance {
            club: &club,
            sheet: &sheet,
            attendance,
        })["embeds"]
            .clone()
    };
    insta::assert_json_snapshot!([shown(&attendance), shown(&empty)]);
}

#[test]
fn the_roster_as_a_list() {
    let (club, mut sheet) = (club(), busy_sheet());
    let waits = |one: &&mut SignUp| matches!(one.status, Status::Waiting { .. });
    let first = sheet.sign_ups.iter_mut().find(waits).unwrap();
    let other = sheet
        .event
        .classes
        .iter()
        .find(|class| first.status.class() != Some(&class.id));
    let other = other.unwrap();
    first.details.backup = Some(other.id.clone());
    let expected = format!("{} (or {})", first.name, other.label);
    let list = body(&Notice::SignUpList {
        club: &club,
        sheet: &sheet,
    });
    let board = body(&Notice::SignUpBoard {
        club: &club,
        sheet: &sheet,
    });
    assert_eq!(list["embeds"][0]["fields"], board["embeds"][0]["fields"]);
    assert!(list.to_string().contains(&expected), "no {expected}: {list}");
    assert_eq!(list["components"], json!([]));
}

#[test]
fn to_a_driver() {
    let (club, event) = (club(), event("GT3: 10"));
    let promoted = |channel| {
        body(&Notice::Promoted {
            club: &club,
            event: &event,
            class: "GT3",
            channel,
        })
    };
    insta::assert_json_snapshot!([promoted(Some(ChannelId(77))), promoted(None)]);

    let waiting = Standing::Waiting {
        class: "GT3".to_owned(),
    };
    let answers = [seated(), waiting, Standing::NotComing, Standing::None];
    let told = answers.each_ref().map(|standing| {
        body(&Notice::Answered {
            event: "Monza 6h",
            standing,
        })
    });
    let refused = answers.map(|standing| {
        let refusal = Refusal::NothingToChange { standing };
        body(&Notice::Refused { refusal: &refusal })
    });
    insta::assert_json_snapshot!([told.to_vec(), refused.to_vec(), vec![body(&Notice::AnswerQueued)]]);
}

#[test]
fn how_a_member_is_told_of_things() {
    let settings = Settings::default();
    let nothing = Wishes::none(club().id, crate::domain::ids::UserId(7));
    let wishes = Wishes {
        zone: crate::domain::club::ZoneName::parse("Asia/Tokyo"),
        reminders: Way::Dm,
        reminder_hours: Some(vec![6]),
        stints: Way::Dm,
        stint_lead_min: Some(20),
        ..nothing.clone()
    };
    let silent = Wishes {
        reminders: Way::Nobody,
        stints: Way::Nobody,
        ..nothing.clone()
    };
    let mut all: Vec<WishesShown> = [nothing, wishes.clone(), silent]
        .into_iter()
        .map(|wishes| WishesShown::of(wishes, &settings))
        .collect();
    all.push(WishesShown {
        reminder_dms: false,
        stint_dms: false,
        club_hours: vec![24, 6, 1],
        ..WishesShown::of(wishes, &settings)
    });
    let shown: Vec<Value> = all.iter().map(|shown| body(&Notice::Wishes { shown })).collect();
    let (club, event) = (club(), event("GT3: 10"));
    let reminded = [Some(ChannelId(77)), None].map(|channel| {
        body(&Notice::Reminded {
            club: &club,
            event: &event,
            channel,
        })
    });
    let event = Event {
        cancel_reason: Some("Fog *on* the track".into()),
        ..event
    };
    let called_off = body(&Notice::CalledOff {
        club: &club,
        event: &event,
    });
    insta::assert_json_snapshot!((shown, reminded, called_off));
}

#[test]
fn to_the_admin_who_published() {
    let (club, event) = (club(), event("GT3: 10"));
    let ready = Notice::SpaceReady {
        club: &club,
        event: &event,
        channel: ChannelId(77),
    };
    let mut told = vec![body(&ready)];
    for fault in [
        SpaceFault::MissingPermission,
        SpaceFault::GuildFull,
        SpaceFault::ChannelDeleted,
        SpaceFault::GuildLost,
        SpaceFault::Refused,
    ] {
        told.push(body(&Notice::SpaceFailed {
            event: &event,
            fault,
            lacking: &[],
        }));
    }
    insta::assert_json_snapshot!(told);
}

#[test]
fn every_refusal_in_words() {
    let class = || "GT3".to_owned();
    let mut refusals = vec![
        Refusal::NoClub,
        Refusal::GuildHasClub {
            club: "Apex *E*".to_owned(),
        },
        Refusal::ClubNameTaken,
        Refusal::NeedsManageServer,
        Refusal::NeedsRank {
            capability: Capability::ManageEvents,
        },
        Refusal::NeedsRank {
            capability: Capability::ManageSeries,
        },
        Refusal::SeriesNameTaken,
        Refusal::TooManySeries { max: 100 },
        Refusal::NoSuchSeries,
        Refusal::NoSuchEvent,
        Refusal::EventChanged,
        Refusal::ClassInUse {
            class: class(),
            taken: 7,
            waiting: 2,
        },
        Refusal::SignUpClosed,
        Refusal::NoSuchClass,
        Refusal::NameTheClass,
        Refusal::NoSuchTeam,
        Refusal::TeamNameTaken,
        Refusal::TooManyTeams { max: 60 },
        Refusal::TeamFull { max: 16 },
        Refusal::NotADriver,
        Refusal::OtherClass { class: "GT3".into() },
        Refusal::InTeamAlready,
        Refusal::NotInTeam,
        Refusal::EmptyTeam { team: "Red".into() },
        Refusal::NoPlan,
        Refusal::NoSuchStint,
        Refusal::StintTimes,
        Refusal::FirstStint,
        Refusal::LastStint,
        Refusal::TooManyStints,
        Refusal::StintRunning,
        Refusal::NoStintRunning,
        Refusal::TooEarlyToStart {
            starts_at: at("2026-11-28T13:00:00Z"),
        },
        Refusal::StintMoved,
        Refusal::SeriesRunning {
            event: "Monza *6h*".into(),
        },
        Refusal::NoSeriesChannel,
        Refusal::NotLive,
        Refusal::TooManyMessages,
        Refusal::ResultsThere { drivers: 4 },
        Refusal::Busy,
    ];
    for state in EventState::ALL {
        for action in EventAction::ALL {
            refusals.extend(state.after(action).err());
        }
    }
    let words: Vec<Value> = refusals
        .iter()
        .map(|refusal| body(&Notice::Refused { refusal })["content"].clone())
        .collect();
    insta::assert_json_snapshot!(words);
}

#[test]
fn every_fault_of_a_form_in_words() {
    let class = || "GT_3".to_owned();
    let (first, second) = (at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"));
    let faults = [
        (Field::Name, Problem::Empty),
        (Field::Name, Problem::TooLong { max: 80 }),
        (Field::TimeZone, Problem::UnknownZone),
        (Field::Colour, Problem::NotAColour),
        (Field::Start, Problem::NotATime),
        (Field::Start, Problem::SkippedTime { before: first }),
        (Field::Start, Problem::DoubleTime { first, second }),
        (Field::Start, Problem::InThePast),
        (Field::Start, Problem::TooFarOff),
        (Field::Duration, Problem::NotADuration),
        (Field::Duration, Problem::DurationOutOfRange),
        (Field::Description, Problem::TooLong { max: 1000 }),
        (
            Field::Classes,
            Problem::NotAClass {
                line: "<@42> **x**".to_owned(),
            },
        ),
        (Field::Classes, Problem::SeatsOutOfRange { class: class() }),
        (Field::Classes, Problem::DoubleClass { class: class() }),
        (Field::Classes, Problem::TooManyClasses),
        (Field::TeamSize, Problem::NumberOutOfRange { min: 1, max: 16 }),
        (Field::Seed, Problem::NotASeed),
        (Field::Minutes, Problem::NotMinutes),
        (Field::Lead, Problem::NotALead { max: 120 }),
        (Field::Hours, Problem::NotHours { most: 6 }),
        (Field::Place, Problem::NotAPlace),
        (Field::Place, Problem::NothingToTakeOut),
        (Field::Driver, Problem::IsABot),
        (
            Field::Class,
            Problem::NoSuchClass {
                typed: "LMP".to_owned(),
            },
        ),
        (Field::Place, Problem::TooManyDrivers { max: 500 }),
        (Field::Copies, Problem::NumberOutOfRange { min: 1, max: 20 }),
        (Field::Reason, Problem::TooLong { max: 300 }),
    ];
    let faults: Vec<FormFault> = faults
        .into_iter()
        .map(|(field, problem)| FormFault { field, problem })
        .collect();
    let words: Vec<Value> = faults
        .chunks(9)
        .chain([faults.as_slice()])
        .map(|faults| {
            body(&Notice::Refused {
                refusal: &Refusal::Form {
                    faults: faults.to_vec(),
                },
            })["content"]
                .clone()
        })
        .collect();
    insta::assert_json_snapshot!(words);
}

#[test]
fn what_leads_nowhere_in_words() {
    let views = Views::default();
    let errors = [
        RouteError::UnknownCommand,
        RouteError::UnknownComponent,
        RouteError::UnknownModal,
        RouteError::BadOption {
            name: "event",
            what: "Pick an event from the list that appears while you type.",
        },
        RouteError::NotInGuild,
    ];
    let mut words: Vec<Value> = errors
        .iter()
        .map(|error| views.route_error(error)["content"].clone())
        .collect();
    words.push(views.trouble()["content"].clone());
    insta::assert_json_snapshot!(words);
}

#[test]
fn gantry_about_itself() {
    let (views, club) = (Views::default(), club());
    insta::assert_json_snapshot!([
        views.ping(),
        views.info("0.1.0", None),
        views.info("0.1.0", Some(&club))
    ]);
}

#[test]
fn help_by_topic() {
    let views = Views::default();
    let text = |topic: Option<&str>| description(&views.help(topic)).to_owned();
    assert!(text(Some("event publish")).starts_with("`/event publish` · Make the event's channel"));
    assert!(text(Some("/no`such` <@1>")).starts_with("There is no command `/no'such' <@1>`.\n\n`/ping`"));
    assert!(text(None).starts_with("`/ping`"));
}

#[test]
fn known_commands_are_linked() {
    let ids: CommandIds = TREE
        .iter()
        .map(|spec| (spec.name.to_owned(), CommandId(9)))
        .collect();
    let told = Views::new(ids)
        .render(&Notice::Refused {
            refusal: &Refusal::NoClub,
        })
        .body;
    assert_eq!(
        told["content"],
        "This server has no club yet. </club create:9> makes one."
    );
}

#[test]
fn markers_are_the_custom_ids() {
    let (club, sheet) = (club(), busy_sheet());
    let event = sheet.event.key.event;
    let board = render(&Notice::SignUpBoard {
        club: &club,
        sheet: &sheet,
    });
    let info = render(&Notice::EventInfo {
        club: &club,
        event: &sheet.event,
    });
    let id = |kind: &str| format!("g1:{kind}:{event}");
    assert_eq!(
        board.markers,
        [id("cc"), id("su"), id("nc"), id("lv"), id("av"), id("dt")]
    );
    assert_eq!(info.markers, [id("in")]);
    let promoted = render(&Notice::Promoted {
        club: &club,
        event: &sheet.event,
        class: "GT3",
        channel: None,
    });
    assert_eq!(promoted.markers, [format!("g1:dd:{}:{event}", club.id)]);
}

#[test]
fn the_digest_changes_with_the_body_only() {
    let (club, sheet) = (club(), busy_sheet());
    let board = |sheet: &Sheet| render(&Notice::SignUpBoard { club: &club, sheet });
    assert_eq!(board(&sheet), board(&sheet.clone()));
    // A version is counted up by an edit of what the board does not show.
    let unseen = Sheet {
        event: Event {
            version: 9,
            ..sheet.event.clone()
        },
        ..sheet.clone()
    };
    assert_eq!(board(&sheet).digest, board(&unseen).digest);
    let mut renamed = sheet.clone();
    renamed.sign_ups[0].name.push('!');
    assert_ne!(board(&sheet).digest, board(&renamed).digest);
}

mod club_settings {
    use super::*;
    use crate::domain::ids::{GuildId, UserId};
    use crate::domain::settings::{
        Change, ClubSettings, Key, OperatorOverrides, REGISTRY, ResetQuestion, Section, SettingFault,
        SettingProblem, Settings, SettingsChanged, Target, Wish,
    };

    fn wish(key: Key, typed: &str) -> Wish {
        Wish {
            key,
            change: Change::Typed(typed.to_owned()),
        }
    }

    fn some() -> (Settings, SettingsChanged) {
        let operator = OperatorOverrides::parse("channels.drift=forget").unwrap();
        let settings = Settings::resolve(operator, ClubSettings::default());
        let wishes = [
            wish(Key::ChannelName, "{event} **bold** `x` @everyone"),
            wish(Key::MemberRoles, "<@&772904309264089090>"),
        ];
        let at = "2026-11-21T12:00:00Z".parse().unwrap();
        let changed = settings.change(&wishes, UserId(42), at, GuildId(1)).unwrap();
        let outcome = SettingsChanged {
            colour: settings.colour(),
            told: changed.told,
            unchanged: vec![Key::SyncHours],
        };
        (settings.with(changed.stored), outcome)
    }

    #[test]
    fn a_section_and_all_settings() {
        let (settings, _) = some();
        let view = |section| {
            body(&Notice::Settings {
                settings: &settings,
                section,
            })
        };
        insta::assert_json_snapshot!([
            view(Some(Section::Channels)),
            view(Some(Section::Members)),
            view(None)
        ]);
    }

    #[test]
    fn that_nothing_goes_by_a_setting_yet_is_said() {
        let idle: Vec<Key> = REGISTRY
            .iter()
            .filter(|spec| spec.read_by.is_empty())
            .map(|spec| spec.key)
            .collect();
        assert_eq!(idle, [Key::Locale]);
        let settings = Settings::default();
        let fields = body(&Notice::Settings {
            settings: &settings,
            section: Some(Section::Club),
        })["embeds"][0]["fields"]
            .clone();
        for field in fields.as_array().unwrap() {
            let said = field["value"]
                .as_str()
                .unwrap()
                .contains("Nothing goes by it yet");
            assert_eq!(said, field["name"] == "`club.locale`", "{field}");
        }
        let at = "2026-11-21T12:00:00Z".parse().unwrap();
        for (key, typed, told) in [(Key::Locale, "de", true), (Key::TimeZone, "Europe/Berlin", false)] {
            let changed = settings
                .change(&[wish(key, typed)], UserId(42), at, GuildId(1))
                .unwrap();
            let outcome = SettingsChanged {
                colour: settings.colour(),
                told: changed.told,
                unchanged: Vec::new(),
            };
            let text = body(&Notice::SettingsChanged { changed: &outcome }).to_string();
            assert_eq!(text.contains("Nothing goes by it yet"), told, "{text}");
        }
    }

    #[test]
    fn every_section_fits_into_its_message() {
        let long = format!("{}{{event}}", "*".repeat(73));
        let role = |n: u64| format!("<@&{}>", 772_904_309_264_089_090 + n);
        let roles = (0..10).map(role).collect::<Vec<_>>().join(" ");
        let at = "2026-11-21T12:00:00Z".parse().unwrap();
        let wishes: Vec<Wish> = REGISTRY
            .iter()
            .filter_map(|spec| {
                let typed = match spec.key {
                    Key::ChannelName => long.clone(),
                    Key::CategoryName => long.replace("event}", "series}").replacen('*', "", 1),
                    Key::MemberRoles | Key::ManagerRoles | Key::AdminRoles => roles.clone(),
                    _ => return None,
                };
                Some(wish(spec.key, &typed))
            })
            .collect();
        let settings = Settings::default();
        let changed = settings
            .change(&wishes, UserId(u64::MAX), at, GuildId(1))
            .unwrap();
        let question = ResetQuestion {
            colour: settings.colour(),
            target: Target::All,
            version: u64::MAX,
            told: changed.told.clone(),
            kept: REGISTRY.iter().map(|spec| spec.key).collect(),
        };
        let settings = settings.with(changed.stored);
        let outcome = SettingsChanged {
            colour: settings.colour(),
            told: changed.told,
            unchanged: REGISTRY.iter().map(|spec| spec.key).collect(),
        };
        let sections = Section::ALL.into_iter().map(Some).chain([None]);
        let mut notices: Vec<Notice<'_>> = sections
            .map(|section| Notice::Settings {
                settings: &settings,
                section,
            })
            .collect();
        notices.push(Notice::SettingsChanged { changed: &outcome });
        notices.push(Notice::ResetSettings { question: &question });
        for notice in &notices {
            let body = body(notice);
            assert_eq!(super::super::limits_tests::fault(&body), None, "{body}");
            let shown = body["embeds"][0]["fields"].as_array().map_or(0, Vec::len);
            if let Notice::Settings {
                section: Some(section),
                ..
            } = notice
            {
                assert_eq!(shown, section.keys().count());
            }
        }
    }

    #[test]
    fn changes_questions_and_refusals() {
        let (settings, changed) = some();
        let at = "2026-11-21T12:00:00Z".parse().unwrap();
        let reset = Wish {
            key: Key::ChannelName,
            change: Change::Reset,
        };
        let back = settings.change(&[reset], UserId(43), at, GuildId(1)).unwrap();
        let question = ResetQuestion {
            colour: settings.colour(),
            target: Target::Section(Section::Channels),
            version: 7,
            told: back.told,
            kept: vec![Key::Retention],
        };
        let fault = |key, problem| SettingFault { key, problem };
        let name = || "a*b".to_owned();
        let refusals = [
            Refusal::NoSuchSetting,
            Refusal::Settings {
                faults: vec![
                    fault(Key::SyncHours, SettingProblem::OutOfRange),
                    fault(Key::Notifications, SettingProblem::Unfit),
                    fault(Key::ChannelName, SettingProblem::TooLong { max: 80 }),
                    fault(Key::ReminderHours, SettingProblem::TooMany { max: 6 }),
                    fault(
                        Key::ChannelName,
                        SettingProblem::UnknownPlaceholder { name: name() },
                    ),
                    fault(
                        Key::ChannelName,
                        SettingProblem::MissingPlaceholder {
                            name: "event".to_owned(),
                        },
                    ),
                    fault(Key::MemberRoles, SettingProblem::Everyone),
                ],
            },
            Refusal::SettingChanged {
                key: Key::SyncHours,
                now: 3.into(),
                by: Some(UserId(42)),
            },
            Refusal::ResetOutdated,
        ];
        let mut bodies = vec![
            body(&Notice::SettingsChanged { changed: &changed }),
            body(&Notice::ResetSettings { question: &question }),
            body(&Notice::SettingsKept),
        ];
        bodies.extend(refusals.iter().map(|refusal| body(&Notice::Refused { refusal })));
        insta::assert_json_snapshot!(bodies);
    }
}

#[test]
fn a_name_from_right_to_left_stands_for_itself() {
    use super::phrases;
    assert_eq!(phrases::driver("يارا حداد"), "\u{2068}يارا حداد\u{2069}");
    assert_eq!(phrases::name("מונזה"), "\u{2068}מונזה\u{2069}");
    for name in ["Nguyễn Minh Anh", "박민준", "अर्जुन मेहता", "Светлана"] {
        assert_eq!(phrases::driver(name), name);
    }
}
