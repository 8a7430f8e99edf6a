use super::*;
use crate::discord::inbound::parse;
use crate::domain::calendar::FeedWish;
use crate::domain::ids::{EntryId, RoleId, SeriesId, TeamId, UserId};
use crate::domain::rank::Picked;
use crate::domain::repeat::Every;
use crate::domain::results::Entered;
use crate::domain::role_map::PickedRole;
use crate::domain::settings::{Key, Section, Target};
use crate::domain::telemetry::TelemetryWish;
use crate::domain::wishes::{Way, WishChange};
use serde_json::json;

fn event() -> EventId {
    EventId::from_parts(1_900_000_000_000, 1)
}

fn series() -> SeriesId {
    SeriesId::from_parts(1_900_000_000_000, 2)
}

fn entry() -> EntryId {
    EntryId::from_parts(1_900_000_000_000, 3)
}

/// Routes an interaction of this type and data, in a guild or not.
fn send(kind: u64, data: Value, in_guild: bool) -> Result<Intent, RouteError> {
    let mut body = json!({
        "id": "1", "application_id": "2", "type": kind, "token": "t",
        "user": { "id": "3", "username": "kim" }, "data": data
    });
    if in_guild {
        body["guild_id"] = json!("4");
    }
    route(&parse(body.to_string().as_bytes()).unwrap())
}

/// Data of `/event create` and the like: words, then options.
fn data(path: &str, options: &[(&str, Value)]) -> Value {
    let options: Vec<Value> = options
        .iter()
        .map(|(name, value)| json!({ "name": name, "type": 3, "value": value }))
        .collect();
    match path.split_once(' ') {
        None => json!({ "name": path, "type": 1, "options": options }),
        Some((command, path)) if path.contains(' ') => {
            let (group, sub) = path.split_once(' ').unwrap();
            let inner = json!({ "name": sub, "type": 1, "options": options });
            json!({ "name": command, "type": 1, "options": [{ "name": group, "type": 2, "options": [inner] }] })
        }
        Some((command, sub)) => {
            json!({ "name": command, "type": 1, "options": [{ "name": sub, "type": 1, "options": options }] })
        }
    }
}

fn run(path: &str, options: &[(&str, Value)]) -> Result<Command, RouteError> {
    match send(2, data(path, options), true)? {
        Intent::Command(command) => Ok(command),
        other => panic!("{other:?}"),
    }
}

