//! C3.5: member sync with ranks and roles, by each direction: from roles in Discord to ranks, from ranks to roles, or neither.

use crate::ranks::{held, map, role, role_calls, set};
use crate::roster::Roster;
use crate::world::World;
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::{Delay, Fault, FaultKind, Service};
use gantry_shared::domain::ids::{RoleId, UserId};
use gantry_shared::domain::rank::Rank;
use gantry_shared::domain::standing::RoleTrouble;
use gantry_shared::domain::sync::{RunKind, RunState, Trouble};
use gantry_shared::ports::store::GuildLinks;
use gantry_shared::ports::sync::SyncRuns;
use jiff::SignedDuration;
use serde_json::json;

/// Ada and Ben are members of the club and of its guild; the club's list has a role for stewards and one for members.
async fn club_with_roles(world: &World) -> (Roster, [u64; 2], [u64; 2]) {
    let roster = Roster::of(world, "Apex").await;
    let users = world.members(&roster.club, 2);
    let people = [
        ("Ada", Rank::Member, Some(users[0])),
        ("Ben", Rank::Member, Some(users[1])),
    ];
    roster.add(world, &people).await;
    let roles = [
        role(world, &roster.club, "stewards", 0, false),
        role(world, &roster.club, "members", 0, false),
    ];
    map(world, &roster.club.owner(), roles[0], "steward").await;
    map(world, &roster.club.owner(), roles[1], "member").await;
    (roster, [users[0], users[1]], roles)
}

/// The next run's first call takes so long that what comes next happens before it.
fn hold_up(world: &World) {
    let slow = FaultKind::Latency(Delay { ms: 3_000 });
    let first = Fault::nth(Service::Discord, "sync-worker", 0, slow);
    world.stack.faults().add(first).unwrap();
}

/// Rows of the audit log about roles: whose, before and after.
async fn roles_changed(world: &World, roster: &Roster) -> Vec<(u64, Vec<u64>, Vec<u64>)> {
    let id = |value: &serde_json::Value| -> u64 { value.as_str().unwrap().parse().unwrap() };
    let rows = roster.audit(world).await.into_iter();
    let of_roles = rows.filter(|(kind, _)| kind == "RolesChanged");
    let told = of_roles.map(|(_, row)| {
        let roles = |at: &str| row[at]["roles"].as_array().unwrap().iter().map(id).collect();
        (id(&row["fact"]["user"]), roles("before"), roles("after"))
    });
    told.collect()
}

