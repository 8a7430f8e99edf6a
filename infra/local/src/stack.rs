//! The stack: counterparts, functions and what connects them, started together and stopped together.

use crate::functions::{EVENT_BUS, Endpoints, FunctionError, Functions, TABLE};
use crate::gateway;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use gantry_local_aws::{AwsConfig, AwsLocal, AwsLocalError, DrainReport, InvokeError, Invoker, QueueMapping, QueueSpec, StreamMapping};
use gantry_local_wire::{CallLog, Faults, LocalClock};
use gantry_shared::adapters::discord_rest::ConfigError;
use gantry_shared::adapters::dynamo::{OUTBOX_PREFIX, TTL, schema};
use gantry_shared::adapters::sqs::QueueUrls;
use gantry_shared::discord::verify::{KeyError, PublicKeys};
use gantry_shared::jobs::BOARD_DELAY_S;
use gantry_shared::ports::discord::DiscordError;
use gantry_shared::ports::store::{CommitError, StoreError};
use gantry_simulator::{MessageView, Outcome, OutcomeKind, Simulator, SimulatorConfig, SimulatorError};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The time that a worker's invocation may take; `template.yaml` says the same.
pub const WORKER_TIMEOUT: Duration = Duration::from_secs(60);
/// Six times that (AWS Lambda developer guide, SQS).
const VISIBILITY_S: u32 = 360;
/// Receives before a message goes to the dead-letter queue.
pub const MAX_RECEIVES: u32 = 5;
/// The time that an interaction's invocation may take.
const INTERACTIONS_TIMEOUT: Duration = Duration::from_secs(10);

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
    aws: Arc<AwsLocal>,
    clock: LocalClock,
    log: CallLog,
    faults: Faults,
    credentials: Credentials,
    endpoints: Endpoints,
    gateway: String,
    discord: String,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

/// Functions that are known only after the counterparts have started.
#[derive(Clone, Default)]
struct Late(Arc<OnceLock<Functions>>);

impl Invoker for Late {
    fn invoke(
        &self,
        function: &str,
        event: Value,
        deadline: Timestamp,
    ) -> futures::future::BoxFuture<'static, Result<Value, InvokeError>> {
        let (functions, function) = (Arc::clone(&self.0), function.to_owned());
        Box::pin(async move {
            let functions = functions.get().ok_or_else(|| InvokeError::new("the stack is starting"))?;
            let result: Result<Value, FunctionError> = functions.call(&function, event, deadline).await;
            result.map_err(|error| InvokeError::new(error.to_string()))
        })
    }
}

impl Stack {
    /// Starts everything.
    ///
    /// # Errors
    /// [`StackError`].
    pub async fn start(config: StackConfig) -> Result<Self, StackError> {
        let (clock, log, faults) = (config.clock.clone(), CallLog::new(), Faults::new());
        let simulator = Simulator::new(SimulatorConfig {
            application_id: APPLICATION_ID,
            application_name: "Gantry".to_owned(),
            bot_token: BOT_TOKEN.to_owned(),
            signing_seed: SIGNING_SEED,
            clock: clock.clone(),
            log: log.clone(),
            faults: faults.clone(),
            openapi: config.openapi.clone(),
        })?;
        let credentials = credentials(&config, &simulator)?;
        let gateway_listener = listen(config.port_base, 0).await?;
        let discord_listener = listen(config.port_base, 1).await?;
        let (gateway, discord) = (url(&gateway_listener), url(&discord_listener));
        let late = Late::default();
        let aws = Arc::new(start_aws(&config, (&log, &faults), late.clone()).await?);
        let endpoints = Endpoints {
            discord_api: config.discord_api.clone().unwrap_or_else(|| format!("{discord}/api/v10")),
            dynamodb: aws.dynamodb_url(),
            sqs: aws.sqs_url(),
            eventbridge: aws.eventbridge_url(),
            queues: QueueUrls {
                channel: aws.queue_url("channel.fifo"),
                board: aws.queue_url("board.fifo"),
                notify: aws.queue_url("notify.fifo"),
            },
        };
        let functions = Functions::new(&clock, &credentials, &endpoints)?;
        // Set once, here: nothing can have been invoked before.
        let _ = late.0.set(functions);
        simulator.set_endpoint(&format!("{gateway}/interactions"));
        let (stop, stopped) = watch::channel(false);
        let app = gateway_router(&aws, late, clock.clone());
        let servers = vec![
            tokio::spawn(serve(app, gateway_listener, stopped.clone())),
            tokio::spawn(simulator.clone().serve(discord_listener, until(stopped))),
        ];
        aws.begin();
        Ok(Self { simulator, aws, clock, log, faults, credentials, endpoints, gateway, discord, stop, servers })
    }

