//! Measures member sync of guilds of 100, 10,000 and 100,000 members in the worker's own process: Discord calls, DynamoDB
//! writes, time and peak memory, for the first run, for one that finds nothing new, and for one with a hundred changes.
//!
//! `cargo build --workspace && target/debug/bench-sync target/debug/sync-worker [MEMBERS ...]`

use gantry_bench_function::{Failed, Process, without_stream};
use gantry_local::{Clients, Stack, StackConfig, TABLE};
use gantry_local_wire::Service;
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::adapters::system::System;
use gantry_shared::domain::ids::{ClubId, EntryId, GuildId, OutboxId, RunId, UserId};
use gantry_shared::domain::rank::Rank;
use gantry_shared::domain::roster::Entry;
use gantry_shared::domain::sync::{RunKey, RunKind, RunState, SyncRun};
use gantry_shared::domain::work::Work;
use gantry_shared::jobs::outgoing;
use gantry_shared::ports::ids::Ids;
use gantry_shared::ports::store::{Batch, Change, ClubReader, Ledger, Outbox};
use gantry_shared::ports::sync::SyncRuns;
use gantry_simulator::{Actor, NewChannel, NewGuild, NewUser};
use jiff::Timestamp;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

/// Guilds that are measured if nothing else is said.
const SIZES: [usize; 3] = [100, 10_000, 100_000];
/// Members of the roster, if there are as many in the guild.
const ROSTER: usize = 1_500;
/// Changes before the last run.
const CHANGES: usize = 100;

struct Club {
    stack: Stack,
    table: Table,
    id: ClubId,
    guild: u64,
    users: Vec<u64>,
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let bootstrap = PathBuf::from(
        arguments
            .next()
            .ok_or("give the path of sync-worker's bootstrap")?,
    );
    let mut sizes = Vec::new();
    for argument in arguments {
        sizes.push(argument.parse()?);
    }
    if sizes.is_empty() {
        sizes.extend(SIZES);
    }
    println!("| members | run | Discord calls | records written | write requests | s | peak MiB |");
    println!("|---|---|---|---|---|---|---|");
    for size in sizes {
        let club = club(size).await?;
        let mut process = Process::start(&bootstrap, &club.stack, &[]).await?;
        club.measure(&mut process, size, "first").await?;
        club.measure(&mut process, size, "nothing new").await?;
        for user in club.users.iter().rev().take(CHANGES) {
            club.stack
                .simulator()
                .set_nick(club.guild, *user, Some("Another name"))?;
        }
        club.measure(&mut process, size, "100 renamed").await?;
        club.stack.shutdown().await?;
    }
    Ok(())
}

/// A guild of that size, the bot and the owner among them, and a club whose roster has names of the guild.
async fn club(size: usize) -> Result<Club, Failed> {
    let stack = Stack::start(StackConfig::default()).await?;
    let simulator = stack.simulator();
    gantry_local::seed::register_commands(&stack).await?;
    let owner = simulator.create_user(NewUser {
        username: "owner".to_owned(),
        global_name: None,
        bot: false,
    });
    let guild = simulator.create_guild(NewGuild {
        name: "Bench".to_owned(),
        owner,
        locale: None,
        features: Vec::new(),
    });
    simulator.install_bot(guild, gantry_local::seed::BOT_PERMISSIONS)?;
    let channel = simulator.create_channel(
        guild,
        NewChannel {
            name: "paddock".to_owned(),
            kind: 0,
            parent: None,
            overwrites: Vec::new(),
        },
    )?;
    let name = |n: usize| (format!("driver{n}"), format!("[APX] Racing Driver {n:x}"));
    let users = simulator.populate(guild, size.saturating_sub(2), name)?;
    let options = json!({ "name": "Bench" });
    let founded = simulator
        .slash(&Actor::new(guild, channel, owner), "club create", options)
        .await;
    stack.expect_message(founded)?;
    let clients = Clients::of("bench", stack.endpoints());
    let table = Table::new(clients.dynamodb, TABLE, Default::default());
    let caller = table.caller(GuildId(guild), UserId(owner)).await?;
    let club = Club {
        id: caller.ok_or("no club")?.club.id,
        stack,
        table,
        guild,
        users,
    };
    club.stack.drain().await?;
    without_stream(&club.stack).await?;
    club.roster(ROSTER.min(size / 2)).await?;
    Ok(club)
}

