//! The playground: its files, what each person sees of the guild, live changes, the clock, what went over the wire.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop the test")]

mod common;

use common::endpoint::{Reply, message, stage};
use common::{VIEW, world};
use gantry_simulator::{NewChannel, PlaygroundConfig};
use reqwest::Response;
use serde_json::{Value, json};
use std::time::Duration;

/// Long enough for a slow machine; no test waits it out unless it fails.
const PATIENCE: Duration = Duration::from_secs(20);

async fn get(base: &str, path: &str) -> Response {
    reqwest::get(format!("{base}{path}")).await.unwrap()
}

async fn json_of(base: &str, path: &str) -> Value {
    let response = get(base, path).await;
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

/// The texts between `before` and the next `"`.
fn quoted<'t>(text: &'t str, before: &str) -> Vec<&'t str> {
    text.split(before)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[tokio::test]
async fn every_file_that_the_page_asks_for_is_there_and_from_here() {
    let world = world().await;
    let page = get(&world.base, "/").await;
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("http")
    );
    let page = page.text().await.unwrap();
    let mut wanted: Vec<String> = [quoted(&page, "src=\""), quoted(&page, "href=\"/")]
        .concat()
        .iter()
        .map(|path| format!("/{}", path.trim_start_matches('/')))
        .collect();
    let mut seen = Vec::new();
    while let Some(path) = wanted.pop() {
        if seen.contains(&path) {
            continue;
        }
        let response = get(&world.base, &path).await;
        assert_eq!(response.status(), 200, "{path}");
        let text = response.text().await.unwrap();
        let forbidden = ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval("];
        assert!(forbidden.iter().all(|word| !text.contains(word)), "{path}");
        wanted.extend(
            quoted(&text, "from \"./")
                .iter()
                .map(|name| format!("/playground/{name}")),
        );
        seen.push(path);
    }
    assert!(seen.len() > 20, "{seen:?}");
    assert_eq!(get(&world.base, "/playground/passwd").await.status(), 404);
}

