//! FIFO queues: batches, delays, dead letters and their way back.

use crate::endpoint::{Endpoint, endpoint, unique};
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::operation::receive_message::ReceiveMessageOutput;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};

async fn queue(endpoint: &Endpoint, attributes: &[(QueueAttributeName, &str)]) -> String {
    let create = endpoint
        .sqs
        .create_queue()
        .queue_name(format!("{}.fifo", unique("batches")))
        .attributes(QueueAttributeName::FifoQueue, "true");
    let create = attributes.iter().fold(create, |create, (name, value)| {
        create.attributes(name.clone(), *value)
    });
    create.send().await.unwrap().queue_url.unwrap()
}

fn entry(id: &str, group: &str, body: &str, deduplication: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder()
        .id(id)
        .message_group_id(group)
        .message_deduplication_id(deduplication)
        .message_body(body)
        .build()
        .unwrap()
}

async fn receive(endpoint: &Endpoint, url: &str, wait_s: i32) -> ReceiveMessageOutput {
    let receive = endpoint
        .sqs
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(10)
        .wait_time_seconds(wait_s);
    receive
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .send()
        .await
        .unwrap()
}

fn bodies(received: &ReceiveMessageOutput) -> Vec<&str> {
    let messages = received.messages().iter();
    messages.map(|message| message.body().unwrap()).collect()
}

#[tokio::test]
async fn a_batch_keeps_its_order_within_a_group() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    let entries = (0..10).map(|n| entry(&format!("e{n}"), "guild", &format!("job {n}"), &format!("d{n}")));
    let send = endpoint.sqs.send_message_batch().queue_url(&url);
    let sent = send.set_entries(Some(entries.collect())).send().await.unwrap();
    assert_eq!((sent.successful().len(), sent.failed().len()), (10, 0));
    let mut numbers: Vec<(String, u128)> = sent
        .successful()
        .iter()
        .map(|one| {
            let number = one.sequence_number().unwrap().parse().unwrap();
            (one.id().to_owned(), number)
        })
        .collect();
    numbers.sort_by_key(|(_, number)| *number);
    let order: Vec<&str> = numbers.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(
        order,
        ["e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9"]
    );
    let wanted: Vec<String> = (0..10).map(|n| format!("job {n}")).collect();
    assert_eq!(bodies(&receive(&endpoint, &url, 1).await), wanted);
}

#[tokio::test]
async fn entries_of_one_deduplication_id_are_one_message() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    let send = endpoint.sqs.send_message_batch().queue_url(&url);
    let sent = send
        .entries(entry("a", "guild", "first", "same"))
        .entries(entry("b", "guild", "second", "same"))
        .send()
        .await
        .unwrap();
    let ids: Vec<&str> = sent.successful().iter().map(|one| one.message_id()).collect();
    assert_eq!(ids.len(), 2, "both entries are reported as sent");
    assert_eq!(ids[0], ids[1]);
    assert_eq!(bodies(&receive(&endpoint, &url, 1).await), ["first"]);
}

#[tokio::test]
async fn a_message_of_a_fifo_queue_has_no_delay_of_its_own() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    let send = endpoint.sqs.send_message().queue_url(&url).message_body("x");
    let refused = send
        .message_group_id("g")
        .message_deduplication_id("d")
        .delay_seconds(5)
        .send()
        .await;
    let refused = refused.unwrap_err().into_service_error();
    assert_eq!(refused.code(), Some("InvalidParameterValue"), "{refused:?}");
    assert!(receive(&endpoint, &url, 0).await.messages().is_empty());
}

#[tokio::test]
async fn the_delay_of_a_fifo_queue_holds_every_message_back() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[(QueueAttributeName::DelaySeconds, "2")]).await;
    let send = endpoint.sqs.send_message_batch().queue_url(&url);
    let sent = send.entries(entry("a", "g", "later", "d")).send().await.unwrap();
    assert_eq!(sent.successful().len(), 1);
    assert!(receive(&endpoint, &url, 0).await.messages().is_empty());
    assert_eq!(bodies(&receive(&endpoint, &url, 5).await), ["later"]);
}

