//! The HTTP API: roles, members, threads, events, commands, limits.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop the test")]

mod common;

use common::{APP, id, world};
use gantry_simulator::{NewChannel, NewRole};
use jiff::SignedDuration;
use serde_json::{Value, json};

#[tokio::test]
async fn roles_obey_the_hierarchy() {
    let world = world().await;
    let path = format!("/guilds/{}/roles", world.guild);
    let role = id(&world
        .ok("POST", &path, Some(json!({"name": "Team 1", "permissions": "0"})))
        .await);
    let give = |role: u64| format!("/guilds/{}/members/{}/roles/{role}", world.guild, world.member);
    assert_eq!(world.call("PUT", &give(role), None).await.0, 204);
    let member = world
        .ok(
            "GET",
            &format!("/guilds/{}/members/{}", world.guild, world.member),
            None,
        )
        .await;
    assert_eq!(member["roles"], json!([role.to_string()]));
    assert_eq!(world.call("DELETE", &give(role), None).await.0, 204);
    let high = NewRole {
        name: "Admin".to_owned(),
        above_bot: true,
        ..NewRole::default()
    };
    let high = world.simulator.create_role(world.guild, high).unwrap();
    assert_eq!(world.code("PUT", &give(high), None).await, 50013);
    assert_eq!(world.code("PUT", &give(world.bot_role), None).await, 50013);
    assert_eq!(world.code("PUT", &give(5), None).await, 10011);
    assert_eq!(world.code("DELETE", &format!("{path}/{high}"), None).await, 50013);
    let admin = Some(json!({"name": "x", "permissions": "8"}));
    assert_eq!(
        world.code("POST", &path, admin).await,
        50013,
        "only rights that the bot has"
    );
    world
        .ok(
            "PATCH",
            &format!("{path}/{role}"),
            Some(json!({"name": "Team One"})),
        )
        .await;
    assert_eq!(world.call("DELETE", &format!("{path}/{role}"), None).await.0, 204);
    assert_eq!(world.code("GET", &format!("{path}/{role}"), None).await, 10011);
}

#[tokio::test]
async fn a_guild_has_at_most_250_roles() {
    let world = world().await;
    for index in 0..247 {
        let role = NewRole {
            name: format!("r{index}"),
            ..NewRole::default()
        };
        world.simulator.create_role(world.guild, role).unwrap();
    }
    let path = format!("/guilds/{}/roles", world.guild);
    world.ok("POST", &path, Some(json!({"name": "number 250"}))).await;
    assert_eq!(
        world
            .code("POST", &path, Some(json!({"name": "number 251"})))
            .await,
        30005
    );
}

#[tokio::test]
async fn members_are_paged_and_searched() {
    let world = world().await;
    let path = format!("/guilds/{}/members", world.guild);
    let one = world.ok("GET", &path, None).await;
    assert_eq!(one.as_array().unwrap().len(), 1, "the default limit is 1");
    let after = one[0]["user"]["id"].as_str().unwrap();
    let rest = world
        .ok("GET", &format!("{path}?limit=1000&after={after}"), None)
        .await;
    assert_eq!(rest.as_array().unwrap().len(), 2);
    assert_eq!(
        world.code("GET", &format!("{path}?limit=1001"), None).await,
        50035
    );
    let found = world
        .ok("GET", &format!("{path}/search?query=BEN&limit=10"), None)
        .await;
    assert_eq!(found[0]["user"]["id"], world.member.to_string());
    world.simulator.set_members_intent(false);
    assert_eq!(world.code("GET", &path, None).await, 50001);
    assert_eq!(world.code("GET", &format!("{path}/5"), None).await, 10013);
}

#[tokio::test]
async fn threads_have_members_and_are_archived() {
    let world = world().await;
    let channel = world.channel("spa").await;
    let thread = world
        .ok(
            "POST",
            &format!("/channels/{channel}/threads"),
            Some(json!({"name": "Team 1", "type": 12, "invitable": false})),
        )
        .await;
    let thread = id(&thread);
    let member = format!("/channels/{thread}/thread-members/{}", world.member);
    assert_eq!(world.call("PUT", &member, None).await.0, 204);
    let members = world
        .ok(
            "GET",
            &format!("/channels/{thread}/thread-members?with_member=true"),
            None,
        )
        .await;
    assert_eq!(members.as_array().unwrap().len(), 2);
    world
        .ok(
            "PATCH",
            &format!("/channels/{thread}"),
            Some(json!({"archived": true})),
        )
        .await;
    assert_eq!(world.code("DELETE", &member, None).await, 50083);
    assert_eq!(
        world
            .code(
                "PATCH",
                &format!("/channels/{thread}"),
                Some(json!({"name": "x"}))
            )
            .await,
        50083
    );
    let archived = world
        .ok(
            "GET",
            &format!("/channels/{channel}/threads/archived/private"),
            None,
        )
        .await;
    assert_eq!(archived["threads"][0]["id"], thread.to_string());
    world
        .ok(
            "POST",
            &format!("/channels/{thread}/messages"),
            Some(json!({"content": "back"})),
        )
        .await;
    assert_eq!(
        world.ok("GET", &format!("/channels/{thread}"), None).await["thread_metadata"]["archived"],
        false
    );
}

