//! Interactions as Discord sends them: a PING, every command, every kind of suggestion, component and form.

use super::gateway::{Form, event};
use super::world::{
    ADMIN, APPLICATION, CHANNEL, CLOSED, CLUB, CONFLICT, DRAFT, DRIVER, GUILD, IMPORT, JOIN, OPEN,
    OTHER_GUILD, RUN, SEATED, SERIES, TEAM, TWIN, WAITING,
};
use gantry_shared::discord::custom_id::{CaseAct, ComponentId, ModalId, SetupSelect};
use gantry_shared::domain::ids::{EntryId, GuildId, UserId};
use gantry_shared::domain::rank::Rank;
use gantry_shared::domain::settings::{Section, Target};
use gantry_shared::domain::setup::SetupPage;
use jiff::Timestamp;
use serde_json::{Value, json};

/// 2015-01-01T00:00:00Z in milliseconds: where snowflakes begin (Discord docs, reference, snowflakes).
const DISCORD_EPOCH_MILLIS: i64 = 1_420_070_400_000;
/// All permissions that a server's owner has.
const ALL_PERMISSIONS: &str = "2251799813685247";
/// A role of the guild.
const ROLE: &str = "1056104309264089701";
/// What a plain member may do: view channels, send messages, use commands.
const MEMBER_PERMISSIONS: &str = "2147486720";

/// Writes interactions that happen one after the other.
struct Writer {
    now: Timestamp,
    count: i64,
}

