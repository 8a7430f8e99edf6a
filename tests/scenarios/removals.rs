//! `/roster remove`: with a question, by whoever stands above, once.

use crate::conflicts::text_after;
use crate::ranks::{held, map, role, set};
use crate::roster::Roster;
use crate::world::World;
use gantry_shared::domain::rank::Rank;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_taken_off_and_its_account_is_a_guest() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let (owner, simulator) = (roster.club.owner(), world.stack.simulator());
    let members = role(&world, &roster.club, "members", 0, false);
    map(&world, &owner, members, "member").await;
    set(&world, &roster.club, "sync.direction", "gantry").await;
    let user = world.members(&roster.club, 1)[0];
    let options = json!({ "member": user.to_string(), "rank": "member" });
    world.ok(&owner, "rank set", options).await;
    world.drain().await;
    assert_eq!(held(&world, &roster.club, user), [members]);
    let given = roster.audit(&world).await;
    let entry = roster.member(user).await.unwrap().entry.to_string();

    let question = world.ok(&owner, "roster remove", json!({ "entry": entry })).await;
    assert_eq!(question.ephemeral_for, Some(owner.user));
    let text = simulator.message_as_text(&question);
    insta::assert_snapshot!(world.masked(&text));
    assert!(
        roster.member(user).await.is_some(),
        "nothing happens before the answer"
    );
    // A change in between: the question is about somebody else's standing.
    let options = json!({ "member": user.to_string(), "rank": "steward" });
    world.ok(&owner, "rank set", options).await;
    let text = text_after(&world, &owner, &question, "Take off").await;
    assert!(text.contains("Something changed since you were asked"), "{text}");
    assert_eq!(roster.member(user).await.unwrap().rank, Rank::Steward);

    let question = world.ok(&owner, "roster remove", json!({ "entry": entry })).await;
    let text = text_after(&world, &owner, &question, "Take off").await;
    assert!(text.contains("is a guest now"), "{text}");
    world.drain().await;
    assert_eq!(roster.member(user).await, None);
    assert_eq!(held(&world, &roster.club, user), [0_u64; 0], "the roles went too");
    let shown = world
        .ok(&owner, "rank show", json!({ "member": user.to_string() }))
        .await;
    assert!(json!(shown.embeds).to_string().contains("is a guest"));
    let rows = roster.audit(&world).await;
    let taken: Vec<_> = rows.iter().filter(|(kind, _)| kind == "EntryTakenOff").collect();
    assert_eq!(taken.len(), 1, "{given:#?}");
    assert!(taken[0].1["before"].to_string().contains("steward"), "{taken:#?}");

    // It is gone from lists and suggestions, and a run does not bring it back.
    let again = world.ok(&owner, "roster remove", json!({ "entry": entry })).await;
    assert!(
        simulator
            .message_as_text(&again)
            .contains("There is no such entry")
    );
    roster.sync(&world).await;
    assert_eq!(roster.member(user).await, None);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_off_the_owner_or_whoever_stands_beside_them() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let simulator = world.stack.simulator();
    let [admin, other, driver] = world.members(&roster.club, 3)[..] else {
        unreachable!()
    };
    let people = [
        ("Admin", Rank::Admin, Some(admin)),
        ("Other", Rank::Admin, Some(other)),
        ("Driver", Rank::Member, Some(driver)),
        ("Nobody's", Rank::Member, None),
    ];
    let ids = roster.add(&world, &people).await;
    let entry_of_owner = roster.member(roster.club.owner).await.unwrap().entry;
    let by = |user| roster.club.member(user, roster.club.paddock);
    for (who, entry, words) in [
        (admin, entry_of_owner, "owner"),
        (admin, ids[1], "below your own"),
        (admin, ids[0], "below your own"),
        (driver, ids[3], "rank of admin"),
    ] {
        let told = world
            .ok(&by(who), "roster remove", json!({ "entry": entry.to_string() }))
            .await;
        let text = simulator.message_as_text(&told);
        assert!(
            text.contains(words) && !text.contains("Take off the roster?"),
            "{text}"
        );
    }
    // The owner's own entry stays too, whoever asks.
    let told = world
        .ok(
            &roster.club.owner(),
            "roster remove",
            json!({ "entry": entry_of_owner.to_string() }),
        )
        .await;
    assert!(!simulator.message_as_text(&told).contains("Take off the roster?"));

    // A button that somebody else was shown is not enough.
    let question = world
        .ok(
            &by(admin),
            "roster remove",
            json!({ "entry": ids[3].to_string() }),
        )
        .await;
    text_after(&world, &by(driver), &question, "Take off").await;
    assert!(roster.table_entries().await["Nobody's"].retired_at.is_none());
    // An entry without an account is found by its name.
    let found = world
        .suggested(&by(admin), "roster remove", "entry", "nobody")
        .await;
    assert_eq!(found, ids[3].to_string());
    let text = text_after(&world, &by(admin), &question, "Take off").await;
    assert!(text.contains("is not on the roster any more"), "{text}");
    assert!(roster.table_entries().await["Nobody's"].retired_at.is_some());
    // Keep keeps.
    let question = world
        .ok(
            &by(admin),
            "roster remove",
            json!({ "entry": ids[2].to_string() }),
        )
        .await;
    let text = text_after(&world, &by(admin), &question, "Keep").await;
    assert!(text.contains("Nothing was changed"), "{text}");
    assert!(roster.member(driver).await.is_some());
    world.finish().await;
}
