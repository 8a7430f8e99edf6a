//! C8.1: settings are changed in Discord, and what they govern goes by them.

use crate::world::{Club, World};
use gantry_local::story::button;
use gantry_local_wire::Service;
use gantry_simulator::{Actor, MessageView, OutcomeKind};
use serde_json::{Value, json};

/// The markdown of a message.
fn text_of(message: &MessageView) -> String {
    let mut lines = vec![message.content.clone()];
    for embed in &message.embeds {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lines.extend([text(&embed["title"]), text(&embed["description"])]);
        for field in embed["fields"].as_array().into_iter().flatten() {
            lines.extend([text(&field["name"]), text(&field["value"])]);
        }
    }
    lines.join("\n")
}

/// The text of the answer to a command.
async fn said(world: &World, actor: &Actor, command: &str, options: Value) -> String {
    text_of(&world.ok(actor, command, options).await)
}

async fn set(world: &World, club: &Club, key: &str, value: &str) -> String {
    said(
        world,
        &club.owner(),
        "settings set",
        json!({ "key": key, "value": value }),
    )
    .await
}

async fn view(world: &World, club: &Club, section: &str) -> String {
    said(
        world,
        &club.owner(),
        "settings view",
        json!({ "section": section }),
    )
    .await
}

/// The values that are suggested.
async fn suggested(world: &World, club: &Club, options: Value, focus: &str) -> Vec<String> {
    let simulator = world.stack.simulator();
    let choices = simulator
        .autocomplete(&club.owner(), "settings set", options, focus)
        .await
        .unwrap();
    choices
        .iter()
        .map(|choice| choice.value.as_str().unwrap().to_owned())
        .collect()
}

