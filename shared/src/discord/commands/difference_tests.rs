use super::*;
use crate::discord::commands::TREE;
use crate::discord::commands::registration::registration;

fn tree() -> Vec<Value> {
    registration(TREE).as_array().cloned().unwrap()
}

fn id(number: usize) -> String {
    (1_000 + number).to_string()
}

/// The tree as Discord lists it: ids and versions, defaults filled in, empty things left out.
fn listed(commands: &[Value]) -> Vec<Value> {
    let listed = commands.iter().enumerate().map(|(number, command)| {
        let mut command = command.clone();
        command["id"] = json!(id(number));
        command["application_id"] = json!("1");
        command["version"] = json!("77");
        command["dm_permission"] = json!(true);
        command["name_localizations"] = Value::Null;
        command["description_localizations"] = json!({});
        as_listed(&mut command);
        command
    });
    listed.collect()
}

fn as_listed(value: &mut Value) {
    let Some(fields) = value.as_object_mut() else {
        return;
    };
    fields.retain(|key, value| {
        let default = key == "required" && *value == json!(false);
        let empty = key == "options" && value.as_array().is_some_and(Vec::is_empty);
        !default && !empty
    });
    if let Some(options) = fields.get_mut("options").and_then(Value::as_array_mut) {
        options.iter_mut().for_each(as_listed);
    }
}

fn slash(name: &str, more: &Value) -> Value {
    let mut command = json!({ "type": 1, "name": name, "description": "d" });
    for (key, value) in more.as_object().unwrap() {
        command[key] = value.clone();
    }
    command
}

fn changes(wanted: &Value, mut registered: Value) -> Vec<String> {
    registered["id"] = json!("5");
    let found = difference(std::slice::from_ref(wanted), &[registered]).unwrap();
    let changes = found.edit.iter().flat_map(|edit| &edit.changes);
    changes
        .map(|change| format!("{}: {} -> {}", change.place, change.before, change.after))
        .collect()
}

#[test]
fn what_discord_fills_in_or_leaves_out_is_no_difference() {
    let tree = tree();
    let found = difference(&tree, &listed(&tree)).unwrap();
    assert_eq!(
        found,
        Difference {
            same: tree.len(),
            ..Difference::default()
        }
    );
    assert!(found.is_empty());
    // A guild's commands say nothing of contexts, and what Discord says of them is not looked at.
    let found = difference(&for_guild(&tree), &listed(&tree)).unwrap();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn numbers_and_sets_are_compared_by_what_they_mean() {
    let option = |more: Value| json!({ "type": 4, "name": "n", "description": "d", "min_value": more });
    let wanted = slash(
        "a",
        &json!({ "options": [option(json!(1))], "contexts": [1, 0], "integration_types": [0] }),
    );
    let registered = slash(
        "a",
        &json!({ "options": [option(json!(1.0))], "contexts": [0, 1] }),
    );
    assert_eq!(changes(&wanted, registered), Vec::<String>::new());
    let registered = slash(
        "a",
        &json!({ "options": [option(json!(1.5))], "contexts": [0, 1] }),
    );
    assert_eq!(
        changes(&wanted, registered),
        ["`/a` option `n` min_value: 1.5 -> 1"]
    );
    let guild_only = slash("a", &json!({ "contexts": [0] }));
    assert!(changes(&guild_only, slash("a", &json!({ "dm_permission": false }))).is_empty());
    assert_eq!(
        changes(&guild_only, slash("a", &json!({ "dm_permission": true }))),
        ["`/a` contexts: null -> [0]"]
    );
}

#[test]
fn creates_edits_and_deletes_are_told_apart_and_the_entry_point_is_kept() {
    let tree = tree();
    let mut registered = listed(&tree);
    registered.remove(0);
    registered[0]["description"] = json!("Old words");
    registered.push(json!({ "id": "9001", "type": 1, "name": "gone", "description": "d" }));
    // Of the same name as a slash command, but another command.
    registered.push(json!({ "id": "9002", "type": 2, "name": "club", "description": "" }));
    registered.push(json!({ "id": "9003", "type": 4, "name": "launch", "description": "", "handler": 2 }));
    let found = difference(&tree, &registered).unwrap();
    assert_eq!(found.create, [tree[0].clone()]);
    let [edit] = &found.edit[..] else {
        panic!("{found:?}")
    };
    assert_eq!(edit.of.id.to_string(), id(1));
    assert_eq!(
        edit.fields,
        json!({ "description": tree[1]["description"] }),
        "only what differs is sent"
    );
    let names = |list: &[Registered]| {
        list.iter()
            .map(|one| (one.name.clone(), one.kind))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&found.delete),
        [("club".to_owned(), 2), ("gone".to_owned(), 1)]
    );
    assert_eq!(names(&found.kept), [("launch".to_owned(), 4)]);
    assert_eq!((found.writes(), found.same), (4, tree.len() - 2));
}

