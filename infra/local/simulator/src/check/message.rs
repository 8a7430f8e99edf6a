//! Bodies that make or change a message (Discord docs, resources/message; interactions/receiving-and-responding).

use super::{components, embeds};
use crate::form::{Errors, Form, at, parse_snowflake};
use crate::limits;
use serde_json::Value;
use std::collections::BTreeSet;

pub(crate) const SUPPRESS_EMBEDS: u64 = 1 << 2;
pub(crate) const EPHEMERAL: u64 = 1 << 6;
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
const VOICE_MESSAGE: u64 = 1 << 13;
pub(crate) const COMPONENTS_V2: u64 = 1 << 15;

/// Which route the body came by; it decides the keys and flags that are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Create,
    Edit,
    /// A follow-up on an interaction token.
    FollowUp,
    /// An edit on an interaction token.
    TokenEdit,
    /// `data` of an interaction callback of type 4.
    Callback,
    /// `data` of an interaction callback of type 7.
    CallbackUpdate,
}

impl Route {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Create => &[
                "content",
                "embeds",
                "components",
                "flags",
                "allowed_mentions",
                "nonce",
                "enforce_nonce",
                "tts",
                "message_reference",
                "sticker_ids",
                "attachments",
                "poll",
            ],
            Self::Edit | Self::TokenEdit | Self::CallbackUpdate => &[
                "content",
                "embeds",
                "components",
                "flags",
                "allowed_mentions",
                "attachments",
                "poll",
                "sticker_ids",
            ],
            Self::FollowUp | Self::Callback => &[
                "content",
                "embeds",
                "components",
                "flags",
                "allowed_mentions",
                "tts",
                "attachments",
                "poll",
            ],
        }
    }

    fn flags(self) -> u64 {
        match self {
            Self::Create => SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2,
            Self::Edit | Self::TokenEdit | Self::CallbackUpdate => SUPPRESS_EMBEDS | COMPONENTS_V2,
            Self::FollowUp | Self::Callback => {
                SUPPRESS_EMBEDS | EPHEMERAL | SUPPRESS_NOTIFICATIONS | VOICE_MESSAGE | COMPONENTS_V2
            }
        }
    }

    fn edits(self) -> bool {
        matches!(self, Self::Edit | Self::TokenEdit | Self::CallbackUpdate)
    }
}

/// A checked body. `None`: the key was absent, so that an edit leaves it alone.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub content: Option<String>,
    pub embeds: Option<Vec<Value>>,
    pub components: Option<Vec<Value>>,
    pub flags: Option<u64>,
    pub nonce: Option<Value>,
    pub enforce_nonce: bool,
    pub mentions: Option<Mentions>,
    pub reply_to: Option<u64>,
    pub reply_must_exist: bool,
    /// Files that the message is to have from now on; those of the request have their ids by now.
    pub attachments: Option<Vec<u64>>,
}

/// `allowed_mentions` as given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mentions {
    parse: BTreeSet<String>,
    users: BTreeSet<u64>,
    roles: BTreeSet<u64>,
}

/// Who a text mentions, after `allowed_mentions`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Mentioned {
    pub users: Vec<u64>,
    pub roles: Vec<u64>,
    pub everyone: bool,
}

/// Checks a message body. `was_v2`: the message that is edited has the Components V2 flag already.
pub(crate) fn check(body: &Value, path: &str, route: Route, was_v2: bool, errors: &mut Errors) -> Draft {
    let mut draft = Draft::default();
    let Some(form) = Form::open(body, path, route.keys(), errors) else {
        return draft;
    };
    flags(&form, route, &mut draft, errors);
    let v2 = was_v2 || draft.flags.is_some_and(|flags| flags & COMPONENTS_V2 != 0);
    if form.has("content") {
        let text = form
            .text("content", 0..=limits::CONTENT, errors)
            .unwrap_or_default();
        draft.content = Some(text.trim().to_owned());
    }
    if form.has("embeds") {
        let list = form.list("embeds", 0..=10, errors).unwrap_or_default();
        draft.embeds = Some(embeds::check(list, &form.at("embeds"), errors));
    }
    if form.has("components") {
        let list = form
            .list("components", 0..=limits::V2_COMPONENTS, errors)
            .unwrap_or_default();
        draft.components = Some(components::check(list, v2, &form.at("components"), errors));
    }
    if v2 {
        legacy_fields(&form, errors);
    }
    attachments(&form, &mut draft, errors);
    unsupported(&form, errors);
    nonce(&form, &mut draft, errors);
    draft.mentions = form
        .get("allowed_mentions")
        .map(|value| mentions(value, &form.at("allowed_mentions"), errors));
    if let Some(value) = form.get("message_reference") {
        let known = [
            "type",
            "message_id",
            "channel_id",
            "guild_id",
            "fail_if_not_exists",
        ];
        if let Some(reference) = Form::open(value, &form.at("message_reference"), &known, errors) {
            reference.require("message_id", errors);
            reference.choice("type", &[0], errors);
            draft.reply_to = reference.snowflake("message_id", errors);
            draft.reply_must_exist = reference.boolean("fail_if_not_exists", errors).unwrap_or(true);
        }
    }
    draft
}

