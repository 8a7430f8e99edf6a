//! Checks of what is sent, and the rules of batches.

use super::attributes::Attributes;
use super::error::SqsError;
use super::message::{attribute_bytes, is_allowed};
use super::queue::Outgoing;
use super::requests::SendMessage;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// A batch has 10 entries at most (SQS developer guide, "Message quotas").
const MAX_ENTRIES: usize = 10;
/// All entries of a batch together, 1 MiB (SQS API reference, `SendMessageBatch`).
const MAX_BATCH_BYTES: usize = 1_048_576;
/// A message has 10 attributes at most.
const MAX_ATTRIBUTES: usize = 10;
/// Group and deduplication ids have 128 characters at most.
const MAX_ID: usize = 128;

/// Reads a message for a queue with these attributes.
pub(super) fn outgoing(attributes: &Attributes, send: SendMessage) -> Result<Outgoing, SqsError> {
    let body = send
        .message_body
        .ok_or_else(|| SqsError::missing("MessageBody"))?;
    let delay_s = match send.delay_seconds {
        Some(delay) if attributes.fifo && delay != 0 => {
            let reason = "The request include parameter that is not valid for this queue type.";
            return Err(SqsError::value(delay, "DelaySeconds", reason));
        }
        // On a FIFO queue zero means the queue's own delay too.
        Some(_) if attributes.fifo => None,
        Some(delay) => Some(
            u32::try_from(delay)
                .ok()
                .filter(|delay| *delay <= 900)
                .ok_or_else(|| {
                    SqsError::value(delay, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")
                })?,
        ),
        None => None,
    };
    let trace = send.message_system_attributes.get("AWSTraceHeader");
    let outgoing = Outgoing {
        body,
        trace_header: trace.and_then(|attribute| attribute.string_value.clone()),
        attributes: send.message_attributes,
        group: send.message_group_id,
        deduplication_id: send.message_deduplication_id,
        delay_s,
    };
    check(attributes, outgoing)
}

/// Checks a message for a queue with these attributes and fills in its deduplication id.
pub(super) fn check(attributes: &Attributes, mut outgoing: Outgoing) -> Result<Outgoing, SqsError> {
    if outgoing.body.is_empty() {
        return Err(SqsError::missing("MessageBody"));
    }
    if !is_allowed(&outgoing.body) {
        return Err(SqsError::contents());
    }
    check_attributes(&outgoing)?;
    let bytes = outgoing.body.len() + attribute_bytes(&outgoing.attributes);
    if bytes > attributes.max_bytes as usize {
        let reason = format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {} bytes.",
            attributes.max_bytes
        );
        return Err(SqsError::value(bytes, "MessageBody", &reason));
    }
    let ids = [
        ("MessageGroupId", &outgoing.group),
        ("MessageDeduplicationId", &outgoing.deduplication_id),
    ];
    for (name, id) in ids {
        if id.as_ref().is_some_and(|id| !is_id(id)) {
            let reason = format!(
                "{name} can only include alphanumeric and punctuation characters. 1 to {MAX_ID} in length."
            );
            return Err(SqsError::value(id.as_deref().unwrap_or_default(), name, &reason));
        }
    }
    match (attributes.fifo, &outgoing.deduplication_id) {
        (false, Some(id)) => {
            let reason = "The request includes a parameter that is not valid for this queue type.";
            return Err(SqsError::value(id, "MessageDeduplicationId", reason));
        }
        (true, _) if outgoing.group.is_none() => return Err(SqsError::missing("MessageGroupId")),
        (true, None) if !attributes.content_based => {
            let reason = "The queue should either have ContentBasedDeduplication enabled or \
                          MessageDeduplicationId provided explicitly";
            return Err(SqsError::value("null", "MessageDeduplicationId", reason));
        }
        (true, None) => outgoing.deduplication_id = Some(sha256_hex(&outgoing.body)),
        _ => {}
    }
    Ok(outgoing)
}

fn check_attributes(outgoing: &Outgoing) -> Result<(), SqsError> {
    if outgoing.attributes.len() > MAX_ATTRIBUTES {
        let reason = format!(
            "Number of message attributes [{}] exceeds the allowed maximum [10].",
            outgoing.attributes.len()
        );
        return Err(SqsError::value("", "MessageAttributes", &reason));
    }
    for (name, attribute) in &outgoing.attributes {
        let kind = attribute.data_type.split('.').next().unwrap_or_default();
        let fits = match kind {
            "String" | "Number" => {
                attribute.binary_value.is_none()
                    && attribute
                        .string_value
                        .as_ref()
                        .is_some_and(|value| !value.is_empty() && is_allowed(value))
            }
            "Binary" => {
                attribute.string_value.is_none()
                    && attribute
                        .binary_value
                        .as_ref()
                        .is_some_and(|value| !value.is_empty())
            }
            _ => false,
        };
        if !fits {
            let reason =
                format!("The message attribute '{name}' must contain a non-empty value of its data type.");
            return Err(SqsError::value(name, "MessageAttributes", &reason));
        }
    }
    Ok(())
}

