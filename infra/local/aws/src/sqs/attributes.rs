//! A queue's attributes: their names, limits and defaults (SQS API reference, `CreateQueue`).

use super::error::SqsError;
use crate::names::queue_of_arn;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Attributes that are kept and shown but have no effect here: there is no encryption and no access control.
const KEPT: [&str; 6] = [
    "Policy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "SqsManagedSseEnabled",
    "RedriveAllowPolicy",
    "FifoThroughputLimit",
];

/// Where messages go that were received too often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Redrive {
    /// Name of the dead-letter queue.
    pub(crate) dead_letters: String,
    /// Receives that a message gets before it is moved.
    pub(crate) max_receives: u32,
}

/// A queue's settings; times in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attributes {
    pub(crate) fifo: bool,
    pub(crate) content_based: bool,
    /// Deduplication counts within a message group and not the whole queue.
    pub(crate) deduplicates_by_group: bool,
    pub(crate) delay_s: u32,
    pub(crate) visibility_s: u32,
    pub(crate) retention_s: u32,
    pub(crate) wait_s: u32,
    pub(crate) max_bytes: u32,
    pub(crate) redrive: Option<Redrive>,
    pub(crate) kept: BTreeMap<String, String>,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            fifo: false,
            content_based: false,
            deduplicates_by_group: false,
            delay_s: 0,
            visibility_s: 30,
            retention_s: 345_600,
            wait_s: 0,
            max_bytes: 1_048_576,
            redrive: None,
            kept: BTreeMap::new(),
        }
    }
}

impl Attributes {
    /// Sets one attribute.
    ///
    /// # Errors
    /// `InvalidAttributeName`, `InvalidAttributeValue`, `InvalidParameterValue` as SQS gives them.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), SqsError> {
        let number = |from: u32, to: u32| {
            let number = value.parse().ok().filter(|number| (from..=to).contains(number));
            number.ok_or_else(|| SqsError::attribute_value(name))
        };
        let truth = || match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(SqsError::attribute_value(name)),
        };
        match name {
            "FifoQueue" => self.fifo = truth()?,
            "ContentBasedDeduplication" => self.content_based = truth()?,
            "DeduplicationScope" => {
                self.deduplicates_by_group = match value {
                    "messageGroup" => true,
                    "queue" => false,
                    _ => return Err(SqsError::attribute_value(name)),
                }
            }
            "DelaySeconds" => self.delay_s = number(0, 900)?,
            "VisibilityTimeout" => self.visibility_s = number(0, 43_200)?,
            "MessageRetentionPeriod" => self.retention_s = number(60, 1_209_600)?,
            "ReceiveMessageWaitTimeSeconds" => self.wait_s = number(0, 20)?,
            "MaximumMessageSize" => self.max_bytes = number(1024, 1_048_576)?,
            "RedrivePolicy" => self.redrive = redrive(value)?,
            name if KEPT.contains(&name) => {
                self.kept.insert(name.to_owned(), value.to_owned());
            }
            name => return Err(SqsError::attribute_name(name)),
        }
        Ok(())
    }

    /// The attributes by name, as `GetQueueAttributes` shows them.
    pub(crate) fn shown(&self) -> BTreeMap<String, String> {
        let mut shown: BTreeMap<String, String> = [
            ("DelaySeconds", self.delay_s),
            ("VisibilityTimeout", self.visibility_s),
            ("MessageRetentionPeriod", self.retention_s),
            ("ReceiveMessageWaitTimeSeconds", self.wait_s),
            ("MaximumMessageSize", self.max_bytes),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_string()))
        .collect();
        if self.fifo {
            let scope = if self.deduplicates_by_group {
                "messageGroup"
            } else {
                "queue"
            };
            shown.insert("FifoQueue".to_owned(), "true".to_owned());
            shown.insert(
                "ContentBasedDeduplication".to_owned(),
                self.content_based.to_string(),
            );
            shown.insert("DeduplicationScope".to_owned(), scope.to_owned());
        }
        if let Some(redrive) = &self.redrive {
            let policy = serde_json::json!({
                "deadLetterTargetArn": crate::names::queue_arn(&redrive.dead_letters),
                "maxReceiveCount": redrive.max_receives,
            });
            shown.insert("RedrivePolicy".to_owned(), policy.to_string());
        }
        shown.extend(self.kept.clone());
        shown
    }
}

/// Reads a `RedrivePolicy`; the empty text removes it.
fn redrive(text: &str) -> Result<Option<Redrive>, SqsError> {
    if text.is_empty() {
        return Ok(None);
    }
    let invalid = |reason| SqsError::value(text, "RedrivePolicy", reason);
    let policy: Value =
        serde_json::from_str(text).map_err(|_| invalid("Redrive policy is not a valid JSON map."))?;
    let target = policy["deadLetterTargetArn"].as_str().ok_or_else(|| {
        invalid("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
    })?;
    let max = match &policy["maxReceiveCount"] {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => {
            return Err(invalid(
                "Redrive policy does not contain mandatory attribute: maxReceiveCount.",
            ));
        }
    };
    let max_receives = max
        .and_then(|max| u32::try_from(max).ok())
        .filter(|max| (1..=1000).contains(max))
        .ok_or_else(|| invalid("Invalid value for maxReceiveCount. It must be an integer from 1 to 1000."))?;
    let dead_letters = queue_of_arn(target).ok_or_else(|| invalid("Dead letter target does not exist."))?;
    Ok(Some(Redrive {
        dead_letters: dead_letters.to_owned(),
        max_receives,
    }))
}
