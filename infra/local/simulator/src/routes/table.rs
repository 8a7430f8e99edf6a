//! The table of routes. Templates are written as in Discord's documentation.

use super::{
    Answer, Call, applications, callback, channel_edit, channels, events, guilds, members, messages,
    messages_more, overwrites, roles, threads, users, voice, webhooks,
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// The bot, by its token.
    Bot,
    /// Whoever has the interaction's token, which stands in the path; exempt from the global limit.
    Token,
}

type Run = fn(&mut Call<'_>) -> Answer;

/// A route.
pub(crate) struct Route {
    pub method: &'static str,
    pub template: &'static str,
    pub auth: Auth,
    pub query: &'static [&'static str],
    /// Requests per seconds of one bucket. Discord does not publish these; they resemble what it sends.
    pub limit: (u32, u32),
    pub run: Run,
}

const fn bot(method: &'static str, template: &'static str, limit: (u32, u32), run: Run) -> Route {
    Route {
        method,
        template,
        auth: Auth::Bot,
        query: &[],
        limit,
        run,
    }
}

const fn token(method: &'static str, template: &'static str, run: Run) -> Route {
    Route {
        method,
        template,
        auth: Auth::Token,
        query: &["thread_id", "with_components", "wait"],
        limit: (5, 2),
        run,
    }
}

impl Route {
    const fn query(mut self, query: &'static [&'static str]) -> Self {
        self.query = query;
        self
    }

    /// `POST /guilds/{guild.id}/channels`.
    pub fn operation(&self) -> String {
        format!("{} {}", self.method, self.template)
    }
}

/// What a method and a path lead to.
pub(crate) enum Found<'p> {
    Route(&'static Route, Vec<&'p str>),
    /// The path is there with other methods only.
    Method,
    None,
}

/// Finds the route of a path (without `/api/v10`); literal segments go before parameters.
pub(crate) fn find<'p>(method: &str, path: &'p str) -> Found<'p> {
    let mut best: Option<(&'static Route, Vec<&'p str>)> = None;
    let mut other_method = false;
    for route in ROUTES {
        let Some(ids) = matches(route.template, path) else {
            continue;
        };
        if route.method != method {
            other_method = true;
        } else if best.as_ref().is_none_or(|(_, found)| ids.len() < found.len()) {
            best = Some((route, ids));
        }
    }
    match best {
        Some((route, ids)) => Found::Route(route, ids),
        None if other_method => Found::Method,
        None => Found::None,
    }
}

/// The operations that the simulator knows, as the call log and injected faults name them
/// (`POST /guilds/{guild.id}/channels`).
#[must_use]
pub fn operations() -> Vec<String> {
    ROUTES.iter().map(Route::operation).collect()
}

fn matches<'p>(template: &str, path: &'p str) -> Option<Vec<&'p str>> {
    let mut ids = Vec::new();
    let mut parts = path.split('/');
    for wanted in template.split('/') {
        let part = parts.next()?;
        if wanted.starts_with('{') {
            if part.is_empty() {
                return None;
            }
            ids.push(part);
        } else if wanted != part {
            return None;
        }
    }
    parts.next().is_none().then_some(ids)
}

const READ: (u32, u32) = (50, 1);
const WRITE: (u32, u32) = (10, 10);
const SEND: (u32, u32) = (5, 5);
const PAGE: &[&str] = &["limit", "before", "after", "around"];

