//! The main job on a deployment, from adding the bot to the schedule that closes sign-up. Nothing here can look into the queues: what is expected is waited for.

use crate::adding;
use gantry_local::seed::BOT_PERMISSIONS;
use gantry_local::story::{button, describe, select};
use gantry_local::{APPLICATION_ID, MEMBERS, OWNER, Person};
use gantry_shared::adapters::discord_rest::{CommandScope, Config, DiscordRest, LocalBudget};
use gantry_shared::discord::commands::TREE;
use gantry_shared::discord::commands::registration::registration;
use gantry_shared::domain::ids::ApplicationId;
use gantry_simulator::{Actor, MessageView, NewChannel, NewGuild, NewUser, Outcome, OutcomeKind, Simulator};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::error::Error;
use std::time::{Duration, Instant};

type Done<T> = Result<T, Box<dyn Error>>;

/// How long a result may take: the emulator starts a function's process anew for each concurrent call.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long what a schedule does may take: a minute until it is due, a minute until the schedule's next call.
const PATIENCE_WITH_SCHEDULES: Duration = Duration::from_secs(180);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Between two looks that are calls of the deployment.
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(2);
/// The step at which `run` makes due what takes hours; it knows it by this name.
const HASTEN: &str = "somebody deletes a message; six hours and a day go by";
const SERIES: &str = "Apex Endurance Cup";
const TIME_ZONE: &str = "Europe/Berlin";
const EVENT: &str = "Monza 6 Hours";
/// Which class each driver picks, in order: the third of GT3 waits.
const CLICKS: [&str; 4] = ["gt3", "gt3", "gt3", "lmp2"];
/// The first of those who wait.
const WAITING: usize = 2;

/// Plays it.
///
/// # Errors
/// The first step whose result does not come.
pub async fn play(simulator: &Simulator, api: &str, bot_token: &str, pages: &str) -> Done<()> {
    let began = Instant::now();
    simulator.verify_endpoint().await?;
    let shown = "a signed PING is answered with PONG, a wrong signature with 401";
    told("the endpoint's address is saved", began, None, &[], shown);
    let story = Story::new(simulator)?;
    register(api, bot_token).await?;
    story.add(pages).await?;
    story.found().await?;
    story.synchronise().await?;
    let event = story.create().await?;
    let channel = story.publish(&event).await?;
    story.sign_up(channel).await?;
    story.leave(channel).await?;
    story.close(&event, channel).await?;
    // Not before: each change of the event would have the message made again, too.
    let details = story.forget_details(channel)?;
    story.healed(channel, details).await?;
    story.synchronised().await?;
    let violations = simulator.openapi_violations();
    if violations.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "requests differ from Discord's document: {}",
            violations.join("; ")
        )
        .into())
    }
}

/// One line of JSON: the step, how long until its result was there, how long Discord waited for the answer, the
/// interactions whose traces lead to it.
fn told(step: &str, began: Instant, answered: Option<Duration>, traces: &[u64], shown: &str) {
    let traces: Vec<String> = traces.iter().map(u64::to_string).collect();
    let answered = answered.map(|time| time.as_millis());
    println!(
        "{}",
        json!({
            "step": step, "took_ms": began.elapsed().as_millis(), "answered_ms": answered, "traces": traces,
            "shown": shown,
        })
    );
}

async fn register(api: &str, bot_token: &str) -> Done<()> {
    let config = Config {
        base_url: api.to_owned(),
        ..Config::new(bot_token, ApplicationId(APPLICATION_ID), "deploy-proof")
    };
    let discord = DiscordRest::new(config, LocalBudget::default())?;
    let commands = registration(TREE).as_array().cloned().unwrap_or_default();
    discord.put_commands(CommandScope::Global, &commands).await?;
    Ok(())
}

async fn wait_for<T>(what: &str, look: impl FnMut() -> Option<T>) -> Done<T> {
    wait_long_for(what, PATIENCE, look).await
}

