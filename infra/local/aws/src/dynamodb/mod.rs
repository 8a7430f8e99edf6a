//! DynamoDB: a front that injects faults and counts capacity, before dynoxide's own server.
//!
//! Calls go through dynoxide's HTTP server and not its typed interface, because only the server words errors and
//! checks requests as DynamoDB does. It runs on a thread of its own: its handlers block while SQLite works.

mod capacity;
mod refusals;
mod stream;
mod ttl;

use crate::AwsLocalError;
use crate::front::{self, Answer, Api, ApiCall, Refusal, Wires};
use bytes::Bytes;
use dynoxide::storage_backend::Clock;
use dynoxide::{Database, DynoxideError};
use gantry_local_wire::{LocalClock, Service};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

/// The AWS JSON protocol's media type, version 1.0.
const JSON_1_0: &str = "application/x-amz-json-1.0";

/// Operations that change items, after which a stream may have something new.
const WRITES: [&str; 8] = [
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
    "ExecuteStatement",
    "ExecuteTransaction",
    "BatchExecuteStatement",
];

/// The DynamoDB counterpart. Clones share it.
#[derive(Clone)]
pub struct DynamoDb {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    in_file: bool,
    clock: LocalClock,
    url: String,
    client: reqwest::Client,
    writes: watch::Sender<u64>,
    /// Ends dynoxide's server when the last clone is gone.
    _stop: oneshot::Sender<()>,
}

impl DynamoDb {
    /// Opens the database, in memory or in the file `path`, and starts dynoxide's server on a free port.
    ///
    /// # Errors
    /// [`AwsLocalError::Database`] when the file is not a database, [`AwsLocalError::Bind`] without a free port.
    pub fn open(path: Option<&Path>, clock: &LocalClock) -> Result<Self, AwsLocalError> {
        let database = match path {
            Some(path) => Database::new(&path.to_string_lossy()),
            None => Database::memory_with_clock(Arc::new(StackClock(clock.clone()))),
        }
        .map_err(database_error)?;
        let (stop, stopped) = oneshot::channel();
        let url = start_dynoxide(database.clone(), stopped)
            .map_err(|source| AwsLocalError::Bind { port: 0, source })?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .map_err(|error| AwsLocalError::Database(error.to_string()))?;
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                in_file: path.is_some(),
                clock: clock.clone(),
                url,
                client,
                writes: watch::Sender::new(0),
                _stop: stop,
            }),
        })
    }

    /// Creates the table that `spec` (the body of a `CreateTable` request) describes, unless there is one of that
    /// name, and expires its items by `ttl_attribute` (seconds since the epoch).
    ///
    /// # Errors
    /// [`AwsLocalError::Database`] when DynamoDB would refuse the description.
    pub async fn ensure_table(&self, spec: Value, ttl_attribute: &str) -> Result<(), AwsLocalError> {
        let ttl = json!({
            "TableName": spec["TableName"],
            "TimeToLiveSpecification": { "Enabled": true, "AttributeName": ttl_attribute },
        });
        self.blocking(move |database| {
            match database.create_table(from_json(spec)?) {
                Err(DynoxideError::ResourceInUseException(_)) => return Ok(()),
                created => created?,
            };
            database.update_time_to_live(from_json(ttl)?)?;
            Ok(())
        })
        .await
    }

    /// Deletes the items whose time to live has passed by the stack's clock; returns how many.
    ///
    /// # Errors
    /// [`AwsLocalError::Database`].
    pub async fn sweep_ttl(&self) -> Result<usize, AwsLocalError> {
        let (in_file, now) = (self.inner.in_file, self.inner.clock.now());
        let swept = self
            .blocking(move |database| {
                // A database in a file keeps real time; the stack's clock may have been moved.
                if in_file {
                    ttl::sweep(database, now)
                } else {
                    database.sweep_ttl()
                }
            })
            .await;
        self.wrote();
        swept
    }

    /// A number that changes whenever an item may have changed.
    pub(crate) fn writes(&self) -> watch::Receiver<u64> {
        self.inner.writes.subscribe()
    }

    pub(crate) fn serve(
        &self,
        listener: TcpListener,
        wires: Wires,
        stop: watch::Receiver<bool>,
    ) -> tokio::task::JoinHandle<()> {
        front::serve(listener, Arc::new(self.clone()), wires, stop)
    }

    fn wrote(&self) {
        self.inner.writes.send_modify(|count| *count += 1);
    }

    /// Runs `work` where it may block.
    async fn blocking<T, F>(&self, work: F) -> Result<T, AwsLocalError>
    where
        T: Send + 'static,
        F: FnOnce(&Database) -> dynoxide::Result<T> + Send + 'static,
    {
        let database = self.inner.database.clone();
        tokio::task::spawn_blocking(move || work(&database))
            .await
            .map_err(|error| AwsLocalError::Database(error.to_string()))?
            .map_err(database_error)
    }

    async fn forward(&self, call: &ApiCall, body: Bytes) -> Result<(u16, Bytes), reqwest::Error> {
        let mut request = self.inner.client.post(&self.inner.url).body(body);
        for name in ["content-type", "x-amz-target", "authorization", "x-amz-date"] {
            if let Some(value) = call.headers.get(name) {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        Ok((status, answer.bytes().await?))
    }
}

impl Api for DynamoDb {
    const SERVICE: Service = Service::Dynamodb;

    async fn answer(&self, call: ApiCall) -> Answer {
        let (body, asked) = capacity::ask(&call.operation, &call.body);
        let (status, body) = match self.forward(&call, body).await {
            Ok(answered) => answered,
            Err(error) => {
                let body = json!({ "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError",
                    "message": error.to_string() });
                return Answer::json(500, JSON_1_0, &body).noted("dynoxide did not answer");
            }
        };
        if WRITES.contains(&call.operation.as_str()) {
            self.wrote();
        }
        let used = capacity::read(&call.operation, body, asked);
        let mut answer = Answer::json(status, JSON_1_0, &Value::Null);
        answer.body = used.body;
        answer.read_units = used.read_units;
        answer.write_units = used.write_units;
        if status != 200 {
            answer.note = refusals::code(&answer.body);
        }
        answer
    }

    fn refuse(&self, call: &ApiCall, refusal: Refusal) -> Option<Answer> {
        refusals::refuse(call, refusal)
    }
}

fn database_error(error: DynoxideError) -> AwsLocalError {
    AwsLocalError::Database(error.to_string())
}

fn from_json<T: serde::de::DeserializeOwned>(value: Value) -> dynoxide::Result<T> {
    serde_json::from_value(value).map_err(|error| DynoxideError::ValidationException(error.to_string()))
}

fn to_json<T: serde::Serialize>(value: &T) -> dynoxide::Result<Value> {
    serde_json::to_value(value).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The stack's clock as dynoxide reads it.
struct StackClock(LocalClock);

impl Clock for StackClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}

/// Runs dynoxide's server on a thread of its own; returns its address.
fn start_dynoxide(database: Database, stopped: oneshot::Receiver<()>) -> std::io::Result<String> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("dynoxide".to_owned())
        .spawn(move || {
            runtime.block_on(async move {
                let listener = match TcpListener::from_std(listener) {
                    Ok(listener) => listener,
                    Err(error) => return tracing::error!(%error, "dynoxide has no listener"),
                };
                let stopped = async move {
                    // An error means that the sender is gone, which is the usual way to stop.
                    let _ = stopped.await;
                };
                if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, stopped).await {
                    tracing::error!(error, "dynoxide's server ended");
                }
            });
        })?;
    Ok(format!("http://{address}/"))
}