static ROUTES: &[Route] = &[
    bot("GET", "/applications/@me", READ, applications::me),
    bot("PATCH", "/applications/@me", WRITE, applications::patch_me),
    bot(
        "GET",
        "/applications/{application.id}/commands",
        READ,
        applications::list,
    )
    .query(&["with_localizations"]),
    bot(
        "PUT",
        "/applications/{application.id}/commands",
        WRITE,
        applications::put,
    ),
    bot(
        "POST",
        "/applications/{application.id}/commands",
        WRITE,
        applications::create,
    ),
    bot(
        "GET",
        "/applications/{application.id}/commands/{command.id}",
        READ,
        applications::get,
    ),
    bot(
        "PATCH",
        "/applications/{application.id}/commands/{command.id}",
        WRITE,
        applications::patch,
    ),
    bot(
        "DELETE",
        "/applications/{application.id}/commands/{command.id}",
        WRITE,
        applications::delete,
    ),
    bot(
        "GET",
        "/applications/{application.id}/guilds/{guild.id}/commands",
        READ,
        applications::list_in_guild,
    )
    .query(&["with_localizations"]),
    bot(
        "PUT",
        "/applications/{application.id}/guilds/{guild.id}/commands",
        WRITE,
        applications::put_in_guild,
    ),
    bot(
        "POST",
        "/applications/{application.id}/guilds/{guild.id}/commands",
        WRITE,
        applications::create_in_guild,
    ),
    bot(
        "GET",
        "/applications/{application.id}/guilds/{guild.id}/commands/{command.id}",
        READ,
        applications::get_in_guild,
    ),
    bot(
        "PATCH",
        "/applications/{application.id}/guilds/{guild.id}/commands/{command.id}",
        WRITE,
        applications::patch_in_guild,
    ),
    bot(
        "DELETE",
        "/applications/{application.id}/guilds/{guild.id}/commands/{command.id}",
        WRITE,
        applications::delete_in_guild,
    ),
    bot("GET", "/users/@me", READ, users::me),
    bot("GET", "/users/@me/guilds", READ, users::guilds).query(&["limit", "before", "after", "with_counts"]),
    bot("POST", "/users/@me/channels", WRITE, users::open_dm),
    bot("GET", "/users/{user.id}", READ, users::get),
    bot("GET", "/guilds/{guild.id}", READ, guilds::get).query(&["with_counts"]),
    bot("GET", "/guilds/{guild.id}/channels", READ, guilds::channels),
    bot("POST", "/guilds/{guild.id}/channels", WRITE, channels::create),
    bot("PATCH", "/guilds/{guild.id}/channels", WRITE, channels::reorder),
    bot(
        "GET",
        "/guilds/{guild.id}/threads/active",
        READ,
        guilds::active_threads,
    ),
    bot(
        "GET",
        "/guilds/{guild.id}/voice-states/{user.id}",
        READ,
        guilds::voice_state,
    ),
    bot("GET", "/guilds/{guild.id}/members", (10, 10), members::list).query(&["limit", "after"]),
    bot(
        "GET",
        "/guilds/{guild.id}/members/search",
        (10, 10),
        members::search,
    )
    .query(&["query", "limit"]),
    bot("GET", "/guilds/{guild.id}/members/{user.id}", READ, members::get),
    bot(
        "PATCH",
        "/guilds/{guild.id}/members/{user.id}",
        WRITE,
        members::patch,
    ),
    bot(
        "PUT",
        "/guilds/{guild.id}/members/{user.id}/roles/{role.id}",
        WRITE,
        members::add_role,
    ),
    bot(
        "DELETE",
        "/guilds/{guild.id}/members/{user.id}/roles/{role.id}",
        WRITE,
        members::remove_role,
    ),
    bot(
        "GET",
        "/guilds/{guild.id}/voice-states/{user.id}",
        READ,
        voice::of_member,
    ),
    bot("GET", "/guilds/{guild.id}/roles", READ, roles::list),
    bot("POST", "/guilds/{guild.id}/roles", WRITE, roles::create),
    bot("PATCH", "/guilds/{guild.id}/roles", WRITE, roles::reorder),
    bot(
        "GET",
        "/guilds/{guild.id}/roles/member-counts",
        READ,
        roles::member_counts,
    ),
    bot("GET", "/guilds/{guild.id}/roles/{role.id}", READ, roles::get),
    bot("PATCH", "/guilds/{guild.id}/roles/{role.id}", WRITE, roles::patch),
    bot(
        "DELETE",
        "/guilds/{guild.id}/roles/{role.id}",
        WRITE,
        roles::delete,
    ),
    bot("GET", "/guilds/{guild.id}/scheduled-events", READ, events::list).query(&["with_user_count"]),
    bot(
        "POST",
        "/guilds/{guild.id}/scheduled-events",
        WRITE,
        events::create,
    ),
    bot(
        "GET",
        "/guilds/{guild.id}/scheduled-events/{guild_scheduled_event.id}",
        READ,
        events::get,
    )
    .query(&["with_user_count"]),
    bot(
        "PATCH",
        "/guilds/{guild.id}/scheduled-events/{guild_scheduled_event.id}",
        WRITE,
        events::patch,
    ),
    bot(
        "DELETE",
        "/guilds/{guild.id}/scheduled-events/{guild_scheduled_event.id}",
        WRITE,
        events::delete,
    ),
    bot("GET", "/channels/{channel.id}", READ, channels::get),
    bot("PATCH", "/channels/{channel.id}", WRITE, channel_edit::patch),
    bot("DELETE", "/channels/{channel.id}", WRITE, channels::delete),
    bot(
        "PUT",
        "/channels/{channel.id}/permissions/{overwrite.id}",
        WRITE,
        overwrites::put,
    ),
    bot(
        "DELETE",
        "/channels/{channel.id}/permissions/{overwrite.id}",
        WRITE,
        overwrites::delete,
    ),
    bot("GET", "/channels/{channel.id}/messages", SEND, messages::list).query(PAGE),
    bot("POST", "/channels/{channel.id}/messages", SEND, messages::create),
    bot(
        "POST",
        "/channels/{channel.id}/messages/bulk-delete",
        (1, 1),
        messages_more::bulk_delete,
    ),
    bot(
        "GET",
        "/channels/{channel.id}/messages/pins",
        READ,
        messages_more::pins,
    )
    .query(&["before", "limit"]),
    bot(
        "PUT",
        "/channels/{channel.id}/messages/pins/{message.id}",
        SEND,
        messages_more::pin,
    ),
    bot(
        "DELETE",
        "/channels/{channel.id}/messages/pins/{message.id}",
        SEND,
        messages_more::unpin,
    ),
    bot(
        "GET",
        "/channels/{channel.id}/messages/{message.id}",
        READ,
        messages::get,
    ),
    bot(
        "PATCH",
        "/channels/{channel.id}/messages/{message.id}",
        SEND,
        messages::patch,
    ),
    bot(
        "DELETE",
        "/channels/{channel.id}/messages/{message.id}",
        SEND,
        messages_more::delete,
    ),
    bot(
        "POST",
        "/channels/{channel.id}/messages/{message.id}/threads",
        WRITE,
        threads::start_from_message,
    ),
    bot("POST", "/channels/{channel.id}/threads", WRITE, threads::start),
    bot(
        "GET",
        "/channels/{channel.id}/thread-members",
        READ,
        threads::members,
    )
    .query(&["with_member", "after", "limit"]),
    bot(
        "PUT",
        "/channels/{channel.id}/thread-members/@me",
        WRITE,
        threads::join,
    ),
    bot(
        "DELETE",
        "/channels/{channel.id}/thread-members/@me",
        WRITE,
        threads::leave,
    ),
    bot(
        "PUT",
        "/channels/{channel.id}/thread-members/{user.id}",
        WRITE,
        threads::add_member,
    ),
    bot(
        "DELETE",
        "/channels/{channel.id}/thread-members/{user.id}",
        WRITE,
        threads::remove_member,
    ),
    bot(
        "GET",
        "/channels/{channel.id}/threads/archived/public",
        READ,
        threads::archived_public,
    )
    .query(&["before", "limit"]),
    bot(
        "GET",
        "/channels/{channel.id}/threads/archived/private",
        READ,
        threads::archived_private,
    )
    .query(&["before", "limit"]),
    token(
        "POST",
        "/interactions/{interaction.id}/{interaction.token}/callback",
        callback::callback,
    )
    .query(&["with_response"]),
    token(
        "GET",
        "/webhooks/{application.id}/{interaction.token}/messages/@original",
        webhooks::get_original,
    ),
    token(
        "PATCH",
        "/webhooks/{application.id}/{interaction.token}/messages/@original",
        webhooks::edit_original,
    ),
    token(
        "DELETE",
        "/webhooks/{application.id}/{interaction.token}/messages/@original",
        webhooks::delete_original,
    ),
    token(
        "POST",
        "/webhooks/{application.id}/{interaction.token}",
        webhooks::follow_up,
    ),
    token(
        "GET",
        "/webhooks/{application.id}/{interaction.token}/messages/{message.id}",
        webhooks::get,
    ),
    token(
        "PATCH",
        "/webhooks/{application.id}/{interaction.token}/messages/{message.id}",
        webhooks::edit,
    ),
    token(
        "DELETE",
        "/webhooks/{application.id}/{interaction.token}/messages/{message.id}",
        webhooks::delete,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn template(method: &str, path: &str) -> Option<&'static str> {
        match find(method, path) {
            Found::Route(route, _) => Some(route.template),
            _ => None,
        }
    }

    #[test]
    fn literal_segments_go_before_parameters() {
        assert_eq!(
            template("GET", "/guilds/1/members/search"),
            Some("/guilds/{guild.id}/members/search")
        );
        assert_eq!(
            template("GET", "/channels/1/messages/pins"),
            Some("/channels/{channel.id}/messages/pins")
        );
        assert_eq!(template("GET", "/users/@me"), Some("/users/@me"));
    }

    #[test]
    fn unknown_paths_and_methods_differ() {
        assert!(matches!(find("GET", "/guild/1"), Found::None));
        assert!(matches!(find("GET", "/guilds/"), Found::None));
        assert!(matches!(find("PUT", "/guilds/1"), Found::Method));
    }
}
