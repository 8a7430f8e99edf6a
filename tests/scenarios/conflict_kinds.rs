//! The kinds of conflicts that are rarer, each settled with a click: remembered, audited, not asked again, and asked anew when
//! there is something new.

use crate::conflicts::text_after;
use crate::links::{code, enter};
use crate::roster::Roster;
use crate::world::World;
use gantry_local::story::{button, components};
use gantry_shared::domain::ids::UserId;
use gantry_shared::domain::matching::Tie;
use gantry_shared::domain::rank::Rank;
use gantry_shared::domain::roster::Entry;
use gantry_simulator::{Actor, MessageView};
use serde_json::{Value, json};

/// An account of that name in the server.
fn account(world: &World, roster: &Roster, username: &str, name: &str) -> u64 {
    let named = |_: usize| (username.to_owned(), name.to_owned());
    let simulator = world.stack.simulator();
    simulator.populate(roster.club.guild, 1, named).unwrap()[0]
}

/// The open conflict after a run, or nothing.
async fn asked(world: &World, roster: &Roster) -> Option<(MessageView, String)> {
    roster.sync(world).await;
    let message = roster.conflicts(world, &roster.club.owner()).await;
    button(&message, "Not now")?;
    let text = world.stack.simulator().message_as_text(&message);
    Some((message, text))
}

/// Picks this entry and account in the select; returns what the message says then.
async fn pick(world: &World, by: &Actor, message: &MessageView, entry: &Entry, user: u64) -> String {
    let select = components(message)
        .into_iter()
        .find(|component| component["type"] == 3)
        .expect("a select");
    let id = select["custom_id"].as_str().unwrap();
    let simulator = world.stack.simulator();
    let value = format!("{} {user}", entry.id);
    simulator.select(by, message.id, id, &[&value]).await;
    simulator.message_as_text(&simulator.message(by.channel, message.id).unwrap())
}

/// Rows of that kind in the club's audit log.
async fn rows(world: &World, roster: &Roster, kind: &str) -> Vec<Value> {
    let rows = roster.audit(world).await.into_iter();
    rows.filter(|(found, _)| found == kind)
        .map(|(_, row)| row)
        .collect()
}

