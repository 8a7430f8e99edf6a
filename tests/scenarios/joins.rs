//! C3.6: a request to join, from the form to the decision that is told.

use crate::roster::Roster;
use crate::world::{Club, World};
use gantry_local::story::button;
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_shared::domain::rank::Rank;
use gantry_simulator::{Actor, MessageView, NewChannel, NewRole};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// More calls than posting a request, or telling a decision, makes.
const MOST_CALLS: u64 = 80;

/// What a message says, not wrapped.
fn raw(message: &MessageView) -> String {
    format!("{} {}", message.content, json!(message.embeds))
}

async fn said(world: &World, actor: &Actor, command: &str, options: Value) -> String {
    let answer = world.ok(actor, command, options).await;
    assert_eq!(answer.ephemeral_for, Some(actor.user), "{command}");
    raw(&answer)
}

/// Sets it; roles and channels are looked for first.
async fn set(world: &World, club: &Club, key: &str, value: &str) {
    let (simulator, options) = (world.stack.simulator(), json!({ "key": key, "value": value }));
    let outcome = simulator.slash(&club.owner(), "settings set", options).await;
    world.drain().await;
    let text = raw(&simulator.interaction_messages(outcome.interaction_id)[0]);
    assert!(text.contains("Setting changed"), "{text}");
}

/// A channel in which requests are reviewed.
async fn review_channel(world: &World, club: &Club) -> u64 {
    let new = NewChannel {
        name: "join-requests".to_owned(),
        kind: 0,
        parent: None,
        overwrites: Vec::new(),
    };
    let channel = world.stack.simulator().create_channel(club.guild, new).unwrap();
    set(world, club, "members.join_channel", &format!("<#{channel}>")).await;
    channel
}

/// A club with such a channel.
async fn open_club(world: &World, name: &str) -> (Club, u64) {
    let club = world.club(name).await;
    let channel = review_channel(world, &club).await;
    (club, channel)
}

fn words() -> Value {
    json!({ "name": "Ada L.", "why": "I like racing at night.", "experience": "Two seasons of GT4." })
}

/// Opens the form and sends it off; what is answered.
async fn ask(world: &World, club: &Club, user: u64) -> String {
    let (simulator, actor) = (world.stack.simulator(), club.member(user, club.paddock));
    let opened = simulator.slash(&actor, "join", json!({})).await;
    let form = opened.modal().expect("a form").clone();
    let outcome = simulator.submit_modal(&actor, &form, words()).await;
    raw(&world.stack.expect_message(outcome).unwrap())
}

/// The messages about requests in the channel.
fn reviews(world: &World, channel: u64) -> Vec<MessageView> {
    let mut messages = world.stack.simulator().messages(channel);
    messages.retain(|message| raw(message).contains("Request to join"));
    messages
}

fn id_of(message: &MessageView, label: &str) -> String {
    let button = button(message, label).unwrap_or_else(|| panic!("no {label} in {}", raw(message)));
    button["custom_id"].as_str().unwrap().to_owned()
}

async fn press(world: &World, reviewer: &Actor, message: &MessageView, label: &str) -> String {
    let id = id_of(message, label);
    let outcome = world.stack.simulator().click(reviewer, message.id, &id).await;
    raw(&world.stack.expect_message(outcome).unwrap())
}

async fn reject(world: &World, reviewer: &Actor, message: &MessageView, reason: &str) -> String {
    let (simulator, id) = (world.stack.simulator(), id_of(message, "Reject"));
    let outcome = simulator.click(reviewer, message.id, &id).await;
    let Some(form) = outcome.modal().cloned() else {
        return raw(&world.stack.expect_message(outcome).unwrap());
    };
    let reason = json!({ "reason": reason });
    let outcome = simulator.submit_modal(reviewer, &form, reason).await;
    raw(&world.stack.expect_message(outcome).unwrap())
}

async fn rank_of(world: &World, club: &Club, user: u64) -> String {
    let options = json!({ "member": user.to_string() });
    said(world, &club.owner(), "rank show", options).await
}

/// A role that goes with the rank.
async fn role(world: &World, club: &Club, name: &str, rank: &str) -> u64 {
    let new = NewRole {
        name: name.to_owned(),
        permissions: 0,
        mentionable: false,
        above_bot: false,
    };
    let role = world.stack.simulator().create_role(club.guild, new).unwrap();
    let options = json!({ "role": role.to_string(), "rank": rank });
    said(world, &club.owner(), "role map set", options).await;
    role
}

