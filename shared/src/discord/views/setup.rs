//! Setting a club up step by step.

use super::components::{Tone, button, row};
use super::embed::{Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style};
use super::settings::shown;
use super::{embed_body, embed_with};
use crate::discord::custom_id::{ComponentId, SetupSelect};
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::ids::RoleId;
use crate::domain::rank::Rank;
use crate::domain::role_map::has_roles;
use crate::domain::settings::{Key, Kind};
use crate::domain::setup::{FEATURES, Setup, SetupPage};
use serde_json::{Value, json};

/// Longest label and description of a select's option.
const OPTION_MAX: usize = 100;
/// Most roles of a rank that can be picked.
const ROLES_MAX: usize = 25;
/// Zones in which racing clubs are at home, west to east; any other is typed.
const ZONES: [&str; 24] = [
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/Mexico_City",
    "America/New_York",
    "America/Toronto",
    "America/Bogota",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "UTC",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Madrid",
    "Europe/Rome",
    "Europe/Warsaw",
    "Europe/Helsinki",
    "Europe/Istanbul",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Jakarta",
    "Asia/Tokyo",
    "Australia/Sydney",
];

/// A page.
pub(super) fn page(setup: &Setup, ids: &CommandIds) -> Value {
    let saved = if setup.saved { "Saved. " } else { "" };
    let embed = Embed::new(setup.settings.colour(), title(setup.page));
    let mut rows = match setup.page {
        SetupPage::Start => return embed_with(overview(embed, setup, saved, ids), vec![steps(setup)]),
        SetupPage::Done => {
            let embed = overview(embed, setup, "", ids).line(format!(
                "{} opens this again; {} and {} change the rest.",
                mention("club setup", ids),
                mention("settings set", ids),
                mention("role map set", ids)
            ));
            return embed_body(embed);
        }
        SetupPage::Roles(rank) => role_rows(setup, rank),
        SetupPage::Channels => vec![row([channel_select(setup)])],
        SetupPage::Zone => zone_rows(setup),
        SetupPage::Features => feature_rows(setup),
    };
    rows.push(steps(setup));
    embed_with(embed.line(format!("{saved}{}", about(setup))), rows)
}

const fn title(page: SetupPage) -> &'static str {
    match page {
        SetupPage::Start => "Set the club up",
        SetupPage::Roles(_) => "Roles",
        SetupPage::Channels => "Channels",
        SetupPage::Zone => "Time zone",
        SetupPage::Features => "Features",
        SetupPage::Done => "The club is set up",
    }
}

fn about(setup: &Setup) -> String {
    let own = |key: Key| shown(&setup.settings.in_force(key).value);
    match setup.page {
        SetupPage::Roles(rank) => {
            let from_settings = setup.roles_of(rank).any(|role| !setup.own.contains(&role));
            let note = if from_settings {
                " Those that come from the settings under `members` hold until you pick others here."
            } else {
                ""
            };
            format!(
                "Which Discord roles go with the rank **{}**? Now: {}.{note} Which side leads is decided under Features.",
                rank.label(),
                roles(setup, rank)
            )
        }
        SetupPage::Channels => format!(
            "Where are requests to join (`/join`) reviewed? Now: {}. Pick nothing to take none. Channels of events Gantry makes itself.",
            own(Key::JoinChannel)
        ),
        SetupPage::Zone => format!(
            "In which zone are the club's times typed? Now: {}. Everybody sees times in their own zone.",
            own(Key::TimeZone)
        ),
        SetupPage::Features => format!(
            "What does Gantry do by itself? And which side wins where a member's rank and their roles differ? Now: {}.",
            own(Key::SyncDirection)
        ),
        SetupPage::Start | SetupPage::Done => String::new(),
    }
}

/// All steps with what is set.
fn overview(embed: Embed, setup: &Setup, saved: &str, ids: &CommandIds) -> Embed {
    let own = |key: Key| shown(&setup.settings.in_force(key).value);
    let ranks = ranks().map(|rank| format!("{}: {}", rank.label(), roles(setup, rank)));
    let switches = FEATURES.map(|key| format!("`{key}` {}", own(key)));
    let lines = |lines: Vec<String>| List::new(Style::Lines, lines).fit(FIELD_VALUE_MAX);
    let hint = match setup.page {
        SetupPage::Done => String::new(),
        _ => format!(
            "{saved}Each step is kept at once, so you can leave at any time and come back with {}. What Gantry may do in this server shows {}.",
            mention("club setup", ids),
            mention("club preflight", ids)
        ),
    };
    embed
        .line(hint)
        .field("Roles", lines(ranks.collect()), false)
        .field("Requests to join", own(Key::JoinChannel), true)
        .field("Time zone", own(Key::TimeZone), true)
        .field("Rank or roles lead", own(Key::SyncDirection), true)
        .field("Features", lines(switches.to_vec()), false)
}

fn ranks() -> impl DoubleEndedIterator<Item = Rank> {
    Rank::ALL.into_iter().rev().filter(|rank| has_roles(*rank))
}

