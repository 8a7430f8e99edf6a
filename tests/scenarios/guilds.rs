//! C2.1 to C2.3: linking and unlinking, permission preflight, and a guild that loses the bot.

use crate::world::{Club, World};
use gantry_local::story::button;
use gantry_local::{Clients, TABLE};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::ports::store::GuildLinks;
use gantry_simulator::{Actor, MessageView, Outcome};
use serde_json::{Value, json};

/// Discord's Send Messages, Manage Channels.
const SEND: u64 = 1 << 11;
const MANAGE_CHANNELS: u64 = 1 << 4;
/// Manage Roles in the guild, Manage Permissions in a channel.
const MANAGE_ROLES: u64 = 1 << 28;

/// What a message says, on one line.
fn text(world: &World, message: &MessageView) -> String {
    let drawn = world.stack.simulator().message_as_text(message);
    let words = drawn
        .split_whitespace()
        .filter(|word| !matches!(*word, "│" | "┃"));
    words.collect::<Vec<_>>().join(" ")
}

/// What the endpoint answers to a `/club` command of somebody whose client does not even offer it.
async fn forced(world: &World, actor: &Actor, sub: &str, name: &str) -> String {
    let mut forged = world
        .stack
        .simulator()
        .slash_payload(actor, "event list", json!({}))
        .unwrap();
    let given = if name.is_empty() {
        json!([])
    } else {
        json!([{ "name": "name", "type": 3, "value": name }])
    };
    forged["data"]["name"] = "club".into();
    forged["data"]["options"] = json!([{ "name": sub, "type": 1, "options": given }]);
    crate::endpoint::post(world, &forged).await.1.to_string()
}

/// The club's table, as an operator's command sees it.
fn table(world: &World) -> Table {
    let clients = Clients::of("test", world.stack.endpoints());
    Table::new(clients.dynamodb, TABLE, Default::default())
}

/// What an interaction's answer says when all work is done.
async fn later(world: &World, outcome: Outcome) -> String {
    let interaction = outcome.interaction_id;
    world.drain().await;
    let found = world.stack.simulator().interaction_messages(interaction).pop();
    text(world, &found.expect("an answer"))
}

async fn preflight(world: &World, club: &Club) -> String {
    let outcome = world
        .stack
        .simulator()
        .slash(&club.owner(), "club preflight", json!({}))
        .await;
    later(world, outcome).await
}

async fn said(world: &World, club: &Club, command: &str, options: Value) -> String {
    let answer = world.ok(&club.owner(), command, options).await;
    text(world, &answer)
}

