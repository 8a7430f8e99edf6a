//! The playground over a small made-up guild that shows every kind of component, without the rest of the stack:
//! `cargo run -p gantry-simulator --example playground [PORT]`.
//!
//! The endpoint is a stand-in: it does not verify signatures and answers from a table.

use axum::routing::post;
use axum::{Json, Router};
use gantry_local_wire::{CallLog, Faults, LocalClock};
use gantry_simulator::{NewChannel, NewGuild, NewRole, NewUser, Simulator, SimulatorConfig};
use serde_json::{Value, json};
use std::error::Error;
use std::time::Duration;
use tokio::net::TcpListener;

type Done<T> = Result<T, Box<dyn Error>>;

const APP: u64 = 845_027_738_276_462_632;
const TOKEN: &str = "example-token";
const PEOPLE: [(&str, &str, &str); 9] = [
    ("marta.keller", "Marta Keller", "Owner"),
    ("jonas_b", "Jonas Bergström", "Admin"),
    ("aiko.tanaka", "田中 愛子", "Team manager"),
    ("rafael.ortega", "Rafael Ortega", "Steward"),
    ("kacper_w", "Kacper Wójcik", "Driver"),
    ("yara.haddad", "يارا حداد", "Driver"),
    ("min-jun.park", "박민준", "Driver"),
    ("chloe.dubois", "Chloé Dubois", "Prospect"),
    ("passer.by", "Passer By", "Stranger"),
];

#[tokio::main]
async fn main() -> Done<()> {
    let port = std::env::args().nth(1).map_or(Ok(9001), |port| port.parse())?;
    let simulator = Simulator::new(SimulatorConfig {
        application_id: APP,
        application_name: "Gantry".to_owned(),
        bot_token: TOKEN.to_owned(),
        signing_seed: [7; 32],
        clock: LocalClock::new(),
        log: CallLog::new(),
        faults: Faults::new(),
        openapi: None,
    })?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let server = tokio::spawn(simulator.clone().serve(listener, async {
        // Without a signal handler the program just runs on.
        let () = std::future::pending().await;
    }));
    let endpoint = TcpListener::bind("127.0.0.1:0").await?;
    simulator.set_endpoint(&format!("http://{}/interactions", endpoint.local_addr()?));
    tokio::spawn(async move {
        let app = Router::new().route("/interactions", post(|Json(body): Json<Value>| answer(body)));
        axum::serve(endpoint, app).await
    });
    let (guild, channels) = guild(&simulator)?;
    let discord = Discord {
        base: format!("{base}/api/v10"),
        http: reqwest::Client::builder().no_proxy().build()?,
    };
    let path = format!("/applications/{APP}/commands");
    discord.send("PUT", &path, commands()).await?;
    for body in messages(guild, &channels) {
        discord
            .send("POST", &format!("/channels/{}/messages", channels[0]), body)
            .await?;
    }
    let thread = json!({"name": "Set-ups for Monza", "type": 11});
    discord
        .send("POST", &format!("/channels/{}/threads", channels[0]), thread)
        .await?;
    println!("{base}/");
    server.await?;
    Ok(())
}

struct Discord {
    base: String,
    http: reqwest::Client,
}

impl Discord {
    async fn send(&self, method: &str, path: &str, body: Value) -> Done<()> {
        let url = format!("{}{path}", self.base);
        let request = self
            .http
            .request(method.parse()?, url)
            .header("authorization", format!("Bot {TOKEN}"))
            .header("user-agent", "DiscordBot (https://gantry.example, 0.1.0) example")
            .json(&body);
        let response = request.send().await?;
        if !response.status().is_success() {
            return Err(format!("{method} {path}: {}", response.text().await?).into());
        }
        Ok(())
    }
}

