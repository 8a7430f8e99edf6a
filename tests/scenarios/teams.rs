//! Teams: drivers describe themselves, an admin forms teams, edits and settles them.

use crate::world::{Club, Published, World};
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_simulator::{MessageView, OutcomeKind};
use serde_json::{Value, json};

const SIX_HOURS: &str = "Monza 6h";

/// A closed event with `count` seated drivers who have described themselves.
pub async fn closed(world: &World, club: &Club, count: usize) -> (Published, Vec<u64>) {
    let published = world.published(club, SIX_HOURS, "GT3: 20").await;
    let drivers = world.members(club, count);
    for driver in &drivers {
        let outcome = world.press(club, &published, *driver, "Sign up").await;
        world.stack.expect_message(outcome).unwrap();
    }
    for (n, driver) in drivers.iter().enumerate() {
        // Half of them drive the first half of the race, half of them the second.
        let windows = if n % 2 == 0 { "14:00-17:00" } else { "17:00-20:00" };
        let answer = describe(
            world,
            club,
            &published,
            *driver,
            windows,
            &format!("{}", n % 5 + 1),
        )
        .await;
        assert!(answer.contains("Noted for"), "{answer}");
    }
    world
        .ok(&club.owner(), "event close", json!({ "event": published.event }))
        .await;
    (published, drivers)
}

/// Fills in the form behind the board's button; returns the answer's text.
async fn describe(
    world: &World,
    club: &Club,
    published: &Published,
    driver: u64,
    windows: &str,
    experience: &str,
) -> String {
    let opened = world.press(club, published, driver, "Availability").await;
    let OutcomeKind::Modal(form) = &opened.kind else {
        panic!("no form: {:?}", opened.kind);
    };
    let filled = json!({ "windows": windows, "experience": experience, "backup": "" });
    let actor = club.member(driver, published.channel);
    let outcome = world.stack.simulator().submit_modal(&actor, form, filled).await;
    world.stack.expect_message(outcome).unwrap().content
}

/// What a message says: its content and its embeds.
pub fn whole(message: &MessageView) -> String {
    format!("{}\n{}", message.content, json!(message.embeds))
}

