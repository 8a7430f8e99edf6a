//! Rules and their targets.

use super::api::{EventsError, bus_name};
use super::{EventBridge, Rule, Target};
use crate::names::{events_arn, queue_of_arn};
use crate::patterns::Pattern;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PutRule {
    name: String,
    event_bus_name: Option<String>,
    event_pattern: Option<String>,
    schedule_expression: Option<String>,
    state: Option<String>,
    description: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct OnRule {
    /// The rule; some operations call it `Rule`.
    #[serde(alias = "Rule")]
    name: String,
    name_prefix: String,
    event_bus_name: Option<String>,
    /// `RemoveTargets` only.
    ids: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PutTargets {
    rule: String,
    event_bus_name: Option<String>,
    targets: Vec<TargetInput>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TargetInput {
    id: String,
    arn: String,
    input: Option<String>,
    input_path: Option<Value>,
    input_transformer: Option<Value>,
    sqs_parameters: Option<SqsParameters>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SqsParameters {
    message_group_id: String,
}

impl EventBridge {
    pub(super) fn put_rule(&self, request: &PutRule) -> Result<Value, EventsError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if !(1..=64).contains(&request.name.len()) || !request.name.chars().all(fits) {
            return Err(EventsError::invalid(
                "Member 'name' must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
            ));
        }
        if request.schedule_expression.is_some() {
            return Err(EventsError::invalid(
                "Schedule expressions are not served here: the stack's schedules are its own.",
            ));
        }
        let invalid = |reason: String| {
            EventsError::new(
                "InvalidEventPatternException",
                format!("Event pattern is not valid. Reason: {reason}"),
            )
        };
        let text = request.event_pattern.as_deref().ok_or_else(|| {
            EventsError::invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
        })?;
        let pattern: Value = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
        Pattern::new(&pattern).map_err(|error| invalid(error.to_string()))?;
        let enabled = match request.state.as_deref() {
            None | Some("ENABLED") => true,
            Some("DISABLED") => false,
            Some(state) => return Err(EventsError::invalid(format!("State {state} is not valid."))),
        };
        let bus = bus_name(request.event_bus_name.as_deref());
        let mut state = self.lock();
        let rules = &mut state.bus(bus)?.rules;
        let targets = rules
            .remove(&request.name)
            .map(|rule| rule.targets)
            .unwrap_or_default();
        let rule = Rule {
            pattern,
            enabled,
            description: request.description.clone(),
            targets,
        };
        rules.insert(request.name.clone(), rule);
        Ok(json!({ "RuleArn": rule_arn(bus, &request.name) }))
    }

    pub(super) fn list_rules(&self, request: &OnRule) -> Result<Value, EventsError> {
        let bus = bus_name(request.event_bus_name.as_deref());
        let mut state = self.lock();
        let rules = state.bus(bus)?.rules.iter();
        let rules: Vec<Value> = rules
            .filter(|(name, _)| name.starts_with(&request.name_prefix))
            .map(|(name, rule)| shown(bus, name, rule))
            .collect();
        Ok(json!({ "Rules": rules }))
    }

    pub(super) fn describe_rule(&self, request: &OnRule) -> Result<Value, EventsError> {
        let bus = bus_name(request.event_bus_name.as_deref());
        let mut state = self.lock();
        let rule = find(&mut state.bus(bus)?.rules, &request.name, bus)?;
        Ok(shown(bus, &request.name, rule))
    }

    pub(super) fn delete_rule(&self, request: &OnRule) -> Result<Value, EventsError> {
        let bus = bus_name(request.event_bus_name.as_deref());
        let mut state = self.lock();
        let rules = &mut state.bus(bus)?.rules;
        if rules
            .get(&request.name)
            .is_some_and(|rule| !rule.targets.is_empty())
        {
            return Err(EventsError::invalid(
                "Rule can't be deleted since it has targets.",
            ));
        }
        rules.remove(&request.name);
        Ok(json!({}))
    }

    pub(super) fn put_targets(&self, request: &PutTargets) -> Result<Value, EventsError> {
        let bus = bus_name(request.event_bus_name.as_deref());
        let mut state = self.lock();
        let rule = find(&mut state.bus(bus)?.rules, &request.rule, bus)?;
        let mut failed = Vec::new();
        for target in &request.targets {
            match read_target(target) {
                Ok(read) => {
                    rule.targets.insert(target.id.clone(), read);
                }
                Err(reason) => failed.push(json!({
                    "TargetId": target.id,
                    "ErrorCode": "ValidationException",
                    "ErrorMessage": reason,
                })),
            }
        }
        Ok(json!({ "FailedEntryCount": failed.len(), "FailedEntries": failed }))
    }

    pub(super) fn remove_targets(&self, request: &OnRule) -> Result<Value, EventsError> {
        let bus = bus_name(request.event_bus_name.as_deref());
        let mut state = self.lock();
        let rule = find(&mut state.bus(bus)?.rules, &request.name, bus)?;
        rule.targets.retain(|id, _| !request.ids.contains(id));
        Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
    }

    pub(super) fn list_targets(&self, request: &OnRule) -> Result<Value, EventsError> {
        let bus = bus_name(request.event_bus_name.as_deref());
        let mut state = self.lock();
        let rule = find(&mut state.bus(bus)?.rules, &request.name, bus)?;
        let targets: Vec<Value> = rule
            .targets
            .iter()
            .map(|(id, target)| shown_target(id, target))
            .collect();
        Ok(json!({ "Targets": targets }))
    }
}

fn find<'a>(
    rules: &'a mut BTreeMap<String, Rule>,
    name: &str,
    bus: &str,
) -> Result<&'a mut Rule, EventsError> {
    rules.get_mut(name).ok_or_else(|| EventsError::no_rule(name, bus))
}

fn read_target(input: &TargetInput) -> Result<Target, String> {
    let queue =
        queue_of_arn(&input.arn).ok_or("Only SQS queues of this account and region are served here.")?;
    if input.input_path.is_some() || input.input_transformer.is_some() {
        return Err("InputPath and InputTransformer are not served here.".to_owned());
    }
    let group = input
        .sqs_parameters
        .as_ref()
        .map(|parameters| parameters.message_group_id.clone());
    if queue.ends_with(".fifo") != group.is_some() {
        return Err(
            "Parameter(s) SqsParameters must be specified for FIFO queues, and only for them.".to_owned(),
        );
    }
    Ok(Target {
        arn: input.arn.clone(),
        queue: queue.to_owned(),
        group,
        input: input.input.clone(),
    })
}

fn shown_target(id: &str, target: &Target) -> Value {
    let mut shown = json!({ "Id": id, "Arn": target.arn });
    if let Some(group) = &target.group {
        shown["SqsParameters"] = json!({ "MessageGroupId": group });
    }
    if let Some(input) = &target.input {
        shown["Input"] = input.as_str().into();
    }
    shown
}

fn rule_arn(bus: &str, rule: &str) -> String {
    match bus {
        super::DEFAULT_BUS => events_arn(&format!("rule/{rule}")),
        bus => events_arn(&format!("rule/{bus}/{rule}")),
    }
}

fn shown(bus: &str, name: &str, rule: &Rule) -> Value {
    let mut shown = json!({
        "Name": name,
        "Arn": rule_arn(bus, name),
        "EventBusName": bus,
        "EventPattern": rule.pattern.to_string(),
        "State": if rule.enabled { "ENABLED" } else { "DISABLED" },
    });
    if let Some(description) = &rule.description {
        shown["Description"] = description.as_str().into();
    }
    shown
}
