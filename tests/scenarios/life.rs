//! An event from its draft to its deletion, across the change to summer time: undisturbed, with every delivery doubled and
//! each tick run twice, and with workers killed at their calls to Discord. The end is the same each time.

use crate::deaths::Deaths;
use crate::world::{Club, Published, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::Service;
use gantry_simulator::MessageView;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// A week before the race; in Berlin clocks go forward in the night before it.
const PUBLISHED: &str = "2027-03-21T09:00:00Z";
/// 14:00 in Berlin on the 28th is 12:00 UTC; a day before it would have been 13:00.
const START: &str = "2027-03-28T12:00:00Z";
const END: &str = "2027-03-28T18:00:00Z";

/// Discord's permission bit.
const SEND_MESSAGES: u64 = 1 << 11;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What is said in the channel from the first to the last, besides information and board.
const SAID: [&str; 11] = [
    "How sign-up for Monza goes",
    "How sign-up for Monza goes",
    "How sign-up for Monza goes",
    "How sign-up for Monza goes",
    "How sign-up for Monza goes",
    "How sign-up for Monza goes",
    "Monza starts in 24 hours",
    "How sign-up for Monza goes",
    "Monza starts in 1 hour",
    "Sign-up for Monza is closed",
    "Monza has started",
];

struct Life {
    world: World,
    club: Club,
    published: Published,
    drivers: Vec<u64>,
    ticks: u32,
}

impl Life {
    /// Published, two seated, one waiting, one who does not come.
    async fn begin(ticks: u32) -> Self {
        let world = World::start().await;
        world.stack.clock().set(at("2027-03-21T08:59:00Z"));
        let club = world.club("Apex").await;
        let series = world.series(&club, "Cup", "GT3: 2").await;
        let options =
            json!({ "series": series, "name": "Monza", "start": "2027-03-28 14:00", "duration": "6h" });
        world.ok(&club.owner(), "event create", options).await;
        let event = world
            .suggested(&club.owner(), "event publish", "event", "Monza")
            .await;
        world.stack.clock().set(at(PUBLISHED));
        world
            .ok(&club.owner(), "event publish", json!({ "event": event }))
            .await;
        world.drain().await;
        let published = world.space_of(&club, event, "Cup");
        let drivers = world.members(&club, 4);
        for driver in &drivers[..3] {
            world.press(&club, &published, *driver, "Sign up").await;
        }
        world.press(&club, &published, drivers[3], "Not coming").await;
        world.drain().await;
        Self {
            world,
            club,
            published,
            drivers,
            ticks,
        }
    }

    async fn until(&self, instant: Timestamp) {
        // A tick that dies is made good by the next; what it has put out is done before that.
        while let Err(error) = self.world.stack.advance(instant, self.ticks).await {
            assert!(error.to_string().contains("the function was killed"), "{error}");
            self.world.drain().await;
        }
    }

    fn said(&self) -> Vec<MessageView> {
        let mut messages = self.world.stack.simulator().messages(self.published.channel);
        messages.sort_by_key(|message| message.id);
        messages
            .into_iter()
            .filter(|message| message.components.is_empty())
            .collect()
    }

    fn titles(&self) -> Vec<String> {
        self.said().iter().map(title).collect()
    }

    /// The category that the channel is in, and whether everybody may write there.
    fn place(&self) -> Option<(String, bool)> {
        let view = self.world.stack.simulator().guild_view(self.club.guild).unwrap();
        let channel = view
            .channels
            .iter()
            .find(|one| one.id == self.published.channel)?;
        let parent = view.channels.iter().find(|one| Some(one.id) == channel.parent)?;
        let denied = |bits: u64| bits & SEND_MESSAGES != 0;
        let shut = channel
            .overwrites
            .iter()
            .any(|one| one.id == self.club.guild && denied(one.deny));
        Some((parent.name.clone(), !shut))
    }

    fn channels(&self) -> usize {
        let view = self.world.stack.simulator().guild_view(self.club.guild).unwrap();
        view.channels.len()
    }

    /// Lives on to the end, and looks at every stage.
    async fn live(self) {
        self.until(at(START) - SignedDuration::from_mins(30)).await;
        let told: Vec<&str> = SAID[..9].to_vec();
        assert_eq!(self.titles(), told);
        self.reminders_call_those_who_drive();

        // Nobody touches it: sign-up closes, the race starts and ends.
        self.until(at(START) + SignedDuration::from_mins(20)).await;
        assert_eq!(self.titles(), SAID[..11]);
        assert!(self.board().contains("The race is on."), "{}", self.board());
        self.until(at(END) + SignedDuration::from_mins(20)).await;
        assert!(self.board().contains("The race is over."), "{}", self.board());
        assert_eq!(self.place(), Some(("Cup".to_owned(), true)));

        self.until(at(END) + SignedDuration::from_hours(25)).await;
        assert_eq!(self.place(), Some(("Archive".to_owned(), false)));
        assert_eq!(self.titles(), SAID[..11], "nothing was said twice or since");
        // The paddock, the series' category, the archive, the event's channel.
        assert_eq!(self.channels(), 4, "{}", self.tree());

        self.until(at(END) + SignedDuration::from_hours(24 * 32)).await;
        assert_eq!(self.place(), None);
        assert_eq!(self.channels(), 3, "{}", self.tree());
        let options = json!({ "when": "all" });
        let list = self.world.ok(&self.club.owner(), "event list", options).await;
        assert!(
            !format!("{:?}", list.embeds).contains("Monza"),
            "a deleted event is not listed"
        );
        self.world.finish().await;
    }

    fn reminders_call_those_who_drive(&self) {
        let reminders = self.said();
        let reminders: Vec<_> = reminders
            .iter()
            .filter(|message| title(message).contains("starts in"))
            .collect();
        assert_eq!(reminders.len(), 2);
        for message in reminders {
            for (n, driver) in self.drivers.iter().enumerate() {
                let called = message.content.contains(&format!("<@{driver}>"));
                assert_eq!(called, n < 2, "driver {n}: {}", message.content);
            }
        }
    }

    fn board(&self) -> String {
        self.world.board_text(&self.published)
    }

    fn tree(&self) -> String {
        self.world.stack.simulator().tree(self.club.guild)
    }
}

fn title(message: &MessageView) -> String {
    let title = message.embeds.first().map(|embed| embed["title"].clone());
    title
        .as_ref()
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn undisturbed() {
    Life::begin(1).await.live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_delivery_doubled_and_each_tick_run_twice() {
    let life = Life::begin(2).await;
    life.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    life.live().await;
}

/// At calls to Discord; `weekend` has them killed at the others.
async fn killed(function: &'static str) {
    let deaths = Deaths {
        service: Service::Discord,
        function,
        apart: 11,
        later: 11,
        calls: 400,
    };
    for life_of in deaths.lives() {
        let life = Life::begin(1).await;
        for fault in life_of {
            life.world.stack.faults().add(fault).unwrap();
        }
        life.live().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notify_worker_killed_at_its_calls_to_discord() {
    killed("notify-worker").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn channel_worker_killed_at_its_calls_to_discord() {
    killed("channel-worker").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hours_without_a_tick_are_caught_up() {
    let life = Life::begin(1).await;
    life.until(at("2027-03-28T10:30:00Z")).await;
    assert_eq!(life.titles(), SAID[..8]);
    // The reminder of the last hour, the closing and the start fall into the outage.
    life.world
        .stack
        .clock()
        .set(at(START) + SignedDuration::from_mins(40));
    life.until(at(START) + SignedDuration::from_mins(45)).await;
    let mut said: Vec<&str> = SAID[..8].to_vec();
    said.push("Sign-up for Monza is closed");
    assert_eq!(
        life.titles(),
        said,
        "the summary is still of use, the others are not"
    );
    assert!(life.board().contains("The race is on."), "{}", life.board());
    life.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_event_is_told_once_and_nothing_more_is_said() {
    let life = Life::begin(1).await;
    let options = json!({ "event": life.published.event, "reason": "Fog" });
    life.world.ok(&life.club.owner(), "event cancel", options).await;
    life.world.drain().await;
    life.until(at(PUBLISHED) + SignedDuration::from_hours(23)).await;
    assert_eq!(life.titles(), ["Monza is cancelled"]);
    let told = life.said().remove(0).content;
    for (n, driver) in life.drivers.iter().enumerate() {
        assert_eq!(
            told.contains(&format!("<@{driver}>")),
            n < 3,
            "driver {n}: {told}"
        );
    }
    life.until(at(PUBLISHED) + SignedDuration::from_hours(25)).await;
    assert_eq!(life.place(), Some(("Archive".to_owned(), false)));
    life.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_up_opens_and_closes_by_itself_and_the_last_day_begins() {
    let life = Life::begin(1).await;
    let event = &life.published.event;
    let options = json!({ "event": event, "opens": "2027-03-22 18:00", "closes": "2027-03-26 20:00" });
    life.world.ok(&life.club.owner(), "event times", options).await;
    life.world.drain().await;
    let late = life.world.members(&life.club, 1)[0];
    let answer = life
        .world
        .press(&life.club, &life.published, late, "Sign up")
        .await;
    let answer = life.world.stack.expect_message(answer).unwrap();
    let answer = life.world.stack.simulator().message_as_text(&answer);
    assert!(answer.contains("not open"), "{answer}");

    // 18:00 in Berlin is 17:00 UTC in winter.
    life.until(at("2027-03-22T17:01:00Z")).await;
    assert_eq!(life.titles(), ["Sign-up for Monza is open"]);
    let answer = life
        .world
        .press(&life.club, &life.published, late, "Sign up")
        .await;
    let answer = life.world.stack.expect_message(answer).unwrap();
    let answer = life.world.stack.simulator().message_as_text(&answer);
    assert!(answer.contains("waitlist"), "{answer}");

    life.until(at("2027-03-26T19:01:00Z")).await;
    assert_eq!(life.titles().last().unwrap(), "Sign-up for Monza is closed");
    assert!(life.board().contains("Sign-up is closed."), "{}", life.board());
    life.until(at(START) - SignedDuration::from_hours(23)).await;
    assert!(life.board().contains("The race is near."), "{}", life.board());

    // An hour after the start the race is ended by hand, and put away at once.
    life.until(at(START) + SignedDuration::from_hours(1)).await;
    for command in ["event complete", "event archive"] {
        life.world
            .ok(&life.club.owner(), command, json!({ "event": event }))
            .await;
        life.world.drain().await;
    }
    assert_eq!(life.place(), Some(("Archive".to_owned(), false)));
    life.until(at(END) + SignedDuration::from_hours(48)).await;
    assert_eq!(life.place(), Some(("Archive".to_owned(), false)));
    // What is over can still be picked, to be repeated for one.
    let owner = life.club.owner();
    let picked = life
        .world
        .suggested(&owner, "event repeat", "event", "monza")
        .await;
    assert_eq!(&picked, event);
    life.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_is_not_moved_before_its_sign_up_opens() {
    let life = Life::begin(1).await;
    let (owner, event) = (life.club.owner(), &life.published.event);
    let simulator = life.world.stack.simulator();
    let options = json!({ "event": event, "opens": "2027-03-22 18:00" });
    life.world.ok(&owner, "event times", options).await;
    let form = simulator
        .slash(&owner, "event edit", json!({ "event": event }))
        .await;
    let form = form.modal().unwrap().clone();
    let values =
        |start: &str| json!({ "name": "Monza", "start": start, "duration": "6h", "classes": "GT3: 2" });
    for (start, expected) in [
        ("2027-03-22 18:00", "it has to be before the start"),
        ("2027-03-22 14:00", "it has to be before the start"),
        ("2027-03-22 18:01", "Event changed"),
    ] {
        let outcome = simulator.submit_modal(&owner, &form, values(start)).await;
        let answer = life.world.stack.expect_message(outcome).unwrap();
        let text = simulator.message_as_text(&answer);
        assert!(text.contains(expected), "{start}: {text}");
    }
    life.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_called_off_before_its_channel_is_made_leaves_nothing_behind() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let series = world.series(&club, "Cup", "GT3: 2").await;
    let event = world.draft(&club, &series, "Fog").await;
    let before = world.stack.simulator().tree(club.guild);
    world.stack.aws().set_deliveries(DeliveryMode {
        late: SignedDuration::from_secs(5),
        ..DeliveryMode::default()
    });
    for command in ["event publish", "event cancel"] {
        let options = if command == "event cancel" {
            json!({ "event": event, "reason": "Fog" })
        } else {
            json!({ "event": event })
        };
        world.ok(&club.owner(), command, options).await;
    }
    world.drain().await;
    let long_after = world.stack.now() + SignedDuration::from_hours(24 * 40);
    world.stack.advance(long_after, 1).await.unwrap();
    assert_eq!(world.stack.simulator().tree(club.guild), before);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_be_read_hold_up_no_other_club() {
    let life = Life::begin(1).await;
    let table = gantry_local::Clients::of("test", life.world.stack.endpoints()).dynamodb;
    let places = ["DUE#0", "DUE#1", "DUE#2", "DUE#3", "WATCH#DUE", "SYNC#DUE"];
    for (n, place) in places.into_iter().enumerate() {
        let odd = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
        let item = [
            ("PK", format!("CLUB#odd{n}")),
            ("SK", "ODD".to_owned()),
            ("GSI1PK", place.to_owned()),
            ("GSI1SK", "2027-01-01T00:00:00Z#odd".to_owned()),
        ];
        table
            .put_item()
            .table_name(gantry_local::TABLE)
            .set_item(Some(item.map(|(name, text)| (name.to_owned(), odd(text))).into()))
            .send()
            .await
            .unwrap();
    }
    // More of them than are looked up together stand before a club that is due.
    for n in 0..60 {
        let odd = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
        let item = [
            ("PK", format!("CLUB#older{n}")),
            ("SK", "ODD".to_owned()),
            ("GSI1PK", "SYNC#DUE".to_owned()),
            ("GSI1SK", format!("2026-01-01T00:00:00Z#odd{n:02}")),
        ];
        table
            .put_item()
            .table_name(gantry_local::TABLE)
            .set_item(Some(item.map(|(name, text)| (name.to_owned(), odd(text))).into()))
            .send()
            .await
            .unwrap();
    }
    life.until(at(START) + SignedDuration::from_mins(1)).await;
    assert_eq!(life.titles(), SAID);
    let ticked = life.world.stack.aws().tick("sync").await.unwrap().unwrap();
    assert_eq!(ticked["begun"], 1, "{ticked}");
    life.world.drain().await;
    for schedule in ["sync", "cleanup", "race-day"] {
        let ticked = life.world.stack.aws().tick(schedule).await.unwrap();
        assert!(ticked.is_ok(), "{schedule}: {ticked:?}");
    }
    life.world.finish().await;
}

/// A tick's DynamoDB calls, by operation.
async fn tick_calls(world: &World) -> Vec<String> {
    let mark = world.mark();
    world
        .stack
        .aws()
        .tick(gantry_local::RACE_DAY)
        .await
        .unwrap()
        .unwrap();
    let calls = world.calls(mark, Service::Dynamodb);
    let mine = calls.into_iter().filter(|call| call.caller == "race-day");
    let mut operations: Vec<String> = mine.map(|call| call.operation).collect();
    operations.sort();
    operations
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_costs_what_is_due_not_what_exists() {
    let life = Life::begin(1).await;
    let world = &life.world;
    world.stack.simulator().set_rate_limits(false);
    assert_eq!(tick_calls(world).await, ["Query"; 4], "nothing is due");
    life.until(at("2027-03-27T07:30:00Z")).await;
    // Fifty more events on the same day; three of them start first.
    let series = world
        .suggested(&life.club.owner(), "event create", "series", "Cup")
        .await;
    for n in 0..50 {
        let start = if n < 3 {
            "2027-03-28 10:00"
        } else {
            "2027-03-28 16:00"
        };
        let name = format!("Race {n}");
        let options = json!({ "series": series, "name": name, "start": start, "duration": "6h" });
        world.ok(&life.club.owner(), "event create", options).await;
        let event = world
            .suggested(&life.club.owner(), "event publish", "event", &name)
            .await;
        world
            .ok(&life.club.owner(), "event publish", json!({ "event": event }))
            .await;
    }
    world.drain().await;
    assert_eq!(
        tick_calls(world).await,
        ["Query"; 4],
        "fifty-one events, and nothing is due"
    );
    // A day before the start of the three.
    world.stack.clock().set(at("2027-03-27T08:00:30Z"));
    let mut expected = vec!["Query"; 4];
    expected.extend(["TransactWriteItems"; 3]);
    assert_eq!(tick_calls(world).await, expected, "three reminders are due");
    assert_eq!(tick_calls(world).await, ["Query"; 4], "they were taken");
    life.world.finish().await;
}