/// Letters, digits and punctuation of ASCII, 1 to 128 of them.
fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic())
}

fn sha256_hex(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Checks the number and the ids of a batch's entries.
pub(super) fn check_batch<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> Result<(), SqsError> {
    match ids.len() {
        0 => return Err(SqsError::empty_batch()),
        count if count > MAX_ENTRIES => return Err(SqsError::too_many(count)),
        _ => {}
    }
    let mut seen = HashSet::new();
    for id in ids {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !(1..=80).contains(&id.len()) || !id.chars().all(fits) {
            return Err(SqsError::batch_id());
        }
        if !seen.insert(id) {
            return Err(SqsError::ids_not_distinct(id));
        }
    }
    Ok(())
}

/// Checks that a batch's messages are not too long together.
pub(super) fn check_batch_size(entries: &[SendMessage]) -> Result<(), SqsError> {
    let bytes = entries
        .iter()
        .map(|entry| {
            entry.message_body.as_ref().map_or(0, String::len) + attribute_bytes(&entry.message_attributes)
        })
        .sum();
    if bytes > MAX_BATCH_BYTES {
        Err(SqsError::batch_too_long(bytes))
    } else {
        Ok(())
    }
}

/// A batch's answer: what each entry came to, in two lists.
pub(super) fn batch_answer(results: Vec<(String, Result<Value, SqsError>)>) -> Value {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, result) in results {
        match result {
            Ok(mut entry) => {
                entry["Id"] = id.into();
                successful.push(entry);
            }
            Err(error) => failed.push(json!({
                "Id": id,
                "SenderFault": error.sender_fault(),
                "Code": error.code,
                "Message": error.message,
            })),
        }
    }
    json!({ "Successful": successful, "Failed": failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fifo() -> Attributes {
        Attributes {
            fifo: true,
            ..Attributes::default()
        }
    }

    fn send(body: &str) -> SendMessage {
        SendMessage {
            message_body: Some(body.to_owned()),
            ..SendMessage::default()
        }
    }

    #[test]
    fn a_batch_has_one_to_ten_distinct_entries() {
        let ids: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        let check = |ids: &[String]| check_batch(ids.iter().map(String::as_str)).map_err(|error| error.shape);
        assert_eq!(check(&ids[..10]), Ok(()));
        assert_eq!(check(&ids), Err("TooManyEntriesInBatchRequest"));
        assert_eq!(check(&[]), Err("EmptyBatchRequest"));
        assert_eq!(check(&["a".into(), "a".into()]), Err("BatchEntryIdsNotDistinct"));
        for bad in ["", "a b", &"x".repeat(81)] {
            assert_eq!(check(&[bad.to_owned()]), Err("InvalidBatchEntryId"), "{bad}");
        }
        assert_eq!(check(&["x".repeat(80)]), Ok(()));
    }

    #[test]
    fn a_message_may_have_a_mebibyte_and_so_may_a_batch() {
        let full = "x".repeat(1_048_576);
        assert!(outgoing(&Attributes::default(), send(&full)).is_ok());
        let over = outgoing(&Attributes::default(), send(&format!("{full}x")));
        assert_eq!(over.unwrap_err().code, "InvalidParameterValue");
        let half = "x".repeat(524_288);
        assert!(check_batch_size(&[send(&half), send(&half)]).is_ok());
        let over = check_batch_size(&[send(&half), send(&half), send("x")]);
        assert_eq!(over.unwrap_err().shape, "BatchRequestTooLong");
    }

    #[test]
    fn a_fifo_message_needs_its_group_and_a_way_to_tell_it_apart() {
        let in_group = |body| SendMessage {
            message_group_id: Some("g".to_owned()),
            ..send(body)
        };
        assert_eq!(outgoing(&fifo(), send("a")).unwrap_err().code, "MissingParameter");
        assert_eq!(
            outgoing(&fifo(), in_group("a")).unwrap_err().code,
            "InvalidParameterValue"
        );
        let by_content = Attributes {
            content_based: true,
            ..fifo()
        };
        let id = outgoing(&by_content, in_group("a"))
            .unwrap()
            .deduplication_id
            .unwrap();
        assert_eq!(
            id,
            "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
        );
        let delayed = SendMessage {
            delay_seconds: Some(1),
            message_deduplication_id: Some("d".to_owned()),
            ..in_group("a")
        };
        assert_eq!(
            outgoing(&fifo(), delayed).unwrap_err().code,
            "InvalidParameterValue"
        );
    }
}
