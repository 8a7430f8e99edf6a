//! Says something in an event's channel, once, however often it is asked for.

use super::call::Env;
use super::job::{CLOCK_SKEW, Job, JobFailure, nonce};
use crate::domain::alert::{
    Alert, AlertKind, AlertState, Announcement, DropReason, WORDS_AGAIN, whole_second,
};
use crate::domain::club::Club;
use crate::domain::event::EventKey;
use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::{Notice, Render, Rendered, Sheet};
use crate::domain::settings::Settings;
use crate::domain::sign_up_csv;
use crate::domain::signup::{SignUp, Status};
use crate::domain::space::{Space, SpaceState};
use crate::domain::teams::LineUp;
use crate::domain::text::comparable;
use crate::domain::wishes::{Telling, Way};
use crate::domain::work::Work;
use crate::ports::discord::{
    DiscordError, FileMessages, Mentions, MessageBody, Messages, NewMessage, Upload,
};
use crate::ports::store::{
    Alerts, Batch, Change, Delivery, Ledger, MemberWishes, Receipts, SettingsReader, Spaces, StoreError,
    TeamReader,
};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::HashMap;

/// Users mentioned in one message: Discord notifies at most 100 (allowed mentions), and 80 mentions of 22 characters
/// each fit into the 2,000 of its content.
const MENTIONED: usize = 80;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It stands in the channel, or did when it was said before.
    Done,
    /// It is not so any more.
    Overtaken,
    /// The event has no channel.
    NoChannel,
    /// Discord does not take it; its words.
    Refused(String),
}

impl Said {
    /// What has become of the alert that had it said.
    pub(super) fn outcome(self, at: Timestamp) -> AlertState {
        let why = match self {
            Self::Done => return AlertState::Sent { at, silent: false },
            Self::Refused(why) => return AlertState::Failed { at, why },
            Self::Overtaken => DropReason::Overtaken,
            Self::NoChannel => DropReason::NoChannel,
        };
        AlertState::Dropped { at, why }
    }
}

/// What came of it, and for whom something is left to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// What came of it in the channel.
    pub said: Said,
    /// Those who are told the same by DM instead, as they wish; or since there is no other way to tell them that they need not
    /// come.
    pub by_dm: Vec<UserId>,
}

/// Says what a change of the event asked for, unless it is not so any more or too late. What Discord does not take, or has no
/// channel for, is no error: the board says the same. What becomes of words that are not said then is an alert beside the
/// event's others: in an outage they are said later, as long as they are of use.
///
/// # Errors
/// What the store and Discord say.
pub async fn announce_event<S: WordStore + SettingsReader>(
    store: &S,
    env: &impl Env,
    ways: (&impl FileMessages, &impl Render),
    job: &Job,
    (event, what, due): (EventKey, Announcement, Timestamp),
) -> Result<(), JobFailure> {
    let Some((club, settings)) = store.club_and_settings(event.club).await? else {
        return Ok(());
    };
    let words = AlertKind::Words { what, due };
    let at = job.now;
    if !what.timely(due, at) {
        let why = DropReason::Late;
        return keep(
            store,
            env,
            job,
            (event, words),
            AlertState::Dropped { at, why },
            Vec::new(),
        )
        .await;
    }
    let said = Box::pin(announce(store, ways, job, (&club, &settings), (event, what, due))).await;
    let Announced { said, by_dm } = match said {
        Err(JobFailure::Discord(DiscordError::Unavailable(_))) => {
            return keep(store, env, job, (event, words), AlertState::Waiting, Vec::new()).await;
        }
        announced => announced?,
    };
    let dms = dms(event, what, due, by_dm);
    match said.outcome(at) {
        AlertState::Sent { .. } => Ok(()),
        outcome => keep(store, env, job, (event, words), outcome, dms).await,
    }
}

/// What is needed of the store to say something and to keep what could not be said.
pub trait WordStore: Alerts + Ledger + MemberWishes + Receipts + Spaces + TeamReader {}

impl<T: Alerts + Ledger + MemberWishes + Receipts + Spaces + TeamReader> WordStore for T {}

/// Records what becomes of words that were not said, once, and has those told by DM who are told so.
async fn keep<S: Alerts + Ledger>(
    store: &S,
    env: &impl Env,
    job: &Job,
    (event, kind): (EventKey, AlertKind),
    outcome: AlertState,
    work: Vec<Work>,
) -> Result<(), JobFailure> {
    let present = store.alerts(event).await?;
    let found = present.iter().find(|alert| alert.kind.name() == kind.name());
    if found.is_some_and(|alert| alert.kind == kind && (alert.is_pending() || outcome != AlertState::Waiting))
    {
        return Ok(());
    }
    let alert = Alert {
        event,
        guild: job.guild,
        kind,
        due: whole_second(job.now.saturating_add(WORDS_AGAIN).unwrap_or(job.now)),
        outcome,
        version: found.map_or(1, |alert| alert.version + 1),
    };
    let dropped = matches!(alert.outcome, AlertState::Dropped { .. });
    let record = dropped.then(|| Record {
        club: event.club,
        actor: Actor::Gantry,
        at: job.now,
        fact: Fact::AlertsDropped {
            event,
            alerts: vec![kind],
        },
        before: Value::Null,
        after: serde_json::to_value(&alert.outcome).unwrap_or_default(),
    });
    let batch = Batch {
        changes: vec![Change::PutAlert(alert)],
        record,
        outbox: job.outbox(env, work),
        answered: None,
    };
    Ok(store.commit(batch).await?)
}

