//! Which Discord roles go with which rank, and what follows for one member.
//!
//! The club's own list stands in the order of precedence: of several listed roles that somebody holds, the first decides.
//! For a rank that the list does not name, the roles of the settings count ([`in_force`]). The owner's rank has
//! no roles: no synchronisation gives it or takes it.

use super::ids::{ClubId, RoleId, UserId};
use super::rank::{Capability, Rank};
use super::settings::Settings;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Most roles in a list: a guild has at most 250 (Discord docs, error 30005), and ranks are few.
pub const ROLES_MAX: usize = 50;

/// Permissions that let their holder run a server, by bit (Discord docs, topics/permissions): kick, ban, administrator,
/// manage channels, manage guild, manage messages, mention everyone, manage roles, manage webhooks, manage threads,
/// moderate members. Gantry hands out no role with one of them: whoever may write the list could otherwise make
/// themselves the server's administrator.
const POWERFUL: u64 =
    1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 13 | 1 << 17 | 1 << 28 | 1 << 29 | 1 << 34 | 1 << 40;

/// A role and the rank that it goes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    /// The role.
    pub role: RoleId,
    /// The rank.
    pub rank: Rank,
}

/// A club's list of roles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleMap {
    /// The club.
    pub club: ClubId,
    /// In order of precedence; no role twice.
    pub list: Vec<Mapped>,
    /// Who changed it last.
    pub changed_by: UserId,
    /// When.
    pub changed_at: Timestamp,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// A role that was picked in a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PickedRole {
    /// The role.
    pub role: RoleId,
    /// Whether nobody can hand it out.
    pub managed: bool,
    /// What it allows, as Discord's bits.
    pub permissions: u64,
}

/// Why a role cannot go with a rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleFault {
    /// It belongs to an application or a subscription.
    Managed,
    /// Everybody has it.
    Everyone,
    /// The rank has no roles.
    NoRolesForRank,
    /// The list is full.
    TooMany,
    /// The list does not have it.
    NotListed,
}

/// Whether a role lets its holder run the server.
#[must_use]
pub const fn is_powerful(permissions: u64) -> bool {
    permissions & POWERFUL != 0
}

/// Whether roles can go with a rank.
#[must_use]
pub const fn has_roles(rank: Rank) -> bool {
    !matches!(rank, Rank::Guest | Rank::Owner)
}

/// The list with a role at its place. Without a place it stands behind all roles of higher and of the same rank, which
/// is where a list without special wishes has it. A role that is listed moves.
///
/// # Errors
/// [`RoleFault`].
pub fn placed(
    list: &[Mapped],
    role: RoleId,
    rank: Rank,
    place: Option<usize>,
) -> Result<Vec<Mapped>, RoleFault> {
    if !has_roles(rank) {
        return Err(RoleFault::NoRolesForRank);
    }
    let mut list: Vec<Mapped> = list
        .iter()
        .filter(|mapped| mapped.role != role)
        .copied()
        .collect();
    if list.len() >= ROLES_MAX {
        return Err(RoleFault::TooMany);
    }
    let by_rank = || {
        list.iter()
            .position(|mapped| mapped.rank < rank)
            .unwrap_or(list.len())
    };
    let at = place.map_or_else(by_rank, |place| place.saturating_sub(1).min(list.len()));
    list.insert(at, Mapped { role, rank });
    Ok(list)
}

/// The list as it holds: the club's own, and for ranks that it does not name the roles of the settings. Those that an admin
/// sets stand behind whatever only the owner puts on the club's own list: of several roles, the first decides.
#[must_use]
pub fn in_force(own: Option<&RoleMap>, settings: &Settings) -> Vec<Mapped> {
    let mut list = own.map(|own| own.list.clone()).unwrap_or_default();
    let of_settings = [
        (Rank::Admin, settings.admin_roles()),
        (Rank::TeamManager, settings.manager_roles()),
        (Rank::Member, settings.member_roles()),
    ];
    let named: Vec<Rank> = list.iter().map(|mapped| mapped.rank).collect();
    for (rank, roles) in of_settings {
        if named.contains(&rank) {
            continue;
        }
        for role in roles {
            if list.iter().any(|mapped| mapped.role == *role) {
                continue;
            }
            let owners = |mapped: &Mapped| mapped.rank.mapping_takes() == Capability::ManageOwnerSettings;
            let behind = match owners(&Mapped { role: *role, rank }) {
                true => 0,
                false => list.iter().rposition(owners).map_or(0, |last| last + 1),
            };
            let by_rank = list
                .iter()
                .position(|mapped| mapped.rank < rank)
                .unwrap_or(list.len());
            if let Ok(longer) = placed(&list, *role, rank, Some(by_rank.max(behind) + 1)) {
                list = longer;
            }
        }
    }
    list
}

