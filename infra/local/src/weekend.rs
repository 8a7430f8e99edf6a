//! A race weekend, played through the signed endpoint and the clock: two teams from sign-up over the stints of a six-hour
//! race to results, archive and removal. Every step's result is looked for in the simulator's state.

use crate::people::MEMBERS;
use crate::seed::DemoClub;
use crate::story::{Teller, components, fault, message_text, select};
use crate::{Stack, StackError, story};
use gantry_simulator::{Actor, ChannelView, MessageView, OutcomeKind, Simulator};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::Instant;

/// The event's name.
pub const EVENT: &str = "Spa 6 Hours";
/// Drivers, in two teams of half as many.
const DRIVERS: usize = 8;
/// The first of them among the members.
const FIRST: usize = 8;
/// Stints of an hour, of each team.
const STINTS: i64 = 6;
/// The green flag comes late by so many minutes.
const LATE: i64 = 4;
/// Types of channels (Discord docs, "Channel Types").
const TEXT: u8 = 0;
const VOICE: u8 = 2;
const PRIVATE_THREAD: u8 = 12;

/// Plays it, with each tick of the clock run `ticks` times; `tell` hears of each step as soon as its result was found.
///
/// # Errors
/// [`StackError::Story`] at the first step whose result is not in the simulator's state.
pub async fn play(
    stack: &Stack,
    demo: &DemoClub,
    ticks: u32,
    tell: &mut dyn FnMut(&story::Step),
) -> Result<(), StackError> {
    let mut teller = Teller::new(tell);
    let weekend = Weekend::raced(stack, demo, ticks, &mut teller).await?;
    weekend.put_away(&mut teller).await
}

/// Plays it up to the results, so that everything is there to be looked at.
///
/// # Errors
/// As [`play`].
pub async fn play_to_results(
    stack: &Stack,
    demo: &DemoClub,
    tell: &mut dyn FnMut(&story::Step),
) -> Result<(), StackError> {
    Weekend::raced(stack, demo, 1, &mut Teller::new(tell))
        .await
        .map(drop)
}

struct Weekend<'a> {
    stack: &'a Stack,
    demo: &'a DemoClub,
    simulator: &'a Simulator,
    /// The event's id.
    event: String,
    /// Its channel.
    channel: u64,
    starts: Timestamp,
    /// How often each tick is run.
    ticks: u32,
    /// What the guild had before: roles, and channels that are no category.
    before: (usize, usize),
}

/// A team of the weekend.
struct Team {
    id: String,
    name: String,
}

impl<'a> Weekend<'a> {
    async fn raced(
        stack: &'a Stack,
        demo: &'a DemoClub,
        ticks: u32,
        teller: &mut Teller<'_>,
    ) -> Result<Self, StackError> {
        let weekend = Self::published(stack, demo, ticks, teller).await?;
        weekend.sign_up(teller).await?;
        let teams = weekend.teams(teller).await?;
        weekend.plans(&teams, teller).await?;
        weekend.last_day(teller).await?;
        weekend.race(&teams, teller).await?;
        weekend.results(teller).await?;
        Ok(weekend)
    }

    async fn published(
        stack: &'a Stack,
        demo: &'a DemoClub,
        ticks: u32,
        teller: &mut Teller<'_>,
    ) -> Result<Self, StackError> {
        let began = Instant::now();
        let zone = TimeZone::get("Europe/Berlin").map_err(|error| fault(error.to_string()))?;
        let day = (stack.now() + SignedDuration::from_hours(24 * 14))
            .to_zoned(zone.clone())
            .date();
        let starts = day
            .at(14, 0, 0, 0)
            .to_zoned(zone)
            .map_err(|error| fault(error.to_string()))?;
        let mut weekend = Self {
            stack,
            demo,
            simulator: stack.simulator(),
            event: String::new(),
            channel: 0,
            starts: starts.timestamp(),
            ticks,
            before: (0, 0),
        };
        weekend.before = weekend.belongings()?;
        let owner = demo.owner();
        let series = weekend
            .suggested("event create", json!({ "series": "sprint" }), "series")
            .await?
            .remove(0);
        let start = day.strftime("%Y-%m-%d 14:00").to_string();
        let options = json!({ "series": series.0, "name": EVENT, "start": start, "duration": "6h" });
        weekend.run(&owner, "event create", options).await?;
        weekend.event = weekend
            .suggested("event publish", json!({ "event": "spa" }), "event")
            .await?
            .remove(0)
            .0;
        weekend
            .run(&owner, "event publish", weekend.with(json!({})))
            .await?;
        stack.drain().await?;
        let named = weekend
            .channels()?
            .into_iter()
            .find(|one| one.kind == TEXT && one.name.contains("spa"));
        weekend.channel = named.ok_or_else(|| fault("the event has no channel"))?.id;
        let title = format!("A race weekend: /event create and publish “{EVENT}”, two weeks ahead");
        teller.step(title, began, format!("starts {}", weekend.starts));
        Ok(weekend)
    }

