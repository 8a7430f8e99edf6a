//! A club on an embedded DynamoDB, and people who use it.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use gantry_shared::adapters::dynamo::{Table, schema};
use gantry_shared::domain::event::EventForm;
use gantry_shared::domain::ids::{ApplicationId, EventId, GuildId, InteractionId, SeriesId, UserId};
use gantry_shared::domain::settings::OperatorOverrides;
use gantry_shared::domain::work::Reply;
use gantry_shared::ports::clock::{Clock, Pause};
use gantry_shared::ports::ids::Ids;
use gantry_shared::ports::store::{Caller, ClubReader, SeriesReader};
use gantry_shared::usecases::Call;
use gantry_shared::usecases::create_club::{CreateClub, create_club};
use gantry_shared::usecases::create_event::create_event;
use gantry_shared::usecases::create_series::{CreateSeries, create_series};
use gantry_shared::usecases::publish_event::publish_event;
use jiff::{SignedDuration, Timestamp};
use std::sync::atomic::{AtomicU64, Ordering};

pub const GUILD: GuildId = GuildId(772_904_309_264_089_089);
pub const OWNER: UserId = UserId(1000);

/// A clock that stands still, ids that count up, pauses that only let others run.
pub struct TestEnv {
    counter: AtomicU64,
}

impl Clock for TestEnv {
    fn now(&self) -> Timestamp {
        now()
    }
}

impl Ids for TestEnv {
    fn random(&self) -> u128 {
        u128::from(self.counter.fetch_add(1, Ordering::SeqCst))
    }
}

impl Pause for TestEnv {
    async fn pause(&self, tries: u32) {
        let spread = self.counter.fetch_add(1, Ordering::SeqCst) % 7;
        tokio::time::sleep(std::time::Duration::from_millis(u64::from(tries) * spread)).await;
    }
}

pub fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

pub struct World {
    pub table: Table,
    #[allow(dead_code, reason = "not every test looks at the items themselves")]
    pub client: aws_sdk_dynamodb::Client,
    pub env: TestEnv,
    interactions: AtomicU64,
}

impl World {
    /// An empty table.
    pub async fn empty() -> Self {
        let database = dynoxide::Database::memory().unwrap();
        let create = serde_json::from_value(schema::create_table("gantry")).unwrap();
        database.create_table(create).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "test"))
            .endpoint_url(endpoint)
            .build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        let table = Table::new(client.clone(), "gantry", OperatorOverrides::default());
        let env = TestEnv {
            counter: AtomicU64::new(1),
        };
        Self {
            table,
            client,
            env,
            interactions: AtomicU64::new(1),
        }
    }

    /// A table with a club, founded by [`OWNER`].
    pub async fn with_club() -> Self {
        let world = Self::empty().await;
        let typed = CreateClub {
            name: "Apex Endurance".into(),
            time_zone: Some("Europe/Berlin".into()),
            colour: None,
        };
        create_club(&world.table, &world.env, &world.owner(), &typed)
            .await
            .unwrap();
        world
    }

    /// The next interaction of a person.
    pub fn call(&self, user: UserId, manages_server: bool) -> Call {
        let interaction = InteractionId(self.interactions.fetch_add(1, Ordering::SeqCst));
        Call {
            interaction,
            guild: GUILD,
            user,
            name: format!("Driver {user}"),
            roles: Vec::new(),
            manages_server,
            reply: Reply {
                application: ApplicationId(5),
                token: "token".into(),
                expires_at: now() + SignedDuration::from_mins(15),
            },
            trace: interaction.to_string(),
            now: now(),
            try_until: now() + SignedDuration::from_secs(2),
        }
    }

    pub fn owner(&self) -> Call {
        self.call(OWNER, true)
    }

    pub fn driver(&self, n: u64) -> Call {
        self.call(UserId(10_000 + n), false)
    }

    pub async fn series(&self, classes: &str) -> SeriesId {
        let typed = CreateSeries {
            name: format!("Series of {classes}"),
            classes: classes.into(),
            description: None,
        };
        create_series(&self.table, &self.env, &self.owner(), &typed)
            .await
            .unwrap();
        let club = self.club().await.club.id;
        self.table.list_series(club).await.unwrap().last().unwrap().id
    }

    pub async fn club(&self) -> Caller {
        self.table.caller(GUILD, OWNER).await.unwrap().unwrap()
    }

    /// A published event with these classes.
    pub async fn event(&self, classes: &str) -> EventId {
        let series = self.series(classes).await;
        let form = form("Monza 6h");
        let brief = create_event(&self.table, &self.env, &self.owner(), series, &form)
            .await
            .unwrap();
        publish_event(&self.table, &self.env, &self.owner(), brief.key.event, None)
            .await
            .unwrap();
        brief.key.event
    }
}

pub fn form(name: &str) -> EventForm {
    EventForm {
        name: name.into(),
        start: "2026-11-28 14:00".into(),
        duration: "6h".into(),
        classes: String::new(),
        description: String::new(),
    }
}