/// `/roster import` with this as what Discord says of the file.
fn with_file(file: Value) -> Result<Command, RouteError> {
    let given = json!([{ "name": "file", "type": 11, "value": "9" }]);
    let mut data = json!({ "name": "roster", "type": 1, "options": [{ "name": "import", "type": 1, "options": given }] });
    data["resolved"] = json!({ "attachments": { "9": file } });
    match send(2, data, true)? {
        Intent::Command(command) => Ok(command),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_has_to_come_with_its_description() {
    let missing = Err(RouteError::BadOption {
        name: "file",
        what: "Attach a file.",
    });
    assert_eq!(run("roster import", &[]), missing);
    assert_eq!(run("roster import", &[("file", json!("9"))]), missing);
    let long = "x".repeat(3000);
    let kept = with_file(json!({ "filename": long, "size": 1, "url": format!("https://cdn/{long}") }));
    let Ok(Command::RosterImport { file }) = kept else {
        panic!("{kept:?}")
    };
    assert_eq!((file.name.len(), file.url.as_str()), (100, ""));
}

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

const TEAM: TeamId = TeamId::from_parts(1, 7);
const DRIVER: UserId = UserId(42);

/// Runs a command with the event, the team and what else is given.
fn of_team(path: &str, more: &[(&str, &str)]) -> Result<Command, RouteError> {
    let (event, team) = (event().to_string(), TEAM.to_string());
    let mut options = vec![("event", json!(event))];
    if ![
        "team create",
        "team form",
        "team list",
        "team finalise",
        "team reopen",
    ]
    .contains(&path)
    {
        options.push(("team", json!(team)));
    }
    options.extend(more.iter().map(|(name, value)| (*name, json!(value))));
    run(path, &options)
}

fn teams_routed() -> Vec<(Result<Command, RouteError>, Command)> {
    let event = event();
    vec![
        (
            of_team("team create", &[("name", "Red"), ("class", "GT3")]),
            Command::TeamCreate {
                event,
                name: "Red".into(),
                class: text("GT3"),
            },
        ),
        (
            of_team("team assign", &[("driver", "42")]),
            Command::TeamAssign {
                event,
                team: TEAM,
                driver: DRIVER,
            },
        ),
        (
            of_team("team remove", &[("driver", "42")]),
            Command::TeamRemove {
                event,
                team: TEAM,
                driver: Some(DRIVER),
            },
        ),
        (
            of_team("team rename", &[("name", "Blue")]),
            Command::TeamRename {
                event,
                team: TEAM,
                name: "Blue".into(),
            },
        ),
        (
            of_team(
                "team form",
                &[("size", "4"), ("least", "3"), ("class", "GT3"), ("seed", "7")],
            ),
            Command::TeamForm {
                event,
                size: "4".into(),
                least: text("3"),
                class: text("GT3"),
                seed: text("7"),
            },
        ),
        (
            of_team("team list", &[("page", "2")]),
            Command::TeamList { event, page: 2 },
        ),
        (of_team("team finalise", &[]), Command::TeamFinalise { event }),
        (of_team("team reopen", &[]), Command::TeamReopen { event }),
    ]
}

fn plans_routed() -> Vec<(Result<Command, RouteError>, Command)> {
    let change = |what| Command::ChangePlan {
        event: event(),
        team: TEAM,
        what,
    };
    let show = |page| Command::ShowPlan {
        event: event(),
        team: TEAM,
        page,
    };
    let by = [("stint", "3"), ("minutes", "-5")];
    let (stint, minutes) = (|| "3".to_owned(), || "-5".to_owned());
    vec![
        (
            of_team(
                "strategy set",
                &[
                    ("stint", "45"),
                    ("rest", "60"),
                    ("in_a_row", "2"),
                    ("pit", "70"),
                    ("fuel", "95"),
                    ("tyres", "3"),
                ],
            ),
            change(PlanWish::Strategy(StrategyForm {
                stint: text("45"),
                rest: text("60"),
                in_a_row: text("2"),
                pit: text("70"),
                fuel: text("95"),
                tyres: text("3"),
            })),
        ),
        (
            of_team("strategy announce", &[]),
            Command::AnnouncePlan {
                event: event(),
                team: TEAM,
            },
        ),
        (of_team("strategy show", &[]), show(None)),
        (of_team("stint plan", &[]), change(PlanWish::Plan)),
        (of_team("stint list", &[("page", "2")]), show(Some(2))),
        (
            of_team("stint swap", &[("one", "1"), ("other", "4")]),
            change(PlanWish::Swap {
                one: "1".into(),
                other: "4".into(),
            }),
        ),
        (
            of_team("stint extend", &by),
            change(PlanWish::Extend {
                stint: stint(),
                minutes: minutes(),
            }),
        ),
        (
            of_team("stint shift", &by),
            change(PlanWish::Shift {
                stint: stint(),
                minutes: minutes(),
            }),
        ),
        (of_team("stint start", &[]), change(PlanWish::Start)),
        (of_team("stint finish", &[]), change(PlanWish::Finish)),
        (
            of_team("stint emergency", &[("driver", "42")]),
            change(PlanWish::Emergency { driver: DRIVER }),
        ),
    ]
}

fn result_file(event: EventId) -> Value {
    let given = json!([
        { "name": "event", "type": 3, "value": event.to_string() },
        { "name": "file", "type": 11, "value": "9" },
    ]);
    let mut data = json!({ "name": "result", "type": 1, "options": [{ "name": "import", "type": 1, "options": given }] });
    let file = json!({ "filename": "results.csv", "size": 3, "url": "https://cdn/results.csv" });
    data["resolved"] = json!({ "attachments": { "9": file } });
    data
}

#[test]
fn every_command_is_routed_with_all_its_options() {
    let (event, series) = (event(), series());
    let e = json!(event.to_string());
    let expected = [
        (run("ping", &[]), Command::Ping),
        (run("info", &[]), Command::Info),
        (
            run("help", &[("command", json!("event"))]),
            Command::Help { topic: text("event") },
        ),
        (
            run(
                "club create",
                &[
                    ("name", json!(" Apex ")),
                    ("time_zone", json!("UTC")),
                    ("colour", json!("#fff")),
                ],
            ),
            Command::ClubCreate {
                name: "Apex".to_owned(),
                time_zone: text("UTC"),
                colour: text("#fff"),
            },
        ),
        (run("club status", &[]), Command::ClubStatus),
        (
            run(
                "series create",
                &[
                    ("name", json!("GT")),
                    ("classes", json!("GT3:10")),
                    ("description", json!("d")),
                ],
            ),
            Command::SeriesCreate {
                name: "GT".to_owned(),
                classes: "GT3:10".to_owned(),
                description: text("d"),
            },
        ),
        (run("series list", &[]), Command::SeriesList),
        (
            run(
                "event create",
                &[
                    ("series", json!(series.to_string())),
                    ("name", json!("Spa")),
                    ("start", json!("2027-01-01 10:00")),
                    ("duration", json!("6h")),
                ],
            ),
            Command::EventCreate {
                series,
                name: text("Spa"),
                start: text("2027-01-01 10:00"),
                duration: text("6h"),
            },
        ),
        (
            run(
                "event repeat",
                &[("event", e.clone()), ("every", "2".into()), ("times", "4".into())],
            ),
            Command::EventRepeat {
                event,
                every: Every::Weeks(2),
                times: "4".into(),
            },
        ),
        (
            run("event edit", &[("event", e.clone())]),
            Command::EventEdit { event },
        ),
        (
            run("event publish", &[("event", e.clone())]),
            Command::EventPublish { event, channel: None },
        ),
        (
            run("settings view", &[("section", json!("sync"))]),
            Command::SettingsView {
                section: Some(Section::Sync),
            },
        ),
        (
            run(
                "settings set",
                &[("key", json!(" sync.hours ")), ("value", json!("12"))],
            ),
            Command::SettingsSet {
                key: "sync.hours".to_owned(),
                value: "12".to_owned(),
            },
        ),
        (
            run("settings reset", &[("what", json!("all"))]),
            Command::SettingsReset {
                what: "all".to_owned(),
            },
        ),
        (
            run("event close", &[("event", e.clone())]),
            Command::EventClose { event },
        ),
        (
            run(
                "event times",
                &[("event", e.clone()), ("closes", json!("Fri 20:00"))],
            ),
            Command::EventTimes {
                event,
                opens: None,
                closes: text("Fri 20:00"),
            },
        ),
        (
            run("event restrict", &[("event", e.clone()), ("class", json!("GT3"))]),
            Command::EventRestrict {
                event,
                class: text("GT3"),
                role: None,
            },
        ),
        (
            run("event complete", &[("event", e.clone())]),
            Command::EventComplete { event },
        ),
        (
            run("event archive", &[("event", e.clone())]),
            Command::EventArchive { event },
        ),
        (
            run("event cancel", &[("event", e.clone()), ("reason", json!("fog"))]),
            Command::EventCancel {
                event,
                reason: text("fog"),
            },
        ),
        (
            run("event show", &[("event", e.clone())]),
            Command::EventShow { event },
        ),
        (
            run("event attendance", &[("event", e.clone())]),
            Command::EventAttendance { event },
        ),
        (
            run("event list", &[("when", json!("past"))]),
            Command::EventList { when: Period::Past },
        ),
        (run("club setup", &[]), Command::ClubSetup),
        (run("join", &[]), Command::Join),
        (run("club preflight", &[]), Command::ClubPreflight),
        (run("club invite", &[]), Command::ClubInvite),
        (
            run("club link", &[("name", json!("Apex"))]),
            Command::ClubLink {
                name: "Apex".to_owned(),
            },
        ),
        (run("club unlink", &[]), Command::ClubUnlink),
        (
            run("signup list", &[("event", e.clone())]),
            Command::SignupList { event },
        ),
        (run("roster list", &[]), Command::RosterList),
        (
            run("roster remove", &[("entry", json!(entry().to_string()))]),
            Command::RosterRemove { entry: entry() },
        ),
        (run("roster export", &[]), Command::RosterExport),
        (
            with_file(json!({ "filename": "a.csv", "size": 7, "url": "https://cdn/a" })),
            Command::RosterImport {
                file: FileRef {
                    name: "a.csv".to_owned(),
                    url: "https://cdn/a".to_owned(),
                    size: 7,
                },
            },
        ),
        (run("sync run", &[]), Command::SyncRun),
        (run("sync status", &[]), Command::SyncStatus),
        (run("sync history", &[]), Command::SyncHistory),
        (run("sync conflicts", &[]), Command::SyncConflicts),
        (
            of(picking("rank set", some_member(json!("member")), ada())),
            Command::RankSet {
                member: picked(),
                rank: Rank::Member,
            },
        ),
        (
            of(picking("rank show", json!([]), json!({}))),
            Command::RankShow { member: None },
        ),
        (
            run("series complete", &[("series", json!(series.to_string()))]),
            Command::SeriesComplete { series },
        ),
        (
            run("telemetry connect", &[]),
            Command::Telemetry {
                wish: TelemetryWish::Connect,
            },
        ),
        (
            run("telemetry revoke", &[]),
            Command::Telemetry {
                wish: TelemetryWish::Revoke,
            },
        ),
        (
            run("telemetry status", &[]),
            Command::TelemetryStatus { event: None },
        ),
        (
            run("calendar show", &[]),
            Command::Calendar { wish: FeedWish::Show },
        ),
        (
            run("calendar renew", &[]),
            Command::Calendar {
                wish: FeedWish::Renew,
            },
        ),
        (
            run("calendar close", &[]),
            Command::Calendar {
                wish: FeedWish::Close,
            },
        ),
        (
            of(picking(
                "result set",
                json!([
                    { "name": "event", "type": 3, "value": event.to_string() },
                    { "name": "driver", "type": 6, "value": "7" },
                    { "name": "place", "type": 3, "value": "2" },
                    { "name": "fastest_lap", "type": 3, "value": "yes" },
                ]),
                ada(),
            )),
            Command::ResultSet {
                event,
                entered: Box::new(Entered {
                    driver: picked(),
                    place: "2".to_owned(),
                    class: None,
                    fastest: true,
                }),
            },
        ),
        (
            of(send(2, result_file(event), true)),
            Command::ResultImport {
                event,
                file: FileRef {
                    name: "results.csv".to_owned(),
                    url: "https://cdn/results.csv".to_owned(),
                    size: 3,
                },
            },
        ),
        (run("result post", &[("event", e)]), Command::ResultPost { event }),
        (
            run("result table", &[("series", json!(series.to_string()))]),
            Command::ResultTable { series },
        ),
        (run("me show", &[]), Command::MeShow),
        (
            run("me timezone", &[("zone", json!("Europe/Berlin"))]),
            Command::MeTimezone {
                change: WishChange::Zone {
                    typed: "Europe/Berlin".to_owned(),
                },
            },
        ),
        (
            run("me alerts", &[("how", json!("thread")), ("lead", json!("20m"))]),
            Command::MeAlerts {
                change: WishChange::Stints {
                    way: Some(Way::Public),
                    lead: text("20m"),
                },
            },
        ),
        (
            run("me reminders", &[("how", json!("dm"))]),
            Command::MeReminders {
                change: WishChange::Reminders {
                    way: Some(Way::Dm),
                    hours: None,
                },
            },
        ),
        (run("role map list", &[]), Command::RoleMapList),
        (
            run("link code", &[("entry", json!(entry().to_string()))]),
            Command::LinkCode { entry: entry() },
        ),
        (
            run("link enter", &[("code", json!("abcd 2345"))]),
            Command::LinkEnter {
                code: Code::typed("ABCD-2345"),
            },
        ),
        (run("link status", &[]), Command::LinkStatus { member: None }),
        (run("link remove", &[]), Command::LinkRemove { member: None }),
        (
            run("role map remove", &[("id", json!("9"))]),
            Command::RoleMapRemove { role: RoleId(9) },
        ),
        (
            of(picking("role map set", some_role(), stewards())),
            Command::RoleMapSet {
                role: PickedRole {
                    role: RoleId(9),
                    managed: true,
                    permissions: 8,
                },
                rank: Rank::Steward,
                place: Some(2),
            },
        ),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .chain(teams_routed())
        .chain(plans_routed())
        .collect();
    assert_eq!(
        expected.len(),
        TREE.iter().flat_map(CommandSpec::actions).count(),
        "one line for each command"
    );
    for (routed, command) in expected {
        assert_eq!(routed, Ok(command));
    }
}

#[test]
fn optional_options_may_be_missing_null_or_blank() {
    assert_eq!(run("help", &[]), Ok(Command::Help { topic: None }));
    for blank in [json!(null), json!(""), json!("   ")] {
        assert_eq!(
            run("help", &[("command", blank)]),
            Ok(Command::Help { topic: None })
        );
    }
    for (value, period) in [
        (None, Period::Upcoming),
        (Some("upcoming"), Period::Upcoming),
        (Some("all"), Period::All),
    ] {
        let options: Vec<_> = value.map(|value| ("when", json!(value))).into_iter().collect();
        assert_eq!(
            run("event list", &options),
            Ok(Command::EventList { when: period })
        );
    }
}

#[test]
fn values_that_cannot_be_used_are_named() {
    let bad = |path: &str, options: &[(&str, Value)]| match run(path, options) {
        Err(RouteError::BadOption { name, what }) => (name, what),
        other => panic!("{path}: {other:?}"),
    };
    assert_eq!(bad("club create", &[]), ("name", "This is missing."));
    assert_eq!(
        bad("club create", &[("name", json!(" "))]),
        ("name", "This is missing.")
    );
    assert_eq!(
        bad("club create", &[("name", json!(7))]),
        ("name", "This must be text.")
    );
    assert_eq!(
        bad("event list", &[("when", json!("soon"))]),
        ("when", "Pick one of the choices.")
    );
    assert_eq!(
        bad("event show", &[("event", json!("Monza 6h"))]),
        ("event", PICK_EVENT)
    );
    assert_eq!(
        bad("event create", &[("series", json!("GT"))]),
        ("series", PICK_SERIES)
    );
    let lower = event().to_string().to_lowercase();
    assert_eq!(
        bad("event show", &[("event", json!(lower))]),
        ("event", PICK_EVENT)
    );
}

#[test]
fn text_is_taken_up_to_its_longest() {
    let named = |length: usize| run("club create", &[("name", json!("é".repeat(length)))]);
    assert!(named(50).is_ok());
    assert_eq!(
        named(51),
        Err(RouteError::BadOption {
            name: "name",
            what: "This is too long."
        })
    );
}

#[test]
fn what_the_tree_does_not_know_is_an_unknown_command() {
    let unknown = [
        data("fly", &[]),
        data("event", &[]),
        data("event fly", &[]),
        data("Ping", &[]),
        data("ping", &[("loud", json!("yes"))]),
        json!({ "name": "ping", "type": 2, "target_id": "5" }),
        json!({ "name": "event", "type": 1, "options": [{ "name": "list", "type": 3, "value": "x" }] }),
        json!({ "name": "event", "type": 1, "options": [{ "name": "list", "type": 1 }, { "name": "list", "type": 1 }] }),
        json!({ "name": "event", "type": 1, "options": [
            { "name": "list", "type": 2, "options": [{ "name": "list", "type": 1 }] }
        ] }),
    ];
    for data in unknown {
        assert_eq!(
            send(2, data.clone(), true),
            Err(RouteError::UnknownCommand),
            "{data}"
        );
    }
}

/// `/rank set` and `/role map` as Discord sends them.
fn picking(path: &str, options: Value, resolved: Value) -> Result<Intent, RouteError> {
    let mut data = data(path, &[]);
    let mut place = &mut data["options"][0];
    if place["type"] == 2 {
        place = &mut place["options"][0];
    }
    place["options"] = options;
    data["resolved"] = resolved;
    send(2, data, true)
}

fn of(intent: Result<Intent, RouteError>) -> Result<Command, RouteError> {
    match intent? {
        Intent::Command(command) => Ok(command),
        other => panic!("{other:?}"),
    }
}

fn some_member(rank: Value) -> Value {
    json!([{ "name": "member", "type": 6, "value": "7" }, { "name": "rank", "type": 3, "value": rank }])
}

fn ada() -> Value {
    json!({
        "users": { "7": { "id": "7", "username": "ada", "global_name": "Ada", "bot": false } },
        "members": { "7": { "nick": "  [APX]  Ada\u{200b} " } },
    })
}

fn picked() -> Picked {
    Picked {
        user: UserId(7),
        name: "[APX] Ada".to_owned(),
        bot: false,
        in_guild: true,
    }
}

fn some_role() -> Value {
    json!([
        { "name": "role", "type": 8, "value": "9" },
        { "name": "rank", "type": 3, "value": "steward" },
        { "name": "place", "type": 3, "value": "2" },
    ])
}

fn stewards() -> Value {
    json!({ "roles": { "9": { "id": "9", "name": "Stewards", "permissions": "8", "managed": true } } })
}

#[test]
fn people_and_roles_are_taken_from_what_discord_resolved_only() {
    // An id that nothing stands behind, or something else.
    for resolved in [
        json!({}),
        json!({ "users": { "7": { "id": "8", "username": "bob" } } }),
    ] {
        let outcome = picking("rank set", some_member(json!("member")), resolved);
        assert!(
            matches!(outcome, Err(RouteError::BadOption { name: "member", .. })),
            "{outcome:?}"
        );
    }
    let typed = json!([{ "name": "member", "type": 3, "value": "7" }, { "name": "rank", "type": 3, "value": "member" }]);
    assert!(picking("rank set", typed, ada()).is_err());
    assert!(picking("rank set", some_member(json!("king")), ada()).is_err());
    assert!(picking("role map set", some_role(), ada()).is_err());
    // The group belongs to the name.
    assert_eq!(
        send(2, data("role list", &[]), true),
        Err(RouteError::UnknownCommand)
    );
    assert_eq!(
        send(2, data("role pam list", &[]), true),
        Err(RouteError::UnknownCommand)
    );
}

#[test]
fn guild_commands_do_not_run_in_dms() {
    for spec in TREE {
        for (sub, _, action) in spec.actions() {
            let path = sub.map_or_else(|| spec.name.to_owned(), |sub| format!("{} {sub}", spec.name));
            let outcome = send(2, data(&path, &[]), false);
            match spec.reach {
                Reach::Guild => assert_eq!(outcome, Err(RouteError::NotInGuild), "{path}"),
                Reach::GuildAndDm => assert!(outcome.is_ok(), "{path} {:?}", action.verb),
            }
        }
    }
    assert_eq!(send(2, data("fly", &[]), false), Err(RouteError::UnknownCommand));
    let board = ComponentId::Leave { event: event() }.to_string();
    assert_eq!(
        send(3, json!({ "custom_id": board }), false),
        Err(RouteError::NotInGuild)
    );
    assert_eq!(
        send(3, json!({ "custom_id": "x" }), false),
        Err(RouteError::UnknownComponent)
    );
    assert_eq!(
        send(5, json!({ "custom_id": "x" }), false),
        Err(RouteError::NotInGuild)
    );
}

#[test]
fn a_team_is_looked_for_in_the_event_that_is_picked_before() {
    let picked = |value: &str| {
        json!([
            { "name": "event", "type": 3, "value": value },
            { "name": "team", "type": 3, "value": "re", "focused": true },
        ])
    };
    let query = |value: &str| match typing("team rename", picked(value)) {
        Ok(Intent::Autocomplete(query)) => query.event,
        other => panic!("{other:?}"),
    };
    assert_eq!(query(&event().to_string()), Some(event()));
    assert_eq!(query("Monza"), None);
}

fn typing(path: &str, options: Value) -> Result<Intent, RouteError> {
    let mut data = data(path, &[]);
    if path.contains(' ') {
        data["options"][0]["options"] = options;
    } else {
        data["options"] = options;
    }
    send(4, data, true)
}

#[test]
fn suggestions_are_asked_for_by_field() {
    use super::super::spec::AutocompleteField::{Driver, Event, HelpTopic, Series, Team, TimeZone};
    let cases = [
        ("help", "command", HelpTopic),
        ("club create", "time_zone", TimeZone),
        ("event create", "series", Series),
        ("event edit", "event", Event),
        ("event publish", "event", Event),
        ("event close", "event", Event),
        ("event times", "event", Event),
        ("event restrict", "event", Event),
        ("event complete", "event", Event),
        ("event archive", "event", Event),
        ("event cancel", "event", Event),
        ("event show", "event", Event),
        ("event attendance", "event", Event),
        ("signup list", "event", Event),
        ("team form", "event", Event),
        ("team rename", "team", Team),
        ("team assign", "driver", Driver),
        ("stint emergency", "driver", Driver),
        ("strategy show", "team", Team),
    ];
    for (path, name, field) in cases {
        let options = json!([{ "name": name, "type": 3, "value": " spa ", "focused": true }]);
        let query = AutocompleteQuery {
            field,
            typed: "spa".to_owned(),
            event: None,
        };
        assert_eq!(typing(path, options), Ok(Intent::Autocomplete(query)), "{path}");
    }
}

#[test]
fn a_channel_is_asked_for_or_left_out() {
    for (choice, channel) in [("yes", Some(true)), ("no", Some(false))] {
        let options = [("event", json!(event().to_string())), ("channel", json!(choice))];
        let command = Command::EventPublish {
            event: event(),
            channel,
        };
        assert_eq!(run("event publish", &options), Ok(command));
    }
}

#[test]
fn values_are_suggested_for_the_setting_beside_them() {
    let asked = |key: Value| {
        let options = json!([
            { "name": "key", "type": 3, "value": key },
            { "name": "value", "type": 3, "value": "x", "focused": true }
        ]);
        match typing("settings set", options) {
            Ok(Intent::Autocomplete(query)) => query.field,
            other => panic!("{other:?}"),
        }
    };
    use super::super::spec::AutocompleteField::SettingValue;
    assert_eq!(asked(json!("Sync.Hours")), SettingValue(Some(Key::SyncHours)));
    for foreign in [json!("sync"), json!(null), json!(7), json!("9".repeat(9000))] {
        assert_eq!(asked(foreign), SettingValue(None));
    }
}

#[test]
fn what_is_typed_so_far_may_be_anything() {
    let typed = |value: Value| {
        let options = json!([
            { "name": "name", "type": 3, "value": "x" },
            { "name": "time_zone", "type": 3, "value": value, "focused": true }
        ]);
        match typing("club create", options) {
            Ok(Intent::Autocomplete(query)) => query.typed,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(typed(json!("")), "");
    assert_eq!(typed(json!(null)), "");
    assert_eq!(typed(json!(7)), "");
    assert_eq!(typed(json!("🏎".repeat(101))), "🏎".repeat(100));
}

#[test]
fn no_suggestions_where_none_are_defined() {
    for options in [
        json!([]),
        json!([{ "name": "time_zone", "type": 3, "value": "x" }]),
        json!([{ "name": "name", "type": 3, "value": "x", "focused": true }]),
        json!([{ "name": "other", "type": 3, "value": "x", "focused": true }]),
    ] {
        assert_eq!(typing("club create", options), Err(RouteError::UnknownCommand));
    }
}

fn click(id: &ComponentId, values: &[&str]) -> Result<Intent, RouteError> {
    send(
        3,
        json!({ "custom_id": id.to_string(), "component_type": 2, "values": values }),
        true,
    )
}

#[test]
fn components_become_actions() {
    let event = event();
    let cases = [
        (ComponentId::SignUp { event }, ComponentAction::SignUp { event }),
        (
            ComponentId::NotComing { event },
            ComponentAction::NotComing { event },
        ),
        (ComponentId::Leave { event }, ComponentAction::Leave { event }),
        (ComponentId::Details { event }, ComponentAction::Details { event }),
        (ComponentId::Info { event }, ComponentAction::Info { event }),
        (
            ComponentId::ResetSettings {
                target: Target::All,
                version: 3,
            },
            ComponentAction::ResetSettings {
                target: Target::All,
                version: 3,
            },
        ),
        (ComponentId::KeepSettings, ComponentAction::KeepSettings),
    ];
    for (id, action) in cases {
        assert_eq!(click(&id, &[]), Ok(Intent::Component(action)));
    }
    let select = ComponentId::ChooseClass { event };
    let chosen = ComponentAction::ChooseClass {
        event,
        class: ClassId::of("GT3"),
    };
    assert_eq!(click(&select, &["gt3"]), Ok(Intent::Component(chosen)));
    assert_eq!(click(&select, &[]), Err(RouteError::UnknownComponent));
    assert_eq!(click(&select, &["gt3", "gt4"]), Err(RouteError::UnknownComponent));
    for foreign in ["", "signup", "g0:su:1", "g1:su:1"] {
        assert_eq!(
            send(3, json!({ "custom_id": foreign }), true),
            Err(RouteError::UnknownComponent)
        );
    }
}

#[test]
fn a_submitted_form_is_read() {
    let id = ModalId::EventEdit {
        event: event(),
        version: 3,
    };
    let input = |id: &str| json!({ "type": 18, "component": { "type": 4, "custom_id": id, "value": "v" } });
    let inputs: Vec<Value> = ["name", "start", "duration", "classes", "description"]
        .map(input)
        .to_vec();
    let v = || "v".to_owned();
    let form = EventForm {
        name: v(),
        start: v(),
        duration: v(),
        classes: v(),
        description: v(),
    };
    let edit = ModalSubmit::EventEdit {
        event: event(),
        version: 3,
        form,
    };
    let submitted = send(
        5,
        json!({ "custom_id": id.to_string(), "components": inputs }),
        true,
    );
    assert_eq!(submitted, Ok(Intent::Modal(edit)));

    let foreign = send(5, json!({ "custom_id": "g0:ee:1", "components": inputs }), true);
    assert_eq!(foreign, Err(RouteError::UnknownModal));
    let partial = send(
        5,
        json!({ "custom_id": id.to_string(), "components": inputs[1..] }),
        true,
    );
    assert_eq!(partial, Err(RouteError::UnknownModal));
}

#[test]
fn the_button_of_a_dm_works_without_a_guild() {
    let key = EventKey {
        club: crate::domain::ids::ClubId::from_parts(1, 1),
        event: event(),
    };
    let id = ComponentId::DmDetails { key }.to_string();
    for in_guild in [false, true] {
        let routed = send(3, json!({ "custom_id": id }), in_guild);
        assert_eq!(routed, Ok(Intent::Component(ComponentAction::DmDetails { key })));
    }
}

#[test]
fn what_is_picked_in_the_setup_is_taken_as_discord_resolved_it() {
    let chosen = |id: &str, values: Value, resolved: Value| {
        let data = json!({ "custom_id": id, "values": values, "resolved": resolved });
        match send(3, data, true)? {
            Intent::Component(ComponentAction::SetupChosen { version, choice }) => Ok((version, choice)),
            other => panic!("{other:?}"),
        }
    };
    let roles = json!({ "roles": { "7": { "id": "7", "name": "x", "permissions": "8", "managed": true } } });
    let role = PickedRole {
        role: crate::domain::ids::RoleId(7),
        managed: true,
        permissions: 8,
    };
    assert_eq!(
        chosen("g1:ws:member:3", json!(["7"]), roles.clone()),
        Ok((3, Chosen::Roles(Rank::Member, vec![role])))
    );
    assert_eq!(
        chosen("g1:ws:member:3", json!([]), json!(null)),
        Ok((3, Chosen::Roles(Rank::Member, Vec::new())))
    );
    let channel =
        |kind: u64| json!({ "channels": { "9": { "id": "9", "type": kind, "app_permissions": "2048" } } });
    let picked = |text| PickedChannel {
        channel: crate::domain::ids::ChannelId(9),
        text,
        allowed: Some(AllowedHere(2048)),
    };
    for (kind, text) in [(0, true), (5, true), (2, false), (4, false)] {
        assert_eq!(
            chosen("g1:ws:join-channel:1", json!(["9"]), channel(kind)),
            Ok((1, Chosen::JoinChannel(Some(picked(text)))))
        );
    }
    assert_eq!(
        chosen("g1:ws:features:0", json!(["sync.automatic"]), json!(null)),
        Ok((0, Chosen::Features(vec![Key::AutomaticSync])))
    );
    for (id, values, resolved) in [
        ("g1:ws:member:3", json!(["8"]), roles.clone()),
        ("g1:ws:member:3", json!(["7", "8"]), roles),
        ("g1:ws:join-channel:1", json!(["8"]), channel(0)),
        ("g1:ws:join-channel:1", json!(["9", "9"]), channel(0)),
        ("g1:ws:features:0", json!(["channels.drift"]), json!(null)),
        ("g1:ws:zone:0", json!([]), json!(null)),
        ("g1:ws:direction:0", json!(["a", "b"]), json!(null)),
    ] {
        assert_eq!(
            chosen(id, values, resolved),
            Err(RouteError::UnknownComponent),
            "{id}"
        );
    }
    for rank in ["owner", "guest", "start", ""] {
        let data = json!({ "custom_id": "g1:wr", "values": [rank] });
        assert_eq!(send(3, data, true), Err(RouteError::UnknownComponent), "{rank}");
    }
}
