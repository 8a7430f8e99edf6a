//! Conflicts of the roster: found by a run, settled with a click, once, and asked again only when there is something new.

use crate::ranks::{held, map, role, set};
use crate::roster::Roster;
use crate::world::World;
use gantry_local::story::{button, components};
use gantry_shared::domain::ids::UserId;
use gantry_shared::domain::matching::Tie;
use gantry_shared::domain::rank::Rank;
use gantry_simulator::{Actor, MessageView};
use serde_json::json;

/// The custom id of the button of that label.
fn id_of(message: &MessageView, label: &str) -> String {
    let found = button(message, label).unwrap_or_else(|| panic!("no button {label}"));
    found["custom_id"].as_str().unwrap().to_owned()
}

pub async fn text_after(world: &World, actor: &Actor, message: &MessageView, label: &str) -> String {
    let outcome = world
        .stack
        .simulator()
        .click(actor, message.id, &id_of(message, label))
        .await;
    let told = world
        .stack
        .simulator()
        .interaction_messages(outcome.interaction_id);
    let shown = told.into_iter().next();
    let shown = shown.or_else(|| world.stack.simulator().message(actor.channel, message.id));
    // Of a click that Discord itself refuses there is nothing to show.
    shown.map_or_else(String::new, |shown| {
        world.stack.simulator().message_as_text(&shown)
    })
}

/// Two accounts of one name, for an entry of that rank.
async fn twins(world: &World, name: &str, rank: Rank) -> (Roster, Vec<u64>) {
    let roster = Roster::of(world, name).await;
    roster.add(world, &[("Twin", rank, None)]).await;
    let name = |n: usize| (format!("twin{n}"), "Twin".to_owned());
    let users = world
        .stack
        .simulator()
        .populate(roster.club.guild, 2, name)
        .unwrap();
    roster.sync(world).await;
    (roster, users)
}

