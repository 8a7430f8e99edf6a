//! What people do by hand: making guilds, users, roles and channels, joining, deleting, renaming.

use crate::new::{NewChannel, NewGuild, NewRole, NewUser};
use crate::permissions;
use crate::simulator::{Simulator, SimulatorError};
use crate::state::{Channel, Guild, Member, Message, Overwrite, Role, State, User, channel_name};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

type Done<T> = Result<T, SimulatorError>;

fn unknown(what: &'static str, id: u64) -> SimulatorError {
    SimulatorError::Unknown { what, id }
}

fn guild_in(state: &mut State, id: u64) -> Done<&mut Guild> {
    state.guilds.get_mut(&id).ok_or(unknown("guild", id))
}

fn channel_in(state: &mut State, id: u64) -> Done<&mut Channel> {
    state.channels.get_mut(&id).ok_or(unknown("channel", id))
}

fn member(now: Timestamp, nick: Option<&str>) -> Member {
    Member {
        nick: nick.map(str::to_owned),
        roles: BTreeSet::new(),
        joined_at: now,
        timeout_until: None,
        mute: false,
        deaf: false,
    }
}

impl Simulator {
    fn hand<T>(&self, act: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let now = self.clock().now();
        let done = self.with(|state| act(state, now));
        self.changed();
        done
    }

    /// Makes a guild with its owner as a member and an @everyone role with a new guild's rights. The bot is not in it.
    pub fn create_guild(&self, new: NewGuild) -> u64 {
        self.hand(|state, now| {
            let id = state.next_id(now);
            let everyone = Role {
                id,
                name: "@everyone".to_owned(),
                permissions: permissions::EVERYONE,
                position: 0,
                color: 0,
                hoist: false,
                mentionable: false,
                bot: None,
            };
            let guild = Guild {
                id,
                name: new.name,
                owner: new.owner,
                locale: new.locale.unwrap_or_else(|| "en-US".to_owned()),
                features: new.features,
                roles: BTreeMap::from([(id, everyone)]),
                members: BTreeMap::from([(new.owner, member(now, None))]),
                events: BTreeMap::new(),
                voice: BTreeMap::new(),
                told_count: None,
                unlisted: BTreeSet::new(),
            };
            state.guilds.insert(id, guild);
            id
        })
    }

    /// Makes a user who is in no guild.
    pub fn create_user(&self, new: NewUser) -> u64 {
        self.hand(|state, now| {
            let id = state.next_id(now);
            let NewUser {
                username,
                global_name,
                bot,
            } = new;
            state.users.insert(
                id,
                User {
                    id,
                    username,
                    global_name,
                    bot,
                    dms_closed: false,
                    rank: None,
                },
            );
            id
        })
    }

    /// Lets the bot into the guild: it becomes a member with its own managed role that has `permissions`; gives the
    /// role's id. A second time only the permissions change.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild, [`SimulatorError::Refused`] when it has 250 roles.
    pub fn install_bot(&self, guild: u64, permissions: u64) -> Done<u64> {
        self.hand(|state, now| {
            let (bot, name) = (state.app_id, state.app_name.clone());
            let found = guild_in(state, guild)?;
            if let Some(role) = found.roles.values_mut().find(|role| role.bot == Some(bot)) {
                role.permissions = permissions;
                let id = role.id;
                found
                    .members
                    .entry(bot)
                    .or_insert_with(|| member(now, None))
                    .roles
                    .insert(id);
                return Ok(id);
            }
            let id = state.next_id(now);
            let mut role = plain_role(id, &name, permissions);
            role.bot = Some(bot);
            state
                .add_role(guild, role)
                .map_err(|error| SimulatorError::Refused(error.message))?;
            let mut newcomer = member(now, None);
            newcomer.roles.insert(id);
            guild_in(state, guild)?.members.insert(bot, newcomer);
            Ok(id)
        })
    }

    /// Throws the bot out of the guild; its role goes with it.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild.
    pub fn remove_bot(&self, guild: u64) -> Done<()> {
        self.hand(|state, _| {
            let bot = state.app_id;
            let found = guild_in(state, guild)?;
            found.members.remove(&bot);
            let role = found
                .roles
                .values()
                .find(|role| role.bot == Some(bot))
                .map(|role| role.id);
            if let Some(role) = role {
                state.drop_role(guild, role);
            }
            Ok(())
        })
    }

