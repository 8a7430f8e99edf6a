//! FIFO queues.

use crate::endpoint::{Endpoint, endpoint, unique};
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::operation::receive_message::ReceiveMessageOutput;
use aws_sdk_sqs::operation::send_message::SendMessageOutput;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};

async fn queue(endpoint: &Endpoint, by_content: bool) -> String {
    let create = endpoint
        .sqs
        .create_queue()
        .queue_name(format!("{}.fifo", unique("jobs")));
    let create = create
        .attributes(QueueAttributeName::FifoQueue, "true")
        .attributes(
            QueueAttributeName::ContentBasedDeduplication,
            by_content.to_string(),
        );
    create.send().await.unwrap().queue_url.unwrap()
}

async fn send(
    endpoint: &Endpoint,
    url: &str,
    group: &str,
    body: &str,
    id: Option<&str>,
) -> SendMessageOutput {
    let send = endpoint
        .sqs
        .send_message()
        .queue_url(url)
        .message_body(body)
        .message_group_id(group);
    send.set_message_deduplication_id(id.map(str::to_owned))
        .send()
        .await
        .unwrap()
}

async fn receive(endpoint: &Endpoint, url: &str, at_most: i32) -> ReceiveMessageOutput {
    let receive = endpoint
        .sqs
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(at_most);
    receive
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .send()
        .await
        .unwrap()
}

fn bodies(received: &ReceiveMessageOutput) -> Vec<&str> {
    received
        .messages()
        .iter()
        .map(|message| message.body().unwrap())
        .collect()
}

#[tokio::test]
async fn a_groups_messages_come_in_order_and_one_batch_at_a_time() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, true).await;
    for body in ["a1", "a2", "a3"] {
        send(&endpoint, &url, "a", body, None).await;
    }
    let first = receive(&endpoint, &url, 2).await;
    assert_eq!(bodies(&first), ["a1", "a2"]);
    assert!(receive(&endpoint, &url, 10).await.messages().is_empty());
    send(&endpoint, &url, "b", "b1", None).await;
    assert_eq!(bodies(&receive(&endpoint, &url, 10).await), ["b1"]);
    for message in first.messages() {
        let delete = endpoint.sqs.delete_message().queue_url(&url);
        delete
            .receipt_handle(message.receipt_handle().unwrap())
            .send()
            .await
            .unwrap();
    }
    assert_eq!(bodies(&receive(&endpoint, &url, 10).await), ["a3"]);
}

#[tokio::test]
async fn a_message_carries_group_deduplication_and_sequence() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, false).await;
    let first = send(&endpoint, &url, "guild-1", "x", Some("outbox-1")).await;
    let second = send(&endpoint, &url, "guild-1", "y", Some("outbox-2")).await;
    let numbers = [first, second].map(|sent| sent.sequence_number.unwrap().parse::<u128>().unwrap());
    assert!(numbers[0] < numbers[1], "{numbers:?}");
    let received = receive(&endpoint, &url, 1).await;
    let attributes = received.messages()[0].attributes().unwrap();
    assert_eq!(attributes[&MessageSystemAttributeName::MessageGroupId], "guild-1");
    assert_eq!(
        attributes[&MessageSystemAttributeName::MessageDeduplicationId],
        "outbox-1"
    );
    let number = &attributes[&MessageSystemAttributeName::SequenceNumber];
    assert_eq!(number.parse::<u128>().unwrap(), numbers[0]);
}

#[tokio::test]
async fn a_message_sent_twice_comes_once() {
    let endpoint = endpoint().await;
    for (by_content, id) in [(true, None), (false, Some("one"))] {
        let url = queue(&endpoint, by_content).await;
        let first = send(&endpoint, &url, "a", "same", id).await;
        let second = send(&endpoint, &url, "a", "same", id).await;
        assert_eq!(first.message_id(), second.message_id());
        assert_eq!(bodies(&receive(&endpoint, &url, 10).await), ["same"]);
    }
}

#[tokio::test]
async fn what_a_fifo_message_lacks_is_refused() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, false).await;
    let send = || endpoint.sqs.send_message().queue_url(&url).message_body("x");
    let code =
        |error: aws_sdk_sqs::operation::send_message::SendMessageError| error.code().unwrap().to_owned();
    let no_group = send().message_deduplication_id("d").send().await.unwrap_err();
    assert_eq!(code(no_group.into_service_error()), "MissingParameter");
    let no_id = send().message_group_id("g").send().await.unwrap_err();
    assert_eq!(code(no_id.into_service_error()), "InvalidParameterValue");
}

#[tokio::test]
async fn a_message_made_visible_again_comes_before_the_rest_of_its_group() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, true).await;
    for body in ["a1", "a2"] {
        send(&endpoint, &url, "a", body, None).await;
    }
    let first = receive(&endpoint, &url, 1).await;
    let change = endpoint
        .sqs
        .change_message_visibility()
        .queue_url(&url)
        .visibility_timeout(0);
    change
        .receipt_handle(first.messages()[0].receipt_handle().unwrap())
        .send()
        .await
        .unwrap();
    let again = receive(&endpoint, &url, 10).await;
    assert_eq!(bodies(&again), ["a1", "a2"]);
    let attributes = again.messages()[0].attributes().unwrap();
    assert_eq!(
        attributes[&MessageSystemAttributeName::ApproximateReceiveCount],
        "2"
    );
}
