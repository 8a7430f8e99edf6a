//! Where the contract is asked of, and clients for it.

use aws_config::retry::RetryConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use gantry_local_aws::{AwsConfig, AwsLocal};

/// Clients of one endpoint. The local counterparts live as long as it does.
pub struct Endpoint {
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub eventbridge: aws_sdk_eventbridge::Client,
    _aws: Option<AwsLocal>,
}

pub async fn endpoint() -> Endpoint {
    let outside = std::env::var("GANTRY_CONTRACT_ENDPOINT").ok();
    let aws = match outside {
        Some(_) => None,
        None => Some(AwsLocal::start(AwsConfig::default()).await.unwrap()),
    };
    let url = |of: fn(&AwsLocal) -> &str| match (&aws, &outside) {
        (Some(aws), _) => of(aws).to_owned(),
        (None, url) => url.clone().unwrap(),
    };
    let sdk = sdk_config().await;
    let dynamodb = aws_sdk_dynamodb::config::Builder::from(&sdk).endpoint_url(url(AwsLocal::dynamodb_url));
    let sqs = aws_sdk_sqs::config::Builder::from(&sdk).endpoint_url(url(AwsLocal::sqs_url));
    let eventbridge =
        aws_sdk_eventbridge::config::Builder::from(&sdk).endpoint_url(url(AwsLocal::eventbridge_url));
    Endpoint {
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
        sqs: aws_sdk_sqs::Client::from_conf(sqs.build()),
        eventbridge: aws_sdk_eventbridge::Client::from_conf(eventbridge.build()),
        _aws: aws,
    }
}

async fn sdk_config() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "contract"))
        .retry_config(RetryConfig::disabled())
        .app_name(AppName::new("contract").unwrap())
        .load()
        .await
}

/// A name that no other test uses.
pub fn unique(stem: &str) -> String {
    format!("{stem}-{}", uuid::Uuid::new_v4().simple())
}
