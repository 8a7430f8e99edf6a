//! Changes settings that name roles or channels of the guild: whether they are there is asked of Discord, by a worker.

use super::call::{Call, Env, Failure, with_caller};
use super::change_settings::{Base, change_settings_from};
use super::finish_answer::reply;
use super::job::{Job, JobFailure, at_home, or_lost};
use super::once::{Decision, once};
use crate::domain::ids::{ChannelId, ClubId, InteractionId, RoleId, UserId};
use crate::domain::notice::{Notice, Render};
use crate::domain::permissions::{GuildPicture, Right};
use crate::domain::refusal::Refusal;
use crate::domain::settings::{Change as To, Key, SettingFault, SettingProblem, Value, Wish};
use crate::domain::work::{Reply, Work};
use crate::ports::discord::{Channel, ChannelKind, Channels, DiscordResult, Guilds, InteractionReplies};
use crate::ports::store::{Batch, ClubReader, Ledger, OnceKey};
use jiff::{SignedDuration, Timestamp};

/// A worker has more time than Discord gives a command.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);
/// Discord's type of a channel for announcements, in which messages are written as in a text channel.
const ANNOUNCEMENTS: ChannelKind = ChannelKind::Other(5);
/// What reviewing in a channel takes.
const TO_WRITE: [Right; 4] = [
    Right::ViewChannel,
    Right::SendMessages,
    Right::EmbedLinks,
    Right::ReadMessageHistory,
];

/// Whether the wish has to be looked at by [`set_guild_setting`] first: it names something of the guild.
#[must_use]
pub fn names_of_guild(key: Key, typed: &str) -> bool {
    match key.spec().kind.parse(typed) {
        Ok(Value::Roles(roles)) => !roles.is_empty(),
        Ok(Value::Channel(channel)) => channel.is_some(),
        _ => false,
    }
}

/// Has the roles or the channel looked for; the answer follows. Takes what the setting takes.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Settings`, `Busy`.
pub async fn ask_to_set<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    key: Key,
    typed: &str,
) -> Result<(), Failure> {
    let decide = || async {
        let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
        call.allow(&caller, key.spec().takes)?;
        let change = To::Typed(typed.to_owned());
        caller
            .settings
            .change(&[Wish { key, change }], call.user, call.now, call.guild)
            .map_err(|faults| Refusal::Settings { faults })?;
        let work = Work::SetGuildSetting {
            club: caller.club.id,
            key,
            typed: typed.to_owned(),
            user: call.user,
            manages_server: call.manages_server,
            interaction: call.interaction,
            reply: call.reply.clone(),
        };
        let batch = Batch {
            changes: Vec::new(),
            record: None,
            outbox: call.outbox(env, vec![work]),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), ()))
    };
    let once_key = OnceKey::Interaction(call.interaction);
    once((store, env), once_key, call.try_until, decide).await
}

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The club.
    pub club: ClubId,
    /// Which setting.
    pub key: Key,
    /// What was typed.
    pub typed: &'a str,
    /// Who.
    pub user: UserId,
    /// Whether Discord let them manage the server when they asked.
    pub manages_server: bool,
    /// The command.
    pub interaction: InteractionId,
    /// Where they are answered.
    pub reply: &'a Reply,
}

/// Looks for the roles or the channel, and changes the setting if they are there and of use; tells what came of it.
///
/// # Errors
/// What the store and Discord say, as far as trying again helps.
pub async fn set_guild_setting<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    discord: &(impl Guilds + Channels + InteractionReplies),
    render: &impl Render,
    job: &Job,
    asked: &Asked<'_>,
) -> Result<(), JobFailure> {
    let Some(club) = store.club(asked.club).await? else {
        return Ok(());
    };
    if !at_home(&club, job)? {
        return Ok(());
    }
    let key = asked.key;
    let problems = match key.spec().kind.parse(asked.typed) {
        Ok(value) => match look_for(discord, job, &value).await {
            Ok(problems) => problems,
            Err(error) => return Err(or_lost(discord, job, error.into()).await),
        },
        Err(problem) => vec![problem],
    };
    let outcome = if problems.is_empty() {
        let call = call_of(job, asked);
        let change = To::Typed(asked.typed.to_owned());
        let base = Base {
            key: OnceKey::Late(asked.interaction),
            seen: None,
        };
        Box::pin(change_settings_from(
            store,
            env,
            &call,
            &[Wish { key, change }],
            base,
        ))
        .await
    } else {
        let fault = |problem| SettingFault { key, problem };
        let faults = problems.into_iter().map(fault).collect();
        Err(Refusal::Settings { faults }.into())
    };
    let body = match outcome {
        Ok(changed) => render.render(&Notice::SettingsChanged { changed: &changed }).body,
        Err(Failure::Refused(Refusal::Busy)) => return Err(JobFailure::Stale),
        Err(Failure::Refused(refusal)) => render.render(&Notice::Refused { refusal: &refusal }).body,
        Err(Failure::Store(error)) => return Err(error.into()),
    };
    reply(discord, env, asked.reply, body).await
}

/// The call that the command was.
fn call_of(job: &Job, asked: &Asked<'_>) -> Call {
    Call {
        interaction: asked.interaction,
        guild: job.guild,
        user: asked.user,
        name: String::new(),
        roles: Vec::new(),
        manages_server: asked.manages_server,
        reply: asked.reply.clone(),
        trace: job.trace.clone(),
        now: job.now,
        try_until: job.now.saturating_add(PATIENCE).unwrap_or(job.now),
    }
}

/// What is wrong with the roles or the channel, as the guild is now.
async fn look_for(
    discord: &(impl Guilds + Channels),
    job: &Job,
    value: &Value,
) -> DiscordResult<Vec<SettingProblem>> {
    match value {
        Value::Roles(roles) if !roles.is_empty() => {
            let picture = discord.guild_picture(job.guild).await?;
            Ok(roles
                .iter()
                .filter_map(|role| role_problem(&picture, *role))
                .collect())
        }
        Value::Channel(Some(channel)) => {
            let picture = discord.guild_picture(job.guild).await?;
            let channels = discord.list_channels(job.guild).await?;
            Ok(channel_problem(&picture, &channels, *channel, job.now)
                .into_iter()
                .collect())
        }
        _ => Ok(Vec::new()),
    }
}

fn role_problem(picture: &GuildPicture, role: RoleId) -> Option<SettingProblem> {
    match picture.role(role) {
        None => Some(SettingProblem::NoSuchRole { role }),
        Some(found) if found.managed => Some(SettingProblem::ManagedRole { role }),
        Some(_) => None,
    }
}

fn channel_problem(
    picture: &GuildPicture,
    channels: &[Channel],
    channel: ChannelId,
    now: Timestamp,
) -> Option<SettingProblem> {
    let Some(found) = channels.iter().find(|found| found.id == channel) else {
        return Some(SettingProblem::NoSuchChannel);
    };
    if found.kind != ChannelKind::Text && found.kind != ANNOUNCEMENTS {
        return Some(SettingProblem::NoTextChannel);
    }
    let allowed = picture.in_channel(&found.picture(), now);
    let lacking: Vec<Right> = TO_WRITE
        .into_iter()
        .filter(|right| !allowed.has(right.bit()))
        .collect();
    (!lacking.is_empty()).then_some(SettingProblem::ClosedChannel { rights: lacking })
}
