//! A scripted Discord, a clock that moves by waiting, and a budget that records what it is told.

use crate::adapters::discord_rest::{Config, DiscordRest, Timer};
use crate::domain::ids::ApplicationId;
use crate::ports::budget::{Block, BlockScope, Budget, BudgetError, Lease};
use crate::ports::clock::Clock;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub const APPLICATION: ApplicationId = ApplicationId(4001);
pub const BOT_TOKEN: &str = "bot-token.that-must.stay-secret";
pub const START_S: i64 = 1_795_000_000;

/// Moves on only when somebody waits.
pub struct TestTimer {
    now: Mutex<Timestamp>,
    most_jitter: bool,
}

impl TestTimer {
    pub fn new(most_jitter: bool) -> Arc<Self> {
        let now = Mutex::new(Timestamp::from_second(START_S).unwrap());
        Arc::new(Self { now, most_jitter })
    }

    /// Milliseconds since the test began.
    pub fn elapsed(&self) -> i64 {
        self.now().as_millisecond() - START_S * 1000
    }

    pub fn advance(&self, time: SignedDuration) {
        let mut now = self.now.lock().unwrap();
        *now += time;
    }

    pub fn in_s(&self, seconds: i64) -> Timestamp {
        self.now() + SignedDuration::from_secs(seconds)
    }
}

impl Clock for TestTimer {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

impl Timer for TestTimer {
    fn sleep(&self, time: SignedDuration) -> BoxFuture<'_, ()> {
        self.advance(time);
        Box::pin(tokio::task::yield_now())
    }

    fn jitter(&self, at_most: SignedDuration) -> SignedDuration {
        if self.most_jitter {
            at_most
        } else {
            SignedDuration::ZERO
        }
    }
}

/// Grants every call at once, and keeps the blocks that it is told of.
#[derive(Clone, Default)]
pub struct FreeBudget {
    pub blocks: Arc<Mutex<Vec<Block>>>,
}

impl Budget for FreeBudget {
    async fn lease(&self, now: Timestamp, _: u32) -> Result<Lease, BudgetError> {
        let mut blocked = self.blocks.lock().unwrap().clone();
        blocked.retain(|block| block.until > now);
        Ok(Lease {
            granted: 1,
            until: now,
            blocked,
        })
    }

    async fn block(&self, scope: &BlockScope, until: Timestamp) -> Result<(), BudgetError> {
        self.blocks.lock().unwrap().push(Block {
            scope: scope.clone(),
            until,
        });
        Ok(())
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Milliseconds since the test began.
    pub at: i64,
    pub what: String,
    pub request: Request,
}

#[derive(Clone)]
struct Script {
    timer: Arc<TestTimer>,
    replies: Arc<Mutex<VecDeque<ResponseTemplate>>>,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
}

impl Respond for Script {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let what = format!("{} {}", request.method, request.url.path());
        self.arrivals.lock().unwrap().push(Arrival {
            at: self.timer.elapsed(),
            what,
            request: request.clone(),
        });
        let unexpected =
            || ResponseTemplate::new(418).set_body_string("\"a request that the test does not expect\"");
        self.replies
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or_else(unexpected)
    }
}

/// Discord with a script, and an executor that talks to it.
pub struct Stage {
    pub rest: DiscordRest<FreeBudget>,
    pub timer: Arc<TestTimer>,
    pub budget: FreeBudget,
    script: Script,
    _server: MockServer,
}

impl Stage {
    /// An executor that meets `replies` in this order.
    pub async fn new(replies: impl IntoIterator<Item = ResponseTemplate>) -> Self {
        Self::with(replies, false, |_| {}).await
    }

    /// The same with other settings, and with as much jitter as there can be.
    pub async fn with(
        replies: impl IntoIterator<Item = ResponseTemplate>,
        most_jitter: bool,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let (server, timer) = (MockServer::start().await, TestTimer::new(most_jitter));
        let replies = Arc::new(Mutex::new(replies.into_iter().collect()));
        let script = Script {
            timer: Arc::clone(&timer),
            replies,
            arrivals: Arc::default(),
        };
        Mock::given(any())
            .respond_with(script.clone())
            .mount(&server)
            .await;
        let mut config = config(&server.uri());
        change(&mut config);
        let budget = FreeBudget::default();
        let rest = DiscordRest::with_timer(config, budget.clone(), timer.clone()).unwrap();
        Self {
            rest,
            timer,
            budget,
            script,
            _server: server,
        }
    }

    pub fn arrivals(&self) -> Vec<Arrival> {
        self.script.arrivals.lock().unwrap().clone()
    }

    /// When requests arrived, in milliseconds since the test began.
    pub fn instants(&self) -> Vec<i64> {
        self.arrivals().iter().map(|arrival| arrival.at).collect()
    }

    pub fn sent(&self) -> usize {
        self.script.arrivals.lock().unwrap().len()
    }
}

pub fn config(base_url: &str) -> Config {
    Config {
        base_url: base_url.to_owned(),
        ..Config::new(BOT_TOKEN, APPLICATION, "channel-worker")
    }
}

/// An answer with a JSON body.
pub fn json(status: u16, body: serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

/// An empty list of channels.
pub fn ok() -> ResponseTemplate {
    json(200, serde_json::json!([]))
}

/// An error in Discord's shape.
pub fn error(status: u16, code: u64) -> ResponseTemplate {
    json(status, serde_json::json!({ "code": code, "message": "No" }))
}

/// A 429 whose body says `retry_after` seconds.
pub fn limited(retry_after: f64) -> ResponseTemplate {
    json(
        429,
        serde_json::json!({ "message": "You are being rate limited.", "retry_after": retry_after }),
    )
}

/// Cloudflare's 429.
pub fn cloudflare() -> ResponseTemplate {
    ResponseTemplate::new(429).set_body_raw("<html><title>Error 1015</title></html>", "text/html")
}
