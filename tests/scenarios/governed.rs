//! C8.1: what settings govern around an event, from the change in Discord to what comes of it. Others are read back where
//! what they govern is tested: names, zone, channels and DMs in `settings`, the clock's sync in `sync`, roles and direction in
//! `ranks` and `setup`, requests to join in `joins`.

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
