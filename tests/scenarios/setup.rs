//! C2.4: the club is set up step by step; and settings that name roles or channels of the server (C8.1).

use crate::world::{Club, World};
use gantry_local::story::button;
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_simulator::{Actor, MessageView, NewChannel, NewRole, Outcome, OutcomeKind};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// More calls than setting a channel makes.
const MOST_CALLS: u64 = 30;

/// What a message says, not wrapped.
fn raw(message: &MessageView) -> String {
    format!("{} {}", message.content, json!(message.embeds))
}

fn channel(world: &World, club: &Club, name: &str, kind: u8) -> u64 {
    let new = NewChannel {
        name: name.to_owned(),
        kind,
        parent: None,
        overwrites: Vec::new(),
    };
    world.stack.simulator().create_channel(club.guild, new).unwrap()
}

fn role(world: &World, club: &Club, name: &str) -> u64 {
    let new = NewRole {
        name: name.to_owned(),
        permissions: 0,
        mentionable: false,
        above_bot: false,
    };
    world.stack.simulator().create_role(club.guild, new).unwrap()
}

/// The custom id of a select that begins so.
fn select_id(message: &MessageView, begins: &str) -> String {
    let mut controls = message
        .components
        .iter()
        .flat_map(|row| row["components"].as_array().cloned().unwrap_or_default());
    let found = controls.find(|control| {
        control["custom_id"]
            .as_str()
            .is_some_and(|id| id.starts_with(begins))
    });
    let found = found.unwrap_or_else(|| panic!("no {begins} in {:?}", message.components));
    found["custom_id"].as_str().unwrap().to_owned()
}

/// The wizard's message after a click: it is the one that it was.
fn again(world: &World, actor: &Actor, message: &MessageView, outcome: Outcome) -> MessageView {
    let shown = world.stack.simulator().ephemeral_messages(actor.user);
    assert!(
        matches!(outcome.kind, OutcomeKind::Updated),
        "{:?}: {:?}",
        outcome.kind,
        shown.last().map(raw)
    );
    let same = shown.into_iter().find(|shown| shown.id == message.id);
    same.expect("the message is still there")
}

