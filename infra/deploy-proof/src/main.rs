//! Discord for a deployment: `infra/deploy-proof/run` starts this beside the deployed functions.
//!
//! Prints one line of JSON with the simulator's addresses, public key, application id, client secret and bot token; waits for
//! one line of JSON on standard input with the addresses of the deployed functions; plays the main job through it and prints each step as a line
//! of JSON as soon as its result stands in the simulator's state. Exits with 1 at the first that does not.

mod adding;
mod story;

use gantry_local::{APPLICATION_ID, SIGNING_SEED};
use gantry_local_wire::{CallLog, Faults, LocalClock};
use gantry_simulator::{CLIENT_SECRET, Simulator, SimulatorConfig, find_openapi};
use serde::Deserialize;
use serde_json::json;
use std::error::Error;
use std::process::ExitCode;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;

/// A token of the form that Discord's have, good for nothing.
const BOT_TOKEN: &str = "MTE0NTE0MTkxOTgxMA.deploy.proof-of-the-template";

/// The addresses of the deployed functions, without a slash at the end.
#[derive(Deserialize)]
struct Deployed {
    interactions: String,
    webhooks: String,
    api: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("deploy-proof: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::new(SimulatorConfig {
        application_id: APPLICATION_ID,
        application_name: "Gantry".to_owned(),
        bot_token: BOT_TOKEN.to_owned(),
        signing_seed: SIGNING_SEED,
        clock: LocalClock::new(),
        log: CallLog::new(),
        faults: Faults::new(),
        openapi: find_openapi(&std::env::current_dir()?),
    })?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let discord = format!("http://{}", listener.local_addr()?);
    let api = format!("{discord}/api/v10");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(simulator.clone().serve(listener, async {
        // The other end falls away when the story is over, which is what is waited for.
        let _ = stopped.await;
    }));
    println!(
        "{}",
        json!({
            "discord_api": api,
            "discord_authorize": format!("{discord}/oauth2/authorize"),
            "client_secret": CLIENT_SECRET,
            "public_key": simulator.public_key_hex(),
            "application_id": APPLICATION_ID.to_string(),
            "bot_token": BOT_TOKEN,
        })
    );
    let mut deployed = String::new();
    BufReader::new(tokio::io::stdin())
        .read_line(&mut deployed)
        .await?;
    let deployed: Deployed = serde_json::from_str(&deployed)?;
    simulator.set_endpoint(&format!("{}/", deployed.interactions));
    simulator.set_webhooks(&format!("{}/webhooks/discord", deployed.webhooks));
    simulator.set_redirect(&format!("{}/oauth/callback", deployed.api));
    let played = story::play(&simulator, &api, BOT_TOKEN, &deployed.api).await;
    drop(stop);
    server.abort();
    played
}
