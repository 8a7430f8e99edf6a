//! From a queue to its function.

use crate::parts::{Function, Stack, report, stack};
use gantry_local_aws::{DeliveryMode, Invocation, InvokeError, Invoker, Mappings, QueueMapping};
use gantry_local_wire::{Fault, FaultKind, Service};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

fn map(stack: &Stack, invoker: impl Invoker) {
    let mappings = Mappings {
        queues: vec![QueueMapping::new("jobs.fifo", "channel-worker")],
        ..Mappings::default()
    };
    stack.aws.map(mappings, Arc::new(invoker));
}

#[tokio::test]
async fn the_event_is_the_one_that_lambda_gets() {
    let stack = stack().await;
    stack.queues(5);
    stack.send("guild-1", "job").await;
    let function = Function::done();
    map(&stack, function.clone());
    stack.aws.drain().await.unwrap();
    let event = function.events().remove(0);
    let record = &event["Records"][0];
    let at = "1795867200000";
    assert_eq!(record["body"], "job");
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(
        record["eventSourceARN"],
        "arn:aws:sqs:eu-central-1:000000000000:jobs.fifo"
    );
    assert_eq!(record["awsRegion"], "eu-central-1");
    assert_eq!(record["md5OfBody"], format!("{:x}", md5::compute("job")));
    assert_eq!(record["messageAttributes"], json!({}));
    let attributes = &record["attributes"];
    assert_eq!(attributes["ApproximateReceiveCount"], "1");
    assert_eq!(attributes["MessageGroupId"], "guild-1");
    assert_eq!(
        (
            &attributes["SentTimestamp"],
            &attributes["ApproximateFirstReceiveTimestamp"]
        ),
        (&at.into(), &at.into())
    );
    assert_eq!(attributes["MessageDeduplicationId"].as_str().unwrap().len(), 64);
    assert_eq!(attributes["SequenceNumber"].as_str().unwrap().len(), 20);
    assert!(
        !record["messageId"].as_str().unwrap().is_empty()
            && !record["receiptHandle"].as_str().unwrap().is_empty()
    );
    assert_eq!(stack.messages("jobs.fifo"), 0);
}

#[tokio::test]
async fn only_what_was_reported_as_failed_comes_again() {
    let stack = stack().await;
    stack.queues(5);
    for body in ["one", "two", "three"] {
        stack.send("g", body).await;
    }
    let function = Function::new(|number, event| {
        let id = event["Records"][1]["messageId"].as_str();
        Ok(report(if number == 0 { id.as_slice() } else { &[] }))
    });
    map(&stack, function.clone());
    let report = stack.aws.drain().await.unwrap();
    assert_eq!(function.seen("/body"), [vec!["one", "two", "three"], vec!["two"]]);
    assert_eq!(function.seen("/attributes/ApproximateReceiveCount")[1], ["2"]);
    assert_eq!(
        (
            report.invocations,
            report.messages,
            report.failures,
            report.clock_moves
        ),
        (2, 4, 0, 1)
    );
}

#[tokio::test]
async fn a_failing_function_is_given_a_message_so_often_and_then_it_is_a_dead_letter() {
    let stack = stack().await;
    stack.queues(3);
    stack.send("g", "poison").await;
    let function = Function::new(|_, _| Err(InvokeError::Failed("on purpose".to_owned())));
    map(&stack, function.clone());
    let report = stack.aws.drain().await.unwrap();
    assert_eq!(function.events().len(), 3);
    assert_eq!(
        (report.failures, report.dead_letters, report.clock_moves),
        (3, 1, 3)
    );
    let queues = stack.aws.queues();
    let jobs = queues.iter().find(|queue| queue.name == "jobs.fifo").unwrap();
    assert_eq!(
        (jobs.depth, jobs.in_flight, jobs.delayed, jobs.dead_letters),
        (0, 0, 0, 1)
    );
    assert_eq!(
        stack.wires.clock.now(),
        crate::parts::noon() + SignedDuration::from_secs(180)
    );
}

#[tokio::test]
async fn doubled_deliveries_come_twice_and_the_second_outcome_counts() {
    let stack = stack().await;
    stack.queues(5);
    stack.aws.set_deliveries(DeliveryMode {
        double: true,
        ..DeliveryMode::default()
    });
    stack.send("g", "job").await;
    let function = Function::new(|number, _| match number {
        0 => Err(InvokeError::Failed("the first time".to_owned())),
        _ => Ok(Value::Null),
    });
    map(&stack, function.clone());
    stack.aws.drain().await.unwrap();
    assert_eq!(function.seen("/body"), [["job"], ["job"]]);
    assert_eq!(
        function.seen("/attributes/ApproximateReceiveCount"),
        [["1"], ["2"]]
    );
    let ids = function.seen("/messageId");
    assert_eq!(ids[0], ids[1]);
    assert_eq!(stack.messages("jobs.fifo"), 0);
}

#[tokio::test]
async fn late_deliveries_wait_for_the_clock() {
    let stack = stack().await;
    stack.queues(5);
    let late = SignedDuration::from_secs(90);
    stack.aws.set_deliveries(DeliveryMode { double: false, late });
    stack.send("g", "job").await;
    let function = Function::done();
    map(&stack, function.clone());
    let report = stack.aws.drain().await.unwrap();
    assert_eq!((report.invocations, report.clock_moves), (1, 1));
    assert_eq!(stack.wires.clock.now(), crate::parts::noon() + late);
}

