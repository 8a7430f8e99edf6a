//! C4.3, C4.4: seats never oversell, nobody is lost, and everybody who moves up is told once.

use crate::world::{World, is_message};
use futures::StreamExt;
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::domain::event::EventKey;
use gantry_shared::domain::ids::{GuildId, UserId};
use gantry_shared::domain::notice::Sheet;
use gantry_shared::ports::store::{ClubReader, EventReader};
use std::collections::BTreeSet;

const CLASSES: [(&str, usize); 3] = [("hypercar", 6), ("lmp2", 10), ("gt3", 14)];
const DRIVERS: usize = 500;
const AT_ONCE: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_sign_up_for_thirty_seats() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let published = world
        .published(&club, "Rush", "Hypercar: 6, LMP2: 10, GT3: 14")
        .await;
    let drivers = world.members(&club, DRIVERS);
    let faults = world.stack.faults();
    faults
        .add(
            Fault::every(Service::Dynamodb, FaultKind::Conflict)
                .on("TransactWriteItems")
                .share(0.3),
        )
        .unwrap();
    faults
        .add(Fault::every(Service::Dynamodb, FaultKind::Throttle).share(0.05))
        .unwrap();
    let clicks = drivers.iter().enumerate().map(|(n, driver)| {
        let (world, club, published) = (&world, &club, &published);
        async move { click_until_answered(world, club, published, *driver, CLASSES[n % 3].0).await }
    });
    // As many at once as one machine can hold within Discord's three seconds.
    let answers: Vec<String> = futures::stream::iter(clicks)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    assert_eq!(answers.len(), DRIVERS);
    world.drain().await;
    assert!(faults.hits() > 100, "{} faults", faults.hits());
    faults.clear();

    let sheet = sheet(&world, &club, &published.event).await;
    assert_eq!(sheet.sign_ups.len(), DRIVERS, "nobody lost");
    let users: BTreeSet<_> = sheet.sign_ups.iter().map(|sign_up| sign_up.user).collect();
    assert_eq!(users.len(), DRIVERS, "nobody twice");
    let mut promoted_next = Vec::new();
    for (seats, (class, capacity)) in sheet.seats.iter().zip(CLASSES) {
        assert_eq!(seats.class.id.as_str(), class);
        let seated = sheet.seated(seats).count();
        let waiting: Vec<UserId> = sheet.waiting(seats).map(|sign_up| sign_up.user).collect();
        assert_eq!((seated, seats.taken as usize), (capacity, capacity), "{class}");
        assert_eq!(waiting.len(), seats.waiting as usize, "{class}");
        promoted_next.push(waiting);
    }

    // Ten withdrawals, all at once: exactly the first ten in line move up, each told once.
    let leaving: Vec<(usize, UserId)> = [4, 3, 3]
        .iter()
        .enumerate()
        .flat_map(|(class, count)| {
            sheet
                .seated(&sheet.seats[class])
                .take(*count)
                .map(move |s| (class, s.user))
        })
        .collect();
    let expected: BTreeSet<UserId> = promoted_next
        .iter()
        .zip([4, 3, 3])
        .flat_map(|(waiting, count)| waiting.iter().take(count).copied())
        .collect();
    let leave = leaving
        .iter()
        .map(|(_, user)| world.press(&club, &published, user.0, "Leave"));
    let outcomes = futures::future::join_all(leave).await;
    assert!(outcomes.iter().all(is_message));
    world.drain().await;
    let after = self::sheet(&world, &club, &published.event).await;
    let seated = |sheet: &Sheet| -> BTreeSet<UserId> {
        sheet
            .seats
            .iter()
            .flat_map(|seats| sheet.seated(seats).map(|s| s.user).collect::<Vec<_>>())
            .collect()
    };
    let moved_up: BTreeSet<UserId> = seated(&after).difference(&seated(&sheet)).copied().collect();
    assert_eq!(moved_up, expected);
    for driver in &drivers {
        let told = world.stack.simulator().dms(*driver).len();
        assert_eq!(
            told,
            usize::from(moved_up.contains(&UserId(*driver))),
            "driver {driver}"
        );
    }
    world.finish().await;
}

/// Clicks like a person does: once more where Discord says that the application did not respond, or the answer that
/// something went wrong or too many came at once.
async fn click_until_answered(
    world: &World,
    club: &crate::world::Club,
    published: &crate::world::Published,
    driver: u64,
    class: &str,
) -> String {
    for _ in 0..20 {
        let outcome = world.pick(club, published, driver, class).await;
        if is_message(&outcome) {
            let message = world.stack.expect_message(outcome).unwrap();
            let again = ["Something went wrong", "Too many people"]
                .iter()
                .any(|text| message.content.contains(text));
            if !again {
                return message.content;
            }
        }
    }
    panic!("driver {driver} was never answered");
}

async fn sheet(world: &World, club: &crate::world::Club, event: &str) -> Sheet {
    let clients = gantry_local::Clients::of("test", world.stack.endpoints());
    let table = Table::new(clients.dynamodb, gantry_local::TABLE, Default::default());
    let caller = table
        .caller(GuildId(club.guild), UserId(club.owner))
        .await
        .unwrap()
        .unwrap();
    let key = EventKey {
        club: caller.club.id,
        event: event.parse().unwrap(),
    };
    table.sheet(key).await.unwrap().unwrap()
}
