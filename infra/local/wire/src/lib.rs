//! What every counterpart of the local stack shares: the clock, the log of calls, and injected faults.
//!
//! The Discord simulator and the AWS counterparts are separate crates that know nothing of each other; a test
//! steers and observes all of them through these types.

mod clock;
mod faults;
mod jobs;
mod log;
pub mod trace;

pub use clock::LocalClock;
pub use faults::{Delay, Fault, FaultError, FaultKind, Faults, Killed, Service};
pub use jobs::{Job, JobLog, JobState, Try};
pub use log::{Call, CallLog, Invocation};
