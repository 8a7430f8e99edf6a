//! The stack's settings as environment variables, for functions that run elsewhere.

use crate::functions::{EVENT_BUS, Endpoints, TABLE};
use crate::stack::Credentials;
use gantry_local_aws::REGION;

/// The public key of the samples in `events/`, so that they can be sent to functions on this stack.
pub const SAMPLES_PUBLIC_KEY: &str = "e3150c6fa2f2b78464716c06a94cba9530c934d40be6031948ab4a94b9751add";

/// Every variable that a function reads here, with its value: Gantry's settings (docs/CONFIGURATION.md) and the SDK's.
pub fn environment(
    credentials: &Credentials,
    public_keys: &[String],
    endpoints: &Endpoints,
) -> Vec<(&'static str, String)> {
    let keys: Vec<&str> = public_keys.iter().map(String::as_str).collect();
    let keys = [keys, vec![SAMPLES_PUBLIC_KEY]].concat().join(",");
    vec![
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoints.dynamodb.clone()),
        ("AWS_ENDPOINT_URL_SQS", endpoints.sqs.clone()),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", endpoints.eventbridge.clone()),
        ("GANTRY_TABLE", TABLE.to_owned()),
        ("GANTRY_PUBLIC_KEYS", keys),
        ("GANTRY_APPLICATION_ID", credentials.application_id.to_string()),
        ("GANTRY_BOT_TOKEN", credentials.bot_token.clone()),
        ("GANTRY_CLIENT_SECRET", credentials.client_secret.clone()),
        ("GANTRY_DISCORD_API", endpoints.discord_api.clone()),
        // Files that the playground's members attach are the simulator's.
        ("GANTRY_UPLOAD_ORIGINS", endpoints.discord_api.clone()),
        ("GANTRY_DISCORD_AUTHORIZE", endpoints.authorize.clone()),
        ("GANTRY_PUBLIC_URL", endpoints.gateway.clone()),
        ("GANTRY_WEBHOOKS_URL", endpoints.gateway.clone()),
        ("GANTRY_CHANNEL_QUEUE_URL", endpoints.queues.channel.clone()),
        ("GANTRY_BOARD_QUEUE_URL", endpoints.queues.board.clone()),
        ("GANTRY_NOTIFY_QUEUE_URL", endpoints.queues.notify.clone()),
        ("GANTRY_SYNC_QUEUE_URL", endpoints.queues.sync.clone()),
        ("GANTRY_EVENT_BUS", EVENT_BUS.to_owned()),
    ]
}
