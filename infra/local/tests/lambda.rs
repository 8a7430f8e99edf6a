//! Functions on a server of their own: every trigger of the stack goes there, and what fails there counts as failed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

use axum::Router;
use axum::extract::{Json, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::future::BoxFuture;
use gantry_local::{Functions, LambdaServer, Stack, StackConfig, seed, story};
use gantry_local_aws::{
    AwsConfig, AwsLocal, InvokeError, Invoker, Mappings, QueueMapping, Schedule, StreamMapping, Wires,
};
use gantry_local_wire::LocalClock;
use gantry_simulator::OutcomeKind;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};

type Answer = Arc<dyn Fn(String, Value) -> BoxFuture<'static, Response> + Send + Sync>;

/// A server that takes Lambda's Invoke calls, as `cargo lambda watch` does.
struct Server {
    url: String,
    called: Arc<Mutex<Vec<(String, Value)>>>,
}

#[derive(Clone)]
struct Serving {
    answer: Answer,
    called: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Server {
    async fn start<F>(answer: impl Fn(String, Value) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let called = Arc::new(Mutex::new(Vec::new()));
        let serving = Serving {
            answer: Arc::new(move |function, event| Box::pin(answer(function, event))),
            called: Arc::clone(&called),
        };
        let app = Router::new()
            .route("/2015-03-31/functions/{function}/invocations", post(invocation))
            .with_state(serving);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, called }
    }

    fn lambda(&self) -> LambdaServer {
        LambdaServer::new(&self.url).unwrap()
    }

    fn called(&self) -> Vec<(String, Value)> {
        self.called.lock().unwrap().clone()
    }

    /// How often each of these functions was called.
    fn counts<const N: usize>(&self, functions: [&str; N]) -> [usize; N] {
        let called = self.called();
        functions.map(|function| called.iter().filter(|(name, _)| name == function).count())
    }
}

async fn invocation(
    State(serving): State<Serving>,
    Path(function): Path<String>,
    Json(event): Json<Value>,
) -> Response {
    serving
        .called
        .lock()
        .unwrap()
        .push((function.clone(), event.clone()));
    (serving.answer)(function, event).await
}

