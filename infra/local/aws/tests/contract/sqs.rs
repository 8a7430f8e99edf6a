//! Standard queues.

use crate::endpoint::{Endpoint, endpoint, unique};
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::operation::create_queue::CreateQueueError;
use aws_sdk_sqs::operation::get_queue_url::GetQueueUrlError;
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchError;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};

async fn queue(endpoint: &Endpoint, attributes: &[(QueueAttributeName, &str)]) -> String {
    let mut create = endpoint.sqs.create_queue().queue_name(unique("jobs"));
    for (name, value) in attributes {
        create = create.attributes(name.clone(), *value);
    }
    create.send().await.unwrap().queue_url.unwrap()
}

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder()
        .id(id)
        .message_body(body)
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_missing_queue_is_a_typed_error() {
    let endpoint = endpoint().await;
    let error = endpoint
        .sqs
        .get_queue_url()
        .queue_name(unique("none"))
        .send()
        .await
        .unwrap_err();
    let error = error.into_service_error();
    assert!(
        matches!(error, GetQueueUrlError::QueueDoesNotExist(_)),
        "{error:?}"
    );
    assert_eq!(error.code(), Some("AWS.SimpleQueueService.NonExistentQueue"));
}

#[tokio::test]
async fn creating_again_gives_the_same_queue_and_other_attributes_are_refused() {
    let endpoint = endpoint().await;
    let name = unique("jobs");
    let create = |visibility: &'static str| {
        let create = endpoint.sqs.create_queue().queue_name(&name);
        create
            .attributes(QueueAttributeName::VisibilityTimeout, visibility)
            .send()
    };
    let first = create("45").await.unwrap().queue_url;
    assert_eq!(create("45").await.unwrap().queue_url, first);
    let error = create("46").await.unwrap_err().into_service_error();
    assert!(matches!(error, CreateQueueError::QueueNameExists(_)), "{error:?}");
}

#[tokio::test]
async fn a_message_comes_back_with_its_attributes() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    let text = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("Zoë")
        .build()
        .unwrap();
    let binary = MessageAttributeValue::builder()
        .data_type("Binary")
        .binary_value(Blob::new([0, 159, 255]))
        .build()
        .unwrap();
    let sent = endpoint
        .sqs
        .send_message()
        .queue_url(&url)
        .message_body("{\"kind\":\"créer\"}")
        .message_attributes("driver", text.clone())
        .message_attributes("blob", binary.clone())
        .send()
        .await
        .unwrap();
    let received = endpoint
        .sqs
        .receive_message()
        .queue_url(&url)
        .wait_time_seconds(2)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .message_attribute_names("All")
        .send()
        .await
        .unwrap();
    let [message] = received.messages() else {
        panic!("{received:?}")
    };
    assert_eq!(message.body(), Some("{\"kind\":\"créer\"}"));
    assert_eq!(message.message_id(), sent.message_id());
    assert_eq!(message.md5_of_body(), sent.md5_of_message_body());
    assert_eq!(
        message.md5_of_message_attributes(),
        sent.md5_of_message_attributes()
    );
    let own = message.message_attributes().unwrap();
    assert_eq!((&own["driver"], &own["blob"]), (&text, &binary));
    let system = message.attributes().unwrap();
    assert_eq!(system[&MessageSystemAttributeName::ApproximateReceiveCount], "1");
    assert!(
        system[&MessageSystemAttributeName::SentTimestamp]
            .parse::<i64>()
            .unwrap()
            > 0
    );
}

#[tokio::test]
async fn the_checksums_are_those_that_aws_documents() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    let attribute = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("v")
        .build()
        .unwrap();
    let send = endpoint.sqs.send_message().queue_url(&url).message_body("hello");
    let sent = send.message_attributes("k", attribute).send().await.unwrap();
    assert_eq!(
        sent.md5_of_message_body(),
        Some("5d41402abc4b2a76b9719d911017c592")
    );
    let documented = format!(
        "{:x}",
        md5::compute(b"\0\0\0\x01k\0\0\0\x06String\x01\0\0\0\x01v")
    );
    assert_eq!(sent.md5_of_message_attributes(), Some(documented.as_str()));
}

