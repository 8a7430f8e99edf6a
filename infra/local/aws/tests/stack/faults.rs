//! Each kind of fault at each service, and what the log says of calls.

use crate::parts::{CALLER, Stack, put, stack};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use gantry_local_wire::{Call, Delay, Fault, FaultKind, Service};
use std::sync::{Arc, Mutex};

fn once(service: Service, fault: FaultKind) -> Fault {
    Fault::every(service, fault).times(1)
}

async fn has(stack: &Stack, sk: &str) -> bool {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let get = stack
        .dynamodb
        .get_item()
        .table_name("gantry")
        .key("PK", text("P"))
        .key("SK", text(sk));
    get.consistent_read(true).send().await.unwrap().item.is_some()
}

/// Puts the item `sk` under a fault.
async fn put_under(stack: &Stack, fault: FaultKind, sk: &str) -> Result<(), SdkError<PutItemError>> {
    stack.wires.faults.add(once(Service::Dynamodb, fault)).unwrap();
    put(&stack.dynamodb, "P", sk).await
}

fn last_call(stack: &Stack, operation: &str) -> Call {
    let calls = stack.wires.log.since(0);
    calls
        .into_iter()
        .rfind(|call| call.operation == operation)
        .unwrap()
}

fn is_cut<E, R>(error: &SdkError<E, R>) -> bool {
    matches!(error, SdkError::DispatchFailure(_) | SdkError::ResponseError(_))
}

#[tokio::test]
async fn refusals_are_typed_and_have_no_effect() {
    let stack = stack().await;
    stack.table().await;
    let refused = [
        (FaultKind::Throttle, "ProvisionedThroughputExceededException", 400),
        (FaultKind::Conflict, "TransactionConflictException", 400),
        (FaultKind::ServerError, "InternalServerError", 500),
        (FaultKind::Unavailable, "ServiceUnavailable", 503),
    ];
    for (fault, code, status) in refused {
        let error = put_under(&stack, fault.clone(), "refused").await.unwrap_err();
        assert_eq!(error.code(), Some(code), "{fault:?}");
        assert_eq!(error.raw_response().unwrap().status().as_u16(), status);
        assert_eq!(last_call(&stack, "PutItem").status, status);
    }
    assert!(!has(&stack, "refused").await);
}

#[tokio::test]
async fn cut_connections_give_no_answer_and_the_effect_is_as_named() {
    let stack = stack().await;
    stack.table().await;
    let cuts = [
        (FaultKind::Reset, false),
        (FaultKind::KillBefore, false),
        (FaultKind::LostAnswer, true),
        (FaultKind::KillAfter, true),
    ];
    for (n, (fault, effect)) in cuts.into_iter().enumerate() {
        let sk = format!("cut-{n}");
        let error = put_under(&stack, fault.clone(), &sk).await.unwrap_err();
        assert!(is_cut(&error), "{fault:?}: {error:?}");
        assert_eq!(has(&stack, &sk).await, effect, "{fault:?}");
        let call = last_call(&stack, "PutItem");
        assert_eq!(
            (call.status, call.write_units),
            (0, if effect { 1.0 } else { 0.0 }),
            "{fault:?}"
        );
        assert_eq!(call.note, format!("fault: {fault:?}"));
    }
}

#[tokio::test]
async fn an_error_after_the_effect_leaves_the_effect() {
    let stack = stack().await;
    stack.table().await;
    let error = put_under(&stack, FaultKind::ErrorAfterEffect, "done")
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("InternalServerError"));
    assert!(has(&stack, "done").await);
    assert_eq!(last_call(&stack, "PutItem").write_units, 1.0);
}

#[tokio::test]
async fn latency_holds_the_answer_back_and_no_more() {
    let stack = stack().await;
    stack.table().await;
    put_under(&stack, FaultKind::Latency(Delay { ms: 80 }), "slow")
        .await
        .unwrap();
    assert!(last_call(&stack, "PutItem").micros >= 80_000);
    put(&stack.dynamodb, "P", "quick").await.unwrap();
    assert!(has(&stack, "slow").await);
}

