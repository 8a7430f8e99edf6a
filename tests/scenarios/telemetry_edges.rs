//! What is signed early, late, twice or by a fast clock, and what is not worth telling any more.

use super::*;

impl Race {
    /// How many are in the car by the plan.
    async fn driving(&self) -> usize {
        self.run("stint list", json!({}))
            .await
            .matches("driving since")
            .count()
    }

    /// What is answered to a delivery that was signed so long ago.
    async fn signed(&self, id: &str, ago: i64, more: Value) -> Value {
        let at = self.now() - SignedDuration::from_secs(ago);
        let (status, answer) = post(&self.address, &self.secret, at, &self.body(id, &more)).await;
        assert_eq!(status, 200, "{answer}");
        answer["taken"].clone()
    }
}

fn driver_in() -> Value {
    json!({ "type": "driver_in" })
}

fn driver_out() -> Value {
    json!({ "type": "driver_out" })
}

fn incident(text: &str) -> Value {
    json!({ "type": "incident", "text": text })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_green_flag_before_the_tick_and_the_last_driver_after_the_end_are_taken() {
    let race = Race::formed("4").await;
    race.plan().await;
    race.world.stack.clock().set(minute(-90));
    let (status, answer) = race.send("f-1", driver_in()).await;
    assert_eq!(
        (status, &answer["error"]),
        (409, &json!("too_early_to_start")),
        "{answer}"
    );
    race.world
        .stack
        .clock()
        .set(minute(0) + SignedDuration::from_secs(1));
    let (status, answer) = race.send("f-2", incident("Early")).await;
    assert_eq!(
        (status, &answer["error"]),
        (409, &json!("not_live")),
        "no tick has come"
    );
    assert_eq!(race.taken("f-3", driver_in()).await, "stint");
    assert_eq!(race.driving().await, 1);
    race.world.stack.advance(minute(358), 1).await.unwrap();
    for n in 0..5 {
        assert_eq!(race.taken(&format!("f-4-{n}"), driver_in()).await, "stint");
    }
    race.world.stack.advance(minute(363), 1).await.unwrap();
    let (status, _) = race.send("f-5", incident("Late")).await;
    assert_eq!((status, race.driving().await), (409, 1));
    for _ in 0..2 {
        assert_eq!(race.taken("f-6", driver_out()).await, "stint");
        assert_eq!(race.driving().await, 0);
    }
    let (status, answer) = race.send("f-7", driver_out()).await;
    assert_eq!((status, &answer["error"]), (409, &json!("not_live")));
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_without_effect_has_none_when_it_comes_again() {
    let race = Race::begin().await;
    assert_eq!(race.taken("u-1", driver_out()).await, "stint_unchanged");
    race.world.stack.clock().advance(SignedDuration::from_secs(60));
    assert_eq!(race.taken("u-2", driver_in()).await, "stint");
    assert_eq!(race.taken("u-1", driver_out()).await, "stint_unchanged");
    assert_eq!(race.driving().await, 1);
    // Held up on its way: who is in the car is known by what was signed later. It stays so, signed anew.
    assert_eq!(race.signed("u-3", 30, driver_out()).await, "older_stint");
    assert_eq!(race.taken("u-3", driver_out()).await, "older_stint");
    assert_eq!(race.driving().await, 1);
    race.world.stack.clock().advance(SignedDuration::from_secs(60));
    assert_eq!(race.taken("u-4", driver_out()).await, "stint");
    // What changes nothing is the latest too.
    race.world.stack.clock().advance(SignedDuration::from_secs(60));
    assert_eq!(race.taken("u-5", driver_out()).await, "stint_unchanged");
    assert_eq!(race.signed("u-6", 30, driver_in()).await, "older_stint");
    assert_eq!(race.driving().await, 0);
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn incidents_that_are_no_news_any_more_are_not_told() {
    let race = Race::begin().await;
    let simulator = race.world.stack.simulator();
    let owner = race.club.owner();
    race.taken("l-1", incident("Overtaken by time")).await;
    race.world.stack.clock().advance(SignedDuration::from_mins(16));
    race.world.drain().await;
    assert_eq!(race.told("Overtaken").len(), 0);

    // Gantry is not in the server: nothing waits for its return.
    simulator.remove_bot(race.club.guild).unwrap();
    simulator.slash(&owner, "club preflight", json!({})).await;
    race.world.drain().await;
    race.position("l-2", 7).await;
    race.taken("l-3", incident("Away")).await;
    race.world.drain().await;
    simulator
        .install_bot(race.club.guild, gantry_local::seed::BOT_PERMISSIONS)
        .unwrap();
    race.world.stack.clock().advance(SignedDuration::from_mins(5));
    race.world.ok(&owner, "series list", json!({})).await;
    race.world.drain().await;
    assert_eq!(race.told("Away").len(), 0);
    assert_eq!(race.told("Position of").len(), 0);
    race.taken("l-4", incident("Back again")).await;
    race.position("l-5", 6).await;
    race.world.drain().await;
    assert_eq!(race.told("Back again").len(), 1);
    assert!(race.shown().contains("**P6**"));
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fast_clock_freezes_nothing_and_the_last_position_is_shown() {
    let race = Race::begin().await;
    let place = |n: u32| json!({ "type": "position", "position": n });
    assert_eq!(race.signed("c-1", -200, place(30)).await, "position");
    race.world.stack.clock().advance(SignedDuration::from_secs(2));
    assert_eq!(race.signed("c-2", 0, place(5)).await, "position");
    race.world
        .stack
        .advance(minute(360) - SignedDuration::from_secs(20), 1)
        .await
        .unwrap();
    assert!(race.shown().contains("**P5**"), "{}", race.shown());
    race.position("c-3", 4).await;
    race.world.drain().await;
    assert!(race.shown().contains("**P4**"), "{}", race.shown());
    // Its minute is over when the race is.
    race.world.stack.clock().advance(SignedDuration::from_secs(5));
    race.position("c-4", 2).await;
    race.world.drain().await;
    assert!(race.shown().contains("**P4**"), "{}", race.shown());
    race.world.stack.advance(minute(363), 1).await.unwrap();
    let (status, _) = race.send("c-5", place(1)).await;
    assert_eq!(status, 409, "the race is over");
    assert!(race.shown().contains("**P2**"), "{}", race.shown());
    race.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn incidents_are_counted_for_the_whole_event_too() {
    let race = Race::formed("1").await;
    race.world.drain().await;
    race.world.stack.advance(minute(1), 1).await.unwrap();
    let of = |team: usize| json!({ "type": "incident", "text": "Spin", "team": format!("GT3 {team}") });
    for n in 0..30 {
        let id = format!("m-{n}");
        assert_eq!(race.taken(&id, of(n / 10 + 1)).await, "incident");
    }
    let (status, answer) = race.send("m-30", of(4)).await;
    assert_eq!((status, &answer["error"]), (429, &json!("too_many_messages")));
    assert_eq!(race.taken("m-0", of(1)).await, "incident", "it was taken before");
    race.world.stack.clock().advance(SignedDuration::from_mins(1));
    assert_eq!(race.taken("m-30", of(4)).await, "incident");
    race.world.finish().await;
}
