//! A guild with an owner, a member and the bot, on a simulator that is served on a free port.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod endpoint;

use gantry_local_wire::{CallLog, Faults, LocalClock};
use gantry_simulator::{NewGuild, NewUser, Simulator, SimulatorConfig};
use reqwest::{Method, Response};
use serde_json::Value;
use std::path::PathBuf;
use tokio::net::TcpListener;

pub const APP: u64 = 900_000_000_000_000_000;
pub const TOKEN: &str = "local-bot-token";
pub const AGENT: &str = "DiscordBot (https://gantry.example, 0.1.0) channel-worker";
/// The rights that Gantry asks for.
pub const BASE: u64 = 2_269_795_998_460_944;
pub const VIEW: u64 = 1 << 10;
pub const SEND: u64 = 1 << 11;
pub const MANAGE_ROLES: u64 = 1 << 28;
pub const MANAGE_CHANNELS: u64 = 1 << 4;

pub struct World {
    pub simulator: Simulator,
    pub clock: LocalClock,
    pub log: CallLog,
    pub faults: Faults,
    pub base: String,
    pub http: reqwest::Client,
    pub guild: u64,
    pub owner: u64,
    pub member: u64,
    pub bot_role: u64,
}

pub async fn world() -> World {
    world_with(None).await
}

pub async fn world_with(openapi: Option<PathBuf>) -> World {
    let clock = LocalClock::frozen("2026-11-28T14:00:00Z".parse().unwrap());
    let (log, faults) = (CallLog::new(), Faults::new());
    let config = SimulatorConfig {
        application_id: APP,
        application_name: "Gantry".to_owned(),
        bot_token: TOKEN.to_owned(),
        signing_seed: [7; 32],
        clock: clock.clone(),
        log: log.clone(),
        faults: faults.clone(),
        openapi,
    };
    let simulator = Simulator::new(config).unwrap();
    simulator.set_rate_limits(false);
    let user = |username: &str| {
        simulator.create_user(NewUser {
            username: username.to_owned(),
            global_name: None,
            bot: false,
        })
    };
    let (owner, member) = (user("anna"), user("ben"));
    let new = NewGuild {
        name: "Apex Endurance".to_owned(),
        owner,
        locale: None,
        features: Vec::new(),
    };
    let guild = simulator.create_guild(new);
    simulator.join(guild, member, Some("Ben #44")).unwrap();
    let bot_role = simulator.install_bot(guild, BASE).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(simulator.clone().serve(listener, std::future::pending()));
    let http = reqwest::Client::builder()
        .user_agent(AGENT)
        .no_proxy()
        .build()
        .unwrap();
    World {
        simulator,
        clock,
        log,
        faults,
        base,
        http,
        guild,
        owner,
        member,
        bot_role,
    }
}

impl World {
    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> reqwest::Result<Response> {
        let url = format!("{}/api/v10{path}", self.base);
        let mut request = self
            .http
            .request(Method::from_bytes(method.as_bytes()).unwrap(), url)
            .header("authorization", format!("Bot {TOKEN}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await
    }

    /// Status and body of a call.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let response = self.send(method, path, body).await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// The body of a call that must succeed.
    pub async fn ok(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.call(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// The error code of a call that must fail.
    pub async fn code(&self, method: &str, path: &str, body: Option<Value>) -> u64 {
        let (status, answer) = self.call(method, path, body).await;
        assert!(status >= 400, "{method} {path}: {status} {answer}");
        answer["code"].as_u64().unwrap()
    }

    /// Makes a text channel by the API and gives its id.
    pub async fn channel(&self, name: &str) -> u64 {
        let body = serde_json::json!({"name": name, "type": 0});
        let channel = self
            .ok("POST", &format!("/guilds/{}/channels", self.guild), Some(body))
            .await;
        id(&channel)
    }
}

pub fn id(value: &Value) -> u64 {
    value["id"].as_str().unwrap().parse().unwrap()
}
