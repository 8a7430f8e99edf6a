//! The requests as values.

use crate::adapters::discord_rest::requests::*;
use crate::adapters::discord_rest::{Auth, CommandScope, Repeat, Request};
use crate::domain::ids::{ApplicationId, ChannelId, CommandId, GuildId, MessageId, ScheduledId, UserId};
use crate::domain::scheduled::{Card, Status};
use crate::ports::discord::{
    ChannelKind, DiscordError, DiscordResult, Mentions, MessageBody, NewChannel, NewMessage, Upload,
};
use serde_json::{Value, json};
use std::time::Duration;

pub fn new_channel() -> NewChannel {
    NewChannel {
        kind: ChannelKind::Text,
        name: "2026-11-28-spa".to_owned(),
        topic: Some("6 h of Spa, sign-up until Friday".to_owned()),
        parent: Some(ChannelId(21)),
        overwrites: Vec::new(),
        user_limit: None,
    }
}

pub fn new_message() -> NewMessage {
    let button = json!({ "type": 2, "style": 3, "label": "Sign up", "custom_id": "signup:join" });
    NewMessage {
        body: MessageBody(json!({
            "content": "Sign up for <@501> and @everyone",
            "components": [{ "type": 1, "components": [button] }],
        })),
        nonce: "ev1-signup".to_owned(),
        mentions: Mentions {
            users: vec![UserId(502), UserId(501), UserId(502)],
        },
    }
}

fn file() -> Upload {
    Upload {
        filename: "roster \"1\".csv".to_owned(),
        content_type: "text/csv; charset=utf-8",
        bytes: b"name\r\n--\r\n".to_vec(),
    }
}

#[test]
fn a_file_goes_beside_the_body() {
    let body = MessageBody(json!({ "content": "hi" }));
    let request = edit_original_with_file(ApplicationId(1), "t", &body, &file()).unwrap();
    let (kind, bytes) = request.content().unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
    let [nothing, payload, file, end] = parts.as_slice() else {
        panic!("{text}")
    };
    assert_eq!((*nothing, *end), ("", "--\r\n"));
    let (head, json) = payload.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("name=\"payload_json\""), "{head}");
    let json: Value = serde_json::from_str(json).unwrap();
    assert_eq!(
        (&json["content"], &json["attachments"][0]["id"]),
        (&json!("hi"), &json!("0"))
    );
    let expected = "\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"roster__1_.csv\"\r\nContent-Type: text/csv; charset=utf-8\r\n\r\nname\r\n--\r\n\r\n";
    assert_eq!(*file, expected);
    // Without a file it is plain JSON.
    let (kind, _) = edit_original(ApplicationId(1), "t", &body)
        .unwrap()
        .content()
        .unwrap();
    assert_eq!(kind, "application/json");
}

pub fn command() -> Value {
    json!({
        "name": "event",
        "description": "Race events",
        "type": 1,
        "contexts": [0],
        "default_member_permissions": "32",
        "options": [{ "type": 3, "name": "title", "description": "Its title", "required": true }],
    })
}

/// One request of each builder, with its name.
fn card() -> Card {
    Card {
        name: "Monza".to_owned(),
        description: "Cup. Sign up in <#31>.".to_owned(),
        location: "#nov-28-monza".to_owned(),
        starts_at: "2026-11-28T13:00:00Z".parse().unwrap(),
        ends_at: "2026-11-28T19:00:00Z".parse().unwrap(),
    }
}

pub fn every_request() -> Vec<(&'static str, Request)> {
    let (application, guild, channel) = (ApplicationId(4001), GuildId(11), ChannelId(31));
    let (global, local) = (CommandScope::Global, CommandScope::Guild(guild));
    let message = new_message();
    vec![
        ("list_channels", list_channels(guild)),
        (
            "create_channel",
            create_channel(guild, &new_channel(), "Published by Ana Müller").unwrap(),
        ),
        ("post_message", post_message(channel, &message).unwrap()),
        ("get_message", get_message(channel, MessageId(41))),
        (
            "rename_channel",
            rename_channel(channel, "28-nov-monza", "Renamed by hand"),
        ),
        (
            "edit_message",
            edit_message(channel, MessageId(41), &message.body).unwrap(),
        ),
        ("latest_messages", latest_messages(channel)),
        ("scheduled_events", scheduled_events(guild)),
        ("voice_state", voice_state(guild, UserId(501))),
        (
            "create_scheduled_event",
            create_scheduled_event(guild, &card(), "The event Monza").unwrap(),
        ),
        (
            "edit_scheduled_event",
            edit_scheduled_event(guild, ScheduledId(61), (&card(), false), "The event Monza").unwrap(),
        ),
        (
            "edit_running_event",
            edit_scheduled_event(guild, ScheduledId(61), (&card(), true), "The event Monza").unwrap(),
        ),
        (
            "bring_scheduled_event",
            bring_scheduled_event(guild, ScheduledId(61), Status::Canceled, "The event Monza"),
        ),
        (
            "delete_scheduled_event",
            delete_scheduled_event(guild, ScheduledId(61), "The event Monza"),
        ),
        ("open_dm", open_dm(UserId(501))),
        (
            "edit_original",
            edit_original(application, "tok/en", &message.body).unwrap(),
        ),
        (
            "edit_original_with_file",
            edit_original_with_file(application, "tok/en", &message.body, &file()).unwrap(),
        ),
        ("list_commands", list_commands(application, global)),
        ("list_guild_commands", list_commands(application, local)),
        ("put_commands", put_commands(application, global, &[command()])),
        (
            "put_guild_commands",
            put_commands(application, local, &[command()]),
        ),
        ("create_command", create_command(application, global, &command())),
        (
            "create_guild_command",
            create_command(application, local, &command()),
        ),
        (
            "edit_command",
            edit_command(application, global, CommandId(51), &command()),
        ),
        (
            "edit_guild_command",
            edit_command(application, local, CommandId(51), &command()),
        ),
        (
            "delete_command",
            delete_command(application, global, CommandId(51)),
        ),
        (
            "delete_guild_command",
            delete_command(application, local, CommandId(51)),
        ),
        ("current_application", current_application()),
        ("current_user", current_user()),
    ]
}

