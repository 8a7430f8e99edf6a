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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Member, Overwrite, Role, Thread};
    use std::collections::{BTreeMap, BTreeSet};

    const GUILD: u64 = 1;
    const OWNER: u64 = 2;
    const BEN: u64 = 3;
    const TEAM: u64 = 10;
    const CHANNEL: u64 = 20;

    fn now() -> Timestamp {
        "2026-11-28T14:00:00Z".parse().unwrap()
    }

    fn member(roles: &[u64]) -> Member {
        let roles = roles.iter().copied().collect();
        Member {
            nick: None,
            roles,
            joined_at: now(),
            timeout_until: None,
            mute: false,
            deaf: false,
        }
    }

    fn role(id: u64, permissions: u64) -> Role {
        let name = id.to_string();
        Role {
            id,
            name,
            permissions,
            position: 1,
            color: 0,
            hoist: false,
            mentionable: false,
            bot: None,
        }
    }

    fn state(kind: u8) -> State {
        let mut state = State::new(99, "Gantry", String::new());
        let guild = Guild {
            id: GUILD,
            name: String::new(),
            owner: OWNER,
            locale: String::new(),
            features: Vec::new(),
            roles: BTreeMap::from([
                (GUILD, role(GUILD, VIEW_CHANNEL | SEND_MESSAGES)),
                (TEAM, role(TEAM, 0)),
            ]),
            members: BTreeMap::from([(OWNER, member(&[])), (BEN, member(&[TEAM]))]),
            events: BTreeMap::new(),
            voice: BTreeMap::new(),
            told_count: None,
            unlisted: BTreeSet::new(),
        };
        state.guilds.insert(GUILD, guild);
        state
            .channels
            .insert(CHANNEL, Channel::new(CHANNEL, kind, Some(GUILD), "c"));
        state
    }

    fn overwrite(state: &mut State, id: u64, allow: u64, deny: u64) {
        let kind = u8::from(id == BEN);
        state
            .channels
            .get_mut(&CHANNEL)
            .unwrap()
            .overwrites
            .insert(id, Overwrite { kind, allow, deny });
    }

    fn bits(state: &State, user: u64) -> u64 {
        in_channel(state, &state.channels[&CHANNEL], user, now())
    }

    #[test]
    fn overwrites_count_in_order_everyone_roles_member() {
        let mut state = state(0);
        assert_eq!(bits(&state, BEN), VIEW_CHANNEL | SEND_MESSAGES);
        overwrite(&mut state, GUILD, 0, VIEW_CHANNEL);
        assert_eq!(bits(&state, BEN), 0);
        overwrite(&mut state, TEAM, VIEW_CHANNEL, SEND_MESSAGES);
        assert_eq!(bits(&state, BEN), VIEW_CHANNEL);
        overwrite(&mut state, BEN, SEND_MESSAGES, 0);
        assert_eq!(bits(&state, BEN), VIEW_CHANNEL | SEND_MESSAGES);
        overwrite(&mut state, BEN, 0, VIEW_CHANNEL);
        assert_eq!(bits(&state, BEN), 0);
        assert_eq!(
            (bits(&state, OWNER), bits(&state, 12)),
            (ALL, 0),
            "the owner has all, a stranger nothing"
        );
    }

    #[test]
    fn an_administrator_passes_overwrites_and_time_outs() {
        let mut state = state(0);
        overwrite(&mut state, BEN, 0, VIEW_CHANNEL);
        let guild = state.guilds.get_mut(&GUILD).unwrap();
        guild.roles.get_mut(&TEAM).unwrap().permissions = ADMINISTRATOR;
        guild.members.get_mut(&BEN).unwrap().timeout_until = Some(Timestamp::MAX);
        assert_eq!(bits(&state, BEN), ALL);
    }

    #[test]
    fn a_timed_out_member_only_reads() {
        let mut state = state(0);
        state
            .guilds
            .get_mut(&GUILD)
            .unwrap()
            .members
            .get_mut(&BEN)
            .unwrap()
            .timeout_until = Some(Timestamp::MAX);
        overwrite(&mut state, BEN, SEND_MESSAGES | READ_MESSAGE_HISTORY, 0);
        assert_eq!(bits(&state, BEN), VIEW_CHANNEL | READ_MESSAGE_HISTORY);
    }

    #[test]
    fn what_is_lacking_takes_more_with_it() {
        let mut text = state(0);
        overwrite(&mut text, BEN, EMBED_LINKS | MENTION_EVERYONE, SEND_MESSAGES);
        assert_eq!(bits(&text, BEN), VIEW_CHANNEL);
        let mut voice = state(2);
        overwrite(&mut voice, BEN, MANAGE_CHANNELS, CONNECT);
        assert_eq!(bits(&voice, BEN), VIEW_CHANNEL);
        overwrite(&mut voice, BEN, MANAGE_CHANNELS | CONNECT, 0);
        assert_ne!(bits(&voice, BEN) & MANAGE_CHANNELS, 0);
    }

    #[test]
    fn threads_inherit_and_have_their_own_right_to_send() {
        let mut state = state(0);
        let mut thread = Channel::new(30, 12, Some(GUILD), "t");
        thread.parent = Some(CHANNEL);
        thread.thread = Some(Thread {
            owner: OWNER,
            archived: false,
            locked: false,
            invitable: true,
            auto_archive: 60,
            archive_changed: now(),
            created: now(),
            members: BTreeMap::new(),
            total_sent: 0,
        });
        let bits = |state: &State, thread: &Channel| in_channel(state, thread, BEN, now());
        assert_eq!(bits(&state, &thread), 0, "a private thread is for its members");
        thread.thread.as_mut().unwrap().members.insert(BEN, now());
        assert_eq!(
            bits(&state, &thread),
            VIEW_CHANNEL,
            "SEND_MESSAGES alone does not do in a thread"
        );
        overwrite(&mut state, GUILD, SEND_MESSAGES_IN_THREADS, SEND_MESSAGES);
        assert_ne!(bits(&state, &thread) & SEND_MESSAGES, 0);
        overwrite(&mut state, BEN, 0, VIEW_CHANNEL);
        assert_eq!(
            bits(&state, &thread),
            0,
            "who does not see the channel does not see its threads"
        );
    }

    #[test]
    fn the_owner_stands_above_every_role() {
        let state = state(0);
        let guild = &state.guilds[&GUILD];
        assert!(highest_role(guild, OWNER) > highest_role(guild, BEN));
        assert!(highest_role(guild, BEN) > highest_role(guild, 12));
        assert_eq!(guild.members[&BEN].roles, BTreeSet::from([TEAM]));
    }
}
