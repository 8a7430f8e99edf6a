//! Brings a member's roles in Discord to what their rank says, or takes them from somebody who is no member any more.
//!
//! The member's roles are read first, and only what differs is called: done again, it finds nothing to do, and writes no
//! second row of the audit log. What Discord would not let Gantry do is not tried but told.

use super::call::Env;
use super::finish_answer::reply;
use super::job::{Job, JobFailure, at_home, or_lost};
use crate::domain::club::Club;
use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::ids::{ClubId, RoleId, UserId};
use crate::domain::notice::{Notice, Render};
use crate::domain::permissions::{GuildPicture, Right};
use crate::domain::rank::Rank;
use crate::domain::role_map::{Mapped, differences, in_force, is_powerful};
use crate::domain::roster::Member;
use crate::domain::settings::SyncDirection;
use crate::domain::standing::{RoleTrouble, RolesApplied};
use crate::domain::work::{Reply, RoleWork};
use crate::ports::discord::{DiscordError, Guilds, InteractionReplies, MemberRoles};
use crate::ports::store::{Batch, Change, Ledger, RoleMaps, RosterReader, SettingsReader};
use jiff::Timestamp;
use serde_json::json;

/// What it needs of Discord.
pub trait RolesDiscord: Guilds + MemberRoles + InteractionReplies {}

impl<T: Guilds + MemberRoles + InteractionReplies> RolesDiscord for T {}

/// Whose roles.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// The club.
    pub club: ClubId,
    /// The member.
    pub user: UserId,
    /// What is done about them.
    pub how: RoleWork,
    /// Where whoever caused it is told.
    pub reply: Option<&'a Reply>,
}

/// Applies the roles and tells how it went. Who is not on the roster, has left the guild, or owns the club is left alone;
/// so is everybody where Gantry does not lead, but for roles of a rank that was granted. Roles are withdrawn only from
/// somebody who is not on the roster, and only where Gantry leads.
///
/// # Errors
/// What the store and Discord say, as far as trying again helps.
pub async fn apply_roles<S: SettingsReader + RosterReader + RoleMaps + Ledger>(
    store: &S,
    env: &impl Env,
    discord: &impl RolesDiscord,
    render: &impl Render,
    job: &Job,
    whose: Whose<'_>,
) -> Result<(), JobFailure> {
    let (found, member, map) = futures::join!(
        store.club_and_settings(whose.club),
        store.member(whose.club, whose.user),
        store.role_map(whose.club)
    );
    let (Some((club, settings)), member, map) = (found?, member?, map?) else {
        return Ok(());
    };
    let Some(wanted) = wanted(whose, member.as_ref(), settings.sync_direction()) else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let list = in_force(map.as_ref(), &settings);
    if list.is_empty() {
        return Ok(());
    }
    let mut moved = Moved::default();
    let applied = match Box::pin(apply(discord, job, &club, &wanted, (&list, &mut moved))).await {
        Ok(applied) => applied,
        Err(failure) => {
            // What was done before that is done: the next try finds only the rest.
            tell_moved(store, env, job, whose, &moved).await?;
            return Err(or_lost(discord, job, failure).await);
        }
    };
    // Another worker may have brought them to another rank meanwhile: what is older must not have the last word.
    let now = store.member(whose.club, whose.user).await?;
    if now.as_ref().map(|member| member.rank) != member.map(|member| member.rank) {
        tell_moved(store, env, job, whose, &moved).await?;
        return Err(JobFailure::Stale);
    }
    match now.filter(|member| applied.in_guild && noted(whose.how, member)) {
        Some(member) => given_roles(store, env, job, (&applied, &moved), member).await?,
        None => tell_moved(store, env, job, whose, &moved).await?,
    }
    let Some(to) = whose.reply else {
        return Ok(());
    };
    let notice = Notice::RolesApplied {
        club: &club,
        applied: &applied,
    };
    reply(discord, env, to, render.render(&notice).body).await
}

