//! What every function needs around its handler: settings, logs, clients, batches.

pub mod batch;
pub mod clients;
pub mod settings;
pub mod telemetry;
pub mod worker;