    async fn sign_up(&self, teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        let boards = self.simulator.messages(self.channel);
        let board = boards.iter().find_map(|one| select(one).map(|id| (one.id, id)));
        let (board, select) = board.ok_or_else(|| fault("no sign-up message"))?;
        for n in 0..DRIVERS {
            let driver = self.driver(n, self.channel);
            let outcome = self.simulator.select(&driver, board, &select, &["gt3"]).await;
            self.stack.expect_message(outcome)?;
        }
        self.run(&self.demo.owner(), "event close", self.with(json!({})))
            .await?;
        self.stack.drain().await?;
        let said = self.simulator.messages(self.channel);
        let closing = said.iter().find(|one| !one.attachments.is_empty());
        let closing = closing.ok_or_else(|| fault("the final roster was not posted with its file"))?;
        let shown = self.simulator.message_as_text(closing);
        teller.step(
            "Eight drivers sign up; /event close posts the roster",
            began,
            shown,
        );
        Ok(())
    }

    async fn teams(&self, teller: &mut Teller<'_>) -> Result<Vec<Team>, StackError> {
        let began = Instant::now();
        let owner = self.demo.owner();
        let options = self.with(json!({ "class": "gt3", "size": (DRIVERS / 2).to_string(), "seed": "42" }));
        let formed = self.run(&owner, "team form", options).await?;
        self.run(&owner, "team finalise", self.with(json!({}))).await?;
        self.stack.drain().await?;
        let found = self
            .suggested("stint plan", self.with(json!({ "team": "" })), "team")
            .await?;
        let teams: Vec<Team> = found.into_iter().map(|(id, name)| Team { id, name }).collect();
        let threads = self.of_kind(PRIVATE_THREAD)?;
        if teams.len() != 2 || threads.len() != 2 || self.of_kind(VOICE)?.len() != 2 {
            return Err(fault(format!(
                "two teams with thread and voice channel: {threads:?}"
            )));
        }
        let together: usize = threads.iter().map(|one| one.thread_members.len()).sum();
        if together < DRIVERS {
            return Err(fault(format!("{together} of {DRIVERS} drivers are in a thread")));
        }
        let shown = format!(
            "{}\n{}",
            self.simulator.message_as_text(&formed),
            self.simulator.tree(self.demo.guild)
        );
        teller.step(
            "/team form and finalise: role, thread and voice channel each",
            began,
            shown,
        );
        Ok(teams)
    }

    async fn plans(&self, teams: &[Team], teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        let owner = self.demo.owner();
        for team in teams {
            let of = |more: Value| self.of(team, more);
            let set = of(json!({ "stint": "60", "rest": "60", "in_a_row": "1", "pit": "70", "fuel": "95" }));
            self.run(&owner, "strategy set", set).await?;
            self.run(&owner, "stint plan", of(json!({}))).await?;
            self.run(&owner, "strategy announce", of(json!({}))).await?;
        }
        self.stack.drain().await?;
        let mut shown = String::new();
        for thread in self.of_kind(PRIVATE_THREAD)? {
            let messages = self.simulator.messages(thread.id);
            let plan = messages.iter().find(|one| !one.attachments.is_empty());
            let plan = plan.ok_or_else(|| fault(format!("no timetable in {}", thread.name)))?;
            shown += &format!("#{}\n{}\n", thread.name, self.simulator.message_as_text(plan));
        }
        teller.step(
            "/strategy set, /stint plan, /strategy announce for both",
            began,
            shown,
        );
        Ok(())
    }