/// The DMs to those who are told something by DM.
pub(super) fn dms(event: EventKey, what: Announcement, due: Timestamp, users: Vec<UserId>) -> Vec<Work> {
    let dm = |user| match what {
        Announcement::Reminder { hours } => Some(Work::TellReminder {
            event,
            user,
            hours,
            due,
        }),
        Announcement::Cancelled => Some(Work::TellCancelled { event, user }),
        Announcement::Opening | Announcement::Progress | Announcement::Closing | Announcement::Start => None,
    };
    users.into_iter().filter_map(dm).collect()
}

/// Says it. `due` tells one announcement of a kind from the next.
///
/// # Errors
/// What the store and Discord say; [`JobFailure::Stale`] while the channel is still being made.
pub async fn announce<S: MemberWishes + Receipts + Spaces + TeamReader>(
    store: &S,
    (discord, render): (&impl FileMessages, &impl Render),
    job: &Job,
    (club, settings): (&Club, &Settings),
    (event, what, due): (EventKey, Announcement, Timestamp),
) -> Result<Announced, JobFailure> {
    let nobody = |said| Announced {
        said,
        by_dm: Vec::new(),
    };
    let (space, found) = futures::join!(store.space(event), store.line_up(event));
    let (space, Some((sheet, line_up))) = (space?, found?) else {
        return Ok(nobody(Said::NoChannel));
    };
    if !what.holds(&sheet.event, job.now) {
        return Ok(nobody(Said::Overtaken));
    }
    let (users, mut by_dm) = told(store, (&sheet, &line_up), what, settings).await?;
    let called_off = if what == Announcement::Cancelled {
        users.clone()
    } else {
        Vec::new()
    };
    let over = sheet.event.state.is_over();
    let Some(channel) = channel(space.as_ref(), club, over)? else {
        by_dm.extend(called_off);
        return Ok(Announced {
            said: Said::NoChannel,
            by_dm,
        });
    };
    let rendered = render.render(&Notice::Announced {
        club,
        sheet: &sheet,
        what,
    });
    let said = post(
        store,
        discord,
        job,
        (event, channel),
        (&rendered, users, what, due),
        roster_file(&sheet, what)?.as_ref(),
    )
    .await?;
    if matches!(said, Said::Refused(_)) {
        by_dm.extend(called_off);
    }
    Ok(Announced { said, by_dm })
}

/// The final roster, which goes with the word that sign-up is over.
fn roster_file(sheet: &Sheet, what: Announcement) -> Result<Option<Upload>, StoreError> {
    if what != Announcement::Closing {
        return Ok(None);
    }
    let bytes = sign_up_csv::export(sheet).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let slug: String = comparable(&sheet.event.name)
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    Ok(Some(Upload {
        filename: format!(
            "sign-ups-{slug}-{}.csv",
            sheet.event.starts_at.strftime("%Y-%m-%d")
        ),
        content_type: "text/csv; charset=utf-8",
        bytes,
    }))
}

/// Posts it, in as many messages as it takes to mention all.
async fn post<S: Receipts>(
    store: &S,
    discord: &impl FileMessages,
    job: &Job,
    (event, channel): (EventKey, ChannelId),
    (rendered, users, what, due): (&Rendered, Vec<UserId>, Announcement, Timestamp),
    file: Option<&Upload>,
) -> Result<Said, JobFailure> {
    let mut parts: Vec<&[UserId]> = users.chunks(MENTIONED).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    for (number, users) in parts.into_iter().enumerate() {
        // Only the first one carries the text; the others call those who did not fit.
        let mut body = rendered.body.clone();
        if number > 0 {
            body["embeds"] = Value::Array(Vec::new());
        }
        let calls: Vec<String> = users.iter().map(|user| format!("<@{user}>")).collect();
        if !calls.is_empty() {
            body["content"] = calls.join(" ").into();
        }
        let message = Part {
            name: format!("said#{}#{due}#{number}", what.name()),
            body,
            users,
            file: file.filter(|_| number == 0),
        };
        match message.send_once(store, discord, job, (event, channel)).await {
            Ok(()) => {}
            Err(JobFailure::Discord(
                error @ (DiscordError::Forbidden { .. }
                | DiscordError::NotFound { .. }
                | DiscordError::Refused { .. }),
            )) => return Ok(Said::Refused(error.to_string())),
            Err(error) => return Err(error),
        }
    }
    Ok(Said::Done)
}

