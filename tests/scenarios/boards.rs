//! C7.1: the sign-up message is kept current with few edits, and found again when somebody deletes it.

use crate::world::World;
use gantry_local_wire::Service;
use jiff::SignedDuration;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_clicks_in_ten_seconds_are_a_handful_of_edits() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, "Rush", "GT3: 60").await;
    let drivers = world.members(&club, 100);
    let (mark, begun) = (world.mark(), world.stack.now());
    for (n, driver) in drivers.iter().chain(&drivers).enumerate() {
        let label = if n < 100 { "Sign up" } else { "Leave" };
        let label = if n >= 190 { "Not coming" } else { label };
        world.press(&club, &published, *driver, label).await;
        world.stack.clock().advance(SignedDuration::from_millis(50));
    }
    // Ten seconds of the stack's clock, and what the clicks took of the machine's besides.
    let took = world.stack.now().duration_since(begun);
    world.drain().await;
    let edits = world
        .calls(mark, Service::Discord)
        .iter()
        .filter(|c| c.operation.starts_with("PATCH"))
        .count();
    // One for each bucket of two seconds that a click fell into, at both ends a begun one.
    let most = usize::try_from(took.as_secs() / 2).unwrap() + 2;
    assert!((2..=most).contains(&edits), "{edits} edits in {took:#}");
    let text = world.board_text(&published);
    assert!(text.contains("0/60"), "{text}");
    assert!(
        text.contains("Driver 100") || text.contains("Driver 99"),
        "those who do not come are shown: {text}"
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_board_is_not_edited() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, "Quiet", "GT3: 2").await;
    let driver = world.members(&club, 1)[0];
    let mark = world.mark();
    // Signed up and taken back before the board is looked at: the refresh comes, and finds what is shown.
    world.press(&club, &published, driver, "Sign up").await;
    world.press(&club, &published, driver, "Leave").await;
    world.drain().await;
    let queued = world
        .calls(mark, Service::Sqs)
        .iter()
        .filter(|c| c.operation == "SendMessageBatch")
        .count();
    assert!(queued > 0, "a refresh was asked for");
    let edits = world
        .calls(mark, Service::Discord)
        .iter()
        .filter(|c| c.operation.starts_with("PATCH"))
        .count();
    assert_eq!(edits, 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_board_is_posted_again_once() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, "Gone", "GT3: 2").await;
    world
        .stack
        .simulator()
        .delete_message(published.channel, published.board)
        .unwrap();
    // Closing refreshes the messages, and finds one gone.
    world
        .ok(&club.owner(), "event close", json!({ "event": published.event }))
        .await;
    world.drain().await;
    let again = world.space_of(&club, published.event.clone(), "Gone");
    assert_ne!(again.board, published.board);
    world
        .ok(&club.owner(), "event cancel", json!({ "event": published.event }))
        .await;
    world.drain().await;
    let mut messages = world.stack.simulator().messages(again.channel);
    assert_eq!(messages.len(), 4, "with what is said of the closing and the end");
    messages.retain(|message| !message.components.is_empty());
    assert_eq!(messages.len(), 2, "not once more");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_again_makes_what_was_deleted() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, "Lost", "GT3: 2").await;
    world.stack.simulator().delete_channel(published.channel).unwrap();
    world
        .ok(
            &club.owner(),
            "event publish",
            json!({ "event": published.event }),
        )
        .await;
    world.drain().await;
    let again = world.space_of(&club, published.event.clone(), "Lost");
    assert_ne!(again.channel, published.channel);
    world
        .stack
        .simulator()
        .delete_message(again.channel, again.board)
        .unwrap();
    world
        .ok(
            &club.owner(),
            "event publish",
            json!({ "event": published.event }),
        )
        .await;
    world.drain().await;
    let third = world.space_of(&club, published.event, "Lost");
    assert_eq!(third.channel, again.channel);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fifty_first_channel_goes_into_a_second_category() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, "Busy", "GT3: 2").await;
    let simulator = world.stack.simulator();
    let view = simulator.guild_view(club.guild).unwrap();
    let category = view.channels.iter().find(|c| c.kind == 4).unwrap().id;
    for n in 0..49 {
        let name = format!("filler-{n}");
        let new = gantry_simulator::NewChannel {
            name,
            kind: 0,
            parent: Some(category),
            overwrites: Vec::new(),
        };
        simulator.create_channel(club.guild, new).unwrap();
    }
    let series = world
        .suggested(&club.owner(), "event create", "series", "Busy")
        .await;
    for n in 1..=2 {
        let name = format!("Overflow {n}");
        let event = world.draft(&club, &series, &name).await;
        world
            .ok(&club.owner(), "event publish", json!({ "event": event }))
            .await;
        world.drain().await;
    }
    let view = simulator.guild_view(club.guild).unwrap();
    let categories: Vec<_> = view.channels.iter().filter(|c| c.kind == 4).collect();
    assert_eq!(
        categories.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
        ["Busy", "Busy 2"]
    );
    let inside = view
        .channels
        .iter()
        .filter(|c| c.parent == Some(categories[1].id))
        .count();
    assert_eq!(inside, 2);
    drop(published);
    world.finish().await;
}