async fn rank(roster: &Roster, user: u64) -> Rank {
    roster.member(user).await.unwrap().rank
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_of_roles_govern_ranks_and_what_is_handed_out() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let (club, simulator) = (&roster.club, world.stack.simulator());
    let users = world.members(club, 3);
    let names = ["Ada", "Ben", "Cleo"];
    let people: Vec<(&str, Rank, Option<u64>)> = names
        .iter()
        .zip(&users)
        .map(|(name, user)| (*name, Rank::Prospect, Some(*user)))
        .collect();
    roster.add(&world, &people).await;
    let ranks = [Rank::Admin, Rank::TeamManager, Rank::Member];
    let keys = [
        "members.admin_roles",
        "members.manager_roles",
        "members.member_roles",
    ];
    let roles = keys.map(|key| role(&world, club, key, 0, false));
    for (key, role) in keys.iter().zip(roles) {
        let options = json!({ "key": key, "value": format!("<@&{role}>") });
        simulator.slash(&club.owner(), "settings set", options).await;
        world.drain().await;
    }
    for (user, role) in users.iter().zip(roles) {
        simulator.give_role(club.guild, *user, role).unwrap();
    }
    roster.sync(&world).await;
    for (user, wanted) in users.iter().zip(ranks) {
        assert_eq!(rank(&roster, *user).await, wanted);
    }
    // The other way round, what the settings name is what is given back.
    set(&world, club, "sync.direction", "gantry").await;
    for (user, role) in users.iter().zip(roles) {
        simulator.take_role(club.guild, *user, role).unwrap();
    }
    roster.sync(&world).await;
    world.drain().await;
    for (user, role) in users.iter().zip(roles) {
        assert_eq!(held(&world, club, *user), [role]);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_discord_leads_ranks_follow_the_roles_of_the_listing() {
    let world = World::start().await;
    let (roster, [ada, ben], [stewards, members]) = club_with_roles(&world).await;
    let (guild, simulator) = (roster.club.guild, world.stack.simulator());
    simulator.give_role(guild, ada, stewards).unwrap();
    simulator.give_role(guild, ben, members).unwrap();
    let mark = world.mark();
    let told = roster.sync(&world).await;
    assert!(told.contains("1 given the rank of their roles"), "{told}");
    assert_eq!(
        (rank(&roster, ada).await, rank(&roster, ben).await),
        (Rank::Steward, Rank::Member)
    );
    let entries = roster.table_entries().await;
    assert_eq!(
        entries["Ada"].rank,
        Rank::Steward,
        "entry and member say the same"
    );
    // The club's owner holds none of the roles, and stays the owner.
    assert_eq!(rank(&roster, roster.club.owner).await, Rank::Owner);

    // Nothing new: nobody's rank is written.
    roster.sync(&world).await;
    let run = roster.last_run().await;
    assert_eq!((run.counts.ranked, run.counts.changed), (0, 0));

    // Taken away by hand in Discord: the rank follows, down to where no role is needed.
    simulator.take_role(guild, ada, stewards).unwrap();
    roster.sync(&world).await;
    let run = roster.last_run().await;
    assert_eq!((run.counts.ranked, run.counts.changed), (1, 1));
    assert_eq!(rank(&roster, ada).await, Rank::Prospect);

    // A role that was not on the list during the last listing counts from the next one on.
    let racers = role(&world, &roster.club, "racers", 0, false);
    simulator.give_role(guild, ada, racers).unwrap();
    roster.sync(&world).await;
    assert_eq!(rank(&roster, ada).await, Rank::Prospect);
    map(&world, &roster.club.owner(), racers, "team_manager").await;
    roster.sync(&world).await;
    assert_eq!(rank(&roster, ada).await, Rank::TeamManager);
    assert_eq!(role_calls(&world, mark), [""; 0], "no role is touched in Discord");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_gantry_leads_what_was_changed_by_hand_is_set_right_and_what_cannot_be_is_named() {
    let world = World::start().await;
    let (roster, [ada, ben], [stewards, members]) = club_with_roles(&world).await;
    let (guild, simulator) = (roster.club.guild, world.stack.simulator());
    set(&world, &roster.club, "sync.direction", "gantry").await;
    let own = role(&world, &roster.club, "collectors", 0, false);
    for role in [own, stewards] {
        simulator.give_role(guild, ada, role).unwrap();
    }
    simulator.give_role(guild, ben, members).unwrap();
    let mark = world.mark();
    let told = roster.sync(&world).await;
    assert!(told.contains("1 whose roles follow their rank"), "{told}");
    let mut wanted = vec![own, members];
    wanted.sort_unstable();
    assert_eq!(held(&world, &roster.club, ada), wanted);
    assert_eq!(held(&world, &roster.club, ben), [members]);
    assert_eq!(role_calls(&world, mark).len(), 2, "one taken, one given");
    assert_eq!(rank(&roster, ada).await, Rank::Member);
    let rows = roles_changed(&world, &roster).await;
    assert_eq!(rows, [(ada, vec![stewards], vec![members])], "one row for both");

    let mark = world.mark();
    roster.sync(&world).await;
    assert_eq!(roster.last_run().await.counts.applied, 0);
    assert_eq!(role_calls(&world, mark), [""; 0]);

    // Above Gantry's own role: named with the remedy, and not tried at every run.
    let high = role(&world, &roster.club, "hall of fame", 0, true);
    map(&world, &roster.club.owner(), high, "member").await;
    for _ in 0..2 {
        let mark = world.mark();
        let told = roster.sync(&world).await;
        let run = roster.last_run().await;
        assert_eq!(run.state, RunState::Done);
        assert_eq!(run.hindered, Some(vec![(RoleId(high), RoleTrouble::TooHigh)]));
        assert_eq!((run.counts.applied, run.counts.hindered), (0, 2));
        let flat = told.replace(['│', '┃'], " ");
        let flat = flat.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("hall of fame: it stands above"), "{told}");
        assert_eq!(role_calls(&world, mark), [""; 0]);
    }
    // The permission check names it too, and in the other direction as well: who comes back is to be given it.
    let marshals = role(&world, &roster.club, "marshals", 1 << 1, false);
    map(&world, &roster.club.owner(), marshals, "team_manager").await;
    for direction in ["gantry", "discord", "off"] {
        if direction != "gantry" {
            set(&world, &roster.club, "sync.direction", direction).await;
        }
        let outcome = simulator
            .slash(&roster.club.owner(), "club preflight", json!({}))
            .await;
        let interaction = outcome.interaction_id;
        world.drain().await;
        let shown = simulator.interaction_messages(interaction);
        let shown = json!(shown[0].embeds).to_string();
        let handed_out = direction != "off";
        for (name, why) in [("hall of fame", "stands above"), ("marshals", "leaves to people")] {
            assert_eq!(shown.contains(name), handed_out, "{direction}: {shown}");
            assert_eq!(shown.contains(why), handed_out, "{direction}: {shown}");
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_leads_ranks_and_roles_stay_apart() {
    let world = World::start().await;
    let (roster, [ada, ben], [stewards, _]) = club_with_roles(&world).await;
    set(&world, &roster.club, "sync.direction", "off").await;
    world
        .stack
        .simulator()
        .give_role(roster.club.guild, ada, stewards)
        .unwrap();
    let mark = world.mark();
    roster.sync(&world).await;
    let counts = roster.last_run().await.counts;
    assert_eq!((counts.ranked, counts.applied, counts.hindered), (0, 0, 0));
    assert_eq!(rank(&roster, ada).await, Rank::Member);
    assert_eq!(held(&world, &roster.club, ada), [stewards]);
    assert_eq!(held(&world, &roster.club, ben), [0; 0]);
    assert_eq!(role_calls(&world, mark), [""; 0]);
    // Switched over to Discord: the next run goes by what it lists itself.
    set(&world, &roster.club, "sync.direction", "discord").await;
    roster.sync(&world).await;
    assert_eq!(rank(&roster, ada).await, Rank::Steward);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_of_a_lost_guild_waits_for_the_return_and_begins_anew_once() {
    for by_page in [false, true] {
        let world = World::start().await;
        let (roster, [ada, _], _) = club_with_roles(&world).await;
        let (club, simulator) = (roster.club, world.stack.simulator());
        roster.sync(&world).await;
        hold_up(&world);
        let interaction = roster.begin(&world).await;
        simulator.remove_bot(club.guild).unwrap();
        world.drain().await;
        let told = roster.told(&world, interaction);
        assert!(told.contains("not in this server any more"), "{told}");
        let run = roster.last_run().await;
        assert_eq!(
            (run.state, run.trouble),
            (RunState::Failed, vec![Trouble::GuildLost])
        );
        assert!(
            roster.member(ada).await.unwrap().active,
            "nobody is counted as gone"
        );
        let lost = roster.table.lost_clubs(10, None).await.unwrap();
        assert_eq!(lost.items.len(), 1, "the guild is marked");
        assert_eq!(roster.table.count_parked(roster.id).await.unwrap(), 1);
        // What is due by the clock meanwhile asks Discord nothing.
        let now = world.stack.now();
        world
            .stack
            .clock()
            .set(now + jiff::SignedDuration::from_hours(48));
        let mark = world.mark();
        world.stack.aws().tick("sync").await.unwrap().unwrap();
        world.drain().await;
        assert_eq!(world.calls(mark, Service::Discord).len(), 0);

        simulator
            .install_bot(club.guild, gantry_local::seed::BOT_PERMISSIONS)
            .unwrap();
        if by_page {
            let guild = json!({ "id": club.guild.to_string(), "name": "Apex" });
            let data = json!({ "integration_type": 0, "scopes": ["bot"], "guild": guild, "user": { "id": club.owner.to_string() } });
            assert_eq!(
                simulator.post_event("APPLICATION_AUTHORIZED", data.clone()).await,
                204
            );
            world.drain().await;
            assert_eq!(simulator.post_event("APPLICATION_AUTHORIZED", data).await, 204);
        } else {
            // Whoever uses Gantry is taken for a sign of its return; the first command learns of the mark.
            for _ in 0..2 {
                world.ok(&club.owner(), "series list", json!({})).await;
            }
        }
        world.drain().await;
        let runs = roster.table.list_runs(roster.id, 10, None).await.unwrap().items;
        let kinds: Vec<_> = runs.iter().map(|run| (run.kind, run.state)).collect();
        let again = if by_page {
            RunKind::Webhook
        } else {
            RunKind::Manual
        };
        assert_eq!(
            kinds,
            [
                (again, RunState::Done),
                (RunKind::Manual, RunState::Failed),
                (RunKind::Initial, RunState::Done)
            ]
        );
        assert_eq!(roster.table.count_parked(roster.id).await.unwrap(), 0);
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_club_that_moves_is_synchronised_with_its_new_guild() {
    let world = World::start().await;
    let (roster, [ada, ben], _) = club_with_roles(&world).await;
    let next = world.guild("Next");
    let simulator = world.stack.simulator();
    simulator.join(next.guild, ada, None).unwrap();
    roster.sync(&world).await;
    // A run is set off, and before its worker comes the club is unlinked, and linked elsewhere by its owner.
    hold_up(&world);
    roster.begin(&world).await;
    let question = world.ok(&roster.club.owner(), "club unlink", json!({})).await;
    let id = gantry_local::story::button(&question, "Unlink").unwrap()["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    simulator.click(&roster.club.owner(), question.id, &id).await;
    let manager = crate::adding::manager(&world, &next, roster.club.owner);
    world.ok(&manager, "club link", json!({ "name": "Apex" })).await;
    world.drain().await;
    let runs = roster.table.list_runs(roster.id, 10, None).await.unwrap().items;
    let latest = &runs[0];
    assert_eq!(
        (latest.guild.0, latest.state),
        (next.guild, RunState::Done),
        "{runs:#?}"
    );
    assert!(runs.iter().all(|run| run.state != RunState::Running), "{runs:#?}");
    assert!(roster.member(ada).await.unwrap().active);
    assert!(
        !roster.member(ben).await.unwrap().active,
        "who is not in the new guild"
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_has_rank_and_roles_back_whoever_leads() {
    for direction in ["discord", "gantry"] {
        let world = World::start().await;
        // What comes twice makes no second row.
        world.stack.aws().set_deliveries(DeliveryMode {
            double: true,
            late: SignedDuration::from_secs(5),
        });
        let (roster, [ada, ben], [stewards, members]) = club_with_roles(&world).await;
        let (guild, simulator) = (roster.club.guild, world.stack.simulator());
        simulator.give_role(guild, ada, stewards).unwrap();
        simulator.give_role(guild, ben, members).unwrap();
        roster.sync(&world).await;
        assert_eq!(rank(&roster, ada).await, Rank::Steward);
        set(&world, &roster.club, "sync.direction", direction).await;
        simulator.leave(guild, ada).unwrap();
        roster.sync(&world).await;
        assert!(!roster.member(ada).await.unwrap().active);
        // Discord gives nobody back what they held.
        simulator.join(guild, ada, None).unwrap();
        assert_eq!(held(&world, &roster.club, ada), [0; 0]);
        roster.sync(&world).await;
        world.drain().await;
        assert_eq!(rank(&roster, ada).await, Rank::Steward, "{direction}");
        assert!(roster.member(ada).await.unwrap().active);
        assert_eq!(held(&world, &roster.club, ada), [stewards], "{direction}");
        let rows = roles_changed(&world, &roster).await;
        assert_eq!(rows, [(ada, vec![], vec![stewards])], "{direction}");
        // From the next run on that sees the roles, they say what they always do.
        roster.sync(&world).await;
        assert!(!roster.member(ada).await.unwrap().returned);
        if direction == "discord" {
            simulator.take_role(guild, ada, stewards).unwrap();
            roster.sync(&world).await;
            assert_eq!(rank(&roster, ada).await, Rank::Prospect);
        }
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_taken_off_an_entry_is_not_given_back_by_its_name() {
    let world = World::start().await;
    let roster = Roster::of(&world, "Apex").await;
    let user = world.members(&roster.club, 1)[0];
    world
        .stack
        .simulator()
        .set_nick(roster.club.guild, user, Some("Ada"))
        .unwrap();
    roster.add(&world, &[("Ada", Rank::Member, None)]).await;
    roster.sync(&world).await;
    assert_eq!(roster.table_entries().await["Ada"].user, Some(UserId(user)));
    let options = json!({ "member": user.to_string() });
    world.ok(&roster.club.owner(), "link remove", options).await;
    for _ in 0..2 {
        roster.sync(&world).await;
        assert_eq!(roster.table_entries().await["Ada"].user, None);
        assert!(roster.member(user).await.is_none());
        assert_eq!(roster.last_run().await.counts.matched, 0);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_is_what_discord_says_where_their_role_cannot_be_given() {
    let world = World::start().await;
    let (roster, [ada, _], _) = club_with_roles(&world).await;
    let (guild, simulator) = (roster.club.guild, world.stack.simulator());
    // Whoever holds it may kick: Gantry hands no such power out.
    let marshals = role(&world, &roster.club, "marshals", 1 << 1, false);
    map(&world, &roster.club.owner(), marshals, "team_manager").await;
    simulator.give_role(guild, ada, marshals).unwrap();
    roster.sync(&world).await;
    assert_eq!(rank(&roster, ada).await, Rank::TeamManager);
    simulator.leave(guild, ada).unwrap();
    roster.sync(&world).await;
    simulator.join(guild, ada, None).unwrap();
    let told = roster.sync(&world).await;
    let run = roster.last_run().await;
    assert_eq!(
        (run.counts.applied, run.counts.hindered, run.counts.ranked),
        (0, 1, 1)
    );
    // They are named, with what they were.
    assert_eq!(run.demoted.len(), 1);
    assert_eq!(
        (run.demoted[0].user, run.demoted[0].was),
        (UserId(ada), Rank::TeamManager)
    );
    assert!(told.contains("Back, but not to their rank"), "{told}");
    assert_eq!(rank(&roster, ada).await, Rank::Prospect);
    assert_eq!(held(&world, &roster.club, ada), [0; 0]);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_onto_the_roster_while_a_run_goes_on_is_not_judged_by_it() {
    let world = World::start().await;
    let (roster, [ada, ben], _) = club_with_roles(&world).await;
    // As of somebody who is approved after the page that listed them without roles.
    roster
        .mark_since(&world, ada, SignedDuration::from_mins(10))
        .await;
    roster.sync(&world).await;
    assert_eq!(rank(&roster, ada).await, Rank::Member);
    assert_eq!(
        rank(&roster, ben).await,
        Rank::Prospect,
        "who was there before is"
    );
    world.finish().await;
}
