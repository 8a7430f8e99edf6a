//! The three servers, the mappings and their state as one thing.

use crate::AwsLocalError;
use crate::dynamodb::DynamoDb;
use crate::eventbridge::EventBridge;
use crate::front::Wires;
use crate::mappings::{
    Activity, Deliveries, DeliveryMode, InvocationTable, InvokeError, Invoker, Mappings, QueuePoller,
    Schedules, StreamMapping, StreamPoller,
};
use crate::sqs::{QueueDepth, Sqs};
use crate::state::{Keeper, Standings, state_error};
use gantry_local_wire::LocalClock;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Where the counterparts listen and what they share.
#[derive(Clone, Default)]
pub struct AwsConfig {
    /// DynamoDB's port on 127.0.0.1; 0 for a free one.
    pub dynamodb_port: u16,
    /// SQS's port; 0 for a free one.
    pub sqs_port: u16,
    /// EventBridge's port; 0 for a free one.
    pub eventbridge_port: u16,
    /// Clock, log and faults of the stack.
    pub wires: Wires,
    /// Folder that keeps the state between runs; without it everything is in memory.
    pub data: Option<PathBuf>,
}

/// The local AWS. Clones share it; it ends with [`AwsLocal::shutdown`] or with the last clone.
#[derive(Clone)]
pub struct AwsLocal {
    pub(crate) inner: Arc<Inner>,
}

/// What a [`ClockMover`] is asked for, under way.
pub type Asked<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Knows what is due, and moves the clock accordingly.
pub trait ClockMover: Send + Sync {
    /// Moves the clock to an instant, and does on the way what is due by then.
    fn move_to(&self, to: Timestamp) -> Asked<()>;

    /// What comes next, earliest first.
    fn coming(&self) -> Asked<Vec<Coming>>;
}

/// Something that is due at an instant, now at the earliest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coming {
    /// When.
    pub at: Timestamp,
    /// What, in a few words for a person.
    pub what: String,
}

pub(crate) struct Inner {
    pub(crate) wires: Wires,
    pub(crate) dynamodb: DynamoDb,
    pub(crate) sqs: Sqs,
    eventbridge: EventBridge,
    urls: [String; 3],
    pub(crate) invocations: InvocationTable,
    pub(crate) activity: Arc<Activity>,
    mode: Arc<Mutex<DeliveryMode>>,
    pub(crate) mapped: Mutex<Mapped>,
    pub(crate) standings: Standings,
    keeper: Option<Keeper>,
    moved: watch::Sender<u64>,
    mover: Mutex<Option<Arc<dyn ClockMover>>>,
    held: OnceLock<String>,
    stop: watch::Sender<bool>,
    servers: Mutex<Vec<JoinHandle<()>>>,
    tasks: Mutex<JoinSet<()>>,
}

/// What feeds functions, since [`AwsLocal::map`].
#[derive(Clone, Default)]
pub(crate) struct Mapped {
    pub(crate) queues: Vec<String>,
    pub(crate) streams: Vec<StreamMapping>,
    schedules: Option<Schedules>,
}