    /// From now to a quarter of an hour before the start.
    async fn last_day(&self, teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        self.until(-16).await?;
        let said = self.simulator.messages(self.channel);
        let reminded = said
            .iter()
            .filter(|one| message_text(one).contains("starts in"))
            .count();
        if reminded == 0 {
            return Err(fault("nobody was reminded"));
        }
        teller.step(
            "The clock moves to a quarter of an hour before the start",
            began,
            format!("{reminded} reminders\n{}", self.simulator.tree(self.demo.guild)),
        );
        Ok(())
    }

    /// Six stints of each team, with a late green flag.
    async fn race(&self, teams: &[Team], teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        let owner = self.demo.owner();
        self.until(LATE).await?;
        for team in teams {
            self.run(&owner, "stint start", self.of(team, json!({}))).await?;
        }
        for stint in 1..STINTS {
            self.until(LATE + stint * 60).await?;
            for team in teams {
                self.run(&owner, "stint start", self.of(team, json!({}))).await?;
            }
        }
        self.until(LATE + STINTS * 60).await?;
        for team in teams {
            self.run(&owner, "stint finish", self.of(team, json!({}))).await?;
        }
        let mut lists = String::new();
        for team in teams {
            let list = self.run(&owner, "stint list", self.of(team, json!({}))).await?;
            lists += &format!("{}\n{}\n", team.name, self.simulator.message_as_text(&list));
        }
        self.stack.drain().await?;
        let told = self.told()?;
        if told != (STINTS * 2) as usize {
            return Err(fault(format!(
                "{told} of {} stints were announced to their driver",
                STINTS * 2
            )));
        }
        let title = format!("Six hours: green flag {LATE} minutes late, {told} calls of the next driver");
        teller.step(title, began, lists);
        Ok(())
    }

    async fn results(&self, teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        let owner = self.demo.owner();
        self.until(LATE + STINTS * 60 + 30).await?;
        let mut file = "driver,place,fastest_lap\n".to_owned();
        for n in 0..DRIVERS {
            let fastest = if n == 2 { "yes" } else { "" };
            file += &format!("{},{},{fastest}\n", self.name(n), n + 1);
        }
        let file = self.simulator.upload("results.csv", "text/csv", file.as_bytes());
        let shown = self
            .run(&owner, "result import", self.with(json!({ "file": file })))
            .await?;
        let taken = components(&shown).into_iter().find(|one| {
            let label = one["label"].as_str().unwrap_or_default();
            one["type"] == 2 && label.starts_with("Take")
        });
        let taken = taken.and_then(|button| button["custom_id"].as_str());
        let taken = taken.ok_or_else(|| fault(format!("no button: {}", message_text(&shown))))?;
        self.simulator.click(&owner, shown.id, taken).await;
        self.stack.drain().await?;
        self.run(&owner, "result post", self.with(json!({}))).await?;
        let messages = self.simulator.messages(self.channel);
        let posted = messages
            .iter()
            .find(|one| message_text(one).contains(&format!("Results: {EVENT}")));
        let posted = posted.ok_or_else(|| fault("the results were not posted"))?;
        let shown = self.simulator.message_as_text(posted);
        teller.step(
            "/result import and post: results with the series table",
            began,
            shown,
        );
        Ok(())
    }

    /// A day later it is put away, and a month later it is gone.
    async fn put_away(&self, teller: &mut Teller<'_>) -> Result<(), StackError> {
        let began = Instant::now();
        self.until(48 * 60).await?;
        let channels = self.channels()?;
        let parent = channels
            .iter()
            .find(|one| one.id == self.channel)
            .and_then(|one| one.parent);
        let archive = channels.iter().find(|one| Some(one.id) == parent);
        let archive = archive
            .ok_or_else(|| fault("the channel is in no archive"))?
            .name
            .clone();
        if !self.of_kind(VOICE)?.is_empty() {
            return Err(fault("voice channels were left"));
        }
        let title = format!("The next day: the channel moves to “{archive}”, roles and voice channels go");
        teller.step(title, began, self.simulator.tree(self.demo.guild));

        let began = Instant::now();
        self.until(40 * 24 * 60).await?;
        let left = self.belongings()?;
        // The channel of the main job's event, if that was played, is gone too.
        let there = self.channels()?.iter().any(|one| one.id == self.channel);
        if left.0 != self.before.0 || left.1 > self.before.1 || there {
            return Err(fault(format!("{:?} before, {left:?} left", self.before)));
        }
        let shown = self.simulator.tree(self.demo.guild);
        teller.step("A month later nothing of it is left", began, shown);
        Ok(())
    }

