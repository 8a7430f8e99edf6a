use super::*;
use ed25519_dalek::{Signer, SigningKey};

const NOW: i64 = 1_900_000_000;
const BODY: &[u8] = br#"{"type":1}"#;

/// The order of the base point, little-endian (RFC 8032, section 5.1).
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Encodings of points of small order: 1, 2, 4 (two) and 8 (four), and second spellings of some (y >= p).
const SMALL_ORDER: [&str; 10] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public_hex(key: &SigningKey) -> String {
    hex::encode(key.verifying_key().as_bytes())
}

fn keys(seeds: &[u8]) -> PublicKeys {
    let hex: Vec<String> = seeds.iter().map(|seed| public_hex(&key(*seed))).collect();
    PublicKeys::parse(&hex.iter().map(String::as_str).collect::<Vec<_>>()).unwrap()
}

fn sign(seed: u8, timestamp: &str, body: &[u8]) -> String {
    hex::encode(key(seed).sign(&[timestamp.as_bytes(), body].concat()).to_bytes())
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

/// Verifies `BODY` against the key of seed 1.
fn check(signature: &str, timestamp: &str) -> Result<(), VerifyError> {
    keys(&[1]).verify(Some(signature), Some(timestamp), BODY, now())
}

fn faults(keys: &[&str]) -> Vec<(usize, KeyFault)> {
    let faults = PublicKeys::parse(keys).expect_err("a faulty key");
    faults
        .into_iter()
        .map(|fault| match fault {
            KeyError::Faulty { position, fault } => (position, fault),
            KeyError::NoKeys => (0, KeyFault::Empty),
        })
        .collect()
}

#[test]
fn a_genuine_request_passes_in_either_hex_case() {
    let timestamp = NOW.to_string();
    let signature = sign(1, &timestamp, BODY);
    assert_eq!(check(&signature, &timestamp), Ok(()));
    assert_eq!(check(&signature.to_uppercase(), &timestamp), Ok(()));
}

#[test]
fn the_rfc_8032_vector_passes() {
    // RFC 8032, 7.1, test 2: the message is the one byte 0x72, which can be no timestamp. Signed over "r" it must be refused
    // as malformed, and the library's own strict check of the vector must hold.
    let public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    let keys = PublicKeys::parse(&[public]).unwrap();
    assert!(
        keys.0[0]
            .verify_strict(&[0x72], &parse_signature(signature).unwrap())
            .is_ok()
    );
    assert_eq!(
        keys.verify(Some(signature), Some("r"), b"", now()),
        Err(VerifyError::Malformed)
    );
}

#[test]
fn anything_else_than_what_was_signed_is_forged() {
    let timestamp = NOW.to_string();
    let signature = sign(1, &timestamp, BODY);
    assert_eq!(
        check(&sign(2, &timestamp, BODY), &timestamp),
        Err(VerifyError::Forged)
    );
    assert_eq!(
        check(&signature, &(NOW + 1).to_string()),
        Err(VerifyError::Forged)
    );
    // The same number spelt otherwise is other bytes.
    assert_eq!(
        check(&signature, &format!("0{timestamp}")),
        Err(VerifyError::Forged)
    );
    assert_eq!(
        keys(&[1]).verify(Some(&signature), Some(&timestamp), b"{\"type\":2}", now()),
        Err(VerifyError::Forged)
    );
    let mut bytes = hex::decode(&signature).unwrap();
    for byte in 0..64 {
        bytes[byte] ^= 1;
        assert!(check(&hex::encode(&bytes), &timestamp).is_err(), "byte {byte}");
        bytes[byte] ^= 1;
    }
}

#[test]
fn a_digit_moved_between_timestamp_and_body_is_forged() {
    // timestamp || body has no separator, so the moved digit gives the same signed bytes: only the timestamp's window and
    // the body's form (JSON) stand between. The window refuses the shortened timestamp.
    let timestamp = NOW.to_string();
    let signature = sign(1, &timestamp, BODY);
    let (short, last) = timestamp.split_at(timestamp.len() - 1);
    let body = [last.as_bytes(), BODY].concat();
    let outcome = keys(&[1]).verify(Some(&signature), Some(short), &body, now());
    assert!(matches!(outcome, Err(VerifyError::Stale(_))), "{outcome:?}");
}

#[test]
fn any_of_several_keys_may_have_signed() {
    let timestamp = NOW.to_string();
    for seed in [1, 2, 3] {
        let signature = sign(seed, &timestamp, BODY);
        assert_eq!(
            keys(&[1, 2, 3]).verify(Some(&signature), Some(&timestamp), BODY, now()),
            Ok(())
        );
    }
    let stranger = sign(4, &timestamp, BODY);
    assert_eq!(
        keys(&[1, 2, 3]).verify(Some(&stranger), Some(&timestamp), BODY, now()),
        Err(VerifyError::Forged)
    );
}

#[test]
fn a_malleated_signature_is_refused() {
    let timestamp = NOW.to_string();
    let mut bytes = hex::decode(sign(1, &timestamp, BODY)).unwrap();
    let mut carry = 0;
    for (byte, l) in bytes[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(l) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "S + L fits 32 bytes");
    assert_eq!(check(&hex::encode(bytes), &timestamp), Err(VerifyError::Forged));
}

#[test]
fn a_small_order_r_is_refused() {
    let timestamp = NOW.to_string();
    for r in SMALL_ORDER {
        for s in [
            "00".repeat(32),
            hex::encode(&hex::decode(sign(1, &timestamp, BODY)).unwrap()[32..]),
        ] {
            assert_eq!(
                check(&format!("{r}{s}"), &timestamp),
                Err(VerifyError::Forged),
                "{r}"
            );
        }
    }
}

#[test]
fn the_window_is_five_minutes_either_way() {
    for (off, passes) in [(-300, true), (300, true), (-301, false), (301, false), (0, true)] {
        let timestamp = (NOW + off).to_string();
        let expected = if passes {
            Ok(())
        } else {
            Err(VerifyError::Stale(301))
        };
        assert_eq!(check(&sign(1, &timestamp, BODY), &timestamp), expected, "{off}");
    }
}

#[test]
fn a_stale_request_without_a_genuine_signature_is_forged() {
    let timestamp = (NOW - 10_000).to_string();
    assert_eq!(
        check(&sign(2, &timestamp, BODY), &timestamp),
        Err(VerifyError::Forged)
    );
}

#[test]
fn extreme_timestamps_do_no_harm() {
    let signed = |timestamp: &str| check(&sign(1, timestamp, BODY), timestamp);
    assert!(matches!(
        signed("18446744073709551615"),
        Err(VerifyError::Stale(_))
    ));
    assert_eq!(signed("0"), Err(VerifyError::Stale(1_900_000_000)));
    assert_eq!(
        signed("99999999999999999999"),
        Err(VerifyError::Malformed),
        "20 digits, more than 64 bits"
    );
    // Zeros in front are what was signed here: 20 digits pass, 21 do not.
    assert_eq!(signed(&format!("{NOW:020}")), Ok(()));
    assert_eq!(signed(&format!("{NOW:021}")), Err(VerifyError::Malformed));
}

#[test]
fn missing_and_malformed_headers_are_told_apart_for_the_log_only() {
    let timestamp = NOW.to_string();
    let signature = sign(1, &timestamp, BODY);
    let keys = keys(&[1]);
    assert_eq!(
        keys.verify(None, Some(&timestamp), BODY, now()),
        Err(VerifyError::Missing)
    );
    assert_eq!(
        keys.verify(Some(&signature), None, BODY, now()),
        Err(VerifyError::Missing)
    );
    assert_eq!(keys.verify(None, None, BODY, now()), Err(VerifyError::Missing));
    let huge = "a".repeat(1_000_000);
    let cut = &signature[1..];
    let not_hex = signature.replace(|c: char| c.is_ascii_alphabetic(), "g");
    let wide = format!("é{}", &signature[2..]);
    for bad in [
        "",
        "zz",
        cut,
        &not_hex,
        &huge,
        &wide,
        &format!("{signature} "),
        &format!("{signature}00"),
    ] {
        assert_eq!(check(bad, &timestamp), Err(VerifyError::Malformed));
    }
    for bad in [
        "",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.5",
        "1e9",
        "٣",
        "1900000000\n",
        &huge,
    ] {
        assert_eq!(check(&signature, bad), Err(VerifyError::Malformed), "{bad:.20}");
    }
}

#[test]
fn every_faulty_key_is_named_and_none_is_printed() {
    let good = public_hex(&key(1));
    let short = &good[2..];
    let not_hex = format!("zz{short}");
    let off_curve = format!("02{}", "00".repeat(31));
    let all = [
        good.as_str(),
        "",
        short,
        &not_hex,
        &off_curve,
        SMALL_ORDER[4],
        &good,
        "  ",
    ];
    assert_eq!(
        faults(&all),
        [
            (2, KeyFault::Empty),
            (3, KeyFault::Length(62)),
            (4, KeyFault::NotHex),
            (5, KeyFault::NotOnCurve),
            (6, KeyFault::SmallOrder),
            (8, KeyFault::Empty),
        ]
    );
    for fault in PublicKeys::parse(&all).unwrap_err() {
        let text = format!("{fault} {fault:?}");
        assert!(
            all.iter()
                .all(|key| key.trim().is_empty() || !text.contains(key.trim())),
            "{text}"
        );
    }
}

#[test]
fn no_key_and_keys_of_small_order_are_refused() {
    assert_eq!(PublicKeys::parse(&[]).unwrap_err(), [KeyError::NoKeys]);
    for weak in SMALL_ORDER {
        assert_eq!(faults(&[weak]), [(1, KeyFault::SmallOrder)], "{weak}");
    }
}

#[test]
fn a_second_spelling_of_a_key_is_refused() {
    // y = p + 3 (p = 2^255 - 19) spells y = 3, which is on the curve and of large order.
    let second = format!("f0{}7f", "ff".repeat(30));
    let first = format!("03{}", "00".repeat(31));
    assert!(PublicKeys::parse(&[&first]).is_ok());
    assert_eq!(faults(&[&second]), [(1, KeyFault::NotOnCurve)]);
}

#[test]
fn white_space_around_a_key_is_ignored() {
    let padded = format!(" {}\n", public_hex(&key(1)));
    assert!(PublicKeys::parse(&[&padded]).is_ok());
}
