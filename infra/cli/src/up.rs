//! `gantry up`: the local stack, kept running.

use crate::Outcome;
use crate::demo::Printer;
use clap::Args;
use gantry_local::{LambdaServer, Stack, StackConfig, seed, story, weekend};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use tracing_subscriber::EnvFilter;

/// The first port, when none is chosen.
const PORT_BASE: u16 = 9000;

/// Starts the local stack.
///
/// Ports: N functions by path (/interactions) and /local/..., N+1 Discord simulator (/api/v10/..., /simulator/...),
/// N+2 DynamoDB, N+3 SQS, N+4 EventBridge.
#[derive(Args, Default)]
#[command(after_help = EXAMPLES)]
pub struct Up {
    /// The first of five ports [default: 9000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=65531))]
    port_base: Option<u16>,
    /// Point the workers at another Discord-compatible server, such as http://127.0.0.1:8080/api/v10
    #[arg(long, value_name = "URL")]
    discord_api: Option<String>,
    /// Take signatures of this key instead of the simulator's, 64 hex digits; may be repeated
    #[arg(long = "public-key", value_name = "HEX")]
    public_keys: Vec<String>,
    /// The bot's token for --discord-api
    #[arg(long, env = "GANTRY_BOT_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    bot_token: Option<String>,
    /// Feed the functions of a Lambda server, such as `cargo lambda watch`, instead of those in this process. The demo club
    /// is made by those in this process first. Functions elsewhere go by the machine's clock, so the stack's cannot be moved
    #[arg(long, value_name = "URL")]
    lambda: Option<String>,
    /// Write what such functions need in their environment into this file, KEY=VALUE a line
    #[arg(long, value_name = "FILE")]
    write_env: Option<PathBuf>,
    /// Start with nothing: no guild, no club, and no main job
    #[arg(long)]
    no_seed: bool,
    /// Play a six-hour race of two teams as well, up to its results; the clock stands two weeks ahead then
    #[arg(long, conflicts_with_all = ["no_seed", "lambda"])]
    weekend: bool,
    /// Keep the state in this directory between runs
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  gantry up
  gantry up --weekend
  gantry up --port-base 9100 --data .gantry
  gantry up --write-env target/lambda.env --lambda http://127.0.0.1:9100
      and elsewhere: cargo lambda watch -A 127.0.0.1 -P 9100 --env-file target/lambda.env
  gantry up --no-seed --discord-api http://127.0.0.1:8080/api/v10 --public-key d75a98... --bot-token secret
  curl -X POST 127.0.0.1:9000/local/clock -d '{\"now\":\"2026-11-28T13:00:00Z\"}'
  curl -X POST 127.0.0.1:9000/local/drain
  curl 127.0.0.1:9000/local/queues";

impl Up {
    /// Starts, plays the main job unless told not to, and serves until Ctrl+C.
    pub async fn run(self) -> Outcome {
        log("warn");
        let base = self.port_base.unwrap_or(PORT_BASE);
        let own_discord =
            self.discord_api.is_none() && self.public_keys.is_empty() && self.bot_token.is_none();
        let elsewhere = self.lambda.as_deref().map(LambdaServer::new).transpose()?;
        let stack = Stack::start(StackConfig {
            port_base: Some(base),
            discord_api: self.discord_api,
            public_keys: self.public_keys,
            bot_token: self.bot_token,
            data: self.data,
            schedules_run: true,
            openapi: std::env::current_dir()
                .ok()
                .and_then(|dir| gantry_simulator::find_openapi(&dir)),
            ..StackConfig::default()
        })
        .await?;
        println!("Gantry's local stack, on 127.0.0.1 alone:");
        println!(
            "  functions    {}/interactions   (control: {0}/local/...)",
            stack.gateway_url()
        );
        println!(
            "  Discord      {}/api/v10        (simulator)",
            stack.discord_url()
        );
        println!(
            "  playground   {}/              open it in a browser",
            stack.discord_url()
        );
        println!("  DynamoDB     {}", stack.endpoints().dynamodb);
        println!("  SQS          {}", stack.endpoints().sqs);
        println!("  EventBridge  {}", stack.endpoints().eventbridge);
        if let Some(file) = &self.write_env {
            write_env(file, &stack.environment()).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        if !self.no_seed && own_discord {
            if stack.simulator().guilds().is_empty() {
                let mut printer = Printer::start();
                let demo = seed::guild(&stack).await?;
                seed::club(&stack, &demo).await?;
                printer.seeded(&stack, &demo);
                story::play(&stack, &demo, &mut |step| printer.step(step)).await?;
                if self.weekend {
                    weekend::play_to_results(&stack, &demo, &mut |step| printer.step(step)).await?;
                }
                printer.finish();
            } else {
                println!("\nThe state of an earlier run is there: nothing is seeded.");
            }
        }
        if let (Some(server), Some(url)) = (elsewhere, &self.lambda) {
            stack.hand_over(server);
            println!("\nFrom now on the functions at {url} are called, and none of this process.");
        }
        println!("\nPlayground: {}/", stack.discord_url());
        println!("Serving. Ctrl+C stops.");
        stopped().await?;
        println!("\nStopping.");
        Ok(stack.shutdown().await?)
    }
}

/// For the user's eyes only: it holds the bot's token.
fn write_env(file: &Path, environment: &[(&str, String)]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    environment
        .iter()
        .try_for_each(|(name, value)| writeln!(file, "{name}={value}"))
}

/// Ctrl+C, or the signal with which a supervisor ends a process.
async fn stopped() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome,
        _ = terminate.recv() => Ok(()),
    }
}

/// Starts logging to standard error, so that what is printed stays readable.
pub fn log(level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
