//! Discord's REST API: pure request builders, and one executor that sends what they made and keeps Discord's limits.

mod answer;
mod buckets;
mod calls;
mod encode;
mod executor;
mod gate;
mod guilds;
mod local_budget;
mod member_roles;
mod oauth;
mod pacer;
mod request;
pub mod requests;
mod scheduled;
#[cfg(test)]
mod tests;
mod timer;
mod voice;

pub use calls::{CurrentApplication, CurrentUser};
pub use local_budget::LocalBudget;
pub use oauth::DiscordOAuth;
pub use request::{Auth, Major, Repeat, Request, RouteKey};
pub use requests::CommandScope;
pub use timer::{RealTime, Timer};

use crate::domain::ids::{ApplicationId, UserId};
use gate::Gate;
use jiff::{SignedDuration, Timestamp};
use pacer::Pacer;
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Discord's API, version 10 (Discord docs, reference).
pub const DEFAULT_BASE_URL: &str = "https://discord.com/api/v10";

/// How the executor reaches Discord. `Debug` leaves the token out.
#[derive(Clone)]
pub struct Config {
    /// Where the API is, version included, without a slash at the end.
    pub base_url: String,
    /// The bot's token, without the word "Bot".
    pub bot_token: String,
    /// The application that the bot belongs to.
    pub application: ApplicationId,
    /// The calling function, named in the user agent: `channel-worker`.
    pub function: String,
    /// One try is given up after this time.
    pub timeout: Duration,
    /// A call without a deadline of its own takes at most this long, waiting for limits included.
    pub patience: SignedDuration,
    /// After this many invalid requests (401, 403, 429) in ten minutes the process sends no more. Discord bars an
    /// address after 10,000 (Discord docs, rate limits), and several processes may share one.
    pub invalid_requests: usize,
}

impl Config {
    /// The usual settings: Discord itself, 10 s for a try, 30 s for a call, 2,000 invalid requests.
    #[must_use]
    pub fn new(bot_token: &str, application: ApplicationId, function: &str) -> Self {
        Self {
            base_url: DEFAULT_BASE_URL.to_owned(),
            bot_token: bot_token.to_owned(),
            application,
            function: function.to_owned(),
            timeout: Duration::from_secs(10),
            patience: SignedDuration::from_secs(30),
            invalid_requests: 2000,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("base_url", &self.base_url)
            .field("application", &self.application)
            .field("function", &self.function)
            .field("timeout", &self.timeout)
            .field("patience", &self.patience)
            .field("invalid_requests", &self.invalid_requests)
            .finish_non_exhaustive()
    }
}

/// Settings that no executor can be made of. The token is never repeated.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The base URL is no `http` or `https` URL.
    #[error("the Discord API's address is no http(s) URL: {0}")]
    BaseUrl(String),
    /// The bot token is empty or holds characters that no token has.
    #[error("the bot token is empty or malformed")]
    BotToken,
    /// The function's name does not fit into a header.
    #[error("the function name does not fit into a user agent: {0:?}")]
    Function(String),
    /// The HTTP client could not be made: no certificates, no random numbers.
    #[error("the HTTP client cannot start: {0}")]
    Client(String),
}

/// Discord's REST API. Clones are cheap and share limits, budget and connections.
pub struct DiscordRest<B> {
    shared: Arc<Shared<B>>,
    deadline: Option<Timestamp>,
    mark: Option<Mark>,
}

/// A header that is added to every call, and what gives its value for the call at hand.
pub type Mark = (&'static str, fn() -> Option<String>);

struct Shared<B> {
    http: reqwest::Client,
    base_url: String,
    authorization: HeaderValue,
    application: ApplicationId,
    bot_user: OnceLock<UserId>,
    timeout: Duration,
    patience: SignedDuration,
    gate: Gate,
    pacer: Pacer,
    budget: B,
    timer: Arc<dyn Timer>,
}

impl<B> Clone for DiscordRest<B> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            deadline: self.deadline,
            mark: self.mark,
        }
    }
}

impl<B> fmt::Debug for DiscordRest<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiscordRest")
            .field("base_url", &self.shared.base_url)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl<B> DiscordRest<B> {
    /// An executor that runs by the machine's clock.
    ///
    /// # Errors
    /// Each variant of [`ConfigError`].
    pub fn new(config: Config, budget: B) -> Result<Self, ConfigError> {
        Self::with_timer(config, budget, Arc::new(RealTime))
    }

    /// An executor that runs by `timer`.
    ///
    /// # Errors
    /// Each variant of [`ConfigError`].
    pub fn with_timer(config: Config, budget: B, timer: Arc<dyn Timer>) -> Result<Self, ConfigError> {
        let shared = Shared {
            http: client(&config)?,
            base_url: config.base_url.trim_end_matches('/').to_owned(),
            authorization: authorization(&config.bot_token)?,
            application: config.application,
            bot_user: OnceLock::new(),
            timeout: config.timeout,
            patience: config.patience,
            gate: Gate::new(config.invalid_requests),
            pacer: Pacer::default(),
            budget,
            timer,
        };
        Ok(Self {
            shared: Arc::new(shared),
            deadline: None,
            mark: None,
        })
    }

    /// The same, marking its calls. For a Discord of one's own, that shows who a call was made for.
    #[must_use]
    pub fn marking(self, mark: Mark) -> Self {
        Self {
            mark: Some(mark),
            ..self
        }
    }

    /// The application that it speaks for.
    #[must_use]
    pub fn application(&self) -> ApplicationId {
        self.shared.application
    }

    /// A handle whose calls end by `deadline`: what would have to wait for longer is handed back as
    /// [`DiscordError::RetryAfter`](crate::ports::discord::DiscordError::RetryAfter).
    #[must_use]
    pub fn with_deadline(&self, deadline: Timestamp) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            deadline: Some(deadline),
            mark: self.mark,
        }
    }
}

fn client(config: &Config) -> Result<reqwest::Client, ConfigError> {
    let base = reqwest::Url::parse(&config.base_url)
        .map_err(|error| ConfigError::BaseUrl(format!("{:?}: {error}", config.base_url)))?;
    if !matches!(base.scheme(), "http" | "https") {
        return Err(ConfigError::BaseUrl(config.base_url.clone()));
    }
    let agent = format!(
        "DiscordBot (https://gantry.example, {}) {}",
        env!("CARGO_PKG_VERSION"),
        config.function
    );
    let agent = HeaderValue::from_str(&agent).map_err(|_| ConfigError::Function(config.function.clone()))?;
    reqwest::Client::builder()
        .user_agent(agent)
        .redirect(Policy::none())
        .connect_timeout(config.timeout.min(CONNECT_TIMEOUT))
        .pool_idle_timeout(POOL_IDLE)
        .build()
        .map_err(|error| ConfigError::Client(error.to_string()))
}

fn authorization(token: &str) -> Result<HeaderValue, ConfigError> {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ConfigError::BotToken);
    }
    let mut value = HeaderValue::from_str(&format!("Bot {token}")).map_err(|_| ConfigError::BotToken)?;
    value.set_sensitive(true);
    Ok(value)
}

/// A connection that takes longer than this will hardly come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// A frozen Lambda does not see its connections end; one that has been idle for long is not trusted with a request
/// that must not be sent twice.
const POOL_IDLE: Duration = Duration::from_secs(20);
