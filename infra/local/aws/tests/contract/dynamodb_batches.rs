//! Batches, updates with the conditions that Gantry writes, and pages of an index.

use crate::dynamodb::{number, put, table, text};
use crate::endpoint::{Endpoint, endpoint};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, KeysAndAttributes, PutRequest, ReturnValue, WriteRequest,
};
use std::collections::HashMap;

type Item = HashMap<String, AttributeValue>;

fn key(sk: &str) -> Item {
    HashMap::from([("PK".to_owned(), text("CLUB#1")), ("SK".to_owned(), text(sk))])
}

fn put_of(sk: &str) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(key(sk))).build().unwrap();
    WriteRequest::builder().put_request(put).build()
}

fn delete_of(sk: &str) -> WriteRequest {
    let delete = DeleteRequest::builder().set_key(Some(key(sk))).build().unwrap();
    WriteRequest::builder().delete_request(delete).build()
}

fn names(of: impl Iterator<Item = usize>) -> Vec<String> {
    of.map(|n| format!("ITEM#{n:03}")).collect()
}

async fn write(endpoint: &Endpoint, table: &str, wanted: Vec<WriteRequest>) -> Result<usize, String> {
    let write = endpoint.dynamodb.batch_write_item().request_items(table, wanted);
    let done = write
        .send()
        .await
        .map_err(|error| code(&error.into_service_error()))?;
    // Nothing left over is an empty map or none at all.
    Ok(done.unprocessed_items().map_or(0, HashMap::len))
}

async fn read(endpoint: &Endpoint, table: &str, wanted: &[String]) -> Result<Vec<String>, String> {
    let keys = KeysAndAttributes::builder()
        .set_keys(Some(wanted.iter().map(|sk| key(sk)).collect()))
        .consistent_read(true)
        .build()
        .unwrap();
    let get = endpoint.dynamodb.batch_get_item().request_items(table, keys);
    let got = get
        .send()
        .await
        .map_err(|error| code(&error.into_service_error()))?;
    assert_eq!(got.unprocessed_keys().map_or(0, HashMap::len), 0);
    let items = &got.responses().unwrap()[table];
    let mut found: Vec<String> = items
        .iter()
        .map(|item| item["SK"].as_s().unwrap().clone())
        .collect();
    found.sort_unstable();
    Ok(found)
}

fn code(error: &impl ProvideErrorMetadata) -> String {
    error.code().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_batch_writes_and_deletes_25_and_no_more() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    let all = names(0..25);
    let puts = |names: &[String]| names.iter().map(|sk| put_of(sk)).collect::<Vec<_>>();
    assert_eq!(write(&endpoint, &table, puts(&all)).await, Ok(0));
    assert_eq!(read(&endpoint, &table, &all).await.unwrap(), all);
    let too_many = write(&endpoint, &table, puts(&names(100..126))).await;
    assert_eq!(too_many, Err("ValidationException".to_owned()));
    assert!(
        read(&endpoint, &table, &names(100..126))
            .await
            .unwrap()
            .is_empty()
    );
    let mixed = vec![delete_of("ITEM#000"), put_of("NEW"), delete_of("never there")];
    assert_eq!(write(&endpoint, &table, mixed).await, Ok(0));
    let left = read(
        &endpoint,
        &table,
        &["ITEM#000", "ITEM#001", "NEW"].map(str::to_owned),
    )
    .await;
    assert_eq!(left.unwrap(), ["ITEM#001", "NEW"]);
}

#[tokio::test]
async fn a_batch_does_not_write_one_item_twice() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    let twice = write(&endpoint, &table, vec![put_of("A"), delete_of("A")]).await;
    assert_eq!(twice, Err("ValidationException".to_owned()));
}

#[tokio::test]
async fn a_batch_reads_100_and_leaves_out_what_is_not_there() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    for from in [0, 25, 50, 75] {
        let puts = names(from..from + 25).iter().map(|sk| put_of(sk)).collect();
        assert_eq!(write(&endpoint, &table, puts).await, Ok(0));
    }
    assert_eq!(read(&endpoint, &table, &names(0..100)).await.unwrap().len(), 100);
    assert_eq!(
        read(&endpoint, &table, &names(98..103)).await.unwrap(),
        names(98..100)
    );
    assert!(
        read(&endpoint, &table, &names(500..503))
            .await
            .unwrap()
            .is_empty()
    );
    let too_many = read(&endpoint, &table, &names(0..101)).await;
    assert_eq!(too_many, Err("ValidationException".to_owned()));
    let twice = read(&endpoint, &table, &["ITEM#001", "ITEM#001"].map(str::to_owned)).await;
    assert_eq!(twice, Err("ValidationException".to_owned()));
}

/// An update as Gantry's adapters write them: names by placeholder, one condition, the new values back.
async fn update(
    endpoint: &Endpoint,
    table: &str,
    (sk, update, condition): (&str, &str, &str),
    names: &[(&str, &str)],
    values: &[(&str, i64)],
) -> Result<Item, UpdateItemError> {
    let call = endpoint
        .dynamodb
        .update_item()
        .table_name(table)
        .set_key(Some(key(sk)))
        .update_expression(update)
        .condition_expression(condition)
        .return_values(ReturnValue::AllNew);
    let call = names.iter().fold(call, |call, (name, stands_for)| {
        call.expression_attribute_names(*name, *stands_for)
    });
    let call = values.iter().fold(call, |call, (name, value)| {
        call.expression_attribute_values(*name, number(*value))
    });
    let done = call.send().await.map_err(|error| error.into_service_error())?;
    Ok(done.attributes.unwrap_or_default())
}

