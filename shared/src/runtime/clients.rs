//! Clients of AWS services, by the SDK's own settings (region, credentials, `AWS_ENDPOINT_URL_*`).

use aws_config::{AppName, BehaviorVersion, SdkConfig};

/// The SDK's settings for the function of that name, which it gives in its user agent.
pub async fn sdk_config(function: &str) -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::latest());
    match AppName::new(function.to_owned()) {
        Ok(name) => loader.app_name(name).load().await,
        Err(_) => loader.load().await,
    }
}
