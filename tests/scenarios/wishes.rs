//! Item 10 of the race weekend: a member's own wishes, from the command to what reaches them.

use crate::deaths::Deaths;
use crate::world::{Club, Published, World};
use gantry_local_aws::DeliveryMode;
use gantry_local_wire::Service;
use gantry_simulator::MessageView;
use jiff::Timestamp;
use serde_json::{Value, json};

/// 14:00 in Berlin on the 28th is 13:00 UTC.
const DAY_BEFORE: &str = "2026-11-27T13:00:30Z";
const HOUR_BEFORE: &str = "2026-11-28T12:00:30Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn title(message: &MessageView) -> String {
    let title = message.embeds.first().map(|embed| embed["title"].clone());
    let title = title.as_ref().and_then(Value::as_str);
    title.unwrap_or_default().to_owned()
}

async fn me(world: &World, club: &Club, user: u64, command: &str, options: Value) -> String {
    let answer = world
        .ok(
            &club.member(user, club.paddock),
            &format!("me {command}"),
            options,
        )
        .await;
    assert_eq!(answer.ephemeral_for, Some(user), "{command}");
    json!(answer.embeds).to_string()
}

/// Six seats and a waitlist; drivers who wish this and that.
struct Grid {
    world: World,
    published: Published,
    drivers: Vec<u64>,
}

/// Says nothing; wants DMs; wants nothing; wants a DM an hour before only; wants DMs but takes none; waits, and wants DMs.
const SILENT: usize = 0;
const DM: usize = 1;
const NONE: usize = 2;
const DM_LATE: usize = 3;
const CLOSED: usize = 4;
const WAITING: usize = 5;

impl Grid {
    async fn begin() -> Self {
        let world = World::start().await;
        let club = world.club("Apex").await;
        let published = world.published(&club, "Spa", "GT3: 5").await;
        let drivers = world.members(&club, 6);
        for driver in &drivers {
            world.press(&club, &published, *driver, "Sign up").await;
        }
        world.drain().await;
        let dm = json!({ "how": "dm" });
        for n in [DM, CLOSED, WAITING] {
            let text = me(&world, &club, drivers[n], "reminders", dm.clone()).await;
            assert!(text.contains("By direct message, 24, 1 hours before"), "{text}");
        }
        me(
            &world,
            &club,
            drivers[NONE],
            "reminders",
            json!({ "how": "none" }),
        )
        .await;
        let late = json!({ "how": "dm", "hours": "1" });
        me(&world, &club, drivers[DM_LATE], "reminders", late).await;
        world
            .stack
            .simulator()
            .set_dms_closed(drivers[CLOSED], true)
            .unwrap();
        Self {
            world,
            published,
            drivers,
        }
    }

    /// DMs of each driver, by title.
    fn dms(&self) -> Vec<Vec<String>> {
        let dms = |user: &u64| {
            let dms = self.world.stack.simulator().dms(*user);
            dms.iter().map(title).collect()
        };
        self.drivers.iter().map(dms).collect()
    }

    /// Who is mentioned by the messages of that title in the event's channel.
    fn mentioned(&self, wanted: &str) -> Vec<usize> {
        let messages = self.world.stack.simulator().messages(self.published.channel);
        let mentions: Vec<u64> = messages
            .iter()
            .filter(|message| title(message) == wanted)
            .flat_map(|message| message.mentions.clone())
            .collect();
        let place = |user| self.drivers.iter().position(|driver| driver == user).unwrap();
        let mut places: Vec<usize> = mentions.iter().map(place).collect();
        places.sort_unstable();
        places
    }

