//! `gantry commands diff` and `sync`, run as an operator runs them, against the simulated Discord.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

use gantry_local_wire::{CallLog, Faults, LocalClock};
use gantry_shared::discord::commands::TREE;
use gantry_shared::discord::commands::registration::registration;
use gantry_simulator::{NewGuild, NewUser, Simulator, SimulatorConfig};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio::process::Command;

const APPLICATION: u64 = 900_000_000_000_000_000;
const TOKEN: &str = "local-bot-token";

struct Discord {
    log: CallLog,
    api: String,
    guild: u64,
    simulator: Simulator,
}

struct Said {
    code: i32,
    out: String,
    err: String,
    /// Methods of the calls that were made, but for GET.
    writes: Vec<String>,
}

impl Discord {
    async fn start() -> Self {
        let log = CallLog::new();
        let simulator = Simulator::new(SimulatorConfig {
            application_id: APPLICATION,
            application_name: "Gantry".to_owned(),
            bot_token: TOKEN.to_owned(),
            signing_seed: [7; 32],
            clock: LocalClock::default(),
            log: log.clone(),
            faults: Faults::new(),
            openapi: gantry_simulator::find_openapi(Path::new(env!("CARGO_MANIFEST_DIR"))),
        })
        .unwrap();
        simulator.set_rate_limits(false);
        let owner = simulator.create_user(NewUser {
            username: "anna".to_owned(),
            global_name: None,
            bot: false,
        });
        let guild = simulator.create_guild(NewGuild {
            name: "Apex Endurance".to_owned(),
            owner,
            locale: None,
            features: Vec::new(),
        });
        simulator.install_bot(guild, 0).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}/api/v10", listener.local_addr().unwrap());
        tokio::spawn(simulator.clone().serve(listener, std::future::pending()));
        Self {
            log,
            api,
            guild,
            simulator,
        }
    }

    async fn gantry(&self, arguments: &[&str]) -> Said {
        self.gantry_as(arguments, TOKEN).await
    }

    async fn gantry_as(&self, arguments: &[&str], token: &str) -> Said {
        let mark = self.log.mark();
        let output = Command::new(env!("CARGO_BIN_EXE_gantry"))
            .arg("commands")
            .args(arguments)
            .args(["--api", &self.api])
            .env("GANTRY_APPLICATION_ID", APPLICATION.to_string())
            .env("GANTRY_BOT_TOKEN", token)
            .env_remove("GANTRY_DISCORD_API")
            .output()
            .await
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let writes = self.log.since(mark).into_iter();
        Said {
            code: output.status.code().unwrap(),
            out: text(&output.stdout),
            err: text(&output.stderr),
            writes: writes
                .filter_map(|call| call.operation.split(' ').next().map(str::to_owned))
                .filter(|method| method != "GET")
                .collect(),
        }
    }

    /// Somebody else registers something.
    async fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let url = format!("{}/applications/{APPLICATION}/{path}", self.api);
        let mut request = reqwest::Client::new()
            .request(method.parse().unwrap(), url)
            .header("authorization", format!("Bot {TOKEN}"))
            .header("user-agent", "DiscordBot (https://gantry.example, 0.1.0) test");
        if !body.is_null() {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "{status}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    async fn registered(&self) -> Vec<String> {
        let list = self.call("GET", "commands", &Value::Null).await;
        let mut names: Vec<String> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|command| command["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    fn assert_as_documented(&self) {
        assert_eq!(self.simulator.openapi_violations(), Vec::<String>::new());
    }
}

fn tree() -> Vec<Value> {
    registration(TREE).as_array().cloned().unwrap()
}

/// A file that is gone with the test.
struct File(PathBuf);

