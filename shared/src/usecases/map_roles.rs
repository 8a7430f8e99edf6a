//! Says which Discord roles go with which rank.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::fact::{Fact, Record};
use crate::domain::ids::RoleId;
use crate::domain::rank::{Capability, Rank};
use crate::domain::refusal::Refusal;
use crate::domain::role_map::{Mapped, PickedRole, RoleFault, RoleMap, in_force, is_powerful, placed};
use crate::domain::settings::SyncDirection;
use crate::domain::standing::{Leads, RolesListed};
use crate::ports::store::{Batch, Caller, Change, ClubReader, Ledger, OnceKey, RoleMaps};
use serde_json::json;

/// A role that goes with a rank from now on.
#[derive(Clone, Copy, Debug)]
pub struct MapRole {
    /// The role.
    pub role: PickedRole,
    /// The rank.
    pub rank: Rank,
    /// Its place in the order of precedence, from 1.
    pub place: Option<usize>,
}

/// Puts a role on the list, or moves it. Takes what [`Rank::mapping_takes`] says, of the rank, of the one that the role
/// went with before, and of those whose roles it is put before. Whether Gantry stands above the role in Discord is found out when it is handed out.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Role`, `Busy`.
pub async fn map_role<S: ClubReader + RoleMaps + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    wish: MapRole,
) -> Result<RolesListed, Failure> {
    let role = wish.role.role;
    let change = |caller: &Caller, list: &[Mapped]| {
        call.allow(caller, wish.rank.mapping_takes())?;
        // The role that everybody has bears the guild's id (Discord docs, permissions).
        let fault = if role.0 == call.guild.0 {
            Some(RoleFault::Everyone)
        } else {
            wish.role.managed.then_some(RoleFault::Managed)
        };
        match fault {
            Some(fault) => Err(Refusal::Role { fault }),
            None => placed(list, role, wish.rank, wish.place).map_err(|fault| Refusal::Role { fault }),
        }
    };
    let powerful = is_powerful(wish.role.permissions);
    Box::pin(changed(store, env, call, (role, powerful), change)).await
}

/// Takes a role off the list. Takes what [`Rank::mapping_takes`] says of its rank.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Role`, `Busy`.
pub async fn unmap_role<S: ClubReader + RoleMaps + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    role: RoleId,
) -> Result<RolesListed, Failure> {
    let change = |_: &Caller, list: &[Mapped]| {
        let left: Vec<Mapped> = list
            .iter()
            .filter(|mapped| mapped.role != role)
            .copied()
            .collect();
        if left.len() == list.len() {
            let fault = RoleFault::NotListed;
            return Err(Refusal::Role { fault });
        }
        Ok(left)
    };
    Box::pin(changed(store, env, call, (role, false), change)).await
}

async fn changed<S: ClubReader + RoleMaps + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    (role, powerful): (RoleId, bool),
    change: impl Fn(&Caller, &[Mapped]) -> Result<Vec<Mapped>, Refusal>,
) -> Result<RolesListed, Failure> {
    let decide = || async {
        let (caller, before) = with_caller(store, call, |club| store.role_map(club)).await?;
        call.allow(&caller, Capability::ManageRanks)?;
        let list = before.as_ref().map(|map| map.list.as_slice()).unwrap_or_default();
        let force = in_force(before.as_ref(), &caller.settings);
        if let Some(mapped) = force.iter().find(|mapped| mapped.role == role) {
            call.allow(&caller, mapped.rank.mapping_takes())?;
        }
        let map = RoleMap {
            club: caller.club.id,
            list: change(&caller, list)?,
            changed_by: call.user,
            changed_at: call.now,
            version: before.as_ref().map_or(0, |map| map.version) + 1,
        };
        // Of several roles the first decides: who may not say what goes with a rank may not put a role before its roles.
        let force = in_force(Some(&map), &caller.settings);
        for behind in force.iter().skip_while(|mapped| mapped.role != role) {
            call.allow(&caller, behind.rank.mapping_takes())?;
        }
        let record = Record {
            before: json!(list),
            after: json!(map.list),
            ..call.record(caller.club.id, Fact::RolesMapped)
        };
        let listed = RolesListed {
            changed: Some(role),
            powerful,
            ..listed(&caller, Some(&map))
        };
        let batch = Batch {
            changes: vec![Change::PutRoleMap(map)],
            record: Some(record),
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), listed))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The roles that go with a rank from now on: all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapRank {
    /// The rank.
    pub rank: Rank,
    /// The roles.
    pub roles: Vec<PickedRole>,
}

