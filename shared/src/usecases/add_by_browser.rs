//! Adds Gantry to a server by way of a browser: a page of Discord asks for consent, and sends the person back.
//!
//! `state` ties the way back to the browser that began: it is the digest of a secret that only that browser has, in a
//! cookie, with the instant at which it began. Nothing is stored: whoever asks for the first page again and again causes
//! nothing. Nobody can make a browser take a way back that it did not begin, since a digest does not lead to its secret
//! (RFC 6749, section 10.12); that a way back is gone once only follows from Discord, which takes each code once.

use super::call::Env;
use super::link_club::{Arrival, Welcome, welcome_guild};
use crate::domain::club::Club;
use crate::domain::ids::GuildId;
use crate::ports::clock::Clock;
use crate::ports::discord::{DiscordError, OAuth};
use crate::ports::ids::Ids;
use crate::ports::store::{
    ClubReader, CommitError, GuildLinks, Ledger, RosterReader, SettingsReader, StoreError,
};
use crate::ports::sync::SyncRuns;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// How long a person has for Discord's page.
pub const TRY_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// The browser keeps its secret for longer, so that a person can be told that it took too long.
pub const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// The digits of a session that are its beginning, in seconds since the epoch; the rest is its secret. All are
/// hexadecimal.
const BEGUN_DIGITS: usize = 10;
const SESSION_DIGITS: usize = BEGUN_DIGITS + 40;
const STATE_DIGITS: usize = 40;

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
#[must_use]
pub fn begin_adding(env: &(impl Clock + Ids)) -> Begun {
    let mask = (1_u128 << 80) - 1;
    let secret = format!("{:020x}{:020x}", env.random() & mask, env.random() & mask);
    let session = format!("{:0BEGUN_DIGITS$x}{secret}", env.now().as_second().max(0));
    Begun {
        state: state_of(&session),
        session,
    }
}

/// Ends a try. Nothing is redeemed or changed before it is known to have been begun in this browser.
///
/// # Errors
/// [`AddFailure`].
pub async fn finish_adding<S>(
    store: &S,
    env: &impl Env,
    discord: &impl OAuth,
    back: &Back<'_>,
) -> Result<Added, AddFailure>
where
    S: ClubReader + RosterReader + GuildLinks + Ledger + SyncRuns + SettingsReader,
{
    let Some(session) = back.session.filter(|session| well_formed(session)) else {
        return Ok(Added::Forged);
    };
    if back.state != Some(state_of(session).as_str()) {
        return Ok(Added::Forged);
    }
    if !is_fresh(session, env.now()) {
        return Ok(Added::Expired);
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

/// The state that belongs to a session.
fn state_of(session: &str) -> String {
    let mut state = hex::encode(Sha256::digest(format!("gantry adds itself: {session}")));
    state.truncate(STATE_DIGITS);
    state
}

/// Whether this can be a session of ours.
fn well_formed(session: &str) -> bool {
    let digits = session
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    session.len() == SESSION_DIGITS && digits
}

/// Whether it was begun lately. Whoever writes another instant into their own cookie gains nothing but time.
fn is_fresh(session: &str, now: Timestamp) -> bool {
    let begun = session
        .get(..BEGUN_DIGITS)
        .and_then(|digits| i64::from_str_radix(digits, 16).ok());
    begun.is_some_and(|begun| (0..=TRY_LIFE.as_secs()).contains(&now.as_second().saturating_sub(begun)))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct At(Timestamp, u128);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            self.0
        }
    }

    impl Ids for At {
        fn random(&self) -> u128 {
            self.1
        }
    }

    fn begun(random: u128) -> Begun {
        begin_adding(&At("2026-11-21T09:00:00Z".parse().unwrap(), random))
    }

    #[test]
    fn a_session_holds_for_ten_minutes() {
        let session = begun(7).session;
        assert!(well_formed(&session), "{session}");
        let fresh = |at: &str| is_fresh(&session, at.parse().unwrap());
        assert!(fresh("2026-11-21T09:00:00Z") && fresh("2026-11-21T09:10:00Z"));
        assert!(!fresh("2026-11-21T09:10:01Z") && !fresh("2026-11-21T08:59:59Z"));
    }

    #[test]
    fn a_state_belongs_to_one_session_and_does_not_tell_it() {
        let (one, other) = (begun(7), begun(8));
        assert_eq!(one.state, state_of(&one.session));
        assert_ne!(one.state, other.state);
        assert!(!one.session.contains(&one.state) && !one.state.contains(&one.session[BEGUN_DIGITS..]));
        let upper = one.session.to_uppercase();
        for bad in [
            "",
            "0",
            &one.session[1..],
            &format!("{}é", &one.session[2..]),
            &upper,
        ] {
            assert!(!well_formed(bad) || bad == one.session, "{bad}");
        }
    }
}