/// An account that is an admin of the club.
async fn admin(world: &World, roster: &Roster, name: &str) -> Actor {
    let named = |_: usize| (name.to_lowercase(), name.to_owned());
    let user = world
        .stack
        .simulator()
        .populate(roster.club.guild, 1, named)
        .unwrap()[0];
    roster.add(world, &[(name, Rank::Admin, Some(user))]).await;
    roster.club.member(user, roster.club.paddock)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_candidates_is_accepted_and_remembered() {
    let world = World::start().await;
    let (roster, users) = twins(&world, "Apex", Rank::Member).await;
    let owner = roster.club.owner();
    let message = roster.conflicts(&world, &owner).await;
    let text = world.stack.simulator().message_as_text(&message);
    insta::assert_snapshot!(world.masked(&text));
    let select = components(&message)
        .into_iter()
        .find(|component| component["type"] == 3)
        .expect("a select");
    let values: Vec<&str> = select["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| option["value"].as_str().unwrap())
        .collect();
    assert_eq!(values.len(), 2);
    let second = values.iter().find(|value| value.ends_with(&users[1].to_string()));
    let select = select["custom_id"].as_str().unwrap();
    let simulator = world.stack.simulator();
    simulator
        .select(&owner, message.id, select, &[second.unwrap()])
        .await;
    let member = roster.member(users[1]).await.expect("a member");
    assert_eq!((member.rank, member.active), (Rank::Member, true));
    assert_eq!(roster.member(users[0]).await, None);
    let entries = roster.table_entries().await;
    assert_eq!(entries["Twin"].how, Some(Tie::Decided));
    let rows = roster.audit(&world).await;
    let settled: Vec<_> = rows
        .iter()
        .filter(|(kind, _)| kind == "ConflictSettled")
        .map(|(_, row)| row)
        .collect();
    assert_eq!(settled.len(), 1, "{rows:#?}");
    let by = settled[0]["actor"].to_string();
    assert!(by.contains(&owner.user.to_string()), "{by}");
    assert!(
        settled[0]["after"].to_string().contains(&users[1].to_string()),
        "{settled:?}"
    );
    let matched: Vec<_> = rows
        .iter()
        .filter(|(kind, _)| kind == "MemberMatched")
        .map(|(_, row)| row)
        .collect();
    assert_eq!(matched.len(), 1, "{rows:#?}");
    let user = matched[0]["fact"]["user"].to_string();
    assert!(user.contains(&users[1].to_string()), "{user}");

    // What is decided stands: the namesake is no question any more.
    roster.sync(&world).await;
    let message = roster.conflicts(&world, &owner).await;
    let text = simulator.message_as_text(&message);
    assert!(text.contains("No open conflicts"), "{text}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_admins_at_once_one_settles_and_the_other_is_told() {
    let world = World::start().await;
    let (roster, _) = twins(&world, "Apex", Rank::Member).await;
    let owner = roster.club.owner();
    let other = admin(&world, &roster, "Other").await;
    let mine = roster.conflicts(&world, &owner).await;
    let theirs = roster.conflicts(&world, &other).await;
    let (one, two) = futures::join!(
        text_after(&world, &owner, &mine, "Accept the first"),
        text_after(&world, &other, &theirs, "Not now"),
    );
    let settled = |text: &str| text.contains("Settled: it is") || text.contains("Noted.");
    let told = |text: &str| text.contains("has settled this one already");
    assert!(
        (settled(&one) && told(&two)) || (settled(&two) && told(&one)),
        "{one}\n{two}"
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_aside_is_asked_again_only_when_there_is_something_new() {
    let world = World::start().await;
    for (label, asked) in [("Not now", true), ("Never ask again", false)] {
        let (roster, _) = twins(&world, label, Rank::Member).await;
        let owner = roster.club.owner();
        let message = roster.conflicts(&world, &owner).await;
        text_after(&world, &owner, &message, label).await;
        let open = async || {
            roster.sync(&world).await;
            let message = roster.conflicts(&world, &owner).await;
            button(&message, "Not now").is_some()
        };
        assert!(!open().await, "{label}: nothing is new");
        let third = |_: usize| ("twin3".to_owned(), "TWIN".to_owned());
        world
            .stack
            .simulator()
            .populate(roster.club.guild, 1, third)
            .unwrap();
        assert_eq!(open().await, asked, "{label}: a third one has come");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_a_rank_that_is_not_below_their_own() {
    let world = World::start().await;
    let (roster, users) = twins(&world, "Apex", Rank::Admin).await;
    let other = admin(&world, &roster, "Other").await;
    let message = roster.conflicts(&world, &other).await;
    let text = text_after(&world, &other, &message, "Accept the first").await;
    assert!(text.contains("Ask the owner"), "{text}");
    for user in &users {
        assert_eq!(roster.member(*user).await, None);
    }
    // Whoever is no admin does not even see it, whatever button they send.
    let stranger = roster.club.member(users[0], roster.club.paddock);
    let text = text_after(&world, &stranger, &message, "Accept the first").await;
    assert!(!text.contains("Settled"), "{text}");
    assert_eq!(roster.member(users[0]).await, None);
    let owner = roster.club.owner();
    let message = roster.conflicts(&world, &owner).await;
    text_after(&world, &owner, &message, "Accept the first").await;
    let members = futures::join!(roster.member(users[0]), roster.member(users[1]));
    let ranks: Vec<Rank> = [members.0, members.1]
        .into_iter()
        .flatten()
        .map(|it| it.rank)
        .collect();
    assert_eq!(ranks, [Rank::Admin]);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_member_stays_and_is_asked_about() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    roster.add(&world, &[("Ada Lovelace", Rank::Member, None)]).await;
    let simulator = world.stack.simulator();
    let guild = roster.club.guild;
    let name = |_: usize| ("account".to_owned(), "Somebody".to_owned());
    let user = simulator.populate(guild, 1, name).unwrap()[0];
    simulator.set_nick(guild, user, Some("ada.lovelace")).unwrap();
    roster.sync(&world).await;
    assert!(roster.member(user).await.is_some());
    simulator.set_nick(guild, user, Some("Countess")).unwrap();
    roster.sync(&world).await;
    let member = roster.member(user).await.unwrap();
    assert_eq!((member.name.as_str(), member.active), ("Countess", true));
    let owner = roster.club.owner();
    let message = roster.conflicts(&world, &owner).await;
    let text = simulator.message_as_text(&message);
    assert!(text.contains("Somebody has another name now"), "{text}");
    let text = text_after(&world, &owner, &message, "It is still this person").await;
    assert!(text.contains("Nothing waits for a decision"), "{text}");
    assert_eq!(
        roster.table_entries().await["Ada Lovelace"].how,
        Some(Tie::Decided)
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn similar_names_are_suggested_and_never_matched() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    roster
        .add(
            &world,
            &[
                ("Maximilian Power", Rank::Member, None),
                ("Nobody Else", Rank::Member, None),
            ],
        )
        .await;
    let named = |_: usize| ("maxpower".to_owned(), "Maximilian Powers".to_owned());
    let user = world
        .stack
        .simulator()
        .populate(roster.club.guild, 1, named)
        .unwrap()[0];
    roster.sync(&world).await;
    let owner = roster.club.owner();
    let status = world.ok(&owner, "sync status", serde_json::json!({})).await;
    let text = format!("{:?}", status.embeds);
    assert!(
        text.contains(&format!("**Maximilian Power** and <@{user}>: alike by")),
        "{text}"
    );
    assert!(text.contains("only suggestions"), "{text}");
    assert!(text.contains("2 without an account in the server"), "{text}");
    let message = roster.conflicts(&world, &owner).await;
    assert!(format!("{:?}", message.embeds).contains("No open conflicts"));
    let shown = world
        .ok(
            &owner,
            "rank show",
            serde_json::json!({ "member": user.to_string() }),
        )
        .await;
    assert!(
        format!("{:?}", shown.embeds).contains("is a guest"),
        "nobody was matched"
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_gantry_leads_the_roles_go_with_the_account_that_is_picked() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let (owner, simulator) = (roster.club.owner(), world.stack.simulator());
    let members = role(&world, &roster.club, "members", 0, false);
    map(&world, &owner, members, "member").await;
    set(&world, &roster.club, "sync.direction", "gantry").await;
    roster.add(&world, &[("Twin", Rank::Member, None)]).await;
    let twin = |n: &str| {
        let name = |_: usize| (format!("account{n}"), format!("Somebody {n}"));
        let user = simulator.populate(roster.club.guild, 1, name).unwrap()[0];
        simulator.set_nick(roster.club.guild, user, Some("Twin")).unwrap();
        user
    };
    // The wrong one is there first, is found by name, and has the role.
    let wrong = twin("wrong");
    roster.sync(&world).await;
    world.drain().await;
    assert_eq!(held(&world, &roster.club, wrong), [members]);
    // Then they take another name, and somebody else has that of the entry.
    simulator.set_nick(roster.club.guild, wrong, None).unwrap();
    let right = twin("right");
    roster.sync(&world).await;
    let message = roster.conflicts(&world, &owner).await;
    let select = components(&message)
        .into_iter()
        .find(|component| component["type"] == 3);
    let select = select.unwrap_or_else(|| panic!("{}", simulator.message_as_text(&message)));
    let value = select["options"].as_array().unwrap().iter().find_map(|option| {
        let value = option["value"].as_str()?;
        value.ends_with(&right.to_string()).then(|| value.to_owned())
    });
    let id = select["custom_id"].as_str().unwrap();
    simulator.select(&owner, message.id, id, &[&value.unwrap()]).await;
    world.drain().await;
    assert_eq!(roster.table_entries().await["Twin"].user, Some(UserId(right)));
    assert_eq!(held(&world, &roster.club, right), [members]);
    assert_eq!(held(&world, &roster.club, wrong), [0; 0]);
    // Nor does a name give the wrong one the entry back, once it is free.
    let options = json!({ "member": right.to_string() });
    world.ok(&owner, "link remove", options).await;
    world.drain().await;
    roster.sync(&world).await;
    assert_eq!(roster.table_entries().await["Twin"].user, None);
    let rows = roster.audit(&world).await;
    let unlinked = rows.iter().filter(|(kind, _)| kind == "AccountUnlinked");
    let users: Vec<String> = unlinked.map(|(_, row)| row["fact"]["user"].to_string()).collect();
    assert_eq!(users.len(), 2, "{users:?}");
    assert!(users[0].contains(&wrong.to_string()) && users[1].contains(&right.to_string()));
    world.finish().await;
}
