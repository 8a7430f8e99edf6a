//! What an interaction is to the use cases.

use super::App;
use gantry_shared::discord::commands::route::RouteError;
use gantry_shared::discord::inbound::{Interaction, Permissions};
use gantry_shared::domain::fact::Actor;
use gantry_shared::domain::ids::GuildId;
use gantry_shared::domain::notice::{Notice, Render};
use gantry_shared::domain::refusal::Refusal;
use gantry_shared::domain::text;
use gantry_shared::domain::work::Reply;
use gantry_shared::ports::store::ClubReader;
use gantry_shared::usecases::park_job::guild_found;
use gantry_shared::usecases::{Call, Env};
use jiff::SignedDuration;
use serde_json::Value;

/// How long a write is tried for: the rest of Discord's 3 s is for queueing it instead, and for the way back.
const TRY_FOR: SignedDuration = SignedDuration::from_millis(1200);
/// How long an interaction's token lives (Discord docs, receiving and responding).
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// Longest name on a roster, in code points: Discord's own bound for nicknames.
const NAME_MAX: usize = 32;

/// Commands can be used in a guild that has Gantry's commands but not its bot: a guild is not looked at again for every
/// click.
const RETURN_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// The answer must not wait for long.
const NOTICE_WITHIN: std::time::Duration = std::time::Duration::from_millis(300);

/// The call of an interaction in a guild.
///
/// # Errors
/// [`RouteError::NotInGuild`].
pub fn call<E: Env>(app: &App<E>, interaction: &Interaction) -> Result<Call, RouteError> {
    let guild = interaction.guild_id.ok_or(RouteError::NotInGuild)?;
    Ok(call_in(app, interaction, guild))
}

/// The call of an interaction that is about this guild.
pub fn call_in<E: Env>(app: &App<E>, interaction: &Interaction, guild: GuildId) -> Call {
    let actor = interaction.actor();
    let now = app.env.now();
    let shown: String = actor.display_name.chars().take(NAME_MAX).collect();
    Call {
        interaction: interaction.id,
        guild,
        user: actor.user,
        name: text::line(&shown, NAME_MAX).unwrap_or_else(|_| actor.username.clone()),
        roles: actor.roles.clone(),
        manages_server: actor.permissions.allow(Permissions::MANAGE_GUILD),
        reply: Reply {
            application: interaction.application_id,
            token: interaction.token.0.clone(),
            expires_at: now.saturating_add(TOKEN_LIFE).unwrap_or(now),
        },
        trace: interaction.id.to_string(),
        now,
        try_until: now.saturating_add(TRY_FOR).unwrap_or(now),
    }
}

/// A person who uses Gantry in a guild that it was missing from: it may be back, so what waits is tried again. If it
/// is not, the first call to Discord says so, and all of it waits once more. Nothing is read or written otherwise.
pub async fn notice_return<E: Env>(app: &App<E>, interaction: &Interaction) {
    let Some(guild) = interaction.guild_id else { return };
    let Some((club, since)) = app.table.lost_club(guild) else {
        return;
    };
    if app.env.now().duration_since(since) < RETURN_AFTER {
        return;
    }
    let actor = Actor::User {
        user: interaction.actor().user,
        interaction: interaction.id,
    };
    let trace = interaction.id.to_string();
    let found = guild_found(&app.table, &app.env, (club, guild), actor, &trace);
    match tokio::time::timeout(NOTICE_WITHIN, found).await {
        Ok(Ok(())) => tracing::info!(%trace, %guild, "a lost guild may be back"),
        Ok(Err(error)) => tracing::warn!(%trace, %guild, %error, "a lost guild could not be marked as found"),
        Err(_) => tracing::warn!(%trace, %guild, "no time to mark a lost guild as found"),
    }
}

/// The message of a notice.
pub fn show<E: Env>(app: &App<E>, notice: &Notice<'_>) -> Value {
    app.views.render(notice).body
}

/// The message of a refusal.
pub fn refused<E: Env>(app: &App<E>, refusal: &Refusal) -> Value {
    show(app, &Notice::Refused { refusal })
}