/// What the roles that a member holds say about their rank; nothing if it stays. The first listed role decides. Who holds
/// none keeps a rank that no role goes with, and otherwise falls to the highest rank below that none goes with, from
/// member down. The owner's rank is not touched.
#[must_use]
pub fn rank_by_roles(list: &[Mapped], rank: Rank, held: &[RoleId]) -> Option<Rank> {
    let has_mapping = |rank: Rank| list.iter().any(|mapped| mapped.rank == rank);
    if rank == Rank::Owner || list.is_empty() {
        return None;
    }
    let by_role = list.iter().find(|mapped| held.contains(&mapped.role));
    let fallen = || {
        [Rank::Member, Rank::Prospect]
            .into_iter()
            .find(|lower| *lower < rank && !has_mapping(*lower))
            .unwrap_or(Rank::Guest)
    };
    let new = match by_role {
        Some(mapped) => mapped.rank,
        None if has_mapping(rank) => fallen(),
        None => return None,
    };
    (new != rank).then_some(new)
}

/// What has to change for a member of `rank` to hold all listed roles of that rank and no other listed one: roles to give,
/// roles to take. Roles that are not listed, and the owner, are left alone.
#[must_use]
pub fn differences(list: &[Mapped], rank: Rank, held: &[RoleId]) -> (Vec<RoleId>, Vec<RoleId>) {
    if rank == Rank::Owner {
        return (Vec::new(), Vec::new());
    }
    let role = |mapped: &Mapped| mapped.role;
    let give = list
        .iter()
        .filter(|mapped| mapped.rank == rank && !held.contains(&mapped.role));
    let take = list
        .iter()
        .filter(|mapped| mapped.rank != rank && held.contains(&mapped.role));
    (give.map(role).collect(), take.map(role).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::GuildId;
    use crate::domain::settings::{Change, Key, OperatorOverrides, Wish};
    use proptest::prelude::*;

    fn list(of: &[(u64, Rank)]) -> Vec<Mapped> {
        of.iter()
            .map(|(role, rank)| Mapped {
                role: RoleId(*role),
                rank: *rank,
            })
            .collect()
    }

    #[test]
    fn a_role_stands_behind_those_of_its_rank_unless_placed() {
        let base = list(&[(1, Rank::Admin), (2, Rank::Member), (3, Rank::Prospect)]);
        let order = |list: Vec<Mapped>| list.iter().map(|mapped| mapped.role.0).collect::<Vec<_>>();
        let put = |rank, place| order(placed(&base, RoleId(9), rank, place).unwrap());
        assert_eq!(put(Rank::Member, None), [1, 2, 9, 3]);
        assert_eq!(put(Rank::Steward, None), [1, 9, 2, 3]);
        assert_eq!(put(Rank::Prospect, None), [1, 2, 3, 9]);
        assert_eq!(put(Rank::Prospect, Some(1)), [9, 1, 2, 3]);
        assert_eq!(put(Rank::Prospect, Some(99)), [1, 2, 3, 9]);
        assert_eq!(put(Rank::Prospect, Some(0)), [9, 1, 2, 3]);
        let moved = placed(&base, RoleId(1), Rank::Prospect, None).unwrap();
        assert_eq!(order(moved), [2, 3, 1]);
        for rank in [Rank::Guest, Rank::Owner] {
            assert_eq!(
                placed(&base, RoleId(9), rank, None),
                Err(RoleFault::NoRolesForRank)
            );
        }
    }

    #[test]
    fn roles_of_settings_stand_behind_those_that_only_the_owner_maps() {
        let own = RoleMap {
            club: ClubId::from_parts(1, 1),
            list: list(&[(9, Rank::Prospect), (1, Rank::Admin)]),
            changed_by: UserId(1),
            changed_at: Timestamp::UNIX_EPOCH,
            version: 1,
        };
        let wish = Wish {
            key: Key::MemberRoles,
            change: Change::Typed("<@&50000000000000001>".to_owned()),
        };
        let (by, at) = (UserId(1), Timestamp::UNIX_EPOCH);
        let changed = Settings::default().change(&[wish], by, at, GuildId(7)).unwrap();
        let settings = Settings::resolve(OperatorOverrides::default(), changed.stored);
        let force = in_force(Some(&own), &settings);
        // By rank alone it would stand before the prospects, and so before the admins.
        assert_eq!(
            force,
            list(&[
                (9, Rank::Prospect),
                (1, Rank::Admin),
                (50_000_000_000_000_001, Rank::Member)
            ])
        );
        assert_eq!(
            rank_by_roles(&force, Rank::Admin, &[RoleId(1), RoleId(50_000_000_000_000_001)]),
            None
        );
    }

    #[test]
    fn the_list_has_an_end() {
        let mut full = Vec::new();
        for n in 1..=ROLES_MAX as u64 {
            full = placed(&full, RoleId(n), Rank::Member, None).unwrap();
        }
        assert_eq!(
            placed(&full, RoleId(99), Rank::Member, None),
            Err(RoleFault::TooMany)
        );
        assert_eq!(
            placed(&full, RoleId(1), Rank::Admin, None).unwrap().len(),
            ROLES_MAX
        );
    }

    #[test]
    fn roles_decide_the_rank_in_order_of_precedence() {
        let map = list(&[
            (1, Rank::Admin),
            (2, Rank::Member),
            (3, Rank::Member),
            (4, Rank::Prospect),
        ]);
        let by = |rank, held: &[u64]| {
            let held: Vec<RoleId> = held.iter().map(|role| RoleId(*role)).collect();
            rank_by_roles(&map, rank, &held)
        };
        assert_eq!(by(Rank::Member, &[4, 1]), Some(Rank::Admin));
        assert_eq!(by(Rank::Admin, &[3, 7]), Some(Rank::Member));
        assert_eq!(by(Rank::Member, &[3]), None);
        // Steward has no role: it stays until a listed role says otherwise.
        assert_eq!(by(Rank::Steward, &[]), None);
        assert_eq!(by(Rank::Steward, &[4]), Some(Rank::Prospect));
        // All ranks that one could fall to have roles.
        assert_eq!(by(Rank::Admin, &[]), Some(Rank::Guest));
        assert_eq!(by(Rank::Owner, &[4]), None);
        let few = list(&[(1, Rank::Admin)]);
        assert_eq!(rank_by_roles(&few, Rank::Admin, &[]), Some(Rank::Member));
        let two = list(&[(1, Rank::Admin), (2, Rank::Member)]);
        assert_eq!(rank_by_roles(&two, Rank::Admin, &[]), Some(Rank::Prospect));
        assert_eq!(rank_by_roles(&two, Rank::Member, &[]), Some(Rank::Prospect));
        assert_eq!(rank_by_roles(&[], Rank::Admin, &[]), None);
    }

    #[test]
    fn powerful_roles_are_told_apart() {
        assert!(is_powerful(1 << 3) && is_powerful(1 << 28 | 1 << 10));
        // View channel, send messages, connect, speak.
        assert!(!is_powerful(1 << 10 | 1 << 11 | 1 << 20 | 1 << 21));
    }

    proptest! {
        #[test]
        fn what_was_applied_needs_nothing_more_and_says_the_same_rank(
            roles in proptest::collection::vec((1..20_u64, 1..6_usize), 0..12),
            rank in 1..6_usize,
            held in proptest::collection::vec(1..25_u64, 0..12),
        ) {
            let mut map = Vec::new();
            for (role, rank) in roles {
                map = placed(&map, RoleId(role), Rank::ALL[rank], None).unwrap();
            }
            let rank = Rank::ALL[rank];
            let mut held: Vec<RoleId> = held.into_iter().map(RoleId).collect();
            let unlisted: Vec<RoleId> = held.iter().filter(|r| map.iter().all(|m| m.role != **r)).copied().collect();
            let (give, take) = differences(&map, rank, &held);
            held.retain(|role| !take.contains(role));
            held.extend(give);
            prop_assert_eq!(differences(&map, rank, &held), (Vec::new(), Vec::new()));
            prop_assert!(unlisted.iter().all(|role| held.contains(role)));
            if map.iter().any(|mapped| mapped.rank == rank) {
                prop_assert_eq!(rank_by_roles(&map, rank, &held), None);
            }
        }
    }
}
