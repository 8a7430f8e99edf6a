//! Answers to interactions, given inline or by the callback route.

use super::{Answer, Call, deliver, messages, nothing, ok};
use crate::check::message::{self, COMPONENTS_V2, EPHEMERAL, Route};
use crate::check::modal;
use crate::error::ApiError;
use crate::form::{Errors, Form, at};
use crate::state::{Answered, Interaction, Message, State, message_json};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// What an answer did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Applied {
    Message { id: u64, ephemeral: bool },
    Deferred { ephemeral: bool },
    Updated,
    Modal(Value),
    Choices(Vec<Value>),
}

/// POST of an answer; only within 3 s (10062) and only once (40060).
pub(super) fn callback(call: &mut Call<'_>) -> Answer {
    let id = call.id(0)?;
    let token = call.ids.get(1).copied().unwrap_or_default();
    let interaction = call
        .state
        .interactions
        .get(&id)
        .filter(|interaction| interaction.token == token);
    let interaction = interaction.ok_or_else(|| ApiError::known(10062))?;
    let late = call.now.duration_since(interaction.created) > SignedDuration::from_secs(3);
    match interaction.answered {
        Answered::Open if !late => {}
        Answered::Open | Answered::Failed => return Err(ApiError::known(10062)),
        _ => return Err(ApiError::known(40060)),
    }
    let kind = interaction.kind;
    let body = call
        .body
        .ok_or_else(|| ApiError::form("type", "BASE_TYPE_REQUIRED", "This field is required"))?;
    let applied = apply(call.state, id, body, call.now)?;
    if !call.query_true("with_response") {
        return nothing();
    }
    let mut answer =
        json!({"interaction": {"id": id.to_string(), "type": kind}, "resource": {"type": body["type"]}});
    if let Applied::Message { id: message, .. } = applied {
        let interaction = call
            .state
            .interactions
            .get(&id)
            .ok_or_else(|| ApiError::known(10062))?;
        let found = call.state.channel(interaction.channel)?.messages.get(&message);
        answer["resource"]["message"] = found.map_or(Value::Null, |found| message_json(call.state, found));
    }
    ok(answer)
}

/// Applies an answer to the interaction `id`.
///
/// # Errors
/// 50035 with paths when the answer does not fit the kind of interaction or breaks a rule of its content.
pub(crate) fn apply(state: &mut State, id: u64, body: &Value, now: Timestamp) -> Result<Applied, ApiError> {
    let interaction = state
        .interactions
        .get(&id)
        .cloned()
        .ok_or_else(|| ApiError::known(10062))?;
    let mut errors = Errors::default();
    let form = Form::open(body, "", &["type", "data"], &mut errors).ok_or_else(|| errors.error())?;
    form.require("type", &mut errors);
    let kind = form.integer("type", 1..=12, &mut errors).unwrap_or(0);
    if !fits(&interaction, kind) {
        let message = "Invalid interaction callback type";
        errors.add("type", "INTERACTION_CALLBACK_INVALID_TYPE", message);
    }
    errors.check()?;
    let data = form.get("data");
    match kind {
        4 => message_answer(state, &interaction, data, now, errors),
        5 => defer(state, &interaction, data, now, errors),
        6 => update(state, &interaction, None, now),
        7 => update(state, &interaction, data, now),
        8 => choices(state, &interaction, data, errors),
        _ => open_modal(state, &interaction, data, errors),
    }
}

fn fits(interaction: &Interaction, kind: i64) -> bool {
    match (interaction.kind, kind) {
        (4, 8) | (2 | 3 | 5, 4 | 5) | (2 | 3, 9) => true,
        (3 | 5, 6 | 7) => interaction.source.is_some(),
        _ => false,
    }
}

fn required(data: Option<&Value>) -> Result<&Value, ApiError> {
    data.ok_or_else(|| ApiError::form("data", "BASE_TYPE_REQUIRED", "This field is required"))
}

/// A new message that answers `interaction`.
pub(super) fn message_for(
    state: &mut State,
    interaction: &Interaction,
    ephemeral: bool,
    now: Timestamp,
) -> Message {
    let id = state.next_id(now);
    let mut message = Message::new(id, interaction.channel, state.app_id, now);
    message.webhook = true;
    message.interaction = Some(interaction.id);
    message.ephemeral_for = ephemeral.then_some(interaction.user);
    message
}

fn record(state: &mut State, id: u64, answered: Answered, original: Option<u64>, modal: Option<Value>) {
    if let Some(interaction) = state.interactions.get_mut(&id) {
        interaction.answered = answered;
        interaction.original = original.or(interaction.original);
        interaction.messages.extend(original);
        interaction.modal = modal;
    }
}

