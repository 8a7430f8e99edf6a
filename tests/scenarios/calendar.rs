//! C4.6: the club's events in people's calendars, at an address that can be replaced.

use crate::world::{Club, World};
use gantry_simulator::Actor;
use ical::parser::ical::component::{IcalCalendar, IcalEvent};
use jiff::SignedDuration;
use serde_json::json;

async fn said(world: &World, actor: &Actor, command: &str) -> String {
    let answer = world.ok(actor, command, json!({})).await;
    assert_eq!(answer.ephemeral_for, Some(actor.user), "{command}");
    format!("{}", json!(answer.embeds))
}

/// The address that `/calendar` shows.
async fn address(world: &World, actor: &Actor, command: &str) -> String {
    let text = said(world, actor, command).await;
    let (from, to) = (text.find("http").unwrap(), text.find(".ics").unwrap() + 4);
    text[from..to].to_owned()
}

async fn get(address: &str, tag: Option<&str>) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(address);
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    request.send().await.unwrap()
}

/// What another reader of calendars finds there.
async fn read(address: &str) -> IcalCalendar {
    let response = get(address, None).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/calendar; charset=utf-8");
    let text = response.text().await.unwrap();
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "RFC 5545, 3.1: {line}");
    }
    let mut found: Vec<_> = ical::IcalParser::new(text.as_bytes()).collect();
    assert_eq!(found.len(), 1);
    found.remove(0).unwrap()
}

fn property(event: &IcalEvent, name: &str) -> String {
    let mut found = event.properties.iter().filter(|property| property.name == name);
    let value = found.next().and_then(|property| property.value.clone());
    assert!(found.next().is_none(), "{name} once");
    value.unwrap_or_else(|| panic!("no {name}"))
}