#[tokio::test]
async fn deleting_a_batch_lets_the_group_go_on_and_reports_each_entry() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    let send = endpoint.sqs.send_message_batch().queue_url(&url);
    send.entries(entry("a", "g", "1", "d1"))
        .entries(entry("b", "g", "2", "d2"))
        .send()
        .await
        .unwrap();
    let received = receive(&endpoint, &url, 1).await;
    assert_eq!(bodies(&received), ["1", "2"]);
    let behind = endpoint.sqs.send_message_batch().queue_url(&url);
    behind.entries(entry("c", "g", "3", "d3")).send().await.unwrap();
    assert!(
        receive(&endpoint, &url, 0).await.messages().is_empty(),
        "the group is in flight"
    );
    let handle = |id: &str, handle: &str| {
        let entry = DeleteMessageBatchRequestEntry::builder().id(id);
        entry.receipt_handle(handle).build().unwrap()
    };
    let delete = endpoint.sqs.delete_message_batch().queue_url(&url);
    let deleted = delete
        .entries(handle("a", received.messages()[0].receipt_handle().unwrap()))
        .entries(handle("b", received.messages()[1].receipt_handle().unwrap()))
        .entries(handle("c", "no handle of this queue"))
        .send()
        .await
        .unwrap();
    let gone: Vec<&str> = deleted.successful().iter().map(|one| one.id()).collect();
    assert_eq!(gone, ["a", "b"]);
    assert_eq!(deleted.failed()[0].id(), "c");
    assert_eq!(deleted.failed()[0].code(), "ReceiptHandleIsInvalid");
    assert!(deleted.failed()[0].sender_fault());
    assert_eq!(bodies(&receive(&endpoint, &url, 1).await), ["3"]);
}

/// A queue whose messages move after one receive; its dead-letter queue's URL and ARN.
async fn with_dead_letters(endpoint: &Endpoint) -> (String, String, String) {
    let dead = queue(endpoint, &[]).await;
    let got = endpoint.sqs.get_queue_attributes().queue_url(&dead);
    let got = got
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await
        .unwrap();
    let arn = got.attributes.unwrap()[&QueueAttributeName::QueueArn].clone();
    let policy = format!("{{\"deadLetterTargetArn\":\"{arn}\",\"maxReceiveCount\":\"1\"}}");
    let source = queue(
        endpoint,
        &[
            (QueueAttributeName::RedrivePolicy, &policy),
            (QueueAttributeName::VisibilityTimeout, "1"),
        ],
    )
    .await;
    (source, dead, arn)
}

/// Sends three messages of one group and receives them until they have moved.
async fn bury(endpoint: &Endpoint, source: &str) {
    let send = endpoint.sqs.send_message_batch().queue_url(source);
    send.entries(entry("a", "g", "1", "d1"))
        .entries(entry("b", "g", "2", "d2"))
        .send()
        .await
        .unwrap();
    assert_eq!(bodies(&receive(endpoint, source, 1).await), ["1", "2"]);
    tokio::time::sleep(std::time::Duration::from_millis(1300)).await;
    assert!(receive(endpoint, source, 0).await.messages().is_empty());
}

#[tokio::test]
async fn dead_letters_keep_their_group_and_order() {
    let endpoint = endpoint().await;
    let (source, dead, _) = with_dead_letters(&endpoint).await;
    bury(&endpoint, &source).await;
    let received = receive(&endpoint, &dead, 1).await;
    assert_eq!(bodies(&received), ["1", "2"]);
    let attributes = received.messages()[0].attributes().unwrap();
    assert_eq!(attributes[&MessageSystemAttributeName::MessageGroupId], "g");
}

#[tokio::test]
async fn dead_letters_of_a_fifo_queue_are_moved_back_in_order() {
    let endpoint = endpoint().await;
    let (source, _, dead_arn) = with_dead_letters(&endpoint).await;
    bury(&endpoint, &source).await;
    let start = endpoint.sqs.start_message_move_task().source_arn(&dead_arn);
    start.send().await.unwrap();
    assert_eq!(bodies(&receive(&endpoint, &source, 5).await), ["1", "2"]);
}
