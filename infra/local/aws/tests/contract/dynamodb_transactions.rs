//! Transactions: all or nothing, with reasons, once per token.

use crate::dynamodb::{number, put, table, text};
use crate::endpoint::{Endpoint, endpoint, unique};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

fn put_new(table: &str, sk: &str) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(table)
        .item("PK", text("CLUB#1"))
        .item("SK", text(sk))
        .condition_expression("attribute_not_exists(PK)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .unwrap();
    TransactWriteItem::builder().put(put).build()
}

fn count(table: &str) -> TransactWriteItem {
    let update = Update::builder()
        .table_name(table)
        .key("PK", text("CLUB#1"))
        .key("SK", text("SEATS"))
        .update_expression("ADD taken :one")
        .expression_attribute_values(":one", number(1))
        .build()
        .unwrap();
    TransactWriteItem::builder().update(update).build()
}

async fn has(endpoint: &Endpoint, table: &str, sk: &str) -> bool {
    let get = endpoint
        .dynamodb
        .get_item()
        .table_name(table)
        .key("PK", text("CLUB#1"))
        .key("SK", text(sk));
    get.consistent_read(true).send().await.unwrap().item.is_some()
}

#[tokio::test]
async fn one_failed_condition_undoes_all_and_says_which() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    put(&endpoint, &table, "SIGNUP#2", &[("driver", text("Aoife"))]).await;
    let write = endpoint.dynamodb.transact_write_items();
    let write = write
        .transact_items(put_new(&table, "SIGNUP#1"))
        .transact_items(put_new(&table, "SIGNUP#2"));
    let error = write.send().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        panic!("{error:?}")
    };
    let codes: Vec<_> = cancelled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code().unwrap())
        .collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    assert_eq!(
        cancelled.cancellation_reasons()[1].item().unwrap()["driver"],
        text("Aoife")
    );
    assert!(!has(&endpoint, &table, "SIGNUP#1").await);
}

#[tokio::test]
async fn a_token_makes_a_transaction_happen_once() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    let write = |token: &str| {
        let write = endpoint
            .dynamodb
            .transact_write_items()
            .client_request_token(token);
        write.transact_items(count(&table)).send()
    };
    // At most 36 characters, and never used before: an emulator may outlive this run.
    let (one, two) = (&unique("")[1..], &unique("")[1..]);
    write(one).await.unwrap();
    write(one).await.unwrap();
    write(two).await.unwrap();
    let get = endpoint
        .dynamodb
        .get_item()
        .table_name(&table)
        .key("PK", text("CLUB#1"))
        .key("SK", text("SEATS"));
    assert_eq!(get.send().await.unwrap().item.unwrap()["taken"], number(2));
    let other = endpoint.dynamodb.transact_write_items().client_request_token(one);
    let error = other
        .transact_items(put_new(&table, "X"))
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_idempotent_parameter_mismatch_exception(), "{error:?}");
}

#[tokio::test]
async fn a_transaction_costs_two_units_an_item() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    let write = endpoint
        .dynamodb
        .transact_write_items()
        .return_consumed_capacity(ReturnConsumedCapacity::Total);
    let write = write
        .transact_items(put_new(&table, "A"))
        .transact_items(count(&table));
    let consumed = write.send().await.unwrap().consumed_capacity.unwrap();
    assert_eq!(
        consumed
            .iter()
            .filter_map(|table| table.capacity_units)
            .sum::<f64>(),
        4.0
    );
}

#[tokio::test]
async fn a_hundred_items_pass_and_one_more_is_refused() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    let write = |prefix: &'static str, items: usize| {
        let items = (0..items)
            .map(|n| put_new(&table, &format!("{prefix}#{n}")))
            .collect();
        endpoint
            .dynamodb
            .transact_write_items()
            .set_transact_items(Some(items))
            .send()
    };
    write("FULL", 100).await.unwrap();
    assert!(write("OVER", 101).await.unwrap_err().as_service_error().is_some());
    assert!(has(&endpoint, &table, "FULL#99").await && !has(&endpoint, &table, "OVER#0").await);
}
