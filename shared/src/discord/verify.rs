//! Was this request signed by Discord, just now? Ed25519 over the bytes of the timestamp followed by the raw body
//! (Discord docs, interactions overview).

use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;

/// How far the signed timestamp may be from our clock, in seconds, either way. Gantry's own choice: Discord names no age.
pub const TIMESTAMP_WINDOW_S: u64 = 300;

/// A signature is 64 bytes, in hex.
const SIGNATURE_HEX_LEN: usize = 128;

/// A key is 32 bytes, in hex.
const KEY_HEX_LEN: usize = 64;

/// What is wrong with one configured key. Says where and what, never the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No key at all was given.
    #[error("no public key is set")]
    NoKeys,
    /// The key at this position (counted from 1) cannot be used.
    #[error("public key {position} {fault}")]
    Faulty {
        /// Which of the keys, counted from 1.
        position: usize,
        /// Why.
        fault: KeyFault,
    },
}

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// Not 32 bytes.
    #[error("has {0} characters instead of 64")]
    Length(usize),
    /// Holds something else than hex digits.
    #[error("is not hex")]
    NotHex,
    /// Names no point of the curve, or names it in a second spelling.
    #[error("is not an Ed25519 public key")]
    NotOnCurve,
    /// A point of small order: anybody can make a signature for it.
    #[error("is of small order, so that anybody could sign for it")]
    SmallOrder,
}

/// Why a request is refused. For the log; the caller answers every variant with the same 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A header is not there.
    #[error("the signature or its timestamp is missing")]
    Missing,
    /// A header has not the form that Discord sends.
    #[error("the signature or its timestamp is malformed")]
    Malformed,
    /// No key of ours fits.
    #[error("no public key of ours made this signature")]
    Forged,
    /// Rightly signed, but too long ago or too far ahead: a replay, or a clock that is wrong.
    #[error("the timestamp is {0} s off")]
    Stale(u64),
}

/// The keys whose signatures are taken: one for each application, or the old and the new one while they change.
#[derive(Clone, Debug)]
pub struct PublicKeys(Vec<VerifyingKey>);

impl PublicKeys {
    /// Reads keys written in hex (64 digits of either case, white space around them is ignored).
    ///
    /// # Errors
    /// Every fault of every key, or [`KeyError::NoKeys`].
    pub fn parse(keys: &[&str]) -> Result<Self, Vec<KeyError>> {
        if keys.is_empty() {
            return Err(vec![KeyError::NoKeys]);
        }
        let (mut good, mut faults) = (Vec::with_capacity(keys.len()), Vec::new());
        for (index, text) in keys.iter().enumerate() {
            match parse_key(text.trim()) {
                Ok(key) => good.push(key),
                Err(fault) => faults.push(KeyError::Faulty {
                    position: index + 1,
                    fault,
                }),
            }
        }
        if faults.is_empty() {
            Ok(Self(good))
        } else {
            Err(faults)
        }
    }

    /// Checks a request by the header values as they came and the body's raw bytes.
    ///
    /// The window is judged last, so that without a genuine signature nothing is learnt about our clock, and
    /// [`VerifyError::Stale`] in the log always means a replay or a clock gone wrong, never noise.
    ///
    /// # Errors
    /// [`VerifyError`]: whichever it is, the answer must be the same.
    pub fn verify(
        &self,
        signature_hex: Option<&str>,
        timestamp: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), VerifyError> {
        let (signature_hex, timestamp) = signature_hex.zip(timestamp).ok_or(VerifyError::Missing)?;
        let signature = parse_signature(signature_hex).ok_or(VerifyError::Malformed)?;
        let signed_at = parse_timestamp(timestamp).ok_or(VerifyError::Malformed)?;

        let message = [timestamp.as_bytes(), body].concat();
        if !self
            .0
            .iter()
            .any(|key| key.verify_strict(&message, &signature).is_ok())
        {
            return Err(VerifyError::Forged);
        }

        let off = i128::from(now.as_second()).abs_diff(i128::from(signed_at));
        if off > u128::from(TIMESTAMP_WINDOW_S) {
            return Err(VerifyError::Stale(u64::try_from(off).unwrap_or(u64::MAX)));
        }
        Ok(())
    }
}

fn parse_key(text: &str) -> Result<VerifyingKey, KeyFault> {
    if text.is_empty() {
        return Err(KeyFault::Empty);
    }
    if text.len() != KEY_HEX_LEN {
        return Err(KeyFault::Length(text.chars().count()));
    }
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| KeyFault::NotHex)?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyFault::NotOnCurve)?;
    if key.is_weak() {
        return Err(KeyFault::SmallOrder);
    }
    // A y coordinate of p or more is a second spelling of a smaller one; the point is taken, the spelling is not.
    if key.to_edwards().compress().to_bytes() != bytes {
        return Err(KeyFault::NotOnCurve);
    }
    Ok(key)
}

fn parse_signature(text: &str) -> Option<Signature> {
    if text.len() != SIGNATURE_HEX_LEN {
        return None;
    }
    let mut bytes = [0; 64];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(Signature::from_bytes(&bytes))
}

/// 1-20 ASCII digits: whole seconds since the Unix epoch.
fn parse_timestamp(text: &str) -> Option<u64> {
    let digits = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
