//! `gantry sign`: a signed request for curl.

use crate::Outcome;
use clap::Args;
use ed25519_dalek::{Signer, SigningKey};
use gantry_local::SIGNING_SEED;
use jiff::Timestamp;
use serde_json::json;
use std::io::Read;
use std::path::PathBuf;

/// Signs a body as Discord does: Ed25519 over the timestamp and the raw body.
///
/// By default with the key of the local stack's simulator, which no deployment takes.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Sign {
    /// The body
    #[arg(long, conflicts_with = "file")]
    body: Option<String>,
    /// A file with the body, - for standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The Unix time to sign [default: the machine's]. After the stack's clock was moved, the stack's, which
    /// GET /local/clock tells: signatures more than five minutes off are refused
    #[arg(long, value_name = "SECONDS")]
    timestamp: Option<i64>,
    /// The signing key's seed, 64 hex digits [default: the simulator's]
    #[arg(long, env = "GANTRY_SIGNING_SEED", hide_env_values = true, value_name = "HEX")]
    seed: Option<String>,
    /// Where the request would go
    #[arg(long, default_value = "http://127.0.0.1:9000/interactions")]
    url: String,
    /// Print JSON instead of a curl command
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  gantry sign --body '{\"type\":1}' | sh
  gantry sign --file interaction.json --json
  echo '{\"type\":1}' | gantry sign --file - --timestamp 1795000000";

impl Sign {
    /// Signs and prints.
    pub fn run(self) -> Outcome {
        let body = self.read_body()?;
        let seed = match &self.seed {
            Some(hex) => seed(hex)?,
            None => SIGNING_SEED,
        };
        let key = SigningKey::from_bytes(&seed);
        let timestamp = self
            .timestamp
            .unwrap_or_else(|| Timestamp::now().as_second())
            .to_string();
        let signature = hex::encode(
            key.sign(&[timestamp.as_bytes(), body.as_bytes()].concat())
                .to_bytes(),
        );
        if self.json {
            let headers = json!({ "X-Signature-Ed25519": signature, "X-Signature-Timestamp": timestamp });
            let public_key = hex::encode(key.verifying_key().as_bytes());
            println!(
                "{}",
                json!({ "headers": headers, "body": body, "public_key": public_key })
            );
        } else {
            let quoted = body.replace('\'', r"'\''");
            println!(
                "curl -sS '{}' -H 'Content-Type: application/json' -H 'X-Signature-Ed25519: {signature}' \
                 -H 'X-Signature-Timestamp: {timestamp}' --data-raw '{quoted}'",
                self.url
            );
        }
        Ok(())
    }

    fn read_body(&self) -> Result<String, Box<dyn std::error::Error>> {
        match (&self.body, &self.file) {
            (Some(body), _) => Ok(body.clone()),
            (None, Some(file)) if file.as_os_str() == "-" => {
                let mut body = String::new();
                std::io::stdin().read_to_string(&mut body)?;
                Ok(body)
            }
            (None, Some(file)) => {
                std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()).into())
            }
            (None, None) => Err("give a body with --body or --file".into()),
        }
    }
}

fn seed(hex: &str) -> Result<[u8; 32], Box<dyn std::error::Error>> {
    let bytes = hex::decode(hex.trim()).map_err(|_| "the seed is not hex")?;
    bytes
        .try_into()
        .map_err(|_| "the seed is not 32 bytes (64 hex digits) long".into())
}
