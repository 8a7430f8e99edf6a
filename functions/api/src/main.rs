//! Lambda function: pages and, one day, the API.

use gantry_api::{App, router};
use gantry_shared::adapters::discord_rest::{Config, DiscordRest};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::adapters::dynamo_budget::DynamoBudget;
use gantry_shared::adapters::system::System;
use gantry_shared::runtime::settings::{Reader, from_environment};
use gantry_shared::runtime::{clients, telemetry};
use lambda_http::Error;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let settings = Reader::new(&from_environment).api()?;
    let config = clients::sdk_config("api").await;
    let client = aws_sdk_dynamodb::Client::new(&config);
    let budget = DynamoBudget::new(client.clone(), &settings.table);
    let discord = Config {
        base_url: settings.discord_api,
        ..Config::new(&settings.bot_token, settings.application, "api")
    };
    let app = App {
        table: Table::new(client, settings.table, settings.club_settings),
        env: System,
        discord: DiscordRest::new(discord, budget)?,
        client_secret: settings.client_secret,
        authorize: settings.authorize,
        public_url: settings.public_url,
    };
    lambda_http::run(router(Arc::new(app))).await
}
