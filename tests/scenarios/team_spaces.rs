//! What settled teams have in Discord: role, private thread, voice channel; and how it follows every later change with no
//! more calls than the change needs.

use crate::deaths::Deaths;
use crate::teams::{closed, team, whole};
use crate::world::{Club, Published, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::Service;
use gantry_simulator::{ChannelView, NewChannel};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const VIEW_CHANNEL: u64 = 1 << 10;
const MANAGE_ROLES: u64 = 1 << 28;
/// A worker dies at one of so many calls: a team takes about fifteen, and a message is tried five times.
const APART: u64 = 20;

/// A closed event with four drivers in two teams, not settled yet.
struct Settled {
    world: World,
    club: Club,
    published: Published,
    drivers: Vec<u64>,
    teams: [String; 2],
}

impl Settled {
    async fn formed() -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        Self::formed_of(world, 2).await
    }

    /// Two teams of so many drivers each.
    async fn formed_of(world: World, size: usize) -> Self {
        let club = world.club("Apex").await;
        let (published, drivers) = closed(&world, &club, 2 * size).await;
        let options = json!({ "event": published.event, "size": size.to_string(), "seed": "1" });
        team(&world, &club, "form", options).await;
        let picked = |name: &str| json!({ "event": published.event, "team": name });
        let id = async |name: &str| {
            world
                .suggested_with(&club.owner(), "team rename", picked(name), "team")
                .await
        };
        let teams = [id("GT3 1").await, id("GT3 2").await];
        world.drain().await;
        Self {
            world,
            club,
            published,
            drivers,
            teams,
        }
    }

    async fn change(&self, command: &str, more: Value) {
        let mut options = json!({ "event": self.published.event });
        for (name, value) in more.as_object().into_iter().flatten() {
            options[name] = value.clone();
        }
        team(&self.world, &self.club, command, options).await;
        self.world.drain().await;
    }

    /// The calls to Discord that channel-worker makes while `change` is worked off, without those of the board and reads.
    async fn writes(&self, command: &str, more: Value) -> Vec<String> {
        let mark = self.world.mark();
        self.change(command, more).await;
        let calls = self.world.calls(mark, Service::Discord);
        let calls = calls.iter().filter(|call| call.caller == "channel-worker");
        calls
            .map(|call| call.operation.clone())
            .filter(|operation| !operation.starts_with("GET") && !operation.contains("/messages/"))
            .collect()
    }

    /// The role, thread and voice channel of that name, with who is in the role, who in the thread.
    fn space(&self, name: &str) -> Option<(BTreeSet<u64>, BTreeSet<u64>, bool)> {
        let view = self.world.stack.simulator().guild_view(self.club.guild).unwrap();
        let roles: Vec<_> = view.roles.iter().filter(|role| role.name == name).collect();
        let of_kind = |kind: u8| -> Vec<&ChannelView> {
            let named = view
                .channels
                .iter()
                .filter(|one| one.name == name && one.kind == kind);
            named.filter(|one| !one.archived).collect()
        };
        let (threads, voices) = (of_kind(12), of_kind(2));
        if roles.is_empty() && threads.is_empty() && voices.is_empty() {
            return None;
        }
        assert_eq!((roles.len(), threads.len(), voices.len()), (1, 1, 1), "{name}");
        let role = roles[0].id;
        let members = view.members.iter().filter(|one| one.roles.contains(&role));
        let bot = self.world.stack.simulator().application_id();
        let in_thread = threads[0]
            .thread_members
            .iter()
            .copied()
            .filter(|user| *user != bot);
        let overwrites = &voices[0].overwrites;
        let hidden = overwrites
            .iter()
            .any(|one| one.id == self.club.guild && one.deny & VIEW_CHANNEL != 0);
        let shown = overwrites
            .iter()
            .any(|one| one.id == role && one.allow & VIEW_CHANNEL != 0);
        Some((
            members.map(|one| one.user).collect(),
            in_thread.collect(),
            hidden && shown,
        ))
    }

    fn drivers_of(&self, name: &str) -> BTreeSet<u64> {
        let (role, thread, private) = self.space(name).unwrap_or_else(|| panic!("{name} has nothing"));
        assert_eq!(role, thread, "{name}: role and thread");
        assert!(private, "{name}: only the team sees its voice channel");
        role
    }

    /// How often each driver was told of a team.
    fn told(&self) -> Vec<usize> {
        let simulator = self.world.stack.simulator();
        let view = simulator.guild_view(self.club.guild).unwrap();
        let threads: Vec<u64> = view
            .channels
            .iter()
            .filter(|one| one.kind == 12)
            .map(|one| one.id)
            .collect();
        let messages: Vec<_> = threads.iter().flat_map(|id| simulator.messages(*id)).collect();
        self.drivers
            .iter()
            .map(|driver| {
                messages
                    .iter()
                    .filter(|one| one.mentions.contains(driver))
                    .count()
            })
            .collect()
    }

    /// Settled, swapped, renamed, left, dissolved, called off: at every stage Discord has what it is to have.
    async fn live(self) {
        self.change("finalise", json!({})).await;
        let (first, second) = (self.drivers_of("GT3 1"), self.drivers_of("GT3 2"));
        assert_eq!((first.len(), second.len()), (2, 2));
        assert_eq!(self.told(), [1; 4]);

        let (one, other) = (*first.iter().next().unwrap(), *second.iter().next().unwrap());
        self.change(
            "assign",
            json!({ "team": self.teams[1], "driver": one.to_string() }),
        )
        .await;
        self.change(
            "assign",
            json!({ "team": self.teams[0], "driver": other.to_string() }),
        )
        .await;
        self.change("rename", json!({ "team": self.teams[0], "name": "Night Shift" }))
            .await;
        assert!(self.space("GT3 1").is_none());
        assert!(self.drivers_of("Night Shift").contains(&other));
        assert!(self.drivers_of("GT3 2").contains(&one));
        let told = |driver: u64| 1 + usize::from(driver == one || driver == other);
        let expected: Vec<usize> = self.drivers.iter().map(|driver| told(*driver)).collect();
        assert_eq!(self.told(), expected);

        let outcome = self
            .world
            .press(&self.club, &self.published, other, "Leave")
            .await;
        self.world.stack.expect_message(outcome).unwrap();
        self.world.drain().await;
        assert_eq!(self.drivers_of("Night Shift").len(), 1);
        self.change("remove", json!({ "team": self.teams[1] })).await;
        assert!(self.space("GT3 2").is_none());

        // Called off: the rest goes when the channel is put away, a day later.
        self.world
            .ok(
                &self.club.owner(),
                "event cancel",
                json!({ "event": self.published.event }),
            )
            .await;
        let later = self.world.stack.clock().now() + jiff::SignedDuration::from_hours(26);
        self.world.stack.advance(later, 1).await.unwrap();
        assert!(self.space("Night Shift").is_none());
        let view = self.world.stack.simulator().guild_view(self.club.guild).unwrap();
        assert!(view.roles.iter().all(|role| !role.name.starts_with("GT3")));
        assert!(
            view.channels.iter().all(|one| one.kind != 2),
            "no voice channel is left"
        );
        self.world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_have_what_they_are_to_have() {
    Settled::formed().await.live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_delivery_doubled() {
    let settled = Settled::formed().await;
    settled.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    settled.live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_call_the_worker_dies_at() {
    for service in [Service::Discord, Service::Dynamodb] {
        let deaths = Deaths {
            service,
            function: "channel-worker",
            apart: APART,
            later: 5,
            calls: 400,
        };
        for life in deaths.lives() {
            let settled = Settled::formed().await;
            for fault in life {
                settled.world.stack.faults().add(fault).unwrap();
            }
            settled.live().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_takes_no_more_calls_than_it_needs() {
    let settled = Settled::formed().await;
    // A role, a thread, a voice channel, two members in role and thread, one notice: for each of two teams.
    let made = settled.writes("finalise", json!({})).await;
    assert_eq!(made.len(), 2 * (3 + 2 * 2 + 1), "{made:#?}");
    let renamed = json!({ "team": settled.teams[0], "name": "Night Shift" });
    let renamed = settled.writes("rename", renamed).await;
    assert_eq!(renamed.len(), 3, "role, thread, voice channel: {renamed:#?}");
    let driver = settled.drivers_of("Night Shift").into_iter().next().unwrap();
    let moved = json!({ "team": settled.teams[1], "driver": driver.to_string() });
    let moved = settled.writes("assign", moved).await;
    assert_eq!(moved.len(), 2 + 3, "out of two, into two, told once: {moved:#?}");
    let dissolved = settled
        .writes("remove", json!({ "team": settled.teams[0] }))
        .await;
    assert_eq!(dissolved.len(), 3, "{dissolved:#?}");
    // Nothing differs, nothing is called.
    settled.change("reopen", json!({})).await;
    let again = settled.writes("finalise", json!({})).await;
    assert_eq!(again, Vec::<String>::new());
    settled.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_say_what_teams_have() {
    let settled = Settled::formed().await;
    for (key, value) in [("channels.team_threads", "off"), ("voice.practice", "off")] {
        let options = json!({ "key": key, "value": value });
        settled
            .world
            .ok(&settled.club.owner(), "settings set", options)
            .await;
    }
    let made = settled.writes("finalise", json!({})).await;
    assert_eq!(
        made.len(),
        2 * (1 + 2 + 1),
        "role, two in it, one notice: {made:#?}"
    );
    let simulator = settled.world.stack.simulator();
    let messages = simulator.messages(settled.published.channel);
    let told = |driver: &u64| messages.iter().any(|one| one.mentions.contains(driver));
    assert!(settled.drivers.iter().all(told), "in the event's channel");
    settled.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_by_hand_is_made_anew_with_the_next_change() {
    let settled = Settled::formed().await;
    settled.change("finalise", json!({})).await;
    let simulator = settled.world.stack.simulator();
    let view = simulator.guild_view(settled.club.guild).unwrap();
    let role = view.roles.iter().find(|role| role.name == "GT3 1").unwrap().id;
    simulator.delete_role(settled.club.guild, role).unwrap();
    let driver = settled.drivers_of("GT3 2").into_iter().next().unwrap();
    settled
        .change(
            "assign",
            json!({ "team": settled.teams[0], "driver": driver.to_string() }),
        )
        .await;
    assert_eq!(settled.drivers_of("GT3 1").len(), 3);
    settled.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_gantry_may_not_do_holds_up_nothing_and_is_done_later() {
    let settled = Settled::formed().await;
    let simulator = settled.world.stack.simulator();
    let may = |permissions| simulator.install_bot(settled.club.guild, permissions).unwrap();
    may(gantry_local::seed::BOT_PERMISSIONS & !MANAGE_ROLES);
    settled.change("finalise", json!({})).await;
    let view = simulator.guild_view(settled.club.guild).unwrap();
    assert!(view.roles.iter().all(|role| !role.name.starts_with("GT3")));
    let threads: Vec<_> = view.channels.iter().filter(|one| one.kind == 12).collect();
    assert_eq!(threads.len(), 2);
    // Its two drivers and Gantry.
    assert!(
        threads.iter().all(|one| one.thread_members.len() == 3),
        "{threads:#?}"
    );
    assert_eq!(settled.told(), [1; 4]);
    let list = json!({ "event": settled.published.event });
    let list = settled.world.ok(&settled.club.owner(), "team list", list).await;
    assert!(whole(&list).contains("team roles"), "{list:?}");
    may(gantry_local::seed::BOT_PERMISSIONS);
    let renamed = json!({ "team": settled.teams[0], "name": "Night Shift" });
    settled.change("rename", renamed).await;
    assert_eq!(settled.drivers_of("Night Shift").len(), 2);
    assert_eq!(settled.told(), [1; 4]);
    settled.world.finish().await;
}

/// Nobody is there when something is deleted by hand: it is noticed when the server is looked after.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_by_hand_is_made_anew_or_forgotten_as_the_club_says() {
    let settled = Settled::formed().await;
    settled.change("finalise", json!({})).await;
    let simulator = settled.world.stack.simulator();
    let id = |name: &str, kind: u8| {
        let view = simulator.guild_view(settled.club.guild).unwrap();
        let found = view
            .channels
            .iter()
            .find(|one| one.name == name && one.kind == kind);
        found.map(|one| one.id)
    };
    let role = || {
        let view = simulator.guild_view(settled.club.guild).unwrap();
        view.roles
            .iter()
            .find(|role| role.name == "GT3 1")
            .map(|role| role.id)
    };
    let six_hours = || settled.world.stack.clock().now() + jiff::SignedDuration::from_hours(7);
    simulator
        .delete_role(settled.club.guild, role().unwrap())
        .unwrap();
    simulator.delete_channel(id("GT3 2", 12).unwrap()).unwrap();
    simulator.delete_channel(id("GT3 2", 2).unwrap()).unwrap();
    let before = settled.drivers.len();
    settled.world.stack.advance(six_hours(), 1).await.unwrap();
    let found = settled.drivers_of("GT3 1").len() + settled.drivers_of("GT3 2").len();
    assert_eq!(found, before, "all of it is there again");

    // Nothing is done where nothing is amiss.
    let mark = settled.world.mark();
    settled.world.stack.advance(six_hours(), 1).await.unwrap();
    let calls = settled.world.calls(mark, Service::Discord);
    let writes = calls
        .iter()
        .filter(|call| call.caller == "channel-worker" && !call.operation.starts_with("GET"));
    assert_eq!(writes.count(), 0);

    let forget = json!({ "key": "channels.drift", "value": "forget" });
    settled
        .world
        .ok(&settled.club.owner(), "settings set", forget)
        .await;
    simulator.delete_channel(id("GT3 2", 2).unwrap()).unwrap();
    settled.world.stack.advance(six_hours(), 1).await.unwrap();
    assert_eq!(id("GT3 2", 2), None, "forgotten");
    settled
        .change(
            "rename",
            json!({ "team": settled.teams[1], "name": "Night Shift" }),
        )
        .await;
    assert_eq!(id("Night Shift", 2), None, "also with a change");
    assert!(id("Night Shift", 12).is_some());
    let heal = json!({ "key": "channels.drift", "value": "heal" });
    settled
        .world
        .ok(&settled.club.owner(), "settings set", heal)
        .await;
    settled.world.stack.advance(six_hours(), 1).await.unwrap();
    assert_eq!(settled.drivers_of("Night Shift").len(), 2);
    settled.world.finish().await;
}

/// Discord takes ten changes of roles in ten seconds, and fifty channels in a category.
#[tokio::test(flavor = "multi_thread")]
async fn limits_of_discord_are_waited_for_or_gone_round() {
    let settled = Settled::formed_of(World::start().await, 9).await;
    let simulator = settled.world.stack.simulator();
    let view = || simulator.guild_view(settled.club.guild).unwrap();
    let of_event = view();
    let category = of_event
        .channels
        .iter()
        .find(|one| one.id == settled.published.channel)
        .and_then(|one| one.parent)
        .unwrap();
    for n in 0..48 {
        let filler = NewChannel {
            kind: 0,
            name: format!("filler-{n}"),
            parent: Some(category),
            overwrites: Vec::new(),
        };
        simulator.create_channel(settled.club.guild, filler).unwrap();
    }
    settled.change("finalise", json!({})).await;
    assert_eq!(settled.drivers_of("GT3 1").len(), 9);
    assert_eq!(settled.drivers_of("GT3 2").len(), 9);
    assert_eq!(settled.told(), vec![1; 18]);
    let view = view();
    let voices = view.channels.iter().filter(|one| one.kind == 2);
    let inside = voices.filter(|one| one.parent == Some(category)).count();
    assert_eq!(inside, 1, "the second one is in a further category");
    settled.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_server_kept_goes_when_gantry_is_back() {
    let settled = Settled::formed().await;
    settled.change("finalise", json!({})).await;
    let simulator = settled.world.stack.simulator();
    let (club, event) = (&settled.club, json!({ "event": settled.published.event }));
    settled.world.ok(&club.owner(), "event cancel", event).await;
    settled.world.drain().await;
    // Put away while Gantry is not there: nothing can be removed, and nothing is forgotten.
    simulator.remove_bot(club.guild).unwrap();
    let later = settled.world.stack.clock().now() + jiff::SignedDuration::from_hours(26);
    settled.world.stack.advance(later, 1).await.unwrap();
    let left = || {
        let view = simulator.guild_view(club.guild).unwrap();
        let roles = view
            .roles
            .iter()
            .filter(|role| role.name.starts_with("GT3"))
            .count();
        let voices = view.channels.iter().filter(|one| one.kind == 2).count();
        (roles, voices)
    };
    assert_eq!(left(), (2, 2));
    simulator
        .install_bot(club.guild, gantry_local::seed::BOT_PERMISSIONS)
        .unwrap();
    settled
        .world
        .stack
        .clock()
        .advance(jiff::SignedDuration::from_mins(5));
    settled.world.ok(&club.owner(), "series list", json!({})).await;
    settled.world.drain().await;
    // The role of an app that returns is the lowest: the teams' roles stand above it now, and stay until somebody moves it.
    assert_eq!(left(), (2, 0));
    settled.world.finish().await;
}