impl AwsLocal {
    /// Opens the state, binds the three ports and serves.
    ///
    /// # Errors
    /// [`AwsLocalError::Bind`], [`AwsLocalError::Database`], [`AwsLocalError::State`].
    pub async fn start(config: AwsConfig) -> Result<Self, AwsLocalError> {
        let AwsConfig { wires, data, .. } = config;
        if let Some(folder) = &data {
            std::fs::create_dir_all(folder).map_err(|error| state_error(folder, error))?;
        }
        let file = |name: &str| data.as_ref().map(|folder| folder.join(name));
        let dynamodb = DynamoDb::open(file("dynamodb.sqlite").as_deref(), &wires.clock)?;
        let sqs = Sqs::new(&wires.clock);
        let eventbridge = EventBridge::new(&wires.clock, &sqs);
        let standings = Standings::default();
        let keeper = file("state.json").map(|path| Keeper {
            path,
            sqs: sqs.clone(),
            eventbridge: eventbridge.clone(),
            standings: Arc::clone(&standings),
        });
        if let Some(keeper) = &keeper {
            keeper.load()?;
        }
        let ports = [config.dynamodb_port, config.sqs_port, config.eventbridge_port];
        let [first, second, third] = [
            bind(ports[0]).await?,
            bind(ports[1]).await?,
            bind(ports[2]).await?,
        ];
        let urls = [url(&first)?, url(&second)?, url(&third)?];
        let stop = watch::Sender::new(false);
        let servers = vec![
            dynamodb.serve(first, wires.clone(), stop.subscribe()),
            sqs.serve(second, wires.clone(), stop.subscribe()),
            eventbridge.serve(third, wires.clone(), stop.subscribe()),
        ];
        let invocations = InvocationTable::new();
        let table = invocations.clone();
        wires.faults.on_kill(Arc::new(move |function| {
            table.kill(function);
        }));
        let aws = Self {
            inner: Arc::new(Inner {
                wires,
                dynamodb,
                sqs,
                eventbridge,
                urls,
                invocations,
                activity: Arc::default(),
                mode: Arc::default(),
                mapped: Mutex::default(),
                standings,
                keeper,
                moved: watch::Sender::new(0),
                mover: Mutex::default(),
                held: OnceLock::new(),
                stop,
                servers: Mutex::new(servers),
                tasks: Mutex::default(),
            }),
        };
        aws.keep();
        Ok(aws)
    }

    /// Begins to write the state, if there is a folder for it.
    fn keep(&self) {
        let inner = &self.inner;
        if let Some(keeper) = inner.keeper.clone() {
            let saved = watch::Sender::new(0);
            inner.sqs.saved_by(saved.subscribe());
            lock(&inner.tasks).spawn(keeper.run(inner.moved.subscribe(), saved));
        }
    }

