use super::*;
use crate::domain::ids::{ChannelId, GuildId, RoleId, UserId};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

const GUILD: GuildId = GuildId(772_904_309_264_089_089);
const ADMIN: UserId = UserId(1);
const ROLE: &str = "<@&772904309264089090>";

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn typed(key: Key, text: &str) -> Wish {
    Wish {
        key,
        change: Change::Typed(text.to_owned()),
    }
}

fn reset(key: Key) -> Wish {
    Wish {
        key,
        change: Change::Reset,
    }
}

fn changed(settings: &Settings, wishes: &[Wish]) -> Changed {
    settings.change(wishes, ADMIN, now(), GUILD).unwrap()
}

fn with(wishes: &[Wish]) -> Settings {
    let settings = Settings::default();
    settings.with(changed(&settings, wishes).stored)
}

fn fault(key: Key, text: &str) -> SettingProblem {
    let faults = Settings::default().change(&[typed(key, text)], ADMIN, now(), GUILD);
    faults
        .map(|changed| panic!("{key} took {text:?}: {:?}", changed.after))
        .unwrap_or_else(|faults| faults[0].problem.clone())
}

fn taken(key: Key, text: &str) -> String {
    key.spec()
        .kind
        .parse(text)
        .unwrap_or_else(|problem| panic!("{key} {text:?}: {problem:?}"))
        .typed()
}

#[test]
fn each_type_takes_what_people_write() {
    assert_eq!(taken(Key::AutomaticSync, " Yes "), "on");
    assert_eq!(taken(Key::AutomaticSync, "OFF"), "off");
    assert_eq!(taken(Key::SyncHours, "12 hours"), "12");
    assert_eq!(taken(Key::SyncHours, "168h"), "168");
    assert_eq!(taken(Key::StintLead, "1 hour 5 min"), "1h 5m");
    assert_eq!(taken(Key::ArchiveDelay, "2w"), "14d");
    assert_eq!(taken(Key::SyncDirection, "Gantry"), "gantry");
    assert_eq!(taken(Key::Notifications, "all"), "promoted, reminder, stint");
    assert_eq!(taken(Key::Notifications, "none"), "none");
    assert_eq!(taken(Key::ReminderHours, "1, 24h 1;3"), "24, 3, 1");
    assert_eq!(taken(Key::ReminderHours, "none"), "none");
    assert_eq!(
        taken(
            Key::MemberRoles,
            "<@&772904309264089091><@&772904309264089090>, 772904309264089091"
        ),
        "<@&772904309264089091>, <@&772904309264089090>"
    );
    assert_eq!(
        taken(Key::JoinChannel, "<#772904309264089090>"),
        "<#772904309264089090>"
    );
    assert_eq!(taken(Key::JoinChannel, "None"), "none");
    assert_eq!(
        taken(Key::ChannelName, "  {Event}\t{ date } "),
        "{Event} { date }"
    );
    assert_eq!(taken(Key::TimeZone, "europe/berlin"), "Europe/Berlin");
    assert_eq!(taken(Key::Colour, "1E90FF"), "#1e90ff");
    assert_eq!(taken(Key::QuietHours, "22 – 7"), "22:00-07:00");
    assert_eq!(taken(Key::Locale, "pt-br"), "pt-BR");
}

#[test]
fn bounds_hold_on_both_sides() {
    for (key, good, bad) in [
        (Key::SyncHours, "1", "0"),
        (Key::SyncHours, "168", "169"),
        (Key::UserLimit, "99", "100"),
        (Key::StintLead, "1m", "0m"),
        (Key::StintLead, "2h", "2h 1m"),
        (Key::Retention, "730d", "731d"),
        (Key::ArchiveDelay, "1h", "59m"),
        (Key::ReminderHours, "336", "337"),
        (Key::ReminderHours, "1", "0"),
    ] {
        taken(key, good);
        assert_eq!(fault(key, bad), SettingProblem::OutOfRange, "{key} {bad}");
    }
    taken(Key::ReminderHours, "6,5,4,3,2,1");
    assert_eq!(
        fault(Key::ReminderHours, "7,6,5,4,3,2,1"),
        SettingProblem::TooMany { max: 6 }
    );
    let roles = |count: u64| -> String {
        let list: Vec<_> = (0..count)
            .map(|n| (772_904_309_264_089_090 + n).to_string())
            .collect();
        list.join(" ")
    };
    taken(Key::MemberRoles, &roles(10));
    assert_eq!(
        fault(Key::MemberRoles, &roles(11)),
        SettingProblem::TooMany { max: 10 }
    );
}