#[test]
fn each_change_names_its_place() {
    let sub = |name: &str, options: Value| json!({ "type": 1, "name": name, "description": "d", "options": options });
    let text = |name: &str, more: Value| {
        let mut option = slash(name, &more);
        option["type"] = json!(3);
        option
    };
    let choices = json!({ "choices": [{ "name": "All", "value": "all" }] });
    let wanted = slash(
        "event",
        &json!({ "options": [sub("list", json!([text("when", choices), text("series", json!({}))])), sub("show", json!([]))] }),
    );
    let before = json!([text("when", json!({ "required": true })), text("old", json!({}))]);
    let registered = slash(
        "event",
        &json!({ "nsfw": true, "options": [sub("list", before)] }),
    );
    assert_eq!(
        changes(&wanted, registered),
        [
            "`/event` nsfw: true -> false",
            "`/event list` option `old`: {\"description\":\"d\",\"name\":\"old\",\"required\":false,\"type\":3} -> null",
            "`/event list` option `when` choice `All`: null -> {\"name\":\"All\",\"value\":\"all\"}",
            "`/event list` option `when` required: true -> false",
            "`/event list` option `series`: null -> {\"description\":\"d\",\"name\":\"series\",\"required\":false,\"type\":3}",
            "`/event show`: null -> {\"description\":\"d\",\"name\":\"show\",\"options\":[],\"type\":1}",
        ]
    );
    let two = |a: &str, b: &str| {
        slash(
            "x",
            &json!({ "options": [text(a, json!({})), text(b, json!({}))] }),
        )
    };
    assert_eq!(
        changes(&two("a", "b"), two("b", "a")),
        [r#"`/x` order of options: ["b","a"] -> ["a","b"]"#]
    );
}

#[test]
fn translations_that_were_set_elsewhere_are_taken_back() {
    let wanted = slash("a", &json!({}));
    let mut registered = slash("a", &json!({ "name_localizations": { "de": "ä" } }));
    registered["id"] = json!("5");
    let found = difference(&[wanted], &[registered]).unwrap();
    assert_eq!(found.edit[0].fields, json!({ "name_localizations": null }));
}

#[test]
fn a_path_of_discords_is_explained_by_command_and_option() {
    let event = tree()
        .into_iter()
        .find(|command| command["name"] == "event")
        .unwrap();
    let create = event["options"]
        .as_array()
        .unwrap()
        .iter()
        .position(|sub| sub["name"] == "create")
        .unwrap();
    let path = |rest: &str| place(&event, &format!("options.{create}.{rest}"));
    assert_eq!(path("options.0.name"), "`/event create` option `series` name");
    assert_eq!(path("description"), "`/event create` description");
    assert_eq!(path("options.99.name"), "`/event create` options 99 name");
    assert_eq!(
        place(&event, "name_localizations.de"),
        "`/event` name_localizations de"
    );
    assert_eq!(place(&event, ""), "`/event`");
    assert_eq!(
        place(&json!({ "type": 2, "name": "Show licence" }), "name"),
        "`Show licence` name"
    );
}

#[test]
fn what_cannot_be_read_is_refused() {
    assert!(difference(&[], &[json!({ "id": "0", "name": "a" })]).is_err());
    assert!(difference(&[], &[json!({ "id": "5" })]).is_err());
}
