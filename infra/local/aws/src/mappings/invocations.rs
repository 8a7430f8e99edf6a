//! Calling functions, and ending them before they are done.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::AbortHandle;

/// A call of a function under way.
pub type Invocation = Pin<Box<dyn Future<Output = Result<Value, InvokeError>> + Send>>;

/// Calls a function by name; the stack implements it, in process or over HTTP.
pub trait Invoker: Send + Sync + 'static {
    /// Calls `function` with an event as AWS sends it. It should be done by `deadline` (the stack's clock); the
    /// future is dropped when the function is killed or its timeout has passed.
    fn invoke(&self, function: &str, event: Value, deadline: Timestamp) -> Invocation;

    /// How long an invocation may take whose mapping has this timeout, in real time.
    fn patience(&self, timeout: Duration) -> Duration {
        timeout
    }
}

/// How an invocation failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The function answered with an error; its text.
    #[error("{0}")]
    Failed(String),
    /// No such function.
    #[error("there is no function named {0}")]
    Unknown(String),
    /// The function was ended from outside.
    #[error("the function was killed")]
    Killed,
    /// The function panicked.
    #[error("the function panicked")]
    Panicked,
    /// The function was ended because it ran too long.
    #[error("the function timed out")]
    TimedOut,
}

/// The invocations that run now. Clones share the table.
#[derive(Clone, Default)]
pub struct InvocationTable {
    inner: Arc<Mutex<Running>>,
}

#[derive(Default)]
struct Running {
    last: u64,
    tasks: HashMap<u64, (String, AbortHandle)>,
}

/// How many invocations of a function run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RunningFunction {
    pub(crate) function: String,
    pub(crate) count: usize,
}

impl InvocationTable {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `work` as an invocation of `function`, in a task of its own that [`InvocationTable::kill`] ends. It goes
    /// on when the returned future is dropped.
    ///
    /// # Errors
    /// [`InvokeError::Killed`], [`InvokeError::Panicked`], and [`InvokeError::TimedOut`] after `timeout` of real time.
    pub async fn run<T, F>(&self, function: &str, timeout: Duration, work: F) -> Result<T, InvokeError>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let table = self.clone();
        let task = {
            // Held over the start, so that the task cannot end before it is in the table.
            let mut running = self.lock();
            running.last += 1;
            let id = running.last;
            let leave = Leave { table, id };
            let task = tokio::spawn(async move {
                let _leave = leave;
                tokio::time::timeout(timeout, work).await
            });
            running
                .tasks
                .insert(id, (function.to_owned(), task.abort_handle()));
            task
        };
        match task.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) => Err(InvokeError::TimedOut),
            Err(error) if error.is_panic() => Err(InvokeError::Panicked),
            Err(_) => Err(InvokeError::Killed),
        }
    }

    /// Ends every running invocation of `function` where it stands; returns how many.
    pub fn kill(&self, function: &str) -> usize {
        let running = self.lock();
        let hit = running.tasks.values().filter(|(name, _)| name == function);
        hit.map(|(_, task)| task.abort()).count()
    }

    /// How many invocations run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.lock().tasks.len()
    }

    /// The functions that run, by name.
    pub(crate) fn functions(&self) -> Vec<RunningFunction> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (function, _) in self.lock().tasks.values() {
            *counts.entry(function.clone()).or_default() += 1;
        }
        let mut functions: Vec<RunningFunction> = counts
            .into_iter()
            .map(|(function, count)| RunningFunction { function, count })
            .collect();
        functions.sort_by(|a, b| a.function.cmp(&b.function));
        functions
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes an invocation out of the table when its task ends, however it ends.
struct Leave {
    table: InvocationTable,
    id: u64,
}

impl Drop for Leave {
    fn drop(&mut self) {
        self.table.lock().tasks.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    const LONG: Duration = Duration::from_secs(600);

    #[tokio::test]
    async fn a_kill_ends_the_function_named_and_no_other() {
        let table = InvocationTable::new();
        let run = |function: &'static str| {
            let table = table.clone();
            tokio::spawn(async move { table.run(function, LONG, pending::<()>()).await })
        };
        let (first, second, other) = (run("channel-worker"), run("channel-worker"), run("relay"));
        while table.running() < 3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(table.kill("channel-worker"), 2);
        assert_eq!(first.await.unwrap(), Err(InvokeError::Killed));
        assert_eq!(second.await.unwrap(), Err(InvokeError::Killed));
        assert_eq!(
            table.functions(),
            [RunningFunction {
                function: "relay".to_owned(),
                count: 1
            }]
        );
        assert!(!other.is_finished());
        assert_eq!(table.kill("relay"), 1);
    }

    #[tokio::test]
    async fn a_panic_and_a_timeout_are_failures_that_leave_the_table() {
        let table = InvocationTable::new();
        let panicked = table.run("f", LONG, async { panic!("on purpose") }).await;
        assert_eq!(panicked, Err::<(), _>(InvokeError::Panicked));
        let late = table.run("f", Duration::ZERO, pending::<()>()).await;
        assert_eq!(late, Err(InvokeError::TimedOut));
        assert_eq!(table.run("f", LONG, async { 7 }).await, Ok(7));
        assert_eq!(table.running(), 0);
    }
}