/// Presses a button of an answer.
async fn press(world: &World, club: &Club, user: u64, answer: &MessageView, label: &str) -> Outcome {
    let id = button(answer, label).expect(label)["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let actor = club.member(user, club.paddock);
    world.stack.simulator().click(&actor, answer.id, &id).await
}

async fn unlink(world: &World, club: &Club) -> String {
    let question = world.ok(&club.owner(), "club unlink", json!({})).await;
    let done = press(world, club, club.owner, &question, "Unlink").await;
    world.drain().await;
    let found = world.stack.simulator().message(club.paddock, question.id);
    drop(done);
    text(world, &found.expect("the question's message"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_right_is_named_with_what_it_blocks() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    assert!(
        preflight(&world, &club)
            .await
            .contains("every permission that it needs")
    );
    let published = world.published(&club, "Open", "GT3: 2").await;
    let simulator = world.stack.simulator();
    // The category closes: only there, and only what it takes away.
    let view = simulator.guild_view(club.guild).unwrap();
    let category = view.channels.iter().find(|c| c.kind == 4).unwrap().id;
    simulator.set_overwrite(category, club.guild, 0, SEND).unwrap();
    let told = preflight(&world, &club).await;
    assert!(told.contains("In the category Open:"), "{told}");
    assert!(
        told.contains("Send Messages") && told.contains("sign-up boards"),
        "{told}"
    );
    assert!(told.contains("Edit Category"), "{told}");
    assert!(!told.contains("Manage Channels"), "{told}");
    // One that keeps its own permissions to itself lets no channel be hidden or put away.
    simulator
        .set_overwrite(category, club.guild, 0, MANAGE_ROLES)
        .unwrap();
    let told = preflight(&world, &club).await;
    assert!(
        told.contains("In the category Open: Manage Permissions · blocks event channels"),
        "{told}"
    );
    // A guest learns nothing of it.
    let guest = world.members(&club, 1)[0];
    let refused = forced(&world, &club.member(guest, club.paddock), "preflight", "").await;
    assert!(refused.contains("rank of admin"), "{refused}");
    drop(published);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_before_channel_work_is_told_by_name() {
    let world = World::start().await;
    let club = world.guild("Bare");
    let simulator = world.stack.simulator();
    simulator.remove_bot(club.guild).unwrap();
    simulator
        .install_bot(club.guild, gantry_local::seed::BOT_PERMISSIONS & !MANAGE_CHANNELS)
        .unwrap();
    let outcome = simulator
        .slash(&club.owner(), "club create", json!({ "name": "Bare" }))
        .await;
    let told = later(&world, outcome).await;
    assert!(
        told.contains("Welcome, Bare") && told.contains("Manage Channels"),
        "at link time: {told}"
    );
    let series = world.series(&club, "Cup", "GT3: 2").await;
    let event = world.draft(&club, &series, "Race").await;
    let outcome = simulator
        .slash(&club.owner(), "event publish", json!({ "event": event.clone() }))
        .await;
    let told = later(&world, outcome).await;
    assert!(told.contains("Manage Channels · blocks event channels"), "{told}");
    assert_eq!(
        simulator.guild_view(club.guild).unwrap().channels.len(),
        1,
        "nothing was made"
    );
    // Put right, and tried again.
    simulator.remove_bot(club.guild).unwrap();
    simulator
        .install_bot(club.guild, gantry_local::seed::BOT_PERMISSIONS)
        .unwrap();
    world
        .ok(&club.owner(), "event publish", json!({ "event": event.clone() }))
        .await;
    world.drain().await;
    world.space_of_series(&club, event, "Cup");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_club_moves_to_another_guild_only_by_its_owner() {
    let world = World::start().await;
    let home = world.club("Nomads").await;
    let published = world.published(&home, "Race", "GT3: 2").await;
    let driver = world.members(&home, 1)[0];
    let reviewed = json!({ "key": "members.join_channel", "value": format!("<#{}>", home.paddock) });
    world
        .stack
        .simulator()
        .slash(&home.owner(), "settings set", reviewed)
        .await;
    world.drain().await;
    let members = said(&world, &home, "settings view", json!({ "section": "members" })).await;
    assert!(members.contains("`members.join_channel` #paddock"), "{members}");
    let other = world.guild("Elsewhere");
    // Another guild's manager cannot take the club, linked or not, nor learn that it exists.
    let refused = said(&world, &other, "club link", json!({ "name": "Nomads" })).await;
    assert!(refused.contains("no club of this name that you own"), "{refused}");
    // Its owner cannot have it in two guilds, and needs Manage Server there.
    let simulator = world.stack.simulator();
    simulator.join(other.guild, home.owner, None).unwrap();
    let owner_there = other.member(home.owner, other.paddock);
    let refused = forced(&world, &owner_there, "link", "Nomads").await;
    assert!(refused.contains("Manage Server"), "{refused}");
    let theirs = world.guild("Owner's own");
    simulator.join(theirs.guild, home.owner, None).unwrap();
    let manager = gantry_simulator::NewRole {
        name: "Managers".to_owned(),
        permissions: 1 << 5,
        ..gantry_simulator::NewRole::default()
    };
    let role = simulator.create_role(theirs.guild, manager).unwrap();
    simulator.give_role(theirs.guild, home.owner, role).unwrap();
    let owner_there = theirs.member(home.owner, theirs.paddock);
    let refused = world
        .ok(&owner_there, "club link", json!({ "name": "nomads" }))
        .await;
    assert!(
        text(&world, &refused).contains("linked to another server"),
        "{}",
        text(&world, &refused)
    );
    // A stranger's click on a forged or found button changes nothing.
    let question = world.ok(&home.owner(), "club unlink", json!({})).await;
    let id = button(&question, "Unlink").unwrap()["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut forged = simulator
        .slash_payload(&home.member(driver, home.paddock), "event list", json!({}))
        .unwrap();
    forged["type"] = 3.into();
    forged["data"] = json!({ "component_type": 2, "custom_id": id });
    let answer = crate::endpoint::post(&world, &forged).await.1.to_string();
    assert!(answer.contains("rank of owner"), "{answer}");
    // The owner unlinks: nothing of the club is left in the old guild.
    let kept = press(&world, &home, home.owner, &question, "Keep it").await;
    drop(kept);
    assert!(
        said(&world, &home, "club status", json!({}))
            .await
            .contains("Nomads")
    );
    assert!(unlink(&world, &home).await.contains("is unlinked"));
    for (command, options) in [
        ("club status", json!({})),
        ("event list", json!({})),
        ("event show", json!({ "event": published.event })),
    ] {
        let answer = said(&world, &home, command, options).await;
        assert!(answer.contains("no club yet"), "{command}: {answer}");
    }
    let clicked = world.press(&home, &published, driver, "Sign up").await;
    let answer = world.stack.expect_message(clicked).unwrap();
    assert!(text(&world, &answer).contains("no club yet"));
    // Now it can be linked, and its event gets a channel there.
    let linked = world
        .ok(&owner_there, "club link", json!({ "name": "nomads" }))
        .await;
    assert!(text(&world, &linked).contains("is linked"));
    world.drain().await;
    let again = world
        .ok(&owner_there, "club link", json!({ "name": "nomads" }))
        .await;
    assert!(text(&world, &again).contains("already has a club"));
    // What names a channel of the old guild holds no more.
    let members = json!({ "section": "members" });
    let join = text(&world, &world.ok(&owner_there, "settings view", members).await);
    assert!(join.contains("`members.join_channel` none"), "{join}");
    let before = simulator.tree(home.guild);
    world
        .ok(
            &owner_there,
            "event publish",
            json!({ "event": published.event.clone() }),
        )
        .await;
    world.drain().await;
    let moved = world.space_of(&theirs, published.event.clone(), "Race");
    assert_eq!(simulator.tree(home.guild), before, "the old guild is left alone");
    // The clock's work follows the club: sign-up closes, the race is announced, the channel is put away.
    let old = simulator.messages(published.channel);
    let shut = |world: &World| button(&world.board(&moved), "Sign up").unwrap()["disabled"].clone();
    assert_eq!(shut(&world), false);
    world
        .stack
        .advance("2026-11-30T12:00:00Z".parse().unwrap(), 1)
        .await
        .unwrap();
    assert_eq!(shut(&world), true);
    let said: Vec<String> = simulator
        .messages(moved.channel)
        .iter()
        .filter_map(|message| message.embeds.first()?["title"].as_str().map(str::to_owned))
        .collect();
    assert!(said.iter().any(|title| title.contains("started")), "{said:?}");
    let there = simulator.guild_view(theirs.guild).unwrap();
    let archive = there.channels.iter().find(|channel| channel.name == "Archive");
    let parent = there.channels.iter().find(|channel| channel.id == moved.channel);
    assert_eq!(parent.and_then(|channel| channel.parent), archive.map(|it| it.id));
    assert_eq!(simulator.tree(home.guild), before);
    assert_eq!(simulator.messages(published.channel), old);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_guilds_at_once_get_one_club() {
    let world = World::start().await;
    let home = world.club("Prize").await;
    unlink(&world, &home).await;
    let simulator = world.stack.simulator();
    let guilds: Vec<Club> = (0..2)
        .map(|n| {
            let guild = world.guild(&format!("Claim {n}"));
            simulator.join(guild.guild, home.owner, None).unwrap();
            let manager = gantry_simulator::NewRole {
                name: "Managers".to_owned(),
                permissions: 1 << 5,
                ..gantry_simulator::NewRole::default()
            };
            let role = simulator.create_role(guild.guild, manager).unwrap();
            simulator.give_role(guild.guild, home.owner, role).unwrap();
            guild
        })
        .collect();
    let link = |guild: Club| {
        let actor = guild.member(home.owner, guild.paddock);
        async move {
            simulator
                .slash(&actor, "club link", json!({ "name": "Prize" }))
                .await
        }
    };
    let outcomes = futures::join!(link(guilds[0]), link(guilds[1]));
    world.drain().await;
    drop(outcomes);
    let mut linked = 0;
    for guild in &guilds {
        linked += usize::from(
            said(&world, guild, "club status", json!({}))
                .await
                .contains("Prize"),
        );
    }
    assert_eq!(linked, 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_guild_keeps_its_work_until_the_bot_returns() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let series = world.series(&club, "Cup", "GT3: 2").await;
    let event = world.draft(&club, &series, "Race").await;
    let simulator = world.stack.simulator();
    let held = world.published(&club, "Held", "GT3: 1").await;
    let drivers = world.members(&club, 2);
    for driver in &drivers {
        world.press(&club, &held, *driver, "Sign up").await;
    }
    world.drain().await;
    let late = simulator
        .slash_payload(&club.owner(), "event publish", json!({ "event": event.clone() }))
        .unwrap();
    // Kicked with jobs queued: the channel of one event, the board of another, and a promoted driver to be told.
    let publish = json!({ "event": event.clone() });
    let outcome = simulator.slash(&club.owner(), "event publish", publish).await;
    let publishing = outcome.interaction_id;
    let outcome = simulator.slash(&club.owner(), "club preflight", json!({})).await;
    let asking = outcome.interaction_id;
    world.press(&club, &held, drivers[0], "Leave").await;
    simulator.remove_bot(club.guild).unwrap();
    let mark = world.mark();
    world.drain().await;
    for queue in world.stack.aws().queues() {
        assert_eq!((queue.depth, queue.dead_letters), (0, 0), "{}", queue.name);
    }
    let first = world.calls(mark, gantry_local_wire::Service::Discord).len();
    assert!(first > 0);
    assert!(simulator.dms(drivers[1]).is_empty());
    let lost = table(&world).lost_clubs(10, None).await.unwrap();
    assert_eq!(lost.items.len(), 1, "marked once");
    let parked = table(&world).count_parked(lost.items[0].id).await.unwrap();
    assert!(parked >= 3, "{parked} jobs are put aside");
    let told = simulator.interaction_messages(publishing);
    assert!(
        json!(told[0].embeds).to_string().contains("is kept"),
        "who asked knows that it waits: {told:?}"
    );
    // What only asks is not put aside: it is to be asked again.
    let told = json!(simulator.interaction_messages(asking)[0].embeds).to_string();
    assert!(told.contains("ask again"), "{told}");
    // Known to be lost: what comes now asks Discord nothing. A minute after the mark, whoever uses Gantry would end it, and
    // a slow machine may have taken as long: the clock goes back to the mark.
    world.stack.clock().set(lost.items[0].lost_at.unwrap());
    let mark = world.mark();
    crate::endpoint::post(&world, &late).await;
    world.drain().await;
    let mut asked = world.calls(mark, gantry_local_wire::Service::Discord);
    asked.retain(|call| !call.operation.contains("/webhooks/"));
    assert_eq!(asked.len(), 0, "nothing but the answer: {asked:?}");
    let now = table(&world).count_parked(lost.items[0].id).await.unwrap();
    assert_eq!(
        now,
        parked + 1,
        "the channel work of the repeated publishing alone"
    );
    // The bot returns; somebody uses it, and everything is done once.
    simulator
        .install_bot(club.guild, gantry_local::seed::BOT_PERMISSIONS)
        .unwrap();
    world.stack.clock().advance(jiff::SignedDuration::from_mins(5));
    world.ok(&club.owner(), "series list", json!({})).await;
    world.drain().await;
    world.space_of_series(&club, event, "Cup");
    assert_eq!(simulator.dms(drivers[1]).len(), 1, "told once");
    assert!(world.board_text(&held).contains("1/1"));
    let left = table(&world).lost_clubs(10, None).await.unwrap();
    assert!(left.items.is_empty());
    assert_eq!(table(&world).count_parked(lost.items[0].id).await.unwrap(), 0);
    world.finish().await;
}