    /// Makes a user a member of a guild.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild or user.
    pub fn join(&self, guild: u64, user: u64, nick: Option<&str>) -> Done<()> {
        self.hand(|state, now| {
            if !state.users.contains_key(&user) {
                return Err(unknown("user", user));
            }
            guild_in(state, guild)?.members.insert(user, member(now, nick));
            Ok(())
        })
    }

    /// Makes `count` users named by `named` (the unique name and the display name of the n-th) and lets them join, all in one
    /// step; gives their ids, ascending.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild.
    pub fn populate(
        &self,
        guild: u64,
        count: usize,
        named: impl Fn(usize) -> (String, String),
    ) -> Done<Vec<u64>> {
        self.hand(|state, now| {
            guild_in(state, guild)?;
            let mut users = Vec::with_capacity(count);
            for n in 0..count {
                let id = state.next_id(now);
                let (username, global_name) = named(n);
                let user = User {
                    id,
                    username,
                    global_name: Some(global_name),
                    bot: false,
                    dms_closed: false,
                    rank: None,
                };
                state.users.insert(id, user);
                guild_in(state, guild)?.members.insert(id, member(now, None));
                users.push(id);
            }
            Ok(users)
        })
    }

    /// Gives a member another nickname, or none.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild or member.
    pub fn set_nick(&self, guild: u64, user: u64, nick: Option<&str>) -> Done<()> {
        self.hand(|state, _| {
            let found = guild_in(state, guild)?.members.get_mut(&user);
            found.ok_or(unknown("member", user))?.nick = nick.map(str::to_owned);
            Ok(())
        })
    }

    /// Has a guild say that it has about so many members, whatever the list of them shows; `None`: what it has.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild.
    pub fn set_member_count(&self, guild: u64, count: Option<u64>) -> Done<()> {
        self.hand(|state, _| {
            guild_in(state, guild)?.told_count = count;
            Ok(())
        })
    }

    /// Has the guild's listing leave these members out, as one does that is not complete; each can be asked for.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild.
    pub fn set_unlisted(&self, guild: u64, users: &[u64]) -> Done<()> {
        self.hand(|state, _| {
            guild_in(state, guild)?.unlisted = users.iter().copied().collect();
            Ok(())
        })
    }

    /// Takes a user out of a guild.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild or member.
    pub fn leave(&self, guild: u64, user: u64) -> Done<()> {
        self.hand(|state, _| {
            let found = guild_in(state, guild)?;
            found.voice.remove(&user);
            found
                .members
                .remove(&user)
                .map(drop)
                .ok_or(unknown("member", user))
        })
    }

    /// Makes a role, as an admin does.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild, [`SimulatorError::Refused`] when it has 250 roles.
    pub fn create_role(&self, guild: u64, new: NewRole) -> Done<u64> {
        self.hand(|state, now| {
            let id = state.next_id(now);
            let mut role = plain_role(id, &new.name, new.permissions);
            role.mentionable = new.mentionable;
            state
                .add_role(guild, role)
                .map_err(|error| SimulatorError::Refused(error.message))?;
            let found = guild_in(state, guild)?;
            let top = found.roles.values().map(|role| role.position).max().unwrap_or(0);
            if let Some(role) = found.roles.get_mut(&id).filter(|_| new.above_bot) {
                role.position = top + 1;
            }
            Ok(id)
        })
    }

    /// Gives a member a role.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild, role or member.
    pub fn give_role(&self, guild: u64, user: u64, role: u64) -> Done<()> {
        self.hand(|state, _| {
            let found = guild_in(state, guild)?;
            if !found.roles.contains_key(&role) {
                return Err(unknown("role", role));
            }
            found
                .members
                .get_mut(&user)
                .ok_or(unknown("member", user))?
                .roles
                .insert(role);
            Ok(())
        })
    }

