//! Roles and private threads of teams.

use super::{CHANNEL_NAME_CHARS, length};
use crate::adapters::discord_rest::request::{Major, Repeat, Request};
use crate::domain::ids::{ChannelId, GuildId, RoleId, UserId};
use crate::ports::discord::DiscordResult;
use reqwest::Method;
use serde_json::{Value, json};

const ROLE_NAME_CHARS: usize = 100;
/// Channel type of a private thread (Discord docs, resources/channel).
const PRIVATE_THREAD: u8 = 12;
/// The longest time of silence after which a thread is archived (Discord docs, topics/threads).
const WEEK_MINUTES: u32 = 10_080;

/// Opens a thread, or archives and locks it.
#[must_use]
pub fn set_thread_open(thread: ChannelId, open: bool, reason: &str) -> Request {
    edit_channel(thread, json!({ "archived": !open, "locked": !open }), reason)
}

fn edit_channel(channel: ChannelId, body: Value, reason: &str) -> Request {
    let path = format!("/channels/{channel}");
    let template = "/channels/{channel.id}";
    Request::bot(Method::PATCH, template, Major::Channel(channel), path)
        .body(body)
        .reason(reason)
}

/// All threads of a guild that are not archived.
#[must_use]
pub fn active_threads(guild: GuildId) -> Request {
    let path = format!("/guilds/{guild}/threads/active");
    let template = "/guilds/{guild.id}/threads/active";
    Request::bot(Method::GET, template, Major::Guild(guild), path)
}

/// A private thread, archived after a week of silence.
///
/// # Errors
/// [`Refused`](crate::ports::discord::DiscordError::Refused) for a name that Discord does not take.
pub fn create_private_thread(channel: ChannelId, name: &str, reason: &str) -> DiscordResult<Request> {
    length("name", name, 1, CHANNEL_NAME_CHARS)?;
    let path = format!("/channels/{channel}/threads");
    let template = "/channels/{channel.id}/threads";
    let body = json!({
        "name": name,
        "type": PRIVATE_THREAD,
        "invitable": false,
        "auto_archive_duration": WEEK_MINUTES,
    });
    Ok(
        Request::bot(Method::POST, template, Major::Channel(channel), path)
            .body(body)
            .reason(reason)
            .repeat(Repeat::Unsafe),
    )
}

/// Puts a member into a thread.
#[must_use]
pub fn add_thread_member(thread: ChannelId, user: UserId) -> Request {
    thread_member(Method::PUT, thread, user)
}

/// Takes a member out of a thread.
#[must_use]
pub fn remove_thread_member(thread: ChannelId, user: UserId) -> Request {
    thread_member(Method::DELETE, thread, user)
}

fn thread_member(method: Method, thread: ChannelId, user: UserId) -> Request {
    let path = format!("/channels/{thread}/thread-members/{user}");
    let template = "/channels/{channel.id}/thread-members/{user.id}";
    Request::bot(method, template, Major::Channel(thread), path)
}

/// A role that grants nothing.
///
/// # Errors
/// [`Refused`](crate::ports::discord::DiscordError::Refused) for a name that Discord does not take.
pub fn create_role(guild: GuildId, name: &str, reason: &str) -> DiscordResult<Request> {
    length("name", name, 1, ROLE_NAME_CHARS)?;
    let path = format!("/guilds/{guild}/roles");
    let body = json!({ "name": name, "permissions": "0", "hoist": false, "mentionable": false });
    Ok(Request::bot(
        Method::POST,
        "/guilds/{guild.id}/roles",
        Major::Guild(guild),
        path,
    )
    .body(body)
    .reason(reason)
    .repeat(Repeat::Unsafe))
}

/// Another name for a role.
///
/// # Errors
/// [`Refused`](crate::ports::discord::DiscordError::Refused) for a name that Discord does not take.
pub fn rename_role(guild: GuildId, role: RoleId, name: &str, reason: &str) -> DiscordResult<Request> {
    length("name", name, 1, ROLE_NAME_CHARS)?;
    Ok(role_request(Method::PATCH, guild, role)
        .body(json!({ "name": name }))
        .reason(reason))
}

/// The end of a role.
#[must_use]
pub fn delete_role(guild: GuildId, role: RoleId, reason: &str) -> Request {
    role_request(Method::DELETE, guild, role).reason(reason)
}

fn role_request(method: Method, guild: GuildId, role: RoleId) -> Request {
    let path = format!("/guilds/{guild}/roles/{role}");
    let template = "/guilds/{guild.id}/roles/{role.id}";
    Request::bot(method, template, Major::Guild(guild), path)
}
