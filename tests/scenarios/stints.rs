//! Stints: planned by the drivers' availability, changed, driven.

use crate::teams::{closed, team, whole};
use crate::world::{Club, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_simulator::{Actor, MessageView};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

async fn said(world: &World, actor: &gantry_simulator::Actor, command: &str, options: Value) -> String {
    whole(&world.ok(actor, command, options).await)
}

/// An event with one team of four; returns it with the team's id and a driver of it.
async fn with_team(world: &World, club: &Club) -> (String, String, u64) {
    let (published, drivers) = closed(world, club, 4).await;
    let event = published.event;
    team(world, club, "form", json!({ "event": event, "size": "4" })).await;
    let picked = json!({ "event": event, "team": "GT3" });
    let id = world
        .suggested_with(&club.owner(), "stint plan", picked, "team")
        .await;
    (event, id, drivers[0])
}

#[tokio::test(flavor = "multi_thread")]
async fn from_strategy_to_the_last_stint() {
    let world = World::start().await;
    world.stack.simulator().set_rate_limits(false);
    let club = world.club("Apex").await;
    let (event, id, driver) = with_team(&world, &club).await;
    let owner = club.owner();
    let with = |more: Value| {
        let mut options = json!({ "event": event, "team": id });
        for (name, value) in more.as_object().into_iter().flatten() {
            options[name] = value.clone();
        }
        options
    };
    let set = with(json!({ "stint": "45", "rest": "30", "pit": "70", "fuel": "95" }));
    let strategy = said(&world, &owner, "strategy set", set).await;
    assert!(strategy.contains("stints of 45m"), "{strategy}");
    assert!(strategy.contains("95 l of fuel"), "{strategy}");

    // Two drive the first half of the race and two the second: each gets two of the eight stints.
    let planned = said(&world, &owner, "stint plan", with(json!({}))).await;
    assert!(planned.contains("there is no fairer plan"), "{planned}");
    assert_eq!(planned.matches(": 2 · 1h 30m").count(), 4, "{planned}");
    assert!(!planned.contains("Not as it should be"), "{planned}");
    assert_eq!(
        said(&world, &owner, "stint list", with(json!({})))
            .await
            .matches("<t:")
            .count(),
        16
    );

    // Somebody who is not free then: done, and said.
    let swapped = said(
        &world,
        &owner,
        "stint swap",
        with(json!({ "one": "1", "other": "8" })),
    )
    .await;
    assert!(swapped.contains("is not free then"), "{swapped}");
    said(
        &world,
        &owner,
        "stint swap",
        with(json!({ "one": "1", "other": "8" })),
    )
    .await;
    let extended = said(
        &world,
        &owner,
        "stint extend",
        with(json!({ "stint": "2", "minutes": "10" })),
    )
    .await;
    assert!(extended.contains("The plan is changed."), "{extended}");
    let refused = said(
        &world,
        &owner,
        "stint extend",
        with(json!({ "stint": "2", "minutes": "60" })),
    )
    .await;
    assert!(refused.contains("Move it by less"), "{refused}");

    let own = club.member(driver, club.paddock);
    let early = said(&world, &own, "stint start", with(json!({}))).await;
    assert!(early.contains("an hour before"), "{early}");
    world.stack.clock().set("2026-11-28T13:02:00Z".parse().unwrap());

    // The race: a driver of the team begins and ends stints, but cannot change the plan; a stranger neither.
    let begun = said(&world, &own, "stint start", with(json!({}))).await;
    assert!(begun.contains("driving since"), "{begun}");
    let next = said(&world, &own, "stint start", with(json!({}))).await;
    assert!(next.contains("drove <t:"), "{next}");
    let over = said(&world, &own, "stint finish", with(json!({}))).await;
    assert!(over.contains("The stint is over."), "{over}");
    let refused = said(
        &world,
        &own,
        "stint shift",
        with(json!({ "stint": "4", "minutes": "5" })),
    )
    .await;
    assert!(refused.contains("rank"), "{refused}");
    let stranger = club.member(world.members(&club, 1)[0], club.paddock);
    for command in ["stint list", "stint start", "strategy show"] {
        let refused = said(&world, &stranger, command, with(json!({}))).await;
        assert!(refused.contains("rank"), "{command}: {refused}");
    }
    let other = world.club("Box").await;
    let refused = said(&world, &other.owner(), "stint plan", with(json!({}))).await;
    assert!(refused.contains("no such event"), "{refused}");
    world.finish().await;
}

/// 14:00 in Berlin.
const START: &str = "2026-11-28T13:00:00Z";

fn minute(minutes: i64) -> Timestamp {
    START.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

/// A planned race of six stints of an hour; four drivers, two of whom drive the first half.
struct Race {
    world: World,
    club: Club,
    event: String,
    channel: u64,
    team: String,
    drivers: Vec<u64>,
    ticks: u32,
}

impl Race {
    async fn planned(ticks: u32) -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let (published, drivers) = closed(&world, &club, 4).await;
        let (event, channel) = (published.event, published.channel);
        team(&world, &club, "form", json!({ "event": event, "size": "4" })).await;
        let picked = json!({ "event": event, "team": "GT3" });
        let id = world
            .suggested_with(&club.owner(), "stint plan", picked, "team")
            .await;
        team(&world, &club, "finalise", json!({ "event": event })).await;
        let race = Self {
            world,
            club,
            event,
            channel,
            team: id,
            drivers,
            ticks,
        };
        race.run(
            "strategy set",
            json!({ "rest": "0", "in_a_row": "1", "fuel": "95" }),
        )
        .await;
        let planned = race.run("stint plan", json!({})).await;
        assert!(!planned.contains("Not as it should be"), "{planned}");
        race.world.drain().await;
        race
    }

    async fn run(&self, command: &str, more: Value) -> String {
        let mut options = json!({ "event": self.event, "team": self.team });
        for (name, value) in more.as_object().into_iter().flatten() {
            options[name] = value.clone();
        }
        said(&self.world, &self.club.owner(), command, options).await
    }

    async fn until(&self, instant: Timestamp) {
        self.world.stack.advance(instant, self.ticks).await.unwrap();
    }

    /// The instants at which stints of `driver` begin, as they were told of them.
    fn told(&self, driver: u64) -> Vec<i64> {
        let dms = self.world.stack.simulator().dms(driver);
        let mut told: Vec<i64> = dms.iter().filter_map(begins).collect();
        told.sort_unstable();
        told
    }

    /// All that were told, with the minute of the race in which their stint begins.
    fn all_told(&self) -> Vec<i64> {
        let mut all: Vec<i64> = self
            .drivers
            .iter()
            .flat_map(|driver| self.told(*driver))
            .collect();
        all.sort_unstable();
        all
    }
}

/// The minute of the race in which the stint begins that the message tells of.
fn begins(message: &MessageView) -> Option<i64> {
    let text = whole(message);
    let told = text.contains("You are next");
    let after = text.split("begins <t:").nth(1)?;
    let second: i64 = after.split(':').next()?.parse().ok()?;
    told.then(|| (second - minute(0).as_second()) / 60)
}

#[tokio::test(flavor = "multi_thread")]
async fn drivers_are_told_a_quarter_of_an_hour_before_and_confirm() {
    let race = Race::planned(1).await;
    race.until(minute(-16)).await;
    assert_eq!(race.all_told(), Vec::<i64>::new());
    race.until(minute(-14)).await;
    assert_eq!(race.all_told(), [0]);

    // The first driver knows, and the plan shows it; nobody else can say so.
    let simulator = race.world.stack.simulator();
    let first = *race
        .drivers
        .iter()
        .find(|driver| race.told(**driver) == [0])
        .unwrap();
    let message = simulator
        .dms(first)
        .into_iter()
        .find(|dm| begins(dm).is_some())
        .unwrap();
    let button = gantry_local::story::button(&message, "Got it").unwrap()["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let actor = Actor::dm(simulator.dm_channel(first), first);
    for _ in 0..2 {
        let answer = simulator.click(&actor, message.id, &button).await;
        let answer = race.world.stack.expect_message(answer).unwrap();
        assert!(answer.content.contains("Noted"), "{}", answer.content);
    }
    let list = race.run("stint list", json!({})).await;
    assert_eq!(list.matches("· knows").count(), 1, "{list}");

    // A stint that is moved after its driver was told is told of anew; whoever has it then.
    race.until(minute(46)).await;
    assert_eq!(race.all_told(), [0, 60]);
    race.run("stint shift", json!({ "stint": "2", "minutes": "12" }))
        .await;
    race.until(minute(58)).await;
    assert_eq!(race.all_told(), [0, 60, 72]);

    // Switched off before the next: nobody is told.
    let off = json!({ "key": "stints.alerts", "value": "off" });
    race.world.ok(&race.club.owner(), "settings set", off).await;
    race.until(minute(300)).await;
    assert_eq!(race.all_told(), [0, 60, 72]);
    race.world.finish().await;
}

/// The whole race, in which the green flag comes six minutes late; what was told of is the same however it goes.
async fn drive(race: Race) {
    race.until(minute(6)).await;
    // Two in the same tick: the reminder of the start, and the flag that moves all that follows.
    race.run("stint start", json!({})).await;
    race.until(minute(370)).await;
    assert_eq!(race.all_told(), [0, 66, 126, 186, 246, 306]);
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_green_flag_moves_the_alerts() {
    drive(Race::planned(1).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_twice_with_every_delivery_doubled() {
    let race = Race::planned(2).await;
    race.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    drive(race).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_twice_whatever_call_the_worker_dies_at() {
    for service in [Service::Discord, Service::Dynamodb] {
        for shift in 0..7 {
            let race = Race::planned(1).await;
            for n in (shift..120).step_by(7) {
                let kind = if n % 2 == 0 {
                    FaultKind::KillAfter
                } else {
                    FaultKind::KillBefore
                };
                let fault = Fault::nth(service, "notify-worker", n, kind);
                race.world.stack.faults().add(fault).unwrap();
            }
            drive(race).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_dms_outages_moved_and_cancelled_events() {
    let race = Race::planned(1).await;
    let simulator = race.world.stack.simulator();
    for driver in &race.drivers {
        simulator.set_dms_closed(*driver, true).unwrap();
    }
    // An hour later: the alert moves with the event.
    let edit = race
        .world
        .stack
        .simulator()
        .slash(&race.club.owner(), "event edit", json!({ "event": race.event }))
        .await;
    let gantry_simulator::OutcomeKind::Modal(form) = &edit.kind else {
        panic!("no form: {:?}", edit.kind);
    };
    let filled = json!({ "start": "2026-11-28 15:00" });
    let outcome = simulator.submit_modal(&race.club.owner(), form, filled).await;
    race.world.stack.expect_message(outcome).unwrap();
    let channel = race.channel;
    let said = || -> Vec<i64> {
        let mut said: Vec<i64> = simulator.messages(channel).iter().filter_map(begins).collect();
        said.sort_unstable();
        said
    };
    race.until(minute(30)).await;
    assert_eq!(said(), Vec::<i64>::new());
    race.until(minute(50)).await;
    assert_eq!(said(), [60], "in the channel, since DMs are closed");
    for message in simulator
        .messages(channel)
        .iter()
        .filter(|one| begins(one).is_some())
    {
        assert_eq!(message.mentions.len(), 1);
    }

    // No tick for an hour and a quarter: the second stint has begun meanwhile, the third is told of.
    race.world.stack.clock().set(minute(167));
    race.until(minute(169)).await;
    assert_eq!(said(), [60, 180]);
    race.world
        .ok(&race.club.owner(), "event cancel", json!({ "event": race.event }))
        .await;
    race.until(minute(400)).await;
    assert_eq!(said(), [60, 180]);
    race.world.finish().await;
}
