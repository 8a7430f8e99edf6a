//! C8.1: what settings govern around an event, from the change in Discord to what comes of it. Others are read back where
//! what they govern is tested: names, zone and channels in `settings`, the clock's sync in `sync`, roles and direction in
//! `directions`, `ranks` and `setup`, requests to join in `joins`, voice rooms in `race_rooms`, threads and practice rooms in
//! `team_spaces`, stints in `stints`, points in `results`, the races that count in `series_end`, scheduled events in `scheduled`,
//! what is healed in `cleanup`.

use crate::world::World;
use gantry_simulator::MessageView;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

fn title(message: &MessageView) -> String {
    let title = message.embeds.first().and_then(|embed| embed["title"].as_str());
    title.unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_updates_archive_and_deletion_come_when_the_club_says() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    for (key, value) in [
        ("events.reminder_hours", "48, 3"),
        ("events.progress_hours", "0"),
        ("channels.archive_delay", "2h"),
        ("channels.retention", "2d"),
        ("club.colour", "#00ff7f"),
    ] {
        let options = json!({ "key": key, "value": value });
        let answer = world.ok(&club.owner(), "settings set", options).await;
        assert_eq!(title(&answer), "Setting changed", "{key}");
    }
    // 14:00 in Berlin on the 28th, for six hours.
    let start: Timestamp = "2026-11-28T13:00:00Z".parse().unwrap();
    let end = start + SignedDuration::from_hours(6);
    let published = world.published(&club, "Monza", "GT3: 2").await;
    let driver = world.members(&club, 1)[0];
    world.press(&club, &published, driver, "Sign up").await;
    world.drain().await;
    let board = world.board(&published);
    assert_eq!(board.embeds[0]["color"], 0x00_ff_7f);

    let said = || {
        let mut messages = world.stack.simulator().messages(published.channel);
        messages.sort_by_key(|message| message.id);
        messages.retain(|message| message.components.is_empty());
        messages.iter().map(title).collect::<Vec<_>>()
    };
    let until = async |instant| world.stack.advance(instant, 1).await.unwrap();
    until(start - SignedDuration::from_hours(2)).await;
    assert_eq!(said(), ["Monza starts in 2 days", "Monza starts in 3 hours"]);

    let parent = || {
        let view = world.stack.simulator().guild_view(club.guild).unwrap();
        let channel = view.channels.iter().find(|one| one.id == published.channel)?;
        let parent = view.channels.iter().find(|one| Some(one.id) == channel.parent)?;
        Some(parent.name.clone())
    };
    until(end + SignedDuration::from_mins(110)).await;
    assert_eq!(parent().as_deref(), Some("Monza"));
    until(end + SignedDuration::from_mins(140)).await;
    assert_eq!(parent().as_deref(), Some("Archive"));
    until(end + SignedDuration::from_hours(49)).await;
    assert_eq!(parent().as_deref(), Some("Archive"));
    until(end + SignedDuration::from_hours(52)).await;
    assert_eq!(parent(), None, "deleted two days after it was archived");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_come_at_the_interval_and_reminders_as_the_club_tells_them() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let set = async |key: &str, value: &str| {
        let options = json!({ "key": key, "value": value });
        let answer = world.ok(&club.owner(), "settings set", options).await;
        assert_eq!(title(&answer), "Setting changed", "{key}");
    };
    set("events.progress_hours", "12").await;
    set("notices.types", "promoted, stint").await;
    let published = world.published(&club, "Monza", "GT3: 2").await;
    let begun = world.stack.now();
    let driver = world.members(&club, 1)[0];
    world.press(&club, &published, driver, "Sign up").await;
    let actor = club.member(driver, club.paddock);
    world.ok(&actor, "me reminders", json!({ "how": "dm" })).await;
    world.drain().await;
    let titled = |wanted: &str| {
        let mut messages = world.stack.simulator().messages(published.channel);
        messages.retain(|message| title(message) == wanted);
        messages
    };
    let until = async |instant| world.stack.advance(instant, 1).await.unwrap();
    let updates = || titled("How sign-up for Monza goes").len();
    until(begun + SignedDuration::from_hours(11)).await;
    assert_eq!(updates(), 0);
    until(begun + SignedDuration::from_hours(13)).await;
    assert_eq!(updates(), 1);
    until(begun + SignedDuration::from_hours(25)).await;
    assert_eq!(updates(), 2);

    // 14:00 in Berlin on the 28th. The driver wants DMs: without those the club tells them in public.
    let start: Timestamp = "2026-11-28T13:00:00Z".parse().unwrap();
    let reminders = || {
        let dms = world.stack.simulator().dms(driver);
        dms.iter()
            .filter(|message| title(message) == "Reminder: Monza")
            .count()
    };
    until(start - SignedDuration::from_hours(23)).await;
    assert_eq!(reminders(), 0);
    assert_eq!(titled("Monza starts in 24 hours")[0].mentions, [driver]);
    set("notices.types", "reminder").await;
    until(start - SignedDuration::from_mins(50)).await;
    assert_eq!(reminders(), 1);
    world.finish().await;
}