/// Whether a run of sync has to know that these roles were given: where Discord leads, it goes by what it listed; and who came
/// back is not looked after any longer.
const fn noted(how: RoleWork, member: &Member) -> bool {
    member.returned || matches!(how, RoleWork::Grant | RoleWork::Return)
}

/// What became of somebody's roles: those of the club's list that they held, and what was given and taken of them.
#[derive(Debug, Default)]
struct Moved {
    held: Vec<RoleId>,
    given: Vec<RoleId>,
    taken: Vec<RoleId>,
}

impl Moved {
    const fn is_empty(&self) -> bool {
        self.given.is_empty() && self.taken.is_empty()
    }

    /// The roles of the list as they are then.
    fn after(&self) -> Vec<RoleId> {
        let kept = self.held.iter().filter(|role| !self.taken.contains(role));
        kept.chain(&self.given).copied().collect()
    }
}

/// The row that says which roles were given and taken, if any were.
async fn tell_moved<S: Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    whose: Whose<'_>,
    moved: &Moved,
) -> Result<(), JobFailure> {
    if moved.is_empty() {
        return Ok(());
    }
    let record = Record {
        club: whose.club,
        actor: Actor::Gantry,
        at: job.now,
        fact: Fact::RolesChanged { user: whose.user },
        before: json!({ "roles": moved.held }),
        after: json!({ "roles": moved.after() }),
    };
    let batch = Batch {
        changes: Vec::new(),
        record: Some(record),
        outbox: job.outbox(env, Vec::new()),
        answered: None,
    };
    Ok(store.commit(batch).await?)
}

/// Remembers that the roles were given, and when. Who came back has them back then, unless some could not be given.
async fn given_roles<S: Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    (applied, moved): (&RolesApplied, &Moved),
    member: Member,
) -> Result<(), JobFailure> {
    let returned = member.returned && !applied.failed.is_empty();
    // A rank without roles has none to be given; and what an earlier try has written is not written again.
    let written = moved.is_empty()
        && member.returned == returned
        && member
            .roles_given_at
            .zip(job.caused_at())
            .is_some_and(|(given, caused)| given >= caused);
    if applied.roles.is_empty() || written {
        return Ok(());
    }
    let shown = |member: &Member, roles: &[RoleId]| {
        json!({
            "roles": roles,
            "returned": member.returned,
            "roles_given_at": member.roles_given_at,
        })
    };
    let before = shown(&member, &moved.held);
    let after = Member {
        returned,
        roles_given_at: Some(env.now()),
        version: member.version + 1,
        ..member
    };
    let record = Record {
        club: after.club,
        actor: Actor::Gantry,
        at: job.now,
        fact: Fact::RolesChanged { user: after.user },
        before,
        after: shown(&after, &moved.after()),
    };
    let batch = Batch {
        changes: vec![Change::PutMember(after)],
        record: Some(record),
        outbox: job.outbox(env, Vec::new()),
        answered: None,
    };
    Ok(store.commit(batch).await?)
}

/// Whose roles come to which rank's.
struct Wanted {
    user: UserId,
    name: String,
    rank: Rank,
    /// Whether listed roles of other ranks are taken.
    take: bool,
}

/// What is to be done now, if anything is.
fn wanted(whose: Whose<'_>, member: Option<&Member>, direction: SyncDirection) -> Option<Wanted> {
    let take = direction == SyncDirection::GantryLeads;
    let (name, rank) = match (whose.how, member) {
        (RoleWork::Follow | RoleWork::Listed, Some(member)) if take => (member.name.clone(), member.rank),
        (RoleWork::Grant | RoleWork::Return, Some(member)) if direction != SyncDirection::Off => {
            (member.name.clone(), member.rank)
        }
        (RoleWork::Withdraw | RoleWork::Remove, None) if take => (String::new(), Rank::Guest),
        _ => return None,
    };
    let user = whose.user;
    (rank != Rank::Owner).then_some(Wanted {
        user,
        name,
        rank,
        take,
    })
}

