//! C5.3: a team's plan announced with its picture, in one message that follows every change.

use crate::teams::{closed, team, whole};
use crate::world::{Club, Published, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_simulator::{Actor, MessageView, OutcomeKind};
use serde_json::{Value, json};

/// A team of four with a plan.
struct Planned {
    world: World,
    club: Club,
    published: Published,
    drivers: Vec<u64>,
    team: String,
}

impl Planned {
    async fn begin() -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let (published, drivers) = closed(&world, &club, 4).await;
        let event = &published.event;
        team(&world, &club, "form", json!({ "event": event, "size": "4" })).await;
        let picked = json!({ "event": event, "team": "GT3" });
        let team = world
            .suggested_with(&club.owner(), "stint plan", picked, "team")
            .await;
        Self {
            world,
            club,
            published,
            drivers,
            team,
        }
    }

    fn with(&self, more: Value) -> Value {
        let mut options = json!({ "event": self.published.event, "team": self.team });
        for (name, value) in more.as_object().into_iter().flatten() {
            options[name] = value.clone();
        }
        options
    }

    async fn change(&self, command: &str, more: Value) -> String {
        let said = self.world.ok(&self.club.owner(), command, self.with(more)).await;
        self.world.drain().await;
        whole(&said)
    }

    async fn announce(&self, actor: &Actor) -> String {
        let simulator = self.world.stack.simulator();
        let outcome = simulator
            .slash(actor, "strategy announce", self.with(json!({})))
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

    /// The announcements in the event's channel.
    fn announced(&self) -> Vec<MessageView> {
        let mut messages = self.world.stack.simulator().messages(self.published.channel);
        messages.retain(|message| {
            let title = message.embeds.first().and_then(|embed| embed["title"].as_str());
            title.is_some_and(|title| title.starts_with("Stint plan of"))
        });
        messages
    }

    /// The bytes of the picture of the one announcement.
    fn picture(&self) -> Vec<u8> {
        let messages = self.announced();
        assert_eq!(messages.len(), 1, "{messages:#?}");
        let files = &messages[0].attachments;
        assert_eq!(files.len(), 1, "{files:?}");
        assert_eq!(files[0]["filename"], "stints.png");
        let id = files[0]["id"].as_str().unwrap();
        self.world.stack.simulator().file(id).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_announced_with_a_picture_and_follows_every_change() {
    let planned = Planned::begin().await;
    let owner = planned.club.owner();
    let refused = planned
        .world
        .ok(&owner, "strategy announce", planned.with(json!({})))
        .await;
    assert!(whole(&refused).contains("no stint plan"), "{refused:?}");
    planned.change("stint plan", json!({})).await;
    assert!(planned.announced().is_empty(), "nothing before somebody asks");
    let answer = planned.announce(&owner).await;
    assert!(
        answer.contains(&format!("<#{}>", planned.published.channel)),
        "{answer}"
    );
    let first = planned.announced().remove(0);
    let said = whole(&first);
    assert!(said.contains("Strategy") && said.contains("`4` "), "{said}");
    let picture = planned.picture();
    assert!(picture.starts_with(b"\x89PNG"));
    let words = first.attachments[0]["description"].as_str().unwrap();
    assert!(
        words.starts_with("Timeline of the stints") && words.contains("0:00 to "),
        "{words}"
    );
    // A change: the same message, another picture.
    planned
        .change("stint extend", json!({ "stint": "1", "minutes": "10" }))
        .await;
    let changed = planned.announced().remove(0);
    assert_eq!(changed.id, first.id);
    assert_ne!(whole(&changed), said);
    assert_ne!(planned.picture(), picture);
    // Deleted by hand: a change posts it anew, once.
    let simulator = planned.world.stack.simulator();
    simulator
        .delete_message(planned.published.channel, first.id)
        .unwrap();
    planned
        .change("stint swap", json!({ "one": "1", "other": "2" }))
        .await;
    assert!(planned.picture().starts_with(b"\x89PNG"));
    // Not for those who drive only, and not in another club.
    let driver = planned.club.member(planned.drivers[0], planned.club.paddock);
    let other = planned.world.club("Box").await;
    for (actor, part) in [
        (&driver, "rank of team manager"),
        (&other.owner(), "no such event"),
    ] {
        let refused = planned
            .world
            .ok(actor, "strategy announce", planned.with(json!({})))
            .await;
        assert!(whole(&refused).contains(part), "{refused:?}");
    }
    planned.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_with_deliveries_doubled_and_the_worker_killed() {
    let planned = Planned::begin().await;
    planned.change("stint plan", json!({})).await;
    planned.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    planned.announce(&planned.club.owner()).await;
    planned
        .change("stint extend", json!({ "stint": "1", "minutes": "5" }))
        .await;
    planned.picture();
    planned.world.stack.aws().set_deliveries(DeliveryMode::default());
    for (service, least) in [(Service::Discord, 2), (Service::Dynamodb, 8)] {
        let mut hits = 0;
        for n in 0..30 {
            // Posted anew each time.
            let message = planned.announced()[0].id;
            let simulator = planned.world.stack.simulator();
            simulator
                .delete_message(planned.published.channel, message)
                .unwrap();
            let kind = if n % 2 == 0 {
                FaultKind::KillAfter
            } else {
                FaultKind::KillBefore
            };
            let fault = Fault::nth(service, "notify-worker", n, kind);
            planned.world.stack.faults().add(fault).unwrap();
            let answer = planned.announce(&planned.club.owner()).await;
            assert!(answer.contains("stands in"), "{answer}");
            planned.picture();
            let hit = planned.world.stack.faults().hits() > 0;
            planned.world.stack.faults().clear();
            if !hit {
                break;
            }
            hits += 1;
        }
        assert!((least..30).contains(&hits), "{service:?}: {hits}");
    }
    planned.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_follows_the_event_and_a_thread_that_fell_silent() {
    let planned = Planned::begin().await;
    planned.change("stint plan", json!({})).await;
    let owner = planned.club.owner();
    planned.announce(&owner).await;
    let said = whole(&planned.announced()[0]);
    // The race is a fortnight later.
    let simulator = planned.world.stack.simulator();
    let event = json!({ "event": planned.published.event });
    let opened = simulator.slash(&owner, "event edit", event.clone()).await;
    let form = opened.modal().expect("a form").clone();
    let filled = json!({ "start": "2026-12-12 15:00" });
    let outcome = simulator.submit_modal(&owner, &form, filled).await;
    planned.world.stack.expect_message(outcome).unwrap();
    planned.world.drain().await;
    let moved = planned.announced();
    assert_eq!(moved.len(), 1);
    assert_ne!(whole(&moved[0]), said, "its times are others");

    // In the team's thread, in which nobody says anything for more than a week.
    team(&planned.world, &planned.club, "finalise", event).await;
    planned.world.drain().await;
    planned.announce(&owner).await;
    let view = || simulator.guild_view(planned.club.guild).unwrap();
    let thread = || view().channels.into_iter().find(|one| one.kind == 12).unwrap();
    let id = thread().id;
    let plan = || {
        let mut messages = simulator.messages(id);
        messages.retain(|message| whole(message).contains("Stint plan of"));
        messages
    };
    let before = plan();
    assert_eq!(before.len(), 1);
    planned
        .world
        .stack
        .clock()
        .advance(jiff::SignedDuration::from_hours(8 * 24));
    assert!(thread().archived);
    planned
        .change("stint swap", json!({ "one": "1", "other": "3" }))
        .await;
    let after = plan();
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].id, before[0].id);
    assert_ne!(whole(&after[0]), whole(&before[0]));
    planned.world.finish().await;
}
