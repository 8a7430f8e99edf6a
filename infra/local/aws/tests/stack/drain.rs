//! Draining.

use crate::parts::{Function, noon, stack};
use gantry_local_aws::{DrainError, Mappings, QueueMapping, StreamMapping};
use jiff::SignedDuration;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn nothing_to_do_is_done_at_once() {
    let stack = stack().await;
    let report = stack.aws.drain().await.unwrap();
    assert_eq!(report, gantry_local_aws::DrainReport::default());
    assert_eq!(stack.wires.clock.now(), noon());
}

#[tokio::test]
async fn delays_are_jumped_over() {
    let stack = stack().await;
    stack
        .aws
        .sqs()
        .ensure_queue("later", &[("DelaySeconds", "600")])
        .unwrap();
    let url = format!("{}/000000000000/later", stack.aws.sqs_url());
    for delay in [900, 60, 60] {
        let send = stack
            .sqs
            .send_message()
            .queue_url(&url)
            .message_body("x")
            .delay_seconds(delay);
        send.send().await.unwrap();
    }
    let function = Function::done();
    let mappings = Mappings {
        queues: vec![QueueMapping::new("later", "notify-worker")],
        ..Mappings::default()
    };
    stack.aws.map(mappings, Arc::new(function.clone()));
    let report = stack.aws.drain().await.unwrap();
    assert_eq!(function.seen("/body").concat().len(), 3);
    assert_eq!(report.clock_moves, 2);
    assert_eq!(stack.wires.clock.now(), noon() + SignedDuration::from_secs(900));
}

#[tokio::test]
async fn a_message_in_a_queue_that_feeds_nothing_is_not_waited_for() {
    let stack = stack().await;
    stack.queues(5);
    stack.send("g", "job").await;
    stack.aws.drain().await.unwrap();
    assert_eq!(stack.messages("jobs.fifo"), 1);
}

#[tokio::test]
async fn work_follows_from_the_stream_through_the_queue() {
    let stack = stack().await;
    stack.table().await;
    stack.queues(5);
    for n in 0..5 {
        stack.put("OUTBOX#1", &n.to_string()).await;
    }
    #[derive(Clone)]
    struct Chain(aws_sdk_sqs::Client, String, Function);
    impl gantry_local_aws::Invoker for Chain {
        fn invoke(
            &self,
            name: &str,
            event: Value,
            deadline: jiff::Timestamp,
        ) -> gantry_local_aws::Invocation {
            let (this, name) = (self.clone(), name.to_owned());
            Box::pin(async move {
                if name == "relay" {
                    for record in event["Records"].as_array().unwrap() {
                        let sk = record["dynamodb"]["Keys"]["SK"]["S"].as_str().unwrap();
                        let send = this.0.send_message().queue_url(&this.1).message_group_id("g");
                        send.message_body(sk).send().await.unwrap();
                    }
                    return Ok(Value::Null);
                }
                this.2.invoke(&name, event, deadline).await
            })
        }
    }
    let worker = Function::done();
    let url = format!("{}/000000000000/jobs.fifo", stack.aws.sqs_url());
    let mappings = Mappings {
        queues: vec![QueueMapping::new("jobs.fifo", "channel-worker")],
        streams: vec![StreamMapping::new("gantry", "relay")],
        ..Mappings::default()
    };
    stack
        .aws
        .map(mappings, Arc::new(Chain(stack.sqs.clone(), url, worker.clone())));
    stack.aws.drain().await.unwrap();
    assert_eq!(worker.seen("/body").concat(), ["0", "1", "2", "3", "4"]);
}

#[tokio::test]
async fn what_never_ends_is_named() {
    let stack = stack().await;
    stack.queues(5);
    stack.send("g", "job").await;
    struct Hangs;
    impl gantry_local_aws::Invoker for Hangs {
        fn invoke(&self, _: &str, _: Value, _: jiff::Timestamp) -> gantry_local_aws::Invocation {
            Box::pin(std::future::pending())
        }
    }
    let mappings = Mappings {
        queues: vec![QueueMapping::new("jobs.fifo", "channel-worker")],
        ..Mappings::default()
    };
    stack.aws.map(mappings, Arc::new(Hangs));
    let error = stack
        .aws
        .drain_within(Duration::from_millis(200))
        .await
        .unwrap_err();
    let DrainError::Stuck(left) = error else {
        panic!("{error:?}")
    };
    assert!(
        left.contains(&"1 invocations of channel-worker run".to_owned()),
        "{left:?}"
    );
}
