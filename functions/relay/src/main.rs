//! Lambda function: table stream to queues and event bus.

use aws_lambda_events::dynamodb::Event;
use gantry_relay::{App, handle};
use gantry_shared::adapters::eventbridge::EventBus;
use gantry_shared::adapters::sqs::Sqs;
use gantry_shared::adapters::system::System;
use gantry_shared::runtime::settings::{Reader, from_environment};
use gantry_shared::runtime::{clients, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let settings = Reader::new(&from_environment).relay()?;
    let config = clients::sdk_config("relay").await;
    let app = App {
        sqs: Sqs::new(aws_sdk_sqs::Client::new(&config)),
        queues: settings.queues,
        bus: EventBus::new(aws_sdk_eventbridge::Client::new(&config), settings.event_bus),
        clock: System,
    };
    let app = &app;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Event>| {
        Ok::<_, Error>(handle(app, event.payload).await)
    }))
    .await
}