    /// Takes a role from a member.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild or member.
    pub fn take_role(&self, guild: u64, user: u64, role: u64) -> Done<()> {
        self.hand(|state, _| {
            let found = guild_in(state, guild)?
                .members
                .get_mut(&user)
                .ok_or(unknown("member", user))?;
            found.roles.remove(&role);
            Ok(())
        })
    }

    /// Deletes a role by hand.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild or role.
    pub fn delete_role(&self, guild: u64, role: u64) -> Done<()> {
        self.hand(|state, _| {
            if !guild_in(state, guild)?.roles.contains_key(&role) {
                return Err(unknown("role", role));
            }
            state.drop_role(guild, role);
            Ok(())
        })
    }

    /// Makes a channel by hand, without the limits that the API has.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild.
    pub fn create_channel(&self, guild: u64, new: NewChannel) -> Done<u64> {
        self.hand(|state, now| {
            let id = state.next_id(now);
            let mut channel = Channel::new(id, new.kind, Some(guild), &channel_name(new.kind, &new.name));
            channel.parent = new.parent;
            channel.position = state
                .guild_channels(guild)
                .map(|other| other.position + 1)
                .max()
                .unwrap_or(0);
            let found = guild_in(state, guild)?;
            channel.overwrites = new
                .overwrites
                .into_iter()
                .map(|(id, allow, deny)| {
                    let kind = u8::from(!found.roles.contains_key(&id));
                    (id, Overwrite { kind, allow, deny })
                })
                .collect();
            state.channels.insert(id, channel);
            Ok(id)
        })
    }

    /// Sets a channel's overwrite for a role or a member by hand.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a channel.
    pub fn set_overwrite(&self, channel: u64, id: u64, allow: u64, deny: u64) -> Done<()> {
        self.hand(|state, _| {
            let guild = channel_in(state, channel)?.guild.unwrap_or_default();
            let kind = u8::from(
                !state
                    .guilds
                    .get(&guild)
                    .is_some_and(|guild| guild.roles.contains_key(&id)),
            );
            channel_in(state, channel)?
                .overwrites
                .insert(id, Overwrite { kind, allow, deny });
            Ok(())
        })
    }

    /// Deletes a channel by hand; its threads go with it, a category's channels stay without parent.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a channel.
    pub fn delete_channel(&self, channel: u64) -> Done<()> {
        self.hand(|state, _| {
            state
                .remove_channel(channel)
                .map(drop)
                .ok_or(unknown("channel", channel))
        })
    }

    /// Renames a channel by hand.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a channel.
    pub fn rename_channel(&self, channel: u64, name: &str) -> Done<()> {
        self.hand(|state, _| {
            let found = channel_in(state, channel)?;
            found.name = channel_name(found.kind, name);
            Ok(())
        })
    }

    /// Moves a channel into another category, or out of all, by hand.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a channel.
    pub fn move_channel(&self, channel: u64, parent: Option<u64>) -> Done<()> {
        self.hand(|state, _| {
            channel_in(state, channel)?.parent = parent;
            Ok(())
        })
    }

    /// Deletes a message by hand.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a channel or message.
    pub fn delete_message(&self, channel: u64, message: u64) -> Done<()> {
        self.hand(|state, _| {
            let found = channel_in(state, channel)?;
            found.pins.remove(&message);
            found
                .messages
                .remove(&message)
                .map(drop)
                .ok_or(unknown("message", message))
        })
    }

    /// Writes a message as a person.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a channel, [`SimulatorError::Refused`] without the right to write there.
    pub fn post_message(&self, channel: u64, user: u64, content: &str) -> Done<u64> {
        self.hand(|state, now| {
            let found = state.channels.get(&channel).ok_or(unknown("channel", channel))?;
            let bits = permissions::in_channel(state, found, user, now);
            if bits & permissions::SEND_MESSAGES == 0 || !found.holds_messages() {
                return Err(SimulatorError::Refused(
                    "the user may not write in this channel".to_owned(),
                ));
            }
            let id = state.next_id(now);
            let mut message = Message::new(id, channel, user, now);
            message.content = content.to_owned();
            state.add_message(message);
            Ok(id)
        })
    }

