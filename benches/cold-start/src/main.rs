//! Measures cold starts: a process is started with its event waiting, and the time goes until its answer is there. The
//! processes are started in turns, so that what else the machine does is spread over all of them.
//!
//! `cargo build --release -p gantry-baseline -p gantry-interactions && cargo build --workspace &&
//! target/debug/bench-cold-start target/release/baseline target/release/interactions [TIMES]`

use gantry_bench_function::{Failed, Process};
use gantry_local::{Stack, StackConfig};
use gantry_simulator::{Actor, NewChannel, NewGuild, NewUser};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// Starts of each, if nothing else is said.
const TIMES: usize = 20;

/// What is measured: a process and what it is called with.
struct Case {
    name: &'static str,
    bootstrap: PathBuf,
    body: Value,
    /// What the answer has to hold.
    sign: &'static str,
    walls: Vec<Duration>,
    cpus: Vec<Duration>,
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let mut path = |what: &str| {
        arguments
            .next()
            .map(PathBuf::from)
            .ok_or(format!("give the path of {what}"))
    };
    let (baseline, interactions) = (path("baseline")?, path("interactions")?);
    let times = arguments.next().map_or(Ok(TIMES), |times| times.parse())?;
    let stack = Stack::start(StackConfig::default()).await?;
    let mut cases = cases(&stack, baseline, interactions).await?;
    for _ in 0..times {
        for case in &mut cases {
            case.measure(&stack).await?;
        }
    }
    println!(
        "| {times} starts each, medians in ms | cold start | to `baseline` | to `interactions`\' PING | its CPU |"
    );
    println!("|---|---|---|---|---|");
    let (base, ping) = (median(&cases[0].walls), median(&cases[1].walls));
    for case in &cases {
        let (wall, cpu) = (median(&case.walls), median(&case.cpus));
        let (name, by_base, by_ping) = (case.name, wall / base, wall / ping);
        println!("| {name} | {wall:.2} | {by_base:.2} | {by_ping:.2} | {cpu:.2} |");
    }
    Ok(stack.shutdown().await?)
}

/// Milliseconds.
fn median(of: &[Duration]) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_unstable();
    let at = |place: usize| {
        sorted
            .get(place)
            .map_or(f64::NAN, |found| found.as_secs_f64() * 1000.0)
    };
    let half = sorted.len() / 2;
    match sorted.len() % 2 {
        0 => f64::midpoint(at(half.saturating_sub(1)), at(half)),
        _ => at(half),
    }
}

/// A guild with a club that has a series, and one without a club.
async fn cases(stack: &Stack, baseline: PathBuf, interactions: PathBuf) -> Result<Vec<Case>, Failed> {
    gantry_local::seed::register_commands(stack).await?;
    let (club, stranger) = (guild(stack, "Club")?, guild(stack, "Stranger")?);
    let simulator = stack.simulator();
    for (command, options) in [
        ("club create", json!({ "name": "Bench" })),
        ("series create", json!({ "name": "Cup", "classes": "GT3: 20" })),
    ] {
        stack.expect_message(simulator.slash(&club, command, options).await)?;
    }
    stack.drain().await?;
    let ping = json!({ "type": 1, "id": "1", "application_id": "1", "token": "t", "version": 1 });
    let command = |actor: &Actor, name: &str| {
        let sent = simulator.slash_payload(actor, name, json!({}));
        sent.map_err(|refused| format!("{name}: {refused:?}"))
    };
    let case = |name, bootstrap: &PathBuf, body, sign| Case {
        name,
        bootstrap: bootstrap.clone(),
        body,
        sign,
        walls: Vec::new(),
        cpus: Vec::new(),
    };
    Ok(vec![
        case("PING, `baseline`", &baseline, ping.clone(), "\"type\":1"),
        case("PING, `interactions`", &interactions, ping, "\"type\":1"),
        case(
            "`/info`, one round trip",
            &interactions,
            command(&stranger, "info")?,
            "\"type\":4",
        ),
        case(
            "`/series list`, two round trips",
            &interactions,
            command(&club, "series list")?,
            "Cup",
        ),
    ])
}

/// A guild with Gantry in it, as its owner sees it.
fn guild(stack: &Stack, name: &str) -> Result<Actor, Failed> {
    let simulator = stack.simulator();
    let owner = simulator.create_user(NewUser {
        username: format!("owner-{}", name.to_lowercase()),
        global_name: None,
        bot: false,
    });
    let guild = simulator.create_guild(NewGuild {
        name: name.to_owned(),
        owner,
        locale: None,
        features: Vec::new(),
    });
    simulator.install_bot(guild, gantry_local::seed::BOT_PERMISSIONS)?;
    let channel = NewChannel {
        name: "paddock".to_owned(),
        kind: 0,
        parent: None,
        overwrites: Vec::new(),
    };
    let channel = simulator.create_channel(guild, channel)?;
    Ok(Actor::new(guild, channel, owner))
}

impl Case {
    async fn measure(&mut self, stack: &Stack) -> Result<(), Failed> {
        let event = self.event(stack);
        // `baseline` takes one key.
        let environment = stack.environment();
        let keys = environment.iter().find(|(name, _)| *name == "GANTRY_PUBLIC_KEYS");
        let key = keys.and_then(|(_, keys)| keys.split(',').next());
        let key = key.ok_or("no public key")?.to_owned();
        let also = [
            ("GANTRY_PUBLIC_KEYS", key),
            ("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt".to_owned()),
        ];
        let mut process = Process::start(&self.bootstrap, stack, &also).await?;
        let answer = process.call(event).await?;
        let (wall, cpu) = (process.age(), process.cpu()?);
        let body = answer["body"].as_str().unwrap_or_default();
        if answer["statusCode"] != 200 || !body.contains(self.sign) {
            return Err(format!("{}: {answer}", self.name).into());
        }
        self.walls.push(wall);
        self.cpus.push(cpu);
        Ok(())
    }

    /// Signed now, under an id of its own: what was answered before is not answered again from memory.
    fn event(&self, stack: &Stack) -> Value {
        let mut body = self.body.clone();
        let id = (1_500_000_000_000_000_000 + self.walls.len()).to_string();
        body["id"] = id.into();
        let signed = stack.simulator().sign(body.to_string().as_bytes());
        let headers = json!({
            "content-type": "application/json",
            "x-signature-ed25519": signed.signature_hex,
            "x-signature-timestamp": signed.timestamp,
        });
        // API Gateway developer guide, HTTP API payload format 2.0.
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/interactions", "rawQueryString": "",
            "headers": headers,
            "requestContext": {
                "accountId": "bench", "apiId": "bench", "domainName": "localhost", "domainPrefix": "localhost",
                "http": {
                    "method": "POST", "path": "/interactions", "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1", "userAgent": "bench",
                },
                "requestId": "bench", "routeKey": "$default", "stage": "$default",
                "time": "21/Nov/2026:12:00:00 +0000", "timeEpoch": 1_795_262_400_000_u64,
            },
            "body": body.to_string(), "isBase64Encoded": false,
        })
    }
}
