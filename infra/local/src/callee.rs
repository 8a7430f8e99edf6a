//! Who is called when a function is: this process, or a server elsewhere.

use crate::follow::Followed;
use crate::functions::{FunctionError, Functions};
use crate::lambda::LambdaServer;
use crate::stack::WORKER_TIMEOUT;
use gantry_local_aws::{Invocation, InvokeError, Invoker};
use gantry_local_wire::{CallLog, LocalClock, trace};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Calls the functions of this process, or those of a server to which they have been handed over.
#[derive(Clone)]
pub struct Callee {
    here: Arc<Functions>,
    elsewhere: Arc<OnceLock<LambdaServer>>,
    clock: LocalClock,
    log: CallLog,
}

impl Callee {
    /// The functions of this process.
    pub fn new(here: Functions, clock: &LocalClock, log: &CallLog) -> Self {
        Self {
            here: Arc::new(here),
            elsewhere: Arc::default(),
            clock: clock.clone(),
            log: log.clone(),
        }
    }

    /// From now on the functions of `server`. Only the first server counts.
    pub fn hand_over(&self, server: LambdaServer) {
        let _ = self.elsewhere.set(server);
    }
}

impl Invoker for Callee {
    /// The deadline that a function sees is the machine's time, as on Lambda: it is waited for, not simulated.
    fn invoke(&self, function: &str, event: Value, deadline: Timestamp) -> Invocation {
        let followed = Followed::begin(&self.log, function, &event, self.clock.now());
        if let Some(server) = self.elsewhere.get() {
            let call = server.invoke(function, event, deadline);
            return Box::pin(async move {
                let answer = call.await;
                followed.ended(&answer);
                answer
            });
        }
        let (functions, function) = (Arc::clone(&self.here), function.to_owned());
        let timeout = SignedDuration::try_from(WORKER_TIMEOUT).unwrap_or_default();
        let deadline = Timestamp::now().saturating_add(timeout).unwrap_or(Timestamp::MAX);
        Box::pin(async move {
            let call = functions.call(&function, event, deadline);
            let answer = trace::on_behalf(&followed.traces, call)
                .await
                .map_err(|error| match error {
                    FunctionError::Unknown(name) => InvokeError::Unknown(name),
                    FunctionError::Event(_) | FunctionError::Failed(_) => {
                        InvokeError::Failed(error.to_string())
                    }
                });
            followed.ended(&answer);
            answer
        })
    }

    fn patience(&self, timeout: Duration) -> Duration {
        self.elsewhere
            .get()
            .map_or(timeout, |server| server.patience(timeout))
    }
}
