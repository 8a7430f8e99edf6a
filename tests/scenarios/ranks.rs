//! C3.5: ranks and the Discord roles that go with them, from the click to the guild's state.

use crate::world::{Club, World};
use gantry_local::story::button;
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_simulator::{Actor, NewRole};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// More calls than applying roles makes.
const MOST_CALLS: u64 = 40;

/// What a message says, not wrapped.
fn raw(message: &gantry_simulator::MessageView) -> String {
    format!("{} {}", message.content, json!(message.embeds))
}

async fn said(world: &World, actor: &Actor, command: &str, options: Value) -> String {
    let answer = world.ok(actor, command, options).await;
    assert_eq!(answer.ephemeral_for, Some(actor.user), "{command}");
    raw(&answer)
}

async fn give(world: &World, by: &Actor, user: u64, rank: &str) -> String {
    let options = json!({ "member": user.to_string(), "rank": rank });
    said(world, by, "rank set", options).await
}

async fn rank_of(world: &World, club: &Club, user: u64) -> String {
    let options = json!({ "member": user.to_string() });
    said(world, &club.owner(), "rank show", options).await
}

pub async fn set(world: &World, club: &Club, key: &str, value: &str) {
    let options = json!({ "key": key, "value": value });
    let text = said(world, &club.owner(), "settings set", options).await;
    assert!(text.contains(value), "{text}");
}

pub fn role(world: &World, club: &Club, name: &str, permissions: u64, above_bot: bool) -> u64 {
    let new = NewRole {
        name: name.to_owned(),
        permissions,
        mentionable: false,
        above_bot,
    };
    world.stack.simulator().create_role(club.guild, new).unwrap()
}

pub async fn map(world: &World, by: &Actor, role: u64, rank: &str) -> String {
    let options = json!({ "role": role.to_string(), "rank": rank });
    said(world, by, "role map set", options).await
}

pub fn held(world: &World, club: &Club, user: u64) -> Vec<u64> {
    let view = world.stack.simulator().guild_view(club.guild).unwrap();
    let member = view
        .members
        .into_iter()
        .find(|member| member.user == user)
        .unwrap();
    member.roles
}