/// All events, by name.
pub(super) fn events(now: Timestamp) -> Vec<(&'static str, Value)> {
    let mut writer = Writer { now, count: 0 };
    let mut found: Vec<(&'static str, Value)> = Vec::new();
    let mut add = |name, body: Value, form| found.push((name, event(&body.to_string(), now, form)));
    add("ping", writer.ping(), Form::Plain);
    add("ping-forged", writer.ping(), Form::Forged);
    add("not-an-interaction", json!({ "type": 99 }), Form::Plain);
    for (name, data) in commands() {
        let guild = if matches!(name, "command-club-create" | "command-club-link") {
            OTHER_GUILD
        } else {
            GUILD
        };
        // Who is on the roster cannot ask to join.
        let who = if name == "command-join" { DRIVER } else { ADMIN };
        add(name, writer.write(2, data, who, Some(guild)), Form::Plain);
    }
    for (name, data) in suggestions() {
        add(name, writer.write(4, data, ADMIN, Some(GUILD)), Form::Plain);
    }
    for (name, id, user) in buttons() {
        let of_dm = matches!(id, ComponentId::DmDetails { .. } | ComponentId::StintSeen { .. });
        let guild = (!of_dm).then_some(GUILD);
        let data = json!({ "component_type": 2, "custom_id": id.to_string(), "id": 2 });
        add(name, writer.click(data, user, guild), Form::Plain);
    }
    let choose = ComponentId::ChooseClass { event: OPEN.event }.to_string();
    let select = json!({ "component_type": 3, "custom_id": choose, "id": 2, "values": ["lmp2"] });
    add(
        "select-choose-class",
        writer.click(select, DRIVER, Some(GUILD)),
        Form::Plain,
    );
    let pick = conflict(CaseAct::Pick).to_string();
    let picked =
        json!({ "component_type": 3, "custom_id": pick, "id": 2, "values": [format!("{TWIN} {WAITING}")] });
    add(
        "select-conflict-pick",
        writer.click(picked, ADMIN, Some(GUILD)),
        Form::Plain,
    );
    for (name, data) in setup_selects() {
        add(name, writer.click(data, ADMIN, Some(GUILD)), Form::Plain);
    }
    for (name, data) in forms() {
        let who = if name == "modal-join" { DRIVER } else { ADMIN };
        add(name, writer.write(5, data, who, Some(GUILD)), Form::Plain);
    }
    let show = || sub_command("event", "show", &[("event", &OPEN.event.to_string())]);
    add(
        "base64",
        writer.write(2, show(), ADMIN, Some(GUILD)),
        Form::Base64,
    );
    add("older-fields", writer.lean(show()), Form::Plain);
    let unknown = json!({ "id": "1056104309264089666", "name": "standings", "type": 1 });
    add(
        "command-unknown",
        writer.write(2, unknown, DRIVER, Some(GUILD)),
        Form::Plain,
    );
    found
}

fn command(name: &str, options: Value) -> Value {
    json!({ "id": "1056104309264089601", "name": name, "type": 1, "guild_id": GUILD, "options": options })
}

fn texts(options: &[(&str, &str)]) -> Value {
    let texts = options
        .iter()
        .map(|(name, value)| json!({ "name": name, "type": 3, "value": value }));
    texts.collect()
}

fn sub_command(name: &str, sub: &str, options: &[(&str, &str)]) -> Value {
    command(
        name,
        json!([{ "name": sub, "type": 1, "options": texts(options) }]),
    )
}

/// A sub-command of a group.
fn grouped(name: &str, group: &str, sub: &str, options: &Value) -> Value {
    let sub = json!({ "name": sub, "type": 1, "options": options });
    command(name, json!([{ "name": group, "type": 2, "options": [sub] }]))
}

/// A sub-command in which [`SEATED`] or [`ROLE`] was picked, and a text given.
fn picking(name: &str, sub: &str, group: Option<&str>, option: &str, text: (&str, &str)) -> Value {
    let (kind, id) = match group {
        None => (6, SEATED.to_string()),
        Some(_) => (8, ROLE.to_owned()),
    };
    let options = json!([
        { "name": option, "type": kind, "value": id },
        { "name": text.0, "type": 3, "value": text.1 },
    ]);
    let mut data = match group {
        None => command(name, json!([{ "name": sub, "type": 1, "options": options }])),
        Some(group) => grouped(name, group, sub, &options),
    };
    data["resolved"] = match group {
        None => {
            let mut member = member(SEATED);
            if let Some(fields) = member.as_object_mut() {
                fields.remove("user");
            }
            json!({ "users": { &id: user(SEATED) }, "members": { &id: member } })
        }
        Some(_) => {
            let role = json!({
                "id": id, "name": "Stewards", "color": 0, "colors": { "primary_color": 0 }, "hoist": false,
                "position": 2, "permissions": "0", "managed": false, "mentionable": false, "flags": 0,
            });
            json!({ "roles": { &id: role } })
        }
    };
    data
}

fn commands() -> Vec<(&'static str, Value)> {
    let (series, draft, open) = (
        SERIES.to_string(),
        DRAFT.event.to_string(),
        OPEN.event.to_string(),
    );
    let club = [
        ("name", "Nordschleife Nights"),
        ("time_zone", "Europe/Berlin"),
        ("colour", "#1e90ff"),
    ];
    let new_series = [("name", "Sprint Trophy"), ("classes", "GT4:12, TCR:8")];
    let whole = [
        ("series", series.as_str()),
        ("name", "Zolder 3h"),
        ("start", "2026-12-05 14:00"),
        ("duration", "3h"),
    ];
    vec![
        ("command-ping", command("ping", json!([]))),
        ("command-info", command("info", json!([]))),
        (
            "command-help",
            command("help", texts(&[("command", "event publish")])),
        ),
        ("command-club-create", sub_command("club", "create", &club)),
        ("command-club-setup", sub_command("club", "setup", &[])),
        ("command-club-status", sub_command("club", "status", &[])),
        ("command-club-preflight", sub_command("club", "preflight", &[])),
        ("command-club-invite", sub_command("club", "invite", &[])),
        ("command-club-link", sub_command("club", "link", &club[..1])),
        ("command-club-unlink", sub_command("club", "unlink", &[])),
        (
            "command-series-create",
            sub_command("series", "create", &new_series),
        ),
        ("command-series-list", sub_command("series", "list", &[])),
        ("command-event-create", sub_command("event", "create", &whole)),
        (
            "command-event-create-form",
            sub_command("event", "create", &whole[..2]),
        ),
        (
            "command-event-repeat",
            sub_command(
                "event",
                "repeat",
                &[("event", &draft), ("every", "2"), ("times", "3")],
            ),
        ),
        (
            "command-event-edit",
            sub_command("event", "edit", &[("event", &draft)]),
        ),
        (
            "command-event-publish",
            sub_command("event", "publish", &[("event", &draft)]),
        ),
        (
            "command-event-close",
            sub_command("event", "close", &[("event", &open)]),
        ),
        (
            "command-event-times",
            sub_command(
                "event",
                "times",
                &[("event", &open), ("closes", "in 2 days 20:00")],
            ),
        ),
        (
            "command-event-complete",
            sub_command("event", "complete", &[("event", &open)]),
        ),
        (
            "command-event-archive",
            sub_command("event", "archive", &[("event", &open)]),
        ),
        (
            "command-event-cancel",
            sub_command("event", "cancel", &[("event", &open), ("reason", "Server move")]),
        ),
        (
            "command-event-show",
            sub_command("event", "show", &[("event", &open)]),
        ),
        (
            "command-event-attendance",
            sub_command("event", "attendance", &[("event", &open)]),
        ),
        (
            "command-event-list",
            sub_command("event", "list", &[("when", "all")]),
        ),
        (
            "command-signup-list",
            sub_command("signup", "list", &[("event", &open)]),
        ),
        ("command-join", command("join", json!([]))),
        ("command-roster-list", sub_command("roster", "list", &[])),
        ("command-roster-import", roster_import()),
        ("command-roster-export", sub_command("roster", "export", &[])),
        (
            "command-roster-remove",
            sub_command("roster", "remove", &[("entry", &TWIN.to_string())]),
        ),
        ("command-sync-run", sub_command("sync", "run", &[])),
        ("command-sync-status", sub_command("sync", "status", &[])),
        ("command-sync-history", sub_command("sync", "history", &[])),
        ("command-sync-conflicts", sub_command("sync", "conflicts", &[])),
        (
            "command-settings-view",
            sub_command("settings", "view", &[("section", "sync")]),
        ),
        (
            "command-settings-set",
            sub_command("settings", "set", &[("key", "sync.hours"), ("value", "12")]),
        ),
        (
            "command-settings-set-channel",
            sub_command(
                "settings",
                "set",
                &[
                    ("key", "members.join_channel"),
                    ("value", &format!("<#{CHANNEL}>")),
                ],
            ),
        ),
        (
            "command-settings-reset",
            sub_command("settings", "reset", &[("what", "club")]),
        ),
        (
            "command-link-code",
            sub_command("link", "code", &[("entry", &TWIN.to_string())]),
        ),
        (
            "command-link-enter",
            sub_command("link", "enter", &[("code", "ABCD-2345")]),
        ),
        ("command-link-status", sub_command("link", "status", &[])),
        ("command-link-remove", sub_command("link", "remove", &[])),
        (
            "command-rank-set",
            picking("rank", "set", None, "member", ("rank", "member")),
        ),
        (
            "command-rank-hand-over",
            picking("rank", "set", None, "member", ("rank", "owner")),
        ),
        ("command-rank-show", sub_command("rank", "show", &[])),
        (
            "command-series-complete",
            sub_command("series", "complete", &[("series", &series)]),
        ),
        (
            "command-telemetry-connect",
            sub_command("telemetry", "connect", &[]),
        ),
        (
            "command-telemetry-status",
            sub_command("telemetry", "status", &[("event", &CLOSED.event.to_string())]),
        ),
        (
            "command-telemetry-revoke",
            sub_command("telemetry", "revoke", &[]),
        ),
        ("command-result-set", result_set(&open)),
        ("command-result-import", result_import(&open)),
        (
            "command-result-post",
            sub_command("result", "post", &[("event", &open)]),
        ),
        (
            "command-result-table",
            sub_command("result", "table", &[("series", &series)]),
        ),
        ("command-me-show", sub_command("me", "show", &[])),
        (
            "command-me-timezone",
            sub_command("me", "timezone", &[("zone", "Europe/Lisbon")]),
        ),
        (
            "command-me-alerts",
            sub_command("me", "alerts", &[("how", "dm"), ("lead", "20m")]),
        ),
        (
            "command-me-reminders",
            sub_command("me", "reminders", &[("how", "dm"), ("hours", "1")]),
        ),
        (
            "command-role-map-set",
            picking("role", "set", Some("map"), "role", ("rank", "steward")),
        ),
        (
            "command-role-map-list",
            grouped("role", "map", "list", &json!([])),
        ),
        (
            "command-role-map-remove",
            grouped("role", "map", "remove", &texts(&[("id", ROLE)])),
        ),
    ]
    .into_iter()
    .chain(team_commands())
    .collect()
}

fn team_commands() -> Vec<(&'static str, Value)> {
    let (closed, team, driver) = (CLOSED.event.to_string(), TEAM.to_string(), SEATED.to_string());
    let event = ("event", closed.as_str());
    let team = ("team", team.as_str());
    let driver = ("driver", driver.as_str());
    let with = |sub: &str, more: &[(&str, &str)]| {
        let options: Vec<_> = [event].into_iter().chain(more.iter().copied()).collect();
        sub_command("team", sub, &options)
    };
    vec![
        (
            "command-team-create",
            with("create", &[("name", "Night Shift"), ("class", "LMP2")]),
        ),
        ("command-team-assign", with("assign", &[team, driver])),
        ("command-team-remove", with("remove", &[team, driver])),
        (
            "command-team-rename",
            with("rename", &[team, ("name", "Red Flag")]),
        ),
        (
            "command-team-form",
            with("form", &[("size", "3"), ("least", "1")]),
        ),
        ("command-team-list", with("list", &[])),
        ("command-team-finalise", with("finalise", &[])),
        ("command-team-reopen", with("reopen", &[])),
    ]
    .into_iter()
    .chain(plan_commands())
    .collect()
}

fn plan_commands() -> Vec<(&'static str, Value)> {
    let (closed, team, driver) = (CLOSED.event.to_string(), TEAM.to_string(), SEATED.to_string());
    let with = |command: &str, sub: &str, more: &[(&str, &str)]| {
        let fixed = [("event", closed.as_str()), ("team", team.as_str())];
        let options: Vec<_> = fixed.into_iter().chain(more.iter().copied()).collect();
        sub_command(command, sub, &options)
    };
    let by = [("stint", "1"), ("minutes", "10")];
    vec![
        (
            "command-strategy-set",
            with("strategy", "set", &[("stint", "45"), ("fuel", "90")]),
        ),
        ("command-strategy-show", with("strategy", "show", &[])),
        ("command-strategy-announce", with("strategy", "announce", &[])),
        ("command-stint-plan", with("stint", "plan", &[])),
        ("command-stint-list", with("stint", "list", &[])),
        (
            "command-stint-swap",
            with("stint", "swap", &[("one", "1"), ("other", "2")]),
        ),
        ("command-stint-extend", with("stint", "extend", &by)),
        ("command-stint-shift", with("stint", "shift", &by)),
        ("command-stint-start", with("stint", "start", &[])),
        ("command-stint-finish", with("stint", "finish", &[])),
        (
            "command-stint-emergency",
            with("stint", "emergency", &[("driver", &driver)]),
        ),
    ]
}

/// A driver picked, and their result.
fn result_set(event: &str) -> Value {
    let mut data = picking("result", "set", None, "driver", ("place", "1"));
    if let Some(options) = data["options"][0]["options"].as_array_mut() {
        options.push(json!({ "name": "event", "type": 3, "value": event }));
    }
    data
}

fn result_import(event: &str) -> Value {
    let mut data = roster_import();
    data["name"] = json!("result");
    if let Some(options) = data["options"][0]["options"].as_array_mut() {
        options.push(json!({ "name": "event", "type": 3, "value": event }));
    }
    data
}

/// A command with a file, which comes resolved.
fn roster_import() -> Value {
    let id = "1056104309264089701";
    let file = json!([{ "name": "file", "type": 11, "value": id }]);
    let mut data = command(
        "roster",
        json!([{ "name": "import", "type": 1, "options": file }]),
    );
    let url = format!("https://cdn.discordapp.com/ephemeral-attachments/{APPLICATION}/{id}/roster.csv?ex=1");
    data["resolved"] = json!({ "attachments": { id: {
        "id": id, "filename": "roster.csv", "size": 312, "url": url, "proxy_url": url,
        "content_type": "text/csv; charset=utf-8", "ephemeral": true,
    } } });
    data
}

fn suggestions() -> Vec<(&'static str, Value)> {
    let typing =
        |name: &str, value: &str| json!({ "name": name, "type": 3, "value": value, "focused": true });
    let sub = |command_name: &str, sub: &str, option| {
        command(
            command_name,
            json!([{ "name": sub, "type": 1, "options": [option] }]),
        )
    };
    vec![
        (
            "autocomplete-help",
            command("help", json!([typing("command", "publ")])),
        ),
        (
            "autocomplete-time-zone",
            sub("club", "create", typing("time_zone", "berl")),
        ),
        (
            "autocomplete-series",
            sub("event", "create", typing("series", "endu")),
        ),
        ("autocomplete-race", sub("result", "post", typing("event", "spa"))),
        (
            "autocomplete-person",
            sub("roster", "remove", typing("entry", "mika")),
        ),
        ("autocomplete-entry", sub("link", "code", typing("entry", "mika"))),
        (
            "autocomplete-event",
            sub("event", "publish", typing("event", "monz")),
        ),
        (
            "autocomplete-setting",
            sub("settings", "set", typing("key", "sync")),
        ),
        (
            "autocomplete-setting-target",
            sub("settings", "reset", typing("what", "chan")),
        ),
        (
            "autocomplete-setting-value",
            command(
                "settings",
                json!([{ "name": "set", "type": 1, "options": [
                    { "name": "key", "type": 3, "value": "channels.name" },
                    typing("value", "{event}-{year}"),
                ] }]),
            ),
        ),
        ("autocomplete-team", team_typing("rename", "team", "bl")),
        ("autocomplete-driver", team_typing("assign", "driver", "nov")),
    ]
}

fn team_typing(sub: &str, option: &str, typed: &str) -> Value {
    let options = json!([
        { "name": "event", "type": 3, "value": CLOSED.event },
        { "name": option, "type": 3, "value": typed, "focused": true },
    ]);
    command("team", json!([{ "name": sub, "type": 1, "options": options }]))
}

fn buttons() -> Vec<(&'static str, ComponentId, UserId)> {
    let event = OPEN.event;
    vec![
        ("button-sign-up", ComponentId::SignUp { event }, DRIVER),
        ("button-not-coming", ComponentId::NotComing { event }, DRIVER),
        ("button-leave", ComponentId::Leave { event }, SEATED),
        ("button-availability", ComponentId::Availability { event }, SEATED),
        ("button-details", ComponentId::Details { event }, SEATED),
        ("button-info", ComponentId::Info { event }, DRIVER),
        (
            "button-sync-older",
            ComponentId::SyncHistory { after: RUN.run },
            ADMIN,
        ),
        ("button-conflict-accept", conflict(CaseAct::Accept), ADMIN),
        ("button-conflict-ignore", conflict(CaseAct::Ignore), ADMIN),
        ("button-conflict-never", conflict(CaseAct::Never), ADMIN),
        (
            "button-conflict-skip",
            ComponentId::NextCase { after: CONFLICT },
            ADMIN,
        ),
        ("button-unlink", ComponentId::Unlink { club: CLUB }, ADMIN),
        ("button-keep-link", ComponentId::KeepLink { club: CLUB }, ADMIN),
        ("button-dm-details", ComponentId::DmDetails { key: OPEN }, SEATED),
        (
            "button-stint-seen",
            ComponentId::StintSeen {
                key: CLOSED,
                team: TEAM,
                from: super::MOMENT.as_second(),
            },
            SEATED,
        ),
        (
            "button-reset-settings",
            ComponentId::ResetSettings {
                target: Target::Section(Section::Club),
                version: 1,
            },
            ADMIN,
        ),
        ("button-keep-settings", ComponentId::KeepSettings, ADMIN),
        (
            "button-import-confirm",
            ComponentId::ImportConfirm {
                command: IMPORT.command,
            },
            ADMIN,
        ),
        (
            "button-import-cancel",
            ComponentId::ImportCancel {
                command: IMPORT.command,
            },
            ADMIN,
        ),
        (
            "button-results-take",
            ComponentId::ResultsTake {
                command: IMPORT.command,
            },
            ADMIN,
        ),
        (
            "button-results-leave",
            ComponentId::ResultsLeave {
                command: IMPORT.command,
            },
            ADMIN,
        ),
        (
            "button-roster-page",
            ComponentId::RosterPage {
                after: EntryId::from_parts(0, 0),
            },
            ADMIN,
        ),
        (
            "button-roster-take-off",
            ComponentId::TakeOff {
                entry: TWIN,
                version: 1,
            },
            ADMIN,
        ),
        (
            "button-hand-over",
            ComponentId::HandOver {
                user: SEATED,
                version: 1,
            },
            ADMIN,
        ),
        (
            "button-join-approve",
            ComponentId::JoinApprove { key: JOIN },
            ADMIN,
        ),
        ("button-join-reject", ComponentId::JoinReject { key: JOIN }, ADMIN),
        (
            "button-setup-step",
            ComponentId::Setup {
                page: SetupPage::Channels,
            },
            ADMIN,
        ),
        ("button-setup-zone", ComponentId::SetupZone { version: 1 }, ADMIN),
        ("button-leave-as-it-is", ComponentId::LeaveAsItIs, ADMIN),
    ]
}

const fn conflict(act: CaseAct) -> ComponentId {
    ComponentId::Case {
        act,
        key: CONFLICT,
        version: 1,
    }
}

/// The selects of the setup, each with what Discord resolves of it.
fn setup_selects() -> Vec<(&'static str, Value)> {
    let select = |kind: u8, id: ComponentId, values: Value| json!({ "component_type": kind, "custom_id": id.to_string(), "id": 2, "values": values });
    let of = |select, version| ComponentId::SetupSelect { select, version };
    let (role, channel) = (ROLE.to_owned(), CHANNEL.to_string());
    let mut roles = select(6, of(SetupSelect::Roles(Rank::Member), 0), json!([role]));
    roles["resolved"] = json!({ "roles": { &role: {
        "id": role, "name": "Drivers", "color": 0, "colors": { "primary_color": 0 }, "hoist": false,
        "position": 2, "permissions": "0", "managed": false, "mentionable": false, "flags": 0,
    } } });
    let mut channels = select(8, of(SetupSelect::JoinChannel, 1), json!([channel]));
    channels["resolved"] = json!({ "channels": { &channel: {
        "id": channel, "name": "join-requests", "type": 0, "permissions": ALL_PERMISSIONS,
        "app_permissions": ALL_PERMISSIONS,
    } } });
    vec![
        (
            "select-setup-rank",
            select(3, ComponentId::SetupRank, json!(["steward"])),
        ),
        ("select-setup-roles", roles),
        ("select-setup-channel", channels),
        (
            "select-setup-time-zone",
            select(3, of(SetupSelect::Zone, 1), json!(["Asia/Tokyo"])),
        ),
        (
            "select-setup-features",
            select(3, of(SetupSelect::Features, 1), json!(["sync.automatic"])),
        ),
        (
            "select-setup-direction",
            select(3, of(SetupSelect::Direction, 1), json!(["gantry"])),
        ),
    ]
}

fn forms() -> Vec<(&'static str, Value)> {
    let filled = [
        ("name", "Zandvoort 4h"),
        ("start", "2026-12-12 13:30"),
        ("duration", "4h"),
        ("classes", "GT3: 12\nLMP2: 8"),
        ("description", "Wet start likely."),
    ];
    let input = |(n, (id, value)): (usize, (&str, &str))| json!({ "type": 4, "id": 2 * n + 2, "custom_id": id, "value": value });
    let labels: Vec<Value> = filled
        .into_iter()
        .enumerate()
        .map(|(n, field)| json!({ "type": 18, "id": 2 * n + 1, "component": input((n, field)) }))
        .collect();
    let rows: Vec<Value> = filled
        .into_iter()
        .enumerate()
        .map(|(n, field)| json!({ "type": 1, "id": 2 * n + 1, "components": [input((n, field))] }))
        .collect();
    let details: Vec<Value> = [("windows", ""), ("experience", "4"), ("backup", "lmp2")]
        .into_iter()
        .enumerate()
        .map(|(n, field)| json!({ "type": 18, "id": 2 * n + 1, "component": input((n, field)) }))
        .collect();
    let about = ModalId::Availability { event: OPEN.event }.to_string();
    let create = ModalId::EventCreate { series: SERIES }.to_string();
    let edit = ModalId::EventEdit {
        event: DRAFT.event,
        version: 1,
    }
    .to_string();
    let labelled = |fields: &[(&str, &str)]| -> Vec<Value> {
        let label = |(n, (id, value)): (usize, &(&str, &str))| json!({ "type": 18, "id": 2 * n + 1, "component": input((n, (*id, *value))) });
        fields.iter().enumerate().map(label).collect()
    };
    let join = labelled(&[
        ("name", "Mika Lehtonen"),
        ("why", "I want to race at night."),
        ("experience", ""),
    ]);
    let reason = labelled(&[("reason", "The grid is full this season.")]);
    let reject = ModalId::JoinReject { key: JOIN }.to_string();
    let form = |id: &str, components: &[Value]| json!({ "custom_id": id, "components": components });
    vec![
        ("modal-event-create", form(&create, &labels)),
        ("modal-event-create-action-rows", form(&create, &rows)),
        ("modal-event-edit", form(&edit, &labels)),
        ("modal-availability", form(&about, &details)),
        ("modal-join", form(&ModalId::Join.to_string(), &join)),
        ("modal-join-reject", form(&reject, &reason)),
        (
            "modal-setup-zone",
            form(
                &ModalId::SetupZone { version: 1 }.to_string(),
                &labelled(&[("zone", "Europe/Zurich")]),
            ),
        ),
    ]
}

impl Writer {
    /// The next id, as Discord would give it out.
    fn id(&mut self) -> String {
        self.count += 1;
        (((self.now.as_millisecond() - DISCORD_EPOCH_MILLIS) << 22) + self.count).to_string()
    }

    fn ping(&mut self) -> Value {
        json!({
            "id": self.id(),
            "application_id": APPLICATION,
            "type": 1,
            "token": "sample-token",
            "version": 1,
            "user": user(ADMIN),
            "entitlements": [],
        })
    }

    fn write(&mut self, kind: u8, data: Value, who: UserId, guild: Option<GuildId>) -> Value {
        let mut body = json!({
            "id": self.id(),
            "application_id": APPLICATION,
            "type": kind,
            "token": "sample-token",
            "version": 1,
            "channel_id": CHANNEL,
            "channel": { "id": CHANNEL, "type": if guild.is_some() { 0 } else { 1 } },
            "locale": "en-GB",
            "app_permissions": ALL_PERMISSIONS,
            "entitlements": [],
            "attachment_size_limit": 10_485_760,
            "data": data,
        });
        match guild {
            Some(guild) => {
                body["guild_id"] = json!(guild);
                body["guild"] = json!({ "id": guild, "locale": "en-GB", "features": ["COMMUNITY"] });
                body["guild_locale"] = json!("en-GB");
                body["context"] = json!(0);
                body["authorizing_integration_owners"] = json!({ "0": guild });
                body["member"] = member(who);
            }
            None => {
                body["context"] = json!(1);
                body["authorizing_integration_owners"] = json!({ "0": "0" });
                body["user"] = user(who);
            }
        }
        body
    }

    fn click(&mut self, data: Value, who: UserId, guild: Option<GuildId>) -> Value {
        let mut body = self.write(3, data, who, guild);
        body["message"] = json!({
            "id": super::world::BOARD,
            "type": 0,
            "channel_id": CHANNEL,
            "author": { "id": APPLICATION, "username": "Gantry", "discriminator": "0000", "avatar": null, "bot": true },
            "content": "",
            "embeds": [],
            "components": [],
            "attachments": [],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": false,
            "pinned": false,
            "tts": false,
            "flags": 0,
            "timestamp": "2026-11-20T18:00:00.000000+00:00",
            "edited_timestamp": null,
        });
        body
    }

    /// A command with nothing in it that was not there years ago.
    fn lean(&mut self, data: Value) -> Value {
        json!({
            "id": self.id(),
            "application_id": APPLICATION,
            "type": 2,
            "token": "sample-token",
            "version": 1,
            "guild_id": GUILD,
            "channel_id": CHANNEL,
            "member": {
                "user": { "id": ADMIN, "username": "ada", "discriminator": "0420", "avatar": null },
                "roles": [],
                "permissions": ALL_PERMISSIONS,
                "joined_at": "2021-04-01T12:00:00.000000+00:00",
                "deaf": false,
                "mute": false,
            },
            "data": data,
        })
    }
}

fn user(id: UserId) -> Value {
    let (username, name) = match id {
        ADMIN => ("ada", "Ada Weber"),
        SEATED => ("jiri", "Jiří Novák"),
        _ => ("mika", "Mika Lehtonen"),
    };
    json!({
        "id": id,
        "username": username,
        "global_name": name,
        "discriminator": "0",
        "avatar": null,
        "avatar_decoration_data": null,
        "collectibles": null,
        "clan": null,
        "primary_guild": null,
        "public_flags": 0,
    })
}

fn member(id: UserId) -> Value {
    json!({
        "user": user(id),
        "nick": null,
        "avatar": null,
        "banner": null,
        "roles": [],
        "joined_at": "2024-04-01T12:00:00.000000+00:00",
        "premium_since": null,
        "communication_disabled_until": null,
        "unusual_dm_activity_until": null,
        "pending": false,
        "deaf": false,
        "mute": false,
        "flags": 0,
        "permissions": if id == ADMIN { ALL_PERMISSIONS } else { MEMBER_PERMISSIONS },
    })
}
