//! The functions on an embedded table, with Discord, SQS and EventBridge as far as the samples reach them.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use futures::future::BoxFuture;
use gantry_shared::adapters::discord_rest::{Config, DiscordRest, RealTime, Timer};
use gantry_shared::adapters::dynamo::{Table, schema};
use gantry_shared::adapters::dynamo_budget::DynamoBudget;
use gantry_shared::adapters::sqs::QueueUrls;
use gantry_shared::discord::verify::PublicKeys;
use gantry_shared::discord::views::Views;
use gantry_shared::domain::permissions::INVITE;
use gantry_shared::ports::clock::{Clock, Pause};
use gantry_shared::ports::ids::Ids;
use gantry_shared::ports::store::Ledger;
use gantry_shared::runtime::settings::WorkerSettings;
use gantry_shared::runtime::worker::Parts;
use gantry_tests::samples::{MOMENT, public_key, world};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// The category that a sample makes.
const CATEGORY: &str = "1505862342918145001";
/// The bot's own role.
const BOT_ROLE: &str = "1056104309264089601";
/// The channel that it makes.
pub const MADE: &str = "1505862342918145002";
/// Every DM.
pub const DM: &str = "1505862342918145003";

/// A clock that stands at the samples' instant, ids that count up, no pauses.
#[derive(Debug, Default)]
pub struct Still(AtomicU64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        MOMENT
    }
}

impl Ids for Still {
    fn random(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1000
    }
}

impl Pause for Still {
    async fn pause(&self, _: u32) {}
}

/// The SDK's settings for a service at `endpoint`.
pub fn sdk(endpoint: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "local", "local", None, None, "test",
        )))
        .endpoint_url(endpoint)
        .build()
}

/// The address of an embedded DynamoDB with the samples' club in its table.
pub async fn table() -> String {
    let database = dynoxide::Database::memory().unwrap();
    let create = serde_json::from_value(schema::create_table("gantry")).unwrap();
    database.create_table(create).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    let table = table_at(&endpoint);
    for batch in world::batches() {
        table.commit(batch).await.unwrap();
    }
    endpoint
}

pub fn table_at(endpoint: &str) -> Table {
    Table::new(
        aws_sdk_dynamodb::Client::new(&sdk(endpoint)),
        "gantry",
        Default::default(),
    )
}

/// `functions/interactions` as the samples need it.
pub async fn interactions() -> gantry_interactions::App<Still> {
    gantry_interactions::App {
        keys: PublicKeys::parse(&[&public_key()]).unwrap(),
        table: table_at(&table().await),
        authorize: gantry_shared::domain::guild_link::AUTHORIZE_URL.to_owned(),
        public_url: None,
        webhooks_url: None,
        env: Still::default(),
        views: Views::default(),
    }
}

/// `functions/webhooks` on the table at `endpoint`.
pub fn webhooks(endpoint: &str) -> gantry_webhooks::App<Still> {
    gantry_webhooks::App {
        keys: PublicKeys::parse(&[&public_key()]).unwrap(),
        table: table_at(endpoint),
        env: Still::default(),
    }
}

/// A timer that stands at the samples' instant.
struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        MOMENT
    }
}