fn flags(form: &Form<'_>, route: Route, draft: &mut Draft, errors: &mut Errors) {
    let Some(flags) = form.integer("flags", 0..=i64::from(i32::MAX), errors) else {
        return;
    };
    let mut flags = flags.unsigned_abs();
    if route.edits() {
        // The other bits of a message may be sent back with an edit; they are kept as they are.
        flags &= route.flags();
    } else if flags & !route.flags() != 0 {
        errors.add(
            &form.at("flags"),
            "MESSAGE_INVALID_FLAGS",
            "Invalid message flags",
        );
    }
    draft.flags = Some(flags);
}

fn legacy_fields(form: &Form<'_>, errors: &mut Errors) {
    let filled = |value: &Value| match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    for key in ["content", "embeds", "poll", "sticker_ids"] {
        if form.get(key).is_some_and(filled) {
            let message =
                format!("The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
            errors.add(
                &form.at(key),
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                &message,
            );
        }
    }
}

fn attachments(form: &Form<'_>, draft: &mut Draft, errors: &mut Errors) {
    if !form.has("attachments") {
        return;
    }
    let path = form.at("attachments");
    let list = form.list("attachments", 0..=10, errors).unwrap_or_default();
    let known = ["id", "filename", "description", "title"];
    let ids = list.iter().enumerate().filter_map(|(index, one)| {
        let one = Form::open(one, &at(&path, index), &known, errors)?;
        one.require("id", errors);
        one.snowflake("id", errors)
    });
    draft.attachments = Some(ids.collect());
}

/// Polls, stickers and speech are beyond what the simulator keeps: only their empty forms pass.
fn unsupported(form: &Form<'_>, errors: &mut Errors) {
    if form
        .list("sticker_ids", 0..=10, errors)
        .is_some_and(|list| !list.is_empty())
    {
        errors.add(
            &form.at("sticker_ids"),
            "SIMULATOR_UNSUPPORTED",
            "The simulator keeps no stickers",
        );
    }
    if form.get("poll").is_some() {
        errors.add(
            &form.at("poll"),
            "SIMULATOR_UNSUPPORTED",
            "The simulator keeps no polls",
        );
    }
    form.boolean("tts", errors);
}

fn nonce(form: &Form<'_>, draft: &mut Draft, errors: &mut Errors) {
    draft.enforce_nonce = form.boolean("enforce_nonce", errors).unwrap_or(false);
    let Some(nonce) = form.get("nonce") else { return };
    if nonce.is_string() {
        form.text("nonce", 0..=25, errors);
    } else if !nonce.is_i64() {
        errors.add(
            &form.at("nonce"),
            "NONCE_TYPE_CONVERT",
            "A nonce is an integer or a text",
        );
    }
    draft.nonce = Some(nonce.clone());
}

fn mentions(value: &Value, path: &str, errors: &mut Errors) -> Mentions {
    let mut mentions = Mentions::default();
    let known = ["parse", "users", "roles", "replied_user"];
    let Some(form) = Form::open(value, path, &known, errors) else {
        return mentions;
    };
    form.boolean("replied_user", errors);
    for (index, word) in form
        .list("parse", 0..=3, errors)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        match word.as_str() {
            Some(word @ ("users" | "roles" | "everyone")) => {
                mentions.parse.insert(word.to_owned());
            }
            _ => {
                let message = "Value must be one of ('users', 'everyone', 'roles').";
                errors.add(&at(&form.at("parse"), index), "BASE_TYPE_CHOICES", message);
            }
        }
    }
    for key in ["users", "roles"] {
        let list = form.list(key, 0..=100, errors).unwrap_or_default();
        if !list.is_empty() && mentions.parse.contains(key) {
            let message = format!("parse:[\"{key}\"] and {key}: [ids...] are mutually exclusive.");
            errors.add(&form.path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", &message);
        }
        let ids: BTreeSet<u64> = list.iter().filter_map(crate::form::as_snowflake).collect();
        if ids.len() != list.len() {
            errors.add(
                &form.at(key),
                "SET_TYPE_ALREADY_CONTAINS_VALUE",
                "Ids must be different snowflakes",
            );
        }
        if key == "users" {
            mentions.users = ids
        } else {
            mentions.roles = ids
        }
    }
    mentions
}

impl Mentions {
    /// What counts when a message says nothing: everything for a bot's message, users only on a token.
    pub fn default_for(webhook: bool) -> Self {
        let words: &[&str] = if webhook {
            &["users"]
        } else {
            &["users", "roles", "everyone"]
        };
        Self {
            parse: words.iter().map(|word| (*word).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// The mentions of `text` that are allowed.
    pub fn of(&self, text: &str) -> Mentioned {
        let mut found = Mentioned::default();
        for part in text.split('<').skip(1) {
            let Some((inner, _)) = part.split_once('>') else {
                continue;
            };
            if let Some(id) = inner.strip_prefix("@&").and_then(parse_snowflake) {
                let allowed = self.parse.contains("roles") || self.roles.contains(&id);
                push_new(&mut found.roles, id, allowed);
            } else if let Some(id) = inner
                .strip_prefix('@')
                .and_then(|id| parse_snowflake(id.trim_start_matches('!')))
            {
                let allowed = self.parse.contains("users") || self.users.contains(&id);
                push_new(&mut found.users, id, allowed);
            }
        }
        let shouts = text.contains("@everyone") || text.contains("@here");
        found.everyone = shouts && self.parse.contains("everyone");
        found
    }
}

fn push_new(list: &mut Vec<u64>, id: u64, allowed: bool) {
    if allowed && !list.contains(&id) {
        list.push(id);
    }
}

/// The text of a message's Text Displays, line by line.
pub(crate) fn displayed_text(components: &[Value]) -> String {
    let mut lines = Vec::new();
    collect(components, &mut lines);
    lines.join("\n")
}

fn collect(components: &[Value], lines: &mut Vec<String>) {
    for component in components {
        if component["type"] == 10 {
            lines.push(component["content"].as_str().unwrap_or_default().to_owned());
        }
        collect(
            component["components"].as_array().map_or(&[], Vec::as_slice),
            lines,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(body: &Value, route: Route) -> String {
        let mut errors = Errors::default();
        check(body, "", route, false, &mut errors);
        errors.summary()
    }

    #[test]
    fn content_of_2000_code_points_passes() {
        assert_eq!(faults(&json!({"content": "ü".repeat(2000)}), Route::Create), "");
        assert!(faults(&json!({"content": "ü".repeat(2001)}), Route::Create).starts_with("content"));
    }

    #[test]
    fn v2_excludes_content_and_embeds() {
        let text = json!([{"type": 10, "content": "x"}]);
        let body = json!({"flags": 32768, "components": text, "content": "x"});
        assert!(faults(&body, Route::Create).contains("LEGACY_FIELDS"));
        let converted = json!({"flags": 32768, "components": text, "content": null, "embeds": []});
        assert_eq!(faults(&converted, Route::Edit), "");
    }

    #[test]
    fn flags_depend_on_the_route() {
        assert!(faults(&json!({"flags": 64, "content": "x"}), Route::Create).contains("flags"));
        assert_eq!(faults(&json!({"flags": 64, "content": "x"}), Route::Callback), "");
    }

    #[test]
    fn allowed_mentions_decide_who_is_mentioned() {
        let text = "<@1> <@!2> <@&3> @everyone";
        let all = Mentions::default_for(false).of(text);
        assert_eq!(
            all,
            Mentioned {
                users: vec![1, 2],
                roles: vec![3],
                everyone: true
            }
        );
        let mut errors = Errors::default();
        let none = mentions(&json!({"parse": []}), "", &mut errors).of(text);
        assert_eq!(none, Mentioned::default());
        let one = mentions(&json!({"users": ["2"]}), "", &mut errors).of(text);
        assert_eq!(one.users, [2]);
        assert!(errors.is_empty());
        mentions(&json!({"parse": ["users"], "users": ["2"]}), "", &mut errors);
        assert!(errors.summary().contains("mutually exclusive"));
    }
}
