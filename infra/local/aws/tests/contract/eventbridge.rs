//! Event buses, rules, delivery to queues.

use crate::endpoint::{Endpoint, endpoint, unique};
use aws_sdk_eventbridge::operation::create_event_bus::CreateEventBusError;
use aws_sdk_eventbridge::operation::describe_event_bus::DescribeEventBusError;
use aws_sdk_eventbridge::operation::put_rule::PutRuleError;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, Target};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

fn event(bus: &str, kind: &str, detail: &Value) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .event_bus_name(bus)
        .source("gantry")
        .detail_type(kind)
        .detail(detail.to_string())
        .build()
}

async fn bus(endpoint: &Endpoint) -> String {
    let name = unique("bus");
    endpoint
        .eventbridge
        .create_event_bus()
        .name(&name)
        .send()
        .await
        .unwrap();
    name
}

#[tokio::test]
async fn a_bus_is_made_once_and_described() {
    let endpoint = endpoint().await;
    let name = bus(&endpoint).await;
    let again = endpoint
        .eventbridge
        .create_event_bus()
        .name(&name)
        .send()
        .await
        .unwrap_err();
    let again = again.into_service_error();
    assert!(
        matches!(again, CreateEventBusError::ResourceAlreadyExistsException(_)),
        "{again:?}"
    );
    let described = endpoint
        .eventbridge
        .describe_event_bus()
        .name(&name)
        .send()
        .await
        .unwrap();
    assert!(described.arn().unwrap().ends_with(&format!(":event-bus/{name}")));
    let listed = endpoint
        .eventbridge
        .list_event_buses()
        .name_prefix(&name)
        .send()
        .await
        .unwrap();
    assert_eq!(listed.event_buses().len(), 1);
    endpoint
        .eventbridge
        .delete_event_bus()
        .name(&name)
        .send()
        .await
        .unwrap();
    let gone = endpoint
        .eventbridge
        .describe_event_bus()
        .name(&name)
        .send()
        .await
        .unwrap_err();
    let gone = gone.into_service_error();
    assert!(
        matches!(gone, DescribeEventBusError::ResourceNotFoundException(_)),
        "{gone:?}"
    );
}

#[tokio::test]
async fn an_event_that_fits_reaches_the_rules_queue() {
    let endpoint = endpoint().await;
    let (bus, rule) = (bus(&endpoint).await, unique("rule"));
    let url = endpoint
        .sqs
        .create_queue()
        .queue_name(unique("events"))
        .send()
        .await
        .unwrap()
        .queue_url
        .unwrap();
    let get = endpoint
        .sqs
        .get_queue_attributes()
        .queue_url(&url)
        .attribute_names(QueueAttributeName::QueueArn);
    let arn = get.send().await.unwrap().attributes.unwrap()[&QueueAttributeName::QueueArn].clone();
    let pattern = json!({ "source": ["gantry"], "detail": { "seats": [{ "numeric": [">", 10] }] } });
    let put = endpoint.eventbridge.put_rule().event_bus_name(&bus).name(&rule);
    put.event_pattern(pattern.to_string()).send().await.unwrap();
    let target = Target::builder().id("queue").arn(arn).build().unwrap();
    let put = endpoint
        .eventbridge
        .put_targets()
        .event_bus_name(&bus)
        .rule(&rule);
    assert_eq!(put.targets(target).send().await.unwrap().failed_entry_count(), 0);
    let put = endpoint.eventbridge.put_events();
    let put = put
        .entries(event(&bus, "EventPublished", &json!({ "seats": 10 })))
        .entries(event(&bus, "EventPublished", &json!({ "seats": 11 })));
    let done = put.send().await.unwrap();
    assert_eq!((done.failed_entry_count(), done.entries().len()), (0, 2));
    let receive = endpoint
        .sqs
        .receive_message()
        .queue_url(&url)
        .wait_time_seconds(5)
        .max_number_of_messages(10);
    let received = receive.send().await.unwrap();
    let [message] = received.messages() else {
        panic!("{received:?}")
    };
    let body: Value = serde_json::from_str(message.body().unwrap()).unwrap();
    assert_eq!(body["detail"], json!({ "seats": 11 }));
    assert_eq!(
        (&body["source"], &body["detail-type"]),
        (&json!("gantry"), &json!("EventPublished"))
    );
    assert_eq!(body["id"].as_str(), done.entries()[1].event_id());
}

#[tokio::test]
async fn each_entry_fails_for_itself() {
    let endpoint = endpoint().await;
    let bus = bus(&endpoint).await;
    let broken = PutEventsRequestEntry::builder()
        .event_bus_name(&bus)
        .source("gantry")
        .detail_type("x")
        .detail("{")
        .build();
    let put = endpoint
        .eventbridge
        .put_events()
        .entries(broken)
        .entries(event(&bus, "x", &json!({})));
    let done = put.send().await.unwrap();
    assert_eq!(done.failed_entry_count(), 1);
    assert_eq!(done.entries()[0].error_code(), Some("MalformedDetail"));
    assert!(done.entries()[1].event_id().is_some());
}

#[tokio::test]
async fn ten_entries_pass_and_eleven_are_refused() {
    let endpoint = endpoint().await;
    let bus = bus(&endpoint).await;
    let put = |count| {
        let entries = (0..count).map(|n| event(&bus, "x", &json!({ "n": n }))).collect();
        endpoint
            .eventbridge
            .put_events()
            .set_entries(Some(entries))
            .send()
    };
    assert_eq!(put(10).await.unwrap().failed_entry_count(), 0);
    assert!(put(11).await.unwrap_err().as_service_error().is_some());
}

#[tokio::test]
async fn a_rule_with_a_broken_pattern_is_a_typed_error() {
    let endpoint = endpoint().await;
    let put = endpoint
        .eventbridge
        .put_rule()
        .name(unique("rule"))
        .event_pattern("{\"source\":\"gantry\"}");
    let error = put.send().await.unwrap_err().into_service_error();
    assert!(
        matches!(error, PutRuleError::InvalidEventPatternException(_)),
        "{error:?}"
    );
}
