//! The shared budget against an embedded DynamoDB.

use super::*;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const TABLE: &str = "gantry";
const START_MS: i64 = 1_795_000_000_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(START_MS + millis).unwrap()
}

/// Counts what is sent, by operation.
#[derive(Clone, Debug, Default)]
struct Counter {
    writes: Arc<AtomicUsize>,
    reads: Arc<AtomicUsize>,
}

impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "counter"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context
            .request()
            .headers()
            .get("x-amz-target")
            .unwrap_or_default();
        let count = if target.ends_with("UpdateItem") {
            &self.writes
        } else {
            &self.reads
        };
        count.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn budget_at(endpoint: &str, counter: &Counter) -> DynamoBudget {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(endpoint)
        .interceptor(counter.clone())
        .build();
    DynamoBudget::new(Client::from_conf(config), TABLE)
}

/// An empty table on a free port: a budget for each worker, and what they send.
async fn workers(count: usize) -> (Vec<DynamoBudget>, Counter) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let database = dynoxide::Database::memory().unwrap();
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    let counter = Counter::default();
    let budgets: Vec<_> = (0..count).map(|_| budget_at(&endpoint, &counter)).collect();
    create_table(&budgets[0].client).await;
    counter.reads.store(0, Ordering::SeqCst);
    (budgets, counter)
}

async fn create_table(client: &Client) {
    let mut create = client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [("PK", KeyType::Hash), ("SK", KeyType::Range)] {
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder().attribute_name(name).key_type(kind);
        create = create
            .attribute_definitions(attribute.build().unwrap())
            .key_schema(key.build().unwrap());
    }
    create.send().await.unwrap();
}

#[tokio::test]
async fn four_workers_that_want_a_hundred_calls_get_forty_five_for_few_writes() {
    let (budgets, counter) = workers(4).await;
    let wants = budgets.iter().map(|budget| async {
        let mut granted = 0;
        for _ in 0..5 {
            granted += budget.lease(at(0), 5).await.unwrap().granted;
        }
        granted
    });
    let granted: u32 = futures::future::join_all(wants).await.into_iter().sum();
    assert_eq!(granted, 45);
    let (writes, reads) = (
        counter.writes.load(Ordering::SeqCst),
        counter.reads.load(Ordering::SeqCst),
    );
    assert_eq!(reads, 20, "one query a lease");
    assert!(writes <= 40, "{writes} writes for 20 leases");

    let next = budgets[0].lease(at(1000), 50).await.unwrap();
    assert_eq!(
        next,
        Lease {
            granted: 45,
            until: at(2000),
            blocked: Vec::new()
        }
    );
}

#[tokio::test]
async fn a_worker_alone_writes_once_a_second() {
    let (budgets, counter) = workers(1).await;
    for second in 0..10 {
        let lease = budgets[0].lease(at(second * 1000), 15).await.unwrap();
        assert_eq!((lease.granted, lease.until), (15, at(second * 1000 + 1000)));
    }
    assert_eq!(counter.writes.load(Ordering::SeqCst), 10);
}

#[tokio::test]
async fn late_in_a_second_only_what_still_fits_is_granted() {
    let (budgets, counter) = workers(1).await;
    assert_eq!(budgets[0].lease(at(900), 15).await.unwrap().granted, 4);
    let refused = budgets[0].lease(at(950), 15).await.unwrap();
    assert_eq!((refused.granted, refused.until), (0, at(1000)));
    assert_eq!(budgets[0].lease(at(999), 15).await.unwrap().granted, 0);
    assert_eq!(
        counter.writes.load(Ordering::SeqCst),
        2,
        "nothing is written when nothing can be granted"
    );
}

#[tokio::test]
async fn a_global_block_is_seen_by_all_and_never_shortened() {
    let (budgets, _) = workers(2).await;
    budgets[0].block(&BlockScope::Global, at(2500)).await.unwrap();
    budgets[0].block(&BlockScope::Global, at(1500)).await.unwrap();
    let block = Block {
        scope: BlockScope::Global,
        until: at(2500),
    };
    let lease = budgets[1].lease(at(0), 5).await.unwrap();
    assert_eq!(
        lease,
        Lease {
            granted: 0,
            until: at(2500),
            blocked: vec![block]
        }
    );
    assert_eq!(budgets[1].lease(at(2500), 5).await.unwrap().granted, 5);
}

#[tokio::test]
async fn a_block_within_a_second_stops_the_rest_of_it() {
    let (budgets, _) = workers(2).await;
    assert_eq!(budgets[0].lease(at(0), 5).await.unwrap().granted, 5);
    budgets[0].block(&BlockScope::Global, at(700)).await.unwrap();
    let lease = budgets[1].lease(at(100), 5).await.unwrap();
    assert_eq!((lease.granted, lease.until), (0, at(700)));
    assert_eq!(budgets[1].lease(at(700), 5).await.unwrap().granted, 5);
}

#[tokio::test]
async fn other_blocks_come_with_the_lease_until_they_end() {
    let (budgets, _) = workers(2).await;
    let route = BlockScope::Route("PATCH /channels/{channel.id} 31".to_owned());
    let until = Timestamp::from_nanosecond(i128::from(START_MS) * 1_000_000 + 1_163_000_000_001).unwrap();
    budgets[0].block(&route, until).await.unwrap();
    budgets[0].block(&route, at(5000)).await.unwrap();
    budgets[0].block(&BlockScope::Address, at(600_000)).await.unwrap();
    let lease = budgets[1].lease(at(0), 5).await.unwrap();
    let address = Block {
        scope: BlockScope::Address,
        until: at(600_000),
    };
    let rounded_up = Block {
        scope: route,
        until: at(1_163_001),
    };
    assert_eq!(
        (lease.granted, lease.blocked),
        (5, vec![address, rounded_up.clone()])
    );
    assert_eq!(
        budgets[1].lease(at(600_000), 5).await.unwrap().blocked,
        [rounded_up]
    );
    assert_eq!(budgets[1].lease(at(1_163_001), 5).await.unwrap().blocked, []);
}

#[tokio::test]
async fn a_worker_whose_clock_lags_waits_and_a_count_far_ahead_is_replaced() {
    let (budgets, _) = workers(1).await;
    budgets[0].lease(at(2000), 5).await.unwrap();
    let lagging = budgets[0].lease(at(1000), 5).await.unwrap();
    assert_eq!((lagging.granted, lagging.until), (0, at(2000)));
    budgets[0].lease(at(3_600_000), 5).await.unwrap();
    assert_eq!(budgets[0].lease(at(3000), 5).await.unwrap().granted, 5);
}

#[tokio::test]
async fn a_table_that_is_not_there_is_an_error_without_a_panic() {
    let (budgets, _) = workers(1).await;
    let other = DynamoBudget {
        table: "missing".to_owned(),
        ..budgets[0].clone()
    };
    assert!(matches!(
        other.lease(at(0), 1).await,
        Err(BudgetError::Unavailable(_))
    ));
    assert!(matches!(
        other.block(&BlockScope::Global, at(0)).await,
        Err(BudgetError::Unavailable(_))
    ));
}
