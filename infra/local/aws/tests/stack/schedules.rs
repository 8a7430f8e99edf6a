//! Schedules.

use crate::parts::{Function, noon, stack};
use gantry_local_aws::{DeliveryMode, InvokeError, Mappings, Schedule};
use jiff::SignedDuration;
use serde_json::json;
use std::sync::Arc;

fn race_day(runs: bool) -> Mappings {
    Mappings {
        schedules: vec![Schedule::new(
            "race-day",
            "race-day",
            SignedDuration::from_mins(1),
        )],
        schedules_run: runs,
        ..Mappings::default()
    }
}

#[tokio::test]
async fn a_tick_calls_the_function_and_gives_its_answer() {
    let stack = stack().await;
    let function = Function::new(|number, _| match number {
        0 => Ok(json!({ "due": 2 })),
        _ => Err(InvokeError::Failed("on purpose".to_owned())),
    });
    stack.aws.map(race_day(false), Arc::new(function.clone()));
    assert_eq!(stack.aws.tick("race-day").await.unwrap(), Ok(json!({ "due": 2 })));
    assert!(stack.aws.tick("race-day").await.unwrap().is_err());
    assert!(stack.aws.tick("no-such").await.is_err());
    let event = function.events().remove(0);
    assert_eq!(
        (&event["source"], &event["detail-type"]),
        (&json!("aws.events"), &json!("Scheduled Event"))
    );
    assert_eq!(event["time"], "2026-11-28T12:00:00Z");
}

#[tokio::test]
async fn a_doubled_tick_comes_twice() {
    let stack = stack().await;
    let function = Function::done();
    stack.aws.map(race_day(false), Arc::new(function.clone()));
    stack.aws.set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    stack.aws.tick("race-day").await.unwrap().unwrap();
    assert_eq!(function.events().len(), 2);
}

#[tokio::test]
async fn a_schedule_runs_when_its_minute_has_passed() {
    let stack = stack().await;
    let function = Function::done();
    stack.aws.map(race_day(true), Arc::new(function.clone()));
    let called = async |count: usize| {
        while function.events().len() < count {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        function.events()[count - 1]["time"].clone()
    };
    // The schedule begins with the stack; only then may the clock move.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(function.events().is_empty());
    stack.wires.clock.set(noon() + SignedDuration::from_secs(60));
    assert_eq!(called(1).await, "2026-11-28T12:01:00Z");
    stack.wires.clock.set(noon() + SignedDuration::from_secs(121));
    assert_eq!(called(2).await, "2026-11-28T12:02:00Z");
    // An hour in one jump is one call, not sixty.
    stack.wires.clock.set(noon() + SignedDuration::from_mins(62));
    called(3).await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(function.events().len(), 3);
}
