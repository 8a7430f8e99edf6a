//! Item 7 of the race weekend: Discord is away for two hours. What is still of use is said once, the rest is recorded as dropped.

use crate::world::{Club, Published, World};
use gantry_local_wire::{Delay, Fault, FaultKind, Service};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::domain::alert::{AlertState, DropReason};
use gantry_shared::domain::event::{EventKey, EventState};
use gantry_shared::domain::ids::{EventId, GuildId};
use gantry_shared::domain::settings::OperatorOverrides;
use gantry_shared::ports::store::{Alerts, ClubReader, EventReader};
use gantry_simulator::MessageView;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// 14:00 in Berlin.
const START: &str = "2026-11-28T13:00:00Z";
/// Sends messages into a channel: Discord's permission bit.
const SEND_MESSAGES: u64 = 1 << 11;

/// Longer than any worker waits, so that none does.
const HALF_AN_HOUR: Delay = Delay { ms: 30 * 60_000 };

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn after_start(minutes: i64) -> Timestamp {
    at(START) + SignedDuration::from_mins(minutes)
}

fn title(message: &MessageView) -> String {
    let title = message.embeds.first().map(|embed| embed["title"].clone());
    let title = title.as_ref().and_then(Value::as_str);
    title.unwrap_or_default().to_owned()
}

struct Outage {
    world: World,
    club: Club,
    published: Published,
    table: Table,
}

impl Outage {
    async fn begin() -> Self {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let published = world.published(&club, "Monza", "GT3: 5").await;
        let client = gantry_local::Clients::of("test", world.stack.endpoints()).dynamodb;
        Self {
            table: Table::new(client, gantry_local::TABLE, OperatorOverrides::default()),
            world,
            club,
            published,
        }
    }

    async fn sign_up(&self, count: usize) -> Vec<u64> {
        let drivers = self.world.members(&self.club, count);
        for driver in &drivers {
            let answer = self
                .world
                .press(&self.club, &self.published, *driver, "Sign up")
                .await;
            self.world.stack.expect_message(answer).unwrap();
        }
        self.world.drain().await;
        drivers
    }

    async fn until(&self, instant: Timestamp) {
        self.world.stack.advance(instant, 1).await.unwrap();
    }

    /// Discord answers nothing but 503 from then until then.
    async fn away(&self, from: Timestamp, to: Timestamp) {
        self.until(from).await;
        let faults = self.world.stack.faults();
        faults
            .add(Fault::every(
                Service::Discord,
                FaultKind::UnavailableFor(HALF_AN_HOUR),
            ))
            .unwrap();
        self.until(to).await;
        assert!(faults.hits() > 0);
        faults.clear();
        // What is tried until it is given up moves the clock.
        assert!(self.world.stack.now() <= to + SignedDuration::from_mins(45));
    }

    fn said(&self, words: &str) -> usize {
        let messages = self.world.stack.simulator().messages(self.published.channel);
        messages.iter().filter(|one| title(one).contains(words)).count()
    }

    async fn key(&self) -> EventKey {
        let club = self.table.club_of_guild(GuildId(self.club.guild)).await;
        EventKey {
            club: club.unwrap().unwrap(),
            event: self.published.event.parse::<EventId>().unwrap(),
        }
    }

    /// What became of the alert of that name.
    async fn outcome(&self, name: &str) -> Option<AlertState> {
        let alerts = self.table.alerts(self.key().await).await.unwrap();
        let found = alerts.into_iter().find(|alert| alert.kind.name() == name);
        found.map(|alert| alert.outcome)
    }

    async fn dropped(&self, name: &str) -> Option<DropReason> {
        match self.outcome(name).await {
            Some(AlertState::Dropped { why, .. }) => Some(why),
            _ => None,
        }
    }

