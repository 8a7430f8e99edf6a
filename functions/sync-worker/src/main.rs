//! Lambda function: the sync queue and its schedule to the roster.

use gantry_shared::adapters::discord_rest::RealTime;
use gantry_shared::adapters::system::System;
use gantry_shared::runtime::settings::{Reader, from_environment};
use gantry_shared::runtime::worker::{Parts, deadline};
use gantry_shared::runtime::{clients, telemetry};
use gantry_sync_worker::handle_event;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let settings = Reader::new(&from_environment).worker()?;
    let config = clients::sdk_config("sync-worker").await;
    let clients = (
        aws_sdk_dynamodb::Client::new(&config),
        aws_sdk_sqs::Client::new(&config),
    );
    let parts = &Parts::new(clients, settings, "sync-worker", (System, Arc::new(RealTime)))?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let deadline = deadline(event.context.deadline())?;
        Box::pin(handle_event(parts, event.payload, deadline)).await
    }))
    .await
}
