//! `gantry invite` and `gantry lost`: adding Gantry to servers, and servers that it is missing from.

use crate::Outcome;
use clap::Args;
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::domain::guild_link::{AUTHORIZE_URL, invite_url};
use gantry_shared::domain::ids::{ApplicationId, GuildId};
use gantry_shared::domain::permissions::Right;
use gantry_shared::domain::settings::OperatorOverrides;
use gantry_shared::ports::store::GuildLinks;
use gantry_shared::runtime::clients;

/// Clubs of one page.
const PAGE: u32 = 50;

/// Prints the link that adds Gantry to a server.
#[derive(Args)]
pub struct Invite {
    /// The Discord application, from the developer portal.
    #[arg(long, env = "GANTRY_APPLICATION_ID")]
    application: ApplicationId,
    /// The server that it is to be added to; chosen on Discord's page if left out.
    #[arg(long)]
    guild: Option<GuildId>,
    /// Lists the permissions that it asks for, with what each is for.
    #[arg(long)]
    explain: bool,
}

impl Invite {
    /// Prints it.
    pub fn run(&self) -> Outcome {
        println!("{}", invite_url(AUTHORIZE_URL, self.application, self.guild));
        if self.explain {
            for right in Right::ALL {
                println!("  {:<42}{}", right.label(), right.feature().label());
            }
        }
        Ok(())
    }
}

/// Lists the clubs whose servers Gantry is missing from, longest first, with the work that waits for its return.
#[derive(Args)]
pub struct Lost {
    /// The DynamoDB table.
    #[arg(long, env = "GANTRY_TABLE")]
    table: String,
}

impl Lost {
    /// Prints them.
    pub async fn run(&self) -> Outcome {
        let config = clients::sdk_config("gantry").await;
        let client = aws_sdk_dynamodb::Client::new(&config);
        let table = Table::new(client, &self.table, OperatorOverrides::default());
        let (mut from, mut count) = (None, 0);
        loop {
            let page = table.lost_clubs(PAGE, from).await?;
            for club in &page.items {
                let parked = table.count_parked(club.id).await?;
                let guild = club.guild.map(|guild| guild.to_string()).unwrap_or_default();
                let since = club
                    .lost_at
                    .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
                println!(
                    "{}  server {guild}  since {}  {parked} jobs wait  {}",
                    club.id,
                    since.unwrap_or_default(),
                    club.name
                );
            }
            count += page.items.len();
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        println!("{count} clubs are without Gantry in their server.");
        Ok(())
    }
}