/// The guild, and its text channels: paddock, driver-briefing, stewards.
fn guild(simulator: &Simulator) -> Done<(u64, Vec<u64>)> {
    let user = |(username, name, _): &(&str, &str, &str)| {
        let global_name = Some((*name).to_owned());
        simulator.create_user(NewUser {
            username: (*username).to_owned(),
            global_name,
            bot: false,
        })
    };
    let people: Vec<u64> = PEOPLE.iter().map(user).collect();
    let guild = simulator.create_guild(NewGuild {
        name: "Apex Endurance".to_owned(),
        owner: people[0],
        locale: Some("en-GB".to_owned()),
        features: Vec::new(),
    });
    simulator.install_bot(guild, 2_269_795_998_493_712)?;
    for person in &people[1..] {
        simulator.join(guild, *person, None)?;
    }
    for (person, (_, _, rank)) in people.iter().zip(PEOPLE) {
        simulator.set_rank(*person, rank)?;
    }
    let stewards = simulator.create_role(
        guild,
        NewRole {
            name: "Stewards".to_owned(),
            mentionable: true,
            ..NewRole::default()
        },
    )?;
    simulator.give_role(guild, people[3], stewards)?;
    let category = |name: &str| channel(simulator, guild, name, 4, None);
    let club = category("Club")?;
    let event = category("Apex Endurance Cup")?;
    let channels = vec![
        channel(simulator, guild, "paddock", 0, Some(club))?,
        channel(simulator, guild, "driver briefing", 5, Some(event))?,
        channel(simulator, guild, "monza 6 hours", 0, Some(event))?,
    ];
    channel(simulator, guild, "Race control", 2, Some(event))?;
    channel(simulator, guild, "Team #71", 2, Some(event))?;
    let private = channel(simulator, guild, "stewards room", 0, Some(club))?;
    simulator.set_overwrite(private, guild, 0, 1 << 10)?;
    simulator.set_overwrite(private, stewards, 1 << 10, 0)?;
    simulator.post_message(
        channels[0],
        people[4],
        "Morning all! Is **Monza** still on? <t:1796133600:R>",
    )?;
    simulator.post_message(
        channels[0],
        people[4],
        "I could do a *double stint* if nobody minds.",
    )?;
    Ok((guild, channels))
}

fn channel(simulator: &Simulator, guild: u64, name: &str, kind: u8, parent: Option<u64>) -> Done<u64> {
    Ok(simulator.create_channel(
        guild,
        NewChannel {
            name: name.to_owned(),
            kind,
            parent,
            overwrites: Vec::new(),
        },
    )?)
}

fn commands() -> Value {
    json!([
        {"name": "event", "description": "Events", "options": [
            {"type": 1, "name": "create", "description": "Create an event", "options": [
                {"type": 3, "name": "series", "description": "The series it belongs to", "required": true, "autocomplete": true},
                {"type": 3, "name": "name", "description": "What it is called", "max_length": 60}]},
            {"type": 1, "name": "assign", "description": "Put a driver into a car", "options": [
                {"type": 6, "name": "driver", "description": "Who", "required": true},
                {"type": 4, "name": "car", "description": "Its number", "required": true, "min_value": 1, "max_value": 999},
                {"type": 3, "name": "class", "description": "Its class", "choices": [{"name": "GT3", "value": "gt3"}, {"name": "LMP2", "value": "lmp2"}]},
                {"type": 5, "name": "reserve", "description": "Only if somebody drops out"}]}]},
        {"name": "ping", "description": "See whether Gantry answers"},
        {"name": "slow", "description": "Takes longer than Discord waits"},
        {"name": "think", "description": "Defers its answer"},
        {"name": "Report incident", "type": 3},
        {"name": "Driver card", "type": 2},
    ])
}

