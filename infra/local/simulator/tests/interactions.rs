//! People using commands, components and modals.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop the test")]

mod common;

use axum::routing::post;
use common::endpoint::{Reply, message, reason, sign_up_board, stage};
use common::{SEND, VIEW, World};
use gantry_simulator::{Actor, NewUser, OutcomeKind};
use serde_json::{Value, json};

#[tokio::test]
async fn the_endpoint_is_verified_as_discord_does() {
    let (world, _endpoint, _) = stage().await;
    world.simulator.verify_endpoint().await.unwrap();
    let careless = axum::Router::new().route("/", post(|| async { axum::Json(json!({"type": 1})) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    world
        .simulator
        .set_endpoint(&format!("http://{}/", listener.local_addr().unwrap()));
    tokio::spawn(async move { axum::serve(listener, careless).await.unwrap() });
    let error = world.simulator.verify_endpoint().await.unwrap_err();
    assert!(error.to_string().contains("instead of 401"), "{error}");
}

#[tokio::test]
async fn a_slash_command_carries_what_discord_sends() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| Reply::Json(message("Published")));
    let options = json!({"event": "spa", "seats": 30, "manager": world.owner.to_string()});
    let outcome = world
        .simulator
        .slash(&actor.clone().speaking("de"), "event publish", options)
        .await;
    let OutcomeKind::Message { id, ephemeral: true } = outcome.kind else {
        panic!("{outcome:?}")
    };
    let payload = endpoint.last();
    assert_eq!(
        (
            payload["type"].as_u64(),
            payload["locale"].as_str(),
            payload["context"].as_u64()
        ),
        (Some(2), Some("de"), Some(0))
    );
    assert_eq!(
        payload["data"]["options"][0]["options"][1],
        json!({"name": "seats", "type": 4, "value": 30})
    );
    assert_eq!(
        payload["data"]["resolved"]["users"][world.owner.to_string()]["username"],
        "anna"
    );
    assert_eq!(
        payload["authorizing_integration_owners"]["0"],
        world.guild.to_string()
    );
    let bits: u64 = payload["member"]["permissions"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        bits,
        world.simulator.permissions_in(actor.channel, actor.user).unwrap()
    );
    assert_ne!(payload["app_permissions"], payload["member"]["permissions"]);
    assert!(world.simulator.messages(actor.channel).is_empty());
    assert_eq!(world.simulator.ephemeral_messages(actor.user)[0].id, id);
    assert_eq!(
        world
            .code("GET", &format!("/channels/{}/messages/{id}", actor.channel), None)
            .await,
        10008
    );
}

#[tokio::test]
async fn the_client_refuses_what_the_definition_does_not_allow() {
    let (world, endpoint, actor) = stage().await;
    for (command, options, why) in [
        ("event", json!({}), "sub-command"),
        ("event close", json!({}), "no sub-command close"),
        ("nothing", json!({}), "no command"),
        ("event publish", json!({}), "event is required"),
        (
            "event publish",
            json!({"event": "spa", "colour": 1}),
            "no option colour",
        ),
        (
            "event publish",
            json!({"event": "spa", "seats": "30"}),
            "wrong type",
        ),
        (
            "event publish",
            json!({"event": "spa", "seats": 61}),
            "out of range",
        ),
        (
            "event publish",
            json!({"event": "spa", "manager": "5"}),
            "not to be picked",
        ),
        ("admin", json!({}), "hidden"),
    ] {
        let outcome = world.simulator.slash(&actor, command, options).await;
        assert!(reason(&outcome.kind).contains(why), "{command}: {outcome:?}");
    }
    assert!(endpoint.seen.lock().unwrap().is_empty());
    endpoint.answers(|_| Reply::Json(message("ok")));
    let owner = Actor {
        user: world.owner,
        ..actor
    };
    assert!(
        world
            .simulator
            .slash(&owner, "admin", json!({}))
            .await
            .message_id()
            .is_some()
    );
}

#[tokio::test]
async fn autocompletion_gives_choices() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|payload| {
        let typed = payload["data"]["options"][0]["options"][0].clone();
        assert_eq!(
            (payload["type"].as_u64(), &typed["focused"]),
            (Some(4), &json!(true))
        );
        Reply::Json(json!({"type": 8, "data": {"choices": [{"name": typed["value"], "value": "1"}]}}))
    });
    let choices = world
        .simulator
        .autocomplete(&actor, "event publish", json!({"event": "sp"}), "event")
        .await
        .unwrap();
    assert_eq!((choices[0].name.as_str(), &choices[0].value), ("sp", &json!("1")));
    endpoint.answers(|_| {
        Reply::Json(json!({"type": 8, "data": {"choices": vec![json!({"name": "n", "value": "v"}); 26]}}))
    });
    assert!(
        world
            .simulator
            .autocomplete(&actor, "event publish", json!({}), "event")
            .await
            .is_err()
    );
    assert!(
        world
            .simulator
            .autocomplete(&actor, "event publish", json!({}), "seats")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn buttons_and_selects_act_on_their_message() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| Reply::Json(sign_up_board()));
    let board = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await
        .message_id()
        .unwrap();
    endpoint.answers(|payload| {
        assert_eq!(payload["message"]["content"], "Spa 24 h");
        Reply::Json(json!({"type": 7, "data": {"content": format!("got {}", payload["data"]["custom_id"].as_str().unwrap())}}))
    });
    let clicked = world.simulator.click(&actor, board, "signup:join").await;
    assert_eq!(clicked.kind, OutcomeKind::Updated);
    let text = |world: &World| world.simulator.message(actor.channel, board).unwrap().content;
    assert_eq!(text(&world), "got signup:join");
    endpoint.answers(|payload| Reply::Json(message(payload["data"]["values"][0].as_str().unwrap())));
    let picked = world
        .simulator
        .select(&actor, board, "signup:class", &["lmp2"])
        .await;
    let answer = picked.message_id().unwrap();
    assert_eq!(
        world.simulator.message(actor.channel, answer).unwrap().content,
        "lmp2"
    );
    let refused = [
        world.simulator.click(&actor, board, "signup:closed").await,
        world.simulator.click(&actor, board, "signup:none").await,
        world.simulator.click(&actor, 5, "signup:join").await,
        world.simulator.click(&actor, board, "signup:class").await,
        world
            .simulator
            .select(&actor, board, "signup:class", &["gt4"])
            .await,
        world
            .simulator
            .select(&actor, board, "signup:class", &["gt3", "lmp2"])
            .await,
    ];
    for outcome in &refused {
        assert!(matches!(outcome.kind, OutcomeKind::Refused { .. }), "{outcome:?}");
    }
    world
        .simulator
        .set_overwrite(actor.channel, actor.user, 0, VIEW)
        .unwrap();
    let hidden = world.simulator.click(&actor, board, "signup:join").await;
    assert!(reason(&hidden.kind).contains("not visible"));
}

