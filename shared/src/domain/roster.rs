//! The roster: whom a club counts as its own, and which Discord account each of them has.
//!
//! Three records that change for different reasons are kept apart:
//! - an [`Entry`] is the club's own record of a person; it may have no Discord account yet;
//! - a [`Member`] ties a Discord account to an entry and repeats its rank, so that a click is authorised with one read;
//! - a [`GuildMember`] is what Discord showed of an account when the guild was last listed, on the roster or not.
//!
//! An entry with an account always has a member, written in the same transaction; a member always has an entry. So an
//! account is on one entry at most, and an entry has one account at most.

use super::ids::{ClubId, EntryId, RoleId, UserId};
use super::matching::Tie;
use super::names::Name;
use super::rank::Rank;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest name of an entry, and longest name shown for a member, in code points: Discord's own bound for nicknames.
pub const ENTRY_NAME_MAX: usize = 32;

/// Accounts that an entry remembers as taken off it.
const UNTIED_MAX: usize = 10;

/// A person on a club's roster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The club.
    pub club: ClubId,
    /// Its id.
    pub id: EntryId,
    /// The name, as the club writes it; 1-32 code points.
    pub name: String,
    /// The Discord account, if it is known.
    pub user: Option<UserId>,
    /// Whether the person has proved the account to be theirs: such a tie is stronger than any name.
    pub linked: bool,
    /// How the account was found where it was not proved; none where it came with the record.
    #[serde(default)]
    pub how: Option<Tie>,
    /// The accounts that somebody took off it, latest last: a name alone gives none of them back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untied: Vec<UserId>,
    /// Their standing.
    pub rank: Rank,
    /// When the person was taken off the roster; the record stays.
    pub retired_at: Option<Timestamp>,
    /// Since when they are on the roster.
    pub since: Timestamp,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// A Discord account that is on a club's roster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The club.
    pub club: ClubId,
    /// The Discord account.
    pub user: UserId,
    /// The entry that it belongs to.
    pub entry: EntryId,
    /// The name shown for them.
    pub name: String,
    /// Their standing; always their entry's.
    pub rank: Rank,
    /// Whether they are in the guild, as far as is known. Who has left keeps entry and rank, and may do nothing until
    /// they return.
    pub active: bool,
    /// Whether they came back to the guild and have not been seen with a role of the club since. Discord takes the roles
    /// of who leaves: that they hold none says nothing about their rank then, even where Discord leads.
    #[serde(default)]
    pub returned: bool,
    /// When Gantry last gave them roles of the club: what a listing from before shows of their roles is old.
    #[serde(default)]
    pub roles_given_at: Option<Timestamp>,
    /// Since when they are on the roster.
    pub since: Timestamp,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// An account as Discord last listed it among the guild's members. Bots are never recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuildMember {
    /// The Discord account.
    pub user: UserId,
    /// The account's unique name.
    pub username: String,
    /// The account's display name.
    pub global_name: Option<String>,
    /// The name in this guild.
    pub nick: Option<String>,
    /// Those of its roles that the club's role mapping names, ascending.
    pub roles: Vec<RoleId>,
    /// When it was found missing from a complete listing; none while it is there.
    pub left_at: Option<Timestamp>,
}

impl Entry {
    /// A new entry.
    #[must_use]
    pub const fn new(club: ClubId, id: EntryId, name: String, rank: Rank, now: Timestamp) -> Self {
        Self {
            club,
            id,
            name,
            user: None,
            linked: false,
            how: None,
            untied: Vec::new(),
            rank,
            retired_at: None,
            since: now,
            version: 1,
        }
    }

    /// The account, and why it is taken to be theirs.
    #[must_use]
    pub fn tie(&self) -> Option<(UserId, Tie)> {
        let tie = match self.how {
            _ if self.linked => Tie::Linked,
            Some(how) => how,
            None => Tie::Stored,
        };
        self.user.map(|user| (user, tie))
    }

    /// The entry with this account, and the member that goes with it. The entry's version is counted up by the caller
    /// where it is not new.
    #[must_use]
    pub fn with_account(mut self, user: UserId) -> (Self, Member) {
        if self.user != Some(user) {
            self = self.without_account();
        }
        self.user = Some(user);
        self.untied.retain(|untied| *untied != user);
        let member = Member {
            club: self.club,
            user,
            entry: self.id,
            name: self.name.clone(),
            rank: self.rank,
            active: true,
            returned: false,
            roles_given_at: None,
            since: self.since,
            version: 1,
        };
        (self, member)
    }

    /// The entry without its account, as somebody wishes: it is remembered that this one is not theirs. The version is
    /// counted up by the caller.
    #[must_use]
    pub fn without_account(mut self) -> Self {
        if let Some(user) = self.user.take() {
            self.untied.push(user);
            let surplus = self.untied.len().saturating_sub(UNTIED_MAX);
            self.untied.drain(..surplus);
        }
        (self.linked, self.how) = (false, None);
        self
    }
}

impl Member {
    /// What the account may do at present: the rank's rights while it is in the guild, a guest's otherwise.
    #[must_use]
    pub const fn standing(&self) -> Rank {
        if self.active { self.rank } else { Rank::Guest }
    }
}

impl GuildMember {
    /// The name that the guild sees: nickname, else global name, else username.
    #[must_use]
    pub fn display_name(&self) -> &str {
        [self.nick.as_deref(), self.global_name.as_deref()]
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty())
            .unwrap_or(&self.username)
    }

    /// Whether they were in the guild when it was last listed.
    #[must_use]
    pub const fn is_here(&self) -> bool {
        self.left_at.is_none()
    }

    /// The name by which the club shows a member with this account: what the guild sees, cleaned, at most 32 code points.
    /// The entry keeps the name that the club gave it.
    #[must_use]
    pub fn shown_name(&self) -> String {
        let read = Name::read(self.display_name());
        let shown = match read.display() {
            "" => self.username.as_str(),
            display => display,
        };
        shown.chars().take(ENTRY_NAME_MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let (club, id) = (ClubId::from_parts(1, 1), EntryId::from_parts(2, 2));
        Entry::new(club, id, "Ada".to_owned(), Rank::Steward, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_member_repeats_its_entry() {
        let (entry, member) = entry().with_account(UserId(7));
        assert_eq!(
            (entry.user, member.entry, member.rank, member.name.as_str()),
            (Some(UserId(7)), entry.id, Rank::Steward, "Ada")
        );
    }

    #[test]
    fn who_has_left_keeps_the_rank_but_not_its_rights() {
        let (_, mut member) = entry().with_account(UserId(7));
        assert_eq!(member.standing(), Rank::Steward);
        member.active = false;
        assert_eq!((member.standing(), member.rank), (Rank::Guest, Rank::Steward));
    }

    #[test]
    fn the_guild_sees_nickname_then_global_name_then_username() {
        let mut seen = GuildMember {
            user: UserId(7),
            username: "ada.l".to_owned(),
            global_name: Some("Ada".to_owned()),
            nick: Some(" ".to_owned()),
            roles: Vec::new(),
            left_at: None,
        };
        assert_eq!(seen.display_name(), "Ada");
        seen.nick = Some("[APX] Ada".to_owned());
        assert_eq!(seen.display_name(), "[APX] Ada");
        (seen.nick, seen.global_name) = (None, None);
        assert_eq!(seen.display_name(), "ada.l");
    }
}
