//! A club's settings.

use super::components::{Tone, button, row};
use super::embed::{DESCRIPTION_MAX, Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style};
use super::{embed_body, embed_with, phrases};
use crate::discord::custom_id::ComponentId;
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::naming::preview;
use crate::domain::settings::{
    InForce, Key, Kind, Pattern, ResetQuestion, Section, Settings, SettingsChanged, Source, Target, Told,
    Value,
};
use serde_json::Value as Json;

/// When somebody thought better of a reset.
pub(super) const KEPT: &str = "Nothing was reset.";

/// Room that a list's message keeps for what stands around the list.
const AROUND_LIST: usize = 400;

/// One section in full, or all settings in short.
pub(super) fn view(settings: &Settings, section: Option<Section>, ids: &CommandIds) -> Json {
    match section {
        Some(section) => view_section(settings, section, ids),
        None => overview(settings, ids),
    }
}

fn view_section(settings: &Settings, section: Section, ids: &CommandIds) -> Json {
    let embed = Embed::new(settings.colour(), format!("Settings: {}", section.title())).line(format!(
        "{} changes one, {} takes the club's own value back.",
        mention("settings set", ids),
        mention("settings reset", ids)
    ));
    let embed = section.keys().fold(embed, |embed, key| {
        embed.field(
            format!("`{key}`"),
            text::cut(&field(settings, key), FIELD_VALUE_MAX),
            false,
        )
    });
    embed_body(embed)
}

fn field(settings: &Settings, key: Key) -> String {
    let InForce { value, source } = settings.in_force(key);
    let by = match (source, settings.last_change(key)) {
        (Source::Club, Some(change)) => {
            format!(", set by <@{}> {}", change.by, phrases::from_now(change.at))
        }
        _ => String::new(),
    };
    let mut lines = vec![format!("{} · {}{by}", shown(value), origin(*source))];
    lines.extend(example(key, value));
    lines.push(key.spec().help.to_owned());
    lines.extend(idle(key));
    lines.join("\n")
}

fn overview(settings: &Settings, ids: &CommandIds) -> Json {
    let line = |key: Key| {
        let InForce { value, source } = settings.in_force(key);
        format!("`{key}` {} · {}", shown(value), origin(*source))
    };
    let lines = Section::ALL
        .into_iter()
        .flat_map(|section| section.keys().map(line).collect::<Vec<_>>());
    let list = List::new(Style::Lines, lines.collect());
    let embed = Embed::new(settings.colour(), "Settings")
        .line(list.fit(DESCRIPTION_MAX - AROUND_LIST))
        .line(format!(
            "{} with a section explains its settings; {} changes one.",
            mention("settings view", ids),
            mention("settings set", ids)
        ));
    embed_body(embed)
}

/// What was changed.
pub(super) fn changed(changed: &SettingsChanged, ids: &CommandIds) -> Json {
    let title = match (changed.told.len(), changed.unchanged.is_empty()) {
        (0, _) => "Nothing changed",
        (1, _) => "Setting changed",
        _ => "Settings changed",
    };
    let same = changed
        .unchanged
        .iter()
        .map(|key| format!("`{key}` is so already."));
    let lines: Vec<String> = changed.told.iter().map(difference).chain(same).collect();
    let none = if lines.is_empty() {
        "None of these has a value of your club's own.".to_owned()
    } else {
        String::new()
    };
    let embed = Embed::new(changed.colour, title)
        .line(List::new(Style::Lines, lines).fit(DESCRIPTION_MAX - AROUND_LIST))
        .line(none)
        .line(format!("{} shows what is set.", mention("settings view", ids)));
    embed_body(embed)
}

/// One change: what is now, what was, and whose that was.
fn difference(told: &Told) -> String {
    let whose = match (told.was_from, told.was_by) {
        (Source::Club, Some(change)) => {
            format!("set by <@{}> {}", change.by, phrases::from_now(change.at))
        }
        (source, _) => origin(source).to_owned(),
    };
    let now = match told.now_from {
        Source::Club => stored(told.key, &told.now),
        source => format!("{} · {}", stored(told.key, &told.now), origin(source)),
    };
    let mut lines = vec![
        format!("`{}` is {now}", told.key),
        format!("-# before: {} · {whose}", stored(told.key, &told.was)),
    ];
    let value = told.key.spec().kind.read(&told.now);
    lines.extend(value.and_then(|value| example(told.key, &value)));
    lines.extend(idle(told.key));
    lines.join("\n")
}

/// Asks whether to reset.
pub(super) fn reset(question: &ResetQuestion) -> Json {
    let what = match question.target {
        Target::All => "all settings".to_owned(),
        Target::Section(section) => format!("the settings of “{}”", section.title()),
        Target::One(key) => format!("`{key}`"),
    };
    let line = |told: &Told| {
        format!(
            "`{}`: {} → {} ({})",
            told.key,
            stored(told.key, &told.was),
            stored(told.key, &told.now),
            origin(told.now_from)
        )
    };
    let list = List::new(Style::Lines, question.told.iter().map(line).collect());
    let kept: Vec<String> = question.kept.iter().map(|key| format!("`{key}`")).collect();
    let stays = if kept.is_empty() {
        String::new()
    } else {
        format!("Only the owner may reset {}: they stay.", kept.join(", "))
    };
    let embed = Embed::new(question.colour, "Reset settings?")
        .line(format!("This takes your club's own values of {what} back:"))
        .line(list.fit(DESCRIPTION_MAX - 2 * AROUND_LIST))
        .line(stays);
    let yes = ComponentId::ResetSettings {
        target: question.target,
        version: question.version,
    };
    let buttons = row([
        button(yes, "Reset", Tone::Bad, true),
        button(ComponentId::KeepSettings, "Keep them", Tone::Plain, true),
    ]);
    embed_with(embed, vec![buttons])
}

const fn origin(source: Source) -> &'static str {
    match source {
        Source::Default => "default",
        Source::Operator => "set by the operator",
        Source::Club => "your club's own",
    }
}

/// That a setting does nothing so far.
fn idle(key: Key) -> Option<String> {
    let unread = key.spec().read_by.is_empty();
    unread.then(|| "-# Nothing goes by it yet.".to_owned())
}

/// What a pattern gives.
fn example(key: Key, value: &Value) -> Option<String> {
    let (Kind::Pattern(kind), Value::Pattern(pattern)) = (key.spec().kind, value) else {
        return None;
    };
    let names = preview(kind, &Pattern::read(pattern).ok()?);
    Some(format!("-# such as {}", text::name(&names, FIELD_VALUE_MAX / 4)))
}

/// A stored value, for people.
pub(super) fn stored(key: Key, json: &Json) -> String {
    key.spec()
        .kind
        .read(json)
        .map_or_else(|| "?".to_owned(), |value| shown(&value))
}

/// A value, for people: what people typed is made harmless, mentions are Gantry's own.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Pattern(_) => format!("**{}**", phrases::name(&value.typed())),
        Value::Roles(roles) if !roles.is_empty() => value.typed(),
        Value::Channel(Some(_)) => value.typed(),
        Value::Switch(_)
        | Value::Number(_)
        | Value::Length(_)
        | Value::Choice(_)
        | Value::Set(_)
        | Value::Hours(_)
        | Value::Points(_)
        | Value::Roles(_)
        | Value::Channel(_)
        | Value::Colour(_)
        | Value::Zone(_)
        | Value::Quiet(_) => format!("**{}**", value.typed()),
    }
}