#[tokio::test]
async fn a_message_has_one_thread_with_its_own_id() {
    let world = world().await;
    let channel = world.channel("spa").await;
    let message = id(&world
        .ok(
            "POST",
            &format!("/channels/{channel}/messages"),
            Some(json!({"content": "x"})),
        )
        .await);
    let path = format!("/channels/{channel}/messages/{message}/threads");
    assert_eq!(
        id(&world.ok("POST", &path, Some(json!({"name": "talk"}))).await),
        message
    );
    assert_eq!(
        world.code("POST", &path, Some(json!({"name": "talk"}))).await,
        160_004
    );
}

#[tokio::test]
async fn scheduled_events_are_checked_as_a_whole() {
    let world = world().await;
    let path = format!("/guilds/{}/scheduled-events", world.guild);
    let event = |extra: Value| {
        let mut body = json!({
            "name": "Spa 24 h", "privacy_level": 2, "entity_type": 3,
            "scheduled_start_time": "2026-12-01T14:00:00Z", "scheduled_end_time": "2026-12-02T14:00:00Z",
            "entity_metadata": {"location": "Spa"},
        });
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        Some(body)
    };
    let made = world.ok("POST", &path, event(json!({}))).await;
    for wrong in [
        json!({"entity_metadata": null}),
        json!({"scheduled_end_time": null}),
        json!({"scheduled_start_time": "2026-11-01T14:00:00Z"}),
        json!({"name": "x".repeat(101)}),
        json!({"entity_type": 2}),
    ] {
        assert_eq!(
            world.code("POST", &path, event(wrong.clone())).await,
            50035,
            "{wrong}"
        );
    }
    let one = format!("{path}/{}", id(&made));
    assert_eq!(world.code("PATCH", &one, Some(json!({"status": 3}))).await, 50035);
    world.ok("PATCH", &one, Some(json!({"status": 2}))).await;
    world.ok("PATCH", &one, Some(json!({"status": 3}))).await;
    assert_eq!(
        world.code("PATCH", &one, Some(json!({"name": "x"}))).await,
        180_000
    );
    assert_eq!(world.call("DELETE", &one, None).await.0, 204);
    assert_eq!(world.code("GET", &one, None).await, 10070);
}

#[tokio::test]
async fn voice_states_are_asked_one_by_one() {
    let world = world().await;
    let new = NewChannel {
        name: "Team 1".to_owned(),
        kind: 2,
        ..NewChannel::default()
    };
    let room = world.simulator.create_channel(world.guild, new).unwrap();
    let path = format!("/guilds/{}/voice-states/{}", world.guild, world.member);
    assert_eq!(world.code("GET", &path, None).await, 10065);
    world
        .simulator
        .set_voice(world.guild, world.member, Some(room))
        .unwrap();
    assert_eq!(world.ok("GET", &path, None).await["channel_id"], room.to_string());
}

#[tokio::test]
async fn commands_are_replaced_as_a_set_and_keep_their_ids() {
    let world = world().await;
    let path = format!("/applications/{APP}/commands");
    let command = |name: &str| json!({"name": name, "description": "d"});
    let set = world
        .ok("PUT", &path, Some(json!([command("ping"), command("info")])))
        .await;
    let ping = set[0]["id"].clone();
    let again = world
        .ok("PUT", &path, Some(json!([command("ping"), command("help")])))
        .await;
    assert_eq!(again[0]["id"], ping);
    assert_eq!(world.simulator.commands(None).len(), 2);
    let (_, answer) = world
        .call(
            "PUT",
            &path,
            Some(json!([command("ping"), command("ping"), command("Bad")])),
        )
        .await;
    assert_eq!(
        answer["errors"]["1"]["name"]["_errors"][0]["code"],
        "APPLICATION_COMMANDS_DUPLICATE_NAME"
    );
    assert_eq!(
        answer["errors"]["2"]["name"]["_errors"][0]["code"],
        "APPLICATION_COMMAND_INVALID_NAME"
    );
    let many = |count: usize| (0..count).map(|i| command(&format!("c{i}"))).collect::<Vec<_>>();
    assert_eq!(world.code("PUT", &path, Some(json!(many(101)))).await, 30032);
    assert_eq!(
        world
            .ok("PUT", &path, Some(json!(many(100))))
            .await
            .as_array()
            .unwrap()
            .len(),
        100
    );
    assert_eq!(world.code("POST", &path, Some(command("one-more"))).await, 30032);
    assert_eq!(
        world.call("POST", &path, Some(command("c1"))).await.0,
        200,
        "the same name replaces"
    );
    world.ok("PUT", &path, Some(json!([]))).await;
    assert_eq!(
        world.code("PUT", &path, Some(json!(many(98)))).await,
        30034,
        "200 creations a day"
    );
}

