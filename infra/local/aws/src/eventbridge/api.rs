//! The operations, from JSON to JSON.

use super::{Bus, EventBridge, State};
use crate::front::{Answer, Api, ApiCall, Refusal};
use crate::names::events_arn;
use gantry_local_wire::Service;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The AWS JSON protocol's media type, version 1.1.
const JSON_1_1: &str = "application/x-amz-json-1.1";

/// An error that a call is answered with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct EventsError {
    status: u16,
    code: &'static str,
    message: String,
}

impl EventsError {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code,
            message: message.into(),
        }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    pub(super) fn no_bus(name: &str) -> Self {
        Self::new(
            "ResourceNotFoundException",
            format!("Event bus {name} does not exist."),
        )
    }

    pub(super) fn no_rule(name: &str, bus: &str) -> Self {
        let message = format!("Rule {name} does not exist on EventBus {bus}.");
        Self::new("ResourceNotFoundException", message)
    }

    fn answer(&self) -> Answer {
        let body = json!({ "__type": self.code, "message": self.message });
        Answer::json(self.status, JSON_1_1, &body).noted(self.code)
    }
}

impl Api for EventBridge {
    const SERVICE: Service = Service::Eventbridge;

    async fn answer(&self, call: ApiCall) -> Answer {
        match self.carry_out(&call) {
            Ok(body) => Answer::json(200, JSON_1_1, &body),
            Err(error) => error.answer(),
        }
    }

    fn refuse(&self, _call: &ApiCall, refusal: Refusal) -> Option<Answer> {
        let error = match refusal {
            Refusal::Throttle => EventsError::new("ThrottlingException", "Rate exceeded"),
            Refusal::ServerError => EventsError {
                status: 500,
                ..EventsError::new("InternalException", "An internal error occurred.")
            },
            Refusal::Unavailable => EventsError {
                status: 503,
                ..EventsError::new("ServiceUnavailable", "Service is unavailable.")
            },
            Refusal::Conflict => return None,
        };
        Some(error.answer())
    }
}

pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, EventsError> {
    serde_json::from_slice(body)
        .map_err(|error| EventsError::new("SerializationException", error.to_string()))
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct OnBus {
    name: Option<String>,
    name_prefix: String,
    limit: Option<usize>,
    next_token: Option<String>,
}

/// The name in a bus's name or ARN.
pub(super) fn bus_name(name: Option<&str>) -> &str {
    let name = name.unwrap_or(super::DEFAULT_BUS);
    name.split_once(":event-bus/").map_or(name, |(_, name)| name)
}

impl State {
    pub(super) fn bus(&mut self, name: &str) -> Result<&mut Bus, EventsError> {
        self.buses.get_mut(name).ok_or_else(|| EventsError::no_bus(name))
    }
}

impl EventBridge {
    fn carry_out(&self, call: &ApiCall) -> Result<Value, EventsError> {
        let body = &call.body;
        let done = match call.operation.as_str() {
            "PutEvents" => return self.put_events(&read(body)?),
            "DescribeEventBus" => return self.describe_bus(&read(body)?),
            "ListEventBuses" => return self.list_buses(&read(body)?),
            "ListRules" => return self.list_rules(&read(body)?),
            "DescribeRule" => return self.describe_rule(&read(body)?),
            "ListTargetsByRule" => return self.list_targets(&read(body)?),
            "CreateEventBus" => self.create_bus(&read(body)?),
            "DeleteEventBus" => self.delete_bus(&read(body)?),
            "PutRule" => self.put_rule(&read(body)?),
            "DeleteRule" => self.delete_rule(&read(body)?),
            "PutTargets" => self.put_targets(&read(body)?),
            "RemoveTargets" => self.remove_targets(&read(body)?),
            operation => Err(EventsError::new(
                "UnknownOperationException",
                format!("The operation {operation} is not known."),
            )),
        };
        self.changed();
        done
    }

    fn create_bus(&self, request: &OnBus) -> Result<Value, EventsError> {
        let name = request.name.as_deref().unwrap_or_default();
        let fits = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        if !(1..=256).contains(&name.len()) || !name.chars().all(fits) {
            return Err(EventsError::invalid(
                "Member 'name' must satisfy regular expression pattern: [/\\.\\-_A-Za-z0-9]+",
            ));
        }
        let mut state = self.lock();
        if state.buses.contains_key(name) {
            let message = format!("Event bus {name} already exists.");
            return Err(EventsError::new("ResourceAlreadyExistsException", message));
        }
        let bus = Bus {
            created_at: Some(self.inner.clock.now()),
            ..Bus::default()
        };
        state.buses.insert(name.to_owned(), bus);
        Ok(json!({ "EventBusArn": arn(name) }))
    }

    fn describe_bus(&self, request: &OnBus) -> Result<Value, EventsError> {
        let name = bus_name(request.name.as_deref());
        let mut state = self.lock();
        let bus = state.bus(name)?;
        Ok(shown(name, bus))
    }

    fn list_buses(&self, request: &OnBus) -> Result<Value, EventsError> {
        let after = request.next_token.as_deref().unwrap_or_default();
        let state = self.lock();
        let mut buses = state
            .buses
            .iter()
            .filter(|(name, _)| name.starts_with(&request.name_prefix) && name.as_str() > after);
        let limit = request.limit.unwrap_or(100).clamp(1, 100);
        let page: Vec<_> = buses.by_ref().take(limit).collect();
        let shown: Vec<Value> = page.iter().map(|(name, bus)| shown(name, bus)).collect();
        let mut answer = json!({ "EventBuses": shown });
        if buses.next().is_some() {
            answer["NextToken"] = page.last().map(|(name, _)| name.as_str()).into();
        }
        Ok(answer)
    }

    fn delete_bus(&self, request: &OnBus) -> Result<Value, EventsError> {
        let name = bus_name(request.name.as_deref());
        if name == super::DEFAULT_BUS {
            return Err(EventsError::invalid("Cannot delete event bus default."));
        }
        let mut state = self.lock();
        if state.buses.get(name).is_some_and(|bus| !bus.rules.is_empty()) {
            return Err(EventsError::invalid(
                "Rules must be deleted before the event bus can be deleted.",
            ));
        }
        // Deleting what is not there is no error.
        state.buses.remove(name);
        Ok(json!({}))
    }
}

fn arn(name: &str) -> String {
    events_arn(&format!("event-bus/{name}"))
}

fn shown(name: &str, bus: &Bus) -> Value {
    let mut shown = json!({ "Name": name, "Arn": arn(name) });
    if let Some(created_at) = bus.created_at {
        shown["CreationTime"] = created_at.as_second().into();
        shown["LastModifiedTime"] = created_at.as_second().into();
    }
    shown
}
