//! C6.6: results entered by command and by file, posted once with the table of the series, and kept when the events are gone.

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

async fn said(world: &World, actor: &Actor, command: &str, options: Value) -> String {
    raw(&world.ok(actor, command, options).await)
}

/// Uses a command whose answer comes later; what it says.
async fn later(world: &World, actor: &Actor, command: &str, options: Value) -> String {
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
    raw(&answers.remove(0))
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

    async fn set(&self, driver: usize, place: &str, fastest: bool) -> String {
        let mut options = json!({
            "event": self.published.event, "driver": self.drivers[driver].to_string(), "place": place,
        });
        if fastest {
            options["fastest_lap"] = json!("yes");
        }
        said(&self.world, &self.club.owner(), "result set", options).await
    }

    async fn post(&self) -> String {
        let options = json!({ "event": self.published.event });
        later(&self.world, &self.club.owner(), "result post", options).await
    }

    async fn import(&self, file: &str) -> String {
        let simulator = self.world.stack.simulator();
        let file = simulator.upload("results.csv", "text/csv", file.as_bytes());
        let options = json!({ "event": self.published.event, "file": file });
        later(&self.world, &self.club.owner(), "result import", options).await
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
    assert!(race.table().await.contains("There are no results yet"));
    let options = json!({ "event": race.published.event });
    let empty = said(&race.world, &race.club.owner(), "result post", options).await;
    assert!(empty.contains("no results yet"), "{empty}");
    let found = race
        .world
        .suggested(&race.club.owner(), "result set", "event", "Spa")
        .await;
    assert_eq!(found, race.published.event, "a race that is on can be picked");

    assert!(
        race.set(0, "1", true)
            .await
            .contains("place 1, with the fastest lap")
    );
    race.set(1, "2", false).await;
    assert!(race.set(2, "DNF", false).await.contains("did not finish"));
    assert!(race.set(3, "1", false).await.contains("4 drivers"));
    let bad = race.set(3, "first", false).await;
    assert!(bad.contains("dnf, dns, dsq"), "{bad}");
    assert!(race.posted().is_empty(), "nothing is shown before");

    let answer = race.post().await;
    assert!(
        answer.contains(&format!("<#{}>", race.published.channel)),
        "{answer}"
    );
    let message = race.posted().remove(0);
    let shown = raw(&message);
    for part in [
        "1. **Driver 1** · 25 points · fastest lap",
        "2. **Driver 2** · 18 points",
        "DNF **Driver 3**",
        "1. **Driver 4** · 25 points",
        "1. **Driver 1** · 25 points · 1 win, 1 podium in 1 start",
    ] {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }

    // A correction, by another points system: the message changes, and there is one.
    race.set(1, "1", false).await;
    race.set(0, "2", false).await;
    for (key, value) in [("results.points", "100, 50"), ("results.fastest_lap", "5")] {
        let set = json!({ "key": key, "value": value });
        said(&race.world, &race.club.owner(), "settings set", set).await;
    }
    race.post().await;
    assert_eq!(race.posted().len(), 1);
    let corrected = race.posted().remove(0);
    assert_eq!(corrected.id, message.id);
    assert!(
        raw(&corrected).contains("1. **Driver 2** · 100 points"),
        "{}",
        raw(&corrected)
    );

    // Somebody deletes it: it is posted anew.
    let simulator = race.world.stack.simulator();
    simulator
        .delete_message(race.published.channel, message.id)
        .unwrap();
    race.post().await;
    assert_eq!(race.posted().len(), 1);
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_whole_or_not_at_all() {
    let race = Race::begin().await;
    race.set(0, "3", false).await;
    let faulty = race
        .import("place,driver,class\n1,Driver 2,\nx,Driver 1,\n2,Somebody,\n")
        .await;
    assert!(faulty.contains("line 3: the place is a number"), "{faulty}");
    assert!(faulty.contains("line 4: say which class"), "{faulty}");
    assert!(
        race.table().await.contains("1. **Driver 1** · 15 points"),
        "as it was"
    );

    let taken = race
        .import(
            "\u{FEFF}Place;Driver;Class;Fastest lap\r\n1;driver 2;;yes\r\n2;Driver 1;;\r\n1;Guest;GT4;\r\n",
        )
        .await;
    assert!(taken.contains("3 drivers"), "{taken}");
    let table = race.table().await;
    for part in [
        "1. **driver 2** · 25 points",
        "2. **Driver 1** · 18 points",
        "1. **Guest** · 25 points",
    ] {
        assert!(table.contains(part), "{part:?} is not in {table}");
    }
    // The same driver in another race is the same line: the account counts, not how the name is written.
    race.set(1, "1", true).await;
    assert!(race.table().await.contains("1. **Driver 2** · 25 points"));
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_and_when_not() {
    let race = Race::begin().await;
    let world = &race.world;
    let driver = race.club.member(race.drivers[0], race.club.paddock);
    let options = json!({
        "event": race.published.event, "driver": race.drivers[0].to_string(), "place": "1",
    });
    let refused = said(world, &driver, "result set", options).await;
    assert!(refused.contains("rank of team manager"), "{refused}");
    // Another club's event cannot be reached.
    let other = world.club("Rival").await;
    let options = json!({
        "event": race.published.event, "driver": other.owner.to_string(), "place": "1",
    });
    let refused = said(world, &other.owner(), "result set", options).await;
    assert!(refused.contains("event"), "{refused}");
    // A race that has not begun.
    let series = world
        .suggested(&race.club.owner(), "event create", "series", "Spa")
        .await;
    let options = json!({ "series": series, "name": "Monza", "start": "2026-12-05 14:00", "duration": "6h" });
    world.ok(&race.club.owner(), "event create", options).await;
    let event = world
        .suggested(&race.club.owner(), "event publish", "event", "Monza")
        .await;
    world
        .ok(&race.club.owner(), "event publish", json!({ "event": event }))
        .await;
    world.drain().await;
    let options =
        json!({ "event": event, "driver": race.drivers[0].to_string(), "place": "1", "class": "GT3" });
    let refused = said(world, &race.club.owner(), "result set", options).await;
    assert!(refused.contains("from the start of the race on"), "{refused}");
    assert!(race.table().await.contains("There are no results yet"));
    race.world.finish().await;
}

/// Results posted while things go wrong: one message, whatever happens.
async fn posted_once(race: Race) {
    race.import("place,driver\n1,Driver 1\n2,Driver 2\ndnf,Driver 3\n1,Driver 4\n")
        .await;
    for _ in 0..2 {
        race.post().await;
    }
    assert_eq!(race.posted().len(), 1);
    assert!(raw(&race.posted()[0]).contains("1. **Driver 1** · 25 points"));
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn posted_once_with_every_delivery_doubled() {
    let race = Race::begin().await;
    race.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    posted_once(race).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn posted_once_with_the_workers_killed_at_each_call() {
    for (service, worker, calls) in [
        (Service::Discord, "notify-worker", 5),
        (Service::Dynamodb, "notify-worker", 14),
        (Service::Dynamodb, "sync-worker", 6),
    ] {
        for n in 0..calls {
            for kind in [FaultKind::KillBefore, FaultKind::KillAfter] {
                let race = Race::begin().await;
                let fault = Fault::nth(service, worker, n, kind);
                race.world.stack.faults().add(fault).unwrap();
                posted_once(race).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_outlives_the_events() {
    let race = Race::begin().await;
    race.set(0, "1", false).await;
    race.post().await;
    // Completed, archived, deleted, forgotten.
    let later = at(START) + SignedDuration::from_hours(24 * 70);
    race.world.stack.advance(later, 1).await.unwrap();
    assert!(race.table().await.contains("1. **Driver 1** · 25 points"));
    let options = json!({
        "event": race.published.event, "driver": race.drivers[0].to_string(), "place": "1",
    });
    let refused = said(&race.world, &race.club.owner(), "result set", options).await;
    assert!(refused.contains("event"), "{refused}");
    race.world.finish().await;
}