fn held(world: &World, club: &Club, user: u64) -> Vec<u64> {
    let view = world.stack.simulator().guild_view(club.guild).unwrap();
    let mut members = view.members.into_iter();
    members.find(|member| member.user == user).unwrap().roles
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_approved_is_on_the_roster_with_their_role_and_told() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let [user, manager] = world.members(&club, 2)[..] else {
        unreachable!()
    };
    let actor = club.member(user, club.paddock);
    let text = said(&world, &actor, "join", json!({})).await;
    assert!(text.contains("takes no requests"), "{text}");
    let channel = review_channel(&world, &club).await;
    let role = role(&world, &club, "members", "member").await;
    let options = json!({ "member": manager.to_string(), "rank": "team_manager" });
    said(&world, &club.owner(), "rank set", options).await;

    let text = ask(&world, &club, user).await;
    assert!(text.contains("request is sent"), "{text}");
    world.drain().await;
    let posted = reviews(&world, channel);
    assert_eq!(posted.len(), 1);
    let text = raw(&posted[0]);
    for words in ["Ada L.", "I like racing at night.", "Two seasons of GT4."] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // Once more: refused, and nothing else is posted.
    let text = said(&world, &actor, "join", json!({})).await;
    assert!(text.contains("nobody has decided"), "{text}");

    // Where Discord leads, the default, the role is given too: it is what makes the rank last.
    let reviewer = club.member(manager, channel);
    let text = press(&world, &reviewer, &posted[0], "Approve").await;
    assert!(text.contains("on the roster"), "{text}");
    world.drain().await;
    assert!(rank_of(&world, &club, user).await.contains("is a member"));
    assert_eq!(held(&world, &club, user), [role]);
    let dms = world.stack.simulator().dms(user);
    assert_eq!(dms.len(), 1);
    assert!(raw(&dms[0]).contains("was approved"), "{}", raw(&dms[0]));
    let decided = &reviews(&world, channel)[0];
    assert!(raw(decided).contains(&format!("**Approved** by <@{manager}>")));
    assert!(decided.components.is_empty());
    let text = said(&world, &actor, "join", json!({})).await;
    assert!(text.contains("on the roster already, as **Ada L"), "{text}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_rejected_is_told_why_and_asks_again_a_day_later() {
    let world = World::start().await;
    let (club, channel) = open_club(&world, "Apex").await;
    set(&world, &club, "members.join_rank", "prospect").await;
    let user = world.members(&club, 1)[0];
    let actor = club.member(user, club.paddock);
    ask(&world, &club, user).await;
    world.drain().await;
    let owner = Actor::new(club.guild, channel, club.owner);
    let posted = reviews(&world, channel).remove(0);
    let text = reject(&world, &owner, &posted, "The grid is full.").await;
    assert!(text.contains("Request rejected"), "{text}");
    world.drain().await;
    let dms = world.stack.simulator().dms(user);
    assert_eq!(dms.len(), 1);
    assert!(raw(&dms[0]).contains("The grid is full."), "{}", raw(&dms[0]));
    assert!(raw(&reviews(&world, channel)[0]).contains("**Rejected** by"));
    assert!(rank_of(&world, &club, user).await.contains("is a guest"));

    let text = said(&world, &actor, "join", json!({})).await;
    assert!(text.contains("You can ask again"), "{text}");
    world.stack.clock().advance(SignedDuration::from_hours(24));
    ask(&world, &club, user).await;
    world.drain().await;
    let second = reviews(&world, channel)
        .into_iter()
        .find(|m| m.id != posted.id)
        .unwrap();
    // A click from before is about the request that was decided, not about the new one.
    let stale = id_of(&posted, "Approve");
    let mut forged = world
        .stack
        .simulator()
        .slash_payload(&owner, "rank show", json!({}))
        .unwrap();
    forged["type"] = 3.into();
    forged["data"] = json!({ "component_type": 2, "custom_id": stale });
    let answer = crate::endpoint::post(&world, &forged).await;
    assert!(
        answer.1.to_string().contains("not there any more"),
        "{}",
        answer.1
    );

    press(&world, &owner, &second, "Approve").await;
    world.drain().await;
    assert!(rank_of(&world, &club, user).await.contains("is a prospect"));
    assert_eq!(world.stack.simulator().dms(user).len(), 2);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_reviewers_decide_and_of_two_at_once_one_does() {
    let world = World::start().await;
    let (club, channel) = open_club(&world, "Apex").await;
    let (theirs, _) = open_club(&world, "Other").await;
    let [admin, steward] = world.members(&club, 2)[..] else {
        unreachable!()
    };
    for (user, rank) in [(admin, "admin"), (steward, "steward")] {
        let options = json!({ "member": user.to_string(), "rank": rank });
        said(&world, &club.owner(), "rank set", options).await;
    }
    let (one, two) = (
        Actor::new(club.guild, channel, club.owner),
        club.member(admin, channel),
    );
    for round in 0..6 {
        let user = world.members(&club, 1)[0];
        ask(&world, &club, user).await;
        world.drain().await;
        let posted = reviews(&world, channel)
            .into_iter()
            .find(|m| button(m, "Approve").is_some());
        let posted = posted.expect("an open request");
        let by_steward = press(&world, &club.member(steward, channel), &posted, "Approve").await;
        assert!(by_steward.contains("rank of team manager"), "{by_steward}");
        // Somebody of another club who forges the button reaches nothing.
        let mut forged = world
            .stack
            .simulator()
            .slash_payload(&theirs.owner(), "rank show", json!({}))
            .unwrap();
        forged["type"] = 3.into();
        forged["data"] = json!({ "component_type": 2, "custom_id": id_of(&posted, "Approve") });
        let answer = crate::endpoint::post(&world, &forged).await;
        assert!(
            answer.1.to_string().contains("not there any more"),
            "{}",
            answer.1
        );

        let (first, second) = if round % 2 == 0 {
            tokio::join!(
                press(&world, &one, &posted, "Approve"),
                press(&world, &two, &posted, "Approve")
            )
        } else {
            tokio::join!(
                press(&world, &one, &posted, "Approve"),
                reject(&world, &two, &posted, "No.")
            )
        };
        let won = |text: &str| text.contains("Request approved") || text.contains("Request rejected");
        assert!(won(&first) != won(&second), "{first}\n{second}");
        let (by, loser) = if won(&first) {
            (club.owner, second)
        } else {
            (admin, first)
        };
        assert!(
            loser.contains(&format!("<@{by}> has")) && loser.contains("already"),
            "{loser}"
        );
        world.drain().await;
        let approved = rank_of(&world, &club, user).await.contains("is a member");
        let dms = world.stack.simulator().dms(user);
        assert_eq!(dms.len(), 1);
        assert_eq!(raw(&dms[0]).contains("was approved"), approved);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_dms_and_a_lost_channel_are_told_to_those_who_can_help() {
    let world = World::start().await;
    let (club, channel) = open_club(&world, "Apex").await;
    let simulator = world.stack.simulator();
    let [user, other] = world.members(&club, 2)[..] else {
        unreachable!()
    };
    simulator.set_dms_closed(user, true).unwrap();
    ask(&world, &club, user).await;
    world.drain().await;
    let owner = Actor::new(club.guild, channel, club.owner);
    let posted = reviews(&world, channel).remove(0);
    reject(&world, &owner, &posted, "The grid is full.").await;
    world.drain().await;
    assert!(simulator.dms(user).is_empty());
    let told: Vec<String> = simulator.messages(channel).iter().map(raw).collect();
    let told: Vec<&String> = told
        .iter()
        .filter(|text| text.contains("tell them yourselves"))
        .collect();
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("The grid is full.") && told[0].starts_with(&format!("<@{}>", club.owner)),
        "{told:?}"
    );

    // The channel is deleted: whoever asks is told, and can ask again when there is another one.
    simulator.delete_channel(channel).unwrap();
    let actor = club.member(other, club.paddock);
    let opened = simulator.slash(&actor, "join", json!({})).await;
    let form = opened.modal().unwrap().clone();
    let outcome = simulator.submit_modal(&actor, &form, words()).await;
    let interaction = outcome.interaction_id;
    world.stack.expect_message(outcome).unwrap();
    world.drain().await;
    let text = raw(&simulator.interaction_messages(interaction)[0]);
    assert!(text.contains("could not be shown"), "{text}");
    let channel = review_channel(&world, &club).await;
    ask(&world, &club, other).await;
    world.drain().await;
    assert_eq!(reviews(&world, channel).len(), 1);
    world.finish().await;
}

/// A request and its approval with a fault at each call of the worker in turn: one message, one DM, one entry, the role.
async fn at_every_call(world: &World, service: Service, kind: FaultKind) {
    let (club, channel) = open_club(world, &format!("{service:?} {kind:?}")).await;
    let role = role(world, &club, "members", "member").await;
    let owner = Actor::new(club.guild, channel, club.owner);
    let mut hits = 0;
    for n in 0..MOST_CALLS {
        let (faults, user) = (world.stack.faults(), world.members(&club, 1)[0]);
        let fault = || Fault::nth(service, "notify-worker", n, kind.clone());
        let before = reviews(world, channel).len();
        faults.add(fault()).unwrap();
        ask(world, &club, user).await;
        world.drain().await;
        let mut hit = faults.hits() > 0;
        faults.clear();
        let posted = reviews(world, channel);
        assert_eq!(
            posted.len(),
            before + 1,
            "{service:?} {kind:?} at call {n} of posting"
        );
        let open: Vec<_> = posted.iter().filter(|m| button(m, "Approve").is_some()).collect();
        assert_eq!(open.len(), 1);
        faults.add(fault()).unwrap();
        press(world, &owner, open[0], "Approve").await;
        world.drain().await;
        hit |= faults.hits() > 0;
        faults.clear();
        let name = format!("{service:?} {kind:?} at call {n} of telling");
        assert_eq!(world.stack.simulator().dms(user).len(), 1, "{name}");
        assert_eq!(held(world, &club, user), [role], "{name}");
        assert!(
            rank_of(world, &club, user).await.contains("is a member"),
            "{name}"
        );
        let posted = reviews(world, channel);
        assert!(posted.iter().all(|m| button(m, "Approve").is_none()), "{name}");
        if !hit {
            break;
        }
        hits += 1;
    }
    assert!(
        (4..MOST_CALLS).contains(&hits),
        "{service:?} {kind:?}: {hits} calls were hit"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_and_one_dm_whatever_call_fails_and_however_often_it_comes() {
    let world = World::start().await;
    world.stack.simulator().set_rate_limits(false);
    world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        late: SignedDuration::from_secs(5),
    });
    for (service, kind) in [
        (Service::Discord, FaultKind::KillBefore),
        (Service::Discord, FaultKind::KillAfter),
        (Service::Discord, FaultKind::LostAnswer),
        (Service::Dynamodb, FaultKind::KillBefore),
        (Service::Dynamodb, FaultKind::KillAfter),
        (Service::Dynamodb, FaultKind::ErrorAfterEffect),
    ] {
        at_every_call(&world, service, kind).await;
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_comes_twice_and_two_forms_at_once_make_one_request() {
    let world = World::start().await;
    let (club, channel) = open_club(&world, "Apex").await;
    let user = world.members(&club, 1)[0];
    let (simulator, actor) = (world.stack.simulator(), club.member(user, club.paddock));
    let opened = simulator.slash(&actor, "join", json!({})).await;
    let form = opened.modal().unwrap().clone();
    let (one, two) = tokio::join!(
        simulator.submit_modal(&actor, &form, words()),
        simulator.submit_modal(&actor, &form, words())
    );
    let answers = [one, two].map(|outcome| raw(&world.stack.expect_message(outcome).unwrap()));
    let sent = answers
        .iter()
        .filter(|text| text.contains("request is sent"))
        .count();
    assert_eq!(sent, 1, "{answers:?}");
    world.drain().await;
    assert_eq!(reviews(&world, channel).len(), 1);
    // What breaks the form is told, and keeps nothing.
    let other = club.member(world.members(&club, 1)[0], club.paddock);
    let opened = simulator.slash(&other, "join", json!({})).await;
    let form = opened.modal().unwrap().clone();
    let blank = json!({ "name": "\u{200B}", "why": " \u{200B} ", "experience": "" });
    let outcome = simulator.submit_modal(&other, &form, blank).await;
    let text = raw(&world.stack.expect_message(outcome).unwrap());
    assert!(text.contains("**Name**") && text.contains("**Why**"), "{text}");
    world.drain().await;
    assert_eq!(reviews(&world, channel).len(), 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reviewers_see_who_may_be_on_the_roster_already() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let channel = review_channel(&world, &roster.club).await;
    let (people, account) = (world.members(&roster.club, 2), None);
    roster
        .add(&world, &[("[APX] Ada L.", Rank::Steward, account)])
        .await;
    ask(&world, &roster.club, people[0]).await;
    world.drain().await;
    let posted = reviews(&world, channel).remove(0);
    let text = raw(&posted);
    assert!(
        text.contains("Ada L.** (steward) is there without an account"),
        "{text}"
    );
    // They prove it, and are approved as who they are.
    let entry = world
        .suggested(&roster.club.owner(), "link code", "entry", "Ada")
        .await;
    let text = said(
        &world,
        &roster.club.owner(),
        "link code",
        json!({ "entry": entry }),
    )
    .await;
    let start = text.find("# `").unwrap_or_else(|| panic!("{text}")) + 3;
    let code = json!({ "code": text[start..start + 9] });
    said(
        &world,
        &roster.club.member(people[0], roster.club.paddock),
        "link enter",
        code,
    )
    .await;
    press(
        &world,
        &Actor::new(roster.club.guild, channel, roster.club.owner),
        &posted,
        "Approve",
    )
    .await;
    world.drain().await;
    let entries = roster.table_entries().await;
    assert_eq!(
        entries.keys().filter(|name| name.contains("Ada")).count(),
        1,
        "{entries:?}"
    );
    assert_eq!(roster.member(people[0]).await.unwrap().rank, Rank::Steward);
    world.finish().await;
}

/// `/join` again by somebody who has asked, ten minutes later; it is told, and what follows is done.
async fn ask_again(world: &World, club: &Club, user: u64) {
    world.stack.clock().advance(SignedDuration::from_mins(11));
    let actor = club.member(user, club.paddock);
    let text = said(world, &actor, "join", json!({})).await;
    assert!(text.contains("nobody has decided"), "{text}");
    world.drain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_message_is_gone_is_shown_again_when_its_person_asks() {
    let world = World::start().await;
    let (club, channel) = open_club(&world, "Apex").await;
    let simulator = world.stack.simulator();
    let user = world.members(&club, 1)[0];
    ask(&world, &club, user).await;
    world.drain().await;
    let first = reviews(&world, channel).remove(0);

    // It stands: nothing is posted. Within ten minutes nobody even looks.
    let mark = world.mark();
    said(&world, &club.member(user, club.paddock), "join", json!({})).await;
    world.drain().await;
    assert_eq!(world.calls(mark, Service::Discord).len(), 0);
    ask_again(&world, &club, user).await;
    let standing = reviews(&world, channel);
    assert_eq!(standing.len(), 1);
    assert_eq!((standing[0].id, raw(&standing[0])), (first.id, raw(&first)));

    // Somebody deletes the message, then the whole channel: each time it is there again, and can be decided.
    simulator.delete_message(channel, first.id).unwrap();
    ask_again(&world, &club, user).await;
    assert_eq!(reviews(&world, channel).len(), 1);
    simulator.delete_channel(channel).unwrap();
    let channel = review_channel(&world, &club).await;
    ask_again(&world, &club, user).await;
    let posted = reviews(&world, channel);
    assert_eq!(posted.len(), 1);
    let reviewer = Actor::new(club.guild, channel, club.owner);
    let text = press(&world, &reviewer, &posted[0], "Approve").await;
    assert!(text.contains("on the roster"), "{text}");
    world.drain().await;
    assert_eq!(simulator.dms(user).len(), 1);
    assert!(raw(&reviews(&world, channel)[0]).contains("**Approved**"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn open_requests_follow_a_club_that_moves() {
    let world = World::start().await;
    let (club, channel) = open_club(&world, "Apex").await;
    let simulator = world.stack.simulator();
    let [posted, late] = world.members(&club, 2)[..] else {
        unreachable!()
    };
    ask(&world, &club, posted).await;
    world.drain().await;
    // The other one's is not posted before the club moves.
    let mut outage = Fault::every(Service::Dynamodb, FaultKind::Unavailable);
    outage.caller = Some("notify-worker".to_owned());
    world.stack.faults().add(outage).unwrap();
    ask(&world, &club, late).await;
    let question = world.ok(&club.owner(), "club unlink", json!({})).await;
    let unlink = id_of(&question, "Unlink");
    simulator.click(&club.owner(), question.id, &unlink).await;
    let next = world.guild("Next");
    let manager = crate::adding::manager(&world, &next, club.owner);
    world.ok(&manager, "club link", json!({ "name": "Apex" })).await;
    world.stack.faults().clear();
    world.drain().await;
    assert_eq!(reviews(&world, channel).len(), 1, "the other one came too late");

    let there = Club {
        guild: next.guild,
        paddock: next.paddock,
        owner: club.owner,
    };
    // As long as the club has no channel for requests there, nothing can be shown.
    simulator.join(there.guild, posted, None).unwrap();
    simulator.join(there.guild, late, None).unwrap();
    ask_again(&world, &there, posted).await;
    let channel = review_channel(&world, &there).await;
    for (user, so_far) in [(posted, 1), (late, 2)] {
        ask_again(&world, &there, user).await;
        assert_eq!(reviews(&world, channel).len(), so_far);
    }
    let reviewer = Actor::new(there.guild, channel, club.owner);
    for message in reviews(&world, channel) {
        let text = press(&world, &reviewer, &message, "Approve").await;
        assert!(text.contains("on the roster"), "{text}");
    }
    world.drain().await;
    for user in [posted, late] {
        assert!(rank_of(&world, &there, user).await.contains("is a member"));
    }
    world.finish().await;
}
