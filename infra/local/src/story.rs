//! The main job, played through the signed endpoint: an event is created and published, drivers click, seats run out,
//! the waitlist moves. Every step's result is looked for in the simulator's state.

use crate::people::MEMBERS;
use crate::seed::DemoClub;
use crate::{Stack, StackError};
use gantry_simulator::{Actor, MessageView, OutcomeKind, Simulator};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The event's name.
pub const EVENT: &str = "Monza 6 Hours";
/// Which class each driver clicks, in order: nine seats, twelve drivers.
const CLICKS: [&str; 12] = [
    "gt3", "hypercar", "lmp2", "gt3", "lmp2", "gt3", "gt3", "hypercar", "gt3", "lmp2", "gt3", "lmp2",
];

/// A step that was played, and what came of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// What was done.
    pub title: String,
    /// How long it took.
    pub took: Duration,
    /// What it led to, in lines.
    pub outcome: String,
}

/// Plays the main job; `tell` hears of each step as soon as its result was found.
///
/// # Errors
/// [`StackError::Story`] at the first step whose result is not in the simulator's state.
pub async fn play(stack: &Stack, demo: &DemoClub, tell: &mut dyn FnMut(&Step)) -> Result<Played, StackError> {
    let mut teller = Teller::new(tell);
    let story = Story {
        stack,
        demo,
        simulator: stack.simulator(),
    };
    let event = story.create(&mut teller).await?;
    let channel = story.publish(&event, &mut teller).await?;
    story.sign_up(channel, &mut teller).await?;
    story.not_coming(channel, &mut teller).await?;
    story.leave(channel, &mut teller).await?;
    story.stranger(&event, &mut teller).await?;
    story.close(&event, channel, &mut teller).await?;
    Ok(Played { event, channel })
}

/// What the main job left.
#[derive(Clone, Debug)]
pub struct Played {
    /// The event's id.
    pub event: String,
    /// Its channel.
    pub channel: u64,
}

/// Tells of steps as they are done.
pub(crate) struct Teller<'a> {
    tell: &'a mut dyn FnMut(&Step),
}

impl<'a> Teller<'a> {
    pub(crate) fn new(tell: &'a mut dyn FnMut(&Step)) -> Self {
        Self { tell }
    }

    pub(crate) fn step(&mut self, title: impl Into<String>, began: Instant, outcome: impl Into<String>) {
        (self.tell)(&Step {
            title: title.into(),
            took: began.elapsed(),
            outcome: outcome.into(),
        });
    }
}

struct Story<'a> {
    stack: &'a Stack,
    demo: &'a DemoClub,
    simulator: &'a Simulator,
}

