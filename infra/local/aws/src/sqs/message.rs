//! A message, its checksums and its receipt.

use super::error::SqsError;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A message attribute as it travels: exactly one of the two values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct MessageAttribute {
    pub(crate) data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) string_value: Option<String>,
    /// Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) binary_value: Option<String>,
}

/// A message in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, MessageAttribute>,
    pub(crate) trace_header: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) deduplication_id: Option<String>,
    /// FIFO: 20 digits that grow within the queue.
    pub(crate) sequence: Option<String>,
    pub(crate) sent_at: Timestamp,
    /// Not given out before: the end of its delay, or of the visibility timeout of its last receive.
    pub(crate) available_at: Timestamp,
    pub(crate) receives: u32,
    pub(crate) first_received_at: Option<Timestamp>,
    /// Present from the first receive on; each receive has another.
    pub(crate) receipt: Option<String>,
    /// When the last receive was; visibility can be stretched to 12 hours after it.
    pub(crate) received_at: Option<Timestamp>,
    /// ARN of the queue that it was moved from as a dead letter.
    pub(crate) dead_letter_of: Option<String>,
}

/// Where a message is in its life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Standing {
    Visible,
    InFlight,
    Delayed,
}

impl Message {
    pub(crate) fn standing(&self, now: Timestamp) -> Standing {
        match (self.available_at <= now, &self.receipt) {
            (true, _) => Standing::Visible,
            (false, Some(_)) => Standing::InFlight,
            (false, None) => Standing::Delayed,
        }
    }

    /// The attributes that SQS itself keeps, by name.
    pub(crate) fn system_attributes(&self) -> BTreeMap<&'static str, String> {
        let millis = |at: Timestamp| at.as_millisecond().to_string();
        let mut shown = BTreeMap::from([
            ("SenderId", crate::names::ACCOUNT.to_owned()),
            ("SentTimestamp", millis(self.sent_at)),
            ("ApproximateReceiveCount", self.receives.to_string()),
        ]);
        let optional = [
            (
                "ApproximateFirstReceiveTimestamp",
                self.first_received_at.map(millis),
            ),
            ("MessageGroupId", self.group.clone()),
            ("MessageDeduplicationId", self.deduplication_id.clone()),
            ("SequenceNumber", self.sequence.clone()),
            ("AWSTraceHeader", self.trace_header.clone()),
            ("DeadLetterQueueSourceArn", self.dead_letter_of.clone()),
        ];
        shown.extend(
            optional
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        shown
    }
}

/// Bytes of message attributes, as the size limits count them.
pub(crate) fn attribute_bytes(attributes: &BTreeMap<String, MessageAttribute>) -> usize {
    let one = |(name, attribute): (&String, &MessageAttribute)| {
        let text = attribute.string_value.as_ref().map_or(0, String::len);
        let binary = attribute
            .binary_value
            .as_ref()
            .and_then(|value| STANDARD.decode(value).ok())
            .map_or(0, |value| value.len());
        name.len() + attribute.data_type.len() + text + binary
    };
    attributes.iter().map(one).sum()
}

/// Lower-case hexadecimal MD5, as the protocol's checksums are written.
pub(crate) fn md5_hex(bytes: &[u8]) -> String {
    format!("{:x}", md5::compute(bytes))
}

/// The checksum of message attributes (SQS developer guide, "Calculating the MD5 message digest for message
/// attributes"): by name, each part with its length, 1 for text and 2 for binary before the value.
pub(crate) fn attributes_md5(attributes: &BTreeMap<String, MessageAttribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut encoded = Vec::new();
    let mut part = |kind: Option<u8>, bytes: &[u8]| {
        encoded.extend(kind);
        encoded.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        encoded.extend_from_slice(bytes);
    };
    for (name, attribute) in attributes {
        part(None, name.as_bytes());
        part(None, attribute.data_type.as_bytes());
        if let Some(text) = &attribute.string_value {
            part(Some(1), text.as_bytes());
        } else if let Some(binary) = &attribute.binary_value {
            part(Some(2), &STANDARD.decode(binary).unwrap_or_default());
        }
    }
    Some(md5_hex(&encoded))
}

/// What a receipt handle says: which message of which queue, and which of its receives.
#[derive(Debug, PartialEq)]
pub(crate) struct Receipt {
    pub(crate) order: u64,
    pub(crate) nonce: String,
}

/// The handle for a receive.
pub(crate) fn receipt_handle(queue: &str, order: u64, nonce: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{queue} {order} {nonce}"))
}

/// Reads a handle of `queue`.
///
/// # Errors
/// `ReceiptHandleIsInvalid` when it was never one of this queue.
pub(crate) fn read_receipt(queue: &str, handle: &str) -> Result<Receipt, SqsError> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(handle).ok()?).ok()?;
        let (of, rest) = text.split_once(' ')?;
        let (order, nonce) = rest.split_once(' ')?;
        let order = order.parse().ok()?;
        (of == queue).then(|| Receipt {
            order,
            nonce: nonce.to_owned(),
        })
    };
    read().ok_or_else(|| SqsError::receipt(handle))
}

/// Whether SQS takes every character of `text` (SQS API reference, `SendMessage`).
pub(crate) fn is_allowed(text: &str) -> bool {
    text.chars().all(|c| {
        matches!(c, '\u{9}' | '\u{A}' | '\u{D}' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_outside_xml_are_refused() {
        assert!(is_allowed("tab\tline\nend\r \u{FFFD} \u{1F3CE}"));
        for c in ['\u{0}', '\u{8}', '\u{B}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            assert!(!is_allowed(&c.to_string()), "{c:?}");
        }
    }

    #[test]
    fn a_handle_is_good_for_its_queue_only() {
        let handle = receipt_handle("jobs.fifo", 7, "n");
        let read = read_receipt("jobs.fifo", &handle).unwrap();
        assert_eq!((read.order, read.nonce.as_str()), (7, "n"));
        for (queue, handle) in [
            ("other.fifo", handle.as_str()),
            ("jobs.fifo", "rubbish"),
            ("jobs.fifo", ""),
        ] {
            assert_eq!(
                read_receipt(queue, handle).unwrap_err().code,
                "ReceiptHandleIsInvalid"
            );
        }
    }
}