#[test]
fn hostile_values_are_refused() {
    let long = "9".repeat(10_000);
    for spec in &REGISTRY {
        for text in [
            "",
            " ",
            "\0",
            "@everyone",
            "<@42>",
            "${jndi:x}",
            "-1",
            "1e3",
            "\u{202e}on",
            &long,
        ] {
            let outcome = spec.kind.parse(text);
            assert!(outcome.is_err(), "{} took {text:?}: {outcome:?}", spec.name);
        }
    }
    for text in [
        "<@&772904309264089090",
        "<@772904309264089090>",
        "5",
        "<@&0772904309264089090>",
        "<@&99999999999999999999>",
    ] {
        assert_eq!(fault(Key::AdminRoles, text), SettingProblem::Unfit, "{text}");
    }
    assert_eq!(
        fault(Key::AdminRoles, &GUILD.to_string()),
        SettingProblem::Everyone
    );
    for text in ["24:00-07:00", "22:00", "22:60-7", "7-7", "22:0-07:00"] {
        assert_eq!(fault(Key::QuietHours, text), SettingProblem::Unfit, "{text}");
    }
    for text in ["15", "m", "1y", "1h-5m", "9999999m"] {
        assert_eq!(fault(Key::StintLead, text), SettingProblem::Unfit, "{text}");
    }
}

#[test]
fn patterns_are_checked_when_they_are_set() {
    let missing = |name: &str| SettingProblem::MissingPlaceholder {
        name: name.to_owned(),
    };
    let unknown = |name: &str| SettingProblem::UnknownPlaceholder {
        name: name.to_owned(),
    };
    assert_eq!(fault(Key::ChannelName, "race"), missing("event"));
    assert_eq!(fault(Key::ChannelName, "{date}"), missing("event"));
    assert_eq!(fault(Key::CategoryName, "{number}"), missing("series"));
    assert_eq!(fault(Key::CategoryName, "{series} {date}"), unknown("date"));
    assert_eq!(fault(Key::ChannelName, "{event} {user}"), unknown("user"));
    assert_eq!(fault(Key::ChannelName, "{event"), SettingProblem::Unfit);
    assert_eq!(fault(Key::ChannelName, "event} {event}"), SettingProblem::Unfit);
    assert_eq!(fault(Key::ChannelName, "{{event}}"), unknown("{event"));
    taken(Key::ChannelName, &format!("{}{{event}}", "x".repeat(73)));
    assert_eq!(
        fault(Key::ChannelName, &format!("{}{{event}}", "x".repeat(74))),
        SettingProblem::TooLong { max: 80 }
    );
    assert_eq!(taken(Key::ChannelName, "\u{202e}\u{0000}{event}\n"), "{event}");
}

#[test]
fn the_club_stands_over_the_operator_who_stands_over_the_default() {
    let operator = OperatorOverrides::parse("sync.hours=12; channels.drift = forget").unwrap();
    let settings = Settings::resolve(operator, ClubSettings::default());
    assert_eq!(
        (settings.sync_hours(), settings.in_force(Key::SyncHours).source),
        (12, Source::Operator)
    );
    assert_eq!(settings.drift(), Drift::Forget);
    assert_eq!(settings.in_force(Key::UserLimit).source, Source::Default);
    let own = settings.with(changed(&settings, &[typed(Key::SyncHours, "6")]).stored);
    assert_eq!(
        (own.sync_hours(), own.in_force(Key::SyncHours).source),
        (6, Source::Club)
    );
    // What is reset falls back to the operator's.
    let back = own.with(changed(&own, &[reset(Key::SyncHours)]).stored);
    assert_eq!(
        (back.sync_hours(), back.in_force(Key::SyncHours).source),
        (12, Source::Operator)
    );
    assert_eq!(back.version(), 2);
}

#[test]
fn every_fault_of_the_operator_is_named() {
    let faults = OperatorOverrides::parse(
        "x; a=b; sync.hours=0; members.member_roles=1; club.locale=de; club.locale=fr",
    );
    insta::assert_snapshot!(faults.unwrap_err().join("\n"));
    for none in ["", " none ", ";;", "none;\n"] {
        assert_eq!(OperatorOverrides::parse(none), Ok(OperatorOverrides::default()));
    }
}

#[test]
fn what_is_stored_and_not_understood_is_kept_and_passed_over() {
    let stored: ClubSettings = serde_json::from_value(json!({
        "version": 7,
        "values": {
            "sync.hours": 4000,
            "sync.direction": "sideways",
            "notices.types": ["promoted", "of_a_newer_version"],
            "stars.align": { "yes": 1 },
            "club.locale": 3,
        },
    }))
    .unwrap();
    let settings = Settings::default().with(stored);
    assert_eq!(
        (settings.sync_hours(), settings.in_force(Key::SyncHours).source),
        (24, Source::Default)
    );
    assert_eq!(settings.sync_direction(), SyncDirection::DiscordLeads);
    assert!(settings.notifies(Notification::Promoted));
    assert_eq!(settings.locale(), "en-GB");
    let next = changed(&settings, &[typed(Key::SyncHours, "5")]).stored;
    assert_eq!(next.version, 8);
    assert_eq!(next.values["stars.align"], json!({ "yes": 1 }));
    assert_eq!(next.values["sync.direction"], "sideways");
}

