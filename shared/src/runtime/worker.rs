//! What every worker is made of.

use crate::adapters::discord_rest::{Config, ConfigError, DiscordRest, Mark, Timer};
use crate::adapters::dynamo::Table;
use crate::adapters::dynamo_budget::DynamoBudget;
use crate::adapters::sqs::{QueueUrls, Sqs};
use crate::adapters::uploads::Uploads;
use crate::runtime::batch::Delivery;
use crate::runtime::settings::WorkerSettings;
use crate::usecases::Env;
use crate::usecases::job::Job;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Calls to Discord end this long before the function's deadline, so that what was learnt can still be recorded.
const MARGIN: SignedDuration = SignedDuration::from_secs(2);

/// A worker's connections.
pub struct Parts<E> {
    /// The store.
    pub table: Table,
    /// Where a message is hidden that has to wait.
    pub sqs: Sqs,
    /// The queues' URLs.
    pub queues: QueueUrls,
    /// Files that people uploaded.
    pub uploads: Uploads,
    /// Where Discord asks whether to add Gantry to a server.
    pub authorize: String,
    /// Clock, ids and pauses.
    pub env: E,
    discord: DiscordRest<DynamoBudget>,
    timer: Arc<dyn Timer>,
}

impl<E: Env> Parts<E> {
    /// Connections over these clients and by these settings, for the function of that name.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn new(
        (dynamo, sqs): (aws_sdk_dynamodb::Client, aws_sdk_sqs::Client),
        settings: WorkerSettings,
        function: &str,
        (env, timer): (E, Arc<dyn Timer>),
    ) -> Result<Self, ConfigError> {
        let config = Config {
            base_url: settings.discord_api,
            ..Config::new(&settings.bot_token, settings.application, function)
        };
        Ok(Self {
            discord: DiscordRest::with_timer(
                config,
                DynamoBudget::new(dynamo.clone(), &settings.table),
                Arc::clone(&timer),
            )?,
            timer,
            uploads: Uploads::new(&settings.upload_origins),
            table: Table::new(dynamo, settings.table, settings.club_settings),
            sqs: Sqs::new(sqs),
            queues: settings.queues,
            authorize: settings.authorize,
            env,
        })
    }

    /// The same, whose calls to Discord are marked.
    #[must_use]
    pub fn marking(mut self, mark: Mark) -> Self {
        self.discord = self.discord.marking(mark);
        self
    }

    /// Discord, for an invocation that ends at `deadline`, by the machine's clock.
    #[must_use]
    pub fn discord(&self, deadline: Timestamp) -> DiscordRest<DynamoBudget> {
        let left = deadline.duration_since(Timestamp::now()) - MARGIN;
        let now = self.timer.now();
        self.discord
            .with_deadline(now.saturating_add(left).unwrap_or(now))
    }

    /// The job of a delivery, done now.
    #[must_use]
    pub fn job(&self, delivery: &Delivery) -> Job {
        Job {
            id: delivery.envelope.id.clone(),
            guild: delivery.envelope.guild,
            trace: delivery.envelope.trace.clone(),
            now: self.env.now(),
            again: delivery.again,
        }
    }
}

/// When an invocation ends, by what the runtime was told. `cargo lambda watch` tells an instant in 1970; a function there
/// gets the time that template.yaml gives a worker.
///
/// # Errors
/// An instant beyond what a timestamp holds.
pub fn deadline(told: SystemTime) -> Result<Timestamp, jiff::Error> {
    if told < SystemTime::UNIX_EPOCH + A_DAY {
        return Timestamp::now().checked_add(WORKER_TIMEOUT);
    }
    Timestamp::try_from(told)
}

/// As `Timeout` of the workers in template.yaml.
const WORKER_TIMEOUT: SignedDuration = SignedDuration::from_secs(60);
/// Lambda's deadlines lie decades later.
const A_DAY: Duration = Duration::from_secs(86_400);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_in_1970_is_none() {
        let real = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        assert_eq!(deadline(real).unwrap().as_second(), 1_800_000_000);
        let made_up = deadline(SystemTime::UNIX_EPOCH + Duration::from_secs(600)).unwrap();
        let left = made_up.duration_since(Timestamp::now());
        assert!(left > WORKER_TIMEOUT - SignedDuration::from_secs(10) && left <= WORKER_TIMEOUT);
    }
}
