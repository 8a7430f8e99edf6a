//! Discord's scheduled events: made with the event where the club has set it, kept in step with all that becomes of it, once.

use crate::world::{Club, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const START: &str = "2026-11-28T13:00:00Z";
/// Discord's permission bits of Create Events and Manage Events.
const EVENTS: u64 = 1 << 44 | 1 << 33;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

struct Calendar {
    world: World,
    club: Club,
    event: String,
    ticks: u32,
}

impl Calendar {
    /// A draft, and the setting on.
    async fn draft(ticks: u32) -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let series = world.series(&club, "Cup", "GT3: 20").await;
        let event = world.draft(&club, &series, "Monza").await;
        let calendar = Self {
            world,
            club,
            event,
            ticks,
        };
        calendar.set("events.scheduled", "on").await;
        calendar
    }

    async fn set(&self, key: &str, value: &str) {
        let options = json!({ "key": key, "value": value });
        self.world.ok(&self.club.owner(), "settings set", options).await;
        self.world.drain().await;
    }

    async fn event(&self, command: &str, more: Value) {
        let mut options = json!({ "event": self.event });
        for (name, value) in more.as_object().into_iter().flatten() {
            options[name] = value.clone();
        }
        let command = format!("event {command}");
        self.world.ok(&self.club.owner(), &command, options).await;
        self.world.drain().await;
    }

    async fn edit(&self, changed: Value) {
        let (owner, simulator) = (self.club.owner(), self.world.stack.simulator());
        let options = json!({ "event": self.event });
        let opened = simulator.slash(&owner, "event edit", options).await;
        let form = opened.modal().expect("a form").clone();
        let outcome = simulator.submit_modal(&owner, &form, changed).await;
        self.world.stack.expect_message(outcome).unwrap();
        self.world.drain().await;
    }

    async fn until(&self, instant: Timestamp) {
        self.world.stack.advance(instant, self.ticks).await.unwrap();
    }

    fn all(&self) -> Vec<Value> {
        self.world.stack.simulator().scheduled_events(self.club.guild)
    }

    /// Name, status, start and end of the only one.
    fn only(&self) -> (String, u64, Timestamp, Timestamp) {
        let all = self.all();
        assert_eq!(all.len(), 1, "{all:#?}");
        let text = |key: &str| all[0][key].as_str().unwrap().to_owned();
        (
            text("name"),
            all[0]["status"].as_u64().unwrap(),
            text("scheduled_start_time").parse().unwrap(),
            text("scheduled_end_time").parse().unwrap(),
        )
    }

    fn status(&self) -> u64 {
        self.only().1
    }

    fn calls(&self, mark: u64) -> Vec<String> {
        let calls = self.world.calls(mark, Service::Discord);
        let calls = calls.iter().map(|call| call.operation.clone());
        calls
            .filter(|operation| operation.contains("scheduled-events"))
            .collect()
    }

    /// Published, edited, moved, raced, put away.
    async fn raced(self) {
        assert_eq!(self.all(), Vec::<Value>::new(), "nobody sees a draft");
        self.event("publish", json!({})).await;
        let (start, end) = (at(START), at(START) + SignedDuration::from_hours(6));
        assert_eq!(self.only(), ("Monza".to_owned(), 1, start, end));
        let made = &self.all()[0];
        assert_eq!(made["entity_type"], 3);
        assert_eq!(made["entity_metadata"]["location"], "#nov-28-monza");

        self.edit(json!({ "name": "Monza by night" })).await;
        self.edit(json!({ "start": "2026-11-28 20:00" })).await;
        let moved = SignedDuration::from_hours(6);
        assert_eq!(
            self.only(),
            ("Monza by night".to_owned(), 1, start + moved, end + moved)
        );
        self.until(start + moved + SignedDuration::from_mins(1)).await;
        assert_eq!(self.status(), 2);
        self.until(end + moved + SignedDuration::from_mins(1)).await;
        assert_eq!(self.status(), 3);
        self.until(end + moved + SignedDuration::from_hours(26)).await;
        assert_eq!(self.status(), 3);
        self.world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_follows_the_event_through_its_life() {
    Calendar::draft(1).await.raced().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_delivery_doubled_and_each_tick_run_twice() {
    let calendar = Calendar::draft(2).await;
    calendar.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    calendar.raced().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn published_with_the_worker_killed_at_each_call() {
    for (service, most) in [(Service::Discord, 20), (Service::Dynamodb, 40)] {
        let mut n = 0_u64;
        loop {
            let calendar = Calendar::draft(1).await;
            let kind = if n.is_multiple_of(2) {
                FaultKind::KillAfter
            } else {
                FaultKind::KillBefore
            };
            let faults = calendar.world.stack.faults();
            faults
                .add(Fault::nth(service, "channel-worker", n, kind))
                .unwrap();
            calendar.event("publish", json!({})).await;
            let hits = faults.hits();
            assert_eq!(calendar.status(), 1, "{service:?} {n}");
            calendar.world.finish().await;
            n += 1;
            if hits == 0 {
                break;
            }
            assert!(n < most, "{service:?}: no end of calls");
        }
        assert!(n > 8, "{service:?}: died at {n} calls only");
    }
}

/// So far apart that each job gets done before it is given up.
#[tokio::test(flavor = "multi_thread")]
async fn followed_with_the_worker_killed_at_its_calls() {
    for (service, apart) in [(Service::Discord, 11), (Service::Dynamodb, 23)] {
        for shift in (0..apart as u64).step_by(apart / 3) {
            let calendar = Calendar::draft(1).await;
            let faults = calendar.world.stack.faults();
            for n in (shift..200).step_by(apart) {
                let kind = if n.is_multiple_of(2) {
                    FaultKind::KillAfter
                } else {
                    FaultKind::KillBefore
                };
                faults
                    .add(Fault::nth(service, "channel-worker", n, kind))
                    .unwrap();
            }
            calendar.raced().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_called_off_is_called_off_there_too() {
    let calendar = Calendar::draft(1).await;
    calendar.event("publish", json!({})).await;
    let mark = calendar.world.mark();
    calendar.event("cancel", json!({})).await;
    assert_eq!(calendar.status(), 4);
    assert_eq!(calendar.calls(mark).len(), 1);
    // While it is raced.
    let other = Calendar::draft(1).await;
    other.event("publish", json!({})).await;
    other.until(at(START) + SignedDuration::from_mins(1)).await;
    assert_eq!(other.status(), 2);
    other.event("cancel", json!({})).await;
    assert_eq!(other.status(), 3, "Discord calls off nothing that runs");
    other.world.finish().await;
    calendar.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_channel_is_gone_does_not_stay_in_the_list() {
    let calendar = Calendar::draft(1).await;
    calendar.event("publish", json!({})).await;
    assert_eq!(calendar.status(), 1);
    let simulator = calendar.world.stack.simulator();
    let view = simulator.guild_view(calendar.club.guild).unwrap();
    let channel = view
        .channels
        .iter()
        .find(|one| one.name == "nov-28-monza")
        .unwrap();
    simulator.delete_channel(channel.id).unwrap();
    calendar.event("cancel", json!({})).await;
    let left = calendar.all();
    assert!(left.iter().all(|one| one["status"] == 4), "{left:#?}");
    calendar.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_no_more_calls_than_it_needs() {
    let calendar = Calendar::draft(1).await;
    let mark = calendar.world.mark();
    calendar.event("publish", json!({})).await;
    assert_eq!(calendar.calls(mark), ["POST /guilds/{guild.id}/scheduled-events"]);
    let mark = calendar.world.mark();
    let published = calendar
        .world
        .space_of(&calendar.club, calendar.event.clone(), "Cup");
    let driver = calendar.world.members(&calendar.club, 1)[0];
    calendar
        .world
        .press(&calendar.club, &published, driver, "Sign up")
        .await;
    calendar.world.drain().await;
    assert_eq!(
        calendar.calls(mark),
        Vec::<String>::new(),
        "a seat is nothing to it"
    );
    calendar.edit(json!({ "description": "Bring lamps." })).await;
    let one = "PATCH /guilds/{guild.id}/scheduled-events/{guild_scheduled_event.id}";
    assert_eq!(calendar.calls(mark), [one]);
    calendar.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_setting_takes_effect_on_events_that_are_published_already() {
    let calendar = Calendar::draft(1).await;
    calendar.set("events.scheduled", "off").await;
    calendar.event("publish", json!({})).await;
    assert_eq!(calendar.all(), Vec::<Value>::new());
    calendar.set("events.scheduled", "on").await;
    assert_eq!(calendar.status(), 1);
    let mark = calendar.world.mark();
    calendar.set("events.scheduled", "off").await;
    assert_eq!(calendar.all(), Vec::<Value>::new());
    assert_eq!(calendar.calls(mark).len(), 1, "removed");
    calendar.set("events.scheduled", "on").await;
    assert_eq!(calendar.status(), 1);
    let reset = json!({ "what": "events.scheduled" });
    calendar
        .world
        .ok(&calendar.club.owner(), "settings reset", reset)
        .await;
    calendar.world.drain().await;
    assert_eq!(calendar.all(), Vec::<Value>::new(), "its default is off");
    calendar.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_by_hand_is_made_anew_or_forgotten() {
    let calendar = Calendar::draft(1).await;
    calendar.event("publish", json!({})).await;
    let simulator = calendar.world.stack.simulator();
    let delete = || {
        let id = calendar.all()[0]["id"].as_str().unwrap().parse().unwrap();
        simulator.delete_scheduled_event(calendar.club.guild, id).unwrap();
    };
    let later = |hours| calendar.world.stack.clock().now() + SignedDuration::from_hours(hours);
    delete();
    calendar.until(later(7)).await;
    assert_eq!(calendar.status(), 1, "when the server is looked after");
    delete();
    calendar.edit(json!({ "name": "Monza by night" })).await;
    assert_eq!(calendar.only().0, "Monza by night", "with the next change");
    calendar.set("channels.drift", "forget").await;
    delete();
    calendar.until(later(7)).await;
    calendar.edit(json!({ "name": "Monza by day" })).await;
    assert_eq!(calendar.all(), Vec::<Value>::new());
    calendar.set("channels.drift", "heal").await;
    calendar.edit(json!({ "name": "Monza" })).await;
    assert_eq!(calendar.status(), 1);
    calendar.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_gantry_may_not_do_holds_up_nothing_and_is_done_later() {
    let calendar = Calendar::draft(1).await;
    let simulator = calendar.world.stack.simulator();
    let may = |permissions| simulator.install_bot(calendar.club.guild, permissions).unwrap();
    may(gantry_local::seed::BOT_PERMISSIONS & !EVENTS);
    calendar.event("publish", json!({})).await;
    assert_eq!(calendar.all(), Vec::<Value>::new());
    // Its channel and board are there.
    let _ = calendar
        .world
        .space_of(&calendar.club, calendar.event.clone(), "Cup");
    let outcome = simulator
        .slash(&calendar.club.owner(), "club preflight", json!({}))
        .await;
    calendar.world.drain().await;
    let told = format!("{:?}", simulator.interaction_messages(outcome.interaction_id));
    assert!(
        told.contains("Create Events") && told.contains("Discord's scheduled events"),
        "{told}"
    );
    may(gantry_local::seed::BOT_PERMISSIONS);
    let later = || calendar.world.stack.clock().now() + SignedDuration::from_hours(7);
    calendar.until(later()).await;
    assert_eq!(calendar.status(), 1, "when the server is looked after");
    // The same where it is to go.
    may(gantry_local::seed::BOT_PERMISSIONS & !EVENTS);
    calendar.set("events.scheduled", "off").await;
    assert_eq!(calendar.all().len(), 1, "it may not be removed");
    may(gantry_local::seed::BOT_PERMISSIONS);
    calendar.until(later()).await;
    assert_eq!(calendar.all(), Vec::<Value>::new());
    calendar.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_are_all_that_discord_takes() {
    let calendar = Calendar::draft(1).await;
    let simulator = calendar.world.stack.simulator();
    for n in 0..100 {
        simulator
            .schedule_event(
                calendar.club.guild,
                calendar.club.owner,
                &format!("Meeting {n}"),
                at(START),
            )
            .unwrap();
    }
    calendar.event("publish", json!({})).await;
    assert_eq!(calendar.all().len(), 100, "no room, no harm");
    let first = calendar.all()[0]["id"].as_str().unwrap().parse().unwrap();
    simulator
        .delete_scheduled_event(calendar.club.guild, first)
        .unwrap();
    calendar.edit(json!({ "name": "Monza by night" })).await;
    assert_eq!(calendar.all().len(), 100);
    assert!(calendar.all().iter().any(|one| one["name"] == "Monza by night"));
    calendar.world.finish().await;
}