#[test]
fn quiet_hours_end_by_the_clubs_clock_also_when_it_changes() {
    let zone = crate::domain::club::ZoneName::parse("Europe/Berlin")
        .unwrap()
        .zone();
    let over = |hours: &str, now: &str| {
        let hours = QuietHours::parse(hours).unwrap();
        let over = hours.over_at(now.parse().unwrap(), &zone);
        over.map(|at| at.to_string())
    };
    let at = |text: &str| Some(text.to_owned());
    assert_eq!(over("22-7", "2026-11-28T20:59:59Z"), None);
    assert_eq!(over("22-7", "2026-11-28T21:00:00Z"), at("2026-11-29T06:00:00Z"));
    assert_eq!(over("22-7", "2026-11-29T05:59:00Z"), at("2026-11-29T06:00:00Z"));
    assert_eq!(over("22-7", "2026-11-29T06:00:00Z"), None);
    assert_eq!(
        over("13-14:30", "2026-11-29T12:10:00Z"),
        at("2026-11-29T13:30:00Z")
    );
    // Clocks go forward in that night, and back in the other.
    assert_eq!(over("22-7", "2027-03-27T21:30:00Z"), at("2027-03-28T05:00:00Z"));
    assert_eq!(over("22-7", "2027-10-30T20:30:00Z"), at("2027-10-31T06:00:00Z"));
    // They end at a time that the clock skips, or shows twice.
    assert_eq!(
        over("22-2:30", "2027-03-28T00:10:00Z"),
        at("2027-03-28T01:30:00Z")
    );
    assert_eq!(
        over("22-2:30", "2027-10-31T00:10:00Z"),
        at("2027-10-31T01:30:00Z")
    );
}

#[test]
fn a_change_tells_what_was_and_what_is() {
    let settings = with(&[typed(Key::SyncHours, "6")]);
    let wishes = [
        typed(Key::SyncHours, "6"),
        typed(Key::Drift, "forget"),
        reset(Key::UserLimit),
        typed(Key::MemberRoles, ROLE),
    ];
    let change = changed(&settings, &wishes);
    let keys: Vec<_> = change.told.iter().map(|told| told.key).collect();
    assert_eq!(keys, [Key::Drift, Key::MemberRoles]);
    assert_eq!(change.before, json!({}));
    assert_eq!(
        change.after,
        json!({ "channels.drift": "forget", "members.member_roles": ["772904309264089090"] })
    );
    assert_eq!(change.told[0].was, "heal");
    assert_eq!(
        (change.told[0].was_from, change.told[0].now_from),
        (Source::Default, Source::Club)
    );
    let after = settings.with(change.stored);
    assert_eq!(after.member_roles(), [RoleId(772_904_309_264_089_090)]);
    assert_eq!(after.last_change(Key::Drift).map(|stamp| stamp.version), Some(2));
    assert_eq!(
        after.changed_since(1, &[Key::SyncHours, Key::Drift]),
        Some(Key::Drift)
    );
    assert_eq!(after.changed_since(2, &Target::All.keys()), None);
    // A reset leaves its mark too.
    let back = after.with(changed(&after, &[reset(Key::Drift)]).stored);
    assert_eq!(back.changed_since(2, &[Key::Drift]), Some(Key::Drift));
}

#[test]
fn all_faults_are_named_and_nothing_is_changed() {
    let wishes = [
        typed(Key::SyncHours, "x"),
        typed(Key::Drift, "heal"),
        typed(Key::Colour, "red"),
    ];
    let faults = Settings::default()
        .change(&wishes, ADMIN, now(), GUILD)
        .unwrap_err();
    assert_eq!(
        faults.iter().map(|fault| fault.key).collect::<Vec<_>>(),
        [Key::SyncHours, Key::Colour]
    );
}

