//! What is said of a difference, and of what became of it: in words, or as JSON.

use super::Remote;
use super::sync::{Step, Written, steps};
use gantry_shared::adapters::discord_rest::CommandScope;
use gantry_shared::discord::commands::difference::{Change, Difference, Registered, here, place};
use gantry_shared::ports::discord::{DiscordError, FaultyField};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// What a line of the report begins with.
const WIDTH: usize = 8;

/// What `diff` prints.
pub fn difference(as_json: bool, remote: &Remote, found: &Difference) -> String {
    if as_json {
        return line(&value(remote, found));
    }
    let mut text = heading(remote);
    for step in steps(found) {
        let verb = match step {
            Step::Delete(_) => "delete",
            Step::Edit(_) => "edit",
            Step::Create(_) => "create",
        };
        entry(&mut text, verb, &here(&step.command()));
        changes(&mut text, &step);
    }
    kept(&mut text, found);
    // Writing to a String cannot fail, here and below.
    let _ = match found.writes() {
        0 => writeln!(text, "Nothing differs ({} commands).", found.same),
        writes => writeln!(
            text,
            "{writes} differ, {} are the same. `gantry commands sync` writes what differs.",
            found.same
        ),
    };
    text
}

/// What `sync` prints.
pub fn synced(as_json: bool, remote: &Remote, found: &Difference, written: &Written<'_>) -> String {
    if as_json {
        let mut report = value(remote, found);
        report["written"] = json!(written.done.len());
        report["failed"] = written
            .failed
            .iter()
            .map(|(step, error)| failure(remote, step, error))
            .collect();
        report["not_tried"] = written.left.iter().map(|step| named(&step.command())).collect();
        return line(&report);
    }
    let mut text = heading(remote);
    for step in &written.done {
        let verb = match step {
            Step::Delete(_) => "deleted",
            Step::Edit(_) => "edited",
            Step::Create(_) => "created",
        };
        entry(&mut text, verb, &here(&step.command()));
        changes(&mut text, step);
    }
    kept(&mut text, found);
    for (step, error) in &written.failed {
        let command = step.command();
        entry(
            &mut text,
            "FAILED",
            &format!("{}: {}", here(&command), explain(remote, error)),
        );
        for field in fields(error) {
            detail(
                &mut text,
                &format!("{}: {}", place(&command, &field.path), field.message),
            );
        }
    }
    for step in &written.left {
        entry(
            &mut text,
            "left",
            &format!("{}: not tried", here(&step.command())),
        );
    }
    let (done, same) = (written.done.len(), found.same);
    let not_done = written.failed.len() + written.left.len();
    let _ = match (done, not_done) {
        (0, 0) => writeln!(text, "Nothing differs ({same} commands): nothing was written."),
        (_, 0) => writeln!(text, "{done} written, {same} were the same."),
        _ => writeln!(
            text,
            "{done} written, {same} were the same, {not_done} NOT written."
        ),
    };
    text
}

fn line(value: &Value) -> String {
    format!("{value:#}\n")
}

fn heading(remote: &Remote) -> String {
    let whose = match remote.scope {
        CommandScope::Global => "Global commands".to_owned(),
        CommandScope::Guild(guild) => format!("Commands of guild {guild}"),
    };
    format!(
        "{whose} of application {} at {}\n",
        remote.application, remote.api
    )
}

fn entry(text: &mut String, verb: &str, what: &str) {
    let _ = writeln!(text, "  {verb:WIDTH$}{what}");
}

fn detail(text: &mut String, what: &str) {
    let _ = writeln!(text, "  {:WIDTH$}  {what}", "");
}

fn kept(text: &mut String, found: &Difference) {
    for one in &found.kept {
        entry(text, "keep", &format!("`{}`, the entry point", one.name));
    }
}

