//! The functions, in this process: called with the events that AWS sends, answering what AWS expects.

use crate::Credentials;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_dynamodb::config::{
    ConfigBag, Credentials as AwsCredentials, Intercept, RuntimeComponents, SharedCredentialsProvider,
};
use aws_sdk_dynamodb::error::BoxError;
use futures::future::BoxFuture;
use gantry_api::App as Api;
use gantry_cleanup::App as Cleanup;
use gantry_interactions::App as Interactions;
use gantry_local_wire::{LocalClock, trace};
use gantry_race_day::App as RaceDay;
use gantry_relay::App as Relay;
use gantry_shared::adapters::discord_rest::{Config, ConfigError, DiscordRest, Mark, RealTime, Timer};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::adapters::dynamo_budget::DynamoBudget;
use gantry_shared::adapters::eventbridge::EventBus;
use gantry_shared::adapters::sqs::{QueueUrls, Sqs};
use gantry_shared::adapters::system::System;
use gantry_shared::discord::views::Views;
use gantry_shared::domain::ids::ApplicationId;
use gantry_shared::domain::settings::OperatorOverrides;
use gantry_shared::ports::clock::{Clock, Pause};
use gantry_shared::ports::ids::Ids;
use gantry_shared::runtime::settings::WorkerSettings;
use gantry_shared::runtime::worker::Parts;
use gantry_webhooks::App as Webhooks;
use jiff::{SignedDuration, Timestamp};
use lambda_http::http::Response;
use lambda_http::request::LambdaRequest;
use lambda_http::{Body, Request};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// The table's name.
pub const TABLE: &str = "gantry";
/// The event bus's name.
pub const EVENT_BUS: &str = "gantry";

/// The stack's clock with the machine's randomness and patience.
#[derive(Clone)]
pub struct LocalEnv(pub LocalClock);

impl Clock for LocalEnv {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

impl Ids for LocalEnv {
    fn random(&self) -> u128 {
        System.random()
    }
}

impl Pause for LocalEnv {
    async fn pause(&self, tries: u32) {
        System.pause(tries).await;
    }
}

impl Timer for LocalEnv {
    fn sleep(&self, time: SignedDuration) -> BoxFuture<'_, ()> {
        RealTime.sleep(time)
    }

    fn jitter(&self, at_most: SignedDuration) -> SignedDuration {
        RealTime.jitter(at_most)
    }
}

/// Where the counterparts listen.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// The simulator or another Discord, with the API's version.
    pub discord_api: String,
    /// Where a person is asked whether to add Gantry to a server.
    pub authorize: String,
    /// The functions, without a path.
    pub gateway: String,
    /// DynamoDB.
    pub dynamodb: String,
    /// SQS.
    pub sqs: String,
    /// EventBridge.
    pub eventbridge: String,
    /// The queues.
    pub queues: QueueUrls,
}