fn answer(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_is_done_by_functions_elsewhere_alone() {
    let stack = Stack::start(StackConfig::default()).await.unwrap();
    let demo = seed::guild(&stack).await.unwrap();
    let functions = Functions::new(stack.clock(), stack.credentials(), stack.endpoints()).unwrap();
    let functions = Arc::new(functions);
    let closed = Arc::new(AtomicBool::new(false));
    let closing = Arc::clone(&closed);
    let server = Server::start(move |function, event| {
        let functions = Arc::clone(&functions);
        let closed = Arc::clone(&closed);
        async move {
            if closed.load(Ordering::SeqCst) {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            let deadline = Timestamp::now() + SignedDuration::from_secs(60);
            answer(200, &functions.call(&function, event, deadline).await.unwrap())
        }
    })
    .await;
    stack.hand_over(server.lambda());
    seed::club(&stack, &demo).await.unwrap();
    story::play(&stack, &demo, &mut |_| ()).await.unwrap();
    let counts = server.counts(["interactions", "relay", "channel-worker", "notify-worker"]);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    the_clock_stands(&stack).await;
    closing.store(true, Ordering::SeqCst);
    let outcome = stack.simulator().slash(&demo.owner(), "ping", json!({})).await;
    assert!(
        matches!(outcome.kind, OutcomeKind::Failed { .. }),
        "no function of this process answers: {outcome:?}"
    );
    stack.shutdown().await.unwrap();
}

/// With another time here, functions that go by their machine's would refuse every signature: the page is told so.
async fn the_clock_stands(stack: &Stack) {
    let before = stack.now();
    let to = json!({ "now": before + SignedDuration::from_hours(1) });
    let http = reqwest::Client::new();
    for (url, key) in [
        (format!("{}/local/clock", stack.gateway_url()), "message"),
        (format!("{}/playground/clock", stack.discord_url()), "error"),
    ] {
        let answer = http.post(&url).json(&to).send().await.unwrap();
        assert!(!answer.status().is_success(), "{url}");
        let body: Value = answer.json().await.unwrap();
        let why = body[key].as_str().unwrap();
        assert!(why.contains("their machine's clock"), "{url}: {why}");
    }
    assert!(stack.now() < before + SignedDuration::from_mins(5));
    let told: Value = http
        .get(format!("{}/local/clock", stack.gateway_url()))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        told["coming"][0]["what"],
        "Monza 6 Hours: 24 hours before the race"
    );
}

/// The counterparts with a queue, a stream and a schedule, each with a function of its own that this crate does not know.
async fn mapped(lambda: LambdaServer) -> AwsLocal {
    let clock = LocalClock::frozen("2026-11-28T12:00:00Z".parse().unwrap());
    let wires = Wires {
        clock,
        ..Wires::default()
    };
    let aws = AwsLocal::start(AwsConfig {
        wires,
        ..AwsConfig::default()
    })
    .await
    .unwrap();
    let key = json!([{ "AttributeName": "PK", "KeyType": "HASH" }]);
    let table = json!({
        "TableName": "table", "BillingMode": "PAY_PER_REQUEST", "KeySchema": key,
        "AttributeDefinitions": [{ "AttributeName": "PK", "AttributeType": "S" }],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
    });
    aws.dynamodb().ensure_table(table, "ttl").await.unwrap();
    let policy = json!({ "deadLetterTargetArn": gantry_local_aws::queue_arn("dead"), "maxReceiveCount": 3 });
    aws.sqs().ensure_queue("dead", &[]).unwrap();
    aws.sqs()
        .ensure_queue(
            "q",
            &[
                ("VisibilityTimeout", "60"),
                ("RedrivePolicy", &policy.to_string()),
            ],
        )
        .unwrap();
    let mappings = Mappings {
        queues: vec![QueueMapping {
            // The server's patience counts, not this.
            timeout: Duration::from_millis(1),
            ..QueueMapping::new("q", "of-the-queue")
        }],
        streams: vec![StreamMapping::new("table", "of-the-stream")],
        schedules: vec![Schedule::new(
            "s",
            "of-the-schedule",
            SignedDuration::from_mins(1),
        )],
        schedules_run: false,
    };
    aws.map(mappings, Arc::new(lambda));
    aws
}

async fn aws_call(url: &str, target: &str, body: Value) {
    let response = reqwest::Client::new()
        .post(url)
        .header("x-amz-target", target)
        .header("x-amz-date", "20261128T120000Z")
        .header("content-type", "application/x-amz-json-1.0")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=local/20261128/eu-central-1/x/aws4_request, SignedHeaders=host, Signature=0",
        )
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert!(
        response.status().is_success(),
        "{}",
        response.text().await.unwrap()
    );
}

