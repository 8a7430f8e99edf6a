//! Stints: planned by the drivers' availability, changed, driven.

use crate::deaths::Deaths;
use crate::teams::{closed, team, whole};
use crate::world::{Club, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::Service;
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

/// Discord's type of channel (Discord docs, resources/channel).
const PRIVATE_THREAD: u8 = 12;
/// A worker dies at one of so many calls. What it was at is tried again minutes later: should it die often enough, it is
/// too late to tell a driver, who is then not told.
const APART: u64 = 40;
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
        Self::planned_with(ticks, None).await
    }

    async fn planned_with(ticks: u32, setting: Option<Value>) -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        if let Some(setting) = setting {
            world.ok(&club.owner(), "settings set", setting).await;
        }
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

    /// The team's thread, if it has one.
    fn thread(&self) -> Option<u64> {
        let simulator = self.world.stack.simulator();
        let view = simulator.guild_view(self.club.guild).unwrap();
        let found = view.channels.iter().find(|one| one.kind == PRIVATE_THREAD);
        found.map(|one| one.id)
    }

    /// The minutes of the race at which stints of `driver` begin, as they were told of them, in public or by DM.
    fn told(&self, driver: u64) -> Vec<i64> {
        let simulator = self.world.stack.simulator();
        let public = self.thread().into_iter().chain([self.channel]);
        let called = public
            .flat_map(|channel| simulator.messages(channel))
            .filter(|one| one.mentions.contains(&driver));
        let mut told: Vec<i64> = called
            .chain(simulator.dms(driver))
            .filter_map(|message| begins(&message))
            .collect();
        told.sort_unstable();
        told
    }

    /// The same, in that channel.
    fn said(&self, channel: u64) -> Vec<i64> {
        let messages = self.world.stack.simulator().messages(channel);
        let mut said: Vec<i64> = messages.iter().filter_map(begins).collect();
        said.sort_unstable();
        said
    }

    /// The plan: each stint's driver and the minute of the race at which it begins.
    fn plan_of(&self, list: &str) -> Vec<(u64, i64)> {
        let simulator = self.world.stack.simulator();
        let view = simulator.guild_view(self.club.guild).unwrap();
        let lines = list.split("\\n").filter(|line| line.contains("> to <t:"));
        let stint = |line: &str| {
            let named = |driver: &&u64| {
                let found = view.members.iter().find(|one| one.user == **driver).unwrap();
                line.contains(&format!("**{}**", found.name))
            };
            let driver = self.drivers.iter().find(named).unwrap();
            let second: i64 = line
                .split("<t:")
                .nth(1)
                .unwrap()
                .split(':')
                .next()
                .unwrap()
                .parse()
                .unwrap();
            (*driver, (second - minute(0).as_second()) / 60)
        };
        lines.map(stint).collect()
    }

    async fn wish(&self, driver: u64, options: Value) -> String {
        let actor = self.club.member(driver, self.club.paddock);
        let answer = self.world.ok(&actor, "me alerts", options).await;
        whole(&answer)
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
        .messages(race.thread().unwrap())
        .into_iter()
        .find(|one| begins(one).is_some())
        .unwrap();
    assert_eq!(
        message.mentions,
        [first],
        "in the thread, and nobody else is called"
    );
    let button = gantry_local::story::button(&message, "Got it").unwrap()["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let other = race.drivers.iter().find(|driver| **driver != first).unwrap();
    let refused = simulator
        .click(
            &race.club.member(*other, race.thread().unwrap()),
            message.id,
            &button,
        )
        .await;
    let refused = race.world.stack.expect_message(refused).unwrap();
    assert!(refused.content.contains("not yours"), "{}", refused.content);
    let actor = race.club.member(first, race.thread().unwrap());
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

#[tokio::test(flavor = "multi_thread")]
async fn each_driver_is_told_as_they_wish() {
    let race = Race::planned(1).await;
    let simulator = race.world.stack.simulator();
    // Who drives first, second, third: found out where nobody else sees it.
    let plan = race.plan_of(&race.run("stint list", json!({})).await);
    assert_eq!(
        plan.iter().map(|(_, at)| *at).collect::<Vec<i64>>(),
        [0, 60, 120, 180, 240, 300]
    );
    let (dm, closed, none) = (plan[0].0, plan[1].0, plan[3].0);
    let stints_of = |driver: u64| -> Vec<i64> {
        let own = plan.iter().filter(|(user, _)| *user == driver);
        own.map(|(_, at)| *at).collect()
    };
    assert!(dm != closed && stints_of(none) == [180, 300], "{plan:?}");
    let text = race.wish(dm, json!({ "how": "dm", "lead": "45m" })).await;
    assert!(text.contains("By direct message, 45 minutes before"), "{text}");
    race.wish(closed, json!({ "how": "dm" })).await;
    simulator.set_dms_closed(closed, true).unwrap();
    race.wish(none, json!({ "how": "none" })).await;

    race.until(minute(-46)).await;
    assert_eq!(race.all_told(), Vec::<i64>::new());
    race.until(minute(-44)).await;
    assert_eq!(race.told(dm), [0], "as long before as they wish");
    assert_eq!(race.said(race.thread().unwrap()), Vec::<i64>::new(), "by DM");
    let message = simulator.dms(dm).into_iter().find(|one| begins(one).is_some());
    let message = message.unwrap();
    let button = gantry_local::story::button(&message, "Got it").unwrap()["custom_id"].clone();
    let actor = Actor::dm(simulator.dm_channel(dm), dm);
    let answer = simulator
        .click(&actor, message.id, button.as_str().unwrap())
        .await;
    let answer = race.world.stack.expect_message(answer).unwrap();
    assert!(answer.content.contains("Noted"), "{}", answer.content);

    race.until(minute(59)).await;
    assert_eq!(race.said(race.thread().unwrap()), [60], "DMs are closed");
    race.until(minute(181)).await;
    assert_eq!(race.told(none), Vec::<i64>::new());
    assert_eq!(race.told(dm), stints_of(dm));
    // Another wish while the race is driven: it counts from the next stint on.
    race.wish(none, json!({ "how": "thread", "lead": "club" })).await;
    race.until(minute(284)).await;
    assert_eq!(race.told(none), Vec::<i64>::new());
    race.until(minute(286)).await;
    assert_eq!(race.told(none), [300]);
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_club_says_how_long_before_and_whether_by_dm() {
    let lead = json!({ "key": "stints.lead_time", "value": "40m" });
    let race = Race::planned_with(1, Some(lead)).await;
    let plan = race.plan_of(&race.run("stint list", json!({})).await);
    let (first, second) = (plan[0].0, plan[1].0);
    for driver in [first, second] {
        race.wish(driver, json!({ "how": "dm" })).await;
    }
    let types = async |value: &str| {
        let options = json!({ "key": "notices.types", "value": value });
        race.world.ok(&race.club.owner(), "settings set", options).await;
    };
    types("promoted, reminder").await;
    race.until(minute(-41)).await;
    assert_eq!(race.all_told(), Vec::<i64>::new());
    race.until(minute(-39)).await;
    assert_eq!(race.told(first), [0]);
    assert_eq!(race.said(race.thread().unwrap()), [0], "no such DMs: in public");
    types("stint").await;
    race.until(minute(21)).await;
    assert_eq!(race.told(second), [60]);
    assert_eq!(race.said(race.thread().unwrap()), [0], "by DM");
    race.world.finish().await;
}

/// The whole race, in which the green flag comes six minutes late, or later if work had to be tried again; what was told of
/// is the same however it goes.
async fn drive(race: Race) {
    race.until(minute(6)).await;
    let flag = race.world.stack.clock().now().duration_since(minute(0)).as_mins();
    race.run("stint start", json!({})).await;
    race.until(minute(370)).await;
    let begins: Vec<i64> = (1..6).map(|stint| stint * 60 + flag).collect();
    assert_eq!(race.all_told(), [vec![0], begins].concat());
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
        let deaths = Deaths {
            service,
            function: "notify-worker",
            apart: APART,
            later: 14,
            calls: 400,
        };
        for life in deaths.lives() {
            let race = Race::planned(1).await;
            for fault in life {
                race.world.stack.faults().add(fault).unwrap();
            }
            drive(race).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_dms_outages_moved_and_cancelled_events() {
    let off = json!({ "key": "channels.team_threads", "value": "off" });
    let race = Race::planned_with(1, Some(off)).await;
    let simulator = race.world.stack.simulator();
    for driver in &race.drivers {
        race.wish(*driver, json!({ "how": "dm" })).await;
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
    let said = || race.said(channel);
    race.until(minute(30)).await;
    assert_eq!(said(), Vec::<i64>::new());
    race.until(minute(50)).await;
    assert_eq!(
        said(),
        [60],
        "in the event's channel: DMs are closed, and there is no thread"
    );
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

#[tokio::test(flavor = "multi_thread")]
async fn a_late_green_flag_makes_the_race_end_later_and_the_last_driver_gets_out() {
    let race = Race::planned(1).await;
    race.until(minute(20)).await;
    race.run("stint start", json!({})).await;
    let ends = minute(380);
    race.until(minute(370)).await;
    let shown = async || {
        let shown = json!({ "event": race.event });
        whole(&race.world.ok(&race.club.owner(), "event show", shown).await)
    };
    assert!(shown().await.contains("The race is on."), "{}", shown().await);
    for _ in 0..5 {
        race.run("stint start", json!({})).await;
    }
    race.until(ends + SignedDuration::from_mins(2)).await;
    assert!(shown().await.contains("The race is over."), "{}", shown().await);
    let told = race.run("stint finish", json!({})).await;
    assert!(!told.contains("cannot"), "{told}");
    let again = race.run("stint finish", json!({})).await;
    assert_ne!(again, told, "nobody is in the car any more");
    race.world.finish().await;
}
