//! Voice rooms of race day: a day before the start each settled team has one, or the event one for all who drive; only they see
//! it, later changes are followed, and it goes when the event is put away.

use crate::teams::{closed, team};
use crate::world::{Club, Published, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_simulator::ChannelView;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const VIEW_CHANNEL: u64 = 1 << 10;
const CONNECT: u64 = 1 << 20;
/// 14:00 in Berlin.
const START: &str = "2026-11-28T13:00:00Z";
/// The event's room, by the pattern of the club's channels.
const ROOM: &str = "nov-28-monza-6h";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn before(hours: i64) -> Timestamp {
    at(START) - SignedDuration::from_hours(hours)
}

struct Day {
    world: World,
    club: Club,
    published: Published,
    drivers: Vec<u64>,
    ticks: u32,
}

impl Day {
    /// An open event with two seated drivers, and a third person.
    async fn open(ticks: u32) -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let published = world.published(&club, "Monza 6h", "GT3: 20").await;
        let drivers = world.members(&club, 3);
        let day = Self {
            world,
            club,
            published,
            drivers,
            ticks,
        };
        for n in 0..2 {
            day.press(n, "Sign up").await;
        }
        day
    }

    /// A closed event with two teams of two, not settled; without their threads and practice channels.
    async fn teams(ticks: u32) -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let (published, drivers) = closed(&world, &club, 4).await;
        let day = Self {
            world,
            club,
            published,
            drivers,
            ticks,
        };
        day.set("channels.team_threads", "off").await;
        day.set("voice.practice", "off").await;
        day.team("form", json!({ "size": "2", "seed": "1" })).await;
        day
    }

    async fn press(&self, driver: usize, label: &str) {
        let user = self.drivers[driver];
        let outcome = self.world.press(&self.club, &self.published, user, label).await;
        self.world.stack.expect_message(outcome).unwrap();
        self.world.drain().await;
    }

    async fn set(&self, key: &str, value: &str) {
        let options = json!({ "key": key, "value": value });
        self.world.ok(&self.club.owner(), "settings set", options).await;
        self.world.drain().await;
    }

    async fn team(&self, command: &str, more: Value) {
        let mut options = json!({ "event": self.published.event });
        for (name, value) in more.as_object().into_iter().flatten() {
            options[name] = value.clone();
        }
        team(&self.world, &self.club, command, options).await;
        self.world.drain().await;
    }

    async fn team_id(&self, name: &str) -> String {
        let options = json!({ "event": self.published.event, "team": name });
        let owner = self.club.owner();
        self.world
            .suggested_with(&owner, "team rename", options, "team")
            .await
    }

    /// Moves the event's start.
    async fn start_at(&self, typed: &str) {
        let (owner, simulator) = (self.club.owner(), self.world.stack.simulator());
        let options = json!({ "event": self.published.event });
        let opened = simulator.slash(&owner, "event edit", options).await;
        let form = opened.modal().expect("a form").clone();
        let outcome = simulator
            .submit_modal(&owner, &form, json!({ "start": typed }))
            .await;
        self.world.stack.expect_message(outcome).unwrap();
        self.world.drain().await;
    }

    async fn until(&self, instant: Timestamp) {
        self.world.stack.advance(instant, self.ticks).await.unwrap();
    }

    fn rooms(&self) -> Vec<ChannelView> {
        let view = self.world.stack.simulator().guild_view(self.club.guild).unwrap();
        let mut rooms: Vec<_> = view.channels.into_iter().filter(|one| one.kind == 2).collect();
        rooms.sort_by(|one, other| one.name.cmp(&other.name));
        rooms
    }

    fn names(&self) -> Vec<String> {
        self.rooms().into_iter().map(|room| room.name).collect()
    }

    /// Who may see and enter the only room, besides Gantry; everybody else may not.
    fn let_in(&self, room: &ChannelView) -> BTreeSet<u64> {
        let bot = self.world.stack.simulator().application_id();
        let sees = VIEW_CHANNEL | CONNECT;
        let hidden = |id: u64, deny: u64| id == self.club.guild && deny & sees == sees;
        assert!(
            room.overwrites.iter().any(|one| hidden(one.id, one.deny)),
            "{room:#?}"
        );
        let inside = room.overwrites.iter().filter(|one| one.allow & sees == sees);
        inside.map(|one| one.id).filter(|id| *id != bot).collect()
    }

    fn guests(&self) -> BTreeSet<u64> {
        let rooms = self.rooms();
        assert_eq!(rooms.len(), 1, "{rooms:#?}");
        self.let_in(&rooms[0])
    }

    fn drivers(&self, which: &[usize]) -> BTreeSet<u64> {
        which.iter().map(|n| self.drivers[*n]).collect()
    }

    fn role(&self, name: &str) -> u64 {
        let view = self.world.stack.simulator().guild_view(self.club.guild).unwrap();
        view.roles.iter().find(|role| role.name == name).unwrap().id
    }

    /// Each of the rooms is let into by the role of its team, and by nothing else.
    fn of_teams(&self, teams: &[&str]) {
        let rooms = self.rooms();
        let expected: Vec<String> = teams.iter().map(|team| format!("{team} · {ROOM}")).collect();
        assert_eq!(self.names(), expected);
        for (room, team) in rooms.iter().zip(teams) {
            assert_eq!(self.let_in(room), BTreeSet::from([self.role(team)]), "{team}");
        }
    }

    /// The calls that channel-worker makes while `change` is worked off, without those of the board.
    fn calls(&self, mark: u64) -> Vec<String> {
        let calls = self.world.calls(mark, Service::Discord);
        let calls = calls.iter().filter(|call| call.caller == "channel-worker");
        let operations = calls.map(|call| call.operation.clone());
        operations
            .filter(|operation| !operation.contains("/messages"))
            .collect()
    }

    /// One room for those who drive, who come and go; then the race, and the end.
    async fn alone(self) {
        self.until(before(24) - SignedDuration::from_mins(1)).await;
        assert_eq!(self.names(), Vec::<String>::new());
        self.until(before(24) + SignedDuration::from_mins(1)).await;
        assert_eq!(self.names(), [ROOM]);
        assert_eq!(self.guests(), self.drivers(&[0, 1]));

        self.press(2, "Sign up").await;
        assert_eq!(self.guests(), self.drivers(&[0, 1, 2]));
        self.press(0, "Leave").await;
        assert_eq!(self.guests(), self.drivers(&[1, 2]));

        self.until(at(START) + SignedDuration::from_mins(1)).await;
        assert_eq!(self.guests(), self.drivers(&[1, 2]), "while the race is on");
        self.until(at(START) + SignedDuration::from_hours(7)).await;
        assert_eq!(self.guests(), self.drivers(&[1, 2]), "they talk about the race");
        self.until(at(START) + SignedDuration::from_hours(31)).await;
        assert_eq!(self.names(), Vec::<String>::new(), "put away with the event");
        self.world.finish().await;
    }

    /// A room for each team; one is renamed, one dissolved, and the event is called off.
    async fn with_teams(self) {
        self.team("finalise", json!({})).await;
        self.until(before(24) - SignedDuration::from_mins(1)).await;
        assert_eq!(self.names(), Vec::<String>::new());
        self.until(before(24) + SignedDuration::from_mins(1)).await;
        self.of_teams(&["GT3 1", "GT3 2"]);
        let (one, two) = (self.team_id("GT3 1").await, self.team_id("GT3 2").await);
        self.team("rename", json!({ "team": one, "name": "Night Shift" }))
            .await;
        self.of_teams(&["GT3 2", "Night Shift"]);
        self.team("remove", json!({ "team": two })).await;
        self.of_teams(&["Night Shift"]);
        let event = json!({ "event": self.published.event });
        self.world.ok(&self.club.owner(), "event cancel", event).await;
        let later = self.world.stack.clock().now() + SignedDuration::from_hours(26);
        self.until(later).await;
        assert_eq!(self.names(), Vec::<String>::new());
        self.world.finish().await;
    }

    fn double(&self) {
        self.world.stack.aws().set_deliveries(DeliveryMode {
            double: true,
            ..DeliveryMode::default()
        });
    }

    fn fault(&self, service: Service, worker: &str, n: u64) {
        let kind = if n.is_multiple_of(2) {
            FaultKind::KillAfter
        } else {
            FaultKind::KillBefore
        };
        let faults = self.world.stack.faults();
        faults.add(Fault::nth(service, worker, n, kind)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_without_teams_has_one_room_for_those_who_drive() {
    Day::open(1).await.alone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_room_with_every_delivery_doubled_and_each_tick_run_twice() {
    let day = Day::open(2).await;
    day.double();
    day.alone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_settled_team_has_a_room_of_its_own() {
    Day::teams(1).await.with_teams().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_of_teams_with_every_delivery_doubled_and_each_tick_run_twice() {
    let day = Day::teams(2).await;
    day.double();
    day.with_teams().await;
}

/// The minute in which rooms open, with a worker that dies at these of its calls; the end is the same. Returns how often it died.
async fn opened_with_deaths(teams: bool, service: Service, calls: impl IntoIterator<Item = u64>) -> u64 {
    let day = if teams {
        let day = Day::teams(1).await;
        day.team("finalise", json!({})).await;
        day
    } else {
        Day::open(1).await
    };
    day.until(before(24) - SignedDuration::from_mins(1)).await;
    for n in calls {
        day.fault(service, "channel-worker", n);
    }
    day.until(before(24) + SignedDuration::from_mins(1)).await;
    if teams {
        day.of_teams(&["GT3 1", "GT3 2"]);
    } else {
        assert_eq!(day.names(), [ROOM]);
        assert_eq!(day.guests(), day.drivers(&[0, 1]));
    }
    let deaths = day.world.stack.faults().hits();
    day.world.finish().await;
    deaths
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_room_with_the_worker_killed_at_each_call() {
    for (service, most) in [(Service::Discord, 10), (Service::Dynamodb, 30)] {
        let mut n = 0_u64;
        while opened_with_deaths(false, service, [n]).await > 0 {
            n += 1;
            assert!(n < most, "{service:?}: no end of calls");
        }
        assert!(n > 3, "{service:?}: died at {n} calls only");
    }
}

/// So far apart that the job gets done before it is given up, which happens after five tries.
#[tokio::test(flavor = "multi_thread")]
async fn rooms_of_teams_with_the_worker_killed_at_its_calls() {
    for (service, apart) in [(Service::Discord, 5), (Service::Dynamodb, 16)] {
        for shift in 0..4 {
            let calls = (shift * apart as u64 / 4..60).step_by(apart);
            assert!(opened_with_deaths(true, service, calls).await > 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_takes_no_more_calls_than_it_needs() {
    let day = Day::open(1).await;
    day.until(before(24) - SignedDuration::from_mins(1)).await;
    let mark = day.world.mark();
    day.until(before(24) + SignedDuration::from_mins(1)).await;
    let made = day.calls(mark);
    assert_eq!(
        made.len(),
        4,
        "the channels, the roles, the own ones, the room: {made:#?}"
    );
    let mark = day.world.mark();
    day.press(2, "Sign up").await;
    let let_in = day.calls(mark);
    assert_eq!(
        let_in.len(),
        4,
        "the channels, the roles, the own ones, the change: {let_in:#?}"
    );
    let mark = day.world.mark();
    day.press(2, "Sign up").await;
    assert_eq!(day.calls(mark), Vec::<String>::new(), "nothing differs");
    day.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_that_is_moved_takes_its_rooms_along() {
    let day = Day::open(1).await;
    day.until(before(24) + SignedDuration::from_mins(1)).await;
    assert_eq!(day.names(), [ROOM]);
    day.start_at("2026-11-30 14:00").await;
    assert_eq!(day.names(), Vec::<String>::new(), "its last day is yet to come");
    day.until(before(-23)).await;
    assert_eq!(day.names(), Vec::<String>::new());
    day.until(before(-24) + SignedDuration::from_mins(1)).await;
    assert_eq!(day.names(), ["nov-30-monza-6h"]);
    // Called for today: there at once.
    day.start_at("2026-12-05 14:00").await;
    assert_eq!(day.names(), Vec::<String>::new());
    day.start_at("2026-11-29 20:00").await;
    let now = day.world.stack.clock().now();
    day.until(now + SignedDuration::from_mins(1)).await;
    assert_eq!(day.names(), ["nov-29-monza-6h"]);
    day.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_settled_on_the_last_day_take_the_place_of_the_one_room() {
    let day = Day::teams(1).await;
    day.until(before(24) + SignedDuration::from_mins(1)).await;
    assert_eq!(day.guests(), day.drivers(&[0, 1, 2, 3]));
    day.team("finalise", json!({})).await;
    day.of_teams(&["GT3 1", "GT3 2"]);
    // A driver more: who has the role is in.
    let first = day.team_id("GT3 1").await;
    let driver = day.drivers[0].to_string();
    let mark = day.world.mark();
    day.team("assign", json!({ "team": first, "driver": driver }))
        .await;
    let rooms = |call: &String| call.contains("/channels");
    assert_eq!(day.calls(mark).iter().filter(|call| rooms(call)).count(), 0);
    day.of_teams(&["GT3 1", "GT3 2"]);
    day.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_say_whether_there_are_rooms_and_what_becomes_of_deleted_ones() {
    let day = Day::open(1).await;
    day.set("voice.rooms", "off").await;
    day.until(before(20)).await;
    assert_eq!(day.names(), Vec::<String>::new());
    day.set("voice.user_limit", "7").await;
    day.set("voice.rooms", "on").await;
    day.press(2, "Sign up").await;
    assert_eq!(day.names(), [ROOM], "with the next change");
    assert_eq!(day.rooms()[0].user_limit, 7);
    let simulator = day.world.stack.simulator();
    simulator.delete_channel(day.rooms()[0].id).unwrap();
    day.until(before(13)).await;
    assert_eq!(
        day.guests(),
        day.drivers(&[0, 1, 2]),
        "healed when the server is looked after"
    );
    simulator.delete_channel(day.rooms()[0].id).unwrap();
    day.press(2, "Leave").await;
    assert_eq!(day.guests(), day.drivers(&[0, 1]), "healed with a change");
    day.set("channels.drift", "forget").await;
    simulator.delete_channel(day.rooms()[0].id).unwrap();
    day.until(before(6)).await;
    day.press(2, "Sign up").await;
    assert_eq!(day.names(), Vec::<String>::new(), "forgotten");
    day.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_who_left_the_server_keeps_nobody_out() {
    let day = Day::open(1).await;
    day.world
        .stack
        .simulator()
        .leave(day.club.guild, day.drivers[0])
        .unwrap();
    day.until(before(24) + SignedDuration::from_mins(1)).await;
    assert_eq!(day.guests(), day.drivers(&[1]));
    day.press(2, "Sign up").await;
    assert_eq!(day.guests(), day.drivers(&[1, 2]));
    day.world.finish().await;
}
