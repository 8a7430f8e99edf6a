//! How a delivery is signed: HMAC-SHA256 (RFC 2104) with the club's secret over its instant, a full stop and its body.

use super::TelemetrySecret;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

/// A delivery's instant may be off by this much, either way.
const WITHIN: SignedDuration = SignedDuration::from_mins(5);
/// What a signature begins with: its version.
const SCHEME: &str = "v1=";
/// Most digits of an instant in seconds: enough until the year 5138.
const DIGITS: usize = 11;
/// What is compared with where there is no secret, so that the answer takes as long.
const NOBODYS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What came with a delivery.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Its instant, in seconds since the Unix epoch.
    pub timestamp: Option<&'a str>,
    /// `v1=` and 64 hex digits.
    pub signature: Option<&'a str>,
    /// The body, as it came.
    pub body: &'a [u8],
}

/// Why a delivery is not believed: for the log. Whoever sent it is not told which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// Instant or signature are missing, or not of their form.
    #[error("no instant or signature of the right form")]
    NotSigned,
    /// The instant is too far off: a replay, or a clock that is wrong.
    #[error("the instant is {off_s} s off")]
    Untimely {
        /// Seconds; positive if it is in the past.
        off_s: i64,
    },
    /// The club has no secret, or there is no such club.
    #[error("nobody may send anything for this club")]
    NoSecret,
    /// Somebody without the secret has signed, or the body is another.
    #[error("the signature is wrong")]
    Wrong,
}

fn mac(secret: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    Some(mac.chain_update(timestamp).chain_update(".").chain_update(body))
}

/// The signature of a body at an instant in seconds since the Unix epoch, with `v1=` before it.
#[must_use]
pub fn sign(secret: &TelemetrySecret, timestamp: &str, body: &[u8]) -> String {
    let mac = mac(secret.as_str(), timestamp, body);
    let tag = mac.map(|mac| hex::encode(mac.finalize().into_bytes()));
    format!("{SCHEME}{}", tag.unwrap_or_default())
}

/// When the delivery was signed, if whoever has the secret did it about now. Without a secret as much is computed, so that
/// nobody can tell clubs apart by how long the answer takes.
///
/// # Errors
/// [`Unsigned`].
pub fn verify(
    secret: Option<&TelemetrySecret>,
    given: &Signed<'_>,
    now: Timestamp,
) -> Result<Timestamp, Unsigned> {
    let (Some(timestamp), Some(signature)) = (given.timestamp, given.signature) else {
        return Err(Unsigned::NotSigned);
    };
    let plain = (1..=DIGITS).contains(&timestamp.len()) && timestamp.bytes().all(|b| b.is_ascii_digit());
    let at = timestamp.parse().ok().filter(|_| plain);
    let at = at.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let tag = signature.strip_prefix(SCHEME).map(hex::decode);
    let (Some(at), Some(Ok(tag))) = (at, tag) else {
        return Err(Unsigned::NotSigned);
    };
    let off = now.duration_since(at);
    if off.abs() > WITHIN {
        let off_s = off.as_secs();
        return Err(Unsigned::Untimely { off_s });
    }
    let key = secret.map_or(NOBODYS, TelemetrySecret::as_str);
    // Compares in constant time.
    let right = mac(key, timestamp, given.body).is_some_and(|mac| mac.verify_slice(&tag).is_ok());
    match (secret, right) {
        (None, _) => Err(Unsigned::NoSecret),
        (Some(_), false) => Err(Unsigned::Wrong),
        (Some(_), true) => Ok(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: &str = "1795251600";

    fn secret() -> TelemetrySecret {
        TelemetrySecret::from_random([1, u128::MAX])
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_795_251_600).unwrap()
    }

    fn checked(timestamp: &str, signature: &str, body: &str, now: Timestamp) -> Result<Timestamp, Unsigned> {
        let given = Signed {
            timestamp: Some(timestamp),
            signature: Some(signature),
            body: body.as_bytes(),
        };
        verify(Some(&secret()), &given, now)
    }

    #[test]
    fn the_signature_is_that_of_openssl() {
        // printf '%s' '1795251600.{}' | openssl dgst -sha256 -hmac 00000000000000000000000000000001ffffffffffffffffffffffffffffffff
        let expected = "v1=f5f6d38a665dffd97444b38a2d04d4f8805df070c721af1baf87e605c6b6b753";
        assert_eq!(sign(&secret(), NOW, b"{}"), expected);
        assert_eq!(checked(NOW, expected, "{}", now()), Ok(now()));
        assert_eq!(format!("{:?}", secret()), "TelemetrySecret(…)");
    }

    #[test]
    fn five_minutes_pass_and_a_second_more_does_not() {
        let tag = sign(&secret(), NOW, b"x");
        for (off, fine) in [(300, true), (-300, true), (301, false), (-301, false)] {
            let found = checked(NOW, &tag, "x", now() + SignedDuration::from_secs(off));
            assert_eq!(found.is_ok(), fine, "{off}: {found:?}");
        }
    }

    #[test]
    fn what_is_not_signed_by_the_club_is_refused() {
        let tag = sign(&secret(), NOW, b"x");
        assert_eq!(checked(NOW, &tag, "y", now()), Err(Unsigned::Wrong));
        let other = sign(&TelemetrySecret::from_random([2, 2]), NOW, b"x");
        assert_eq!(checked(NOW, &other, "x", now()), Err(Unsigned::Wrong));
        // Another instant under the same signature.
        assert_eq!(checked("1795251601", &tag, "x", now()), Err(Unsigned::Wrong));
        assert_eq!(checked(NOW, &tag[..20], "x", now()), Err(Unsigned::NotSigned));
        assert_eq!(checked(NOW, "v1=", "x", now()), Err(Unsigned::Wrong));
        for timestamp in ["", "+1795251600", "1795251600.0", "x", "999999999999"] {
            assert_eq!(
                checked(timestamp, &tag, "x", now()),
                Err(Unsigned::NotSigned),
                "{timestamp}"
            );
        }
        let nobodys = sign(&TelemetrySecret(NOBODYS.to_owned()), NOW, b"x");
        let given = Signed {
            timestamp: Some(NOW),
            signature: Some(&nobodys),
            body: b"x",
        };
        assert_eq!(verify(None, &given, now()), Err(Unsigned::NoSecret));
        let given = Signed {
            signature: None,
            ..given
        };
        assert_eq!(verify(Some(&secret()), &given, now()), Err(Unsigned::NotSigned));
    }

    proptest! {
        #[test]
        fn nothing_but_the_signature_is_taken(signature in "(v1=)?[0-9a-f]{0,70}|.{0,80}", body in ".{0,40}") {
            let right = sign(&secret(), NOW, body.as_bytes());
            let found = checked(NOW, &signature, &body, now());
            prop_assert_eq!(found.is_ok(), signature == right);
            prop_assert!(checked(NOW, &right, &body, now()).is_ok());
        }
    }
}
