//! Member synchronisation: from `/sync run` to the roster, also while the guild changes and things go wrong.

use crate::roster::Roster;
use crate::world::World;
use gantry_local::story::button;
use gantry_local_wire::{Delay, Fault, FaultKind, Service};
use gantry_shared::domain::ids::UserId;
use gantry_shared::domain::rank::Rank;
use gantry_shared::domain::sync::{ASKED_MOST, Counts, RunKind, RunState, Trouble};
use gantry_shared::ports::store::RosterReader;
use gantry_shared::ports::sync::{SeenMembers, SyncRuns};
use gantry_simulator::{NewUser, OutcomeKind};
use jiff::SignedDuration;
use serde_json::json;
use std::time::Duration;

const LIST: &str = "/members";

/// Members of the guild, who have these names.
fn join(world: &World, roster: &Roster, names: &[&str]) -> Vec<u64> {
    let simulator = world.stack.simulator();
    let name = |n: usize| (names[n].to_lowercase().replace(' ', "."), names[n].to_owned());
    simulator.populate(roster.club.guild, names.len(), name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_finds_its_accounts() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    roster
        .add(
            &world,
            &[
                ("Ada Lovelace", Rank::Member, None),
                ("Max Power", Rank::Member, None),
                ("Twin", Rank::Member, None),
                ("Nobody Here", Rank::Member, None),
                ("Boss", Rank::Admin, None),
            ],
        )
        .await;
    let users = join(
        &world,
        &roster,
        &["Ada Lovelace", "Somebody", "Twin", "TWIN", "Boss"],
    );
    let simulator = world.stack.simulator();
    simulator
        .set_nick(roster.club.guild, users[1], Some("[APX] max_power"))
        .unwrap();
    let bot = simulator.create_user(NewUser {
        username: "helper".to_owned(),
        global_name: Some("Nobody Here".to_owned()),
        bot: true,
    });
    simulator.join(roster.club.guild, bot, None).unwrap();

    let told = roster.sync(&world).await;
    insta::assert_snapshot!(steady(&world.masked(&told)));
    let ada = roster.member(users[0]).await.unwrap();
    assert_eq!((ada.rank, ada.active), (Rank::Member, true));
    let max = roster.member(users[1]).await.unwrap();
    assert_eq!((max.rank, max.name.as_str()), (Rank::Member, "[APX] max_power"));
    for user in &users[2..] {
        assert_eq!(
            roster.member(*user).await,
            None,
            "{user}: nobody is merged on a guess"
        );
    }
    let bots = roster.table.seen(roster.id, &[UserId(bot)]).await.unwrap();
    assert_eq!(bots, [], "bots are left out");
    let run = roster.last_run().await;
    assert_eq!((run.kind, run.state), (RunKind::Initial, RunState::Done));
    assert_eq!((run.counts.people, run.counts.bots), (6, 2));
    assert_eq!((run.counts.matched, run.counts.conflicts), (2, 2));

    // Nothing is different: only the run's own record is written.
    let mark = world.mark();
    roster.sync(&world).await;
    let writes: Vec<String> = world
        .calls(mark, Service::Dynamodb)
        .into_iter()
        .filter(|call| call.caller == "sync-worker" && call.write_units > 0.0)
        .map(|call| call.operation)
        .filter(|operation| operation != "UpdateItem")
        .collect();
    assert_eq!(writes, ["PutItem", "TransactWriteItems"]);
    let run = roster.last_run().await;
    let same = Counts {
        pages: 1,
        people: 6,
        bots: 2,
        ..Counts::default()
    };
    assert_eq!((run.kind, run.counts), (RunKind::Manual, same));
    let history = world.ok(&roster.club.owner(), "sync history", json!({})).await;
    let history = world.masked(&simulator.message_as_text(&history));
    let status = world.ok(&roster.club.owner(), "sync status", json!({})).await;
    let status = world.masked(&simulator.message_as_text(&status));
    insta::assert_snapshot!(steady(&format!("{history}\n{status}")));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_loses_the_standing_and_has_it_back_on_return() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let users = join(&world, &roster, &["Ada", "Ben", "Cleo"]);
    let (guild, simulator) = (roster.club.guild, world.stack.simulator());
    roster
        .add(
            &world,
            &[
                ("Ada", Rank::TeamManager, Some(users[0])),
                ("Ben", Rank::Member, None),
            ],
        )
        .await;
    roster.sync(&world).await;
    simulator.leave(guild, users[0]).unwrap();
    roster.sync(&world).await;
    let ada = roster.member(users[0]).await.unwrap();
    assert_eq!((ada.active, ada.rank), (false, Rank::TeamManager));
    assert!(roster.member(users[1]).await.unwrap().active);
    let run = roster.last_run().await;
    assert_eq!((run.counts.left, run.counts.deactivated), (1, 1));

    simulator.join(guild, users[0], Some("Ada, back")).unwrap();
    roster.sync(&world).await;
    let ada = roster.member(users[0]).await.unwrap();
    assert_eq!(
        (ada.active, ada.rank, ada.name.as_str()),
        (true, Rank::TeamManager, "Ada, back")
    );
    let run = roster.last_run().await;
    assert_eq!((run.counts.returned, run.counts.reactivated), (1, 1));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_page_is_not_the_last_one_while_a_member_is_known_behind_it() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let (guild, simulator) = (roster.club.guild, world.stack.simulator());
    let name = |n: usize| (format!("someone{n}"), format!("Someone {n}"));
    let users = simulator.populate(guild, 1_005, name).unwrap();
    let last = *users.iter().max().unwrap();
    roster.add(&world, &[("Ada", Rank::Member, Some(last))]).await;
    // Discord's count is approximate, and happens to be what one page has.
    simulator.set_member_count(guild, Some(1_000)).unwrap();
    roster.sync(&world).await;
    let run = roster.last_run().await;
    assert_eq!((run.state, run.counts.pages), (RunState::Done, 2));
    assert!(roster.member(last).await.unwrap().active);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_is_too_short_or_fails_marks_nobody_as_gone() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let names: Vec<String> = (0..30).map(|n| format!("Driver {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let users = join(&world, &roster, &names);
    roster.add(&world, &[("Driver 3", Rank::Member, None)]).await;
    let (guild, simulator) = (roster.club.guild, world.stack.simulator());
    roster.sync(&world).await;

    for user in &users[..10] {
        simulator.leave(guild, *user).unwrap();
    }
    simulator.set_member_count(guild, Some(32)).unwrap();
    let told = roster.sync(&world).await;
    assert!(told.contains("Discord showed 22 members"), "{told}");
    let run = roster.last_run().await;
    let (listed, expected) = (22, 32);
    assert_eq!(run.state, RunState::Partial);
    assert_eq!(run.trouble, [Trouble::Implausible { listed, expected }]);
    assert!(roster.member(users[3]).await.unwrap().active);

    simulator.set_member_count(guild, None).unwrap();
    simulator.set_members_intent(false);
    let told = roster.sync(&world).await;
    assert!(told.contains("Server Members Intent"), "{told}");
    assert_eq!(roster.last_run().await.state, RunState::Failed);
    assert!(roster.member(users[3]).await.unwrap().active);

    simulator.set_members_intent(true);
    roster.sync(&world).await;
    assert_eq!(roster.last_run().await.counts.left, 10);
    assert!(!roster.member(users[3]).await.unwrap().active);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_short_listing_does_not_show_is_asked_for_before_they_lose_anything() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let (guild, simulator) = (roster.club.guild, world.stack.simulator());
    let names: Vec<String> = (0..18).map(|n| format!("Racer {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let users = join(&world, &roster, &names);
    // The last one's account came with the roster, and was never seen so far.
    let mut people: Vec<_> = (0..6).map(|n| (names[n], Rank::Member, None)).collect();
    people.push((names[17], Rank::Member, Some(users[17])));
    roster.add(&world, &people).await;
    let asked = |mark| {
        let calls = world.calls(mark, Service::Discord).into_iter();
        let one = |operation: &str| operation.ends_with("/members/{user.id}");
        calls.filter(|call| one(&call.operation)).count()
    };
    let (mark, hidden) = (world.mark(), [users[17]]);
    simulator.set_unlisted(guild, &hidden).unwrap();
    roster.sync(&world).await;
    assert_eq!(asked(mark), 1);
    let run = roster.last_run().await;
    assert_eq!((run.state, run.counts.joined), (RunState::Done, 19), "{run:?}");
    assert!(roster.member(users[17]).await.unwrap().active);

    // Twenty with the bot and the owner: five are not shown, two of them of the roster, and one of the roster has left.
    simulator.leave(guild, users[0]).unwrap();
    simulator.set_unlisted(guild, &users[4..9]).unwrap();
    let mark = world.mark();
    let told = roster.sync(&world).await;
    assert_eq!(asked(mark), 3, "two that are there, one that is not");
    let run = roster.last_run().await;
    assert_eq!((run.state, run.asked), (RunState::Done, 3));
    assert_eq!(run.counts.deactivated, 1, "{told}");
    assert_eq!(run.counts.left, 4, "who is not of the roster is noted as it was");
    for user in &users[1..6] {
        assert!(roster.member(*user).await.unwrap().active);
    }
    assert!(!roster.member(users[0]).await.unwrap().active);
    let shown = roster.conflicts(&world, &roster.club.owner()).await;
    let text = simulator.message_as_text(&shown);
    assert!(text.contains("Racer 0") && !text.contains("Racer 4"), "{text}");
    assert_eq!(run.counts.conflicts, 1);

    // A listing that is whole asks for nobody.
    simulator.set_unlisted(guild, &[]).unwrap();
    let mark = world.mark();
    roster.sync(&world).await;
    assert_eq!((asked(mark), roster.last_run().await.counts.returned), (0, 3));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_too_many_would_have_to_be_asked_for_the_listing_is_not_believed() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let people: Vec<_> = (0..=u64::from(ASKED_MOST))
        .map(|n| ("Elsewhere", Rank::Member, Some(1_000 + n)))
        .collect();
    roster.add(&world, &people).await;
    world.stack.simulator().set_rate_limits(false);
    // Two there are, and Discord says three.
    let guild = roster.club.guild;
    world.stack.simulator().set_member_count(guild, Some(3)).unwrap();
    roster.sync(&world).await;
    let run = roster.last_run().await;
    let (listed, expected) = (2, 3);
    assert_eq!(run.state, RunState::Partial);
    assert_eq!(run.trouble, [Trouble::Implausible { listed, expected }]);
    assert_eq!((run.asked, run.counts.deactivated), (ASKED_MOST, 0));
    assert!(roster.member(1_000).await.unwrap().active);
    // As many as Discord says: whoever is not shown is not there.
    world.stack.simulator().set_member_count(guild, None).unwrap();
    roster.sync(&world).await;
    let run = roster.last_run().await;
    assert_eq!(
        (run.asked, run.counts.deactivated),
        (0, u64::from(ASKED_MOST) + 1)
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_come_go_and_rename_while_they_are_listed() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let (guild, simulator) = (roster.club.guild, world.stack.simulator().clone());
    let name = |n: usize| (format!("driver{n}"), format!("Driver {n}"));
    let users = simulator.populate(guild, 2_500, name).unwrap();
    roster.sync(&world).await;
    assert_eq!(roster.last_run().await.counts.pages, 3);

    let second_page = Fault {
        after: 1,
        times: Some(1),
        caller: Some("sync-worker".to_owned()),
        ..Fault::every(Service::Discord, FaultKind::Latency(Delay { ms: 1500 }))
    };
    world.stack.faults().add(second_page.on(LIST)).unwrap();
    let mark = world.mark();
    let interaction = roster.begin(&world).await;
    // The first page is there, the second is on its way.
    loop {
        let calls = world.calls(mark, Service::Discord);
        if calls.iter().any(|call| call.operation.ends_with(LIST)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    simulator.leave(guild, users[0]).unwrap();
    simulator.leave(guild, users[2_499]).unwrap();
    simulator.set_nick(guild, users[2_400], Some("New name")).unwrap();
    let late = simulator
        .populate(guild, 1, |_| ("late".to_owned(), "Late".to_owned()))
        .unwrap();
    world.drain().await;
    assert!(roster.told(&world, interaction).contains("in sync"));
    let run = roster.last_run().await;
    // Who left behind the cursor is found the next time.
    assert_eq!(
        (run.counts.joined, run.counts.changed, run.counts.left),
        (1, 1, 1),
        "{run:?}"
    );
    let here = async |user: u64| {
        let seen = roster.table.seen(roster.id, &[UserId(user)]).await.unwrap();
        seen[0].member.is_here()
    };
    assert!(here(users[0]).await && here(late[0]).await && !here(users[2_499]).await);
    roster.sync(&world).await;
    assert_eq!(roster.last_run().await.counts.left, 1);
    assert!(!here(users[0]).await);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_in_the_middle_of_a_listing_is_waited_out() {
    for (kind, legs) in [
        (FaultKind::RateLimitUser(Delay { ms: 300 }), 0),
        (FaultKind::SubLimit(Delay { ms: 400_000 }), 1),
    ] {
        let world = World::start().await;
        let roster = Roster::of(&world, "Apex").await;
        let name = |n: usize| (format!("driver{n}"), format!("Driver {n}"));
        world
            .stack
            .simulator()
            .populate(roster.club.guild, 2_500, name)
            .unwrap();
        let fault = Fault::nth(Service::Discord, "sync-worker", 1, kind).on(LIST);
        world.stack.faults().add(fault).unwrap();
        let mark = world.mark();
        roster.sync(&world).await;
        let run = roster.last_run().await;
        assert_eq!((run.state, run.leg), (RunState::Done, legs));
        assert_eq!((run.counts.pages, run.counts.joined), (3, 2_501));
        let pages = world.calls(mark, Service::Discord);
        let pages = pages.iter().filter(|call| call.operation.ends_with(LIST)).count();
        assert_eq!(pages, 4, "three pages, one of them twice");
        world.finish().await;
    }
}

/// A guild in which everything changes at once.
async fn changed_guild(world: &World, name: &str) -> Roster {
    let roster = Roster::of(world, name).await;
    let (guild, simulator) = (roster.club.guild, world.stack.simulator());
    let users = join(
        world,
        &roster,
        &["Ada", "Ben", "Cleo", "Dora", "Eve", "Hal", "Ida"],
    );
    roster
        .add(
            world,
            &[
                ("Ada", Rank::Member, Some(users[0])),
                ("Ben", Rank::Member, None),
                ("Cleo", Rank::Member, None),
                ("Fay", Rank::Member, None),
                ("Gus", Rank::Member, None),
                ("Hal", Rank::Steward, Some(users[5])),
                ("Ida", Rank::Member, Some(users[6])),
            ],
        )
        .await;
    let stewards = crate::ranks::role(world, &roster.club, "stewards", 0, false);
    crate::ranks::map(world, &roster.club.owner(), stewards, "steward").await;
    simulator.give_role(guild, users[5], stewards).unwrap();
    roster.sync(world).await;
    // Hal left and came back, without roles.
    simulator.take_role(guild, users[5], stewards).unwrap();
    roster.mark_left(world, users[5]).await;
    simulator.leave(guild, users[0]).unwrap();
    simulator.set_nick(guild, users[1], Some("Benny")).unwrap();
    simulator.give_role(guild, users[1], stewards).unwrap();
    simulator.set_nick(guild, users[3], Some("Gus")).unwrap();
    simulator.set_nick(guild, users[4], Some("Gus")).unwrap();
    join(world, &roster, &["Fay"]);
    // Ida is there, and not shown.
    simulator.set_unlisted(guild, &[users[6]]).unwrap();
    roster
}

/// The state without what is different from guild to guild.
async fn told_apart(world: &World, roster: &Roster) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    let mut state = roster.state().await;
    let view = world.stack.simulator().guild_view(roster.club.guild).unwrap();
    for member in roster.table.members_after(roster.id, None, 1000).await.unwrap() {
        let here = view.members.iter().any(|known| known.user == member.user.0);
        let held = here.then(|| crate::ranks::held(world, &roster.club, member.user.0));
        state.push(format!("holds {} {held:?}", member.user));
    }
    for line in state {
        let words = line.split(' ').map(|word| {
            let digits: String = word.chars().filter(char::is_ascii_digit).collect();
            if digits.len() < 15 {
                return word.to_owned();
            }
            let place = ids.iter().position(|id| *id == digits).unwrap_or_else(|| {
                ids.push(digits.clone());
                ids.len() - 1
            });
            word.replace(&digits, &format!("#{place}"))
        });
        lines.push(words.collect::<Vec<_>>().join(" "));
    }
    // The owner has another name in each guild.
    lines.retain(|line| !line.to_lowercase().contains("driver"));
    lines
}

/// `step`: 1 for each call, 3 for each third one, another third with each kind.
async fn disturbed_at_calls(service: Service, kinds: &[FaultKind], step: usize) {
    let world = World::start().await;
    world.stack.simulator().set_rate_limits(false);
    let undisturbed = changed_guild(&world, "Undisturbed").await;
    undisturbed.sync(&world).await;
    let wanted = told_apart(&world, &undisturbed).await;
    assert!(
        wanted.iter().any(|line| line.contains("matched: 1")),
        "{wanted:#?}"
    );
    for (offset, kind) in kinds.iter().enumerate() {
        let mut hits = 0;
        for n in (offset % step..120).step_by(step) {
            let roster = changed_guild(&world, &format!("{service:?} {kind:?} {n}")).await;
            world.stack.faults().clear();
            let fault = Fault::nth(service, "sync-worker", n as u64, kind.clone());
            world.stack.faults().add(fault).unwrap();
            roster.sync(&world).await;
            let hit = world.stack.faults().hits() > 0;
            world.stack.faults().clear();
            assert_eq!(
                told_apart(&world, &roster).await,
                wanted,
                "{service:?} {kind:?} at call {n}"
            );
            if !hit {
                break;
            }
            hits += 1;
        }
        assert!(
            (3..120).contains(&hits),
            "{service:?} {kind:?}: {hits} calls were hit"
        );
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_call_to_discord() {
    let kinds = [FaultKind::KillBefore, FaultKind::KillAfter, FaultKind::LostAnswer];
    disturbed_at_calls(Service::Discord, &kinds, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_call_to_dynamodb() {
    disturbed_at_calls(
        Service::Dynamodb,
        &[FaultKind::KillBefore, FaultKind::KillAfter],
        1,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_at_calls_to_dynamodb() {
    let kinds = [FaultKind::LostAnswer, FaultKind::Throttle, FaultKind::Conflict];
    disturbed_at_calls(Service::Dynamodb, &kinds, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_store_gives_back_is_written_again() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let name = |n: usize| (format!("driver{n}"), format!("Driver {n}"));
    let guild = roster.club.guild;
    world.stack.simulator().populate(guild, 99, name).unwrap();
    let half = Fault::every(Service::Dynamodb, FaultKind::Unprocessed);
    let faults = world.stack.faults();
    faults.add(half.on("BatchWriteItem").times(7)).unwrap();
    let mark = world.mark();
    roster.sync(&world).await;
    assert_eq!(faults.hits(), 7);
    let run = roster.last_run().await;
    assert_eq!((run.state, run.counts.joined), (RunState::Done, 100));
    let last = UserId(u64::MAX);
    let seen = roster.table.seen_between(roster.id, None, last, 1000).await;
    assert_eq!(seen.unwrap().len(), 100);
    let calls = world.calls(mark, Service::Dynamodb);
    let batches = calls.iter().filter(|call| call.operation == "BatchWriteItem");
    let units: f64 = batches.map(|call| call.write_units).sum();
    assert_eq!(units, 100.0, "each is written once");
    faults.clear();
    roster.sync(&world).await;
    assert_eq!(roster.last_run().await.counts.changes(), 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_members_take_ten_pages_and_a_write_for_each_difference() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let name = |n: usize| (format!("driver{n}"), format!("Driver {n}"));
    // With the owner and the bot there are exactly 10,000.
    let users = world
        .stack
        .simulator()
        .populate(roster.club.guild, 9_998, name)
        .unwrap();
    let calls = async || {
        let mark = world.mark();
        roster.sync(&world).await;
        let discord = world.calls(mark, Service::Discord);
        let count = |what: &str| {
            discord
                .iter()
                .filter(|call| call.operation.ends_with(what))
                .count()
        };
        let (pages, guilds) = (count(LIST), count("/guilds/{guild.id}"));
        let dynamo = world.calls(mark, Service::Dynamodb);
        let batches = dynamo.iter().filter(|call| call.operation == "BatchWriteItem");
        let units: f64 = batches.map(|call| call.write_units).sum();
        (pages, guilds, units as u64)
    };
    assert_eq!(calls().await, (10, 1, 9_999), "everybody is new");
    assert_eq!(calls().await, (10, 1, 0), "nothing is new");
    for user in users.iter().step_by(1_000) {
        let simulator = world.stack.simulator();
        simulator.set_nick(roster.club.guild, *user, Some("New")).unwrap();
    }
    assert_eq!(calls().await, (10, 1, 10));
    let run = roster.last_run().await;
    assert_eq!((run.counts.people, run.counts.bots), (9_999, 1));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_due_club_is_synchronised_once_however_often_the_clock_asks() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let tick = async || world.stack.aws().tick("sync").await.unwrap().unwrap();
    assert_eq!(tick().await["begun"], 1, "a new club is due at once");
    let (first, second) = futures::join!(tick(), tick());
    assert_eq!((&first["begun"], &second["begun"]), (&json!(0), &json!(0)));
    world.drain().await;
    let run = roster.last_run().await;
    assert_eq!(
        (run.kind, run.state, run.by),
        (RunKind::Initial, RunState::Done, None)
    );
    assert_eq!(tick().await["begun"], 0);

    let forward = |hours: i64| {
        let now = world.stack.now();
        world.stack.clock().set(now + SignedDuration::from_hours(hours));
    };
    forward(23);
    assert_eq!(
        tick().await,
        json!({ "begun": 0, "put_off": 1, "passed_over": 0 })
    );
    forward(2);
    let (first, second) = futures::join!(tick(), tick());
    let begun = first["begun"].as_u64().unwrap() + second["begun"].as_u64().unwrap();
    assert_eq!(begun, 1, "two ticks at once begin one run: {first} {second}");
    world.drain().await;
    assert_eq!(roster.last_run().await.kind, RunKind::Scheduled);
    let runs = roster.table.list_runs(roster.id, 10, None).await.unwrap();
    assert_eq!(runs.items.len(), 2);

    // Asked for while one goes on: that one is shown, and no other is begun.
    let slow = Fault::every(Service::Discord, FaultKind::Latency(Delay { ms: 1500 }));
    world
        .stack
        .faults()
        .add(slow.on("GET /guilds/{guild.id}").times(1))
        .unwrap();
    roster.begin(&world).await;
    roster.begin(&world).await;
    world.drain().await;
    let runs = roster.table.list_runs(roster.id, 10, None).await.unwrap();
    assert_eq!(runs.items.len(), 3);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clubs_settings_say_whether_and_how_often_it_is_synchronised() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let owner = roster.club.owner();
    let set = async |key: &str, value: &str| {
        let options = json!({ "key": key, "value": value });
        world.ok(&owner, "settings set", options).await;
    };
    let tick_in = async |hours: i64| {
        let now = world.stack.now();
        world.stack.clock().set(now + SignedDuration::from_hours(hours));
        let ticked = world.stack.aws().tick("sync").await.unwrap().unwrap();
        world.drain().await;
        ticked["begun"].as_u64().unwrap()
    };
    set("sync.automatic", "off").await;
    assert_eq!((tick_in(0).await, tick_in(100).await), (0, 0), "switched off");
    set("sync.automatic", "on").await;
    assert_eq!(tick_in(7).await, 1, "switched on");
    set("sync.hours", "2").await;
    assert_eq!((tick_in(1).await, tick_in(6).await), (0, 1), "within six hours");
    assert_eq!(
        (tick_in(1).await, tick_in(2).await),
        (0, 1),
        "every two hours from then on"
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_listed_ten_a_page() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    for _ in 0..12 {
        roster.sync(&world).await;
        let now = world.stack.now();
        world.stack.clock().set(now + SignedDuration::from_secs(1));
    }
    let simulator = world.stack.simulator();
    let page = world.ok(&roster.club.owner(), "sync history", json!({})).await;
    assert_eq!(simulator.message_as_text(&page).matches("people").count(), 10);
    let older = button(&page, "Older").expect("there are older ones")["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let stranger = world.members(&roster.club, 1)[0];
    let outcome = simulator.click(&roster.club.owner(), page.id, &older).await;
    assert!(!matches!(outcome.kind, OutcomeKind::Failed { .. }), "{outcome:?}");
    let page = simulator.message(roster.club.paddock, page.id).expect("the page");
    assert_eq!(simulator.message_as_text(&page).matches("people").count(), 2);
    assert!(button(&page, "Older").is_none());
    let actor = roster.club.member(stranger, roster.club.paddock);
    let refused = simulator.slash(&actor, "sync history", json!({})).await;
    let refused = world.stack.expect_message(refused);
    let refused = refused.map(|message| simulator.message_as_text(&message));
    assert!(!refused.unwrap_or_default().contains("people"));
    world.finish().await;
}

/// What was said, without the frame around it, and with one word for how long a run took: that is the machine's matter.
fn steady(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || "│┃╭╮╰╯─◆".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    let seconds = (2..60).rev().map(|n| format!("{n} seconds"));
    let lengths = seconds.chain(["less than a second".to_owned(), "1 second".to_owned()]);
    let said = lengths.fold(words.join(" "), |said, length| said.replace(&length, "a moment"));
    said.replace(" · ", "\n· ")
}