async fn apply(
    discord: &impl RolesDiscord,
    job: &Job,
    club: &Club,
    wanted: &Wanted,
    (list, moved): (&[Mapped], &mut Moved),
) -> Result<RolesApplied, JobFailure> {
    let mut applied = RolesApplied {
        user: wanted.user,
        name: wanted.name.clone(),
        rank: wanted.rank,
        roles: list
            .iter()
            .filter(|mapped| mapped.rank == wanted.rank)
            .map(|mapped| mapped.role)
            .collect(),
        in_guild: true,
        failed: Vec::new(),
    };
    let Some(held) = discord.member_roles(job.guild, wanted.user).await? else {
        applied.in_guild = false;
        return Ok(applied);
    };
    let listed = |role: &&RoleId| list.iter().any(|mapped| mapped.role == **role);
    moved.held = held.iter().filter(listed).copied().collect();
    let (give, mut take) = differences(list, wanted.rank, &held);
    if !wanted.take {
        take.clear();
    }
    if give.is_empty() && take.is_empty() {
        return Ok(applied);
    }
    let picture = Box::pin(discord.guild_picture(job.guild)).await?;
    let reason = format!("{}: {}", club.name, wanted.rank.label());
    let steps = take
        .iter()
        .map(|role| (*role, false))
        .chain(give.iter().map(|role| (*role, true)));
    for (role, giving) in steps {
        let trouble = match hindrance(&picture, role) {
            // A role that is gone is not held either.
            Some(RoleTrouble::Gone) if !giving => None,
            Some(trouble) => Some(trouble),
            None => {
                let (done, list) = if giving {
                    let done = discord.add_role(job.guild, wanted.user, role, &reason).await;
                    (done, &mut moved.given)
                } else {
                    let done = discord.remove_role(job.guild, wanted.user, role, &reason).await;
                    (done, &mut moved.taken)
                };
                let trouble = outcome(done)?;
                if trouble.is_none() {
                    list.push(role);
                }
                trouble
            }
        };
        applied
            .failed
            .extend(trouble.map(|trouble| (role, giving, trouble)));
    }
    Ok(applied)
}

/// The roles of a list that Gantry can neither give nor take. One that is gone is nobody's.
pub(super) fn hindrances(
    picture: &GuildPicture,
    list: &[Mapped],
    now: Timestamp,
) -> Vec<(RoleId, RoleTrouble)> {
    let may = picture.in_guild(now).has(Right::ManageRoles.bit());
    let trouble = |mapped: &Mapped| {
        let found = hindrance(picture, mapped.role).or((!may).then_some(RoleTrouble::Refused));
        found.map(|trouble| (mapped.role, trouble))
    };
    list.iter().filter_map(trouble).collect()
}

/// Why Discord would refuse this role, or Gantry does not touch it.
fn hindrance(picture: &GuildPicture, role: RoleId) -> Option<RoleTrouble> {
    let Some(found) = picture.role(role) else {
        return Some(RoleTrouble::Gone);
    };
    if found.managed || role.0 == picture.id.0 {
        Some(RoleTrouble::Managed)
    } else if is_powerful(found.permissions.0) {
        Some(RoleTrouble::Powerful)
    } else if !picture.stands_above(found) {
        Some(RoleTrouble::TooHigh)
    } else {
        None
    }
}

/// What no further try would change becomes part of the report.
fn outcome(result: Result<(), DiscordError>) -> Result<Option<RoleTrouble>, JobFailure> {
    match result {
        Ok(()) => Ok(None),
        // Unknown role: Discord docs, opcodes and status codes.
        Err(DiscordError::NotFound { code: 10_011 }) => Ok(Some(RoleTrouble::Gone)),
        Err(
            DiscordError::Forbidden { .. } | DiscordError::NotFound { .. } | DiscordError::Refused { .. },
        ) => Ok(Some(RoleTrouble::Refused)),
        Err(
            error @ (DiscordError::RetryAfter(_) | DiscordError::Unavailable(_) | DiscordError::Unauthorized),
        ) => Err(error.into()),
    }
}
