//! The stack: counterparts, functions and what connects them, started together and stopped together.

use crate::callee::Callee;
use crate::due::Due;
use crate::environment::environment;
use crate::functions::{EVENT_BUS, Endpoints, Functions, TABLE};
use crate::gateway;
use crate::keep::Keeper;
use crate::lambda::LambdaServer;
use gantry_local_aws::{
    ACCOUNT, AwsConfig, AwsLocal, AwsLocalError, DrainError, DrainReport, Mappings, Pattern, QueueMapping,
    Schedule, StreamMapping, Wires, queue_arn,
};
use gantry_local_wire::{CallLog, Faults, LocalClock};
use gantry_shared::adapters::discord_rest::ConfigError;
use gantry_shared::adapters::dynamo::{OUTBOX_PREFIX, TTL, schema};
use gantry_shared::adapters::sqs::QueueUrls;
use gantry_shared::discord::verify::{KeyError, PublicKeys};
use gantry_shared::jobs::BOARD_DELAY_S;
use gantry_shared::ports::discord::DiscordError;
use gantry_shared::ports::store::{CommitError, StoreError};
use gantry_simulator::{
    MessageView, Outcome, OutcomeKind, PlaygroundConfig, Simulator, SimulatorConfig, SimulatorError,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The time that a worker's invocation may take; `template.yaml` says the same.
pub const WORKER_TIMEOUT: Duration = Duration::from_secs(60);
/// Six times that (AWS Lambda developer guide, SQS).
const VISIBILITY_S: u32 = 360;
const CHANNEL_QUEUE: &str = "channel.fifo";
const BOARD_QUEUE: &str = "board.fifo";
/// The schedule that takes what has become due.
pub const RACE_DAY: &str = "race-day";
/// Name of the schedule that has servers looked after, every quarter of an hour.
pub const CLEANUP: &str = "cleanup";
const NOTIFY_QUEUE: &str = "notify.fifo";
const SYNC_QUEUE: &str = "sync.fifo";
/// How often it is looked which clubs are to be synchronised; `template.yaml` says the same.
const SYNC_TICK: SignedDuration = SignedDuration::from_mins(15);
/// Receives before a message goes to the dead-letter queue.
pub const MAX_RECEIVES: u32 = 5;

/// Why the clock stands as it does once the functions are elsewhere.
const HELD: &str = "The functions run elsewhere and go by their machine's clock: with another time here they would refuse \
                    every click (HTTP 401). Start the stack without --lambda to move its clock.";

/// The application of the simulator.
pub const APPLICATION_ID: u64 = 845_027_738_276_462_632;
/// The token of its bot: the simulator takes no other.
const BOT_TOKEN: &str = "local-stack-bot-token";
/// The seed of the simulator's signing key. It signs for the local stack alone; no deployment may take its key.
pub const SIGNING_SEED: [u8; 32] = *b"gantry: for the local stack only";

/// How the stack is to be started.
#[derive(Clone, Debug, Default)]
pub struct StackConfig {
    /// The first of five ports; free ones when absent.
    pub port_base: Option<u16>,
    /// The clock that everything goes by.
    pub clock: LocalClock,
    /// Another Discord in the simulator's place, with the API's version.
    pub discord_api: Option<String>,
    /// Whose signatures are taken instead of the simulator's.
    pub public_keys: Vec<String>,
    /// The bot's token instead of the simulator's.
    pub bot_token: Option<String>,
    /// Where state is kept between runs.
    pub data: Option<PathBuf>,
    /// Whether schedules run by themselves, by the stack's clock; else only when ticked or when the clock is moved on.
    pub schedules_run: bool,
    /// Discord's OpenAPI document, against which the simulator checks requests.
    pub openapi: Option<PathBuf>,
}

/// What the functions prove themselves with.
#[derive(Clone)]
pub struct Credentials {
    /// The application.
    pub application_id: u64,
    /// The bot's token.
    pub bot_token: String,
    /// The application's client secret.
    pub client_secret: String,
    /// Whose signatures are taken.
    pub public_keys: PublicKeys,
}

/// Why the stack, or something played on it, failed.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// A port cannot be had.
    #[error("port {port} on 127.0.0.1 cannot be used: {error}; choose others with --port-base")]
    Port {
        /// The port.
        port: u16,
        /// Why.
        error: std::io::Error,
    },
    /// A public key cannot be used.
    #[error("--public-key cannot be used: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Keys(Vec<KeyError>),
    /// The credentials cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The AWS counterparts.
    #[error(transparent)]
    Aws(#[from] AwsLocalError),
    /// Work is stuck.
    #[error(transparent)]
    Drain(#[from] DrainError),
    /// The simulator.
    #[error(transparent)]
    Simulator(#[from] SimulatorError),
    /// A call to Discord.
    #[error(transparent)]
    Discord(#[from] DiscordError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// State cannot be kept.
    #[error("the state in {path} cannot be used: {why}")]
    Data {
        /// Where.
        path: String,
        /// Why.
        why: String,
    },
    /// Something did not happen as it should have.
    #[error("{0}")]
    Story(String),
}

/// A running stack.
pub struct Stack {
    simulator: Simulator,
    aws: AwsLocal,
    functions: Callee,
    wires: Wires,
    keeper: Option<Arc<Keeper>>,
    public_keys: Vec<String>,
    credentials: Credentials,
    endpoints: Endpoints,
    gateway: String,
    discord: String,
    due: Due,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl Stack {
    /// Starts everything.
    ///
    /// # Errors
    /// [`StackError`].
    pub async fn start(config: StackConfig) -> Result<Self, StackError> {
        let wires = Wires {
            clock: config.clock.clone(),
            ..Wires::default()
        };
        let simulator = Simulator::new(SimulatorConfig {
            application_id: APPLICATION_ID,
            application_name: "Gantry".to_owned(),
            bot_token: BOT_TOKEN.to_owned(),
            signing_seed: SIGNING_SEED,
            clock: wires.clock.clone(),
            log: wires.log.clone(),
            faults: wires.faults.clone(),
            openapi: config.openapi.clone(),
        })?;
        let keeper = config
            .data
            .as_deref()
            .map(|data| Keeper::open(data, &simulator))
            .transpose()?
            .map(Arc::new);
        let public_keys = public_keys(&config, &simulator);
        let credentials = credentials(&config, &public_keys)?;
        let gateway_listener = listen(config.port_base, 0).await?;
        let discord_listener = listen(config.port_base, 1).await?;
        let (gateway, discord) = (url(&gateway_listener), url(&discord_listener));
        let aws = start_aws(&config, wires.clone()).await?;
        let endpoints = Endpoints {
            discord_api: config.discord_api.unwrap_or_else(|| format!("{discord}/api/v10")),
            authorize: format!("{discord}/oauth2/authorize"),
            gateway: gateway.clone(),
            dynamodb: aws.dynamodb_url().to_owned(),
            sqs: aws.sqs_url().to_owned(),
            eventbridge: aws.eventbridge_url().to_owned(),
            queues: queue_urls(&aws),
        };
        let functions = Callee::new(
            Functions::new(&wires.clock, &credentials, &endpoints)?,
            &wires.clock,
            &wires.log,
        );
        aws.map(mappings(config.schedules_run)?, Arc::new(functions.clone()));
        let due = Due::new(&aws, &endpoints);
        aws.set_clock_mover(Arc::new(due.clone()));
        simulator.set_endpoint(&format!("{gateway}/interactions"));
        simulator.set_webhooks(&format!("{gateway}/webhooks/discord"));
        simulator.set_redirect(&format!("{gateway}/oauth/callback"));
        simulator.set_playground(PlaygroundConfig {
            gateway_url: Some(gateway.clone()),
        });
        let (stop, stopped) = watch::channel(false);
        let app = gateway::router(&aws, functions.clone(), wires.clock.clone());
        let mut servers = vec![
            tokio::spawn(serve(app, gateway_listener, stopped.clone())),
            tokio::spawn(simulator.clone().serve(discord_listener, until(stopped))),
        ];
        if let Some(keeper) = keeper.clone() {
            let simulator = simulator.clone();
            let saving = tokio::spawn(async move { keeper.run(&simulator).await });
            servers.push(saving);
        }
        Ok(Self {
            simulator,
            aws,
            functions,
            wires,
            keeper,
            public_keys,
            credentials,
            endpoints,
            gateway,
            discord,
            due,
            stop,
            servers,
        })
    }

    /// The simulator.
    #[must_use]
    pub const fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// The AWS counterparts.
    #[must_use]
    pub const fn aws(&self) -> &AwsLocal {
        &self.aws
    }

    /// The clock.
    #[must_use]
    pub const fn clock(&self) -> &LocalClock {
        &self.wires.clock
    }

    /// The log of all calls.
    #[must_use]
    pub const fn log(&self) -> &CallLog {
        &self.wires.log
    }

    /// The faults in force.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.wires.faults
    }

    /// What the functions prove themselves with.
    #[must_use]
    pub const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Where the functions find what they call.
    #[must_use]
    pub const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// What a function that runs elsewhere has to find in its environment, by variable. Holds the bot's token.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment(&self.credentials, &self.public_keys, &self.endpoints)
    }

    /// The address of the functions, without a path.
    #[must_use]
    pub fn gateway_url(&self) -> &str {
        &self.gateway
    }

    /// The address of the simulator, without a path.
    #[must_use]
    pub fn discord_url(&self) -> &str {
        &self.discord
    }

    /// The present, by the stack's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.wires.clock.now()
    }

    /// Moves the clock on to `to`, with a tick of what is due at each minute at which something is, and waits until no
    /// work is left. Each of these minutes is ticked so many times.
    ///
    /// # Errors
    /// [`StackError`].
    pub async fn advance(&self, to: Timestamp, ticks: u32) -> Result<u32, StackError> {
        self.due.advance(to, ticks).await
    }

    /// From now on every trigger calls the functions of this server and none of this process: queues, stream,
    /// schedules and what comes in over HTTP. Only the first server counts. The clock cannot be moved over HTTP any more:
    /// functions elsewhere go by their machine's, and refuse signatures of another time.
    pub fn hand_over(&self, server: LambdaServer) {
        self.aws.hold_clock(HELD);
        self.functions.hand_over(server);
    }

    /// Waits until no work is left.
    ///
    /// # Errors
    /// [`StackError::Aws`] naming what is stuck.
    pub async fn drain(&self) -> Result<DrainReport, StackError> {
        Ok(self.aws.drain().await?)
    }

    /// The message that answered an interaction.
    ///
    /// # Errors
    /// [`StackError::Story`] if it was answered with anything else.
    pub fn expect_message(&self, outcome: Outcome) -> Result<MessageView, StackError> {
        let found = match outcome.kind {
            OutcomeKind::Message { .. } => self.simulator.interaction_messages(outcome.interaction_id).pop(),
            _ => None,
        };
        found.ok_or_else(|| {
            StackError::Story(format!(
                "no message but {}",
                crate::story::describe(&outcome.kind)
            ))
        })
    }

    /// Stops everything and waits for it.
    ///
    /// # Errors
    /// [`StackError`] when state could not be kept.
    pub async fn shutdown(self) -> Result<(), StackError> {
        let _ = self.stop.send(true);
        self.aws.shutdown().await?;
        for server in self.servers {
            // A client that keeps its connection open must not keep the stack from ending.
            server.abort();
        }
        match &self.keeper {
            Some(keeper) => keeper.save(&self.simulator),
            None => Ok(()),
        }
    }
}

/// Whose signatures are taken, 64 hex digits each.
fn public_keys(config: &StackConfig, simulator: &Simulator) -> Vec<String> {
    if config.public_keys.is_empty() {
        vec![simulator.public_key_hex()]
    } else {
        config.public_keys.clone()
    }
}

fn credentials(config: &StackConfig, keys: &[String]) -> Result<Credentials, StackError> {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    Ok(Credentials {
        application_id: APPLICATION_ID,
        bot_token: config.bot_token.clone().unwrap_or_else(|| BOT_TOKEN.to_owned()),
        client_secret: gantry_simulator::CLIENT_SECRET.to_owned(),
        public_keys: PublicKeys::parse(&keys).map_err(StackError::Keys)?,
    })
}

async fn listen(base: Option<u16>, offset: u16) -> Result<TcpListener, StackError> {
    let port = base.map_or(0, |base| base.saturating_add(offset));
    TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|error| StackError::Port { port, error })
}

fn url(listener: &TcpListener) -> String {
    listener
        .local_addr()
        .map_or_else(|_| String::new(), |address| format!("http://{address}"))
}

async fn start_aws(config: &StackConfig, wires: Wires) -> Result<AwsLocal, StackError> {
    let port = |offset| config.port_base.map_or(0, |base| base.saturating_add(offset));
    let aws = AwsLocal::start(AwsConfig {
        dynamodb_port: port(2),
        sqs_port: port(3),
        eventbridge_port: port(4),
        wires,
        data: config.data.clone(),
    })
    .await?;
    aws.dynamodb()
        .ensure_table(schema::create_table(TABLE), TTL)
        .await?;
    aws.eventbridge().ensure_bus(EVENT_BUS);
    for (queue, delay_s) in [
        (CHANNEL_QUEUE, 0),
        (BOARD_QUEUE, BOARD_DELAY_S),
        (NOTIFY_QUEUE, 0),
        (SYNC_QUEUE, 0),
    ] {
        ensure_queue(&aws, queue, delay_s)?;
    }
    Ok(aws)
}

/// A FIFO queue with its dead-letter queue, as `template.yaml` has them.
fn ensure_queue(aws: &AwsLocal, name: &str, delay_s: u32) -> Result<(), StackError> {
    let dead = name.replace(".fifo", "-dead.fifo");
    aws.sqs().ensure_queue(
        &dead,
        &[("FifoQueue", "true"), ("MessageRetentionPeriod", "1209600")],
    )?;
    let redrive =
        json!({ "deadLetterTargetArn": queue_arn(&dead), "maxReceiveCount": MAX_RECEIVES.to_string() });
    let attributes = [
        ("FifoQueue", "true".to_owned()),
        ("DelaySeconds", delay_s.to_string()),
        ("VisibilityTimeout", VISIBILITY_S.to_string()),
        ("RedrivePolicy", redrive.to_string()),
    ];
    let attributes: Vec<(&str, &str)> = attributes
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    Ok(aws.sqs().ensure_queue(name, &attributes)?)
}

fn queue_urls(aws: &AwsLocal) -> QueueUrls {
    let url = |queue: &str| format!("{}/{ACCOUNT}/{queue}", aws.sqs_url());
    QueueUrls {
        channel: url(CHANNEL_QUEUE),
        board: url(BOARD_QUEUE),
        notify: url(NOTIFY_QUEUE),
        sync: url(SYNC_QUEUE),
    }
}

fn mappings(schedules_run: bool) -> Result<Mappings, StackError> {
    let queue = |queue: &str, function: &str| QueueMapping {
        // What waits behind a failing record would use up its receives without having been tried.
        batch_size: 1,
        timeout: WORKER_TIMEOUT,
        ..QueueMapping::new(queue, function)
    };
    let outbox = Pattern::new(&json!({
        "eventName": ["INSERT"],
        "dynamodb": { "Keys": { "PK": { "S": [{ "prefix": OUTBOX_PREFIX }] } } },
    }))?;
    Ok(Mappings {
        queues: vec![
            queue(CHANNEL_QUEUE, "channel-worker"),
            queue(BOARD_QUEUE, "channel-worker"),
            queue(NOTIFY_QUEUE, "notify-worker"),
            queue(SYNC_QUEUE, "sync-worker"),
        ],
        streams: vec![StreamMapping {
            filters: vec![outbox],
            timeout: WORKER_TIMEOUT,
            ..StreamMapping::new(TABLE, "relay")
        }],
        schedules: vec![
            Schedule::new(RACE_DAY, "race-day", SignedDuration::from_mins(1)),
            Schedule::new(CLEANUP, "cleanup", SignedDuration::from_mins(15)),
            Schedule::new("sync", "sync-worker", SYNC_TICK),
        ],
        schedules_run,
    })
}

async fn serve(app: axum::Router, listener: TcpListener, stopped: watch::Receiver<bool>) {
    if let Err(error) = axum::serve(listener, app)
        .with_graceful_shutdown(until(stopped))
        .await
    {
        tracing::error!(%error, "the gateway stopped");
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}