    /// Moves the clock to so many minutes after the planned start; each minute at which something is due is ticked.
    /// A tick that dies is made good by the next, once what it has put out is done.
    async fn until(&self, minutes: i64) -> Result<(), StackError> {
        let to = self.starts + SignedDuration::from_mins(minutes);
        loop {
            match self.stack.advance(to, self.ticks).await {
                Err(error) if error.to_string().contains("the function was killed") => {
                    self.stack.drain().await?;
                }
                outcome => return outcome.map(drop),
            }
        }
    }

    /// Runs a command; a late answer is waited for.
    async fn run(&self, actor: &Actor, command: &str, options: Value) -> Result<MessageView, StackError> {
        let outcome = self.simulator.slash(actor, command, options).await;
        if !matches!(outcome.kind, OutcomeKind::Deferred { .. }) {
            return self.stack.expect_message(outcome);
        }
        self.stack.drain().await?;
        let mut answers = self.simulator.interaction_messages(outcome.interaction_id);
        answers
            .pop()
            .ok_or_else(|| fault(format!("/{command} was not answered")))
    }

    /// The suggestions for an option: value and label.
    async fn suggested(
        &self,
        command: &str,
        typed: Value,
        option: &str,
    ) -> Result<Vec<(String, String)>, StackError> {
        let owner = self.demo.owner();
        let found = self.simulator.autocomplete(&owner, command, typed, option).await;
        let found = found.map_err(|error| fault(format!("no suggestions: {error}")))?;
        let choices: Vec<_> = found
            .into_iter()
            .filter_map(|choice| Some((choice.value.as_str()?.to_owned(), choice.name)))
            .collect();
        if choices.is_empty() {
            return Err(fault(format!("nothing is suggested for {option} of /{command}")));
        }
        Ok(choices)
    }

    fn with(&self, mut options: Value) -> Value {
        options["event"] = json!(self.event);
        options
    }

    fn of(&self, team: &Team, options: Value) -> Value {
        let mut options = self.with(options);
        options["team"] = json!(team.id);
        options
    }

    fn driver(&self, n: usize, channel: u64) -> Actor {
        self.demo.member(FIRST + n, channel)
    }

    fn name(&self, n: usize) -> &'static str {
        MEMBERS.get(FIRST + n).map_or("", |person| person.name)
    }

    fn channels(&self) -> Result<Vec<ChannelView>, StackError> {
        let view = self.simulator.guild_view(self.demo.guild);
        Ok(view.ok_or_else(|| fault("the guild is gone"))?.channels)
    }

    fn of_kind(&self, kind: u8) -> Result<Vec<ChannelView>, StackError> {
        let mut channels = self.channels()?;
        channels.retain(|one| one.kind == kind && !one.archived);
        Ok(channels)
    }

    /// How many roles, and how many channels that are no category.
    fn belongings(&self) -> Result<(usize, usize), StackError> {
        let view = self.simulator.guild_view(self.demo.guild);
        let view = view.ok_or_else(|| fault("the guild is gone"))?;
        let channels = view.channels.iter().filter(|one| one.kind != 4).count();
        Ok((view.roles.len(), channels))
    }

    /// How often a driver was told that they are next, in a thread, in the channel or by DM.
    fn told(&self) -> Result<usize, StackError> {
        let threads = self.of_kind(PRIVATE_THREAD)?;
        let public = threads.iter().map(|thread| thread.id).chain([self.channel]);
        let public = public.flat_map(|channel| self.simulator.messages(channel));
        let direct = (0..DRIVERS).flat_map(|n| self.simulator.dms(self.driver(n, 0).user));
        let next = |one: &MessageView| message_text(one).contains("You are next");
        Ok(public.chain(direct).filter(next).count())
    }
}