/// Replaces a rank's roles on the club's own list, which was at version `seen` when it was shown (0: there was none). A role
/// that went with another rank goes with this one then. Takes what [`Rank::mapping_takes`] says of all ranks concerned.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Role`, `QuestionOutdated`, `Busy`.
pub(super) async fn map_rank<S: ClubReader + RoleMaps + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    seen: u64,
    wish: &MapRank,
) -> Result<(), Failure> {
    let decide = || async {
        let (caller, before) = with_caller(store, call, |club| store.role_map(club)).await?;
        call.allow(&caller, Capability::ManageRanks)?;
        let version = before.as_ref().map_or(0, |map| map.version);
        let list = before.as_ref().map(|map| map.list.as_slice()).unwrap_or_default();
        let after = replaced(call, &caller, list, wish)?;
        if version != seen {
            return Err(Refusal::QuestionOutdated.into());
        }
        if after == list {
            return Ok(Decision::Nothing(()));
        }
        let map = RoleMap {
            club: caller.club.id,
            list: after,
            changed_by: call.user,
            changed_at: call.now,
            version: version + 1,
        };
        let record = Record {
            before: json!(list),
            after: json!(map.list),
            ..call.record(caller.club.id, Fact::RolesMapped)
        };
        let batch = Batch {
            changes: vec![Change::PutRoleMap(map)],
            record: Some(record),
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), ()))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The list with these roles for the rank. What stays keeps its place.
fn replaced(call: &Call, caller: &Caller, list: &[Mapped], wish: &MapRank) -> Result<Vec<Mapped>, Refusal> {
    call.allow(caller, wish.rank.mapping_takes())?;
    let picked = |role: RoleId| wish.roles.iter().any(|picked| picked.role == role);
    let mut after = Vec::new();
    for mapped in list {
        match (mapped.rank == wish.rank, picked(mapped.role)) {
            (true, true) | (false, false) => after.push(*mapped),
            (true, false) => {}
            (false, true) => call.allow(caller, mapped.rank.mapping_takes())?,
        }
    }
    for role in &wish.roles {
        // The role that everybody has bears the guild's id (Discord docs, permissions).
        let fault = if role.role.0 == call.guild.0 {
            Some(RoleFault::Everyone)
        } else {
            role.managed.then_some(RoleFault::Managed)
        };
        if let Some(fault) = fault {
            return Err(Refusal::Role { fault });
        }
        if after.iter().all(|mapped| mapped.role != role.role) {
            after = placed(&after, role.role, wish.rank, None).map_err(|fault| Refusal::Role { fault })?;
        }
    }
    Ok(after)
}

/// Shows the list. Takes [`Capability::ViewSettings`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`.
pub async fn list_roles<S: ClubReader + RoleMaps>(store: &S, call: &Call) -> Result<RolesListed, Failure> {
    let (caller, map) = with_caller(store, call, |club| store.role_map(club)).await?;
    call.allow(&caller, Capability::ViewSettings)?;
    Ok(listed(&caller, map.as_ref()))
}

fn listed(caller: &Caller, map: Option<&RoleMap>) -> RolesListed {
    let own = map.map(|map| map.list.as_slice()).unwrap_or_default();
    RolesListed {
        colour: caller.club.colour,
        list: in_force(map, &caller.settings),
        own: own.iter().map(|mapped| mapped.role).collect(),
        leads: match caller.settings.sync_direction() {
            SyncDirection::DiscordLeads => Leads::Discord,
            SyncDirection::GantryLeads => Leads::Gantry,
            SyncDirection::Off => Leads::Neither,
        },
        changed: None,
        powerful: false,
    }
}
