//! Counts: DynamoDB calls and capacity units of each command, Discord's calls of a published event.
//!
//! `docs/ACCESS_PATTERNS.md` says the same; a change here is a change of what Gantry costs.

use crate::world::{Club, World};
use gantry_local_wire::{Call, Service};
use serde_json::{Value, json};

/// Calls by operation, with read and write units: `BatchGetItem 1.5r, Query 1r`.
fn bill(calls: &[Call]) -> String {
    let line = |call: &Call| {
        let units = [(call.read_units, "r"), (call.write_units, "w")];
        let units: String = units
            .iter()
            .filter(|(n, _)| *n > 0.0)
            .map(|(n, kind)| format!(" {n}{kind}"))
            .collect();
        format!("{}{units}", call.operation)
    };
    let mut lines: Vec<String> = calls.iter().map(line).collect();
    lines.sort();
    lines.join(", ")
}

async fn command(world: &World, club: &Club, name: &str, options: Value) -> String {
    let mark = world.mark();
    world.ok(&club.owner(), name, options).await;
    format!("/{name}: {}", bill(&of_interactions(world, mark)))
}

fn of_interactions(world: &World, mark: u64) -> Vec<Call> {
    world
        .calls(mark, Service::Dynamodb)
        .into_iter()
        .filter(|call| call.caller == "interactions")
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_each_command_costs() {
    let world = World::start().await;
    let club = world.guild("Apex");
    let mut bills = vec![command(&world, &club, "club create", json!({ "name": "Apex" })).await];
    // The first call of a guild learns which club it is; from then on that is known.
    world.ok(&club.owner(), "club status", json!({})).await;
    bills.push(command(&world, &club, "ping", json!({})).await);
    bills.push(command(&world, &club, "help", json!({})).await);
    bills.push(command(&world, &club, "info", json!({})).await);
    bills.push(command(&world, &club, "club status", json!({})).await);
    bills.push(
        command(
            &world,
            &club,
            "series create",
            json!({ "name": "Cup", "classes": "GT3: 1, GT4: 2" }),
        )
        .await,
    );
    bills.push(command(&world, &club, "series list", json!({})).await);
    let series = world
        .suggested(&club.owner(), "event create", "series", "Cup")
        .await;
    let options = json!({ "series": series, "name": "Monza", "start": "2026-11-28 14:00", "duration": "6h" });
    bills.push(command(&world, &club, "event create", options).await);
    let event = world
        .suggested(&club.owner(), "event publish", "event", "Monza")
        .await;
    for name in ["event show", "event publish"] {
        bills.push(command(&world, &club, name, json!({ "event": event })).await);
    }
    world.drain().await;
    bills.push(command(&world, &club, "event list", json!({})).await);
    bills.push(command(&world, &club, "signup list", json!({ "event": event })).await);

    let published = world.space_of_series(&club, event.clone(), "Cup");
    let drivers = world.members(&club, 3);
    let mark = world.mark();
    world.pick(&club, &published, drivers[0], "gt3").await;
    bills.push(format!("a seat: {}", bill(&of_interactions(&world, mark))));
    let mark = world.mark();
    world.pick(&club, &published, drivers[1], "gt3").await;
    bills.push(format!(
        "a place on the waitlist: {}",
        bill(&of_interactions(&world, mark))
    ));
    let mark = world.mark();
    world.pick(&club, &published, drivers[1], "gt3").await;
    bills.push(format!(
        "the same again, refused: {}",
        bill(&of_interactions(&world, mark))
    ));
    let mark = world.mark();
    world.press(&club, &published, drivers[0], "Leave").await;
    bills.push(format!(
        "leaving, another moves up: {}",
        bill(&of_interactions(&world, mark))
    ));
    bills.push(command(&world, &club, "event close", json!({ "event": event })).await);
    insta::assert_snapshot!(bills.join("\n"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_published_event_asks_of_discord() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let series = world.series(&club, "Cup", "GT3: 2").await;
    let event = world.draft(&club, &series, "Monza").await;
    let mark = world.mark();
    world
        .ok(&club.owner(), "event publish", json!({ "event": event }))
        .await;
    world.drain().await;
    let calls: Vec<String> = world
        .calls(mark, Service::Discord)
        .into_iter()
        .map(|call| call.operation)
        .collect();
    assert_eq!(
        calls,
        [
            "GET /guilds/{guild.id}/channels",
            "GET /guilds/{guild.id}",
            "GET /guilds/{guild.id}/members/{user.id}",
            "POST /guilds/{guild.id}/channels",
            "POST /guilds/{guild.id}/channels",
            "POST /channels/{channel.id}/messages",
            "POST /channels/{channel.id}/messages",
            "PATCH /webhooks/{application.id}/{interaction.token}/messages/@original",
        ]
    );
    // The second event of the series finds its category there.
    let event = world.draft(&club, &series, "Spa").await;
    let mark = world.mark();
    world
        .ok(&club.owner(), "event publish", json!({ "event": event }))
        .await;
    world.drain().await;
    assert_eq!(world.calls(mark, Service::Discord).len(), 7);
    // The budget's leases (UpdateItem and Query) depend on how many seconds the job touches: they are not counted here.
    let lease = |call: &Call| matches!(call.operation.as_str(), "UpdateItem" | "Query");
    let worker = world
        .calls(mark, Service::Dynamodb)
        .into_iter()
        .filter(|c| c.caller == "channel-worker");
    let worker: Vec<_> = worker.filter(|call| !lease(call)).collect();
    insta::assert_snapshot!(bill(&worker));
    world.finish().await;
}
