//! An event of ours as one of Discord's scheduled events: what it shows there, and how that follows the event's life.
//!
//! It is an external one (Discord docs, resources/guild-scheduled-event): a place and an end are told, and Discord starts and
//! ends it by the clock. Its status goes from scheduled to active to completed, or from scheduled to called off, and no other way.

use super::event::{Event, EventState};
use super::ids::ScheduledId;
use super::space::Step;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Longest name, in code points.
const NAME_MAX: usize = 100;
/// Longest description, in code points.
const DESCRIPTION_MAX: usize = 1000;
/// Longest place, in code points.
const LOCATION_MAX: usize = 100;
/// Discord takes no start that has gone by when the call arrives.
const NOT_BEFORE: SignedDuration = SignedDuration::from_secs(30);

/// What is recorded of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// Discord's event.
    pub step: Step<ScheduledId>,
    /// The name with which it was to be made: an earlier try is found again by it.
    pub name: String,
    /// The start, for the same.
    pub starts_at: Timestamp,
    /// Digest of what it shows.
    pub shown: String,
    /// How far it has been brought.
    pub status: Status,
    /// Digest of what Discord did not take: it is not tried again before that is another, or the server is looked after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Somebody deleted it by hand, and the club leaves it at that.
    #[serde(default)]
    pub forgotten: bool,
}

impl Scheduled {
    /// One that is to be made.
    #[must_use]
    pub fn new(card: &Card) -> Self {
        Self {
            step: Step::Todo,
            name: card.name.clone(),
            starts_at: card.starts_at,
            shown: card.digest(),
            status: Status::Scheduled,
            refused: None,
            forgotten: false,
        }
    }
}

/// Discord's status of a scheduled event, as far as we brought it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 1.
    Scheduled,
    /// 2.
    Active,
    /// 3.
    Completed,
    /// 4.
    Canceled,
}

impl Status {
    /// Discord's number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Scheduled => 1,
            Self::Active => 2,
            Self::Completed => 3,
            Self::Canceled => 4,
        }
    }

    /// Whether nothing more can be done to it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Canceled)
    }
}

/// What it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// 1-100 characters.
    pub name: String,
    /// 1-1000 characters.
    pub description: String,
    /// 1-100 characters.
    pub location: String,
    /// The start.
    pub starts_at: Timestamp,
    /// The end.
    pub ends_at: Timestamp,
}

impl Card {
    /// The event's, with its channel as the place.
    #[must_use]
    pub fn of(event: &Event, (channel, name): (super::ids::ChannelId, Option<&str>)) -> Self {
        let cut = |text: &str, max: usize| text.chars().take(max).collect::<String>();
        let series = &event.series_name;
        let mut description = format!("{series}. Sign up in <#{channel}>.");
        if !event.description.is_empty() {
            description = format!("{description}\n\n{}", event.description);
        }
        Self {
            name: cut(&event.name, NAME_MAX),
            description: cut(&description, DESCRIPTION_MAX),
            location: cut(
                &name.map_or_else(|| series.clone(), |name| format!("#{name}")),
                LOCATION_MAX,
            ),
            starts_at: event.starts_at,
            ends_at: event.ends_at(),
        }
    }

    /// Tells one card from another.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.name, &self.description, &self.location] {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.update(self.starts_at.as_second().to_be_bytes());
        hash.update(self.ends_at.as_second().to_be_bytes());
        hex::encode(&hash.finalize()[..8])
    }
}

/// What is to be done next about an event's scheduled event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is made.
    Create,
    /// It shows what the event has become.
    Edit,
    /// It is brought to this status.
    Bring(Status),
    /// It is removed.
    Remove,
}

/// What is to be done next, if anything: `on` is what the club has set, `shown` the digest of what it is to show. One thing at a
/// time: a race that ended without having been started here is started first.
#[must_use]
pub fn next(
    event: &Event,
    recorded: Option<&Scheduled>,
    (on, shown): (bool, &str),
    now: Timestamp,
) -> Option<Next> {
    let there = recorded.filter(|one| one.step.id().is_some());
    let over = there.is_some_and(|one| one.status.is_over());
    if !on || event.state == EventState::Draft {
        // What is over is history.
        return recorded
            .filter(|one| one.step != Step::Todo && !over)
            .map(|_| Next::Remove);
    }
    if over {
        return None;
    }
    let can_wait = event.starts_at.duration_since(now) > NOT_BEFORE;
    let status = there.map(|one| one.status);
    match event.state {
        EventState::Draft => None,
        EventState::Live => match status {
            Some(Status::Scheduled) => Some(Next::Bring(Status::Active)),
            // Earlier or later than it was said: its end moves.
            Some(_) if there.is_some_and(|one| one.shown != shown) => Some(Next::Edit),
            _ => None,
        },
        EventState::Completed | EventState::Archived | EventState::Deleted => match status {
            Some(Status::Scheduled) => Some(Next::Bring(Status::Active)),
            Some(Status::Active) => Some(Next::Bring(Status::Completed)),
            _ => unfinished(recorded),
        },
        EventState::Cancelled => match status {
            Some(Status::Scheduled) => Some(Next::Bring(Status::Canceled)),
            Some(Status::Active) => Some(Next::Bring(Status::Completed)),
            _ => unfinished(recorded),
        },
        _ => match there {
            None if recorded.is_some_and(|one| one.forgotten) => None,
            None => can_wait.then_some(Next::Create),
            Some(one) if one.shown != shown && can_wait => Some(Next::Edit),
            Some(_) => None,
        },
    }
}

