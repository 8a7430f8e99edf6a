//! `functions/cleanup`: what was deleted or renamed by hand, what could not be done at the time, and what is kept no longer.

use crate::deaths::Deaths;
use crate::world::{Club, Published, World};
use gantry_local::CLEANUP;
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::domain::event::EventKey;
use gantry_shared::domain::ids::{EventId, GuildId};
use gantry_shared::ports::store::{Alerts, ClubReader, EventReader, Leftovers, Spaces};
use gantry_simulator::NewChannel;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// Six hours and more after the events were published.
const AFTERNOON: &str = "2026-11-21T15:30:00Z";
const MANAGE_CHANNELS: u64 = 1 << 4;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A server in which people have been busy.
struct Yard {
    world: World,
    club: Club,
    events: Vec<Published>,
    names: Vec<String>,
}

/// Its channel was deleted; renamed; its information and board were deleted; nobody touched it.
const GONE: usize = 0;
const RENAMED: usize = 1;
const EMPTIED: usize = 2;
const KEPT: usize = 3;
const SERIES: [&str; 4] = ["Spa", "Monza", "Imola", "Zolder"];

impl Yard {
    async fn begin(drift: &str) -> Self {
        let world = World::start().await;
        let club = world.club("Apex").await;
        let set = json!({ "key": "channels.drift", "value": drift });
        world.ok(&club.owner(), "settings set", set).await;
        let mut events = Vec::new();
        for name in SERIES {
            events.push(world.published(&club, name, "GT3: 2").await);
        }
        let mut yard = Self {
            names: Vec::new(),
            world,
            club,
            events,
        };
        yard.names = (0..4).map(|n| yard.name(n).unwrap()).collect();
        let simulator = yard.world.stack.simulator();
        simulator.delete_channel(yard.events[GONE].channel).unwrap();
        simulator
            .rename_channel(yard.events[RENAMED].channel, "chit-chat")
            .unwrap();
        let emptied = yard.events[EMPTIED].channel;
        for message in simulator.messages(emptied) {
            simulator.delete_message(emptied, message.id).unwrap();
        }
        yard
    }

    /// The name of the only channel in the event's category.
    fn name(&self, event: usize) -> Option<String> {
        let view = self.world.stack.simulator().guild_view(self.club.guild).unwrap();
        let category = view
            .channels
            .iter()
            .find(|one| one.kind == 4 && one.name == SERIES[event])
            .unwrap();
        let inside: Vec<_> = view
            .channels
            .iter()
            .filter(|one| one.parent == Some(category.id))
            .collect();
        assert!(inside.len() <= 1, "{}", self.tree());
        inside.first().map(|one| one.name.clone())
    }

    fn tree(&self) -> String {
        self.world.stack.simulator().tree(self.club.guild)
    }

    async fn tick(&self, ticks: u32) {
        for _ in 0..ticks {
            self.world.stack.aws().tick(CLEANUP).await.unwrap().unwrap();
        }
        self.world.drain().await;
    }

    /// The afternoon comes, and everything is as it was, once.
    async fn ends_healed(self, ticks: u32) {
        self.world.stack.clock().set(at(AFTERNOON));
        self.tick(ticks).await;
        for (n, name) in self.names.iter().enumerate() {
            assert_eq!(self.name(n).as_ref(), Some(name), "{}", self.tree());
            let event = self.events[n].event.clone();
            // One category, one channel, two messages, one of them with buttons that work.
            let healed = self.world.space_of(&self.club, event, SERIES[n]);
            if n == KEPT {
                assert_eq!(
                    (healed.channel, healed.board),
                    (self.events[n].channel, self.events[n].board)
                );
            }
            let driver = self.world.members(&self.club, 1)[0];
            self.world.press(&self.club, &healed, driver, "Sign up").await;
            self.world.drain().await;
            assert!(self.world.board_text(&healed).contains("1/2"), "{n}");
        }
        // The next round finds nothing to do.
        self.world.stack.faults().clear();
        self.world.stack.aws().set_deliveries(DeliveryMode::default());
        let later = at(AFTERNOON) + SignedDuration::from_hours(7);
        self.world.stack.clock().set(later);
        let mark = self.world.mark();
        self.tick(1).await;
        let calls = self.discord(mark);
        assert!(calls.iter().all(|call| call.starts_with("GET ")), "{calls:?}");
        // The channels once, and two messages an event.
        assert_eq!(calls.len(), 1 + 2 * SERIES.len(), "{calls:?}");
        self.world.finish().await;
    }

    fn discord(&self, mark: u64) -> Vec<String> {
        let calls = self.world.calls(mark, Service::Discord);
        let mine = calls.into_iter().filter(|call| call.caller == "channel-worker");
        mine.map(|call| call.operation).collect()
    }
}

