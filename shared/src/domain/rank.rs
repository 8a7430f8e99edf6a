//! Ranks: a member's standing in the club, and what each may do. The one authority for both.

use super::ids::UserId;
use serde::{Deserialize, Serialize};

/// A member's standing, lowest first: the order is the order of tiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// In the Discord server, not on the roster.
    Guest,
    /// On trial.
    Prospect,
    /// A full member.
    Member,
    /// Judges incidents.
    Steward,
    /// Runs events and teams.
    TeamManager,
    /// Runs the club.
    Admin,
    /// Founded the club or took it over.
    Owner,
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Sign up for events.
    SignUp,
    /// Create, edit, publish, close and cancel events; see drafts.
    ManageEvents,
    /// Create and edit series.
    ManageSeries,
    /// Put people on the roster and change their entries, synchronise it with the guild, settle conflicts.
    ManageMembers,
    /// Give ranks to others, and say which Discord roles go with them.
    ManageRanks,
    /// Decide about requests to join.
    ReviewJoins,
    /// Hand the club over to somebody else.
    HandOver,
    /// See to it that Gantry can work in the server: what it may do there, and how it is invited.
    ManageInstallation,
    /// Link the club to a server, and take it from one.
    LinkClub,
    /// See the club's settings.
    ViewSettings,
    /// Change the club's settings.
    ManageSettings,
    /// Change those settings that only the owner may: who leads the club, and how long things are kept.
    ManageOwnerSettings,
}

impl Rank {
    /// All ranks, lowest first.
    pub const ALL: [Self; 7] = [
        Self::Guest,
        Self::Prospect,
        Self::Member,
        Self::Steward,
        Self::TeamManager,
        Self::Admin,
        Self::Owner,
    ];

    /// Whether this rank may do that.
    #[must_use]
    pub fn may(self, capability: Capability) -> bool {
        self >= capability.lowest()
    }

    /// The rank's name for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Prospect => "prospect",
            Self::Member => "member",
            Self::Steward => "steward",
            Self::TeamManager => "team manager",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

/// Why somebody may not change somebody's rank in that way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RankFault {
    /// It would be the giver's own rank or a higher one.
    NotBelowOwn,
    /// The other has the giver's own rank or a higher one.
    OfOwnTier,
    /// The owner's rank moves by a hand-over only.
    OwnerOnly,
    /// Nobody is given that rank: it stands for not being on the roster.
    NotGiven,
}

impl Rank {
    /// Whether somebody of this rank may change another's from `from` to `to`. The owner's rank neither goes nor comes
    /// this way, so that a club always has its owner.
    ///
    /// # Errors
    /// [`RankFault`].
    pub fn may_change(self, from: Self, to: Self) -> Result<(), RankFault> {
        match (from, to) {
            (Self::Owner, _) | (_, Self::Owner) => Err(RankFault::OwnerOnly),
            (_, Self::Guest) => Err(RankFault::NotGiven),
            _ if from >= self => Err(RankFault::OfOwnTier),
            _ if to >= self => Err(RankFault::NotBelowOwn),
            _ => Ok(()),
        }
    }

    /// What it takes to say which Discord roles go with this rank: as for the settings that name them.
    #[must_use]
    pub const fn mapping_takes(self) -> Capability {
        match self {
            Self::TeamManager | Self::Admin | Self::Owner => Capability::ManageOwnerSettings,
            Self::Guest | Self::Prospect | Self::Member | Self::Steward => Capability::ManageRanks,
        }
    }

    /// The rank of that name, as it is stored and chosen.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rank| rank.name() == name)
    }

    /// Its name as it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Prospect => "prospect",
            Self::Member => "member",
            Self::Steward => "steward",
            Self::TeamManager => "team_manager",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

/// Somebody who was picked in a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picked {
    /// The account.
    pub user: UserId,
    /// As the guild sees them; 1-32 code points.
    pub name: String,
    /// Whether it is an application.
    pub bot: bool,
    /// Whether they are in the guild.
    pub in_guild: bool,
}

impl Capability {
    /// The lowest rank that has it.
    #[must_use]
    pub const fn lowest(self) -> Rank {
        match self {
            Self::SignUp => Rank::Guest,
            Self::ManageEvents => Rank::TeamManager,
            Self::ManageSeries | Self::ManageSettings | Self::ManageMembers | Self::ManageInstallation => {
                Rank::Admin
            }
            Self::ViewSettings | Self::ReviewJoins => Rank::TeamManager,
            Self::ManageRanks => Rank::Admin,
            Self::ManageOwnerSettings | Self::HandOver | Self::LinkClub => Rank::Owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_rank_may_do() {
        let may = |capability| {
            Rank::ALL
                .into_iter()
                .filter(|r| r.may(capability))
                .map(Rank::label)
                .collect::<Vec<_>>()
        };
        assert_eq!(may(Capability::SignUp).len(), 7);
        assert_eq!(may(Capability::ManageEvents), ["team manager", "admin", "owner"]);
        assert_eq!(may(Capability::ManageSeries), ["admin", "owner"]);
        assert_eq!(may(Capability::ManageMembers), ["admin", "owner"]);
        assert_eq!(may(Capability::ViewSettings).len(), 3);
        assert_eq!(may(Capability::ManageSettings), ["admin", "owner"]);
        assert_eq!(may(Capability::ManageOwnerSettings), ["owner"]);
        assert_eq!(may(Capability::ManageRanks), ["admin", "owner"]);
        assert_eq!(may(Capability::ReviewJoins), ["team manager", "admin", "owner"]);
        assert_eq!(may(Capability::HandOver), ["owner"]);
    }

    #[test]
    fn who_may_give_whom_what() {
        for by in Rank::ALL {
            for from in Rank::ALL {
                for to in Rank::ALL {
                    let allowed = by.may_change(from, to).is_ok();
                    assert_eq!(
                        allowed,
                        from < by && to < by && to != Rank::Guest,
                        "{by:?}: {from:?} to {to:?}"
                    );
                }
            }
        }
        assert_eq!(
            Rank::Owner.may_change(Rank::Owner, Rank::Admin),
            Err(RankFault::OwnerOnly)
        );
        assert_eq!(
            Rank::Owner.may_change(Rank::Admin, Rank::Owner),
            Err(RankFault::OwnerOnly)
        );
        assert_eq!(
            Rank::Admin.may_change(Rank::Admin, Rank::Member),
            Err(RankFault::OfOwnTier)
        );
        assert_eq!(
            Rank::Admin.may_change(Rank::Guest, Rank::Admin),
            Err(RankFault::NotBelowOwn)
        );
        assert_eq!(
            Rank::Admin.may_change(Rank::Member, Rank::Guest),
            Err(RankFault::NotGiven)
        );
    }

    #[test]
    fn a_rank_is_stored_under_its_name() {
        for rank in Rank::ALL {
            assert_eq!(serde_json::to_value(rank).unwrap(), rank.name());
            assert_eq!(Rank::parse(rank.name()), Some(rank));
        }
        assert_eq!(Rank::parse("Admin"), None);
    }
}