fn messages(guild: u64, channels: &[u64]) -> Vec<Value> {
    let buttons = json!({"type": 1, "components": [
        {"type": 2, "style": 3, "label": "Sign up", "custom_id": "join"}, {"type": 2, "style": 1, "label": "Details", "custom_id": "modal"},
        {"type": 2, "style": 2, "label": "Not coming", "custom_id": "away", "emoji": {"name": "🏁"}}, {"type": 2, "style": 4, "label": "Fails", "custom_id": "fail"},
        {"type": 2, "style": 5, "label": "Rules", "url": "https://example.org/rules"}]});
    let select = |kind: u8, id: &str| json!({"type": 1, "components": [{"type": kind, "custom_id": id, "placeholder": format!("Select of type {kind}"), "max_values": 2}]});
    let inline = |name: &str, value: &str| json!({"name": name, "value": value, "inline": true});
    vec![
        json!({"content": format!(
            "# Heading\n## Second\nText with **bold**, *italic*, __underline__, ~~strike~~, `code`, ||spoiler|| and \\*escapes\\*.\n> A quote\n> of two lines\n- one\n- two\n  - deeper\n1. first\n2. second\n```rust\nlet lap = 1;\n```\n<@{}> <#{}> <@&{guild}> </ping:1> [a link](https://example.org) <t:1796133600:F>\n-# small print", APP, channels[1])}),
        json!({"embeds": [{
            "title": "Monza 6 Hours", "color": 0x00D7_263D, "description": "Round 4 of the **Apex Endurance Cup**\nStart <t:1796133600:F>",
            "fields": [inline("Hypercar 2/2", "1. Marta\n2. Jonas"), inline("LMP2 3/3", "1. 田中 愛子\n2. Rafael\n3. Kacper"), inline("GT3 1/4", "1. Chloé"),
                {"name": "Waiting", "value": "1. Yara (LMP2)"}],
            "footer": {"text": "Apex Endurance • times are yours"}}],
            "components": [buttons, {"type": 1, "components": [{"type": 3, "custom_id": "class", "placeholder": "Pick a class", "options": [
                {"label": "Hypercar", "value": "hypercar", "description": "full"}, {"label": "LMP2", "value": "lmp2"}, {"label": "GT3", "value": "gt3", "emoji": {"name": "🏎"}}]}]},
                select(5, "user"), select(6, "role"), select(8, "channel")]}),
        json!({"flags": 32768, "components": [
            {"type": 10, "content": "## Components V2"},
            {"type": 17, "accent_color": 0x00F2_A93B, "components": [
                {"type": 9, "components": [{"type": 10, "content": "**Car 71**\nKacper, Yara"}], "accessory": {"type": 2, "style": 2, "label": "Edit", "custom_id": "edit"}},
                {"type": 14, "spacing": 2},
                {"type": 9, "components": [{"type": 10, "content": "**Circuit**\n5.793 km"}], "accessory": {"type": 11, "media": {"url": "https://example.org/monza.png"}, "description": "Map"}},
                {"type": 1, "components": [{"type": 2, "style": 1, "label": "Confirm", "custom_id": "confirm"}, {"type": 2, "style": 2, "label": "Closed", "custom_id": "closed", "disabled": true}]}]}]}),
    ]
}

fn modal() -> Value {
    let label = |text: &str, about: &str, component: Value| json!({"type": 18, "label": text, "description": about, "component": component});
    let options = json!([{"label": "GT3", "value": "gt3"}, {"label": "LMP2", "value": "lmp2"}]);
    json!({"type": 9, "data": {"custom_id": "form", "title": "New event", "components": [
        label("Name", "As it will stand in the list", json!({"type": 4, "style": 1, "custom_id": "name", "max_length": 60, "value": "Spa 24 Hours"})),
        label("Start", "Date and time", json!({"type": 4, "style": 1, "custom_id": "start", "min_length": 10, "placeholder": "2026-12-05 14:00"})),
        label("Class", "One or two", json!({"type": 3, "custom_id": "class", "options": options, "max_values": 2})),
        label("Contact", "Who knows more", json!({"type": 5, "custom_id": "contact", "required": false})),
        label("About", "Anything else", json!({"type": 4, "style": 2, "custom_id": "about", "required": false})),
    ]}})
}

/// What the stand-in says to an interaction.
async fn answer(body: Value) -> Json<Value> {
    let data = &body["data"];
    let said = |text: String| json!({"type": 4, "data": {"content": text, "flags": 64}});
    let name = data["custom_id"]
        .as_str()
        .or(data["name"].as_str())
        .unwrap_or_default();
    Json(match (body["type"].as_u64(), name) {
        (Some(1), _) => json!({"type": 1}),
        (Some(4), _) => {
            let all = ["Apex Endurance Cup", "GT Sprint", "Rookie Trophy"]
                .iter()
                .enumerate();
            let choices: Vec<Value> = all
                .map(|(n, name)| json!({"name": name, "value": n.to_string()}))
                .collect();
            json!({"type": 8, "data": {"choices": choices}})
        }
        (Some(2), "event") if data["options"][0]["name"] == "create" => modal(),
        (_, "modal") => modal(),
        (_, "slow" | "fail") => {
            tokio::time::sleep(Duration::from_secs(4)).await;
            said("too late".to_owned())
        }
        (_, "think") => json!({"type": 5}),
        (_, "ping") => json!({"type": 4, "data": {"content": "Pong."}}),
        (_, "edit") => {
            json!({"type": 7, "data": {"components": [{"type": 10, "content": "Edited by the button."}]}})
        }
        (kind, _) => said(format!(
            "Interaction of type {} on `{name}`: {}",
            kind.unwrap_or_default(),
            data["values"]
        )),
    })
}