async fn step(world: &World, actor: &Actor, message: &MessageView, label: &str) -> MessageView {
    let id = button(message, label).unwrap_or_else(|| panic!("no {label}: {}", raw(message)))["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let outcome = world.stack.simulator().click(actor, message.id, &id).await;
    again(world, actor, message, outcome)
}

async fn pick(
    world: &World,
    actor: &Actor,
    message: &MessageView,
    begins: &str,
    values: &[&str],
) -> MessageView {
    let id = select_id(message, begins);
    let outcome = world
        .stack
        .simulator()
        .select(actor, message.id, &id, values)
        .await;
    again(world, actor, message, outcome)
}

async fn said(world: &World, actor: &Actor, command: &str, options: Value) -> String {
    raw(&world.ok(actor, command, options).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_club_is_set_up_left_and_taken_up_again() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let (owner, simulator) = (club.owner(), world.stack.simulator());
    let (members, admins) = (role(&world, &club, "members"), role(&world, &club, "admins"));
    let requests = channel(&world, &club, "join-requests", 0);

    let start = world.ok(&owner, "club setup", json!({})).await;
    assert_eq!(start.ephemeral_for, Some(club.owner));
    let roles = step(&world, &owner, &start, "Roles").await;
    assert!(
        raw(&roles).contains("rank **member**? Now: none"),
        "{}",
        raw(&roles)
    );
    let roles = pick(&world, &owner, &roles, "g1:ws:member:", &[&members.to_string()]).await;
    assert!(raw(&roles).contains("Saved.") && raw(&roles).contains(&format!("<@&{members}>")));
    let of_admins = pick(&world, &owner, &roles, "g1:wr", &["admin"]).await;
    let of_admins = pick(&world, &owner, &of_admins, "g1:ws:admin:", &[&admins.to_string()]).await;
    let channels = step(&world, &owner, &of_admins, "Channels").await;
    let channels = pick(
        &world,
        &owner,
        &channels,
        "g1:ws:join-channel:",
        &[&requests.to_string()],
    )
    .await;
    assert!(
        raw(&channels).contains(&format!("<#{requests}>")),
        "{}",
        raw(&channels)
    );

    // Left in the middle, and taken up again: what was set is there.
    let start = world.ok(&owner, "club setup", json!({})).await;
    for set in [
        format!("<@&{members}>"),
        format!("<@&{admins}>"),
        format!("<#{requests}>"),
    ] {
        assert!(raw(&start).contains(&set), "{set}: {}", raw(&start));
    }
    let zone = step(&world, &owner, &start, "Time zone").await;
    let zone = pick(&world, &owner, &zone, "g1:ws:zone:", &["Asia/Tokyo"]).await;
    assert!(raw(&zone).contains("Asia/Tokyo"), "{}", raw(&zone));
    let other = button(&zone, "Another zone …").unwrap()["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let outcome = simulator.click(&owner, zone.id, &other).await;
    let form = outcome.modal().unwrap().clone();
    let odd = simulator
        .submit_modal(&owner, &form, json!({ "zone": "Middle/Earth" }))
        .await;
    let text = raw(&world.stack.expect_message(odd).unwrap());
    assert!(text.contains("`club.time_zone`"), "{text}");
    let typed = simulator
        .submit_modal(&owner, &form, json!({ "zone": "europe/zurich" }))
        .await;
    let zone = again(&world, &owner, &zone, typed);
    assert!(raw(&zone).contains("Europe/Zurich"), "{}", raw(&zone));

    let features = step(&world, &owner, &zone, "Features").await;
    let on = ["channels.team_threads", "sync.automatic"];
    let features = pick(&world, &owner, &features, "g1:ws:features:", &on).await;
    let features = pick(&world, &owner, &features, "g1:ws:direction:", &["gantry"]).await;
    let done = step(&world, &owner, &features, "Done").await;
    assert!(done.components.is_empty());
    let text = raw(&done);
    for set in [
        "`channels.team_threads` **on**",
        "`channels.automatic` **off**",
        "`voice.rooms` **off**",
        "**gantry**",
        "Europe/Zurich",
    ] {
        assert!(text.contains(set), "{set}: {text}");
    }
    // The same through the commands; and what it governs goes by it.
    let list = said(&world, &owner, "role map list", json!({})).await;
    assert!(
        list.contains(&format!("<@&{members}>")) && list.contains("Gantry leads"),
        "{list}"
    );
    let user = world.members(&club, 1)[0];
    let options = json!({ "member": user.to_string(), "rank": "member" });
    said(&world, &owner, "rank set", options).await;
    world.drain().await;
    let view = simulator.guild_view(club.guild).unwrap();
    let held = view
        .members
        .into_iter()
        .find(|member| member.user == user)
        .unwrap()
        .roles;
    assert_eq!(held, [members]);

    // A rank's roles are taken off again, too.
    let start = world.ok(&owner, "club setup", json!({})).await;
    let roles = step(&world, &owner, &start, "Roles").await;
    let roles = pick(&world, &owner, &roles, "g1:ws:member:", &[]).await;
    assert!(raw(&roles).contains("Now: none"), "{}", raw(&roles));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_is_for_those_who_may_and_for_what_was_seen() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let (owner, simulator) = (club.owner(), world.stack.simulator());
    let [admin, guest] = world.members(&club, 2)[..] else {
        unreachable!()
    };
    let options = json!({ "member": admin.to_string(), "rank": "admin" });
    said(&world, &owner, "rank set", options).await;
    // Discord offers `/club` to those who manage the server.
    let staff = NewRole {
        name: "staff".to_owned(),
        permissions: 1 << 5,
        mentionable: false,
        above_bot: false,
    };
    let staff = simulator.create_role(club.guild, staff).unwrap();
    simulator.give_role(club.guild, admin, staff).unwrap();
    let (admin, guest) = (club.member(admin, club.paddock), club.member(guest, club.paddock));
    let one = role(&world, &club, "one").to_string();
    let start = world.ok(&admin, "club setup", json!({})).await;

    // Somebody else who forges the clicks of the admin.
    let mut forged = simulator.slash_payload(&guest, "rank show", json!({})).unwrap();
    forged["type"] = 3.into();
    for (id, values) in [
        ("g1:wp:start", json!([])),
        ("g1:wp:zone", json!([])),
        ("g1:ws:zone:0", json!(["Asia/Tokyo"])),
        ("g1:ws:features:0", json!([])),
        ("g1:ws:direction:0", json!(["gantry"])),
        ("g1:ws:join-channel:0", json!([])),
        ("g1:ws:member:0", json!([])),
        ("g1:wz:0", json!([])),
    ] {
        forged["data"] = json!({ "component_type": 3, "custom_id": id, "values": values });
        forged["id"] = json!((forged["id"].as_str().unwrap().parse::<u64>().unwrap() + 1).to_string());
        let answer = crate::endpoint::post(&world, &forged).await;
        assert!(
            answer.1.to_string().contains("rank of admin"),
            "{id}: {}",
            answer.1
        );
    }
    // The roles of admins are the owner's to say: the select is shut, and its click refused.
    let roles = step(&world, &admin, &start, "Roles").await;
    let of_admins = pick(&world, &admin, &roles, "g1:wr", &["admin"]).await;
    let id = select_id(&of_admins, "g1:ws:admin:");
    let outcome = simulator.select(&admin, of_admins.id, &id, &[&one]).await;
    assert!(outcome.message_id().is_none(), "a disabled select cannot be used");
    let mut forged = simulator.slash_payload(&admin, "rank show", json!({})).unwrap();
    forged["type"] = 3.into();
    forged["data"] = json!({
        "component_type": 6, "custom_id": id, "values": [one],
        "resolved": { "roles": { &one: { "id": one, "name": "one", "permissions": "0", "managed": false } } },
    });
    let answer = crate::endpoint::post(&world, &forged).await;
    assert!(answer.1.to_string().contains("rank of owner"), "{}", answer.1);
    // What Discord did not resolve is not taken.
    forged["data"] = json!({ "component_type": 6, "custom_id": "g1:ws:member:0", "values": ["77"] });
    forged["id"] = json!((forged["id"].as_str().unwrap().parse::<u64>().unwrap() + 1).to_string());
    let answer = crate::endpoint::post(&world, &forged).await;
    assert!(answer.1.to_string().contains("older version"), "{}", answer.1);

    // Two at once see the same page: the second is told, and nothing of the first is lost.
    let (first, second) = (
        step(&world, &admin, &start, "Time zone").await,
        world.ok(&owner, "club setup", json!({})).await,
    );
    let second = step(&world, &owner, &second, "Time zone").await;
    pick(&world, &admin, &first, "g1:ws:zone:", &["Asia/Tokyo"]).await;
    let id = select_id(&second, "g1:ws:zone:");
    let outcome = simulator.select(&owner, second.id, &id, &["UTC"]).await;
    let text = raw(&world.stack.expect_message(outcome).unwrap());
    assert!(
        text.contains("at the same moment") && text.contains("Asia/Tokyo"),
        "{text}"
    );
    let second = step(&world, &owner, &second, "Roles").await;
    let roles = step(&world, &admin, &first, "Roles").await;
    pick(&world, &admin, &roles, "g1:ws:member:", &[&one]).await;
    let id = select_id(&second, "g1:ws:member:");
    let outcome = simulator.select(&owner, second.id, &id, &[]).await;
    let text = raw(&world.stack.expect_message(outcome).unwrap());
    assert!(text.contains("ask again"), "{text}");
    let list = said(&world, &owner, "role map list", json!({})).await;
    assert!(list.contains(&one), "{list}");
    world.finish().await;
}

/// The answer to `/settings set`, once it is there.
async fn set(world: &World, actor: &Actor, key: &str, value: &str) -> String {
    let options = json!({ "key": key, "value": value });
    let outcome = world
        .stack
        .simulator()
        .slash(actor, "settings set", options)
        .await;
    let interaction = outcome.interaction_id;
    world.drain().await;
    raw(&world.stack.simulator().interaction_messages(interaction)[0])
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_channels_of_settings_are_those_of_the_server() {
    let world = World::start().await;
    let (club, theirs) = (world.club("Apex").await, world.club("Other").await);
    let (owner, simulator) = (club.owner(), world.stack.simulator());
    let here = role(&world, &club, "here");
    let (there, gone) = (role(&world, &theirs, "there"), role(&world, &club, "gone"));
    simulator.delete_role(club.guild, gone).unwrap();
    let view = simulator.guild_view(club.guild).unwrap();
    let bots = view.roles.iter().find(|role| role.name == "Gantry").unwrap().id;
    for (value, why) in [
        (format!("<@&{here}> <@&{there}>"), format!("no role `{there}`")),
        (format!("<@&{gone}>"), format!("no role `{gone}`")),
        (format!("<@&{bots}>"), "nobody can hand it out".to_owned()),
    ] {
        let text = set(&world, &owner, "members.member_roles", &value).await;
        assert!(text.contains(&why), "{value}: {text}");
    }
    let text = set(&world, &owner, "members.member_roles", &format!("<@&{here}>")).await;
    assert!(
        text.contains("Setting changed") && text.contains(&format!("<@&{here}>")),
        "{text}"
    );
    let list = said(&world, &owner, "role map list", json!({})).await;
    assert!(
        list.contains(&format!("<@&{here}>")) && !list.contains(&there.to_string()),
        "{list}"
    );

    let (text_channel, voice) = (
        channel(&world, &club, "requests", 0),
        channel(&world, &club, "voice", 2),
    );
    let shut = channel(&world, &club, "shut", 0);
    // Send Messages, bit 11 (Discord docs, topics/permissions), denied to everybody.
    simulator.set_overwrite(shut, club.guild, 0, 1 << 11).unwrap();
    let deleted = channel(&world, &club, "deleted", 0);
    simulator.delete_channel(deleted).unwrap();
    for (id, why) in [
        (theirs.paddock, "no such channel"),
        (deleted, "no such channel"),
        (voice, "Pick a text channel"),
        (shut, "Send Messages"),
    ] {
        let text = set(&world, &owner, "members.join_channel", &format!("<#{id}>")).await;
        assert!(text.contains(why), "{why}: {text}");
    }
    let text = set(
        &world,
        &owner,
        "members.join_channel",
        &format!("<#{text_channel}>"),
    )
    .await;
    assert!(text.contains("Setting changed"), "{text}");
    let none = set(&world, &owner, "members.join_channel", "none").await;
    assert!(none.contains("Setting changed"), "{none}");
    // Who may not set it is told so at once.
    let guest = club.member(world.members(&club, 1)[0], club.paddock);
    let text = said(
        &world,
        &guest,
        "settings set",
        json!({ "key": "members.join_channel", "value": format!("<#{text_channel}>") }),
    )
    .await;
    assert!(text.contains("rank of admin"), "{text}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_set_once_whatever_call_fails_and_however_often_it_comes() {
    let world = World::start().await;
    world.stack.simulator().set_rate_limits(false);
    world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        late: SignedDuration::from_secs(5),
    });
    let club = world.club("Apex").await;
    let owner = club.owner();
    for (service, kind) in [
        (Service::Discord, FaultKind::KillBefore),
        (Service::Discord, FaultKind::KillAfter),
        (Service::Dynamodb, FaultKind::KillBefore),
        (Service::Dynamodb, FaultKind::KillAfter),
    ] {
        let mut hits = 0;
        for n in 0..MOST_CALLS {
            let id = channel(&world, &club, &format!("requests-{n}"), 0);
            let fault = Fault::nth(service, "notify-worker", n, kind.clone());
            world.stack.faults().add(fault).unwrap();
            let text = set(&world, &owner, "members.join_channel", &format!("<#{id}>")).await;
            let hit = world.stack.faults().hits() > 0;
            world.stack.faults().clear();
            assert!(
                text.contains("Setting changed") && text.contains(&format!("<#{id}>")),
                "{service:?} {kind:?} at call {n}: {text}"
            );
            if !hit {
                break;
            }
            hits += 1;
        }
        assert!((2..MOST_CALLS).contains(&hits), "{service:?} {kind:?}: {hits}");
    }
    world.finish().await;
}
