//! A function's own process, and the Lambda Runtime API, as far as one process needs it (AWS Lambda developer guide, runtime
//! API).

mod table;

pub use table::without_stream;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use gantry_local::Stack;
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};

/// Why a benchmark ended.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The longest that Lambda lets a function take.
const DEADLINE: Duration = Duration::from_secs(900);

struct Api {
    events: Mutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Value>,
}

/// A function process, and the way to call it.
pub struct Process {
    began: Instant,
    child: Child,
    events: mpsc::Sender<Value>,
    answers: mpsc::Receiver<Value>,
}

impl Process {
    /// Starts a bootstrap with the settings of the stack, and those of `also`, which win.
    ///
    /// # Errors
    /// What starting it says.
    pub async fn start(bootstrap: &Path, stack: &Stack, also: &[(&str, String)]) -> Result<Self, Failed> {
        let (events, next) = mpsc::channel(1);
        let (answered, answers) = mpsc::channel(1);
        let api = Arc::new(Api {
            events: Mutex::new(next),
            answers: answered,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let app = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next_event))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(response))
            .with_state(api);
        tokio::spawn(async move { axum::serve(listener, app).await });
        let name = bootstrap.file_stem().unwrap_or_default();
        let mut command = Command::new(bootstrap);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .envs(stack.environment())
            .envs(also.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::null())
            .kill_on_drop(true);
        Ok(Self {
            began: Instant::now(),
            child: command.spawn()?,
            events,
            answers,
        })
    }

    /// How long ago the process was started.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// The processor time that all threads of the process have used (proc(5), `schedstat`, nanoseconds).
    ///
    /// # Errors
    /// What reading it says; the process has ended.
    pub fn cpu(&self) -> Result<Duration, Failed> {
        let id = self.child.id().ok_or("the process has ended")?;
        let mut nanos = 0;
        for thread in std::fs::read_dir(format!("/proc/{id}/task"))? {
            let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            let ran = text.split_whitespace().next().ok_or("an empty schedstat")?;
            nanos += ran.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// Calls the function; its answer.
    ///
    /// # Errors
    /// The process ended.
    pub async fn call(&mut self, event: Value) -> Result<Value, Failed> {
        self.events.send(event).await?;
        tokio::select! {
            answer = self.answers.recv() => answer.ok_or_else(|| "no answer".into()),
            ended = self.child.wait() => Err(format!("the process ended: {}", ended?).into()),
        }
    }

    /// The most memory that the process ever had, in KiB (proc(5), `VmHWM`).
    ///
    /// # Errors
    /// What reading it says; the process has ended.
    pub fn peak_kib(&self) -> Result<u64, Failed> {
        let id = self.child.id().ok_or("the process has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.ok_or("no VmHWM")?.parse()?)
    }
}

async fn next_event(State(api): State<Arc<Api>>) -> Response {
    let Some(event) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemTime::now() + DEADLINE;
    let deadline = deadline
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    let headers = [
        ("Lambda-Runtime-Aws-Request-Id", "bench".to_owned()),
        ("Lambda-Runtime-Deadline-Ms", deadline.to_string()),
        (
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:eu-central-1:000000000000:function:bench".to_owned(),
        ),
        (
            "Lambda-Runtime-Trace-Id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700".to_owned(),
        ),
    ];
    (headers, axum::Json(event)).into_response()
}

async fn response(State(api): State<Arc<Api>>, body: axum::body::Bytes) -> StatusCode {
    let answer = serde_json::from_slice(&body).unwrap_or(Value::Null);
    // Nobody waits any more when the benchmark ends.
    let _ = api.answers.send(answer).await;
    StatusCode::ACCEPTED
}
