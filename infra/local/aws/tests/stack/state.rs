//! State that outlives a run.

use crate::parts::{Function, folder, noon, put, stack_with};
use gantry_local_aws::{Mappings, StreamMapping};
use gantry_local_wire::LocalClock;
use jiff::SignedDuration;
use std::path::Path;
use std::sync::Arc;

fn clock() -> LocalClock {
    LocalClock::frozen(noon())
}

fn relay() -> Mappings {
    Mappings {
        streams: vec![StreamMapping::new("gantry", "relay")],
        ..Mappings::default()
    }
}

const SK: &str = "/dynamodb/Keys/SK/S";

#[tokio::test]
async fn items_messages_and_the_streams_position_survive() {
    let data = folder();
    let first = stack_with(clock(), Some(data.clone())).await;
    first.table().await;
    first.queues(5);
    first.put("P", "before").await;
    first.send("g", "job").await;
    let function = Function::done();
    first.aws.map(relay(), Arc::new(function.clone()));
    first.aws.drain().await.unwrap();
    assert_eq!(function.seen(SK).concat(), ["before"]);
    first.aws.shutdown().await.unwrap();
    drop(first);

    let second = stack_with(clock(), Some(data.clone())).await;
    second.table().await;
    assert_eq!(second.messages("jobs.fifo"), 1);
    let function = Function::done();
    second.aws.map(relay(), Arc::new(function.clone()));
    second.put("P", "after").await;
    second.aws.drain().await.unwrap();
    assert_eq!(function.seen(SK).concat(), ["after"]);
    second.aws.shutdown().await.unwrap();
    std::fs::remove_dir_all(data).unwrap();
}

/// The state as a crash would leave it: copied while the stack runs.
fn copy(from: &Path) -> std::path::PathBuf {
    let to = folder();
    std::fs::create_dir_all(&to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    to
}

#[tokio::test]
async fn a_message_whose_send_was_answered_survives_a_crash() {
    let data = folder();
    let first = stack_with(clock(), Some(data.clone())).await;
    first.queues(5);
    first.send("g", "job").await;
    let crashed = copy(&data);
    let second = stack_with(clock(), Some(crashed.clone())).await;
    assert_eq!(second.messages("jobs.fifo"), 1);
    for folder in [data, crashed] {
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[tokio::test]
async fn a_message_in_flight_is_visible_after_a_restart() {
    let data = folder();
    let first = stack_with(clock(), Some(data.clone())).await;
    first.queues(5);
    first.send("g", "job").await;
    let url = format!("{}/000000000000/jobs.fifo", first.aws.sqs_url());
    let received = first.sqs.receive_message().queue_url(url).send().await.unwrap();
    assert_eq!(received.messages().len(), 1);
    first.aws.shutdown().await.unwrap();
    drop(first);
    let second = stack_with(clock(), Some(data.clone())).await;
    let queues = second.aws.queues();
    let jobs = queues.iter().find(|queue| queue.name == "jobs.fifo").unwrap();
    assert_eq!((jobs.depth, jobs.in_flight), (1, 0));
    std::fs::remove_dir_all(data).unwrap();
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_refused() {
    let data = folder();
    std::fs::create_dir_all(&data).unwrap();
    let newer =
        r#"{"version":2,"streams":{},"queues":{"queues":{},"moves":[],"dead":0},"buses":{"buses":{}}}"#;
    for text in ["[]", "{}", "", newer] {
        std::fs::write(data.join("state.json"), text).unwrap();
        let config = gantry_local_aws::AwsConfig {
            data: Some(data.clone()),
            ..gantry_local_aws::AwsConfig::default()
        };
        let Err(error) = gantry_local_aws::AwsLocal::start(config).await else {
            panic!("started with {text}")
        };
        assert!(error.to_string().contains("state.json"), "{error}");
    }
    std::fs::remove_dir_all(data).unwrap();
}

#[tokio::test]
async fn a_database_in_a_file_expires_by_the_stacks_clock_too() {
    let data = folder();
    let clock = LocalClock::new();
    let stack = stack_with(clock.clone(), Some(data.clone())).await;
    stack.table().await;
    put(&stack.dynamodb, "P", "stays").await.unwrap();
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let at = clock.now().as_second() + 3600;
    let item = stack
        .dynamodb
        .put_item()
        .table_name("gantry")
        .item("PK", text("P"))
        .item("SK", text("goes"));
    item.item("ttl", aws_sdk_dynamodb::types::AttributeValue::N(at.to_string()))
        .send()
        .await
        .unwrap();
    assert_eq!(stack.aws.dynamodb().sweep_ttl().await.unwrap(), 0);
    clock.advance(SignedDuration::from_hours(2));
    assert_eq!(stack.aws.dynamodb().sweep_ttl().await.unwrap(), 1);
    let scan = stack.dynamodb.scan().table_name("gantry").send().await.unwrap();
    assert_eq!(scan.items()[0]["SK"], text("stays"));
    assert_eq!(scan.count(), 1);
    std::fs::remove_dir_all(data).unwrap();
}

#[tokio::test]
async fn a_stack_that_was_shut_down_has_freed_its_ports() {
    let first = stack_with(clock(), None).await;
    let port = |url: &str| url.rsplit(':').next().unwrap().parse::<u16>().unwrap();
    let config = gantry_local_aws::AwsConfig {
        dynamodb_port: port(first.aws.dynamodb_url()),
        sqs_port: port(first.aws.sqs_url()),
        eventbridge_port: port(first.aws.eventbridge_url()),
        ..gantry_local_aws::AwsConfig::default()
    };
    let Err(taken) = gantry_local_aws::AwsLocal::start(config.clone()).await else {
        panic!("bound twice")
    };
    assert!(taken.to_string().contains("cannot be bound"), "{taken}");
    first.aws.shutdown().await.unwrap();
    assert!(gantry_local_aws::AwsLocal::start(config).await.is_ok());
}
