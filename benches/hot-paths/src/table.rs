//! A table whose every answer comes from memory: what is measured is ours and the SDK's, not a network's.

use crate::samples;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use gantry_shared::adapters::dynamo::{PK, SCHEMA, SK, Table};
use gantry_shared::domain::settings::OperatorOverrides;
use serde::Serialize;
use serde_json::{Value, json};

/// Answers every request with the same body.
#[derive(Clone, Debug)]
struct Answering(Vec<u8>);

impl HttpConnector for Answering {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let ok = StatusCode::try_from(200_u16).map(|ok| HttpResponse::new(ok, SdkBody::from(self.0.clone())));
        HttpConnectorFuture::ready(ok.map_err(|error| {
            aws_smithy_runtime_api::client::result::ConnectorError::other(error.into(), None)
        }))
    }
}

impl HttpClient for Answering {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// A table that answers every request with `body`.
#[must_use]
pub fn answering(body: &Value) -> Table {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::for_tests())
        .http_client(Answering(body.to_string().into_bytes()))
        .build();
    Table::new(Client::from_conf(config), "gantry", OperatorOverrides::default())
}

/// DynamoDB's answer to the query for [`samples::sheet`]: header, classes and sign-ups.
///
/// # Errors
/// If an item cannot be written.
pub fn sheet_answer() -> Result<Value, Box<dyn std::error::Error>> {
    let sheet = samples::sheet();
    let mut items = vec![item("EVENT", &sheet.event)?];
    for seats in &sheet.seats {
        let class = &seats.class;
        let count = json!({
            "class": class.id, "label": class.label, "seats": class.seats,
            "taken": seats.taken, "waiting": seats.waiting, "open_until": 1_795_000_000,
        });
        items.push(item(&format!("EVENT#CLASS#{}", class.id.as_str()), &count)?);
    }
    for sign_up in &sheet.sign_ups {
        items.push(item(&format!("SIGNUP#{:020}", sign_up.user.0), sign_up)?);
    }
    Ok(json!({"Count": items.len(), "ScannedCount": items.len(), "Items": items}))
}

fn item<T: Serialize>(sort: &str, body: &T) -> Result<Value, Box<dyn std::error::Error>> {
    let item: serde_dynamo::Item = serde_dynamo::to_item(body)?;
    let mut item = serde_json::to_value(item)?;
    let event = samples::event_key();
    item[PK] = json!({"S": format!("CLUB#{}#EVENT#{}", event.club, event.event)});
    item[SK] = json!({"S": sort});
    item["v"] = json!({"N": SCHEMA.to_string()});
    Ok(item)
}
