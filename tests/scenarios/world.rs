//! A stack with a club, and people who use it.

use gantry_local::seed::{self, BOT_PERMISSIONS, DemoClub};
use gantry_local::story::{button, select};
use gantry_local::{Stack, StackConfig};
use gantry_local_wire::{Call, LocalClock, Service};
use gantry_simulator::{Actor, MessageView, NewChannel, NewGuild, NewUser, Outcome, OutcomeKind};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::path::Path;

pub struct World {
    pub stack: Stack,
    users: std::sync::atomic::AtomicU64,
}

/// A guild with a club, an owner, and a channel to type in.
#[derive(Clone, Copy)]
pub struct Club {
    pub guild: u64,
    pub paddock: u64,
    pub owner: u64,
}

impl Club {
    pub fn owner(&self) -> Actor {
        Actor::new(self.guild, self.paddock, self.owner)
    }

    pub fn member(&self, user: u64, channel: u64) -> Actor {
        Actor::new(self.guild, channel, user)
    }
}

/// A published event.
#[derive(Clone, Debug)]
pub struct Published {
    pub event: String,
    pub channel: u64,
    pub board: u64,
}

impl World {
    /// A stack at a literal instant, without guilds, commands registered.
    pub async fn start() -> Self {
        let clock = LocalClock::new();
        clock.set("2026-11-21T09:00:00Z".parse::<Timestamp>().unwrap());
        let openapi = gantry_simulator::find_openapi(Path::new(env!("CARGO_MANIFEST_DIR")));
        if openapi.is_none() {
            println!("Discord's OpenAPI document is absent: requests are not checked against it");
        }
        let stack = Stack::start(StackConfig {
            clock,
            openapi,
            ..StackConfig::default()
        })
        .await
        .unwrap();
        seed::register_commands(&stack).await.unwrap();
        Self {
            stack,
            users: std::sync::atomic::AtomicU64::new(0),
        }
    }

    /// A stack with the demo club.
    pub async fn with_demo() -> (Self, DemoClub) {
        let world = Self::start().await;
        let demo = seed::guild(&world.stack).await.unwrap();
        seed::club(&world.stack, &demo).await.unwrap();
        (world, demo)
    }

    /// A guild with a club of that name, founded through the endpoint.
    pub async fn club(&self, name: &str) -> Club {
        let club = self.guild(name);
        self.ok(
            &club.owner(),
            "club create",
            json!({ "name": name, "time_zone": "Europe/Berlin" }),
        )
        .await;
        // What Gantry may do in the guild is looked up by a worker: that is not to be counted with what comes after.
        self.drain().await;
        club
    }

    /// A guild with the bot in it and no club.
    pub fn guild(&self, name: &str) -> Club {
        let simulator = self.stack.simulator();
        let owner = self.user();
        let new = NewGuild {
            name: name.to_owned(),
            owner,
            locale: None,
            features: Vec::new(),
        };
        let guild = simulator.create_guild(new);
        simulator.install_bot(guild, BOT_PERMISSIONS).unwrap();
        let paddock = NewChannel {
            name: "paddock".to_owned(),
            kind: 0,
            parent: None,
            overwrites: Vec::new(),
        };
        let paddock = simulator.create_channel(guild, paddock).unwrap();
        Club {
            guild,
            paddock,
            owner,
        }
    }

    fn user(&self) -> u64 {
        let n = self.users.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.stack.simulator().create_user(NewUser {
            username: format!("driver{n}"),
            global_name: Some(format!("Driver {n}")),
            bot: false,
        })
    }

    /// New members of the guild.
    pub fn members(&self, club: &Club, count: usize) -> Vec<u64> {
        let join = |_| {
            let user = self.user();
            self.stack.simulator().join(club.guild, user, None).unwrap();
            user
        };
        (0..count).map(join).collect()
    }

    /// A command that has to be answered with a message, which is returned.
    pub async fn ok(&self, actor: &Actor, command: &str, options: Value) -> MessageView {
        let outcome = self.stack.simulator().slash(actor, command, options).await;
        self.stack.expect_message(outcome).unwrap()
    }

    /// A series with these classes; returns its id.
    pub async fn series(&self, club: &Club, name: &str, classes: &str) -> String {
        self.ok(
            &club.owner(),
            "series create",
            json!({ "name": name, "classes": classes }),
        )
        .await;
        self.suggested(&club.owner(), "event create", "series", name)
            .await
    }

    /// A draft of an event; returns its id.
    pub async fn draft(&self, club: &Club, series: &str, name: &str) -> String {
        let options =
            json!({ "series": series, "name": name, "start": "2026-11-28 14:00", "duration": "6h" });
        self.ok(&club.owner(), "event create", options).await;
        self.suggested(&club.owner(), "event publish", "event", name)
            .await
    }

    /// The id that is suggested first.
    pub async fn suggested(&self, actor: &Actor, command: &str, option: &str, typed: &str) -> String {
        self.suggested_with(actor, command, json!({ option: typed }), option)
            .await
    }

