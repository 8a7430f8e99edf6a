//! The simulator: its configuration, its shared parts, its router.

use crate::error::ApiError;
use crate::form::Errors;
use crate::oauth::OAuthState;
use crate::openapi::{OpenApi, OpenApiError};
use crate::playground::{Changes, Exchanges, PlaygroundConfig};
use crate::ratelimit::{RateLimits, Verdict};
use crate::routes::{Auth, Route};
use crate::serve::serve_router;
use crate::state::State;
use axum::Router;
use axum::extract::Request;
use axum::routing::any;
use ed25519_dalek::SigningKey;
use gantry_local_wire::{CallLog, Faults, LocalClock};
use jiff::Timestamp;
use serde_json::Value;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

/// What a simulator is made of.
pub struct SimulatorConfig {
    /// The application's snowflake, which is its bot user's too.
    pub application_id: u64,
    /// The application's and the bot's name.
    pub application_name: String,
    /// The bot's token; requests carry it as `Authorization: Bot TOKEN`.
    pub bot_token: String,
    /// The seed of the Ed25519 key that signs interactions.
    pub signing_seed: [u8; 32],
    /// The clock that snowflakes, tokens, limits and signatures go by.
    pub clock: LocalClock,
    /// Where every request is logged.
    pub log: CallLog,
    /// The faults that hit requests.
    pub faults: Faults,
    /// Discord's OpenAPI document, to check requests against; a file that is not there is passed over.
    pub openapi: Option<PathBuf>,
}

/// Why a simulator could not be made or did not do as told.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The OpenAPI document is there but cannot be used.
    #[error("{0}")]
    OpenApi(String),
    /// The HTTP client could not be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
    /// An id that the simulator does not know.
    #[error("unknown {what} {id}")]
    Unknown {
        /// Guild, user, channel, role or message.
        what: &'static str,
        /// The id.
        id: u64,
    },
    /// What a person wanted to do is not possible in Discord's client.
    #[error("{0}")]
    Refused(String),
    /// A snapshot cannot be written or taken up.
    #[error("the snapshot: {0}")]
    Snapshot(String),
    /// The interactions endpoint was not set or does not behave as Discord asks.
    #[error("the interactions endpoint: {0}")]
    Endpoint(String),
}

impl From<OpenApiError> for SimulatorError {
    fn from(error: OpenApiError) -> Self {
        Self::OpenApi(error.to_string())
    }
}

/// A simulated Discord. Clones share its state.
#[derive(Clone)]
pub struct Simulator {
    shared: Arc<Shared>,
}

struct Shared {
    authorization: String,
    key: SigningKey,
    clock: LocalClock,
    log: CallLog,
    faults: Faults,
    client: reqwest::Client,
    openapi: Option<OpenApi>,
    violations: Mutex<Vec<String>>,
    limits: Mutex<RateLimits>,
    limits_on: AtomicBool,
    answer_lag_ms: AtomicU64,
    state: Mutex<State>,
    changes: watch::Sender<Changes>,
    run: Uuid,
    exchanges: Mutex<Exchanges>,
    playground: Mutex<PlaygroundConfig>,
    oauth: Mutex<OAuthState>,
}

impl Simulator {
    /// A simulator without guilds; its only user is the bot.
    ///
    /// # Errors
    /// [`SimulatorError::OpenApi`] when the document is there but broken, [`SimulatorError::Client`] when no HTTP
    /// client can be made.
    pub fn new(config: SimulatorConfig) -> Result<Self, SimulatorError> {
        let openapi = config
            .openapi
            .filter(|path| path.exists())
            .map(|path| OpenApi::load(&path))
            .transpose()?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .user_agent("Discord-Interactions/1.0 (+https://discord.com)")
            .build()
            .map_err(|error| SimulatorError::Client(error.to_string()))?;
        let key = SigningKey::from_bytes(&config.signing_seed);
        let public_key = hex::encode(key.verifying_key().as_bytes());
        let state = State::new(config.application_id, &config.application_name, public_key);
        Ok(Self {
            shared: Arc::new(Shared {
                authorization: format!("Bot {}", config.bot_token),
                key,
                clock: config.clock,
                log: config.log,
                faults: config.faults,
                client,
                openapi,
                violations: Mutex::default(),
                limits: Mutex::default(),
                limits_on: AtomicBool::new(true),
                answer_lag_ms: AtomicU64::new(0),
                state: Mutex::new(state),
                changes: watch::Sender::default(),
                run: Uuid::new_v4(),
                exchanges: Mutex::default(),
                playground: Mutex::default(),
                oauth: Mutex::default(),
            }),
        })
    }

    /// The HTTP API under `/api/v10` and `/api`; an unknown route is Discord's 404. Injected faults that cut the
    /// connection need [`serve_router`]; another server sends an empty 502 for them.
    pub fn router(&self) -> Router {
        let simulator = self.clone();
        let handler = move |request: Request| {
            let simulator = simulator.clone();
            async move {
                match simulator.bearer(&request) {
                    Some(response) => response,
                    None => crate::http::handle(simulator, request).await,
                }
            }
        };
        Router::new()
            .route("/api/{*path}", any(handler.clone()))
            .fallback(handler)
            .merge(self.oauth_router())
    }

