//! Suggestions while somebody types.

use super::App;
use super::context::call;
use super::settings;
use gantry_shared::discord::commands::spec::AutocompleteField;
use gantry_shared::discord::commands::{AutocompleteQuery, Choice};
use gantry_shared::discord::help;
use gantry_shared::discord::inbound::Interaction;
use gantry_shared::discord::respond::{self, Response};
use gantry_shared::domain::club::ZoneName;
use gantry_shared::usecases::suggest::{
    Suggestion, suggest_drivers, suggest_entries, suggest_events, suggest_people, suggest_races,
    suggest_series, suggest_teams,
};
use gantry_shared::usecases::{Env, Failure};

/// The most that Discord shows (Discord docs, application commands, autocomplete).
const SUGGESTIONS: usize = 25;

/// Suggests what fits.
pub async fn suggest<E: Env>(
    app: &App<E>,
    interaction: &Interaction,
    query: AutocompleteQuery,
) -> Result<Response, Failure> {
    let call = call(app, interaction);
    let choices = match (query.field, call) {
        (AutocompleteField::HelpTopic, _) => help::suggest(&query.typed),
        (AutocompleteField::TimeZone, _) => {
            let zones = ZoneName::matching(&query.typed, SUGGESTIONS);
            zones
                .into_iter()
                .map(|name| Choice {
                    value: name.clone(),
                    name,
                })
                .collect()
        }
        (AutocompleteField::Setting, _) => settings::suggest_keys(&query.typed),
        (AutocompleteField::SettingTarget, _) => settings::suggest_targets(&query.typed),
        (AutocompleteField::SettingValue(key), _) => settings::suggest_values(key, &query.typed),
        (AutocompleteField::Series, Ok(call)) => {
            choices(suggest_series(&app.table, &call, &query.typed).await?)
        }
        (AutocompleteField::Event, Ok(call)) => {
            choices(suggest_events(&app.table, &call, &query.typed).await?)
        }
        (AutocompleteField::Race, Ok(call)) => choices(suggest_races(&app.table, &call, &query.typed).await?),
        (AutocompleteField::Entry, Ok(call)) => {
            choices(suggest_entries(&app.table, &call, &query.typed).await?)
        }
        (AutocompleteField::Person, Ok(call)) => {
            choices(suggest_people(&app.table, &call, &query.typed).await?)
        }
        (AutocompleteField::Team, Ok(call)) => match query.event {
            Some(event) => choices(suggest_teams(&app.table, &call, event, &query.typed).await?),
            None => Vec::new(),
        },
        (AutocompleteField::Driver, Ok(call)) => match query.event {
            Some(event) => choices(suggest_drivers(&app.table, &call, event, &query.typed).await?),
            None => Vec::new(),
        },
        (
            AutocompleteField::Series
            | AutocompleteField::Event
            | AutocompleteField::Race
            | AutocompleteField::Entry
            | AutocompleteField::Person
            | AutocompleteField::Team
            | AutocompleteField::Driver,
            Err(_),
        ) => Vec::new(),
    };
    Ok(respond::autocomplete(&choices))
}

fn choices(suggestions: Vec<Suggestion>) -> Vec<Choice> {
    suggestions
        .into_iter()
        .map(|s| Choice {
            name: s.label,
            value: s.value,
        })
        .collect()
}