async fn wait_long_for<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> Done<T> {
    let began = Instant::now();
    while began.elapsed() < patience {
        if let Some(found) = look() {
            return Ok(found);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(format!("{what} did not come within {} s", patience.as_secs()).into())
}

struct Story<'a> {
    simulator: &'a Simulator,
    guild: u64,
    paddock: u64,
    owner: u64,
    drivers: Vec<u64>,
}

impl<'a> Story<'a> {
    /// Makes a guild with the bot, its owner and the drivers.
    fn new(simulator: &'a Simulator) -> Done<Self> {
        let user = |person: &Person| {
            simulator.create_user(NewUser {
                username: person.username.to_owned(),
                global_name: Some(person.name.to_owned()),
                bot: false,
            })
        };
        let owner = user(&OWNER);
        let guild = simulator.create_guild(NewGuild {
            name: "Apex Endurance".to_owned(),
            owner,
            locale: None,
            features: Vec::new(),
        });
        simulator.install_bot(guild, BOT_PERMISSIONS)?;
        let paddock = NewChannel {
            name: "paddock".to_owned(),
            ..NewChannel::default()
        };
        let paddock = simulator.create_channel(guild, paddock)?;
        let drivers: Vec<u64> = MEMBERS.iter().take(CLICKS.len()).map(user).collect();
        for driver in &drivers {
            simulator.join(guild, *driver, None)?;
        }
        Ok(Self {
            simulator,
            guild,
            paddock,
            owner,
            drivers,
        })
    }

    fn owner(&self) -> Actor {
        Actor::new(self.guild, self.paddock, self.owner)
    }

    /// The message that answered; anything else is an error.
    fn message(&self, outcome: &Outcome) -> Done<MessageView> {
        let messages = self.simulator.interaction_messages(outcome.interaction_id);
        match (&outcome.kind, messages.into_iter().next_back()) {
            (OutcomeKind::Message { .. }, Some(message)) => Ok(message),
            (other, _) => Err(format!("no message but {}", describe(other)).into()),
        }
    }

    async fn command(&self, step: &str, command: &str, options: Value, expected: &str) -> Done<Outcome> {
        let began = Instant::now();
        let outcome = self.simulator.slash(&self.owner(), command, options).await;
        let shown = self.simulator.message_as_text(&self.message(&outcome)?);
        if !shown.contains(expected) {
            return Err(format!("{step}: “{expected}” is not in the answer: {shown}").into());
        }
        told(
            step,
            began,
            Some(outcome.elapsed),
            &[outcome.interaction_id],
            &shown,
        );
        Ok(outcome)
    }

    async fn found(&self) -> Done<()> {
        let club = json!({ "name": "Apex Endurance", "time_zone": TIME_ZONE });
        self.command("/club create", "club create", club, "Apex Endurance")
            .await?;
        let series = json!({ "name": SERIES, "classes": "LMP2: 2, GT3: 2" });
        self.command("/series create", "series create", series, SERIES)
            .await?;
        Ok(())
    }

    /// The bot is taken out and added again, through Gantry's page, Discord's, and Discord's webhook event.
    async fn add(&self, pages: &str) -> Done<()> {
        let began = Instant::now();
        self.simulator.remove_bot(self.guild)?;
        let page = adding::add(pages, self.owner, self.guild).await?;
        if !page.contains("Gantry is in Apex Endurance") {
            return Err(format!("the page does not say that Gantry was added: {page}").into());
        }
        let event = wait_for("the answer to Discord's webhook event", || {
            self.simulator.posted_events().pop()
        })
        .await?;
        if event != ("APPLICATION_AUTHORIZED".to_owned(), 204) {
            return Err(format!("Discord's webhook event was answered with {event:?}").into());
        }
        let shown = "the page says so; Discord's webhook event is answered with 204";
        told("the owner adds Gantry by browser", began, None, &[], shown);
        Ok(())
    }

    /// The members are read by the worker of its own.
    async fn synchronise(&self) -> Done<()> {
        let began = Instant::now();
        let outcome = self.simulator.slash(&self.owner(), "sync run", json!({})).await;
        self.message(&outcome)?;
        let shown = wait_for("the end of the synchronisation", || {
            let messages = self.simulator.interaction_messages(outcome.interaction_id);
            let shown = self.simulator.message_as_text(messages.last()?);
            shown.contains("are in sync").then_some(shown)
        })
        .await?;
        told(
            "/sync run",
            began,
            Some(outcome.elapsed),
            &[outcome.interaction_id],
            &shown,
        );
        Ok(())
    }

    async fn suggested(&self, command: &str, option: &str, typed: &str) -> Done<Value> {
        let options = json!({ option: typed });
        let choices = self
            .simulator
            .autocomplete(&self.owner(), command, options, option)
            .await?;
        let first = choices.into_iter().next();
        Ok(first
            .ok_or_else(|| format!("/{command}: nothing is suggested for {typed}"))?
            .value)
    }

    /// The series from the suggestions, then the form.
    async fn create(&self) -> Done<Value> {
        let began = Instant::now();
        let options =
            json!({ "series": self.suggested("event create", "series", "apex").await?, "name": EVENT });
        let opened = self.simulator.slash(&self.owner(), "event create", options).await;
        let form = opened
            .modal()
            .ok_or_else(|| format!("no form but {}", describe(&opened.kind)))?;
        let start = Timestamp::now() + SignedDuration::from_hours(24 * 7);
        let values = json!({
            "name": EVENT,
            "start": start.strftime("%Y-%m-%d 14:00").to_string(),
            "duration": "6h",
            "classes": "LMP2: 2\nGT3: 2",
        });
        let outcome = self.simulator.submit_modal(&self.owner(), form, values).await;
        let shown = self.simulator.message_as_text(&self.message(&outcome)?);
        let traces = [opened.interaction_id, outcome.interaction_id];
        told(
            "/event create, with suggestions and form",
            began,
            Some(outcome.elapsed),
            &traces,
            &shown,
        );
        self.suggested("event publish", "event", "monza").await
    }

    async fn publish(&self, event: &Value) -> Done<u64> {
        let began = Instant::now();
        let options = json!({ "event": event });
        let outcome = self
            .simulator
            .slash(&self.owner(), "event publish", options)
            .await;
        self.message(&outcome)?;
        let channel = wait_for("the event's channel with its two messages", || {
            self.event_channel()
        })
        .await?;
        wait_for("the answer that names the channel", || {
            let messages = self.simulator.interaction_messages(outcome.interaction_id);
            let named = |message: &MessageView| message_text(message).contains(&channel.to_string());
            messages.iter().any(named).then_some(())
        })
        .await?;
        let tree = self.simulator.tree(self.guild);
        told(
            "/event publish",
            began,
            Some(outcome.elapsed),
            &[outcome.interaction_id],
            &tree,
        );
        Ok(channel)
    }

    /// The channel within a category, once both of its messages are there.
    fn event_channel(&self) -> Option<u64> {
        let guild = self.simulator.guild_view(self.guild)?;
        let channel = guild.channels.iter().find(|channel| channel.parent.is_some())?.id;
        (self.simulator.messages(channel).len() == 2).then_some(channel)
    }

    fn board(&self, channel: u64) -> Option<MessageView> {
        self.simulator
            .messages(channel)
            .into_iter()
            .find(|message| select(message).is_some())
    }

    /// The drivers pick one after another, as fast as they are answered.
    async fn sign_up(&self, channel: u64) -> Done<()> {
        let began = Instant::now();
        let board = self.board(channel).ok_or("no sign-up message")?;
        let classes = select(&board).ok_or("the sign-up message has no classes")?;
        let (mut traces, mut slowest) = (Vec::new(), Duration::ZERO);
        for (driver, class) in self.drivers.iter().zip(CLICKS) {
            let driver = Actor::new(self.guild, channel, *driver);
            let outcome = self.simulator.select(&driver, board.id, &classes, &[class]).await;
            self.message(&outcome)?;
            traces.push(outcome.interaction_id);
            slowest = slowest.max(outcome.elapsed);
        }
        let text = wait_for("every driver on the sign-up message", || {
            let text = self.simulator.message_as_text(&self.board(channel)?);
            let people = MEMBERS.iter().take(CLICKS.len());
            people
                .map(|person| person.name)
                .all(|name| text.contains(name))
                .then_some(text)
        })
        .await?;
        told(
            "four drivers pick a class, one of them waits",
            began,
            Some(slowest),
            &traces,
            &text,
        );
        Ok(())
    }

    /// The first driver leaves; the one who waits is promoted and told.
    async fn leave(&self, channel: u64) -> Done<()> {
        let began = Instant::now();
        let board = self.board(channel).ok_or("no sign-up message")?;
        let leave = button(&board, "Leave").ok_or("no button Leave")?;
        let leave = leave["custom_id"].as_str().unwrap_or_default();
        let [first, ..] = self.drivers.as_slice() else {
            return Err("no drivers".into());
        };
        let outcome = self
            .simulator
            .click(&Actor::new(self.guild, channel, *first), board.id, leave)
            .await;
        self.message(&outcome)?;
        let promoted = self.drivers.get(WAITING).copied().ok_or("no driver waits")?;
        let dm = wait_for("the message to the promoted driver", || {
            self.simulator.dms(promoted).pop()
        })
        .await?;
        let [gone, .., _] = &MEMBERS;
        let text = wait_for("the sign-up message without the driver who left", || {
            let text = self.simulator.message_as_text(&self.board(channel)?);
            (!text.contains(gone.name)).then_some(text)
        })
        .await?;
        let shown = format!("{}\n{text}", self.simulator.message_as_text(&dm));
        let traces = [outcome.interaction_id];
        told(
            "a driver leaves, the waiting one moves up and is told by DM",
            began,
            Some(outcome.elapsed),
            &traces,
            &shown,
        );
        Ok(())
    }

    /// Sign-up gets an end within the next minute or so; the schedule that looks for what is due closes it.
    async fn close(&self, event: &Value, channel: u64) -> Done<()> {
        let began = Instant::now();
        let closes = Timestamp::now() + SignedDuration::from_secs(65);
        let closes = closes.in_tz(TIME_ZONE)?.strftime("%Y-%m-%d %H:%M").to_string();
        let options = json!({ "event": event, "closes": closes });
        let outcome = self.simulator.slash(&self.owner(), "event times", options).await;
        let shown = self.simulator.message_as_text(&self.message(&outcome)?);
        let traces = [outcome.interaction_id];
        let step = "/event times: sign-up is to close by itself";
        told(step, began, Some(outcome.elapsed), &traces, &shown);
        let began = Instant::now();
        wait_long_for("the sign-up message at rest", PATIENCE_WITH_SCHEDULES, || {
            let board = self.board(channel)?;
            (button(&board, "Sign up")?["disabled"] == true).then_some(())
        })
        .await?;
        let shown = "nobody can sign up any more";
        told("the schedule closes sign-up", began, None, &[], shown);
        Ok(())
    }
}

impl Story<'_> {
    /// The message with the event's details is deleted by hand. From then on the proof has the other schedules called
    /// each minute, with what is theirs due: see `hasten` in `run`.
    fn forget_details(&self, channel: u64) -> Done<u64> {
        let messages = self.simulator.messages(channel);
        let details = messages.iter().find(|message| self.is_details(message));
        let details = details.ok_or("no message with the event's details")?.id;
        self.simulator.delete_message(channel, details)?;
        told(
            HASTEN,
            Instant::now(),
            None,
            &[],
            "the message with the event's details is gone",
        );
        Ok(details)
    }

    /// The message with the event's details: no other has this button.
    fn is_details(&self, message: &MessageView) -> bool {
        let text = self.simulator.message_as_text(message);
        text.contains(EVENT) && text.contains("My standing")
    }

    /// The schedule of `cleanup` has the server looked after, and the message is made again.
    async fn healed(&self, channel: u64, gone: u64) -> Done<()> {
        let began = Instant::now();
        let text = wait_long_for("the deleted message, made again", PATIENCE_WITH_SCHEDULES, || {
            let messages = self.simulator.messages(channel);
            let again = messages
                .iter()
                .find(|message| self.is_details(message) && message.id > gone)?;
            Some(self.simulator.message_as_text(again))
        })
        .await?;
        told(
            "the schedule of cleanup has the deleted message made again",
            began,
            None,
            &[],
            &text,
        );
        Ok(())
    }

    /// The schedule of `sync-worker` begins a run, which the history tells.
    async fn synchronised(&self) -> Done<()> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE_WITH_SCHEDULES {
            let outcome = self
                .simulator
                .slash(&self.owner(), "sync history", json!({}))
                .await;
            let shown = self.simulator.message_as_text(&self.message(&outcome)?);
            if shown.contains("by the clock") && !shown.contains("going on") {
                let traces = [outcome.interaction_id];
                let step = "the schedule of sync-worker has the members synchronised; /sync history";
                told(step, began, Some(outcome.elapsed), &traces, &shown);
                return Ok(());
            }
            tokio::time::sleep(BETWEEN_QUESTIONS).await;
        }
        Err("no run by the clock is in the history".into())
    }
}

fn message_text(message: &MessageView) -> String {
    format!("{} {}", message.content, Value::from(message.embeds.clone()))
}