pub async fn team(world: &World, club: &Club, command: &str, options: Value) -> String {
    whole(&world.ok(&club.owner(), &format!("team {command}"), options).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn availability_is_typed_in_ones_own_zone_and_a_backup_class_is_shown() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, SIX_HOURS, "GT3: 1, LMP2: 2").await;
    let drivers = world.members(&club, 2);
    let simulator = world.stack.simulator();
    for driver in &drivers {
        let controls = &world.board(&published).components;
        let select = json!(controls)[0]["components"][0]["custom_id"].clone();
        let actor = club.member(*driver, published.channel);
        let chosen = simulator
            .select(&actor, published.board, select.as_str().unwrap(), &["gt3"])
            .await;
        world.stack.expect_message(chosen).unwrap();
    }
    let away = club.member(drivers[1], published.channel);
    world
        .ok(&away, "me timezone", json!({ "zone": "America/New_York" }))
        .await;
    let opened = world.press(&club, &published, drivers[1], "Availability").await;
    let OutcomeKind::Modal(form) = &opened.kind else {
        panic!("no form: {:?}", opened.kind);
    };
    assert!(json!(form).to_string().contains("America/New_York"), "{form:?}");
    // Ten in the morning there is four in the afternoon in Berlin.
    let filled = json!({ "windows": "10:00-11:30", "experience": "", "backup": "lmp2" });
    let outcome = simulator.submit_modal(&away, form, filled).await;
    let answer = world.stack.expect_message(outcome).unwrap().content;
    let instant = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
    let (from, to) = (instant("2026-11-28T15:00:00Z"), instant("2026-11-28T16:30:00Z"));
    assert!(
        answer.contains(&format!("<t:{from}:f> to <t:{to}:t>")),
        "{answer}"
    );
    world.drain().await;
    let board = json!(world.board(&published).embeds).to_string();
    assert!(board.contains("(or LMP2)"), "{board}");
    // What they said was said of another start.
    let edit = json!({ "event": published.event });
    let edit = simulator.slash(&club.owner(), "event edit", edit).await;
    let OutcomeKind::Modal(form) = &edit.kind else {
        panic!("no form: {:?}", edit.kind);
    };
    let later = json!({ "start": "2026-11-29 14:00" });
    let outcome = simulator.submit_modal(&club.owner(), form, later).await;
    let answer = whole(&world.stack.expect_message(outcome).unwrap());
    assert!(
        answer.contains("One driver had said when they can drive"),
        "{answer}"
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_availability_to_settled_teams() {
    let world = World::start().await;
    world.stack.simulator().set_rate_limits(false);
    let club = world.club("Apex").await;
    let (published, drivers) = closed(&world, &club, 6).await;
    let event = &published.event;

    let formed = team(
        &world,
        &club,
        "form",
        json!({ "event": event, "size": "2", "seed": "42" }),
    )
    .await;
    assert!(formed.contains("seed `42`; there is no better way"), "{formed}");
    // Each team has a driver for each half of the race.
    assert!(!formed.contains("nobody free"), "{formed}");
    assert!(formed.contains("GT3 3 · GT3"), "{formed}");
    let again = team(
        &world,
        &club,
        "form",
        json!({ "event": event, "size": "2", "seed": "42" }),
    )
    .await;
    assert_eq!(again, formed);

    let first = world
        .suggested_with(
            &club.owner(),
            "team assign",
            json!({ "event": event, "team": "GT3 1" }),
            "team",
        )
        .await;
    let second = world
        .suggested_with(
            &club.owner(),
            "team assign",
            json!({ "event": event, "team": "GT3 2" }),
            "team",
        )
        .await;
    let renamed = json!({ "event": event, "team": first, "name": "Night Shift" });
    assert!(
        team(&world, &club, "rename", renamed.clone())
            .await
            .contains("**GT3 1** is **Night Shift** now.")
    );
    let moved = json!({ "event": event, "team": second, "driver": drivers[0].to_string() });
    let list = team(&world, &club, "list", json!({ "event": event })).await;
    let assigned = team(&world, &club, "assign", moved).await;
    assert!(
        assigned.contains("changed by hand since") || assigned.contains("already"),
        "{assigned}"
    );
    assert!(list.contains("Night Shift"), "{list}");

    // Who leaves is out of the team; an empty team is not settled.
    let outcome = world.press(&club, &published, drivers[5], "Leave").await;
    world.stack.expect_message(outcome).unwrap();
    let empty = json!({ "event": event, "name": "Spare" });
    team(&world, &club, "create", empty).await;
    let refused = team(&world, &club, "finalise", json!({ "event": event })).await;
    assert!(refused.contains("Team **Spare** has no drivers"), "{refused}");
    let spare = world
        .suggested_with(
            &club.owner(),
            "team remove",
            json!({ "event": event, "team": "Spare" }),
            "team",
        )
        .await;
    team(&world, &club, "remove", json!({ "event": event, "team": spare })).await;
    let settled = team(&world, &club, "finalise", json!({ "event": event })).await;
    assert!(settled.contains("The teams are settled."), "{settled}");
    let refused = team(&world, &club, "form", json!({ "event": event, "size": "3" })).await;
    assert!(refused.contains("settled"), "{refused}");
    world.drain().await;
    assert!(world.board_text(&published).contains("The teams are settled"));

    // Settled teams are for everybody to see, others are not.
    let member = club.member(drivers[0], published.channel);
    let seen = world.ok(&member, "team list", json!({ "event": event })).await;
    assert!(whole(&seen).contains("Night Shift"));
    let refused = world.ok(&member, "team reopen", json!({ "event": event })).await;
    assert!(refused.content.contains("rank"), "{}", refused.content);
    team(&world, &club, "reopen", json!({ "event": event })).await;
    let refused = world.ok(&member, "team list", json!({ "event": event })).await;
    assert!(refused.content.contains("rank"), "{}", refused.content);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_club_cannot_reach_another_clubs_teams() {
    let world = World::start().await;
    let (one, other) = (world.club("Apex").await, world.club("Box").await);
    let (published, _) = closed(&world, &one, 2).await;
    let options = json!({ "event": published.event, "size": "2" });
    let refused = world.ok(&other.owner(), "team form", options).await;
    assert!(refused.content.contains("no such event"), "{}", refused.content);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_the_table_changes_the_teams_once() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let (published, _) = closed(&world, &club, 2).await;
    let options = json!({ "event": published.event, "name": "Spare" });
    for kind in [FaultKind::LostAnswer, FaultKind::Conflict, FaultKind::Throttle] {
        let name = format!("Spare {kind:?}");
        for n in 0..3 {
            world.stack.faults().clear();
            let fault = Fault::nth(Service::Dynamodb, "interactions", n, kind.clone());
            world.stack.faults().add(fault).unwrap();
            let mut options = options.clone();
            options["name"] = json!(format!("{name} {n}"));
            let made = team(&world, &club, "create", options).await;
            assert!(made.contains("is made"), "{kind:?} {n}: {made}");
        }
    }
    world.stack.faults().clear();
    let list = team(&world, &club, "list", json!({ "event": published.event })).await;
    assert_eq!(list.matches("Spare").count(), 9, "{list}");
    world.finish().await;
}
