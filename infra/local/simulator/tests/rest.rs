//! The HTTP API as a client sees it: credentials, permissions, limits, nonces.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop the test")]

mod common;

use common::{AGENT, APP, BASE, MANAGE_CHANNELS, MANAGE_ROLES, SEND, TOKEN, VIEW, id, world};
use gantry_simulator::{NewChannel, NewRole, NewUser};
use jiff::SignedDuration;
use serde_json::{Value, json};

#[tokio::test]
async fn credentials_and_the_user_agent_are_asked_for() {
    let world = world().await;
    let url = format!("{}/api/v10/users/@me", world.base);
    let get = |token: &str, agent: &str| {
        world
            .http
            .get(&url)
            .header("authorization", token.to_owned())
            .header("user-agent", agent.to_owned())
            .send()
    };
    let good = format!("Bot {TOKEN}");
    assert_eq!(get(&good, AGENT).await.unwrap().status(), 200);
    assert_eq!(get(TOKEN, AGENT).await.unwrap().status(), 401);
    assert_eq!(get("Bot wrong", AGENT).await.unwrap().status(), 401);
    for agent in ["curl/8.5", "DiscordBot", "DiscordBot (gantry)"] {
        assert_eq!(get(&good, agent).await.unwrap().status(), 403, "{agent}");
    }
}

#[tokio::test]
async fn unknown_routes_methods_parameters_and_bodies_are_refused() {
    let world = world().await;
    assert_eq!(
        world.call("GET", "/nothing", None).await,
        (404, json!({"message": "404: Not Found", "code": 0}))
    );
    assert_eq!(world.call("PUT", "/users/@me", None).await.0, 405);
    assert_eq!(world.code("GET", "/users/@me?colour=red", None).await, 50035);
    assert_eq!(world.code("GET", "/channels/abc", None).await, 50035);
    let url = format!("{}/api/v10/users/@me/channels", world.base);
    let post = |kind: &str, body: &str| {
        let request = world
            .http
            .post(&url)
            .header("authorization", format!("Bot {TOKEN}"));
        request
            .header("content-type", kind.to_owned())
            .body(body.to_owned())
            .send()
    };
    let text: Value = post("text/plain", "{}").await.unwrap().json().await.unwrap();
    assert_eq!(text["errors"]["_errors"][0]["code"], "CONTENT_TYPE_INVALID");
    let broken: Value = post("application/json", "{").await.unwrap().json().await.unwrap();
    assert_eq!(broken["code"], 50109);
}

#[tokio::test]
async fn a_channel_is_made_with_discords_name_and_found_again() {
    let world = world().await;
    let channel = world.channel("Spa 24 Hours").await;
    let found = world.ok("GET", &format!("/channels/{channel}"), None).await;
    assert_eq!(
        (found["name"].as_str(), found["type"].as_u64()),
        (Some("spa-24-hours"), Some(0))
    );
    let list = world
        .ok("GET", &format!("/guilds/{}/channels", world.guild), None)
        .await;
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(
        world.ok("DELETE", &format!("/channels/{channel}"), None).await["id"],
        channel.to_string()
    );
    assert_eq!(
        world.code("GET", &format!("/channels/{channel}"), None).await,
        10003
    );
}

#[tokio::test]
async fn long_fields_and_unknown_keys_have_their_paths() {
    let world = world().await;
    let path = format!("/guilds/{}/channels", world.guild);
    let (status, answer) = world
        .call("POST", &path, Some(json!({"name": "x".repeat(101), "colour": 1})))
        .await;
    assert_eq!((status, answer["code"].as_u64()), (400, Some(50035)));
    assert_eq!(
        answer["errors"]["name"]["_errors"][0]["code"],
        "BASE_TYPE_BAD_LENGTH"
    );
    assert_eq!(answer["errors"]["colour"]["_errors"][0]["code"], "UNKNOWN_KEY");
    for (topic, status) in [(1024, 201), (1025, 400)] {
        let body = json!({"name": "x", "topic": "t".repeat(topic)});
        assert_eq!(world.call("POST", &path, Some(body)).await.0, status);
    }
}