/// Names of channels with those of their categories.
fn channels(world: &World, club: &Club) -> Vec<String> {
    let view = world.stack.simulator().guild_view(club.guild).unwrap();
    let name = |id| view.channels.iter().find(|c| c.id == id).map(|c| c.name.clone());
    let mut names: Vec<String> = view
        .channels
        .iter()
        .filter_map(|channel| Some(format!("{}/{}", name(channel.parent?)?, channel.name)))
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_is_found_set_shown_and_reset() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let keys = suggested(&world, &club, json!({ "key": "direction" }), "key").await;
    assert_eq!(keys, ["sync.direction"]);
    let options = json!({ "key": "sync.direction", "value": "" });
    let values = suggested(&world, &club, options, "value").await;
    assert_eq!(values, ["discord", "gantry", "off"]);
    let text = set(&world, &club, "sync.direction", "gantry").await;
    assert!(text.contains("`sync.direction` is **gantry**"), "{text}");
    assert!(text.contains("before: **discord** · default"), "{text}");
    let text = view(&world, &club, "sync").await;
    assert!(text.contains("**gantry** · your club's own, set by <@"), "{text}");
    assert!(text.contains("**24** · default"), "{text}");
    let all = said(&world, &club.owner(), "settings view", json!({})).await;
    assert!(
        all.contains("`sync.direction` **gantry** · your club's own"),
        "{all}"
    );
    // Whoever changes it next sees what was set, and by whom.
    let user = world.members(&club, 1)[0];
    let text = set(&world, &club, "sync.direction", "off").await;
    assert!(text.contains("before: **gantry** · set by <@"), "{text}");
    assert!(
        set(&world, &club, "sync.direction", "off")
            .await
            .contains("is so already")
    );
    let text = said(
        &world,
        &club.owner(),
        "settings reset",
        json!({ "what": "sync.direction" }),
    )
    .await;
    assert!(
        text.contains("`sync.direction` is **discord** · default"),
        "{text}"
    );
    // Others may neither look nor change.
    let guest = club.member(user, club.paddock);
    for (command, options) in [
        ("settings view", json!({})),
        ("settings set", json!({ "key": "sync.hours", "value": "1" })),
        ("settings reset", json!({ "what": "all" })),
        ("settings reset", json!({ "what": "sync.hours" })),
    ] {
        let text = said(&world, &guest, command, options).await;
        assert!(text.contains("rank of"), "{command}: {text}");
    }
    assert!(view(&world, &club, "sync").await.contains("**24** · default"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_is_reset_after_a_question() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    set(&world, &club, "sync.hours", "6").await;
    set(&world, &club, "channels.drift", "forget").await;
    let simulator = world.stack.simulator();
    let ask = async || {
        world
            .ok(&club.owner(), "settings reset", json!({ "what": "sync" }))
            .await
    };
    let press = async |message: &MessageView, label: &str, actor: &Actor| {
        let id = button(message, label).unwrap()["custom_id"]
            .as_str()
            .unwrap()
            .to_owned();
        simulator.click(actor, message.id, &id).await
    };
    // Kept.
    let question = ask().await;
    assert!(text_of(&question).contains("`sync.hours`: **6** → **24** (default)"));
    let kept = press(&question, "Keep them", &club.owner()).await;
    assert!(matches!(kept.kind, OutcomeKind::Updated), "{kept:?}");
    // Out of date.
    let question = ask().await;
    set(&world, &club, "sync.automatic", "off").await;
    let late = press(&question, "Reset", &club.owner()).await;
    let late = world.stack.expect_message(late).unwrap();
    assert!(text_of(&late).contains("nothing was reset"));
    assert!(
        view(&world, &club, "sync")
            .await
            .contains("**6** · your club's own")
    );
    // Forged by a guest: the id of the button in a click of their own.
    let guest = club.member(world.members(&club, 1)[0], club.paddock);
    let mut forged = simulator.slash_payload(&guest, "event list", json!({})).unwrap();
    forged["type"] = 3.into();
    for id in ["g1:sr:sync:4", "g1:sr:all:4", "g1:sr:all:99999999"] {
        forged["data"] = json!({ "component_type": 2, "custom_id": id });
        forged["id"] = json!((forged["id"].as_str().unwrap().parse::<u64>().unwrap() + 1).to_string());
        let (_, answer) = crate::endpoint::post(&world, &forged).await;
        assert!(answer.to_string().contains("rank of"), "{id}: {answer}");
    }
    for id in ["g1:sr:everything:1", "g1:sr:sync:-1", "g1:sr:sync", "g1:sk:1"] {
        forged["data"] = json!({ "component_type": 2, "custom_id": id });
        let (_, answer) = crate::endpoint::post(&world, &forged).await;
        assert!(answer.to_string().contains("older version"), "{id}: {answer}");
    }
    assert!(
        view(&world, &club, "sync")
            .await
            .contains("**6** · your club's own")
    );
    // Done: the section, and nothing else.
    let question = ask().await;
    press(&question, "Reset", &club.owner()).await;
    let text = view(&world, &club, "sync").await;
    assert!(
        text.contains("**24** · default") && !text.contains("your club's own"),
        "{text}"
    );
    assert!(
        view(&world, &club, "channels")
            .await
            .contains("**forget** · your club's own")
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_and_nothing_changes() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let before = said(&world, &club.owner(), "settings view", json!({})).await;
    let mark = world.mark();
    for (key, value, why) in [
        ("sync.hours", "0", "too little or too much"),
        ("sync.hours", "soon", "a whole number of hours from 1 to 168"),
        ("channels.name", "{event} {secret}", "cannot be put in here"),
        ("channels.name", "race @everyone", "has to be in it"),
        ("channels.category", "{series", "It takes"),
        ("members.member_roles", "@everyone", "It takes"),
        ("members.join_channel", "general", "It takes"),
        ("club.time_zone", "Mars/Olympus", "a time zone such as"),
        ("club.colour", "red", "six hex digits"),
        ("club.colour", "**x** <@1> `y`", "six hex digits"),
        ("stars.align", "on", "no such setting"),
        ("__proto__", "on", "no such setting"),
    ] {
        let text = set(&world, &club, key, value).await;
        assert!(text.contains(why), "{key}={value}: {text}");
    }
    // What Discord's own length check keeps out, sent all the same.
    let simulator = world.stack.simulator();
    let options = json!({ "key": "sync.hours", "value": "1" });
    let mut forged = simulator
        .slash_payload(&club.owner(), "settings set", options)
        .unwrap();
    forged["data"]["options"][0]["options"][1]["value"] = json!("9".repeat(10_000));
    let (_, answer) = crate::endpoint::post(&world, &forged).await;
    assert!(answer.to_string().contains("too long"), "{answer}");
    let writes = world.calls(mark, Service::Dynamodb);
    assert!(writes.iter().all(|call| call.operation != "TransactWriteItems"));
    assert_eq!(
        said(&world, &club.owner(), "settings view", json!({})).await,
        before
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn patterns_name_new_channels_and_categories_and_no_old_ones() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let series = world.series(&club, "Cup", "GT3: 2").await;
    let publish = async |name: &str, series: &str| {
        let event = world.draft(&club, series, name).await;
        world
            .ok(&club.owner(), "event publish", json!({ "event": event }))
            .await;
        world.drain().await;
    };
    publish("Monza 6h", &series).await;
    assert_eq!(channels(&world, &club), ["Cup/nov-28-monza-6h"]);
    let text = set(
        &world,
        &club,
        "channels.name",
        "🏁 {series} | {event} {year} **@here**",
    )
    .await;
    assert!(
        text.contains("such as 🏁-gt-endurance-monza-6h-2026-here"),
        "{text}"
    );
    set(&world, &club, "channels.category", "Races: {series} ({number})").await;
    publish("Spa", &series).await;
    assert_eq!(
        channels(&world, &club),
        ["Cup/nov-28-monza-6h", "Cup/🏁-cup-spa-2026-here"]
    );
    let other = world.series(&club, "Trophy", "GT3: 2").await;
    publish("!!!", &other).await;
    assert!(channels(&world, &club).contains(&"Races: Trophy (1)/🏁-trophy-2026-here".to_owned()));
    set(&world, &club, "channels.name", "{event}").await;
    publish("???", &other).await;
    assert!(channels(&world, &club).contains(&"Races: Trophy (1)/nov-28".to_owned()));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_zone_in_which_times_are_typed_is_the_settings() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let series = world.series(&club, "Cup", "GT3: 2").await;
    set(&world, &club, "club.time_zone", "Asia/Tokyo").await;
    set(&world, &club, "club.colour", "#0000ff").await;
    let status = world.ok(&club.owner(), "club status", json!({})).await;
    assert!(
        world
            .stack
            .simulator()
            .message_as_text(&status)
            .contains("Asia/Tokyo")
    );
    let options =
        json!({ "series": series, "name": "Suzuka", "start": "2026-12-01 02:00", "duration": "6h" });
    let text = said(&world, &club.owner(), "event create", options).await;
    // 2026-12-01T02:00+09:00
    assert!(text.contains("<t:1796058000:F>"), "{text}");
    let event = world
        .suggested(&club.owner(), "event publish", "event", "Suzuka")
        .await;
    world
        .ok(&club.owner(), "event publish", json!({ "event": event }))
        .await;
    world.drain().await;
    // In UTC it is still November.
    assert_eq!(channels(&world, &club), ["Cup/dec-01-suzuka"]);
    let published = world.space_of_series(&club, event, "Cup");
    let board = serde_json::to_value(world.board(&published)).unwrap();
    assert_eq!(board["embeds"][0]["color"], 255, "{board}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_automatic_channels_sign_up_goes_by_command_until_a_channel_is_asked_for() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    set(&world, &club, "channels.automatic", "off").await;
    let series = world.series(&club, "Cup", "GT3: 1, LMP2: 1").await;
    let event = world.draft(&club, &series, "Monza").await;
    let mark = world.mark();
    let text = said(&world, &club.owner(), "event publish", json!({ "event": event })).await;
    assert!(
        text.contains("no channel") && text.contains("event show"),
        "{text}"
    );
    world.drain().await;
    assert_eq!(world.calls(mark, Service::Discord).len(), 0);
    // Sign-up with the buttons of the private answer.
    let drivers = world.members(&club, 2);
    let simulator = world.stack.simulator();
    let first = club.member(drivers[0], club.paddock);
    let shown = world.ok(&first, "event show", json!({ "event": event })).await;
    let select = gantry_local::story::select(&shown).unwrap();
    let seat = simulator.select(&first, shown.id, &select, &["gt3"]).await;
    let seat = world.stack.expect_message(seat).unwrap();
    assert!(text_of(&seat).contains("You have a seat in **GT3**"));
    // Publishing again does not make the channel by itself; asking for it does.
    let text = said(&world, &club.owner(), "event publish", json!({ "event": event })).await;
    assert!(text.contains("published already"), "{text}");
    let options = json!({ "event": event, "channel": "yes" });
    world.ok(&club.owner(), "event publish", options).await;
    world.drain().await;
    let published = world.space_of_series(&club, event.clone(), "Cup");
    assert!(
        world.board_text(&published).contains("1/1"),
        "{}",
        world.board_text(&published)
    );
    let shown = world.ok(&first, "event show", json!({ "event": event })).await;
    assert!(
        button(&shown, "Sign up").is_none(),
        "the board has the buttons now"
    );
    // The other way round: a channel is left out for one event.
    set(&world, &club, "channels.automatic", "on").await;
    let event = world.draft(&club, &series, "Spa").await;
    let options = json!({ "event": event, "channel": "no" });
    world.ok(&club.owner(), "event publish", options).await;
    world.drain().await;
    assert_eq!(channels(&world, &club).len(), 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_board_stays_away_where_drift_is_forgotten() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, "Gone", "GT3: 2").await;
    set(&world, &club, "channels.drift", "forget").await;
    let simulator = world.stack.simulator();
    simulator
        .delete_message(published.channel, published.board)
        .unwrap();
    let close = json!({ "event": published.event });
    world.ok(&club.owner(), "event close", close.clone()).await;
    world.drain().await;
    // The sheet, and what was said about the step.
    assert_eq!(simulator.messages(published.channel).len(), 2, "not posted again");
    // Healing goes on from there as soon as it is wanted.
    set(&world, &club, "channels.drift", "heal").await;
    world.ok(&club.owner(), "event cancel", close).await;
    world.drain().await;
    assert_eq!(simulator.messages(published.channel).len(), 4);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_driver_is_told_only_if_the_club_wants_it() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world.published(&club, "Full", "GT3: 1").await;
    let drivers = world.members(&club, 3);
    for driver in &drivers {
        world.press(&club, &published, *driver, "Sign up").await;
    }
    world.drain().await;
    let dms = async |leaving: u64| {
        let mark = world.mark();
        world.press(&club, &published, leaving, "Leave").await;
        world.drain().await;
        let calls = world.calls(mark, Service::Discord);
        calls
            .iter()
            .filter(|call| call.operation == "POST /users/@me/channels")
            .count()
    };
    set(&world, &club, "notices.types", "none").await;
    assert_eq!(dms(drivers[0]).await, 0);
    assert!(world.board_text(&published).contains("1/1"));
    set(&world, &club, "notices.types", "promoted").await;
    assert_eq!(dms(drivers[1]).await, 1);
    world.finish().await;
}
