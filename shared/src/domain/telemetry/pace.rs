//! Where a team stands in the race, and how often its thread is told.
//!
//! What arrives is kept beside the team; one message shows it, and is brought up to date once a minute at most. Incidents are
//! messages of their own, at once.

use crate::domain::alert::whole_second;
use crate::domain::event::EventKey;
use crate::domain::ids::TeamId;
use crate::domain::refusal::Refusal;
use crate::domain::results::Posted;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A team's position is shown this often at most.
pub const SHOWN_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// Incidents of a team that are told within a minute.
const INCIDENTS_A_MINUTE: usize = 10;

/// Where a team stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// When it was so.
    pub at: Timestamp,
    /// Overall, from 1.
    pub position: u32,
    /// In its class, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_position: Option<u32>,
    /// Behind the leader, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap_ms: Option<u64>,
    /// Behind the leader, in laps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap_laps: Option<u32>,
    /// Behind the car ahead, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_ms: Option<u64>,
    /// Laps driven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lap: Option<u32>,
}

/// Something that happened to a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// When it was told.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// On which lap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lap: Option<u32>,
}

/// What has arrived of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPace {
    /// The event.
    pub event: EventKey,
    /// The team.
    pub team: TeamId,
    /// The latest that is known.
    pub latest: Option<Pace>,
    /// When showing it was last set off.
    pub asked_at: Option<Timestamp>,
    /// When the incidents of the last minute were told.
    pub incidents: Vec<Timestamp>,
    /// How many incidents were ever told: the number of the latest.
    #[serde(default)]
    pub told: u64,
    /// When the latest signal was signed that began or ended a stint, or would have.
    #[serde(default)]
    pub stint_at: Option<Timestamp>,
    /// Counts the changes, from 1; 0 before the first.
    pub version: u64,
}

/// What is shown of a team, and where: written by whoever shows it, so that what arrives holds nobody up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownPace {
    /// The event.
    pub event: EventKey,
    /// The team.
    pub team: TeamId,
    /// What the message says.
    pub pace: Pace,
    /// The message.
    pub posted: Posted,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// When what has arrived is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// At once.
    Now,
    /// At this instant, in whole seconds.
    At(Timestamp),
}

impl TeamPace {
    /// Of a team of which nothing has arrived.
    #[must_use]
    pub const fn none(event: EventKey, team: TeamId) -> Self {
        Self {
            event,
            team,
            latest: None,
            asked_at: None,
            incidents: Vec::new(),
            told: 0,
            stint_at: None,
            version: 0,
        }
    }