    /// The simulator.
    #[must_use]
    pub const fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// The AWS counterparts.
    #[must_use]
    pub fn aws(&self) -> &AwsLocal {
        &self.aws
    }

    /// The clock.
    #[must_use]
    pub const fn clock(&self) -> &LocalClock {
        &self.clock
    }

    /// The log of all calls.
    #[must_use]
    pub const fn log(&self) -> &CallLog {
        &self.log
    }

    /// The faults in force.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.faults
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
        self.clock.now()
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
        found.ok_or_else(|| StackError::Story(format!("no message but {}", crate::story::describe(&outcome.kind))))
    }

    /// Stops everything and waits for it.
    ///
    /// # Errors
    /// [`StackError`] when state could not be kept.
    pub async fn shutdown(self) -> Result<(), StackError> {
        let _ = self.stop.send(true);
        for server in self.servers {
            let _ = server.await;
        }
        Ok(self.aws.shutdown().await?)
    }
}

fn credentials(config: &StackConfig, simulator: &Simulator) -> Result<Credentials, StackError> {
    let own = [simulator.public_key_hex()];
    let keys: &[String] = if config.public_keys.is_empty() { &own } else { &config.public_keys };
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    Ok(Credentials {
        application_id: APPLICATION_ID,
        bot_token: config.bot_token.clone().unwrap_or_else(|| BOT_TOKEN.to_owned()),
        public_keys: PublicKeys::parse(&keys).map_err(StackError::Keys)?,
    })
}

async fn listen(base: Option<u16>, offset: u16) -> Result<TcpListener, StackError> {
    let port = base.map_or(0, |base| base.saturating_add(offset));
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| StackError::Port { port, error })
}

fn url(listener: &TcpListener) -> String {
    listener.local_addr().map_or_else(|_| String::new(), |address| format!("http://{address}"))
}

async fn start_aws(
    config: &StackConfig,
    (log, faults): (&CallLog, &Faults),
    invoker: Late,
) -> Result<AwsLocal, StackError> {
    let lane = |name: &str, delay_s| QueueSpec {
        name: name.to_owned(),
        visibility_s: VISIBILITY_S,
        delay_s,
        max_receives: MAX_RECEIVES,
    };
    let mapping = |queue: &str, function: &str| QueueMapping {
        queue: queue.to_owned(),
        function: function.to_owned(),
        batch_size: 10,
        timeout: WORKER_TIMEOUT,
    };
    Ok(AwsLocal::start(AwsConfig {
        ports: config.port_base.map_or([0; 3], |base| [2, 3, 4].map(|offset| base.saturating_add(offset))),
        clock: config.clock.clone(),
        log: log.clone(),
        faults: faults.clone(),
        data: config.data.clone(),
        tables: vec![(schema::create_table(TABLE), TTL.to_owned())],
        queues: vec![lane("channel.fifo", 0), lane("board.fifo", BOARD_DELAY_S), lane("notify.fifo", 0)],
        buses: vec![EVENT_BUS.to_owned()],
        queue_mappings: vec![
            mapping("channel.fifo", "channel-worker"),
            mapping("board.fifo", "channel-worker"),
            mapping("notify.fifo", "notify-worker"),
        ],
        stream_mappings: vec![StreamMapping {
            table: TABLE.to_owned(),
            function: "relay".to_owned(),
            new_items_with_prefix: OUTBOX_PREFIX.to_owned(),
            batch_size: 100,
            timeout: WORKER_TIMEOUT,
        }],
        schedules: Vec::new(),
        invoker: Arc::new(invoker),
    })
    .await?)
}

#[derive(Clone)]
struct Gateway {
    aws: Arc<AwsLocal>,
    clock: LocalClock,
}

/// Functions by path, and the control routes. Only functions that exist have a path.
fn gateway_router(aws: &Arc<AwsLocal>, _functions: Late, clock: LocalClock) -> Router {
    let state = Gateway { aws: Arc::clone(aws), clock };
    Router::new()
        .route("/interactions", any(interactions))
        .with_state(state)
        .merge(aws.control_router())
        .fallback(|| async { (StatusCode::NOT_FOUND, "no function is served here") })
}

async fn interactions(State(gateway): State<Gateway>, request: Request) -> Response {
    let Some(event) = gateway::event(request, gateway.clock.now()).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let deadline = Timestamp::now().saturating_add(SignedDuration::try_from(INTERACTIONS_TIMEOUT).unwrap_or_default());
    match gateway.aws.invoke("interactions", event, deadline.unwrap_or(Timestamp::MAX)).await {
        Ok(answer) => gateway::response(&answer),
        Err(error) => {
            tracing::error!(%error, "interactions failed");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

async fn serve(app: Router, listener: TcpListener, stopped: watch::Receiver<bool>) {
    if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(until(stopped)).await {
        tracing::error!(%error, "the gateway stopped");
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}