    /// The id that is suggested first for `option`, with other options picked before.
    pub async fn suggested_with(&self, actor: &Actor, command: &str, options: Value, option: &str) -> String {
        let typed = options[option].clone();
        let choices = self
            .stack
            .simulator()
            .autocomplete(actor, command, options, option)
            .await;
        let choices = choices.unwrap_or_else(|error| panic!("no suggestions: {error}"));
        let first = choices
            .first()
            .unwrap_or_else(|| panic!("{typed:?} is not suggested"));
        first.value.as_str().unwrap().to_owned()
    }

    /// An event with these classes in a series of its own, published and ready.
    pub async fn published(&self, club: &Club, name: &str, classes: &str) -> Published {
        let series = self.series(club, name, classes).await;
        let event = self.draft(club, &series, name).await;
        self.ok(&club.owner(), "event publish", json!({ "event": event }))
            .await;
        self.drain().await;
        self.space_of(club, event, name)
    }

    /// What is in Discord of an event whose series has its name: one category, one channel, two messages.
    pub fn space_of(&self, club: &Club, event: String, name: &str) -> Published {
        let simulator = self.stack.simulator();
        let view = simulator.guild_view(club.guild).unwrap();
        let categories: Vec<_> = view
            .channels
            .iter()
            .filter(|c| c.kind == 4 && c.name == name)
            .collect();
        assert_eq!(
            categories.len(),
            1,
            "categories named {name}\n{}",
            simulator.tree(club.guild)
        );
        let inside: Vec<_> = view
            .channels
            .iter()
            .filter(|c| c.parent == Some(categories[0].id))
            .collect();
        assert_eq!(
            inside.len(),
            1,
            "channels of {name}\n{}",
            simulator.tree(club.guild)
        );
        let mut messages = simulator.messages(inside[0].id);
        // What is announced has no buttons.
        messages.retain(|message| !message.components.is_empty());
        assert_eq!(
            messages.len(),
            2,
            "messages of {name}\n{}",
            simulator.tree(club.guild)
        );
        let boards: Vec<_> = messages
            .iter()
            .filter(|m| button(m, "Sign up").is_some())
            .collect();
        assert_eq!(boards.len(), 1, "boards of {name}");
        Published {
            event,
            channel: inside[0].id,
            board: boards[0].id,
        }
    }

    /// As [`World::space_of`] where the series has another name.
    pub fn space_of_series(&self, club: &Club, event: String, series: &str) -> Published {
        self.space_of(club, event, series)
    }

    pub fn board(&self, published: &Published) -> MessageView {
        self.stack
            .simulator()
            .message(published.channel, published.board)
            .expect("the board is there")
    }

    pub fn board_text(&self, published: &Published) -> String {
        self.stack.simulator().message_as_text(&self.board(published))
    }

    /// Presses the board's button of that label.
    pub async fn press(&self, club: &Club, published: &Published, user: u64, label: &str) -> Outcome {
        let board = self.board(published);
        let custom_id = button(&board, label).expect(label)["custom_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let actor = club.member(user, published.channel);
        self.stack
            .simulator()
            .click(&actor, published.board, &custom_id)
            .await
    }

    /// Picks a class in the board's select.
    pub async fn pick(&self, club: &Club, published: &Published, user: u64, class: &str) -> Outcome {
        let custom_id = select(&self.board(published)).expect("a select");
        let actor = club.member(user, published.channel);
        self.stack
            .simulator()
            .select(&actor, published.board, &custom_id, &[class])
            .await
    }

    /// A text without the ids and instants that are different each time.
    pub fn masked(&self, text: &str) -> String {
        let mut masked = String::new();
        let mut digits = String::new();
        for character in text.chars().chain(['\n']) {
            if character.is_ascii_digit() {
                digits.push(character);
                continue;
            }
            masked += if digits.len() > 8 { "…" } else { &digits };
            digits.clear();
            masked.push(character);
        }
        masked.trim_end().to_owned()
    }

    pub async fn drain(&self) {
        self.stack.drain().await.unwrap();
    }

    /// Calls of a service since `mark`, by operation.
    pub fn calls(&self, mark: u64, service: Service) -> Vec<Call> {
        self.stack
            .log()
            .since(mark)
            .into_iter()
            .filter(|call| call.service == service)
            .collect()
    }

    pub fn mark(&self) -> u64 {
        self.stack.log().mark()
    }

    /// Ends the stack; nothing may be left, and no request may have differed from Discord's document.
    pub async fn finish(self) {
        self.stack.faults().clear();
        self.drain().await;
        for queue in self.stack.aws().queues() {
            assert_eq!(
                (queue.depth, queue.in_flight, queue.dead_letters),
                (0, 0, 0),
                "left on {}",
                queue.name
            );
        }
        let violations = self.stack.simulator().openapi_violations();
        assert!(violations.is_empty(), "{violations:#?}");
        self.stack.shutdown().await.unwrap();
    }
}

/// Whether the outcome is a message.
pub fn is_message(outcome: &Outcome) -> bool {
    matches!(outcome.kind, OutcomeKind::Message { .. })
}