fn table(world: &World) -> Table {
    let clients = gantry_local::Clients::of("test", world.stack.endpoints());
    Table::new(clients.dynamodb, gantry_local::TABLE, Default::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_and_renamed_is_healed() {
    Yard::begin("heal").await.ends_healed(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn healed_with_every_delivery_doubled_and_each_tick_run_twice() {
    let yard = Yard::begin("heal").await;
    yard.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    yard.ends_healed(2).await;
}

/// The worker dies at its calls; a leg makes fewer calls than its deaths are `apart`.
async fn killed(service: Service, function: &'static str, apart: u64) {
    let deaths = Deaths {
        service,
        function,
        apart,
        later: usize::try_from(apart / 3).unwrap(),
        calls: 120,
    };
    for life in deaths.lives() {
        let yard = Yard::begin("heal").await;
        for fault in life {
            yard.world.stack.faults().add(fault).unwrap();
        }
        yard.ends_healed(1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn healed_with_the_worker_killed_at_its_calls_to_discord() {
    killed(Service::Discord, "channel-worker", 9).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn healed_with_the_worker_killed_at_its_calls_to_dynamodb() {
    killed(Service::Dynamodb, "channel-worker", 31).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_that_dies_is_made_good_by_the_next() {
    for kind in [
        FaultKind::KillBefore,
        FaultKind::KillAfter,
        FaultKind::ServerError,
    ] {
        for n in 0..2 {
            let yard = Yard::begin("heal").await;
            yard.world.stack.clock().set(at(AFTERNOON));
            let faults = yard.world.stack.faults();
            faults
                .add(Fault::nth(Service::Dynamodb, "cleanup", n, kind.clone()))
                .unwrap();
            // Whether it fails is its own matter: the schedule calls again.
            let _ = yard.world.stack.aws().tick(CLEANUP).await.unwrap();
            yard.world.drain().await;
            faults.clear();
            yard.ends_healed(1).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_club_that_forgets_is_left_as_people_made_it() {
    let yard = Yard::begin("forget").await;
    let world = &yard.world;
    world.stack.clock().set(at(AFTERNOON));
    yard.tick(2).await;
    assert_eq!(yard.name(GONE), None);
    assert_eq!(yard.name(RENAMED).as_deref(), Some("chit-chat"));
    assert!(
        world
            .stack
            .simulator()
            .messages(yard.events[EMPTIED].channel)
            .is_empty()
    );
    let driver = world.members(&yard.club, 1)[0];
    world
        .press(&yard.club, &yard.events[KEPT], driver, "Sign up")
        .await;
    world.drain().await;
    // What is forgotten is not looked for again.
    world
        .stack
        .clock()
        .set(at(AFTERNOON) + SignedDuration::from_hours(7));
    let mark = world.mark();
    yard.tick(1).await;
    let calls = yard.discord(mark);
    assert_eq!(
        calls.len(),
        1 + 2 + 2,
        "the list, and two messages of two events: {calls:?}"
    );
    // Until somebody asks for it.
    let options = json!({ "event": yard.events[GONE].event });
    world.ok(&yard.club.owner(), "event publish", options).await;
    world.drain().await;
    assert_eq!(yard.name(GONE), Some(yard.names[GONE].clone()));
    yard.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn between_two_rounds_a_tick_is_one_query() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    world.published(&club, "Spa", "GT3: 2").await;
    let mark = world.mark();
    world.stack.aws().tick(CLEANUP).await.unwrap().unwrap();
    world.drain().await;
    let calls = world.calls(mark, Service::Dynamodb);
    let operations: Vec<_> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(operations, ["Query"]);
    assert!(world.calls(mark, Service::Discord).is_empty());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_events_are_looked_at_leg_by_leg() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    world.stack.simulator().set_rate_limits(false);
    let series = world.series(&club, "Cup", "GT3: 2").await;
    let mut first = None;
    for n in 0..45 {
        let name = format!("Race {n}");
        let event = world.draft(&club, &series, &name).await;
        world
            .ok(&club.owner(), "event publish", json!({ "event": event }))
            .await;
        first = first.or(Some(event));
    }
    world.drain().await;
    world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    world.stack.clock().set(at(AFTERNOON));
    let mark = world.mark();
    for _ in 0..2 {
        world.stack.aws().tick(CLEANUP).await.unwrap().unwrap();
    }
    world.drain().await;
    let calls = world.calls(mark, Service::Discord);
    let lists = calls
        .iter()
        .filter(|call| call.operation.ends_with("/channels"))
        .count();
    // Three legs; the last one, which hands nothing over, is gone again when its message comes twice.
    assert!((3..=4).contains(&lists), "{lists}");
    assert!(calls.iter().all(|call| call.operation.starts_with("GET ")));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_put_away_or_removed_is_tried_again() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, "Spa", "GT3: 2").await;
    let simulator = world.stack.simulator();
    let forbid = || {
        let permissions = gantry_local::seed::BOT_PERMISSIONS & !MANAGE_CHANNELS;
        simulator.install_bot(club.guild, permissions).unwrap();
    };
    let permit = || {
        simulator
            .install_bot(club.guild, gantry_local::seed::BOT_PERMISSIONS)
            .unwrap();
    };
    let parent = || {
        let view = simulator.guild_view(club.guild).unwrap();
        let channel = view.channels.iter().find(|one| one.id == published.channel)?;
        let parent = view.channels.iter().find(|one| Some(one.id) == channel.parent)?;
        Some(parent.name.clone())
    };
    let cancel = json!({ "event": published.event, "reason": "Fog" });
    world.ok(&club.owner(), "event cancel", cancel).await;
    world.drain().await;

    forbid();
    let archive = json!({ "event": published.event });
    world.ok(&club.owner(), "event archive", archive).await;
    world.drain().await;
    assert_eq!(parent().as_deref(), Some("Spa"), "Gantry may not move it");
    permit();
    world.stack.advance(at(AFTERNOON), 2).await.unwrap();
    assert_eq!(parent().as_deref(), Some("Archive"));

    // A month later it is to be deleted.
    forbid();
    let month = at("2026-12-21T10:00:00Z");
    world.stack.advance(month, 1).await.unwrap();
    assert_eq!(parent().as_deref(), Some("Archive"), "Gantry may not delete it");
    permit();
    world
        .stack
        .advance(month + SignedDuration::from_hours(7), 2)
        .await
        .unwrap();
    assert_eq!(parent(), None);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_deleted_event_are_forgotten_a_month_later() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, "Spa", "GT3: 2").await;
    for driver in world.members(&club, 3) {
        world.press(&club, &published, driver, "Sign up").await;
    }
    let cancel = json!({ "event": published.event, "reason": "Fog" });
    world.ok(&club.owner(), "event cancel", cancel).await;
    world.drain().await;
    let table = table(&world);
    let id = table.club_of_guild(GuildId(club.guild)).await.unwrap().unwrap();
    let key = EventKey {
        club: id,
        event: published.event.parse::<EventId>().unwrap(),
    };
    let answers = async || table.sheet(key).await.unwrap().unwrap().sign_ups.len();

    // Cancelled on the 21st, archived a day and deleted a month later.
    world.stack.advance(at("2026-12-23T12:00:00Z"), 1).await.unwrap();
    assert_eq!(answers().await, 3, "kept for another month");
    assert_eq!(table.gone_events(id, 9).await.unwrap().len(), 1);
    world.stack.advance(at("2027-01-23T12:00:00Z"), 2).await.unwrap();
    assert_eq!(answers().await, 0);
    assert!(table.space(key).await.unwrap().is_none());
    assert!(table.alerts(key).await.unwrap().is_empty());
    assert!(table.gone_events(id, 9).await.unwrap().is_empty(), "once");
    world.finish().await;
}

/// A club whose archive is full, and an event that is called off.
async fn full_archive() -> (World, Club, Published) {
    let world = World::start().await;
    world.stack.simulator().set_rate_limits(false);
    let club = world.club("Apex").await;
    let published = world.published(&club, "Spa", "GT3: 2").await;
    let simulator = world.stack.simulator();
    let new = |name: &str, kind, parent| NewChannel {
        name: name.to_owned(),
        kind,
        parent,
        overwrites: Vec::new(),
    };
    let archive = simulator
        .create_channel(club.guild, new("Archive", 4, None))
        .unwrap();
    for n in 0..50 {
        let channel = new(&format!("race-{n}"), 0, Some(archive));
        simulator.create_channel(club.guild, channel).unwrap();
    }
    let cancel = json!({ "event": published.event });
    world.ok(&club.owner(), "event cancel", cancel).await;
    world.drain().await;
    (world, club, published)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_archive_overflows_into_the_next_also_when_the_worker_dies() {
    let mut hits = 0;
    for kind in [FaultKind::KillBefore, FaultKind::KillAfter] {
        // Of the calls of putting away the fourth is the last.
        for n in 0..5 {
            let (world, club, published) = full_archive().await;
            let fault = Fault::nth(Service::Discord, "channel-worker", n, kind.clone());
            world.stack.faults().add(fault).unwrap();
            let archive = json!({ "event": published.event });
            world.ok(&club.owner(), "event archive", archive).await;
            world.drain().await;
            hits += world.stack.faults().hits();
            let view = world.stack.simulator().guild_view(club.guild).unwrap();
            let parent = |id: u64| {
                view.channels
                    .iter()
                    .find(|one| one.id == id)
                    .and_then(|one| one.parent)
            };
            let named = |name: &str| -> Vec<u64> {
                let found = view
                    .channels
                    .iter()
                    .filter(|one| one.kind == 4 && one.name == name);
                found.map(|one| one.id).collect()
            };
            let second = named("Archive 2");
            assert_eq!((named("Archive").len(), second.len()), (1, 1), "{kind:?} {n}");
            assert_eq!(parent(published.channel), Some(second[0]), "{kind:?} {n}");
            assert_eq!(
                view.channels.iter().filter(|one| one.kind == 4).count(),
                3,
                "{kind:?} {n}"
            );
            world.finish().await;
        }
    }
    assert!(hits >= 6, "{hits} calls were hit");
}