    async fn state(&self) -> EventState {
        self.table
            .sheet(self.key().await)
            .await
            .unwrap()
            .unwrap()
            .event
            .state
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_is_away_around_the_opening() {
    let outage = Outage::begin().await;
    let times = json!({ "event": outage.published.event, "opens": "2026-11-22 10:00" });
    outage.world.ok(&outage.club.owner(), "event times", times).await;
    outage.world.drain().await;
    outage
        .away(at("2026-11-22T08:55:00Z"), at("2026-11-22T10:55:00Z"))
        .await;
    assert_eq!(outage.said("is open"), 0);
    outage.until(at("2026-11-22T12:55:00Z")).await;
    assert_eq!(outage.said("is open"), 1, "tried again without anybody's doing");
    assert!(matches!(
        outage.outcome("opening").await,
        Some(AlertState::Sent { silent: false, .. })
    ));
    outage.sign_up(1).await;
    outage.until(at("2026-11-22T20:00:00Z")).await;
    assert_eq!(outage.said("is open"), 1);
    outage.world.stack.shutdown().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_is_away_around_closing_and_start() {
    let outage = Outage::begin().await;
    outage.sign_up(2).await;
    let times = json!({ "event": outage.published.event, "closes": "2026-11-28 13:50" });
    outage.world.ok(&outage.club.owner(), "event times", times).await;
    outage.world.drain().await;
    // The closing and the start.
    outage.away(after_start(-12), after_start(108)).await;
    assert_eq!(outage.state().await, EventState::Live, "words hold up no step");
    outage.until(after_start(150)).await;
    let said = ["is closed", "has started"].map(|words| outage.said(words));
    assert_eq!(said, [1, 0], "what is still of use, once");
    assert_eq!(outage.dropped("words-start").await, Some(DropReason::Late));
    assert!(matches!(
        outage.outcome("words-closing").await,
        Some(AlertState::Sent { silent: false, .. })
    ));
    let board = outage.world.board_text(&outage.published);
    assert!(board.contains("The race is on."), "{board}");
    outage.until(after_start(365)).await;
    assert_eq!(outage.state().await, EventState::Completed);
    assert_eq!(outage.said("is closed"), 1);
    outage.world.stack.shutdown().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_said_says_why() {
    // Gantry may not write.
    let outage = Outage::begin().await;
    outage.sign_up(1).await;
    let permissions = gantry_local::seed::BOT_PERMISSIONS & !SEND_MESSAGES;
    let simulator = outage.world.stack.simulator();
    simulator.install_bot(outage.club.guild, permissions).unwrap();
    simulator
        .set_overwrite(outage.published.channel, outage.club.guild, 0, SEND_MESSAGES)
        .unwrap();
    outage.until(after_start(-23 * 60)).await;
    let failed = outage.outcome("reminder-24").await;
    assert!(
        matches!(&failed, Some(AlertState::Failed { why, .. }) if why.contains("50013") || why.contains("ermission")),
        "{failed:?}"
    );
    // No tick for two hours.
    outage.until(after_start(-90)).await;
    outage.world.stack.clock().set(after_start(20));
    outage.until(after_start(21)).await;
    assert_eq!(outage.dropped("reminder-1").await, Some(DropReason::Late));
    assert_eq!(outage.state().await, EventState::Live);
    assert!(
        matches!(outage.outcome("start").await, Some(AlertState::Sent { .. })),
        "a step is never too late"
    );
    outage.world.stack.shutdown().await.unwrap();
}

/// An event without a channel, with a driver who has a seat, one who waits, and one who does not come.
async fn without_channel(world: &World, club: &Club) -> (String, Vec<u64>) {
    let series = world.series(club, "Cup", "GT3: 1").await;
    let event = world.draft(club, &series, "Monza").await;
    let options = json!({ "event": event, "channel": "no" });
    world.ok(&club.owner(), "event publish", options).await;
    world.drain().await;
    let drivers = world.members(club, 3);
    for (driver, label) in drivers.iter().zip(["Sign up", "Sign up", "Not coming"]) {
        let actor = club.member(*driver, club.paddock);
        let shown = world.ok(&actor, "event show", json!({ "event": event })).await;
        let button = gantry_local::story::button(&shown, label).expect(label)["custom_id"].clone();
        let button = button.as_str().unwrap();
        let answer = world.stack.simulator().click(&actor, shown.id, button).await;
        world.stack.expect_message(answer).unwrap();
    }
    world.drain().await;
    (event, drivers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_event_without_a_channel_is_told_by_dm() {
    for double in [false, true] {
        let world = World::start().await;
        world.stack.simulator().set_rate_limits(false);
        let club = world.club("Apex").await;
        let (event, drivers) = without_channel(&world, &club).await;
        world.stack.aws().set_deliveries(gantry_local_aws::DeliveryMode {
            double,
            ..gantry_local_aws::DeliveryMode::default()
        });
        // A reminder has nowhere to be said.
        world.stack.advance(after_start(-23 * 60), 1).await.unwrap();
        let cancel = json!({ "event": event, "reason": "Fog" });
        world.ok(&club.owner(), "event cancel", cancel).await;
        world.drain().await;
        let dms: Vec<Vec<String>> = drivers
            .iter()
            .map(|user| world.stack.simulator().dms(*user).iter().map(title).collect())
            .collect();
        let told = || vec!["Monza is cancelled".to_owned()];
        assert_eq!(dms, [told(), told(), Vec::new()]);
        let client = gantry_local::Clients::of("test", world.stack.endpoints()).dynamodb;
        let table = Table::new(client, gantry_local::TABLE, OperatorOverrides::default());
        let id = table.club_of_guild(GuildId(club.guild)).await.unwrap().unwrap();
        let key = EventKey {
            club: id,
            event: event.parse::<EventId>().unwrap(),
        };
        let alerts = table.alerts(key).await.unwrap();
        for name in ["reminder-24", "words-cancelled"] {
            let found = alerts.iter().find(|one| one.kind.name() == name).unwrap();
            let why = match &found.outcome {
                AlertState::Dropped { why, .. } => Some(*why),
                _ => None,
            };
            assert_eq!(why, Some(DropReason::NoChannel), "{name}: {found:?}");
        }
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_event_whose_channel_somebody_deleted_is_told_by_dm() {
    let outage = Outage::begin().await;
    let drivers = outage.sign_up(2).await;
    let simulator = outage.world.stack.simulator();
    simulator.delete_channel(outage.published.channel).unwrap();
    let cancel = json!({ "event": outage.published.event });
    outage
        .world
        .ok(&outage.club.owner(), "event cancel", cancel)
        .await;
    outage.world.drain().await;
    for driver in drivers {
        let titles: Vec<String> = simulator.dms(driver).iter().map(title).collect();
        assert_eq!(titles, ["Monza is cancelled"]);
    }
    outage.world.finish().await;
}
