//! C6.6: results entered by command and by file, posted once with the table of the series, and kept when the events are gone.

use crate::endpoint::post;
use crate::world::{Club, Published, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_simulator::{Actor, MessageView, OutcomeKind};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// 14:00 in Berlin.
const START: &str = "2026-11-28T13:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn raw(message: &MessageView) -> String {
    format!("{} {}", message.content, json!(message.embeds))
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

async fn said(world: &World, actor: &Actor, command: &str, options: Value) -> String {
    raw(&world.ok(actor, command, options).await)
}

/// Uses a command whose answer comes later; what it is once all queues are empty.
async fn later(world: &World, actor: &Actor, command: &str, options: Value) -> MessageView {
    let outcome = world.stack.simulator().slash(actor, command, options).await;
    assert!(
        matches!(outcome.kind, OutcomeKind::Deferred { .. }),
        "{outcome:?}"
    );
    world.drain().await;
    let mut answers = world
        .stack
        .simulator()
        .interaction_messages(outcome.interaction_id);
    assert_eq!(answers.len(), 1, "{answers:#?}");
    answers.remove(0)
}

/// A race of two classes that is on, with four drivers.
struct Race {
    world: World,
    club: Club,
    published: Published,
    drivers: Vec<u64>,
}

impl Race {
    async fn begin() -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let published = world.published(&club, "Spa", "GT3: 3, GT4: 1").await;
        let drivers = world.members(&club, 4);
        for (n, driver) in drivers.iter().enumerate() {
            let class = if n < 3 { "gt3" } else { "gt4" };
            world.pick(&club, &published, *driver, class).await;
        }
        world.drain().await;
        let minute = at(START) + SignedDuration::from_mins(1);
        world.stack.advance(minute, 1).await.unwrap();
        Self {
            world,
            club,
            published,
            drivers,
        }
    }

    fn result(&self, driver: usize, place: &str) -> Value {
        json!({ "event": self.published.event, "driver": self.drivers[driver].to_string(), "place": place })
    }

    async fn set(&self, driver: usize, place: &str) -> String {
        let options = self.result(driver, place);
        let said = said(&self.world, &self.club.owner(), "result set", options).await;
        self.world.drain().await;
        said
    }

    async fn post(&self) -> String {
        let options = json!({ "event": self.published.event });
        raw(&later(&self.world, &self.club.owner(), "result post", options).await)
    }

    /// What a file says, before anything is taken.
    async fn show(&self, file: &[u8]) -> MessageView {
        let simulator = self.world.stack.simulator();
        let file = simulator.upload("results.csv", "text/csv", file);
        let options = json!({ "event": self.published.event, "file": file });
        later(&self.world, &self.club.owner(), "result import", options).await
    }

    /// Presses a button below it; what the message is then.
    async fn press(&self, actor: &Actor, message: &MessageView, label: &str) -> String {
        let button = gantry_local::story::button(message, label);
        let button = button.unwrap_or_else(|| panic!("{label}: {}", raw(message)));
        let custom_id = button["custom_id"].as_str().unwrap().to_owned();
        let simulator = self.world.stack.simulator();
        let outcome = simulator.click(actor, message.id, &custom_id).await;
        assert!(matches!(outcome.kind, OutcomeKind::Updated), "{outcome:?}");
        self.world.drain().await;
        raw(&simulator.message(actor.channel, message.id).unwrap())
    }

    /// Takes what a file says.
    async fn import(&self, file: &str, label: &str) -> String {
        let shown = self.show(file.as_bytes()).await;
        self.press(&self.club.owner(), &shown, label).await
    }

    /// The messages with results in the event's channel.
    fn posted(&self) -> Vec<MessageView> {
        let mut messages = self.world.stack.simulator().messages(self.published.channel);
        messages.retain(|message| {
            let title = message.embeds.first().and_then(|embed| embed["title"].as_str());
            title == Some("Results: Spa")
        });
        messages
    }

    fn delete(&self, message: u64) {
        let simulator = self.world.stack.simulator();
        simulator.delete_message(self.published.channel, message).unwrap();
    }

    async fn table(&self) -> String {
        let owner = self.club.owner();
        let series = self
            .world
            .suggested(&owner, "result table", "series", "Spa")
            .await;
        said(&self.world, &owner, "result table", json!({ "series": series })).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_entered_posted_and_corrected_in_one_message() {
    let race = Race::begin().await;
    let owner = race.club.owner();
    has(&race.table().await, &["There are no results yet"]);
    let options = json!({ "event": race.published.event });
    has(
        &said(&race.world, &owner, "result post", options).await,
        &["no results yet"],
    );
    let found = race.world.suggested(&owner, "result set", "event", "Spa").await;
    assert_eq!(found, race.published.event, "a race that is on can be picked");

    let mut first = race.result(0, "1");
    first["fastest_lap"] = json!("yes");
    has(
        &said(&race.world, &owner, "result set", first).await,
        &["place 1, with the fastest lap"],
    );
    race.set(1, "2").await;
    has(&race.set(2, "DNF").await, &["did not finish"]);
    has(&race.set(3, "1").await, &["4 drivers"]);
    has(&race.set(3, "1st").await, &["dnf, dns, dsq"]);
    assert!(race.posted().is_empty(), "nothing is shown before");

    let answer = race.post().await;
    has(&answer, &[&format!("<#{}>", race.published.channel)]);
    let message = race.posted().remove(0);
    has(
        &raw(&message),
        &[
            "`1` **Driver 1** · 25 points · fastest lap",
            "`2` **Driver 2** · 18 points",
            "`DNF` **Driver 3**",
            "`1` **Driver 4** · 25 points",
            "`1` **Driver 1** · 25 points · 1 win, 1 podium in 1 start",
            "0 points · 1 start, 1 not finished",
        ],
    );

    // A correction: the message that stands there changes by itself, and there is one. On the way two share a place.
    has(
        &race.set(1, "1").await,
        &["The same place is entered for Driver 1", "is brought up to date"],
    );
    race.set(0, "2").await;
    let corrected = race.posted();
    assert_eq!(corrected.len(), 1);
    assert_eq!(corrected[0].id, message.id);
    has(
        &raw(&corrected[0]),
        &["`1` **Driver 2** · 25 points", "`2` **Driver 1** · 18 points"],
    );

    // Another points system holds from the next time on.
    for (key, value) in [("results.points", "100, 50"), ("results.fastest_lap", "5")] {
        let set = json!({ "key": key, "value": value });
        said(&race.world, &owner, "settings set", set).await;
    }
    has(&race.table().await, &["`1` **Driver 2** · 100 points"]);
    race.post().await;
    assert_eq!(race.posted().len(), 1);
    has(
        &raw(&race.posted()[0]),
        &["`1` **Driver 2** · 100 points", "`2` **Driver 1** · 50 points"],
    );

    // Taken out again.
    has(&race.set(2, "none").await, &["has no result in **GT3** any more"]);
    has(
        &race.set(2, "none").await,
        &["nothing is entered for this driver"],
    );
    assert!(!raw(&race.posted()[0]).contains("Driver 3"));

    // Somebody deletes it: a correction posts it again, once.
    race.delete(message.id);
    race.set(2, "dsq").await;
    assert_eq!(race.posted().len(), 1);
    has(&raw(&race.posted()[0]), &["`DSQ` **Driver 3**"]);
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_shown_first_and_taken_whole_or_not_at_all() {
    let race = Race::begin().await;
    let owner = race.club.owner();
    race.set(0, "3").await;
    let faulty = raw(&race
        .show(b"place,driver,class\n1,Driver 2,\nx,Driver 1,\n2,Somebody,\n")
        .await);
    has(
        &faulty,
        &["line 3: the place is a number", "line 4: say which class"],
    );
    has(&race.table().await, &["`1` **Driver 1** · 15 points"]);

    let file = "\u{FEFF}Place;Driver;Class;Fastest lap\r\n1;driver 2;;yes\r\n2;Driver 1;;\r\n2;Driver 3;;\r\n1;Guest;GT4;\r\n";
    let shown = race.show(file.as_bytes()).await;
    has(
        &raw(&shown),
        &[
            "nothing is changed yet",
            "`1` **Driver 2** · fastest lap",
            "Place 2 of GT3 is shared by Driver 1, Driver 3",
            "taken as written: Guest",
            "What is entered for 1 driver",
        ],
    );
    has(&race.table().await, &["`1` **Driver 1** · 15 points"]);
    let taken = race.press(&owner, &shown, "Take 4 results").await;
    has(&taken, &["4 drivers have results now", "/result post"]);
    has(
        &race.table().await,
        &[
            "`1` **Driver 2** · 25 points",
            "`2` **Driver 1** · 18 points",
            "`2` **Driver 3** · 18 points",
            "`1` **Guest** · 25 points",
        ],
    );

    // Given up; and shown for results that are others by now.
    let given_up = race.show(b"place,driver\n1,Driver 1\n").await;
    has(
        &race.press(&owner, &given_up, "Cancel").await,
        &["Nothing was changed."],
    );
    let outdated = race.show(b"place,driver\n1,Driver 1\n").await;
    race.set(2, "3").await;
    has(
        &race.press(&owner, &outdated, "Take 1 result").await,
        &["Results were entered since"],
    );
    has(&race.table().await, &["`1` **Driver 2** · 25 points"]);

    // What stands in the channel follows a file, too.
    race.post().await;
    let said = race.import("place,driver\n1,Driver 1\n", "Take 1 result").await;
    has(&said, &["1 driver has results now", "is brought up to date"]);
    assert_eq!(race.posted().len(), 1);
    has(&raw(&race.posted()[0]), &["`1` **Driver 1** · 25 points"]);
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_none_are_refused_kindly() {
    let race = Race::begin().await;
    let owner = race.club.owner();
    for (file, part) in [
        (&b"place,driver\n1,Jos\xe9\n"[..], "not UTF-8: line 2"),
        (&b"\xFF\xFEp\0l\0"[..], "UTF-16"),
        (&b"nick,rank\nMax,\n"[..], "has to name a column `driver`"),
        (&b"place,driver\n"[..], "no lines"),
    ] {
        has(&raw(&race.show(file).await), &[part]);
    }
    let simulator = race.world.stack.simulator();
    let import = |file: String| json!({ "event": race.published.event, "file": file });
    let line = b"place,driver\n1,Driver 1\n";
    let told = simulator.upload_declared("results.csv", "text/csv", line, Some(5 << 20));
    has(
        &said(&race.world, &owner, "result import", import(told)).await,
        &["too large"],
    );
    // The size that was told is a lie: what is fetched counts.
    let long = [line.as_slice(), &vec![b'x'; 5 << 20]].concat();
    let liar = simulator.upload_declared("results.csv", "text/csv", &long, Some(10));
    let refused = later(&race.world, &owner, "result import", import(liar)).await;
    has(&raw(&refused), &["too large"]);
    // What is not on Discord's own host is not fetched.
    let file = simulator.upload("results.csv", "text/csv", line);
    let mut payload = simulator
        .slash_payload(&owner, "result import", import(file.clone()))
        .unwrap();
    payload["data"]["resolved"]["attachments"][&file]["url"] =
        json!("http://169.254.169.254/latest/meta-data");
    let id: u64 = payload["id"].as_str().unwrap().parse().unwrap();
    let (_, answer) = post(&race.world, &payload).await;
    simulator.apply_answer(id, &answer);
    race.world.drain().await;
    has(
        &raw(&simulator.interaction_messages(id)[0]),
        &["cannot be fetched"],
    );
    has(&race.table().await, &["There are no results yet"]);
    race.world.finish().await;
}

/// The answer to a click on a button that the actor was never shown.
async fn forged(world: &World, actor: &Actor, custom_id: &str) -> String {
    let simulator = world.stack.simulator();
    let mut payload = simulator.slash_payload(actor, "me show", json!({})).unwrap();
    payload["type"] = json!(3);
    payload["data"] = json!({ "custom_id": custom_id, "component_type": 2 });
    post(world, &payload).await.1.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_and_when_not() {
    let race = Race::begin().await;
    let world = &race.world;
    let driver = race.club.member(race.drivers[0], race.club.paddock);
    let simulator = world.stack.simulator();
    let file = simulator.upload("results.csv", "text/csv", b"place,driver\n1,Driver 1\n");
    let event = json!({ "event": race.published.event });
    let with_file = json!({ "event": race.published.event, "file": file });
    for (command, options) in [
        ("result set", race.result(0, "1")),
        ("result import", with_file),
        ("result post", event),
    ] {
        let refused = said(world, &driver, command, options).await;
        assert!(refused.contains("rank of team manager"), "{command}: {refused}");
    }
    // The table is for all.
    let series = world.suggested(&driver, "result table", "series", "Spa").await;
    let options = json!({ "series": series });
    has(
        &said(world, &driver, "result table", options.clone()).await,
        &["no results yet"],
    );
    // Somebody else's import: even who may manage events cannot take it.
    let shown = race.show(b"place,driver\n1,Driver 1\n").await;
    let button = gantry_local::story::button(&shown, "Take 1 result").unwrap();
    let custom_id = button["custom_id"].as_str().unwrap();
    for (rank, part) in [
        (None, "rank of team manager"),
        (Some("team_manager"), "somebody else's"),
    ] {
        if let Some(rank) = rank {
            let give = json!({ "member": race.drivers[0].to_string(), "rank": rank });
            said(world, &race.club.owner(), "rank set", give).await;
            world.drain().await;
        }
        has(&forged(world, &driver, custom_id).await, &[part]);
    }
    // Another club's event, series and import cannot be reached.
    let other = world.club("Rival").await;
    let mut foreign = race.result(0, "1");
    foreign["driver"] = json!(other.owner.to_string());
    has(
        &said(world, &other.owner(), "result set", foreign).await,
        &["no such event"],
    );
    has(
        &said(world, &other.owner(), "result table", options).await,
        &["no such series"],
    );
    has(
        &forged(world, &other.owner(), custom_id).await,
        &["somebody else's"],
    );
    // A race that has not begun.
    let options = json!({ "series": series, "name": "Monza", "start": "2026-12-05 14:00", "duration": "6h" });
    world.ok(&race.club.owner(), "event create", options).await;
    let event = world
        .suggested(&race.club.owner(), "event publish", "event", "Monza")
        .await;
    let publish = json!({ "event": event });
    world.ok(&race.club.owner(), "event publish", publish).await;
    world.drain().await;
    let mut early = race.result(0, "1");
    early["event"] = json!(event);
    has(
        &said(world, &race.club.owner(), "result set", early).await,
        &["from the start of the race on"],
    );
    has(&race.table().await, &["There are no results yet"]);
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn posted_once_with_every_delivery_doubled() {
    let race = Race::begin().await;
    race.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    race.import(
        "place,driver\n1,Driver 1\n2,Driver 2\ndnf,Driver 3\n1,Driver 4\n",
        "Take 4 results",
    )
    .await;
    for _ in 0..2 {
        race.post().await;
        race.set(1, "3").await;
    }
    assert_eq!(race.posted().len(), 1);
    has(
        &raw(&race.posted()[0]),
        &["`1` **Driver 1** · 25 points", "`3` **Driver 2** · 15 points"],
    );
    race.world.finish().await;
}

/// More calls than any job makes.
const MOST_CALLS: u64 = 40;

/// Posts again and again, each time with the fault at the next call of the worker, until the fault meets no call; `anew`
/// where somebody has deleted what stood there. How many calls were hit.
async fn post_at_every_call(race: &Race, service: Service, kind: &FaultKind, anew: bool) -> u64 {
    for n in 0..MOST_CALLS {
        if let Some(message) = race.posted().first()
            && anew
        {
            race.delete(message.id);
        }
        let fault = Fault::nth(service, "notify-worker", n, kind.clone());
        race.world.stack.faults().add(fault).unwrap();
        has(&race.post().await, &["stand in"]);
        assert_eq!(race.posted().len(), 1, "{service:?} {kind:?} {n}");
        let hit = race.world.stack.faults().hits() > 0;
        race.world.stack.faults().clear();
        if !hit {
            return n;
        }
    }
    MOST_CALLS
}

#[tokio::test(flavor = "multi_thread")]
async fn posted_once_with_the_worker_killed_at_each_call() {
    let race = Race::begin().await;
    race.set(0, "1").await;
    for kind in [FaultKind::KillBefore, FaultKind::KillAfter] {
        for (service, anew, least) in [
            (Service::Discord, true, 2),
            (Service::Discord, false, 2),
            (Service::Dynamodb, true, 7),
            (Service::Dynamodb, false, 4),
        ] {
            let hits = post_at_every_call(&race, service, &kind, anew).await;
            assert!(
                (least..MOST_CALLS).contains(&hits),
                "{service:?} {kind:?} {anew}: {hits}"
            );
        }
    }
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_shown_and_taken_once_with_the_worker_killed_at_each_call() {
    let race = Race::begin().await;
    for (service, least) in [(Service::Discord, 1), (Service::Dynamodb, 5)] {
        let mut hits = 0;
        for n in 0..MOST_CALLS {
            let kind = if n % 2 == 0 {
                FaultKind::KillBefore
            } else {
                FaultKind::KillAfter
            };
            let fault = Fault::nth(service, "sync-worker", n, kind);
            race.world.stack.faults().add(fault).unwrap();
            let file = format!("place,driver\n{},Driver 1\n", n + 1);
            has(&race.import(&file, "Take 1 result").await, &["has results now"]);
            let hit = race.world.stack.faults().hits() > 0;
            race.world.stack.faults().clear();
            if !hit {
                break;
            }
            hits += 1;
        }
        assert!((least..MOST_CALLS).contains(&hits), "{service:?}: {hits}");
    }
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_outlives_the_events() {
    let race = Race::begin().await;
    race.set(0, "1").await;
    race.post().await;
    // Archived: it can still be corrected where it stands.
    let archived = at(START) + SignedDuration::from_hours(24 * 3);
    race.world.stack.advance(archived, 1).await.unwrap();
    race.set(0, "2").await;
    has(&raw(&race.posted()[0]), &["`2` **Driver 1** · 18 points"]);
    // Deleted, forgotten.
    let later = at(START) + SignedDuration::from_hours(24 * 70);
    race.world.stack.advance(later, 1).await.unwrap();
    has(&race.table().await, &["`1` **Driver 1** · 18 points"]);
    let refused = race.set(0, "1").await;
    has(&refused, &["no such event"]);
    race.world.finish().await;
}