#[tokio::test]
async fn buckets_empty_and_say_so() {
    let world = world().await;
    let channel = world.channel("spa").await;
    world.simulator.set_rate_limits(true);
    let path = format!("/channels/{channel}/messages");
    let send = || world.send("POST", &path, Some(json!({"content": "x"})));
    for left in ["4", "3", "2", "1", "0"] {
        let response = send().await.unwrap();
        assert_eq!(
            (
                response.status().as_u16(),
                response.headers()["x-ratelimit-remaining"].to_str().unwrap()
            ),
            (200, left)
        );
    }
    let limited = send().await.unwrap();
    assert_eq!(
        (
            limited.status().as_u16(),
            limited.headers()["x-ratelimit-scope"].to_str().unwrap()
        ),
        (429, "user")
    );
    let body: Value = limited.json().await.unwrap();
    assert_eq!(
        (&body["retry_after"], &body["global"]),
        (&json!(5.0), &json!(false))
    );
    world.clock.advance(SignedDuration::from_secs(5));
    assert_eq!(send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn renames_have_a_hidden_limit() {
    let world = world().await;
    let channel = world.channel("spa").await;
    world.simulator.set_rate_limits(true);
    let path = format!("/channels/{channel}");
    for name in ["a", "b"] {
        world.ok("PATCH", &path, Some(json!({"name": name}))).await;
    }
    let limited = world
        .send("PATCH", &path, Some(json!({"name": "c"})))
        .await
        .unwrap();
    assert_eq!(limited.status(), 429);
    assert_ne!(limited.headers()["x-ratelimit-remaining"], "0");
    assert_eq!(limited.json::<Value>().await.unwrap()["retry_after"], 600.0);
    world.ok("PATCH", &path, Some(json!({"nsfw": true}))).await;
    world.clock.advance(SignedDuration::from_mins(10));
    world.ok("PATCH", &path, Some(json!({"name": "c"}))).await;
}

#[tokio::test]
async fn old_messages_take_three_edits_an_hour() {
    let world = world().await;
    let channel = world.channel("spa").await;
    world.simulator.set_rate_limits(true);
    let message = id(&world
        .ok(
            "POST",
            &format!("/channels/{channel}/messages"),
            Some(json!({"content": "x"})),
        )
        .await);
    let path = format!("/channels/{channel}/messages/{message}");
    world.clock.advance(SignedDuration::from_hours(1));
    for number in 0..3 {
        world
            .ok("PATCH", &path, Some(json!({"content": format!("v{number}")})))
            .await;
    }
    assert_eq!(
        world.code("PATCH", &path, Some(json!({"content": "v3"}))).await,
        30046
    );
    world.clock.advance(SignedDuration::from_hours(1));
    world.ok("PATCH", &path, Some(json!({"content": "v4"}))).await;
}

#[tokio::test]
async fn time_archives_threads_and_runs_external_events() {
    let world = world().await;
    let channel = world.channel("spa").await;
    let body = json!({"name": "Team 1", "type": 12, "auto_archive_duration": 60});
    let thread = id(&world
        .ok("POST", &format!("/channels/{channel}/threads"), Some(body))
        .await);
    let path = format!("/guilds/{}/scheduled-events", world.guild);
    let event = json!({
        "name": "Practice", "privacy_level": 2, "entity_type": 3, "entity_metadata": {"location": "Spa"},
        "scheduled_start_time": "2026-11-28T14:59:00Z", "scheduled_end_time": "2026-11-28T16:00:00Z",
    });
    let event = id(&world.ok("POST", &path, Some(event)).await);
    world.clock.advance(SignedDuration::from_mins(59));
    let archived = |value: Value| value["thread_metadata"]["archived"].clone();
    assert_eq!(
        archived(world.ok("GET", &format!("/channels/{thread}"), None).await),
        false
    );
    assert_eq!(
        world.ok("GET", &format!("{path}/{event}"), None).await["status"],
        2
    );
    world.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(
        archived(world.ok("GET", &format!("/channels/{thread}"), None).await),
        true
    );
    world.clock.advance(SignedDuration::from_mins(60));
    assert_eq!(world.ok("GET", &path, None).await, json!([]));
}
