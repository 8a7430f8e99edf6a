//! `gantry`: the operator's and developer's command.

mod commands;
mod demo;
mod installation;
mod sign;
mod up;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Gantry runs a racing club's Discord server with no server of its own.
#[derive(Parser)]
#[command(name = "gantry", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Without a command, `up` is run.

Examples:
  gantry                              start the local stack on ports 9000 to 9004 and play the main job
  gantry demo                         play the main job and a race weekend, and leave
  gantry up --no-seed --data .gantry  an empty stack that keeps its state in .gantry
  gantry commands print               the JSON that registers the commands
  gantry commands sync                register them: writes only what differs from what Discord has
  gantry invite --explain             the link that adds Gantry to a server, and what each permission is for
  gantry sign --body '{\"type\":1}'     headers of a signed request, for curl

Exit codes: 0 done, 1 it failed, 2 wrong use; `commands diff` has one more.";

#[derive(Subcommand)]
enum Command {
    /// Start the local stack: functions, simulated Discord, DynamoDB, SQS and EventBridge on 127.0.0.1.
    Up(up::Up),
    /// Play the main job on a stack of its own, check every result, and leave.
    Demo(demo::Demo),
    /// Sign a request as the local stack's Discord does, for curl.
    Sign(sign::Sign),
    /// Print the link that adds Gantry to a server with exactly the permissions that it needs.
    Invite(installation::Invite),
    /// List the clubs whose servers Gantry is missing from.
    Lost(installation::Lost),
    /// The application's commands.
    #[command(subcommand)]
    Commands(commands::Commands),
}

#[tokio::main]
async fn main() -> ExitCode {
    let command = Cli::parse()
        .command
        .unwrap_or_else(|| Command::Up(up::Up::default()));
    let done = |()| ExitCode::SUCCESS;
    let outcome = match command {
        Command::Up(up) => up.run().await.map(done),
        Command::Demo(demo) => demo.run().await.map(done),
        Command::Sign(sign) => sign.run().map(done),
        Command::Invite(invite) => invite.run().map(done),
        Command::Lost(lost) => lost.run().await.map(done),
        Command::Commands(commands) => commands.run().await,
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("gantry: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What any command can fail with.
type Outcome = Result<(), Box<dyn std::error::Error>>;