    fn next(&self) -> Self {
        Self {
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// When it may be shown again; at once if nothing is.
    #[must_use]
    pub fn shown_again_at(&self) -> Option<Timestamp> {
        // A second more, as instants of alerts are whole ones.
        let later = SHOWN_EVERY + SignedDuration::from_secs(1);
        whole_second(self.asked_at?).checked_add(later).ok()
    }

    /// With what arrived at `now`, and when that is shown; nothing if what is known is later.
    #[must_use]
    pub fn with(&self, pace: Pace, now: Timestamp) -> Option<(Self, Showing)> {
        if self.latest.as_ref().is_some_and(|known| known.at > pace.at) {
            return None;
        }
        let (mut next, showing) = self.shown(now);
        next.latest = Some(pace);
        Some((next, showing))
    }

    /// When it is shown if somebody asks at `now`: the minute begins anew if that is at once.
    #[must_use]
    pub fn shown(&self, now: Timestamp) -> (Self, Showing) {
        let mut next = self.next();
        match self.shown_again_at().filter(|again| *again > now) {
            Some(again) => (next, Showing::At(again)),
            None => {
                next.asked_at = Some(now);
                (next, Showing::Now)
            }
        }
    }

    /// With an incident that is told at `now`.
    ///
    /// # Errors
    /// [`Refusal::TooManyMessages`].
    pub fn with_incident(&self, now: Timestamp) -> Result<Self, Refusal> {
        let mut next = self.next();
        let minute = SignedDuration::from_secs(60);
        next.incidents.retain(|told| now.duration_since(*told) < minute);
        if next.incidents.len() >= INCIDENTS_A_MINUTE {
            return Err(Refusal::TooManyMessages);
        }
        next.incidents.push(now);
        next.told += 1;
        Ok(next)
    }

    /// With a stint's signal that was signed at `at`; nothing if a later one is known.
    #[must_use]
    pub fn with_stint(&self, at: Timestamp) -> Option<Self> {
        if self.stint_at.is_some_and(|known| known > at) {
            return None;
        }
        Some(Self {
            stint_at: Some(at),
            ..self.next()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClubId, EventId};
    use proptest::prelude::*;

    fn team() -> TeamPace {
        let event = EventKey {
            club: ClubId::from_parts(1, 1),
            event: EventId::from_parts(1, 2),
        };
        TeamPace::none(event, TeamId::from_parts(1, 3))
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_870_800_000 + millis).unwrap()
    }

    fn pace(millis: i64, position: u32) -> Pace {
        Pace {
            at: at(millis),
            position,
            class_position: None,
            gap_ms: None,
            gap_laps: None,
            interval_ms: None,
            lap: None,
        }
    }

    #[test]
    fn the_first_is_shown_at_once_and_the_next_a_minute_later() {
        let (first, showing) = team().with(pace(0, 3), at(0)).unwrap();
        assert_eq!((showing, first.version), (Showing::Now, 1));
        let (second, showing) = first.with(pace(5_000, 4), at(5_000)).unwrap();
        assert_eq!(showing, Showing::At(at(61_000)));
        assert_eq!(second.latest, Some(pace(5_000, 4)));
        let (_, showing) = second.with(pace(61_000, 5), at(61_000)).unwrap();
        assert_eq!(showing, Showing::Now);
        // One that was held up on its way.
        assert_eq!(second.with(pace(4_000, 9), at(6_000)), None);
    }

    #[test]
    fn ten_incidents_a_minute_are_told() {
        let mut known = team();
        for n in 0..10 {
            known = known.with_incident(at(n)).unwrap();
        }
        assert_eq!(known.with_incident(at(59_999)), Err(Refusal::TooManyMessages));
        let later = known.with_incident(at(60_000)).unwrap();
        assert_eq!(later.incidents.len(), 10, "the first is over a minute old");
        assert_eq!(later.told, 11, "each has a number of its own");
    }

    #[test]
    fn a_stint_s_signal_that_was_overtaken_is_passed_over() {
        let known = team().with_stint(at(5_000)).unwrap();
        assert_eq!((known.stint_at, known.version), (Some(at(5_000)), 1));
        assert_eq!(known.with_stint(at(4_000)), None);
        assert!(
            known.with_stint(at(5_000)).is_some(),
            "signed within the same second"
        );
    }

    proptest! {
        #[test]
        fn no_two_showings_within_a_minute_and_the_latest_never_goes_back(
            steps in proptest::collection::vec((0..20_000_i64, 0..10_000_i64), 1..60),
        ) {
            let (mut known, mut now, mut shown) = (team(), 0, Vec::new());
            let mut due: Option<Timestamp> = None;
            for (pause, age) in steps {
                now += pause;
                if due.is_some_and(|due| due <= at(now)) {
                    let (next, showing) = known.shown(at(now));
                    if showing == Showing::Now {
                        shown.push(at(now));
                        known = next;
                    }
                    due = None;
                }
                let before = known.latest.as_ref().map(|pace| pace.at);
                if let Some((next, showing)) = known.with(pace(now - age, 1), at(now)) {
                    match showing {
                        Showing::Now => shown.push(at(now)),
                        Showing::At(at) => due = Some(at),
                    }
                    known = next;
                }
                prop_assert!(known.latest.as_ref().map(|pace| pace.at) >= before);
            }
            for two in shown.windows(2) {
                prop_assert!(two[1].duration_since(two[0]) >= SHOWN_EVERY);
            }
        }
    }
}