    async fn weekend(self, ticks: u32) {
        let stack = &self.world.stack;
        stack.advance(at(DAY_BEFORE), ticks).await.unwrap();
        let reminder = || vec!["Reminder: Spa".to_owned()];
        let mut told = vec![Vec::new(); 6];
        told[DM] = reminder();
        assert_eq!(self.dms(), told, "a day before");
        assert_eq!(self.mentioned("Spa starts in 24 hours"), [SILENT]);
        assert_eq!(
            self.mentioned("Reminder: Spa"),
            [CLOSED],
            "in the channel instead"
        );

        stack.advance(at(HOUR_BEFORE), ticks).await.unwrap();
        told[DM].extend(reminder());
        told[DM_LATE] = reminder();
        assert_eq!(self.dms(), told, "an hour before");
        assert_eq!(self.mentioned("Spa starts in 1 hour"), [SILENT]);
        assert_eq!(self.mentioned("Reminder: Spa"), [CLOSED, CLOSED]);

        stack.advance(at("2026-11-28T13:01:00Z"), ticks).await.unwrap();
        assert_eq!(
            self.mentioned("Spa has started"),
            [SILENT, DM, DM_LATE, CLOSED],
            "who waits does not drive, and one wants to hear nothing"
        );
        assert_eq!(self.dms(), told);
        self.world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn drivers_are_reminded_as_they_wish() {
    Grid::begin().await.weekend(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_with_every_delivery_doubled_and_each_tick_run_twice() {
    let grid = Grid::begin().await;
    grid.world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    grid.weekend(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_with_the_worker_killed_at_its_calls() {
    for service in [Service::Discord, Service::Dynamodb] {
        let deaths = Deaths {
            service,
            function: "notify-worker",
            apart: 11,
            later: 4,
            calls: 200,
        };
        for life in deaths.lives() {
            let grid = Grid::begin().await;
            for fault in life {
                grid.world.stack.faults().add(fault).unwrap();
            }
            grid.weekend(1).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dms_that_can_wait_do_so_in_quiet_hours() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let set = json!({ "key": "club.quiet_hours", "value": "22:00-07:00" });
    world.ok(&club.owner(), "settings set", set).await;
    let series = world.series(&club, "Night", "GT3: 1").await;
    let options = json!({ "series": series, "name": "Night", "start": "2026-11-29 02:00", "duration": "2h" });
    world.ok(&club.owner(), "event create", options).await;
    let event = world
        .suggested(&club.owner(), "event publish", "event", "Night")
        .await;
    world
        .ok(&club.owner(), "event publish", json!({ "event": event }))
        .await;
    world.drain().await;
    let published = world.space_of(&club, event, "Night");
    let drivers = world.members(&club, 2);
    for driver in &drivers {
        world.press(&club, &published, *driver, "Sign up").await;
        me(&world, &club, *driver, "reminders", json!({ "how": "dm" })).await;
    }
    world.drain().await;
    let dms = |user: u64| -> Vec<String> { world.stack.simulator().dms(user).iter().map(title).collect() };

    // In the night after: a seat becomes free. That can wait until seven in the morning, six in UTC.
    world.stack.advance(at("2026-11-22T22:30:00Z"), 1).await.unwrap();
    world.press(&club, &published, drivers[0], "Leave").await;
    world.drain().await;
    assert!(dms(drivers[1]).is_empty());
    world.stack.advance(at("2026-11-23T05:59:30Z"), 2).await.unwrap();
    assert!(dms(drivers[1]).is_empty());
    world.stack.advance(at("2026-11-23T06:01:00Z"), 2).await.unwrap();
    assert_eq!(dms(drivers[1]), ["You have a seat"]);

    // A day before the start it is two in the night: the reminder waits. An hour before it, it does not.
    world.stack.advance(at("2026-11-28T05:59:30Z"), 2).await.unwrap();
    assert_eq!(dms(drivers[1]), ["You have a seat"]);
    world.stack.advance(at("2026-11-28T06:01:00Z"), 2).await.unwrap();
    assert_eq!(dms(drivers[1]), ["You have a seat", "Reminder: Night"]);
    world.stack.advance(at("2026-11-29T00:01:00Z"), 2).await.unwrap();
    assert_eq!(
        dms(drivers[1]),
        ["You have a seat", "Reminder: Night", "Reminder: Night"]
    );
    assert!(dms(drivers[0]).is_empty(), "left before");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_is_given_back_in_the_night_is_not_told_in_the_morning() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let set = json!({ "key": "club.quiet_hours", "value": "22:00-07:00" });
    world.ok(&club.owner(), "settings set", set).await;
    let published = world.published(&club, "Spa", "GT3: 1").await;
    let drivers = world.members(&club, 2);
    for driver in &drivers {
        world.press(&club, &published, *driver, "Sign up").await;
    }
    world.drain().await;
    world.stack.advance(at("2026-11-22T22:30:00Z"), 1).await.unwrap();
    for driver in &drivers {
        world.press(&club, &published, *driver, "Leave").await;
        world.drain().await;
    }
    world.stack.advance(at("2026-11-23T07:00:00Z"), 1).await.unwrap();
    assert!(world.stack.simulator().dms(drivers[1]).is_empty());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_read_in_the_zone_of_whoever_types_them() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let series = world.series(&club, "Cup", "GT3: 5").await;
    let start = |zone: Option<&'static str>| {
        let (world, club, series) = (&world, &club, &series);
        async move {
            if let Some(zone) = zone {
                let text = me(world, club, club.owner, "timezone", json!({ "zone": zone })).await;
                assert!(
                    text.contains(if zone == "club" { "the club's" } else { zone }),
                    "{text}"
                );
            }
            let options =
                json!({ "series": series, "name": "Spa", "start": "2026-11-28 14:00", "duration": "6h" });
            let answer = world.ok(&club.owner(), "event create", options).await;
            json!(answer.embeds).to_string()
        }
    };
    let shows = |text: &str, instant: &str| text.contains(&format!("<t:{}:F>", at(instant).as_second()));
    let text = start(None).await;
    assert!(shows(&text, "2026-11-28T13:00:00Z"), "the club's: {text}");
    let text = start(Some("America/New_York")).await;
    assert!(shows(&text, "2026-11-28T19:00:00Z"), "one's own: {text}");
    let event = world
        .suggested(&club.owner(), "event publish", "event", "Spa")
        .await;
    let closes = json!({ "event": event, "closes": "2026-11-27 20:00" });
    let text = json!(world.ok(&club.owner(), "event times", closes).await.embeds).to_string();
    assert!(!text.is_empty());
    let text = start(Some("club")).await;
    assert!(shows(&text, "2026-11-28T13:00:00Z"), "the club's again: {text}");
    // Another member's zone is their own matter.
    let other = world.members(&club, 1)[0];
    assert!(
        me(&world, &club, other, "show", json!({}))
            .await
            .contains("the club's")
    );
    let bad = json!({ "zone": "Mars/Base" });
    let member = club.member(other, club.paddock);
    let answer = world.ok(&member, "me timezone", bad).await;
    assert!(answer.content.contains("pick a zone"), "{}", answer.content);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reserve_is_not_told_as_if_driving() {
    let world = World::start().await;
    world.stack.simulator().set_rate_limits(false);
    let club = world.club("Apex").await;
    let (published, drivers) = crate::teams::closed(&world, &club, 4).await;
    let event = published.event.clone();
    let dm = json!({ "how": "dm" });
    for driver in [drivers[1], drivers[3]] {
        me(&world, &club, driver, "reminders", dm.clone()).await;
    }
    crate::teams::team(&world, &club, "form", json!({ "event": event, "size": "4" })).await;
    let of = |option: &'static str, typed: String| {
        let picked = json!({ "event": event, option: typed });
        let owner = club.owner();
        let world = &world;
        async move { world.suggested_with(&owner, "team remove", picked, option).await }
    };
    let id = of("team", "GT3".to_owned()).await;
    let grid = Grid {
        published,
        drivers,
        world,
    };
    let (world, stack) = (&grid.world, &grid.world.stack);
    // Before the teams are settled everybody with a seat is one who drives.
    stack.advance(at(DAY_BEFORE), 1).await.unwrap();
    assert_eq!(grid.mentioned("Monza 6h starts in 24 hours"), [0, 2]);
    let told = |grid: &Grid| grid.dms().iter().map(Vec::len).collect::<Vec<usize>>();
    assert_eq!(told(&grid), [0, 1, 0, 1]);

    for reserve in [grid.drivers[2], grid.drivers[3]] {
        let out = json!({ "event": event, "team": id, "driver": reserve.to_string() });
        let done = crate::teams::team(world, &club, "remove", out).await;
        assert!(done.contains("is out of") || done.contains("taken out"), "{done}");
    }
    crate::teams::team(world, &club, "finalise", json!({ "event": event })).await;
    stack.advance(at(HOUR_BEFORE), 1).await.unwrap();
    assert_eq!(grid.mentioned("Monza 6h starts in 1 hour"), [0]);
    assert_eq!(told(&grid), [0, 2, 0, 1]);
    let mark = world.mark();
    stack.advance(at("2026-11-28T13:15:00Z"), 1).await.unwrap();
    assert_eq!(grid.mentioned("Monza 6h has started"), [0, 1]);
    let looked: std::collections::BTreeSet<String> = world
        .calls(mark, Service::Discord)
        .into_iter()
        .filter(|call| call.operation == "GET /guilds/{guild.id}/voice-states/{user.id}")
        .map(|call| call.note)
        .collect();
    assert_eq!(looked.len(), 2, "{looked:?}");
    grid.world.finish().await;
}