fn changes(text: &mut String, step: &Step<'_>) {
    let Step::Edit(edit) = step else { return };
    for Change { place, before, after } in &edit.changes {
        // A whole option or sub-command says enough by its name.
        let change = match (before, after) {
            (Value::Null, Value::Object(new)) if new.contains_key("name") => "is new".to_owned(),
            (Value::Object(old), Value::Null) if old.contains_key("name") => "goes".to_owned(),
            _ => format!("{before} -> {after}"),
        };
        detail(text, &format!("{place}: {change}"));
    }
}

fn value(remote: &Remote, found: &Difference) -> Value {
    let guild = match remote.scope {
        CommandScope::Global => Value::Null,
        CommandScope::Guild(guild) => json!(guild),
    };
    let create: Vec<Value> = found.create.iter().map(named).collect();
    let edits = found.edit.iter().map(|edit| {
        let changes = edit.changes.iter();
        let changes: Vec<Value> = changes
            .map(|change| json!({ "place": change.place, "before": change.before, "after": change.after }))
            .collect();
        json!({ "id": edit.of.id, "type": edit.of.kind, "name": edit.of.name, "changes": changes })
    });
    let registered = |list: &[Registered]| -> Vec<Value> {
        list.iter()
            .map(|one| json!({ "id": one.id, "type": one.kind, "name": one.name }))
            .collect()
    };
    json!({
        "application": remote.application,
        "guild": guild,
        "same": found.same,
        "create": create,
        "edit": edits.collect::<Vec<_>>(),
        "delete": registered(&found.delete),
        "kept": registered(&found.kept),
    })
}

fn named(command: &Value) -> Value {
    json!({ "type": command.get("type").unwrap_or(&json!(1)), "name": command["name"] })
}

fn failure(remote: &Remote, step: &Step<'_>, error: &DiscordError) -> Value {
    let command = step.command();
    let fields: Vec<Value> = fields(error)
        .iter()
        .map(|field| {
            json!({ "path": field.path, "place": place(&command, &field.path), "message": field.message })
        })
        .collect();
    let mut failure = named(&command);
    failure["error"] = json!(explain(remote, error));
    failure["fields"] = json!(fields);
    failure
}

fn fields(error: &DiscordError) -> &[FaultyField] {
    match error {
        DiscordError::Refused { fields, .. } => fields,
        _ => &[],
    }
}

/// What went wrong, and what to do about it (Discord docs, opcodes and status codes).
pub fn explain(remote: &Remote, error: &DiscordError) -> String {
    let application = remote.application;
    match error {
        DiscordError::Unauthorized => format!(
            "Discord refuses the token: GANTRY_BOT_TOKEN has to be the present token of the bot of application \
             {application} (developer portal, Bot)"
        ),
        DiscordError::Forbidden { code: 20_012 } => format!(
            "GANTRY_BOT_TOKEN is another application's: it may not change the commands of {application}"
        ),
        DiscordError::Forbidden { code: 50_001 } => {
            "the bot has no access: it is not in that guild, or was invited \
             without the scope applications.commands"
                .to_owned()
        }
        DiscordError::NotFound { code: 10_002 } => {
            format!("there is no application {application}: set GANTRY_APPLICATION_ID to its id")
        }
        DiscordError::NotFound { code: 10_004 } => {
            "there is no such guild, or the bot is not in it".to_owned()
        }
        DiscordError::NotFound { code: 10_063 } => {
            "the command was deleted meanwhile: run `gantry commands sync` again".to_owned()
        }
        DiscordError::RetryAfter(time) => format!(
            "Discord asks to wait {time:#}. If it is long: no more than 200 commands can be created in a day (error 30034)"
        ),
        DiscordError::Unavailable(why) => format!("Discord at {} cannot be reached: {why}", remote.api),
        DiscordError::Refused {
            code,
            fields,
            message,
        } => {
            // The fields are told by their places.
            let words = if fields.is_empty() {
                message.as_str()
            } else {
                message.split(';').next().unwrap_or(message)
            };
            format!("{words} (error {code})")
        }
        other => other.to_string(),
    }
}