impl Story<'_> {
    /// The owner picks the series from the suggestions and fills in the form.
    async fn create(&self, teller: &mut Teller<'_>) -> Result<String, StackError> {
        let began = Instant::now();
        let owner = self.demo.owner();
        let typed = json!({ "series": "endurance" });
        let choices = self
            .simulator
            .autocomplete(&owner, "event create", typed, "series")
            .await;
        let choices = choices.map_err(|error| fault(format!("no suggestions: {error}")))?;
        let series = choices.first().ok_or_else(|| fault("no series is suggested"))?;
        let options = json!({ "series": series.value, "name": EVENT });
        let opened = self.simulator.slash(&owner, "event create", options).await;
        let modal = opened
            .modal()
            .ok_or_else(|| fault(format!("no form opened: {:?}", opened.kind)))?;
        let start = self.stack.now() + SignedDuration::from_hours(24 * 7);
        let start = start.strftime("%Y-%m-%d 14:00").to_string();
        let values = json!({
            "name": EVENT,
            "start": start,
            "duration": "6h",
            "classes": "Hypercar: 2\nLMP2: 3\nGT3: 4",
            "description": "Round 4. Briefing an hour before the start, in this channel.",
        });
        let shown = self
            .stack
            .expect_message(self.simulator.submit_modal(&owner, modal, values).await)?;
        teller.step(
            format!("/event create → the form → “{EVENT}”, a draft"),
            began,
            first_line(self, &shown),
        );
        self.event_id().await
    }

    async fn event_id(&self) -> Result<String, StackError> {
        let typed = json!({ "event": "monza" });
        let found = self
            .simulator
            .autocomplete(&self.demo.owner(), "event publish", typed, "event")
            .await;
        let found = found.map_err(|error| fault(format!("no suggestions: {error}")))?;
        let event = found.first().and_then(|choice| choice.value.as_str());
        event
            .map(str::to_owned)
            .ok_or_else(|| fault("the event is not suggested"))
    }

    async fn publish(&self, event: &str, teller: &mut Teller<'_>) -> Result<u64, StackError> {
        let began = Instant::now();
        let options = json!({ "event": event });
        let outcome = self
            .simulator
            .slash(&self.demo.owner(), "event publish", options)
            .await;
        let interaction = outcome.interaction_id;
        self.stack.expect_message(outcome)?;
        self.stack.drain().await?;
        let channel = self.event_channel()?;
        let messages = self.simulator.messages(channel);
        if messages.len() != 2 {
            return Err(fault(format!(
                "the channel has {} messages instead of 2",
                messages.len()
            )));
        }
        let told = self.simulator.interaction_messages(interaction);
        let told = told
            .first()
            .is_some_and(|message| message_text(message).contains(&channel.to_string()));
        if !told {
            return Err(fault("the admin was not told which channel it is"));
        }
        teller.step(
            "/event publish → category, channel and messages",
            began,
            self.simulator.tree(self.demo.guild),
        );
        Ok(channel)
    }

    /// The one channel in a category of the series' name.
    fn event_channel(&self) -> Result<u64, StackError> {
        let view = self
            .simulator
            .guild_view(self.demo.guild)
            .ok_or_else(|| fault("the guild is gone"))?;
        let categories: Vec<u64> = view
            .channels
            .iter()
            .filter(|c| c.kind == 4)
            .map(|category| category.id)
            .collect();
        let [category] = categories.as_slice() else {
            return Err(fault(format!("{} categories instead of one", categories.len())));
        };
        let inside: Vec<u64> = view
            .channels
            .iter()
            .filter(|c| c.parent == Some(*category))
            .map(|channel| channel.id)
            .collect();
        match inside.as_slice() {
            [channel] => Ok(*channel),
            several => Err(fault(format!(
                "{} channels in the category instead of one",
                several.len()
            ))),
        }
    }

    fn board(&self, channel: u64) -> Result<MessageView, StackError> {
        self.simulator
            .messages(channel)
            .into_iter()
            .find(|m| select(m).is_some())
            .ok_or_else(|| fault("no sign-up message"))
    }

    async fn sign_up(&self, channel: u64, teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        let board = self.board(channel)?;
        let select = select(&board).ok_or_else(|| fault("the sign-up message has no classes"))?;
        for (n, class) in CLICKS.iter().enumerate() {
            let driver = self.demo.member(n, channel);
            self.stack
                .expect_message(self.simulator.select(&driver, board.id, &select, &[class]).await)?;
        }
        self.stack.drain().await?;
        let text = self.simulator.message_as_text(&self.board(channel)?);
        for (n, person) in MEMBERS.iter().take(CLICKS.len()).enumerate() {
            if !text.contains(person.name) {
                return Err(fault(format!(
                    "driver {n}, {}, is not on the sign-up message",
                    person.name
                )));
            }
        }
        teller.step(
            format!("{} drivers pick a class: nine seats, three wait", CLICKS.len()),
            began,
            text,
        );
        Ok(())
    }

    async fn not_coming(&self, channel: u64, teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        let shown = self.press(20, channel, "Not coming").await?;
        teller.step(format!("{} cannot come", MEMBERS[20].name), began, shown);
        Ok(())
    }

    /// The first GT3 driver leaves: the first who waits for that class moves up and is told by DM.
    async fn leave(&self, channel: u64, teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        let waiting = 8;
        let before = self.simulator.dms(self.demo.members[waiting]).len();
        self.press(0, channel, "Leave").await?;
        self.stack.drain().await?;
        let dms = self.simulator.dms(self.demo.members[waiting]);
        let [told] = dms.get(before..).unwrap_or_default() else {
            return Err(fault(format!(
                "{} was told {} times instead of once",
                MEMBERS[waiting].name,
                dms.len() - before
            )));
        };
        let title = format!(
            "{} leaves: {} moves up and is told by DM",
            MEMBERS[0].name, MEMBERS[waiting].name
        );
        let board = self.simulator.message_as_text(&self.board(channel)?);
        teller.step(
            title,
            began,
            format!("{}\n{board}", self.simulator.message_as_text(told)),
        );
        Ok(())
    }

    /// Somebody without a rank tries an admin's command.
    async fn stranger(&self, event: &str, teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        let stranger = Actor::new(self.demo.guild, self.demo.paddock, self.demo.stranger);
        let outcome = self
            .simulator
            .slash(&stranger, "event cancel", json!({ "event": event }))
            .await;
        let shown = self.stack.expect_message(outcome)?;
        teller.step("A stranger tries /event cancel", began, first_line(self, &shown));
        Ok(())
    }

    async fn close(&self, event: &str, channel: u64, teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        let outcome = self
            .simulator
            .slash(&self.demo.owner(), "event close", json!({ "event": event }))
            .await;
        self.stack.expect_message(outcome)?;
        self.stack.drain().await?;
        let board = self.board(channel)?;
        if button(&board, "Sign up").is_some_and(|button| button["disabled"] != true) {
            return Err(fault("the sign-up button still works"));
        }
        teller.step(
            "/event close: the buttons rest",
            began,
            self.simulator.message_as_text(&board),
        );
        Ok(())
    }

    /// A member presses a button of the sign-up message; returns what they are told.
    async fn press(&self, member: usize, channel: u64, label: &str) -> Result<String, StackError> {
        let board = self.board(channel)?;
        let button = button(&board, label).ok_or_else(|| fault(format!("no button {label}")))?;
        let custom_id = button["custom_id"].as_str().unwrap_or_default().to_owned();
        let driver = self.demo.member(member, channel);
        let shown = self
            .stack
            .expect_message(self.simulator.click(&driver, board.id, &custom_id).await)?;
        Ok(first_line(self, &shown))
    }
}

