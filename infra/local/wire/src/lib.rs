//! What every counterpart of the local stack shares: the clock, the log of calls, and injected faults.
//!
//! The Discord simulator and the AWS counterparts are separate crates that know nothing of each other; a test
//! steers and observes all of them through these types.

mod clock;
mod faults;
mod log;

pub use clock::LocalClock;
pub use faults::{Delay, Fault, FaultError, FaultKind, Faults, Killed, Service};
pub use log::{Call, CallLog};