fn message_answer(
    state: &mut State,
    interaction: &Interaction,
    data: Option<&Value>,
    now: Timestamp,
    mut errors: Errors,
) -> Result<Applied, ApiError> {
    let draft = message::check(required(data)?, "data", Route::Callback, false, &mut errors);
    errors.check()?;
    let ephemeral = draft.flags.is_some_and(|flags| flags & EPHEMERAL != 0);
    let mut new = message_for(state, interaction, ephemeral, now);
    new.kind = if interaction.kind == 2 { 20 } else { 19 };
    let id = new.id;
    deliver(state, new, draft)?;
    record(state, interaction.id, Answered::Message, Some(id), None);
    Ok(Applied::Message { id, ephemeral })
}

fn defer(
    state: &mut State,
    interaction: &Interaction,
    data: Option<&Value>,
    now: Timestamp,
    mut errors: Errors,
) -> Result<Applied, ApiError> {
    let mut ephemeral = false;
    if let Some(form) = data.and_then(|data| Form::open(data, "data", &["flags"], &mut errors)) {
        let flags = form
            .integer("flags", 0..=i64::from(i32::MAX), &mut errors)
            .unwrap_or(0)
            .unsigned_abs();
        ephemeral = flags & EPHEMERAL != 0;
        if flags & !EPHEMERAL != 0 {
            errors.add(
                "data.flags",
                "MESSAGE_INVALID_FLAGS",
                "Only EPHEMERAL fits a deferred answer",
            );
        }
    }
    errors.check()?;
    let mut placeholder = message_for(state, interaction, ephemeral, now);
    placeholder.kind = if interaction.kind == 2 { 20 } else { 19 };
    placeholder.loading = true;
    let id = placeholder.id;
    state.add_message(placeholder);
    record(
        state,
        interaction.id,
        Answered::Deferred { ephemeral },
        Some(id),
        None,
    );
    Ok(Applied::Deferred { ephemeral })
}

fn update(
    state: &mut State,
    interaction: &Interaction,
    data: Option<&Value>,
    now: Timestamp,
) -> Result<Applied, ApiError> {
    if let (Some(data), Some(source)) = (data, interaction.source) {
        edit_checked(
            state,
            interaction.channel,
            source,
            data,
            "data",
            Route::CallbackUpdate,
            now,
        )?;
    }
    record(state, interaction.id, Answered::Update, interaction.source, None);
    Ok(Applied::Updated)
}

/// Checks an edit's body and applies it.
pub(super) fn edit_checked(
    state: &mut State,
    channel: u64,
    id: u64,
    body: &Value,
    path: &str,
    route: Route,
    now: Timestamp,
) -> Result<(), ApiError> {
    let found = state
        .channel(channel)?
        .messages
        .get(&id)
        .ok_or_else(|| ApiError::known(10008))?;
    let mut errors = Errors::default();
    let draft = message::check(body, path, route, found.flags & COMPONENTS_V2 != 0, &mut errors);
    errors.check()?;
    messages::edit(state, channel, id, draft, now)
}

fn choices(
    state: &mut State,
    interaction: &Interaction,
    data: Option<&Value>,
    mut errors: Errors,
) -> Result<Applied, ApiError> {
    let form =
        Form::open(required(data)?, "data", &["choices"], &mut errors).ok_or_else(|| errors.error())?;
    form.require("choices", &mut errors);
    let list = form.list("choices", 0..=25, &mut errors).unwrap_or_default();
    for (index, choice) in list.iter().enumerate() {
        let path = at("data.choices", index);
        let Some(choice) = Form::open(
            choice,
            &path,
            &["name", "name_localizations", "value"],
            &mut errors,
        ) else {
            continue;
        };
        choice.require("name", &mut errors);
        choice.require("value", &mut errors);
        choice.text("name", 1..=100, &mut errors);
        if choice.get("value").is_some_and(Value::is_string) {
            choice.text("value", 1..=100, &mut errors);
        } else if !choice.get("value").is_some_and(Value::is_number) {
            errors.add(
                &choice.at("value"),
                "STRING_TYPE_CONVERT",
                "A value is a text or a number",
            );
        }
    }
    errors.check()?;
    record(state, interaction.id, Answered::Message, None, None);
    Ok(Applied::Choices(list.to_vec()))
}

fn open_modal(
    state: &mut State,
    interaction: &Interaction,
    data: Option<&Value>,
    mut errors: Errors,
) -> Result<Applied, ApiError> {
    let kept = modal::check(required(data)?, "data", &mut errors);
    errors.check()?;
    record(state, interaction.id, Answered::Modal, None, Some(kept.clone()));
    Ok(Applied::Modal(kept))
}
