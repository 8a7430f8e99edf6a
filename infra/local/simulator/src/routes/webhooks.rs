//! Edits and follow-ups on an interaction's token, which lives 15 minutes.

use super::callback::{edit_checked, message_for};
use super::{Answer, Call, deliver, nothing, ok};
use crate::check::message::{self, EPHEMERAL, Route};
use crate::error::ApiError;
use crate::form::Errors;
use crate::state::{Answered, Interaction, message_json};

/// The interaction of the path's application and token.
fn interaction(call: &Call<'_>) -> Result<Interaction, ApiError> {
    if call.id(0)? != call.state.app_id {
        return Err(ApiError::known(10015));
    }
    let token = call.ids.get(1).copied().unwrap_or_default();
    let id = call.state.by_token(token, call.now)?;
    call.state
        .interactions
        .get(&id)
        .cloned()
        .ok_or_else(|| ApiError::known(10015))
}

fn original(call: &Call<'_>) -> Result<(Interaction, u64), ApiError> {
    let interaction = interaction(call)?;
    let id = interaction.original.ok_or_else(|| ApiError::known(10008))?;
    Ok((interaction, id))
}

fn named(call: &Call<'_>) -> Result<(Interaction, u64), ApiError> {
    let interaction = interaction(call)?;
    let id = call.id(2)?;
    if interaction.messages.contains(&id) {
        Ok((interaction, id))
    } else {
        Err(ApiError::known(10008))
    }
}

fn shown(call: &Call<'_>, channel: u64, id: u64) -> Answer {
    let found = call
        .state
        .channel(channel)?
        .messages
        .get(&id)
        .ok_or_else(|| ApiError::known(10008))?;
    ok(message_json(call.state, found))
}

pub(super) fn get_original(call: &mut Call<'_>) -> Answer {
    let (interaction, id) = original(call)?;
    shown(call, interaction.channel, id)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (interaction, id) = named(call)?;
    shown(call, interaction.channel, id)
}

pub(super) fn edit_original(call: &mut Call<'_>) -> Answer {
    let (interaction, id) = original(call)?;
    edit_one(call, &interaction, id)
}

pub(super) fn edit(call: &mut Call<'_>) -> Answer {
    let (interaction, id) = named(call)?;
    edit_one(call, &interaction, id)
}

fn edit_one(call: &mut Call<'_>, interaction: &Interaction, id: u64) -> Answer {
    let body = call.body.ok_or_else(|| ApiError::known(50006))?;
    edit_checked(
        call.state,
        interaction.channel,
        id,
        body,
        "",
        Route::TokenEdit,
        call.now,
    )?;
    filled(call, interaction, id);
    shown(call, interaction.channel, id)
}

/// A deferred answer has got its content.
fn filled(call: &mut Call<'_>, interaction: &Interaction, id: u64) {
    if interaction.original != Some(id) {
        return;
    }
    if let Some(found) = call.state.interactions.get_mut(&interaction.id)
        && matches!(found.answered, Answered::Deferred { .. })
    {
        found.answered = Answered::Message;
    }
}

pub(super) fn delete_original(call: &mut Call<'_>) -> Answer {
    let (interaction, id) = original(call)?;
    delete_one(call, &interaction, id)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (interaction, id) = named(call)?;
    delete_one(call, &interaction, id)
}

fn delete_one(call: &mut Call<'_>, interaction: &Interaction, id: u64) -> Answer {
    let channel = call.state.channel_mut(interaction.channel)?;
    channel.pins.remove(&id);
    if channel.messages.remove(&id).is_some() {
        nothing()
    } else {
        Err(ApiError::known(10008))
    }
}

/// A follow-up message. The first one after a deferred answer fills the placeholder, whose visibility stays.
pub(super) fn follow_up(call: &mut Call<'_>) -> Answer {
    let interaction = interaction(call)?;
    let body = call.body.ok_or_else(|| ApiError::known(50006))?;
    let mut errors = Errors::default();
    let draft = message::check(body, "", Route::FollowUp, false, &mut errors);
    errors.check()?;
    if let (Answered::Deferred { .. }, Some(id)) = (interaction.answered, interaction.original) {
        super::messages::edit(call.state, interaction.channel, id, draft, call.now)?;
        filled(call, &interaction, id);
        return shown(call, interaction.channel, id);
    }
    let ephemeral = draft.flags.is_some_and(|flags| flags & EPHEMERAL != 0);
    let mut new = message_for(call.state, &interaction, ephemeral, call.now);
    new.kind = 19;
    let id = new.id;
    deliver(call.state, new, draft)?;
    if let Some(found) = call.state.interactions.get_mut(&interaction.id) {
        found.messages.push(id);
    }
    shown(call, interaction.channel, id)
}
