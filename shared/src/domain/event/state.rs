//! The life of an event: its states, what can be asked of it in each, and what every step brings with it.

use super::Event;
use crate::domain::alert::Announcement;
use crate::domain::refusal::Refusal;
use crate::domain::work::Work;
use serde::{Deserialize, Serialize};

/// Where an event is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventState {
    /// Only those who manage events see it.
    Draft,
    /// Published; drivers sign up between the opening and the closing of sign-up.
    Open,
    /// Sign-up is over.
    Closed,
    /// Drivers are being put into teams.
    TeamsForming,
    /// The teams are settled.
    TeamsFinal,
    /// The race is less than a day away and all is prepared.
    Ready,
    /// The race is on.
    Live,
    /// The race is over.
    Completed,
    /// Its channel is put away, to be read only.
    Archived,
    /// Its channel is gone; only the record of it is kept.
    Deleted,
    /// Called off.
    Cancelled,
}

impl EventState {
    /// All states, in the order of an event's life; called off is last.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Open,
        Self::Closed,
        Self::TeamsForming,
        Self::TeamsFinal,
        Self::Ready,
        Self::Live,
        Self::Completed,
        Self::Archived,
        Self::Deleted,
        Self::Cancelled,
    ];

    /// Published, and the race has not begun: drivers can give back their seats, whether or not sign-up is open.
    #[must_use]
    pub const fn before_start(self) -> bool {
        matches!(
            self,
            Self::Open | Self::Closed | Self::TeamsForming | Self::TeamsFinal | Self::Ready
        )
    }

    /// Nothing more is raced: it was run, or called off.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Archived | Self::Deleted | Self::Cancelled
        )
    }

    /// The race is on, or was just now: what came in of it is still shown.
    #[must_use]
    pub const fn shows_race(self) -> bool {
        matches!(self, Self::Live | Self::Completed)
    }

    /// The step that `action` is from here.
    ///
    /// # Errors
    /// [`Refusal::WrongState`].
    pub const fn step(self, action: EventAction) -> Result<Step, Refusal> {
        let to = match (self, action) {
            (state, EventAction::Edit) if matches!(state, Self::Draft) || state.before_start() => state,
            (Self::Draft, EventAction::Publish) => Self::Open,
            // Publishing twice is how an admin repairs a failed channel: the state stays, the work is asked for again.
            (state, EventAction::Publish) if state.before_start() || matches!(state, Self::Live) => state,
            (Self::Open, EventAction::Close) => Self::Closed,
            // A race whose day has come without teams can still get some.
            (Self::Closed | Self::TeamsForming | Self::Ready, EventAction::FormTeams)
            | (Self::TeamsFinal | Self::Ready, EventAction::ReopenTeams) => Self::TeamsForming,
            // Small changes are made to settled teams too; forming them anew takes opening them again.
            (Self::Closed | Self::TeamsForming, EventAction::ArrangeTeams) => Self::TeamsForming,
            (Self::TeamsFinal | Self::Ready | Self::Live, EventAction::ArrangeTeams) => self,
            (Self::TeamsForming, EventAction::FinaliseTeams) => Self::TeamsFinal,
            (Self::Closed | Self::TeamsFinal, EventAction::MakeReady) => Self::Ready,
            // The race starts when it starts, however far its preparation has come.
            (state, EventAction::Start) if state.before_start() => Self::Live,
            (Self::Live, EventAction::Complete) => Self::Completed,
            (Self::Completed | Self::Cancelled, EventAction::Archive) => Self::Archived,
            (Self::Archived, EventAction::Delete) => Self::Deleted,
            (state, EventAction::Cancel) if !state.is_over() => Self::Cancelled,
            (state, action) => return Err(Refusal::WrongState { state, action }),
        };
        Ok(Step {
            from: self,
            action,
            to,
        })
    }

    /// The state that `action` leads to.
    ///
    /// # Errors
    /// [`Refusal::WrongState`].
    pub fn after(self, action: EventAction) -> Result<Self, Refusal> {
        self.step(action).map(|step| step.to)
    }
}

/// What can be asked of an event, by a person or because its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventAction {
    /// Change its facts.
    Edit,
    /// Make it public.
    Publish,
    /// End sign-up.
    Close,
    /// Put drivers into teams.
    FormTeams,
    /// Change teams by hand, or what they plan.
    ArrangeTeams,
    /// Settle the teams.
    FinaliseTeams,
    /// Change settled teams again.
    ReopenTeams,
    /// Begin the last day before the race.
    MakeReady,
    /// Begin the race.
    Start,
    /// End the race.
    Complete,
    /// Put its channel away.
    Archive,
    /// Remove its channel.
    Delete,
    /// Call it off.
    Cancel,
}

impl EventAction {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Edit,
        Self::Publish,
        Self::Close,
        Self::FormTeams,
        Self::ArrangeTeams,
        Self::FinaliseTeams,
        Self::ReopenTeams,
        Self::MakeReady,
        Self::Start,
        Self::Complete,
        Self::Archive,
        Self::Delete,
        Self::Cancel,
    ];
}

/// What becomes of sign-up in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpChange {
    /// It stays as it is, or follows what was edited.
    Kept,
    /// It begins, for classes that have no count yet.
    Begins,
    /// It is over.
    Ends,
}

/// One step of an event's life that is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// From where.
    pub from: EventState,
    /// What is done.
    pub action: EventAction,
    /// To where.
    pub to: EventState,
}

impl Step {
    /// What becomes of sign-up.
    #[must_use]
    pub const fn sign_up(&self) -> SignUpChange {
        match (self.from, self.to) {
            (EventState::Draft, EventState::Open) => SignUpChange::Begins,
            (EventState::Open, EventState::Open) => SignUpChange::Kept,
            (EventState::Open, _) => SignUpChange::Ends,
            _ => SignUpChange::Kept,
        }
    }

    /// The jobs that it causes for the event as it is after it.
    #[must_use]
    pub fn jobs(&self, after: &Event) -> Vec<Work> {
        let event = after.key;
        let say = |what| Work::Announce {
            event,
            what,
            due: after.state_since.unwrap_or(after.created_at),
        };
        let refresh = Work::RefreshBoard { event };
        match (self.from, self.action) {
            (_, EventAction::Publish) => vec![Work::OpenEventSpace { event }],
            // A draft has no message that could be out of date.
            (EventState::Draft, _) => Vec::new(),
            (_, EventAction::Close) => vec![refresh, say(Announcement::Closing)],
            (_, EventAction::Start) => vec![refresh, say(Announcement::Start)],
            (_, EventAction::Cancel) => vec![refresh, say(Announcement::Cancelled)],
            // First the teams: in a channel that is put away their threads could not be closed.
            (_, EventAction::Archive) => vec![Work::ClearTeams { event }, Work::ArchiveEventSpace { event }],
            (_, EventAction::Delete) => vec![Work::DeleteEventSpace { event }],
            _ => vec![refresh],
        }
    }
}
