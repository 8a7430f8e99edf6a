//! Attendance: while a race is on its drivers are looked for in voice every ten minutes, within bounds, and counted once.

use crate::world::{Club, Published, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

const START: &str = "2026-11-28T13:00:00Z";
const LOOKED: &str = "GET /guilds/{guild.id}/voice-states/{user.id}";

fn after_start(minutes: i64) -> Timestamp {
    START.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

struct Race {
    world: World,
    club: Club,
    published: Published,
    drivers: Vec<u64>,
    ticks: u32,
}

impl Race {
    /// Live, with three drivers who are seated and one who does not come.
    async fn begin(ticks: u32) -> Self {
        Self::of(ticks, 3).await
    }

    async fn of(ticks: u32, seated: usize) -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let published = world.published(&club, "Monza", "GT3: 60").await;
        let drivers = world.members(&club, seated + 1);
        for (n, driver) in drivers.iter().enumerate() {
            let label = if n < seated { "Sign up" } else { "Not coming" };
            let outcome = world.press(&club, &published, *driver, label).await;
            world.stack.expect_message(outcome).unwrap();
        }
        world.drain().await;
        let race = Self {
            world,
            club,
            published,
            drivers,
            ticks,
        };
        race.until(0).await;
        race
    }

    async fn until(&self, minutes: i64) {
        self.world
            .stack
            .advance(after_start(minutes), self.ticks)
            .await
            .unwrap();
    }

    /// A driver joins or leaves the race's room.
    fn voice(&self, driver: usize, joins: bool) {
        let simulator = self.world.stack.simulator();
        let view = simulator.guild_view(self.club.guild).unwrap();
        let room = view.channels.iter().find(|one| one.kind == 2).unwrap().id;
        let channel = joins.then_some(room);
        simulator
            .set_voice(self.club.guild, self.drivers[driver], channel)
            .unwrap();
    }

    async fn shown(&self) -> String {
        let event = json!({ "event": self.published.event });
        let answer = self.world.ok(&self.club.owner(), "event attendance", event).await;
        json!(answer.embeds).to_string()
    }

    fn looked(&self, mark: u64) -> usize {
        let calls = self.world.calls(mark, Service::Discord);
        calls.iter().filter(|call| call.operation == LOOKED).count()
    }

    /// One comes at once and stays, one comes late, one never: six samples in an hour.
    async fn raced(self) {
        self.voice(0, true);
        self.until(30).await;
        self.voice(1, true);
        self.until(60).await;
        let shown = self.shown().await;
        assert!(shown.contains("by 6 samples"), "{shown}");
        assert!(shown.contains("**Driver 1** 6 of 6"), "{shown}");
        assert!(shown.contains("**Driver 2** 3 of 6"), "{shown}");
        assert!(shown.contains("**Driver 3** 0 of 6"), "{shown}");
        assert!(
            !shown.contains("Driver 4"),
            "who does not come is not looked for: {shown}"
        );
        // The race is over: nobody is looked for, and what was seen is there.
        self.until(6 * 60 + 20).await;
        let over = self.shown().await;
        // The last one falls together with the end in one of ten events.
        let full = ["by 35 samples", "by 36 samples"]
            .iter()
            .any(|many| over.contains(many));
        assert!(full, "{over}");
        let mark = self.world.mark();
        self.until(8 * 60).await;
        assert_eq!(self.looked(mark), 0);
        self.world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn drivers_are_looked_for_while_the_race_is_on() {
    Race::begin(1).await.raced().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_delivery_doubled_and_each_tick_run_twice() {
    let race = Race::begin(2).await;
    race.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    race.raced().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_with_the_worker_killed_at_each_call() {
    for service in [Service::Discord, Service::Dynamodb] {
        let mut n = 0_u64;
        loop {
            let race = Race::begin(1).await;
            race.voice(0, true);
            let kind = if n.is_multiple_of(2) {
                FaultKind::KillAfter
            } else {
                FaultKind::KillBefore
            };
            let faults = race.world.stack.faults();
            // The board is brought up to date by the same worker, when the race starts; that is over by now.
            faults
                .add(Fault::nth(service, "channel-worker", n, kind))
                .unwrap();
            race.until(10).await;
            let hits = faults.hits();
            let shown = race.shown().await;
            assert!(shown.contains("by 1 sample,"), "{service:?} {n}: {shown}");
            assert!(shown.contains("**Driver 1** 1 of 1"), "{service:?} {n}: {shown}");
            race.world.finish().await;
            n += 1;
            if hits == 0 {
                break;
            }
            assert!(n < 20, "{service:?}: no end of calls");
        }
        assert!(n > 3, "{service:?}: died at {n} calls only");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_are_looked_for_at_once_and_the_others_next() {
    let race = Race::of(1, 55).await;
    let mark = race.world.mark();
    race.until(10).await;
    assert_eq!(race.looked(mark), 50);
    let shown = race.shown().await;
    assert_eq!(shown.matches("has not been looked for yet").count(), 5, "{shown}");
    let mark = race.world.mark();
    race.until(20).await;
    assert_eq!(race.looked(mark), 50);
    assert_eq!(
        race.shown().await.matches("has not been looked for yet").count(),
        0
    );
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_one_sample_and_a_guest_sees_none() {
    let race = Race::begin(1).await;
    race.voice(0, true);
    let guest = race.club.member(race.drivers[0], race.club.paddock);
    let event = json!({ "event": race.published.event });
    let refused = race.world.ok(&guest, "event attendance", event).await;
    assert!(json!(refused).to_string().contains("rank of"), "{refused:?}");
    assert!(race.shown().await.contains("Nobody has been looked for yet"));
    race.world.stack.clock().set(after_start(65));
    race.until(66).await;
    let shown = race.shown().await;
    assert!(
        shown.contains("by 1 sample,") || shown.contains("by 2 samples"),
        "{shown}"
    );
    race.world.finish().await;
}