async fn entries(roster: &Roster, name: &str) -> Vec<Entry> {
    use gantry_shared::ports::store::RosterReader;
    let all = roster.table.list_entries(roster.id, 1000, None).await.unwrap();
    all.items.into_iter().filter(|entry| entry.name == name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_entries_for_one_account_one_is_picked() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let people = [("Max", Rank::Member, None), ("Max", Rank::Steward, None)];
    roster.add(&world, &people).await;
    let user = account(&world, &roster, "max", "Max");
    let owner = roster.club.owner();

    // Put aside, it waits for something new: a third of the name.
    let (message, text) = asked(&world, &roster).await.expect("a question");
    assert!(text.contains("One account, several people"), "{text}");
    assert_eq!(roster.member(user).await, None);
    text_after(&world, &owner, &message, "Not now").await;
    assert!(asked(&world, &roster).await.is_none(), "nothing is new");
    roster.add(&world, &[("Max", Rank::Member, None)]).await;
    let (message, text) = asked(&world, &roster).await.expect("there is a third");
    assert!(text.contains("One account, several people"), "{text}");

    let all = entries(&roster, "Max").await;
    assert_eq!(all.len(), 3);
    let steward = all.iter().find(|entry| entry.rank == Rank::Steward).unwrap();
    let text = pick(&world, &owner, &message, steward, user).await;
    assert!(text.contains("Nothing waits for a decision"), "{text}");
    let member = roster.member(user).await.expect("a member");
    assert_eq!((member.entry, member.rank), (steward.id, Rank::Steward));
    for entry in entries(&roster, "Max").await {
        let picked = entry.id == steward.id;
        assert_eq!(entry.user, picked.then_some(UserId(user)));
        assert_eq!(entry.how, picked.then_some(Tie::Decided));
    }
    let settled = rows(&world, &roster, "ConflictSettled").await;
    assert_eq!(settled.len(), 2, "put aside, and picked: {settled:#?}");
    assert!(
        settled[1]["after"].to_string().contains(&steward.id.to_string()),
        "{settled:#?}"
    );
    assert!(
        settled
            .iter()
            .all(|row| row["actor"].to_string().contains(&owner.user.to_string()))
    );
    assert_eq!(rows(&world, &roster, "MemberMatched").await.len(), 1);

    // What is decided is no question any more, whoever else of the name is added.
    roster.add(&world, &[("Max", Rank::Member, None)]).await;
    assert!(asked(&world, &roster).await.is_none());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proved_account_that_contradicts_the_name_is_asked_about_until_it_is_settled() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let ids = roster.add(&world, &[("Ada Lovelace", Rank::Member, None)]).await;
    let owner = roster.club.owner();
    let proved = account(&world, &roster, "countess", "Countess");
    let code = code(&world, &roster.club, &ids[0].to_string()).await;
    enter(&world, &roster.club, proved, &code).await;
    assert!(asked(&world, &roster).await.is_none(), "nobody else has the name");

    let named = account(&world, &roster, "ada", "ada.lovelace");
    let (message, text) = asked(&world, &roster).await.expect("the name points elsewhere");
    assert!(text.contains("Account and name disagree"), "{text}");
    let entry = entries(&roster, "Ada Lovelace").await.remove(0);
    let text = pick(&world, &owner, &message, &entry, proved).await;
    assert!(text.contains("Nothing waits for a decision"), "{text}");
    let entry = entries(&roster, "Ada Lovelace").await.remove(0);
    assert_eq!(
        (entry.user, entry.linked),
        (Some(UserId(proved)), true),
        "it stays proved"
    );
    assert_eq!(roster.member(named).await, None);
    assert_eq!(rows(&world, &roster, "ConflictSettled").await.len(), 1);
    assert!(asked(&world, &roster).await.is_none(), "settled once");

    // Another account of the name is another question; this time the name wins.
    let third = account(&world, &roster, "lovelace", "Ada Lovelace");
    let (message, text) = asked(&world, &roster).await.expect("a third one has come");
    assert!(text.contains("Account and name disagree"), "{text}");
    pick(&world, &owner, &message, &entry, third).await;
    assert_eq!(roster.member(proved).await, None);
    let member = roster.member(third).await.expect("a member");
    assert_eq!((member.entry, member.rank), (entry.id, Rank::Member));
    let entry = entries(&roster, "Ada Lovelace").await.remove(0);
    assert_eq!(
        (entry.user, entry.linked, entry.how),
        (Some(UserId(third)), false, Some(Tie::Decided))
    );
    let unlinked = rows(&world, &roster, "AccountUnlinked").await;
    assert_eq!(unlinked.len(), 1, "{unlinked:#?}");
    let shown = |user: Value| json!({ "entry": entry.id, "user": user, "rank": "member" });
    assert_eq!(unlinked[0]["before"], shown(json!(UserId(proved))));
    assert_eq!(unlinked[0]["after"], shown(Value::Null));
    let matched = rows(&world, &roster, "MemberMatched").await.pop().unwrap();
    assert_eq!(matched["before"], Value::Null);
    assert_eq!(matched["after"], shown(json!(UserId(third))));
    assert!(
        unlinked[0]["fact"]["user"]
            .to_string()
            .contains(&proved.to_string())
    );
    assert_eq!(rows(&world, &roster, "ConflictSettled").await.len(), 2);
    assert!(asked(&world, &roster).await.is_none());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_is_asked_about_once_and_again_when_somebody_of_the_name_comes() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let simulator = world.stack.simulator();
    // A server that shrinks by a few of many is believed.
    let crowd = |n: usize| (format!("crowd{n}"), format!("Somebody {n}"));
    simulator.populate(roster.club.guild, 30, crowd).unwrap();
    let old = account(&world, &roster, "ada", "Ada Lovelace");
    roster
        .add(&world, &[("Ada Lovelace", Rank::Steward, Some(old))])
        .await;
    assert!(asked(&world, &roster).await.is_none());
    simulator.leave(roster.club.guild, old).unwrap();
    let owner = roster.club.owner();
    let (message, text) = asked(&world, &roster).await.expect("they have left");
    assert!(text.contains("An account has left the server"), "{text}");
    assert!(!roster.member(old).await.unwrap().active);
    let text = text_after(&world, &owner, &message, "It is still this person").await;
    assert!(text.contains("Nothing waits for a decision"), "{text}");
    let before = entries(&roster, "Ada Lovelace").await.remove(0);
    assert_eq!(before.user, Some(UserId(old)), "nothing has changed");
    assert_eq!(rows(&world, &roster, "ConflictSettled").await.len(), 1);
    assert!(asked(&world, &roster).await.is_none(), "settled once");

    let new = account(&world, &roster, "ada2", "Ada Lovelace");
    let (message, text) = asked(&world, &roster)
        .await
        .expect("somebody of the name has come");
    assert!(text.contains("An account has left the server"), "{text}");
    assert_eq!(roster.member(new).await, None, "a name alone gives no rank");
    let text = pick(&world, &owner, &message, &before, new).await;
    assert!(text.contains("Nothing waits for a decision"), "{text}");
    assert_eq!(roster.member(old).await, None);
    let member = roster.member(new).await.expect("a member");
    assert_eq!(
        (member.entry, member.rank, member.active),
        (before.id, Rank::Steward, true)
    );
    assert_eq!(rows(&world, &roster, "AccountUnlinked").await.len(), 1);
    assert_eq!(rows(&world, &roster, "ConflictSettled").await.len(), 2);
    assert!(asked(&world, &roster).await.is_none());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namesake_on_the_roster_is_told_of_and_asked_about() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    roster.add(&world, &[("Max Power", Rank::Steward, None)]).await;
    let owner = roster.club.owner();
    let user = account(&world, &roster, "max", "max.power");
    let options = json!({ "member": user.to_string(), "rank": "member" });
    let answer = world.ok(&owner, "rank set", options).await;
    let text = json!(answer.embeds).to_string();
    assert!(
        text.contains("**Max Power** is on the roster once more"),
        "{text}"
    );
    assert_eq!(
        roster.member(user).await.unwrap().rank,
        Rank::Member,
        "no rank by name alone"
    );

    let (message, text) = asked(&world, &roster).await.expect("a question");
    assert!(text.contains("One account, several people"), "{text}");
    let steward = entries(&roster, "Max Power").await.remove(0);
    pick(&world, &owner, &message, &steward, user).await;
    let member = roster.member(user).await.unwrap();
    assert_eq!((member.entry, member.rank), (steward.id, Rank::Steward));
    let other = entries(&roster, "max.power").await.remove(0);
    assert_eq!((other.user, other.untied), (None, vec![UserId(user)]));
    assert!(asked(&world, &roster).await.is_none(), "settled once");

    // Of somebody whom nobody resembles there is nothing to say.
    let bo = account(&world, &roster, "bo", "Bo");
    let options = json!({ "member": bo.to_string(), "rank": "member" });
    let answer = world.ok(&owner, "rank set", options).await;
    let text = json!(answer.embeds).to_string();
    assert!(!text.contains("once more"), "{text}");
    assert!(asked(&world, &roster).await.is_none());
    world.finish().await;
}

/// The founder's own entry.
async fn owners(roster: &Roster) -> Entry {
    use gantry_shared::ports::store::RosterReader;
    let all = roster.table.list_entries(roster.id, 1000, None).await.unwrap();
    let mut owners = all.items.into_iter().filter(|entry| entry.rank == Rank::Owner);
    let owner = owners.next().expect("an owner");
    assert_eq!(owners.next(), None, "one owner");
    owner
}

/// The owner owns the club, and can still hand it over.
async fn still_owned(world: &World, roster: &Roster, before: &Entry) {
    assert_eq!(owners(roster).await, *before, "the entry is as it was");
    let member = roster.member(roster.club.owner).await.expect("a member");
    assert_eq!((member.entry, member.rank), (before.id, Rank::Owner));
    let heir = account(world, roster, "heir", "Heir");
    let give = |rank: &str| json!({ "member": heir.to_string(), "rank": rank });
    world.ok(&roster.club.owner(), "rank set", give("admin")).await;
    let question = world.ok(&roster.club.owner(), "rank set", give("owner")).await;
    let text = world.stack.simulator().message_as_text(&question);
    assert!(text.contains("own the club"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_does_not_lose_the_club_to_an_entry_of_their_name() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let (owner, simulator) = (roster.club.owner(), world.stack.simulator());
    let before = owners(&roster).await;
    // As after an import: a row with the name that the owner goes by in the server now.
    simulator
        .set_nick(roster.club.guild, owner.user, Some("Jonas B"))
        .unwrap();
    roster.add(&world, &[("Jonas B", Rank::Member, None)]).await;
    let (message, _) = asked(&world, &roster).await.expect("one account, two entries");
    let imported = entries(&roster, "Jonas B").await.remove(0);
    let text = pick(&world, &owner, &message, &imported, owner.user).await;
    still_owned(&world, &roster, &before).await;
    assert_eq!(entries(&roster, "Jonas B").await[0].user, None);
    assert_eq!(rows(&world, &roster, "ConflictSettled").await.len(), 0, "{text}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_the_club_by_taking_the_owners_old_name() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let owner = roster.club.owner();
    // The owner goes by another name now.
    let before = owners(&roster).await;
    let before = roster.rename(&world, before, "The Boss").await;
    let stranger = account(&world, &roster, "stranger", "The Boss");
    let (message, _) = asked(&world, &roster).await.expect("the name points elsewhere");
    pick(&world, &owner, &message, &before, stranger).await;
    assert_eq!(roster.member(stranger).await, None);
    still_owned(&world, &roster, &before).await;
    // That it is still the owner can be said.
    let text = pick(&world, &owner, &message, &before, owner.user).await;
    assert!(text.contains("Nothing waits for a decision"), "{text}");
    assert_eq!(owners(&roster).await.user, Some(UserId(owner.user)));
    assert!(asked(&world, &roster).await.is_none(), "settled once");
    world.finish().await;
}