#[tokio::test]
async fn missing_permissions_and_missing_access_differ() {
    let world = world().await;
    let path = format!("/guilds/{}/channels", world.guild);
    let channel = world.channel("spa").await;
    world
        .simulator
        .install_bot(world.guild, BASE & !MANAGE_CHANNELS)
        .unwrap();
    assert_eq!(world.code("POST", &path, Some(json!({"name": "x"}))).await, 50013);
    world
        .simulator
        .set_overwrite(channel, world.guild, 0, VIEW)
        .unwrap();
    assert_eq!(
        world.code("GET", &format!("/channels/{channel}"), None).await,
        50001
    );
    world.simulator.remove_bot(world.guild).unwrap();
    assert_eq!(
        world.code("GET", &format!("/guilds/{}", world.guild), None).await,
        50001
    );
    assert_eq!(world.code("GET", "/guilds/1", None).await, 10004);
}

#[tokio::test]
async fn the_bot_can_lock_itself_out() {
    let world = world().await;
    let channel = world.channel("spa").await;
    let deny = json!({"permission_overwrites": [{"id": world.guild.to_string(), "type": 0, "deny": VIEW.to_string()}]});
    world
        .ok("PATCH", &format!("/channels/{channel}"), Some(deny))
        .await;
    assert_eq!(
        world
            .code(
                "PATCH",
                &format!("/channels/{channel}"),
                Some(json!({"name": "x"}))
            )
            .await,
        50001
    );
    let kept = world.channel("le-mans").await;
    let both = json!({"permission_overwrites": [
        {"id": world.guild.to_string(), "type": 0, "deny": VIEW.to_string()},
        {"id": APP.to_string(), "type": 1, "allow": VIEW.to_string()},
    ]});
    world.ok("PATCH", &format!("/channels/{kept}"), Some(both)).await;
    world.ok("GET", &format!("/channels/{kept}"), None).await;
}

#[tokio::test]
async fn overwrites_hold_only_bits_that_the_bot_has() {
    let world = world().await;
    let channel = world.channel("spa").await;
    let path = format!("/channels/{channel}/permissions/{}", world.member);
    let body = |bits: u64| Some(json!({"type": 1, "allow": bits.to_string()}));
    assert_eq!(world.call("PUT", &path, body(SEND)).await.0, 204);
    let add_reactions = 1 << 6;
    let kick = 1 << 1;
    assert_eq!(
        world.call("PUT", &path, body(add_reactions)).await.0,
        204,
        "@everyone has it, so the bot has it"
    );
    assert_eq!(world.code("PUT", &path, body(kick)).await, 50013);
    assert_eq!(world.code("PUT", &path, body(MANAGE_ROLES)).await, 50013);
    assert_eq!(
        world
            .code("PUT", &format!("/channels/{channel}/permissions/5"), body(SEND))
            .await,
        10009
    );
    assert_eq!(world.call("DELETE", &path, None).await.0, 204);
    assert_eq!(world.code("DELETE", &path, None).await, 10009);
}

#[tokio::test]
async fn a_category_holds_50_and_a_guild_500_channels() {
    let world = world().await;
    let hand = |name: String, kind: u8, parent: Option<u64>| {
        let new = NewChannel {
            name,
            kind,
            parent,
            overwrites: Vec::new(),
        };
        world.simulator.create_channel(world.guild, new).unwrap()
    };
    let category = hand("GT3".to_owned(), 4, None);
    for index in 0..49 {
        hand(format!("c{index}"), 0, Some(category));
    }
    let path = format!("/guilds/{}/channels", world.guild);
    let body = Some(json!({"name": "last", "parent_id": category.to_string()}));
    world.ok("POST", &path, body.clone()).await;
    let (_, answer) = world.call("POST", &path, body).await;
    assert_eq!(
        answer["errors"]["parent_id"]["_errors"][0]["code"],
        "CHANNEL_PARENT_MAX_CHANNELS"
    );
    for index in 0..448 {
        hand(format!("d{index}"), 0, None);
    }
    world.channel("number-500").await;
    assert_eq!(
        world
            .code("POST", &path, Some(json!({"name": "number-501"})))
            .await,
        30013
    );
}