    /// Opens or closes a user's DMs; closed ones answer the bot with 50007.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a user.
    pub fn set_dms_closed(&self, user: u64, closed: bool) -> Done<()> {
        self.hand(|state, _| {
            state
                .users
                .get_mut(&user)
                .ok_or(unknown("user", user))?
                .dms_closed = closed;
            Ok(())
        })
    }

    /// Notes what the playground shows beside a user's name (`owner`, `team manager`).
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a user.
    pub fn set_rank(&self, user: u64, rank: &str) -> Done<()> {
        self.hand(|state, _| {
            state.users.get_mut(&user).ok_or(unknown("user", user))?.rank = Some(rank.to_owned());
            Ok(())
        })
    }

    /// A guild's scheduled events, finished ones among them, as Discord shows them.
    #[must_use]
    pub fn scheduled_events(&self, guild: u64) -> Vec<serde_json::Value> {
        self.with(|state| {
            let guild = state.guilds.get(&guild);
            guild.map_or_else(Vec::new, |guild| guild.events.values().cloned().collect())
        })
    }

    /// Somebody schedules an hour's event by hand.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild.
    pub fn schedule_event(&self, guild: u64, user: u64, name: &str, starts_at: jiff::Timestamp) -> Done<u64> {
        self.hand(|state, now| {
            let id = state.next_id(now);
            let ends_at = starts_at + jiff::SignedDuration::from_hours(1);
            let event = serde_json::json!({
                "id": id.to_string(), "guild_id": guild.to_string(), "channel_id": null, "creator_id": user.to_string(),
                "name": name, "description": null, "scheduled_start_time": crate::state::instant(starts_at),
                "scheduled_end_time": crate::state::instant(ends_at), "privacy_level": 2, "status": 1, "entity_type": 3,
                "entity_id": null, "entity_metadata": { "location": "here" }, "image": null, "recurrence_rule": null,
                "guild_scheduled_event_exceptions": [],
            });
            guild_in(state, guild)?.events.insert(id, event);
            Ok(id)
        })
    }

    /// Somebody deletes a scheduled event by hand.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild or event.
    pub fn delete_scheduled_event(&self, guild: u64, event: u64) -> Done<()> {
        self.hand(|state, _| {
            let gone = guild_in(state, guild)?.events.remove(&event);
            gone.map(drop).ok_or(unknown("scheduled event", event))
        })
    }

    /// Puts a member into a voice channel, or out of voice.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild.
    pub fn set_voice(&self, guild: u64, user: u64, channel: Option<u64>) -> Done<()> {
        self.hand(|state, _| {
            let voice = &mut guild_in(state, guild)?.voice;
            match channel {
                Some(channel) => voice.insert(user, channel),
                None => voice.remove(&user),
            };
            Ok(())
        })
    }

    /// Times a member out until an instant, or ends the time-out.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a guild or member.
    pub fn set_timeout(&self, guild: u64, user: u64, until: Option<Timestamp>) -> Done<()> {
        self.hand(|state, _| {
            let found = guild_in(state, guild)?
                .members
                .get_mut(&user)
                .ok_or(unknown("member", user))?;
            found.timeout_until = until;
            Ok(())
        })
    }

    /// Switches the GUILD_MEMBERS intent of the portal; on at first. Without it members cannot be listed (50001).
    pub fn set_members_intent(&self, on: bool) {
        self.hand(|state, _| state.members_intent = on);
    }

    /// A user's permission bits in a channel; 0 for one who cannot see it.
    ///
    /// # Errors
    /// [`SimulatorError::Unknown`] without such a channel.
    pub fn permissions_in(&self, channel: u64, user: u64) -> Done<u64> {
        self.hand(|state, now| {
            let found = state.channels.get(&channel).ok_or(unknown("channel", channel))?;
            Ok(permissions::in_channel(state, found, user, now))
        })
    }
}

fn plain_role(id: u64, name: &str, permissions: u64) -> Role {
    Role {
        id,
        name: name.to_owned(),
        permissions,
        position: 1,
        color: 0,
        hoist: false,
        mentionable: false,
        bot: None,
    }
}