/// Who is mentioned, and who is told by DM instead: as each of them wishes.
async fn told<S: MemberWishes>(
    store: &S,
    (sheet, line_up): (&Sheet, &LineUp),
    what: Announcement,
    settings: &Settings,
) -> Result<(Vec<UserId>, Vec<UserId>), JobFailure> {
    let mut users = mentioned(sheet, line_up, what);
    let telling = match what {
        Announcement::Reminder { hours } => Telling::Reminder { hours },
        Announcement::Start => Telling::Start,
        // That it is called off is told to all who planned to come.
        _ => return Ok((users, Vec::new())),
    };
    let wishes = store.wishes_of(sheet.event.key.club, &users).await?;
    let ways: HashMap<UserId, Way> = wishes
        .iter()
        .map(|wishes| (wishes.user, wishes.way(telling, settings)))
        .collect();
    let way = |user: &UserId| ways.get(user).copied().unwrap_or_default();
    let by_dm = users
        .iter()
        .copied()
        .filter(|user| way(user) == Way::Dm)
        .collect();
    users.retain(|user| way(user) == Way::Public);
    Ok((users, by_dm))
}

/// Where it is said: in the guild that the club is at home in now.
fn channel(space: Option<&Space>, club: &Club, over: bool) -> Result<Option<ChannelId>, JobFailure> {
    let (Some(space), Some(home)) = (space, club.guild) else {
        return Ok(None);
    };
    match (&space.state, space.channel_in(home)) {
        (SpaceState::Archived | SpaceState::Deleted, _) => Ok(None),
        // It is not made for an event that is over, nor while the guild is lost.
        (SpaceState::Creating, None) if over || club.lost_at.is_some() => Ok(None),
        // It is about to be there: said a little later.
        (SpaceState::Creating, None) => Err(JobFailure::Stale),
        (_, channel) => Ok(channel),
    }
}

/// Who is called: never those who wait, are reserves, or do not come, unless the event is called off.
fn mentioned(sheet: &Sheet, line_up: &LineUp, what: Announcement) -> Vec<UserId> {
    let concerned = |one: &&SignUp| match what {
        Announcement::Reminder { .. } | Announcement::Start => line_up.drives(sheet.event.state, one),
        Announcement::Cancelled => {
            matches!(one.status, Status::Seated { .. } | Status::Waiting { .. })
        }
        Announcement::Opening | Announcement::Progress | Announcement::Closing => false,
    };
    let sign_ups = sheet.sign_ups.iter().filter(concerned);
    sign_ups.map(|one| one.user).collect()
}

/// A message that is sent once.
pub(super) struct Part<'a> {
    /// Names its receipt.
    pub name: String,
    /// What it says; mentions stand in its content.
    pub body: Value,
    /// Whom it notifies.
    pub users: &'a [UserId],
    /// What is attached, where Discord lets Gantry attach files.
    pub file: Option<&'a Upload>,
}

impl Part<'_> {
    /// Sends it unless it was sent, or an earlier try left it in the channel.
    ///
    /// # Errors
    /// What the store and Discord say.
    pub(super) async fn send_once<S: Receipts>(
        &self,
        store: &S,
        discord: &impl FileMessages,
        job: &Job,
        (event, channel): (EventKey, ChannelId),
    ) -> Result<(), JobFailure> {
        let was_sent = match store.begin_delivery(event, &self.name, job.now).await? {
            Delivery::Settled => return Ok(()),
            Delivery::New => false,
            Delivery::Begun(since) => self.was_sent(discord, channel, since).await?,
        };
        if !was_sent {
            let message = NewMessage {
                body: MessageBody(self.body.clone()),
                nonce: nonce(&format!("{}#{channel}", self.name)),
                mentions: Mentions {
                    users: self.users.to_vec(),
                },
            };
            match self.file {
                None => discord.post_message(channel, &message).await,
                Some(file) => match discord.post_message_with_file(channel, &message, file).await {
                    // What it says matters more than the file.
                    Err(DiscordError::Forbidden { .. } | DiscordError::Refused { .. }) => {
                        discord.post_message(channel, &message).await
                    }
                    posted => posted,
                },
            }?;
        }
        Ok(store
            .settle_delivery(event, &self.name, "channel", job.now)
            .await?)
    }

    /// Whether a message of ours since then says the same: an announcement has no component to be known by.
    async fn was_sent(
        &self,
        discord: &impl Messages,
        channel: ChannelId,
        since: Timestamp,
    ) -> Result<bool, JobFailure> {
        let earliest = since.saturating_sub(CLOCK_SKEW).unwrap_or(since).as_millisecond();
        let content = self.body["content"].as_str().unwrap_or_default();
        let embeds = self.body["embeds"].as_array().into_iter().flatten();
        let titles: Vec<&str> = embeds.filter_map(|embed| embed["title"].as_str()).collect();
        Ok(discord.own_messages(channel).await?.iter().any(|message| {
            message.id.created_at_millis() >= earliest
                && message.content == content
                && message
                    .titles
                    .iter()
                    .map(String::as_str)
                    .eq(titles.iter().copied())
        }))
    }
}