#[tokio::test]
async fn only_one_parent_changes_per_request_and_a_deleted_category_keeps_its_children() {
    let world = world().await;
    let path = format!("/guilds/{}/channels", world.guild);
    let category = id(&world
        .ok("POST", &path, Some(json!({"name": "GT3", "type": 4})))
        .await);
    let (a, b) = (world.channel("a").await, world.channel("b").await);
    let into = |channel: u64| json!({"id": channel.to_string(), "parent_id": category.to_string()});
    assert_eq!(
        world.code("PATCH", &path, Some(json!([into(a), into(b)]))).await,
        40009
    );
    assert_eq!(
        world
            .call(
                "PATCH",
                &path,
                Some(json!([into(a), {"id": b.to_string(), "position": 0}]))
            )
            .await
            .0,
        204
    );
    assert_eq!(
        world.ok("GET", &format!("/channels/{a}"), None).await["parent_id"],
        category.to_string()
    );
    world.ok("DELETE", &format!("/channels/{category}"), None).await;
    assert_eq!(
        world.ok("GET", &format!("/channels/{a}"), None).await["parent_id"],
        Value::Null
    );
}

#[tokio::test]
async fn a_nonce_returns_the_earlier_message_within_minutes() {
    let world = world().await;
    let channel = world.channel("spa").await;
    let path = format!("/channels/{channel}/messages");
    let body =
        |enforce: bool| Some(json!({"content": "Sign up", "nonce": "job-1", "enforce_nonce": enforce}));
    let first = id(&world.ok("POST", &path, body(true)).await);
    world.clock.advance(SignedDuration::from_secs(290));
    assert_eq!(id(&world.ok("POST", &path, body(true)).await), first);
    assert_ne!(id(&world.ok("POST", &path, body(false)).await), first);
    world.clock.advance(SignedDuration::from_mins(6));
    assert_ne!(id(&world.ok("POST", &path, body(true)).await), first);
    assert_eq!(world.simulator.messages(channel).len(), 3);
    let long = Some(json!({"content": "x", "nonce": "n".repeat(26)}));
    assert_eq!(world.code("POST", &path, long).await, 50035);
}

#[tokio::test]
async fn messages_are_listed_edited_pinned_and_deleted() {
    let world = world().await;
    let channel = world.channel("spa").await;
    let path = format!("/channels/{channel}/messages");
    let mut ids = Vec::new();
    for number in 0..4 {
        ids.push(id(&world
            .ok("POST", &path, Some(json!({"content": format!("m{number}")})))
            .await));
    }
    let page = |query: String| {
        let world = &world;
        let path = &path;
        async move {
            let list = world.ok("GET", &format!("{path}?{query}"), None).await;
            list.as_array().unwrap().iter().map(id).collect::<Vec<_>>()
        }
    };
    assert_eq!(page("limit=2".to_owned()).await, [ids[3], ids[2]]);
    assert_eq!(page(format!("before={}&limit=1", ids[2])).await, [ids[1]]);
    assert_eq!(page(format!("after={}&limit=2", ids[0])).await, [ids[2], ids[1]]);
    assert_eq!(world.code("GET", &format!("{path}?limit=101"), None).await, 50035);
    let edited = world
        .ok(
            "PATCH",
            &format!("{path}/{}", ids[0]),
            Some(json!({"content": "new"})),
        )
        .await;
    assert!(edited["edited_timestamp"].is_string() && edited["content"] == "new");
    assert_eq!(
        world
            .call("PUT", &format!("{path}/pins/{}", ids[0]), None)
            .await
            .0,
        204
    );
    let pins = world.ok("GET", &format!("{path}/pins"), None).await;
    assert_eq!(pins["items"][0]["message"]["id"], ids[0].to_string());
    let bulk = |list: &[u64]| Some(json!({"messages": list.iter().map(u64::to_string).collect::<Vec<_>>()}));
    assert_eq!(
        world
            .code("POST", &format!("{path}/bulk-delete"), bulk(&ids[..1]))
            .await,
        50016
    );
    assert_eq!(
        world
            .call("POST", &format!("{path}/bulk-delete"), bulk(&ids[1..3]))
            .await
            .0,
        204
    );
    assert_eq!(
        world.call("DELETE", &format!("{path}/{}", ids[0]), None).await.0,
        204
    );
    assert_eq!(
        world.code("GET", &format!("{path}/{}", ids[0]), None).await,
        10008
    );
    assert_eq!(
        world.code("POST", &path, Some(json!({"content": "  "}))).await,
        50006
    );
}

