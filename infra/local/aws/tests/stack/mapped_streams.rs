//! From a table's stream to its function.

use crate::parts::{Function, Stack, report, stack};
use gantry_local_aws::{DeliveryMode, InvokeError, Mappings, Pattern, StreamMapping};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::sync::Arc;

fn outbox() -> StreamMapping {
    let filter = json!({ "eventName": ["INSERT"], "dynamodb": { "Keys": { "PK": { "S": [{ "prefix": "OUTBOX#" }] } } } });
    StreamMapping {
        filters: vec![Pattern::new(&filter).unwrap()],
        ..StreamMapping::new("gantry", "relay")
    }
}

fn map(stack: &Stack, mapping: StreamMapping, function: &Function) {
    let mappings = Mappings {
        streams: vec![mapping],
        ..Mappings::default()
    };
    stack.aws.map(mappings, Arc::new(function.clone()));
}

const SK: &str = "/dynamodb/Keys/SK/S";

#[tokio::test]
async fn the_event_is_the_one_that_lambda_gets() {
    let stack = stack().await;
    stack.table().await;
    stack.put("OUTBOX#1", "a").await;
    let function = Function::done();
    map(&stack, StreamMapping::new("gantry", "relay"), &function);
    stack.aws.drain().await.unwrap();
    let events = function.events();
    let record = &events[0]["Records"][0];
    assert_eq!(record["eventName"], "INSERT");
    assert_eq!(record["eventSource"], "aws:dynamodb");
    assert_eq!(
        (&record["awsRegion"], &record["eventVersion"]),
        (&json!("eu-central-1"), &json!("1.1"))
    );
    let arn = record["eventSourceARN"].as_str().unwrap();
    assert!(
        arn.starts_with("arn:aws:dynamodb:eu-central-1:000000000000:table/gantry/stream/"),
        "{arn}"
    );
    let image = json!({ "PK": { "S": "OUTBOX#1" }, "SK": { "S": "a" } });
    let change = &record["dynamodb"];
    assert_eq!((&change["Keys"], &change["NewImage"]), (&image, &image));
    assert_eq!(change["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert_eq!(
        change["ApproximateCreationDateTime"].as_f64(),
        Some(1_795_867_200.0)
    );
    assert!(change["SequenceNumber"].as_str().unwrap().len() >= 21);
    assert!(!record["eventID"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn only_records_that_fit_come_in_the_order_of_their_writes() {
    let stack = stack().await;
    stack.table().await;
    for n in 0..30 {
        stack.put("CLUB#1", &n.to_string()).await;
        stack.put("OUTBOX#1", &format!("{n:02}")).await;
    }
    stack.put("OUTBOX#1", "00").await;
    let function = Function::done();
    let mapping = StreamMapping {
        batch_size: 7,
        ..outbox()
    };
    map(&stack, mapping, &function);
    stack.aws.drain().await.unwrap();
    let seen = function.seen(SK);
    let expected: Vec<String> = (0..30).map(|n| format!("{n:02}")).collect();
    assert_eq!(seen.concat(), expected);
    assert!(seen.iter().all(|batch| batch.len() <= 7) && seen[0].len() == 7);
    stack.put("OUTBOX#2", "later").await;
    stack.aws.drain().await.unwrap();
    assert_eq!(function.seen(SK).last().unwrap(), &["later"]);
}

#[tokio::test]
async fn a_batch_is_tried_again_from_its_first_failure() {
    let stack = stack().await;
    stack.table().await;
    for sk in ["a", "b", "c", "d"] {
        stack.put("OUTBOX#1", sk).await;
    }
    let function = Function::new(|number, event| {
        let number_of = |at: usize| {
            event["Records"][at]["dynamodb"]["SequenceNumber"]
                .as_str()
                .unwrap()
        };
        match number {
            0 => Ok(report(&[number_of(3), number_of(1)])),
            1 => Err(InvokeError::Failed("on purpose".to_owned())),
            _ => Ok(report(&[])),
        }
    });
    map(&stack, outbox(), &function);
    stack.aws.drain().await.unwrap();
    assert_eq!(
        function.seen(SK),
        [vec!["a", "b", "c", "d"], vec!["b", "c", "d"], vec!["b", "c", "d"]]
    );
}

#[tokio::test]
async fn a_batch_that_always_fails_is_given_up_and_told() {
    let stack = stack().await;
    stack.table().await;
    stack.aws.sqs().ensure_queue("lost", &[]).unwrap();
    stack.put("OUTBOX#1", "poison").await;
    let function = Function::new(|_, event: &Value| match event["Records"][0].pointer(SK) {
        Some(sk) if sk == "poison" => Err(InvokeError::Failed("on purpose".to_owned())),
        _ => Ok(Value::Null),
    });
    let mapping = StreamMapping {
        retries: Some(2),
        on_failure: Some("lost".to_owned()),
        ..outbox()
    };
    map(&stack, mapping, &function);
    stack.aws.drain().await.unwrap();
    stack.put("OUTBOX#1", "next").await;
    stack.aws.drain().await.unwrap();
    assert_eq!(function.seen(SK).concat(), ["poison", "poison", "poison", "next"]);
    let url = format!("{}/000000000000/lost", stack.aws.sqs_url());
    let told = stack.sqs.receive_message().queue_url(url).send().await.unwrap();
    let body: Value = serde_json::from_str(told.messages()[0].body().unwrap()).unwrap();
    assert_eq!(body["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(
        (
            &body["requestContext"]["approximateInvokeCount"],
            &body["DDBStreamBatchInfo"]["batchSize"]
        ),
        (&json!(3), &json!(1))
    );
}

#[tokio::test]
async fn streams_are_doubled_and_late_too() {
    let stack = stack().await;
    stack.table().await;
    let late = SignedDuration::from_secs(30);
    stack.aws.set_deliveries(DeliveryMode { double: true, late });
    stack.put("OUTBOX#1", "a").await;
    let function = Function::done();
    map(&stack, outbox(), &function);
    stack.aws.drain().await.unwrap();
    assert_eq!(function.seen(SK), [["a"], ["a"]]);
    assert_eq!(stack.wires.clock.now(), crate::parts::noon() + late);
}

#[tokio::test]
async fn expired_items_go_by_the_stacks_clock() {
    let stack = stack().await;
    stack.table().await;
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let at = crate::parts::noon().as_second() + 60;
    let put = stack
        .dynamodb
        .put_item()
        .table_name("gantry")
        .item("PK", text("P"))
        .item("SK", text("S"));
    put.item("ttl", aws_sdk_dynamodb::types::AttributeValue::N(at.to_string()))
        .send()
        .await
        .unwrap();
    assert_eq!(stack.aws.dynamodb().sweep_ttl().await.unwrap(), 0);
    stack.wires.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(stack.aws.dynamodb().sweep_ttl().await.unwrap(), 1);
    let function = Function::done();
    map(&stack, StreamMapping::new("gantry", "relay"), &function);
    stack.aws.drain().await.unwrap();
    let names = function.seen("/eventName").concat();
    assert_eq!(names, ["INSERT", "REMOVE"]);
    assert_eq!(
        function.seen("/userIdentity/principalId").concat()[1],
        "dynamodb.amazonaws.com"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_record_of_a_rush_is_lost_or_out_of_order() {
    let stack = stack().await;
    stack.table().await;
    let function = Function::done();
    map(&stack, outbox(), &function);
    let writes = (0..200).map(|n| {
        let client = stack.dynamodb.clone();
        tokio::spawn(async move {
            let mut write = client.transact_write_items();
            for part in ["a", "b", "c"] {
                let text = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
                let put = aws_sdk_dynamodb::types::Put::builder()
                    .table_name("gantry")
                    .item("PK", text(format!("OUTBOX#{n:03}")))
                    .item("SK", text(part.to_owned()))
                    .build()
                    .unwrap();
                let item = aws_sdk_dynamodb::types::TransactWriteItem::builder().put(put);
                write = write.transact_items(item.build());
            }
            write.send().await.unwrap();
        })
    });
    let writes: Vec<_> = writes.collect();
    for write in writes {
        write.await.unwrap();
    }
    stack.aws.drain().await.unwrap();
    let numbers = function.seen("/dynamodb/SequenceNumber").concat();
    assert_eq!(numbers.len(), 600);
    assert!(numbers.is_sorted_by(|a, b| a < b));
    let keys = function.seen("/dynamodb/Keys/PK/S").concat();
    let together = keys
        .chunks(3)
        .filter(|part| part.iter().all(|key| *key == part[0]));
    assert_eq!(
        together.count(),
        200,
        "the writes of a transaction are side by side"
    );
}
