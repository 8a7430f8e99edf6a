//! Permission bits and their computation (Discord docs, topics/permissions).

use crate::state::{Channel, Guild, State};
use jiff::Timestamp;

pub(crate) const ADMINISTRATOR: u64 = 1 << 3;
pub(crate) const MANAGE_CHANNELS: u64 = 1 << 4;
pub(crate) const VIEW_CHANNEL: u64 = 1 << 10;
pub(crate) const SEND_MESSAGES: u64 = 1 << 11;
pub(crate) const MANAGE_MESSAGES: u64 = 1 << 13;
pub(crate) const EMBED_LINKS: u64 = 1 << 14;
pub(crate) const ATTACH_FILES: u64 = 1 << 15;
pub(crate) const READ_MESSAGE_HISTORY: u64 = 1 << 16;
pub(crate) const MENTION_EVERYONE: u64 = 1 << 17;
pub(crate) const CONNECT: u64 = 1 << 20;
pub(crate) const MUTE_MEMBERS: u64 = 1 << 22;
pub(crate) const DEAFEN_MEMBERS: u64 = 1 << 23;
pub(crate) const MOVE_MEMBERS: u64 = 1 << 24;
pub(crate) const MANAGE_NICKNAMES: u64 = 1 << 27;
pub(crate) const MANAGE_ROLES: u64 = 1 << 28;
pub(crate) const USE_APPLICATION_COMMANDS: u64 = 1 << 31;
pub(crate) const MANAGE_EVENTS: u64 = 1 << 33;
pub(crate) const MANAGE_THREADS: u64 = 1 << 34;
pub(crate) const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
pub(crate) const CREATE_PRIVATE_THREADS: u64 = 1 << 36;
pub(crate) const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
pub(crate) const MODERATE_MEMBERS: u64 = 1 << 40;
pub(crate) const CREATE_EVENTS: u64 = 1 << 44;
pub(crate) const PIN_MESSAGES: u64 = 1 << 51;
/// Every bit that Discord has assigned: 0 to 52, without the unused 47.
pub(crate) const ALL: u64 = ((1 << 53) - 1) & !(1 << 47);

/// What @everyone has in a new guild: the usual rights of a member, no moderation.
pub(crate) const EVERYONE: u64 = (1 << 0)
    | (1 << 6)
    | (1 << 9)
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | (1 << 18)
    | CONNECT
    | (1 << 21)
    | (1 << 25)
    | (1 << 26)
    | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS
    | CREATE_PRIVATE_THREADS
    | (1 << 37)
    | SEND_MESSAGES_IN_THREADS
    | (1 << 39);

/// What a participant of a DM has.
pub(crate) const DM: u64 = VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | MENTION_EVERYONE
    | USE_APPLICATION_COMMANDS
    | PIN_MESSAGES;

/// A member's permissions in the guild, outside of any channel; 0 for one who is not a member.
pub(crate) fn in_guild(guild: &Guild, user: u64, now: Timestamp) -> u64 {
    let Some(member) = guild.members.get(&user) else {
        return 0;
    };
    if guild.owner == user {
        return ALL;
    }
    let roles = std::iter::once(&guild.id).chain(&member.roles);
    let base = roles
        .filter_map(|role| guild.roles.get(role))
        .fold(0, |bits, role| bits | role.permissions);
    if base & ADMINISTRATOR != 0 {
        return ALL;
    }
    let timed_out = member.timeout_until.is_some_and(|until| until > now);
    if timed_out {
        base & (VIEW_CHANNEL | READ_MESSAGE_HISTORY)
    } else {
        base
    }
}

/// A user's permissions in a channel: base, overwrites, thread rules, and what the lack of one takes with it.
pub(crate) fn in_channel(state: &State, channel: &Channel, user: u64, now: Timestamp) -> u64 {
    let Some(guild) = channel.guild.and_then(|guild| state.guilds.get(&guild)) else {
        return if channel.recipients.contains(&user) { DM } else { 0 };
    };
    let base = in_guild(guild, user, now);
    if base & ADMINISTRATOR != 0 || guild.owner == user {
        return if guild.members.contains_key(&user) { ALL } else { 0 };
    }
    let home = match (
        &channel.thread,
        channel.parent.and_then(|parent| state.channels.get(&parent)),
    ) {
        (Some(_), Some(parent)) => parent,
        _ => channel,
    };
    let mut bits = with_overwrites(guild, home, user, base);
    if guild
        .members
        .get(&user)
        .is_some_and(|member| member.timeout_until.is_some_and(|until| until > now))
    {
        bits &= VIEW_CHANNEL | READ_MESSAGE_HISTORY;
    }
    if let Some(thread) = &channel.thread {
        let private = channel.kind == 12;
        if private && !thread.members.contains_key(&user) && bits & MANAGE_THREADS == 0 {
            return 0;
        }
        let may_send = bits & SEND_MESSAGES_IN_THREADS != 0;
        bits = if may_send {
            bits | SEND_MESSAGES
        } else {
            bits & !SEND_MESSAGES
        };
    }
    implied(channel.kind, bits)
}

fn with_overwrites(guild: &Guild, channel: &Channel, user: u64, mut bits: u64) -> u64 {
    if let Some(overwrite) = channel.overwrites.get(&guild.id) {
        bits = (bits & !overwrite.deny) | overwrite.allow;
    }
    let Some(member) = guild.members.get(&user) else {
        return 0;
    };
    let (mut allow, mut deny) = (0, 0);
    for overwrite in member
        .roles
        .iter()
        .filter_map(|role| channel.overwrites.get(role))
    {
        allow |= overwrite.allow;
        deny |= overwrite.deny;
    }
    bits = (bits & !deny) | allow;
    if let Some(overwrite) = channel.overwrites.get(&user) {
        bits = (bits & !overwrite.deny) | overwrite.allow;
    }
    bits
}

/// Without VIEW_CHANNEL nothing is left, without CONNECT nothing of a voice channel but its sight, without
/// SEND_MESSAGES nothing that rides on a message.
fn implied(kind: u8, bits: u64) -> u64 {
    if bits & VIEW_CHANNEL == 0 {
        return 0;
    }
    if matches!(kind, 2 | 13) && bits & CONNECT == 0 {
        return VIEW_CHANNEL;
    }
    if bits & SEND_MESSAGES == 0 {
        bits & !(EMBED_LINKS | ATTACH_FILES | MENTION_EVERYONE)
    } else {
        bits
    }
}

/// The place of a member's highest role in the hierarchy; the owner stands above all.
pub(crate) fn highest_role(guild: &Guild, user: u64) -> (i64, std::cmp::Reverse<u64>) {
    if guild.owner == user {
        return (i64::MAX, std::cmp::Reverse(0));
    }
    let roles = guild
        .members
        .get(&user)
        .into_iter()
        .flat_map(|member| &member.roles);
    roles
        .filter_map(|role| guild.roles.get(role))
        .map(|role| (role.position, std::cmp::Reverse(role.id)))
        .max()
        .unwrap_or((0, std::cmp::Reverse(guild.id)))
}