#[tokio::test]
async fn others_messages_cannot_be_edited() {
    let world = world().await;
    let channel = world.channel("spa").await;
    let message = world
        .simulator
        .post_message(channel, world.member, "hello")
        .unwrap();
    let path = format!("/channels/{channel}/messages/{message}");
    assert_eq!(
        world.code("PATCH", &path, Some(json!({"content": "x"}))).await,
        50005
    );
    assert_eq!(
        world.call("DELETE", &path, None).await.0,
        204,
        "MANAGE_MESSAGES allows to delete"
    );
}

#[tokio::test]
async fn mentions_follow_allowed_mentions_and_rights() {
    let world = world().await;
    let channel = world.channel("spa").await;
    let role = world
        .simulator
        .create_role(
            world.guild,
            NewRole {
                name: "GT3".to_owned(),
                ..NewRole::default()
            },
        )
        .unwrap();
    let path = format!("/channels/{channel}/messages");
    let content = format!("<@{}> <@&{role}> @everyone", world.member);
    let loud = world.ok("POST", &path, Some(json!({"content": content}))).await;
    assert_eq!(loud["mentions"][0]["id"], world.member.to_string());
    assert_eq!(
        (loud["mention_roles"][0].as_str(), &loud["mention_everyone"]),
        (Some(&*role.to_string()), &json!(true))
    );
    let quiet = world
        .ok(
            "POST",
            &path,
            Some(json!({"content": content, "allowed_mentions": {"parse": []}})),
        )
        .await;
    assert_eq!(
        (
            quiet["mentions"].as_array().unwrap().len(),
            &quiet["mention_everyone"]
        ),
        (0, &json!(false))
    );
    world
        .simulator
        .install_bot(world.guild, BASE & !(1 << 17))
        .unwrap();
    let unprivileged = world.ok("POST", &path, Some(json!({"content": content}))).await;
    assert_eq!(
        (
            unprivileged["mention_roles"].as_array().unwrap().len(),
            &unprivileged["mention_everyone"]
        ),
        (0, &json!(false))
    );
}

#[tokio::test]
async fn dms_open_once_and_can_be_closed() {
    let world = world().await;
    let body = Some(json!({"recipient_id": world.member.to_string()}));
    let dm = id(&world.ok("POST", "/users/@me/channels", body.clone()).await);
    assert_eq!(id(&world.ok("POST", "/users/@me/channels", body).await), dm);
    let path = format!("/channels/{dm}/messages");
    world
        .ok(
            "POST",
            &path,
            Some(json!({"content": "Your stint starts in 15 minutes"})),
        )
        .await;
    assert_eq!(world.simulator.dms(world.member).len(), 1);
    world.simulator.set_dms_closed(world.member, true).unwrap();
    assert_eq!(
        world.code("POST", &path, Some(json!({"content": "x"}))).await,
        50007
    );
    let stranger = world.simulator.create_user(NewUser {
        username: "zoe".to_owned(),
        ..NewUser::default()
    });
    let dm = id(&world
        .ok(
            "POST",
            "/users/@me/channels",
            Some(json!({"recipient_id": stranger.to_string()})),
        )
        .await);
    assert_eq!(
        world
            .code(
                "POST",
                &format!("/channels/{dm}/messages"),
                Some(json!({"content": "x"}))
            )
            .await,
        50278
    );
}