/// A function failed as a whole: Lambda would report an error.
#[derive(Debug, thiserror::Error)]
pub enum FunctionError {
    /// No function of that name.
    #[error("no function {0}")]
    Unknown(String),
    /// The event is not of the shape that AWS sends.
    #[error("the event is not one of this function: {0}")]
    Event(#[from] serde_json::Error),
    /// The handler gave an error.
    #[error("the function failed: {0}")]
    Failed(#[from] lambda_http::Error),
}

/// The header of calls to Discord that the simulator shows them by.
const MARK: Mark = (trace::HEADER, trace::current);

/// All functions.
pub struct Functions {
    interactions: Interactions<LocalEnv>,
    relay: Relay<LocalEnv>,
    channel_worker: Parts<LocalEnv>,
    notify_worker: Parts<LocalEnv>,
    sync_worker: Parts<LocalEnv>,
    webhooks: Webhooks<LocalEnv>,
    api: Arc<Api<LocalEnv>>,
    race_day: RaceDay<LocalEnv>,
    cleanup: Cleanup<LocalEnv>,
}

impl Functions {
    /// The functions, connected as Lambda's environment would connect them.
    ///
    /// # Errors
    /// [`ConfigError`] if the credentials cannot be used.
    pub fn new(
        clock: &LocalClock,
        credentials: &Credentials,
        endpoints: &Endpoints,
    ) -> Result<Self, ConfigError> {
        let env = LocalEnv(clock.clone());
        let relay = Clients::of("relay", endpoints);
        let worker = |name: &str| {
            let clients = Clients::of(name, endpoints);
            let settings = WorkerSettings {
                table: TABLE.to_owned(),
                application: ApplicationId(credentials.application_id),
                bot_token: credentials.bot_token.clone(),
                discord_api: endpoints.discord_api.clone(),
                upload_origins: vec![endpoints.discord_api.clone()],
                authorize: endpoints.authorize.clone(),
                queues: endpoints.queues.clone(),
                club_settings: OperatorOverrides::default(),
            };
            let parts = Parts::new(
                (clients.dynamodb, clients.sqs),
                settings,
                name,
                (env.clone(), Arc::new(env.clone())),
            );
            parts.map(|parts| parts.marking(MARK))
        };
        Ok(Self {
            interactions: Interactions {
                keys: credentials.public_keys.clone(),
                table: Table::new(
                    Clients::of("interactions", endpoints).dynamodb,
                    TABLE,
                    OperatorOverrides::default(),
                ),
                authorize: endpoints.authorize.clone(),
                public_url: Some(endpoints.gateway.clone()),
                webhooks_url: Some(endpoints.gateway.clone()),
                env: env.clone(),
                views: Views::default(),
            },
            webhooks: Webhooks {
                keys: credentials.public_keys.clone(),
                table: Table::new(
                    Clients::of("webhooks", endpoints).dynamodb,
                    TABLE,
                    OperatorOverrides::default(),
                ),
                env: env.clone(),
            },
            api: Arc::new(api(credentials, endpoints, &env)?),
            relay: Relay {
                sqs: Sqs::new(relay.sqs),
                queues: endpoints.queues.clone(),
                bus: EventBus::new(relay.eventbridge, EVENT_BUS),
                clock: env.clone(),
            },
            channel_worker: worker("channel-worker")?,
            notify_worker: worker("notify-worker")?,
            sync_worker: worker("sync-worker")?,
            cleanup: Cleanup {
                table: Table::new(
                    Clients::of("cleanup", endpoints).dynamodb,
                    TABLE,
                    OperatorOverrides::default(),
                ),
                env: env.clone(),
            },
            race_day: RaceDay {
                table: Table::new(
                    Clients::of("race-day", endpoints).dynamodb,
                    TABLE,
                    OperatorOverrides::default(),
                ),
                env,
            },
        })
    }

    /// Calls the function of that name with an event as AWS sends it.
    ///
    /// # Errors
    /// [`FunctionError`].
    pub async fn call(
        &self,
        function: &str,
        event: Value,
        deadline: Timestamp,
    ) -> Result<Value, FunctionError> {
        match function {
            "interactions" => {
                let request = Request::from(serde_json::from_value::<LambdaRequest>(event)?);
                let response = Box::pin(gantry_interactions::handle(&self.interactions, request)).await?;
                Ok(api_gateway_response(response))
            }
            "webhooks" => {
                let request = Request::from(serde_json::from_value::<LambdaRequest>(event)?);
                let response = Box::pin(gantry_webhooks::handle(&self.webhooks, request)).await?;
                Ok(api_gateway_response(response))
            }
            "api" => {
                let request = Request::from(serde_json::from_value::<LambdaRequest>(event)?);
                let router = gantry_api::router(Arc::clone(&self.api));
                let (parts, body) = match router.oneshot(request).await {
                    Ok(response) => response.into_parts(),
                    Err(never) => match never {},
                };
                let body = axum::body::to_bytes(body, MAX_ANSWER)
                    .await
                    .map_err(|error| FunctionError::Failed(error.into()))?;
                Ok(api_gateway_response(Response::from_parts(
                    parts,
                    Body::Binary(body.to_vec()),
                )))
            }
            "relay" => {
                let event = serde_json::from_value(event)?;
                Ok(serde_json::to_value(
                    Box::pin(gantry_relay::handle(&self.relay, event)).await,
                )?)
            }
            "channel-worker" => {
                let event = serde_json::from_value(event)?;
                let response = Box::pin(gantry_channel_worker::handle(
                    &self.channel_worker,
                    event,
                    deadline,
                ))
                .await;
                Ok(serde_json::to_value(response)?)
            }
            "notify-worker" => {
                let event = serde_json::from_value(event)?;
                let response =
                    Box::pin(gantry_notify_worker::handle(&self.notify_worker, event, deadline)).await;
                Ok(serde_json::to_value(response)?)
            }
            "sync-worker" => Ok(Box::pin(gantry_sync_worker::handle_event(
                &self.sync_worker,
                event,
                deadline,
            ))
            .await?),
            "race-day" => {
                let event = serde_json::from_value(event)?;
                let tick = Box::pin(gantry_race_day::handle(&self.race_day, event, deadline))
                    .await
                    .map_err(|error| FunctionError::Failed(error.into()))?;
                Ok(serde_json::to_value(tick)?)
            }
            "cleanup" => {
                let event = serde_json::from_value(event)?;
                let swept = Box::pin(gantry_cleanup::handle(&self.cleanup, event, deadline))
                    .await
                    .map_err(|error| FunctionError::Failed(error.into()))?;
                Ok(serde_json::to_value(swept)?)
            }
            other => Err(FunctionError::Unknown(other.to_owned())),
        }
    }
}

/// Lambda gives back no larger answer (AWS Lambda developer guide, quotas).
const MAX_ANSWER: usize = 6 * 1024 * 1024;

fn api(
    credentials: &Credentials,
    endpoints: &Endpoints,
    env: &LocalEnv,
) -> Result<Api<LocalEnv>, ConfigError> {
    let clients = Clients::of("api", endpoints);
    let application = ApplicationId(credentials.application_id);
    let config = Config {
        base_url: endpoints.discord_api.clone(),
        ..Config::new(&credentials.bot_token, application, "api")
    };
    let budget = DynamoBudget::new(clients.dynamodb.clone(), TABLE);
    Ok(Api {
        table: Table::new(clients.dynamodb, TABLE, OperatorOverrides::default()),
        env: env.clone(),
        discord: DiscordRest::with_timer(config, budget, Arc::new(env.clone()))?.marking(MARK),
        client_secret: credentials.client_secret.clone(),
        authorize: endpoints.authorize.clone(),
        public_url: Some(endpoints.gateway.clone()),
    })
}

/// SDK clients of one function.
pub struct Clients {
    /// DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// SQS.
    pub sqs: aws_sdk_sqs::Client,
    /// EventBridge.
    pub eventbridge: aws_sdk_eventbridge::Client,
}

impl Clients {
    /// Clients that give `function` as their name.
    #[must_use]
    pub fn of(function: &str, endpoints: &Endpoints) -> Self {
        let config = sdk_config(function);
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(&config)
            .endpoint_url(&endpoints.dynamodb)
            .interceptor(Marking);
        let sqs = aws_sdk_sqs::config::Builder::from(&config)
            .endpoint_url(&endpoints.sqs)
            .interceptor(Marking);
        let eventbridge = aws_sdk_eventbridge::config::Builder::from(&config)
            .endpoint_url(&endpoints.eventbridge)
            .interceptor(Marking);
        Self {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            sqs: aws_sdk_sqs::Client::from_conf(sqs.build()),
            eventbridge: aws_sdk_eventbridge::Client::from_conf(eventbridge.build()),
        }
    }
}

fn sdk_config(function: &str) -> SdkConfig {
    let credentials = AwsCredentials::new("local", "local", None, None, "local stack");
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(gantry_local_aws::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    config.set_app_name(AppName::new(function.to_owned()).ok());
    config.build()
}

/// Has calls of AWS's services carry on whose behalf they are made, as the calls to Discord do.
#[derive(Debug)]
struct Marking;

impl Intercept for Marking {
    fn name(&self) -> &'static str {
        "marks calls with their traces"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(traces) = trace::current() {
            context.request_mut().headers_mut().insert(trace::HEADER, traces);
        }
        Ok(())
    }
}

/// A response as a function behind an HTTP API gives it (payload 2.0).
fn api_gateway_response(response: Response<Body>) -> Value {
    let (parts, body) = response.into_parts();
    let headers: serde_json::Map<String, Value> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
        .collect();
    let text = String::from_utf8_lossy(&body).into_owned();
    json!({ "statusCode": parts.status.as_u16(), "headers": headers, "body": text, "isBase64Encoded": false })
}
