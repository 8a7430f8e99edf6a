//! The club's settings: set, reset, suggested.

use super::App;
use super::context::show;
use gantry_shared::discord::commands::Choice;
use gantry_shared::domain::naming::preview;
use gantry_shared::domain::notice::Notice;
use gantry_shared::domain::refusal::Refusal;
use gantry_shared::domain::settings::{Change, Key, Kind, Pattern, REGISTRY, Section, Target, Value, Wish};
use gantry_shared::usecases::change_settings::{change_settings, reset_settings};
use gantry_shared::usecases::set_guild_setting::{ask_to_set, names_of_guild};
use gantry_shared::usecases::view_settings::ask_reset;
use gantry_shared::usecases::{Call, Env, Failure};

/// The most that Discord shows (Discord docs, application commands, autocomplete).
const SUGGESTIONS: usize = 25;

/// `/settings set`. Nothing where the answer follows: roles and channels are looked for first.
pub async fn set<E: Env>(
    app: &App<E>,
    call: &Call,
    key: &str,
    typed: String,
) -> Result<Option<serde_json::Value>, Failure> {
    let key = Key::parse(key).ok_or(Refusal::NoSuchSetting)?;
    if names_of_guild(key, &typed) {
        Box::pin(ask_to_set(&app.table, &app.env, call, key, &typed)).await?;
        return Ok(None);
    }
    let change = Change::Typed(typed);
    changed(app, call, Wish { key, change }).await.map(Some)
}

/// `/settings reset`: one at once, several after a question.
pub async fn reset<E: Env>(app: &App<E>, call: &Call, what: &str) -> Result<serde_json::Value, Failure> {
    let target = Target::parse(what.to_lowercase().as_str()).ok_or(Refusal::NoSuchSetting)?;
    if let Target::One(key) = target {
        let change = Change::Reset;
        return changed(app, call, Wish { key, change }).await;
    }
    let question = &ask_reset(&app.table, call, target).await?;
    Ok(show(app, &Notice::ResetSettings { question }))
}

async fn changed<E: Env>(app: &App<E>, call: &Call, wish: Wish) -> Result<serde_json::Value, Failure> {
    let changed = &change_settings(&app.table, &app.env, call, &[wish]).await?;
    Ok(show(app, &Notice::SettingsChanged { changed }))
}

/// The button that says yes.
pub async fn confirmed<E: Env>(
    app: &App<E>,
    call: &Call,
    target: Target,
    version: u64,
) -> Result<serde_json::Value, Failure> {
    let changed = &reset_settings(&app.table, &app.env, call, target, version).await?;
    Ok(show(app, &Notice::SettingsChanged { changed }))
}

/// Names of settings that contain what was typed.
pub fn suggest_keys(typed: &str) -> Vec<Choice> {
    matching(keys(), typed)
}

/// The same, with sections and all.
pub fn suggest_targets(typed: &str) -> Vec<Choice> {
    let all = ("all".to_owned(), "all settings".to_owned());
    let section = |section: Section| {
        let label = format!("{}: all of “{}”", section.name(), section.title());
        (section.name().to_owned(), label)
    };
    let sections = Section::ALL.map(section);
    matching([all].into_iter().chain(sections).chain(keys()), typed)
}

/// Values that the setting takes; of one whose values are free, what was typed and what would come of it.
pub fn suggest_values(key: Option<Key>, typed: &str) -> Vec<Choice> {
    let Some(key) = key else {
        return Vec::new();
    };
    let kind = key.spec().kind;
    let listed = kind.suggest(typed, SUGGESTIONS);
    if listed.is_empty()
        && let Ok(value) = kind.parse(typed)
    {
        return vec![Choice {
            name: outcome(kind, &value),
            value: value.typed(),
        }];
    }
    listed
        .into_iter()
        .map(|(value, name)| Choice { name, value })
        .collect()
}

fn outcome(kind: Kind, value: &Value) -> String {
    match (kind, value) {
        (Kind::Pattern(kind), Value::Pattern(text)) => match Pattern::read(text) {
            Ok(pattern) => format!("{text}, such as {}", preview(kind, &pattern)),
            Err(_) => text.clone(),
        },
        _ => value.typed(),
    }
}

fn keys() -> impl Iterator<Item = (String, String)> {
    let sentence = |help: &str| help.split_inclusive('.').next().unwrap_or_default().to_owned();
    REGISTRY.iter().map(move |spec| {
        (
            spec.name.to_owned(),
            format!("{}: {}", spec.name, sentence(spec.help)),
        )
    })
}

fn matching(all: impl Iterator<Item = (String, String)>, typed: &str) -> Vec<Choice> {
    let typed = typed.to_lowercase();
    all.filter(|(_, label)| label.to_lowercase().contains(&typed))
        .take(SUGGESTIONS)
        .map(|(value, name)| Choice { name, value })
        .collect()
}
