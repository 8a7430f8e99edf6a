//! The local stack: Gantry on a laptop, without an AWS or a Discord account.
//!
//! [`Stack::start`] starts the AWS counterparts, the Discord simulator and the functions, connected as the template
//! connects them; [`seed`] makes the demo club; [`story`] plays the main job.

mod callee;
mod due;
mod environment;
mod follow;
mod functions;
mod gateway;
mod keep;
mod lambda;
mod people;
pub mod seed;
mod stack;
pub mod story;

pub use environment::SAMPLES_PUBLIC_KEY;
pub use functions::{Clients, EVENT_BUS, Endpoints, FunctionError, Functions, LocalEnv, TABLE};
pub use lambda::{LambdaServer, LambdaUrlError};
pub use people::{MEMBERS, OWNER, Person, STRANGER};
pub use stack::{
    APPLICATION_ID, CLEANUP, Credentials, MAX_RECEIVES, RACE_DAY, SIGNING_SEED, Stack, StackConfig,
    StackError, WORKER_TIMEOUT,
};
