//! The tree as Discord takes it when commands are registered.

use super::spec::{ActionSpec, Body, CommandSpec, OptionSpec, Reach, SubSpec, Values};
use serde_json::{Value, json};

/// The JSON array for a bulk overwrite of the application's global commands. Every field that Discord would fill in is
/// written out, so that a registration can be compared with what is registered.
#[must_use]
pub fn registration(tree: &[CommandSpec]) -> Value {
    tree.iter().map(command).collect()
}

fn command(spec: &CommandSpec) -> Value {
    let options: Vec<Value> = match spec.body {
        Body::Run(action) => options(&action),
        Body::Subs(subs) => sub_commands(subs),
    };
    // Contexts: 0 guild, 1 DM with the bot. Integration types: 0 guild install.
    let contexts: &[u8] = match spec.reach {
        Reach::Guild => &[0],
        Reach::GuildAndDm => &[0, 1],
    };
    json!({
        "type": 1,
        "name": spec.name,
        "description": spec.description,
        "options": options,
        "default_member_permissions": spec.offered_to.map(|permissions| permissions.0.to_string()),
        "contexts": contexts,
        "integration_types": [0],
        "nsfw": false,
    })
}

/// Sub-commands, those of a group in it.
fn sub_commands(subs: &[SubSpec]) -> Vec<Value> {
    let of_one_group = subs.chunk_by(|a, b| a.group.is_some() && a.group == b.group);
    of_one_group
        .flat_map(|subs| {
            let inside: Vec<Value> = subs.iter().map(sub_command).collect();
            match subs.first().and_then(|sub| sub.group) {
                Some(group) => vec![json!({
                    "type": 2,
                    "name": group.name,
                    "description": group.description,
                    "options": inside,
                })],
                None => inside,
            }
        })
        .collect()
}

fn sub_command(sub: &SubSpec) -> Value {
    json!({ "type": 1, "name": sub.name, "description": sub.description, "options": options(&sub.action) })
}

fn options(action: &ActionSpec) -> Vec<Value> {
    action.options.iter().map(option).collect()
}

fn option(spec: &OptionSpec) -> Value {
    let mut option = json!({
        "type": 3,
        "name": spec.name,
        "description": spec.description,
        "required": spec.required,
    });
    match spec.values {
        // Discord takes a choice's value as it stands; lengths are for what is typed.
        Values::Choices(choices) => {
            option["choices"] = choices
                .iter()
                .map(|(name, value)| json!({ "name": name, "value": value }))
                .collect();
            return option;
        }
        Values::File | Values::User | Values::Role => {
            option["type"] = match spec.values {
                Values::User => json!(6),
                Values::Role => json!(8),
                _ => json!(11),
            };
            return option;
        }
        Values::Suggested(_) => option["autocomplete"] = json!(true),
        Values::Free => {}
    }
    option["min_length"] = json!(1);
    option["max_length"] = json!(spec.max_length);
    option
}

#[cfg(test)]
mod tests {
    use super::super::TREE;
    use super::*;
    use twilight_model::application::command::{Command, CommandOption, CommandOptionType};

    #[test]
    fn the_registration_is_as_recorded() {
        insta::assert_json_snapshot!(registration(TREE));
    }

    #[test]
    fn guild_commands_stay_in_guilds() {
        let commands = registration(TREE);
        for command in commands.as_array().unwrap() {
            let dm = ["ping", "info", "help"].contains(&command["name"].as_str().unwrap());
            assert_eq!(command["contexts"], if dm { json!([0, 1]) } else { json!([0]) });
            assert_eq!(command["integration_types"], json!([0]));
        }
    }

    fn check_options(options: &[CommandOption]) {
        twilight_validate::command::options(options).unwrap();
        for option in options {
            match option.kind {
                CommandOptionType::SubCommand => check_options(option.options.as_deref().unwrap_or_default()),
                _ => twilight_validate::command::option(option).unwrap(),
            }
        }
    }

    #[test]
    fn twilights_validator_finds_no_fault() {
        let Value::Array(commands) = registration(TREE) else {
            panic!("an array")
        };
        for mut command in commands {
            // twilight's type is also the answer's, which has a version.
            command["version"] = json!("1");
            let command: Command = serde_json::from_value(command).unwrap();
            twilight_validate::command::command(&command).unwrap();
            check_options(&command.options);
        }
    }
}