#[tokio::test]
async fn an_ephemeral_message_answers_only_its_own_user() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| {
        let mut board = sign_up_board();
        board["data"]["flags"] = json!(64);
        Reply::Json(board)
    });
    let board = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await
        .message_id()
        .unwrap();
    let other = Actor {
        user: world.owner,
        ..actor.clone()
    };
    assert!(matches!(
        world.simulator.click(&other, board, "signup:join").await.kind,
        OutcomeKind::Refused { .. }
    ));
    assert!(
        world
            .simulator
            .click(&actor, board, "signup:join")
            .await
            .message_id()
            .is_some()
    );
}

#[tokio::test]
async fn a_modal_is_filled_in_as_its_rules_say() {
    let (world, endpoint, actor) = stage().await;
    let field = |custom_id: &str, extra: Value| {
        let mut component = json!({"custom_id": custom_id});
        component
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        json!({"type": 18, "label": custom_id, "component": component})
    };
    let modal = json!({"type": 9, "data": {"custom_id": "event:create", "title": "New event", "components": [
        field("name", json!({"type": 4, "style": 1, "min_length": 3, "max_length": 10})),
        field("notes", json!({"type": 4, "style": 2, "required": false, "value": "none"})),
        field("class", json!({"type": 3, "options": [{"label": "GT3", "value": "gt3"}]})),
    ]}});
    endpoint.answers(move |_| Reply::Json(modal.clone()));
    let opened = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await;
    let open = opened.modal().unwrap().clone();
    assert_eq!((open.title.as_str(), open.components.len()), ("New event", 3));
    endpoint.answers(|_| Reply::Json(message("made")));
    for (values, why) in [
        (json!({"class": ["gt3"]}), "name is required"),
        (json!({"name": "ab", "class": ["gt3"]}), "between 3 and 10"),
        (json!({"name": "Spa", "class": []}), "class takes"),
        (json!({"name": "Spa", "class": ["x"]}), "not to be picked"),
        (
            json!({"name": "Spa", "class": ["gt3"], "colour": "x"}),
            "no field colour",
        ),
    ] {
        let outcome = world.simulator.submit_modal(&actor, &open, values).await;
        assert!(reason(&outcome.kind).contains(why), "{outcome:?}");
    }
    let sent = world
        .simulator
        .submit_modal(&actor, &open, json!({"name": "Spa", "class": ["gt3"]}))
        .await;
    assert!(sent.message_id().is_some());
    let data = endpoint.last()["data"].clone();
    assert_eq!(data["components"][0]["component"]["value"], "Spa");
    assert_eq!(data["components"][1]["component"]["value"], "none");
    assert_eq!(data["components"][2]["component"]["values"], json!(["gt3"]));
    endpoint.answers(|_| Reply::Json(json!({"type": 9, "data": {}})));
    let again = world
        .simulator
        .submit_modal(&actor, &open, json!({"name": "Spa", "class": ["gt3"]}))
        .await;
    assert!(
        reason(&again.kind).contains("INTERACTION_CALLBACK_INVALID_TYPE"),
        "a modal does not answer a modal"
    );
}