#[tokio::test]
async fn a_batch_reports_each_entry() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    let bad = SendMessageBatchRequestEntry::builder()
        .id("bad")
        .message_body("x")
        .delay_seconds(901)
        .build()
        .unwrap();
    let send = endpoint.sqs.send_message_batch().queue_url(&url);
    let sent = send
        .entries(entry("a", "1"))
        .entries(bad)
        .entries(entry("b", "2"))
        .send()
        .await
        .unwrap();
    let successful: Vec<&str> = sent.successful().iter().map(|entry| entry.id()).collect();
    assert_eq!(successful, ["a", "b"]);
    let [failed] = sent.failed() else {
        panic!("{sent:?}")
    };
    assert_eq!((failed.id(), failed.sender_fault()), ("bad", true));
}

#[tokio::test]
async fn a_batch_that_breaks_a_rule_is_a_typed_error() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    let send = |entries: Vec<SendMessageBatchRequestEntry>| {
        endpoint
            .sqs
            .send_message_batch()
            .queue_url(&url)
            .set_entries(Some(entries))
            .send()
    };
    let eleven = (0..11).map(|n| entry(&n.to_string(), "x")).collect();
    let error = send(eleven).await.unwrap_err().into_service_error();
    assert!(
        matches!(error, SendMessageBatchError::TooManyEntriesInBatchRequest(_)),
        "{error:?}"
    );
    let error = send(vec![entry("a", "x"), entry("a", "y")])
        .await
        .unwrap_err()
        .into_service_error();
    assert!(
        matches!(error, SendMessageBatchError::BatchEntryIdsNotDistinct(_)),
        "{error:?}"
    );
    let error = send(vec![]).await.unwrap_err().into_service_error();
    assert!(
        matches!(error, SendMessageBatchError::EmptyBatchRequest(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn counts_follow_a_message_through_its_life() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    let counts = async || {
        let get = endpoint.sqs.get_queue_attributes().queue_url(&url);
        let got = get.attribute_names(QueueAttributeName::All).send().await.unwrap();
        let all = got.attributes.unwrap();
        [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ]
        .map(|name| all[&name].parse::<u32>().unwrap())
    };
    let send = |delay| {
        endpoint
            .sqs
            .send_message()
            .queue_url(&url)
            .message_body("x")
            .delay_seconds(delay)
            .send()
    };
    send(0).await.unwrap();
    send(900).await.unwrap();
    assert_eq!(counts().await, [1, 0, 1]);
    let received = endpoint
        .sqs
        .receive_message()
        .queue_url(&url)
        .send()
        .await
        .unwrap();
    assert_eq!(counts().await, [0, 1, 1]);
    let receipt = received.messages()[0].receipt_handle().unwrap();
    endpoint
        .sqs
        .delete_message()
        .queue_url(&url)
        .receipt_handle(receipt)
        .send()
        .await
        .unwrap();
    assert_eq!(counts().await, [0, 0, 1]);
}

#[tokio::test]
async fn a_long_poll_ends_when_a_message_arrives() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    let receive = endpoint
        .sqs
        .receive_message()
        .queue_url(&url)
        .wait_time_seconds(20);
    let waiting = tokio::spawn(receive.send());
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    endpoint
        .sqs
        .send_message()
        .queue_url(&url)
        .message_body("now")
        .send()
        .await
        .unwrap();
    let received = waiting.await.unwrap().unwrap();
    assert_eq!(received.messages()[0].body(), Some("now"));
}

#[tokio::test]
async fn deleting_in_a_batch_reports_handles_that_are_none() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    endpoint
        .sqs
        .send_message()
        .queue_url(&url)
        .message_body("x")
        .send()
        .await
        .unwrap();
    let received = endpoint
        .sqs
        .receive_message()
        .queue_url(&url)
        .wait_time_seconds(2)
        .send()
        .await
        .unwrap();
    let entry = |id: &str, receipt: &str| {
        DeleteMessageBatchRequestEntry::builder()
            .id(id)
            .receipt_handle(receipt)
            .build()
            .unwrap()
    };
    let delete = endpoint.sqs.delete_message_batch().queue_url(&url);
    let good = entry("good", received.messages()[0].receipt_handle().unwrap());
    let deleted = delete
        .entries(good)
        .entries(entry("bad", "rubbish"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        deleted
            .successful()
            .iter()
            .map(|entry| entry.id())
            .collect::<Vec<_>>(),
        ["good"]
    );
    let [failed] = deleted.failed() else {
        panic!("{deleted:?}")
    };
    assert_eq!((failed.id(), failed.code()), ("bad", "ReceiptHandleIsInvalid"));
}

/// A queue and its dead-letter queue, where messages go after two receives: both URLs, and the second one's ARN.
async fn queue_with_dead_letters(endpoint: &Endpoint) -> (String, String, String) {
    let arn = async |url: &str| {
        let get = endpoint.sqs.get_queue_attributes().queue_url(url);
        let got = get
            .attribute_names(QueueAttributeName::QueueArn)
            .send()
            .await
            .unwrap();
        got.attributes.unwrap()[&QueueAttributeName::QueueArn].clone()
    };
    let dead = queue(endpoint, &[]).await;
    let dead_arn = arn(&dead).await;
    let policy = format!("{{\"deadLetterTargetArn\":\"{dead_arn}\",\"maxReceiveCount\":\"2\"}}");
    let source = queue(endpoint, &[(QueueAttributeName::RedrivePolicy, &policy)]).await;
    (source, dead, dead_arn)
}

#[tokio::test]
async fn a_dead_letter_queue_knows_its_sources() {
    let endpoint = endpoint().await;
    let (source, dead, _) = queue_with_dead_letters(&endpoint).await;
    let listed = endpoint.sqs.list_dead_letter_source_queues().queue_url(&dead);
    let listed = listed.send().await.unwrap();
    assert_eq!(listed.queue_urls(), std::slice::from_ref(&source));
}

/// Sends one message to a queue whose messages move after two receives, and receives it until it is gone.
async fn bury(endpoint: &Endpoint, source: &str) {
    let send = endpoint
        .sqs
        .send_message()
        .queue_url(source)
        .message_body("poison");
    send.send().await.unwrap();
    for receives in [1, 1, 0] {
        let receive = endpoint
            .sqs
            .receive_message()
            .queue_url(source)
            .visibility_timeout(0);
        assert_eq!(receive.send().await.unwrap().messages().len(), receives);
    }
}

#[tokio::test]
async fn a_message_received_too_often_is_in_the_dead_letter_queue() {
    let endpoint = endpoint().await;
    let (source, dead, _) = queue_with_dead_letters(&endpoint).await;
    bury(&endpoint, &source).await;
    let received = endpoint
        .sqs
        .receive_message()
        .queue_url(&dead)
        .send()
        .await
        .unwrap();
    assert_eq!(received.messages()[0].body(), Some("poison"));
}

#[tokio::test]
async fn a_dead_letter_can_be_moved_back() {
    let endpoint = endpoint().await;
    let (source, _, dead_arn) = queue_with_dead_letters(&endpoint).await;
    bury(&endpoint, &source).await;
    let start = endpoint.sqs.start_message_move_task().source_arn(&dead_arn);
    start.send().await.unwrap();
    let receive = endpoint
        .sqs
        .receive_message()
        .queue_url(&source)
        .wait_time_seconds(5);
    assert_eq!(receive.send().await.unwrap().messages()[0].body(), Some("poison"));
    let tasks = endpoint.sqs.list_message_move_tasks().source_arn(&dead_arn);
    let tasks = tasks.send().await.unwrap();
    assert_eq!(tasks.results()[0].approximate_number_of_messages_moved(), 1);
}

#[tokio::test]
async fn purging_empties_a_queue_and_deleting_removes_it() {
    let endpoint = endpoint().await;
    let url = queue(&endpoint, &[]).await;
    endpoint
        .sqs
        .send_message()
        .queue_url(&url)
        .message_body("x")
        .send()
        .await
        .unwrap();
    endpoint.sqs.purge_queue().queue_url(&url).send().await.unwrap();
    assert!(
        endpoint
            .sqs
            .receive_message()
            .queue_url(&url)
            .send()
            .await
            .unwrap()
            .messages()
            .is_empty()
    );
    endpoint.sqs.delete_queue().queue_url(&url).send().await.unwrap();
    let listed = endpoint.sqs.list_queues().send().await.unwrap();
    assert!(!listed.queue_urls().contains(&url));
}