#[tokio::test]
async fn a_window_is_counted_up_to_its_limit_and_begun_anew() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    let more = async |second, calls| {
        let condition =
            "#window = :second AND #used <= :most AND (attribute_not_exists(#blocked) OR #blocked <= :now)";
        let names = [
            ("#window", "window"),
            ("#used", "used"),
            ("#blocked", "blocked_until"),
        ];
        let values = [
            (":second", second),
            (":most", 40 - calls),
            (":calls", calls),
            (":now", 5),
        ];
        update(
            &endpoint,
            &table,
            ("BUDGET", "SET #used = #used + :calls", condition),
            &names,
            &values,
        )
        .await
    };
    let none_yet = more(1, 1).await.unwrap_err();
    assert!(none_yet.is_conditional_check_failed_exception(), "{none_yet:?}");
    put(
        &endpoint,
        &table,
        "BUDGET",
        &[("window", number(1)), ("used", number(30))],
    )
    .await;
    assert_eq!(more(1, 10).await.unwrap()["used"], number(40));
    assert!(
        more(1, 1)
            .await
            .unwrap_err()
            .is_conditional_check_failed_exception()
    );
    assert!(
        more(2, 1)
            .await
            .unwrap_err()
            .is_conditional_check_failed_exception()
    );
    put(
        &endpoint,
        &table,
        "BUDGET",
        &[
            ("window", number(3)),
            ("used", number(0)),
            ("blocked_until", number(6)),
        ],
    )
    .await;
    assert!(
        more(3, 1)
            .await
            .unwrap_err()
            .is_conditional_check_failed_exception(),
        "blocked"
    );
}

#[tokio::test]
async fn tries_are_counted_from_none_and_a_first_time_is_kept() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    let names = [("#ttl", "ttl")];
    let once = async || {
        let condition = "attribute_not_exists(tries) OR tries < :most";
        let change = "ADD tries :one SET #ttl = :ttl";
        let values = [(":one", 1), (":most", 2), (":ttl", 99)];
        update(&endpoint, &table, ("TRIES", change, condition), &names, &values).await
    };
    assert_eq!(once().await.unwrap()["tries"], number(1));
    assert_eq!(once().await.unwrap()["tries"], number(2));
    assert!(once().await.unwrap_err().is_conditional_check_failed_exception());
    let begin = async |now| {
        let change = "SET begun_at = if_not_exists(begun_at, :now)";
        let condition = "attribute_not_exists(PK) OR begun_at >= :zero";
        update(
            &endpoint,
            &table,
            ("RECEIPT", change, condition),
            &[],
            &[(":now", now), (":zero", 0)],
        )
        .await
    };
    assert_eq!(begin(7).await.unwrap()["begun_at"], number(7));
    assert_eq!(begin(9).await.unwrap()["begun_at"], number(7));
}

#[tokio::test]
async fn a_record_of_another_version_is_not_overwritten() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    put(
        &endpoint,
        &table,
        "SPACE",
        &[("version", number(3)), ("until", number(10))],
    )
    .await;
    let names = [("#version", "version"), ("#until", "until")];
    let save = async |was| {
        let change = "SET #version = :next, #until = :until";
        let values = [(":was", was), (":next", was + 1), (":until", 20)];
        update(
            &endpoint,
            &table,
            ("SPACE", change, "#version = :was"),
            &names,
            &values,
        )
        .await
    };
    assert!(save(2).await.unwrap_err().is_conditional_check_failed_exception());
    assert_eq!(save(3).await.unwrap()["version"], number(4));
    assert!(save(3).await.unwrap_err().is_conditional_check_failed_exception());
}

#[tokio::test]
async fn an_index_is_paged_both_ways_with_the_keys_of_table_and_index() {
    let endpoint = endpoint().await;
    let table = table(&endpoint).await;
    for n in 1..=5 {
        // Two items of one instant: their order is by no key of the index, and each comes once.
        let at = format!("2026-11-2{}", n.min(4));
        let attributes = [("GSI1PK", text("DUE")), ("GSI1SK", text(&at))];
        put(&endpoint, &table, &format!("EVENT#{n}"), &attributes).await;
    }
    for forward in [true, false] {
        let mut found = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let query = endpoint
                .dynamodb
                .query()
                .table_name(&table)
                .index_name("GSI1")
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
                .expression_attribute_names("#pk", "GSI1PK")
                .expression_attribute_names("#sk", "GSI1SK")
                .expression_attribute_values(":pk", text("DUE"))
                .expression_attribute_values(":from", text("2026-11-21"))
                .expression_attribute_values(":to", text("2026-11-24"))
                .scan_index_forward(forward)
                .limit(2)
                .set_exclusive_start_key(start);
            let page = query.send().await.unwrap();
            found.extend(
                page.items()
                    .iter()
                    .map(|item| item["GSI1SK"].as_s().unwrap().clone()),
            );
            start = page.last_evaluated_key;
            let Some(key) = &start else { break };
            let mut names: Vec<&str> = key.keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, ["GSI1PK", "GSI1SK", "PK", "SK"]);
        }
        let mut wanted = [
            "2026-11-21",
            "2026-11-22",
            "2026-11-23",
            "2026-11-24",
            "2026-11-24",
        ];
        if !forward {
            wanted.reverse();
        }
        assert_eq!(found, wanted, "forward: {forward}");
    }
}
