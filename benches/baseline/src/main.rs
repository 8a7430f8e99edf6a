//! The least that answers Discord's PING on Lambda: `lambda_http`, one strict Ed25519 check, PONG.
//! `docs/PERFORMANCE.md` measures the `interactions` function against it; nothing deploys it.

use ed25519_dalek::{Signature, VerifyingKey};
use lambda_http::{Body, Error, Request, Response, service_fn};

/// Discord's answer to a PING (Discord docs, interaction response type 1).
const PONG: &str = r#"{"type":1}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let key = std::env::var("GANTRY_PUBLIC_KEYS")?;
    let key: [u8; 32] = hex::decode(key)?
        .try_into()
        .map_err(|_| "a public key is 32 bytes long")?;
    let key = &VerifyingKey::from_bytes(&key)?;
    lambda_http::run(service_fn(async |request: Request| answer(key, &request))).await
}

/// PONG when Discord signed the request, 401 otherwise.
fn answer(key: &VerifyingKey, request: &Request) -> Result<Response<Body>, Error> {
    let answer = Response::builder().header("content-type", "application/json");
    Ok(match signed(key, request) {
        Some(()) => answer.status(200).body(Body::from(PONG))?,
        None => answer.status(401).body(Body::Empty)?,
    })
}

fn signed(key: &VerifyingKey, request: &Request) -> Option<()> {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let signature: [u8; 64] = hex::decode(header("x-signature-ed25519")?)
        .ok()?
        .try_into()
        .ok()?;
    let mut message = header("x-signature-timestamp")?.as_bytes().to_vec();
    message.extend_from_slice(request.body());
    key.verify_strict(&message, &Signature::from_bytes(&signature))
        .ok()
}