fn roles(setup: &Setup, rank: Rank) -> String {
    let roles: Vec<String> = setup.roles_of(rank).map(|role| format!("<@&{role}>")).collect();
    if roles.is_empty() {
        return "none".to_owned();
    }
    // All ranks together stay within a field.
    List::new(Style::Row, roles).fit(FIELD_VALUE_MAX / 6)
}

/// The buttons to the steps; the present one cannot be pressed.
fn steps(setup: &Setup) -> Value {
    let roles = SetupPage::Roles(Rank::Member);
    let pages = [
        (roles, "Roles"),
        (SetupPage::Channels, "Channels"),
        (SetupPage::Zone, "Time zone"),
        (SetupPage::Features, "Features"),
    ];
    let here = |page| match (setup.page, page) {
        (SetupPage::Roles(_), SetupPage::Roles(_)) => true,
        (present, page) => present == page,
    };
    let step = |(page, label)| button(ComponentId::Setup { page }, label, Tone::Plain, !here(page));
    let done = ComponentId::Setup {
        page: SetupPage::Done,
    };
    row(pages
        .into_iter()
        .map(step)
        .chain([button(done, "Done", Tone::Good, true)]))
}

fn select(id: ComponentId, placeholder: &str, options: Vec<Value>, (min, max): (usize, usize)) -> Value {
    json!({
        "type": 3, "custom_id": id.to_string(), "placeholder": placeholder,
        "options": options, "min_values": min, "max_values": max,
    })
}

fn option(label: &str, value: &str, description: &str, chosen: bool) -> Value {
    let mut option = json!({ "label": text::plain(label, OPTION_MAX), "value": value, "default": chosen });
    if !description.is_empty() {
        option["description"] = json!(text::plain(description, OPTION_MAX));
    }
    option
}

fn role_rows(setup: &Setup, rank: Rank) -> Vec<Value> {
    let options = ranks().map(|other| {
        let note = if setup.by.may(other.mapping_takes()) {
            ""
        } else {
            "For the owner"
        };
        option(other.label(), other.name(), note, other == rank)
    });
    let which = select(ComponentId::SetupRank, "Which rank", options.collect(), (1, 1));
    let present: Vec<RoleId> = setup.roles_of(rank).take(ROLES_MAX).collect();
    let defaults: Vec<Value> = present
        .iter()
        .map(|role| json!({ "id": role, "type": "role" }))
        .collect();
    let id = ComponentId::SetupSelect {
        select: SetupSelect::Roles(rank),
        version: setup.list_version,
    };
    let picked = json!({
        "type": 6, "custom_id": id.to_string(), "placeholder": "No roles",
        "min_values": 0, "max_values": ROLES_MAX, "default_values": defaults,
        "disabled": !setup.by.may(rank.mapping_takes()),
    });
    vec![row([which]), row([picked])]
}

fn channel_select(setup: &Setup) -> Value {
    let present = setup.settings.join_channel();
    let defaults: Vec<Value> = present
        .iter()
        .map(|channel| json!({ "id": channel, "type": "channel" }))
        .collect();
    let id = ComponentId::SetupSelect {
        select: SetupSelect::JoinChannel,
        version: setup.settings.version(),
    };
    json!({
        "type": 8, "custom_id": id.to_string(), "placeholder": "No channel: no requests are taken",
        "channel_types": [0, 5], "min_values": 0, "max_values": 1, "default_values": defaults,
        "disabled": !setup.may_set(Key::JoinChannel),
    })
}

fn zone_rows(setup: &Setup) -> Vec<Value> {
    let (present, version) = (setup.settings.time_zone(), setup.settings.version());
    let options = ZONES.map(|zone| option(zone, zone, "", present.as_str() == zone));
    let id = ComponentId::SetupSelect {
        select: SetupSelect::Zone,
        version,
    };
    let other = ComponentId::SetupZone { version };
    vec![
        row([select(id, present.as_str(), options.to_vec(), (1, 1))]),
        row([button(other, "Another zone …", Tone::Plain, true)]),
    ]
}

fn feature_rows(setup: &Setup) -> Vec<Value> {
    let version = setup.settings.version();
    let on = |key: Key| setup.settings.in_force(key).value == crate::domain::settings::Value::Switch(true);
    let switches = FEATURES.map(|key| option(key.name(), key.name(), key.spec().help, on(key)));
    let id = |select| ComponentId::SetupSelect { select, version };
    let features = select(
        id(SetupSelect::Features),
        "Nothing is on",
        switches.to_vec(),
        (0, FEATURES.len()),
    );
    let present = setup.settings.in_force(Key::SyncDirection).value.typed();
    let directions: Vec<Value> = match Key::SyncDirection.spec().kind {
        Kind::Choice(words) => words
            .iter()
            .map(|word| option(word.meaning, word.word, "", word.word == present))
            .collect(),
        _ => Vec::new(),
    };
    let direction = select(id(SetupSelect::Direction), "Which side leads", directions, (1, 1));
    vec![row([features]), row([direction])]
}