/// Calls that change roles, as method and path's end.
pub fn role_calls(world: &World, mark: u64) -> Vec<String> {
    let calls = world.calls(mark, Service::Discord);
    let of_roles = calls
        .into_iter()
        .filter(|call| call.operation.contains("/roles/"));
    of_roles.map(|call| call.operation).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_give_whom_what() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let [admin, other, driver, guest] = world.members(&club, 4)[..] else {
        unreachable!()
    };
    let text = give(&world, &club.owner(), admin, "admin").await;
    assert!(text.contains("is an admin now"), "{text}");
    give(&world, &club.owner(), other, "admin").await;
    let by_admin = club.member(admin, club.paddock);
    let text = give(&world, &by_admin, driver, "member").await;
    assert!(text.contains("Put on the roster"), "{text}");
    let text = give(&world, &by_admin, driver, "team_manager").await;
    assert!(text.contains("They were a member before"), "{text}");

    for (who, by, rank, why) in [
        (driver, &by_admin, "admin", "below your own"),
        (other, &by_admin, "member", "people below your own"),
        (admin, &by_admin, "member", "people below your own"),
        (club.owner, &by_admin, "member", "hands the club over"),
        (club.owner, &club.owner(), "member", "hands the club over"),
        (driver, &by_admin, "owner", "rank of owner"),
        (
            guest,
            &club.member(driver, club.paddock),
            "member",
            "rank of admin",
        ),
        (driver, &by_admin, "team_manager", "that rank already"),
        (
            world.stack.simulator().application_id(),
            &by_admin,
            "member",
            "Apps have no rank",
        ),
    ] {
        let text = give(&world, by, who, rank).await;
        assert!(text.contains(why), "{rank} for {who}: {text}");
    }
    assert!(rank_of(&world, &club, driver).await.contains("is a team manager"));
    assert!(rank_of(&world, &club, other).await.contains("is an admin"));
    assert!(rank_of(&world, &club, guest).await.contains("is a guest"));
    assert!(rank_of(&world, &club, club.owner).await.contains("is the owner"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_club_is_handed_over_once_and_always_has_its_owner() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let simulator = world.stack.simulator();
    let [heir, other] = world.members(&club, 2)[..] else {
        unreachable!()
    };
    let text = give(&world, &club.owner(), heir, "owner").await;
    assert!(text.contains("not on the roster"), "{text}");
    give(&world, &club.owner(), heir, "member").await;
    give(&world, &club.owner(), other, "admin").await;

    let options = json!({ "member": heir.to_string(), "rank": "owner" });
    let question = world.ok(&club.owner(), "rank set", options.clone()).await;
    let yes = button(&question, "Hand over").unwrap()["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let no = button(&question, "Keep it").unwrap()["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    // Somebody else who forges the button.
    let mut forged = simulator
        .slash_payload(&club.member(other, club.paddock), "rank show", json!({}))
        .unwrap();
    forged["type"] = 3.into();
    forged["data"] = json!({ "component_type": 2, "custom_id": yes });
    let answer = crate::endpoint::post(&world, &forged).await;
    assert!(answer.1.to_string().contains("rank of owner"), "{}", answer.1);
    // The heir's rank changes after the question: it is asked again.
    give(&world, &club.owner(), heir, "steward").await;
    let answer = world
        .stack
        .expect_message(simulator.click(&club.owner(), question.id, &yes).await)
        .unwrap();
    assert!(raw(&answer).contains("ask again"));

    let question = world.ok(&club.owner(), "rank set", options.clone()).await;
    simulator.click(&club.owner(), question.id, &no).await;
    assert!(rank_of(&world, &club, heir).await.contains("is a steward"));
    // Two questions, both answered with yes at once: to two heirs, and one becomes the owner.
    let second = json!({ "member": other.to_string(), "rank": "owner" });
    let (one, two) = (
        world.ok(&club.owner(), "rank set", options).await,
        world.ok(&club.owner(), "rank set", second).await,
    );
    let yes = |question| {
        button(question, "Hand over").unwrap()["custom_id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (to_heir, to_other) = (yes(&one), yes(&two));
    let owner = club.owner();
    tokio::join!(
        simulator.click(&owner, one.id, &to_heir),
        simulator.click(&owner, two.id, &to_other)
    );
    let ranks = [heir, other, club.owner];
    let mut owners = 0;
    for user in ranks {
        owners += usize::from(rank_of(&world, &club, user).await.contains("is the owner"));
    }
    assert_eq!(owners, 1);
    assert!(rank_of(&world, &club, club.owner).await.contains("is an admin"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_maps_no_role_past_those_of_the_owners_choice() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let admin = club.member(world.members(&club, 1)[0], club.paddock);
    give(&world, &club.owner(), admin.user, "admin").await;
    let staff = role(&world, &club, "staff", 1 << 5, false);
    world
        .stack
        .simulator()
        .give_role(club.guild, admin.user, staff)
        .unwrap();
    let admins = role(&world, &club, "admins", 0, false);
    let verified = role(&world, &club, "verified", 0, false);
    // The setting that names it is the owner's.
    let options = json!({ "key": "members.admin_roles", "value": format!("<@&{admins}>") });
    world
        .stack
        .simulator()
        .slash(&club.owner(), "settings set", options)
        .await;
    world.drain().await;
    let before = said(&world, &club.owner(), "role map list", json!({})).await;
    assert!(before.contains(&admins.to_string()), "{before}");
    let text = map(&world, &admin, admins, "member").await;
    assert!(text.contains("rank of owner"), "{text}");
    let after = said(&world, &club.owner(), "role map list", json!({})).await;
    assert_eq!(after, before);
    let text = map(&world, &club.owner(), admins, "admin").await;
    assert!(text.contains("goes with **admin** now"), "{text}");
    let before = said(&world, &club.owner(), "role map list", json!({})).await;
    // Of several roles the first decides: one in front of it would take the admins' rank.
    let first = json!({ "role": verified.to_string(), "rank": "steward", "place": "1" });
    let text = said(&world, &admin, "role map set", first.clone()).await;
    assert!(text.contains("rank of owner"), "{text}");
    let after = said(&world, &club.owner(), "role map list", json!({})).await;
    assert_eq!(after, before);
    let text = map(&world, &admin, verified, "steward").await;
    assert!(text.contains("goes with **steward** now"), "{text}");
    let text = said(&world, &club.owner(), "role map set", first).await;
    assert!(text.contains("goes with **steward** now"), "{text}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_listed_in_order_and_two_admins_do_not_lose_each_others_change() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let admin = club.member(world.members(&club, 1)[0], club.paddock);
    give(&world, &club.owner(), admin.user, "admin").await;
    world
        .stack
        .simulator()
        .give_role(
            club.guild,
            admin.user,
            role(&world, &club, "staff", 1 << 5, false),
        )
        .unwrap();
    let roles: Vec<u64> = (0..8)
        .map(|n| role(&world, &club, &format!("role{n}"), 0, false))
        .collect();

    let text = map(&world, &club.owner(), roles[0], "admin").await;
    assert!(text.contains("goes with **admin** now"), "{text}");
    let text = map(&world, &admin, roles[1], "admin").await;
    assert!(text.contains("rank of owner"), "{text}");
    let owner = club.owner();
    for pair in roles[1..7].chunks(2) {
        tokio::join!(
            map(&world, &owner, pair[0], "member"),
            map(&world, &admin, pair[1], "prospect")
        );
    }
    let list = said(&world, &club.owner(), "role map list", json!({})).await;
    for role in &roles[..7] {
        assert!(list.contains(&role.to_string()), "{role}: {list}");
    }
    let place = |role: u64| list.find(&format!("`{role}`")).unwrap();
    assert!(
        place(roles[0]) < place(roles[1]) && place(roles[1]) < place(roles[2]),
        "{list}"
    );

    let everyone = map(&world, &club.owner(), club.guild, "member").await;
    assert!(everyone.contains("Everybody in the server"), "{everyone}");
    let view = world.stack.simulator().guild_view(club.guild).unwrap();
    let own = view.roles.iter().find(|role| role.name == "Gantry").unwrap().id;
    let managed = map(&world, &club.owner(), own, "member").await;
    assert!(managed.contains("nobody can hand it out"), "{managed}");
    let powerful = role(&world, &club, "boss", 1 << 3, false);
    let text = map(&world, &club.owner(), powerful, "member").await;
    assert!(text.contains("does not hand such roles out"), "{text}");

    let options = json!({ "role": roles[3].to_string() });
    let text = said(&world, &club.owner(), "role map remove", options.clone()).await;
    assert!(text.contains("goes with no rank any more"), "{text}");
    let text = said(&world, &club.owner(), "role map remove", options).await;
    assert!(text.contains("not on the club's own list"), "{text}");
    // A role that was deleted in Discord goes by its id.
    world.stack.simulator().delete_role(club.guild, roles[4]).unwrap();
    let options = json!({ "id": roles[4].to_string() });
    let text = said(&world, &club.owner(), "role map remove", options).await;
    assert!(text.contains("goes with no rank any more"), "{text}");
    world.finish().await;
}

/// A club where Gantry leads, with roles for members and prospects.
async fn leading(world: &World, name: &str) -> (Club, [u64; 2]) {
    let club = world.club(name).await;
    set(world, &club, "sync.direction", "gantry").await;
    let roles = [
        role(world, &club, "members", 0, false),
        role(world, &club, "prospects", 0, false),
    ];
    map(world, &club.owner(), roles[0], "member").await;
    map(world, &club.owner(), roles[1], "prospect").await;
    (club, roles)
}

#[tokio::test(flavor = "multi_thread")]
async fn where_gantry_leads_only_what_differs_is_called() {
    let world = World::start().await;
    let (club, [members, prospects]) = leading(&world, "Apex").await;
    let user = world.members(&club, 1)[0];
    let own = role(&world, &club, "collectors", 0, false);
    world.stack.simulator().give_role(club.guild, user, own).unwrap();
    let mark = world.mark();
    give(&world, &club.owner(), user, "prospect").await;
    world.drain().await;
    assert_eq!(held(&world, &club, user), sorted([own, prospects]));
    assert_eq!(
        role_calls(&world, mark).len(),
        1,
        "{:?}",
        role_calls(&world, mark)
    );

    let mark = world.mark();
    give(&world, &club.owner(), user, "member").await;
    world.drain().await;
    assert_eq!(held(&world, &club, user), sorted([own, members]));
    assert_eq!(
        role_calls(&world, mark).len(),
        2,
        "{:?}",
        role_calls(&world, mark)
    );

    // Once more: read, nothing to do, told.
    let mark = world.mark();
    let outcome = world
        .stack
        .simulator()
        .slash(
            &club.owner(),
            "rank set",
            json!({ "member": user.to_string(), "rank": "member" }),
        )
        .await;
    let interaction = outcome.interaction_id;
    world.stack.expect_message(outcome).unwrap();
    world.drain().await;
    assert_eq!(
        world.calls(mark, Service::Discord).len(),
        2,
        "the member, the answer's edit"
    );
    let told = world.stack.simulator().interaction_messages(interaction);
    assert!(raw(&told[0]).contains("say the same"));
    world.finish().await;
}

fn sorted<const N: usize>(mut roles: [u64; N]) -> Vec<u64> {
    roles.sort_unstable();
    roles.to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_told_by_name_and_not_tried() {
    let world = World::start().await;
    let (club, [members, _]) = leading(&world, "Apex").await;
    let (high, powerful) = (
        role(&world, &club, "high", 0, true),
        role(&world, &club, "powerful", 1 << 28, false),
    );
    let gone = role(&world, &club, "gone", 0, false);
    for role in [high, powerful, gone] {
        map(&world, &club.owner(), role, "member").await;
    }
    world.stack.simulator().delete_role(club.guild, gone).unwrap();
    let user = world.members(&club, 1)[0];
    let mark = world.mark();
    let outcome = world
        .stack
        .simulator()
        .slash(
            &club.owner(),
            "rank set",
            json!({ "member": user.to_string(), "rank": "member" }),
        )
        .await;
    let interaction = outcome.interaction_id;
    world.stack.expect_message(outcome).unwrap();
    world.drain().await;
    assert_eq!(held(&world, &club, user), [members]);
    assert_eq!(role_calls(&world, mark).len(), 1);
    let told = world.stack.simulator().interaction_messages(interaction);
    let text = raw(&told[0]);
    for (role, why) in [
        (high, "stands above"),
        (powerful, "leaves to people"),
        (gone, "no such role"),
    ] {
        assert!(
            text.contains(&format!("<@&{role}> was not given")) && text.contains(why),
            "{text}"
        );
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_the_same_whatever_call_fails_and_however_often_it_comes() {
    let world = World::start().await;
    world.stack.simulator().set_rate_limits(false);
    world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        late: SignedDuration::from_secs(5),
    });
    for (service, kind) in [
        (Service::Discord, FaultKind::KillBefore),
        (Service::Discord, FaultKind::KillAfter),
        (Service::Discord, FaultKind::ServerError),
        (Service::Dynamodb, FaultKind::KillAfter),
    ] {
        let (club, [members, prospects]) = leading(&world, &format!("{service:?} {kind:?}")).await;
        let mut hits = 0;
        for n in 0..MOST_CALLS {
            let user = world.members(&club, 1)[0];
            world
                .stack
                .simulator()
                .give_role(club.guild, user, prospects)
                .unwrap();
            world
                .stack
                .faults()
                .add(Fault::nth(service, "notify-worker", n, kind.clone()))
                .unwrap();
            give(&world, &club.owner(), user, "member").await;
            world.drain().await;
            let hit = world.stack.faults().hits() > 0;
            world.stack.faults().clear();
            assert_eq!(
                held(&world, &club, user),
                [members],
                "{service:?} {kind:?} at call {n}"
            );
            if !hit {
                break;
            }
            hits += 1;
        }
        assert!(
            (2..MOST_CALLS).contains(&hits),
            "{service:?} {kind:?}: {hits} calls were hit"
        );
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_brings_roles_in_line_and_names_those_it_cannot_hand_out() {
    let world = World::start().await;
    let (club, [members, prospects]) = leading(&world, "Apex").await;
    let (high, powerful) = (
        role(&world, &club, "high", 0, true),
        role(&world, &club, "powerful", 1 << 28, false),
    );
    let users = world.members(&club, 3);
    for user in &users {
        give(&world, &club.owner(), *user, "member").await;
    }
    world.drain().await;
    for role in [high, powerful] {
        map(&world, &club.owner(), role, "member").await;
    }
    // One lost the role by hand, one holds that of another rank.
    let simulator = world.stack.simulator();
    simulator.take_role(club.guild, users[0], members).unwrap();
    simulator.give_role(club.guild, users[1], prospects).unwrap();
    said(&world, &club.owner(), "sync run", json!({})).await;
    world.drain().await;
    for user in &users {
        assert_eq!(held(&world, &club, *user), [members]);
    }
    let status = said(&world, &club.owner(), "sync status", json!({})).await;
    assert!(
        status.contains(&format!("<@&{high}>: it stands above")),
        "{status}"
    );
    assert!(
        status.contains(&format!("<@&{powerful}>: it lets its holder")),
        "{status}"
    );
    assert!(!status.contains(&format!("<@&{members}>")), "{status}");
    assert!(status.contains("2 whose roles follow their rank"), "{status}");
    // Once more: what cannot be done is not tried again and again.
    said(&world, &club.owner(), "sync run", json!({})).await;
    let mark = world.mark();
    world.drain().await;
    assert!(role_calls(&world, mark).is_empty());
    let status = said(&world, &club.owner(), "sync status", json!({})).await;
    assert!(!status.contains("whose roles follow"), "{status}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_discord_leads_a_sync_has_ranks_follow_roles() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let (members, stewards) = (
        role(&world, &club, "members", 0, false),
        role(&world, &club, "stewards", 0, false),
    );
    map(&world, &club.owner(), members, "member").await;
    map(&world, &club.owner(), stewards, "steward").await;
    let users = world.members(&club, 2);
    for user in &users {
        give(&world, &club.owner(), *user, "member").await;
        world
            .stack
            .simulator()
            .give_role(club.guild, *user, members)
            .unwrap();
    }
    world
        .stack
        .simulator()
        .give_role(club.guild, users[0], stewards)
        .unwrap();
    let mark = world.mark();
    said(&world, &club.owner(), "sync run", json!({})).await;
    world.drain().await;
    assert!(rank_of(&world, &club, users[0]).await.contains("is a steward"));
    assert!(rank_of(&world, &club, users[1]).await.contains("is a member"));
    assert!(role_calls(&world, mark).is_empty(), "no role is touched");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_taken_off_an_entry_loses_the_roles_that_gantry_gave() {
    let world = World::start().await;
    let (club, [members, _]) = leading(&world, "Apex").await;
    let led = world.club("Led").await;
    let theirs = role(&world, &led, "members", 0, false);
    map(&world, &led.owner(), theirs, "member").await;
    for (club, role, kept) in [(club, members, false), (led, theirs, true)] {
        let user = world.members(&club, 1)[0];
        let own = self::role(&world, &club, "collectors", 0, false);
        world.stack.simulator().give_role(club.guild, user, own).unwrap();
        give(&world, &club.owner(), user, "member").await;
        world.drain().await;
        if kept {
            world.stack.simulator().give_role(club.guild, user, role).unwrap();
        }
        assert_eq!(held(&world, &club, user), sorted([own, role]));
        let outcome = world
            .stack
            .simulator()
            .slash(
                &club.owner(),
                "link remove",
                json!({ "member": user.to_string() }),
            )
            .await;
        let interaction = outcome.interaction_id;
        world.stack.expect_message(outcome).unwrap();
        world.drain().await;
        let told = world.stack.simulator().interaction_messages(interaction);
        // Where Discord leads, its roles stay.
        if kept {
            assert_eq!(held(&world, &club, user), sorted([own, role]));
            assert!(raw(&told[0]).contains("stay as they are"), "{}", raw(&told[0]));
        } else {
            assert_eq!(held(&world, &club, user), [own]);
            assert!(raw(&told[0]).contains("hold no roles"), "{}", raw(&told[0]));
        }
    }
    world.finish().await;
}
