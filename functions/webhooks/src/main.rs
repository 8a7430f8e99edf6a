//! Lambda function: signed webhooks.

use gantry_shared::adapters::dynamo::Table;
use gantry_shared::adapters::system::System;
use gantry_shared::runtime::settings::{Reader, from_environment};
use gantry_shared::runtime::{clients, telemetry};
use gantry_webhooks::{App, handle};
use lambda_http::{Error, Request, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let settings = Reader::new(&from_environment).webhooks()?;
    let config = clients::sdk_config("webhooks").await;
    let client = aws_sdk_dynamodb::Client::new(&config);
    let app = &App {
        keys: settings.public_keys,
        table: Table::new(client, settings.table, settings.club_settings),
        env: System,
    };
    lambda_http::run(service_fn(async |request: Request| handle(app, request).await)).await
}
