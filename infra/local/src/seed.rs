//! The demo club: a guild in the simulator, its people, and the club with its roster and series.
//!
//! The club and the series are made with commands, through the signed endpoint, by the owner.

use crate::functions::{Clients, Endpoints, TABLE};
use crate::people::{MEMBERS, OWNER, Person, STRANGER};
use crate::{Stack, StackError};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::adapters::system::System;
use gantry_shared::discord::commands::TREE;
use gantry_shared::discord::commands::registration::registration;
use gantry_shared::domain::ids::{ClubId, EntryId, GuildId, OutboxId, UserId};
use gantry_shared::domain::roster::Entry;
use gantry_shared::ports::ids::Ids;
use gantry_shared::ports::store::{Batch, Change, ClubReader, Ledger, Outbox};
use gantry_simulator::{Actor, NewChannel, NewGuild, NewUser, Simulator};
use jiff::Timestamp;
use serde_json::json;

/// The permissions that Gantry asks for at its invitation (Discord docs, permissions): channels, messages, threads, roles,
/// events, pins, attachments.
pub const BOT_PERMISSIONS: u64 = gantry_shared::domain::permissions::INVITE.0;
/// Members of the roster that are written together, well below a transaction's 100 items.
const TOGETHER: usize = 20;

/// The demo club's series: name, classes, description.
pub const SERIES: [(&str, &str, &str); 3] = [
    (
        "Apex Endurance Cup",
        "Hypercar: 2, LMP2: 3, GT3: 4",
        "Six rounds of six hours, two drivers a car or more.",
    ),
    (
        "GT Sprint",
        "GT3: 12, GT4: 12",
        "Twice 40 minutes on Thursday nights.",
    ),
    (
        "Rookie Trophy",
        "MX-5: 20",
        "For those who are new: one car, fixed set-ups, coaching before the race.",
    ),
];

/// The demo club, for those who play in it.
#[derive(Clone, Debug)]
pub struct DemoClub {
    /// The guild.
    pub guild: u64,
    /// The channel in which commands are typed.
    pub paddock: u64,
    /// The owner's account.
    pub owner: u64,
    /// The other members' accounts, in the order of [`MEMBERS`].
    pub members: Vec<u64>,
    /// Somebody in the guild who is not on the roster.
    pub stranger: u64,
}

impl DemoClub {
    /// The owner, in the paddock.
    #[must_use]
    pub fn owner(&self) -> Actor {
        Actor::new(self.guild, self.paddock, self.owner)
    }

    /// The n-th member, in a channel.
    #[must_use]
    pub fn member(&self, n: usize, channel: u64) -> Actor {
        Actor::new(
            self.guild,
            channel,
            self.members.get(n).copied().unwrap_or(self.stranger),
        )
    }
}

/// Makes the guild with its people and the bot in it, and registers the commands.
///
/// # Errors
/// [`StackError`].
pub async fn guild(stack: &Stack) -> Result<DemoClub, StackError> {
    let simulator = stack.simulator();
    let user = |person: &Person| {
        let global_name = Some(person.name.to_owned());
        simulator.create_user(NewUser {
            username: person.username.to_owned(),
            global_name,
            bot: false,
        })
    };
    let owner = user(&OWNER);
    let guild = simulator.create_guild(NewGuild {
        name: "Apex Endurance".to_owned(),
        owner,
        locale: Some("en-GB".to_owned()),
        features: Vec::new(),
    });
    simulator.install_bot(guild, BOT_PERMISSIONS)?;
    let paddock = text_channel(simulator, guild, "paddock")?;
    text_channel(simulator, guild, "stewards-room")?;
    let members: Vec<u64> = MEMBERS.iter().map(&user).collect();
    let stranger = user(&STRANGER);
    for account in members.iter().chain([&stranger]) {
        simulator.join(guild, *account, None)?;
    }
    let people = [&OWNER].into_iter().chain(&MEMBERS).chain([&STRANGER]);
    let accounts = [&owner].into_iter().chain(&members).chain([&stranger]);
    for (person, account) in people.zip(accounts) {
        simulator.set_rank(*account, person.rank.label())?;
    }
    register_commands(stack).await?;
    Ok(DemoClub {
        guild,
        paddock,
        owner,
        members,
        stranger,
    })
}

fn text_channel(simulator: &Simulator, guild: u64, name: &str) -> Result<u64, StackError> {
    let new = NewChannel {
        name: name.to_owned(),
        kind: 0,
        parent: None,
        overwrites: Vec::new(),
    };
    Ok(simulator.create_channel(guild, new)?)
}

/// Registers the command tree with Discord or the simulator.
///
/// # Errors
/// [`StackError`].
pub async fn register_commands(stack: &Stack) -> Result<(), StackError> {
    use gantry_shared::adapters::discord_rest::{CommandScope, Config, DiscordRest, LocalBudget};
    use gantry_shared::domain::ids::ApplicationId;
    let credentials = stack.credentials();
    let config = Config {
        base_url: stack.endpoints().discord_api.clone(),
        ..Config::new(
            &credentials.bot_token,
            ApplicationId(credentials.application_id),
            "gantry",
        )
    };
    let discord = DiscordRest::new(config, LocalBudget::default())?;
    let commands = registration(TREE);
    let list = commands.as_array().cloned().unwrap_or_default();
    discord.put_commands(CommandScope::Global, &list).await?;
    Ok(())
}

/// Founds the club, puts everybody on its roster and creates its series.
///
/// # Errors
/// [`StackError::Story`] when a command is not answered as it should be.
pub async fn club(stack: &Stack, demo: &DemoClub) -> Result<(), StackError> {
    let simulator = stack.simulator();
    let options = json!({ "name": "Apex Endurance", "time_zone": "Europe/Berlin", "colour": "#d7263d" });
    stack.expect_message(simulator.slash(&demo.owner(), "club create", options).await)?;
    roster(stack.endpoints(), demo, stack.now()).await?;
    for (name, classes, description) in SERIES {
        let options = json!({ "name": name, "classes": classes, "description": description });
        stack.expect_message(simulator.slash(&demo.owner(), "series create", options).await)?;
    }
    Ok(())
}

async fn roster(endpoints: &Endpoints, demo: &DemoClub, now: Timestamp) -> Result<(), StackError> {
    let table = Table::new(Clients::of("seed", endpoints).dynamodb, TABLE, Default::default());
    let guild = GuildId(demo.guild);
    let caller = table.caller(guild, UserId(demo.owner)).await?;
    let club = caller
        .ok_or_else(|| StackError::Story("the club was not founded".to_owned()))?
        .club
        .id;
    let everybody: Vec<(&Person, u64)> = MEMBERS.iter().zip(demo.members.iter().copied()).collect();
    for some in everybody.chunks(TOGETHER) {
        let changes = some
            .iter()
            .flat_map(|(person, account)| add(club, person, *account, now))
            .collect();
        let (millis, random) = System.parts(now);
        let id = OutboxId::from_parts(millis, random);
        let outbox = Outbox {
            id,
            guild,
            trace: "seed".to_owned(),
            work: Vec::new(),
        };
        table
            .commit(Batch {
                changes,
                record: None,
                outbox,
                answered: None,
            })
            .await?;
    }
    Ok(())
}

fn add(club: ClubId, person: &Person, account: u64, now: Timestamp) -> [Change; 2] {
    let (millis, random) = System.parts(now);
    let id = EntryId::from_parts(millis, random);
    let entry = Entry::new(club, id, person.name.to_owned(), person.rank, now);
    let (entry, member) = entry.with_account(UserId(account));
    [Change::PutEntry(entry), Change::PutMember(member)]
}
