//! C4.1: an event that comes again keeps its local time, and a time that cannot be is asked about.

use crate::world::{Club, World};
use gantry_local_wire::Service;
use serde_json::{Value, json};

async fn said(world: &World, club: &Club, command: &str, options: Value) -> String {
    let answer = world.ok(&club.owner(), command, options).await;
    world.stack.simulator().message_as_text(&answer)
}

async fn draft(world: &World, club: &Club, name: &str, start: &str) -> String {
    let series = world.series(club, "Cup", "GT3: 2").await;
    let options = json!({ "series": series, "name": name, "start": start, "duration": "6h" });
    said(world, club, "event create", options).await;
    world
        .suggested(&club.owner(), "event publish", "event", name)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weekly_event_keeps_its_local_time_across_daylight_saving() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let first = draft(&world, &club, "Round 1", "2027-03-20 20:00").await;
    let mark = world.mark();
    let options = json!({ "event": first, "every": "1", "times": "2" });
    let answer = said(&world, &club, "event repeat", options).await;
    // 20:00 in Berlin: 19:00 UTC until 2027-03-28, 18:00 UTC after.
    for copy in [
        "Round 2 · Sat 27 Mar 2027 19:00 UTC",
        "Round 3 · Sat 03 Apr 2027 18:00 UTC",
    ] {
        assert!(answer.contains(copy), "{answer}");
    }
    let writes = world
        .calls(mark, Service::Dynamodb)
        .into_iter()
        .filter(|call| call.operation.contains("Write"))
        .count();
    assert_eq!(writes, 1, "all copies in one transaction");
    let list = said(&world, &club, "event list", json!({})).await;
    assert!(list.contains("Round 1") && list.contains("Round 2") && list.contains("Round 3"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_on_a_clock_change_is_asked_about_and_nothing_is_made() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let first = draft(&world, &club, "Night race", "2027-03-14 02:30").await;
    for (options, words) in [
        (
            json!({ "event": first, "every": "1", "times": "3" }),
            "Repetition 2 cannot be placed",
        ),
        (json!({ "event": first, "every": "1", "times": "21" }), "1 to 20"),
        (json!({ "event": first, "every": "1", "times": "-1" }), "1 to 20"),
    ] {
        let answer = said(&world, &club, "event repeat", options).await;
        assert!(answer.contains(words), "{answer}");
    }
    let list = said(&world, &club, "event list", json!({})).await;
    assert_eq!(list.matches("Night race").count(), 1, "{list}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_manage_events_repeat_them() {
    let world = World::start().await;
    let (club, other) = (world.club("Apex").await, world.club("Other").await);
    let first = draft(&world, &club, "Round 1", "2027-03-20 20:00").await;
    let options = json!({ "event": first, "every": "month", "times": "2" });
    let guest = world.members(&club, 1)[0];
    let actor = club.member(guest, club.paddock);
    let answer = world.ok(&actor, "event repeat", options.clone()).await;
    assert!(
        world
            .stack
            .simulator()
            .message_as_text(&answer)
            .contains("rank of")
    );
    let answer = said(&world, &other, "event repeat", options).await;
    assert!(answer.contains("no such event"), "{answer}");
    world.finish().await;
}
