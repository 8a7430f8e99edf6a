//! Effects happen once: a worker is killed, or a call fails, at every outgoing call of channel creation in turn.

use crate::world::{Club, World};
use gantry_local_wire::{Delay, Fault, FaultKind, Service};
use jiff::SignedDuration;
use serde_json::json;

/// More calls than any job makes: the search for the last one ends before.
const MOST_CALLS: u64 = 60;

/// Publishes event after event, each time with the fault at the next call of the worker, until the fault meets no call.
/// Every time there must be one category, one channel, two messages, and an admin who was told.
async fn at_every_call(world: &World, service: Service, kind: FaultKind) {
    let club = world.club(&format!("{service:?} {kind:?}")).await;
    let mut hits = 0;
    for n in 0..MOST_CALLS {
        let name = format!("Race {n}");
        let series = world.series(&club, &name, "GT3: 2").await;
        let event = world.draft(&club, &series, &name).await;
        world.stack.faults().clear();
        world
            .stack
            .faults()
            .add(Fault::nth(service, "channel-worker", n, kind.clone()))
            .unwrap();
        let outcome = world
            .stack
            .simulator()
            .slash(&club.owner(), "event publish", json!({ "event": event }))
            .await;
        let interaction = outcome.interaction_id;
        world.stack.expect_message(outcome).unwrap();
        world.drain().await;
        let hit = world.stack.faults().hits() > 0;
        world.stack.faults().clear();
        check(world, &club, interaction, event, &name);
        if !hit {
            break;
        }
        hits += 1;
    }
    assert!(
        (4..MOST_CALLS).contains(&hits),
        "{service:?} {kind:?}: {hits} calls were hit"
    );
    let channels = world
        .stack
        .simulator()
        .guild_view(club.guild)
        .unwrap()
        .channels
        .len() as u64;
    assert_eq!(
        channels,
        1 + 2 * (hits + 1),
        "nothing orphaned: {}",
        world.stack.simulator().tree(club.guild)
    );
}

fn check(world: &World, club: &Club, interaction: u64, event: String, name: &str) {
    let published = world.space_of(club, event, name);
    let told = world.stack.simulator().interaction_messages(interaction);
    assert_eq!(told.len(), 1);
    let text = format!("{}{:?}", told[0].content, told[0].embeds);
    assert!(
        text.contains(&published.channel.to_string()),
        "{name}: the admin was told: {text}"
    );
}

