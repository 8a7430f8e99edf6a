//! What ties a club to its Discord server: who may tie it, work that waits while Gantry is not there, and invitations.

use super::ids::{ApplicationId, ClubId, GuildId, UserId};
use super::permissions::INVITE;
use super::work::Work;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a wish to link a club holds.
pub const WISH_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Where Discord asks a person whether to add Gantry (Discord docs, topics/oauth2).
pub const AUTHORIZE_URL: &str = "https://discord.com/oauth2/authorize";

/// Work that could not be done because Gantry is not in the guild.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    /// The club.
    pub club: ClubId,
    /// The guild that Gantry was missing from.
    pub guild: GuildId,
    /// The message that carried it: the outbox row and the place in it.
    pub id: String,
    /// Follows the click to the last call.
    pub trace: String,
    /// What is still to be done.
    pub work: Work,
    /// When it was put aside.
    pub at: Timestamp,
}

/// The wish of a club's owner to link the club to the next guild that they add Gantry to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkWish {
    /// The owner.
    pub user: UserId,
    /// The club.
    pub club: ClubId,
    /// Until when it holds.
    pub until: Timestamp,
}

/// How a guild came to its present club.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// The club was founded there.
    Founded,
    /// An existing club was linked.
    Linked,
    /// It has been there; somebody asks.
    Asked,
}

/// The address at which somebody who manages a server adds Gantry to it, with exactly the rights that it needs:
/// `authorize` is [`AUTHORIZE_URL`] or its counterpart.
#[must_use]
pub fn invite_url(authorize: &str, application: ApplicationId, guild: Option<GuildId>) -> String {
    let mut url = format!(
        "{authorize}?client_id={application}&scope=bot%20applications.commands&permissions={}&integration_type=0",
        INVITE.0
    );
    if let Some(guild) = guild {
        url.push_str(&format!("&guild_id={guild}&disable_guild_select=true"));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_asks_for_the_rights_of_the_preflight() {
        assert_eq!(
            invite_url(AUTHORIZE_URL, ApplicationId(7), None),
            "https://discord.com/oauth2/authorize?client_id=7&scope=bot%20applications.commands\
             &permissions=2269795998493712&integration_type=0"
        );
        assert!(
            invite_url(AUTHORIZE_URL, ApplicationId(7), Some(GuildId(8)))
                .ends_with("&guild_id=8&disable_guild_select=true")
        );
    }
}
