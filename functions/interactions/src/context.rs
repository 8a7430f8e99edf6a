//! What an interaction is to the use cases.

use super::App;
use gantry_shared::discord::commands::route::RouteError;
use gantry_shared::discord::inbound::{Interaction, Permissions};
use gantry_shared::domain::notice::{Notice, Render};
use gantry_shared::domain::refusal::Refusal;
use gantry_shared::domain::text;
use gantry_shared::domain::work::Reply;
use gantry_shared::usecases::{Call, Env};
use jiff::SignedDuration;
use serde_json::Value;

/// How long a write is tried for: the rest of Discord's 3 s is for queueing it instead, and for the way back.
const TRY_FOR: SignedDuration = SignedDuration::from_millis(1200);
/// How long an interaction's token lives (Discord docs, receiving and responding).
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// Longest name on a roster, in code points: Discord's own bound for nicknames.
const NAME_MAX: usize = 32;

/// The call of an interaction in a guild.
///
/// # Errors
/// [`RouteError::NotInGuild`].
pub fn call<E: Env>(app: &App<E>, interaction: &Interaction) -> Result<Call, RouteError> {
    let actor = interaction.actor();
    let now = app.env.now();
    let shown: String = actor.display_name.chars().take(NAME_MAX).collect();
    Ok(Call {
        interaction: interaction.id,
        guild: interaction.guild_id.ok_or(RouteError::NotInGuild)?,
        user: actor.user,
        name: text::line(&shown, NAME_MAX).unwrap_or_else(|_| actor.username.clone()),
        manages_server: actor.permissions.allow(Permissions::MANAGE_GUILD),
        reply: Reply {
            application: interaction.application_id,
            token: interaction.token.0.clone(),
            expires_at: now.saturating_add(TOKEN_LIFE).unwrap_or(now),
        },
        trace: interaction.id.to_string(),
        now,
        try_until: now.saturating_add(TRY_FOR).unwrap_or(now),
    })
}

/// The message of a notice.
pub fn show<E: Env>(app: &App<E>, notice: &Notice<'_>) -> Value {
    app.views.render(notice).body
}

/// The message of a refusal.
pub fn refused<E: Env>(app: &App<E>, refusal: &Refusal) -> Value {
    show(app, &Notice::Refused { refusal })
}