async fn event(world: &World, club: &Club, series: &str, name: &str, start: &str) -> String {
    let options = json!({ "series": series, "name": name, "start": start, "duration": "6h" });
    let text = world.ok(&club.owner(), "event create", options).await;
    let _ = text;
    world
        .suggested(&club.owner(), "event publish", "event", name)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn calendars_find_the_events_and_follow_them() {
    let world = World::start().await;
    world.stack.clock().set("2026-11-21T12:00:00Z".parse().unwrap());
    let club = world.club("Apex; Cup, 24h").await;
    let series = world.series(&club, "Night, Cup; 2026", "GT3: 2, GT4: 1").await;
    // On both sides of the hour that daylight saving takes away.
    let spring = event(&world, &club, &series, "Härtetest", "2027-03-28 03:30").await;
    let draft = event(&world, &club, &series, "Secret test", "2027-04-03 14:00").await;
    world
        .ok(&club.owner(), "event publish", json!({ "event": spring }))
        .await;
    world.drain().await;
    let driver = club.member(world.members(&club, 1)[0], club.paddock);
    let first = address(&world, &driver, "calendar show").await;
    assert_eq!(address(&world, &club.owner(), "calendar show").await, first);

    let calendar = read(&first).await;
    assert_eq!(calendar.events.len(), 1, "drafts are not shown: {draft}");
    let shown = &calendar.events[0];
    assert_eq!(property(shown, "DTSTART"), "20270328T013000Z");
    assert_eq!(property(shown, "DTEND"), "20270328T073000Z");
    assert_eq!(property(shown, "SUMMARY"), "Night\\, Cup\\; 2026: Härtetest");
    assert_eq!(property(shown, "STATUS"), "CONFIRMED");
    let (uid, sequence) = (property(shown, "UID"), property(shown, "SEQUENCE"));

    // Nothing new: nothing is sent.
    let tag = get(&first, None).await.headers()["etag"]
        .to_str()
        .unwrap()
        .to_owned();
    let again = get(&first, Some(&tag)).await;
    assert_eq!(again.status(), 304);
    assert_eq!(again.text().await.unwrap(), "");

    // Called off: it stays, as the same one, and says so.
    let options = json!({ "event": spring, "reason": "Track is, alas, closed" });
    world.ok(&club.owner(), "event cancel", options).await;
    let answer = get(&first, Some(&tag)).await;
    assert_eq!(answer.status(), 200, "the state has another tag");
    let calendar = read(&first).await;
    let shown = &calendar.events[0];
    assert_eq!(property(shown, "UID"), uid);
    assert!(property(shown, "SEQUENCE").parse::<u64>().unwrap() > sequence.parse().unwrap());
    assert_eq!(property(shown, "STATUS"), "CANCELLED");
    assert!(property(shown, "DESCRIPTION").contains("alas\\, closed"));

    // A draft that is called off was never there; what is put away stays called off.
    world
        .ok(&club.owner(), "event cancel", json!({ "event": draft }))
        .await;
    let later = world.stack.clock().now() + SignedDuration::from_hours(30);
    world.stack.advance(later, 1).await.unwrap();
    let calendar = read(&first).await;
    assert_eq!(calendar.events.len(), 1, "{:?}", calendar.events);
    assert_eq!(property(&calendar.events[0], "STATUS"), "CANCELLED");
    let list = json!({ "when": "all" });
    let listed = world.ok(&driver, "event list", list).await;
    assert!(
        !json!(listed.embeds).to_string().contains("Secret test"),
        "{listed:?}"
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_address_reads_and_only_admins_replace_it() {
    let world = World::start().await;
    let (club, other) = (world.club("Apex").await, world.club("Brno").await);
    let driver = club.member(world.members(&club, 1)[0], club.paddock);
    let first = address(&world, &driver, "calendar show").await;
    let theirs = address(&world, &other.owner(), "calendar show").await;
    assert_eq!(get(&first, None).await.status(), 200);
    // Another club's secret opens nothing here; nor does half of one, or a club that is not there.
    let (ours, secret) = first.rsplit_once('/').unwrap();
    let foreign = theirs.rsplit_once('/').unwrap().1;
    let base = ours.rsplit_once('/').unwrap().0;
    for wrong in [
        format!("{ours}/{foreign}"),
        format!("{ours}/{}", secret.trim_end_matches(".ics")),
        format!("{ours}/.ics"),
        format!("{ours}/{}.ics", &secret[..39]),
        format!("{base}/01ARZ3NDEKTSV4RRFFQ69G5FAV/{secret}"),
        format!("{base}/apex/{secret}"),
    ] {
        let response = get(&wrong, None).await;
        assert_eq!(response.status(), 404, "{wrong}");
        let page = response.text().await.unwrap();
        assert!(page.contains("There is no calendar here"), "{page}");
    }
    for command in ["calendar renew", "calendar close"] {
        let outcome = world.stack.simulator().slash(&driver, command, json!({})).await;
        let refused = world.stack.expect_message(outcome).unwrap();
        assert!(refused.content.contains("rank of admin"), "{}", refused.content);
    }
    assert_eq!(get(&first, None).await.status(), 200);
    let second = address(&world, &club.owner(), "calendar renew").await;
    assert_ne!(second, first);
    assert_eq!(get(&first, None).await.status(), 404);
    assert_eq!(get(&second, None).await.status(), 200);
    let text = said(&world, &club.owner(), "calendar close").await;
    assert!(text.contains("closed now"), "{text}");
    assert_eq!(get(&second, None).await.status(), 404);
    // A member does not open again what an admin closed.
    let text = said(&world, &driver, "calendar show").await;
    assert!(text.contains("It is closed"), "{text}");
    assert_eq!(get(&theirs, None).await.status(), 200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admins_at_once_leave_one_address_and_a_closed_feed_stays_closed() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let owner = club.owner();
    let (one, two) = tokio::join!(
        address(&world, &owner, "calendar renew"),
        address(&world, &owner, "calendar renew")
    );
    assert_ne!(one, two);
    let mut open = 0;
    for address in [&one, &two] {
        open += u32::from(get(address, None).await.status() == 200);
    }
    assert_eq!(open, 1, "the last one holds");
    // The same click twice: the answer is given again, and the address stays.
    let again = world
        .stack
        .simulator()
        .slash_payload(&owner, "calendar renew", json!({}))
        .unwrap();
    let (status, first) = crate::endpoint::post(&world, &again).await;
    assert_eq!(
        (status, crate::endpoint::post(&world, &again).await),
        (200, (200, first))
    );

    // Closed before anybody opened it: a member does not open it.
    let other = world.club("Brno").await;
    let text = said(&world, &other.owner(), "calendar close").await;
    assert!(text.contains("It is closed"), "{text}");
    let driver = other.member(world.members(&other, 1)[0], other.paddock);
    let text = said(&world, &driver, "calendar show").await;
    assert!(text.contains("It is closed"), "{text}");
    let address = address(&world, &other.owner(), "calendar renew").await;
    assert_eq!(get(&address, None).await.status(), 200);
    // Nor does a path of any length or kind lead anywhere.
    let base = address.rsplit_once("/calendar/").unwrap().0;
    for path in [
        "calendar/%00/%FF.ics".to_owned(),
        format!("calendar/{}/x.ics", "0".repeat(4000)),
        format!("calendar/x/{}", "y".repeat(4000)),
    ] {
        let status = get(&format!("{base}/{path}"), None).await.status().as_u16();
        assert!((400..500).contains(&status), "{path:.40}: {status}");
    }
    world.finish().await;
}