#[tokio::test]
async fn each_person_sees_their_own_channels() {
    let world = world().await;
    world.channel("paddock").await;
    let new = NewChannel {
        name: "stewards".to_owned(),
        overwrites: vec![(world.guild, 0, VIEW)],
        ..NewChannel::default()
    };
    let hidden = world.simulator.create_channel(world.guild, new).unwrap();
    world.simulator.set_rank(world.owner, "owner").unwrap();
    let names = |view: &Value| -> Vec<String> {
        let channels = view["guild"]["channels"].as_array().unwrap();
        channels
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let owner = json_of(&world.base, &format!("/playground/view?user={}", world.owner)).await;
    let member = json_of(&world.base, &format!("/playground/view?user={}", world.member)).await;
    assert_eq!(names(&owner), ["paddock", "stewards"]);
    assert_eq!(names(&member), ["paddock"]);
    let people = owner["guild"]["members"].as_array().unwrap();
    let ranks: Vec<&Value> = people.iter().map(|one| &one["rank"]).collect();
    assert!(ranks.contains(&&json!("owner")) && ranks.contains(&&Value::Null));
    let path = format!("/playground/messages?user={}&channel={hidden}", world.member);
    assert_eq!(get(&world.base, &path).await.status(), 404);
}

#[tokio::test]
async fn an_ephemeral_answer_is_shown_to_its_reader_alone() {
    let (world, endpoint, ben) = stage().await;
    endpoint.answers(|_| Reply::Json(message("for Ben")));
    let options = json!({"event": "spa"});
    let outcome = world.simulator.slash(&ben, "event publish", options).await;
    assert!(outcome.message_id().is_some());
    let path = |user: u64| format!("/playground/messages?user={user}&channel={}", ben.channel);
    let mine = json_of(&world.base, &path(ben.user)).await;
    assert_eq!(mine["messages"][0]["content"], "for Ben");
    assert_eq!(mine["messages"][0]["invoker"], "Ben #44");
    let others = json_of(&world.base, &path(world.owner)).await;
    assert_eq!(others["messages"], json!([]));
}

#[tokio::test]
async fn long_channels_come_from_their_end() {
    let world = world().await;
    let channel = world.channel("paddock").await;
    for number in 1..=5 {
        let text = format!("lap {number}");
        world
            .simulator
            .post_message(channel, world.member, &text)
            .unwrap();
    }
    let path = format!(
        "/playground/messages?user={}&channel={channel}&limit=",
        world.member
    );
    let two = json_of(&world.base, &format!("{path}2")).await;
    let texts: Vec<&Value> = two["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["content"])
        .collect();
    assert_eq!(
        (texts, &two["more"]),
        (vec![&json!("lap 4"), &json!("lap 5")], &json!(true))
    );
    let five = json_of(&world.base, &format!("{path}5")).await;
    assert_eq!(five["more"], false);
}

#[tokio::test]
async fn only_commands_that_a_person_is_offered_are_listed() {
    let (world, _endpoint, ben) = stage().await;
    let names = |list: Value| -> Vec<String> {
        let list = list.as_array().unwrap().clone();
        list.iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let path = |user: u64| format!("/playground/commands?user={user}&channel={}", ben.channel);
    assert_eq!(names(json_of(&world.base, &path(ben.user)).await), ["event"]);
    assert_eq!(
        names(json_of(&world.base, &path(world.owner)).await),
        ["admin", "event"]
    );
}

#[tokio::test]
async fn an_open_page_hears_of_changes_and_does_not_keep_the_server_from_stopping() {
    let world = world().await;
    let channel = world.channel("paddock").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(world.simulator.clone().serve(listener, async {
        stopped.await.unwrap();
    }));
    let mut events = get(&base, "/playground/events").await;
    let (run, first) = told(&mut events).await;
    world
        .simulator
        .post_message(channel, world.member, "hello")
        .unwrap();
    assert_eq!(told(&mut events).await, (run.clone(), first + 1));
    let mut others = get(&self::world().await.base, "/playground/events").await;
    assert_ne!(told(&mut others).await.0, run, "another simulator is another run");
    stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, server).await.unwrap().unwrap();
    assert_eq!(events.chunk().await.unwrap(), None);
}

/// The run and the version of the next change.
async fn told(events: &mut Response) -> (String, u64) {
    let chunk = tokio::time::timeout(PATIENCE, events.chunk()).await.unwrap();
    let text = String::from_utf8(chunk.unwrap().unwrap().to_vec()).unwrap();
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let change: Value = serde_json::from_str(data).unwrap();
    (
        change["run"].as_str().unwrap().to_owned(),
        change["version"].as_u64().unwrap(),
    )
}

#[tokio::test]
async fn the_clock_is_moved_here_or_by_the_gateway() {
    let world = world().await;
    let there = "2026-11-29T14:00:00Z";
    let set = |now: &'static str| {
        let request = world
            .http
            .post(format!("{}/playground/clock", world.base))
            .json(&json!({"now": now}));
        async { request.send().await.unwrap() }
    };
    assert_eq!(set(there).await.json::<Value>().await.unwrap()["now"], there);
    assert_eq!(world.clock.now(), there.parse().unwrap());
    assert_eq!(json_of(&world.base, "/playground/coming").await, json!([]));
    // A gateway that does not answer moves nothing, and the page is told.
    world.simulator.set_playground(PlaygroundConfig {
        gateway_url: Some("http://127.0.0.1:9".to_owned()),
    });
    assert_eq!(set("2027-01-01T00:00:00Z").await.status(), 502);
    assert_eq!(world.clock.now(), there.parse().unwrap());
    let config = json_of(&world.base, "/playground/config.json").await;
    assert_eq!(config["gateway_url"], "http://127.0.0.1:9");
    assert_eq!(get(&world.base, "/playground/coming").await.status(), 502);
    // A form of another site can post, but not with this content type.
    let plain = world
        .http
        .post(format!("{}/playground/clock", world.base))
        .body("{}");
    assert_eq!(plain.send().await.unwrap().status(), 415);
}

#[tokio::test]
async fn the_last_hundred_interactions_are_kept_with_their_signatures() {
    let (world, endpoint, ben) = stage().await;
    endpoint.answers(|_| Reply::Json(message("done")));
    let options = json!({"event": "spa"});
    for _ in 0..101 {
        world
            .simulator
            .slash(&ben, "event publish", options.clone())
            .await;
    }
    let kept = json_of(&world.base, "/simulator/interactions").await;
    let kept = kept.as_array().unwrap();
    assert_eq!(
        (kept.len(), &kept[0]["seq"], &kept[99]["seq"]),
        (100, &json!(2), &json!(101))
    );
    let last = &kept[99];
    assert_eq!(last["title"], "/event publish");
    assert_eq!(
        (&last["status"], &last["outcome"]["kind"]),
        (&json!(200), &json!("message"))
    );
    assert_eq!(
        serde_json::from_str::<Value>(last["body"].as_str().unwrap()).unwrap(),
        endpoint.last()
    );
    assert_eq!(last["signature"].as_str().unwrap().len(), 128);
    let newer = json_of(&world.base, "/simulator/interactions?since=100").await;
    assert_eq!(newer.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn calls_are_read_from_a_mark_on() {
    let world = world().await;
    world.channel("one").await;
    let calls = json_of(&world.base, "/simulator/calls").await;
    assert_eq!(calls["calls"][0]["operation"], "POST /guilds/{guild.id}/channels");
    let mark = calls["mark"].as_u64().unwrap();
    let none = json_of(&world.base, &format!("/simulator/calls?since={mark}")).await;
    assert_eq!(none, json!({"mark": mark, "calls": []}));
}

#[tokio::test]
async fn a_modal_goes_to_the_page_and_back_with_its_message() {
    let (world, endpoint, ben) = stage().await;
    let field = json!({"type": 4, "style": 1, "custom_id": "laps"});
    let modal = json!({"type": 9, "data": {"custom_id": "form", "title": "Laps", "components": [
        {"type": 18, "label": "Laps", "component": field}]}});
    let board = world
        .ok(
            "POST",
            &format!("/channels/{}/messages", ben.channel),
            Some(json!({"components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Laps", "custom_id": "open"}]}]})),
        )
        .await;
    endpoint.answers(move |body| {
        if body["type"] == 3 {
            Reply::Json(modal.clone())
        } else {
            Reply::Json(message("thanks"))
        }
    });
    let who = json!({"guild": world.guild.to_string(), "channel": ben.channel.to_string(), "user": ben.user.to_string()});
    let act = |what: Value| {
        let mut body = who.clone();
        body.as_object_mut()
            .unwrap()
            .extend(what.as_object().unwrap().clone());
        let request = world
            .http
            .post(format!("{}/simulator/act", world.base))
            .json(&body);
        async { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let opened = act(json!({"act": "click", "message": board["id"], "custom_id": "open"})).await;
    assert_eq!(opened["outcome"]["kind"], "modal");
    assert_eq!(opened["outcome"]["source"], board["id"]);
    let sent = act(json!({"act": "modal", "modal": opened["outcome"], "values": {"laps": "53"}})).await;
    assert_eq!(sent["outcome"]["kind"], "message");
    assert_eq!(endpoint.last()["message"]["id"], board["id"]);
}

#[tokio::test]
async fn a_dm_with_the_bot_can_be_opened_and_voice_joined() {
    let world = world().await;
    let view = json_of(&world.base, &format!("/playground/view?user={}", world.member)).await;
    assert_eq!(
        (&view["dms"][0]["id"], &view["dms"][0]["user"]["username"]),
        (&Value::Null, &json!("Gantry"))
    );
    let opened = world
        .http
        .post(format!("{}/playground/dm", world.base))
        .json(&json!({"user": world.member.to_string()}));
    let opened: Value = opened.send().await.unwrap().json().await.unwrap();
    let new = NewChannel {
        name: "Team 71".to_owned(),
        kind: 2,
        ..NewChannel::default()
    };
    let room = world.simulator.create_channel(world.guild, new).unwrap();
    let body = json!({"act": "voice", "joins": true, "guild": world.guild.to_string(), "channel": room.to_string(), "user": world.member.to_string()});
    let joined = world
        .http
        .post(format!("{}/simulator/act", world.base))
        .json(&body);
    assert_eq!(joined.send().await.unwrap().status(), 200);
    let view = json_of(&world.base, &format!("/playground/view?user={}", world.member)).await;
    assert_eq!(view["dms"][0]["id"], opened["channel"]);
    assert_eq!(
        view["guild"]["channels"][0]["voice"],
        json!([world.member.to_string()])
    );
}