impl Club {
    async fn roster(&self, count: usize) -> Result<(), Failed> {
        let numbers: Vec<usize> = (0..count).collect();
        for some in numbers.chunks(90) {
            let entry = |n: &usize| {
                let (millis, random) = System.parts(self.stack.now());
                let id = EntryId::from_parts(millis, random);
                let name = format!("racing_driver_{n:x}");
                Change::PutEntry(Entry::new(self.id, id, name, Rank::Member, self.stack.now()))
            };
            self.commit(some.iter().map(entry).collect()).await?;
        }
        Ok(())
    }

    async fn commit(&self, changes: Vec<Change>) -> Result<(), Failed> {
        let (millis, random) = System.parts(self.stack.now());
        let outbox = Outbox {
            id: OutboxId::from_parts(millis, random),
            guild: GuildId(self.guild),
            trace: "bench".to_owned(),
            work: Vec::new(),
        };
        let batch = Batch {
            changes,
            record: None,
            outbox,
            answered: None,
        };
        Ok(self.table.commit(batch).await?)
    }

    /// One run, by the worker's process alone: the run is begun without work for the stack's own worker.
    async fn measure(&self, process: &mut Process, size: usize, name: &str) -> Result<(), Failed> {
        let (millis, random) = System.parts(self.stack.now());
        let run = RunKey {
            club: self.id,
            run: RunId::from_parts(millis, random),
        };
        let record = SyncRun::new(run, GuildId(self.guild), RunKind::Manual, None, self.stack.now());
        self.commit(vec![Change::PutRun(record)]).await?;
        let work = Work::SyncMembers {
            run,
            leg: 0,
            reply: None,
        };
        let (mark, begun) = (self.stack.log().mark(), Instant::now());
        let answer = process
            .call(batch_of(work, self.guild, self.stack.now())?)
            .await?;
        let seconds = begun.elapsed().as_secs_f64();
        let ended = self.table.run(run).await?.ok_or("no run")?;
        if ended.state != RunState::Done {
            return Err(format!("the run is {:?}: {answer} {:?}", ended.state, ended.trouble).into());
        }
        let calls = self.stack.log().since(mark);
        let own = || calls.iter().filter(|call| call.caller == "sync-worker");
        let discord = own().filter(|call| call.service == Service::Discord).count();
        // Leases of the budget of calls to Discord (UpdateItem) are not the run's.
        let writes = || {
            own().filter(|call| {
                call.service == Service::Dynamodb && call.write_units > 0.0 && call.operation != "UpdateItem"
            })
        };
        let counts = ended.counts;
        let records = counts.joined + counts.returned + counts.changed + counts.left;
        println!(
            "| {size} | {name} | {discord} | {records} + {} matched | {} | {seconds:.1} | {:.1} |",
            counts.matched,
            writes().count(),
            process.peak_kib()? as f64 / 1024.0
        );
        Ok(())
    }
}

/// The batch that SQS would hand over.
fn batch_of(work: Work, guild: u64, now: Timestamp) -> Result<serde_json::Value, Failed> {
    let (millis, random) = System.parts(now);
    let id = OutboxId::from_parts(millis, random);
    let message = outgoing(id, GuildId(guild), "bench", vec![work], now)?
        .pop()
        .ok_or("no message")?;
    Ok(json!({ "Records": [{
        "messageId": "bench",
        "receiptHandle": "bench",
        "body": message.body,
        "attributes": { "MessageGroupId": message.group, "ApproximateReceiveCount": "1" },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:sync.fifo",
        "awsRegion": "eu-central-1",
    }] }))
}
