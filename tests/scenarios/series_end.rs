//! C6.7: a series that is over has its statistics posted once, and they follow a corrected result.

use crate::teams::whole;
use crate::world::{Club, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_simulator::{Actor, MessageView, OutcomeKind};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// 14:00 in Berlin.
const START: &str = "2026-11-28T13:00:00Z";

fn minute(minutes: i64) -> Timestamp {
    START.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

/// Two races of one series, with the channel of the second, and three drivers.
struct Season {
    world: World,
    club: Club,
    series: String,
    events: Vec<String>,
    last: u64,
    drivers: Vec<u64>,
}

impl Season {
    async fn begin() -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let series = world.series(&club, "Winter *Cup*", "GT3: 3").await;
        let mut events = Vec::new();
        for name in ["Monza", "Spa"] {
            let event = world.draft(&club, &series, name).await;
            world
                .ok(&club.owner(), "event publish", json!({ "event": event }))
                .await;
            world.drain().await;
            events.push(event);
        }
        let view = world.stack.simulator().guild_view(club.guild).unwrap();
        let last = view
            .channels
            .iter()
            .find(|one| one.name.contains("spa"))
            .unwrap()
            .id;
        let drivers = world.members(&club, 3);
        Self {
            world,
            club,
            series,
            events,
            last,
            drivers,
        }
    }

    async fn result(&self, race: usize, driver: usize, place: &str) {
        let driver = self.drivers[driver].to_string();
        let options = json!({ "event": self.events[race], "driver": driver, "place": place });
        let said = whole(&self.world.ok(&self.club.owner(), "result set", options).await);
        assert!(said.contains("Result entered"), "{said}");
        self.world.drain().await;
    }

    /// The answer to `/series complete`, once all is done.
    async fn complete(&self) -> String {
        let simulator = self.world.stack.simulator();
        let options = json!({ "series": self.series });
        let outcome = simulator
            .slash(&self.club.owner(), "series complete", options)
            .await;
        assert!(
            matches!(outcome.kind, OutcomeKind::Deferred { .. }),
            "{outcome:?}"
        );
        self.world.drain().await;
        let mut answers = simulator.interaction_messages(outcome.interaction_id);
        assert_eq!(answers.len(), 1, "{answers:#?}");
        whole(&answers.remove(0))
    }

    async fn refused(&self, actor: &Actor) -> String {
        let options = json!({ "series": self.series });
        whole(&self.world.ok(actor, "series complete", options).await)
    }

    fn statistics(&self, channel: u64) -> Vec<MessageView> {
        let mut messages = self.world.stack.simulator().messages(channel);
        messages.retain(|message| whole(message).contains("Season over"));
        messages
    }

    fn said(&self, channel: u64) -> String {
        let messages = self.statistics(channel);
        assert_eq!(messages.len(), 1, "{messages:#?}");
        whole(&messages[0])
    }

    /// Both races over, with results.
    async fn raced(&self) {
        self.world.stack.advance(minute(361), 1).await.unwrap();
        for (race, places) in [["1", "2", "dnf"], ["1", "3", "2"]].into_iter().enumerate() {
            for (driver, place) in places.into_iter().enumerate() {
                self.result(race, driver, place).await;
            }
        }
    }
}

fn calls(season: &Season, mark: u64) -> Vec<String> {
    let calls = season.world.calls(mark, Service::Discord);
    calls.into_iter().map(|call| call.operation).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_posted_once_and_follow() {
    let season = Season::begin().await;
    let owner = season.club.owner();
    assert!(season.refused(&owner).await.contains("is not over yet"));
    season.world.stack.advance(minute(361), 1).await.unwrap();
    assert!(season.refused(&owner).await.contains("no results yet"));
    season.raced().await;

    let mark = season.world.mark();
    let answer = season.complete().await;
    assert!(answer.contains(&format!("<#{}>", season.last)), "{answer}");
    assert_eq!(
        calls(&season, mark),
        [
            "POST /channels/{channel.id}/messages",
            "PATCH /webhooks/{application.id}/{interaction.token}/messages/@original"
        ]
    );
    let text = season.said(season.last);
    for part in [
        "Season over: Winter",
        "2 races, 3 drivers, 6 starts.",
        "GT3: **Driver 1** · 50 points",
        "Most wins: **Driver 1** · 2",
        "Most podiums: **Driver 1, Driver 2** · 2",
        "Most starts: **Driver 1, Driver 2, Driver 3** · 2",
        "In every race: 3 drivers",
        "Not finished: 1 start",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }

    // A correction: the same message, by one edit. Said again: the same.
    let first = season.statistics(season.last)[0].id;
    let mark = season.world.mark();
    season.result(0, 2, "1").await;
    assert_eq!(
        calls(&season, mark),
        ["PATCH /channels/{channel.id}/messages/{message.id}"]
    );
    let text = season.said(season.last);
    assert!(
        text.contains("Driver 3**") && !text.contains("Not finished"),
        "{text}"
    );
    season.complete().await;
    assert_eq!(season.statistics(season.last)[0].id, first);

    // The club has a channel for them: they are posted there when somebody asks.
    let paddock = season.club.paddock;
    let set = json!({ "key": "results.channel", "value": format!("<#{paddock}>") });
    season
        .world
        .stack
        .simulator()
        .slash(&owner, "settings set", set)
        .await;
    season.world.drain().await;
    assert!(season.complete().await.contains(&format!("<#{paddock}>")));
    season.said(paddock);
    season.result(1, 2, "dsq").await;
    let text = season.said(paddock);
    assert!(
        text.contains("Most podiums: **Driver 1, Driver 2** · 2"),
        "{text}"
    );

    // Not for drivers, and not another club's.
    let driver = season.club.member(season.drivers[0], paddock);
    assert!(season.refused(&driver).await.contains("rank of"));
    let other = season.world.club("Box").await;
    assert!(season.refused(&other.owner()).await.contains("no such series"));
    season.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_with_deliveries_doubled_and_the_worker_killed() {
    let season = Season::begin().await;
    season.raced().await;
    season.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    season.complete().await;
    season.result(0, 1, "1").await;
    let expected = season.said(season.last);
    season.world.stack.aws().set_deliveries(DeliveryMode::default());
    for (service, least) in [(Service::Discord, 2), (Service::Dynamodb, 8)] {
        let mut hits = 0;
        for n in 0..40 {
            // Posted anew each time.
            let message = season.statistics(season.last)[0].id;
            let simulator = season.world.stack.simulator();
            simulator.delete_message(season.last, message).unwrap();
            let kind = if n % 2 == 0 {
                FaultKind::KillAfter
            } else {
                FaultKind::KillBefore
            };
            let fault = Fault::nth(service, "notify-worker", n, kind);
            season.world.stack.faults().add(fault).unwrap();
            let answer = season.complete().await;
            assert!(answer.contains("stand in"), "{answer}");
            assert_eq!(season.said(season.last), expected);
            let hit = season.world.stack.faults().hits() > 0;
            season.world.stack.faults().clear();
            if !hit {
                break;
            }
            hits += 1;
        }
        assert!((least..40).contains(&hits), "{service:?}: {hits}");
    }
    season.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_end_a_series_once() {
    let season = Season::begin().await;
    season.raced().await;
    let (one, two) = tokio::join!(season.complete(), season.complete());
    assert!(
        one.contains("stand in") && two.contains("stand in"),
        "{one} {two}"
    );
    season.said(season.last);
    let nothing: Vec<Value> = season
        .statistics(season.club.paddock)
        .iter()
        .map(|one| json!(one.embeds))
        .collect();
    assert!(nothing.is_empty(), "{nothing:?}");
    season.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_races_count_as_the_club_says() {
    let season = Season::begin().await;
    season.raced().await;
    let (owner, options) = (season.club.owner(), json!({ "series": season.series }));
    for (best_of, points) in [("0", ["50", "33"]), ("1", ["25", "18"]), ("2", ["50", "33"])] {
        let set = json!({ "key": "results.best_of", "value": best_of });
        season.world.ok(&owner, "settings set", set).await;
        let table = whole(&season.world.ok(&owner, "result table", options.clone()).await);
        for (driver, points) in points.into_iter().enumerate() {
            let line = format!("**Driver {}** · {points} points", driver + 1);
            assert!(table.contains(&line), "{best_of}: {line} is not in {table}");
        }
    }
    season.world.finish().await;
}