impl File {
    fn of(name: &str, commands: &[Value]) -> Self {
        let path = std::env::temp_dir().join(format!("gantry-{}-{name}.json", std::process::id()));
        std::fs::write(&path, json!(commands).to_string()).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sync_registers_all_and_the_second_writes_nothing() {
    let discord = Discord::start().await;
    let all = tree().len();
    let diff = discord.gantry(&["diff"]).await;
    assert_eq!((diff.code, diff.writes.len()), (3, 0), "{}", diff.err);
    assert!(diff.out.contains("create  `/event`"), "{}", diff.out);
    let first = discord.gantry(&["sync"]).await;
    assert_eq!(
        (first.code, first.writes),
        (0, vec!["POST".to_owned(); all]),
        "{}",
        first.err
    );
    let second = discord.gantry(&["sync"]).await;
    assert_eq!((second.code, second.writes.len()), (0, 0));
    assert!(
        second.out.ends_with(&format!(
            "Nothing differs ({all} commands): nothing was written.\n"
        )),
        "{}",
        second.out
    );
    let diff = discord.gantry(&["diff", "--json"]).await;
    let report: Value = serde_json::from_str(&diff.out).unwrap();
    assert_eq!((diff.code, &report["same"]), (0, &json!(all)));
    discord.assert_as_documented();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_differs_is_written_and_the_entry_point_stays() {
    let discord = Discord::start().await;
    let mut others = tree();
    others.remove(0);
    others[0]["description"] = json!("Old words");
    others.push(json!({ "type": 1, "name": "gone", "description": "An old command" }));
    others.push(json!({ "type": 4, "name": "launch", "handler": 2 }));
    discord.call("PUT", "commands", &json!(others)).await;
    let diff = discord.gantry(&["diff"]).await;
    assert_eq!((diff.code, diff.writes.len()), (3, 0), "{}", diff.err);
    let (created, edited) = (tree()[0]["name"].clone(), tree()[1].clone());
    for line in [
        format!("  create  `/{}`", created.as_str().unwrap()),
        format!("  edit    `/{}`", edited["name"].as_str().unwrap()),
        format!(
            "`/{}` description: \"Old words\" -> {}",
            edited["name"].as_str().unwrap(),
            edited["description"]
        ),
        "  delete  `/gone`".to_owned(),
        "  keep    `launch`, the entry point".to_owned(),
    ] {
        assert!(diff.out.contains(&line), "{line} in\n{}", diff.out);
    }
    let sync = discord.gantry(&["sync"]).await;
    assert_eq!(
        (sync.code, sync.writes),
        (0, ["DELETE", "PATCH", "POST"].map(str::to_owned).to_vec()),
        "{}",
        sync.out
    );
    let names = discord.registered().await;
    assert!(names.contains(&"launch".to_owned()) && !names.contains(&"gone".to_owned()));
    assert_eq!(discord.gantry(&["sync"]).await.writes.len(), 0);
    discord.assert_as_documented();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guilds_commands_are_its_own() {
    let discord = Discord::start().await;
    let guild = discord.guild.to_string();
    let sync = discord.gantry(&["sync", "--guild", &guild]).await;
    assert_eq!(
        (sync.code, sync.writes.len()),
        (0, tree().len()),
        "{}{}",
        sync.out,
        sync.err
    );
    assert_eq!(discord.gantry(&["sync", "--guild", &guild]).await.writes.len(), 0);
    assert_eq!(
        discord.registered().await,
        Vec::<String>::new(),
        "the global ones are others"
    );
    let elsewhere = discord.gantry(&["diff", "--guild", "1"]).await;
    assert_eq!(elsewhere.code, 1);
    assert!(elsewhere.err.contains("no such guild"), "{}", elsewhere.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_discord_refuses_is_named_by_command_and_option_and_the_rest_is_written() {
    let discord = Discord::start().await;
    let mut wanted = tree();
    let event = wanted
        .iter_mut()
        .find(|command| command["name"] == "event")
        .unwrap();
    let create = event["options"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|sub| sub["name"] == "create")
        .unwrap();
    create["options"][1]["name"] = create["options"][0]["name"].clone();
    let file = File::of("refused", &wanted);
    let sync = discord.gantry(&["sync", "--file", file.path()]).await;
    assert_eq!(sync.code, 1, "{}", sync.out);
    for line in [
        "  FAILED  `/event`: Invalid Form Body (error 50035)",
        "`/event create` option `series` name: Option name already exists",
        "1 NOT written",
    ] {
        assert!(sync.out.contains(line), "{line} in\n{}", sync.out);
    }
    assert_eq!(discord.registered().await.len(), wanted.len() - 1);
    let again = discord.gantry(&["sync", "--json", "--file", file.path()]).await;
    let report: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(
        (again.code, again.writes.len(), &report["written"]),
        (1, 1, &json!(0))
    );
    let field = &report["failed"][0]["fields"][0];
    assert_eq!(field["place"], "`/event create` option `series` name");
    assert!(field["path"].as_str().unwrap().ends_with("options.1.name"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_says_what_to_do_and_is_not_repeated() {
    let discord = Discord::start().await;
    let sync = discord.gantry_as(&["sync"], "wrong-token-of-mine").await;
    assert_eq!((sync.code, sync.writes.len()), (1, 0));
    assert!(sync.err.contains("GANTRY_BOT_TOKEN has to be"), "{}", sync.err);
    assert!(!sync.err.contains("wrong-token-of-mine"));
    let unset = discord.gantry_as(&["sync"], " ").await;
    assert_eq!(unset.code, 1);
    assert!(unset.err.contains("GANTRY_BOT_TOKEN is empty"), "{}", unset.err);
}