#[tokio::test]
async fn commands_work_in_dms_and_need_the_right_to_use_them_in_guilds() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| Reply::Json(message("ok")));
    let dm = Actor::dm(world.simulator.dm_channel(world.member), world.member);
    assert!(
        world
            .simulator
            .slash(&dm, "event publish", json!({"event": "spa"}))
            .await
            .message_id()
            .is_some()
    );
    let payload = endpoint.last();
    assert_eq!(
        (
            payload["context"].as_u64(),
            &payload["member"],
            &payload["user"]["username"]
        ),
        (Some(1), &Value::Null, &json!("ben"))
    );
    let stranger = world.simulator.create_user(NewUser {
        username: "zoe".to_owned(),
        ..NewUser::default()
    });
    let outside = Actor {
        user: stranger,
        ..actor.clone()
    };
    assert!(matches!(
        world.simulator.slash(&outside, "admin", json!({})).await.kind,
        OutcomeKind::Refused { .. }
    ));
    world
        .simulator
        .set_overwrite(actor.channel, world.guild, 0, SEND | (1 << 31))
        .unwrap();
    let silenced = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await;
    assert!(reason(&silenced.kind).contains("hidden"));
}

#[tokio::test]
async fn the_control_routes_show_and_act() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| Reply::Json(sign_up_board()));
    let get = |path: String| world.http.get(format!("{}{path}", world.base)).send();
    let act = json!({
        "act": "slash", "guild": world.guild.to_string(), "channel": actor.channel.to_string(),
        "user": actor.user.to_string(), "command": "event publish", "options": {"event": "spa"},
    });
    let request = world
        .http
        .post(format!("{}/simulator/act", world.base))
        .json(&act);
    let outcome: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (
            outcome["outcome"]["kind"].as_str(),
            outcome["message"]["content"].as_str()
        ),
        (Some("message"), Some("Spa 24 h"))
    );
    let tree = get(format!("/simulator/guilds/{}/tree", world.guild))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(tree.contains("└─ # paddock  (1 message)"), "{tree}");
    let messages: Value = get(format!("/simulator/channels/{}/messages", actor.channel))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(messages[0]["id"], outcome["outcome"]["id"]);
    assert_eq!(get("/simulator/guilds/5".to_owned()).await.unwrap().status(), 404);
}

#[tokio::test]
async fn messages_are_readable_as_text() {
    let (world, endpoint, actor) = stage().await;
    endpoint.answers(|_| Reply::Json(sign_up_board()));
    let board = world
        .simulator
        .slash(&actor, "event publish", json!({"event": "spa"}))
        .await
        .message_id()
        .unwrap();
    let text = world
        .simulator
        .message_as_text(&world.simulator.message(actor.channel, board).unwrap());
    for part in [
        "Gantry  2026-11-28 14:00",
        "Spa 24 h",
        "[ Sign up ] [ Closed (off) ]",
        "○ LMP2",
    ] {
        assert!(text.contains(part), "{text}");
    }
}
