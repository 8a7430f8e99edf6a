//! C3.4: a one-time code proves whose account an entry of the roster is.

use crate::world::{Club, World};
use gantry_simulator::Actor;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// What a message says, not wrapped.
fn raw(message: &gantry_simulator::MessageView) -> String {
    format!("{} {}", message.content, json!(message.embeds))
}

async fn said(world: &World, actor: &Actor, command: &str, options: Value) -> String {
    let answer = world.ok(actor, command, options).await;
    assert_eq!(answer.ephemeral_for, Some(actor.user), "{command}");
    raw(&answer)
}

/// An entry without an account: somebody is put on the roster and taken off it again.
async fn entry(world: &World, club: &Club, rank: &str) -> (u64, String) {
    let user = world.members(club, 1)[0];
    let options = json!({ "member": user.to_string(), "rank": rank });
    said(world, &club.owner(), "rank set", options).await;
    let text = said(
        world,
        &club.owner(),
        "link remove",
        json!({ "member": user.to_string() }),
    )
    .await;
    assert!(text.contains("keeps its rank"), "{text}");
    let name = world.stack.simulator().guild_view(club.guild).unwrap().members;
    let name = name.into_iter().find(|member| member.user == user).unwrap().name;
    let entry = world.suggested(&club.owner(), "link code", "entry", &name).await;
    (user, entry)
}

pub async fn code(world: &World, club: &Club, entry: &str) -> String {
    let text = said(world, &club.owner(), "link code", json!({ "entry": entry })).await;
    let start = text.find("# `").unwrap_or_else(|| panic!("{text}")) + 3;
    text[start..start + 9].to_owned()
}

pub async fn enter(world: &World, club: &Club, user: u64, code: &str) -> String {
    let actor = club.member(user, club.paddock);
    said(world, &actor, "link enter", json!({ "code": code })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_ties_an_account_to_its_entry_once() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let (_, entry) = entry(&world, &club, "steward").await;
    let code = code(&world, &club, &entry).await;
    let [ada, bob] = world.members(&club, 2)[..] else {
        unreachable!()
    };
    // Two who enter the same code at once: one gets the entry.
    let (small, apart) = (code.to_lowercase(), code.replace('-', " "));
    let (one, two) = tokio::join!(
        enter(&world, &club, ada, &small),
        enter(&world, &club, bob, &apart)
    );
    let won = |text: &str| text.contains("with the rank of steward");
    assert!(won(&one) != won(&two), "{one}\n{two}");
    let (winner, loser) = if won(&one) { (ada, bob) } else { (bob, ada) };
    let actor = club.member(winner, club.paddock);
    let status = said(&world, &actor, "link status", json!({})).await;
    assert!(status.contains("proved with a code"), "{status}");
    let again = enter(&world, &club, loser, &code).await;
    assert!(again.contains("does not work"), "{again}");
    let other = said(
        &world,
        &club.member(loser, club.paddock),
        "link status",
        json!({ "member": winner.to_string() }),
    )
    .await;
    assert!(other.contains("rank of admin"), "{other}");
    let text = said(&world, &club.owner(), "link code", json!({ "entry": entry })).await;
    assert!(text.contains("another account already"), "{text}");

    let text = said(&world, &actor, "link remove", json!({})).await;
    assert!(text.contains("not tied"), "{text}");
    let status = said(&world, &actor, "link status", json!({})).await;
    assert!(status.contains("tied to no entry"), "{status}");
    let text = said(&world, &club.owner(), "link remove", json!({})).await;
    assert!(text.contains("hands the club over"), "{text}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_from_others_and_no_code_goes_above_its_maker() {
    let world = World::start().await;
    let (club, theirs) = (world.club("Apex").await, world.club("Other").await);
    let (_, lower) = entry(&world, &club, "member").await;
    let (_, upper) = entry(&world, &club, "admin").await;
    let [admin, member] = world.members(&club, 2)[..] else {
        unreachable!()
    };
    for (user, rank) in [(admin, "admin"), (member, "member")] {
        let options = json!({ "member": user.to_string(), "rank": rank });
        said(&world, &club.owner(), "rank set", options).await;
    }
    let by_admin = club.member(admin, club.paddock);
    let text = said(&world, &by_admin, "link code", json!({ "entry": upper })).await;
    assert!(text.contains("people below your own"), "{text}");
    let text = said(&world, &by_admin, "link code", json!({ "entry": lower })).await;
    assert!(text.contains("One-time code"), "{text}");
    let by_member = club.member(member, club.paddock);
    let text = said(&world, &by_member, "link code", json!({ "entry": lower })).await;
    assert!(text.contains("rank of admin"), "{text}");
    let text = said(&world, &theirs.owner(), "link code", json!({ "entry": lower })).await;
    assert!(text.contains("no such entry"), "{text}");

    // Somebody who is on the roster already keeps their own entry.
    let code = code(&world, &club, &lower).await;
    let text = enter(&world, &club, member, &code).await;
    assert!(text.contains("on the roster already"), "{text}");
    // The code of one club is none in another.
    let stranger = world.members(&theirs, 1)[0];
    let text = enter(&world, &theirs, stranger, &code).await;
    assert!(text.contains("does not work"), "{text}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_and_old_codes_are_answered_alike_and_tries_are_few() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let (_, entry) = entry(&world, &club, "member").await;
    let code = code(&world, &club, &entry).await;
    let [ada, bob] = world.members(&club, 2)[..] else {
        unreachable!()
    };
    world.stack.clock().advance(SignedDuration::from_mins(10));
    let old = enter(&world, &club, ada, &code).await;
    let wrong = enter(&world, &club, ada, "AAAA-AAAA").await;
    assert_eq!(old, wrong);
    let odd = enter(&world, &club, ada, "`@everyone` é😀").await;
    assert_eq!(odd, wrong);
    // Ten at once: the two tries that are left are two.
    let tries = futures::future::join_all((0..10).map(|_| enter(&world, &club, ada, "BBBB-BBBB"))).await;
    let judged = tries.iter().filter(|text| **text == wrong).count();
    assert_eq!(judged, 2, "{tries:#?}");
    assert!(tries.iter().any(|text| text.contains("Too many codes")));
    let text = enter(&world, &club, bob, "BBBB-BBBB").await;
    assert_eq!(text, wrong, "another one has tries of their own");
    world.stack.clock().advance(SignedDuration::from_mins(10));
    let text = enter(&world, &club, ada, "BBBB-BBBB").await;
    assert_eq!(text, wrong, "a new window");
    world.finish().await;
}