#[tokio::test]
async fn a_transaction_is_cancelled_with_one_reason_an_item() {
    let stack = stack().await;
    stack.table().await;
    for (fault, code) in [
        (FaultKind::Conflict, "TransactionConflict"),
        (FaultKind::Throttle, "ThrottlingError"),
    ] {
        stack.wires.faults.add(once(Service::Dynamodb, fault)).unwrap();
        let mut write = stack.dynamodb.transact_write_items();
        for sk in ["a", "b", "c"] {
            let text = |text: &str| AttributeValue::S(text.to_owned());
            let put = Put::builder()
                .table_name("gantry")
                .item("PK", text("P"))
                .item("SK", text(sk))
                .build();
            write = write.transact_items(TransactWriteItem::builder().put(put.unwrap()).build());
        }
        let error = write.send().await.unwrap_err().into_service_error();
        assert!(error.is_transaction_canceled_exception(), "{error:?}");
        let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
            cancelled,
        ) = error
        else {
            unreachable!()
        };
        let codes: Vec<_> = cancelled
            .cancellation_reasons()
            .iter()
            .map(|reason| reason.code().unwrap())
            .collect();
        assert_eq!(codes, [code, "None", "None"]);
    }
    assert!(!has(&stack, "a").await);
}

#[tokio::test]
async fn the_killed_function_is_named() {
    let stack = stack().await;
    stack.table().await;
    let killed: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&killed);
    stack.wires.faults.on_kill(Arc::new(move |function| {
        seen.lock().unwrap().push(function.to_owned())
    }));
    put_under(&stack, FaultKind::KillAfter, "x").await.unwrap_err();
    assert_eq!(*killed.lock().unwrap(), [CALLER]);
    assert_eq!(last_call(&stack, "PutItem").caller, CALLER);
}

#[tokio::test]
async fn sqs_has_its_own_words_for_a_refusal() {
    let stack = stack().await;
    stack.queues(5);
    let refused = [
        (FaultKind::Throttle, "RequestThrottled"),
        (FaultKind::ServerError, "InternalFailure"),
        (FaultKind::Unavailable, "ServiceUnavailable"),
    ];
    let url = format!("{}/000000000000/jobs.fifo", stack.aws.sqs_url());
    let send = || {
        stack
            .sqs
            .send_message()
            .queue_url(&url)
            .message_group_id("g")
            .message_body("x")
            .send()
    };
    for (fault, code) in refused {
        stack.wires.faults.add(once(Service::Sqs, fault)).unwrap();
        assert_eq!(send().await.unwrap_err().code(), Some(code));
    }
    assert_eq!(stack.messages("jobs.fifo"), 0);
    stack
        .wires
        .faults
        .add(once(Service::Sqs, FaultKind::LostAnswer))
        .unwrap();
    let lost = send().await.unwrap_err();
    assert!(is_cut(&lost), "{lost:?}");
    assert_eq!(stack.messages("jobs.fifo"), 1);
}

#[tokio::test]
async fn eventbridge_loses_an_answer_and_keeps_the_event() {
    let stack = stack().await;
    let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder()
        .source("gantry")
        .detail_type("x");
    let entry = entry.detail("{}").build();
    let put = || stack.eventbridge.put_events().entries(entry.clone()).send();
    stack
        .wires
        .faults
        .add(once(Service::Eventbridge, FaultKind::Throttle))
        .unwrap();
    assert_eq!(put().await.unwrap_err().code(), Some("ThrottlingException"));
    assert!(stack.aws.eventbridge().events().is_empty());
    stack
        .wires
        .faults
        .add(once(Service::Eventbridge, FaultKind::LostAnswer))
        .unwrap();
    assert!(is_cut(&put().await.unwrap_err()));
    let events = stack.aws.eventbridge().events();
    assert_eq!(
        (events.len(), &events[0].event["time"]),
        (1, &"2026-11-28T12:00:00Z".into())
    );
}

#[tokio::test]
async fn the_log_counts_units_and_names_errors() {
    let stack = stack().await;
    stack.table().await;
    let mark = stack.wires.log.mark();
    stack.put("P", "a").await;
    assert!(has(&stack, "a").await);
    let put = stack
        .dynamodb
        .put_item()
        .table_name("gantry")
        .item("PK", AttributeValue::S("P".to_owned()));
    let put = put.item("SK", AttributeValue::S("a".to_owned()));
    put.condition_expression("attribute_not_exists(PK)")
        .send()
        .await
        .unwrap_err();
    let calls = stack.wires.log.since(mark);
    let shown: Vec<_> = calls
        .iter()
        .map(|call| {
            (
                call.operation.as_str(),
                call.status,
                call.read_units,
                call.write_units,
                call.note.as_str(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("PutItem", 200, 0.0, 1.0, ""),
            ("GetItem", 200, 1.0, 0.0, ""),
            ("PutItem", 400, 0.0, 0.0, "ConditionalCheckFailedException"),
        ]
    );
    assert!(
        calls
            .iter()
            .all(|call| call.caller == CALLER && call.service == Service::Dynamodb)
    );
}
