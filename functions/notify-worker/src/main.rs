//! Lambda function: notify queue to people.

use aws_lambda_events::sqs::SqsEvent;
use gantry_notify_worker::handle;
use gantry_shared::adapters::discord_rest::RealTime;
use gantry_shared::adapters::system::System;
use gantry_shared::runtime::settings::{Reader, from_environment};
use gantry_shared::runtime::worker::{Parts, deadline};
use gantry_shared::runtime::{clients, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let settings = Reader::new(&from_environment).worker()?;
    let config = clients::sdk_config("notify-worker").await;
    let clients = (
        aws_sdk_dynamodb::Client::new(&config),
        aws_sdk_sqs::Client::new(&config),
    );
    let parts = &Parts::new(clients, settings, "notify-worker", (System, Arc::new(RealTime)))?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let deadline = deadline(event.context.deadline())?;
        Ok::<_, Error>(handle(parts, event.payload, deadline).await)
    }))
    .await
}
