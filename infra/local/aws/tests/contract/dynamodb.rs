//! Single calls: conditions, queries, indexes, consumed capacity.

use crate::endpoint::{Endpoint, endpoint, unique};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    Projection, ProjectionType, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
    ScalarAttributeType,
};

pub fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A table with PK, SK and the sparse index GSI1.
pub async fn table(endpoint: &Endpoint) -> String {
    let name = unique("gantry");
    let attribute = |name: &str| {
        let builder = AttributeDefinition::builder().attribute_name(name);
        builder.attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let index = GlobalSecondaryIndex::builder()
        .index_name("GSI1")
        .key_schema(key("GSI1PK", KeyType::Hash))
        .key_schema(key("GSI1SK", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .unwrap();
    let mut create = endpoint
        .dynamodb
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest);
    for attribute_name in ["PK", "SK", "GSI1PK", "GSI1SK"] {
        create = create.attribute_definitions(attribute(attribute_name));
    }
    create
        .key_schema(key("PK", KeyType::Hash))
        .key_schema(key("SK", KeyType::Range))
        .global_secondary_indexes(index)
        .send()
        .await
        .unwrap();
    name
}

pub async fn put(endpoint: &Endpoint, table: &str, sk: &str, attributes: &[(&str, AttributeValue)]) {
    let mut put = endpoint
        .dynamodb
        .put_item()
        .table_name(table)
        .item("PK", text("CLUB#1"))
        .item("SK", text(sk));
    for (name, value) in attributes {
        put = put.item(*name, value.clone());
    }
    put.send().await.unwrap();
}

#[tokio::test]
async fn a_failed_condition_returns_the_item_that_is_there() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    put(&endpoint, &table, "META", &[("version", number(3))]).await;
    let again = endpoint
        .dynamodb
        .put_item()
        .table_name(&table)
        .item("PK", text("CLUB#1"))
        .item("SK", text("META"))
        .condition_expression("attribute_not_exists(PK)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let PutItemError::ConditionalCheckFailedException(failed) = again else {
        panic!("{again:?}")
    };
    assert_eq!(failed.item().unwrap()["version"], number(3));
}

#[tokio::test]
async fn a_query_pages_in_key_order() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    for n in [3, 1, 5, 2, 4] {
        put(&endpoint, &table, &format!("EVENT#{n}"), &[]).await;
    }
    put(&endpoint, &table, "META", &[]).await;
    let mut pages = Vec::new();
    let mut start = None;
    loop {
        let query = endpoint
            .dynamodb
            .query()
            .table_name(&table)
            .limit(2)
            .set_exclusive_start_key(start);
        let page = query
            .key_condition_expression("PK = :pk AND begins_with(SK, :prefix)")
            .expression_attribute_values(":pk", text("CLUB#1"))
            .expression_attribute_values(":prefix", text("EVENT#"))
            .send()
            .await
            .unwrap();
        let keys = page.items().iter().map(|item| item["SK"].as_s().unwrap().clone());
        pages.push(keys.collect::<Vec<_>>());
        start = page.last_evaluated_key;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(
        pages.concat(),
        ["EVENT#1", "EVENT#2", "EVENT#3", "EVENT#4", "EVENT#5"]
    );
    assert_eq!(pages[0].len(), 2);
}

#[tokio::test]
async fn a_sparse_index_has_only_what_carries_its_key() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    put(
        &endpoint,
        &table,
        "A",
        &[("GSI1PK", text("DUE")), ("GSI1SK", text("1"))],
    )
    .await;
    put(&endpoint, &table, "B", &[("GSI1PK", text("DUE"))]).await;
    put(&endpoint, &table, "C", &[]).await;
    let due = async || {
        let query = endpoint.dynamodb.query().table_name(&table).index_name("GSI1");
        let query = query
            .key_condition_expression("GSI1PK = :due")
            .expression_attribute_values(":due", text("DUE"));
        let items = query.send().await.unwrap().items.unwrap_or_default();
        items
            .iter()
            .map(|item| item["SK"].as_s().unwrap().clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(due().await, ["A"]);
    let update = endpoint
        .dynamodb
        .update_item()
        .table_name(&table)
        .key("PK", text("CLUB#1"))
        .key("SK", text("A"));
    update
        .update_expression("REMOVE GSI1PK, GSI1SK")
        .send()
        .await
        .unwrap();
    assert!(due().await.is_empty());
}

#[tokio::test]
async fn an_update_counts_and_returns_the_new_value() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    put(&endpoint, &table, "SEATS", &[("taken", number(29))]).await;
    let take = || {
        let update = endpoint.dynamodb.update_item().table_name(&table);
        update
            .key("PK", text("CLUB#1"))
            .key("SK", text("SEATS"))
            .update_expression("SET taken = taken + :one")
            .condition_expression("taken < :seats")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":seats", number(30))
            .return_values(ReturnValue::UpdatedNew)
            .send()
    };
    assert_eq!(take().await.unwrap().attributes.unwrap()["taken"], number(30));
    let full = take().await.unwrap_err().into_service_error();
    assert!(full.is_conditional_check_failed_exception(), "{full:?}");
}

#[tokio::test]
async fn capacity_is_counted_by_the_documented_sizes() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    let put = |bytes: usize| {
        let put = endpoint
            .dynamodb
            .put_item()
            .table_name(&table)
            .item("PK", text("p"))
            .item("SK", text("s"));
        put.item("x", text(&"x".repeat(bytes)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
    };
    let get = |consistent| {
        let get = endpoint
            .dynamodb
            .get_item()
            .table_name(&table)
            .key("PK", text("p"))
            .key("SK", text("s"));
        get.consistent_read(consistent)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
    };
    // The item is the value and seven bytes of names and keys; 1 KB a write unit, 4 KB a read unit.
    let units = put(1024 - 7)
        .await
        .unwrap()
        .consumed_capacity
        .unwrap()
        .capacity_units;
    assert_eq!(units, Some(1.0));
    let units = put(1025 - 7)
        .await
        .unwrap()
        .consumed_capacity
        .unwrap()
        .capacity_units;
    assert_eq!(units, Some(2.0));
    assert_eq!(
        get(true).await.unwrap().consumed_capacity.unwrap().capacity_units,
        Some(1.0)
    );
    assert_eq!(
        get(false)
            .await
            .unwrap()
            .consumed_capacity
            .unwrap()
            .capacity_units,
        Some(0.5)
    );
}

#[tokio::test]
async fn capacity_that_nobody_asked_for_is_not_told() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    let get = endpoint
        .dynamodb
        .get_item()
        .table_name(&table)
        .key("PK", text("p"))
        .key("SK", text("s"));
    assert!(get.send().await.unwrap().consumed_capacity.is_none());
}
