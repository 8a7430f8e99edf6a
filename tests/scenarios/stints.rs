//! Stints: planned by the drivers' availability, changed, driven.

use crate::teams::{closed, team, whole};
use crate::world::{Club, World};
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

    // The race: a driver of the team begins and ends stints, but cannot change the plan; a stranger neither.
    let own = club.member(driver, club.paddock);
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