async fn send(aws: &AwsLocal) {
    let url = format!("{}/000000000000/q", aws.sqs_url());
    aws_call(
        aws.sqs_url(),
        "AmazonSQS.SendMessage",
        json!({ "QueueUrl": url, "MessageBody": "hello" }),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queue_stream_and_schedule_call_the_server_by_the_function_that_they_name() {
    let server = Server::start(|_, _| async { answer(200, &json!({ "batchItemFailures": [] })) }).await;
    let aws = mapped(server.lambda()).await;
    send(&aws).await;
    let item = json!({ "TableName": "table", "Item": { "PK": { "S": "a" } } });
    aws_call(aws.dynamodb_url(), "DynamoDB_20120810.PutItem", item).await;
    let report = aws.drain().await.unwrap();
    assert_eq!((report.failures, report.dead_letters), (0, 0));
    aws.tick("s").await.unwrap().unwrap();
    assert_eq!(
        server.counts(["of-the-queue", "of-the-stream", "of-the-schedule"]),
        [1, 1, 1]
    );
    let events = server.called();
    let event = |function: &str| &events.iter().find(|(name, _)| name == function).unwrap().1;
    assert_eq!(event("of-the-queue")["Records"][0]["body"], "hello");
    assert_eq!(
        event("of-the-stream")["Records"][0]["dynamodb"]["Keys"]["PK"]["S"],
        "a"
    );
    assert_eq!(event("of-the-schedule")["detail-type"], "Scheduled Event");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_error_is_a_failed_invocation() {
    let failed = json!({ "errorMessage": "no table", "errorType": "Error" });
    let server = Server::start(move |function, _| {
        let failed = failed.clone();
        async move {
            match function.as_str() {
                "internal" => answer(500, &json!({ "title": "compile error" })),
                "text" => (StatusCode::BAD_GATEWAY, "no <json>").into_response(),
                "unreadable" => "neither".into_response(),
                "marked" => {
                    let mut response = answer(200, &failed);
                    response
                        .headers_mut()
                        .insert("X-Amz-Function-Error", "Unhandled".parse().unwrap());
                    response
                }
                "marked-only" => {
                    let mut response = answer(200, &json!({}));
                    response
                        .headers_mut()
                        .insert("X-Amz-Function-Error", "Handled".parse().unwrap());
                    response
                }
                "unmarked" => answer(200, &failed),
                "silent" => StatusCode::OK.into_response(),
                _ => answer(200, &json!({ "done": true })),
            }
        }
    })
    .await;
    let lambda = server.lambda();
    let mut seen = Vec::new();
    for function in [
        "internal",
        "text",
        "unreadable",
        "marked",
        "marked-only",
        "unmarked",
    ] {
        let outcome = lambda.invoke(function, json!({}), Timestamp::MAX).await;
        let Err(InvokeError::Failed(why)) = outcome else {
            panic!("{function}: {outcome:?}")
        };
        seen.push(format!("{function}: {why}"));
    }
    assert_eq!(
        seen,
        [
            r#"internal: HTTP 500: {"title":"compile error"}"#,
            "text: HTTP 502: no <json>",
            "unreadable: HTTP 200: neither",
            "marked: HTTP 200: no table",
            "marked-only: HTTP 200: {}",
            "unmarked: HTTP 200: no table",
        ]
    );
    let well = |function: &'static str| lambda.invoke(function, json!({}), Timestamp::MAX);
    assert_eq!(well("silent").await, Ok(Value::Null));
    assert_eq!(well("other").await, Ok(json!({ "done": true })));
    // Bound and not listening: the port is refused, and nobody else can get it meanwhile.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let nobody = LambdaServer::new(&url).unwrap();
    let outcome = nobody.invoke("other", json!({}), Timestamp::MAX).await;
    let Err(InvokeError::Failed(why)) = outcome else {
        panic!("nobody is there: {outcome:?}")
    };
    assert!(
        why.starts_with(&format!("the functions at {url} cannot be reached")),
        "{why}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_elsewhere_is_delivered_again_and_given_up_at_last() {
    let server = Server::start(|_, _| async { answer(500, &json!({ "errorMessage": "on purpose" })) }).await;
    let aws = mapped(server.lambda()).await;
    send(&aws).await;
    assert_eq!(aws.drain().await.unwrap().dead_letters, 1);
    assert_eq!(server.counts(["of-the-queue"]), [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_is_given_up_after_the_patience() {
    let server = Server::start(|_, _| std::future::pending()).await;
    let aws = mapped(server.lambda().with_patience(Duration::from_millis(50))).await;
    assert_eq!(aws.tick("s").await.unwrap(), Err(InvokeError::TimedOut));
    send(&aws).await;
    let report = aws.drain().await.unwrap();
    assert_eq!(report.dead_letters, 1);
}

#[test]
fn only_an_http_address_is_taken() {
    for wrong in ["127.0.0.1:9100", "localhost:9100", "ftp://127.0.0.1", ""] {
        assert!(LambdaServer::new(wrong).is_err(), "{wrong}");
    }
    assert!(LambdaServer::new("http://127.0.0.1:9100/").is_ok());
}
