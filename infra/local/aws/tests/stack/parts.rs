//! A stack on free ports, clients for it, and a function that does as it is told.

use aws_config::retry::RetryConfig;
use aws_config::{AppName, BehaviorVersion, Region};
use aws_credential_types::Credentials;
use gantry_local_aws::{AwsConfig, AwsLocal, Invocation, InvokeError, Invoker, Wires};
use gantry_local_wire::LocalClock;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

pub const CALLER: &str = "channel-worker";

/// A stack, whose clock stands still where it is not said otherwise.
pub struct Stack {
    pub aws: AwsLocal,
    pub wires: Wires,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub eventbridge: aws_sdk_eventbridge::Client,
}

pub fn noon() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

pub async fn stack() -> Stack {
    stack_with(LocalClock::frozen(noon()), None).await
}

pub async fn stack_with(clock: LocalClock, data: Option<PathBuf>) -> Stack {
    let wires = Wires {
        clock,
        ..Wires::default()
    };
    let config = AwsConfig {
        wires: wires.clone(),
        data,
        ..AwsConfig::default()
    };
    let aws = AwsLocal::start(config).await.unwrap();
    let sdk = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "stack"))
        .retry_config(RetryConfig::disabled())
        .app_name(AppName::new(CALLER).unwrap())
        .load()
        .await;
    let dynamodb = aws_sdk_dynamodb::config::Builder::from(&sdk).endpoint_url(aws.dynamodb_url());
    let sqs = aws_sdk_sqs::config::Builder::from(&sdk).endpoint_url(aws.sqs_url());
    let eventbridge = aws_sdk_eventbridge::config::Builder::from(&sdk).endpoint_url(aws.eventbridge_url());
    Stack {
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
        sqs: aws_sdk_sqs::Client::from_conf(sqs.build()),
        eventbridge: aws_sdk_eventbridge::Client::from_conf(eventbridge.build()),
        aws,
        wires,
    }
}

impl Stack {
    /// The table `gantry` with a stream of new images.
    pub async fn table(&self) {
        let spec = json!({
            "TableName": "gantry",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                { "AttributeName": "PK", "AttributeType": "S" },
                { "AttributeName": "SK", "AttributeType": "S" },
            ],
            "KeySchema": [
                { "AttributeName": "PK", "KeyType": "HASH" },
                { "AttributeName": "SK", "KeyType": "RANGE" },
            ],
            "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
        });
        self.aws.dynamodb().ensure_table(spec, "ttl").await.unwrap();
    }

    pub async fn put(&self, pk: &str, sk: &str) {
        put(&self.dynamodb, pk, sk).await.unwrap();
    }

    /// The FIFO queue `jobs.fifo` (visibility 60 s) and its dead-letter queue, moved there after `max_receives`.
    pub fn queues(&self, max_receives: u32) {
        let sqs = self.aws.sqs();
        sqs.ensure_queue("jobs-dead.fifo", &[("FifoQueue", "true")])
            .unwrap();
        let policy = json!({
            "deadLetterTargetArn": gantry_local_aws::queue_arn("jobs-dead.fifo"),
            "maxReceiveCount": max_receives,
        });
        let attributes = [
            ("FifoQueue", "true"),
            ("VisibilityTimeout", "60"),
            ("ContentBasedDeduplication", "true"),
            ("RedrivePolicy", &policy.to_string()),
        ];
        sqs.ensure_queue("jobs.fifo", &attributes).unwrap();
    }

    pub async fn send(&self, group: &str, body: &str) {
        let url = format!("{}/000000000000/jobs.fifo", self.aws.sqs_url());
        let send = self
            .sqs
            .send_message()
            .queue_url(url)
            .message_group_id(group)
            .message_body(body);
        send.send().await.unwrap();
    }

    /// Messages in `queue`, wherever they stand.
    pub fn messages(&self, queue: &str) -> usize {
        let queues = self.aws.queues();
        let queue = queues.iter().find(|depth| depth.name == queue).unwrap();
        queue.depth + queue.in_flight + queue.delayed
    }
}

pub async fn put(
    dynamodb: &aws_sdk_dynamodb::Client,
    pk: &str,
    sk: &str,
) -> Result<(), aws_sdk_dynamodb::error::SdkError<aws_sdk_dynamodb::operation::put_item::PutItemError>> {
    let put = dynamodb.put_item().table_name("gantry");
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    put.item("PK", text(pk))
        .item("SK", text(sk))
        .send()
        .await
        .map(drop)
}

type Answer = Box<dyn Fn(usize, &Value) -> Result<Value, InvokeError> + Send + Sync>;

/// Remembers every event and answers by a rule: the invocation's number (from 0) and its event.
#[derive(Clone)]
pub struct Function {
    inner: Arc<(Mutex<Vec<Value>>, Answer)>,
}

impl Function {
    pub fn new(answer: impl Fn(usize, &Value) -> Result<Value, InvokeError> + Send + Sync + 'static) -> Self {
        Self {
            inner: Arc::new((Mutex::default(), Box::new(answer))),
        }
    }

    /// Succeeds always.
    pub fn done() -> Self {
        Self::new(|_, _| Ok(Value::Null))
    }

    pub fn events(&self) -> Vec<Value> {
        self.inner.0.lock().unwrap().clone()
    }

    /// Of each invocation, what `pointer` shows in each record.
    pub fn seen(&self, pointer: &str) -> Vec<Vec<String>> {
        let records = |event: &Value| event["Records"].as_array().cloned().unwrap_or_default();
        let show = |record: &Value| {
            record
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        self.events()
            .iter()
            .map(|event| records(event).iter().map(show).collect())
            .collect()
    }
}

impl Invoker for Function {
    fn invoke(&self, _function: &str, event: Value, _deadline: Timestamp) -> Invocation {
        let function = self.clone();
        Box::pin(async move {
            let (events, answer) = &*function.inner;
            let number = {
                let mut events = events.lock().unwrap();
                events.push(event.clone());
                events.len() - 1
            };
            answer(number, &event)
        })
    }
}

/// An answer that reports these records as failed.
pub fn report(ids: &[&str]) -> Value {
    let items: Vec<Value> = ids.iter().map(|id| json!({ "itemIdentifier": id })).collect();
    json!({ "batchItemFailures": items })
}

/// A new folder for a test's state.
pub fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("gantry-local-aws-{}", uuid::Uuid::new_v4().simple()))
}