    /// Serves the HTTP API, the control routes and the playground (at `/`) on `listener` until `shutdown` ends.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let router = self.playground_router().merge(self.control_router());
        if let Ok(address) = listener.local_addr() {
            self.with(|state| state.files_base = format!("http://{address}"));
        }
        let closing = async {
            shutdown.await;
            self.shared.changes.send_modify(|changes| changes.closed = true);
        };
        serve_router(router.merge(self.router()), listener, closing).await;
    }

    pub(crate) fn oauth<T>(&self, act: impl FnOnce(&mut OAuthState) -> T) -> T {
        let mut state = self
            .shared
            .oauth
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        act(&mut state)
    }

    /// The public key that verifies the simulator's interactions, in hexadecimal (the application's `verify_key`).
    #[must_use]
    pub fn public_key_hex(&self) -> String {
        self.with(|state| state.public_key.clone())
    }

    /// Sets the address that interactions are posted to, without verifying it.
    pub fn set_endpoint(&self, url: &str) {
        self.with(|state| state.endpoint = Some(url.to_owned()));
    }

    /// Switches all rate limits (buckets, global, hidden sub-limits) on or off; on at first.
    pub fn set_rate_limits(&self, on: bool) {
        self.shared.limits_on.store(on, Ordering::Relaxed);
    }

    /// Lets the simulator take in inline answers only after `lag` of real time, so that an early edit on the token
    /// meets 10015, as Discord's own delay makes possible.
    pub fn set_answer_lag(&self, lag: Duration) {
        self.shared.answer_lag_ms.store(
            u64::try_from(lag.as_millis()).unwrap_or(u64::MAX),
            Ordering::Relaxed,
        );
    }

    /// What requests broke of Discord's OpenAPI document so far, one line each.
    #[must_use]
    pub fn openapi_violations(&self) -> Vec<String> {
        self.shared
            .violations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether requests are checked against Discord's OpenAPI document.
    #[must_use]
    pub fn checks_openapi(&self) -> bool {
        self.shared.openapi.is_some()
    }

    /// The whole state as JSON, to be kept between runs; limits and faults are not part of it.
    ///
    /// # Errors
    /// [`SimulatorError::Snapshot`] when it cannot be written.
    pub fn snapshot(&self) -> Result<String, SimulatorError> {
        let text = self.with(|state| serde_json::to_string(state));
        text.map_err(|error| SimulatorError::Snapshot(error.to_string()))
    }

    /// Takes up a state that [`Simulator::snapshot`] gave; the endpoint's address and the key stay as they are.
    ///
    /// # Errors
    /// [`SimulatorError::Snapshot`] when it is no snapshot, or one of another application.
    pub fn restore(&self, snapshot: &str) -> Result<(), SimulatorError> {
        let mut kept: State =
            serde_json::from_str(snapshot).map_err(|error| SimulatorError::Snapshot(error.to_string()))?;
        self.with(|state| {
            if kept.app_id != state.app_id {
                let text = format!("it belongs to application {}", kept.app_id);
                return Err(SimulatorError::Snapshot(text));
            }
            kept.endpoint = state.endpoint.take();
            kept.public_key.clone_from(&state.public_key);
            *state = kept;
            Ok(())
        })?;
        self.changed();
        Ok(())
    }

    /// The application's id.
    #[must_use]
    pub fn application_id(&self) -> u64 {
        self.with(|state| state.app_id)
    }

    /// The clock that the simulator goes by.
    #[must_use]
    pub fn clock(&self) -> &LocalClock {
        &self.shared.clock
    }

    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        act(&mut self.shared.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells open pages that there is something new to be seen.
    pub(crate) fn changed(&self) {
        self.shared.changes.send_modify(|changes| changes.version += 1);
    }

    /// What tells this simulator from the one that was here before a restart.
    pub(crate) fn run(&self) -> String {
        self.shared.run.to_string()
    }

    pub(crate) fn changes(&self) -> watch::Receiver<Changes> {
        self.shared.changes.subscribe()
    }

    pub(crate) fn with_exchanges<R>(&self, act: impl FnOnce(&mut Exchanges) -> R) -> R {
        act(&mut self
            .shared
            .exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn with_playground<R>(&self, act: impl FnOnce(&mut PlaygroundConfig) -> R) -> R {
        act(&mut self
            .shared
            .playground
            .lock()
            .unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    pub(crate) fn log(&self) -> &CallLog {
        &self.shared.log
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.shared.key
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.shared.client
    }

    pub(crate) fn authorization(&self) -> &str {
        &self.shared.authorization
    }

    pub(crate) fn rate_limits_on(&self) -> bool {
        self.shared.limits_on.load(Ordering::Relaxed)
    }

    pub(crate) fn answer_lag(&self) -> Duration {
        Duration::from_millis(self.shared.answer_lag_ms.load(Ordering::Relaxed))
    }

    pub(crate) fn take_limit(&self, route: &Route, resource: &str, now: Timestamp) -> Verdict {
        let mut limits = self.shared.limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.take(
            &route.operation(),
            resource,
            route.limit,
            route.auth == Auth::Bot,
            now,
        )
    }

    /// Checks a request against the document, when there is one. A mismatch is 50035 and is remembered.
    pub(crate) fn check_openapi(
        &self,
        method: &str,
        template: &str,
        body: Option<&Value>,
        query: &[(String, String)],
    ) -> Result<(), ApiError> {
        let Some(openapi) = &self.shared.openapi else {
            return Ok(());
        };
        openapi.check(method, template, body, query).map_err(|mismatch| {
            let mut violations = self
                .shared
                .violations
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            violations.push(mismatch.to_string());
            let mut errors = Errors::default();
            for (path, fault) in &mismatch.faults {
                errors.add(path, "OPENAPI_MISMATCH", fault);
            }
            let message = format!("Invalid Form Body (against Discord's OpenAPI document, {mismatch})");
            ApiError {
                message,
                ..errors.error()
            }
        })
    }
}
