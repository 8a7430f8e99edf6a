//! Adds Gantry to a server by way of a browser: a page of Discord asks for consent, and sends the person back.
//!
//! `state` ties the way back to the browser that began: its digest is kept with the digest of a secret that only that
//! browser has, in a cookie; both hold for ten minutes, and once.

use super::link_club::{Arrival, Welcome, welcome_guild};
use crate::domain::club::Club;
use crate::domain::ids::GuildId;
use crate::ports::clock::Clock;
use crate::ports::discord::{DiscordError, OAuth};
use crate::ports::ids::Ids;
use crate::ports::store::{
    ClubReader, CommitError, Digest32, GuildLinks, Ledger, OAuthTries, OAuthTry, RosterReader, StoreError,
};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};

/// How long a person has for Discord's page.
pub const TRY_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// The length of a secret, in hexadecimal digits.
const SECRET_DIGITS: usize = 40;

/// What the browser is given.
#[derive(Clone)]
pub struct Begun {
    /// Goes through Discord's page and comes back.
    pub state: String,
    /// Stays in the browser.
    pub session: String,
}

/// What came back.
pub struct Back<'a> {
    /// As sent.
    pub state: Option<&'a str>,
    /// Of the browser's cookie.
    pub session: Option<&'a str>,
    /// To be redeemed.
    pub code: Option<&'a str>,
    /// Where Discord was told to send the person back to.
    pub redirect_uri: &'a str,
    /// Follows the request to the last call.
    pub trace: &'a str,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Added {
    /// Gantry is in the guild.
    To {
        /// The guild.
        guild: GuildId,
        /// Its name, as Discord gave it.
        name: String,
        /// The guild's club, if it has one.
        club: Option<Club>,
        /// Whether the club was linked by this.
        linked: bool,
    },
    /// The person did not consent.
    Denied,
    /// It took too long.
    Expired,
    /// The way back does not belong to this browser, or was gone before.
    Forged,
    /// Discord does not take the code: it was redeemed before.
    UsedCode,
    /// No server was chosen.
    NoGuild,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum AddFailure {
    /// See [`DiscordError`].
    #[error("Discord: {0}")]
    Discord(#[from] DiscordError),
    /// See [`StoreError`].
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// Others change the same links all the time.
    #[error("contended")]
    Contended,
}

/// Begins a try.
///
/// # Errors
/// What the store says.
pub async fn begin_adding(store: &impl OAuthTries, env: &(impl Clock + Ids)) -> Result<Begun, StoreError> {
    let begun = Begun {
        state: secret(env),
        session: secret(env),
    };
    let now = env.now();
    let until = now.saturating_add(TRY_LIFE).unwrap_or(now);
    let (state, session) = (digest(&begun.state), digest(&begun.session));
    store.begin_oauth(&state, &session, until).await?;
    Ok(begun)
}

/// Ends a try. Nothing is redeemed or changed before it is known to have been begun in this browser.
///
/// # Errors
/// [`AddFailure`].
pub async fn finish_adding<S>(
    store: &S,
    env: &(impl Clock + Ids),
    discord: &impl OAuth,
    back: &Back<'_>,
) -> Result<Added, AddFailure>
where
    S: ClubReader + RosterReader + GuildLinks + Ledger + OAuthTries,
{
    let (Some(state), Some(session)) = (
        back.state.and_then(well_formed),
        back.session.and_then(well_formed),
    ) else {
        return Ok(Added::Forged);
    };
    match store
        .take_oauth(&digest(state), &digest(session), env.now())
        .await?
    {
        OAuthTry::Taken => {}
        OAuthTry::Expired => return Ok(Added::Expired),
        OAuthTry::Unknown => return Ok(Added::Forged),
    }
    let Some(code) = back.code else {
        return Ok(Added::Denied);
    };
    let consent = match discord.redeem(code, back.redirect_uri).await {
        Ok(consent) => consent,
        Err(DiscordError::Refused { .. }) => return Ok(Added::UsedCode),
        Err(error) => return Err(error.into()),
    };
    let Some((guild, name)) = consent.guild else {
        return Ok(Added::NoGuild);
    };
    let arrival = Arrival {
        guild,
        user: consent.user,
        trace: back.trace.to_owned(),
        once: None,
    };
    let welcome = welcome_guild(store, env, &arrival)
        .await
        .map_err(|error| match error {
            CommitError::Store(error) => AddFailure::Store(error),
            CommitError::Stale | CommitError::Contended | CommitError::Replayed(_) => AddFailure::Contended,
        })?;
    let (club, linked) = match welcome {
        Welcome::Back { club } => (Some(club), false),
        Welcome::Linked { club } => (Some(club), true),
        Welcome::NoClub => (None, false),
    };
    let club = match club {
        Some(club) => store.club(club).await?,
        None => None,
    };
    Ok(Added::To {
        guild,
        name,
        club,
        linked,
    })
}

/// 160 random bits.
fn secret(env: &impl Ids) -> String {
    let mask = (1_u128 << 80) - 1;
    format!("{:020x}{:020x}", env.random() & mask, env.random() & mask)
}

/// What cannot be one of our secrets is not even looked up.
fn well_formed(text: &str) -> Option<&str> {
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (text.len() == SECRET_DIGITS && digits).then_some(text)
}

fn digest(secret: &str) -> Digest32 {
    Digest32(hex::encode(Sha256::digest(secret.as_bytes())))
}
