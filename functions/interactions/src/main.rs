//! Lambda function: Discord's signed calls.

use gantry_interactions::{App, handle};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::adapters::system::System;
use gantry_shared::discord::views::Views;
use gantry_shared::runtime::settings::{Reader, from_environment};
use gantry_shared::runtime::{clients, telemetry};
use lambda_http::{Error, Request, service_fn};
use std::time::Duration;

/// The connection to DynamoDB is opened during init, where Lambda gives the whole CPU, but not waited for longer.
const WARM_UP: Duration = Duration::from_secs(2);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let settings = Reader::new(&from_environment).interactions()?;
    let config = clients::sdk_config("interactions").await;
    let table = Table::new(
        aws_sdk_dynamodb::Client::new(&config),
        settings.table,
        settings.club_settings,
    );
    if tokio::time::timeout(WARM_UP, table.warm_up()).await.is_err() {
        tracing::warn!("DynamoDB did not answer during init");
    }
    let app = &App {
        keys: settings.public_keys,
        table,
        authorize: settings.authorize,
        public_url: settings.public_url,
        webhooks_url: settings.webhooks_url,
        env: System,
        views: Views::default(),
    };
    lambda_http::run(service_fn(async |request: Request| handle(app, request).await)).await
}
