//! What Gantry says in channels and DMs, as data. `discord/views` turns it into messages.

use super::club::Club;
use super::event::Event;
use super::ids::ChannelId;
use super::refusal::{Refusal, Standing};
use super::seats::Seats;
use super::signup::{SignUp, Status};
use super::space::SpaceFault;
use serde::{Deserialize, Serialize};

/// Everything that is known of one event, as read in one query.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The event.
    pub event: Event,
    /// The count of each class, in the event's order. Empty while the event is a draft.
    pub seats: Vec<Seats>,
    /// All answers, in order of arrival.
    pub sign_ups: Vec<SignUp>,
}

impl Sheet {
    /// The drivers with a seat in the class of `seats`, in order of arrival.
    pub fn seated<'a>(&'a self, seats: &'a Seats) -> impl Iterator<Item = &'a SignUp> {
        self.sign_ups
            .iter()
            .filter(|s| matches!(&s.status, Status::Seated { class, .. } if *class == seats.class.id))
    }

    /// The drivers who wait for the class of `seats`, in order of arrival.
    pub fn waiting<'a>(&'a self, seats: &'a Seats) -> impl Iterator<Item = &'a SignUp> {
        self.sign_ups
            .iter()
            .filter(|s| matches!(&s.status, Status::Waiting { class, .. } if *class == seats.class.id))
    }

    /// The drivers who do not come, in order of answer.
    pub fn not_coming(&self) -> impl Iterator<Item = &SignUp> {
        self.sign_ups.iter().filter(|s| s.status == Status::NotComing)
    }
}

/// A message to be shown to somebody.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice<'a> {
    /// The information message of an event's channel. Carries a component whose custom id names the event, by which a
    /// late retry finds it.
    EventInfo {
        /// The club.
        club: &'a Club,
        /// The event.
        event: &'a Event,
    },
    /// The sign-up message of an event's channel, carrying components that name the event, too.
    SignUpBoard {
        /// The club.
        club: &'a Club,
        /// What it shows.
        sheet: &'a Sheet,
    },
    /// To the admin who published: the channel is there.
    SpaceReady {
        /// The club.
        club: &'a Club,
        /// The event.
        event: &'a Event,
        /// Its channel.
        channel: ChannelId,
    },
    /// To the admin who published: it did not work.
    SpaceFailed {
        /// The event.
        event: &'a Event,
        /// Why.
        fault: SpaceFault,
    },
    /// To a driver who moved up from the waitlist. Carries a component whose custom id names the event.
    Promoted {
        /// The club.
        club: &'a Club,
        /// The event.
        event: &'a Event,
        /// Label of the class.
        class: &'a str,
        /// The event's channel, if it has one.
        channel: Option<ChannelId>,
    },
    /// To a driver whose answer was recorded late.
    Answered {
        /// The event.
        event: &'a Event,
        /// How they stand now.
        standing: &'a Standing,
    },
    /// To a person whose wish was refused late.
    Refused {
        /// Why.
        refusal: &'a Refusal,
    },
}

/// A message as Discord takes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// A JSON object of Discord's message fields, without nonce and mentions.
    pub body: serde_json::Value,
    /// Changes when, and only when, the body does.
    pub digest: String,
    /// The custom ids in it, by which the message is known again.
    pub markers: Vec<String>,
}

/// Turns notices into messages.
pub trait Render: Send + Sync {
    /// The message for `notice`.
    fn render(&self, notice: &Notice<'_>) -> Rendered;
}