/// Each setting is read by the accessor that belongs to it, at its default and changed.
#[test]
fn the_accessors_read_their_settings() {
    let read = |s: &Settings| {
        format!(
            "{}\n{}\n{:?}\n{:?}\n{}\n{:?}\n{:?}\n{:?}\n{}\n{:?}\n{:?}\n{}\n{}\n{:?}\n{}\n{:?}\n{:?}\n{}\n{:?}\n{:?}\n{}\n{}\n{:?}\n{}\n{}\n{}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            s.time_zone().as_str(),
            s.locale(),
            s.colour(),
            s.quiet_hours(),
            s.automatic_channels(),
            s.channel_pattern(),
            s.category_pattern(),
            s.drift(),
            s.team_threads(),
            s.archive_delay(),
            s.retention(),
            s.voice_rooms(),
            s.practice_voice(),
            s.voice_user_limit(),
            s.scheduled_events(),
            s.reminder_hours(),
            s.progress_hours(),
            s.stint_alerts(),
            s.stint_lead(),
            s.points_system().places,
            s.points_system().fastest,
            s.points_system().best_of,
            s.series_channel(),
            s.notifies(Notification::Promoted),
            s.automatic_sync(),
            s.sync_hours(),
            s.sync_direction(),
            s.member_roles(),
            s.manager_roles(),
            s.admin_roles(),
            s.join_channel(),
        )
    };
    let other = [
        "Asia/Tokyo",
        "id",
        "#000001",
        "23:15-6",
        "off",
        "{event}",
        "S {series}",
        "forget",
        "off",
        "3h",
        "5d",
        "off",
        "off",
        "12",
        "on",
        "48",
        "0",
        "off",
        "33m",
        "10, 6",
        "1",
        "4",
        "772904309264089105",
        "none",
        "off",
        "7",
        "off",
        "772904309264089101",
        "772904309264089102",
        "772904309264089103",
        "772904309264089104",
    ];
    let default = read(&Settings::default());
    for ((n, spec), text) in REGISTRY.iter().enumerate().zip(other) {
        let changed = read(&with(&[typed(spec.key, text)]));
        let lines: Vec<usize> = default
            .lines()
            .zip(changed.lines())
            .enumerate()
            .filter_map(|(line, (a, b))| (a != b).then_some(line))
            .collect();
        assert_eq!(lines, [n], "{}", spec.name);
    }
    insta::assert_snapshot!(default);
}

#[test]
fn targets_are_named_as_they_are_typed() {
    for target in [
        Target::All,
        Target::Section(Section::Sync),
        Target::One(Key::SyncHours),
    ] {
        assert_eq!(Target::parse(target.name()), Some(target));
    }
    assert_eq!(Target::parse(""), None);
    assert_eq!(Target::parse("ALL"), None);
    assert_eq!(Target::All.keys().len(), REGISTRY.len());
    assert_eq!(Target::Section(Section::Sync).keys().len(), 3);
}

#[test]
fn what_names_things_of_a_guild_holds_in_that_guild() {
    let wishes = [
        typed(Key::JoinChannel, "<#772904309264089042>"),
        typed(Key::AdminRoles, ROLE),
        typed(Key::SyncHours, "12"),
    ];
    let stored = with(&wishes).stored().clone();
    let other = GuildId(1);
    for guild in [Some(GUILD), None] {
        assert_eq!(stored.clone().for_guild(guild), stored, "{guild:?}");
    }
    let moved = Settings::default().with(stored.clone().for_guild(Some(other)));
    assert_eq!(moved.join_channel(), None);
    assert_eq!(moved.admin_roles(), []);
    assert_eq!(moved.sync_hours(), 12, "that is of no guild");
    // What is set there holds there, and brings back nothing of the old one.
    let set = moved.change(
        &[typed(Key::JoinChannel, "<#772904309264089043>")],
        ADMIN,
        now(),
        other,
    );
    let back = moved.with(set.unwrap().stored);
    assert_eq!(back.join_channel(), Some(ChannelId(772_904_309_264_089_043)));
    let back = back.with(back.stored().clone().for_guild(Some(GUILD)));
    assert_eq!((back.join_channel(), back.sync_hours()), (None, 12));
    assert!(back.admin_roles().is_empty());
}

#[test]
fn suggestions_can_be_typed() {
    for spec in &REGISTRY {
        for (value, _) in spec.kind.suggest("", 25) {
            assert!(spec.kind.parse(&value).is_ok(), "{} {value}", spec.name);
        }
    }
    assert_eq!(Key::TimeZone.spec().kind.suggest("berl", 5)[0].0, "Europe/Berlin");
    assert_eq!(Key::Drift.spec().kind.suggest("leave", 5)[0].0, "forget");
}

proptest! {
    #[test]
    fn what_is_taken_is_stored_and_read_back(n in 0..REGISTRY.len(), text in "\\PC{0,40}|[0-9a-z ,:<>@&#{}-]{0,30}|(on|off|none|all|[0-9]{1,4}[mhdw]?|<@&[0-9]{18}>)") {
        let kind = REGISTRY[n].kind;
        if let Ok(value) = kind.parse(&text) {
            prop_assert_eq!(kind.read(&value.json()), Some(value.clone()));
            prop_assert_eq!(kind.parse(&value.typed()), Ok(value));
        }
    }

    #[test]
    fn no_text_breaks_the_reading(n in 0..REGISTRY.len(), text in "(?s).{0,500}") {
        let _ = REGISTRY[n].kind.parse(&text);
        let _ = REGISTRY[n].kind.read(&json!(text));
        let _ = OperatorOverrides::parse(&text);
    }
}