    /// The DynamoDB counterpart.
    #[must_use]
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.inner.dynamodb
    }

    /// The SQS counterpart.
    #[must_use]
    pub fn sqs(&self) -> &Sqs {
        &self.inner.sqs
    }

    /// The EventBridge counterpart.
    #[must_use]
    pub fn eventbridge(&self) -> &EventBridge {
        &self.inner.eventbridge
    }

    /// Endpoint for `AWS_ENDPOINT_URL_DYNAMODB`.
    #[must_use]
    pub fn dynamodb_url(&self) -> &str {
        &self.inner.urls[0]
    }

    /// Endpoint for `AWS_ENDPOINT_URL_SQS`.
    #[must_use]
    pub fn sqs_url(&self) -> &str {
        &self.inner.urls[1]
    }

    /// Endpoint for `AWS_ENDPOINT_URL_EVENTBRIDGE`.
    #[must_use]
    pub fn eventbridge_url(&self) -> &str {
        &self.inner.urls[2]
    }

    /// The running invocations. Whoever calls functions past the mappings runs them here too, so that faults can kill
    /// them and [`AwsLocal::drain`] waits for them.
    #[must_use]
    pub fn invocations(&self) -> &InvocationTable {
        &self.inner.invocations
    }

    /// How deliveries are made now.
    #[must_use]
    pub fn deliveries(&self) -> DeliveryMode {
        *lock(&self.inner.mode)
    }

    /// Changes how deliveries are made from the next batch on.
    pub fn set_deliveries(&self, mode: DeliveryMode) {
        *lock(&self.inner.mode) = mode;
    }

    /// Every queue, by name.
    #[must_use]
    pub fn queues(&self) -> Vec<QueueDepth> {
        self.inner.sqs.depths()
    }

    /// Starts to feed functions. To be called once, when tables and queues are there.
    pub fn map(&self, mappings: Mappings, invoker: Arc<dyn Invoker>) {
        let inner = &self.inner;
        let deliveries = Deliveries {
            clock: inner.wires.clock.clone(),
            invocations: inner.invocations.clone(),
            invoker,
            activity: Arc::clone(&inner.activity),
            mode: Arc::clone(&inner.mode),
        };
        let mut tasks = lock(&inner.tasks);
        for mapping in &mappings.queues {
            let poller = QueuePoller {
                mapping: mapping.clone(),
                sqs: inner.sqs.clone(),
                deliveries: deliveries.clone(),
            };
            tasks.spawn(poller.run());
        }
        for mapping in &mappings.streams {
            let standing = lock(&inner.standings).entry(mapping.key()).or_default().clone();
            let poller = StreamPoller {
                mapping: mapping.clone(),
                dynamodb: inner.dynamodb.clone(),
                sqs: inner.sqs.clone(),
                deliveries: deliveries.clone(),
                standing,
                moved: inner.moved.clone(),
            };
            tasks.spawn(poller.run());
        }
        let schedules = Schedules {
            all: Arc::new(mappings.schedules),
            deliveries,
        };
        if mappings.schedules_run {
            for schedule in schedules.all.iter() {
                tasks.spawn(schedules.clone().run(schedule.clone()));
            }
        }
        *lock(&inner.mapped) = Mapped {
            queues: mappings.queues.into_iter().map(|mapping| mapping.queue).collect(),
            streams: mappings.streams,
            schedules: Some(schedules),
        };
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &LocalClock {
        &self.inner.wires.clock
    }

    /// Has the clock moved by `mover` where it is moved over HTTP.
    pub fn set_clock_mover(&self, mover: Arc<dyn ClockMover>) {
        *lock(&self.inner.mover) = Some(mover);
    }

    /// From now on the clock cannot be moved over HTTP; who tries is told why. Only the first reason counts.
    pub fn hold_clock(&self, why: &str) {
        self.inner.held.get_or_init(|| why.to_owned());
    }

    /// Moves the clock to `to`; the error says why it cannot be moved.
    pub(crate) async fn move_clock(&self, to: Timestamp) -> Result<(), String> {
        if let Some(why) = self.inner.held.get() {
            return Err(why.clone());
        }
        let mover = lock(&self.inner.mover).clone();
        match mover {
            Some(mover) => mover.move_to(to).await,
            None => self.inner.wires.clock.set(to),
        }
        Ok(())
    }

    /// What comes next, as far as that is known.
    pub(crate) async fn coming(&self) -> Vec<Coming> {
        let mover = lock(&self.inner.mover).clone();
        match mover {
            Some(mover) => mover.coming().await,
            None => Vec::new(),
        }
    }

    /// Runs a schedule at once and returns what its function answered.
    ///
    /// # Errors
    /// [`AwsLocalError::UnknownSchedule`]; the inner error is the function's.
    pub async fn tick(&self, schedule: &str) -> Result<Result<Value, InvokeError>, AwsLocalError> {
        let schedules = lock(&self.inner.mapped).schedules.clone();
        let unknown = || AwsLocalError::UnknownSchedule(schedule.to_owned());
        schedules
            .ok_or_else(unknown)?
            .tick(schedule)
            .await
            .ok_or_else(unknown)
    }

    /// Stops servers and mappings, frees the ports and writes the state. Running invocations are left to their end.
    ///
    /// # Errors
    /// [`AwsLocalError::State`] when the state cannot be written.
    pub async fn shutdown(&self) -> Result<(), AwsLocalError> {
        let inner = &self.inner;
        inner.stop.send_replace(true);
        let mut tasks = std::mem::take(&mut *lock(&inner.tasks));
        tasks.shutdown().await;
        let servers = std::mem::take(&mut *lock(&inner.servers));
        for server in servers {
            // An error is the server's panic, which was reported where it happened.
            let _ = server.await;
        }
        match inner.keeper.clone() {
            Some(keeper) => tokio::task::spawn_blocking(move || keeper.save())
                .await
                .map_err(|error| AwsLocalError::Database(error.to_string()))?,
            None => Ok(()),
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn bind(port: u16) -> Result<TcpListener, AwsLocalError> {
    TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|source| AwsLocalError::Bind { port, source })
}

fn url(listener: &TcpListener) -> Result<String, AwsLocalError> {
    let address = listener
        .local_addr()
        .map_err(|source| AwsLocalError::Bind { port: 0, source })?;
    Ok(format!("http://{address}"))
}