/// Calls SQS as the function whose name it has, and hangs if its first call is answered at all.
#[derive(Clone)]
struct Caller {
    sqs: aws_sdk_sqs::Client,
    function: Function,
}

impl Invoker for Caller {
    fn invoke(&self, name: &str, event: Value, deadline: Timestamp) -> Invocation {
        let (caller, invoked) = (self.clone(), self.function.invoke(name, event, deadline));
        Box::pin(async move {
            invoked.await?;
            let first = caller.function.events().len() == 1;
            let called = caller.sqs.list_queues().send().await;
            if first {
                std::future::pending::<()>().await;
            }
            called
                .map(|_| Value::Null)
                .map_err(|error| InvokeError::Failed(error.to_string()))
        })
    }
}

#[tokio::test]
async fn a_killed_function_leaves_its_batch_for_the_next_try() {
    let stack = stack().await;
    stack.queues(5);
    let fault = Fault::nth(Service::Sqs, "channel-worker", 0, FaultKind::KillAfter).on("ListQueues");
    stack.wires.faults.add(fault).unwrap();
    stack.send("g", "job").await;
    let function = Function::done();
    let caller = Caller {
        sqs: stack.sqs.clone(),
        function: function.clone(),
    };
    map(&stack, caller);
    let report = stack.aws.drain().await.unwrap();
    assert_eq!((report.invocations, report.failures), (2, 1));
    assert_eq!(
        function.seen("/attributes/ApproximateReceiveCount"),
        [["1"], ["2"]]
    );
    assert_eq!(stack.messages("jobs.fifo"), 0);
}

/// Notes how many invocations of one group, and of all, run at once.
#[derive(Clone, Default)]
struct Watcher {
    running: Arc<std::sync::Mutex<Vec<String>>>,
    most: Arc<std::sync::Mutex<(usize, usize)>>,
}

impl Invoker for Watcher {
    fn invoke(&self, _name: &str, event: Value, _deadline: Timestamp) -> Invocation {
        let watcher = self.clone();
        Box::pin(async move {
            let group = event["Records"][0]["attributes"]["MessageGroupId"]
                .as_str()
                .unwrap()
                .to_owned();
            {
                let mut running = watcher.running.lock().unwrap();
                running.push(group.clone());
                let mut most = watcher.most.lock().unwrap();
                most.0 = most.0.max(running.iter().filter(|one| **one == group).count());
                most.1 = most.1.max(running.len());
            }
            for _ in 0..20 {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            let mut running = watcher.running.lock().unwrap();
            let at = running.iter().position(|one| *one == group).unwrap();
            running.remove(at);
            Ok(Value::Null)
        })
    }
}

#[tokio::test]
async fn a_group_has_one_batch_at_a_time_and_groups_run_side_by_side_up_to_the_limit() {
    let stack = stack().await;
    stack.queues(5);
    for n in 0..24 {
        stack.send(&format!("g{}", n % 6), &format!("job {n}")).await;
    }
    let watcher = Watcher::default();
    let mapping = QueueMapping {
        batch_size: 1,
        ..QueueMapping::new("jobs.fifo", "channel-worker")
    };
    let mappings = Mappings {
        queues: vec![mapping],
        ..Mappings::default()
    };
    stack.aws.map(mappings, Arc::new(watcher.clone()));
    let report = stack.aws.drain().await.unwrap();
    assert_eq!(report.invocations, 24);
    assert_eq!(*watcher.most.lock().unwrap(), (1, 4));
}

#[tokio::test]
async fn a_visibility_that_the_function_set_holds() {
    let stack = stack().await;
    stack.queues(5);
    stack.send("g", "job").await;
    let url = format!("{}/000000000000/jobs.fifo", stack.aws.sqs_url());
    #[derive(Clone)]
    struct HandsBack(aws_sdk_sqs::Client, String, Function);
    impl Invoker for HandsBack {
        fn invoke(&self, name: &str, event: Value, deadline: Timestamp) -> Invocation {
            let (this, name) = (self.clone(), name.to_owned());
            Box::pin(async move {
                let record = event["Records"][0].clone();
                let answer = this.2.invoke(&name, event, deadline).await?;
                if this.2.events().len() > 1 {
                    return Ok(answer);
                }
                let change = this
                    .0
                    .change_message_visibility()
                    .queue_url(&this.1)
                    .visibility_timeout(7);
                change
                    .receipt_handle(record["receiptHandle"].as_str().unwrap())
                    .send()
                    .await
                    .unwrap();
                Ok(report(&[record["messageId"].as_str().unwrap()]))
            })
        }
    }
    map(&stack, HandsBack(stack.sqs.clone(), url, Function::done()));
    stack.aws.drain().await.unwrap();
    assert_eq!(
        stack.wires.clock.now(),
        crate::parts::noon() + SignedDuration::from_secs(7)
    );
    assert_eq!(stack.messages("jobs.fifo"), 0);
}
