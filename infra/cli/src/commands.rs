//! `gantry commands`: the application's commands.

use crate::Outcome;
use clap::Subcommand;
use gantry_shared::discord::commands::TREE;
use gantry_shared::discord::commands::registration::registration;

/// What can be done with the commands.
#[derive(Subcommand)]
pub enum Commands {
    /// Print the JSON that registers the commands, as Discord takes it.
    #[command(after_help = "Example:\n  gantry commands print | jq '.[].name'")]
    Print,
}

impl Commands {
    /// Does it.
    pub fn run(&self) -> Outcome {
        match self {
            Self::Print => println!("{}", serde_json::to_string_pretty(&registration(TREE))?),
        }
        Ok(())
    }
}
