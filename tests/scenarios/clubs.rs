//! C2.1, C1.6: one club to a guild, permission by rank, and no way from one club into another.

use crate::world::{World, is_message};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_guild_has_one_club_and_a_name_belongs_to_one() {
    let world = World::start().await;
    let club = world.club("Apex Endurance").await;
    let again = world
        .ok(&club.owner(), "club create", json!({ "name": "Another" }))
        .await;
    assert!(
        world
            .stack
            .simulator()
            .message_as_text(&again)
            .contains("Apex Endurance")
    );
    let second = world.guild("Second");
    let taken = world
        .ok(
            &second.owner(),
            "club create",
            json!({ "name": "apex-endurance" }),
        )
        .await;
    assert!(
        world
            .stack
            .simulator()
            .message_as_text(&taken)
            .contains("Another club")
    );
    let status = world.ok(&second.owner(), "club status", json!({})).await;
    assert!(
        world
            .stack
            .simulator()
            .message_as_text(&status)
            .contains("no club")
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_cannot_manage_but_can_sign_up() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, "Open", "GT3: 2").await;
    let guest = world.members(&club, 1)[0];
    let actor = club.member(guest, club.paddock);
    let before = world.board_text(&published);
    for (command, options) in [
        ("event close", json!({ "event": published.event })),
        ("event cancel", json!({ "event": published.event })),
        ("event complete", json!({ "event": published.event })),
        ("event archive", json!({ "event": published.event })),
        (
            "event times",
            json!({ "event": published.event, "closes": "start" }),
        ),
        ("event restrict", json!({ "event": published.event })),
        ("event publish", json!({ "event": published.event })),
        ("event edit", json!({ "event": published.event })),
        ("series create", json!({ "name": "Mine", "classes": "GT3: 1" })),
    ] {
        let answer = world.ok(&actor, command, options).await;
        let text = world.stack.simulator().message_as_text(&answer);
        assert!(text.contains("rank of"), "{command}: {text}");
        assert_eq!(answer.ephemeral_for, Some(guest), "{command}");
    }
    world.drain().await;
    assert_eq!(world.board_text(&published), before);
    let outcome = world.press(&club, &published, guest, "Sign up").await;
    assert!(is_message(&outcome));
    world.drain().await;
    assert!(world.board_text(&published).contains("1/2"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_clubs_event_is_not_there() {
    let world = World::start().await;
    let (ours, theirs) = (world.club("Ours").await, world.club("Theirs").await);
    let published = world.published(&theirs, "Secret", "GT3: 2").await;
    let before = world.board_text(&published);
    for command in [
        "event show",
        "event close",
        "event cancel",
        "event complete",
        "event archive",
        "event times",
        "event restrict",
        "event publish",
        "signup list",
        "event edit",
    ] {
        let answer = world
            .ok(&ours.owner(), command, json!({ "event": published.event }))
            .await;
        let text = world.stack.simulator().message_as_text(&answer);
        assert!(text.contains("no such event"), "{command}: {text}");
    }
    let choices = world.stack.simulator();
    let suggested = choices
        .autocomplete(&ours.owner(), "event show", json!({ "event": "" }), "event")
        .await
        .unwrap();
    assert_eq!(suggested, []);
    // A button of theirs, carried over into our guild by whoever forges custom ids.
    let built = choices
        .slash_payload(&ours.owner(), "event list", json!({}))
        .unwrap();
    let mut forged = built;
    forged["type"] = 3.into();
    forged["data"] = json!({ "component_type": 2, "custom_id": format!("g1:su:{}", published.event) });
    let response = crate::endpoint::post(&world, &forged).await;
    assert!(response.1.to_string().contains("no such event"), "{}", response.1);
    world.drain().await;
    assert_eq!(world.board_text(&published), before);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_only_for_those_who_manage_events() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let series = world.series(&club, "Cup", "GT3: 2").await;
    let event = world.draft(&club, &series, "Hidden").await;
    let guest = club.member(world.members(&club, 1)[0], club.paddock);
    let shown = world.ok(&guest, "event show", json!({ "event": event })).await;
    assert!(
        world
            .stack
            .simulator()
            .message_as_text(&shown)
            .contains("no such event")
    );
    let listed = world.ok(&guest, "event list", json!({ "when": "all" })).await;
    assert!(
        !world
            .stack
            .simulator()
            .message_as_text(&listed)
            .contains("Hidden")
    );
    let listed = world
        .ok(&club.owner(), "event list", json!({ "when": "all" }))
        .await;
    assert!(
        world
            .stack
            .simulator()
            .message_as_text(&listed)
            .contains("Hidden")
    );
    world.finish().await;
}