/// What may have been made by a try that died is looked for and removed.
fn unfinished(recorded: Option<&Scheduled>) -> Option<Next> {
    recorded
        .filter(|one| one.step.may_have_happened())
        .map(|_| Next::Remove)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures;
    use crate::domain::ids::ChannelId;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn event(state: EventState) -> Event {
        Event {
            state,
            ..fixtures::event("2026-11-28T13:00:00Z", 360)
        }
    }

    fn card(event: &Event) -> Card {
        Card::of(event, (ChannelId(5), Some("nov-28-monza-6h")))
    }

    fn recorded(status: Status) -> Scheduled {
        Scheduled {
            step: Step::Done { id: ScheduledId(9) },
            status,
            ..Scheduled::new(&card(&event(EventState::Open)))
        }
    }

    #[test]
    fn each_state_has_its_next_step() {
        use EventState as E;
        use Status as S;
        let now = at("2026-11-21T09:00:00Z");
        let digest = card(&event(E::Open)).digest();
        for state in EventState::ALL {
            let of = |one: Option<Scheduled>| next(&event(state), one.as_ref(), (true, &digest), now);
            let expected = match state {
                E::Draft => [None, Some(Next::Remove), Some(Next::Remove), None, None],
                E::Live => [None, Some(Next::Bring(S::Active)), None, None, None],
                E::Completed | E::Archived | E::Deleted => [
                    None,
                    Some(Next::Bring(S::Active)),
                    Some(Next::Bring(S::Completed)),
                    None,
                    None,
                ],
                E::Cancelled => [
                    None,
                    Some(Next::Bring(S::Canceled)),
                    Some(Next::Bring(S::Completed)),
                    None,
                    None,
                ],
                _ => [Some(Next::Create), None, None, None, None],
            };
            let all = [
                None,
                Some(S::Scheduled),
                Some(S::Active),
                Some(S::Completed),
                Some(S::Canceled),
            ];
            let found = all.map(|status| of(status.map(recorded)));
            assert_eq!(found, expected, "{state:?}");
        }
    }

    #[test]
    fn the_setting_takes_away_what_is_not_over() {
        let open = event(EventState::Open);
        let now = at("2026-11-21T09:00:00Z");
        let off = |one: Option<Scheduled>| next(&open, one.as_ref(), (false, ""), now);
        assert_eq!(off(None), None);
        assert_eq!(off(Some(recorded(Status::Scheduled))), Some(Next::Remove));
        assert_eq!(off(Some(recorded(Status::Completed))), None);
        let intended = Scheduled {
            step: Step::Intended { at: now },
            ..recorded(Status::Scheduled)
        };
        assert_eq!(off(Some(intended.clone())), Some(Next::Remove), "it may be there");
        let cancelled = event(EventState::Cancelled);
        assert_eq!(
            next(&cancelled, Some(&intended), (true, ""), now),
            Some(Next::Remove)
        );
        let todo = Scheduled {
            step: Step::Todo,
            ..intended
        };
        assert_eq!(off(Some(todo)), None);
    }

    #[test]
    fn nothing_is_made_of_a_race_that_begins_now_and_nothing_again_that_was_forgotten() {
        let open = event(EventState::Open);
        let of = |now: &str, one: Option<&Scheduled>| next(&open, one, (true, "other"), at(now));
        assert_eq!(of("2026-11-28T12:59:29Z", None), Some(Next::Create));
        assert_eq!(of("2026-11-28T12:59:30Z", None), None);
        let there = recorded(Status::Scheduled);
        assert_eq!(of("2026-11-28T12:59:29Z", Some(&there)), Some(Next::Edit));
        assert_eq!(of("2026-11-28T12:59:30Z", Some(&there)), None);
        let forgotten = Scheduled {
            step: Step::Todo,
            forgotten: true,
            ..there
        };
        assert_eq!(of("2026-11-21T09:00:00Z", Some(&forgotten)), None);
    }

    #[test]
    fn a_card_keeps_discords_lengths_and_tells_changes() {
        let long = Event {
            name: "n".repeat(80),
            description: "é".repeat(2000),
            ..event(EventState::Open)
        };
        let shown = Card::of(&long, (ChannelId(5), Some(&"c".repeat(100))));
        assert_eq!(shown.description.chars().count(), 1000);
        assert_eq!(shown.location.chars().count(), 100);
        let one = card(&event(EventState::Open));
        assert_eq!(one.description, "GT Endurance. Sign up in <#5>.");
        assert_eq!(one.location, "#nov-28-monza-6h");
        assert_eq!(one.ends_at, at("2026-11-28T19:00:00Z"));
        let moved = Card {
            ends_at: at("2026-11-28T19:30:00Z"),
            ..one.clone()
        };
        assert_ne!(one.digest(), moved.digest());
        assert_eq!(one.digest(), one.clone().digest());
    }
}
