//! `gantry commands`: the application's commands, as they are here and as they are registered with Discord.

mod report;
mod sync;

use clap::{Args, Subcommand};
use gantry_shared::adapters::discord_rest::{CommandScope, Config, DiscordRest, LocalBudget};
use gantry_shared::discord::commands::TREE;
use gantry_shared::discord::commands::difference::{Difference, difference, for_guild};
use gantry_shared::discord::commands::registration::registration;
use gantry_shared::domain::ids::{ApplicationId, GuildId};
use gantry_shared::runtime::settings::{Reader, from_environment};
use serde_json::Value;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// What `diff` exits with when something differs; 1 is for failures, 2 for wrong use.
const DIFFERENT: u8 = 3;

/// What can be done with the commands.
#[derive(Subcommand)]
pub enum Commands {
    /// Print the JSON that registers the commands, as Discord takes it
    #[command(after_help = "Example:\n  gantry commands print | jq '.[].name'")]
    Print,
    /// Show how the commands that are registered differ from those of this version; writes nothing
    #[command(after_help = DIFF_HELP)]
    Diff(Target),
    /// Create, edit and delete what differs, and nothing else; the entry point command is never touched
    #[command(after_help = SYNC_HELP)]
    Sync(Target),
}

const DIFF_HELP: &str = "\
Credentials come from the environment: GANTRY_APPLICATION_ID, GANTRY_BOT_TOKEN.

Examples:
  gantry commands diff
  gantry commands diff --guild 197038439483310086
  gantry commands diff --json | jq '.edit[].changes'

Exit codes: 0 nothing differs, 1 it failed, 2 wrong use, 3 something differs.";

const SYNC_HELP: &str = "\
Credentials come from the environment: GANTRY_APPLICATION_ID, GANTRY_BOT_TOKEN. Commands that Discord refuses are named
with the option that is at fault; the others are written all the same. Run again at will: what is the same is not written.

Examples:
  gantry commands sync
  gantry commands sync --guild 197038439483310086     for one server, where changes show at once
  gantry commands print > commands.json; gantry commands sync --file commands.json

Exit codes: 0 the registered commands are those wanted, 1 it failed, 2 wrong use.";

/// Where the commands are registered, and which they should be.
#[derive(Args)]
pub struct Target {
    /// The commands of this guild alone, instead of the global ones
    #[arg(long, value_name = "ID")]
    guild: Option<GuildId>,
    /// Address of Discord's API with its version [default: GANTRY_DISCORD_API, or Discord itself]
    #[arg(long, value_name = "URL")]
    api: Option<String>,
    /// Take the commands from this file, a JSON array as `print` gives it, instead of this version's
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An application's commands at one place.
struct Remote {
    discord: DiscordRest<LocalBudget>,
    application: ApplicationId,
    scope: CommandScope,
    api: String,
}

impl Commands {
    /// Does it.
    pub async fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        match self {
            Self::Print => {
                println!("{}", serde_json::to_string_pretty(&registration(TREE))?);
                Ok(ExitCode::SUCCESS)
            }
            Self::Diff(target) => {
                let (remote, found) = target.compare().await?;
                print!("{}", report::difference(target.json, &remote, &found));
                Ok(if found.is_empty() {
                    ExitCode::SUCCESS
                } else {
                    ExitCode::from(DIFFERENT)
                })
            }
            Self::Sync(target) => {
                let (remote, found) = target.compare().await?;
                let written = sync::write(&remote, &found).await;
                print!("{}", report::synced(target.json, &remote, &found, &written));
                Ok(if written.failed.is_empty() {
                    ExitCode::SUCCESS
                } else {
                    ExitCode::FAILURE
                })
            }
        }
    }
}

impl Target {
    async fn compare(&self) -> Result<(Remote, Difference), Box<dyn Error>> {
        let remote = self.remote()?;
        let wanted = self.wanted()?;
        let registered = remote
            .discord
            .list_commands(remote.scope)
            .await
            .map_err(|error| report::explain(&remote, &error))?;
        Ok((remote, difference(&wanted, &registered)?))
    }

    fn remote(&self) -> Result<Remote, Box<dyn Error>> {
        crate::up::log("off");
        let variable = |name: &str| match (&self.api, name) {
            (Some(api), "GANTRY_DISCORD_API") => Some(api.clone()),
            _ => from_environment(name),
        };
        let settings = Reader::new(&variable).operator()?;
        let config = Config {
            base_url: settings.discord_api.clone(),
            ..Config::new(&settings.bot_token, settings.application, "gantry")
        };
        Ok(Remote {
            discord: DiscordRest::new(config, LocalBudget::default())?,
            application: settings.application,
            scope: self.guild.map_or(CommandScope::Global, CommandScope::Guild),
            api: settings.discord_api,
        })
    }

    fn wanted(&self) -> Result<Vec<Value>, Box<dyn Error>> {
        let commands = match &self.file {
            None => registration(TREE),
            Some(file) => {
                let text =
                    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
                serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?
            }
        };
        let Value::Array(commands) = commands else {
            return Err("the commands are no JSON array".into());
        };
        if !commands.iter().all(|command| command["name"].is_string()) {
            return Err("a command in the file has no name".into());
        }
        Ok(match self.guild {
            Some(_) => for_guild(&commands),
            None => commands,
        })
    }
}