impl Timer for Standing {
    fn sleep(&self, _: SignedDuration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn jitter(&self, _: SignedDuration) -> SignedDuration {
        SignedDuration::ZERO
    }
}

/// `functions/api` on the table at `endpoint`, and Discord at `discord`.
pub fn api(endpoint: &str, discord: &MockServer) -> gantry_api::App<Still> {
    let client = aws_sdk_dynamodb::Client::new(&sdk(endpoint));
    let config = Config {
        base_url: discord.uri(),
        ..Config::new("sample", world::APPLICATION, "api")
    };
    let budget = DynamoBudget::new(client, "gantry");
    gantry_api::App {
        table: table_at(endpoint),
        env: Still::default(),
        discord: DiscordRest::with_timer(config, budget, std::sync::Arc::new(Standing)).unwrap(),
        client_secret: "sample".to_owned(),
        authorize: gantry_shared::domain::guild_link::AUTHORIZE_URL.to_owned(),
        public_url: None,
    }
}

pub fn queues() -> QueueUrls {
    let url = |name: &str| format!("http://127.0.0.1:1/123456789012/{name}");
    QueueUrls {
        channel: url("gantry-channel.fifo"),
        board: url("gantry-board.fifo"),
        notify: url("gantry-notify.fifo"),
        sync: url("gantry-sync.fifo"),
    }
}

/// A worker on the table at `endpoint`, and Discord at `discord`.
pub fn worker(endpoint: &str, discord: &MockServer) -> Parts<Still> {
    let settings = WorkerSettings {
        table: "gantry".to_owned(),
        application: world::APPLICATION,
        bot_token: "sample".to_owned(),
        upload_origins: Vec::new(),
        discord_api: discord.uri(),
        authorize: gantry_shared::domain::guild_link::AUTHORIZE_URL.to_owned(),
        queues: queues(),
        club_settings: Default::default(),
    };
    let (sdk, unused) = (sdk(endpoint), sdk("http://127.0.0.1:1"));
    let clients = (
        aws_sdk_dynamodb::Client::new(&sdk),
        aws_sdk_sqs::Client::new(&unused),
    );
    Parts::new(
        clients,
        settings,
        "worker",
        (Still::default(), std::sync::Arc::new(RealTime)),
    )
    .unwrap()
}

/// Answers every request with what `answer` makes of it.
pub async fn server(answer: fn(&Request) -> Value) -> MockServer {
    let server = MockServer::start().await;
    let respond = move |request: &Request| ResponseTemplate::new(200).set_body_json(answer(request));
    Mock::given(any()).respond_with(respond).mount(&server).await;
    server
}

/// Discord, as far as the samples go: an empty guild in which everything works.
pub fn discord(request: &Request) -> Value {
    let path = request.url.path();
    let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    match (request.method.as_str(), path.rsplit('/').next().unwrap()) {
        ("GET", "members") => json!([{
            "user": { "id": world::ADMIN, "username": "ada", "global_name": "Ada Weber" },
            "roles": [],
        }]),
        ("POST", "token") => json!({
            "access_token": "sample", "token_type": "Bearer",
            "guild": { "id": world::GUILD, "name": "Apex Endurance" },
        }),
        ("GET", "@me") if path == "/users/@me" => json!({ "id": world::ADMIN, "username": "ada" }),
        ("GET", _) if path == format!("/guilds/{}", world::GUILD) => json!({
            "id": world::GUILD, "name": "Apex Endurance", "owner_id": world::ADMIN,
            "approximate_member_count": 1,
            "roles": [
                { "id": world::GUILD, "name": "@everyone", "position": 0, "permissions": "0" },
                { "id": BOT_ROLE, "name": "Gantry", "position": 1, "permissions": INVITE, "managed": true },
            ],
        }),
        ("GET", _) if path.starts_with(&format!("/guilds/{}/members/", world::GUILD)) => {
            json!({ "roles": [BOT_ROLE], "communication_disabled_until": null })
        }
        ("GET", _) => json!([]),
        ("POST", "channels") if path.starts_with("/guilds/") => json!({
            "id": if sent["type"] == 4 { CATEGORY } else { MADE },
            "type": sent["type"],
            "name": sent["name"],
            "parent_id": sent["parent_id"],
        }),
        ("POST", "channels") => json!({ "id": DM, "type": 1 }),
        _ => json!({ "id": "1505862342918145004", "author": { "id": world::APPLICATION }, "components": [] }),
    }
}

/// SQS and EventBridge: everything is taken.
pub fn aws(request: &Request) -> Value {
    let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let target = request.headers["x-amz-target"].to_str().unwrap();
    let entries = sent["Entries"].as_array().unwrap();
    if target.ends_with("PutEvents") {
        return json!({ "FailedEntryCount": 0, "Entries": entries.iter().map(|_| json!({ "EventId": "1" })).collect::<Value>() });
    }
    let taken = entries
        .iter()
        .map(|entry| json!({ "Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": "" }));
    json!({ "Successful": taken.collect::<Value>(), "Failed": [] })
}

/// What a server was asked, in order: method and path.
pub async fn calls(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| format!("{} {}", request.method, request.url.path()))
        .collect()
}