async fn run(service: Service, kinds: &[FaultKind]) {
    let world = World::start().await;
    // Discord's own limits are another test's matter: here they would only be waited for, event after event.
    world.stack.simulator().set_rate_limits(false);
    for kind in kinds {
        at_every_call(&world, service, kind.clone()).await;
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_call_to_discord() {
    run(Service::Discord, &[FaultKind::KillBefore, FaultKind::KillAfter]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_call_to_dynamodb() {
    run(Service::Dynamodb, &[FaultKind::KillBefore, FaultKind::KillAfter]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_lost_and_errors_at_each_call_to_discord() {
    run(
        Service::Discord,
        &[
            FaultKind::LostAnswer,
            FaultKind::ErrorAfterEffect,
            FaultKind::Reset,
            FaultKind::ServerError,
            FaultKind::Unavailable,
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_at_each_call_to_discord() {
    let short = Delay { ms: 60 };
    run(
        Service::Discord,
        &[
            FaultKind::RateLimitUser(short),
            FaultKind::RateLimitShared(short),
            FaultKind::RateLimitGlobal(short),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_at_each_call_to_dynamodb() {
    run(
        Service::Dynamodb,
        &[
            FaultKind::LostAnswer,
            FaultKind::ErrorAfterEffect,
            FaultKind::Reset,
            FaultKind::Throttle,
            FaultKind::Conflict,
        ],
    )
    .await;
}

/// A driver leaves, the next in line moves up: told once, whatever call of the telling fails.
async fn told_once(world: &World, service: Service, kind: FaultKind) {
    let club = world.club(&format!("Told {service:?} {kind:?}")).await;
    let mut hits = 0;
    for n in 0..MOST_CALLS {
        let published = world.published(&club, &format!("Race {n}"), "GT3: 1").await;
        let drivers = world.members(&club, 2);
        for driver in &drivers {
            world.press(&club, &published, *driver, "Sign up").await;
        }
        world.drain().await;
        world
            .stack
            .faults()
            .add(Fault::nth(service, "notify-worker", n, kind.clone()))
            .unwrap();
        world.press(&club, &published, drivers[0], "Leave").await;
        world.drain().await;
        let hit = world.stack.faults().hits() > 0;
        world.stack.faults().clear();
        assert_eq!(
            world.stack.simulator().dms(drivers[1]).len(),
            1,
            "{service:?} {kind:?} at call {n}"
        );
        if !hit {
            break;
        }
        hits += 1;
    }
    assert!(
        (2..MOST_CALLS).contains(&hits),
        "{service:?} {kind:?}: {hits} calls were hit"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_driver_is_told_once_whatever_fails() {
    let world = World::start().await;
    world.stack.simulator().set_rate_limits(false);
    for kind in [
        FaultKind::KillBefore,
        FaultKind::KillAfter,
        FaultKind::LostAnswer,
        FaultKind::ErrorAfterEffect,
    ] {
        told_once(&world, Service::Discord, kind.clone()).await;
        told_once(&world, Service::Dynamodb, kind).await;
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_driver_with_closed_dms_is_told_in_the_channel() {
    let world = World::start().await;
    let club = world.club("Closed").await;
    let published = world.published(&club, "Race", "GT3: 1").await;
    let drivers = world.members(&club, 2);
    for driver in &drivers {
        world.press(&club, &published, *driver, "Sign up").await;
    }
    world.stack.simulator().set_dms_closed(drivers[1], true).unwrap();
    world.press(&club, &published, drivers[0], "Leave").await;
    world.drain().await;
    let messages = world.stack.simulator().messages(published.channel);
    let told: Vec<_> = messages
        .iter()
        .filter(|message| message.mentions.contains(&drivers[1]))
        .collect();
    assert_eq!(told.len(), 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_queue_or_bus_loses_no_job() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    for (service, kind) in [
        (Service::Sqs, FaultKind::LostAnswer),
        (Service::Sqs, FaultKind::ServerError),
        (Service::Sqs, FaultKind::KillAfter),
        (Service::Eventbridge, FaultKind::LostAnswer),
        (Service::Eventbridge, FaultKind::KillBefore),
    ] {
        let name = format!("{service:?} {kind:?}");
        let series = world.series(&club, &name, "GT3: 2").await;
        let event = world.draft(&club, &series, &name).await;
        world.drain().await;
        world
            .stack
            .faults()
            .add(Fault {
                caller: Some("relay".into()),
                times: Some(2),
                ..Fault::every(service, kind)
            })
            .unwrap();
        world
            .ok(&club.owner(), "event publish", json!({ "event": event }))
            .await;
        world.drain().await;
        assert!(world.stack.faults().hits() > 0, "{name}");
        world.stack.faults().clear();
        world.space_of(&club, event, &name);
    }
    world.finish().await;
}

/// Publishes an event, has the worker die after it made the channel, and calls the event off before the work comes again.
async fn called_off_before_the_next_try(world: &World, club: &Club, series: &str) {
    let options =
        json!({ "series": series, "name": "Called off", "start": "2027-06-05 14:00", "duration": "6h" });
    world.ok(&club.owner(), "event create", options).await;
    let event = world
        .suggested(&club.owner(), "event publish", "event", "Called off")
        .await;
    let fault = Fault::nth(Service::Discord, "channel-worker", 0, FaultKind::KillAfter);
    world
        .stack
        .faults()
        .add(fault.on("POST /guilds/{guild.id}/channels"))
        .unwrap();
    world
        .ok(&club.owner(), "event publish", json!({ "event": event }))
        .await;
    while world.stack.faults().hits() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    world.stack.faults().clear();
    world
        .ok(&club.owner(), "event cancel", json!({ "event": event }))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_a_dead_worker_made_goes_with_the_event_that_was_called_off() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let series = world.series(&club, "Cup", "GT3: 2").await;
    // Categories of series and archive stay: an event that was put away in peace has made them.
    let event = world.draft(&club, &series, "Peace").await;
    world
        .ok(&club.owner(), "event publish", json!({ "event": event }))
        .await;
    world.drain().await;
    world
        .ok(&club.owner(), "event cancel", json!({ "event": event }))
        .await;
    let forty_days = SignedDuration::from_hours(24 * 40);
    let later = world.stack.clock().now() + forty_days;
    world.stack.advance(later, 1).await.unwrap();
    let tree = || world.stack.simulator().tree(club.guild);
    let before = tree();
    assert!(before.contains("Archive"), "{before}");

    called_off_before_the_next_try(&world, &club, &series).await;
    assert_ne!(tree(), before);
    let later = world.stack.clock().now() + forty_days;
    world.stack.advance(later, 1).await.unwrap();
    assert_eq!(tree(), before);
    world.finish().await;
}