pub(crate) fn fault(what: impl Into<String>) -> StackError {
    StackError::Story(what.into())
}

fn first_line(story: &Story<'_>, message: &MessageView) -> String {
    story.simulator.message_as_text(message)
}

pub(crate) fn message_text(message: &MessageView) -> String {
    format!("{} {}", message.content, Value::from(message.embeds.clone()))
}

/// All components of a message, nested ones too.
#[must_use]
pub fn components(message: &MessageView) -> Vec<&Value> {
    fn collect<'a>(component: &'a Value, all: &mut Vec<&'a Value>) {
        all.push(component);
        for child in component["components"].as_array().into_iter().flatten() {
            collect(child, all);
        }
    }
    let mut all = Vec::new();
    message
        .components
        .iter()
        .for_each(|component| collect(component, &mut all));
    all
}

/// The custom id of the message's select, if it has one.
#[must_use]
pub fn select(message: &MessageView) -> Option<String> {
    let found = components(message)
        .into_iter()
        .find(|component| component["type"] == 3)?;
    found["custom_id"].as_str().map(str::to_owned)
}

/// The button of that label.
#[must_use]
pub fn button<'a>(message: &'a MessageView, label: &str) -> Option<&'a Value> {
    components(message)
        .into_iter()
        .find(|c| c["type"] == 2 && c["label"] == label)
}

/// Keeps an outcome's kind readable in an error.
#[must_use]
pub fn describe(kind: &OutcomeKind) -> String {
    match kind {
        OutcomeKind::Failed { reason } | OutcomeKind::Refused { reason } => reason.clone(),
        other => format!("{other:?}"),
    }
}
