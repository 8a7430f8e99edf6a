//! Lambda function: the clubs whose servers are to be looked after, to the outbox.

use gantry_cleanup::{App, Scheduled, handle};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::adapters::system::System;
use gantry_shared::domain::settings::OperatorOverrides;
use gantry_shared::runtime::settings::{Reader, from_environment};
use gantry_shared::runtime::worker::deadline;
use gantry_shared::runtime::{clients, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let settings = Reader::new(&from_environment).cleanup()?;
    let config = clients::sdk_config("cleanup").await;
    let client = aws_sdk_dynamodb::Client::new(&config);
    let app = &App {
        // What a club has set is looked at by the worker.
        table: Table::new(client, settings.table, OperatorOverrides::default()),
        env: System,
    };
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Scheduled>| {
        let deadline = deadline(event.context.deadline())?;
        Ok::<_, Error>(handle(app, event.payload, deadline).await?)
    }))
    .await
}