#[test]
fn every_request_is_as_agreed() {
    let shown: Vec<_> = every_request()
        .into_iter()
        .map(|(name, request)| shown(name, &request))
        .collect();
    insta::assert_json_snapshot!(shown);
}

fn shown(name: &str, request: &Request) -> Value {
    // The interaction's token stands in the route as a number of the standard library's choice.
    let route = match request.auth {
        Auth::Bot | Auth::Own => request.route.to_string(),
        Auth::Interaction => request.route.template.to_owned(),
    };
    json!({
        "builder": name,
        "target": format!("{} {}", request.method, request.target()),
        "route": route,
        "body": request.body,
        "reason": request.reason,
        "auth": format!("{:?}", request.auth),
        "repeat": format!("{:?}", request.repeat),
    })
}

#[test]
fn what_may_be_repeated_is_told() {
    for (name, request) in every_request() {
        let expected = match name {
            "create_channel" | "create_scheduled_event" => Repeat::Unsafe,
            "post_message" => Repeat::SafeFor(Duration::from_secs(60)),
            _ => Repeat::Safe,
        };
        assert_eq!(request.repeat, expected, "{name}");
    }
}

fn refused<T: std::fmt::Debug>(result: DiscordResult<T>) -> String {
    match result {
        Err(DiscordError::Refused {
            code: 50035, message, ..
        }) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_and_topics_are_counted_in_characters() {
    let channel = |name: String, topic: Option<String>| {
        create_channel(
            GuildId(11),
            &NewChannel {
                name,
                topic,
                ..new_channel()
            },
            "",
        )
        .map(drop)
    };
    assert_eq!(channel("é".repeat(100), Some("語".repeat(1024))), Ok(()));
    assert_eq!(
        refused(channel("é".repeat(101), None)),
        "not sent: name: 1-100 characters, not 101"
    );
    assert_eq!(
        refused(channel(String::new(), None)),
        "not sent: name: 1-100 characters, not 0"
    );
    refused(channel("spa".to_owned(), Some("語".repeat(1025))));
}

#[test]
fn contents_nonces_and_mentions_beyond_the_limits_are_refused() {
    let post = |change: &dyn Fn(&mut NewMessage)| {
        let mut message = new_message();
        change(&mut message);
        post_message(ChannelId(31), &message).map(drop)
    };
    let content = |length| MessageBody(json!({ "content": "ü".repeat(length) }));
    assert_eq!(post(&|m| m.body = content(2000)), Ok(()));
    refused(post(&|m| m.body = content(2001)));
    assert_eq!(post(&|m| m.nonce = "n".repeat(25)), Ok(()));
    refused(post(&|m| m.nonce = "n".repeat(26)));
    refused(post(&|m| m.nonce.clear()));
    assert_eq!(
        post(&|m| m.mentions.users = (1..=100).map(UserId).collect()),
        Ok(())
    );
    refused(post(&|m| m.mentions.users = (1..=101).map(UserId).collect()));
    refused(post(&|m| m.body = MessageBody(json!("text"))));
}

#[test]
fn a_message_cannot_widen_its_own_mentions() {
    let body = MessageBody(json!({ "content": "@everyone", "allowed_mentions": { "parse": ["everyone"] } }));
    let request = edit_message(ChannelId(31), MessageId(41), &body).unwrap();
    assert_eq!(request.body.unwrap()["allowed_mentions"], json!({ "parse": [] }));
}

#[test]
fn a_reason_is_cut_to_512_characters_and_encoded() {
    let reason = |text: &str| create_channel(GuildId(11), &new_channel(), text).unwrap().reason;
    assert_eq!(reason(&"ü".repeat(513)), Some("%C3%BC".repeat(512)));
    assert_eq!(reason("  a\nb "), Some("a%0Ab".to_owned()));
    assert_eq!(reason("  "), None);
}

#[test]
fn a_token_cannot_lead_the_path_elsewhere() {
    let body = MessageBody(json!({}));
    for token in ["", ".", ".."] {
        refused(edit_original(ApplicationId(1), token, &body));
    }
    let path = edit_original(ApplicationId(1), "../../guilds?x#y", &body)
        .unwrap()
        .path;
    assert_eq!(path, "/webhooks/1/..%2F..%2Fguilds%3Fx%23y/messages/@original");
}
