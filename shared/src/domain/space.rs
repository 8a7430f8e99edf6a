//! What an event has in Discord: its category, channel and messages, and how far the work on them has come.

use super::event::EventKey;
use super::ids::{ChannelId, ClubId, GuildId, MessageId, SeriesId};
use super::permissions::Gap;
use super::race_room::{Absent, Room};
use super::scheduled::Scheduled;
use super::work::Reply;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A step with an effect on Discord: first the intent is recorded, then the effect made, then its id recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step<T> {
    /// Not begun.
    Todo,
    /// May have happened: look for what was left before trying again.
    Intended {
        /// When the intent was first recorded.
        at: Timestamp,
    },
    /// Done.
    Done {
        /// What it made.
        id: T,
    },
}

impl<T: Copy> Step<T> {
    /// What it made, if it is done.
    #[must_use]
    pub const fn id(&self) -> Option<T> {
        match self {
            Self::Done { id } => Some(*id),
            Self::Todo | Self::Intended { .. } => None,
        }
    }

    /// The step with its intent recorded. The first intent's instant stays: what an earlier try made is no older.
    #[must_use]
    pub const fn intended(self, now: Timestamp) -> Self {
        match self {
            Self::Todo => Self::Intended { at: now },
            other => other,
        }
    }

    /// Whether an earlier try may have had its effect.
    #[must_use]
    pub const fn may_have_happened(&self) -> bool {
        matches!(self, Self::Intended { .. })
    }
}

/// How an event's channel work stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum SpaceState {
    /// Under way.
    Creating,
    /// All there.
    Active,
    /// The event is over: its channel is read-only and out of the way, or was gone.
    Archived,
    /// Its channel is removed.
    Deleted,
    /// Stopped; publishing again tries once more.
    Failed {
        /// What the admin is told.
        reason: SpaceFault,
    },
}

/// Why channel work could not be finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpaceFault {
    /// The bot lacks a permission in the guild or the category.
    MissingPermission,
    /// The guild has all the channels that Discord allows.
    GuildFull,
    /// Somebody deleted the channel.
    ChannelDeleted,
    /// The bot is not in the guild any more.
    GuildLost,
    /// Discord refused for another reason, which is in the log.
    Refused,
}

/// What an event has in Discord.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// The event.
    pub event: EventKey,
    /// The guild that all of it is in, once the work has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild: Option<GuildId>,
    /// How the work stands.
    pub state: SpaceState,
    /// What the bot lacked when the work stopped for want of a permission.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<Gap>,
    /// The category that the channel is put in, once it is chosen.
    pub category: Option<ChannelId>,
    /// The text channel.
    pub channel: Step<ChannelId>,
    /// The name with which the channel is made: the event's may have changed when an earlier try is looked for.
    pub channel_name: Option<String>,
    /// The information message.
    pub info: Step<MessageId>,
    /// The sign-up message.
    pub board: Step<MessageId>,
    /// Digest of what the information message shows.
    pub info_shown: Option<String>,
    /// Digest of what the sign-up message shows.
    pub board_shown: Option<String>,
    /// The voice room of race day, where the event has no settled teams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Room>,
    /// Why there is none though there should be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_absent: Option<Absent>,
    /// The event as one of Discord's scheduled events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<Scheduled>,
    /// Whom to tell when the work is done.
    pub reply: Option<Reply>,
    /// Counts the changes: a worker that lost its job to another one cannot write any more.
    pub version: u64,
}

impl Space {
    /// A space of which nothing is there yet.
    #[must_use]
    pub const fn new(event: EventKey, reply: Option<Reply>) -> Self {
        Self {
            event,
            guild: None,
            state: SpaceState::Creating,
            lacking: Vec::new(),
            category: None,
            channel: Step::Todo,
            channel_name: None,
            info: Step::Todo,
            board: Step::Todo,
            info_shown: None,
            board_shown: None,
            room: None,
            room_absent: None,
            scheduled: None,
            reply,
            version: 1,
        }
    }

    /// The event's channel, if it is in this guild: a club that has moved left its channels behind.
    #[must_use]
    pub fn channel_in(&self, guild: GuildId) -> Option<ChannelId> {
        self.channel.id().filter(|_| self.is_in(guild))
    }

    /// Whether what is recorded is in this guild. A record that names none is of the guild that the club had then.
    #[must_use]
    pub fn is_in(&self, guild: GuildId) -> bool {
        self.guild.is_none_or(|home| home == guild)
    }

    /// Settles in this guild: what was made in another one counts no more.
    pub fn move_to(&mut self, guild: GuildId) {
        if !self.is_in(guild) {
            *self = Self {
                state: self.state.clone(),
                reply: self.reply.clone(),
                version: self.version,
                ..Self::new(self.event, None)
            };
        }
        self.guild = Some(guild);
    }
}

/// One category of a series in Discord; a series has a further one when the first is full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesCategory {
    /// The club.
    pub club: ClubId,
    /// The series.
    pub series: SeriesId,
    /// Its number, from 1.
    pub number: u32,
    /// The category.
    pub step: Step<ChannelId>,
    /// Counts the changes.
    pub version: u64,
}
