//! C6.4, C6.6: what a club's own program tells of a race, signed, once, and shown without flooding anybody.

use crate::teams::{closed, team, whole};
use crate::world::{Club, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_shared::domain::telemetry::{TelemetrySecret, sign};
use gantry_simulator::{Actor, MessageView};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

#[path = "telemetry_edges.rs"]
mod edges;

/// Discord's type of channel (Discord docs, resources/channel).
const PRIVATE_THREAD: u8 = 12;
/// 14:00 in Berlin.
const START: &str = "2026-11-28T13:00:00Z";

fn minute(minutes: i64) -> Timestamp {
    START.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

/// A secret as somebody read it in Discord.
fn secret(text: &str) -> TelemetrySecret {
    serde_json::from_value(json!(text)).unwrap()
}

/// A race that is on, of one team of four with a plan and a thread; telemetry is connected.
struct Race {
    world: World,
    club: Club,
    event: String,
    channel: u64,
    drivers: Vec<u64>,
    address: String,
    secret: TelemetrySecret,
}

/// Address and secret, as `/telemetry connect` shows them.
async fn connect(world: &World, actor: &Actor) -> (String, TelemetrySecret) {
    let answer = world.ok(actor, "telemetry connect", json!({})).await;
    assert_eq!(answer.ephemeral_for, Some(actor.user));
    let text = answer.embeds[0]["description"].as_str().unwrap().to_owned();
    let mut blocks = text.split("```").skip(1).step_by(2).map(str::trim);
    let (key, address) = (blocks.next().unwrap(), blocks.next().unwrap());
    assert_eq!(key.len(), 64, "{text}");
    (address.to_owned(), secret(key))
}

impl Race {
    /// With teams of that size, before the race.
    async fn formed(size: &str) -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let (address, secret) = connect(&world, &club.owner()).await;
        let (published, drivers) = closed(&world, &club, 4).await;
        let event = published.event;
        team(&world, &club, "form", json!({ "event": event, "size": size })).await;
        team(&world, &club, "finalise", json!({ "event": event })).await;
        Self {
            world,
            club,
            event,
            channel: published.channel,
            drivers,
            address,
            secret,
        }
    }

    async fn plan(&self) {
        self.run("strategy set", json!({ "rest": "0", "in_a_row": "1" }))
            .await;
        self.run("stint plan", json!({})).await;
        self.world.drain().await;
    }

    async fn begin() -> Self {
        let race = Self::formed("4").await;
        race.plan().await;
        race.world.stack.advance(minute(1), 1).await.unwrap();
        race
    }

    async fn run(&self, command: &str, more: Value) -> String {
        let owner = self.club.owner();
        let picked = json!({ "event": self.event, "team": "GT3" });
        let team = self
            .world
            .suggested_with(&owner, "stint plan", picked, "team")
            .await;
        let mut options = json!({ "event": self.event, "team": team });
        for (name, value) in more.as_object().into_iter().flatten() {
            options[name] = value.clone();
        }
        whole(&self.world.ok(&owner, command, options).await)
    }

    fn body(&self, id: &str, more: &Value) -> String {
        let mut body = json!({ "version": 1, "id": id, "event": self.event, "team": "GT3 1" });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body.to_string()
    }

    /// Posts a delivery that is signed now; status and answer.
    async fn send(&self, id: &str, more: Value) -> (u16, Value) {
        let body = self.body(id, &more);
        post(&self.address, &self.secret, self.now(), &body).await
    }

    async fn taken(&self, id: &str, more: Value) -> String {
        let (status, answer) = self.send(id, more).await;
        assert_eq!(status, 200, "{answer}");
        answer["taken"].as_str().unwrap().to_owned()
    }

    async fn position(&self, id: &str, position: u32) -> String {
        self.taken(
            id,
            json!({ "type": "position", "position": position, "lap": position }),
        )
        .await
    }

    fn now(&self) -> Timestamp {
        self.world.stack.clock().now()
    }

    fn thread(&self) -> u64 {
        let simulator = self.world.stack.simulator();
        let view = simulator.guild_view(self.club.guild).unwrap();
        let found = view.channels.iter().find(|one| one.kind == PRIVATE_THREAD);
        found.unwrap().id
    }

    /// What the thread has that begins so, in its title or below.
    fn told(&self, begins: &str) -> Vec<MessageView> {
        let mut messages = self.world.stack.simulator().messages(self.thread());
        messages.retain(|message| {
            let embeds = message.embeds.iter();
            let mut texts = embeds.flat_map(|embed| [embed["title"].as_str(), embed["description"].as_str()]);
            texts.any(|text| text.is_some_and(|text| text.starts_with(begins)))
        });
        messages
    }

    /// What the one message about the position says.
    fn shown(&self) -> String {
        let messages = self.told("Position of");
        assert_eq!(messages.len(), 1, "{messages:#?}");
        whole(&messages[0])
    }

    /// Calls to Discord since `mark`, but for the looks for drivers in voice, whose minute is the event's own.
    fn to_discord(&self, mark: u64) -> Vec<String> {
        let calls = self.world.calls(mark, Service::Discord);
        let told = calls.into_iter().map(|call| call.operation);
        told.filter(|call| !call.contains("/voice-states/")).collect()
    }

    /// What the function asked of the table since `mark`, in order of names, and the units that it wrote.
    fn of_webhooks(&self, mark: u64) -> (Vec<String>, f64) {
        let calls = self.world.calls(mark, Service::Dynamodb);
        let own: Vec<_> = calls
            .into_iter()
            .filter(|call| call.caller == "webhooks")
            .collect();
        let mut names: Vec<String> = own.iter().map(|call| call.operation.clone()).collect();
        names.sort();
        (names, own.iter().map(|call| call.write_units).sum())
    }
}

async fn post(address: &str, secret: &TelemetrySecret, at: Timestamp, body: &str) -> (u16, Value) {
    let timestamp = at.as_second().to_string();
    let signature = sign(secret, &timestamp, body.as_bytes());
    raw(
        address,
        &[
            ("x-gantry-timestamp", &timestamp),
            ("x-gantry-signature", &signature),
        ],
        body,
    )
    .await
}

async fn raw(address: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
    let mut request = reqwest::Client::new().post(address).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_are_one_message_that_is_edited_once_a_minute() {
    let race = Race::begin().await;
    let mark = race.world.mark();
    assert_eq!(race.position("p-1", 9).await, "position");
    let (calls, units) = race.of_webhooks(mark);
    assert_eq!(
        calls,
        [
            "BatchGetItem",
            "GetItem",
            "GetItem",
            "Query",
            "TransactWriteItems",
            "UpdateItem"
        ]
    );
    // The count of the minute; what is known of the team, the outbox and the outcome, twice each.
    assert_eq!(units, 7.0);
    race.world.drain().await;
    assert_eq!(race.to_discord(mark), ["POST /channels/{channel.id}/messages"]);
    assert!(race.shown().contains("**P9** · lap 9"), "{}", race.shown());

    // Ten more within the minute: one edit, at its end.
    let mark = race.world.mark();
    for n in 2..12 {
        assert_eq!(race.position(&format!("p-{n}"), 20 - n).await, "position");
        race.world.stack.clock().advance(SignedDuration::from_secs(1));
    }
    race.world.drain().await;
    assert_eq!(race.to_discord(mark), Vec::<String>::new());
    race.world
        .stack
        .advance(race.now() + SignedDuration::from_mins(3), 1)
        .await
        .unwrap();
    assert_eq!(
        race.to_discord(mark),
        ["PATCH /channels/{channel.id}/messages/{message.id}"]
    );
    assert!(race.shown().contains("**P9** · lap 9"), "{}", race.shown());

    // Held up on its way: what is known is later. The same delivery again, as it was and signed anew: no effect.
    race.position("p-20", 5).await;
    let body = race.body("p-21", &json!({ "type": "position", "position": 30 }));
    let earlier = race.now() - SignedDuration::from_secs(100);
    let (_, answer) = post(&race.address, &race.secret, earlier, &body).await;
    assert_eq!(answer["taken"], "older_position");
    let before = race.of_webhooks(0).1;
    assert_eq!(race.position("p-20", 77).await, "position");
    race.world.drain().await;
    assert_eq!(
        race.of_webhooks(0).1 - before,
        1.0,
        "the minute's count, and nothing else"
    );
    assert!(race.shown().contains("**P5**"), "{}", race.shown());
    assert_eq!(
        race.world
            .stack
            .simulator()
            .messages(race.channel)
            .iter()
            .filter(|one| whole(one).contains("Position of"))
            .count(),
        0
    );
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn incidents_are_told_at_once_and_once() {
    let race = Race::begin().await;
    race.position("p-1", 3).await;
    race.world.drain().await;
    let mark = race.world.mark();
    let incident = |text: &str| json!({ "type": "incident", "text": text, "lap": 34 });
    for _ in 0..3 {
        assert_eq!(
            race.taken("i-1", incident("Contact with #44 @everyone")).await,
            "incident"
        );
    }
    assert_eq!(
        race.taken("i-2", incident("Puncture, front left")).await,
        "incident"
    );
    race.world.drain().await;
    assert_eq!(race.to_discord(mark), ["POST /channels/{channel.id}/messages"; 2]);
    let told = race.told("Contact with");
    assert_eq!(told.len(), 1);
    assert!(
        whole(&told[0]).contains("Incident 1 of GT3 1") && whole(&told[0]).contains("Lap 34, <t:"),
        "{}",
        whole(&told[0])
    );
    assert!(told[0].mentions.is_empty());
    for n in 3..11 {
        race.taken(&format!("i-{n}"), incident("Spin")).await;
    }
    let (status, answer) = race.send("i-11", incident("Spin")).await;
    assert_eq!((status, &answer["error"]), (429, &json!("too_many_messages")));
    race.world.drain().await;
    assert_eq!(race.told("Spin").len(), 8);
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_the_car_begins_and_ends_stints() {
    let race = Race::begin().await;
    let driving = async || {
        let list = race.run("stint list", json!({})).await;
        let line = list
            .split("\\n")
            .find(|line| line.contains("driving since"))
            .map(str::to_owned);
        (
            list.matches("driving since").count(),
            list.matches("drove <t:").count(),
            line.unwrap_or_default(),
        )
    };
    assert_eq!(race.taken("s-1", json!({ "type": "driver_in" })).await, "stint");
    let (running, driven, first) = driving().await;
    assert_eq!((running, driven), (1, 0));
    assert_eq!(race.taken("s-1", json!({ "type": "driver_in" })).await, "stint");
    assert_eq!(
        driving().await,
        (1, 0, first.clone()),
        "a repetition begins no other"
    );
    // Somebody else takes over, named by account; then they are named again.
    race.world.stack.clock().advance(SignedDuration::from_mins(20));
    let view = race.world.stack.simulator().guild_view(race.club.guild).unwrap();
    let name = |user: u64| {
        view.members
            .iter()
            .find(|one| one.user == user)
            .unwrap()
            .name
            .clone()
    };
    let other = race
        .drivers
        .iter()
        .copied()
        .find(|user| !first.contains(&name(*user)))
        .unwrap();
    let by_account = json!({ "type": "driver_in", "driver": other.to_string() });
    let by_name = json!({ "type": "driver_in", "driver": name(other) });
    assert_eq!(race.taken("s-2", by_account).await, "stint");
    assert_eq!(race.taken("s-3", by_name).await, "stint_unchanged");
    let (running, driven, line) = driving().await;
    assert_eq!((running, driven), (1, 1));
    assert!(line.contains(&name(other)), "{line}");
    assert_eq!(race.taken("s-4", json!({ "type": "driver_out" })).await, "stint");
    assert_eq!(
        race.taken("s-5", json!({ "type": "driver_out" })).await,
        "stint_unchanged"
    );
    assert_eq!(driving().await.0, 0);
    let (status, answer) = race
        .send("s-6", json!({ "type": "driver_in", "driver": "Nobody" }))
        .await;
    assert_eq!((status, &answer["error"]), (422, &json!("not_in_team")));

    // The function dies at each of its calls: what is sent again has one effect.
    let mut hits = 0;
    for n in 0..30 {
        let kind = if n % 2 == 0 {
            FaultKind::KillAfter
        } else {
            FaultKind::KillBefore
        };
        race.world
            .stack
            .faults()
            .add(Fault::nth(Service::Dynamodb, "webhooks", n, kind))
            .unwrap();
        race.world.stack.clock().advance(SignedDuration::from_secs(20));
        let (before, drove, _) = driving().await;
        let change = match before {
            0 => json!({ "type": "driver_in" }),
            _ => json!({ "type": "driver_out" }),
        };
        let id = format!("k-{n}");
        let (status, _) = race.send(&id, change.clone()).await;
        let hit = race.world.stack.faults().hits() > 0;
        race.world.stack.faults().clear();
        assert_eq!(status == 200, !hit, "{n}: {status}");
        assert_eq!(race.taken(&id, change).await, "stint");
        let (after, driven, _) = driving().await;
        assert_eq!((after, driven), (1 - before, drove + before));
        if !hit {
            break;
        }
        hits += 1;
    }
    assert_eq!(hits, 9, "calls of a delivery that changes a plan");
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_with_deliveries_doubled_and_the_worker_killed() {
    let race = Race::begin().await;
    let mode = DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    };
    race.world.stack.aws().set_deliveries(mode);
    race.position("d-1", 4).await;
    race.taken("d-2", json!({ "type": "incident", "text": "Twice" }))
        .await;
    race.world.drain().await;
    race.world.stack.aws().set_deliveries(DeliveryMode::default());
    assert!(race.shown().contains("**P4**"));
    assert_eq!(race.told("Twice").len(), 1);
    for (service, least) in [(Service::Discord, 2), (Service::Dynamodb, 10)] {
        let mut hits = 0;
        for n in 0..40 {
            // Posted anew each time.
            let message = race.told("Position of")[0].id;
            let simulator = race.world.stack.simulator();
            simulator.delete_message(race.thread(), message).unwrap();
            let kind = if n % 2 == 0 {
                FaultKind::KillAfter
            } else {
                FaultKind::KillBefore
            };
            let fault = Fault::nth(service, "notify-worker", n, kind);
            race.world.stack.clock().advance(SignedDuration::from_mins(2));
            race.world.stack.faults().add(fault).unwrap();
            let place = u32::try_from(n).unwrap() + 10;
            race.position(&format!("{service:?}-{n}"), place).await;
            race.world.drain().await;
            assert!(
                race.shown().contains(&format!("**P{place}**")),
                "{}",
                race.shown()
            );
            let hit = race.world.stack.faults().hits() > 0;
            race.world.stack.faults().clear();
            if !hit {
                break;
            }
            hits += 1;
        }
        assert!((least..40).contains(&hits), "{service:?}: {hits}");
        let (mut hits, mut told) = (0, 0);
        for n in 0..40 {
            let kind = if n % 2 == 0 {
                FaultKind::KillAfter
            } else {
                FaultKind::KillBefore
            };
            race.world
                .stack
                .faults()
                .add(Fault::nth(service, "notify-worker", n, kind))
                .unwrap();
            // Two of the same words at the same time: neither is taken for the other.
            let text = format!("Spin by {service:?}.");
            for which in 0..2 {
                race.taken(
                    &format!("x-{service:?}-{n}-{which}"),
                    json!({ "type": "incident", "text": text }),
                )
                .await;
            }
            race.world.drain().await;
            told += 2;
            race.world.stack.clock().advance(SignedDuration::from_mins(1));
            assert_eq!(race.told(&text).len(), told, "{n}: {text}");
            let hit = race.world.stack.faults().hits() > 0;
            race.world.stack.faults().clear();
            if !hit {
                break;
            }
            hits += 1;
        }
        assert!((1..40).contains(&hits), "{service:?}: {hits}");
    }
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_club_can_speak_for_it_and_nothing_is_written_otherwise() {
    let race = Race::begin().await;
    let other = race.world.club("Box").await;
    let (theirs, foreign) = connect(&race.world, &other.owner()).await;
    let body = race.body("a-1", &json!({ "type": "position", "position": 1 }));
    let now = race.now();
    let far = now - SignedDuration::from_secs(301);
    let base = race.address.rsplit_once('/').unwrap().0.to_owned();
    let mark = race.world.mark();
    let mut answers = vec![
        post(&race.address, &foreign, now, &body).await,
        post(&race.address, &race.secret, far, &body).await,
        post(
            &race.address,
            &race.secret,
            now + SignedDuration::from_secs(302),
            &body,
        )
        .await,
        post(
            &format!("{base}/01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            &race.secret,
            now,
            &body,
        )
        .await,
        post(&format!("{base}/apex"), &race.secret, now, &body).await,
        raw(&race.address, &[], &body).await,
        raw(
            &race.address,
            &[("x-gantry-signature", "v1=00"), ("x-gantry-timestamp", "x")],
            &body,
        )
        .await,
    ];
    // Signed, and changed on its way.
    let timestamp = now.as_second().to_string();
    let signature = sign(&race.secret, &timestamp, body.as_bytes());
    let headers = [
        ("x-gantry-timestamp", timestamp.as_str()),
        ("x-gantry-signature", signature.as_str()),
    ];
    answers.push(raw(&race.address, &headers, &body.replace('1', "2")).await);
    for answer in &answers {
        assert_eq!(answer.0, 401, "{answer:?}");
        assert_eq!(answer, &answers[0], "one cannot be told from another");
    }
    let (calls, units) = race.of_webhooks(mark);
    // What names no club is not looked for.
    assert_eq!(
        (calls, units),
        (vec!["GetItem".to_owned(); 7], 0.0),
        "a secret each, and nothing else"
    );

    // Another club's event is not there for it, whatever it signs.
    let (status, answer) = post(&theirs, &foreign, race.now(), &body).await;
    assert_eq!((status, &answer["error"]), (404, &json!("no_such_event")));
    let (status, answer) = race
        .send("a-2", json!({ "type": "position", "position": 1, "team": "Red" }))
        .await;
    assert_eq!((status, &answer["error"]), (404, &json!("no_such_team")));
    let (status, answer) = race.send("a-3", json!({ "type": "weather" })).await;
    assert_eq!((status, &answer["error"]), (422, &json!("unreadable")));
    let (status, _) = race
        .send(
            "a-4",
            json!({ "type": "position", "position": 1, "x": "y".repeat(300_000) }),
        )
        .await;
    assert_eq!(status, 413);

    // For admins; a driver is told so. The new secret works, the one before does not.
    let driver = race.club.member(race.drivers[0], race.club.paddock);
    for command in ["telemetry connect", "telemetry status", "telemetry revoke"] {
        let refused = race.world.ok(&driver, command, json!({})).await;
        assert!(whole(&refused).contains("rank of"), "{command}: {refused:?}");
    }
    let owner = race.club.owner();
    let status = race
        .world
        .ok(&owner, "telemetry status", json!({ "event": race.event }))
        .await;
    let text = whole(&status);
    assert!(text.contains(&race.event) && text.contains("GT3 1"), "{text}");
    assert!(!text.contains(race.secret.as_str()), "the secret is shown once");
    let (_, renewed) = connect(&race.world, &owner).await;
    assert_eq!(
        race.send("a-5", json!({ "type": "position", "position": 2 }))
            .await
            .0,
        401
    );
    let body = race.body("a-5", &json!({ "type": "position", "position": 2 }));
    assert_eq!(post(&race.address, &renewed, race.now(), &body).await.0, 200);
    race.world.ok(&owner, "telemetry revoke", json!({})).await;
    assert_eq!(post(&race.address, &renewed, race.now(), &body).await, answers[0]);
    race.world.drain().await;
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_held_to_its_share_and_to_the_race() {
    let race = Race::begin().await;
    let sent = |n: u32| race.send("same", json!({ "type": "position", "position": n }));
    let mut codes = Vec::new();
    for n in 1..=245 {
        codes.push(sent(n).await.0);
    }
    assert_eq!(codes.iter().filter(|code| **code == 200).count(), 240);
    assert_eq!(codes.iter().filter(|code| **code == 429).count(), 5);
    race.world.drain().await;
    // The race is over.
    race.world.stack.advance(minute(361), 1).await.unwrap();
    let mark = race.world.mark();
    for (id, more) in [
        ("e-1", json!({ "type": "position", "position": 1 })),
        ("e-2", json!({ "type": "incident", "text": "Late" })),
        ("e-3", json!({ "type": "driver_in" })),
    ] {
        let (status, answer) = race.send(id, more).await;
        assert_eq!((status, &answer["error"]), (409, &json!("not_live")));
        assert!(
            answer["message"]
                .as_str()
                .unwrap()
                .contains("while the race is on")
        );
    }
    let (calls, units) = race.of_webhooks(mark);
    assert!(!calls.contains(&"TransactWriteItems".to_owned()), "{calls:?}");
    assert_eq!(units, 3.0, "the minute's count");
    race.world.drain().await;
    assert_eq!(race.to_discord(mark), Vec::<String>::new());
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_entered_whole_or_not_at_all() {
    let race = Race::begin().await;
    let owner = race.club.owner();
    let view = race.world.stack.simulator().guild_view(race.club.guild).unwrap();
    let name = |n: usize| {
        let user = race.drivers[n];
        view.members
            .iter()
            .find(|one| one.user == user)
            .unwrap()
            .name
            .clone()
    };
    let results = |list: Value| json!({ "type": "results", "results": list });
    let broken = json!([
        { "driver": name(0), "position": 1 },
        { "driver": name(1), "status": "lost" },
        { "driver": name(0), "position": 3 },
        { "driver": "Guest", "position": 4, "class": "LMP2" },
    ]);
    let mark = race.world.mark();
    let (status, answer) = race.send("r-1", results(broken)).await;
    assert_eq!((status, &answer["error"]), (422, &json!("result_lines")));
    assert_eq!(
        answer["entries"],
        json!([
            { "line": 2, "problem": { "problem": "no_place" } },
            { "line": 3, "problem": { "problem": "twice", "line": 1 } },
            { "line": 4, "problem": { "problem": "no_class", "typed": "LMP2" } },
        ])
    );
    assert!(
        !race
            .of_webhooks(mark)
            .0
            .contains(&"TransactWriteItems".to_owned())
    );

    let list = json!([
        { "driver": name(0).to_uppercase(), "position": 2, "best_lap_ms": 107_250, "laps": 171, "car": "7" },
        { "driver": name(1), "position": 1, "best_lap_ms": 107_100 },
        { "driver": "?", "discord_id": race.drivers[2].to_string(), "status": "dnf" },
        { "driver": "Guest *One*", "position": 3 },
    ]);
    for _ in 0..2 {
        let (status, answer) = race.send("r-2", results(list.clone())).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(
            answer,
            json!({ "taken": "results", "entered": 4, "replaced": 0, "not_signed_up": ["Guest *One*"] })
        );
    }
    let (status, answer) = race.send("r-3", results(list.clone())).await;
    assert_eq!((status, &answer["error"]), (409, &json!("results_there")));

    // Posted as those of a file are; a correction follows into the message.
    let simulator = race.world.stack.simulator();
    simulator
        .slash(&owner, "result post", json!({ "event": race.event }))
        .await;
    race.world.drain().await;
    let posted = || {
        let mut messages = simulator.messages(race.channel);
        messages.retain(|message| whole(message).contains("Results: Monza 6h"));
        assert_eq!(messages.len(), 1);
        whole(&messages[0])
    };
    let text = posted();
    assert!(
        text.contains(&format!("`1` **{}** · 25 points · fastest lap", name(1))),
        "{text}"
    );
    assert!(text.contains(&format!("`DNF` **{}**", name(2))), "{text}");
    let mut corrected = results(json!([{ "driver": name(3), "position": 1 }]));
    corrected["replace"] = json!(true);
    let mark = race.world.mark();
    let (_, answer) = race.send("r-4", corrected).await;
    assert_eq!((&answer["entered"], &answer["replaced"]), (&json!(1), &json!(4)));
    race.world.drain().await;
    assert_eq!(
        race.to_discord(mark),
        ["PATCH /channels/{channel.id}/messages/{message.id}"]
    );
    let text = posted();
    assert!(text.contains(&name(3)) && !text.contains("DNF"), "{text}");
    race.world.finish().await;
}
